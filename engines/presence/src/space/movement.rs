//! The tick: everybody moves, in the order of their slots.

use super::{Event, JOG_M_S, Space, TICK_S, WALK_M_S, WISH_TICKS, seat::Seat, walk};
use crate::{ground::Place, wire::Input};

/// Who moved by less is shown as standing.
const MOVED_M: f64 = 0.000_5;

impl Input {
    /// The step of one tick that this input wishes for, in metres to the east and south: `wish / 127`, divided by its length if that is above 1,
    /// times `speed * 0.05` of 1.4 or 3 m/s. In this order, so that a client comes to the same figures.
    pub fn step(&self) -> (f64, f64) {
        let (x, z) = (f64::from(self.wish_x) / 127.0, f64::from(self.wish_z) / 127.0);
        let square = x * x + z * z;
        let (x, z) = if square > 1.0 { (x / square.sqrt(), z / square.sqrt()) } else { (x, z) };
        let most = if self.state.is_jogging { JOG_M_S } else { WALK_M_S } * TICK_S;
        (x * most, z * most)
    }
}

impl Space {
    /// One tick of 50 ms: ways are looked for, everybody moves, and who is in sight is looked at anew for a quarter of all. What happened is told.
    pub fn tick(&mut self) -> &[Event] {
        self.tick = self.tick.wrapping_add(1);
        self.events.clear();
        self.sight.forget_crowd();
        let people = (0_u16..).zip(&self.seats).zip(&self.places).filter(|((_, seat), _)| seat.is_some());
        self.grid.fill(people.map(|((slot, _), place)| (slot, *place)));
        self.plan();
        let largest_m = self.seats.iter().flatten().map(|seat| seat.bubble_m).fold(0.0, f64::max);
        for index in 0..self.seats.len() {
            let Ok(slot) = u16::try_from(index) else { break };
            // Out of its place while it moves, so that it does not meet itself.
            if let Some(mut seat) = self.seats.get_mut(index).and_then(Option::take) {
                self.advance(slot, &mut seat, largest_m);
                if let Some(place) = self.seats.get_mut(index) {
                    *place = Some(seat);
                }
            }
        }
        self.look();
        &self.events
    }

    /// Moves one avatar and makes its record.
    fn advance(&mut self, slot: u16, seat: &mut Seat, largest_m: f64) {
        let index = usize::from(slot);
        let Some(from) = self.places.get(index).copied() else { return };
        if self.tick.wrapping_sub(seat.heard) > WISH_TICKS {
            (seat.input.wish_x, seat.input.wish_z) = (0, 0);
        }
        let (x, z) = match seat.walk.as_mut().map(|walk| walk.stride(from)) {
            None => seat.input.step(),
            Some(walk::Stride::Step(x, z)) => {
                seat.yaw = walk::heading(x, z);
                (x, z)
            }
            Some(walk::Stride::Wait) => (0.0, 0.0),
            Some(walk::Stride::Again) => {
                self.planning.push_back(slot);
                (0.0, 0.0)
            }
            Some(walk::Stride::Arrived) => {
                self.events.push(Event::Arrived { slot });
                seat.walk = None;
                (0.0, 0.0)
            }
            Some(walk::Stride::Stuck) => {
                self.events.push(Event::Stuck { slot });
                seat.walk = None;
                (0.0, 0.0)
            }
        };
        let step = self.ground.step(from, x, z);
        let (to, has_stopped) = if step.to == from { (from, false) } else { self.kept_apart(slot, seat, from, step.to, largest_m) };
        seat.flags.has_bumped = step.has_bumped;
        seat.flags.has_stopped = has_stopped;
        seat.flags.is_on_way = seat.walk.is_some();
        seat.has_moved = from.distance_squared(to) > MOVED_M * MOVED_M;
        self.show(slot, seat, to);
    }

    /// Writes an avatar's place, and its record if that became another.
    fn show(&mut self, slot: u16, seat: &mut Seat, place: Place) {
        let index = usize::from(slot);
        let record = seat.record(slot, place, self.ground.height(place), seat.has_moved).to_bytes();
        if let (Some(at), Some(shown), Some(changed)) =
            (self.places.get_mut(index), self.records.get_mut(index), self.changed.get_mut(index))
        {
            *at = place;
            if *shown != record {
                (*shown, *changed) = (record, self.tick);
            }
        }
        if seat.shown_hands != seat.hands {
            (seat.shown_hands, seat.hands_changed) = (seat.hands, self.tick);
        }
    }
}
