//! A wat, a market and a school, each where there is room.

use serde_json::json;

use super::{
    chance::Chance,
    form::{Body, Colour, Forms, Stand},
    ground::Ground,
    plot::Plots,
};
use crate::number::{figure, whole};

const WHITE: Colour = 0x00f4_f0e6;
const GOLD: Colour = 0x00d4_a63a;
const ORANGE: Colour = 0x00c4_5e2c;
const GREEN: Colour = 0x0034_6648;
const SAND: Colour = 0x00d8_c9a4;
const GRASS: Colour = 0x007f_9a58;
/// Gardens and fields on open ground.
const FIELDS: u32 = 22;
const EAST: [f64; 2] = [1.0, 0.0];

pub(super) fn build(ground: &Ground, plots: &mut Plots, forms: &mut Forms, chance: &mut Chance) {
    if let Some(stand) = site(plots, [78.0, 56.0], |place| ground.khlong.distance(place)) {
        wat(stand, ground, forms);
    }
    let [width, depth] = plots.size();
    let middle = |[x, z]: [f64; 2]| (x - width / 2.0).hypot(z - depth / 2.0);
    if let Some(stand) = site(plots, [58.0, 44.0], middle) {
        market(stand, ground, forms);
    }
    let corner = [chance.between(0.2, 0.8) * width, chance.between(0.2, 0.8) * depth];
    if let Some(stand) = site(plots, [74.0, 56.0], |[x, z]| (x - corner[0]).hypot(z - corner[1])) {
        school(stand, ground, forms);
    }
}

/// Gardens and fields where nothing else stands: trees grow on them.
pub(super) fn sow(ground: &Ground, plots: &mut Plots, forms: &mut Forms, chance: &mut Chance) {
    let [width, depth] = plots.size();
    for number in 0..FIELDS {
        let at = [chance.between(0.05, 0.95) * width, chance.between(0.05, 0.95) * depth];
        let size = [chance.between(40.0, 110.0), chance.between(30.0, 80.0)];
        let colour = chance.of_list(&[GRASS, 0x0090_a35f, 0x00a9_ac6b, 0x0074_9352], GRASS);
        if let Some(stand) = site(plots, size, |[x, z]| (x - at[0]).hypot(z - at[1])) {
            let mut body = Body::default();
            lawn(&mut body, stand, [0.0, size[0], 0.0, size[1]], ground, colour);
            forms.add(format!("field {number:02}"), "PlantCover", body, json!({"function": "garden"}));
        }
    }
}

/// The free place of a size for which `far` is least, taken.
fn site(plots: &mut Plots, [long, wide]: [f64; 2], far: impl Fn([f64; 2]) -> f64) -> Option<Stand> {
    let [width, depth] = plots.size();
    let mut best: Option<(f64, Stand)> = None;
    for column in 0..whole(width / 9.0) {
        for row in 0..whole(depth / 9.0) {
            let stand = Stand::new([figure(column) * 9.0, figure(row) * 9.0], EAST);
            let value = far(stand.flat(long / 2.0, wide / 2.0));
            if best.as_ref().is_none_or(|(least, _)| value < *least) && plots.is_free(stand, [0.0, long, 0.0, wide]) {
                best = Some((value, stand));
            }
        }
    }
    let (_, stand) = best?;
    plots.take(stand, [0.0, long, 0.0, wide]);
    Some(stand)
}

/// Ground cover in squares of about 25 m, so that it follows the ground.
fn lawn(body: &mut Body, stand: Stand, [u0, u1, v0, v1]: [f64; 4], ground: &Ground, colour: Colour) {
    let steps = |from: f64, to: f64| whole(((to - from) / 25.0).ceil()).max(1);
    let (across, down) = (steps(u0, u1), steps(v0, v1));
    let u = |i: usize| u0 + (u1 - u0) * figure(i) / figure(across);
    let v = |j: usize| v0 + (v1 - v0) * figure(j) / figure(down);
    for i in 0..across {
        for j in 0..down {
            let ring = [(i, j), (i.saturating_add(1), j), (i.saturating_add(1), j.saturating_add(1)), (i, j.saturating_add(1))];
            let corners = ring.map(|(i, j)| {
                let flat = stand.flat(u(i), v(j));
                [flat[0], ground.bank(flat) + 0.1, flat[1]]
            });
            let [first, ..] = corners;
            body.outward(corners.to_vec(), crate::vector::minus(first, [0.0, 50.0, 0.0]), "", colour);
        }
    }
}

