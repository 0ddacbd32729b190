//! Walls, floors and spawn places, as the document says them and as they are used.

use serde::{Deserialize, Serialize};

use super::{GroundError, LEAST_FLOOR_M, LEAST_HEIGHT_M, MOST_HEIGHT_M, RADIUS_M, SKIN_M};

/// A place on the ground, in metres.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Place {
    /// To the east.
    pub x: f64,
    /// To the south.
    pub z: f64,
}

impl Place {
    /// A place of its two coordinates.
    pub const fn new(x: f64, z: f64) -> Self {
        Self { x, z }
    }

    /// Distance to another place.
    pub fn distance(self, other: Self) -> f64 {
        self.distance_squared(other).sqrt()
    }

    /// Square of the distance to another place.
    pub fn distance_squared(self, other: Self) -> f64 {
        let (x, z) = (self.x - other.x, self.z - other.z);
        x * x + z * z
    }
}

/// A wall of the document: `{ box: [x0, z0, x1, z1] }` or `{ round: [x, z, radius] }`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wall {
    /// West, north, east and south side. A wall without thickness is one.
    #[serde(rename = "box", default, skip_serializing_if = "Option::is_none")]
    pub sides: Option<[f64; 4]>,
    /// Middle and radius of a round column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<[f64; 3]>,
}

/// A floor of the document: `{ box: [x0, z0, x1, z1], y: 0.6 }`; with `to` and `along` a ramp or stairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// West, north, east and south side.
    #[serde(rename = "box")]
    pub sides: [f64; 4],
    /// Height, -2…12.75 m (below 0: water, which the rule of steps keeps people out of); of a ramp at its west or north side.
    pub y: f64,
    /// Height of a ramp at its east or south side. At most as steep as 1 in 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// Which way a ramp rises or falls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub along: Option<Along>,
}

/// The direction of a ramp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Along {
    /// From west to east.
    X,
    /// From north to south.
    Z,
}

/// A place to enter at: `{ at: [x, z], yaw: 180 }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spawn {
    /// East and south.
    pub at: [f64; 2],
    /// Degrees, 0 looks north (-z), clockwise from above.
    #[serde(default)]
    pub yaw: f64,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub west: f64,
    pub north: f64,
    pub east: f64,
    pub south: f64,
}

impl Bounds {
    pub(super) fn contains(self, place: Place) -> bool {
        (self.west..=self.east).contains(&place.x) && (self.north..=self.south).contains(&place.z)
    }

    pub(super) fn grown(self, by: f64) -> Self {
        Self { west: self.west - by, north: self.north - by, east: self.east + by, south: self.south + by }
    }

    /// Reads a box of the document that lies in the space with sides of at least `least`.
    fn read(place: &str, sides: [f64; 4], size: Place, least: f64) -> Result<Self, GroundError> {
        let [west, north, east, south] = sides;
        let is_inside = [west, north].iter().all(|side| *side >= 0.0) && east <= size.x && south <= size.z;
        let (wide, deep) = (east - west, south - north);
        if !is_inside {
            let expected = format!("[x0, z0, x1, z1] within 0 to {} and 0 to {} m; it is {sides:?}", size.x, size.z);
            return Err(GroundError::at(format!("{place}.box"), expected));
        }
        if !(wide >= least && deep >= least && (wide > 0.0 || deep > 0.0)) {
            let expected = format!("x0 before x1 and z0 before z1, by at least {least} m; it is {sides:?}");
            return Err(GroundError::at(format!("{place}.box"), expected));
        }
        Ok(Self { west, north, east, south })
    }
}

/// A wall as it is used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Obstacle {
    Box(Bounds),
    Round { middle: Place, radius: f64 },
}

