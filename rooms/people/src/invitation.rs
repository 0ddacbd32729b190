//! Appointment by invitation: an administrator makes a code for an office and roles, and whoever redeems it, signed in and signing, is
//! appointed. So nobody has to name a persona to be looked up, and no record ties the officer to one.

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{CONFLICT, INTERNAL, Problem},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{
    People, acts, code,
    offices::ADMINISTRATOR,
    person::Link,
    problems::CODE_INVALID,
    store::{self, HALL_KEY, OfficerRow, unmasking as rows},
    token::hash,
    unnamed,
};

/// Sealed in the row of an invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Invitation {
    office: String,
    roles: Vec<String>,
}

impl People {
    /// Makes a code with which someone becomes an officer: good once, for a day. Only its hash is kept.
    pub(crate) async fn invite_officer(&self, ctx: &Ctx, office: &str, roles: Vec<String>) -> Result<(String, Timestamp), Problem> {
        ctx.require_officer(&self.offices.administration, ADMINISTRATOR)?;
        ctx.require_signature()?;
        let roles = self.checked_roles(office, roles)?;
        let typed = code::new_code(&*ctx.entropy);
        let plain = code::normal(&typed).ok_or_else(|| INTERNAL.problem().because("a fresh code is not normal"))?;
        let (id, until) = (hash(&plain), ctx.now.plus_seconds(code::LIFE_S));
        let draft = Draft::new(&acts::INVITE_OFFICER, self.administration_law()).public("office", office).public("roles", roles.join(" "));
        let sealed = store::seal(&self.store, HALL_KEY, "invitation", &id, &Invitation { office: office.to_owned(), roles }).await?;
        let record = rows::invitation_record(&id, sealed, until);
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let record = record.clone();
                Box::pin(async move {
                    let now = tx.ctx().now;
                    rows::remove_old_invitations(tx, now).await?;
                    tx.save(record);
                    Ok(())
                })
            })
            .await?;
        Ok((typed, until))
    }

    /// Redeems a code: the signed-in person is appointed. The act names office and officer, never the persona.
    pub(crate) async fn accept_invitation(&self, ctx: &Ctx, typed: &str) -> Result<OfficerRow, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        ctx.require_signature()?;
        let id = code::normal(typed)
            .map(|code| hash(&code))
            .ok_or_else(|| CODE_INVALID.problem().at("/code", "expected 20 letters and digits"))?;
        let sealed = rows::invitation(&self.store, &id, ctx.now).await?.ok_or_else(|| CODE_INVALID.problem())?;
        let invitation: Invitation = store::unseal(&self.store, HALL_KEY, "invitation", &id, &sealed).await?;
        self.require_accepted_passkey(&person, &invitation.office).await?;
        // The hall keeps for itself who an officer is, but not which of their personas came.
        let link = Link { person: person.clone(), persona: String::new() };
        let owner = self.lookup.officer_owner(&person, &invitation.office);
        let standing = store::officer_of(&self.store, &owner).await?;
        let fresh = self.officer_row(ctx, &link, &invitation.office, invitation.roles.clone()).await?;
        let row = match &standing {
            Some(standing) => OfficerRow {
                acting: crate::session::Acting { roles: invitation.roles.clone(), ..standing.acting.clone() },
                appointed_at: ctx.now,
                ..standing.clone()
            },
            None => fresh,
        };
        let mut draft = Draft::new(&acts::ACCEPT_INVITATION, self.administration_law())
            .public("officer", row.acting.handle.as_str())
            .public("office", row.acting.office.as_str())
            .public("roles", row.acting.roles.join(" "))
            .refers(row.acting.handle.as_str());
        if self.has_attested_passkey(&person, &invitation.office).await? {
            draft = draft.public("attested", true);
        }
        // Unnamed, for the persona must not meet the officer.
        let (administration, now, kept) = (self.offices.administration.clone(), ctx.now, row.clone());
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (administration, id, row, standing) = (administration.clone(), id.clone(), kept.clone(), standing.clone());
                Box::pin(async move {
                    if !rows::use_invitation(tx, &id, now).await? {
                        return Err(CODE_INVALID.problem());
                    }
                    if store::officer_of_now(tx, &row.owner).await? != standing {
                        return Err(CONFLICT.problem());
                    }
                    if !row.acting.roles.iter().any(|role| role == ADMINISTRATOR) {
                        crate::officer::keep_an_administrator(tx, &administration, &row.acting.handle).await?;
                    }
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await?;
        self.end_sessions_of(&row.acting.handle);
        Ok(row)
    }

    fn administration_law(&self) -> String {
        self.offices.office(&self.offices.administration).map_or_else(String::new, |office| office.legal_basis.en.clone())
    }
}
