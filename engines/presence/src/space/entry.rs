//! Where people enter: about the spawn places, apart from those who are there.

use crate::{
    ground::{Ground, GroundError, Place, Spawn},
    wire::yaw_from_degrees,
};

/// How many places are known about all spawn places together, and at least about each: 1,024 m².
const MOST_PLACES: usize = 4_096;
const LEAST_PLACES: usize = 64;
/// How many places are tried, the later ones farther out.
const TRIES: u8 = 32;

/// The spawn places and what can be reached from each.
#[derive(Debug)]
pub(super) struct Entries(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    yaw: u8,
    /// Free places, the nearest by foot first.
    places: Vec<Place>,
}

impl Entries {
    pub(super) fn new(ground: &Ground, spawns: &[Spawn]) -> Result<Self, GroundError> {
        if spawns.is_empty() {
            return Err(GroundError::at("spawns".to_owned(), "at least one place to enter at".to_owned()));
        }
        let most = (MOST_PLACES / spawns.len()).max(LEAST_PLACES);
        let entries = spawns.iter().enumerate().map(|(index, spawn)| {
            let at = Place { x: spawn.at[0], z: spawn.at[1] };
            if !ground.is_free(at) {
                let expected = format!("a place that is 0.3 m from every wall and side; it is {:?}", spawn.at);
                return Err(GroundError::at(format!("spawns[{index}].at"), expected));
            }
            if !spawn.yaw.is_finite() {
                return Err(GroundError::at(format!("spawns[{index}].yaw"), "degrees".to_owned()));
            }
            Ok(Entry { yaw: yaw_from_degrees(spawn.yaw), places: about(ground, at, most) })
        });
        Ok(Self(entries.collect::<Result<_, _>>()?))
    }

    /// A place and a heading: the first of some tries that lies outside of all bubbles (of the others, and of the new one's), or the one that is
    /// farthest from everybody.
    pub(super) fn choose(&self, chance: u64, others: &[(Place, f64)]) -> (Place, u8) {
        let mut best = (f64::NEG_INFINITY, Place::default(), 0);
        for number in 0..TRIES {
            let drawn = mixed(chance.wrapping_add(mixed(u64::from(number))));
            let Some(entry) = pick(&self.0, drawn) else { continue };
            let open = (entry.places.len() * (usize::from(number) + 1)).div_ceil(usize::from(TRIES));
            let Some(place) = entry.places.get(..open).and_then(|places| pick(places, drawn >> 32)) else { continue };
            // How far the nearest bubble is.
            let room = |(other, bubble): &(Place, f64)| place.distance(*other) - bubble.max(super::BUBBLE_M);
            let least = others.iter().map(room).fold(f64::INFINITY, f64::min);
            if least > best.0 {
                best = (least, *place, entry.yaw);
            }
            if least >= 0.0 {
                break;
            }
        }
        (best.1, best.2)
    }
}

fn pick<T>(items: &[T], drawn: u64) -> Option<&T> {
    let count = u64::try_from(items.len()).ok().filter(|count| *count > 0)?;
    items.get(usize::try_from(drawn % count).ok()?)
}

/// The spawn place and the nodes of the lattice that are reached from it, breadth first.
fn about(ground: &Ground, at: Place, most: usize) -> Vec<Place> {
    let lattice = ground.lattice();
    let mut nodes: Vec<usize> =
        lattice.around(at, 1.5).into_iter().filter(|node| ground.is_in_sight(at, lattice.place(*node))).take(1).collect();
    let mut seen: std::collections::BTreeSet<usize> = nodes.iter().copied().collect();
    let mut next = 0;
    while let Some(node) = nodes.get(next).copied() {
        next += 1;
        for (neighbour, ..) in lattice.reached(node) {
            if nodes.len() < most && seen.insert(neighbour) {
                nodes.push(neighbour);
            }
        }
    }
    std::iter::once(at).chain(nodes.into_iter().map(|node| lattice.place(node))).collect()
}

/// SplitMix64's mixing (Steele, Lea, Flood 2014): each bit of the number moves half of the bits.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
