//! Decisions with the dissent beside them, and the end of a meeting.

use sala_core::{
    act::Draft as Act,
    ctx::Ctx,
    problem::{INVALID, NOT_FOUND, Problem},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{
    Meetings, acts,
    amend::hands,
    entry::{DecidedBy, Decision, Dissent, Entry, Speech, Stands},
    meeting::{AgendaState, Meeting, MeetingState, Party, text},
    minutes::Minutes,
    problems::MEETING_FULL,
    seat::Seats,
    steer::OWN,
    store,
};

/// The most decisions of a meeting, and dissents beside all of them.
const MOST_DECISIONS: i64 = 200;
const MOST_DISSENTS: i64 = 2_000;

/// A decision to be recorded.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDecision {
    /// What was decided; 1–5,000 characters.
    #[schema(min_length = 1, max_length = 5000)]
    pub(crate) text: String,
    /// The item of the agenda to which it belongs.
    #[serde(default)]
    pub(crate) item: Option<u32>,
    /// How it was taken.
    pub(crate) how: DecidedBy,
    /// Hands for it: with `hands` only.
    #[serde(default, rename = "for")]
    pub(crate) yes: Option<u32>,
    /// Hands against it: with `hands` only.
    #[serde(default, rename = "against")]
    pub(crate) no: Option<u32>,
    /// Neither: with `hands` only.
    #[serde(default)]
    pub(crate) abstaining: Option<u32>,
}

impl Meetings {
    /// Records what the meeting decided.
    pub(crate) async fn record_decision(&self, ctx: &Ctx, id: &str, wanted: NewDecision) -> Result<Decision, Problem> {
        let hand = self.hand(ctx)?;
        let counted = match (wanted.how, wanted.yes, wanted.no, wanted.abstaining) {
            (DecidedBy::Consent, None, None, None) => None,
            (DecidedBy::Hands, Some(yes), Some(no), abstaining) => Some(hands(yes, no, abstaining.unwrap_or(0))?),
            (DecidedBy::Consent, ..) => return Err(INVALID.problem().at("/how", "by consent nobody counts hands")),
            (DecidedBy::Hands, ..) => return Err(INVALID.problem().at("/for", "expected the hands for and against")),
        };
        let decision = Decision {
            id: ctx.new_id("decision"),
            at: ctx.now,
            who: hand.party.clone(),
            text: text("/text", &wanted.text, 1..=5_000)?,
            item: wanted.item,
            how: wanted.how,
            hands: counted,
            act: String::new(),
        };
        let mut act = Act::new(&acts::DECIDE, self.authority.as_str())
            .public("meeting", id)
            .public("decision", decision.id.as_str())
            .open("text", decision.text.as_str())
            .refers(id)
            .refers(decision.id.as_str());
        if let Some(hands) = counted {
            act = act
                .public("for", i64::from(hands.yes))
                .public("against", i64::from(hands.no))
                .public("abstaining", i64::from(hands.abstaining));
        }
        let meeting = id.to_owned();
        let acted = self.store.act(ctx, act, move |tx| {
            let (id, mut decision, hand) = (meeting.clone(), decision.clone(), hand.clone());
            Box::pin(async move {
                let meeting = store::meeting_in(tx, &id).await?;
                hand.require_chair(&meeting)?;
                meeting.require_open()?;
                if decision.item.is_some_and(|n| !meeting.agenda.iter().any(|item| item.n == n)) {
                    return Err(INVALID.problem().at("/item", "the agenda has no such item"));
                }
                if store::count_entries_in(tx, &id, "decision").await? >= MOST_DECISIONS {
                    return Err(MEETING_FULL.problem());
                }
                tx.act_id().clone_into(&mut decision.act);
                store::save_entry(tx, &id, &Entry::Decision(decision.clone()));
                Ok(decision)
            })
        });
        let decision = acted.await?.value;
        self.touch(id);
        Ok(decision)
    }

