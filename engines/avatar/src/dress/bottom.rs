//! Trousers, skirts and wraps.

use crate::{
    choices::{Bottom, Top},
    colour::{Rgb, rgb},
    figure::Figure,
    mesh::{Facing, Mesh, Point, Row, point},
    skeleton::Hold,
    space::{V3, around, bump, cos, curve, ease, mix, steps, turn, v},
};

const TOP_EDGE: f64 = 1.045;

pub(super) fn draw(figure: &mut Figure) {
    let tone = figure.tones.bottom;
    match figure.choices.bottom {
        Bottom::Trousers => {
            trousers(figure, Legs { hem: 0.062, slack: &[(0.06, 0.026), (0.3, 0.017), (0.5, 0.014), (0.85, 0.009)], tone, gather: false });
        }
        Bottom::Loose => {
            trousers(figure, Legs { hem: 0.09, slack: &[(0.08, 0.052), (0.4, 0.034), (0.6, 0.024), (0.85, 0.012)], tone, gather: false });
        }
        Bottom::Shorts => {
            figure.draw_shins(0.56);
            trousers(figure, Legs { hem: 0.47, slack: &[(0.45, 0.026), (0.6, 0.018), (0.85, 0.01)], tone, gather: false });
        }
        Bottom::ChongKraben => chong_kraben(figure),
        Bottom::Skirt => {
            figure.draw_shins(0.56);
            let skirt = Skirt { hem: 0.46, flare: 0.2, narrow: 0.0, pleats: (12.0, 0.011), fold: 0.0 };
            hang(figure, &skirt, |_, _| None);
        }
        Bottom::LongSkirt => {
            figure.draw_shins(0.28);
            let skirt = Skirt { hem: 0.1, flare: 0.1, narrow: 0.0, pleats: (9.0, 0.01), fold: 0.0 };
            hang(figure, &skirt, |_, _| None);
        }
        Bottom::PhaSin => {
            figure.draw_shins(0.28);
            let skirt = Skirt { hem: 0.1, flare: 0.0, narrow: 0.016, pleats: (1.0, 0.0), fold: 0.017 };
            let (gold, accent) = (figure.tones.gold, figure.tones.accent);
            let edge = tone.times(0.55);
            // The foot of a sin is woven apart and sewn on (tin chok): stripes, a band of lozenges, stripes.
            hang(figure, &skirt, |y, column| {
                let down = y - skirt.hem;
                let odd = column % 2 == 1;
                if down < 0.026 {
                    Some(accent)
                } else if down < 0.036 || (0.142..0.152).contains(&down) {
                    Some(gold)
                } else if down < 0.062 || (0.116..0.142).contains(&down) {
                    Some(if odd { gold } else { edge })
                } else if down < 0.116 {
                    Some(if odd { edge } else { accent.toward(gold, 0.35) })
                } else if (0.162..0.17).contains(&down) {
                    Some(edge)
                } else {
                    None
                }
            });
        }
        Bottom::Sarong => {
            figure.draw_shins(0.3);
            let skirt = Skirt { hem: 0.085, flare: 0.02, narrow: 0.0, pleats: (1.0, 0.0), fold: 0.02 };
            let (light, dark) = (tone.toward(figure.tones.white, 0.42), tone.times(0.5));
            hang(figure, &skirt, |y, column| {
                let row = (y / 0.11).floor();
                let across = row - (row / 2.0).floor() * 2.0 > 0.5;
                match (across, column % 3 == 0) {
                    (true, true) => Some(dark),
                    (true, false) | (false, true) => Some(tone.toward(dark, 0.45)),
                    (false, false) => Some(if column % 3 == 1 { tone } else { tone.toward(light, 0.35) }),
                }
            });
        }
    }
    if matches!(figure.choices.top, Top::Sabai | Top::RajPattern | Top::Uniform) || figure.choices.top == Top::Shirt {
        belt(figure);
    }
}

struct Legs<'a> {
    hem: f64,
    slack: &'a [(f64, f64)],
    tone: Rgb,
    gather: bool,
}

