//! A space with its people: seats, inputs, the tick, and what each client is told.
//!
//! The caller gives inputs whenever they come, calls [`Space::tick`] every 50 ms, and then [`Space::frame`] for each client that can take one.

mod bubble;
mod crowd;
mod entry;
mod error;
mod grid;
mod movement;
mod seat;
mod standing;
mod view;
mod walk;

use std::collections::VecDeque;

use crate::{
    ground::{Ground, GroundError, Place, Spawn},
    way::Planner,
    wire::{ClientFrame, Hands, POSE_RECORD_BYTES, ServerState},
};
pub use error::SpaceError;
pub use standing::Standing;
pub use view::Parts;

use entry::Entries;
use grid::Grid;
use seat::Seat;
use view::{Sight, View};

/// Length of a tick, in seconds.
pub const TICK_S: f64 = 0.05;
/// Greatest speed of walking, m/s.
pub const WALK_M_S: f64 = 1.4;
/// Greatest speed of jogging, m/s.
pub const JOG_M_S: f64 = 3.0;
/// A wish that is not renewed for so many ticks (0.5 s) is dropped: nobody walks on when the line is cut.
pub const WISH_TICKS: u32 = 10;
/// A freed slot is given again only after so many ticks (10 s).
pub const QUARANTINE_TICKS: u32 = 200;
/// Whoever is in view is sent at least once in so many ticks (3 s).
pub const DUE_TICKS: u32 = 60;
/// Bubble of who did not ask for another, in metres.
pub const BUBBLE_M: f64 = 1.0;
/// Largest bubble.
pub const MOST_BUBBLE_M: f64 = 3.0;
/// Most bytes of a client's frames a tick, on the mean of a second: 110 kbit/s.
pub const MOST_FRAME_BYTES: usize = 687;

/// Record of a slot that nobody has: no state has bit 7.
const NOBODY: [u8; POSE_RECORD_BYTES] = [255; POSE_RECORD_BYTES];

/// What a space needs besides its ground.
#[derive(Debug, Clone)]
pub struct SpaceRules {
    /// Most people at a time, at least 1.
    pub capacity: u16,
    /// Where people enter; at least one.
    pub spawns: Vec<Spawn>,
}

/// What happened in a tick that others have to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A walk by [`Space::go`] reached its goal, or came as near as those who stand there allow.
    Arrived {
        /// Who walked.
        slot: u16,
    },
    /// A walk got no farther for 7.5 s, though its way was looked for anew, and was given up.
    Stuck {
        /// Who walked.
        slot: u16,
    },
    /// There is no way to the goal of a walk.
    NoWay {
        /// Who wanted to walk.
        slot: u16,
        /// Why not.
        reason: crate::way::WayError,
    },
}

/// Where someone is and what they show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// The place, metres.
    pub place: Place,
    /// Height of the feet, metres.
    pub y: f64,
    /// Heading, 256 to a turn, 0 north, clockwise.
    pub yaw: u8,
    /// What others see of their state.
    pub state: ServerState,
    /// Head and hands, in XR.
    pub hands: Option<Hands>,
    /// Whether the server walks them along a way.
    pub is_on_way: bool,
}

/// A space with its people. Slots number the avatars on the wire.
#[derive(Debug)]
pub struct Space {
    ground: Ground,
    capacity: u16,
    entries: Entries,
    tick: u32,
    taken: u16,
    /// By slot, as are the next five.
    seats: Vec<Option<Seat>>,
    places: Vec<Place>,
    /// The record that all who see someone share; made once a tick.
    records: Vec<[u8; POSE_RECORD_BYTES]>,
    /// Tick in which that record became another.
    changed: Vec<u32>,
    views: Vec<View>,
    /// Freed slots with the tick of leaving, the oldest first.
    freed: VecDeque<(u32, u16)>,
    grid: Grid,
    sight: Sight,
    planner: Planner,
    /// Slots that wait for a way.
    planning: VecDeque<u16>,
    events: Vec<Event>,
}

impl Space {
    /// An empty space.
    ///
    /// # Errors
    /// No capacity, no spawn place, or one where nobody can stand.
    pub fn new(ground: Ground, rules: SpaceRules) -> Result<Self, GroundError> {
        if rules.capacity == 0 {
            return Err(GroundError::at("capacity".to_owned(), "at least 1".to_owned()));
        }
        let entries = Entries::new(&ground, &rules.spawns)?;
        let grid = Grid::new(ground.size());
        Ok(Self {
            ground,
            capacity: rules.capacity,
            entries,
            tick: 0,
            taken: 0,
            seats: Vec::new(),
            places: Vec::new(),
            records: Vec::new(),
            changed: Vec::new(),
            views: Vec::new(),
            freed: VecDeque::new(),
            grid,
            sight: Sight::default(),
            planner: Planner::default(),
            planning: VecDeque::new(),
            events: Vec::new(),
        })
    }

