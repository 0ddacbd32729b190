//! What a chair does with a meeting, and what those who take part say: opening, handing over, agenda, words, queue, floor.

use std::sync::Arc;

use sala_core::{
    act::Draft as Act,
    ctx::Ctx,
    problem::{CONFLICT, FORBIDDEN, INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};

use crate::{
    Meetings, acts,
    entry::{Entry, Speech, Word},
    meeting::{AgendaState, Meeting, MeetingState, Party, text},
    message::Tell,
    problems::{MEETING_FULL, NOT_OPEN, NOT_TAKING_PART, QUEUE_EMPTY, SPACE_TAKEN},
    store,
};

/// The authority of what someone does for themselves.
pub(crate) const OWN: &str = "At the person's own request";
/// The most characters of one thing said.
const LONGEST_WORD: usize = 500;

impl Meetings {
    /// Changes what a meeting keeps of itself in one act: `change` gets the meeting, the id of the act and the present.
    pub(crate) async fn change(
        &self,
        ctx: &Ctx,
        id: &str,
        act: Act,
        change: impl Fn(&mut Meeting, &str, Timestamp) -> Result<(), Problem> + Send + Sync + 'static,
    ) -> Result<Meeting, Problem> {
        self.change_with(ctx, id, act, move |meeting, act, now| change(meeting, act, now).map(|()| vec![])).await
    }

    /// The same, with entries that it leaves.
    async fn change_with(
        &self,
        ctx: &Ctx,
        id: &str,
        act: Act,
        change: impl Fn(&mut Meeting, &str, Timestamp) -> Result<Vec<Entry>, Problem> + Send + Sync + 'static,
    ) -> Result<Meeting, Problem> {
        let act = act.public("meeting", id).refers(id);
        let (id, change) = (id.to_owned(), Arc::new(change));
        let acted = self
            .store
            .act(ctx, act, move |tx| {
                let (id, change) = (id.clone(), Arc::clone(&change));
                Box::pin(async move {
                    let mut meeting = store::meeting_in(tx, &id).await?;
                    let (state, now, act) = (meeting.state, tx.ctx().now, tx.act_id().to_owned());
                    let entries = change(&mut meeting, &act, now)?;
                    if let (true, Some(space)) = (state != MeetingState::Open && meeting.state == MeetingState::Open, &meeting.space)
                        && store::is_taken_in(tx, space).await?
                    {
                        return Err(SPACE_TAKEN.problem());
                    }
                    for entry in &entries {
                        store::save_entry(tx, &id, entry);
                    }
                    store::save_meeting(tx, &meeting);
                    Ok(meeting)
                })
            })
            .await?;
        self.tell_change(&acted.value).await;
        Ok(acted.value)
    }

    /// Those who follow a meeting are shown that it changed.
    pub(crate) async fn tell_change(&self, meeting: &Meeting) {
        if let Some(sitting) = self.sitting_here(&meeting.id) {
            sitting.changed(meeting.clone()).await;
        }
    }

    /// Opens a meeting.
    pub(crate) async fn open_meeting(&self, ctx: &Ctx, id: &str) -> Result<Meeting, Problem> {
        let hand = self.hand(ctx)?;
        self.change(ctx, id, Act::new(&acts::OPEN, self.authority.as_str()), move |meeting, act, now| {
            hand.require_chair(meeting)?;
            if meeting.state != MeetingState::Planned {
                return Err(CONFLICT.problem());
            }
            meeting.state = MeetingState::Open;
            meeting.opened_at = Some(now);
            meeting.acts.push(act.to_owned());
            Ok(())
        })
        .await
    }

    /// Hands the chair to someone who takes part.
    pub(crate) async fn hand_over_chair(&self, ctx: &Ctx, id: &str, persona: &str) -> Result<Meeting, Problem> {
        let hand = self.hand(ctx)?;
        let here = self.sitting(id).await?.seats().guest(persona).map(|guest| guest.who);
        let act = Act::new(&acts::HAND_OVER, self.authority.as_str()).open("to", persona);
        let persona = persona.to_owned();
        self.change(ctx, id, act, move |meeting, act, _| {
            hand.require_chair(meeting)?;
            if meeting.state == MeetingState::Closed {
                return Err(NOT_OPEN.problem());
            }
            // Whoever is not here now takes part all the same while they wait or speak.
            let speaks = meeting.speaker.as_ref().map(|speaker| &speaker.who);
            let waiting = meeting.queue.iter().map(|waiting| &waiting.who);
            let known = speaks.into_iter().chain(waiting).find(|who| who.persona == persona);
            meeting.chair = here.as_ref().or(known).cloned().ok_or_else(|| NOT_TAKING_PART.problem())?;
            meeting.acts.push(act.to_owned());
            Ok(())
        })
        .await
    }

    /// Begins an item of the agenda; the one before is done.
    pub(crate) async fn begin_agenda_item(&self, ctx: &Ctx, id: &str, n: u32) -> Result<Meeting, Problem> {
        let hand = self.hand(ctx)?;
        let act = Act::new(&acts::BEGIN_ITEM, self.authority.as_str()).public("item", i64::from(n));
        self.change(ctx, id, act, move |meeting, _, now| {
            hand.require_chair(meeting)?;
            meeting.require_open()?;
            if !meeting.agenda.iter().any(|item| item.n == n) {
                return Err(NOT_FOUND.problem());
            }
            for item in &mut meeting.agenda {
                if item.n == n {
                    if item.state == AgendaState::Current {
                        return Err(CONFLICT.problem());
                    }
                    // One that is taken up again began when it began.
                    item.began_at.get_or_insert(now);
                    item.state = AgendaState::Current;
                    item.ended_at = None;
                } else if item.state == AgendaState::Current {
                    item.state = AgendaState::Done;
                    item.ended_at = Some(now);
                }
            }
            Ok(())
        })
        .await
    }

    /// Says something to all. Kept only where the meeting was announced to keep it; the id of what was kept.
    pub(crate) async fn say(&self, ctx: &Ctx, id: &str, said: &str) -> Result<Option<String>, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        let said = text("/text", said, 1..=LONGEST_WORD)?;
        self.require_voice(ctx).await?;
        let sitting = self.sitting(id).await?;
        let meeting = store::meeting(&self.store, id).await?;
        meeting.require_open()?;
        let who = Party::of(ctx);
        sitting.seats().may_say(&who.persona)?;
        let kept = if meeting.keeps_words {
            let word = Word { id: ctx.new_id("word"), at: ctx.now, who: who.clone(), text: said.clone(), act: String::new() };
            let act = Act::new(&acts::SAY, OWN).public("meeting", id).sealed(&person, "text", said.as_str()).refers(id);
            let (id, most) = (id.to_owned(), i64::from(self.file.limits.words));
            let acted = self.store.act(ctx, act, move |tx| {
                let (id, mut word) = (id.clone(), word.clone());
                Box::pin(async move {
                    store::meeting_in(tx, &id).await?.require_open()?;
                    if store::count_entries_in(tx, &id, "word").await? >= most {
                        return Err(MEETING_FULL.problem());
                    }
                    tx.act_id().clone_into(&mut word.act);
                    let kept = word.id.clone();
                    store::save_entry(tx, &id, &Entry::Word(word));
                    Ok(kept)
                })
            });
            Some(acted.await?.value)
        } else {
            None
        };
        let who = self.face(&who).await?;
        sitting.seats().tell(&Tell::Said { who, text: said, at: ctx.now }.text());
        Ok(kept)
    }

    /// Joins the queue of speakers.
    pub(crate) async fn ask_floor(&self, ctx: &Ctx, id: &str) -> Result<Meeting, Problem> {
        ctx.require_signed_in()?;
        self.require_voice(ctx).await?;
        let (who, entry) = (Party::of(ctx), ctx.new_id("entry"));
        self.change(ctx, id, Act::new(&acts::ASK_FLOOR, OWN), move |meeting, _, now| {
            meeting.require_open()?;
            meeting.ask_floor(entry.clone(), who.clone(), now)
        })
        .await
    }

    /// Leaves the queue of speakers.
    pub(crate) async fn leave_queue(&self, ctx: &Ctx, id: &str) -> Result<Meeting, Problem> {
        ctx.require_signed_in()?;
        let handle = ctx.actor_name();
        self.change(ctx, id, Act::new(&acts::LEAVE_QUEUE, OWN), move |meeting, _, _| {
            meeting.require_open()?;
            if meeting.leave_queue(&handle) { Ok(()) } else { Err(NOT_FOUND.problem()) }
        })
        .await
    }

    /// Gives the floor to an entry of the queue, or to the next.
    pub(crate) async fn give_floor(&self, ctx: &Ctx, id: &str, entry: Option<String>) -> Result<Meeting, Problem> {
        let hand = self.hand(ctx)?;
        self.change_with(ctx, id, Act::new(&acts::GIVE_FLOOR, self.authority.as_str()), move |meeting, act, now| {
            hand.require_chair(meeting)?;
            meeting.require_open()?;
            let ended = meeting.give_floor(entry.as_deref(), act, now)?;
            Ok(ended.map(|ended| Entry::Speech(Speech::of(ended.speaker, ended.ended_at))).into_iter().collect())
        })
        .await
    }

    /// Ends the speech: the chair, or whoever speaks.
    pub(crate) async fn end_floor(&self, ctx: &Ctx, id: &str) -> Result<Meeting, Problem> {
        let hand = self.hand(ctx)?;
        self.change_with(ctx, id, Act::new(&acts::END_FLOOR, self.authority.as_str()), move |meeting, _, now| {
            meeting.require_open()?;
            let Some(speaker) = &meeting.speaker else { return Err(QUEUE_EMPTY.problem()) };
            if speaker.who.persona != hand.party.persona {
                hand.require_chair(meeting).map_err(|_| FORBIDDEN.problem())?;
            }
            let ended = meeting.end_floor(now);
            Ok(ended.map(|ended| Entry::Speech(Speech::of(ended.speaker, ended.ended_at))).into_iter().collect())
        })
        .await
    }

    /// A persona as a request names it.
    pub(crate) fn persona(given: &str) -> Result<&str, Problem> {
        if given.is_empty() || given.len() > 80 {
            return Err(INVALID.problem().at("/persona", "expected a public handle"));
        }
        Ok(given)
    }
}
