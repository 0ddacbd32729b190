//! Arms with hands, legs with feet.

use super::Figure;
use crate::{
    choices::Shoes,
    colour::{Rgb, rgb},
    mesh::{Facing, Mesh, Point, Row, point},
    skeleton::{Hold, Joint},
    space::{V3, around, bump, curve, ease, mix, steps, turn, v},
};

/// A sleeve: from the shoulder to `to` (0 the shoulder, 1 the wrist), `slack` beyond the arm, and `puff` more at the shoulder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sleeve {
    pub(crate) to: f64,
    pub(crate) slack: f64,
    pub(crate) flare: f64,
    pub(crate) puff: f64,
    pub(crate) colour: Rgb,
    pub(crate) cuff: Option<Rgb>,
}

const ARM: [(f64, f64); 8] =
    [(0.0, 0.047), (0.11, 0.0485), (0.28, 0.0435), (0.45, 0.039), (0.53, 0.0375), (0.62, 0.0385), (0.8, 0.032), (1.0, 0.0235)];
const LEG: [(f64, f64); 10] = [
    (0.075, 0.035),
    (0.12, 0.034),
    (0.2, 0.042),
    (0.3, 0.052),
    (0.38, 0.051),
    (0.46, 0.05),
    (0.55, 0.058),
    (0.68, 0.071),
    (0.8, 0.081),
    (0.9, 0.086),
];

impl Figure {
    fn arm_ring(&self, columns: u32, x: f64, radius: f64, colour: Rgb) -> Vec<Point> {
        let (y, z) = (self.frame.shoulder, -0.008);
        around(columns)
            .map(|a| {
                let (s, c) = turn(a);
                point(v(x, y + radius * c, z + radius * s), colour, self.frame.arm(x))
            })
            .collect()
    }

    fn arm_radius(&self, t: f64) -> f64 {
        curve(&ARM, t) * (1.0 + (self.shape.limb - 1.0) * ease(1.05, 0.85, t))
    }

    /// Both arms, bare beyond the sleeve, with hands.
    pub(crate) fn draw_arms(&mut self, sleeve: Option<Sleeve>) {
        self.torso = Some(self.body.surface());
        let mut arms = Mesh::default();
        let columns = self.pick(12, 4);
        let skin = self.tones.skin;
        let (start, length) = (self.frame.shoulder_x, self.frame.wrist_x - self.frame.shoulder_x);
        let bare_from = sleeve.map_or(-1.0, |sleeve| sleeve.to);
        arms.both_sides(|mesh| {
            // The shoulder is a ball about its joint, so that it stays round however the arm turns.
            let cap = |radius: f64, colour: Rgb| -> Vec<Vec<Point>> {
                steps(self.pick(3, 2))
                    .take(crate::number::index(self.pick(3, 2)))
                    .map(|t| {
                        let (s, c) = turn(t / 4.0);
                        self.arm_ring(columns, start - radius * c, radius * s, colour)
                    })
                    .collect()
            };
            if let Some(sleeve) = sleeve {
                let radius = |t: f64| {
                    let puff = sleeve.puff * bump(t - 0.16, 0.13);
                    self.arm_radius(t) + sleeve.slack * mix(0.3, 1.0, ease(0.0, 0.25, t)) + sleeve.flare * t + puff
                };
                let mut rows = cap(radius(0.0), sleeve.colour);
                let count = if sleeve.to > 0.6 { self.pick(8, 2) } else { self.pick(5, 2) };
                for t in steps(count).map(|t| t * sleeve.to) {
                    rows.push(self.arm_ring(columns, start + t * length, radius(t), sleeve.colour));
                }
                let end = start + sleeve.to * length;
                if self.is_full() {
                    if let Some(cuff) = sleeve.cuff {
                        let at = end - 0.022;
                        rows.pop();
                        let near = radius((at - start) / length);
                        rows.push(self.arm_ring(columns, at, near, sleeve.colour));
                        rows.push(self.arm_ring(columns, at, near + 0.0015, cuff));
                        rows.push(self.arm_ring(columns, end, radius(sleeve.to) + 0.0015, cuff));
                    }
                    // The opening: a rim, then the dark inside.
                    let shade = sleeve.cuff.unwrap_or(sleeve.colour).times(0.55);
                    rows.push(self.arm_ring(columns, end - 0.001, self.arm_radius(sleeve.to) + 0.001, shade));
                }
                mesh.add(&rows, Row::Ring, Facing::Out);
            }
            let first = (bare_from - 0.07).max(0.0);
            let mut rows = if sleeve.is_none() { cap(self.arm_radius(0.0), skin) } else { Vec::new() };
            let count = if first > 0.7 { self.pick(2, 1) } else { self.pick(7, 2) };
            for t in steps(count).map(|t| mix(first, 1.0, t)) {
                rows.push(self.arm_ring(columns, start + t * length, self.arm_radius(t), skin));
            }
            if self.is_full() {
                mesh.add(&rows, Row::Ring, Facing::Out);
                self.draw_hand(mesh);
            } else {
                let tip = self.frame.wrist_x;
                for (out, radius) in [(0.05, 0.034), (0.15, 0.02), (0.16, 0.0)] {
                    rows.push(self.arm_ring(columns, tip + out, radius, skin));
                }
                mesh.add(&rows, Row::Ring, Facing::Out);
            }
        });
        self.body.join(arms);
    }