    /// The ground.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// How many are here, those who are cut off among them.
    pub fn len(&self) -> u16 {
        self.taken
    }

    /// Whether nobody is here.
    pub fn is_empty(&self) -> bool {
        self.taken == 0
    }

    /// Number of the last tick; it wraps after 6.8 years.
    pub fn now(&self) -> u32 {
        self.tick
    }

    /// Who is here, by slot.
    pub fn slots(&self) -> impl Iterator<Item = u16> {
        (0_u16..).zip(&self.seats).filter(|(_, seat)| seat.is_some()).map(|(slot, _)| slot)
    }

    /// Lets someone in and gives their slot. `chance` (any number) chooses the spawn place and where about it: outside of everyone's bubble where there is such a place.
    ///
    /// # Errors
    /// [`SpaceError::Full`].
    pub fn enter(&mut self, chance: u64) -> Result<u16, SpaceError> {
        if self.taken >= self.capacity {
            return Err(SpaceError::Full { capacity: self.capacity });
        }
        let slot = self.free_slot().ok_or(SpaceError::Full { capacity: self.capacity })?;
        let others: Vec<(Place, f64)> = self.seats.iter().flatten().zip(self.here()).map(|(seat, place)| (place, seat.bubble_m)).collect();
        let (place, yaw) = self.entries.choose(chance, &others);
        let seat = Seat::new(yaw, self.tick);
        let record = seat.record(slot, place, self.ground.height(place), false).to_bytes();
        let index = usize::from(slot);
        if index == self.seats.len() {
            self.seats.push(None);
            self.places.push(place);
            self.records.push(record);
            self.changed.push(self.tick);
            self.views.push(View::default());
        }
        if let (Some(at), Some(old), Some(shown), Some(changed), Some(view)) = (
            self.places.get_mut(index),
            self.seats.get_mut(index),
            self.records.get_mut(index),
            self.changed.get_mut(index),
            self.views.get_mut(index),
        ) {
            (*at, *shown, *changed, *view) = (place, record, self.tick, View::default());
            *old = Some(seat);
        }
        self.taken += 1;
        self.sight.forget_crowd();
        Ok(slot)
    }

    /// Frees a slot, which is not given again for [`QUARANTINE_TICKS`].
    ///
    /// # Errors
    /// Nobody has the slot.
    pub fn leave(&mut self, slot: u16) -> Result<(), SpaceError> {
        let seat = self.seats.get_mut(usize::from(slot)).and_then(Option::take).ok_or(SpaceError::NoSlot(slot))?;
        if let Some(record) = self.records.get_mut(usize::from(slot)) {
            *record = NOBODY;
        }
        for other in seat.blocked {
            if let Ok(other) = self.seat(other) {
                other.blocked.retain(|blocked| *blocked != slot);
            }
        }
        self.taken -= 1;
        self.sight.forget_crowd();
        self.freed.push_back((self.tick, slot));
        Ok(())
    }

    /// Someone's line was cut: they stand still where they are and keep their slot until [`Space::resume`] or [`Space::leave`].
    ///
    /// # Errors
    /// Nobody has the slot.
    pub fn suspend(&mut self, slot: u16) -> Result<(), SpaceError> {
        let seat = self.seat(slot)?;
        seat.stand();
        seat.hands = None;
        Ok(())
    }

    /// Someone is back on their slot: they are shown everybody anew, and the count of inputs begins anew.
    ///
    /// # Errors
    /// Nobody has the slot.
    pub fn resume(&mut self, slot: u16) -> Result<(), SpaceError> {
        let seat = self.seat(slot)?;
        seat.stand();
        seat.input.seq = 0;
        if let Some(view) = self.views.get_mut(usize::from(slot)) {
            *view = View::default();
        }
        Ok(())
    }

    /// What a client wants from now on; the newest before a tick wins. A wish to move ends a walk.
    ///
    /// # Errors
    /// Nobody has the slot.
    pub fn input(&mut self, slot: u16, frame: ClientFrame) -> Result<(), SpaceError> {
        let tick = self.tick;
        let seat = self.seat(slot)?;
        seat.input = frame.input;
        seat.hands = frame.hands;
        seat.heard = tick;
        if frame.input.wish_x != 0 || frame.input.wish_z != 0 {
            seat.walk = None;
        }
        // Who is walked looks ahead.
        if seat.walk.is_none() {
            seat.yaw = frame.input.yaw;
        }
        Ok(())
    }

