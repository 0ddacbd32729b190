//! Eyes, brows, mouth: thin shapes laid on the face, with the moves of the three expressions.

use super::Figure;
use crate::{
    choices::{Brows, Eyes, FacialHair, Lines, Mouth},
    colour::{Rgb, rgb},
    mesh::{Facing, Mesh, Moves, Point, Row, Surface, point},
    skeleton::{Hold, Joint},
    space::{V3, mix, steps, v},
};

/// An opening between two lids, measured from its middle: half width, upper and lower height, how much the outer corner is lifted,
/// and how far both lids bow up (a smile).
#[derive(Clone, Copy)]
struct Opening {
    half: f64,
    upper: f64,
    lower: f64,
    tilt: f64,
    bow: f64,
}

impl Opening {
    fn of(eyes: Eyes) -> Self {
        match eyes {
            Eyes::Round => Self { half: 0.0172, upper: 0.0135, lower: 0.0112, tilt: 0.0006, bow: 0.0 },
            Eyes::Almond => Self { half: 0.0188, upper: 0.0112, lower: 0.0088, tilt: 0.0026, bow: 0.0 },
            Eyes::Gentle => Self { half: 0.0184, upper: 0.0092, lower: 0.0078, tilt: 0.0014, bow: 0.0 },
            Eyes::Smiling => Self { half: 0.0186, upper: 0.0088, lower: 0.006, tilt: 0.0, bow: 0.0046 },
        }
    }

    /// `s` from −1 (inner corner) to 1.
    fn middle(self, s: f64) -> f64 {
        self.tilt * s + self.bow * (0.6 - s * s)
    }

    fn top(self, s: f64) -> f64 {
        let round = (1.0 - s * s).max(0.0);
        self.middle(s) + self.upper * (0.45 * round.sqrt() + 0.55 * round)
    }

    fn bottom(self, s: f64) -> f64 {
        let round = (1.0 - s * s).max(0.0);
        self.middle(s) - self.lower * (0.45 * round.sqrt() + 0.55 * round)
    }

    /// Where the lids meet when the eye is shut.
    fn shut(self, s: f64) -> f64 {
        mix(self.bottom(s), self.top(s), 0.22)
    }
}

/// Lays flat shapes on the face.
struct Face<'a> {
    skin: &'a Surface,
    hold: Hold,
    facing: Facing,
}

impl Face<'_> {
    fn at(&self, x: f64, y: f64, above: f64) -> V3 {
        self.skin.front(x, y, above).unwrap_or(v(x, y, 0.1))
    }

    /// A point that moves in the plane of the face.
    fn moving(&self, (x, y): (f64, f64), above: f64, colour: Rgb, blink: (f64, f64), happy: (f64, f64), aa: (f64, f64)) -> Point {
        let at = self.at(x, y, above);
        let to = |(dx, dy): (f64, f64)| if dx == 0.0 && dy == 0.0 { V3::ZERO } else { self.at(x + dx, y + dy, above) - at };
        Point { moves: Moves { blink: to(blink), happy: to(happy), aa: to(aa) }, ..point(at, colour, self.hold) }
    }

    fn lay(&self, mesh: &mut Mesh, rows: &[Vec<Point>]) {
        mesh.add(rows, Row::Open, self.facing);
    }
}

impl Figure {
    pub(super) fn draw_face(&mut self) {
        let surface = self.head.surface();
        let face = Face { skin: &surface, hold: Hold::on(Joint::Head), facing: Facing::Toward(V3::FRONT) };
        let mut drawn = Mesh::default();
        drawn.both_sides(|mesh| {
            self.draw_eye(mesh, &face);
            self.draw_brow(mesh, &face);
            if self.choices.lines == Lines::Gentle && self.is_full() {
                self.draw_lines(mesh, &face);
            }
        });
        self.draw_mouth(&mut drawn, &face);
        if self.choices.facial_hair != FacialHair::None {
            self.draw_moustache(&mut drawn, &face);
        }
        self.head.join(drawn);
    }

