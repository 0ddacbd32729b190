//! Organisations that can be a principal: a public name under a random handle, a registration that only its holder and the
//! confirming office can read, and an officer who compared the two.

use sala_core::{
    act::Draft,
    ctx::{Actor, Ctx},
    problem::{CONFLICT, INVALID, NOT_FOUND, Problem},
    store::ERASED,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{citizen, delegation::OrganisationRules, in_person, note};
use crate::{
    People, acts,
    person::clean_name,
    problems::ORGANISATION_NOT_OPEN,
    store::{self, OrganisationRow},
    token::new_handle,
};

/// How many requests one persona may have waiting.
const MOST_WAITING: usize = 20;

/// How far an organisation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrganisationStatus)]
pub enum OrganisationStep {
    /// An officer must decide.
    Requested,
    /// It can give mandates.
    Confirmed,
    /// An officer refused it.
    Refused,
    /// An officer struck it off: mandates that it gave are no longer in force.
    StruckOff,
}

impl OrganisationStep {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::StruckOff => "struck_off",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Requested, Self::Confirmed, Self::Refused, Self::StruckOff].into_iter().find(|step| step.name() == name)
    }
}

/// An organisation as everyone may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Organisation {
    /// Handle: `org_` and 128 random bits.
    pub(crate) id: String,
    pub(crate) name: String,
    /// Handle of the persona that asked for it and gives its mandates.
    pub(crate) holder: String,
    pub(crate) step: OrganisationStep,
    pub(crate) asked_at: Timestamp,
    pub(crate) decided_at: Option<Timestamp>,
}

impl Organisation {
    fn decide(&mut self, is_confirmed: bool, now: Timestamp) -> Result<(), Problem> {
        self.step = match (self.step, is_confirmed) {
            (OrganisationStep::Requested, true) => OrganisationStep::Confirmed,
            (OrganisationStep::Requested, false) => OrganisationStep::Refused,
            (OrganisationStep::Confirmed, false) => OrganisationStep::StruckOff,
            _ => return Err(ORGANISATION_NOT_OPEN.problem()),
        };
        self.decided_at = Some(now);
        Ok(())
    }
}

/// Sealed with the organisation's own key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrganisationSecret {
    pub(crate) registration: String,
    pub(crate) evidence: String,
}

/// Whether a handle is that of an organisation.
pub(crate) fn is_organisation(handle: &str) -> bool {
    handle.starts_with("org_")
}

pub(crate) fn key_of(id: &str) -> String {
    format!("organisation/{id}")
}

/// A registration number as it is compared: letters and digits only, large.
fn clean_registration(given: &str) -> Result<String, Problem> {
    let number: String = given.chars().filter(|letter| !matches!(letter, ' ' | '-' | '.' | '/')).collect();
    let is_good = (5..=40).contains(&number.len()) && number.chars().all(|letter| letter.is_ascii_alphanumeric());
    if is_good {
        Ok(number.to_ascii_uppercase())
    } else {
        Err(INVALID.problem().at("/registration", "expected the registration number: 5 to 40 Latin letters and digits"))
    }
}

impl People {
    fn organisation_rules(&self) -> Result<&OrganisationRules, Problem> {
        let rules = self.config.delegation.organisations.as_ref();
        rules.ok_or_else(|| NOT_FOUND.problem().detail("ศาลานี้ไม่รับขึ้นทะเบียนองค์กร", "This hall registers no organisations."))
    }

