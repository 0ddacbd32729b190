//! Acting for another. A mandate is a public act between two handles: what may be done, within which limits, from when until when.
//!
//! - The principal offers, the agent accepts; where the form says so, an officer confirms on evidence. A ward can't offer: there the
//!   agent asks and the officer decides.
//! - Every step is signed by the one who takes it. Note and evidence are sealed with a key of the mandate's own, which the hall opens
//!   for both sides (and, while it decides, for the confirming office).
//! - A request under a mandate names it (`Sala-Behalf`); [`People::behalf`] checks force, agent and scope, [`charge_mandate`](force::charge_mandate) checks
//!   force again inside the transaction and counts money.
//!
//! **Two personas of one person.** A mandate between them is useless, and a refusal that says so would be an oracle: whoever looks
//! over a shoulder, or makes someone try, would learn that two handles are one person. So an offer to an own persona is taken like
//! any other, and only the agent's side can't accept it, with the same `mandate_not_open` that a withdrawn or lapsed offer gets. The
//! public record shows an offer that nobody accepted, of which there are many. For the same reason an officer who is a party, and so
//! must not decide, reads `mandate_not_open` too. A mandate for the very handle that asks is told plainly: it reveals nothing.

pub(crate) mod delegation;
pub(crate) mod filing;
pub(crate) mod force;
pub(crate) mod organisation;
pub(crate) mod rule;

use sala_core::{
    act::{ActKind, Draft},
    ctx::{Actor, Ctx},
    problem::{FORBIDDEN, INVALID, NOT_FOUND, Problem, SIGN_IN_REQUIRED},
    store::{ActFilter, ActSummary, ERASED},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use self::{delegation::Confirmation, organisation::is_organisation, rule::Mandate};
use crate::{
    People, acts, persona,
    problems::{MANDATE_NOT_DELEGABLE, MANDATE_NOT_OPEN},
    store::{self, MandateRow, Side},
};

const MOST_NOTE_LETTERS: usize = 2000;

/// Sealed with the mandate's own key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MandateSecret {
    pub(crate) note: Option<String>,
    pub(crate) evidence: Option<String>,
}

/// Who asks about a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Party {
    Principal,
    Agent,
    Officer,
}

/// The vault's name of the key with which a mandate's note and evidence are sealed.
pub(crate) fn key_of(id: &str) -> String {
    format!("mandate/{id}")
}

/// The persona that asks. Officers have no mandates: they act by their office.
pub(crate) fn citizen(ctx: &Ctx) -> Result<&str, Problem> {
    match &ctx.actor {
        Actor::Visitor => Err(SIGN_IN_REQUIRED.problem()),
        Actor::Citizen { persona, .. } => Ok(persona),
        _ => Err(FORBIDDEN.problem().detail(
            "เจ้าหน้าที่ทำการตามหน้าที่ ไม่ใช่ตามการมอบอำนาจ โปรดเข้าสู่ระบบในฐานะพลเมือง",
            "Officers act by their office, not under mandates. Sign in as a citizen.",
        )),
    }
}

/// Refuses whoever acts for another: mandates are given, taken and ended in person.
pub(crate) fn in_person(ctx: &Ctx) -> Result<(), Problem> {
    if ctx.behalf.is_none() { Ok(()) } else { Err(MANDATE_NOT_DELEGABLE.problem()) }
}

/// Free text for the other side: trimmed, at most 2,000 letters; nothing when blank.
pub(crate) fn note(pointer: &str, given: Option<&str>) -> Result<Option<String>, Problem> {
    let text = given.unwrap_or_default().trim();
    if text.chars().count() > MOST_NOTE_LETTERS || text.chars().any(|letter| letter.is_control() && letter != '\n') {
        return Err(INVALID.problem().at(pointer, format!("expected at most {MOST_NOTE_LETTERS} letters")));
    }
    Ok(Some(text).filter(|text| !text.is_empty()).map(str::to_owned))
}

impl People {
    /// The agent accepts. Signed.
    pub(crate) async fn accept_mandate(&self, ctx: &Ctx, id: &str) -> Result<MandateRow, Problem> {
        let row = self.mandate_for(ctx, id, Party::Agent).await?;
        in_person(ctx)?;
        if !is_organisation(&row.mandate.principal) && self.is_own(ctx, &row.mandate.principal).await? {
            return Err(MANDATE_NOT_OPEN.problem());
        }
        ctx.require_signature()?;
        self.take_step(ctx, self.mandate_draft(&acts::ACCEPT_MANDATE, &row.mandate), id, Mandate::accept).await
    }

