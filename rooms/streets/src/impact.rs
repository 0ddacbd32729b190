//! What a change of the street would do, before anybody digs: the same hour simulated with and without it, on the same seeds.
//!
//! Both networks are built by `netconvert` from the same plain files, the demand is routed on each by `duarouter`, and drivers look for
//! a faster way as they go; what the two arms don't share is only the change. The figures say what SUMO's drivers would do, not what
//! people will: nobody gives up a trip or takes another hour because of the change.

pub mod change;
pub mod compare;
pub mod edges;
mod files;
pub mod patch;
pub mod run;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::{
    change::Change,
    compare::{Differences, EdgeDifference, Outcome},
};

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Impact {
    /// What was changed.
    pub change: Change,
    /// The simulator that said it.
    pub sumo_version: String,
    /// Begin of the simulated time, in seconds of the scenario.
    pub begin_s: f64,
    /// Its end.
    pub end_s: f64,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// Each run without the change.
    pub before: Vec<Outcome>,
    /// Each run with it, in the same order.
    pub after: Vec<Outcome>,
    /// The differences for everyone.
    pub difference: Differences,
    /// Each street that somebody used, those with the largest difference first.
    pub edges: Vec<EdgeDifference>,
    /// Trips that find no way any more, the first hundred by name. They count in neither arm's difference of delay: compare `demanded`.
    pub lost_trips: Vec<String>,
    /// How many there are.
    pub lost: usize,
    /// What to know before reading the figures.
    pub warnings: Vec<Warning>,
}

/// What to know before reading the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
#[schema(as = ImpactWarning)]
pub enum Warning {
    /// New links meet these signals, so their plans were built anew by rule; a part of the difference may come from that.
    SignalsRebuilt {
        /// The signals.
        signals: Vec<String>,
    },
    /// Some trips find no way any more.
    TripsLost {
        /// How many.
        number: usize,
    },
}
