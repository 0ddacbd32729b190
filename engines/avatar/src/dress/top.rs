//! Shirts, jackets and what else the upper body wears.

use super::thai;
use crate::{
    choices::Top,
    colour::{Rgb, rgb},
    figure::{Figure, Sleeve},
    mesh::{Facing, Mesh, Point, Row, point},
    skeleton::{Hold, Joint},
    space::{V3, around, bump, cos, curve, ease, mix, steps, turn, v},
};

/// Cloth about the trunk.
struct Shell {
    hem: f64,
    slack: f64,
    /// How much wider the hem is than the chest.
    flare: f64,
    /// Height of the neckline, and how far it dips at the front.
    neck: f64,
    dip: f64,
    colour: Rgb,
    /// Colour of a border at the hem.
    border: Option<Rgb>,
    /// How far apart the front edges stand (in turns), 0 for closed.
    open: f64,
    /// Only the front is made; the rest is under something.
    is_under: bool,
}

impl Shell {
    fn top(&self, a: f64) -> f64 {
        self.neck - self.dip * bump(a, 0.1)
    }

    fn slack(&self, y: f64) -> f64 {
        let low = ease(1.1, 0.84, y);
        // Loose cloth falls from the chest and does not follow the waist.
        let drop = 0.6 * self.slack * bump(y - 1.05, 0.1);
        self.slack + drop + self.flare * low - 0.5 * self.slack * ease(1.3, 1.36, y)
    }
}

pub(super) fn draw(figure: &mut Figure) {
    let tone = figure.tones.top;
    let plain =
        Shell { hem: 0.87, slack: 0.014, flare: 0.01, neck: 1.354, dip: 0.014, colour: tone, border: None, open: 0.0, is_under: false };
    let long = Sleeve { to: 0.97, slack: 0.012, flare: 0.0, puff: 0.0, colour: tone, cuff: None };
    let bare = if figure.is_full() { 1.26 } else { 1.347 };
    figure.draw_neck(if figure.choices.top == Top::Sabai { 1.19 } else { bare });
    match figure.choices.top {
        Top::TShirt => {
            shell(figure, &plain);
            ring_at_neck(figure, &plain, tone.times(0.82));
            figure.draw_arms(Some(Sleeve { to: 0.44, slack: 0.012, flare: 0.02, ..long }));
        }
        Top::Shirt => {
            let shirt = Shell { hem: 1.0, flare: 0.0, dip: 0.03, ..plain };
            shell(figure, &shirt);
            placket(figure, &shirt, 1.02, 1.318, tone.times(0.9), figure.tones.white, 6);
            folded_collar(figure, tone.times(1.04), 0.03, 0.0);
            figure.draw_arms(Some(Sleeve { cuff: Some(tone.times(0.9)), ..long }));
        }
        Top::Blouse => {
            let blouse = Shell { hem: 0.9, slack: 0.014, flare: 0.013, dip: 0.05, ..plain };
            shell(figure, &blouse);
            ring_at_neck(figure, &blouse, figure.tones.accent);
            figure.draw_arms(Some(Sleeve { to: 0.42, slack: 0.01, puff: 0.02, flare: -0.006, cuff: Some(figure.tones.accent), ..long }));
        }
        Top::Jacket => jacket(figure, long),
        Top::Tunic => {
            let tunic = Shell { hem: 0.56, slack: 0.019, flare: 0.056, dip: 0.012, border: Some(figure.tones.accent), ..plain };
            shell(figure, &tunic);
            ring_at_neck(figure, &tunic, figure.tones.accent);
            placket(figure, &tunic, 1.24, 1.34, figure.tones.accent, figure.tones.gold, 2);
            figure.draw_arms(Some(Sleeve { slack: 0.016, flare: 0.014, cuff: Some(figure.tones.accent), ..long }));
        }
        Top::MoHom => {
            let shirt = Shell { hem: 0.83, slack: 0.021, flare: 0.016, dip: 0.022, ..plain };
            shell(figure, &shirt);
            ring_at_neck(figure, &shirt, tone.times(0.75));
            placket(figure, &shirt, 0.86, 1.33, tone.times(0.72), figure.tones.white, 0);
            thai::ties(figure, 0.026);
            pocket(figure, 0.075, 0.96, 0.032, tone.times(0.8));
            figure.draw_arms(Some(Sleeve { to: 0.6, slack: 0.02, flare: 0.032, ..long }));
        }
        Top::RajPattern => {
            let coat = Shell { hem: 0.81, slack: 0.016, flare: 0.02, dip: 0.004, ..plain };
            shell(figure, &coat);
            standing_collar(figure, tone);
            placket(figure, &coat, 0.86, 1.345, tone.times(0.9), figure.tones.gold, 5);
            pocket(figure, 0.072, 1.19, 0.025, tone.times(0.9));
            figure.draw_arms(Some(Sleeve { slack: 0.011, cuff: Some(tone.times(0.93)), ..long }));
        }
        Top::Krabok => {
            let blouse = Shell { hem: 0.9, slack: 0.009, flare: 0.012, dip: 0.01, border: Some(figure.tones.gold), ..plain };
            shell(figure, &blouse);
            standing_collar(figure, tone);
            placket(figure, &blouse, 0.95, 1.345, tone.times(0.86), figure.tones.gold, 6);
            figure.draw_arms(Some(Sleeve { slack: 0.0075, cuff: Some(figure.tones.gold), ..long }));
        }
        Top::Sabai => {
            figure.draw_arms(None);
            thai::sabai(figure);
        }
        Top::Uniform => uniform(figure, long, plain),
    }
}

