//! What a run brought about, by the metric that its measure named beforehand, with a 95 % interval. Pure: windows in, effect out.
//!
//! Each window counts with its residual from the seasonal baseline when every window has one, else as it is.

use sala_core::text::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    input::Input,
    measure::{Better, Design, Measure},
};

mod before_after;
mod switchback;

/// Confidence level of every interval.
pub const LEVEL: f64 = 0.95;

/// One window of the metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The window.
    pub window: Input,
    /// What the seasonal baseline expected of it, in the unit of the series, as known when the effect was found.
    pub expected: Option<f64>,
    /// Was the lever moved?
    pub is_on: bool,
}

/// What the numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EffectBasis)]
pub enum Basis {
    /// Differences from the seasonal baseline.
    Residual,
    /// The values themselves.
    Raw,
}

/// What the interval says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EffectVerdict)]
pub enum Verdict {
    /// The whole interval lies on the good side of zero.
    Better,
    /// The whole interval lies on the bad side.
    Worse,
    /// The interval holds zero, or the data can't tell.
    Unclear,
}

/// A difference with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    pub(crate) middle: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The effect, as recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// The metric in a sentence.
    pub metric: Text,
    /// How it was found.
    pub design: Design,
    /// Moved minus not moved, in `unit`.
    pub estimate: f64,
    /// Lower end of the interval, in `unit`.
    pub low: f64,
    /// Upper end of the interval, in `unit`.
    pub high: f64,
    /// Confidence level of the interval.
    pub level: f64,
    /// Unit of the metric's series.
    pub unit: String,
    /// Windows without the lever moved.
    pub n_before: u32,
    /// Windows with it moved.
    pub n_after: u32,
    /// Residuals or values.
    pub basis: Basis,
    /// Are the data recorded history that is only played? Then no lever could have changed them.
    pub is_replayed_history: bool,
    /// What a reader must know.
    pub note: Text,
    /// What the interval says.
    pub verdict: Verdict,
}

/// Finds the effect. `None` when there are too few windows (before/after: 6 on each side; switchback: two blocks of each kind).
pub fn evaluate(measure: &Measure, unit: &str, is_replayed_history: bool, points: &[Point]) -> Option<Effect> {
    let metric = &measure.metric;
    let basis = if points.iter().all(|point| point.expected.is_some()) { Basis::Residual } else { Basis::Raw };
    let value = |point: &Point| {
        let value = point.window.value(metric.statistic);
        match basis {
            Basis::Residual => value - point.expected.unwrap_or(0.0),
            Basis::Raw => value,
        }
    };
    let values: Vec<(bool, f64)> = points.iter().map(|point| (point.is_on, value(point))).collect();
    let found = match metric.design {
        Design::BeforeAfter => before_after::difference(&values),
        Design::Switchback => switchback::difference(&values),
    }?;
    let count = |is_on: bool| u32::try_from(points.iter().filter(|point| point.is_on == is_on).count()).unwrap_or(u32::MAX);
    Some(Effect {
        metric: metric.sentence.clone(),
        design: metric.design,
        estimate: found.middle,
        low: found.low,
        high: found.high,
        level: LEVEL,
        unit: unit.to_owned(),
        n_before: count(false),
        n_after: count(true),
        basis,
        is_replayed_history,
        note: note(metric.design, basis, is_replayed_history),
        verdict: if is_replayed_history { Verdict::Unclear } else { verdict(metric.better, found) },
    })
}

fn verdict(better: Better, found: Interval) -> Verdict {
    match better {
        _ if !(found.low.is_finite() && found.high.is_finite()) => Verdict::Unclear,
        Better::Lower if found.high < 0.0 => Verdict::Better,
        Better::Higher if found.low > 0.0 => Verdict::Better,
        Better::Lower if found.low > 0.0 => Verdict::Worse,
        Better::Higher if found.high < 0.0 => Verdict::Worse,
        _ => Verdict::Unclear,
    }
}

fn note(design: Design, basis: Basis, is_replayed_history: bool) -> Text {
    let (mut th, mut en) = match basis {
        Basis::Residual => ("เทียบส่วนต่างจากค่าปกติตามฤดูกาล".to_owned(), "Compared by the difference from the seasonal baseline.".to_owned()),
        Basis::Raw => (
            "เทียบค่าที่วัดได้โดยตรง เพราะยังไม่มีค่าปกติตามฤดูกาล".to_owned(),
            "Compared by the measured values, for there is no seasonal baseline yet.".to_owned(),
        ),
    };
    if design == Design::BeforeAfter {
        th.push_str(" การเทียบก่อนและหลังแยกไม่ได้ว่าค่ากลับสู่ปกติเองหรือไม่");
        en.push_str(" A before/after comparison can't tell the effect from a value that returns to normal by itself.");
    }
    if is_replayed_history {
        th.push_str(" ข้อมูลนี้เป็นบันทึกในอดีตที่เล่นซ้ำ การปรับค่าในวันนี้จึงเปลี่ยนข้อมูลไม่ได้ ส่วนต่างนี้ไม่ใช่ผลของมาตรการ ผลจึงถือว่ายังไม่ชัดเจน");
        en.push_str(" The data are recorded history that is played again: a lever moved today can't have changed them. The difference is not an effect of the measure, so the verdict is unclear.");
    }
    Text::new(th, en)
}

/// A whole number of things as a float.
pub(crate) fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / float(values.len())
}

/// The interval of a difference of two independent means, each with its variance and degrees of freedom (Welch–Satterthwaite).
pub(crate) fn welch(on: (f64, f64, f64), off: (f64, f64, f64)) -> Interval {
    let ((mean_on, variance_on, df_on), (mean_off, variance_off, df_off)) = (on, off);
    let (middle, variance) = (mean_on - mean_off, variance_on + variance_off);
    if variance <= 0.0 {
        return Interval { middle, low: middle, high: middle };
    }
    let df = variance * variance / (variance_on * variance_on / df_on + variance_off * variance_off / df_off);
    let half = sala_core::student::two_sided(LEVEL, df) * variance.sqrt();
    Interval { middle, low: middle - half, high: middle + half }
}

#[cfg(test)]
pub(crate) mod tests;
