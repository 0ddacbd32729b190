//! Who comes into a space, who is there, and who goes.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

use sala_core::problem::Problem;
use sala_presence::{Space as Crowd, space::BUBBLE_M};

use super::{Hosted, RESUME_S, SMALL, TICK, distance, held};
use crate::{
    door::Guest,
    message::{Here, Tell},
    problems::{ENTERED_ELSEWHERE, SPACE_CLOSED, SPACE_FULL},
    seat::Seat,
};

#[derive(Debug, Default)]
pub(super) struct Seats {
    pub(super) by_slot: BTreeMap<u16, Arc<Seat>>,
    pub(super) by_handle: BTreeMap<String, u16>,
    /// Those cut off, and in which tick they lose their place.
    pub(super) away: BTreeMap<u16, u32>,
    /// The number of people that was told last.
    pub(super) told: usize,
}

/// How someone came in.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) seat: Arc<Seat>,
    pub(crate) welcome: Tell,
}

impl Hosted {
    /// How many are here.
    pub(crate) fn count(&self) -> usize {
        #[cfg(feature = "cluster")]
        if !self.tenure.holds() {
            return self.elsewhere.count();
        }
        self.count.load(Ordering::Relaxed)
    }

    /// Is someone here under this handle?
    pub(crate) fn has(&self, handle: &str) -> bool {
        #[cfg(feature = "cluster")]
        if self.elsewhere.find(handle).is_some() {
            return true;
        }
        held(&self.seats).by_handle.contains_key(handle)
    }

    /// Takes a place, or the one that `token` names. Whoever is here already under the same handle is put out: one persona has one body.
    /// Errors: `space_full`, `space_closed`.
    pub(crate) fn enter(&self, guest: Guest, token: String, old: Option<&str>, apart: Vec<String>, chance: u64) -> Result<Entry, Problem> {
        if !self.is_open.load(Ordering::Relaxed) {
            return Err(SPACE_CLOSED.problem());
        }
        let mut seats = held(&self.seats);
        let mut crowd = held(&self.crowd);
        if !self.tenure.works() {
            return Err(SPACE_CLOSED.problem().retry_after(1));
        }
        let handle = guest.who.persona.clone();
        let known = seats.by_handle.get(&handle).copied();
        let before = known.and_then(|slot| seats.by_slot.get(&slot).cloned());
        let is_back = before.as_ref().is_some_and(|seat| old == Some(seat.token.as_str()));
        let slot = match &before {
            // The old socket goes, its place stays.
            Some(seat) => {
                seat.dismiss(ENTERED_ELSEWHERE.problem());
                let _ = crowd.resume(seat.slot);
                seat.slot
            }
            None => crowd.enter(chance).map_err(|_| SPACE_FULL.problem().retry_after(10))?,
        };
        let seat = Arc::new(Seat::new(slot, guest, token));
        seats.by_slot.insert(slot, Arc::clone(&seat));
        seats.by_handle.insert(handle, slot);
        seats.away.remove(&slot);
        for other in &apart {
            if let Some(slot_of_other) = seats.by_handle.get(other) {
                // Only a pair of two different seats that are taken gets here.
                let _ = crowd.block(slot, *slot_of_other);
            }
        }
        let count = seats.by_slot.len();
        self.count.store(count, Ordering::Relaxed);
        let here = Self::nearest(&seats, &crowd, slot);
        let said = held(&self.said).iter().map(|(_, said)| said).filter(|said| !apart.contains(&said.who.persona)).cloned().collect();
        let welcome = Tell::Welcome {
            version: 1,
            slot,
            token: seat.token.clone(),
            resume_s: RESUME_S,
            tick_ms: u32::try_from(TICK.as_millis()).unwrap_or(50),
            tick: crowd.now(),
            you: Arc::clone(&seat.guest.who),
            resumed: is_back,
            count,
            here,
            said,
            blocked: apart,
            bubble_m: BUBBLE_M,
            muted_until: None,
        };
        if before.is_none() {
            self.recorder.came(slot, &seat.guest.who, &seat.guest.actor);
            Self::tell_coming(&seats, &crowd, &seat, &Tell::Entered { slot, who: Arc::clone(&seat.guest.who) });
        } else if before.is_some_and(|before| before.guest.actor != seat.guest.actor) {
            // The space came from elsewhere, where nobody knows persons.
            self.recorder.went(slot);
            self.recorder.came(slot, &seat.guest.who, &seat.guest.actor);
        }
        Ok(Entry { seat, welcome })
    }

