//! Appointments: who may act in which office, with which roles.

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{CONFLICT, INVALID, NOT_FOUND, Problem},
};

use crate::{
    People, acts,
    offices::ADMINISTRATOR,
    person::Link,
    problems::LAST_ADMINISTRATOR,
    session::Acting,
    store::{self, HALL_KEY, OfficerRow},
    token::new_handle,
};

impl People {
    /// Appoints the person behind a persona in an office, or changes the roles of a standing appointment; its sessions end then.
    pub(crate) async fn appoint_officer(&self, ctx: &Ctx, persona: &str, office: &str, roles: Vec<String>) -> Result<OfficerRow, Problem> {
        ctx.require_officer(&self.offices.administration, ADMINISTRATOR)?;
        ctx.require_signature()?;
        let link = store::persona_link(&self.store, persona).await?;
        let link = link.ok_or_else(|| INVALID.problem().at("/persona", "nobody has this persona"))?;
        let link = self.open_link(persona, &link).await?;
        self.checked_roles(office, roles.clone())?;
        self.require_accepted_passkey(&link.person, office).await?;
        let authority = self.offices.office(&self.offices.administration).map_or_else(String::new, |office| office.legal_basis.en.clone());
        self.appoint(ctx, &authority, &link, office, roles).await
    }

    /// Makes an appointment stand; `ctx` must have been allowed to.
    pub(crate) async fn appoint(
        &self,
        ctx: &Ctx,
        authority: &str,
        link: &Link,
        office: &str,
        roles: Vec<String>,
    ) -> Result<OfficerRow, Problem> {
        let roles = self.checked_roles(office, roles)?;
        match self.try_to_appoint(ctx, authority, link, office, &roles).await {
            // Someone else was quicker: what stands now may be what is wanted, or can be changed.
            Err(problem) if problem.code == &CONFLICT => self.try_to_appoint(ctx, authority, link, office, &roles).await,
            done => done,
        }
    }

    async fn try_to_appoint(&self, ctx: &Ctx, authority: &str, link: &Link, office: &str, roles: &[String]) -> Result<OfficerRow, Problem> {
        let owner = self.lookup.officer_owner(&link.person, office);
        let standing = store::officer_of(&self.store, &owner).await?;
        let row = match standing.clone() {
            Some(standing) if standing.acting.roles == roles => return Ok(standing),
            Some(standing) => OfficerRow { acting: Acting { roles: roles.to_vec(), ..standing.acting }, appointed_at: ctx.now, ..standing },
            None => self.officer_row(ctx, link, office, roles.to_vec()).await?,
        };
        let mut draft = Draft::new(&acts::APPOINT, authority)
            .public("officer", row.acting.handle.as_str())
            .public("office", office)
            .public("roles", row.acting.roles.join(" "))
            .refers(row.acting.handle.as_str());
        if self.has_attested_passkey(&link.person, office).await? {
            draft = draft.public("attested", true);
        }
        let (administration, kept) = (self.offices.administration.clone(), row.clone());
        let credentials = self.credential_owner_of(&row.acting.handle);
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let (administration, row, standing) = (administration.clone(), kept.clone(), standing.clone());
                let credentials = credentials.clone();
                Box::pin(async move {
                    if store::officer_of_now(tx, &row.owner).await? != standing {
                        return Err(CONFLICT.problem());
                    }
                    if !row.acting.roles.iter().any(|role| role == ADMINISTRATOR) {
                        keep_an_administrator(tx, &administration, &row.acting.handle).await?;
                    }
                    tx.save(row.record());
                    // What was issued on it says other roles.
                    store::credential::revoke_all_now(tx, &credentials, false).await
                })
            })
            .await?;
        self.end_sessions_of(&row.acting.handle);
        Ok(row)
    }

    /// An appointment, ready to be written, under a fresh handle.
    pub(crate) async fn officer_row(&self, ctx: &Ctx, link: &Link, office: &str, roles: Vec<String>) -> Result<OfficerRow, Problem> {
        let handle = new_handle("officer", &*ctx.entropy);
        // Who answers for the office, but not under which persona they came: that lies with the custodians.
        let kept = Link { person: link.person.clone(), persona: String::new() };
        Ok(OfficerRow {
            link: store::seal(&self.store, HALL_KEY, "officer", &handle, &kept).await?,
            owner: self.lookup.officer_owner(&link.person, office),
            acting: Acting { handle, office: office.to_owned(), roles },
            appointed_at: ctx.now,
        })
    }

    /// Ends an appointment and the sessions under it. 404 when there is none with this handle.
    pub(crate) async fn dismiss_officer(&self, ctx: &Ctx, handle: &str) -> Result<(), Problem> {
        ctx.require_officer(&self.offices.administration, ADMINISTRATOR)?;
        ctx.require_signature()?;
        let officer = store::officer(&self.store, handle).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let authority = self.offices.office(&self.offices.administration).map_or_else(String::new, |office| office.legal_basis.en.clone());
        let draft =
            Draft::new(&acts::DISMISS, authority).public("officer", handle).public("office", officer.acting.office.as_str()).refers(handle);
        let (administration, wanted) = (self.offices.administration.clone(), handle.to_owned());
        let owner = self.credential_owner_of(handle);
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let (administration, handle, owner) = (administration.clone(), wanted.clone(), owner.clone());
                Box::pin(async move {
                    keep_an_administrator(tx, &administration, &handle).await?;
                    if !store::remove_officer(tx, &handle).await? {
                        return Err(NOT_FOUND.problem());
                    }
                    store::credential::revoke_all_now(tx, &owner, true).await
                })
            })
            .await?;
        self.end_sessions_of(handle);
        Ok(())
    }

    /// The appointments, in the order of their handles.
    pub(crate) async fn list_appointments(&self, ctx: &Ctx, after: &str, limit: usize) -> Result<Vec<OfficerRow>, Problem> {
        ctx.require_officer(&self.offices.administration, ADMINISTRATOR)?;
        store::officers(&self.store, after, limit).await
    }

    /// Roles as they are kept: known to the office, each once, in a fixed order.
    pub(crate) fn checked_roles(&self, office: &str, mut roles: Vec<String>) -> Result<Vec<String>, Problem> {
        if self.offices.office(office).is_none() {
            return Err(INVALID.problem().at("/office", format!("there is no office `{office}`")));
        }
        if roles.is_empty() {
            return Err(INVALID.problem().at("/roles", "expected at least one role"));
        }
        if let Some(place) = roles.iter().position(|role| !self.offices.has_role(office, role)) {
            return Err(INVALID.problem().at(format!("/roles/{place}"), format!("the office `{office}` has no such role")));
        }
        roles.sort();
        roles.dedup();
        Ok(roles)
    }

    /// What is not in memory is checked against the appointment when it is read again.
    pub(crate) fn end_sessions_of(&self, handle: &str) {
        self.forget_sessions(|live| live.who.acting.as_ref().is_some_and(|acting| acting.handle == handle));
    }
}

/// Refuses when the hall would have no administrator once `leaving` is none.
pub(crate) async fn keep_an_administrator(tx: &mut sala_core::store::Tx, administration: &str, leaving: &str) -> Result<(), Problem> {
    let officers = store::officers_in(tx, administration).await?;
    let administrators = || officers.iter().filter(|officer| officer.acting.roles.iter().any(|role| role == ADMINISTRATOR));
    let is_one = administrators().any(|officer| officer.acting.handle == leaving);
    if is_one && administrators().count() == 1 { Err(LAST_ADMINISTRATOR.problem()) } else { Ok(()) }
}
