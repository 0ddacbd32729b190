//! A measure: policy as a file. Who may do what to which lever, when the data say so, and how it will be judged.
//!
//! A version is the SHA-256 of the canonical CBOR of the parsed file, so that comments and layout make no new version and every
//! change of meaning does.

use sala_core::{
    cbor::Value,
    lever::LeverValue,
    problem::{FieldError, INVALID, Problem},
    profile::LegalBasis,
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::input::Statistic;

mod check;

/// How far a measure may go by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MeasureMode)]
pub enum Mode {
    /// Publishes a notice and nothing else.
    Advise,
    /// Lays a proposal before an officer.
    Approve,
    /// Moves its lever at once, within bounds and guardrails.
    Automatic,
}

impl Mode {
    /// The word in files, acts and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Advise => "advise",
            Self::Approve => "approve",
            Self::Automatic => "automatic",
        }
    }
}

/// On which side of the threshold the trigger lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TriggerComparison)]
pub enum Comparison {
    /// Fires when the observed value is greater than the threshold.
    Above,
    /// Fires when it is less.
    Below,
}

/// When a measure fires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// The series that is watched.
    pub series: String,
    /// Length of its windows in seconds.
    pub window_s: i64,
    /// Which number of a window is compared.
    pub statistic: Statistic,
    /// On which side of the threshold it fires.
    pub comparison: Comparison,
    /// In the unit of the series.
    pub threshold: f64,
    /// Where the trigger lets go again: on the quiet side of the threshold (hysteresis), in the unit of the series.
    pub release: f64,
    /// How long the threshold must be passed without a break, in seconds of the data, counted from the start of the first window
    /// to the end of the last; 0: one window is enough.
    pub for_s: i64,
    /// Rest after the release, in seconds of the data.
    pub cooldown_s: i64,
    /// The longest silence between two windows that does not break a hold, in seconds of the data (for series without a value in
    /// every window).
    #[serde(default)]
    pub max_gap_s: i64,
    /// The trigger in a sentence.
    pub sentence: Text,
}

impl Trigger {
    /// Is the threshold passed?
    pub fn is_passed_by(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::Above => value > self.threshold,
            Comparison::Below => value < self.threshold,
        }
    }

    /// Does this value let the trigger go?
    pub fn is_released_by(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::Above => value < self.release,
            Comparison::Below => value > self.release,
        }
    }
}

/// What a measure does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The lever.
    pub lever: String,
    /// The value it is moved to.
    pub value: LeverValue,
    /// The action in a sentence.
    pub sentence: Text,
}

/// What keeps a measure within limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrails {
    /// Runs in any 24 hours of the data, 1–1,000. What fires beyond is recorded as blocked.
    pub max_runs_per_day: u32,
    /// Seconds of hall time after which an unanswered proposal lapses; mode `approve` only.
    #[serde(default)]
    pub proposal_expires_s: Option<i64>,
    /// Is the lever set back when the trigger lets go? A proposal still open then lapses.
    pub auto_release: bool,
}

/// How the effect is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EffectDesign)]
pub enum Design {
    /// The windows before the move against those after it.
    BeforeAfter,
    /// Blocks with the lever moved against blocks without.
    Switchback,
}

/// Which way the metric should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MetricBetter)]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
}

/// By what a measure is judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// The series that shows the effect.
    pub series: String,
    /// Which number of a window counts.
    pub statistic: Statistic,
    /// How the effect is found.
    pub design: Design,
    /// Length of its windows in seconds.
    pub window_s: i64,
    /// Windows before the hold began, 6–1,000 (switchback: the whole stretch before the move).
    pub windows_before: u32,
    /// Windows after the move, 6–1,000.
    pub windows_after: u32,
    /// Which way is better.
    pub better: Better,
    /// The metric in a sentence.
    pub sentence: Text,
}

/// A day of the calendar, read as its first moment in UTC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Day(String);

impl Day {
    /// The first moment of the day, UTC.
    pub fn start(&self) -> Timestamp {
        format!("{}T00:00:00Z", self.0).parse().unwrap_or_default()
    }

    /// As `YYYY-MM-DD`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match format!("{text}T00:00:00Z").parse::<Timestamp>() {
            Ok(_) if text.len() == 10 => Ok(Self(text)),
            _ => Err(D::Error::custom(format!("`{text}` is not a day; expected YYYY-MM-DD"))),
        }
    }
}

/// A measure, as its file says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Stable id.
    pub id: String,
    /// Title.
    pub title: Text,
    /// What it is for.
    pub summary: Text,
    /// The law under which it acts.
    pub legal_basis: LegalBasis,
    /// The office that owns it.
    pub office: String,
    /// How far it may go by itself.
    pub mode: Mode,
    /// When it fires.
    pub trigger: Trigger,
    /// What it does.
    pub action: Action,
    /// What keeps it within limits.
    pub guardrails: Guardrails,
    /// The day by which people look whether it still makes sense.
    pub review_on: Day,
    /// The day on which it ends by itself.
    pub sunset_on: Day,
    /// By what it is judged.
    pub metric: Metric,
}

impl Measure {
    /// Reads a file. The Problem names the file, the field, and what is expected there.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, Problem> {
        let measure: Self = serde_norway::from_slice(bytes).map_err(|fault| refused(file).at(file, fault.to_string()))?;
        measure.checked(file)
    }

    /// The measure, if its parts fit together (what needs no knowledge of levers and series).
    pub fn checked(self, file: &str) -> Result<Self, Problem> {
        let faults = check::shape(&self);
        if faults.is_empty() { Ok(self) } else { Err(with(refused(file), file, faults)) }
    }

    /// Does it fit the levers and series that exist? The Problem names the file, each field, and what is expected there.
    pub fn fits(&self, file: &str, world: &dyn World) -> Result<(), Problem> {
        let faults = check::fit(self, world);
        if faults.is_empty() { Ok(()) } else { Err(with(refused(file), file, faults)) }
    }

    /// Canonical content: what is hashed and kept.
    pub fn content(&self) -> Value {
        Value::from_serde(self)
    }

    /// From canonical content.
    pub fn from_content(content: &Value) -> Option<Self> {
        content.to_serde()
    }

    /// SHA-256 of the canonical CBOR of the content: names the version.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.content().encode()).into()
    }
}

/// What a measure's file is checked against.
pub trait World {
    /// The declaration of a lever.
    fn lever(&self, id: &str) -> Option<sala_core::lever::LeverSpec>;
    /// The length of the windows of a series in seconds; `None` when there is no such series.
    fn window_s(&self, series: &str) -> Option<i64>;
}

fn refused(file: &str) -> Problem {
    INVALID.problem().detail(format!("ไฟล์มาตรการ {file} มีที่ผิด"), format!("The measure file {file} has faults"))
}

fn with(problem: Problem, file: &str, faults: Vec<FieldError>) -> Problem {
    faults.into_iter().fold(problem, |problem, fault| problem.at(format!("{file}: {}", fault.pointer), fault.detail))
}

#[cfg(test)]
pub(crate) mod tests;
