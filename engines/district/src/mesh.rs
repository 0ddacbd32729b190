//! Polygons to triangles.

use earcut::Earcut;

use crate::{
    cityjson::Polygon,
    vector::{Point, cross, dot, length, minus, newell, plus, times},
};

/// A face as triangles, each turned as the face is.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Corners of all its rings.
    pub corners: Vec<Point>,
    /// Three for each triangle, counter-clockwise seen from the side to which the face looks.
    pub triangles: Vec<[u32; 3]>,
    /// Length 1.
    pub normal: Point,
}

impl Face {
    /// The triangles' corners.
    pub fn shapes(&self) -> impl Iterator<Item = [Point; 3]> + '_ {
        let corner = |index: u32| self.corners.get(crate::number::index(index)).copied();
        self.triangles.iter().filter_map(move |[a, b, c]| Some([corner(*a)?, corner(*b)?, corner(*c)?]))
    }

    /// Area of its triangles, m².
    pub fn area(&self) -> f64 {
        self.shapes().map(|[a, b, c]| length(cross(minus(b, a), minus(c, a))) / 2.0).sum()
    }

    /// Six times the volume between its triangles and a place: summed over a closed solid, six times what it holds (divergence theorem).
    pub fn volume_6(&self, from: Point) -> f64 {
        self.shapes().map(|[a, b, c]| dot(minus(a, from), cross(minus(b, from), minus(c, from)))).sum()
    }
}

/// Area of a polygon as a vector along its normal, m²: holes taken off.
pub fn area_vector(polygon: &Polygon) -> Point {
    let mut sum = [0.0; 3];
    let mut outer = [0.0; 3];
    for (number, ring) in polygon.rings.iter().enumerate() {
        let own = times(newell(ring), 0.5);
        if number == 0 {
            outer = own;
            sum = own;
        } else {
            // A hole counts as one, whichever way round it is written.
            sum = plus(sum, if dot(own, outer) > 0.0 { times(own, -1.0) } else { own });
        }
    }
    sum
}

/// Triangles of polygons. Keeps its memory between them.
pub struct Triangulator {
    earcut: Earcut<f64>,
    flat: Vec<[f64; 2]>,
    holes: Vec<u32>,
    indices: Vec<u32>,
}

impl std::fmt::Debug for Triangulator {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Triangulator").finish_non_exhaustive()
    }
}

impl Default for Triangulator {
    fn default() -> Self {
        Self { earcut: Earcut::new(), flat: vec![], holes: vec![], indices: vec![] }
    }
}

impl Triangulator {
    /// The triangles of a polygon. Nothing for one without area (below 1 mm²): it can't be seen.
    pub fn face(&mut self, polygon: &Polygon) -> Option<Face> {
        let area = area_vector(polygon);
        let size = length(area);
        if size.is_nan() || size <= 1e-6 {
            return None;
        }
        let normal = times(area, 1.0 / size);
        let [along, across] = plane(normal);
        let corners: Vec<Point> = polygon.rings.iter().flatten().copied().collect();
        let first = *corners.first()?;
        let flat = |corner: &Point| [dot(minus(*corner, first), along), dot(minus(*corner, first), across)];
        self.flat.clear();
        self.flat.extend(corners.iter().map(flat));
        self.holes.clear();
        let mut at = 0_usize;
        for (number, ring) in polygon.rings.iter().enumerate() {
            if number > 0 {
                self.holes.push(u32::try_from(at).ok()?);
            }
            at = at.saturating_add(ring.len());
        }
        self.earcut.earcut_slice(&self.flat, &self.holes, &mut self.indices);
        let corner = |index: u32| corners.get(crate::number::index(index)).copied();
        let mut triangles = Vec::with_capacity(self.indices.len() / 3);
        for triple in self.indices.chunks_exact(3) {
            let &[a, b, c] = triple else { continue };
            let (pa, pb, pc) = (corner(a)?, corner(b)?, corner(c)?);
            let turn = dot(cross(minus(pb, pa), minus(pc, pa)), normal);
            if turn >= 0.0 {
                triangles.push([a, b, c]);
            } else {
                triangles.push([a, c, b]);
            }
        }
        (!triangles.is_empty()).then_some(Face { corners, triangles, normal })
    }
}

/// Two vectors of length 1 across a normal and each other.
fn plane(normal: Point) -> [Point; 2] {
    let [x, y, z] = normal.map(f64::abs);
    let least = if x <= y && x <= z {
        [1.0, 0.0, 0.0]
    } else if y <= z {
        [0.0, 1.0, 0.0]
    } else {
        [0.0, 0.0, 1.0]
    };
    let across = cross(normal, least);
    let along = times(across, 1.0 / length(across));
    [along, cross(normal, along)]
}
