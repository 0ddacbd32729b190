//! Hair: locks that run from the crown over the head, end at the hairline, or hang on.

use super::Figure;
use crate::{
    choices::{FacialHair, Hair, Hat},
    colour::Rgb,
    mesh::{Facing, Mesh, Point, Row, point},
    skeleton::{Hold, Joint},
    space::{V3, around, bump, cos, curve, ease, mix, sin, steps, turn, v},
};

/// Where the hair ends, from the crown (0) down (½ is straight below), by the angle from the front (0) to the back (½); in turns.
const HAIRLINE: [(f64, f64); 10] = [
    (0.0, 0.132),
    (0.07, 0.136),
    (0.13, 0.16),
    (0.185, 0.21),
    (0.215, 0.272),
    (0.238, 0.262),
    (0.262, 0.222),
    (0.31, 0.25),
    (0.36, 0.325),
    (0.5, 0.352),
];

/// Whether ears would only pierce what covers them.
pub(crate) fn covers_ears(hair: Hair) -> bool {
    matches!(hair, Hair::Headscarf | Hair::Bob | Hair::Fringe | Hair::Long)
}

/// What a style makes of the hair.
struct Cut {
    /// How far it stands off the crown, and the hairline.
    crown: f64,
    edge: f64,
    /// Height of its ends where it hangs, by the angle from the front.
    ends: Option<&'static [(f64, f64)]>,
    /// Waves about the head and their depth.
    waves: (f64, f64),
    curls: f64,
}

impl Figure {
    fn cut(&self) -> Cut {
        let cut = Cut { crown: 0.015, edge: 0.004, ends: None, waves: (11.0, 0.0015), curls: 0.0 };
        match self.choices.hair {
            Hair::Shaved => Cut { crown: 0.0012, edge: 0.0004, waves: (1.0, 0.0), ..cut },
            Hair::Receding => Cut { crown: 0.0055, edge: 0.003, ..cut },
            Hair::Crop => Cut { crown: 0.0165, edge: 0.0025, ..cut },
            Hair::SidePart => Cut { crown: 0.021, edge: 0.005, ..cut },
            Hair::Curly => Cut { crown: 0.03, edge: 0.016, curls: 0.0065, ..cut },
            Hair::Bob => Cut {
                crown: 0.018,
                edge: 0.014,
                ends: Some(&[(0.11, 1.6), (0.15, 1.43), (0.19, 1.402), (0.25, 1.396), (0.35, 1.392), (0.5, 1.388)]),
                ..cut
            },
            Hair::Fringe => Cut {
                crown: 0.019,
                edge: 0.014,
                ends: Some(&[(0.125, 1.6), (0.145, 1.43), (0.19, 1.39), (0.25, 1.384), (0.35, 1.38), (0.5, 1.376)]),
                ..cut
            },
            Hair::Long => Cut {
                crown: 0.017,
                edge: 0.013,
                ends: Some(&[
                    (0.1, 1.6),
                    (0.14, 1.45),
                    (0.175, 1.39),
                    (0.22, 1.352),
                    (0.28, 1.335),
                    (0.33, 1.24),
                    (0.4, 1.19),
                    (0.5, 1.175),
                ]),
                ..cut
            },
            Hair::Ponytail | Hair::Bun | Hair::TopBun | Hair::Headscarf => {
                Cut { crown: 0.0125, edge: 0.0045, waves: (15.0, 0.0014), ..cut }
            }
        }
    }

    /// The hairline of this style; `a` from −½ to ½.
    fn hairline(&self, a: f64) -> f64 {
        let base = curve(&HAIRLINE, a.abs());
        match self.choices.hair {
            Hair::Receding => base - 0.062 * bump(a, 0.11) - 0.03 * bump(a.abs() - 0.12, 0.04),
            // The fringe comes down to the brows; the parting's long side sweeps over the forehead.
            Hair::Fringe => base + 0.066 * ease(0.165, 0.12, a.abs()),
            Hair::SidePart => base + 0.013 * bump(a + 0.07, 0.055) - 0.009 * bump(a - 0.075, 0.05),
            Hair::Bob | Hair::Long => base - 0.006 * bump(a - 0.02, 0.04) + 0.03 * bump(a.abs() - 0.12, 0.045),
            Hair::Crop | Hair::Curly => base + 0.003 * cos(a * 17.0),
            _ => base,
        }
    }

