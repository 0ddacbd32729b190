//! A space on its way to another process: everything that its people would miss, and nothing of the last minute kept for reports, whose
//! key stays where it is.

use std::{collections::BTreeMap, sync::Arc, sync::atomic::Ordering};

use sala_core::{ctx::Actor, problem::Problem, time::Timestamp};
use sala_presence::{Place, Standing, wire::ClientState};
use serde::{Deserialize, Serialize};

use super::{Hosted, RESUME_S, Seats, held};
use crate::{
    cluster::wire::Order,
    door::Guest,
    message::{Said, Who},
    problems::SPACE_CLOSED,
    seat::Seat,
};

/// A space as it travels.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Luggage {
    /// The extent in metres: both sides must mean the same place.
    ground: [f64; 2],
    tick: u32,
    next_said: u64,
    said: Vec<(u32, Said)>,
    pub(crate) seats: Vec<Traveller>,
}

/// Someone in it. Poses are exact; what one is shown is asked for anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Traveller {
    slot: u16,
    token: String,
    pub(crate) who: Arc<Who>,
    /// The number that stands for them outside of the hall's own process.
    pub(crate) entrant: String,
    pub(crate) expires_at: Timestamp,
    muted_until: Timestamp,
    at: [f64; 2],
    yaw: u8,
    state: u8,
    bubble_m: f64,
    blocked: Vec<u16>,
    walk: Option<([f64; 2], f64)>,
}

/// Words of one whom the space left behind: said in the new process, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Word {
    slot: u16,
    persona: String,
    text: String,
    at: Timestamp,
}

/// Words that were said while the space was on its way.
#[derive(Debug, Default)]
pub(crate) struct Late {
    is_open: bool,
    words: Vec<Word>,
}

impl Late {
    /// Keeps the words, if the space is on its way.
    pub(super) fn keep(&mut self, seat: &Seat, text: &str, at: Timestamp) -> bool {
        if self.is_open {
            let persona = seat.guest.who.persona.clone();
            self.words.push(Word { slot: seat.slot, persona, text: text.to_owned(), at });
        }
        self.is_open
    }
}

impl Hosted {
    /// Nothing changes from now on, and what is said waits; see [`Hosted::thaw`] and [`Hosted::hand_on`].
    pub(crate) fn freeze(&self) {
        held(&self.late).is_open = true;
        self.tenure.freeze(true);
    }

    /// It did not move after all.
    pub(crate) fn thaw(&self) {
        self.tenure.freeze(false);
        for word in self.late_words(true) {
            self.say_late(word);
        }
    }

    /// The words that wait; `is_last`: no more are kept.
    pub(crate) fn late_words(&self, is_last: bool) -> Vec<Word> {
        let mut late = held(&self.late);
        late.is_open &= !is_last;
        std::mem::take(&mut late.words)
    }

    /// Says what was said elsewhere. Whoever is not here any more is not heard.
    pub(crate) fn say_late(&self, word: Word) {
        let seat = held(&self.seats).by_slot.get(&word.slot).filter(|seat| seat.guest.who.persona == word.persona).cloned();
        if let Some(seat) = seat
            && let Err(problem) = self.say(&seat, word.text, word.at)
        {
            tracing::warn!(%problem, space = self.space.file.id, "Words that were said while the space moved came too late");
        }
    }

    /// The space as it stands; call it when it is frozen. `entrant` names each guest for the outside.
    pub(crate) fn pack(&self, entrant: impl Fn(&Guest) -> String) -> Luggage {
        let (seats, crowd) = (held(&self.seats), held(&self.crowd));
        let standing: BTreeMap<u16, Standing> = crowd.standing().into_iter().map(|each| (each.slot, each)).collect();
        let travellers = seats.by_slot.values().filter_map(|seat| {
            let standing = standing.get(&seat.slot)?;
            Some(Traveller {
                slot: seat.slot,
                token: seat.token.clone(),
                who: Arc::clone(&seat.guest.who),
                entrant: entrant(&seat.guest),
                expires_at: seat.guest.expires_at,
                muted_until: seat.muted_until(),
                at: [standing.place.x, standing.place.z],
                yaw: standing.yaw,
                state: standing.state.to_byte(),
                bubble_m: standing.bubble_m,
                blocked: standing.blocked.clone(),
                walk: standing.walk.map(|(goal, within_m)| ([goal.x, goal.z], within_m)),
            })
        });
        Luggage {
            ground: self.space.file.size,
            tick: crowd.now(),
            next_said: self.next_said.load(Ordering::Relaxed),
            said: held(&self.said).iter().cloned().collect(),
            seats: travellers.collect(),
        }
    }

