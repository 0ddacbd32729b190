//! What is computed: series, their windows, and the series derived from two others.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    number,
    window::{Geometry, MAX_ACTS, Stats, Told},
};

/// How two series are joined on equal windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// left ÷ right; no window where right is 0.
    Ratio,
    /// left − right.
    Difference,
    /// left + right.
    Sum,
}

impl Op {
    /// The joined value, if it is a finite number.
    pub fn apply(self, left: f64, right: f64) -> Option<f64> {
        let value = match self {
            Self::Ratio => left / right,
            Self::Difference => left - right,
            Self::Sum => left + right,
        };
        value.is_finite().then_some(value)
    }
}

/// What of a window is its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// Arithmetic mean.
    #[default]
    Mean,
    /// Sum.
    Sum,
    /// The value with the latest time.
    Last,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// Number of values.
    Count,
    /// Sum per second of the window.
    Rate,
}

impl Aggregate {
    /// Of a window from `start` to `end` (µs).
    pub fn of(self, stats: &Stats, start: i64, end: i64) -> f64 {
        match self {
            Self::Mean => stats.mean(),
            Self::Sum => stats.sum,
            Self::Last => stats.last,
            Self::Min => stats.min,
            Self::Max => stats.max,
            Self::Count => number::float(stats.count),
            Self::Rate => stats.sum / number::seconds(end.saturating_sub(start).max(1)),
        }
    }
}

/// A derived series.
#[derive(Debug, Clone, Copy)]
pub struct Join {
    /// Place of the derived series.
    pub series: u32,
    /// Place of the left series.
    pub left: u32,
    /// Place of the right series.
    pub right: u32,
    /// What is computed.
    pub op: Op,
}

impl Join {
    /// The joined window, from windows of both sides that begin and end together.
    pub fn of(&self, left: &Told, right: &Told, aggregates: (Aggregate, Aggregate)) -> Option<Told> {
        let value =
            self.op.apply(aggregates.0.of(&left.stats, left.start, left.end), aggregates.1.of(&right.stats, right.start, right.end))?;
        let count = left.stats.count.min(right.stats.count);
        let sum = (value * number::float(count)).clamp(f64::MIN, f64::MAX);
        let mut acts = left.acts.clone();
        acts.extend(right.acts.iter().map(Arc::clone));
        while acts.len() > MAX_ACTS {
            acts.pop_last();
        }
        // The sum of both, so that it does not depend on which side was told first.
        let revision = left.revision.saturating_add(right.revision);
        Some(Told {
            series: self.series,
            start: left.start,
            end: left.end,
            stats: Stats { count, sum, min: value, max: value, last: value },
            revision,
            acts,
        })
    }
}

/// What the dataflow has to know of a series.
#[derive(Debug, Clone, Copy)]
pub struct Lane {
    /// Place of its feed.
    pub feed: u32,
    /// The shape of its windows.
    pub geometry: Geometry,
    /// Its value.
    pub aggregate: Aggregate,
}

/// The whole of what is computed.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// One for each series, derived ones too.
    pub lanes: Vec<Lane>,
    /// Derived series.
    pub joins: Vec<Join>,
}

impl Plan {
    pub(super) fn lane(&self, series: u32) -> Option<&Lane> {
        self.lanes.get(usize::try_from(series).ok()?)
    }
}
