//! What is learned from counts: which way vehicles turn, and how fast a queue leaves.

use std::collections::BTreeMap;

use super::{CameraView, Move};
use crate::network::{Approach, LaneId, Lead, LinkIndex, Network, Signal};

/// Counts beyond this are halved, so that what is long ago fades.
const MEMORY: f64 = 60.0;

/// Shares of vehicles that take each way where a lane gives a choice.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shares {
    counts: BTreeMap<LaneId, BTreeMap<LaneId, f64>>,
}

impl Shares {
    /// Learns from what was seen in a step.
    pub fn learn(&mut self, moves: &[Move]) {
        for Move { from, to, count } in moves {
            let ways = self.counts.entry(*from).or_default();
            *ways.entry(*to).or_default() += f64::from(*count);
            if ways.values().sum::<f64>() > MEMORY {
                for count in ways.values_mut() {
                    *count /= 2.0;
                }
            }
        }
    }

    /// Share of the vehicles on lane `from` that go on to lane `to`, 0 to 1. Each way has one vehicle to begin with.
    pub fn share(&self, network: &Network, from: LaneId, to: LaneId) -> f64 {
        let seen = self.counts.get(&from);
        let count = |to: LaneId| 1.0 + seen.and_then(|ways| ways.get(&to)).copied().unwrap_or(0.0);
        let outgoing = network.lanes.of(from).outgoing.iter().map(|id| network.connections.of(*id).to);
        let all: f64 = outgoing.filter(|lane| network.lanes.of(*lane).is_for_vehicles).map(count).sum();
        if all > 0.0 { (count(to) / all).min(1.0) } else { 0.0 }
    }

    /// Share of the vehicles on a lead that come to its stop line, 0 to 1.
    pub fn reach(&self, network: &Network, lead: &Lead) -> f64 {
        lead.forks.iter().map(|(from, to)| self.share(network, *from, *to)).product()
    }

    /// Share of the vehicles before a stop line that take a link, 0 to 1.
    pub fn link(&self, network: &Network, signal: &Signal, approach: &Approach, link: LinkIndex) -> f64 {
        let connections = signal.links.of(link).connections.iter().map(|id| network.connections.of(*id));
        connections.filter(|connection| connection.from == approach.lane).map(|each| self.share(network, approach.lane, each.to)).sum()
    }
}

/// How many vehicles a second leave a standing queue over a lane.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Saturation {
    /// Vehicles a second, by lane.
    rates: BTreeMap<LaneId, f64>,
}

/// 1,800 vehicles an hour and lane (HCM's base rate is 1,900), vehicles a second.
const BASE: f64 = 0.5;
/// How much a new second counts.
const WEIGHT: f64 = 0.02;
/// Seconds of green before a queue moves at its full rate, ms.
const START_MS: i64 = 4_000;

impl Saturation {
    /// Learns from a step of `step_ms` in which a lane had green for `green_ms` and someone still queued on it: `left` vehicles left.
    pub fn learn(&mut self, lane: LaneId, green_ms: i64, step_ms: i64, left: u32) {
        if green_ms < START_MS || !(1..=10_000).contains(&step_ms) {
            return;
        }
        let seconds = f64::from(i32::try_from(step_ms).unwrap_or(1_000)) / 1_000.0;
        let rate = self.rates.entry(lane).or_insert(BASE);
        *rate = (*rate + WEIGHT * seconds * (f64::from(left) / seconds - *rate)).clamp(0.1, 1.0);
    }

    /// Vehicles a second.
    pub fn rate(&self, lane: LaneId) -> f64 {
        self.rates.get(&lane).copied().unwrap_or(BASE)
    }
}

impl CameraView {
    /// Whether a queue stands or creeps at a stop line: someone slower than 5 m/s within 30 m.
    pub fn is_queued(&self, lane: LaneId) -> bool {
        self.on(lane).iter().any(|seen| seen.to_end_m < 30.0 && seen.speed_mps < 5.0)
    }
}