impl Wall {
    pub(super) fn read(&self, index: usize, size: Place) -> Result<Obstacle, GroundError> {
        let place = format!("walls[{index}]");
        match (self.sides, self.round) {
            (Some(sides), None) => Ok(Obstacle::Box(Bounds::read(&place, sides, size, 0.0)?)),
            (None, Some([x, z, radius])) => {
                let fits = (0.0..=size.x).contains(&x) && (0.0..=size.z).contains(&z) && radius > 0.0 && radius <= size.x.max(size.z);
                if fits {
                    return Ok(Obstacle::Round { middle: Place { x, z }, radius });
                }
                let expected = format!("[x, z, radius] with a middle within the space and a radius above 0; it is [{x}, {z}, {radius}]");
                Err(GroundError::at(format!("{place}.round"), expected))
            }
            _ => Err(GroundError::at(place, "either `box` or `round`".to_owned())),
        }
    }
}

impl Obstacle {
    pub(super) fn bounds(&self) -> Bounds {
        match *self {
            Self::Box(bounds) => bounds,
            Self::Round { middle: Place { x, z }, radius } => Bounds { west: x, north: z, east: x, south: z }.grown(radius),
        }
    }

    /// Its point (of a round wall: its middle) from which someone is pushed away, and how far from there it is free.
    fn core(&self, place: Place) -> (Place, f64) {
        match *self {
            Self::Box(sides) => {
                (Place { x: place.x.max(sides.west).min(sides.east), z: place.z.max(sides.north).min(sides.south) }, RADIUS_M)
            }
            Self::Round { middle, radius } => (middle, radius + RADIUS_M),
        }
    }

    /// Whether a circle at a place overlaps the wall.
    pub(super) fn touches(&self, place: Place) -> bool {
        let (from, free) = self.core(place);
        place.distance_squared(from) < free * free
    }

    /// The nearest place where a circle does not overlap the wall, if it does where it is; the place itself where there is no direction to go.
    pub(super) fn pushed(&self, place: Place) -> Option<Place> {
        let (from, free) = self.core(place);
        let (x, z) = (place.x - from.x, place.z - from.z);
        let square = x * x + z * z;
        if square >= free * free {
            return None;
        }
        if square == 0.0 {
            return Some(place);
        }
        let stretch = (free + SKIN_M) / square.sqrt();
        Some(Place { x: from.x + x * stretch, z: from.z + z * stretch })
    }
}

/// A floor as it is used: `y` at the west or north side, `rise` in all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Surface {
    pub bounds: Bounds,
    y: f64,
    rise: f64,
    along: Along,
}

impl Floor {
    pub(super) fn read(&self, index: usize, size: Place) -> Result<Surface, GroundError> {
        let place = format!("floors[{index}]");
        let bounds = Bounds::read(&place, self.sides, size, LEAST_FLOOR_M)?;
        for (name, y) in [("y", Some(self.y)), ("to", self.to)] {
            if let Some(y) = y
                && !(LEAST_HEIGHT_M..=MOST_HEIGHT_M).contains(&y)
            {
                return Err(GroundError::at(
                    format!("{place}.{name}"),
                    format!("a height of {LEAST_HEIGHT_M} to {MOST_HEIGHT_M} m; it is {y}"),
                ));
            }
        }
        let (rise, along) = match (self.to, self.along) {
            (None, None) => (0.0, Along::X),
            (Some(to), Some(along)) => (to - self.y, along),
            _ => return Err(GroundError::at(place, "`to` and `along` together, for a ramp, or neither".to_owned())),
        };
        let surface = Surface { bounds, y: self.y, rise, along };
        if rise.abs() > surface.length() {
            let expected = format!("a ramp of at most 1 in 1; it rises {rise} m over {} m", surface.length());
            return Err(GroundError::at(format!("{place}.to"), expected));
        }
        Ok(surface)
    }
}

impl Surface {
    fn length(&self) -> f64 {
        match self.along {
            Along::X => self.bounds.east - self.bounds.west,
            Along::Z => self.bounds.south - self.bounds.north,
        }
    }

    pub(super) fn height(&self, place: Place) -> f64 {
        let gone = match self.along {
            Along::X => place.x - self.bounds.west,
            Along::Z => place.z - self.bounds.north,
        };
        self.y + self.rise * (gone / self.length())
    }
}