fn trousers(figure: &mut Figure, legs: Legs<'_>) {
    let columns = figure.pick(13, 4);
    let (tone, shade) = (legs.tone, legs.tone.times(0.45));
    let mut tubes = Mesh::default();
    tubes.both_sides(|mesh| {
        let mut rows: Vec<Vec<Point>> = Vec::new();
        if figure.is_full() {
            rows.push(figure.leg_ring(columns, legs.hem + 0.012, figure.leg_radius(legs.hem) * 0.9, shade));
            rows.push(figure.leg_ring(columns, legs.hem, figure.leg_radius(legs.hem) + curve(legs.slack, legs.hem) - 0.004, shade));
        }
        for t in steps(figure.pick(7, 2)) {
            let y = mix(legs.hem + 0.001, 0.865, t);
            // Thighs end inside the seat, so that no edge stands out at the hips.
            let into = 1.0 - 0.15 * ease(0.8, 0.865, y);
            let crease = if legs.gather { 0.0 } else { 0.0015 };
            let mut ring = figure.leg_ring(
                columns,
                y,
                (figure.leg_radius(y) + curve(legs.slack, y) + crease) * into,
                tone.times(1.0 - 0.1 * ease(0.7, 0.86, y)),
            );
            if legs.gather {
                for (p, a) in ring.iter_mut().zip(around(columns)) {
                    let ripple = cos(a * 8.0 + y * 2.0);
                    p.at.x += (p.at.x - figure.frame.leg_x) * 0.035 * ripple;
                    p.at.z += p.at.z * 0.035 * ripple;
                    p.at.x = p.at.x.max(0.001);
                    p.colour = p.colour.times(1.0 + 0.08 * ripple);
                }
            }
            rows.push(ring);
        }
        mesh.add(&rows, Row::Ring, Facing::Out);
    });
    figure.body.join(tubes);
    let around_hips = figure.pick(20, 6);
    let mut rows = vec![figure.belt(around_hips, 0.772, -0.07, tone.times(0.7))];
    let seat =
        [(0.768, -0.05), (0.78, -0.022), (0.81, -0.004), (0.85, 0.006), (0.9, 0.011), (0.96, 0.01), (TOP_EDGE, 0.008), (TOP_EDGE, -0.004)];
    for (y, slack) in figure.thin(&seat, 3) {
        rows.push(figure.belt(around_hips, y, slack, tone));
    }
    // Below the hips the trunk's own form would be as wide as a skirt.
    for row in rows.iter_mut().take(3) {
        for p in row.iter_mut() {
            p.hold = Hold::on(crate::skeleton::Joint::Hips);
            p.at.x *= 0.97;
        }
    }
    figure.body.add(&rows, Row::Ring, Facing::Out);
}

struct Skirt {
    hem: f64,
    /// How much the radius grows a metre downward, how much it shrinks at the hem.
    flare: f64,
    narrow: f64,
    pleats: (f64, f64),
    /// A flat fold at the front, as a wrapped cloth has.
    fold: f64,
}

impl Skirt {
    fn at(&self, figure: &Figure, a: f64, y: f64, grow: f64) -> V3 {
        let below = (0.9 - y).max(0.0);
        let (count, depth) = self.pleats;
        let pleat = depth * cos(a * count) * ease(0.0, 0.35, below);
        let fold = self.fold * bump(a - 0.035, 0.035) * ease(0.95, 0.84, y) * if a < 0.035 { ease(-0.012, 0.02, a) } else { 1.0 };
        let slack = 0.009 + self.flare * below - self.narrow * ease(0.2, 0.8, below) + pleat + fold + grow;
        figure.trunk(a, y, slack)
    }
}

fn hang(figure: &mut Figure, skirt: &Skirt, paint: impl Fn(f64, u32) -> Option<Rgb>) {
    let tone = figure.tones.bottom;
    let patterned = matches!(figure.choices.bottom, Bottom::PhaSin | Bottom::Sarong) && figure.is_full();
    let columns = if patterned { 24 } else { figure.pick(26, 7) };
    // Heights of rows, from the hem up: a pattern wants them close together.
    let mut heights = vec![skirt.hem];
    if figure.choices.bottom == Bottom::PhaSin && figure.is_full() {
        heights.extend([0.026, 0.036, 0.062, 0.116, 0.142, 0.152, 0.162, 0.17].map(|up| skirt.hem + up));
    } else if figure.choices.bottom == Bottom::Sarong && figure.is_full() {
        heights.extend((1..8).map(|row| f64::from(row) * 0.11));
    }
    let last = heights.last().copied().unwrap_or(skirt.hem);
    heights.extend(
        steps(if figure.choices.bottom == Bottom::Sarong && figure.is_full() { 1 } else { figure.pick(6, 2) })
            .skip(1)
            .map(|t| mix(last, 0.9, t)),
    );
    heights.extend([0.95, 1.0, TOP_EDGE]);
    let place = |a: f64, y: f64, grow: f64, colour: Rgb| {
        let at = skirt.at(figure, if a > 0.5 { a - 1.0 } else { a }, y, grow);
        let hold = if y < 0.93 { figure.frame.hanging(at) } else { figure.frame.trunk(y) };
        point(at, colour, hold)
    };
    let shade = tone.times(0.4);
    let mut outside: Vec<Vec<Point>> = heights
        .iter()
        .map(|&y| {
            around(columns)
                .map(|a| {
                    let valley = skirt.pleats.1 * 9.0 * (cos(a * skirt.pleats.0) - 1.0) * ease(0.0, 0.3, 0.9 - y);
                    let beside = 0.2 * self::beside_fold(skirt, a) * ease(0.95, 0.84, y);
                    place(a, y, 0.0, tone.times(1.0 + valley - beside))
                })
                .collect()
        })
        .collect();
    outside.push(around(columns).map(|a| place(a, TOP_EDGE, -0.014, tone)).collect());
    let paint_cell = |row: u32, column: u32| -> Option<Rgb> {
        if !patterned {
            return None;
        }
        let row = crate::number::index(row);
        let (low, high) = (heights.get(row).copied()?, heights.get(row + 1).copied()?);
        if low >= 0.88 && figure.choices.bottom == Bottom::PhaSin {
            return None;
        }
        paint(f64::midpoint(low, high), column)
    };
    let inside: Vec<Vec<Point>> = [(skirt.hem, -0.001), (skirt.hem + 0.13, -0.014)]
        .iter()
        .map(|&(y, grow)| around(columns).map(|a| place(a, y, grow, shade)).collect())
        .collect();
    let mut mesh = Mesh::default();
    mesh.add_cells(&outside, Row::Ring, Facing::Out, paint_cell);
    if figure.is_full() {
        let mut lining = Mesh::default();
        lining.add(&inside, Row::Ring, Facing::Toward(-V3::UP));
        mesh.join(lining);
    }
    figure.body.join(mesh);
}

