//! Can everyone who waits still be served in time?
//!
//! Before the monitor lets a phase stay or begin, it plays what it would do afterwards if it were alone: again and again the link whose time
//! runs out first is served for the least green (earliest deadline first; Jackson 1955). Only what leaves that possible is let through. Since a
//! link that has just lost its green has at least one round of the cover and one turn to spare ([`super::LinkLimit::max_red_ms`]), it can't
//! make the others late, so what was possible once stays possible.

use super::Limits;
use crate::{
    network::LinkIndex,
    phase::{PhaseId, Phasing, in_steps, round_up},
};

/// A link that waits, and the last moment at which its green may begin, ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waiting {
    pub(super) until_ms: i64,
    pub(super) link: LinkIndex,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Rescue<'a> {
    pub(super) phasing: &'a Phasing,
    pub(super) limits: &'a Limits,
    pub(super) step_ms: i64,
    pub(super) min_green_ms: i64,
}

impl Rescue<'_> {
    fn opens(&self, phase: PhaseId, link: LinkIndex) -> bool {
        self.phasing.phases.of(phase).lamp(link).may_enter()
    }

    /// The phase that serves whoever's time runs out first.
    pub(super) fn first(&self, waiting: &[Waiting]) -> Option<PhaseId> {
        let next = waiting.iter().min()?;
        self.limits.cover.iter().copied().find(|phase| self.opens(*phase, next.link))
    }

    /// Whether all can be served in time by someone who can leave phase `from` at `ready_ms`.
    pub(super) fn is_possible(&self, mut from: PhaseId, mut ready_ms: i64, mut waiting: Vec<Waiting>) -> bool {
        while let Some(phase) = self.first(&waiting) {
            let Some(begin_ms) = self.serve(from, phase, ready_ms, &mut waiting) else { return false };
            (from, ready_ms) = (phase, begin_ms.saturating_add(round_up(self.min_green_ms, self.step_ms)));
        }
        true
    }

    /// Goes to a phase and takes away whom it serves; gives the begin of its green, or `None` if that is too late for one of them.
    pub(super) fn serve(&self, from: PhaseId, phase: PhaseId, ready_ms: i64, waiting: &mut Vec<Waiting>) -> Option<i64> {
        let begin_ms = ready_ms.saturating_add(in_steps(self.phasing.way_parts_ms(from, phase), self.step_ms));
        self.reaches(phase, begin_ms, waiting).then_some(begin_ms)
    }

    /// Takes away whom a phase serves from `begin_ms` on; `false` if that is too late for one of them.
    pub(super) fn reaches(&self, phase: PhaseId, begin_ms: i64, waiting: &mut Vec<Waiting>) -> bool {
        let is_late = waiting.iter().any(|each| self.opens(phase, each.link) && each.until_ms < begin_ms);
        waiting.retain(|each| !self.opens(phase, each.link));
        !is_late
    }
}