    fn on_skull(&self, a: f64, polar: f64, off: f64) -> V3 {
        let (out, up) = turn(polar);
        let (s, c) = turn(a);
        let at = self.skull(v(s * out, up, c * out));
        at + (at - self.frame.skull).unit_or(V3::UP) * off
    }

    fn hair_hold(y: f64) -> Hold {
        Hold::between(Joint::Head, Joint::Chest, 0.8 * ease(1.4, 1.22, y))
    }

    pub(super) fn draw_hair(&mut self) {
        if self.choices.hair == Hair::Headscarf {
            self.draw_headscarf();
            return;
        }
        self.draw_locks();
        let tone = self.tones.hair;
        let hold = Hold::on(Joint::Head);
        let skull = self.frame.skull;
        let under_hat = self.choices.hat != Hat::None;
        match self.choices.hair {
            Hair::Bun => self.draw_bun(skull + v(0.0, -0.022, -0.138), 0.043, 0.9),
            // A hat leaves no room above: the bun is worn lower.
            Hair::TopBun if under_hat => self.draw_bun(skull + v(0.0, -0.022, -0.138), 0.04, 0.9),
            Hair::TopBun => self.draw_bun(skull + v(0.0, 0.128, -0.052), 0.045, 0.82),
            Hair::Ponytail => {
                let root = if under_hat { v(0.0, -0.03, -0.105) } else { v(0.0, 0.028, -0.112) };
                let columns = self.pick(10, 5);
                let rows: Vec<Vec<Point>> = steps(self.pick(9, 3))
                    .map(|t| {
                        let middle = skull + root + v(0.0, 0.03 * sin(t / 2.6) - 0.24 * t * t, -0.062 * sin(t / 2.4) - 0.012);
                        let radius = curve(&[(0.0, 0.014), (0.12, 0.026), (0.4, 0.036), (0.75, 0.027), (1.0, 0.002)], t);
                        around(columns)
                            .map(|a| {
                                let (s, c) = turn(a);
                                let lean = v(0.0, 0.5 * (1.0 - t), 0.35 + 0.65 * t).unit_or(V3::FRONT);
                                let off = v(s * radius, 0.0, 0.0) + lean * (c * radius * 0.85);
                                let shade = 1.0 + 0.12 * cos(a * 5.0) - 0.15 * t;
                                let at = middle + off;
                                point(at, tone.times(shade), Self::hair_hold(at.y))
                            })
                            .collect()
                    })
                    .collect();
                self.head.add(&rows, Row::Ring, Facing::Out);
                if self.is_full() {
                    self.head.ball(skull + root + v(0.0, 0.002, -0.012), v(0.019, 0.019, 0.013), (8, 4), self.tones.accent, hold);
                }
            }
            _ => {}
        }
    }

    fn draw_bun(&mut self, centre: V3, radius: f64, flat: f64) {
        let tone = self.tones.hair;
        let columns = self.pick(12, 5);
        let rows: Vec<Vec<Point>> = steps(self.pick(7, 3))
            .map(|t| {
                let (out, up) = turn(t / 2.0);
                around(columns)
                    .map(|a| {
                        let (s, c) = turn(a + 0.12 * t);
                        let coil = 1.0 + 0.05 * cos(a * 5.0 + t * 2.0) * out;
                        let shade = 1.0 + 0.16 * cos(a * 5.0 + t * 2.0) * out - 0.2 * t;
                        point(
                            centre + v(s * out * radius * coil, up * radius * flat, c * out * radius * coil),
                            tone.times(shade),
                            Hold::on(Joint::Head),
                        )
                    })
                    .collect()
            })
            .collect();
        self.head.add(&rows, Row::Ring, Facing::Out);
    }

