//! Rows of shophouses along the streets, wooden houses along the khlong.

use serde_json::json;

use super::{
    chance::Chance,
    form::{Body, Colour, Forms, Stand},
    ground::Ground,
    plot::Plots,
    streets::{PAVEMENT_M, Streets},
};
use crate::number::figure;

/// Houses that a district gets at most: more would make its tiles heavy.
const MOST: usize = 620;
const SHOPS: [Colour; 11] = [
    0x00ef_e6d2,
    0x00e3_d3b0,
    0x00d9_c7a3,
    0x00ea_d9c9,
    0x00c9_d3c4,
    0x00d5_dde0,
    0x00e8_c9a8,
    0x00f2_ead9,
    0x00cf_b79a,
    0x00dd_e2cf,
    0x00e6_cfc6,
];
const ROOFS: [Colour; 8] = [0x00a8_5a3c, 0x0096_4a32, 0x00b8_6f48, 0x007d_4a3c, 0x004f_6f5a, 0x0058_7488, 0x008d_8578, 0x00a0_6850];
const FLATS: [Colour; 4] = [0x00b5_b0a5, 0x00a5_a29a, 0x00c2_bbae, 0x009d_9488];
const WOODS: [Colour; 4] = [0x00b0_8a62, 0x009a_7650, 0x00c2_9f78, 0x00a7_8a6c];
const SHUTTERS: [Colour; 5] = [0x0054_5f68, 0x003f_5a55, 0x0070_5040, 0x0058_6a78, 0x0065_5c50];
const AWNINGS: [Colour; 5] = [0x00c4_5a42, 0x003f_7a68, 0x00d0_a040, 0x0045_6a9a, 0x00c9_b89a];

/// A row: where it begins, and what its houses have in common.
struct Row {
    stand: Stand,
    frontage: f64,
    depth: f64,
    storeys: usize,
    has_gable: bool,
    is_wooden: bool,
}

