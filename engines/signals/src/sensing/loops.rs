//! Induction loops: where they lie and what they tell.

use crate::network::{EdgeFunction, LaneId, Network, Signal, SignalId, Table};

/// How far before the stop line the advance loop lies, m: a vehicle that passes it at 50 km/h reaches the line in 4 to 5 s.
const ADVANCE_M: f64 = 60.0;
/// How far before the stop line the stop loop ends, and how far behind the junction the exit loop lies, m.
const STOP_M: f64 = 2.0;
const EXIT_M: f64 = 10.0;

/// What a loop is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoopRole {
    /// At the stop line: someone waits. Index into [`Signal::approaches`].
    Stop(u16),
    /// 60 m before it, or at the begin of a shorter lane: someone comes. Index into [`Signal::approaches`].
    Advance(u16),
    /// Just behind the junction: the street is full. Index into [`Signal::exits`].
    Exit(u16),
}

/// Where a loop lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoopPlace {
    /// What it is for.
    pub role: LoopRole,
    /// The lane.
    pub lane: LaneId,
    /// m from the lane's begin.
    pub position_m: f64,
}

/// What a loop told since the last step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoopReading {
    /// Whether a vehicle is over it now.
    pub is_occupied: bool,
    /// For how long of the last step it was covered, ms.
    pub occupied_ms: i64,
    /// Vehicles that left it since the last step.
    pub passed: u32,
    /// Time since the last vehicle left it, ms; 0 while it is covered.
    pub idle_ms: i64,
}

/// What all loops tell: for each signal one reading for each of its [`loop_places`], in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoopView {
    /// Readings, signal by signal.
    pub readings: Table<SignalId, Vec<LoopReading>>,
}

/// The loops of a signal: stop and advance loop of each approach, then the exits.
pub fn loop_places(network: &Network, signal: &Signal) -> Vec<LoopPlace> {
    let mut places = Vec::new();
    for (index, approach) in (0_u16..).zip(&signal.approaches) {
        let stop_m = (network.lanes.of(approach.lane).length_m - STOP_M).max(0.0);
        places.push(LoopPlace { role: LoopRole::Stop(index), lane: approach.lane, position_m: stop_m });
        // Several lanes may lead to a short one: a loop in each of them.
        let streets =
            || approach.leads.iter().filter(|lead| network.edges.of(network.lanes.of(lead.lane).edge).function != EdgeFunction::Internal);
        let reaches = |lead: &&crate::network::Lead| {
            let length_m = network.lanes.of(lead.lane).length_m;
            lead.offset_m <= ADVANCE_M && ADVANCE_M < lead.offset_m + length_m
        };
        let at = |lead: &crate::network::Lead| (network.lanes.of(lead.lane).length_m - (ADVANCE_M - lead.offset_m)).max(0.0);
        let mut found: Vec<LoopPlace> = streets()
            .filter(reaches)
            .map(|lead| LoopPlace { role: LoopRole::Advance(index), lane: lead.lane, position_m: at(lead) })
            .collect();
        if found.is_empty()
            && let Some(last) = streets().next_back()
        {
            found.push(LoopPlace { role: LoopRole::Advance(index), lane: last.lane, position_m: 0.0 });
        }
        places.extend(found);
    }
    for (index, exit) in (0_u16..).zip(&signal.exits) {
        let position_m = EXIT_M.min(network.lanes.of(exit.lane).length_m / 2.0);
        places.push(LoopPlace { role: LoopRole::Exit(index), lane: exit.lane, position_m });
    }
    places
}

impl LoopView {
    /// Readings of one signal with what each loop is for.
    pub fn of<'a>(&'a self, signal: SignalId, places: &'a [LoopPlace]) -> impl Iterator<Item = (LoopRole, &'a LoopReading)> {
        places.iter().map(|place| place.role).zip(self.readings.of(signal))
    }
}