fn shell(figure: &mut Figure, garment: &Shell) {
    let columns = figure.pick(22, 7);
    let below = garment.hem < 0.8;
    let count = if garment.hem > 0.98 {
        figure.pick(8, 3)
    } else if below {
        figure.pick(11, 4)
    } else {
        figure.pick(9, 4)
    };
    let angles: Vec<f64> = if garment.is_under {
        steps(figure.pick(10, 4)).map(|t| mix(-0.14, 0.14, t)).collect()
    } else if garment.open > 0.0 {
        steps(columns).map(|t| mix(garment.open, 1.0 - garment.open, t)).collect()
    } else {
        around(columns).collect()
    };
    let signed = |a: f64| if a > 0.5 { a - 1.0 } else { a };
    let ring = |y_of: &dyn Fn(f64) -> f64, grow: f64, colour: Rgb| -> Vec<Point> {
        angles
            .iter()
            .map(|&a| {
                let y = y_of(signed(a));
                let folds = 0.004 * cos(a * 7.0 + 0.2) * ease(0.85, 0.55, y);
                figure.clad(a, y, garment.slack(y) + grow + folds, colour)
            })
            .collect()
    };
    let inside = garment.colour.times(0.45);
    let mut rows = Vec::new();
    if figure.is_full() {
        rows.extend([ring(&|_| garment.hem + 0.03, -0.012, inside), ring(&|_| garment.hem, -0.003, inside)]);
    }
    rows.push(ring(&|_| garment.hem, 0.0, garment.border.unwrap_or(garment.colour)));
    if let Some(border) = garment.border {
        rows.push(ring(&|_| garment.hem + 0.022, 0.0, border));
        rows.push(ring(&|_| garment.hem + 0.022, 0.0, garment.colour));
    }
    let first = garment.hem + if garment.border.is_some() { 0.022 } else { 0.0 };
    for t in steps(count).skip(1) {
        // Rows lie closer at the shoulders, where the form turns.
        let t = t * (1.35 - 0.35 * t);
        rows.push(ring(&|a| mix(first, garment.top(a), t), 0.0, garment.colour));
    }
    rows.push(ring(&|a| garment.top(a) - 0.001, -garment.slack * 0.5 + 0.001, garment.colour.times(0.6)));
    let row = if garment.open > 0.0 || garment.is_under { Row::Open } else { Row::Ring };
    let facing = if garment.is_under { Facing::Toward(V3::FRONT) } else { Facing::Out };
    figure.body.add(&rows, row, facing);
}

/// A narrow band along the neckline.
fn ring_at_neck(figure: &mut Figure, garment: &Shell, colour: Rgb) {
    if !figure.is_full() {
        return;
    }
    let rows: Vec<Vec<Point>> = [(-0.013, 0.0), (-0.013, 0.0022), (0.0, 0.003), (0.002, -0.004)]
        .iter()
        .map(|&(dy, grow)| {
            around(20)
                .map(|a| {
                    let signed = if a > 0.5 { a - 1.0 } else { a };
                    let y = garment.top(signed) + dy;
                    figure.clad(a, y, garment.slack(y) + grow, colour)
                })
                .collect()
        })
        .collect();
    figure.body.add(&rows, Row::Ring, Facing::Out);
}

