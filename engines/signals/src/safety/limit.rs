//! The rules, worked out for one signal.

use super::Rules;
use crate::{
    Layout,
    network::{LinkIndex, LinkKind, SignalId, Table},
    phase::{PhaseId, Phasing, round_up},
};

/// Limits of one signal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// For each link.
    pub links: Table<LinkIndex, LinkLimit>,
    /// Longest time for which a state may stay while a link waits, ms.
    pub max_green_ms: i64,
    /// Phases that together serve every link, in the order in which they were found.
    pub(super) cover: Vec<PhaseId>,
}

/// Limits of one link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkLimit {
    /// Whether pedestrians use it: their green ends without yellow.
    pub is_crossing: bool,
    /// Least duration of green, ms.
    pub min_green_ms: i64,
    /// Least duration of yellow, ms.
    pub yellow_ms: i64,
    /// Least time from the end of its green until a foe has green, ms.
    pub clear_ms: i64,
    /// Longest time without green, ms; `None` if no phase serves it.
    ///
    /// It is the largest of: the rule; the longest red of the program itself, with the longer ways of the chosen intergreen; and one round
    /// through the fewest phases that serve everyone, with one to spare, since that can be promised whatever happened before.
    pub max_red_ms: Option<i64>,
}

impl Limits {
    /// Works the rules out for one signal.
    pub fn of(layout: &Layout, signal: SignalId, rules: &Rules) -> Self {
        let phasing = layout.phasings.of(signal);
        let cover = cover(phasing);
        let min_green_ms = rules.min_green_ms.max(0);
        let turn_ms = phasing
            .longest_way_ms(rules.step_ms)
            .saturating_add(round_up(min_green_ms.max(rules.step_ms), rules.step_ms))
            .saturating_add(rules.step_ms.max(1));
        let round_ms = i64::try_from(cover.len() + 1).unwrap_or(i64::MAX).saturating_mul(turn_ms);
        let links = layout.network.signals.of(signal).links.iter().map(|(link, row)| {
            let clearance = phasing.clearance.of(link);
            let own_ms = phasing.longest_red_ms.of(link).saturating_add(phasing.delay_ms);
            let is_served = phasing.phases.iter().any(|(_, phase)| phase.lamp(link).may_enter());
            let is_crossing = row.kind == LinkKind::Crossing;
            let clear_ms = if is_crossing { clearance.walk_ms } else { clearance.yellow_ms.saturating_add(clearance.all_red_ms) };
            let max_red_ms = is_served.then(|| rules.max_red_ms.max(own_ms).max(round_ms));
            LinkLimit { is_crossing, min_green_ms, yellow_ms: clearance.yellow_ms, clear_ms, max_red_ms }
        });
        let longest_ms = phasing.phases.iter().map(|(_, phase)| phase.nominal_ms).max().unwrap_or(0);
        Self { links: links.collect(), max_green_ms: rules.max_green_ms.max(longest_ms).max(min_green_ms), cover }
    }
}

/// Few phases that together serve every link that any phase serves: again and again the one that serves most of those still left.
fn cover(phasing: &Phasing) -> Vec<PhaseId> {
    let opens = |phase: PhaseId, link: &LinkIndex| phasing.phases.of(phase).lamp(*link).may_enter();
    let mut left: Vec<LinkIndex> = phasing.kinds.ids().filter(|link| phasing.phases.ids().any(|phase| opens(phase, link))).collect();
    let mut cover = Vec::new();
    while !left.is_empty() {
        let served = |phase: PhaseId| left.iter().filter(|link| opens(phase, link)).count();
        // The first of the best, so that the order is the program's.
        let Some(best) = phasing.phases.ids().rev().max_by_key(|phase| served(*phase)) else { break };
        left.retain(|link| !opens(best, link));
        cover.push(best);
    }
    cover
}
