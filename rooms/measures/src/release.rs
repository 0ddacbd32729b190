//! The trigger lets go: the lever is set back, if the measure says so and its move still stands.

use std::sync::Arc;

use sala_core::{
    act::Draft,
    cbor::Value,
    problem::{CONFLICT, Problem},
    time::Timestamp,
};

use crate::{Measures, acts, guard::Standing, run::RunState, store, trigger::TriggerState, watch::Watch};

impl Measures {
    /// Sets the lever back after the trigger has let go at `at` (in the data). A measure that is stopped or that does not release by
    /// itself leaves everything as it is.
    pub(crate) async fn release(&self, watch: &Watch, at: Timestamp, observed: f64, next: &TriggerState) -> Result<(), Problem> {
        let measure = Arc::clone(&watch.measure);
        let standing = store::measure(&self.store, &measure.id).await?.map(|row| row.standing);
        if !measure.guardrails.auto_release || standing != Some(Standing::Active) {
            return Ok(());
        }
        if let Some(proposal) = store::latest_run(&self.store, &measure.id, RunState::Proposed).await? {
            return self.expire(&proposal, "released").await;
        }
        let lever = self.levers.get(&measure.action.lever).await?;
        let Some(run) = lever.run_of(&measure.id).map(str::to_owned) else { return Ok(()) };
        let draft = Draft::new(&acts::RELEASE, measure.legal_basis.authority())
            .policy(watch.hash)
            .public("measure", measure.id.as_str())
            .office(measure.office.as_str())
            .public("run", run.as_str())
            .public("lever", measure.action.lever.as_str())
            .public("event_at", at.to_string())
            .public("observed", observed)
            .public("release", measure.trigger.release)
            .refers(&run)
            .refers(&measure.id)
            .refers(&measure.action.lever);
        let (levers, hash, next) = (Arc::clone(&self.levers), hex::encode(watch.hash), next.clone());
        let done = self
            .store
            .act(&self.system(), draft, move |tx| {
                let (measure, levers, run, hash, next) =
                    (Arc::clone(&measure), Arc::clone(&levers), run.clone(), hash.clone(), next.clone());
                Box::pin(async move {
                    let Some(moved) = levers.give_back(tx, &measure.action.lever, &run).await? else { return Err(CONFLICT.problem()) };
                    tx.draft().add_public("before", Value::from_serde(&moved.before));
                    tx.draft().add_public("after", Value::from_serde(&moved.after));
                    let mut run = store::run_in(tx, &run).await?;
                    run.released_at = Some(at);
                    let act = tx.act_id().to_owned();
                    run.add_act(acts::RELEASE.kind, &act);
                    store::save_run(tx, &run);
                    store::save_trigger(tx, &measure.id, &hash, &next);
                    Ok(run)
                })
            })
            .await;
        match done {
            Ok(acted) => self.tell(&acted.value).await,
            // Someone has moved the lever in this very moment: it is theirs now.
            Err(problem) if problem.code == &CONFLICT => {}
            Err(problem) => return Err(problem),
        }
        Ok(())
    }
}
