//! A run: one firing of a measure, from the trigger to the effect.

use sala_core::{lever::LeverValue, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{effect::Effect, measure::Mode};

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Waits for an officer.
    Proposed,
    /// An officer said no.
    Refused,
    /// No one answered in time.
    Expired,
    /// The lever was moved.
    Moved,
    /// The notice was published.
    Advised,
    /// A guardrail stopped it.
    Blocked,
    /// An officer took the move back.
    Undone,
    /// Its effect has been measured.
    Evaluated,
}

const STATES: [RunState; 8] = [
    RunState::Proposed,
    RunState::Refused,
    RunState::Expired,
    RunState::Moved,
    RunState::Advised,
    RunState::Blocked,
    RunState::Undone,
    RunState::Evaluated,
];

impl RunState {
    /// The word in tables, acts and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Moved => "moved",
            Self::Advised => "advised",
            Self::Blocked => "blocked",
            Self::Undone => "undone",
            Self::Evaluated => "evaluated",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        STATES.into_iter().find(|state| state.word() == word)
    }
}

/// An act of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActOfRun {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// A run as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Id.
    pub id: String,
    /// The measure.
    pub measure: String,
    /// Its version, from 1.
    pub version: i64,
    /// Its mode.
    pub mode: Mode,
    /// How far it has come.
    pub state: RunState,
    /// When it fired, in the hall.
    pub fired_at: Timestamp,
    /// When it was moved, answered, blocked or lapsed, in the hall.
    pub decided_at: Option<Timestamp>,
    /// When it fired, in the data.
    pub event_at: Timestamp,
    /// When the hold began, in the data.
    pub since: Timestamp,
    /// When the lever was moved, in the data.
    pub moved_at: Option<Timestamp>,
    /// When the lever was set back, in the data.
    pub released_at: Option<Timestamp>,
    /// The lever.
    pub lever: String,
    /// The value wanted.
    pub value: LeverValue,
    /// Where the lever stood before.
    pub before: Option<LeverValue>,
    /// The observed value, in the unit of the series.
    pub observed: f64,
    /// The threshold.
    pub threshold: f64,
    /// When the proposal lapses, in the hall.
    pub expires_at: Option<Timestamp>,
    /// The officer's reason.
    pub reason: Option<String>,
    /// Public handle of the officer who answered.
    pub officer: Option<String>,
    /// The guardrail that stopped it.
    pub blocked_by: Option<String>,
    /// Will its effect still be measured?
    pub awaits_effect: bool,
    /// The effect, when it has been measured.
    pub effect: Option<Effect>,
    /// Its acts, oldest first.
    pub acts: Vec<ActOfRun>,
}

impl Run {
    /// Notes an act of the run.
    pub(crate) fn add_act(&mut self, kind: &str, id: &str) {
        self.acts.push(ActOfRun { kind: kind.to_owned(), id: id.to_owned() });
    }

    /// The act that measured the effect.
    pub fn effect_act(&self) -> Option<&str> {
        self.acts.iter().rev().find(|act| act.kind == crate::acts::EVALUATE.kind).map(|act| act.id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_states_are_those_of_json() {
        for state in STATES {
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
            assert_eq!(RunState::from_word(state.word()), Some(state));
        }
    }
}
