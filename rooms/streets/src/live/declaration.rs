//! The part `live:` of a street's declaration.

use std::{collections::BTreeMap, path::PathBuf};

use sala_core::{lever::Levers, problem::FieldError};
use sala_streams::Streams;
use serde::Deserialize;

use super::Control;
use crate::simulator::hand::{Hand, Intergreen, Sensing};

/// How a street lives.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveFile {
    /// The lever that says who rules: choices `fixed` and `adaptive`.
    pub lever: String,
    /// The measure that moves it, for links.
    #[serde(default)]
    pub measure: Option<String>,
    /// The series that take what is observed. `turn` belongs in a feed of its own: between two rounds it alone speaks, and a feed's
    /// windows wait for all of its series.
    pub series: LiveSeries,
    /// Standing vehicles before each signal: signal → series.
    #[serde(default)]
    pub queues: BTreeMap<String, String>,
    /// Simulated seconds a second, 0.1–1,000.
    pub speed: f64,
    /// The longest time between two rounds, s of the hall: so long the lever is waited for. 1–3,600.
    pub pause_s: u32,
    /// Rounds whose inputs are kept for replays, with the present one, 1–100.
    pub keep_rounds: u32,
    /// What the controller knows.
    #[serde(default)]
    pub sensing: Sensing,
    /// Whose times between two greens are kept, by either control.
    pub intergreen: Intergreen,
    /// A recording (see `recording`) for halls without a simulator, relative to the file of the street.
    #[serde(default)]
    pub recorded: Option<PathBuf>,
}

/// The series of a live street.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveSeries {
    /// Whose turn it is: 1 adaptive, 0 fixed.
    pub turn: String,
    /// Share of the time under the adaptive controller, 0–1.
    pub control: String,
    /// Hours that all drivers lose in an hour.
    pub lost: String,
    /// Vehicles that stand in sight of the sensors.
    pub queue: String,
    /// Trips that end, an hour.
    pub flow: String,
}

impl LiveFile {
    /// The hand of a control, in this process.
    pub fn hand(&self, control: Control) -> Hand {
        Hand { controller: control.controller(), sensing: self.sensing, intergreen: self.intergreen, is_separate: false }
    }

    /// Does it fit the levers and feeds of the hall? Each wrong place, with what is expected there.
    pub fn faults(&self, levers: &Levers, streams: &Streams) -> Vec<FieldError> {
        let mut faults = vec![];
        let mut fault = |place: &str, expected: String| faults.push(FieldError { pointer: format!("live/{place}"), detail: expected });
        let choices = levers.spec(&self.lever).and_then(|spec| spec.choices.clone()).unwrap_or_default();
        for control in [Control::Fixed, Control::Adaptive] {
            if !choices.iter().any(|choice| choice.value == control.word()) {
                fault(
                    "lever",
                    format!(
                        "expected a lever of levers.yaml with the choices fixed and adaptive; {} has not {}",
                        self.lever,
                        control.word()
                    ),
                );
            }
        }
        let series = &self.series;
        let own = [
            ("turn", &series.turn),
            ("control", &series.control),
            ("lost", &series.lost),
            ("queue", &series.queue),
            ("flow", &series.flow),
        ];
        let own = own.map(|(name, id)| (format!("series/{name}"), id));
        for (place, id) in own.into_iter().chain(self.queues.iter().map(|(signal, id)| (format!("queues/{signal}"), id))) {
            if streams.series(id).is_none_or(|spec| spec.join.is_some()) {
                fault(&place, format!("there is no observed series {id}"));
            }
        }
        if !(0.1..=1000.0).contains(&self.speed) {
            fault("speed", "expected 0.1–1000".into());
        }
        if !(1..=3_600).contains(&self.pause_s) {
            fault("pause_s", "expected 1–3600".into());
        }
        if !(1..=100).contains(&self.keep_rounds) {
            fault("keep_rounds", "expected 1–100".into());
        }
        faults
    }
}
