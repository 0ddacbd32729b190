//! What is decided about those who are in a space: their last minute opened, their voice taken, two of them kept apart.

use std::sync::Arc;
#[cfg(feature = "voice")]
use std::sync::atomic::Ordering;

use sala_core::{ctx::Actor, problem::Problem, text::Lang, time::Timestamp};

use super::{Hosted, held};
use crate::{
    conduct::{
        evidence::{Evidence, Wanted},
        muted,
    },
    message::{Tell, Who},
};

impl Hosted {
    /// Who is here under a handle, or was within the last minute, as the hall knows them.
    pub(crate) fn met(&self, handle: &str) -> Option<(Arc<Who>, Actor)> {
        #[cfg(feature = "cluster")]
        if !self.tenure.holds() {
            return self.elsewhere.find(handle).map(|guest| (guest.who, guest.actor));
        }
        self.recorder.face(handle).map(|face| (face.who, face.actor))
    }

    /// Opens the last minute for a report, where the space is run. None: one of the two was not here. It is a copy, and the ticks go on.
    #[cfg_attr(not(feature = "cluster"), expect(clippy::unused_async, reason = "another process may have to be asked"))]
    pub(crate) async fn last_minute(&self, wanted: &Wanted<'_>) -> Result<Option<Evidence>, Problem> {
        #[cfg(feature = "cluster")]
        if !self.tenure.holds()
            && let Some(recall) = self.elsewhere.recall()
        {
            let [reporter, reported] = [wanted.reporter, wanted.reported].map(str::to_owned);
            let apart = wanted.apart.iter().cloned().collect();
            return recall(crate::cluster::wire::Minute { reporter, reported, apart, salt: wanted.salt }).await;
        }
        self.recorder.release(wanted)
    }

    /// Takes the voice of a persona that is here until a moment, or gives it back.
    pub(crate) fn mute(&self, handle: &str, until: Option<Timestamp>) {
        #[cfg(feature = "cluster")]
        self.elsewhere.mute(handle, until);
        self.mute_here(handle, until);
    }

    pub(super) fn mute_here(&self, handle: &str, until: Option<Timestamp>) {
        let seat = {
            let seats = held(&self.seats);
            seats.by_handle.get(handle).and_then(|slot| seats.by_slot.get(slot)).cloned()
        };
        if let Some(seat) = seat
            && seat.set_muted(until)
            && let Some(until) = until
        {
            seat.say(&Tell::notice(&muted(until), Lang::Th));
        }
        #[cfg(feature = "voice")]
        self.law_changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Two personas keep apart from now on, or no longer: neither's bytes reach the other.
    pub(crate) fn set_apart(&self, one: &str, other: &str, is_apart: bool) {
        #[cfg(feature = "cluster")]
        self.elsewhere.set_apart(one, other, is_apart);
        self.set_apart_here(one, other, is_apart);
    }

    pub(super) fn set_apart_here(&self, one: &str, other: &str, is_apart: bool) {
        let seats = held(&self.seats);
        let find = |handle: &str| seats.by_handle.get(handle).and_then(|slot| seats.by_slot.get(slot)).cloned();
        let (Some(one), Some(other)) = (find(one), find(other)) else { return };
        {
            let mut crowd = held(&self.crowd);
            if crowd.is_blocked(one.slot, other.slot) == is_apart {
                return;
            }
            let _ = if is_apart { crowd.block(one.slot, other.slot) } else { crowd.unblock(one.slot, other.slot) };
        }
        #[cfg(feature = "voice")]
        self.law_changes.fetch_add(1, Ordering::SeqCst);
        for (seat, gone) in [(&one, &other), (&other, &one)] {
            // The other side is not told that it was blocked: for it, someone left.
            let tell =
                if is_apart { Tell::Left { slot: gone.slot } } else { Tell::Entered { slot: gone.slot, who: Arc::clone(&gone.guest.who) } };
            seat.say(&tell);
        }
    }
}