    /// The agent refuses an offer, or an officer what awaits confirmation; that one signs it.
    pub(crate) async fn refuse_mandate(&self, ctx: &Ctx, id: &str) -> Result<MandateRow, Problem> {
        let is_officer = matches!(ctx.actor, Actor::Officer { .. });
        let row = self.mandate_for(ctx, id, if is_officer { Party::Officer } else { Party::Agent }).await?;
        in_person(ctx)?;
        if is_officer {
            self.require_outsider(ctx, &row.mandate).await?;
            ctx.require_signature()?;
        }
        let draft = self.mandate_draft(&acts::REFUSE_MANDATE, &row.mandate);
        self.take_step(ctx, draft, id, move |mandate, now| mandate.refuse(is_officer, now)).await
    }

    /// An officer confirms on the evidence, with a word on what was seen. Signed.
    pub(crate) async fn confirm_mandate(&self, ctx: &Ctx, id: &str, finding: &str) -> Result<MandateRow, Problem> {
        let row = self.mandate_for(ctx, id, Party::Officer).await?;
        self.require_outsider(ctx, &row.mandate).await?;
        let finding = note("/finding", Some(finding))?
            .ok_or_else(|| INVALID.problem().at("/finding", "expected what was checked: the document, its number and date"))?;
        ctx.require_signature()?;
        let draft = self.mandate_draft(&acts::CONFIRM_MANDATE, &row.mandate).sealed(&key_of(id), "finding", finding);
        self.take_step(ctx, draft, id, Mandate::confirm).await
    }

    /// Either side, or the confirming office, ends it at once. Signed.
    pub(crate) async fn revoke_mandate(&self, ctx: &Ctx, id: &str) -> Result<MandateRow, Problem> {
        let row = self.get_mandate(ctx, id).await?;
        in_person(ctx)?;
        let by = self.party(ctx, &row.mandate).await?.ok_or_else(|| NOT_FOUND.problem())?;
        ctx.require_signature()?;
        let by = match by {
            Party::Principal => "principal",
            Party::Agent => "agent",
            Party::Officer => "office",
        };
        let draft = self.mandate_draft(&acts::REVOKE_MANDATE, &row.mandate).public("by", by);
        let (wanted, owner, now) = (id.to_owned(), self.credential_owner_of(id), ctx.now);
        self.store
            .act(ctx, draft, move |tx| {
                let (id, owner) = (wanted.clone(), owner.clone());
                Box::pin(async move {
                    let mut row = store::mandate_now(tx, &id).await?.ok_or_else(|| NOT_FOUND.problem())?;
                    row.mandate.revoke(now)?;
                    tx.save(row.record());
                    // What was issued on it says that it stands.
                    store::credential::revoke_all_now(tx, &owner, false).await
                })
            })
            .await?;
        store::mandate(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())
    }

