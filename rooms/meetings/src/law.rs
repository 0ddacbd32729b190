//! Who is muted: what the law of the hall decides reaches meetings, and nothing else of theirs.
//!
//! A muted person reads, stands in polls, withdraws, dissents without words and does what an office has them do. Free text into the
//! meeting – the draft and its notes, words, amendments, reasons of a dissent, a name at a cursor – and the queue of speakers wait for the
//! end of the mute. It follows the person under every persona, while they are here too.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sala_core::{ctx::Ctx, problem::Problem, time::Timestamp};

use crate::{
    Meetings,
    frame::Frame,
    message::Tell,
    seat::{Message, Seat},
    sitting::Sitting,
};

/// A mute that holds.
#[derive(Debug, Clone)]
pub struct Mute {
    /// Its end.
    pub until: Timestamp,
    /// What a muted person is told who says something all the same: `muted`, with `until`.
    pub problem: Problem,
}

/// The law of the hall: the room of the world, where there is one.
pub trait Law: Send + Sync {
    /// The mute that holds for a person, under whatever persona.
    fn mute<'l>(&'l self, person: &'l str, now: Timestamp) -> BoxFuture<'l, Result<Option<Mute>, Problem>>;
    /// Counts the mutes that were given, shortened or lifted. That one ends counts for nothing.
    fn changes(&self) -> u64;
}

impl Meetings {
    /// Refuses free text of whoever is muted (`muted`).
    pub(crate) async fn require_voice(&self, ctx: &Ctx) -> Result<(), Problem> {
        let Some(person) = ctx.person() else { return Ok(()) };
        self.law.mute(person, ctx.now).await?.map_or(Ok(()), |mute| Err(mute.problem))
    }

    /// Looks whether whoever sits there is muted, and lets them know when that is new.
    pub(crate) async fn heed(&self, sitting: &Sitting, seat: &Seat) -> Result<(), Problem> {
        let Some(person) = seat.guest.as_ref().and_then(|guest| guest.person.as_deref()) else { return Ok(()) };
        let mut is_new = false;
        let until = loop {
            let changes = self.law.changes();
            let mute = self.law.mute(person, self.clock.now()).await?;
            let until = mute.as_ref().map(|mute| mute.until);
            is_new |= seat.set_mute(mute);
            // One that was given meanwhile is not overwritten by what was known before.
            if self.law.changes() == changes {
                break until;
            }
        };
        if !is_new {
            return Ok(());
        }
        seat.send(Message::Text(Tell::Muted { until }.text()));
        if until.is_some() {
            sitting.seats().hide(seat.id);
        } else if seat.handle().is_some_and(|handle| sitting.may_write(handle)) {
            // What was written while it was away is welcome again.
            seat.send_frame(&Frame::Step1(&sitting.desk.lock().await.document.state_vector()));
        }
        Ok(())
    }

    /// Gives those their voice back whose mute is over.
    pub(crate) async fn end_mutes(&self, sitting: &Sitting) -> Result<(), Problem> {
        let now = self.clock.now();
        let over: Vec<Arc<Seat>> = sitting.seats().all().filter(|seat| seat.is_mute_over(now)).cloned().collect();
        for seat in over {
            self.heed(sitting, &seat).await?;
        }
        Ok(())
    }

    /// Brings what was decided into effect wherever its person sits now.
    pub(crate) async fn heed_all(&self) -> Result<(), Problem> {
        for sitting in self.all() {
            let seats: Vec<Arc<Seat>> = sitting.seats().all().cloned().collect();
            for seat in seats {
                self.heed(&sitting, &seat).await?;
            }
        }
        Ok(())
    }
}
