//! Personal space: nobody's own step brings them into another's bubble, or deeper into one that they stand in.

use super::{Space, grid::Mark, seat::Seat};
use crate::{
    ground::{Ground, Place, SKIN_M},
    number,
};

/// How often someone is pushed out of bubbles before the step is given up.
const PUSHES: usize = 2;
/// How much farther than wished a step around a bubble may lead; as along a thin column.
const MOST_STRETCH: f64 = 1.1;
/// Others may have moved by so much since the grid was filled, and so may one now.
const MOVED_M: f64 = 0.5;

/// How far somebody keeps others away from one who moves: the larger bubble, or as near as one stands already.
#[derive(Debug, Clone, Copy)]
struct Near {
    middle: Place,
    away_m: f64,
}

impl Space {
    /// Where a step ends with regard to others, and whether they turned or held it. `largest_m` is the largest bubble of all.
    pub(super) fn kept_apart(&self, slot: u16, seat: &Seat, from: Place, to: Place, largest_m: f64) -> (Place, bool) {
        let reach = largest_m + MOVED_M;
        let (x, z, most) = (number::single(from.x), number::single(from.z), number::single(reach * reach));
        let is_about = |mark: &&Mark| (mark.x - x) * (mark.x - x) + (mark.z - z) * (mark.z - z) <= most;
        let others = self.grid.about(from, reach).filter(is_about).filter(|mark| mark.slot != slot).filter_map(|mark| {
            let index = usize::from(mark.slot);
            let middle = *self.places.get(index)?;
            let apart = middle.distance_squared(from);
            let other = self.seats.get(index)?.as_ref()?;
            let bubble = seat.bubble_m.max(other.bubble_m);
            let does_count = bubble > 0.0 && (seat.blocked.is_empty() || !seat.blocked.contains(&mark.slot));
            does_count.then(|| Near { middle, away_m: bubble.min(apart.sqrt()) })
        });
        let others: Vec<Near> = others.collect();
        if others.iter().all(|near| near.is_kept(to)) {
            return (to, false);
        }
        let around = around(&others, to);
        let most = MOST_STRETCH * MOST_STRETCH * from.distance_squared(to);
        let is_good = others.iter().all(|near| near.is_kept(around))
            && from.distance_squared(around) <= most
            && can_stand(&self.ground, from, around);
        (if is_good { around } else { from }, true)
    }
}

fn can_stand(ground: &Ground, from: Place, to: Place) -> bool {
    ground.can_stand(to, ground.height(from))
}

fn around(others: &[Near], mut place: Place) -> Place {
    for _ in 0..PUSHES {
        for near in others {
            let apart = near.middle.distance(place);
            if apart > 0.0 && !near.is_kept(place) {
                let stretch = (near.away_m + SKIN_M) / apart;
                place = Place {
                    x: near.middle.x + (place.x - near.middle.x) * stretch,
                    z: near.middle.z + (place.z - near.middle.z) * stretch,
                };
            }
        }
    }
    place
}

impl Near {
    fn is_kept(&self, place: Place) -> bool {
        self.middle.distance_squared(place) >= self.away_m * self.away_m
    }
}
