//! Signals and what is around them.

use super::{Conflicts, ConnectionId, EdgeId, JunctionId, LaneId, LinkIndex, Program, SignalId, Table};

/// What a link lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkKind {
    /// Vehicles.
    Vehicles,
    /// Pedestrians.
    Crossing,
    /// Nothing: the index has a letter but no connection.
    #[default]
    Unused,
}

/// One letter of a signal's state and the connections it controls.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Link {
    /// What it lets pass.
    pub kind: LinkKind,
    /// Its connections, mostly one.
    pub connections: Vec<ConnectionId>,
    /// Index into [`Signal::approaches`], one for each lane it begins on; empty for crossings.
    pub approaches: Vec<u16>,
    /// Index into [`Signal::exits`], one for each lane it leads to; empty for crossings.
    pub exits: Vec<u16>,
    /// Greatest speed limit of its approaches, m/s.
    pub speed_mps: f64,
    /// Longest way through the junction, m; for crossings the length to walk.
    pub length_m: f64,
}

/// A lane before a stop line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Approach {
    /// The lane.
    pub lane: LaneId,
    /// Its edge.
    pub edge: EdgeId,
    /// Links that begin on it.
    pub links: Vec<LinkIndex>,
    /// The lane itself and the lanes before it within range, nearest first. Vehicles on them reach this stop line next, or one of the others
    /// that the lane leads to ([`Lead::forks`]).
    pub leads: Vec<Lead>,
}

/// A lane from which vehicles reach a stop line without passing another signal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lead {
    /// The lane.
    pub lane: LaneId,
    /// Distance from its end to the stop line, m.
    pub offset_m: f64,
    /// Where vehicles on this lane have a choice: (lane, the lane taken), from here to the stop line. A share of them takes this way.
    pub forks: Vec<(LaneId, LaneId)>,
}

/// A lane behind a signal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exit {
    /// The lane.
    pub lane: LaneId,
    /// Links that lead to it.
    pub links: Vec<LinkIndex>,
    /// The lane itself and those that follow it without a choice within range, with the distance from the exit's begin to theirs, m.
    pub follows: Vec<(LaneId, f64)>,
    /// The signal that it leads to within [`Feed`] distance, with the approach lanes of which it is a lead.
    pub next: Option<SignalId>,
}

/// Another signal's link from which platoons come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Feed {
    /// The edge before this signal at which they arrive.
    pub edge: EdgeId,
    /// The signal and link they come from.
    pub from: (SignalId, LinkIndex),
    /// Distance from stop line to stop line, m.
    pub distance_m: f64,
    /// Time for it at the speed limit, s.
    pub free_flow_s: f64,
}

/// A traffic light.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signal {
    /// Id in the file.
    pub id: String,
    /// One for each letter of its states.
    pub links: Table<LinkIndex, Link>,
    /// Junctions it controls: several where nearby ones are joined under one signal.
    pub junctions: Vec<JunctionId>,
    /// Programs in the order in which they were read.
    pub programs: Vec<Program>,
    /// Which links must not have green together.
    pub conflicts: Conflicts,
    /// Lanes before its stop lines, in the order of their first link.
    pub approaches: Vec<Approach>,
    /// Lanes behind it, in the order of their first link.
    pub exits: Vec<Exit>,
    /// Other signals' links that feed it.
    pub feeds: Vec<Feed>,
}

impl Signal {
    /// The program that runs: as in SUMO the one that was read last.
    pub fn program(&self) -> Option<&Program> {
        self.programs.last()
    }
}