pub(super) fn build(streets: &Streets, ground: &Ground, plots: &mut Plots, forms: &mut Forms, chance: &mut Chance) {
    let mut built = 0_usize;
    let khlong = ground.khlong.line.clone();
    for sign in [-1.0, 1.0] {
        along(&khlong, ground.khlong.width_m / 2.0 + 3.2, sign, true, &mut built, ground, plots, forms, chance);
    }
    // In an order of chance, so that where the houses end no part of the district stays bare.
    let mut lanes: Vec<(f64, &super::Lane)> =
        streets.lanes.iter().filter(|lane| lane.is_for_vehicles).map(|lane| (chance.part(), lane)).collect();
    lanes.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    for (_, lane) in lanes {
        for sign in [-1.0, 1.0] {
            along(&lane.line, lane.width_m / 2.0 + PAVEMENT_M + 2.1, sign, false, &mut built, ground, plots, forms, chance);
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "what a district is made of, gathered here only")]
fn along(
    line: &[[f64; 2]],
    setback: f64,
    sign: f64,
    is_wooden: bool,
    built: &mut usize,
    ground: &Ground,
    plots: &mut Plots,
    forms: &mut Forms,
    chance: &mut Chance,
) {
    let mut gap = chance.between(2.0, 9.0);
    for pair in line.windows(2) {
        let &[[ax, az], [bx, bz]] = pair else { continue };
        let length = (bx - ax).hypot(bz - az);
        if length < 9.0 {
            continue;
        }
        let along = [(bx - ax) / length * sign, (bz - az) / length * sign];
        let start = if sign > 0.0 { [ax, az] } else { [bx, bz] };
        let mut at = gap.min(length);
        while at + 4.0 < length && *built < MOST {
            if chance.is(if is_wooden { 0.45 } else { 0.5 }) {
                at += chance.between(8.0, 26.0);
                continue;
            }
            let row = Row {
                stand: Stand::new(start, along).shifted(at, setback),
                frontage: if is_wooden { chance.between(5.5, 8.5) } else { chance.between(3.8, 4.6) },
                depth: if is_wooden { chance.between(6.5, 9.0) } else { chance.between(9.5, 13.0) },
                storeys: if is_wooden { chance.count(1, 2) } else { chance.count(2, 4) },
                has_gable: is_wooden || chance.is(0.55),
                is_wooden,
            };
            let most = if is_wooden { chance.count(1, 3) } else { chance.count(4, 10) };
            let houses = houses(&row, most, length - at, built, ground, plots, forms, chance);
            // Wooden houses stand apart, and where nothing fits the next place is tried soon.
            at += if houses > 0.0 { houses + chance.between(2.5, 6.5) } else { 5.0 };
        }
        gap = 1.5;
    }
}

/// Builds until something is in the way; gives the length of what stands.
#[expect(clippy::too_many_arguments, reason = "as above")]
fn houses(
    row: &Row,
    most: usize,
    length: f64,
    built: &mut usize,
    ground: &Ground,
    plots: &mut Plots,
    forms: &mut Forms,
    chance: &mut Chance,
) -> f64 {
    let step = if row.is_wooden { row.frontage + 1.4 } else { row.frontage };
    let free = (0..most).take_while(|number| {
        let u = figure(*number) * step;
        u + row.frontage <= length && plots.is_free(row.stand, [u, u + row.frontage, 0.0, row.depth])
    });
    let houses = free.count().min(MOST.saturating_sub(*built));
    // One shophouse alone is no row.
    if houses == 0 || (houses < 3 && !row.is_wooden) {
        return 0.0;
    }
    let wall = chance.of_list(&SHOPS, 0);
    for number in 0..houses {
        let u = figure(number) * step;
        let own = row.stand.shifted(u, 0.0);
        *built = built.saturating_add(1);
        let storeys = if !row.is_wooden && chance.is(0.15) { row.storeys.saturating_add(1) } else { row.storeys };
        let wall = if chance.is(0.45) { chance.of_list(&SHOPS, wall) } else { wall };
        let id = format!("house {built:04}");
        if row.is_wooden {
            wooden(own, row, storeys, ground, forms, chance, id);
        } else {
            shop(own, row, storeys, wall, ground, forms, chance, id);
        }
    }
    let whole = figure(houses) * step;
    plots.take(row.stand, [-0.5, whole + 0.5, -0.8, row.depth + 0.5]);
    whole
}

#[expect(clippy::too_many_arguments, reason = "as above")]
fn shop(stand: Stand, row: &Row, storeys: usize, wall: Colour, ground: &Ground, forms: &mut Forms, chance: &mut Chance, id: String) {
    let (width, depth) = (row.frontage, row.depth);
    let corners = [(0.0, 0.0), (width, 0.0), (width, depth), (0.0, depth)].map(|(u, v)| stand.flat(u, v));
    let [low, floor] = ground.span(&corners);
    let eaves = floor + 0.5 + 0.4 + figure(storeys) * 3.3;
    let mut body = Body::default();
    let sides = [0.0, width, 0.0, depth];
    if row.has_gable {
        body.walls(stand, sides, [low - 0.4, eaves], wall);
        body.gable(stand, sides, [eaves, eaves + chance.between(1.5, 2.4)], chance.of_list(&ROOFS, 0x00a8_5a3c), wall);
    } else {
        body.block(stand, sides, [low - 0.4, eaves + 0.7], wall, chance.of_list(&FLATS, 0x00b5_b0a5));
    }
    // The open shop under its awning, and a band of windows on each storey above.
    let front = |body: &mut Body, u: [f64; 2], h: [f64; 2], surface, colour| {
        let ([u0, u1], [h0, h1]) = (u, h);
        let face = [(u0, h0), (u1, h0), (u1, h1), (u0, h1)].map(|(u, h)| stand.place(u, h, -0.06)).to_vec();
        body.outward(face, stand.place(f64::midpoint(u0, u1), f64::midpoint(h0, h1), 1.0), surface, colour);
    };
    front(&mut body, [0.25, width - 0.25], [floor + 0.3, floor + 2.9], "Door", chance.of_list(&SHUTTERS, 0x0054_5f68));
    for storey in 1..storeys {
        let sill = floor + 0.9 + figure(storey) * 3.3 + 0.7;
        front(&mut body, [0.5, width - 0.5], [sill, sill + 1.5], "Window", 0x0071_8590);
    }
    if chance.is(0.6) {
        let (inner, outer) = (floor + 3.3, floor + 2.75);
        let awning = vec![
            stand.place(0.1, inner, -0.02),
            stand.place(width - 0.1, inner, -0.02),
            stand.place(width - 0.1, outer, -1.3),
            stand.place(0.1, outer, -1.3),
        ];
        body.outward(awning, stand.place(width / 2.0, floor, 0.5), "RoofSurface", chance.of_list(&AWNINGS, 0x00c4_5a42));
    }
    forms.add(id, "Building", body, json!({"function": "shophouse", "storeysAboveGround": storeys}));
}

fn wooden(stand: Stand, row: &Row, storeys: usize, ground: &Ground, forms: &mut Forms, chance: &mut Chance, id: String) {
    let (width, depth) = (row.frontage, row.depth);
    let corners = [(0.0, 0.0), (width, 0.0), (width, depth), (0.0, depth)].map(|(u, v)| stand.flat(u, v));
    let [low, floor] = ground.span(&corners);
    let wall = chance.of_list(&WOODS, 0x00b0_8a62);
    let eaves = floor + 1.0 + figure(storeys) * 2.8;
    let mut body = Body::default();
    body.walls(stand, [0.0, width, 0.0, depth], [low - 0.4, eaves], wall);
    body.gable(
        stand,
        [-0.7, width + 0.7, -0.8, depth + 0.8],
        [eaves - 0.3, eaves + chance.between(2.2, 3.0)],
        chance.of_list(&ROOFS, 0x00a8_5a3c),
        wall,
    );
    forms.add(id, "Building", body, json!({"function": "house", "storeysAboveGround": storeys}));
}