/// 1 right beside the fold, where it throws its shadow.
fn beside_fold(skirt: &Skirt, a: f64) -> f64 {
    let a = if a > 0.5 { a - 1.0 } else { a };
    if skirt.fold > 0.0 { bump(a + 0.012, 0.012) } else { 0.0 }
}

/// A wrap drawn between the legs and tucked in behind: wide thighs, tight below the knees.
fn chong_kraben(figure: &mut Figure) {
    figure.draw_shins(0.5);
    let tone = figure.tones.bottom;
    trousers(figure, Legs { hem: 0.4, slack: &[(0.4, 0.008), (0.45, 0.02), (0.56, 0.041), (0.7, 0.03), (0.82, 0.01)], tone, gather: true });
    if !figure.is_full() {
        return;
    }
    // Under a long coat the roll begins lower, or it would come through.
    let start = if matches!(figure.choices.top, Top::Sabai | Top::Shirt | Top::Uniform) { 0.86 } else { 0.735 };
    // The rolled cloth: from the waist down between the legs, and up again behind.
    let path = |t: f64| {
        let (s, c) = turn(t / 2.0);
        v(0.0, start + 0.15 * (2.0 * (t - 0.5).abs() - 0.6) - 0.16 * s * s, 0.125 * c + if c < 0.0 { 0.012 * c } else { 0.0 })
    };
    let rows: Vec<Vec<Point>> = steps(14)
        .map(|t| {
            let along = (path((t + 0.03).min(1.0)) - path((t - 0.03).max(0.0))).unit_or(V3::UP);
            let side = v(1.0, 0.0, 0.0);
            let out = side.cross(along).unit_or(V3::FRONT);
            let wide = curve(&[(0.0, 0.022), (0.3, 0.038), (0.5, 0.028), (0.7, 0.036), (1.0, 0.02)], t);
            around(8)
                .map(|a| {
                    let (s, c) = turn(a);
                    let at = path(t) + side * (s * wide) + out * (c * wide * 0.55);
                    let hold = if at.y < 0.9 { figure.frame.hanging(at) } else { figure.frame.trunk(at.y) };
                    point(at, tone.times(1.0 + 0.16 * cos(a * 3.0) - 0.1), hold)
                })
                .collect()
        })
        .collect();
    figure.body.add(&rows, Row::Ring, Facing::Out);
}

fn belt(figure: &mut Figure) {
    let (leather, metal) = match figure.choices.top {
        Top::Sabai => (figure.tones.gold, figure.tones.gold.times(1.15)),
        _ => (rgb(0x003a_2b23), figure.tones.gold),
    };
    let columns = figure.pick(24, 8);
    let high = if figure.choices.top == Top::Sabai { 0.019 } else { 0.015 };
    let y = 1.04;
    let rows: Vec<Vec<Point>> = [(-high, 0.008), (-high, 0.0155), (high, 0.0155), (high, 0.004)]
        .iter()
        .map(|&(dy, slack)| figure.belt(columns, y + dy, slack + if figure.choices.top == Top::Sabai { 0.001 } else { 0.003 }, leather))
        .collect();
    figure.body.add(&rows, Row::Ring, Facing::Out);
    if figure.is_full() {
        let middle = figure.trunk(0.0, y, 0.019);
        let wide = if figure.choices.top == Top::Sabai { 0.027 } else { 0.019 };
        figure.body.ball(middle, v(wide, high * 1.25, 0.006), (10, 4), metal, figure.frame.trunk(y));
    }
}
