//! Trees where there is room: along the khlong, in yards, behind the rows.

use serde_json::json;

use super::{
    chance::Chance,
    form::{Body, Colour, Forms, Stand},
    ground::Ground,
    plot::Plots,
};

const MOST: usize = 260;
const LEAVES: [Colour; 6] = [0x004f_7a3c, 0x0041_6b36, 0x005d_8846, 0x006f_9450, 0x0038_5f38, 0x0056_7f4f];

pub(super) fn plant(ground: &Ground, plots: &mut Plots, forms: &mut Forms, chance: &mut Chance) {
    let [width, depth] = plots.size();
    let mut planted = 0_usize;
    for _ in 0..MOST.saturating_mul(30) {
        if planted >= MOST {
            break;
        }
        let at = [chance.part() * width, chance.part() * depth];
        let away = ground.khlong.distance(at);
        // Two in three stand near the water or near nothing else.
        if away > 60.0 && chance.is(0.55) {
            continue;
        }
        let crown = chance.between(2.2, 5.2);
        let stand = Stand::new(at, [1.0, 0.0]);
        let around = crown * 0.75;
        if !plots.is_free(stand, [-around, around, -around, around]) {
            continue;
        }
        plots.take(stand, [-around, around, -around, around]);
        planted = planted.saturating_add(1);
        let foot = ground.bank(at);
        let leaves = chance.of_list(&LEAVES, 0x004f_7a3c);
        let mut body = Body::default();
        if crown > 4.7 {
            // A rain tree: wide and flat.
            let (low, high) = (foot + crown * 0.7, foot + crown * 1.5);
            body.turned(at, &[(crown * 0.8, low), (crown * 0.6, high), (0.0, high + 0.6)], 6, "", leaves);
        } else {
            let top = foot + crown * chance.between(1.6, 2.4);
            body.turned(at, &[(crown * 0.7, foot + 0.6), (0.0, top)], 5, "", leaves);
        }
        forms.add(format!("tree {planted:03}"), "SolitaryVegetationObject", body, json!({}));
    }
}
