//! An officer takes the last move of a lever back.

use std::sync::Arc;

use sala_core::{
    act::{Draft, reason},
    cbor::Value,
    ctx::Ctx,
    problem::{NOT_FOUND, Problem},
};

use crate::{Measures, acts, run::RunState, store, switch::require_operator};

impl Measures {
    /// Takes the last move of a lever back, whoever made it. The run that had moved it, if one did, is `undone`.
    pub async fn undo_lever(&self, ctx: &Ctx, id: &str, why: &str) -> Result<(), Problem> {
        ctx.require_signed_in()?;
        let spec = self.levers.spec(id).ok_or_else(|| NOT_FOUND.problem())?;
        require_operator(ctx, &spec.office)?;
        let draft = Draft::new(&acts::UNDO, spec.legal_basis.pair())
            .public("lever", id)
            .office(spec.office.as_str())
            .open("reason", reason(why)?)
            .refers(id);
        let (levers, lever) = (Arc::clone(&self.levers), id.to_owned());
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (levers, lever) = (Arc::clone(&levers), lever.clone());
                Box::pin(async move {
                    let moved = levers.undo(tx, &lever).await?;
                    tx.draft().add_public("before", Value::from_serde(&moved.before));
                    tx.draft().add_public("after", Value::from_serde(&moved.after));
                    let Some(run) = moved.undone_run else { return Ok(None) };
                    let mut run = store::run_in(tx, &run).await?;
                    run.state = RunState::Undone;
                    run.awaits_effect = false;
                    let act = tx.act_id().to_owned();
                    run.add_act(acts::UNDO.kind, &act);
                    tx.draft().add_ref(run.id.as_str());
                    tx.draft().add_ref(run.measure.as_str());
                    store::save_run(tx, &run);
                    Ok(Some(run))
                })
            })
            .await?;
        match &acted.value {
            Some(run) => self.tell(run).await,
            None => self.tell_lever(id).await,
        }
        Ok(())
    }
}
