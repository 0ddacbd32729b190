//! A space at work: who sits where, what was said, and the tick that moves all of them twenty times a second.

mod decided;
#[cfg(feature = "cluster")]
pub(crate) mod elsewhere;
#[cfg(feature = "cluster")]
pub(crate) mod handover;
mod seats;
mod tenure;
#[cfg(feature = "voice")]
mod voices;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use sala_core::{
    problem::{INVALID, NOT_FOUND, Problem},
    text::Lang,
    time::Timestamp,
};
use sala_presence::{Event, Place, Space as Crowd};
use tokio::time::Instant;

pub(crate) use self::seats::Entry;
use self::{seats::Seats, tenure::Tenure};
use crate::{
    conduct::evidence::Recorder,
    message::{Said, Tell},
    problems::{NO_WAY, SPACE_CLOSED},
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
        let mut shown: Vec<(Arc<Seat>, Vec<Bytes>)> = Vec::with_capacity(all.len());
        for seat in all {
            bytes.clear();
            if let Ok(parts) = crowd.frame(seat.slot, &mut bytes) {
                shown.push((seat, parts.messages(&bytes).map(Bytes::copy_from_slice).collect()));
            }
        }
        drop(crowd);
        // Sockets are woken when all is made: they would take the core from who makes it.
        for (seat, frames) in shown {
            seat.show(frames);
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
