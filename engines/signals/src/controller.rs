//! Who decides: from what is seen to a phase for each signal.

mod actuated;
mod adaptive;
mod fixed;
mod pressure;

pub use actuated::Actuated;
pub use adaptive::Adaptive;
pub use fixed::Fixed;
pub use pressure::MaxPressure;

use crate::{
    network::{Id, LinkIndex, SignalId},
    phase::{PhaseId, Phasing},
    sensing::{Observation, Sensing},
};

/// "Show this phase." The monitor finds the way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Command {
    /// The signal.
    pub signal: SignalId,
    /// One of its phases.
    pub phase: PhaseId,
}

/// Where a signal stands, as the monitor shows it. Times are ms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Light {
    /// Whether the signal has phases; one without is left alone.
    pub has_phases: bool,
    /// The phase that is shown, or the one that it is on its way to.
    pub phase: PhaseId,
    /// The phase that it comes from while on its way, else the one that is shown.
    pub from: PhaseId,
    /// Whether it is on its way: commands are not followed until it has arrived.
    pub is_on_the_way: bool,
    /// Rest of the way; 0 if it is on none.
    pub left_ms: i64,
    /// How long the phase has been shown; 0 on a way.
    pub green_ms: i64,
    /// How long it takes until every green of now has had its least time and no way is left: then any phase can be commanded.
    pub held_ms: i64,
    /// For each link that has green, since when.
    pub green_since_ms: Vec<Option<i64>>,
    /// For each link how long it has been closed; 0 if it is open.
    pub closed_ms: Vec<i64>,
}

/// A signal controller for all signals of a layout.
///
/// Deterministic: the same observations give the same commands. A step should cost at most 1 ms of CPU for each signal.
pub trait Controller: Send {
    /// Its name, as on the command line.
    fn name(&self) -> &'static str;

    /// The least sensing that it needs; with less it still answers, but knows less.
    fn sensing(&self) -> Sensing;

    /// The phases that should be shown; a signal that is not named keeps its phase. Called once a step, with time in ms.
    fn decide(&mut self, now_ms: i64, seen: &Observation) -> Vec<Command>;
}

impl Light {
    /// Whether every link that would lose its green for `to` has had it for at least `min_green_ms`.
    pub fn may_leave_for(&self, to: PhaseId, phasing: &Phasing, now_ms: i64, min_green_ms: i64) -> bool {
        let next = phasing.phases.of(to);
        let mut losing = phasing.phases.of(self.phase).green.iter().filter(|link| !next.lamp(**link).is_green());
        let green_ms = |link: &LinkIndex| self.green_since_ms.get(link.index()).copied().flatten().map_or(0, |since_ms| now_ms - since_ms);
        !self.is_on_the_way && losing.all(|link| green_ms(link) >= min_green_ms)
    }
}