    fn draw_locks(&mut self) {
        let cut = self.cut();
        let shaved = self.choices.hair == Hair::Shaved;
        let tone = if shaved { self.tones.hair.toward(self.tones.skin, 0.55) } else { self.tones.hair };
        let (columns, on, below) = (self.pick(30, 8), self.pick(6, 3), if cut.ends.is_some() { self.pick(4, 2) } else { 0 });
        let under_hat = self.choices.hat != Hat::None;
        // More columns about the face, where the hairline is seen.
        let angles: Vec<f64> = around(columns).map(|t| t - 0.5).map(|t| t - 0.35 * sin(t) / std::f64::consts::TAU).collect();
        let off = |a: f64, t: f64, polar: f64| {
            let parting = if self.choices.hair == Hair::SidePart {
                -0.011 * bump(a - 0.085, 0.022) * ease(0.0, 0.3, t) + 0.009 * bump(a + 0.03, 0.09) * t
            } else {
                0.0
            };
            let middle =
                if matches!(self.choices.hair, Hair::Bob | Hair::Long) { -0.007 * bump(a - 0.02, 0.02) * ease(0.0, 0.2, t) } else { 0.0 };
            let crop = if self.choices.hair == Hair::Crop {
                0.007 * bump(a, 0.12) * bump(t - 0.75, 0.25) - 0.007 * ease(0.12, 0.2, a.abs()) * t
            } else {
                0.0
            };
            let wave = cut.waves.1 * cos(a * cut.waves.0 + 0.15) * ease(0.1, 0.5, t);
            let curls = cut.curls * (0.5 + 0.5 * cos(a * 13.0 + 3.0 * t)) * (0.4 + 0.6 * (0.5 + 0.5 * cos(t * 4.0 + a * 5.0)));
            let full = mix(cut.crown, cut.edge, t * t) + parting + middle + crop + wave + curls;
            if under_hat { full.min(mix(0.004, full, ease(0.16, 0.24, polar))) } else { full }
        };
        let colour = |a: f64, t: f64, row: f64| -> Rgb {
            let strands = if shaved { 0.0 } else { 0.1 * cos(a * 23.0 + 0.2 * row) + 0.06 * cos(a * 41.0) };
            let shine = if shaved { 0.0 } else { 0.28 * bump(t - 0.55, 0.16) };
            tone.times(1.0 + strands + shine - 0.12 * t)
        };
        let mut rows: Vec<Vec<Point>> = Vec::new();
        for t in steps(on) {
            rows.push(
                angles
                    .iter()
                    .map(|&a| {
                        let hang = Self::hang(&cut, a);
                        let polar = t * if hang > 0.0 { mix(self.hairline(a), 0.255, hang) } else { self.hairline(a) };
                        point(self.on_skull(a, polar, off(a, t, polar)), colour(a, t, t * 3.0), Hold::on(Joint::Head))
                    })
                    .collect(),
            );
        }
        let edge: Vec<V3> = rows.last().map(|row| row.iter().map(|p| p.at).collect()).unwrap_or_default();
        for t in steps(below).skip(1) {
            rows.push(
                angles
                    .iter()
                    .zip(&edge)
                    .map(|(&a, &start)| {
                        let at = self.hanging_lock(&cut, a, start, t);
                        point(at, colour(a, 1.0, 3.0 + t).times(1.0 - 0.12 * t), Self::hair_hold(at.y))
                    })
                    .collect(),
            );
        }
        // The ends turn inward, so that no edge looks like paper.
        let last: Vec<V3> = rows.last().map(|row| row.iter().map(|p| p.at).collect()).unwrap_or_default();
        rows.push(
            angles
                .iter()
                .zip(&last)
                .map(|(&a, &end)| {
                    let hang = Self::hang(&cut, a);
                    let inward = v(self.frame.skull.x - end.x, 0.0, self.frame.skull.z - end.z).unit_or(V3::FRONT);
                    let tucked = self.on_skull(a, self.hairline(a) - 0.004, -0.003);
                    let at = if hang > 0.5 { end + inward * 0.012 + v(0.0, 0.002, 0.0) } else { tucked };
                    point(at, tone.times(0.5), Self::hair_hold(at.y))
                })
                .collect(),
        );
        self.head.add(&rows, Row::Ring, Facing::Out);
        if self.choices.facial_hair == FacialHair::Beard {
            let mut beard = Mesh::default();
            self.draw_beard(&mut beard);
            self.head.join(beard);
        }
    }

