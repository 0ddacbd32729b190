//! The khlong, and the ground that falls towards it.

use serde_json::json;

use super::{
    chance::Chance,
    form::{Body, Forms},
    plot::Plots,
    streets::borders,
};
use crate::{number::figure, vector::Point};

/// Water of a drawn district.
#[derive(Debug, Clone, PartialEq)]
pub struct Khlong {
    /// Its middle line, from one edge of the district to another: x and z, m.
    pub line: Vec<[f64; 2]>,
    /// m.
    pub width_m: f64,
    /// Height of the water on an ordinary day, m.
    pub level_m: f64,
}

const WIDTH_M: f64 = 18.0;
const LEVEL_M: f64 = 0.9;
const BED_M: f64 = -1.2;
/// Height of the banks, and what the ground rises beyond.
const BANK_M: f64 = 2.1;
const RISE_M: f64 = 1.8;
const CANDIDATES: usize = 160;

impl Khlong {
    /// Of many winding lines across the district, the one that meets the fewest streets.
    pub(super) fn through(plots: &Plots, [width, depth]: [f64; 2], chance: &mut Chance) -> Self {
        let mut best: Option<(f64, Vec<[f64; 2]>)> = None;
        for _ in 0..CANDIDATES {
            let is_across = chance.is(0.7);
            let (length, side) = if is_across { (width, depth) } else { (depth, width) };
            let (middle, sway, turns, phase) = (
                chance.between(0.12, 0.88) * side,
                chance.between(0.02, 0.07) * side,
                chance.between(0.8, 2.2),
                chance.between(0.0, std::f64::consts::TAU),
            );
            let lean = chance.between(-0.12, 0.12) * side;
            let line: Vec<[f64; 2]> = (0..=60_u32)
                .map(|step| {
                    let part = f64::from(step) / 60.0;
                    let along = part * length;
                    let across = middle + lean * (part - 0.5) + sway * (part * turns * std::f64::consts::TAU + phase).sin();
                    if is_across { [along, across] } else { [across, along] }
                })
                .collect();
            let inside = line.iter().filter(|[x, z]| (20.0..width - 20.0).contains(x) && (20.0..depth - 20.0).contains(z)).count();
            if inside < 50 {
                continue;
            }
            let cost = plots.streets_on(&line, WIDTH_M / 2.0 + 4.0);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, line));
            }
        }
        // In a district too small for one it lies along the north edge.
        let line = best.map_or_else(|| vec![[0.0, WIDTH_M], [width, WIDTH_M]], |(_, line)| line);
        Self { line, width_m: WIDTH_M, level_m: LEVEL_M }
    }

    /// How far a place lies from its middle.
    pub(super) fn distance(&self, place: [f64; 2]) -> f64 {
        self.line
            .windows(2)
            .map(|pair| if let &[one, other] = pair { apart(place, one, other) } else { f64::INFINITY })
            .fold(f64::INFINITY, f64::min)
    }
}

/// How far a place lies from a line between two.
pub(super) fn apart([x, z]: [f64; 2], [ax, az]: [f64; 2], [bx, bz]: [f64; 2]) -> f64 {
    let (dx, dz) = (bx - ax, bz - az);
    let square = dx * dx + dz * dz;
    let part = if square > 0.0 { (((x - ax) * dx + (z - az) * dz) / square).clamp(0.0, 1.0) } else { 0.0 };
    (x - ax - part * dx).hypot(z - az - part * dz)
}

/// The ground of the district.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) khlong: Khlong,
}

impl Ground {
    pub(super) fn beside(khlong: Khlong) -> Self {
        Self { khlong }
    }

    /// As if the khlong were filled: what roads and bridges lie on.
    pub(super) fn bank(&self, place: [f64; 2]) -> f64 {
        let [x, z] = place;
        let away = (self.khlong.distance(place) - WIDTH_M / 2.0 - 4.0).max(0.0);
        BANK_M + RISE_M * away / (away + 220.0) + 0.12 * (x / 97.0).sin() * (z / 83.0).cos()
    }

    /// With the khlong in it.
    pub(super) fn height(&self, place: [f64; 2]) -> f64 {
        let bank = self.bank(place);
        // Quay walls of Thai khlongs are steep.
        let part = ((self.khlong.distance(place) - (WIDTH_M / 2.0 - 2.0)) / 3.0).clamp(0.0, 1.0);
        BED_M + (bank - BED_M) * part
    }

    /// The lowest and the highest ground below a few places.
    pub(super) fn span(&self, places: &[[f64; 2]]) -> [f64; 2] {
        let heights = places.iter().map(|place| self.bank(*place));
        heights.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], height| [low.min(height), high.max(height)])
    }

    /// The water and its quays.
    pub(super) fn fill(&self, forms: &mut Forms) {
        let line = &self.khlong.line;
        let mut water = Body::default();
        let (right, left) = borders(line, WIDTH_M / 2.0 + 0.5);
        let corners: Vec<Point> = right.iter().chain(left.iter().rev()).map(|[x, z]| [*x, LEVEL_M, *z]).collect();
        let low = [figure(0), -50.0, figure(0)];
        water.outward(corners, low, "WaterSurface", 0x004d_7470);
        forms.add("khlong".into(), "WaterBody", water, json!({"name": "คลอง"}));
        let mut quay = Body::default();
        for sign in [-1.0, 1.0] {
            let (inner, _) = borders(line, sign * (WIDTH_M / 2.0 - 0.3));
            let (outer, _) = borders(line, sign * (WIDTH_M / 2.0 + 0.5));
            for (inner, outer) in inner.windows(2).zip(outer.windows(2)) {
                let (&[a, b], &[c, d]) = (inner, outer) else { continue };
                let up = |[x, z]: [f64; 2], height: f64| -> Point { [x, height, z] };
                let top = |place| self.bank(place) + 0.25;
                let far = f64::midpoint(c[0], d[0]);
                quay.outward(
                    vec![up(a, BED_M), up(b, BED_M), up(b, top(b)), up(a, top(a))],
                    [far, 0.0, f64::midpoint(c[1], d[1])],
                    "",
                    0x00a3_9c8d,
                );
                quay.outward(vec![up(a, top(a)), up(b, top(b)), up(d, top(d)), up(c, top(c))], [a[0], -50.0, a[1]], "", 0x00c4_beb0);
            }
        }
        forms.add("quay".into(), "OtherConstruction", quay, json!({}));
    }
}
