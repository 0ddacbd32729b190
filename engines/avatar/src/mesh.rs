//! Triangles: sheets of points become smooth surfaces.

use std::collections::BTreeMap;

use crate::{
    colour::Rgb,
    number,
    skeleton::Hold,
    space::{V3, v},
};

/// Shapes that the face moves to, in the order of the file's morph targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moves {
    pub(crate) blink: V3,
    pub(crate) happy: V3,
    pub(crate) aa: V3,
}

impl Moves {
    pub(crate) const NONE: Self = Self { blink: V3::ZERO, happy: V3::ZERO, aa: V3::ZERO };

    pub(crate) fn all(&self) -> [V3; 3] {
        [self.blink, self.happy, self.aa]
    }
}

/// A point of a sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) at: V3,
    pub(crate) colour: Rgb,
    pub(crate) hold: Hold,
    pub(crate) moves: Moves,
}

pub(crate) fn point(at: V3, colour: Rgb, hold: Hold) -> Point {
    Point { at, colour, hold, moves: Moves::NONE }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Vertex {
    pub(crate) point: Point,
    pub(crate) normal: V3,
}

/// How the points of a row are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// The last to the first.
    Ring,
    Open,
}

/// Which side is the outside.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Facing {
    /// Away from the middle of the sheet.
    Out,
    Toward(V3),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Mesh {
    pub(crate) vertices: Vec<Vertex>,
    pub(crate) triangles: Vec<[u32; 3]>,
}

/// Points closer than this are one: a sixteenth of a millimetre, the grid on which positions are written too.
pub(crate) const GRID: f64 = 16_384.0;

type Spot = [i64; 3];

fn spot(at: V3) -> Spot {
    [number::nearest(at.x * GRID), number::nearest(at.y * GRID), number::nearest(at.z * GRID)]
}

impl Mesh {
    /// Joins rows of equally many points to a surface with smooth normals. Rows (or points) in one place are allowed: they make
    /// caps, and sharp borders of colour.
    pub(crate) fn add(&mut self, rows: &[Vec<Point>], row: Row, facing: Facing) {
        self.add_cells(rows, row, facing, |_, _| None);
    }

    /// As `add`, but `paint(row, column)` may give a cell a colour of its own, with sharp edges.
    pub(crate) fn add_cells(&mut self, rows: &[Vec<Point>], row: Row, facing: Facing, paint: impl Fn(u32, u32) -> Option<Rgb>) {
        let mut cells = Vec::new();
        for ((lower, upper), r) in rows.iter().zip(rows.iter().skip(1)).zip(0..) {
            let next = |points: &[Point]| {
                let mut turned = points.to_vec();
                turned.rotate_left(1.min(points.len()));
                if row == Row::Open {
                    turned.pop();
                }
                turned
            };
            for ((((a, b), c), d), column) in lower.iter().zip(next(lower)).zip(next(upper)).zip(upper.iter()).zip(0..) {
                let colour = paint(r, column);
                let painted = |p: &Point| Point { colour: colour.unwrap_or(p.colour), ..*p };
                let (a, b, c, d) = (painted(a), painted(&b), painted(&c), painted(d));
                // The shorter diagonal follows the form better.
                if (a.at - c.at).length() <= (b.at - d.at).length() {
                    cells.extend([[a, b, c], [a, c, d]]);
                } else {
                    cells.extend([[a, b, d], [b, c, d]]);
                }
            }
        }
        self.add_faces(cells, facing);
    }

    fn add_faces(&mut self, mut faces: Vec<[Point; 3]>, facing: Facing) {
        faces.retain(|[a, b, c]| {
            let (a, b, c) = (spot(a.at), spot(b.at), spot(c.at));
            a != b && b != c && a != c
        });
        if is_inside_out(&faces, facing) {
            for face in &mut faces {
                face.swap(1, 2);
            }
        }
        let mut normals: BTreeMap<Spot, V3> = BTreeMap::new();
        for [a, b, c] in &faces {
            let area = (b.at - a.at).cross(c.at - a.at);
            for corner in [a, b, c] {
                let sum = normals.entry(spot(corner.at)).or_insert(V3::ZERO);
                *sum = *sum + area;
            }
        }
        let mut known: BTreeMap<(Spot, Spot, Spot), u32> = BTreeMap::new();
        for face in faces {
            let corners = face.map(|corner| {
                let place = spot(corner.at);
                let shade = [corner.colour.0, corner.colour.1, corner.colour.2].map(|channel| number::nearest(channel * 255.0));
                // A vertex that moves is another than one that stays.
                let moved = spot(corner.at + corner.moves.blink + corner.moves.happy * 3.0 + corner.moves.aa * 7.0);
                *known.entry((place, shade, moved)).or_insert_with(|| {
                    let normal = normals.get(&place).copied().unwrap_or(V3::UP).unit_or(V3::UP);
                    self.vertices.push(Vertex { point: corner, normal });
                    number::count(self.vertices.len() - 1)
                })
            });
            self.triangles.push(corners);
        }
    }

    /// A ball, squeezed to three radii.
    pub(crate) fn ball(&mut self, centre: V3, radii: V3, (columns, rows): (u32, u32), colour: Rgb, hold: Hold) {
        let rows: Vec<Vec<Point>> = crate::space::steps(rows)
            .map(|t| {
                let (rise, out) = (-crate::space::cos(t / 2.0), crate::space::sin(t / 2.0));
                crate::space::around(columns)
                    .map(|a| {
                        let (s, c) = crate::space::turn(a);
                        point(centre + v(radii.x * s * out, radii.y * rise, radii.z * c * out), colour, hold)
                    })
                    .collect()
            })
            .collect();
        self.add(&rows, Row::Ring, Facing::Out);
    }