    fn draw_eye(&self, mesh: &mut Mesh, face: &Face) {
        let open = Opening::of(self.choices.eyes);
        let (cx, cy) = (self.frame.eye.x, self.frame.eye.y);
        let iris_tone = rgb(0x003a_2318).toward(self.tones.hair, 0.15);
        let columns = self.pick(8, 3);
        let spread = |count: u32| steps(count).map(|t| t * 2.0 - 1.0).map(|s| s * (1.5 - 0.5 * s * s));
        let narrow = 0.35; // a smile lifts the lower lid by this share
        let lifted = |s: f64, y: f64| {
            let least = mix(open.bottom(s), open.top(s), narrow);
            if y < least { least + 0.0012 - y } else { 0.0012 }
        };
        // Points of a shape within the lids: they close to the seam and are squeezed by a smile.
        let within = |face: &Face, x: f64, y: f64, above: f64, colour: Rgb| {
            let s = ((x - cx) / open.half).clamp(-1.0, 1.0);
            let (low, high) = (open.bottom(s), open.top(s));
            let y = y.clamp(low, high);
            face.moving((x, cy + y), above, colour, (0.0, open.shut(s) - y), (0.0, lifted(s, y)), (0.0, 0.0))
        };
        if self.is_full() {
            let white = rgb(0x00f4_efea);
            let rows: Vec<Vec<Point>> = [0.0, 0.5, 1.0]
                .iter()
                .map(|&t| {
                    spread(columns)
                        .map(|s| {
                            // The upper lid's shadow.
                            let colour = white.times(1.0 - 0.22 * t * t);
                            within(face, cx + s * open.half, mix(open.bottom(s), open.top(s), t), 0.0009, colour)
                        })
                        .collect()
                })
                .collect();
            face.lay(mesh, &rows);
        }
        let gaze = Face { skin: face.skin, hold: Hold::on(Joint::LeftEye), facing: face.facing };
        let middle = open.middle(0.0) + (open.upper - open.lower) * 0.5;
        let iris = if self.is_full() { 0.0108 } else { 0.0125 };
        let mut disc = |radius: f64, (dx, dy): (f64, f64), above: f64, lower: Rgb, upper: Rgb, columns: u32| {
            let rows: Vec<Vec<Point>> = [-1.0, 0.0, 1.0]
                .iter()
                .map(|&side| {
                    spread(columns)
                        .map(|s| {
                            let high = radius * (1.0 - s * s).max(0.0).sqrt();
                            within(
                                &gaze,
                                cx + dx + s * radius,
                                middle + dy + side * high,
                                above,
                                lower.toward(upper, f64::midpoint(side, 1.0)),
                            )
                        })
                        .collect()
                })
                .collect();
            face.lay(mesh, &rows);
        };
        disc(iris, (0.0, 0.0), 0.0016, iris_tone.times(1.9), iris_tone.times(0.8), self.pick(7, 3));
        if self.is_full() {
            let pupil = rgb(0x0014_1011);
            disc(0.0056, (0.0, 0.0), 0.0021, pupil, pupil, 6);
            let gleam = rgb(0x00ff_ffff);
            disc(0.0028, (0.0038, 0.0042), 0.0026, gleam, gleam, 4);
            // The upper lid with its lashes: a line that swells toward the outer corner.
            let lash = rgb(0x0028_1c1a).toward(self.tones.skin.times(0.4), 0.12);
            let rows: Vec<Vec<Point>> = [0.0, 1.0]
                .iter()
                .map(|&t| {
                    spread(columns)
                        .map(|s| {
                            let thick = 0.0014 + 0.0016 * (1.0 - s * s) + 0.0008 * s;
                            let y = open.top(s) + (t - 0.3) * thick;
                            let flick = if s > 0.9 { 1.1 } else { 1.0 };
                            let shut = open.shut(s) + (t - 0.5) * thick - y;
                            face.moving((cx + s * open.half * flick, cy + y), 0.003, lash, (0.0, shut), (0.0, 0.0012), (0.0, 0.0))
                        })
                        .collect()
                })
                .collect();
            face.lay(mesh, &rows);
            // A crease above, the colour of shaded skin; single lids have none.
            if self.choices.eyes != Eyes::Gentle {
                let crease = self.tones.skin.tinted((0.72, 0.58, 0.54));
                let rows: Vec<Vec<Point>> = [0.0, 1.0]
                    .iter()
                    .map(|&t| {
                        spread(6)
                            .map(|s| {
                                let y = open.top(s * 0.94) + 0.0052 + t * 0.0011 * (1.0 - s * s);
                                face.moving((cx + s * open.half * 0.94, cy + y), 0.001, crease, (0.0, -0.002), (0.0, 0.001), (0.0, 0.0))
                            })
                            .collect()
                    })
                    .collect();
                face.lay(mesh, &rows);
            }
        }
    }

