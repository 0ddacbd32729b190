//! When a measure fires: a state machine over windows, by the time in the data, without a clock.
//!
//! ```text
//! waiting ──passed──▶ holding ──held for_s──▶ fired ──released──▶ cooling ──cooldown over──▶ waiting
//!    ▲                   │ not passed, or silence longer than max_gap_s
//!    └───────────────────┘
//! ```
//! - A hold lasts from the start of its first window to the end of its last, and each window in it passes the threshold.
//! - Windows are taken in order. One that begins before the end of the newest window seen is late: it changes nothing, except
//!   a *revision of a window of the present hold*, which takes the place of the window that it revises. If it no longer passes the
//!   threshold, the hold begins after it. So a revision can shorten a hold and never fires one.
//! - So of windows that slide, the machine takes those that do not overlap.
//! - A decision stands on what was known when it was made: revisions of the windows that fired are not weighed again.
//! - Between release and the next hold lies at least `cooldown_s`.

use sala_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    input::Input,
    measure::{Measure, Trigger},
};

/// Where the machine stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case", deny_unknown_fields)]
pub enum Phase {
    /// The threshold is not passed.
    #[default]
    Waiting,
    /// It is passed, not yet long enough.
    Holding {
        /// Start of the first window of the hold.
        since: Timestamp,
        /// Where the machine stood before that window.
        prior: Box<TriggerState>,
        /// The windows of the hold.
        held: Vec<Input>,
    },
    /// The measure has fired and the trigger has not let go.
    Fired {
        /// End of the window that fired.
        at: Timestamp,
    },
    /// The trigger has let go; the measure rests.
    Cooling {
        /// Windows that start earlier are not weighed.
        until: Timestamp,
    },
}

/// Where a trigger stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TriggerArmed)]
pub enum Armed {
    /// The threshold is not passed.
    #[default]
    Waiting,
    /// It is passed, not yet long enough.
    Holding,
    /// The measure has fired and the trigger has not let go.
    Fired,
    /// The trigger has let go; the measure rests.
    Cooling,
}

/// The machine of one measure.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriggerState {
    /// Where it stands.
    pub at: Phase,
    /// End of the newest window taken.
    pub seen_until: Option<Timestamp>,
}

impl TriggerState {
    /// Where it stands, said without the details.
    pub fn armed(&self) -> Armed {
        match self.at {
            Phase::Waiting => Armed::Waiting,
            Phase::Holding { .. } => Armed::Holding,
            Phase::Fired { .. } => Armed::Fired,
            Phase::Cooling { .. } => Armed::Cooling,
        }
    }

    /// The same place under another version of the measure: a hold begins anew, for it was measured by the old threshold.
    pub fn under_new_version(self) -> Self {
        match self.at {
            Phase::Holding { .. } => Self { at: Phase::Waiting, ..self },
            _ => self,
        }
    }
}

/// The trigger held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Firing {
    /// Start of the first window of the hold.
    pub since: Timestamp,
    /// End of the last.
    pub at: Timestamp,
    /// The observed value of the last window, in the unit of the series.
    pub observed: f64,
    /// The threshold that it passed.
    pub threshold: f64,
    /// How long it held, in seconds of the data.
    pub held_s: i64,
    /// Where the machine stood before the hold.
    pub prior: TriggerState,
    /// The windows of the hold.
    pub windows: Vec<Input>,
}

/// What a window brought about.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The trigger held long enough.
    Fires(Firing),
    /// After firing, the trigger has let go.
    Releases {
        /// End of the window that released.
        at: Timestamp,
        /// Its observed value, in the unit of the series.
        observed: f64,
    },
}

/// Takes one window. Pure: the same measure, state and window always give the same answer.
pub fn decide(measure: &Measure, state: &TriggerState, window: &Input) -> (TriggerState, Option<Event>) {
    let trigger = &measure.trigger;
    if window.series != trigger.series || !window.is_of_length(trigger.window_s) || !window.is_sound() {
        return (state.clone(), None);
    }
    if state.seen_until.is_some_and(|seen| window.start < seen) {
        return (reconsider(trigger, state, window), None);
    }
    let observed = window.value(trigger.statistic);
    let seen_until = Some(window.end);
    let stay = |at: Phase| TriggerState { at, seen_until };
    match &state.at {
        Phase::Fired { .. } if trigger.is_released_by(observed) => {
            let until = window.end.plus_seconds(trigger.cooldown_s);
            (stay(Phase::Cooling { until }), Some(Event::Releases { at: window.end, observed }))
        }
        Phase::Cooling { until } if window.start < *until => (stay(state.at.clone()), None),
        Phase::Fired { .. } => (stay(state.at.clone()), None),
        _ if !trigger.is_passed_by(observed) => (stay(Phase::Waiting), None),
        at => hold(trigger, at, state.seen_until, window, observed),
    }
}

/// The threshold is passed: a hold begins or goes on, and fires when it is long enough.
fn hold(trigger: &Trigger, at: &Phase, seen_until: Option<Timestamp>, window: &Input, observed: f64) -> (TriggerState, Option<Event>) {
    let (since, prior, mut held) = match at {
        Phase::Holding { since, prior, held } if seen_until.is_none_or(|seen| window.start <= seen.plus_seconds(trigger.max_gap_s)) => {
            (*since, prior.clone(), held.clone())
        }
        Phase::Holding { .. } => (window.start, Box::new(TriggerState { at: Phase::Waiting, seen_until }), vec![]),
        other => (window.start, Box::new(TriggerState { at: other.clone(), seen_until }), vec![]),
    };
    held.push(window.clone());
    let held_s = window.end.seconds().saturating_sub(since.seconds());
    let seen_until = Some(window.end);
    if held_s < trigger.for_s {
        return (TriggerState { at: Phase::Holding { since, prior, held }, seen_until }, None);
    }
    let firing = Firing { since, at: window.end, observed, threshold: trigger.threshold, held_s, prior: *prior, windows: held };
    (TriggerState { at: Phase::Fired { at: window.end }, seen_until }, Some(Event::Fires(firing)))
}

/// A window from the past: only a revision of a window of the present hold counts.
fn reconsider(trigger: &Trigger, state: &TriggerState, window: &Input) -> TriggerState {
    let Phase::Holding { prior, held, .. } = &state.at else { return state.clone() };
    let Some(place) = held.iter().position(|known| known.start == window.start && known.revision < window.revision) else {
        return state.clone();
    };
    let still_holds = trigger.is_passed_by(window.value(trigger.statistic));
    let (prior, held): (_, Vec<Input>) = if still_holds {
        (prior.clone(), held.iter().enumerate().map(|(at, known)| if at == place { window.clone() } else { known.clone() }).collect())
    } else {
        (Box::new(TriggerState { at: Phase::Waiting, seen_until: Some(window.end) }), held.iter().skip(place + 1).cloned().collect())
    };
    let at = held.first().map_or(Phase::Waiting, |first| Phase::Holding { since: first.start, prior, held: held.clone() });
    TriggerState { at, seen_until: state.seen_until }
}

/// Decides again from what a firing recorded. `None`: the recorded windows do not make the measure fire at the last one.
pub fn replay(measure: &Measure, prior: &TriggerState, windows: &[Input]) -> Option<Firing> {
    let mut state = prior.clone();
    let mut fired = None;
    for window in windows {
        let (next, event) = decide(measure, &state, window);
        state = next;
        fired = match event {
            Some(Event::Fires(firing)) => Some(firing),
            _ => None,
        };
    }
    fired
}

#[cfg(test)]
pub(crate) mod tests;
