//! What a credential rests on, who can have it, and what it says.

use sala_core::{
    ctx::{Actor, Ctx},
    problem::{INVALID, Problem},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    not_yours,
    types::{ClaimSource, CredentialType, Ground},
};
use crate::{
    People,
    mandate::{organisation::is_organisation, rule::Mandate},
    store::{self, Side},
};

const MOST_MANDATES: usize = 500;

/// The very thing that a credential rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ground", content = "id", rename_all = "snake_case")]
pub(crate) enum Rests {
    /// The person.
    Person,
    /// A mandate, by its id.
    Mandate(String),
    /// An appointment, by the officer's handle.
    Appointment(String),
    /// An award, by its id.
    Award(String),
}

impl Rests {
    pub(crate) fn ground(&self) -> Ground {
        match self {
            Self::Person => Ground::Person,
            Self::Mandate(_) => Ground::Mandate,
            Self::Appointment(_) => Ground::Appointment,
            Self::Award(_) => Ground::Award,
        }
    }

    /// Its id; the person's is nobody's business.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Person => None,
            Self::Mandate(id) | Self::Appointment(id) | Self::Award(id) => Some(id),
        }
    }
}

/// What a credential will say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) claims: Map<String, Value>,
    /// When what it rests on ends, where that is known.
    pub(crate) until: Option<Timestamp>,
}

fn reason(ground: Ground) -> Text {
    match ground {
        Ground::Person => Text::new(
            "ระดับการยืนยันตัวตนของคุณยังไม่ถึง เชื่อมบัตรประจำตัวดิจิทัลก่อน",
            "Your level of identity is too low: link a national identity first.",
        ),
        Ground::Mandate => {
            Text::new("อวตารที่ใช้อยู่ไม่มีการมอบอำนาจที่มีผลบังคับ", "The persona that you use has received no mandate that is in force.")
        }
        Ground::Appointment => Text::new("เข้าสู่ระบบในฐานะเจ้าหน้าที่ก่อน", "Sign in as an officer first."),
        Ground::Award => Text::new("ยังไม่มีหน่วยงานใดให้เอกสารนี้แก่อวตารที่ใช้อยู่", "No office has awarded this to the persona that you use."),
    }
}

impl People {
    /// Whose a credential is, as its column says it: a keyed hash of what it rests on.
    pub(crate) fn credential_owner(&self, person: &str, rests: &Rests) -> String {
        self.lookup.keyed("credential owner", rests.id().unwrap_or(person).as_bytes())
    }

    /// The same for a mandate, an appointment or an award, whoever the person is.
    pub(crate) fn credential_owner_of(&self, id: &str) -> String {
        self.lookup.keyed("credential owner", id.as_bytes())
    }

    /// To which persona an award belongs, as its column says it.
    pub(crate) fn award_owner(&self, persona: &str) -> String {
        self.lookup.keyed("credential award", persona.as_bytes())
    }

    /// All owners under which credentials of a person can lie.
    pub(crate) async fn credential_owners(&self, person: &str) -> Result<Vec<String>, Problem> {
        let mut owners = vec![self.credential_owner(person, &Rests::Person)];
        owners.extend(self.appointments(person).await?.iter().map(|officer| self.credential_owner_of(&officer.acting.handle)));
        if let Some(profile) = self.profile(person).await? {
            for persona in self.personas_of(&profile).await? {
                owners.extend(self.persona_credential_owners(&persona.handle).await?);
            }
        }
        Ok(owners)
    }

    /// Those of one persona: mandates that it received, awards.
    pub(crate) async fn persona_credential_owners(&self, persona: &str) -> Result<Vec<String>, Problem> {
        let mandates = store::mandates_of(&self.store, Side::Agent, persona, "", MOST_MANDATES).await?;
        let awards = store::credential::awards_of(&self.store, &self.award_owner(persona)).await?;
        let ids = mandates.into_iter().map(|row| row.mandate.id).chain(awards.into_iter().map(|row| row.id));
        Ok(ids.map(|id| self.credential_owner_of(&id)).collect())
    }

    /// Those that rest on mandates of an organisation.
    pub(crate) async fn credential_owners_under(&self, organisation: &str) -> Result<Vec<String>, Problem> {
        let mandates = store::mandates_of(&self.store, Side::Principal, organisation, "", MOST_MANDATES).await?;
        Ok(mandates.into_iter().map(|row| self.credential_owner_of(&row.mandate.id)).collect())
    }

    /// What the caller has on which a credential of this type could rest; else why there is nothing.
    pub(crate) async fn grounds_for(&self, ctx: &Ctx, kind: &CredentialType) -> Result<Result<Vec<Rests>, Text>, Problem> {
        let person = ctx.require_signed_in()?;
        if self.ial_of(person).await? < kind.minimum_level {
            return Ok(Err(reason(Ground::Person)));
        }
        let found = match (kind.ground, &ctx.actor) {
            (Ground::Person, _) => vec![Rests::Person],
            (Ground::Mandate, Actor::Citizen { persona, .. }) => {
                let mut mandates = vec![];
                for row in store::mandates_of(&self.store, Side::Agent, persona, "", MOST_MANDATES).await? {
                    if self.is_in_force(&row.mandate, ctx.now).await? {
                        mandates.push(Rests::Mandate(row.mandate.id));
                    }
                }
                mandates
            }
            (Ground::Appointment, Actor::Officer { handle, .. }) => vec![Rests::Appointment(handle.clone())],
            (Ground::Award, Actor::Citizen { persona, .. }) => {
                let awards = store::credential::awards_of(&self.store, &self.award_owner(persona)).await?;
                awards.into_iter().filter(|row| row.kind == kind.id).map(|row| Rests::Award(row.id)).collect()
            }
            _ => vec![],
        };
        Ok(if found.is_empty() { Err(reason(kind.ground)) } else { Ok(found) })
    }

