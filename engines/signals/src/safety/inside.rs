//! Who still stands in a junction when others are about to get green.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Layout,
    network::{LaneId, LinkIndex, SignalId},
    phase::{Phase, PhaseId},
};

/// Slower than this a vehicle in the junction waits for something, m/s; a faster one is gone before anyone who starts from the line is there.
const SLOW_MPS: f64 = 2.0;

/// The links of each signal on whose way through the junction someone stands or creeps.
#[derive(Debug, Clone, Default)]
pub(super) struct Inside {
    /// Which links lead over a lane inside a junction.
    ways: BTreeMap<LaneId, Vec<(SignalId, LinkIndex)>>,
    taken: BTreeSet<(SignalId, LinkIndex)>,
}

impl Inside {
    pub(super) fn of(layout: &Layout) -> Self {
        let mut ways = BTreeMap::<LaneId, Vec<(SignalId, LinkIndex)>>::new();
        for (signal, row) in layout.network.signals.iter() {
            for (link, row) in row.links.iter() {
                let lanes = row.connections.iter().flat_map(|id| &layout.network.connections.of(*id).via);
                lanes.for_each(|lane| ways.entry(*lane).or_default().push((signal, link)));
            }
        }
        Self { ways, taken: BTreeSet::new() }
    }

    /// Vehicles by lane and speed, m/s; those on lanes outside of junctions are passed over.
    pub(super) fn see(&mut self, vehicles: impl IntoIterator<Item = (LaneId, f64)>) {
        self.taken.clear();
        for (lane, speed_mps) in vehicles {
            // Also one whose speed is not known.
            let is_slow = speed_mps.is_nan() || speed_mps < SLOW_MPS;
            if let Some(links) = self.ways.get(&lane).filter(|_| is_slow) {
                self.taken.extend(links);
            }
        }
    }

    /// What was seen is not true for ever.
    pub(super) fn forget(&mut self) {
        self.taken.clear();
    }

    /// Whether someone whose link is closed in `to` stands in the way of a link that gains green.
    pub(super) fn blocks(&self, layout: &Layout, signal: SignalId, from: PhaseId, to: PhaseId) -> bool {
        if self.taken.is_empty() {
            return false;
        }
        let phases = &layout.phasings.of(signal).phases;
        let (from, to): (&Phase, &Phase) = (phases.of(from), phases.of(to));
        let conflicts = &layout.network.signals.of(signal).conflicts;
        let all = (signal, LinkIndex(0))..=(signal, LinkIndex(u16::MAX));
        let mut waiting = self.taken.range(all).map(|(_, link)| *link).filter(|link| !to.lamp(*link).may_enter());
        waiting.any(|inside| to.green.iter().any(|link| !from.lamp(*link).is_green() && conflicts.are_foes(inside, *link)))
    }
}
