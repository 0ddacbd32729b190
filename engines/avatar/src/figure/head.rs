//! Head, nose and ears.

use super::{Figure, covers_ears};
use crate::{
    choices::Hair,
    mesh::{Facing, Point, Row, point},
    skeleton::{Hold, Joint},
    space::{V3, around, bump, curve, ease, sin, steps, turn, v},
};

/// From the middle of the head to its top, and to the chin, metres.
pub(super) const UP: f64 = 0.119;
pub(super) const DOWN: f64 = 0.128;

impl Figure {
    /// The bare head in direction `u` from its middle.
    pub(crate) fn skull(&self, u: V3) -> V3 {
        let width = 0.096 * curve(&[(-1.0, 0.7), (-0.75, 0.83), (-0.45, 0.96), (-0.1, 1.01), (0.3, 1.01), (1.0, 0.98)], u.y);
        let depth = if u.z > 0.0 {
            0.105 * curve(&[(-1.0, 0.8), (-0.7, 0.92), (-0.3, 0.98), (0.2, 1.0), (1.0, 0.98)], u.y)
        } else {
            0.114 * curve(&[(-1.0, 0.45), (-0.6, 0.74), (-0.2, 0.96), (0.2, 1.0), (1.0, 1.0)], u.y)
        };
        let tall = if u.y > 0.0 { UP } else { DOWN };
        let mut at = v(u.x * width, u.y * tall, u.z * depth + 0.01 * ease(-0.2, -0.9, u.y));
        if u.z > 0.0 {
            let side = at.x.abs();
            let near = |x: f64, y: f64, wide: f64, high: f64| bump(side - x, wide) * bump(at.y - y, high);
            let nose = bump(side, 0.0105) * (0.017 * bump(at.y + 0.024, 0.0125) + 0.007 * bump(at.y + 0.008, 0.016));
            let socket = 0.004 * near(0.037, 0.0, 0.02, 0.014);
            let cheek = (0.0035 + self.shape.cheek) * near(0.052, -0.04, 0.02, 0.025);
            let lips = 0.004 * near(0.0, -0.06, 0.016, 0.012);
            let chin = 0.004 * near(0.0, -0.1, 0.016, 0.014);
            at.z += nose - socket + cheek + lips + chin;
            at.x += at.x * (self.shape.cheek * 8.0) * bump(at.y + 0.045, 0.03);
        }
        self.frame.skull + at
    }

    pub(super) fn draw_head(&mut self) {
        let (columns, rows) = (self.pick(25, 8), self.pick(18, 6));
        let skin = self.tones.skin;
        let on_head = Hold::on(Joint::Head);
        // More columns in the face, and more rows about nose and mouth.
        let dense = if self.is_full() { 0.5 } else { 0.25 };
        // What hair or cloth covers is not drawn; a bare head is.
        let is_bare = matches!(self.choices.hair, Hair::Shaved | Hair::Receding);
        let grid: Vec<Vec<Point>> = steps(rows)
            .filter(|t| is_bare || *t < 0.81)
            .map(|t| {
                let lift = t - 0.04 * sin(t);
                let (out, up) = (sin(lift / 2.0), -turn(lift / 2.0).1);
                around(columns)
                    .map(|a| {
                        let a = a - dense * sin(a) / std::f64::consts::TAU;
                        let (s, c) = turn(a);
                        let at = self.skull(v(s * out, up, c * out));
                        let from = at - self.frame.skull;
                        let front = if c > 0.0 { 1.0 } else { 0.0 };
                        let blush = 0.16 * front * bump(from.x.abs() - 0.05, 0.02) * bump(from.y + 0.036, 0.018)
                            + 0.12 * front * bump(from.x, 0.012) * bump(from.y + 0.03, 0.012);
                        let under = 1.0 - 0.22 * ease(-0.085, -0.118, from.y);
                        let colour = skin.tinted((1.0, 1.0 - blush * 0.75, 1.0 - blush * 0.7)).times(under);
                        point(at, colour, on_head)
                    })
                    .collect()
            })
            .collect();
        self.head.add(&grid, Row::Ring, Facing::Out);
        if self.is_full() && !covers_ears(self.choices.hair) {
            let skin = skin.tinted((0.97, 0.88, 0.86));
            let (deep, middle) = (skin.times(0.72), self.frame.skull + v(0.0955, -0.012, -0.012));
            self.head.both_sides(|mesh| {
                // A leaf that stands off the head, deeper in its middle.
                let rim: Vec<Vec<Point>> =
                    [(0.0, 0.004, deep), (0.5, 0.0045, deep), (0.85, 0.011, skin), (1.0, 0.007, skin), (0.9, -0.003, skin)]
                        .iter()
                        .map(|&(out, off, colour)| {
                            around(8)
                                .map(|a| {
                                    let (s, c) = turn(a);
                                    let lobe = 1.0 - 0.28 * ease(0.2, -1.0, c);
                                    let at = middle
                                        + v(off + 0.004 - 0.008 * s * out, 0.031 * c * out, 0.017 * s * out * lobe - 0.004 * c * out);
                                    point(at, colour, on_head)
                                })
                                .collect()
                        })
                        .collect();
                mesh.add(&rim, Row::Ring, Facing::Toward(v(1.0, 0.0, 0.2)));
            });
        }
    }
}
