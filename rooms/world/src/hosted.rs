//! A space at work: who sits where, what was said, and the tick that moves all of them twenty times a second.

#[cfg(feature = "cluster")]
pub(crate) mod elsewhere;
#[cfg(feature = "cluster")]
pub(crate) mod handover;
mod tenure;
#[cfg(feature = "voice")]
mod voices;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use sala_core::{
    ctx::Actor,
    problem::{INVALID, NOT_FOUND, Problem},
    text::Lang,
    time::Timestamp,
};
use sala_presence::{Event, Place, Space as Crowd, space::BUBBLE_M};
use tokio::time::Instant;

use self::tenure::Tenure;
use crate::{
    conduct::evidence::{Evidence, Recorder, Wanted},
    door::Guest,
    message::{Here, Said, Tell, Who},
    problems::{ENTERED_ELSEWHERE, MUTED, NO_WAY, SPACE_CLOSED, SPACE_FULL},
    seat::Seat,
    space::{FixtureView, Space},
};

/// Twenty times a second.
pub(crate) const TICK: Duration = Duration::from_millis(50);
/// A client that was cut off comes back to its place within this time.
pub(crate) const RESUME_S: u32 = 30;
/// What was said is kept in memory for those who come back or in: so many things, five minutes long, and not once everybody is gone.
const SAID_KEPT: usize = 100;
const SAID_TICKS: u32 = 5 * 60 * 20;
/// Up to so many people everybody is told of all who come and go, and hears all.
const SMALL: usize = 100;
/// In a larger crowd one hears whoever is so near, in metres.
const EARSHOT_M: f64 = 25.0;
/// Who stands so near to a fixture has arrived at it, in metres from its middle.
const NEAR_M: f64 = 3.6;

/// A space that this process runs.
#[derive(Debug)]
pub(crate) struct Hosted {
    pub(crate) space: Space,
    crowd: Mutex<Crowd>,
    seats: Mutex<Seats>,
    /// With the tick in which it was said.
    said: Mutex<VecDeque<(u32, Said)>>,
    next_said: AtomicU64,
    count: AtomicUsize,
    is_open: AtomicBool,
    /// Whether this process may run it now.
    pub(crate) tenure: Tenure,
    #[cfg(feature = "cluster")]
    is_running: AtomicBool,
    #[cfg(feature = "cluster")]
    late: Mutex<handover::Late>,
    #[cfg(feature = "cluster")]
    pub(crate) elsewhere: elsewhere::Elsewhere,
    /// Counts blocks and mutes: who forwards voices looks anew when it changes.
    #[cfg(feature = "voice")]
    pub(crate) law_changes: AtomicU64,
    pub(crate) pace: Pace,
    /// The last minute, should somebody report what happened in it.
    pub(crate) recorder: Recorder,
}

#[derive(Debug, Default)]
struct Seats {
    by_slot: BTreeMap<u16, Arc<Seat>>,
    by_handle: BTreeMap<String, u16>,
    /// Those cut off, and in which tick they lose their place.
    away: BTreeMap<u16, u32>,
    /// The number of people that was told last.
    told: usize,
}

/// How the ticks keep up: microseconds of work of the last ticks.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    worked_us: Mutex<VecDeque<u32>>,
}

impl Pace {
    fn note(&self, worked: Duration) {
        let mut kept = held(&self.worked_us);
        if kept.len() >= 20_000 {
            kept.pop_front();
        }
        kept.push_back(u32::try_from(worked.as_micros()).unwrap_or(u32::MAX));
    }

    /// Takes what was noted since the last time, in microseconds, oldest first.
    pub(crate) fn take(&self) -> Vec<u32> {
        held(&self.worked_us).drain(..).collect()
    }
}

