//! Cane, bag, sash, necklace, flower.

use super::thai::{self, Sash};
use crate::{
    choices::{Extra, Support},
    colour::rgb,
    figure::Figure,
    mesh::{Facing, Mesh, Point, Row, point},
    skeleton::{Hold, Joint},
    space::{V3, around, cos, curve, mix, steps, turn, v},
};

/// How far below the horizontal a resting arm hangs, in turns: 75.6°. A cane stands upright in exactly this pose, and the client
/// poses arms so (`REST` in web/src/world/pose.ts).
const REST: f64 = 0.21;

pub(super) fn draw(figure: &mut Figure) {
    match figure.choices.support {
        Support::Cane => cane(figure, false),
        Support::WhiteCane => cane(figure, true),
        Support::None | Support::Wheelchair => {}
    }
    match figure.choices.extra {
        Extra::None => {}
        Extra::PhaKhaoMa => thai::pha_khao_ma(figure),
        Extra::Bag => bag(figure),
        Extra::Flower | Extra::Necklace if !figure.is_full() => {}
        Extra::Flower => flower(figure),
        Extra::Necklace => thai::necklace(figure),
    }
}

/// In the right hand. It is drawn where it would be if the arm were held out as in the T-pose.
fn cane(figure: &mut Figure, white: bool) {
    let (down, across) = turn(REST);
    let frame = figure.frame;
    let reach = frame.wrist_x + 0.062 - frame.shoulder_x;
    let hand_height = frame.shoulder - reach * down;
    // In the resting pose: straight down, or forward to the ground for one that feels the way.
    let lean = if white { v(0.0, -0.78, 0.626) } else { v(0.0, -0.998, 0.06) };
    let length = hand_height / -lean.y - 0.004;
    // Undo the rest of the left arm, then mirror: the right hand holds it.
    let raised = |d: V3| v(d.x * across - d.y * down, d.x * down + d.y * across, d.z);
    let grip = v(frame.wrist_x + 0.062, frame.shoulder - 0.031, 0.012);
    let hold = Hold::on(Joint::LeftHand);
    let wood = if white { figure.tones.white } else { rgb(0x006b_4329) };
    let columns = figure.pick(6, 3);
    let mut drawn = Mesh::default();
    let at = |along: f64, off: V3| grip + raised(lean * along + off);
    if !figure.is_full() {
        drawn.tube(&[at(-0.02, V3::ZERO), at(length, V3::ZERO)], 0.01, 3, wood, hold);
    } else if white {
        drawn.tube(&[at(-0.12, V3::ZERO), at(0.1, V3::ZERO)], 0.0095, columns, figure.tones.dark, hold);
        drawn.tube(&[at(0.1, V3::ZERO), at(length - 0.24, V3::ZERO)], 0.0068, columns, wood, hold);
        drawn.tube(&[at(length - 0.24, V3::ZERO), at(length, V3::ZERO)], 0.0072, columns, rgb(0x00b5_2a2a), hold);
    } else {
        let crook: Vec<V3> = steps(figure.pick(7, 3))
            .map(|t| {
                let (s, c) = turn(0.5 * t);
                at(0.02, v(0.0, 0.044 * s, -0.04 + 0.04 * c))
            })
            .collect();
        let mut path: Vec<V3> = crook;
        path.reverse();
        path.push(at(length - 0.02, V3::ZERO));
        drawn.tube(&path, 0.0088, columns, wood, hold);
        drawn.tube(&[at(length - 0.03, V3::ZERO), at(length, V3::ZERO)], 0.0115, columns, figure.tones.dark, hold);
    }
    let mut right = Mesh::default();
    right.both_sides(|mesh| mesh.join(drawn.clone()));
    // `both_sides` draws left, then right: only the second half is wanted.
    let half = crate::number::count(drawn.vertices.len());
    right.vertices.drain(..drawn.vertices.len());
    right.triangles.drain(..drawn.triangles.len());
    for corners in &mut right.triangles {
        *corners = corners.map(|at| at - half);
    }
    figure.body.join(right);
}