/// The hall for ordination, which looks east, with roofs in tiers; a chedi behind it; a hall for assembly beside; a wall around.
fn wat(stand: Stand, ground: &Ground, forms: &mut Forms) {
    let named = |name: &str| json!({"name": name, "function": "temple"});
    let [low, floor] = ground.span(&[stand.flat(0.0, 0.0), stand.flat(78.0, 0.0), stand.flat(78.0, 56.0), stand.flat(0.0, 56.0)]);
    let mut yard = Body::default();
    lawn(&mut yard, stand, [0.0, 78.0, 0.0, 56.0], ground, SAND);
    forms.add("wat ground".into(), "LandUse", yard, named("วัด"));

    let mut hall = Body::default();
    tiered(&mut hall, stand.shifted(52.0, 28.0), [low, floor], [30.0, 13.0], 1.0);
    forms.add("wat ubosot".into(), "Building", hall, named("พระอุโบสถ"));
    let mut second = Body::default();
    tiered(&mut second, stand.shifted(24.0, 45.0), [low, floor], [20.0, 9.0], 0.72);
    forms.add("wat wihan".into(), "Building", second, named("พระวิหาร"));

    let mut chedi = Body::default();
    let centre = stand.shifted(18.0, 22.0);
    for (half, from, to) in [(9.0, low - 0.4, floor + 1.4), (7.2, floor + 1.4, floor + 2.8), (5.8, floor + 2.8, floor + 4.2)] {
        chedi.block(centre, [-half, half, -half, half], [from, to], WHITE, WHITE);
    }
    let base = floor + 4.2;
    let bell: Vec<(f64, f64)> =
        [(5.0, 0.0), (4.9, 1.0), (4.4, 3.0), (3.9, 5.0), (2.9, 6.8), (1.7, 7.8)].iter().map(|(r, h)| (*r, base + h)).collect();
    chedi.turned(centre.at, &bell, 14, "WallSurface", GOLD);
    chedi.block(centre, [-1.5, 1.5, -1.5, 1.5], [base + 7.8, base + 9.0], GOLD, GOLD);
    let spire: Vec<(f64, f64)> = [(1.3, 9.0), (0.9, 12.0), (0.35, 16.0), (0.0, 20.5)].iter().map(|(r, h)| (*r, base + h)).collect();
    chedi.turned(centre.at, &spire, 10, "RoofSurface", GOLD);
    forms.add("wat chedi".into(), "Building", chedi, named("พระเจดีย์"));

    let mut wall = Body::default();
    for sides in [[0.5, 77.5, 0.5, 1.1], [0.5, 77.5, 54.9, 55.5], [0.5, 1.1, 1.1, 54.9], [76.9, 77.5, 1.1, 23.0], [76.9, 77.5, 33.0, 54.9]]
    {
        wall.block(stand, sides, [low - 0.4, floor + 1.7], WHITE, ORANGE);
    }
    for v in [22.0, 32.5] {
        wall.block(stand, [76.2, 78.0, v, v + 1.5], [low - 0.4, floor + 3.4], WHITE, GOLD);
    }
    forms.add("wat wall".into(), "OtherConstruction", wall, named("กำแพงแก้ว"));

    // Where monks live.
    for (number, (u, v)) in [(30.0, 4.0), (40.0, 4.0), (50.0, 4.0), (60.0, 4.0)].iter().enumerate() {
        let mut kuti = Body::default();
        let own = stand.shifted(*u, *v);
        kuti.walls(own, [0.0, 6.0, 0.0, 5.0], [low - 0.4, floor + 3.6], 0x00e3_d6bb);
        kuti.gable(own, [-0.6, 6.6, -0.6, 5.6], [floor + 3.4, floor + 5.6], ORANGE, WHITE);
        forms.add(format!("wat kuti {number}"), "Building", kuti, named("กุฏิ"));
    }
}

/// A hall of `long` × `wide` around a place, with three roofs one above the other, the highest in the middle, and a skirt on both sides.
fn tiered(body: &mut Body, stand: Stand, [low, floor]: [f64; 2], [long, wide]: [f64; 2], scale: f64) {
    let (half, side) = (long / 2.0, wide / 2.0);
    let up = |height: f64| floor + height * scale;
    body.block(stand, [-half - 2.0, half + 2.0, -side - 2.0, side + 2.0], [low - 0.4, up(1.0)], WHITE, SAND);
    body.walls(stand, [-half + 2.0, half - 2.0, -side + 1.5, side - 1.5], [up(1.0), up(6.4)], WHITE);
    for (sign, v) in [(-1.0, -side + 1.0), (1.0, side - 1.0)] {
        // The skirt.
        let outer = v + sign * 3.2 * scale;
        let skirt = vec![
            stand.place(-half, up(6.0), v),
            stand.place(half, up(6.0), v),
            stand.place(half, up(4.2), outer),
            stand.place(-half, up(4.2), outer),
        ];
        body.outward(skirt, stand.place(0.0, up(0.0), 0.0), "RoofSurface", GREEN);
    }
    for (tier, (part, eaves, ridge, colour)) in
        [(1.0, 6.2, 11.2, GREEN), (0.78, 7.0, 12.4, ORANGE), (0.54, 7.8, 13.6, ORANGE)].into_iter().enumerate()
    {
        let reach = half * part;
        let v = side - figure(tier) * 0.35;
        body.gable(stand, [-reach, reach, -v, v], [up(eaves), up(ridge)], colour, if tier == 0 { GOLD } else { WHITE });
        for end in [-reach, reach] {
            // Cho fa.
            let [x, z] = stand.flat(end, 0.0);
            body.turned([x, z], &[(0.3 * scale, up(ridge - 0.2)), (0.0, up(ridge + 1.7))], 3, "RoofSurface", GOLD);
        }
    }
    for step in 0..6_u32 {
        let u = -half + 1.0 + f64::from(step) / 5.0 * (long - 2.0);
        for v in [-side - 0.6, side + 0.6] {
            body.walls(stand, [u - 0.25, u + 0.25, v - 0.25, v + 0.25], [up(1.0), up(4.6)], GOLD);
        }
    }
}