    fn draw_brow(&self, mesh: &mut Mesh, face: &Face) {
        let (cx, cy) = (self.frame.eye.x + 0.002, self.frame.eye.y + 0.0275);
        // Half length, thickness, how high the arch, where it peaks, how much the outer end falls.
        let (half, thick, arch, fall) = match self.choices.brows {
            Brows::Soft => (0.0195, 0.0048, 0.0044, 0.001),
            Brows::Straight => (0.02, 0.0052, 0.0014, 0.0),
            Brows::Arched => (0.02, 0.0042, 0.0062, 0.0022),
            Brows::Thick => (0.021, 0.0074, 0.003, 0.001),
        };
        let hair = self.tones.hair;
        // Dark skin with black brows, white hair with grey ones: never lost, never drawn on.
        let colour = hair.toward(self.tones.skin.times(0.5), 0.25).times(if hair.brightness() > 0.4 { 0.62 } else { 0.85 });
        let rows: Vec<Vec<Point>> = [0.0, 1.0]
            .iter()
            .map(|&t| {
                steps(self.pick(7, 3))
                    .map(|u| {
                        let s = u * 2.0 - 1.0;
                        let swell = thick * (1.0 - 0.82 * ((s + 0.35) * 0.74) * ((s + 0.35) * 0.74));
                        let y = arch * (1.0 - (s - 0.2) * (s - 0.2)) - fall * (s + 1.0) + (t - 0.5) * swell;
                        face.moving((cx + s * half, cy + y), 0.0016, colour, (0.0, -0.0015), (0.0, 0.003 + 0.001 * s), (0.0, 0.0015))
                    })
                    .collect()
            })
            .collect();
        face.lay(mesh, &rows);
    }

    fn draw_mouth(&self, mesh: &mut Mesh, face: &Face) {
        let cy = self.frame.skull.y - 0.061;
        // Half width, how far the corners rise, thickness of the upper and of the lower lip.
        let (half, smile, upper, lower) = match self.choices.mouth {
            Mouth::Smile => (0.0235, 0.0072, 0.0032, 0.0048),
            Mouth::Calm => (0.0205, 0.0024, 0.0036, 0.0046),
            Mouth::Full => (0.0212, 0.0038, 0.0056, 0.0074),
        };
        let columns = self.pick(10, 4);
        let skin = self.tones.skin;
        let lip = skin.tinted((0.84, 0.56, 0.54)).toward(rgb(0x00b2_5a5c), 0.3);
        let seam = skin.tinted((0.34, 0.2, 0.19));
        let line = |s: f64| smile * (s * s - 0.35);
        // `open` 0 for what stays above, 1 for what sinks with the jaw.
        let mark = |s: f64, y: f64, open: f64, above: f64, colour: Rgb| {
            let arch = 1.0 - s * s;
            let happy = (s * 0.0035, 0.0042 * s * s - 0.0012 * arch - open * 0.0035 * arch);
            let aa = (-s * 0.0025, (0.0022 - 0.019 * open) * arch);
            face.moving((s * half, cy + y), above, colour, (0.0, 0.0), happy, aa)
        };
        let across = || steps(columns).map(|t| t * 2.0 - 1.0);
        let row = |above: f64, colour: Rgb, shape: &dyn Fn(f64) -> (f64, f64)| -> Vec<Point> {
            across()
                .map(|s| {
                    let (y, open) = shape(s);
                    mark(s, y, open, above, colour)
                })
                .collect()
        };
        let bow = |s: f64| upper * (1.0 - s * s) * (1.0 - 0.28 * (1.0 - (s * 3.2).abs()).max(0.0));
        let full = |s: f64| lower * (1.0 - s * s).max(0.0).sqrt() * (1.0 - 0.25 * s * s);
        if self.is_full() {
            let inside = rgb(0x0047_1a1c);
            face.lay(mesh, &[row(0.0016, inside, &|s| (line(s), 1.0)), row(0.0016, inside, &|s| (line(s) + 0.0004, 0.0))]);
            let teeth = rgb(0x00f0_ece4);
            let tooth = |s: f64, share: f64| (line(s * 0.8), share);
            let narrow = |above: f64, shape: &dyn Fn(f64) -> (f64, f64)| -> Vec<Point> {
                across()
                    .map(|s| {
                        let (y, open) = shape(s);
                        mark(s * 0.8, y, open, above, teeth)
                    })
                    .collect()
            };
            face.lay(mesh, &[narrow(0.002, &|s| tooth(s, 0.26)), narrow(0.002, &|s| (line(s * 0.8) + 0.0002, 0.0))]);
            face.lay(mesh, &[row(0.0024, lip, &|s| (line(s), 0.0)), row(0.0018, lip.toward(skin, 0.25), &|s| (line(s) + bow(s), 0.0))]);
            let light = lip.toward(skin, 0.12);
            face.lay(mesh, &[row(0.0016, lip.toward(skin, 0.4), &|s| (line(s) - full(s), 1.0)), row(0.0026, light, &|s| (line(s), 1.0))]);
            let thin = |s: f64| 0.0011 * (1.15 - s * s);
            face.lay(mesh, &[row(0.003, seam, &|s| (line(s) - thin(s), 0.0)), row(0.003, seam, &|s| (line(s) + thin(s) * 0.5, 0.0))]);
        } else {
            let dark = lip.times(0.6);
            face.lay(mesh, &[row(0.002, dark, &|s| (line(s) - full(s), 1.0)), row(0.002, dark, &|s| (line(s) + 0.001, 0.0))]);
        }
    }

