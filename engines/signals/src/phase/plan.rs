//! The fixed plan: the program, read as phases.

use super::{PhaseId, Role};
use crate::network::Program;

/// Which phase the program shows when. Between two phases stands the program's own way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<Step>,
    cycle_ms: i64,
    offset_ms: i64,
}

/// One phase in the plan and what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    phase: PhaseId,
    /// When its green begins, ms from the begin of a round.
    begin_ms: i64,
    green_ms: i64,
    own: Own,
}

/// The program's own way to the next phase, ms.
#[expect(clippy::struct_field_names, reason = "the unit belongs into each name")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Own {
    pub(super) walk_ms: i64,
    pub(super) yellow_ms: i64,
    pub(super) all_red_ms: i64,
}

impl Own {
    pub(super) const fn total_ms(self) -> i64 {
        self.walk_ms.saturating_add(self.yellow_ms).saturating_add(self.all_red_ms)
    }
}

impl Plan {
    pub(super) fn of(program: &Program, roles: &[Role], shown: &[Option<PhaseId>]) -> Self {
        let cycle_ms = program.cycle_ms();
        // A round begins with the first phase, so that no way is cut in two.
        let first = shown.iter().position(Option::is_some).unwrap_or(0);
        let mut begin_ms = program.stages.iter().take(first).map(|stage| stage.duration_ms).fold(0, i64::saturating_add);
        let mut steps: Vec<Step> = Vec::new();
        let rows = program.stages.iter().zip(roles).zip(shown);
        for ((stage, role), phase) in rows.clone().skip(first).chain(rows.take(first)) {
            let duration_ms = stage.duration_ms;
            match (steps.last_mut(), phase) {
                (Some(step), Some(phase)) if step.phase == *phase && step.own.total_ms() == 0 => step.green_ms += duration_ms,
                (_, Some(phase)) => steps.push(Step { phase: *phase, begin_ms, green_ms: duration_ms, own: Own::default() }),
                (Some(step), None) => match role {
                    Role::WalkClearance => step.own.walk_ms += duration_ms,
                    Role::Yellow => step.own.yellow_ms += duration_ms,
                    _ => step.own.all_red_ms += duration_ms,
                },
                (None, None) => {}
            }
            begin_ms = begin_ms.saturating_add(duration_ms);
        }
        Self { steps, cycle_ms, offset_ms: program.offset_ms }
    }

    /// Duration of a round, ms.
    pub const fn cycle_ms(&self) -> i64 {
        self.cycle_ms
    }

    /// The phase that is due: the one whose green it is, or, while the program is on its way, the next one. `None` without a program.
    pub fn due(&self, now_ms: i64) -> Option<PhaseId> {
        let first = self.steps.first()?;
        let begin_ms = self.offset_ms.saturating_add(first.begin_ms);
        let Some(place) = now_ms.saturating_sub(begin_ms).checked_rem_euclid(self.cycle_ms) else { return Some(first.phase) };
        let over = |step: &&Step| step.begin_ms - first.begin_ms + step.green_ms > place;
        Some(self.steps.iter().find(over).unwrap_or(first).phase)
    }

    /// Phases in the order of the plan.
    pub fn order(&self) -> impl ExactSizeIterator<Item = PhaseId> {
        self.steps.iter().map(|step| step.phase)
    }

    /// Each time a phase is shown, for how long, ms.
    pub(super) fn shown_ms(&self) -> impl Iterator<Item = (PhaseId, i64)> {
        self.steps.iter().map(|step| (step.phase, step.green_ms))
    }

    pub(super) fn own_ways(&self) -> impl Iterator<Item = (PhaseId, PhaseId, i64)> {
        self.pairs().map(|(from, to, own)| (from, to, own.total_ms()))
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (PhaseId, PhaseId, Own)> {
        let next = self.steps.iter().cycle().skip(1);
        self.steps.iter().zip(next).map(|(step, next)| (step.phase, next.phase, step.own)).filter(|(from, to, _)| from != to)
    }

    /// The program's own way between two phases, where it goes it: the longest, if it goes it more than once.
    pub(super) fn own(&self, from: PhaseId, to: PhaseId) -> Option<Own> {
        self.pairs().filter(|(one, other, _)| (*one, *other) == (from, to)).map(|(_, _, own)| own).max_by_key(|own| own.total_ms())
    }
}