/// Three sheds side by side, each with a raised ridge for the air.
fn market(stand: Stand, ground: &Ground, forms: &mut Forms) {
    let [low, floor] = ground.span(&[stand.flat(0.0, 0.0), stand.flat(58.0, 0.0), stand.flat(58.0, 44.0), stand.flat(0.0, 44.0)]);
    let mut body = Body::default();
    body.block(stand, [2.0, 56.0, 2.0, 42.0], [low - 0.4, floor + 0.3], 0x00b5_afa2, 0x00b5_afa2);
    for (number, colour) in [0x0046_7a8c, 0x00a5_5a44, 0x0046_7a8c].into_iter().enumerate() {
        let v = 2.0 + figure(number) * 13.3;
        body.walls(stand, [3.0, 55.0, v + 1.0, v + 12.3], [floor + 0.3, floor + 4.4], 0x00e4_dcc8);
        body.gable(stand, [2.0, 56.0, v, v + 13.3], [floor + 4.2, floor + 7.4], colour, 0x00e4_dcc8);
        body.walls(stand, [6.0, 52.0, v + 5.4, v + 7.9], [floor + 6.6, floor + 7.9], 0x0090_8a7c);
        body.gable(stand, [5.5, 52.5, v + 4.6, v + 8.7], [floor + 7.8, floor + 9.0], colour, 0x00e4_dcc8);
    }
    forms.add("market".into(), "Building", body, json!({"name": "ตลาดสด", "function": "market", "storeysAboveGround": 1}));
}

/// Two wings of three storeys around a yard with a flag.
fn school(stand: Stand, ground: &Ground, forms: &mut Forms) {
    let [low, floor] = ground.span(&[stand.flat(0.0, 0.0), stand.flat(74.0, 0.0), stand.flat(74.0, 56.0), stand.flat(0.0, 56.0)]);
    let mut body = Body::default();
    let wall = 0x00f0_e2b8;
    for (own, long) in [(stand.shifted(3.0, 3.0), 66.0), (Stand::new(stand.flat(14.0, 17.0), [0.0, 1.0]), 36.0)] {
        body.walls(own, [0.0, long, 0.0, 11.0], [low - 0.4, floor + 11.0], wall);
        body.gable(own, [-1.0, long + 1.0, -1.2, 12.2], [floor + 10.8, floor + 14.2], 0x0099_4a38, wall);
        for storey in 0..3_u32 {
            for v in [-0.06, 11.06] {
                let sill = floor + 1.2 + f64::from(storey) * 3.5;
                let face = [(1.5, sill), (long - 1.5, sill), (long - 1.5, sill + 1.6), (1.5, sill + 1.6)]
                    .map(|(u, h)| own.place(u, h, v))
                    .to_vec();
                body.outward(face, own.place(long / 2.0, sill, 5.5), "Window", 0x0068_8090);
            }
        }
    }
    forms.add("school".into(), "Building", body, json!({"name": "โรงเรียน", "function": "school", "storeysAboveGround": 3}));
    let mut yard = Body::default();
    lawn(&mut yard, stand, [18.0, 72.0, 18.0, 54.0], ground, GRASS);
    forms.add("school yard".into(), "LandUse", yard, json!({"function": "school yard"}));
    let mut pole = Body::default();
    let foot = stand.shifted(30.0, 26.0);
    pole.walls(foot, [-0.12, 0.12, -0.12, 0.12], [floor, floor + 12.0], WHITE);
    for (from, to, colour) in
        [(0.0, 0.5, 0x00a5_1931), (0.5, 1.0, WHITE), (1.0, 2.0, 0x002d_2a4a), (2.0, 2.5, WHITE), (2.5, 3.0, 0x00a5_1931)]
    {
        let stripe = [(0.1, from), (4.6, from), (4.6, to), (0.1, to)].map(|(u, h)| foot.place(u, floor + 9.0 + h, 0.0));
        pole.face(stripe.to_vec(), "", colour);
        pole.face(stripe.iter().rev().copied().collect(), "", colour);
    }
    forms.add("school flag".into(), "OtherConstruction", pole, json!({}));
}