    fn draw_lines(&self, mesh: &mut Mesh, face: &Face) {
        let soft = self.tones.skin.tinted((0.8, 0.7, 0.67));
        let (ex, ey) = (self.frame.eye.x, self.frame.eye.y);
        let mut stroke = |from: (f64, f64), by: (f64, f64), bend: f64, happy: f64| {
            let rows: Vec<Vec<Point>> = [-0.5, 0.5]
                .iter()
                .map(|&t| {
                    steps(5)
                        .map(|s| {
                            let swell = 0.0018 * 4.0 * s * (1.0 - s);
                            let (x, y) = (from.0 + by.0 * s + bend * 4.0 * s * (1.0 - s), from.1 + by.1 * s);
                            let (dx, dy) = if by.0.abs() > by.1.abs() { (0.0, t * swell) } else { (t * swell, 0.0) };
                            face.moving((x + dx, y + dy), 0.0012, soft, (0.0, 0.0), (happy, 0.0), (0.0, 0.0))
                        })
                        .collect()
                })
                .collect();
            face.lay(mesh, &rows);
        };
        stroke((0.0215, self.frame.skull.y - 0.031), (0.0085, -0.025), 0.0028, 0.002);
        stroke((ex + 0.0225, ey - 0.001), (0.01, 0.005), 0.0, 0.0);
        stroke((ex + 0.0225, ey - 0.005), (0.01, -0.0025), 0.0, 0.0);
        stroke((ex - 0.011, ey - 0.0165), (0.022, 0.0015), 0.0, 0.0);
    }

    fn draw_moustache(&self, mesh: &mut Mesh, face: &Face) {
        let colour = self.tones.hair.toward(self.tones.skin, 0.12);
        let top = self.frame.skull.y - 0.046;
        let columns = self.pick(12, 4);
        let rows: Vec<Vec<Point>> = [0.0, 0.5, 1.0]
            .iter()
            .map(|&t| {
                steps(columns)
                    .map(|u| {
                        let s = u * 2.0 - 1.0;
                        let (high, low) = (top - 0.012 * s * s - 0.001 * (1.0 - (s * 4.0).abs()).max(0.0), top - 0.0088 - 0.0075 * s * s);
                        let thick = 0.0042 * (1.0 - s * s) * (4.0 * t * (1.0 - t)) + 0.0012;
                        face.moving(
                            (s * 0.0275, mix(low, high, t)),
                            thick,
                            colour.times(0.9 + 0.2 * t),
                            (0.0, 0.0),
                            (s * 0.002, 0.0022 * s * s),
                            (0.0, 0.001),
                        )
                    })
                    .collect()
            })
            .collect();
        face.lay(mesh, &rows);
    }
}