    /// Walks someone to within `within_m` (0.1…10 m) of a place. The way is looked for in one of the next ticks; the end is an [`Event`],
    /// unless another `go`, a [`Space::halt`] or a wish to move ends it before.
    ///
    /// # Errors
    /// Nobody has the slot, or the goal lies outside.
    pub fn go(&mut self, slot: u16, to: Place, within_m: f64) -> Result<(), SpaceError> {
        let size = self.ground.size();
        let seat = self.seats.get_mut(usize::from(slot)).and_then(Option::as_mut).ok_or(SpaceError::NoSlot(slot))?;
        if !((0.0..=size.x).contains(&to.x) && (0.0..=size.z).contains(&to.z)) {
            return Err(SpaceError::Way(crate::way::WayError::NoPlace));
        }
        seat.walk = Some(walk::Walk::new(to, within_m));
        if !self.planning.contains(&slot) {
            self.planning.push_back(slot);
        }
        Ok(())
    }

    /// Ends a walk and drops a wish.
    ///
    /// # Errors
    /// Nobody has the slot.
    pub fn halt(&mut self, slot: u16) -> Result<(), SpaceError> {
        self.seat(slot).map(Seat::stand)
    }

    /// Whether someone is heard to speak: others are shown it. Whoever forwards voices knows; what a client's state says of it is not used.
    ///
    /// # Errors
    /// Nobody has the slot.
    pub fn speak(&mut self, slot: u16, is_speaking: bool) -> Result<(), SpaceError> {
        self.seat(slot)?.is_speaking = is_speaking;
        Ok(())
    }

    /// How far others have to stay away, 0…3 m; of two bubbles the larger counts.
    ///
    /// # Errors
    /// Nobody has the slot, or another size.
    pub fn bubble(&mut self, slot: u16, metres: f64) -> Result<(), SpaceError> {
        let seat = self.seat(slot)?;
        if !(0.0..=MOST_BUBBLE_M).contains(&metres) {
            return Err(SpaceError::Bubble(metres));
        }
        seat.bubble_m = metres;
        Ok(())
    }

    /// Two who from now on do not exist for each other: no record, hands, count or bubble. Until [`Space::unblock`], or until one of them leaves.
    ///
    /// # Errors
    /// Nobody has one of the slots, or both are the same.
    pub fn block(&mut self, a: u16, b: u16) -> Result<(), SpaceError> {
        if a == b {
            return Err(SpaceError::OneSelf(a));
        }
        for (one, other) in [(a, b), (b, a)] {
            self.seat(other)?;
            let seat = self.seat(one)?;
            if !seat.blocked.contains(&other) {
                seat.blocked.push(other);
            }
            if let Some(view) = self.views.get_mut(usize::from(one)) {
                view.forget(other);
            }
        }
        Ok(())
    }

    /// Two who exist for each other again.
    ///
    /// # Errors
    /// Nobody has one of the slots.
    pub fn unblock(&mut self, a: u16, b: u16) -> Result<(), SpaceError> {
        for (one, other) in [(a, b), (b, a)] {
            self.seat(other)?;
            self.seat(one)?.blocked.retain(|slot| *slot != other);
        }
        Ok(())
    }

    /// Whether two are blocked from each other: texts between them are not passed on either.
    pub fn is_blocked(&self, a: u16, b: u16) -> bool {
        self.seats.get(usize::from(a)).and_then(Option::as_ref).is_some_and(|seat| seat.blocked.contains(&b))
    }

    /// Where someone is and what they show.
    pub fn pose(&self, slot: u16) -> Option<Pose> {
        let index = usize::from(slot);
        let (seat, place) = (self.seats.get(index)?.as_ref()?, *self.places.get(index)?);
        let y = self.ground.height(place);
        let state = seat.record(slot, place, y, seat.has_moved).state;
        Some(Pose { place, y, yaw: seat.yaw, state, hands: seat.hands, is_on_way: seat.walk.is_some() })
    }

    fn seat(&mut self, slot: u16) -> Result<&mut Seat, SpaceError> {
        self.seats.get_mut(usize::from(slot)).and_then(Option::as_mut).ok_or(SpaceError::NoSlot(slot))
    }

    /// Places of those who are here, in the order of their slots.
    fn here(&self) -> impl Iterator<Item = Place> {
        self.seats.iter().zip(&self.places).filter(|(seat, _)| seat.is_some()).map(|(_, place)| *place)
    }

    /// The slot that was freed longest ago and long enough, or a new one.
    fn free_slot(&mut self) -> Option<u16> {
        let is_rested = |(since, _): &(u32, u16)| self.tick.wrapping_sub(*since) >= QUARANTINE_TICKS;
        if self.freed.front().is_some_and(is_rested) {
            return self.freed.pop_front().map(|(_, slot)| slot);
        }
        u16::try_from(self.seats.len()).ok()
    }
}
