//! The ground of a space: how large it is, where its walls stand, how high its floors lie, and how someone moves over it.
//!
//! Metres; x to the east, z to the south, y up, from the north-west corner. Someone is a circle of [`RADIUS_M`]; walls are as high as the sky.
//! The rules of a [`Ground::step`] are meant to be written again by every client that predicts: sums, products, and one square root.

mod error;
mod index;
mod shape;
mod step;

pub use error::GroundError;
use index::Index;
pub use shape::{Along, Floor, Place, Spawn, Wall};
pub use step::Step;

use shape::{Obstacle, Surface};

/// Radius of someone's circle.
pub const RADIUS_M: f64 = 0.3;
/// The highest step that is climbed or descended at once.
pub const CLIMB_M: f64 = 0.3;
/// Longest side of a space: what u16 centimetres hold.
pub const MOST_SIDE_M: f64 = 655.0;
/// Highest floor: what a byte of 5 cm holds.
pub const MOST_HEIGHT_M: f64 = 12.75;
/// Lowest floor: the bed of a pond. On the wire someone there stands at 0.
pub const LEAST_HEIGHT_M: f64 = -2.0;
/// Most walls of a ground, and most floors.
pub const MOST_SHAPES: usize = 4_096;
/// Shortest side of a floor: no step is longer, so that none gets over a floor unseen.
pub const LEAST_FLOOR_M: f64 = 0.2;
/// Who is pushed out of a wall comes to lie this far from touching it, so that rounding leaves nobody inside.
pub(crate) const SKIN_M: f64 = 1e-6;

/// A space without the people: validated, indexed, never changed.
#[derive(Debug, Clone)]
pub struct Ground {
    size: Place,
    obstacles: Vec<Obstacle>,
    floors: Vec<Surface>,
    /// Walls that can touch someone in a cell.
    near_walls: Index,
    /// Floors over a cell.
    near_floors: Index,
    lattice: crate::way::Lattice,
}

impl Ground {
    /// Builds the ground from the fields `size` (x, z), `walls` and `floors` of a space's document.
    ///
    /// # Errors
    /// The first shape that does not fit, with its place in the document and what is expected.
    pub fn new(size: [f64; 2], walls: &[Wall], floors: &[Floor]) -> Result<Self, GroundError> {
        let [x, z] = size;
        for (axis, side) in [("size[0]", x), ("size[1]", z)] {
            if !(1.0..=MOST_SIDE_M).contains(&side) {
                return Err(GroundError::at(axis.to_owned(), format!("a side of 1 to {MOST_SIDE_M} m; it is {side}")));
            }
        }
        let size = Place { x, z };
        for (what, count) in [("walls", walls.len()), ("floors", floors.len())] {
            if count > MOST_SHAPES {
                return Err(GroundError::at(what.to_owned(), format!("at most {MOST_SHAPES}; there are {count}")));
            }
        }
        let obstacles = walls.iter().enumerate().map(|(index, wall)| wall.read(index, size)).collect::<Result<Vec<_>, _>>()?;
        let floors = floors.iter().enumerate().map(|(index, floor)| floor.read(index, size)).collect::<Result<Vec<_>, _>>()?;
        let reach = RADIUS_M + SKIN_M;
        // Grown by a skin: a floor that ends where a cell begins counts there too.
        let near_walls = Index::new(size, obstacles.iter().map(|obstacle| obstacle.bounds().grown(reach)))
            .ok_or_else(|| GroundError::at("walls".to_owned(), "fewer walls upon one another".to_owned()))?;
        let near_floors = Index::new(size, floors.iter().map(|floor| floor.bounds.grown(SKIN_M)))
            .ok_or_else(|| GroundError::at("floors".to_owned(), "fewer floors upon one another".to_owned()))?;
        let mut ground = Self { size, obstacles, floors, near_walls, near_floors, lattice: crate::way::Lattice::default() };
        ground.lattice = crate::way::Lattice::new(&ground);
        Ok(ground)
    }

    /// Its far corner.
    pub fn size(&self) -> Place {
        self.size
    }

    /// Height of the floor at a place, -2…12.75 m: that of the last floor over it, or 0.
    pub fn height(&self, place: Place) -> f64 {
        let over = self.near_floors.at(place).iter().rev().filter_map(|index| self.floors.get(usize::from(*index)));
        over.into_iter().find(|floor| floor.bounds.contains(place)).map_or(0.0, |floor| floor.height(place))
    }

    /// Whether someone can stand at a place: inside by [`RADIUS_M`], and no wall within it.
    pub fn is_free(&self, place: Place) -> bool {
        self.is_inside(place) && self.obstacles_near(place).all(|obstacle| !obstacle.touches(place))
    }

    /// Whether a circle at a place lies inside the space; false for NaN.
    fn is_inside(&self, place: Place) -> bool {
        (RADIUS_M..=self.size.x - RADIUS_M).contains(&place.x) && (RADIUS_M..=self.size.z - RADIUS_M).contains(&place.z)
    }

    /// Whether nothing lies about a place that could matter within the cell: the fast path of ways.
    pub(crate) fn is_bare(&self, place: Place) -> bool {
        self.near_walls.at(place).is_empty() && self.near_floors.at(place).is_empty()
    }

    pub(crate) fn lattice(&self) -> &crate::way::Lattice {
        &self.lattice
    }

    /// Walls that may touch a circle at a place, in the order of the document.
    fn obstacles_near(&self, place: Place) -> impl Iterator<Item = &Obstacle> {
        self.near_walls.at(place).iter().filter_map(|index| self.obstacles.get(usize::from(*index)))
    }
}