    /// A hand, palm down: palm, four fingers that lie together and curl a little, a thumb.
    fn draw_hand(&self, mesh: &mut Mesh) {
        let skin = self.tones.skin;
        let hold = Hold::on(Joint::LeftHand);
        let wrist = v(self.frame.wrist_x, self.frame.shoulder, -0.008);
        let size = 0.5 + 0.5 * self.shape.limb;
        let ring = |x: f64, drop: f64, high: f64, wide: f64, z: f64, colour: Rgb, columns: u32| -> Vec<Point> {
            around(columns)
                .map(|a| {
                    let (s, c) = turn(a);
                    let square = 1.0 + 0.09 * 4.0 * s * s * c * c;
                    point(wrist + v(x, c * high * square * size - drop, z + s * wide * square * size), colour, hold)
                })
                .collect()
        };
        let tip = skin.tinted((1.0, 0.93, 0.91));
        let palm: Vec<Vec<Point>> =
            [(-0.006, 0.021, 0.0245), (0.028, 0.0185, 0.034), (0.055, 0.0165, 0.0385), (0.078, 0.0145, 0.0375), (0.086, 0.006, 0.03)]
                .iter()
                .map(|&(x, high, wide)| ring(x, 0.0, high, wide, 0.002, skin, 8))
                .collect();
        mesh.add(&palm, Row::Ring, Facing::Out);
        for (z, length) in [(0.0285, 0.068), (0.0105, 0.078), (-0.0075, 0.073), (-0.0245, 0.058)] {
            let rows: Vec<Vec<Point>> = [(0.0, 0.0105), (0.5, 0.0112), (0.88, 0.0088), (1.0, 0.0)]
                .iter()
                .map(|&(t, radius)| {
                    let close = z * (1.0 - 0.1 * t);
                    ring(0.074 + length * t, 0.02 * t * t, radius * 1.02, radius, close, skin.toward(tip, t), 5)
                })
                .collect();
            mesh.add(&rows, Row::Ring, Facing::Out);
        }
        // The thumb leaves the palm's edge forward and outward.
        let path = |t: f64| v(0.012 + 0.07 * t, -0.004 - 0.012 * t, 0.026 + 0.04 * t - 0.02 * t * t);
        let rows: Vec<Vec<Point>> = [(0.0, 0.014), (0.45, 0.0138), (0.86, 0.0098), (1.0, 0.0)]
            .iter()
            .map(|&(t, radius)| {
                let along = v(0.07, -0.012, 0.04 - 0.04 * t).unit_or(V3::FRONT);
                let side = along.cross(V3::UP).unit_or(V3::FRONT);
                let up = side.cross(along);
                around(5)
                    .map(|a| {
                        let (s, c) = turn(a);
                        point(wrist + path(t) + (side * c + up * s) * (radius * size), skin.toward(tip, t), hold)
                    })
                    .collect()
            })
            .collect();
        mesh.add(&rows, Row::Ring, Facing::Out);
    }

