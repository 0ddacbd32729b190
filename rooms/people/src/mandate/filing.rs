//! Filing a mandate: who the two sides are, what it is for, how long, and that it is no repetition.

use sala_core::{
    ctx::Ctx,
    problem::{CONFLICT, INVALID, NOT_FOUND, Problem},
    store::Tx,
    time::Timestamp,
};

use super::{
    MandateSecret, citizen,
    delegation::{self, AskedBy, Form, Principal},
    in_person, key_of, note,
    rule::{Limit, Mandate, Step},
};
use crate::{
    People, acts,
    problems::{MANDATE_DUPLICATE, MANDATE_NOT_DELEGABLE, MANDATE_PARTY_UNKNOWN, MANDATE_SCOPE_UNKNOWN, MANDATE_TERM_TOO_LONG},
    store::{self, MandateRow},
};

const DAY_S: i64 = 86_400;
/// How far behind the hall's clock a caller's may be.
const SLACK_S: i64 = 300;
/// How many open mandates one principal may have offered.
const MOST_OFFERED: usize = 200;
/// How many requests of one agent may wait for an officer.
const MOST_ASKED: usize = 20;
const MOST_SCOPE: usize = 32;

/// A mandate to be filed. One of the sides is whoever asks.
#[derive(Debug, Clone)]
pub(crate) struct Filing {
    pub(crate) form: String,
    pub(crate) principal: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) scope: Vec<String>,
    pub(crate) limit: Limit,
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Timestamp,
    pub(crate) note: Option<String>,
    pub(crate) evidence: Option<String>,
}

impl People {
    /// Files a mandate: an offer of the principal, or what an agent asks an officer for. Signed.
    pub(crate) async fn grant_mandate(&self, ctx: &Ctx, filing: Filing) -> Result<MandateRow, Problem> {
        let own = citizen(ctx)?;
        in_person(ctx)?;
        let form = self.config.delegation.form(&filing.form).ok_or_else(|| {
            let known: Vec<&str> = self.config.delegation.forms.iter().map(|form| form.id.as_str()).collect();
            INVALID.problem().at("/form", format!("expected one of: {}", known.join(", ")))
        })?;
        let (principal, agent) = self.parties(form, own, &filing).await?;
        let (scope, operations) = self.delegated(&filing)?;
        let (from, until) = term(form, &filing, ctx.now)?;
        let secret =
            MandateSecret { note: note("/note", filing.note.as_deref())?, evidence: note("/evidence", filing.evidence.as_deref())? };
        if let (Some(expected), None) = (&form.evidence, &secret.evidence) {
            return Err(INVALID.problem().at("/evidence", format!("expected the evidence: {}", expected.en)));
        }
        let limit = filing.limit.check()?;
        ctx.require_signature()?;
        let id = ctx.new_id("mandate");
        let key = key_of(&id);
        self.store.create_person_key(&key).await?;
        let is_asked = form.asked_by == AskedBy::Agent;
        let mandate = Mandate {
            id,
            principal,
            agent,
            form: form.id.clone(),
            scope,
            operations,
            limit,
            spent: 0,
            from,
            until,
            office: form.confirmation.as_ref().map(|confirmation| confirmation.office.clone()),
            step: if is_asked { Step::Accepted } else { Step::Offered },
            granted_at: ctx.now,
            accepted_at: is_asked.then_some(ctx.now),
            confirmed_at: None,
            ended_at: None,
        };
        let mut draft = self.mandate_draft(&acts::GRANT_MANDATE, &mandate);
        draft.add_public("asked_by", if is_asked { "agent" } else { "principal" });
        for (field, text) in [("note", &secret.note), ("evidence", &secret.evidence)] {
            if let Some(text) = text {
                draft = draft.sealed(&key, field, text.as_str());
            }
        }
        let sealed = store::seal(&self.store, &key, "mandate", &mandate.id, &secret).await?;
        let (row, now) = (MandateRow { mandate, sealed }, ctx.now);
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    refuse_repetition(tx, &row.mandate, is_asked, now).await?;
                    tx.save(row.record());
                    Ok(row.mandate.id)
                })
            })
            .await?;
        store::mandate(&self.store, &acted.value).await?.ok_or_else(|| NOT_FOUND.problem())
    }

    /// The two sides of a filing: one asks, the other is named and exists.
    async fn parties(&self, form: &Form, own: &str, filing: &Filing) -> Result<(String, String), Problem> {
        let named = |pointer: &str, handle: &Option<String>| {
            handle.clone().filter(|handle| !handle.is_empty()).ok_or_else(|| INVALID.problem().at(pointer, "expected a public handle"))
        };
        if form.asked_by == AskedBy::Agent {
            if filing.agent.as_deref().is_some_and(|agent| agent != own) {
                return Err(INVALID.problem().at("/agent", "the agent asks for this form: leave it out, or name your own persona"));
            }
            let principal = named("/principal", &filing.principal)?;
            self.require_persona("/principal", &principal, own).await?;
            return Ok((principal, own.to_owned()));
        }
        let agent = named("/agent", &filing.agent)?;
        if form.principal == Principal::Organisation {
            let principal = named("/principal", &filing.principal)?;
            self.require_holder(&principal, own).await?;
            // Whoever registered an organisation may well be its representative.
            self.require_persona("/agent", &agent, "").await?;
            return Ok((principal, agent));
        }
        if filing.principal.as_deref().is_some_and(|principal| principal != own) {
            return Err(INVALID.problem().at("/principal", "you can give a mandate for yourself only: leave it out"));
        }
        self.require_persona("/agent", &agent, own).await?;
        Ok((own.to_owned(), agent))
    }

    async fn require_persona(&self, pointer: &str, handle: &str, own: &str) -> Result<(), Problem> {
        if handle == own {
            return Err(INVALID.problem().at(pointer, "that is you: for oneself one needs no mandate"));
        }
        let found = store::personas(&self.store, &[handle.to_owned()]).await?;
        if found.iter().any(|persona| persona.retired_at.is_none()) {
            Ok(())
        } else {
            Err(MANDATE_PARTY_UNKNOWN.problem().at(pointer, "nobody uses this handle"))
        }
    }

    /// The scope as kept, and the operations that it stands for today.
    fn delegated(&self, filing: &Filing) -> Result<(Vec<String>, Vec<String>), Problem> {
        let delegation = &self.config.delegation;
        if filing.scope.is_empty() || filing.scope.len() > MOST_SCOPE {
            return Err(INVALID.problem().at("/scope", format!("expected 1 to {MOST_SCOPE} groups or operations")));
        }
        let mut operations = vec![];
        for (place, entry) in filing.scope.iter().enumerate() {
            let pointer = format!("/scope/{place}");
            if delegation::is_personal(entry) && delegation.title(entry).is_none() {
                return Err(MANDATE_NOT_DELEGABLE.problem().at(pointer, "this can be done in person only"));
            }
            let Some((patterns, moves_money)) = delegation.resolve(entry) else {
                let known: Vec<&str> = delegation.groups.iter().map(|group| group.id.as_str()).collect();
                let expected = format!("expected one of: {}; or one operation of theirs", known.join(", "));
                return Err(MANDATE_SCOPE_UNKNOWN.problem().at(pointer, expected));
            };
            if moves_money && !filing.limit.is_stated() {
                return Err(INVALID
                    .problem()
                    .at("/limit_total_satang", "money moves by this scope: state how much, at a time or in total"));
            }
            operations.extend(patterns);
        }
        let mut scope = filing.scope.clone();
        for list in [&mut scope, &mut operations] {
            list.sort();
            list.dedup();
        }
        Ok((scope, operations))
    }
}

