//! Streets as they are, laid on the ground.

use serde_json::json;

use super::{
    Lane, StreetPlan,
    form::{Body, Forms},
    ground::Ground,
};
use crate::{
    number::{figure, whole},
    tiles::Frame,
    vector::Point,
};

/// Roads follow the ground in steps of so many metres.
const STEP_M: f64 = 40.0;
/// Pavement beside the outermost lane.
pub(super) const PAVEMENT_M: f64 = 2.0;

/// The streets in the district's metres.
#[derive(Debug)]
pub(super) struct Streets {
    pub(super) lanes: Vec<Lane>,
    pub(super) junctions: Vec<(String, Vec<[f64; 2]>)>,
}

/// The smallest frame of whole metres around all streets.
pub(super) fn frame(plan: &StreetPlan) -> Option<Frame> {
    let lanes = plan.lanes.iter().flat_map(|lane| lane.line.iter().map(|point| (*point, lane.width_m / 2.0)));
    let junctions = plan.junctions.iter().flat_map(|junction| junction.outline.iter().map(|point| (*point, 0.0)));
    let nothing = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let [west, south, east, north] = lanes.chain(junctions).fold(nothing, |[west, south, east, north], ([x, y], around)| {
        [west.min(x - around), south.min(y - around), east.max(x + around), north.max(y + around)]
    });
    (west < east && south < north).then(|| {
        let (west, north) = (west.floor(), north.ceil());
        Frame { origin: [west, north], size: [(east - west).ceil(), (north - south).ceil()] }
    })
}

impl Streets {
    pub(super) fn of(plan: &StreetPlan, frame: Frame) -> Self {
        let [west, top] = frame.origin;
        let turned = |line: &[[f64; 2]]| line.iter().map(|[x, y]| [x - west, top - y]).collect::<Vec<_>>();
        Self {
            lanes: plan.lanes.iter().map(|lane| Lane { line: turned(&lane.line), ..lane.clone() }).collect(),
            junctions: plan.junctions.iter().map(|junction| (junction.id.clone(), turned(&junction.outline))).collect(),
        }
    }
}

/// A line with more points on its long parts.
fn stepped(line: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut points = Vec::new();
    for pair in line.windows(2) {
        let &[[ax, az], [bx, bz]] = pair else { continue };
        let length = (bx - ax).hypot(bz - az);
        let steps = whole((length / STEP_M).ceil()).max(1);
        for step in 0..steps {
            let part = figure(step) / figure(steps);
            points.push([ax + (bx - ax) * part, az + (bz - az) * part]);
        }
    }
    points.extend(line.last());
    points
}

/// Both borders of a strip along a line.
pub(super) fn borders(line: &[[f64; 2]], half: f64) -> (Vec<[f64; 2]>, Vec<[f64; 2]>) {
    let last = line.len().saturating_sub(1);
    let side = |number: usize| {
        let before = line.get(number.saturating_sub(1)).copied().unwrap_or_default();
        let after = line.get(number.saturating_add(1).min(last)).copied().unwrap_or_default();
        let (dx, dz) = (after[0] - before[0], after[1] - before[1]);
        let length = dx.hypot(dz).max(1e-9);
        [-dz / length * half, dx / length * half]
    };
    let shifted = |sign: f64| line.iter().enumerate().map(|(n, [x, z])| [x + sign * side(n)[0], z + sign * side(n)[1]]).collect();
    (shifted(1.0), shifted(-1.0))
}

/// Parts of a strip as faces that look up: of at most eight places of the line each, so that they stay nearly flat.
fn strip(line: &[[f64; 2]], half: f64, height: &dyn Fn([f64; 2]) -> f64, body: &mut Body, surface: &'static str, colour: u32) {
    let line = stepped(line);
    let (right, left) = borders(&line, half);
    let raised = |[x, z]: [f64; 2]| -> Point { [x, height([x, z]), z] };
    let mut from = 0_usize;
    while from.saturating_add(1) < line.len() {
        let to = from.saturating_add(7).min(line.len().saturating_sub(1));
        let (Some(right), Some(left)) = (right.get(from..=to), left.get(from..=to)) else { return };
        let corners: Vec<Point> = right.iter().chain(left.iter().rev()).copied().map(raised).collect();
        let low = corners.first().copied().map(|[x, y, z]| [x, y - 50.0, z]).unwrap_or_default();
        body.outward(corners, low, surface, colour);
        from = to;
    }
}

/// Roads with pavements, and junctions.
pub(super) fn lay(streets: &Streets, ground: &Ground, forms: &mut Forms) {
    let road = |place| ground.bank(place) + 0.16;
    let pavement = |place| ground.bank(place) + 0.08;
    let mut at = 0_usize;
    while let Some(first) = streets.lanes.get(at) {
        let same = streets.lanes.iter().skip(at).take_while(|lane| lane.street == first.street).count().max(1);
        let mut body = Body::default();
        for (number, lane) in streets.lanes.iter().skip(at).take(same).enumerate() {
            let half = lane.width_m / 2.0;
            if number == 0 && lane.is_for_vehicles {
                strip(&lane.line, half + PAVEMENT_M, &pavement, &mut body, "AuxiliaryTrafficArea", 0x00b8_b4a8);
            }
            let colour = if lane.is_for_vehicles { 0x0060_6468 } else { 0x009c_8f80 };
            strip(&lane.line, half, &road, &mut body, "TrafficArea", colour);
        }
        forms.add(format!("street {}", first.street), "Road", body, json!({}));
        at = at.saturating_add(same);
    }
    for (id, outline) in streets.junctions.iter().filter(|(_, outline)| outline.len() >= 3) {
        let mut body = Body::default();
        let corners: Vec<Point> = outline.iter().map(|[x, z]| [*x, ground.bank([*x, *z]) + 0.17, *z]).collect();
        let low = corners.first().copied().map(|[x, y, z]| [x, y - 50.0, z]).unwrap_or_default();
        body.outward(corners, low, "TrafficArea", 0x0060_6468);
        forms.add(format!("junction {id}"), "Road", body, json!({}));
    }
}
