//! An insight: something unusual in a series, raised once and put on the record.

use sala_core::{text::Text, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::declaration::SeriesSpec;

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
    /// In words.
    pub title: Text,
    /// The act that raised it.
    pub act: String,
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