    /// Takes a space over as it was packed; it goes on once the tenure begins. Everybody has the usual time to come back to their place.
    /// `guest`: who an entrant is, where that is known here. Errors: `space_closed`, and nothing is taken over.
    pub(crate) fn unpack(&self, luggage: Luggage, guest: impl Fn(&str) -> Option<Guest>) -> Result<(), Problem> {
        let wrong = |why: String| SPACE_CLOSED.problem().retry_after(1).because(why);
        if luggage.ground.map(f64::to_bits) != self.space.file.size.map(f64::to_bits) {
            return Err(wrong("the other process knows this space with another extent".into()));
        }
        let standing: Vec<Standing> = luggage.seats.iter().map(Traveller::standing).collect();
        let (mut seats, mut crowd) = (held(&self.seats), held(&self.crowd));
        crowd.restore(luggage.tick, &standing).map_err(|fault| wrong(fault.to_string()))?;
        self.recorder_forgets(&seats);
        let until = luggage.tick.saturating_add(RESUME_S * 20);
        *seats = Seats::default();
        for traveller in luggage.seats {
            let guest = guest(&traveller.entrant).unwrap_or_else(|| traveller.guest());
            self.recorder.came(traveller.slot, &guest.who, &guest.actor);
            let (slot, handle) = (traveller.slot, guest.who.persona.clone());
            let seat = Seat::new(slot, guest, traveller.token);
            seat.set_muted(Some(traveller.muted_until).filter(|until| until.0 > 0));
            seat.set_away();
            seats.by_slot.insert(slot, Arc::new(seat));
            seats.by_handle.insert(handle, slot);
            seats.away.insert(slot, until);
        }
        seats.told = seats.by_slot.len();
        self.count.store(seats.by_slot.len(), Ordering::Relaxed);
        self.next_said.store(luggage.next_said, Ordering::Relaxed);
        *held(&self.said) = luggage.said.into();
        Ok(())
    }

    /// The space is no longer this process's: whoever is connected is told where to go on (`url`; none: ask the hall), and all is
    /// forgotten.
    pub(crate) fn hand_on(&self, url: Option<&str>) {
        self.tenure.end();
        let (mut seats, mut crowd) = (held(&self.seats), held(&self.crowd));
        for seat in seats.by_slot.values() {
            seat.move_on(url);
        }
        self.recorder_forgets(&seats);
        *seats = Seats::default();
        self.count.store(0, Ordering::Relaxed);
        held(&self.said).clear();
        let tick = crowd.now();
        if let Err(fault) = crowd.restore(tick, &[]) {
            tracing::error!(%fault, "An empty space could not be made");
        }
        self.tenure.freeze(false);
    }

    /// The lease ran out without a word: as [`Hosted::hand_on`], once.
    pub(super) fn forsake(&self) {
        if self.is_running.swap(false, Ordering::SeqCst) {
            tracing::warn!(space = self.space.file.id, "The lease of this space ran out: it stands still here, and its people are sent on");
            self.hand_on(None);
        }
    }

    /// From now on this process runs the space, which nobody ran: what is said has numbers that nobody has heard.
    pub(crate) fn begin_anew(&self, until: tokio::time::Instant) {
        self.hand_on(None);
        self.next_said.store(self.recorder.moment(), Ordering::Relaxed);
        self.begin(until);
    }

    /// From now on this process runs the space.
    pub(crate) fn begin(&self, until: tokio::time::Instant) {
        self.tenure.freeze(false);
        self.is_running.store(true, Ordering::SeqCst);
        self.tenure.end_at(until);
    }

    /// It does no more, by its own will.
    pub(crate) fn rest(&self) {
        self.is_running.store(false, Ordering::SeqCst);
        self.tenure.end();
    }

    fn recorder_forgets(&self, seats: &Seats) {
        for slot in seats.by_slot.keys() {
            self.recorder.went(*slot);
        }
    }

    /// Asks some to come again, with a new ticket, to the places that they have.
    pub(crate) fn call_again(&self, entrants: &[String]) {
        for seat in held(&self.seats).by_slot.values().filter(|seat| entrants.contains(&seat.guest.session)) {
            seat.move_on(None);
        }
    }

    /// Does what the hall decided. Errors: `space_closed` where the space is not run just now.
    pub(crate) fn obey(&self, order: &Order) -> Result<(), Problem> {
        if !self.tenure.works() {
            return Err(SPACE_CLOSED.problem().retry_after(1));
        }
        match order {
            Order::Apart { one, other, is_apart } => self.set_apart_here(one, other, *is_apart),
            Order::Mute { persona, until } => self.mute_here(persona, *until),
            Order::Dismiss { entrants, sessions, problem } => {
                let (problem, all) = (Problem::from(problem.clone()), entrants.iter().chain(sessions));
                let over: Vec<&String> = all.collect();
                self.dismiss_here(&problem, |guest| over.contains(&&guest.session));
            }
        }
        Ok(())
    }
}

impl Traveller {
    fn standing(&self) -> Standing {
        let [x, z] = self.at;
        Standing {
            slot: self.slot,
            place: Place::new(x, z),
            yaw: self.yaw,
            state: ClientState::from_byte(self.state).unwrap_or_default(),
            bubble_m: self.bubble_m,
            blocked: self.blocked.clone(),
            walk: self.walk.map(|([x, z], within_m)| (Place::new(x, z), within_m)),
        }
    }

    /// As whom a process knows them that is not the hall's own.
    fn guest(&self) -> Guest {
        Guest { who: Arc::clone(&self.who), actor: Actor::Visitor, session: self.entrant.clone(), expires_at: self.expires_at }
    }
}
