//! An insight: something unusual in a series, raised once and put on the record.

use sala_core::{text::Text, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{baseline::BAND, declaration::SeriesSpec, detector::WANTED_PER_YEAR};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A value far from what is usual: the beginning of an episode.
    Anomaly,
    /// A lasting shift away from what is usual.
    Change,
}

impl Kind {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anomaly => "anomaly",
            Self::Change => "change",
        }
    }

    /// From the wire.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Anomaly, Self::Change].into_iter().find(|kind| kind.name() == name)
    }
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Above what is usual.
    Up,
    /// Below.
    Down,
}

impl Direction {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// From the wire.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Up, Self::Down].into_iter().find(|direction| direction.name() == name)
    }
}

/// Something unusual in a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Insight {
    /// Its id.
    pub id: String,
    /// In which series.
    pub series: String,
    /// In which area.
    pub area: String,
    /// What was found.
    pub kind: Kind,
    /// Which way.
    pub direction: Direction,
    /// Beginning of the window in which it was found (time in the data).
    pub at: Timestamp,
    /// Value of that window.
    pub value: f64,
    /// What was usual for it.
    pub expected: f64,
    /// Robust standard deviations between the two.
    pub score: f64,
    /// How often this detector fired in a year of the series' own history, where nothing was labelled.
    pub false_alarms_per_year: f64,
    /// How much it deserves attention, 0–1: how far beyond the usual band, and how rare such alarms were in the series' own history.
    /// Half of it at the edge of the band, half of that when such alarms were as frequent as a detector may be (6 a year).
    pub importance: f64,
    /// In words.
    pub title: Text,
    /// The act that raised it.
    pub act: String,
}

/// The importance of a finding with this score, of a detector that fired so often in a year of history: |score| / (|score| + band) ×
/// wanted / (wanted + fired).
pub(crate) fn importance(score: f64, per_year: f64) -> f64 {
    let score = score.abs();
    score / (score + BAND) * WANTED_PER_YEAR / (WANTED_PER_YEAR + per_year.max(0.0))
}

/// The sentence for an insight on this series.
pub(crate) fn title(series: &SeriesSpec, kind: Kind, direction: Direction) -> Text {
    let (th, en) = match (kind, direction) {
        (Kind::Anomaly, Direction::Up) => ("สูงผิดปกติ", "unusually high"),
        (Kind::Anomaly, Direction::Down) => ("ต่ำผิดปกติ", "unusually low"),
        (Kind::Change, Direction::Up) => ("เปลี่ยนระดับไปทางสูงขึ้น", "has shifted upwards"),
        (Kind::Change, Direction::Down) => ("เปลี่ยนระดับไปทางต่ำลง", "has shifted downwards"),
    };
    Text::new(format!("{}: {th}", series.title.th), format!("{}: {en}", series.title.en))
}

#[cfg(test)]
mod tests {
    use super::importance;

    #[test]
    fn what_is_farther_and_rarer_is_more_important() {
        assert!((importance(3.0, 0.0) - 0.5).abs() < 1e-9 && (importance(-3.0, 6.0) - 0.25).abs() < 1e-9);
        assert!(importance(9.0, 1.0) > importance(4.0, 1.0) && importance(9.0, 1.0) > importance(9.0, 4.0));
        assert!((0.0..=1.0).contains(&importance(1e6, 0.0)) && importance(0.0, 0.0).abs() < 1e-9);
    }
}
