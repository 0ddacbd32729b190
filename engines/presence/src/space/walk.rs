//! Walks by the server: along a way, around people, to an end that is told.

use crate::{ground::Place, number};

use super::{Event, Space, TICK_S, WALK_M_S};

/// A point of the way is reached within this.
const REACHED_M: f64 = 0.1;
/// Largest `within` of a goal.
const MOST_WITHIN_M: f64 = 10.0;
/// Who got no nearer for so many ticks turns aside.
const ASIDE_TICKS: u16 = 2;
/// For so long to the left (people in Thailand keep to it), then for so long to the right.
const TURN_TICKS: u16 = 30;
/// Who got no nearer for so long and is this near has arrived: others stand there.
const CROWDED_TICKS: u16 = 20;
const CROWDED_M: f64 = 2.0;
/// After so long the way is looked for anew, from where one has been pushed to; the third time about one place it is given up.
const AGAIN_TICKS: u16 = 50;
const MOST_AGAIN: u8 = 3;
const SAME_PLACE_M: f64 = 2.0;
/// Who comes nearer by less does not.
const PROGRESS_M: f64 = 0.01;
/// Cosine and sine of 60°, by which one turns aside.
const ASIDE: (f64, f64) = (0.5, 0.866_025_403_784_438_6);
/// Nodes that all searches of one tick look at, and what a look along a straight line counts.
const VISITS_A_TICK: usize = 15_000;
const VISITS_OF_A_LINE: usize = 400;

/// A walk that was asked for.
#[derive(Debug)]
pub(super) struct Walk {
    goal: Place,
    within_m: f64,
    /// Empty until the way is found.
    way: Vec<Place>,
    next: usize,
    /// The least distance to the next point so far, and ticks since it became less.
    least_m: f64,
    stalled: u16,
    /// Where the way was looked for anew, and how often about there.
    again: (Place, u8),
}

/// What a walk does in a tick.
pub(super) enum Stride {
    /// A step.
    Step(f64, f64),
    /// The way is not known yet.
    Wait,
    /// The way has to be looked for again.
    Again,
    Arrived,
    Stuck,
}

impl Walk {
    pub(super) fn new(goal: Place, within_m: f64) -> Self {
        let within_m = if within_m.is_finite() { within_m.clamp(REACHED_M, MOST_WITHIN_M) } else { REACHED_M };
        Self { goal, within_m, way: Vec::new(), next: 0, least_m: f64::INFINITY, stalled: 0, again: (goal, 0) }
    }

    /// Where it leads, and how near is near enough.
    pub(super) fn goal(&self) -> (Place, f64) {
        (self.goal, self.within_m)
    }

    /// The next step from a place.
    pub(super) fn stride(&mut self, from: Place) -> Stride {
        let Some(end) = self.way.last().copied() else { return Stride::Wait };
        let to_end = from.distance(end);
        while let Some(point) = self.way.get(self.next) {
            let is_last = self.next + 1 == self.way.len();
            let far = from.distance(*point);
            if far > if is_last { self.within_m } else { REACHED_M } {
                return self.towards(from, *point, far, to_end, is_last);
            }
            self.next += 1;
            self.least_m = f64::INFINITY;
        }
        Stride::Arrived
    }

    fn towards(&mut self, from: Place, point: Place, far: f64, to_end: f64, is_last: bool) -> Stride {
        if far < self.least_m - PROGRESS_M {
            (self.least_m, self.stalled) = (far, 0);
        } else {
            self.stalled += 1;
        }
        match self.stalled {
            CROWDED_TICKS.. if is_last && to_end <= self.within_m + CROWDED_M => return Stride::Arrived,
            AGAIN_TICKS.. => {
                let (place, times) = self.again;
                let times = if from.distance(place) <= SAME_PLACE_M { times + 1 } else { 1 };
                (self.again, self.stalled) = ((from, times), 0);
                return if times >= MOST_AGAIN { Stride::Stuck } else { Stride::Again };
            }
            _ => {}
        }
        let length = (WALK_M_S * TICK_S).min(far) / far;
        let (x, z) = ((point.x - from.x) * length, (point.z - from.z) * length);
        if self.stalled < ASIDE_TICKS {
            return Stride::Step(x, z);
        }
        let (cosine, sine) = ASIDE;
        let sine = if (self.stalled / TURN_TICKS).is_multiple_of(2) { -sine } else { sine };
        Stride::Step(x * cosine - z * sine, x * sine + z * cosine)
    }
}

/// Heading of a step as 256 parts of a turn. Only shown: no movement depends on it.
pub(super) fn heading(x: f64, z: f64) -> u8 {
    number::turn_8(x.atan2(-z) / std::f64::consts::TAU * 256.0)
}

impl Space {
    /// Looks for ways, as many as a tick has time for; the others wait for the next.
    pub(super) fn plan(&mut self) {
        let mut visits = 0;
        while visits < VISITS_A_TICK
            && let Some(slot) = self.planning.pop_front()
        {
            let index = usize::from(slot);
            let (Some(Some(seat)), Some(from)) = (self.seats.get_mut(index), self.places.get(index)) else { continue };
            let Some(walk) = &mut seat.walk else { continue };
            let found = self.planner.way(&self.ground, *from, walk.goal);
            visits += VISITS_OF_A_LINE + self.planner.visited();
            match found {
                Ok(way) => (walk.way, walk.next, walk.least_m) = (way, 0, f64::INFINITY),
                Err(reason) => {
                    seat.walk = None;
                    self.events.push(Event::NoWay { slot, reason });
                }
            }
        }
    }
}
