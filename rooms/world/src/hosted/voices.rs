//! What the thread of voices asks of a space, and tells it.

use std::{collections::BTreeSet, sync::Arc};

use sala_presence::Place;

use super::{Hosted, held};
use crate::seat::Seat;

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
}