    /// A round bar along a path; a path that ends where it began has no caps.
    pub(crate) fn tube(&mut self, path: &[V3], radius: f64, columns: u32, colour: Rgb, hold: Hold) {
        let (Some(&first), Some(&last)) = (path.first(), path.last()) else { return };
        let closed = (first - last).length() < 1e-6;
        let before = |at: usize| {
            path.get(if at > 0 {
                at - 1
            } else if closed {
                path.len().saturating_sub(2)
            } else {
                0
            })
            .copied()
            .unwrap_or(first)
        };
        let after = |at: usize| {
            path.get(if at + 1 < path.len() {
                at + 1
            } else if closed {
                1
            } else {
                at
            })
            .copied()
            .unwrap_or(last)
        };
        let begin = (after(0) - first).unit_or(V3::UP);
        let mut side = begin.cross(if begin.y.abs() < 0.9 { V3::UP } else { V3::FRONT }).unit_or(V3::FRONT);
        let mut rows: Vec<Vec<Point>> = Vec::new();
        for (at, &middle) in path.iter().enumerate() {
            let along = (after(at) - before(at)).unit_or(begin);
            // The frame is carried along without a twist.
            side = (side - along * side.dot(along)).unit_or(side);
            let up = along.cross(side);
            rows.push(
                crate::space::around(columns)
                    .map(|a| {
                        let (s, c) = crate::space::turn(a);
                        point(middle + side * (c * radius) + up * (s * radius), colour, hold)
                    })
                    .collect(),
            );
        }
        if !closed {
            let cap = |end: V3| vec![point(end, colour, hold); crate::number::index(columns)];
            rows.insert(0, cap(first));
            rows.push(cap(last));
        }
        self.add(&rows, Row::Ring, Facing::Out);
    }

    /// Adds what `draw` draws for the left side, and its mirror image on the right.
    pub(crate) fn both_sides(&mut self, draw: impl Fn(&mut Self)) {
        let mut left = Self::default();
        draw(&mut left);
        let mut right = left.clone();
        for vertex in &mut right.vertices {
            vertex.point.at = vertex.point.at.mirrored();
            vertex.point.hold = vertex.point.hold.mirrored();
            vertex.normal = vertex.normal.mirrored();
            let moves = vertex.point.moves;
            vertex.point.moves = Moves { blink: moves.blink.mirrored(), happy: moves.happy.mirrored(), aa: moves.aa.mirrored() };
        }
        for [_, b, c] in &mut right.triangles {
            std::mem::swap(b, c);
        }
        self.join(left);
        self.join(right);
    }

    pub(crate) fn join(&mut self, other: Self) {
        let first = number::count(self.vertices.len());
        self.vertices.extend(other.vertices);
        self.triangles.extend(other.triangles.into_iter().map(|corners| corners.map(|at| at + first)));
    }

    /// The surface as it is now, to lay things on.
    pub(crate) fn surface(&self) -> Surface {
        let place = |at: u32| self.vertices.get(number::index(at)).map_or(V3::ZERO, |vertex| vertex.point.at);
        Surface(self.triangles.iter().map(|corners| corners.map(place)).collect())
    }
}

fn is_inside_out(faces: &[[Point; 3]], facing: Facing) -> bool {
    let count = f64::from(number::count(faces.len().max(1)));
    let middle = |[a, b, c]: &[Point; 3]| (a.at + b.at + c.at) * (1.0 / 3.0);
    let centre = faces.iter().map(middle).fold(V3::ZERO, V3::add_up) * (1.0 / count);
    let volume = |face: &[Point; 3]| {
        let [a, b, c] = face;
        let away = match facing {
            Facing::Out => middle(face) - centre,
            Facing::Toward(direction) => direction,
        };
        (b.at - a.at).cross(c.at - a.at).dot(away)
    };
    faces.iter().map(volume).sum::<f64>() < 0.0
}

impl V3 {
    fn add_up(self, other: Self) -> Self {
        self + other
    }
}

/// Triangles that can be hit.
#[derive(Clone, Debug)]
pub(crate) struct Surface(Vec<[V3; 3]>);

impl Surface {
    /// How far from `origin` in `direction` (of length one) the outermost triangle lies (Möller and Trumbore's test).
    pub(crate) fn reach(&self, origin: V3, direction: V3) -> Option<f64> {
        let hit = |[a, b, c]: &[V3; 3]| {
            let (e1, e2) = (*b - *a, *c - *a);
            let p = direction.cross(e2);
            let det = e1.dot(p);
            if det.abs() < 1e-12 {
                return None;
            }
            let t = origin - *a;
            let u = t.dot(p) / det;
            let q = t.cross(e1);
            let w = direction.dot(q) / det;
            let inside = u >= -1e-6 && w >= -1e-6 && u + w <= 1.0 + 1e-6;
            inside.then(|| e2.dot(q) / det).filter(|distance| *distance > 0.0)
        };
        self.0.iter().filter_map(hit).fold(None, |far: Option<f64>, each| Some(far.map_or(each, |far| far.max(each))))
    }

    /// The point of the front at (x, y), `above` it.
    pub(crate) fn front(&self, x: f64, y: f64, above: f64) -> Option<V3> {
        self.reach(v(x, y, -2.0), V3::FRONT).map(|z| v(x, y, z - 2.0 + above))
    }
}