    /// The one that is meant: the mandate that was named, or the only or newest one there is.
    pub(crate) async fn choose_ground(&self, ctx: &Ctx, kind: &CredentialType, mandate: Option<&str>) -> Result<Rests, Problem> {
        let found = self.grounds_for(ctx, kind).await?.map_err(not_yours)?;
        match (kind.ground, mandate) {
            (Ground::Mandate, Some(id)) => {
                let named = found.into_iter().find(|rests| rests.id() == Some(id));
                named.ok_or_else(|| INVALID.problem().at("/mandate", "this persona has received no such mandate that is in force"))
            }
            (Ground::Mandate, None) if found.len() > 1 => {
                Err(INVALID.problem().at("/mandate", "expected which one: the persona has received several"))
            }
            (_, Some(_)) => Err(INVALID.problem().at("/mandate", "goes with a type that rests on a mandate only")),
            _ => found.into_iter().next().ok_or_else(|| not_yours(reason(kind.ground))),
        }
    }

    async fn is_in_force(&self, mandate: &Mandate, now: Timestamp) -> Result<bool, Problem> {
        if mandate.require_force(now).is_err() {
            return Ok(false);
        }
        if !is_organisation(&mandate.principal) {
            return Ok(true);
        }
        let organisation = store::organisation(&self.store, &mandate.principal).await?;
        Ok(organisation.is_some_and(|row| row.organisation.step == crate::mandate::organisation::OrganisationStep::Confirmed))
    }

    /// What the credential says now; nothing when the person can't have it (any more).
    pub(crate) async fn said(&self, person: &str, kind: &CredentialType, rests: &Rests, now: Timestamp) -> Result<Option<Said>, Problem> {
        let level = self.ial_of(person).await?;
        if level < kind.minimum_level || rests.ground() != kind.ground {
            return Ok(None);
        }
        let mut until = None;
        let values: Vec<(ClaimSource, Value)> = match rests {
            Rests::Person => {
                let name = self.proven_name(person).await?;
                let mut values = vec![(ClaimSource::IdentityLevel, json!(level))];
                values.extend(name.map(|name| (ClaimSource::IdentityName, json!(name))));
                values
            }
            Rests::Mandate(id) => {
                let Some(row) = store::mandate(&self.store, id).await? else { return Ok(None) };
                if !self.is_in_force(&row.mandate, now).await? {
                    return Ok(None);
                }
                until = Some(row.mandate.until);
                of_mandate(&row.mandate)
            }
            Rests::Appointment(handle) => {
                let Some(row) = store::officer(&self.store, handle).await? else { return Ok(None) };
                let title = self.office_title(&row.acting.office).unwrap_or_default();
                vec![
                    (ClaimSource::OfficeId, json!(row.acting.office)),
                    (ClaimSource::OfficeTitleTh, json!(title.th)),
                    (ClaimSource::OfficeTitleEn, json!(title.en)),
                    (ClaimSource::OfficeRoles, json!(row.acting.roles)),
                    (ClaimSource::OfficeHandle, json!(row.acting.handle)),
                    (ClaimSource::OfficeSince, json!(row.appointed_at)),
                ]
            }
            Rests::Award(id) => return Ok(self.awarded_claims(id).await?.map(|claims| Said { claims, until: None })),
        };
        let value = |from: ClaimSource| values.iter().find(|(source, _)| *source == from).map(|(_, value)| value.clone());
        let claims: Map<String, Value> = kind.claims.iter().filter_map(|claim| Some((claim.name.clone(), value(claim.from)?))).collect();
        let is_whole = kind.claims.iter().filter(|claim| claim.mandatory).all(|claim| claims.contains_key(&claim.name));
        Ok(is_whole.then_some(Said { claims, until }))
    }
}

fn of_mandate(mandate: &Mandate) -> Vec<(ClaimSource, Value)> {
    let mut values = vec![
        (ClaimSource::MandatePrincipal, json!(mandate.principal)),
        (ClaimSource::MandateAgent, json!(mandate.agent)),
        (ClaimSource::MandateForm, json!(mandate.form)),
        (ClaimSource::MandateOperations, json!(mandate.operations)),
        (ClaimSource::MandateFrom, json!(mandate.from)),
        (ClaimSource::MandateUntil, json!(mandate.until)),
    ];
    values.extend(mandate.limit.per_act.map(|satang| (ClaimSource::MandatePerActSatang, json!(satang))));
    values.extend(mandate.limit.total.map(|satang| (ClaimSource::MandateTotalSatang, json!(satang))));
    values
}