    /// How far a lock hangs: 0 ends at the hairline.
    fn hang(cut: &Cut, a: f64) -> f64 {
        cut.ends.map_or(0.0, |ends| ease(1.55, 1.44, curve(ends, a.abs())))
    }

    fn hanging_lock(&self, cut: &Cut, a: f64, start: V3, t: f64) -> V3 {
        let Some(ends) = cut.ends else { return start };
        let end = curve(ends, a.abs()).min(start.y);
        if end >= start.y {
            return start;
        }
        let y = mix(start.y, end, t);
        let (skull, long) = (self.frame.skull, self.choices.hair == Hair::Long);
        let round = if long { 1.0 + 0.05 * sin(t * 0.4) } else { 1.0 + 0.09 * sin(t * 0.46) - 0.1 * t * t };
        let mut at = v(start.x * round, y, skull.z + (start.z - skull.z) * round);
        if long {
            // Over the shoulder blades, clear of the clothes.
            let back = ease(0.29, 0.36, a.abs());
            at.z = mix(at.z, at.z.min(-0.125 - 0.012 * ease(1.35, 1.25, y)), back);
            at.x *= 1.0 - 0.12 * back * t;
        }
        at + v(0.0, 0.004 * cos(a * 19.0) * t, 0.0)
    }

    /// From ear to ear along the jaw, free of mouth and cheeks.
    fn draw_beard(&self, mesh: &mut Mesh) {
        let tone = self.tones.hair.toward(self.tones.skin, 0.1);
        let half = 0.225;
        let rows: Vec<Vec<Point>> = steps(self.pick(5, 2))
            .map(|t| {
                steps(self.pick(14, 4))
                    .map(|u| {
                        let a = (u * 2.0 - 1.0) * half;
                        let side = a.abs() / half;
                        let top = curve(&[(0.0, 0.372), (0.22, 0.366), (0.4, 0.338), (0.62, 0.322), (0.85, 0.285), (1.0, 0.245)], side);
                        let low = curve(&[(0.0, 0.458), (0.5, 0.44), (0.85, 0.37), (1.0, 0.3)], side);
                        let polar = mix(top, low, t);
                        let thick = 0.0085 * (4.0 * t * (1.0 - t)).sqrt() * (1.0 - 0.5 * side) - 0.0015;
                        let shade = 0.95 + 0.14 * cos(a * 60.0) - 0.25 * t;
                        point(self.on_skull(a, polar, thick), tone.times(shade), Hold::on(Joint::Head))
                    })
                    .collect()
            })
            .collect();
        mesh.add(&rows, Row::Open, Facing::Out);
    }

