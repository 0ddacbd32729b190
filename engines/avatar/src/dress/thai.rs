//! Sabai, ties of the mo hom shirt, the checked sash: cloth that is laid and knotted.

use crate::{
    colour::{Rgb, rgb},
    figure::Figure,
    mesh::{Facing, Mesh, Point, Row, Surface, point},
    skeleton::Hold,
    space::{V3, around, bump, cos, ease, mix, steps, turn, v},
};

/// A cloth of some width laid over one shoulder and under the other arm.
pub(super) struct Sash {
    /// +1 over the left shoulder, −1 over the right.
    pub(super) side: f64,
    pub(super) half: f64,
    pub(super) above: f64,
    pub(super) low: V3,
    pub(super) high: V3,
    pub(super) ridges: f64,
}

impl Sash {
    /// Rows across, from one edge to the other.
    pub(super) fn rows(&self, figure: &Figure, under: &Surface, across: u32, along: u32, colour: Rgb) -> Vec<Vec<Point>> {
        let axis = (self.high - self.low).unit_or(V3::UP);
        let normal = v(axis.y, -axis.x, 0.0);
        let middle = self.low.toward(self.high, 0.5);
        steps(across)
            .map(|w| w * 2.0 - 1.0)
            .map(|w| {
                around(along)
                    .map(|t| {
                        let (s, c) = turn(t);
                        // Gathered at the hip, spread on the shoulder.
                        let half = self.half * mix(0.72, 1.0, ease(-1.0, 0.4, c));
                        let origin = middle + normal * (w * half);
                        let direction = axis * c + V3::FRONT * s;
                        let far = under.reach(origin, direction).unwrap_or(0.12);
                        let ridge = 0.0022 * self.ridges * cos(w * 1.5) - 0.004 * ease(0.85, 1.0, w.abs());
                        let at = origin + direction * (far + self.above + ridge);
                        let at = v(at.x * self.side, at.y, at.z);
                        let shade = 1.0 + 0.1 * self.ridges * cos(w * 1.5) - 0.2 * ease(0.8, 1.0, w.abs()) * self.ridges;
                        point(at, colour.times(shade), figure.frame.trunk(at.y))
                    })
                    .collect()
            })
            .collect()
    }
}

/// The trunk with `slack`, as something to lay on.
pub(super) fn trunk_surface(figure: &Figure, slack: f64) -> Surface {
    let mut mesh = Mesh::default();
    let rows: Vec<Vec<Point>> = steps(26).map(|t| figure.belt(28, mix(0.9, 1.44, t), slack, figure.tones.skin)).collect();
    mesh.add(&rows, Row::Ring, Facing::Out);
    mesh.surface()
}

/// A cloth about the breast, and the sabai over the left shoulder with its end down the back.
pub(super) fn sabai(figure: &mut Figure) {
    let (tone, border) = (figure.tones.top, figure.tones.gold);
    let columns = figure.pick(24, 9);
    let under = tone.times(0.78).toward(figure.tones.accent, 0.12);
    let top = |a: f64| 1.236 + 0.012 * bump(a.abs() - 0.08, 0.08);
    let signed = |a: f64| if a > 0.5 { a - 1.0 } else { a };
    let mut rows: Vec<Vec<Point>> = steps(figure.pick(7, 3))
        .map(|t| around(columns).map(|a| figure.clad(a, mix(1.0, top(signed(a)), t), 0.008, under)).collect())
        .collect();
    rows.push(around(columns).map(|a| figure.clad(a, top(signed(a)), 0.001, under.times(0.7))).collect());
    figure.body.add(&rows, Row::Ring, Facing::Out);

    let surface = trunk_surface(figure, 0.009);
    let sash = Sash { side: 1.0, half: 0.052, above: 0.008, low: v(-0.125, 1.085, 0.0), high: v(0.08, 1.335, 0.0), ridges: 1.0 };
    let across = figure.pick(7, 2);
    let rows = sash.rows(figure, &surface, across, figure.pick(26, 9), tone);
    figure.body.add_cells(&rows, Row::Ring, Facing::Out, |row, _| (row == 0 || row + 1 == across).then_some(border));

    // Its end hangs from the shoulder behind.
    let half = 0.048;
    let wide = figure.pick(7, 2);
    let rows: Vec<Vec<Point>> = steps(wide)
        .map(|w| {
            steps(figure.pick(10, 4))
                .map(|t| {
                    let s = w * 2.0 - 1.0;
                    let y = mix(1.333, 0.72, t);
                    let x = 0.085 - 0.012 * t + s * half * mix(0.9, 1.12, t);
                    let back = -surface.reach(v(x, y.max(0.92), 0.2), -V3::FRONT).map_or(-0.1, |far| 0.2 - far);
                    let fall = back.max(0.108 * ease(1.31, 1.22, y)) + 0.012 + 0.012 * ease(1.1, 0.8, y);
                    let ridge = 0.005 * cos(w * 3.0) * ease(0.0, 0.3, t);
                    let at = v(x, y + 0.012 * (1.0 - t) * ease(1.32, 1.335, y), -(fall + ridge));
                    let hold = if y < 0.93 { figure.frame.hanging(v(0.02, y, 0.0)) } else { figure.frame.trunk(y) };
                    point(at, tone.times(1.0 + 0.12 * cos(w * 3.0)), hold)
                })
                .collect()
        })
        .collect();
    let ends = figure.pick(10, 4);
    figure.body.add_cells(&rows, Row::Open, Facing::Toward(-V3::FRONT), |row, column| {
        (row == 0 || row + 1 == wide || column + 1 == ends).then_some(border)
    });
}

