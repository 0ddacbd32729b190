//! The fixed plan of the network's own programs.

use std::sync::Arc;

use super::{Command, Controller};
use crate::{
    Layout,
    network::SignalId,
    phase::{PhaseId, Phasing},
    safety::Rules,
    sensing::{Observation, Sensing},
};

/// Runs each signal's program by its own clock and offset, and sees nothing.
#[derive(Debug, Clone)]
pub struct Fixed {
    layout: Arc<Layout>,
    rules: Rules,
}

impl Fixed {
    /// For the signals of a layout.
    pub const fn new(layout: Arc<Layout>, rules: Rules) -> Self {
        Self { layout, rules }
    }

    fn due(&self, now_ms: i64, signal: SignalId, phasing: &Phasing, seen: &Observation) -> Option<PhaseId> {
        let phase = phasing.plan.due(now_ms)?;
        let light = seen.lights.of(signal);
        // The plan asks again when a longer intergreen has made it late: a phase has at least its least green.
        let is_early = light.is_on_the_way || !light.may_leave_for(phase, phasing, now_ms, self.rules.min_green_ms);
        (light.phase != phase && !is_early).then_some(phase)
    }
}

impl Controller for Fixed {
    fn name(&self) -> &'static str {
        "fixed"
    }

    fn sensing(&self) -> Sensing {
        Sensing::Nothing
    }

    fn decide(&mut self, now_ms: i64, seen: &Observation) -> Vec<Command> {
        let due = self.layout.phasings.iter().map(|(signal, phasing)| (signal, self.due(now_ms, signal, phasing, seen)));
        due.filter_map(|(signal, phase)| Some(Command { signal, phase: phase? })).collect()
    }
}
