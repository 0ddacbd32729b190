//! A window as a decision uses it and as it is committed in the act.

use sala_core::{text::Text, time::Timestamp};
use sala_streams::WindowResult;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// This many seconds (a twelfth of 365.25 days) as a window stand for a calendar month, as in the streams room.
pub const MONTH_S: i64 = 2_629_800;

const DAY_S: i64 = 86_400;

/// Which number of a window counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WindowStatistic)]
pub enum Statistic {
    /// Arithmetic mean of the values.
    Mean,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Sum of the values.
    Sum,
    /// The latest value.
    Last,
}

impl Statistic {
    /// Said to people.
    pub fn title(self) -> Text {
        let (th, en) = match self {
            Self::Mean => ("ค่าเฉลี่ย", "mean"),
            Self::Min => ("ค่าต่ำสุด", "lowest value"),
            Self::Max => ("ค่าสูงสุด", "highest value"),
            Self::Sum => ("ผลรวม", "sum"),
            Self::Last => ("ค่าล่าสุด", "latest value"),
        };
        Text::new(th, en)
    }
}

/// One window of one series: all that a decision knows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The series.
    pub series: String,
    /// First moment of the window.
    pub start: Timestamp,
    /// First moment after it.
    pub end: Timestamp,
    /// Number of values in it.
    pub count: u64,
    /// Mean of the values, in the unit of the series.
    pub mean: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Sum of the values.
    pub sum: f64,
    /// The latest value.
    pub last: f64,
    /// 0 for the first result; late values raise it.
    pub revision: u32,
    /// The acts that brought the values.
    pub chunk_acts: Vec<String>,
}

impl Input {
    /// The number that counts.
    pub fn value(&self, statistic: Statistic) -> f64 {
        match statistic {
            Statistic::Mean => self.mean,
            Statistic::Min => self.min,
            Statistic::Max => self.max,
            Statistic::Sum => self.sum,
            Statistic::Last => self.last,
        }
    }

    /// Is it as long as a window of so many seconds? [`MONTH_S`] stands for a calendar month of 28–31 days.
    pub fn is_of_length(&self, window_s: i64) -> bool {
        let length_s = self.end.seconds().saturating_sub(self.start.seconds());
        if window_s == MONTH_S { (28 * DAY_S..=31 * DAY_S).contains(&length_s) } else { length_s == window_s }
    }

    /// Has it values, all finite?
    pub fn is_sound(&self) -> bool {
        self.count > 0
            && self.start < self.end
            && [self.mean, self.min, self.max, self.sum, self.last].iter().all(|number| number.is_finite())
    }

    /// Do both say the same of the same window (whatever their revision and sources)?
    pub fn agrees_with(&self, other: &Self) -> bool {
        let same = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0);
        self.series == other.series
            && (self.start, self.end, self.count) == (other.start, other.end, other.count)
            && same(self.mean, other.mean)
            && same(self.min, other.min)
            && same(self.max, other.max)
            && same(self.sum, other.sum)
            && same(self.last, other.last)
    }
}

impl From<&WindowResult> for Input {
    fn from(window: &WindowResult) -> Self {
        Self {
            series: window.series.clone(),
            start: window.start,
            end: window.end,
            count: window.count,
            mean: window.mean,
            min: window.min,
            max: window.max,
            sum: window.sum,
            last: window.last,
            revision: window.revision,
            chunk_acts: window.chunk_acts.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MONTH_S;
    use crate::trigger::tests::window;

    #[test]
    fn a_month_has_28_to_31_days() {
        let of_days = |days: i64| {
            let mut month = window(0, 1.0, 0);
            month.end = month.start.plus_seconds(days * 86_400);
            month
        };
        for days in 28..=31 {
            assert!(of_days(days).is_of_length(MONTH_S));
        }
        assert!(!of_days(27).is_of_length(MONTH_S) && !of_days(32).is_of_length(MONTH_S));
        assert!(window(0, 1.0, 0).is_of_length(3_600) && !window(0, 1.0, 0).is_of_length(60));
    }
}