    pub(crate) fn leg_radius(&self, y: f64) -> f64 {
        curve(&LEG, y) * (1.0 + (self.shape.limb - 1.0) * 0.9 * ease(0.06, 0.2, y))
    }

    pub(crate) fn leg_ring(&self, columns: u32, y: f64, radius: f64, colour: Rgb) -> Vec<Point> {
        let z = curve(&[(0.07, -0.014), (0.28, -0.016), (0.46, 0.004), (0.85, 0.0)], y);
        // Thighs are deeper than wide, so that they don't meet.
        let deep = 1.0 + 0.14 * ease(0.5, 0.8, y);
        let slim = 1.0 - 0.05 * ease(0.5, 0.8, y);
        around(columns)
            .map(|a| {
                let (s, c) = turn(a);
                let x = self.frame.leg_x + 0.004 * ease(0.8, 0.1, y) + s * radius * slim;
                point(v(x.max(0.002), y, z + c * radius * deep), colour, self.frame.shank(y))
            })
            .collect()
    }

    /// Bare legs up to `to`.
    pub(crate) fn draw_shins(&mut self, to: f64) {
        let columns = self.pick(11, 5);
        let skin = self.tones.skin;
        let mut legs = Mesh::default();
        legs.both_sides(|mesh| {
            let rows: Vec<Vec<Point>> = steps(self.pick(7, 2))
                .map(|t| {
                    let y = mix(0.05, to, t);
                    let shade = 1.0 - 0.35 * ease(to - 0.12, to, y);
                    self.leg_ring(columns, y, self.leg_radius(y), skin.times(shade))
                })
                .collect();
            mesh.add(&rows, Row::Ring, Facing::Out);
        });
        self.body.join(legs);
    }

