//! The trunk's form, on which clothes are laid.

use super::Figure;
use crate::{
    colour::Rgb,
    mesh::{Facing, Point, Row, point},
    space::{V3, around, bump, curve, ease, steps, turn, v},
};

/// Height; half width, depth to the front, depth to the back.
const FORM: [(f64, f64, f64, f64); 17] = [
    (0.765, 0.112, 0.074, 0.084),
    (0.82, 0.148, 0.092, 0.108),
    (0.88, 0.158, 0.097, 0.116),
    (0.94, 0.149, 0.096, 0.105),
    (1.0, 0.13, 0.092, 0.088),
    (1.035, 0.125, 0.09, 0.083),
    (1.1, 0.132, 0.097, 0.089),
    (1.17, 0.145, 0.108, 0.098),
    (1.22, 0.153, 0.109, 0.104),
    (1.265, 0.157, 0.096, 0.105),
    (1.3, 0.156, 0.08, 0.098),
    (1.322, 0.143, 0.066, 0.089),
    (1.342, 0.106, 0.053, 0.075),
    (1.358, 0.066, 0.047, 0.064),
    (1.375, 0.053, 0.045, 0.058),
    (1.4, 0.049, 0.046, 0.055),
    (1.46, 0.049, 0.046, 0.055),
];

impl Figure {
    /// The trunk at angle `a` (turns; 0 is the front, ¼ the left side) and height `y`, `slack` beyond the skin.
    pub(crate) fn trunk(&self, a: f64, y: f64, slack: f64) -> V3 {
        let (rx, front, back) = self.girth(y.max(0.88));
        let below = (0.88 - y).max(0.0);
        let (s, c) = turn(a);
        // Boxier than an ellipse at the chest, and cloth below the hips hangs straight.
        let boxy = 1.0 + 0.055 * (4.0 * s * s * c * c) * ease(1.36, 1.28, y);
        let depth = if c > 0.0 { front } else { back };
        let level = ease(0.0, 0.12, below);
        let depth = depth + (0.108 - depth) * level * 0.6;
        v(s * (rx + slack) * boxy, y, c * (depth + slack) * boxy - 0.006 * ease(1.28, 1.4, y))
    }

    fn girth(&self, y: f64) -> (f64, f64, f64) {
        let part = |of: fn(&(f64, f64, f64, f64)) -> f64| curve(&FORM.map(|key| (key.0, of(&key))), y);
        let shape = self.shape;
        let body = 1.0 + (shape.girth - 1.0) * ease(1.37, 1.28, y);
        let waist = 1.0 + (shape.waist - 1.0) * bump(y - 1.04, 0.09);
        let hip = 1.0 + (shape.hip - 1.0) * ease(1.02, 0.9, y);
        let shoulder = 1.0 + (shape.shoulder - 1.0) * ease(1.08, 1.24, y) * ease(1.36, 1.3, y);
        let all = body * waist * hip;
        let front = part(|key| key.2) * all + shape.bust * bump(y - 1.2, 0.05) + shape.belly * bump(y - 1.02, 0.1);
        (part(|key| key.1) * all * shoulder, front, part(|key| key.3) * all)
    }

    /// A ring of the trunk at `y`, of one colour.
    pub(crate) fn belt(&self, columns: u32, y: f64, slack: f64, colour: Rgb) -> Vec<Point> {
        around(columns).map(|a| self.clad(a, y, slack, colour)).collect()
    }

    /// A point of cloth on the trunk.
    pub(crate) fn clad(&self, a: f64, y: f64, slack: f64, colour: Rgb) -> Point {
        let at = self.trunk(a, y, slack);
        let hold = if y < 0.9 { self.frame.hanging(at) } else { self.frame.trunk(y) };
        point(at, colour, hold)
    }

    /// Bare skin of the chest, the neck and, when `low`, the shoulders.
    pub(crate) fn draw_neck(&mut self, from: f64) {
        let columns = self.pick(18, 6);
        let skin = self.tones.skin;
        let rows: Vec<Vec<Point>> = steps(self.pick(6, 2))
            .map(|t| {
                let y = from + (1.44 - from) * t;
                // The chin's shadow.
                around(columns)
                    .map(|a| {
                        let shade = 1.0 - 0.3 * ease(1.375, 1.41, y) * (0.6 + 0.4 * turn(a).1);
                        let at = self.trunk(a, y, 0.0);
                        let hold = if y > self.frame.neck - 0.02 { self.frame.nape(y) } else { self.frame.trunk(y) };
                        point(at, skin.tinted((shade, shade * shade, shade * shade)), hold)
                    })
                    .collect()
            })
            .collect();
        self.body.add(&rows, Row::Ring, Facing::Out);
    }
}
