//! What the thread of voices asks of a space, and tells it.

use std::{collections::BTreeSet, sync::Arc};

use sala_core::time::Timestamp;
use sala_presence::Place;

use super::{Hosted, held};
use crate::{message::Tell, seat::Seat};

impl Hosted {
    /// Where each of these stands, none for who is not here any more or whose line is cut; and all pairs of slots that are kept apart, both
    /// ways round.
    pub(crate) fn survey(&self, members: &[Arc<Seat>]) -> (Vec<Option<Place>>, BTreeSet<(u16, u16)>) {
        let (seats, crowd) = (held(&self.seats), held(&self.crowd));
        let is_here = |seat: &Arc<Seat>| seats.by_slot.get(&seat.slot).is_some_and(|known| Arc::ptr_eq(known, seat)) && !seat.is_away();
        let place = |seat: &Arc<Seat>| is_here(seat).then(|| crowd.pose(seat.slot).map(|pose| pose.place)).flatten();
        let places = members.iter().map(place).collect();
        let pairs = members.iter().flat_map(|one| members.iter().map(move |other| (one.slot, other.slot)));
        (places, pairs.filter(|(one, other)| crowd.is_blocked(*one, *other)).collect())
    }

    /// Shows that someone speaks, or no longer does.
    pub(crate) fn speak(&self, seat: &Arc<Seat>, is_speaking: bool) {
        let (seats, mut crowd) = (held(&self.seats), held(&self.crowd));
        if seats.by_slot.get(&seat.slot).is_some_and(|known| Arc::ptr_eq(known, seat)) {
            let _ = crowd.speak(seat.slot, is_speaking);
        }
    }

    /// Everybody here, with those of these slots that they may see.
    pub(crate) fn shown(&self, slots: &[u16]) -> Vec<(Arc<Seat>, Vec<u16>)> {
        let (seats, crowd) = (held(&self.seats), held(&self.crowd));
        let sees = |one: u16| slots.iter().copied().filter(|other| one == *other || !crowd.is_blocked(one, *other)).collect();
        seats.by_slot.values().filter(|seat| !seat.is_away()).map(|seat| (Arc::clone(seat), sees(seat.slot))).collect()
    }

    /// All others here who are not blocked from a speaker, with the place of the speaker and how far they are from it, in metres.
    pub(crate) fn around(&self, speaker: &Arc<Seat>) -> Vec<(Arc<Seat>, Place, f64)> {
        let (seats, crowd) = (held(&self.seats), held(&self.crowd));
        let Some(at) = crowd.pose(speaker.slot).map(|pose| pose.place) else { return vec![] };
        let others = seats.by_slot.values().filter(|seat| seat.slot != speaker.slot && !seat.is_away());
        let others = others.filter(|seat| !crowd.is_blocked(speaker.slot, seat.slot));
        others.filter_map(|seat| Some((Arc::clone(seat), at, at.distance(crowd.pose(seat.slot)?.place)))).collect()
    }

    /// Shows a speaker and their readers a caption: those who are still here and not blocked from each other. Nobody, if the speaker is not
    /// here any more or may not speak.
    pub(crate) fn caption(&self, speaker: &Arc<Seat>, now: Timestamp, is_reader: impl Fn(&Arc<Seat>) -> bool, tell: &Tell) {
        let (seats, crowd) = (held(&self.seats), held(&self.crowd));
        let is_here = seats.by_slot.get(&speaker.slot).is_some_and(|known| Arc::ptr_eq(known, speaker)) && !speaker.is_away();
        if !is_here || speaker.require_voice(now).is_err() {
            return;
        }
        let text: Arc<str> = tell.text().into();
        speaker.tell(&text);
        for seat in seats.by_slot.values().filter(|seat| is_reader(seat)) {
            if !seat.is_away() && !crowd.is_blocked(speaker.slot, seat.slot) {
                seat.tell(&text);
            }
        }
    }
}