    fn nearest(seats: &Seats, crowd: &Crowd, slot: u16) -> Vec<Here> {
        let others = seats.by_slot.values().filter(|seat| seat.slot != slot && !crowd.is_blocked(slot, seat.slot));
        let mut others: Vec<(f64, &Arc<Seat>)> = others.filter_map(|seat| Some((distance(crowd, slot, seat.slot)?, seat))).collect();
        others.sort_by(|one, other| one.0.total_cmp(&other.0));
        others.into_iter().take(SMALL).map(|(_, seat)| Here { slot: seat.slot, who: Arc::clone(&seat.guest.who) }).collect()
    }

    /// Tells everybody who may know it of one who comes or goes; in a crowd only their number is told, once a second.
    fn tell_coming(seats: &Seats, crowd: &Crowd, seat: &Seat, tell: &Tell) {
        if seats.by_slot.len() > SMALL {
            return;
        }
        let text: Arc<str> = tell.text().into();
        for other in seats.by_slot.values().filter(|other| other.slot != seat.slot && !crowd.is_blocked(seat.slot, other.slot)) {
            other.tell(&text);
        }
    }

    /// Who these are, of those that this client may see; as many as it is told of when it comes in.
    pub(crate) fn who(&self, seat: &Seat, slots: &[u16]) {
        let (seats, crowd) = (held(&self.seats), held(&self.crowd));
        for other in
            slots.iter().take(SMALL).filter_map(|slot| seats.by_slot.get(slot)).filter(|other| !crowd.is_blocked(seat.slot, other.slot))
        {
            seat.say(&Tell::Entered { slot: other.slot, who: Arc::clone(&other.guest.who) });
        }
    }

    /// Its socket is cut off: it may come back for a while.
    pub(crate) fn cut_off(&self, seat: &Arc<Seat>) {
        let mut seats = held(&self.seats);
        if !seats.by_slot.get(&seat.slot).is_some_and(|known| Arc::ptr_eq(known, seat)) {
            return;
        }
        let mut crowd = held(&self.crowd);
        let _ = crowd.suspend(seat.slot);
        seat.set_away();
        let until = crowd.now().saturating_add(RESUME_S * 20);
        seats.away.insert(seat.slot, until);
    }

    /// Goes for good.
    pub(crate) fn leave(&self, seat: &Arc<Seat>) {
        let mut seats = held(&self.seats);
        if seats.by_slot.get(&seat.slot).is_some_and(|known| Arc::ptr_eq(known, seat)) {
            let mut crowd = held(&self.crowd);
            self.remove(&mut seats, &mut crowd, seat.slot);
        }
    }

    pub(super) fn remove(&self, seats: &mut Seats, crowd: &mut Crowd, slot: u16) {
        let Some(seat) = seats.by_slot.remove(&slot) else { return };
        seats.by_handle.remove(&seat.guest.who.persona);
        seats.away.remove(&slot);
        self.count.store(seats.by_slot.len(), Ordering::Relaxed);
        Self::tell_coming(seats, crowd, &seat, &Tell::Left { slot });
        self.recorder.went(slot);
        let _ = crowd.leave(slot);
        if seats.by_slot.is_empty() {
            held(&self.said).clear();
        }
    }

    /// Puts out all seats for which `is_over`, wherever the space is run.
    pub(crate) fn dismiss(&self, problem: &Problem, is_over: impl Fn(&Guest) -> bool) {
        #[cfg(feature = "cluster")]
        self.elsewhere.dismiss(problem, &is_over);
        self.dismiss_here(problem, is_over);
    }

    pub(super) fn dismiss_here(&self, problem: &Problem, is_over: impl Fn(&Guest) -> bool) {
        let over: Vec<Arc<Seat>> = held(&self.seats).by_slot.values().filter(|seat| is_over(&seat.guest)).cloned().collect();
        for seat in over {
            seat.dismiss(problem.clone());
            self.leave(&seat);
        }
    }

    /// Those who are here.
    pub(crate) fn guests(&self) -> Vec<Guest> {
        let here = held(&self.seats).by_slot.values().map(|seat| seat.guest.clone()).collect();
        #[cfg(feature = "cluster")]
        let here = Vec::into_iter(here).chain(self.elsewhere.guests()).collect();
        here
    }
}
