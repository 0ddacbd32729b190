//! What a plan needs to know of a junction that does not change: lanes, the ways out of them, who yields to whom in which phase.

use std::collections::BTreeSet;

use crate::{
    network::{Approach, Connection, Direction, EdgeFunction, EdgeId, Lamp, LaneId, LinkIndex, Network, Signal},
    phase::{PhaseId, Phasing},
};

/// As far as the camera is asked, m.
pub(super) const SIGHT_M: f64 = 220.0;
/// Shortest storage, m: room for two or three cars.
const LEAST_STORAGE_M: f64 = 20.0;
/// As far behind the junction as a queue is looked at, m.
const EXIT_M: f64 = 120.0;

/// What a phase lets a way do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Stop,
    Go,
    /// Go, and yield to the lanes of this mask; 0 if it has to stop before it goes.
    Yield(u64),
}

/// From a lane before the stop line to a lane behind the junction.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub to: LaneId,
    pub turns_back: bool,
    /// Index into [`Signal::exits`].
    pub exit: usize,
    /// One for each phase.
    pub rights: Vec<Right>,
}

impl Way {
    pub(super) fn right(&self, phase: usize) -> Right {
        self.rights.get(phase).copied().unwrap_or(Right::Stop)
    }

    pub(super) fn is_open(&self, phase: usize) -> bool {
        self.right(phase) != Right::Stop
    }
}

/// A lane before the stop line.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub id: LaneId,
    pub ways: Vec<Way>,
    pub speed_mps: f64,
    /// As far as the camera looks, m.
    pub sight_m: f64,
    /// How long a queue may grow before it stands in another junction, m.
    pub storage_m: f64,
    /// For each of [`Approach::leads`] the lead that follows it towards the line.
    pub onward: Vec<Option<usize>>,
    /// Whether the street begins within sight, so that a queue is in nobody's way.
    pub is_entry: bool,
}

impl Lane {
    /// Whether any phase lets anyone go.
    pub(super) fn can_go(&self) -> bool {
        self.ways.iter().any(|way| way.rights.iter().any(|right| *right != Right::Stop))
    }

    pub(super) fn is_open(&self, phase: usize) -> bool {
        self.ways.iter().any(|way| way.is_open(phase))
    }
}

/// A lane behind the junction with those that follow it.
#[derive(Debug, Clone)]
pub(super) struct Exit {
    /// Lane, where it begins from the junction on, its length, m.
    pub lanes: Vec<(LaneId, f64, f64)>,
    /// How far it is looked at, m.
    pub length_m: f64,
    /// Lanes inside the junction that lead to it.
    pub inside: Vec<LaneId>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Junction {
    /// In the order of [`Signal::approaches`].
    pub lanes: Vec<Lane>,
    /// In the order of [`Signal::exits`].
    pub exits: Vec<Exit>,
    pub phases: usize,
}

/// A way with what is needed to find its foes.
struct Row<'a> {
    lane: usize,
    link: LinkIndex,
    exit: usize,
    connection: &'a Connection,
}

impl Junction {
    pub(super) fn of(network: &Network, signal: &Signal, phasing: &Phasing) -> Self {
        let mut rows = Vec::new();
        for (lane, approach) in signal.approaches.iter().enumerate() {
            for link in &approach.links {
                let connections = signal.links.of(*link).connections.iter().map(|id| network.connections.of(*id));
                for connection in connections.filter(|connection| connection.from == approach.lane) {
                    let Some(exit) = signal.exits.iter().position(|exit| exit.lane == connection.to) else { continue };
                    rows.push(Row { lane, link: *link, exit, connection });
                }
            }
        }
        let lanes = (signal.approaches.iter().enumerate())
            .map(|(index, approach)| {
                let ways = rows.iter().filter(|row| row.lane == index).map(|row| Way {
                    to: row.connection.to,
                    turns_back: row.connection.direction == Direction::Turn,
                    exit: row.exit,
                    rights: phasing.phases.ids().map(|phase| right(network, phasing, phase, row, &rows)).collect(),
                });
                let begin_m = approach.leads.iter().map(|lead| lead.offset_m + network.lanes.of(lead.lane).length_m);
                Lane {
                    id: approach.lane,
                    ways: ways.collect(),
                    speed_mps: network.lanes.of(approach.lane).speed_mps.max(1.0),
                    sight_m: begin_m.fold(0.0, f64::max).min(SIGHT_M),
                    storage_m: storage_m(network, approach.lane),
                    onward: approach.leads.iter().map(|lead| onward(network, approach, lead.lane)).collect(),
                    is_entry: is_entry(network, approach),
                }
            })
            .collect();
        let exits = signal.exits.iter().map(|exit| {
            let near = exit.follows.iter().filter(|(_, begin_m)| *begin_m < EXIT_M);
            let lanes: Vec<_> = near.map(|(lane, begin_m)| (*lane, *begin_m, network.lanes.of(*lane).length_m)).collect();
            let length_m = lanes.iter().map(|(_, begin_m, length_m)| begin_m + length_m).fold(0.0, f64::max).min(EXIT_M);
            let links = exit.links.iter().flat_map(|link| &signal.links.of(*link).connections);
            let ways = links.map(|id| network.connections.of(*id)).filter(|connection| connection.to == exit.lane);
            Exit { lanes, length_m, inside: ways.flat_map(|connection| connection.via.iter().copied()).collect() }
        });
        Self { lanes, exits: exits.collect(), phases: phasing.phases.len() }
    }
}