    /// Puts a dissent beside a decision, under the name of whoever asks, until the meeting closes. That one dissents is nobody's to take;
    /// the words wait while one is muted.
    pub(crate) async fn add_dissent(&self, ctx: &Ctx, id: &str, decision: &str, said: &str) -> Result<Dissent, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        let dissent = Dissent {
            id: ctx.new_id("dissent"),
            at: ctx.now,
            decision: decision.to_owned(),
            who: Party::of(ctx),
            text: text("/text", said, 0..=2_000)?,
            act: String::new(),
        };
        if !dissent.text.is_empty() {
            self.require_voice(ctx).await?;
        }
        let act = Act::new(&acts::DISSENT, OWN)
            .public("meeting", id)
            .public("decision", decision)
            .sealed(&person, "text", dissent.text.as_str())
            .refers(id)
            .refers(decision);
        let meeting = id.to_owned();
        let acted = self.store.act(ctx, act, move |tx| {
            let (id, mut dissent) = (meeting.clone(), dissent.clone());
            Box::pin(async move {
                store::meeting_in(tx, &id).await?.require_open()?;
                let Entry::Decision(_) = store::entry_in(tx, &id, &dissent.decision).await? else { return Err(NOT_FOUND.problem()) };
                if store::count_entries_in(tx, &id, "dissent").await? >= MOST_DISSENTS {
                    return Err(MEETING_FULL.problem());
                }
                tx.act_id().clone_into(&mut dissent.act);
                store::save_entry(tx, &id, &Entry::Dissent(dissent.clone()));
                Ok(dissent)
            })
        });
        let dissent = acted.await?.value;
        self.touch(id);
        Ok(dissent)
    }

    /// Closes a meeting for good: whoever speaks has ended, polls are closed, and the act holds the hash of the minutes.
    pub(crate) async fn close_meeting(&self, ctx: &Ctx, id: &str) -> Result<Meeting, Problem> {
        let hand = self.hand(ctx)?;
        // Asked first, for whoever may not close it shall not make it wait.
        hand.require_chair(&store::meeting(&self.store, id).await?)?;
        let sitting = self.sitting(id).await?;
        // From here on nobody writes: what the minutes hold is all there is.
        let mut desk = sitting.desk.lock().await;
        match self.write(&sitting, &mut desk).await {
            Err(problem) if problem.code != &crate::problems::NOT_OPEN => return Err(problem),
            _ => self.catch_up(&sitting, &mut desk).await?,
        }
        let clauses = desk.document.clauses();
        let stands: Vec<(String, Stands)> = {
            let entries = store::entries(&self.store, id, "poll").await?;
            let seats = sitting.seats();
            entries.iter().map(|entry| (entry.id().to_owned(), Seats::stands(&seats, entry.id()))).collect()
        };
        let act = Act::new(&acts::CLOSE, self.authority.as_str()).public("meeting", id).refers(id);
        let meeting = id.to_owned();
        let version = desk.version;
        let acted = self.store.act(ctx, act, move |tx| {
            let (id, hand, clauses, stands) = (meeting.clone(), hand.clone(), clauses.clone(), stands.clone());
            Box::pin(async move {
                let mut meeting = store::meeting_in(tx, &id).await?;
                hand.require_chair(&meeting)?;
                meeting.require_open()?;
                if meeting.draft_version != version {
                    return Err(sala_core::problem::CONFLICT.problem());
                }
                let now = tx.ctx().now;
                let mut entries = store::entries_in(tx, &id, "").await?;
                for entry in &mut entries {
                    if settle(entry, &stands, now, tx.act_id()) {
                        store::save_entry(tx, &id, entry);
                    }
                }
                if let Some(ended) = meeting.end_floor(now) {
                    let speech = Entry::Speech(Speech::of(ended.speaker, ended.ended_at));
                    store::save_entry(tx, &id, &speech);
                }
                meeting.queue.clear();
                for item in meeting.agenda.iter_mut().filter(|item| item.state == AgendaState::Current) {
                    item.state = AgendaState::Done;
                    item.ended_at = Some(now);
                }
                meeting.state = MeetingState::Closed;
                meeting.closed_at = Some(now);
                meeting.acts.push(tx.act_id().to_owned());
                let entries = store::entries_in(tx, &id, "").await?;
                let json = Minutes::of(&meeting, &entries, &clauses).json()?;
                let hash = hex::encode(Sha256::digest(&json));
                tx.draft().add_public("minutes_sha256", hash.as_str());
                tx.draft().add_public("clauses", i64::try_from(clauses.len()).unwrap_or(i64::MAX));
                meeting.minutes_sha256 = Some(hash);
                store::save_minutes(tx, &id, &json);
                store::save_meeting(tx, &meeting);
                Ok(meeting)
            })
        });
        let closed = acted.await?.value;
        for entry in store::entries(&self.store, id, "poll").await? {
            sitting.seats().end_poll(entry.id());
        }
        // Told while the desk is held: an update that waits for it finds the meeting closed.
        sitting.close(closed.clone());
        drop(desk);
        Ok(closed)
    }
}

/// Ends what is open when its meeting ends: was there anything to end?
fn settle(entry: &mut Entry, stands: &[(String, Stands)], now: sala_core::time::Timestamp, act: &str) -> bool {
    match entry {
        Entry::Poll(poll) if poll.closed_at.is_none() => {
            poll.closed_at = Some(now);
            poll.result = stands.iter().find(|(id, _)| *id == poll.id).map(|(_, stands)| stands.clone());
            poll.acts.push(act.to_owned());
            true
        }
        // What nobody decided stays proposed, and the minutes say so.
        _ => false,
    }
}