    /// Asks for an organisation to be registered; an officer decides. Signed.
    pub(crate) async fn register_organisation(
        &self,
        ctx: &Ctx,
        name: &str,
        registration: &str,
        evidence: &str,
    ) -> Result<OrganisationRow, Problem> {
        let holder = citizen(ctx)?.to_owned();
        in_person(ctx)?;
        let rules = self.organisation_rules()?;
        let name = clean_name("/name", name)?;
        let registration = clean_registration(registration)?;
        let evidence = note("/evidence", Some(evidence))?
            .ok_or_else(|| INVALID.problem().at("/evidence", format!("expected the evidence: {}", rules.evidence.en)))?;
        ctx.require_signature()?;
        let id = new_handle("org", &*ctx.entropy);
        let key = key_of(&id);
        self.store.create_person_key(&key).await?;
        let secret = OrganisationSecret { registration, evidence };
        let draft = Draft::new(&acts::REGISTER_ORGANISATION, rules.legal_basis.pair())
            .public("organisation", id.as_str())
            .public("name", name.as_str())
            .sealed(&key, "registration", secret.registration.as_str())
            .sealed(&key, "evidence", secret.evidence.as_str())
            .refers(id.as_str())
            .refers(holder.as_str());
        let row = OrganisationRow {
            registration: self.lookup.registration(&secret.registration),
            sealed: store::seal(&self.store, &key, "organisation", &id, &secret).await?,
            organisation: Organisation { id, name, holder, step: OrganisationStep::Requested, asked_at: ctx.now, decided_at: None },
        };
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    if store::organisations_asked_now(tx, &row.organisation.holder).await? >= MOST_WAITING {
                        return Err(CONFLICT.problem().detail(
                            format!("มีคำขอที่รอการตรวจอยู่แล้ว {MOST_WAITING} คำขอ โปรดรอผล"),
                            format!("{MOST_WAITING} requests wait already; wait for their decision."),
                        ));
                    }
                    if store::confirmed_registration_now(tx, &row.registration).await?.is_some() {
                        return Err(taken());
                    }
                    tx.save(row.record());
                    Ok(row.organisation.id)
                })
            })
            .await?;
        self.organisation(&acted.value).await
    }

    /// An officer confirms, refuses, or strikes off (a refusal of what was confirmed). Signed.
    pub(crate) async fn decide_on_organisation(&self, ctx: &Ctx, id: &str, is_confirmed: bool) -> Result<OrganisationRow, Problem> {
        let rules = self.organisation_rules()?;
        ctx.require_officer(&rules.confirmation.office, &rules.confirmation.role)?;
        let found = self.organisation(id).await?;
        if self.is_own(ctx, &found.organisation.holder).await? {
            return Err(ORGANISATION_NOT_OPEN.problem().because("an officer may not decide on an organisation of their own"));
        }
        ctx.require_signature()?;
        let kind = if is_confirmed { &acts::CONFIRM_ORGANISATION } else { &acts::REFUSE_ORGANISATION };
        let draft = Draft::new(kind, rules.legal_basis.pair())
            .public("organisation", id)
            .public("name", found.organisation.name.as_str())
            .refers(id)
            .refers(found.organisation.holder.as_str());
        let (wanted, now) = (id.to_owned(), ctx.now);
        // Mandates of an organisation that is struck off are without force, and so is what was issued on them.
        let ended = if is_confirmed { vec![] } else { self.credential_owners_under(id).await? };
        self.store
            .act(ctx, draft, move |tx| {
                let (id, ended) = (wanted.clone(), ended.clone());
                Box::pin(async move {
                    let mut row = store::organisation_now(tx, &id).await?.ok_or_else(|| NOT_FOUND.problem())?;
                    row.organisation.decide(is_confirmed, now)?;
                    if is_confirmed && store::confirmed_registration_now(tx, &row.registration).await?.is_some() {
                        return Err(taken());
                    }
                    tx.save(row.record());
                    for owner in &ended {
                        store::credential::revoke_all_now(tx, owner, false).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.organisation(id).await
    }

    /// One organisation. 404 when there is none.
    pub(crate) async fn organisation(&self, id: &str) -> Result<OrganisationRow, Problem> {
        store::organisation(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())
    }

    /// What is sealed of an organisation, for its holder and the confirming officers; `None` for all others and after erasure.
    pub(crate) async fn organisation_secret(&self, ctx: &Ctx, row: &OrganisationRow) -> Result<Option<OrganisationSecret>, Problem> {
        let is_officer =
            self.organisation_rules().is_ok_and(|rules| ctx.require_officer(&rules.confirmation.office, &rules.confirmation.role).is_ok());
        let is_holder = matches!(&ctx.actor, Actor::Citizen { persona, .. } if *persona == row.organisation.holder);
        if !is_officer && !is_holder {
            return Ok(None);
        }
        match store::unseal(&self.store, &key_of(&row.organisation.id), "organisation", &row.organisation.id, &row.sealed).await {
            Err(problem) if problem.code == &ERASED => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// For a persona: those that it holds. For a confirming officer: those that wait.
    pub(crate) async fn list_organisations(&self, ctx: &Ctx) -> Result<Vec<OrganisationRow>, Problem> {
        ctx.require_signed_in()?;
        if let Actor::Citizen { persona, .. } = &ctx.actor {
            return store::organisations_of(&self.store, persona).await;
        }
        let rules = self.organisation_rules()?;
        ctx.require_officer(&rules.confirmation.office, &rules.confirmation.role)?;
        store::organisations_awaiting(&self.store).await
    }

    /// Refuses unless `holder` may give mandates of the organisation.
    pub(crate) async fn require_holder(&self, id: &str, holder: &str) -> Result<(), Problem> {
        let row = store::organisation(&self.store, id).await?.filter(|row| row.organisation.holder == holder);
        match row.map(|row| row.organisation.step) {
            Some(OrganisationStep::Confirmed) => Ok(()),
            Some(_) => Err(ORGANISATION_NOT_OPEN
                .problem()
                .detail("องค์กรนี้ยังไม่ได้รับการยืนยันจากเจ้าหน้าที่", "An officer has not confirmed this organisation, or it was struck off.")),
            None => Err(INVALID.problem().at("/principal", "expected an organisation that this persona registered")),
        }
    }
}

fn taken() -> Problem {
    CONFLICT.problem().detail("มีองค์กรที่ยืนยันแล้วด้วยเลขทะเบียนนี้", "A confirmed organisation has this registration number already.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_officer_decides_once_and_may_strike_off() {
        let mut asked = Organisation {
            id: "org_1".into(),
            name: "ก".into(),
            holder: "persona_1".into(),
            step: OrganisationStep::Requested,
            asked_at: Timestamp(0),
            decided_at: None,
        };
        let mut refused = asked.clone();
        refused.decide(false, Timestamp(1)).unwrap();
        assert_eq!(refused.decide(true, Timestamp(2)).unwrap_err().code.code, "organisation_not_open");
        asked.decide(true, Timestamp(1)).unwrap();
        assert!(asked.decide(true, Timestamp(2)).is_err());
        asked.decide(false, Timestamp(3)).unwrap();
        assert_eq!((asked.step, asked.decided_at), (OrganisationStep::StruckOff, Some(Timestamp(3))));
        assert!(asked.decide(false, Timestamp(4)).is_err());
    }

    #[test]
    fn a_registration_number_is_compared_as_people_write_it() {
        assert_eq!(clean_registration("0-1055-60123 456").unwrap(), "0105560123456");
        assert_eq!(clean_registration("hrb 12345").unwrap(), "HRB12345");
        for wrong in ["", "12-3", "๐๑๐๕๕", &"1".repeat(41)] {
            assert_eq!(clean_registration(wrong).unwrap_err().errors[0].pointer, "/registration", "{wrong}");
        }
    }

    #[test]
    fn steps_read_back() {
        for step in [OrganisationStep::Requested, OrganisationStep::Confirmed, OrganisationStep::Refused, OrganisationStep::StruckOff] {
            assert_eq!(OrganisationStep::from_name(step.name()), Some(step));
        }
    }
}
