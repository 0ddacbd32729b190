//! One step: along walls, over low steps, never through anything.

use super::{CLIMB_M, Ground, Place, RADIUS_M, SKIN_M};

/// Longest step: with [`MOST_STRETCH`] still shorter than the radius, so that no wall is jumped.
const MOST_STEP_M: f64 = 0.27;
/// So much farther than it was long may a step lead along a thin column.
const MOST_STRETCH: f64 = 1.1;
/// How often someone is pushed out of walls before the step is given up: enough for every corner of two.
const PUSHES: usize = 4;

/// Where a step ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The place.
    pub to: Place,
    /// Whether a wall, a high step or the end of the space turned or held it.
    pub has_bumped: bool,
}

impl Ground {
    /// A step from a free place; one longer than 0.27 m (a tick of jogging is 0.15 m) is shortened to that.
    ///
    /// Three tries: the whole step, its part along x, its part along z; the first that can be stood at wins, otherwise one stays.
    /// A try is `from` + step; up to four times it is held inside the space by 0.3 m and pushed out of each wall in the order of the document
    /// that is nearer than 0.3 m: straight away from the nearest point of a box or from the middle of a round wall, to 0.3 m + 1 µm from touching.
    /// It can be stood at if no wall touches it then, its floor is at most 0.3 m higher or lower, and it is at most 1.1 times as far as wished.
    /// So a wall can't be passed: none is nearer than 0.3 m at the beginning, and the end is nearer than that.
    pub fn step(&self, from: Place, x: f64, z: f64) -> Step {
        if x == 0.0 && z == 0.0 {
            return Step { to: from, has_bumped: false };
        }
        let long = (x * x + z * z).sqrt() / MOST_STEP_M;
        let (x, z) = if long > 1.0 { (x / long, z / long) } else { (x, z) };
        let height = self.height(from);
        for (number, (x, z)) in [(x, z), (x, 0.0), (0.0, z)].into_iter().enumerate() {
            let wished = Place { x: from.x + x, z: from.z + z };
            let (to, was_pushed) = self.pushed(wished);
            let most = MOST_STRETCH * MOST_STRETCH * (x * x + z * z);
            if from.distance_squared(to) <= most && self.can_stand(to, height) {
                return Step { to, has_bumped: was_pushed || number > 0 };
            }
        }
        Step { to: from, has_bumped: true }
    }

    /// Whether someone who comes from a floor of this height can stand here.
    pub(crate) fn can_stand(&self, place: Place, from_height: f64) -> bool {
        // A skin more than a step, so that stairs of exactly 0.3 m are climbed whatever the rounding.
        self.is_free(place) && (self.height(place) - from_height).abs() <= CLIMB_M + SKIN_M
    }

    /// A place pushed inside the space and out of walls, and whether it had to be.
    fn pushed(&self, mut place: Place) -> (Place, bool) {
        let mut was_pushed = false;
        for _ in 0..PUSHES {
            let inside =
                Place { x: place.x.max(RADIUS_M).min(self.size.x - RADIUS_M), z: place.z.max(RADIUS_M).min(self.size.z - RADIUS_M) };
            let mut again = inside != place;
            place = inside;
            for obstacle in self.obstacles_near(place) {
                if let Some(out) = obstacle.pushed(place) {
                    (place, again) = (out, true);
                }
            }
            if !again {
                break;
            }
            was_pushed = true;
        }
        (place, was_pushed)
    }
}
