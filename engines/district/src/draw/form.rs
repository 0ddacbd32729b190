//! Blocks, roofs and turned bodies, as faces of a CityJSON file.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    number::figure,
    tiles::Frame,
    vector::{Point, dot, minus, newell, plus, times},
};

/// sRGB as 0xRRGGBB.
pub(super) type Colour = u32;

/// A place with two directions: `along` (u) and `away` (v), both across the upright.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand {
    pub(super) at: [f64; 2],
    pub(super) along: [f64; 2],
}

impl Stand {
    pub(super) fn new(at: [f64; 2], along: [f64; 2]) -> Self {
        Self { at, along }
    }

    /// x and z of a place u along and v away (to the right of `along`, seen from above with north up).
    pub(super) fn flat(&self, u: f64, v: f64) -> [f64; 2] {
        let ([x, z], [dx, dz]) = (self.at, self.along);
        [x + dx * u - dz * v, z + dz * u + dx * v]
    }

    pub(super) fn place(&self, u: f64, height: f64, v: f64) -> Point {
        let [x, z] = self.flat(u, v);
        [x, height, z]
    }

    /// The same directions at another place.
    pub(super) fn shifted(&self, u: f64, v: f64) -> Self {
        Self { at: self.flat(u, v), along: self.along }
    }
}

/// A box on a stand: from and to along, from and to away.
pub(super) type Sides = [f64; 4];

/// Faces of one object while it is built.
#[derive(Debug, Default)]
pub(super) struct Body {
    faces: Vec<(Vec<Point>, &'static str, Colour)>,
}

impl Body {
    /// A face as its corners go round.
    pub(super) fn face(&mut self, corners: Vec<Point>, surface: &'static str, colour: Colour) {
        self.faces.push((corners, surface, colour));
    }

    /// A face that looks away from a place.
    pub(super) fn outward(&mut self, mut corners: Vec<Point>, from: Point, surface: &'static str, colour: Colour) {
        let middle = times(corners.iter().fold([0.0; 3], |sum, corner| plus(sum, *corner)), 1.0 / figure(corners.len().max(1)));
        if dot(newell(&corners), minus(middle, from)) < 0.0 {
            corners.reverse();
        }
        self.faces.push((corners, surface, colour));
    }

    /// Upright walls from `low` to `high`, without top and bottom.
    pub(super) fn walls(&mut self, stand: Stand, [u0, u1, v0, v1]: Sides, [low, high]: [f64; 2], colour: Colour) {
        let middle = stand.place(f64::midpoint(u0, u1), f64::midpoint(low, high), f64::midpoint(v0, v1));
        let ring = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)];
        for ((ua, va), (ub, vb)) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            let corners =
                vec![stand.place(*ua, low, *va), stand.place(*ub, low, *vb), stand.place(*ub, high, *vb), stand.place(*ua, high, *va)];
            self.outward(corners, middle, "WallSurface", colour);
        }
    }

    /// A flat face at a height, seen from above.
    pub(super) fn top(&mut self, stand: Stand, [u0, u1, v0, v1]: Sides, height: f64, surface: &'static str, colour: Colour) {
        let corners = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)].map(|(u, v)| stand.place(u, height, v)).to_vec();
        self.outward(corners, stand.place(f64::midpoint(u0, u1), height - 1.0, f64::midpoint(v0, v1)), surface, colour);
    }

    /// Walls and a flat roof.
    pub(super) fn block(&mut self, stand: Stand, sides: Sides, heights: [f64; 2], wall: Colour, roof: Colour) {
        self.walls(stand, sides, heights, wall);
        let [_, high] = heights;
        self.top(stand, sides, high, "RoofSurface", roof);
    }

    /// A roof of two slopes with its ridge along u, over `sides` from the eaves to the ridge, with the triangles at its ends.
    pub(super) fn gable(&mut self, stand: Stand, [u0, u1, v0, v1]: Sides, [eaves, ridge]: [f64; 2], roof: Colour, end: Colour) {
        let v = f64::midpoint(v0, v1);
        let below = stand.place(f64::midpoint(u0, u1), eaves - 1.0, v);
        for side in [v0, v1] {
            let slope =
                vec![stand.place(u0, eaves, side), stand.place(u1, eaves, side), stand.place(u1, ridge, v), stand.place(u0, ridge, v)];
            self.outward(slope, below, "RoofSurface", roof);
        }
        for u in [u0, u1] {
            let corners = vec![stand.place(u, eaves, v0), stand.place(u, eaves, v1), stand.place(u, ridge, v)];
            self.outward(corners, below, "WallSurface", end);
        }
    }

    /// A body turned around an upright axis: rings of radius and height from below; a radius of 0 is a point.
    pub(super) fn turned(&mut self, [x, z]: [f64; 2], rings: &[(f64, f64)], sides: u32, surface: &'static str, colour: Colour) {
        let corner = |(radius, height): (f64, f64), side: u32| {
            let angle = f64::from(side) / f64::from(sides) * std::f64::consts::TAU;
            [x + radius * angle.cos(), height, z + radius * angle.sin()]
        };
        for pair in rings.windows(2) {
            let &[low, high] = pair else { continue };
            let middle = [x, f64::midpoint(low.1, high.1) - (low.0 - high.0).abs() * 0.5, z];
            for side in 0..sides {
                let next = side.saturating_add(1) % sides;
                let mut corners = vec![corner(low, side)];
                if low.0 > 0.0 {
                    corners.push(corner(low, next));
                }
                if high.0 > 0.0 {
                    corners.push(corner(high, next));
                }
                corners.push(corner(high, side));
                self.outward(corners, middle, surface, colour);
            }
        }
    }
}

