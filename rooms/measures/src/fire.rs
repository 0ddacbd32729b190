//! A measure fires: the decision, what follows from it, and the evidence, in one act.

use std::sync::Arc;

use sala_core::{
    act::{ActKind, Draft},
    cbor::Value,
    lever::{Cause, Levers},
    problem::{CONFLICT, INTERNAL, Problem},
    store::Tx,
};

use crate::{
    Measures,
    activate::measure_value,
    acts,
    decision::Decision,
    guard::{Facts, Outcome, Standing},
    run::{Run, RunState},
    store,
    trigger::{Firing, TriggerState},
    watch::Watch,
    words::SeriesWords,
};

const DAY_S: i64 = 86_400;

/// All that one firing needs inside the transaction.
struct Shot {
    watch: Watch,
    firing: Firing,
    next: TriggerState,
    run: String,
    levers: Arc<Levers>,
    words: SeriesWords,
    kind: &'static ActKind,
}

impl Measures {
    /// Decides what follows from a firing and does it. The kind of the act depends on the decision, and the decision on facts that are
    /// read in the transaction: when the facts turn out otherwise, the act is drafted anew under the other kind.
    pub(crate) async fn fire(&self, watch: &Watch, firing: &Firing, next: &TriggerState) -> Result<(), Problem> {
        let ctx = self.system();
        let run = ctx.new_id("run");
        for kind in [&acts::FIRE, &acts::BLOCK, &acts::FIRE, &acts::BLOCK] {
            let shot = Arc::new(Shot {
                watch: watch.clone(),
                firing: firing.clone(),
                next: next.clone(),
                run: run.clone(),
                levers: Arc::clone(&self.levers),
                words: self.series_words(&watch.measure.trigger.series),
                kind,
            });
            let done = self
                .store
                .act(&ctx, shot.draft(), move |tx| {
                    let shot = Arc::clone(&shot);
                    Box::pin(async move { shot.perform(tx).await })
                })
                .await;
            match done {
                Err(problem) if problem.code == &CONFLICT => {}
                Err(problem) => return Err(problem),
                Ok(acted) => {
                    self.after_move(&acted.value).await;
                    return Ok(());
                }
            }
        }
        Err(INTERNAL.problem().because(format!("the facts around {} keep changing", watch.measure.id)))
    }
}

impl Shot {
    fn draft(&self) -> Draft {
        let (measure, version) = (&self.watch.measure, self.watch.version);
        Draft::new(self.kind, measure.legal_basis.authority())
            .policy(self.watch.hash)
            .public("measure", measure.id.as_str())
            .public("version", version)
            .public("mode", measure.mode.word())
            .office(measure.office.as_str())
            .public("run", self.run.as_str())
            .public("event_at", self.firing.at.to_string())
            .open("measure", measure_value(measure, version))
            .open("prior", Value::from_serde(&self.firing.prior))
            .open("inputs", Value::from_serde(&self.firing.windows))
            .refers(&self.run)
            .refers(&measure.id)
            .refers(&measure.action.lever)
            .refers(&measure.trigger.series)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Run, Problem> {
        let measure = &self.watch.measure;
        let facts = self.facts(tx).await?;
        let decision = Decision::of(measure, &self.firing, &facts);
        if (decision.blocked_by().is_some()) != (self.kind == &acts::BLOCK) {
            return Err(CONFLICT.problem());
        }
        let now = tx.ctx().now;
        let mut run = Run {
            id: self.run.clone(),
            measure: measure.id.clone(),
            version: self.watch.version,
            mode: measure.mode,
            state: RunState::Proposed,
            fired_at: now,
            decided_at: Some(now),
            event_at: self.firing.at,
            since: self.firing.since,
            moved_at: None,
            released_at: None,
            lever: measure.action.lever.clone(),
            value: measure.action.value.clone(),
            before: Some(facts.before.clone()),
            observed: self.firing.observed,
            threshold: self.firing.threshold,
            expires_at: None,
            reason: None,
            officer: None,
            blocked_by: None,
            awaits_effect: false,
            effect: None,
            acts: vec![],
        };
        match decision.outcome {
            Outcome::Moved | Outcome::Advised => {
                let cause = Cause { measure: Some(measure.id.clone()), run: Some(run.id.clone()), at: self.firing.at };
                self.levers.move_to(tx, &run.lever, run.value.clone(), &cause).await?;
                run.state = store::moved_state(measure.mode);
                run.moved_at = Some(self.firing.at);
                run.awaits_effect = true;
                tx.draft().add_public("lever", run.lever.as_str());
                tx.draft().add_public("before", Value::from_serde(&run.before));
                tx.draft().add_public("after", Value::from_serde(&run.value));
            }
            Outcome::Proposed => {
                run.decided_at = None;
                run.expires_at = measure.guardrails.proposal_expires_s.map(|seconds| now.plus_seconds(seconds));
            }
            Outcome::Blocked(reason) => {
                run.state = RunState::Blocked;
                run.blocked_by = Some(reason.word().to_owned());
                tx.draft().add_public("blocked_by", reason.word());
            }
        }
        tx.draft().add_public("outcome", run.state.word());
        tx.draft().add_open("facts", Value::from_serde(&facts));
        tx.draft().add_open("decision", Value::from_serde(&decision));
        let act = tx.act_id().to_owned();
        run.add_act(self.kind.kind, &act);
        store::save_run(tx, &run);
        store::save_trigger(tx, &measure.id, &hex::encode(self.watch.hash), &self.next);
        Ok(run)
    }

    async fn facts(&self, tx: &mut Tx) -> Result<Facts, Problem> {
        let measure = &self.watch.measure;
        let lever = self.levers.get_in(tx, &measure.action.lever).await?;
        let standing = store::measure_in(tx, &measure.id).await?.map_or(Standing::Ended, |row| row.standing);
        Ok(Facts {
            standing,
            decided_at: tx.ctx().now,
            runs_last_day: store::runs_since_in(tx, &measure.id, self.firing.at.plus_seconds(-DAY_S)).await?,
            has_open_proposal: store::has_proposal_in(tx, &measure.id).await?,
            moves_last_day: lever.moves_last_day(self.firing.at),
            is_held: lever.is_held(),
            before: lever.value,
            lever: lever.spec,
            series: Some(self.words.clone()),
        })
    }
}
