//! Acting under a mandate: what the middleware asks before a request, and what a command asks again inside its transaction.

use sala_core::{
    ctx::{Actor, Behalf},
    problem::{Problem, SIGN_IN_REQUIRED},
    store::Tx,
    time::Timestamp,
};

use super::{
    delegation::is_personal,
    organisation::{OrganisationStep, is_organisation},
    rule::Mandate,
};
use crate::{
    People,
    problems::{MANDATE_NOT_COVERING, MANDATE_NOT_DELEGABLE, MANDATE_NOT_IN_FORCE},
    store,
};

impl People {
    /// For whom a request is made. `operation`: the operation that was asked for; `None` checks force and agent only.
    ///
    /// Errors: `mandate_not_in_force` (403) when it is unknown, another's, not yet or no longer in force; `mandate_not_delegable` (403)
    /// for what is done in person only; `mandate_not_covering` (403), which names what is covered.
    pub async fn behalf(&self, actor: &Actor, mandate: &str, operation: Option<&str>, now: Timestamp) -> Result<Behalf, Problem> {
        let persona = match actor {
            Actor::Visitor => return Err(SIGN_IN_REQUIRED.problem()),
            Actor::Citizen { persona, .. } => persona,
            _ => return Err(MANDATE_NOT_IN_FORCE.problem()),
        };
        let row = store::mandate(&self.store, mandate).await?.filter(|row| row.mandate.agent == *persona);
        let mandate = row.ok_or_else(|| MANDATE_NOT_IN_FORCE.problem())?.mandate;
        mandate.require_force(now)?;
        if is_organisation(&mandate.principal) {
            let organisation = store::organisation(&self.store, &mandate.principal).await?;
            standing(organisation.map(|row| row.organisation.step))?;
        }
        if let Some(operation) = operation {
            if is_personal(operation) {
                return Err(MANDATE_NOT_DELEGABLE.problem());
            }
            // Both: what the mandate said, and what the profile still allows.
            if !mandate.covers(operation) || !self.config.delegation.allows(operation) {
                return Err(self.not_covering(&mandate));
            }
        }
        Ok(Behalf { principal: mandate.principal, mandate: mandate.id })
    }

    fn not_covering(&self, mandate: &Mandate) -> Problem {
        let names = |pick: fn(&sala_core::text::Text) -> &str| {
            let titles = mandate.scope.iter().map(|entry| self.config.delegation.title(entry).map_or(entry.as_str(), pick));
            titles.collect::<Vec<_>>().join(", ")
        };
        MANDATE_NOT_COVERING.problem().detail(
            format!("การมอบอำนาจนี้ใช้ได้กับ: {}", names(|title| &title.th)),
            format!("This mandate covers: {}.", names(|title| &title.en)),
        )
    }
}

/// Checks inside a transaction that a mandate is still in force and counts money that moves under it; 0 satang: only checks. For every
/// command of a room that acts for another: between the check of the request and its commit the mandate may have been revoked.
///
/// Errors: `mandate_not_in_force` (403), `mandate_limit_exceeded` (409); then nothing is counted.
pub async fn charge_mandate(tx: &mut Tx, mandate: &str, satang: i64) -> Result<(), Problem> {
    let now = tx.ctx().now;
    let mut row = store::mandate_now(tx, mandate).await?.ok_or_else(|| MANDATE_NOT_IN_FORCE.problem())?;
    match &tx.ctx().actor {
        Actor::System { .. } => {}
        Actor::Citizen { persona, .. } if *persona == row.mandate.agent => {}
        _ => return Err(MANDATE_NOT_IN_FORCE.problem()),
    }
    if is_organisation(&row.mandate.principal) {
        let organisation = store::organisation_now(tx, &row.mandate.principal).await?;
        standing(organisation.map(|row| row.organisation.step))?;
    }
    row.mandate.charge(satang, now)?;
    tx.draft().add_ref(mandate);
    if satang != 0 {
        tx.save(row.record());
    }
    Ok(())
}

fn standing(step: Option<OrganisationStep>) -> Result<(), Problem> {
    if step == Some(OrganisationStep::Confirmed) {
        return Ok(());
    }
    Err(MANDATE_NOT_IN_FORCE
        .problem()
        .detail("องค์กรที่มอบอำนาจถูกเพิกถอนจากทะเบียนของศาลาแล้ว", "The organisation that gave this mandate was struck off the hall's register."))
}
