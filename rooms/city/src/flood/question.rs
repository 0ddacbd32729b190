//! What is asked of water, and whether it fits the district.

use sala_core::problem::{FieldError, INVALID, Problem};
use sala_district::flood::{Barrier, Basin, Inflow, Pump, Rain, RainShape, Storm};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::place::Place;

/// Simulated after the rain has ended, s: water goes on flowing.
const AFTER_S: f64 = 3_600.0;
/// Depths are kept so often, minutes.
pub(crate) const STEP_MIN: u32 = 10;
const MOST_PARTS: usize = 50;

/// How rain spreads over its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FloodRainShape {
    /// The same all the time.
    Even,
    /// Twice as strong in the middle as on the mean.
    Peaked,
}

/// Rain on the whole district.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FloodRain {
    /// In all, 0–500 mm.
    #[schema(minimum = 0, maximum = 500)]
    pub mm: f64,
    /// Over 0.25–6 hours.
    #[schema(minimum = 0.25, maximum = 6)]
    pub hours: f64,
    /// How it spreads.
    pub shape: FloodRainShape,
}

/// Water that comes in at a place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FloodInflow {
    /// x and z, m.
    pub at: [f64; 2],
    /// 0–500 m³/s.
    #[schema(minimum = 0, maximum = 500)]
    pub m3_s: f64,
    /// For 0–6 hours from the beginning.
    #[schema(minimum = 0, maximum = 6)]
    pub hours: f64,
}

/// A wall along a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FloodBarrier {
    /// x and z, m; 2–100 places.
    #[schema(min_items = 2, max_items = 100)]
    pub line: Vec<[f64; 2]>,
    /// Above the ground beside it, 0.1–10 m.
    #[schema(minimum = 0.1, maximum = 10)]
    pub height_m: f64,
}

/// Ground that is lowered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FloodBasin {
    /// Least x, z, greatest x, z, m.
    #[serde(rename = "box")]
    #[schema(rename = "box")]
    pub sides: [f64; 4],
    /// 0.1–10 m.
    #[schema(minimum = 0.1, maximum = 10)]
    pub depth_m: f64,
}

/// A pump.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FloodPump {
    /// Where it takes water: x and z, m.
    pub at: [f64; 2],
    /// Where it gives it; out of the district where nothing is said.
    #[serde(default)]
    pub to: Option<[f64; 2]>,
    /// 0–50 m³/s.
    #[schema(minimum = 0, maximum = 50)]
    pub m3_s: f64,
}

/// A question: circumstances (rain, inflow, level at the outflow, drains) count before and after; barriers, basins and pumps only after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FloodQuestion {
    /// 1–200 characters; public.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// The rain.
    pub rain: FloodRain,
    /// Water that comes in besides.
    #[serde(default)]
    pub inflow: Vec<FloodInflow>,
    /// Level of the water outside, where khlongs leave the district, m; as on an ordinary day when left out.
    #[serde(default)]
    pub tail_m: Option<f64>,
    /// Walls.
    #[serde(default)]
    pub barriers: Vec<FloodBarrier>,
    /// Basins.
    #[serde(default)]
    pub basins: Vec<FloodBasin>,
    /// Pumps.
    #[serde(default)]
    pub pumps: Vec<FloodPump>,
    /// Part of the drains that work, 0…1.
    #[serde(default = "all")]
    #[schema(minimum = 0, maximum = 1)]
    pub drains_factor: f64,
    /// Also with rain ± 10 % and roughness × 0.7 and × 1.4, for the span.
    #[serde(default)]
    pub range: bool,
}

fn all() -> f64 {
    1.0
}

