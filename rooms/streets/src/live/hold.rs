//! An officer's hand: the fixed plan at once, whatever the measure wants.

use std::sync::Arc;

use sala_core::{
    act::{Draft, reason},
    cbor::Value,
    ctx::Ctx,
    lever::{Cause, LeverValue},
    problem::{CONFLICT, NOT_FOUND, Problem},
};

use super::{Control, Live};
use crate::{Streets, acts};

impl Streets {
    /// The live street of this id.
    pub(crate) fn live(&self, street: &str) -> Result<&Arc<Live>, Problem> {
        self.street(street)?;
        self.lives.get(street).ok_or_else(|| NOT_FOUND.problem())
    }

    /// Puts the fixed plan in force. The move stands until an officer takes it back (`undo_lever`); no measure moves the lever meanwhile.
    /// For officers of the lever's office who operate or approve.
    pub async fn hold_signals(&self, ctx: &Ctx, street: &str, why: &str) -> Result<(), Problem> {
        ctx.require_signed_in()?;
        let live = self.live(street)?;
        let spec = self.levers.spec(&live.file.lever).ok_or_else(|| NOT_FOUND.problem())?;
        ctx.require_officer(&spec.office, "approver").or_else(|_| ctx.require_officer(&spec.office, "operator"))?;
        let draft = Draft::new(&acts::HOLD, spec.legal_basis.pair())
            .office(spec.office.as_str())
            .public("street", street)
            .public("lever", spec.id.as_str())
            .open("reason", reason(why)?)
            .refers(street)
            .refers(&spec.id);
        let (levers, lever) = (Arc::clone(&self.levers), spec.id.clone());
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (levers, lever) = (Arc::clone(&levers), lever.clone());
                Box::pin(async move {
                    if levers.get_in(tx, &lever).await?.is_held() {
                        return Err(CONFLICT
                            .problem()
                            .detail("เจ้าหน้าที่ใช้แผนคงที่อยู่แล้ว", "An officer has put the fixed plan in force already"));
                    }
                    let cause = Cause { at: tx.ctx().now, ..Cause::default() };
                    let moved = levers.move_to(tx, &lever, LeverValue::Choice(Control::Fixed.word().into()), &cause).await?;
                    tx.draft().add_public("before", Value::from_serde(&moved.before));
                    tx.draft().add_public("after", Value::from_serde(&moved.after));
                    Ok(())
                })
            })
            .await;
        acted.map(|_| ())
    }
}
