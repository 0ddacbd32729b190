//! Amendments: someone answers for a change of a clause. An accepted one changes the draft in the transaction of its act or not at all.

use sala_core::{
    act::Draft as Act,
    ctx::Ctx,
    problem::{FORBIDDEN, INVALID, NOT_FOUND, Problem},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Meetings, acts,
    draft::{Clause, Edit},
    entry::{Amendment, AmendmentState, Entry, Hands},
    frame::Frame,
    meeting::{Meeting, Party, text},
    problems::{AMENDMENT_OUTDATED, AMENDMENT_OVER, MEETING_FULL},
    steer::OWN,
    store,
};

/// The most hands that are counted.
pub(crate) const MOST_HANDS: u32 = 1_000_000;

/// A proposed change of one clause.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAmendment {
    /// Id of the clause; null adds one at the end.
    #[serde(default)]
    pub(crate) clause: Option<String>,
    /// SHA-256, in hexadecimal, of the clause's text (UTF-8) that it changes; null when it adds one.
    #[serde(default)]
    pub(crate) base: Option<String>,
    /// Heading of a clause that it adds; at most 200 characters.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub(crate) heading: Option<String>,
    /// What the clause shall say, at most 20,000 characters; empty strikes it out.
    #[schema(max_length = 20000)]
    pub(crate) text: String,
    /// Why; 1–2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub(crate) reason: String,
}

/// The outcome of an amendment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AmendmentDecision {
    /// Does the draft change?
    pub(crate) accepted: bool,
    /// Hands for it.
    #[serde(rename = "for")]
    pub(crate) yes: u32,
    /// Hands against it.
    #[serde(rename = "against")]
    pub(crate) no: u32,
    /// Neither.
    pub(crate) abstaining: u32,
    /// What the chair says about the outcome; 1–2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub(crate) reason: String,
}

/// Hands as a request counts them.
pub(crate) fn hands(yes: u32, no: u32, abstaining: u32) -> Result<Hands, Problem> {
    for (place, count) in [("/for", yes), ("/against", no), ("/abstaining", abstaining)] {
        if count > MOST_HANDS {
            return Err(INVALID.problem().at(place, format!("expected at most {MOST_HANDS}")));
        }
    }
    Ok(Hands { yes, no, abstaining })
}

impl Amendment {
    /// How it changes the draft.
    fn edit(&self, new_id: &str) -> Edit {
        match (&self.before, self.text.is_empty()) {
            (Some(before), true) => Edit::Strike { clause: before.id.clone() },
            (Some(before), false) => Edit::Change { clause: before.id.clone(), text: self.text.clone() },
            (None, _) => Edit::Add(Clause { id: new_id.to_owned(), heading: self.heading.clone(), text: self.text.clone() }),
        }
    }
}