/// The file while it is written.
#[derive(Debug)]
pub(super) struct Forms {
    frame: Frame,
    vertices: Vec<[i64; 3]>,
    known: BTreeMap<[i64; 3], usize>,
    colours: Vec<Colour>,
    objects: Map<String, Value>,
}

impl Forms {
    pub(super) fn new(frame: Frame) -> Self {
        Self { frame, vertices: vec![], known: BTreeMap::new(), colours: vec![], objects: Map::new() }
    }

    /// Corner in whole millimetres of the network's plane.
    fn vertex(&mut self, [x, y, z]: Point) -> usize {
        let [west, top] = self.frame.origin;
        #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "saturates; a district is smaller than 2⁶³ mm")]
        let point = [x + west, top - z, y].map(|part| (part * 1000.0).round() as i64);
        let next = self.vertices.len();
        let known = *self.known.entry(point).or_insert(next);
        if known == next {
            self.vertices.push(point);
        }
        known
    }

    /// Adds an object of a kind, with attributes.
    pub(super) fn add(&mut self, id: String, kind: &str, body: Body, attributes: Value) {
        let (mut boundaries, mut surfaces, mut values, mut materials) = (vec![], Vec::<&str>::new(), vec![], vec![]);
        for (corners, surface, colour) in body.faces {
            let ring: Vec<usize> = corners.into_iter().map(|corner| self.vertex(corner)).collect();
            boundaries.push(vec![ring]);
            let number = surfaces.iter().position(|known| *known == surface).unwrap_or_else(|| {
                surfaces.push(surface);
                surfaces.len().saturating_sub(1)
            });
            values.push(number);
            let colour = self.colours.iter().position(|known| *known == colour).unwrap_or_else(|| {
                self.colours.push(colour);
                self.colours.len().saturating_sub(1)
            });
            materials.push(colour);
        }
        let surfaces: Vec<Value> = surfaces.into_iter().map(|surface| json!({"type": surface})).collect();
        let mut geometry = json!({"type": "MultiSurface", "lod": "2.2", "boundaries": boundaries, "material": {"": {"values": materials}}});
        // Surfaces have a meaning where the specification has one for the kind.
        if ["Building", "Road", "WaterBody"].contains(&kind)
            && let Some(fields) = geometry.as_object_mut()
        {
            fields.insert("semantics".into(), json!({"surfaces": surfaces, "values": values}));
        }
        self.objects.insert(id, json!({"type": kind, "attributes": attributes, "geometry": [geometry]}));
    }

    /// The whole file.
    pub(super) fn city(self) -> Value {
        let part = |colour: Colour, shift: u32| (f64::from((colour >> shift) & 0xff) / 255.0 * 1000.0).round() / 1000.0;
        let materials: Vec<Value> = self
            .colours
            .iter()
            .map(|colour| json!({"name": format!("{colour:06x}"), "diffuseColor": [part(*colour, 16), part(*colour, 8), part(*colour, 0)]}))
            .collect();
        json!({
            "type": "CityJSON",
            "version": "2.0",
            "transform": {"scale": [0.001, 0.001, 0.001], "translate": [0.0, 0.0, 0.0]},
            "metadata": {"title": "Invented buildings along a street network (CC0-1.0)"},
            "appearance": {"materials": materials},
            "CityObjects": self.objects,
            "vertices": self.vertices,
        })
    }
}