/// The strip of buttons down the front.
fn placket(figure: &mut Figure, garment: &Shell, from: f64, to: f64, strip: Rgb, button: Rgb, buttons: u32) {
    if !figure.is_full() {
        return;
    }
    let at = |a: f64, y: f64, grow: f64| figure.clad(a, y, garment.slack(y) + grow, strip);
    let rows: Vec<Vec<Point>> = steps(7)
        .map(|t| {
            let y = mix(from, to, t);
            vec![at(-0.017, y, 0.0003), at(-0.0165, y, 0.0022), at(0.0165, y, 0.0022), at(0.017, y, 0.0003)]
        })
        .collect();
    let mut drawn = Mesh::default();
    drawn.add(&rows, Row::Open, Facing::Toward(V3::FRONT));
    let size = if button == figure.tones.gold { 0.0085 } else { 0.0062 };
    for t in steps(buttons.saturating_sub(1)).take(crate::number::index(buttons)) {
        let y = mix(from + 0.02, to - 0.018, t);
        let place = figure.trunk(0.0, y, garment.slack(y) + 0.003);
        drawn.ball(place, v(size, size, 0.0036), (6, 2), button, figure.frame.trunk(y));
    }
    figure.body.join(drawn);
}

/// A flap on the left breast (or lower).
fn pocket(figure: &mut Figure, x: f64, y: f64, half: f64, colour: Rgb) {
    if !figure.is_full() {
        return;
    }
    let surface = figure.body.surface();
    let rows: Vec<Vec<Point>> = [-1.0, -0.86, 0.86, 1.0]
        .iter()
        .map(|&t: &f64| {
            steps(5)
                .map(|s| {
                    let off = if t.abs() > 0.9 || !(0.01..=0.99).contains(&s) { 0.0008 } else { 0.0032 };
                    let at = surface.front(x + (s - 0.5) * 2.0 * half, y + t * half * 0.95, off).unwrap_or(v(x, y, 0.1));
                    let shade = if t > 0.0 { 1.08 } else { 1.0 };
                    point(at, colour.times(shade), figure.frame.trunk(at.y))
                })
                .collect()
        })
        .collect();
    figure.body.add(&rows, Row::Open, Facing::Toward(V3::FRONT));
}

fn standing_collar(figure: &mut Figure, colour: Rgb) {
    let columns = figure.pick(20, 5);
    let rows: Vec<Vec<Point>> = [(1.344, 0.011, 1.0), (1.36, 0.0125, 1.0), (1.386, 0.0115, 1.02), (1.388, 0.006, 0.9), (1.366, 0.002, 0.5)]
        .iter()
        .map(|&(y, slack, shade)| {
            around(columns)
                .map(|a| {
                    let signed: f64 = if a > 0.5 { a - 1.0 } else { a };
                    let y = y - 0.007 * bump(signed, 0.03) * ease(1.35, 1.38, y) - 0.006 * ease(0.2, 1.0, turn(a).1) * ease(1.35, 1.38, y);
                    point(figure.trunk(a, y, slack), colour.times(shade), figure.frame.nape(y))
                })
                .collect()
        })
        .collect();
    figure.body.add(&rows, Row::Ring, Facing::Out);
}

/// A collar that stands about the neck and folds down to two points, `drop` long.
fn folded_collar(figure: &mut Figure, colour: Rgb, drop: f64, over: f64) {
    if !figure.is_full() {
        return;
    }
    let columns = 18;
    let rows: Vec<Vec<Point>> = [(0.0, 0.55), (0.2, 1.0), (0.45, 1.0), (0.75, 1.0), (1.0, 0.95), (1.02, 0.5)]
        .iter()
        .map(|&(t, shade)| {
            steps(columns)
                .map(|u| {
                    // The front edges fall away from the throat.
                    let signed: f64 = mix(0.004 + 0.034 * t, 1.0 - 0.004 - 0.034 * t, u);
                    let near = if signed > 0.5 { 1.0 - signed } else { signed };
                    let crest = 1.386 - 0.03 * bump(near, 0.1);
                    let low = crest - 0.029 - drop * bump(near - 0.04, 0.05);
                    let y = if t < 0.2 { crest - 0.012 * (1.0 - t / 0.2) } else { mix(crest, low, ((t - 0.2) / 0.8).min(1.0)) };
                    let slack = if t < 0.2 {
                        mix(0.003, 0.009, t / 0.2)
                    } else {
                        0.008 + 0.009 * ease(0.2, 0.7, t) - if t > 1.01 { 0.008 } else { 0.0 }
                    };
                    let slack = slack + 0.004 * ease(0.6, 1.0, t) + over * ease(0.2, 0.6, t);
                    point(figure.trunk(signed, y, slack), colour.times(shade), figure.frame.nape(y))
                })
                .collect()
        })
        .collect();
    figure.body.add(&rows, Row::Open, Facing::Out);
}