impl Meetings {
    /// Proposes to change a clause. Signed: the proposer answers for it.
    pub(crate) async fn propose(&self, ctx: &Ctx, id: &str, wanted: NewAmendment) -> Result<Amendment, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        self.require_voice(ctx).await?;
        ctx.require_signature()?;
        let new_text = text("/text", &wanted.text, 0..=20_000)?;
        let reason = text("/reason", &wanted.reason, 1..=2_000)?;
        let heading = text("/heading", wanted.heading.as_deref().unwrap_or(""), 0..=200)?;
        let before = self.before(id, &wanted).await?;
        if before.is_none() && new_text.is_empty() {
            return Err(INVALID.problem().at("/text", "expected the text of the clause that it adds"));
        }
        if before.as_ref().is_some_and(|before| before.text == new_text) {
            return Err(INVALID.problem().at("/text", "expected another text than the clause has"));
        }
        let amendment = Amendment {
            id: ctx.new_id("amendment"),
            at: ctx.now,
            who: Party::of(ctx),
            before,
            heading,
            text: new_text,
            reason,
            state: AmendmentState::Proposed,
            decided_at: None,
            hands: None,
            outcome: None,
            acts: vec![],
        };
        let mut act = Act::new(&acts::PROPOSE, OWN)
            .public("meeting", id)
            .public("amendment", amendment.id.as_str())
            .sealed(&person, "text", amendment.text.as_str())
            .sealed(&person, "reason", amendment.reason.as_str())
            .refers(id)
            .refers(amendment.id.as_str());
        if let Some(before) = &amendment.before {
            act = act.public("clause", before.id.as_str()).open("base", before.text_sha256());
        }
        let (id, most) = (id.to_owned(), i64::from(self.file.limits.amendments));
        let meeting = id.clone();
        let acted = self.store.act(ctx, act, move |tx| {
            let (id, mut amendment) = (id.clone(), amendment.clone());
            Box::pin(async move {
                store::meeting_in(tx, &id).await?.require_open()?;
                if store::count_entries_in(tx, &id, "amendment").await? >= most {
                    return Err(MEETING_FULL.problem());
                }
                amendment.acts.push(tx.act_id().to_owned());
                store::save_entry(tx, &id, &Entry::Amendment(amendment.clone()));
                Ok(amendment)
            })
        });
        let amendment = acted.await?.value;
        self.touch(&meeting);
        Ok(amendment)
    }

    /// The clause that an amendment changes, as the draft has it now. Refused when it reads otherwise than its proposer saw.
    async fn before(&self, id: &str, wanted: &NewAmendment) -> Result<Option<Clause>, Problem> {
        let (clause, base) = match (&wanted.clause, &wanted.base) {
            (None, None) => return Ok(None),
            (Some(clause), Some(base)) => (clause, base),
            _ => return Err(INVALID.problem().at("/base", "expected with a clause, and only then")),
        };
        if wanted.heading.is_some() {
            return Err(INVALID.problem().at("/heading", "expected only for a clause that is added"));
        }
        let sitting = self.sitting(id).await?;
        let found = sitting.desk.lock().await.document.clause(clause);
        let found = found.ok_or_else(|| AMENDMENT_OUTDATED.problem().at("/clause", "the draft has no such clause now"))?;
        if found.text_sha256() != base.to_ascii_lowercase() {
            return Err(AMENDMENT_OUTDATED.problem().at("/base", "the clause reads otherwise now"));
        }
        Ok(Some(found))
    }

    /// Takes an amendment back.
    pub(crate) async fn withdraw(&self, ctx: &Ctx, id: &str, amendment: &str) -> Result<Amendment, Problem> {
        ctx.require_signed_in()?;
        let handle = ctx.actor_name();
        let act = Act::new(&acts::WITHDRAW, OWN).public("meeting", id).public("amendment", amendment).refers(id).refers(amendment);
        let (meeting, amendment) = (id.to_owned(), amendment.to_owned());
        let acted = self.store.act(ctx, act, move |tx| {
            let (id, amendment, handle) = (meeting.clone(), amendment.clone(), handle.clone());
            Box::pin(async move {
                store::meeting_in(tx, &id).await?.require_open()?;
                let mut amendment = waiting(store::entry_in(tx, &id, &amendment).await?)?;
                if amendment.who.persona != handle {
                    return Err(FORBIDDEN.problem());
                }
                amendment.state = AmendmentState::Withdrawn;
                amendment.decided_at = Some(tx.ctx().now);
                amendment.acts.push(tx.act_id().to_owned());
                store::save_entry(tx, &id, &Entry::Amendment(amendment.clone()));
                Ok(amendment)
            })
        });
        let amendment = acted.await?.value;
        self.touch(id);
        Ok(amendment)
    }

    /// Records the outcome of an amendment. If it is accepted, the draft changes with it. Errors: `amendment_outdated` when the clause reads
    /// otherwise by now, `amendment_over`.
    pub(crate) async fn decide_amendment(
        &self,
        ctx: &Ctx,
        id: &str,
        amendment: &str,
        wanted: AmendmentDecision,
    ) -> Result<Amendment, Problem> {
        let hand = self.hand(ctx)?;
        let (hands, outcome) = (hands(wanted.yes, wanted.no, wanted.abstaining)?, text("/reason", &wanted.reason, 1..=2_000)?);
        let accepted = wanted.accepted;
        let Entry::Amendment(proposed) = store::entry(&self.store, id, amendment).await? else { return Err(NOT_FOUND.problem()) };
        let sitting = self.sitting(id).await?;
        // Nobody writes between the look at the clause and the change of it.
        let mut desk = sitting.desk.lock().await;
        self.write(&sitting, &mut desk).await?;
        self.catch_up(&sitting, &mut desk).await?;
        let mut update = None;
        // One that is over is refused below, unless the same request came again and gets its first reply.
        if accepted && proposed.state == AmendmentState::Proposed {
            if let Some(before) = &proposed.before
                && desk.document.clause(&before.id).is_none_or(|clause| clause.text != before.text)
            {
                return Err(AMENDMENT_OUTDATED.problem());
            }
            let edit = proposed.edit(&ctx.new_id("clause"));
            update = Some(desk.document.edit(edit).map_err(|refusal| refusal.problem())?);
        }
        let version = update.as_deref().map(|update| Self::version_with(&desk, update));
        let act = Act::new(&acts::DECIDE_AMENDMENT, self.authority.as_str())
            .public("meeting", id)
            .public("amendment", amendment)
            .public("accepted", accepted)
            .public("for", i64::from(hands.yes))
            .public("against", i64::from(hands.no))
            .public("abstaining", i64::from(hands.abstaining))
            .open("reason", outcome.as_str())
            .refers(id)
            .refers(amendment);
        let (meeting, entry) = (id.to_owned(), amendment.to_owned());
        let acted = self.store.act(ctx, act, move |tx| {
            let (id, entry, hand, outcome, version) = (meeting.clone(), entry.clone(), hand.clone(), outcome.clone(), version.clone());
            Box::pin(async move {
                let mut meeting = store::meeting_in(tx, &id).await?;
                hand.require_chair(&meeting)?;
                meeting.require_open()?;
                let mut amendment = waiting(store::entry_in(tx, &id, &entry).await?)?;
                if accepted != version.is_some() {
                    return Err(AMENDMENT_OVER.problem());
                }
                if let Some(version) = &version {
                    version.save(tx, &mut meeting).await?;
                    store::save_meeting(tx, &meeting);
                    tx.draft().add_public("version", version.number);
                }
                amendment.state = if accepted { AmendmentState::Accepted } else { AmendmentState::Refused };
                amendment.decided_at = Some(tx.ctx().now);
                amendment.hands = Some(hands);
                amendment.outcome = Some(outcome);
                amendment.acts.push(tx.act_id().to_owned());
                store::save_entry(tx, &id, &Entry::Amendment(amendment.clone()));
                Ok((meeting, amendment))
            })
        });
        let acted: Result<(Meeting, Amendment), Problem> = acted.await.map(|acted| acted.value);
        let (meeting, amendment) = match (acted, &update) {
            (Ok(done), Some(update)) => {
                desk.document.keep(update).map_err(|refusal| refusal.problem())?;
                desk.version += 1;
                sitting.seats().tell_frame(&Frame::Update(update), None);
                done
            }
            (Ok(done), None) => done,
            (Err(problem), Some(_)) => {
                desk.document.forget().map_err(|refusal| refusal.problem())?;
                return Err(problem);
            }
            (Err(problem), None) => return Err(problem),
        };
        drop(desk);
        sitting.changed(meeting).await;
        Ok(amendment)
    }
}

fn waiting(entry: Entry) -> Result<Amendment, Problem> {
    match entry {
        Entry::Amendment(amendment) if amendment.state == AmendmentState::Proposed => Ok(amendment),
        Entry::Amendment(_) => Err(AMENDMENT_OVER.problem()),
        _ => Err(NOT_FOUND.problem()),
    }
}
