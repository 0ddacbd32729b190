//! The live street: the simulator as the city's street, its signals moved by a measure through a lever, every second on the record.
//!
//! Design: docs/designs/live-street.md. A [`round`] is the street's hour under one seed; [`schedule`] says whose turn it is; [`run`] plays
//! them and `record` keeps the record; [`minute`] is what is kept of sixty decisions, and makes them again.

pub mod declaration;
pub mod frame;
mod hold;
pub mod minute;
mod observe;
mod record;
pub mod recording;
pub mod replay;
pub mod round;
mod run;
pub mod schedule;
pub mod watch;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sala_core::{lever::LeverValue, time::Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use utoipa::ToSchema;

use self::{declaration::LiveFile, recording::Recording};
use crate::{Street, simulator::hand};

/// Whose word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SignalControl)]
pub enum Control {
    /// The street's fixed plan.
    Fixed,
    /// The adaptive controller.
    Adaptive,
}

impl Control {
    /// As the lever, the acts and JSON call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Adaptive => "adaptive",
        }
    }

    /// What a lever says; anything else than the adaptive controller is the fixed plan.
    pub fn of(value: &LeverValue) -> Self {
        match value {
            LeverValue::Choice(choice) if choice == Self::Adaptive.word() => Self::Adaptive,
            _ => Self::Fixed,
        }
    }

    fn controller(self) -> hand::Controller {
        match self {
            Self::Fixed => hand::Controller::Fixed,
            Self::Adaptive => hand::Controller::Adaptive,
        }
    }
}

/// How the hall runs its live streets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LiveMode {
    /// Not at all.
    #[default]
    Off,
    /// The controller thinks in the hall's own process.
    Together,
    /// The controller is a process of its own, started from the hall's program.
    Apart,
}

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundState {
    /// It goes on.
    Running,
    /// It has come to its end.
    Over,
    /// It broke off and counts for nothing.
    CutOff,
}

/// One hour of a live street.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// `<street>.<number>`, the number with eight digits.
    pub id: String,
    /// The street.
    pub street: String,
    /// From 1.
    pub number: u64,
    /// Rounds of a pair have the same seed.
    pub pair: u64,
    /// Of the simulator.
    pub seed: u32,
    /// Whose turn it is.
    pub turn: Control,
    /// Where it stands.
    pub state: RoundState,
    /// SHA-256 of the street's files, in hex: rounds of different streets are not compared.
    pub street_sha256: String,
    /// The simulator.
    pub simulator: String,
    /// When it began, in the hall.
    pub began_at: Timestamp,
    /// When it ended, in the hall.
    pub ended_at: Option<Timestamp>,
    /// Simulated minutes on the record.
    pub minutes: u32,
    /// Simulated seconds.
    pub seconds: u32,
    /// Of these: under the adaptive controller.
    pub adaptive_s: u32,
    /// Of these: on the fixed plan because the controller was silent.
    pub fallback_s: u32,
    /// What became of the demand, once it is over.
    pub outcome: Option<Outcome>,
    /// Why it broke off.
    pub reason: Option<String>,
    /// The act by which it began.
    pub begin_act: String,
    /// The act by which it ended.
    pub end_act: Option<String>,
}

/// What a round came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Mean delay of all who wanted to drive, s; see [`crate::simulator::tripinfo::Trips`].
    pub delay_s: f64,
    /// The delay that one vehicle in twenty exceeds, s.
    pub p95_delay_s: f64,
    /// Vehicles that wanted to depart.
    pub demanded: u64,
    /// Of these: reached their end.
    pub arrived: u64,
    /// Broken rules, by the audit of what the lamps showed.
    pub violations: u64,
    /// Times that the monitor showed something else than the controller wanted.
    pub interventions: u64,
}

impl Round {
    /// What share of its time the adaptive controller ruled, 0–1.
    pub fn adaptive_share(&self) -> f64 {
        if self.seconds == 0 { 0.0 } else { f64::from(self.adaptive_s) / f64::from(self.seconds) }
    }

    /// By what it counts: what ruled nearly all of it. `None` for a mixed one.
    pub fn ruled(&self) -> Option<Control> {
        match self.adaptive_share() {
            share if share >= 0.95 => Some(Control::Adaptive),
            share if share <= 0.05 => Some(Control::Fixed),
            _ => None,
        }
    }
}

/// What a live street is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LiveState)]
pub enum LiveState {
    /// Nothing.
    #[default]
    Stopped,
    /// Between two rounds.
    Pausing,
    /// A round goes on, or a recording is shown.
    Running,
}

/// A live street at work, as others see it.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) street: Arc<Street>,
    pub(crate) file: LiveFile,
    pub(crate) recording: Option<Arc<Recording>>,
    /// Told to whoever looks: name of the event, JSON.
    pub(crate) told: broadcast::Sender<(&'static str, Arc<str>)>,
    /// Ids of its signals in the order of the network, once it was read.
    pub(crate) signals: OnceLock<Vec<String>>,
    now: Mutex<Now>,
}

/// Where it stands now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Now {
    pub(crate) state: LiveState,
    pub(crate) round: Option<Round>,
}

/// Frames that a slow page may lie behind.
const BEHIND: usize = 64;

impl Live {
    pub(crate) fn new(street: Arc<Street>, file: LiveFile, recording: Option<Arc<Recording>>) -> Self {
        Self { street, file, recording, told: broadcast::channel(BEHIND).0, signals: OnceLock::new(), now: Mutex::default() }
    }

    pub(crate) fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever looks. No one looking is no fault.
    pub(crate) fn tell(&self, name: &'static str, what: &impl Serialize) {
        if self.told.receiver_count() > 0
            && let Ok(json) = serde_json::to_string(what)
        {
            let _ = self.told.send((name, json.into()));
        }
    }
}