    pub(crate) fn draw_feet(&mut self) {
        let mut feet = Mesh::default();
        let x = self.frame.leg_x + 0.004;
        let columns = self.pick(12, 5);
        let skin = self.tones.skin;
        let (upper, sole) = match self.choices.shoes {
            Shoes::Sneakers => (rgb(0x00ea_e6de), rgb(0x00cf_c9bd)),
            Shoes::Leather => (rgb(0x0038_2a24), rgb(0x001f_1a18)),
            Shoes::Sandals => (skin, rgb(0x0057_4030)),
        };
        let bare = self.choices.shoes == Shoes::Sandals;
        feet.both_sides(|mesh| {
            // Along the foot: z, half width, height of its top.
            let form = [
                (-0.078, 0.0, 0.03),
                (-0.075, 0.02, 0.052),
                (-0.055, 0.033, 0.085),
                (-0.014, 0.036, 0.094),
                (0.025, 0.0385, 0.078),
                (0.07, 0.0445, 0.056),
                (0.115, 0.046, 0.042),
                (0.15, 0.038, 0.033),
                (0.166, 0.021, 0.026),
                (0.17, 0.0, 0.018),
            ];
            let low = if bare && self.is_full() { 0.016 } else { 0.0 };
            let rows: Vec<Vec<Point>> = self
                .thin(&form, 3)
                .iter()
                .map(|&(z, half, top)| {
                    around(columns)
                        .map(|a| {
                            let (s, c) = turn(a);
                            // A flat sole, a round top, the toes a little inward.
                            let y = if c < 0.0 { low + (0.012 - 0.012 * -c) } else { low + 0.012 + (top - 0.012 - low) * c };
                            let wide = half * (1.0 + 0.06 * (1.0 - c.abs())) * if bare { 0.94 } else { 1.0 };
                            let inward = -0.008 * ease(0.05, 0.17, z) + 0.012 * ease(0.02, 0.12, z);
                            let colour = if c < -0.2 && !bare { sole } else { upper };
                            let hold = Hold::between(Joint::LeftFoot, Joint::LeftToes, ease(0.06, 0.11, z));
                            point(v(x + s * wide + inward, y, z), colour, hold)
                        })
                        .collect()
                })
                .collect();
            mesh.add(&rows, Row::Ring, Facing::Out);
            if bare && self.is_full() {
                Self::draw_sandal(mesh, x, sole);
            } else if self.is_full() {
                // A sole that shows, and laces or a throat.
                let band = |grow: f64, y: f64, colour: Rgb| -> Vec<Point> {
                    around(16)
                        .map(|a| {
                            let (s, c) = turn(a);
                            let z = 0.046 + c * (0.126 + grow);
                            let wide = curve(&[(-0.08, 0.026), (-0.03, 0.037), (0.04, 0.041), (0.11, 0.048), (0.17, 0.036)], z) + grow;
                            let inward = -0.008 * ease(0.05, 0.17, z) + 0.012 * ease(0.02, 0.12, z);
                            let square = s * (1.45 - 0.45 * s * s);
                            let hold = Hold::between(Joint::LeftFoot, Joint::LeftToes, ease(0.06, 0.11, z));
                            point(v(x + inward + square * wide, y, z), colour, hold)
                        })
                        .collect()
                };
                mesh.add(&[band(0.0, 0.0, sole), band(0.002, 0.017, sole), band(-0.012, 0.019, sole)], Row::Ring, Facing::Out);
                let throat: Vec<Vec<Point>> = [
                    (0.037, 0.075, upper.times(0.9)),
                    (0.043, 0.1, upper.times(0.9)),
                    (0.04, 0.104, upper.times(0.8)),
                    (0.03, 0.09, upper.times(0.4)),
                ]
                .iter()
                .map(|&(radius, y, colour)| {
                    around(9)
                        .map(|a| {
                            let (s, c) = turn(a);
                            point(v(x + s * radius * 0.94, y - 0.012 * c, -0.014 + c * radius * 1.12), colour, Hold::on(Joint::LeftFoot))
                        })
                        .collect()
                })
                .collect();
                mesh.add(&throat, Row::Ring, Facing::Out);
            }
        });
        self.body.join(feet);
    }

    fn draw_sandal(mesh: &mut Mesh, x: f64, sole: Rgb) {
        let plate = |grow: f64, y: f64| -> Vec<Point> {
            around(16)
                .map(|a| {
                    let (s, c) = turn(a);
                    let z = 0.046 + c * (0.13 + grow);
                    let wide = curve(&[(-0.08, 0.028), (-0.03, 0.036), (0.04, 0.039), (0.11, 0.047), (0.17, 0.036)], z) + grow;
                    let inward = -0.008 * ease(0.05, 0.17, z) + 0.012 * ease(0.02, 0.12, z);
                    let hold = Hold::between(Joint::LeftFoot, Joint::LeftToes, ease(0.06, 0.11, z));
                    point(v(x + inward + s * (1.45 - 0.45 * s * s) * wide, y, z), sole, hold)
                })
                .collect()
        };
        mesh.add(&[plate(-0.03, 0.0), plate(0.0, 0.0), plate(0.0, 0.018), plate(-0.03, 0.018)], Row::Ring, Facing::Out);
        for (from, to) in [(0.062, 0.082), (0.098, 0.12)] {
            let strap: Vec<Vec<Point>> = [from, to]
                .iter()
                .map(|&z: &f64| {
                    steps(6)
                        .map(|t| {
                            let (s, c) = turn(0.5 * (t - 0.5));
                            let top = mix(0.063, 0.047, ease(0.06, 0.12, z));
                            let hold = Hold::between(Joint::LeftFoot, Joint::LeftToes, ease(0.06, 0.11, z));
                            point(v(x + 0.005 + s * 0.049, 0.012 + c * (top - 0.008), z), sole.times(1.3), hold)
                        })
                        .collect()
                })
                .collect();
            mesh.add(&strap, Row::Open, Facing::Toward(V3::UP));
        }
    }
}