/// What a phase lets a way do, by the junction's own right of way among the ways that are open in it.
fn right(network: &Network, phasing: &Phasing, phase: PhaseId, row: &Row<'_>, rows: &[Row<'_>]) -> Right {
    let phase = phasing.phases.of(phase);
    let lamp = phase.lamp(row.link);
    if !lamp.may_enter() {
        return Right::Stop;
    }
    let yields_to = |other: &&Row<'_>| {
        let (Some((junction, Some(place))), Some((others, Some(foe)))) = (row.connection.junction, other.connection.junction) else {
            return false;
        };
        let theirs = phase.lamp(other.link);
        let request = network.junctions.of(junction).requests.get(usize::from(place));
        junction == others
            && other.lane != row.lane
            && theirs.may_enter()
            && (lamp != Lamp::Go || theirs == Lamp::Go)
            && request.is_some_and(|request| request.response.contains(foe))
    };
    let mask = rows.iter().filter(yields_to).fold(0_u64, |mask, other| mask | bit(other.lane));
    match lamp {
        Lamp::AfterStop => Right::Yield(mask),
        _ if mask == 0 => Right::Go,
        _ => Right::Yield(mask),
    }
}

/// The bit of a lane in a mask; lanes beyond the 64th have none.
pub(super) fn bit(lane: usize) -> u64 {
    u32::try_from(lane).ok().and_then(|place| 1_u64.checked_shl(place)).unwrap_or(0)
}

/// Edges that lead to an edge, or follow it, without those inside junctions.
fn beside(network: &Network, edge: EdgeId, is_before: bool) -> BTreeSet<EdgeId> {
    let lanes = network.edges.of(edge).lanes.iter().map(|lane| network.lanes.of(*lane));
    let ids = lanes.flat_map(|lane| if is_before { &lane.incoming } else { &lane.outgoing });
    let ends = ids.map(|id| network.connections.of(*id)).map(|connection| if is_before { connection.from } else { connection.to });
    let edges = ends.map(|lane| network.lanes.of(lane).edge);
    edges.filter(|edge| network.edges.of(*edge).function != EdgeFunction::Internal).collect()
}

/// Length of the street from a stop line back to where streets meet or part, m.
fn storage_m(network: &Network, stop: LaneId) -> f64 {
    let (mut lane, mut storage_m) = (stop, 0.0);
    for _ in 0..64 {
        storage_m += network.lanes.of(lane).length_m;
        let edge = network.lanes.of(lane).edge;
        let before = beside(network, edge, true);
        let [only] = before.iter().copied().collect::<Vec<_>>()[..] else { break };
        let mut incoming = network.lanes.of(lane).incoming.iter().map(|id| network.connections.of(*id));
        let Some(connection) = incoming.find(|connection| network.lanes.of(connection.from).edge == only) else { break };
        storage_m += connection.length_m;
        if storage_m >= SIGHT_M || connection.light.is_some() || beside(network, only, false).len() > 1 {
            break;
        }
        lane = connection.from;
    }
    storage_m.clamp(LEAST_STORAGE_M, SIGHT_M)
}

/// The nearest lead that a lane of the same approach leads to.
fn onward(network: &Network, approach: &Approach, lane: LaneId) -> Option<usize> {
    let place = |lane: &LaneId| approach.leads.iter().position(|lead| lead.lane == *lane);
    let row = network.lanes.of(lane);
    let ways = row.incoming.iter().chain(&row.outgoing).map(|id| network.connections.of(*id));
    // A way from this lane, or one that leads over it inside a junction.
    let next = ways.filter_map(|connection| match connection.via.iter().position(|via| *via == lane) {
        Some(inside) => connection.via.get(inside + 1).and_then(place).or_else(|| place(&connection.to)),
        None if connection.from == lane => connection.via.first().and_then(place).or_else(|| place(&connection.to)),
        None => None,
    });
    next.min()
}

/// Whether some street begins within sight and none comes from another signal.
fn is_entry(network: &Network, approach: &Approach) -> bool {
    let street = |lane: &LaneId| network.edges.of(network.lanes.of(*lane).edge).function != EdgeFunction::Internal;
    let leads = || approach.leads.iter().map(|lead| lead.lane).filter(street).map(|lane| network.lanes.of(lane));
    let mut incoming = leads().flat_map(|lane| &lane.incoming).map(|id| network.connections.of(*id));
    leads().any(|lane| lane.incoming.is_empty()) && !incoming.any(|connection| connection.light.is_some())
}
