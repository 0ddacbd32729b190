//! The answer to a proposal: an officer approves or refuses, or its time runs out.

use std::sync::Arc;

use sala_core::{
    act::{ActKind, Draft, reason},
    cbor::Value,
    ctx::Ctx,
    lever::{Cause, Levers},
    problem::{NOT_FOUND, Problem},
    store::Tx,
    time::Timestamp,
};

use crate::{
    Measures, acts,
    guard::Standing,
    problems::{MEASURE_STANDING, PROPOSAL_LAPSED, RUN_NOT_PROPOSED},
    run::{Run, RunState},
    store::{self, VersionRow},
};

/// An answer on its way into the transaction.
struct Answer {
    run: String,
    levers: Arc<Levers>,
    version: VersionRow,
    reason: Option<String>,
    officer: Option<String>,
    /// The time in the data at which an approved lever moves.
    moves_at: Timestamp,
    kind: &'static ActKind,
}

impl Measures {
    /// An officer of the owning office with the role `approver` says yes: the lever moves.
    pub async fn approve_run(&self, ctx: &Ctx, run: &str, why: Option<&str>) -> Result<Run, Problem> {
        ctx.require_signed_in()?;
        let why = why.filter(|why| !why.trim().is_empty()).map(reason).transpose()?;
        self.answer(ctx, run, why, &acts::APPROVE).await
    }

    /// An officer of the owning office with the role `approver` says no, with a reason.
    pub async fn refuse_run(&self, ctx: &Ctx, run: &str, why: &str) -> Result<Run, Problem> {
        ctx.require_signed_in()?;
        self.answer(ctx, run, Some(reason(why)?), &acts::REFUSE).await
    }

    /// A proposal lapses: `cause` is `time`, or `released` when its ground is gone.
    pub(crate) async fn expire(&self, run: &Run, cause: &'static str) -> Result<(), Problem> {
        let version = store::version(&self.store, &run.measure, run.version).await?;
        let draft = draft(&acts::EXPIRE, &version, run).public("cause", cause);
        self.perform(&self.system(), run, version, None, None, &acts::EXPIRE, draft).await.map(|_| ())
    }

    async fn answer(&self, ctx: &Ctx, id: &str, why: Option<String>, kind: &'static ActKind) -> Result<Run, Problem> {
        let run = store::run(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let version = store::version(&self.store, &run.measure, run.version).await?;
        let officer = ctx.require_officer(&version.measure.office, "approver")?.to_owned();
        let mut draft = draft(kind, &version, &run);
        if let Some(why) = &why {
            // Free text: committed and open, never in the leaf itself.
            draft.add_open("reason", why.as_str());
        }
        self.perform(ctx, &run, version, why, Some(officer), kind, draft).await
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one answer, gathered here only")]
    async fn perform(
        &self,
        ctx: &Ctx,
        run: &Run,
        version: VersionRow,
        reason: Option<String>,
        officer: Option<String>,
        kind: &'static ActKind,
        draft: Draft,
    ) -> Result<Run, Problem> {
        let moves_at = self.watches().get(&run.measure).and_then(|watch| watch.state.seen_until).unwrap_or(run.event_at);
        let answer = Arc::new(Answer { run: run.id.clone(), levers: Arc::clone(&self.levers), version, reason, officer, moves_at, kind });
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let answer = Arc::clone(&answer);
                Box::pin(async move { answer.perform(tx).await })
            })
            .await?;
        self.after_move(&acted.value).await;
        Ok(acted.value)
    }
}

fn draft(kind: &'static ActKind, version: &VersionRow, run: &Run) -> Draft {
    Draft::new(kind, version.measure.legal_basis.authority())
        .policy(version.measure.hash())
        .public("measure", run.measure.as_str())
        .public("version", run.version)
        .office(version.measure.office.as_str())
        .public("run", run.id.as_str())
        .refers(&run.id)
        .refers(&run.measure)
        .refers(&run.lever)
}

impl Answer {
    async fn perform(&self, tx: &mut Tx) -> Result<Run, Problem> {
        let mut run = store::run_in(tx, &self.run).await?;
        if run.state != RunState::Proposed {
            return Err(RUN_NOT_PROPOSED.problem());
        }
        let now = tx.ctx().now;
        if self.officer.is_some() && run.expires_at.is_some_and(|expires| expires <= now) {
            return Err(PROPOSAL_LAPSED.problem());
        }
        run.decided_at = Some(now);
        run.officer.clone_from(&self.officer);
        run.reason.clone_from(&self.reason);
        if self.kind == &acts::APPROVE {
            self.move_lever(tx, &mut run).await?;
        } else if self.kind == &acts::REFUSE {
            run.state = RunState::Refused;
        } else {
            run.state = RunState::Expired;
        }
        let act = tx.act_id().to_owned();
        run.add_act(self.kind.kind, &act);
        store::save_run(tx, &run);
        Ok(run)
    }

    async fn move_lever(&self, tx: &mut Tx, run: &mut Run) -> Result<(), Problem> {
        let standing = store::measure_in(tx, &run.measure).await?.map(|row| row.standing);
        if standing != Some(Standing::Active) || tx.ctx().now >= self.version.measure.sunset_on.start() {
            return Err(MEASURE_STANDING
                .problem()
                .detail("มาตรการถูกหยุดหรือสิ้นสุดแล้ว จึงอนุมัติไม่ได้", "The measure is stopped or has ended, so nothing can be approved"));
        }
        let cause = Cause { measure: Some(run.measure.clone()), run: Some(run.id.clone()), at: self.moves_at };
        let moved = self.levers.move_to(tx, &run.lever, run.value.clone(), &cause).await?;
        tx.draft().add_public("lever", run.lever.as_str());
        tx.draft().add_public("before", Value::from_serde(&moved.before));
        tx.draft().add_public("after", Value::from_serde(&moved.after));
        run.before = Some(moved.before);
        run.state = RunState::Moved;
        run.moved_at = Some(self.moves_at);
        run.awaits_effect = true;
        Ok(())
    }
}