/// Three knotted ties down the front of a mo hom shirt.
pub(super) fn ties(figure: &mut Figure, slack: f64) {
    if !figure.is_full() {
        return;
    }
    let cord = rgb(0x00e8_e2d2);
    let mut drawn = Mesh::default();
    for y in [1.285, 1.19, 1.09, 0.985] {
        let hold = figure.frame.trunk(y);
        let knot = figure.trunk(0.0, y, slack + 0.004);
        drawn.ball(knot, v(0.008, 0.007, 0.005), (5, 2), cord, hold);
        for side in [-1.0, 1.0] {
            let end = figure.trunk(side * 0.028, y - 0.022, slack + 0.004);
            let half = figure.trunk(side * 0.03, y + 0.002, slack + 0.003);
            drawn.tube(&[knot, half], 0.0026, 3, cord, hold);
            drawn.tube(&[knot, knot.toward(end, 0.5) + v(side * 0.003, 0.003, 0.003), end], 0.0024, 3, cord, hold);
        }
    }
    figure.body.join(drawn);
}

/// A checked cotton sash about the waist, knotted at the front left, its ends hanging.
pub(super) fn pha_khao_ma(figure: &mut Figure) {
    let (tone, light) = (figure.tones.accent, figure.tones.accent.toward(figure.tones.white, 0.55));
    let dark = tone.times(0.45);
    let check = |row: u32, column: u32| -> Option<Rgb> {
        Some(match (row.is_multiple_of(2), column.is_multiple_of(2)) {
            (true, true) => tone,
            (false, false) => light,
            _ => dark.toward(tone, 0.5),
        })
    };
    let columns = figure.pick(24, 7);
    let rows: Vec<Vec<Point>> = figure
        .thin(&[(-0.034, 0.015), (-0.033, 0.027), (0.0, 0.031), (0.032, 0.027), (0.033, 0.013)], 2)
        .iter()
        .map(|&(dy, slack)| {
            around(columns)
                .map(|a| {
                    let y = 1.01 + dy + 0.003 * cos(a * 3.0);
                    let (s, c) = turn(a);
                    let under = figure.trunk(a, y, 0.0);
                    let out = v(s, 0.0, c);
                    let far = figure.torso.as_ref().and_then(|torso| torso.reach(v(0.0, y, 0.0), out)).unwrap_or(under.length());
                    point(v(0.0, y, 0.0) + out * (far + slack - 0.016), tone, figure.frame.trunk(y))
                })
                .collect()
        })
        .collect();
    let is_full = figure.is_full();
    figure.body.add_cells(&rows, Row::Ring, Facing::Out, |row, column| if is_full { check(row, column) } else { None });
    if !figure.is_full() {
        return;
    }
    let front = figure.torso.as_ref().and_then(|torso| torso.front(0.048, 1.008, 0.02));
    let knot = front.unwrap_or_else(|| figure.trunk(0.06, 1.008, 0.042));
    figure.body.ball(knot, v(0.026, 0.025, 0.018), (8, 5), tone.toward(dark, 0.3), figure.frame.trunk(1.0));
    for (out, long) in [(0.012, 0.27), (-0.016, 0.2)] {
        let rows: Vec<Vec<Point>> = steps(6)
            .map(|t| {
                steps(4)
                    .map(|w| {
                        let s = w * 2.0 - 1.0;
                        let y = 1.0 - long * t;
                        let x = knot.x + out + s * mix(0.012, 0.036, ease(0.0, 0.5, t)) + out * t;
                        let base = figure.trunk(0.06, y, 0.046).z.max(knot.z - 0.004);
                        let at = v(x, y, base + 0.004 * cos(w * 1.5) + out * 0.4);
                        let hold = if y < 0.93 { figure.frame.hanging(at) } else { figure.frame.trunk(y) };
                        point(at, tone, hold)
                    })
                    .collect()
            })
            .collect();
        figure.body.add_cells(&rows, Row::Open, Facing::Toward(V3::FRONT), check);
    }
}

/// A necklace of gold, close to the neck's root.
pub(super) fn necklace(figure: &mut Figure) {
    let gold = figure.tones.gold;
    let drop = |a: f64| 1.34 - 0.05 * ease(0.26, 0.0, a.abs());
    let path: Vec<V3> = steps(figure.pick(18, 6))
        .map(|t| {
            let a = t - 0.5;
            figure.trunk(a, drop(a), 0.0045 + if bare(figure) { 0.0 } else { 0.004 + 0.012 * ease(0.25, 0.1, a.abs()) })
        })
        .collect();
    figure.body.tube(&path, 0.0042, 4, gold, Hold::on(crate::skeleton::Joint::Chest));
    if figure.is_full() {
        let at = figure.trunk(0.0, 1.282, 0.008 + if bare(figure) { 0.0 } else { 0.018 });
        figure.body.ball(at, v(0.0105, 0.0125, 0.005), (8, 4), gold.times(1.1), Hold::on(crate::skeleton::Joint::Chest));
    }
}

fn bare(figure: &Figure) -> bool {
    figure.choices.top == crate::choices::Top::Sabai
}
