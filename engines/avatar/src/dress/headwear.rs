//! Glasses and hats.

use crate::{
    choices::{Glasses, Hair, Hat},
    colour::{Rgb, rgb},
    figure::Figure,
    mesh::{Facing, Mesh, Point, Row, point},
    skeleton::{Hold, Joint},
    space::{V3, around, cos, ease, mix, steps, turn, v},
};

pub(super) fn draw(figure: &mut Figure) {
    if figure.choices.glasses != Glasses::None && figure.is_full() {
        glasses(figure);
    }
    match figure.choices.hat {
        Hat::None => {}
        Hat::Ngob => ngob(figure),
        Hat::Sun => sun_hat(figure),
        Hat::Cap => cap(figure),
    }
}

fn glasses(figure: &mut Figure) {
    let hold = Hold::on(Joint::Head);
    let (eye, skull) = (figure.frame.eye, figure.frame.skull);
    let surface = figure.head.surface();
    let front = surface.front(eye.x, eye.y, 0.0).map_or(0.1, |at| at.z) + 0.015;
    let round = figure.choices.glasses == Glasses::Round;
    let colour = if round { rgb(0x005c_4430) } else { figure.tones.dark };
    let thin = if round { 0.0019 } else { 0.0024 };
    let (wide, high) = if round { (0.0262, 0.0252) } else { (0.0285, 0.0205) };
    let around_lens = figure.pick(16, 5);
    let mut drawn = Mesh::default();
    drawn.both_sides(|mesh| {
        let rim: Vec<V3> = steps(around_lens)
            .map(|t| {
                let (s, c) = turn(t);
                let square = |k: f64| if round { k } else { k * (1.42 - 0.42 * k * k) };
                let x = square(s) * wide;
                // The frame bends round the face a little.
                v(eye.x + 0.001 + x, eye.y - 0.002 + square(c) * high, front - 0.006 * ease(-0.01, 0.03, x))
            })
            .collect();
        mesh.tube(&rim, thin, 3, colour, hold);
        if !figure.is_full() {
            return;
        }
        let hinge = v(eye.x + wide, eye.y + 0.008, front - 0.006);
        let ear = v(0.102, skull.y + 0.012, skull.z - 0.01);
        mesh.tube(&[hinge, v(0.087, eye.y + 0.009, front - 0.042), ear], thin, 3, colour, hold);
    });
    let bridge: Vec<V3> = steps(figure.pick(4, 1))
        .map(|t| v(mix(-1.0, 1.0, t) * (eye.x - wide + 0.0005), eye.y + 0.006 + 0.016 * t * (1.0 - t), front + 0.001))
        .collect();
    drawn.tube(&bridge, thin, figure.pick(5, 3), colour, hold);
    figure.head.join(drawn);
}

/// What a hat has to leave room for.
fn room(figure: &Figure) -> f64 {
    match figure.choices.hair {
        Hair::Headscarf => 1.14,
        Hair::Curly => 1.12,
        Hair::Shaved | Hair::Receding => 1.04,
        _ => 1.08,
    }
}

/// Rings about the head: radius, height above its middle, colour; deeper than wide by the head's own form.
fn turned(figure: &mut Figure, profile: &[(f64, f64, Rgb)], deep: f64, centre: f64) {
    let columns = figure.pick(22, 7);
    let skull = figure.frame.skull;
    let size = room(figure);
    let rows: Vec<Vec<Point>> = figure
        .thin(profile, 5)
        .iter()
        .map(|&(radius, y, colour)| {
            around(columns)
                .map(|a| {
                    let (s, c) = turn(a);
                    let r = radius * size;
                    // A brim wants to be round, a crown follows the head.
                    let deep = mix(deep, 1.03, ease(0.12, 0.19, radius));
                    point(skull + v(s * r, y * (0.4 + 0.6 * size), c * r * deep + centre), colour, Hold::on(Joint::Head))
                })
                .collect()
        })
        .collect();
    figure.head.add(&rows, Row::Ring, Facing::Out);
}

fn ngob(figure: &mut Figure) {
    let straw = rgb(0x00d0_ab6b);
    let (dark, deep) = (straw.times(0.78), straw.times(0.34));
    // Woven rings show as bands.
    let out = [
        (0.0, 0.168),
        (0.05, 0.167),
        (0.078, 0.16),
        (0.094, 0.147),
        (0.108, 0.128),
        (0.128, 0.106),
        (0.15, 0.086),
        (0.172, 0.07),
        (0.192, 0.057),
        (0.205, 0.047),
    ];
    let mut profile: Vec<(f64, f64, Rgb)> = Vec::new();
    for (&(radius, y), band) in out.iter().zip(0_u32..) {
        profile.push((radius, y, if band % 2 == 0 { straw } else { dark }));
    }
    profile.extend([(0.209, 0.043, dark.times(0.7)), (0.207, 0.038, deep), (0.15, 0.07, deep), (0.1, 0.052, deep)]);
    turned(figure, &profile, 1.06, -0.004);
}

fn sun_hat(figure: &mut Figure) {
    let (cloth, ribbon) = (rgb(0x00e4_d3ab), figure.tones.accent);
    let shade = cloth.times(0.45);
    let profile = [
        (0.0, 0.156, cloth),
        (0.045, 0.153, cloth),
        (0.078, 0.139, cloth),
        (0.098, 0.112, cloth),
        (0.1055, 0.086, cloth),
        (0.1055, 0.086, ribbon),
        (0.1085, 0.062, ribbon),
        (0.1085, 0.062, cloth),
        (0.125, 0.0565, cloth),
        (0.16, 0.049, cloth),
        (0.19, 0.036, cloth.times(0.96)),
        (0.193, 0.033, cloth.times(0.9)),
        (0.188, 0.033, shade),
        (0.15, 0.045, shade),
        (0.106, 0.052, shade),
    ];
    turned(figure, &profile, 1.12, -0.004);
}

fn cap(figure: &mut Figure) {
    let tone = figure.tones.accent;
    let profile = [
        (0.0, 0.134, tone.times(0.9)),
        (0.03, 0.132, tone),
        (0.062, 0.122, tone),
        (0.085, 0.101, tone),
        (0.0985, 0.072, tone),
        (0.102, 0.04, tone),
        (0.102, 0.035, tone.times(0.8)),
        (0.096, 0.037, tone.times(0.5)),
    ];
    turned(figure, &profile, 1.13, -0.004);
    let (skull, size) = (figure.frame.skull, room(figure));
    let rows: Vec<Vec<Point>> =
        [(0.0, 0.0, 1.0), (0.5, 0.0, 1.0), (0.95, -0.002, 0.95), (1.0, -0.006, 0.8), (0.9, -0.009, 0.45), (0.0, -0.006, 0.4)]
            .iter()
            .map(|&(out, drop, shade)| {
                steps(figure.pick(10, 4))
                    .map(|t| {
                        let (s, c) = turn((t - 0.5) * 0.36);
                        let reach = 0.085 * out * cos((t - 0.5) * 0.46).max(0.0);
                        let droop = 0.012 * s * s + 0.018 * out * out;
                        let at = skull + v(s * 0.101 * size, 0.048 + drop - droop, c * (0.1145 * size) + reach - 0.004);
                        point(at, tone.times(0.9 * shade), Hold::on(Joint::Head))
                    })
                    .collect()
            })
            .collect();
    figure.head.add(&rows, Row::Open, Facing::Out);
}