/// How someone came in.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) seat: Arc<Seat>,
    pub(crate) welcome: Tell,
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hosted {
    pub(crate) fn new(space: Space, crowd: Crowd, recorder: Recorder) -> Self {
        Self {
            crowd: Mutex::new(crowd),
            space,
            seats: Mutex::default(),
            said: Mutex::default(),
            next_said: AtomicU64::new(recorder.moment()),
            count: AtomicUsize::new(0),
            is_open: AtomicBool::new(true),
            tenure: Tenure::for_ever(),
            #[cfg(feature = "cluster")]
            is_running: AtomicBool::new(true),
            #[cfg(feature = "cluster")]
            late: Mutex::default(),
            #[cfg(feature = "cluster")]
            elsewhere: elsewhere::Elsewhere::default(),
            #[cfg(feature = "voice")]
            law_changes: AtomicU64::new(0),
            pace: Pace::default(),
            recorder,
        }
    }

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

    fn remove(&self, seats: &mut Seats, crowd: &mut Crowd, slot: u16) {
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

    fn dismiss_here(&self, problem: &Problem, is_over: impl Fn(&Guest) -> bool) {
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

    fn mute_here(&self, handle: &str, until: Option<Timestamp>) {
        let seat = {
            let seats = held(&self.seats);
            seats.by_handle.get(handle).and_then(|slot| seats.by_slot.get(slot)).cloned()
        };
        if let Some(seat) = seat
            && seat.set_muted(until)
            && let Some(until) = until
        {
            seat.say(&Tell::notice(&MUTED.problem().at("until", until.to_string()), Lang::Th));
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

    fn set_apart_here(&self, one: &str, other: &str, is_apart: bool) {
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

    /// Says something to all who hear it; where the space is on its way to another process, it is said there. Errors: `space_closed`.
    pub(crate) fn say(&self, seat: &Seat, text: String, at: Timestamp) -> Result<(), Problem> {
        let (seats, crowd) = (held(&self.seats), held(&self.crowd));
        let is_seated = seats.by_slot.get(&seat.slot).is_some_and(|known| known.token == seat.token);
        if !self.tenure.works() || !is_seated {
            #[cfg(feature = "cluster")]
            if held(&self.late).keep(seat, &text, at) {
                return Ok(());
            }
            return Err(SPACE_CLOSED.problem().retry_after(1));
        }
        let said = Said { id: self.next_said.fetch_add(1, Ordering::Relaxed), slot: seat.slot, who: Arc::clone(&seat.guest.who), text, at };
        let heard: Arc<str> = Tell::Said(said.clone()).text().into();
        let is_crowd = seats.by_slot.len() > SMALL;
        for other in seats.by_slot.values() {
            let is_near = !is_crowd || distance(&crowd, seat.slot, other.slot).is_some_and(|metres| metres <= EARSHOT_M);
            if is_near && !crowd.is_blocked(seat.slot, other.slot) {
                other.tell(&heard);
            }
        }
        self.recorder.said(seat.slot, &said.text, at);
        let mut kept = held(&self.said);
        if kept.len() >= SAID_KEPT {
            kept.pop_front();
        }
        kept.push_back((crowd.now(), said));
        Ok(())
    }

    /// Walks someone to a place, and as near to it as `within_m`. Errors: `no_way`; one that shows later is told by a notice.
    pub(crate) fn go(&self, seat: &Seat, to: Place, within_m: f64) -> Result<(), Problem> {
        held(&self.crowd).go(seat.slot, to, within_m).map_err(|fault| NO_WAY.problem().because(fault))
    }

    /// Walks someone to stand before a fixture.
    pub(crate) fn go_before(&self, seat: &Seat, fixture: &FixtureView) -> Result<(), Problem> {
        let ([x, z], turn) = (fixture.at, fixture.yaw.to_radians());
        self.go(seat, Place::new(x + turn.sin() * fixture.stand, z - turn.cos() * fixture.stand), 0.5)
    }

    /// Walks someone to someone else, whom they may see.
    pub(crate) fn go_to(&self, seat: &Seat, other: u16) -> Result<(), Problem> {
        let place = {
            let crowd = held(&self.crowd);
            crowd.pose(other).filter(|_| !crowd.is_blocked(seat.slot, other)).map(|pose| pose.place)
        };
        self.go(seat, place.ok_or_else(|| NOT_FOUND.problem().at("/slot", "nobody is there"))?, 1.5)
    }

    /// Ends a walk.
    pub(crate) fn halt(&self, seat: &Seat) {
        let _ = held(&self.crowd).halt(seat.slot);
    }

    /// How near others may come, 0 to 3 m.
    pub(crate) fn bubble(&self, seat: &Seat, metres: f64) -> Result<(), Problem> {
        held(&self.crowd).bubble(seat.slot, metres).map_err(|fault| INVALID.problem().at("/m", fault.to_string()))
    }

    /// Ticks until told to stop; then everybody is put out.
    pub(crate) fn run(&self, stop: &AtomicBool) {
        let mut due = Instant::now() + TICK;
        while !stop.load(Ordering::Relaxed) {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let begun = Instant::now();
            self.tick();
            self.pace.note(begun.elapsed());
            // A tick that is late is not made up for: the next one is a whole one later.
            due = (due + TICK).max(Instant::now());
        }
        self.is_open.store(false, Ordering::Relaxed);
        self.dismiss_here(&SPACE_CLOSED.problem().retry_after(2), |_| true);
    }

    /// One tick: inputs, movement, frames.
    pub(crate) fn tick(&self) {
        let mut seats = held(&self.seats);
        let mut crowd = held(&self.crowd);
        // In an empty space too: what is a minute old goes.
        self.recorder.tick(|slot| crowd.pose(slot));
        if !self.tenure.works() {
            drop((crowd, seats));
            #[cfg(feature = "cluster")]
            if !self.tenure.holds() {
                self.forsake();
            }
            return;
        }
        if seats.by_slot.is_empty() {
            return;
        }
        for seat in seats.by_slot.values() {
            if let Some(frame) = seat.take() {
                let _ = crowd.input(seat.slot, frame);
            }
        }
        let events = crowd.tick().to_vec();
        for event in events {
            let (slot, tell) = match event {
                Event::Arrived { slot } => (slot, Tell::Arrived { fixture: self.fixture_at(&crowd, slot) }),
                Event::Stuck { slot } => (slot, Tell::Stuck),
                Event::NoWay { slot, reason } => (slot, Tell::notice(&NO_WAY.problem().because(reason), Lang::Th)),
            };
            if let Some(seat) = seats.by_slot.get(&slot) {
                seat.say(&tell);
            }
        }
        let now = crowd.now();
        let over: Vec<u16> = seats.away.iter().filter(|(_, until)| **until <= now).map(|(slot, _)| *slot).collect();
        for slot in over {
            self.remove(&mut seats, &mut crowd, slot);
        }
        held(&self.said).retain(|(tick, _)| crowd.now().wrapping_sub(*tick) < SAID_TICKS);
        let count = seats.by_slot.len();
        if count != seats.told && crowd.now().is_multiple_of(20) {
            seats.told = count;
            let text: Arc<str> = Tell::Count { count }.text().into();
            seats.by_slot.values().for_each(|seat| seat.tell(&text));
        }
        let all: Vec<Arc<Seat>> = seats.by_slot.values().filter(|seat| seat.is_ready()).cloned().collect();
        drop(seats);
        let mut bytes = Vec::with_capacity(4_096);
        for seat in all {
            bytes.clear();
            if let Ok(parts) = crowd.frame(seat.slot, &mut bytes) {
                seat.show(parts.messages(&bytes).map(Bytes::copy_from_slice).collect());
            }
        }
    }

    fn fixture_at(&self, crowd: &Crowd, slot: u16) -> Option<String> {
        let place = crowd.pose(slot)?.place;
        let near = |[x, z]: [f64; 2]| place.distance(Place::new(x, z));
        let fixture = self.space.fixtures.iter().min_by(|a, b| near(a.at).total_cmp(&near(b.at)))?;
        (near(fixture.at) <= NEAR_M).then(|| fixture.id.clone())
    }
}

fn distance(crowd: &Crowd, one: u16, other: u16) -> Option<f64> {
    Some(crowd.pose(one)?.place.distance(crowd.pose(other)?.place))
}