/// A woven bag at the left hip, its strap over the right shoulder.
fn bag(figure: &mut Figure) {
    let (tone, light) = (figure.tones.accent, figure.tones.accent.toward(figure.tones.white, 0.5));
    let dark = tone.times(0.5);
    let surface = figure.torso.clone().unwrap_or_else(|| thai::trunk_surface(figure, 0.03));
    let strap = Sash { side: -1.0, half: 0.015, above: 0.007, low: v(-0.165, 0.98, 0.0), high: v(0.112, 1.335, 0.0), ridges: 0.0 };
    let across = figure.pick(2, 1);
    let rows = strap.rows(figure, &surface, across, figure.pick(20, 8), tone);
    figure.body.add(&rows, Row::Ring, Facing::Out);
    let columns = figure.pick(12, 5);
    let x = figure.trunk(0.25, 0.9, 0.0).x + 0.045;
    let form = [
        (0.985, 0.012, 0.05),
        (0.975, 0.017, 0.085),
        (0.93, 0.024, 0.094),
        (0.86, 0.03, 0.098),
        (0.79, 0.03, 0.098),
        (0.745, 0.022, 0.094),
        (0.735, 0.0, 0.08),
    ];
    let rows: Vec<Vec<Point>> = figure
        .thin(&form, 3)
        .iter()
        .map(|&(y, thick, wide)| {
            around(columns)
                .map(|a| {
                    let (s, c) = turn(a);
                    let square = c * (1.4 - 0.4 * c * c);
                    point(v(x + s * thick, y, 0.01 + square * wide), tone, Hold::on(Joint::Hips))
                })
                .collect()
        })
        .collect();
    let is_full = figure.is_full();
    figure.body.add_cells(&rows, Row::Ring, Facing::Out, |row, column| match row {
        _ if !is_full => None,
        2 => Some(if column % 2 == 0 { light } else { tone }),
        3 => Some(if column % 2 == 0 { dark } else { light }),
        _ => None,
    });
    if figure.is_full() {
        // A fringe along the lower edge.
        let rows: Vec<Vec<Point>> = [0.75, 0.7]
            .iter()
            .map(|&y: &f64| {
                steps(16)
                    .map(|t| {
                        let low = if y < 0.72 { 0.008 * cos(t * 8.0) } else { 0.0 };
                        point(
                            v(x, y + low, 0.01 + mix(-0.088, 0.088, t)),
                            dark.toward(light, 0.5 + 0.5 * cos(t * 8.0)),
                            Hold::on(Joint::Hips),
                        )
                    })
                    .collect()
            })
            .collect();
        figure.body.add(&rows, Row::Open, Facing::Toward(v(1.0, 0.0, 0.0)));
    }
}

/// A frangipani behind the left ear.
fn flower(figure: &mut Figure) {
    let skull = figure.frame.skull;
    let middle = skull + v(0.1, 0.03, 0.022);
    let out = v(0.86, 0.12, 0.5).unit_or(V3::FRONT);
    let side = out.cross(V3::UP).unit_or(V3::FRONT);
    let up = side.cross(out);
    let (petal, heart) = (figure.tones.white, rgb(0x00f0_b73a));
    let mut drawn = Mesh::default();
    let count = figure.pick(5, 3);
    for a in around(count) {
        let (s, c) = turn(a);
        let along = side * s + up * c;
        let across = side * c - up * s;
        let rows: Vec<Vec<Point>> = steps(figure.pick(4, 2))
            .map(|t| {
                let wide = curve(&[(0.0, 0.002), (0.5, 0.0105), (0.8, 0.01), (1.0, 0.002)], t);
                [-1.0, 0.0, 1.0]
                    .iter()
                    .map(|&w: &f64| {
                        let at = middle
                            + along * (0.027 * t)
                            + across * (w * wide + 0.004 * t)
                            + out * (0.004 + 0.007 * t - 0.003 * w * w + 0.002 * w);
                        point(at, heart.toward(petal, (t * 2.2).min(1.0)), Hold::on(Joint::Head))
                    })
                    .collect()
            })
            .collect();
        drawn.add(&rows, Row::Open, Facing::Toward(out));
    }
    figure.head.join(drawn);
}