    /// A scarf about the head, open for the face, over neck and chest.
    fn draw_headscarf(&mut self) {
        let skull = self.frame.skull;
        let tone = self.tones.accent;
        let columns = self.pick(24, 7);
        let opening = |y: f64| {
            let (middle, high) = (skull.y - 0.021, 0.113);
            let away = (y - middle) / high;
            0.188 * (1.0 - away * away).max(0.0).sqrt()
        };
        let hem = |a: f64| 1.195 + 0.125 * bump((a - 0.5).abs() - 0.25, 0.14) + 0.006 * cos(a * 9.0);
        // Heights of the rows: close where the opening turns.
        let full = [1.0, 0.97, 0.89, 0.795, 0.755, 0.7, 0.5, 0.2, -0.15, -0.45, -0.7, -0.88, -0.97];
        let simple = [1.0, 0.8, 0.3, -0.4, -0.95];
        let heights: &[f64] = if self.is_full() { &full } else { &simple };
        let inner = tone.times(0.55);
        let mut rows: Vec<Vec<Point>> = Vec::new();
        for &up in heights {
            let y = skull.y + up * if up > 0.0 { super::head::UP } else { super::head::DOWN };
            let open = opening(y);
            rows.push(
                steps(columns)
                    .map(|t| {
                        let a = mix(open, 1.0 - open, t);
                        let out = (1.0 - up * up).max(0.0).sqrt();
                        let (s, c) = turn(a);
                        let at = self.skull(v(s * out, up, c * out));
                        let edge = ease(0.0, 0.05, t) * ease(1.0, 0.95, t);
                        let fold = 0.002 * cos(t * 6.0 + up) * ease(0.5, -0.5, up);
                        let wide = 0.0085 + 0.011 * ease(0.3, -0.6, up) + 0.008 * ease(0.0, -1.0, c) + fold;
                        let at = at
                            + v(at.x, 0.85 * (at.y - skull.y).max(0.0), at.z - skull.z).unit_or(V3::UP)
                                * mix(0.0035, wide * (1.0 - 0.4 * ease(0.85, 1.0, up)), edge.max(if open > 0.0 { 0.0 } else { 1.0 }));
                        // Below the ears it falls straight to the shoulders.
                        let low = self.trunk(a, 1.35, 0.03);
                        let fall = ease(-0.35, -1.0, up);
                        let at = v(mix(at.x, low.x * 0.92, fall * edge), at.y, mix(at.z, low.z, fall * 0.7 * edge));
                        let shade = 1.0 - 0.16 * (1.0 - edge) - 0.12 * ease(-0.4, -0.95, up) * ease(0.2, 1.0, c);
                        point(at, tone.times(shade), Hold::between(Joint::Head, Joint::Neck, ease(-0.4, -1.0, up) * 0.6))
                    })
                    .collect(),
            );
        }
        for t in steps(self.pick(4, 1)) {
            rows.push(
                steps(columns)
                    .map(|a| {
                        let y = mix(1.372, hem(a), t);
                        let fold = 0.004 * cos(a * 9.0 + t * 0.8) * t;
                        let at = self.trunk(a, y, 0.03 + 0.008 * t + fold);
                        point(
                            at,
                            tone.times(1.0 - 0.1 * cos(a * 9.0 + t * 0.8) * t),
                            Hold::between(Joint::Neck, Joint::Chest, ease(1.385, 1.33, y)),
                        )
                    })
                    .collect(),
            );
        }
        rows.push(steps(columns).map(|a| point(self.trunk(a, hem(a) + 0.004, 0.02), inner, Hold::on(Joint::Chest))).collect());
        self.head.add(&rows, Row::Open, Facing::Out);
        // A fold laid from one cheek under the chin to the other shoulder.
        if self.is_full() {
            let rows: Vec<Vec<Point>> = [-1.0, -0.5, 0.0, 0.5, 1.0]
                .iter()
                .map(|&w: &f64| {
                    steps(11)
                        .map(|t| {
                            let a = mix(-0.2, 0.27, t);
                            let y = mix(1.405, 1.31, ease(0.0, 1.0, t)) - 0.02 * sin(t / 2.0) + w * (0.004 + 0.019 * sin(t / 2.0));
                            let slack = 0.031 + (0.006 * (1.0 - w * w) + 0.011) * sin(t / 2.0);
                            let low = self.trunk(a, y.min(1.352), slack);
                            let high = ease(1.36, 1.43, y);
                            let at = v(low.x * (1.0 - 0.08 * high), y, low.z + 0.012 * high);
                            point(at, tone.times(1.04 - 0.18 * w.abs()), Hold::between(Joint::Neck, Joint::Chest, ease(1.4, 1.33, y)))
                        })
                        .collect()
                })
                .collect();
            self.head.add(&rows, Row::Open, Facing::Out);
        }
    }
}