impl FloodQuestion {
    /// Everything that does not fit, with its place.
    pub fn check(&self, place: &Place) -> Result<(), Problem> {
        let mut errors = Vec::new();
        let mut wrong = |is_wrong: bool, pointer: String, detail: &str| {
            if is_wrong {
                errors.push(FieldError { pointer, detail: detail.to_owned() });
            }
        };
        let title = self.title.trim().chars().count();
        wrong(!(1..=200).contains(&title), "/title".into(), "expected 1–200 characters");
        wrong(!(0.0..=500.0).contains(&self.rain.mm), "/rain/mm".into(), "expected 0 to 500 mm");
        wrong(!(0.25..=6.0).contains(&self.rain.hours), "/rain/hours".into(), "expected 0.25 to 6 hours");
        wrong(!(0.0..=1.0).contains(&self.drains_factor), "/drains_factor".into(), "expected 0 to 1");
        wrong(self.tail_m.is_some_and(|level| level.is_nan() || level.abs() >= 9_000.0), "/tail_m".into(), "expected a height in m");
        let parts =
            [("inflow", self.inflow.len()), ("barriers", self.barriers.len()), ("basins", self.basins.len()), ("pumps", self.pumps.len())];
        for (name, count) in parts {
            wrong(count > MOST_PARTS, format!("/{name}"), "expected at most 50");
        }
        let outside = "expected a place in the district: x and z in m";
        for (n, inflow) in self.inflow.iter().enumerate() {
            wrong(!place.contains(inflow.at), format!("/inflow/{n}/at"), outside);
            wrong(!(0.0..=500.0).contains(&inflow.m3_s), format!("/inflow/{n}/m3_s"), "expected 0 to 500 m³/s");
            wrong(!(0.0..=6.0).contains(&inflow.hours), format!("/inflow/{n}/hours"), "expected 0 to 6 hours");
        }
        for (n, barrier) in self.barriers.iter().enumerate() {
            wrong(!(2..=100).contains(&barrier.line.len()), format!("/barriers/{n}/line"), "expected 2 to 100 places");
            wrong(!barrier.line.iter().all(|at| place.contains(*at)), format!("/barriers/{n}/line"), outside);
            wrong(!(0.1..=10.0).contains(&barrier.height_m), format!("/barriers/{n}/height_m"), "expected 0.1 to 10 m");
        }
        for (n, basin) in self.basins.iter().enumerate() {
            let [west, north, east, south] = basin.sides;
            let fits = place.contains([west, north]) && place.contains([east, south]) && west < east && north < south;
            wrong(!fits, format!("/basins/{n}/box"), "expected least x, z, greatest x, z in the district");
            wrong(!(0.1..=10.0).contains(&basin.depth_m), format!("/basins/{n}/depth_m"), "expected 0.1 to 10 m");
        }
        for (n, pump) in self.pumps.iter().enumerate() {
            wrong(!place.contains(pump.at), format!("/pumps/{n}/at"), outside);
            wrong(pump.to.is_some_and(|to| !place.contains(to)), format!("/pumps/{n}/to"), outside);
            wrong(!(0.0..=50.0).contains(&pump.m3_s), format!("/pumps/{n}/m3_s"), "expected 0 to 50 m³/s");
        }
        if errors.is_empty() {
            return Ok(());
        }
        let mut problem = INVALID.problem();
        problem.errors = errors;
        Err(problem)
    }

    /// As the engine takes it; measures only if `with` them, rain times `rain`.
    pub(crate) fn storm(&self, drains_mm_h: f64, with: bool, rain: f64) -> Storm {
        let shape = match self.rain.shape {
            FloodRainShape::Even => RainShape::Even,
            FloodRainShape::Peaked => RainShape::Peaked,
        };
        let hours = self.inflow.iter().map(|inflow| inflow.hours).fold(self.rain.hours, f64::max);
        Storm {
            duration_s: hours * 3_600.0 + AFTER_S,
            step_min: STEP_MIN,
            rain: Some(Rain { mm: self.rain.mm * rain, hours: self.rain.hours, shape }),
            inflows: self
                .inflow
                .iter()
                .map(|inflow| Inflow { at: inflow.at, m3_s: inflow.m3_s, from_hours: 0.0, hours: inflow.hours })
                .collect(),
            drains_mm_h: drains_mm_h * self.drains_factor,
            barriers: self
                .barriers
                .iter()
                .filter(|_| with)
                .map(|barrier| Barrier { line: barrier.line.clone(), height_m: barrier.height_m })
                .collect(),
            basins: self.basins.iter().filter(|_| with).map(|basin| Basin { sides: basin.sides, depth_m: basin.depth_m }).collect(),
            pumps: self.pumps.iter().filter(|_| with).map(|pump| Pump { at: pump.at, to: pump.to, m3_s: pump.m3_s }).collect(),
        }
    }

    /// Is anything proposed?
    pub(crate) fn has_measures(&self) -> bool {
        !(self.barriers.is_empty() && self.basins.is_empty() && self.pumps.is_empty())
    }
}
