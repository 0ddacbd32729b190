//! Polls: a question answered by where one stands on a line. Who stands where is in memory only, and nowhere once the poll is closed.

use sala_core::{
    act::Draft as Act,
    cbor::Value,
    ctx::Ctx,
    problem::{INVALID, NOT_FOUND, Problem},
};

use crate::{
    Meetings, acts,
    entry::{Entry, Poll},
    meeting::text,
    message::Tell,
    problems::{MEETING_FULL, POLL_CLOSED, POLL_OPEN},
    store,
};

/// The most polls of one meeting.
const MOST_POLLS: usize = 100;

impl Meetings {
    /// Asks a question. One at a time.
    pub(crate) async fn open_poll(&self, ctx: &Ctx, id: &str, question: &str, ends: (&str, &str)) -> Result<Poll, Problem> {
        let hand = self.hand(ctx)?;
        let poll = Poll {
            id: ctx.new_id("poll"),
            at: ctx.now,
            question: text("/question", question, 1..=300)?,
            left: text("/left", ends.0, 1..=60)?,
            right: text("/right", ends.1, 1..=60)?,
            closed_at: None,
            result: None,
            acts: vec![],
        };
        let act = Act::new(&acts::OPEN_POLL, self.authority.as_str())
            .public("meeting", id)
            .public("poll", poll.id.as_str())
            .open("question", poll.question.as_str())
            .refers(id);
        let meeting = id.to_owned();
        let acted = self.store.act(ctx, act, move |tx| {
            let (id, mut poll, hand) = (meeting.clone(), poll.clone(), hand.clone());
            Box::pin(async move {
                let meeting = store::meeting_in(tx, &id).await?;
                hand.require_chair(&meeting)?;
                meeting.require_open()?;
                let polls = store::entries_in(tx, &id, "poll").await?;
                if polls.iter().any(|entry| matches!(entry, Entry::Poll(poll) if poll.closed_at.is_none())) {
                    return Err(POLL_OPEN.problem());
                }
                if polls.len() >= MOST_POLLS {
                    return Err(MEETING_FULL.problem());
                }
                poll.acts.push(tx.act_id().to_owned());
                store::save_entry(tx, &id, &Entry::Poll(poll.clone()));
                Ok(poll)
            })
        });
        let poll = acted.await?.value;
        self.touch(id);
        Ok(poll)
    }

    /// Stands somewhere on the line (0 left, 100 right), or leaves it.
    pub(crate) async fn stand(&self, ctx: &Ctx, id: &str, poll: &str, at: Option<u8>) -> Result<Poll, Problem> {
        ctx.require_signed_in()?;
        if at.is_some_and(|at| at > 100) {
            return Err(INVALID.problem().at("/at", "expected 0 to 100"));
        }
        let kept = self.open_poll_of(id, poll).await?;
        let sitting = self.sitting(id).await?;
        sitting.meeting().require_open()?;
        let stands = sitting.seats().stand(poll, &ctx.actor_name(), at)?;
        sitting.touch();
        sitting.seats().tell(&Tell::Poll { id: kept.id.clone(), stands }.text());
        Ok(kept)
    }

    async fn open_poll_of(&self, id: &str, poll: &str) -> Result<Poll, Problem> {
        let Entry::Poll(poll) = store::entry(&self.store, id, poll).await? else { return Err(NOT_FOUND.problem()) };
        if poll.closed_at.is_some() { Err(POLL_CLOSED.problem()) } else { Ok(poll) }
    }

    /// Closes a poll: what is kept are ten numbers and their mean.
    pub(crate) async fn close_poll(&self, ctx: &Ctx, id: &str, poll: &str) -> Result<Poll, Problem> {
        let hand = self.hand(ctx)?;
        let stands = self.sitting(id).await?.seats().stands(poll);
        let act = Act::new(&acts::CLOSE_POLL, self.authority.as_str())
            .public("meeting", id)
            .public("poll", poll)
            .public("standing", i64::from(stands.count))
            .open("result", Value::from_serde(&stands))
            .refers(id);
        let (meeting, entry) = (id.to_owned(), poll.to_owned());
        let acted = self.store.act(ctx, act, move |tx| {
            let (id, poll, hand, stands) = (meeting.clone(), entry.clone(), hand.clone(), stands.clone());
            Box::pin(async move {
                let meeting = store::meeting_in(tx, &id).await?;
                hand.require_chair(&meeting)?;
                meeting.require_open()?;
                let Entry::Poll(mut poll) = store::entry_in(tx, &id, &poll).await? else { return Err(NOT_FOUND.problem()) };
                if poll.closed_at.is_some() {
                    return Err(POLL_CLOSED.problem());
                }
                poll.closed_at = Some(tx.ctx().now);
                poll.result = Some(stands);
                poll.acts.push(tx.act_id().to_owned());
                store::save_entry(tx, &id, &Entry::Poll(poll.clone()));
                Ok(poll)
            })
        });
        let closed = acted.await?.value;
        if let Some(sitting) = self.sitting_here(id) {
            sitting.seats().end_poll(poll);
        }
        self.touch(id);
        Ok(closed)
    }

    /// Those who follow a meeting are shown how it stands.
    pub(crate) fn touch(&self, id: &str) {
        if let Some(sitting) = self.sitting_here(id) {
            sitting.touch();
        }
    }
}