async fn refuse_repetition(tx: &mut Tx, mandate: &Mandate, is_asked: bool, now: Timestamp) -> Result<(), Problem> {
    let given = store::mandates_given_now(tx, &mandate.principal, now).await?;
    if given.iter().any(|known| known.mandate.is_open(now) && known.mandate.is_repeated_by(mandate)) {
        return Err(MANDATE_DUPLICATE.problem());
    }
    let (open, most) = if is_asked {
        (store::mandates_asked_now(tx, &mandate.agent, now).await?.len(), MOST_ASKED)
    } else {
        // What agents asked for does not count: else a stranger could use up the principal's room.
        (given.iter().filter(|known| known.mandate.is_open(now) && !known.mandate.is_asked()).count(), MOST_OFFERED)
    };
    if open >= most {
        return Err(CONFLICT.problem().detail(
            format!("มีการมอบอำนาจที่ยังไม่สิ้นสุดอยู่แล้ว {most} รายการ โปรดเพิกถอนที่ไม่ใช้แล้วก่อน"),
            format!("{most} mandates are open already; revoke those that are no longer needed."),
        ));
    }
    Ok(())
}

/// The term as kept. What the caller's clock calls now, the hall's may call a moment ago.
fn term(form: &Form, filing: &Filing, now: Timestamp) -> Result<(Timestamp, Timestamp), Problem> {
    let from = filing.from.unwrap_or(now);
    if from < now.plus_seconds(-SLACK_S) {
        return Err(INVALID.problem().at("/from", "a mandate can't begin in the past"));
    }
    let from = from.max(now);
    if filing.until <= from {
        return Err(INVALID.problem().at("/until", "expected a moment after the beginning"));
    }
    if filing.until > now.plus_seconds(form.longest_days.saturating_mul(DAY_S)) {
        let days = form.longest_days;
        return Err(MANDATE_TERM_TOO_LONG
            .problem()
            .detail(format!("รูปแบบนี้สิ้นสุดได้ช้าที่สุด {days} วันนับจากวันนี้"), format!("A mandate of this form ends at most {days} days from today."))
            .at("/until", format!("expected at most {days} days from now")));
    }
    Ok((from, filing.until))
}