fn jacket(figure: &mut Figure, long: Sleeve) {
    let tone = figure.tones.top;
    let light = if tone.brightness() > 0.6 { rgb(0x0086_a7bd) } else { figure.tones.white };
    let shirt =
        Shell { hem: 1.0, slack: 0.012, flare: 0.0, neck: 1.354, dip: 0.032, colour: light, border: None, open: 0.0, is_under: true };
    shell(figure, &shirt);
    placket(figure, &shirt, 1.02, 1.318, light.times(0.92), light.times(0.6), 5);
    folded_collar(figure, light, 0.022, 0.009);
    let coat =
        Shell { hem: 0.82, slack: 0.021, flare: 0.012, neck: 1.349, dip: 0.0, colour: tone, border: None, open: 0.042, is_under: false };
    shell(figure, &coat);
    if figure.is_full() {
        let mut lapels = Mesh::default();
        lapels.both_sides(|mesh| {
            let rows: Vec<Vec<Point>> = [0.0, 0.08, 1.0]
                .iter()
                .map(|&w: &f64| {
                    steps(9)
                        .map(|t| {
                            let y = mix(1.06, 1.362, t);
                            let wide = curve(&[(0.0, 0.004), (0.45, 0.05), (0.72, 0.066), (0.76, 0.05), (1.0, 0.04)], t);
                            let a = coat.open - 0.006 + w * wide + 0.12 * ease(0.75, 1.0, t);
                            let off = if (0.05..=0.95).contains(&w) { 0.0058 } else { 0.001 };
                            figure.clad(a, y, coat.slack(y) + off, tone.times(if w > 0.95 { 0.6 } else { 0.86 }))
                        })
                        .collect()
                })
                .collect();
            mesh.add(&rows, Row::Open, Facing::Toward(v(0.3, 0.0, 1.0)));
        });
        figure.body.join(lapels);
    }
    figure.draw_arms(Some(Sleeve { to: 0.94, slack: 0.016, cuff: None, ..long }));
}

/// The hall's own officers: khaki, shoulder boards with a peacock stripe. No rank, badge or cut of a real service.
fn uniform(figure: &mut Figure, long: Sleeve, plain: Shell) {
    let khaki = rgb(0x00a8_946a);
    let shirt = Shell { hem: 1.0, flare: 0.0, dip: 0.03, colour: khaki, ..plain };
    shell(figure, &shirt);
    placket(figure, &shirt, 1.02, 1.318, khaki.times(0.88), figure.tones.gold, 6);
    folded_collar(figure, khaki.times(1.06), 0.03, 0.0);
    pocket(figure, 0.07, 1.185, 0.027, khaki.times(0.85));
    pocket(figure, -0.07, 1.185, 0.027, khaki.times(0.85));
    figure.draw_arms(Some(Sleeve { colour: khaki, cuff: Some(khaki.times(0.88)), ..long }));
    if !figure.is_full() {
        return;
    }
    let board = rgb(0x0015_3f49);
    let (gold, plate) = (figure.tones.gold, figure.tones.dark);
    let surface = figure.body.surface();
    let place = v(0.07, 1.232, 0.0);
    if let Some(at) = surface.front(place.x, place.y, 0.003) {
        figure.body.ball(at, v(0.028, 0.0075, 0.003), (8, 3), plate, Hold::on(Joint::Chest));
    }
    let mut boards = Mesh::default();
    boards.both_sides(|mesh| {
        let strip = |from: f64, to: f64, half: f64, above: f64, colour: Rgb, mesh: &mut Mesh| {
            let rows: Vec<Vec<Point>> = steps(6)
                .map(|t| {
                    let x = mix(from, to, t);
                    [-1.0, -0.9, 0.9, 1.0]
                        .iter()
                        .map(|&s: &f64| {
                            let origin = v(x, 1.2, -0.008 + s * half);
                            let y = surface.reach(origin, V3::UP).map_or(1.33, |far| (origin.y + far).min(1.352));
                            let off = if s.abs() > 0.95 { -0.001 } else { above };
                            point(v(x, y + off, origin.z), colour, Hold::on(Joint::LeftShoulder))
                        })
                        .collect()
                })
                .collect();
            mesh.add(&rows, Row::Open, Facing::Toward(V3::UP));
        };
        strip(0.082, 0.15, 0.022, 0.006, board, mesh);
        strip(0.132, 0.139, 0.0215, 0.0075, gold, mesh);
    });
    figure.body.join(boards);
}
