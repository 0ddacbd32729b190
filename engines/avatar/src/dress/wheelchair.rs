//! A wheelchair. It stands on the floor (joint `root`), and the client seats the figure in it: hips to `SEAT`, thighs forward.

use crate::{
    colour::rgb,
    figure::Figure,
    mesh::{Facing, Mesh, Point, Row, point},
    skeleton::{Hold, Joint},
    space::{V3, around, mix, sin, steps, turn, v},
};

/// Height of the hips' joint of a medium figure who sits, metres.
pub(crate) const SEAT: f64 = 0.565;

pub(super) fn draw(figure: &mut Figure) {
    let hold = Hold::on(Joint::Root);
    let (frame, tyre, cloth, rim) = (figure.tones.accent.times(0.9), rgb(0x0026_2728), rgb(0x002f_3336), rgb(0x00b9_bcbe));
    let wide = 0.235;
    let mut chair = Mesh::default();
    chair.both_sides(|mesh| {
        let circle = |x: f64, y: f64, z: f64, radius: f64, count: u32| -> Vec<V3> {
            steps(count)
                .map(|t| {
                    let (s, c) = turn(t);
                    v(x, y + radius * c, z + radius * s)
                })
                .collect()
        };
        let (wheel, hub) = (0.29, v(wide + 0.028, 0.302, -0.1));
        mesh.tube(&circle(hub.x, hub.y, hub.z, wheel, figure.pick(18, 6)), 0.0125, figure.pick(4, 3), tyre, hold);
        if figure.is_full() {
            mesh.tube(&circle(hub.x + 0.026, hub.y, hub.z, wheel - 0.03, 13), 0.0055, 3, rim, hold);
            for a in around(5) {
                let (s, c) = turn(a);
                let end = hub + v(0.0, c * (wheel - 0.01), s * (wheel - 0.01));
                mesh.tube(&[hub + v(0.012, 0.0, 0.0), end], 0.0022, 3, rim, hold);
            }
            mesh.ball(hub, v(0.02, 0.022, 0.022), (6, 2), rim, hold);
        }
        let caster = v(wide - 0.02, 0.078, 0.36);
        if figure.is_full() {
            mesh.tube(&circle(caster.x, caster.y, caster.z, 0.062, figure.pick(9, 3)), 0.0135, figure.pick(4, 3), tyre, hold);
            let bars = [
                vec![v(wide, 0.44, -0.21), v(wide, 0.66, -0.235), v(wide, 0.9, -0.26), v(wide, 0.925, -0.29), v(wide, 0.925, -0.36)],
                vec![
                    v(wide, 0.44, -0.21),
                    v(wide, 0.44, 0.3),
                    v(wide - 0.01, 0.36, 0.4),
                    v(wide - 0.06, 0.1, 0.45),
                    v(wide - 0.09, 0.075, 0.47),
                ],
                vec![v(wide, 0.64, -0.235), v(wide, 0.645, 0.1), v(wide, 0.58, 0.17), v(wide, 0.44, 0.18)],
                vec![hub, v(wide, 0.44, -0.1)],
                vec![caster + v(0.0, 0.012, 0.0), v(wide - 0.01, 0.2, 0.335), v(wide, 0.44, 0.28)],
            ];
            for bar in bars {
                mesh.tube(&bar, 0.0115, 3, frame, hold);
            }
            mesh.tube(&[v(wide, 0.653, -0.18), v(wide, 0.655, 0.08)], 0.0175, 3, cloth, hold);
            mesh.tube(&[v(wide, 0.925, -0.3), v(wide, 0.925, -0.375)], 0.0165, 3, cloth, hold);
            let plate: Vec<Vec<Point>> = [(0.062, 0.38), (0.078, 0.38), (0.088, 0.5), (0.072, 0.5)]
                .iter()
                .map(|&(y, z)| [0.02, wide - 0.07].iter().map(|&x: &f64| point(v(x, y, z), cloth, hold)).collect())
                .collect();
            mesh.add(&plate, Row::Open, Facing::Toward(V3::UP));
        }
    });
    // Seat and back are cushions.
    let mut cushion = |from: V3, to: V3, thick: V3, half: f64| {
        let rows: Vec<Vec<Point>> = steps(figure.pick(3, 1))
            .map(|t| {
                around(figure.pick(10, 4))
                    .map(|a| {
                        let (s, c) = turn(a);
                        let soft = 0.55 + 0.45 * sin(mix(0.06, 0.44, t));
                        let square = s * (1.45 - 0.45 * s * s);
                        point(from.toward(to, t) + v(square * half, 0.0, 0.0) + thick * (c * soft), cloth.times(1.0 + 0.15 * c), hold)
                    })
                    .collect()
            })
            .collect();
        let close = |row: Option<&Vec<Point>>, at: V3| row.map(|row| row.iter().map(|p| Point { at, ..*p }).collect::<Vec<Point>>());
        let (first, last) = (close(rows.first(), from), close(rows.last(), to));
        let all: Vec<Vec<Point>> = first.into_iter().chain(rows).chain(last).collect();
        chair.add(&all, Row::Ring, Facing::Out);
    };
    cushion(v(0.0, 0.45, -0.19), v(0.0, 0.46, 0.27), v(0.0, 0.026, 0.0), wide - 0.008);
    cushion(v(0.0, 0.5, -0.218), v(0.0, 0.87, -0.262), v(0.0, 0.0, -0.018), wide - 0.008);
    figure.body.join(chair);
}
