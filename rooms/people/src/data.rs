//! What is held about a person, opened for that person: the download.
//!
//! It finds what the person's own keys find: rows by their keyed owners, and acts by the person's public handles, those that the person
//! did and those that refer to them. What stands in the record without any handle (sign-ins, readings) is told from the person's own
//! lists instead.

use sala_core::{
    ctx::Ctx,
    problem::{NOT_FOUND, Problem},
    store::{ActRow, ERASED},
};

use crate::{
    People,
    credential::{OwnCredential, award::OpenAward},
    identity::LinkedIdentity,
    person::{PasskeySecret, Profile},
    presentation::Presentation,
    session::Live,
    store::{self, MandateRow, OfficerRow, PasskeyRow, PersonaRow, SessionRow, Side, recovery::RecoveryRow},
};

/// At most so many entries of one list; the acts go on from page to page.
const MOST: usize = 500;

/// All of it, but for what lists of their own tell (notices, readings, holds).
pub(crate) struct Held {
    pub(crate) profile: Profile,
    pub(crate) personas: Vec<PersonaRow>,
    pub(crate) passkeys: Vec<(PasskeyRow, PasskeySecret)>,
    pub(crate) sessions: Vec<(SessionRow, bool)>,
    pub(crate) appointments: Vec<OfficerRow>,
    pub(crate) mandates: Vec<MandateRow>,
    pub(crate) recoveries: Vec<RecoveryRow>,
    pub(crate) identities: Vec<LinkedIdentity>,
    pub(crate) credentials: Vec<OwnCredential>,
    pub(crate) awards: Vec<OpenAward>,
    /// What wallets were asked by one of the personas, and what they answered.
    pub(crate) presentations: Vec<Presentation>,
    /// The newest first, with the fields that are sealed for the person.
    pub(crate) acts: Vec<HeldAct>,
    /// Where the next page of acts begins.
    pub(crate) next: Option<u64>,
}

/// An act with what it holds for the person: (field, salt, value).
pub(crate) struct HeldAct {
    pub(crate) act: ActRow,
    pub(crate) openings: Vec<(String, [u8; 32], sala_core::cbor::Value)>,
}

impl People {
    /// What is held about the signed-in person; of acts those before `before` in the log. Needs a fresh session.
    pub(crate) async fn held(&self, ctx: &Ctx, live: Option<&Live>, before: Option<u64>) -> Result<Held, Problem> {
        ctx.require_fresh()?;
        let person = ctx.require_signed_in()?;
        let profile = self.profile(person).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let personas = self.personas_of(&profile).await?;
        let appointments = self.appointments(person).await?;
        let (mut mandates, mut presentations) = (vec![], vec![]);
        let mut awards = vec![];
        for persona in &personas {
            awards.extend(self.awards_of(&persona.handle).await?);
            presentations.extend(self.presentations_of(ctx.now, &persona.handle, person).await?);
            for side in [Side::Principal, Side::Agent] {
                mandates.extend(store::mandates_of(&self.store, side, &persona.handle, "", MOST).await?);
            }
        }
        let handles: Vec<String> = personas
            .iter()
            .map(|persona| persona.handle.clone())
            .chain(appointments.iter().map(|officer| officer.acting.handle.clone()))
            .collect();
        let (acts, next) = self.held_acts(person, &handles, before).await?;
        Ok(Held {
            passkeys: self.passkeys(person).await?,
            sessions: self.list_own_sessions(ctx, live).await?,
            recoveries: self.list_recoveries(ctx).await?,
            identities: self.list_identities(ctx).await?,
            credentials: self.list_own_credentials(ctx).await?,
            awards,
            profile,
            personas,
            appointments,
            mandates,
            presentations,
            acts,
            next,
        })
    }

    async fn held_acts(&self, person: &str, handles: &[String], before: Option<u64>) -> Result<(Vec<HeldAct>, Option<u64>), Problem> {
        let places = store::reading::acts_of(&self.store, handles, before, MOST).await?;
        let next = places.last().filter(|_| places.len() == MOST).map(|(_, index)| *index);
        let mut acts = vec![];
        for (id, _) in places {
            let Some(act) = self.store.act_by_id(&id).await? else { continue };
            let openings = match self.store.openings_for(person, &id).await {
                Err(problem) if problem.code == &ERASED => vec![],
                opened => opened?,
            };
            acts.push(HeldAct { act, openings });
        }
        Ok((acts, next))
    }
}