    /// One mandate, for its two sides and the confirming office. 404 for all others.
    pub(crate) async fn get_mandate(&self, ctx: &Ctx, id: &str) -> Result<MandateRow, Problem> {
        ctx.require_signed_in()?;
        let row = store::mandate(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        match self.party(ctx, &row.mandate).await? {
            Some(_) => Ok(row),
            None => Err(NOT_FOUND.problem()),
        }
    }

    /// What is sealed of a mandate; nothing after erasure.
    pub(crate) async fn mandate_secret(&self, row: &MandateRow) -> Result<MandateSecret, Problem> {
        match store::unseal(&self.store, &key_of(&row.mandate.id), "mandate", &row.mandate.id, &row.sealed).await {
            Err(problem) if problem.code == &ERASED => Ok(MandateSecret::default()),
            opened => opened,
        }
    }

    /// The acts of a mandate, the newest first, at most 100: its steps, and what was done under it.
    pub(crate) async fn acts_of_mandate(&self, id: &str) -> Result<Vec<ActSummary>, Problem> {
        let filter = ActFilter { subject: Some(id.to_owned()), limit: 100, ..ActFilter::default() };
        Ok(self.store.acts(&filter).await?.iter().map(sala_core::store::ActRow::summary).collect())
    }

    /// The mandates that the persona has given or received; `principal`: those of an organisation that it holds.
    pub(crate) async fn list_mandates(
        &self,
        ctx: &Ctx,
        side: Side,
        principal: Option<&str>,
        before: &str,
        limit: usize,
    ) -> Result<Vec<MandateRow>, Problem> {
        let own = citizen(ctx)?;
        let handle = match principal {
            Some(organisation) if side == Side::Principal => {
                let found = store::organisation(&self.store, organisation).await?;
                found.filter(|row| row.organisation.holder == own).ok_or_else(|| NOT_FOUND.problem())?.organisation.id
            }
            Some(_) => return Err(INVALID.problem().at("principal", "goes with side=given only")),
            None => own.to_owned(),
        };
        store::mandates_of(&self.store, side, &handle, before, limit).await
    }

    /// What the officer's office has to confirm.
    pub(crate) async fn list_waiting_mandates(&self, ctx: &Ctx, before: &str, limit: usize) -> Result<Vec<MandateRow>, Problem> {
        ctx.require_signed_in()?;
        let forms = self.config.delegation.forms.iter().filter_map(|form| form.confirmation.as_ref());
        let mut own = forms.filter(|confirmation| ctx.require_officer(&confirmation.office, &confirmation.role).is_ok());
        let Confirmation { office, .. } = own.next().ok_or_else(|| FORBIDDEN.problem())?;
        store::mandates_awaiting(&self.store, office, ctx.now, before, limit).await
    }

    /// Whether a persona is one of the person who asks.
    pub(crate) async fn is_own(&self, ctx: &Ctx, handle: &str) -> Result<bool, Problem> {
        let profile = self.profile(ctx.require_signed_in()?).await?.ok_or_else(|| NOT_FOUND.problem())?;
        Ok((0..persona::SLOTS).any(|slot| persona::handle(&profile.persona_key, slot) == handle))
    }

    /// As which side the actor may see and end a mandate.
    async fn party(&self, ctx: &Ctx, mandate: &Mandate) -> Result<Option<Party>, Problem> {
        Ok(match &ctx.actor {
            Actor::Citizen { persona, .. } if *persona == mandate.agent => Some(Party::Agent),
            Actor::Citizen { persona, .. } if *persona == mandate.principal => Some(Party::Principal),
            Actor::Citizen { persona, .. } if is_organisation(&mandate.principal) => {
                let organisation = store::organisation(&self.store, &mandate.principal).await?;
                organisation.filter(|row| row.organisation.holder == *persona).map(|_| Party::Principal)
            }
            Actor::Officer { .. } => {
                let form = self.config.delegation.form(&mandate.form);
                let confirmation = form.and_then(|form| form.confirmation.as_ref());
                let office = mandate.office.as_deref().unwrap_or_default();
                let role = confirmation.filter(|confirmation| confirmation.office == office).map(|confirmation| &confirmation.role);
                role.filter(|role| ctx.require_officer(office, role).is_ok()).map(|_| Party::Officer)
            }
            _ => None,
        })
    }

    async fn mandate_for(&self, ctx: &Ctx, id: &str, wanted: Party) -> Result<MandateRow, Problem> {
        let row = self.get_mandate(ctx, id).await?;
        if self.party(ctx, &row.mandate).await? == Some(wanted) {
            Ok(row)
        } else {
            Err(FORBIDDEN.problem().detail("ขั้นตอนนี้เป็นของอีกฝ่ายหนึ่ง", "This step is the other side's."))
        }
    }

    /// Refuses an officer who is one of the two sides, without saying so.
    async fn require_outsider(&self, ctx: &Ctx, mandate: &Mandate) -> Result<(), Problem> {
        let mut sides = vec![mandate.principal.clone(), mandate.agent.clone()];
        if is_organisation(&mandate.principal) {
            sides.extend(store::organisation(&self.store, &mandate.principal).await?.map(|row| row.organisation.holder));
        }
        for side in sides {
            if self.is_own(ctx, &side).await? {
                return Err(MANDATE_NOT_OPEN.problem());
            }
        }
        Ok(())
    }

    /// What every act on a mandate says.
    fn mandate_draft(&self, kind: &'static ActKind, mandate: &Mandate) -> Draft {
        let authority = self.config.delegation.form(&mandate.form).map_or_else(String::new, |form| form.legal_basis.pair());
        let mut draft = Draft::new(kind, authority)
            .public("mandate", mandate.id.as_str())
            .public("principal", mandate.principal.as_str())
            .public("agent", mandate.agent.as_str())
            .public("form", mandate.form.as_str())
            .public("scope", mandate.scope.join(" "))
            .public("from", mandate.from.to_string())
            .public("until", mandate.until.to_string())
            .refers(mandate.id.as_str())
            .refers(mandate.principal.as_str())
            .refers(mandate.agent.as_str());
        for (name, satang) in [("limit_per_act_satang", mandate.limit.per_act), ("limit_total_satang", mandate.limit.total)] {
            if let Some(satang) = satang {
                draft.add_public(name, satang);
            }
        }
        draft
    }

    /// Takes one step of a mandate as it stands inside the transaction.
    async fn take_step(
        &self,
        ctx: &Ctx,
        draft: Draft,
        id: &str,
        rule: impl Fn(&mut Mandate, Timestamp) -> Result<(), Problem> + Send + Sync + Clone + 'static,
    ) -> Result<MandateRow, Problem> {
        let (wanted, now) = (id.to_owned(), ctx.now);
        self.store
            .act(ctx, draft, move |tx| {
                let (id, rule) = (wanted.clone(), rule.clone());
                Box::pin(async move {
                    let mut row = store::mandate_now(tx, &id).await?.ok_or_else(|| NOT_FOUND.problem())?;
                    rule(&mut row.mandate, now)?;
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await?;
        store::mandate(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())
    }
}
