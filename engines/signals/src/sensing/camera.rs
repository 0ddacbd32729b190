//! Cameras: every vehicle on the lanes around a junction, with its place and speed, followed from step to step.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    Layout,
    network::{Approach, ConnectionId, EdgeFunction, Exit, Id, LaneId, Lead, LinkIndex, Network, SignalId, Table},
};

/// Below this speed a vehicle stands, m/s.
const STANDING_MPS: f64 = 0.3;

/// What a standing vehicle needs besides its own length, m.
const GAP_M: f64 = 2.5;

/// One vehicle in one step, as a camera's tracker gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sighting<'a> {
    /// The tracker's name for it: the same from step to step.
    pub id: &'a str,
    /// The lane it is on.
    pub lane: LaneId,
    /// Its front, m from the lane's begin.
    pub position_m: f64,
    /// Speed, m/s.
    pub speed_mps: f64,
    /// Length, m.
    pub length_m: f64,
}

/// A vehicle on a lane.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Seen {
    /// From its front to the lane's end, m; on a lane before a stop line this is the distance to the line.
    pub to_end_m: f64,
    /// Speed, m/s.
    pub speed_mps: f64,
    /// Length, m.
    pub length_m: f64,
    /// How long it has stood without moving on, ms; 0 while it drives.
    pub standing_ms: i64,
    /// How long it has been in sight, ms.
    pub in_sight_ms: i64,
}

impl Seen {
    /// Whether it stands.
    pub fn is_standing(&self) -> bool {
        self.speed_mps < STANDING_MPS
    }
}

/// Vehicles that went from a lane to one behind it since the last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// The lane they were on.
    pub from: LaneId,
    /// The lane that they go to, behind the junction.
    pub to: LaneId,
    /// How many.
    pub count: u32,
}

/// What cameras see in one step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CameraView {
    /// Vehicles on each lane, nearest to its end first; lanes without vehicles are left out.
    pub lanes: BTreeMap<LaneId, Vec<Seen>>,
    /// Vehicles that chose a way since the last step, in the order of lanes.
    pub moves: Vec<Move>,
    /// For each signal and link how many vehicles left over it since the last step.
    pub left: Table<SignalId, Vec<u32>>,
}

/// What stands and drives behind a junction.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ExitSeen {
    /// Vehicles.
    pub vehicles: u32,
    /// Vehicles that stand.
    pub standing: u32,
    /// Vehicles on the exit lane itself that stand.
    pub standing_on_lane: u32,
    /// Room for further vehicles, m.
    pub free_m: f64,
    /// From the junction to the rear of the first vehicle that stands, m.
    pub queue_end_m: Option<f64>,
}

impl CameraView {
    /// Vehicles on a lane.
    pub fn on(&self, lane: LaneId) -> &[Seen] {
        self.lanes.get(&lane).map_or(&[], Vec::as_slice)
    }

    /// Vehicles before a stop line within range: where they are, how far from the line in m, and the vehicle. Nearest lane first.
    pub fn before<'a>(&'a self, approach: &'a Approach) -> impl Iterator<Item = (&'a Lead, f64, &'a Seen)> {
        approach.leads.iter().flat_map(|lead| self.on(lead.lane).iter().map(move |seen| (lead, lead.offset_m + seen.to_end_m, seen)))
    }

    /// What is behind a junction on an exit and the lanes that follow it.
    pub fn behind(&self, network: &Network, exit: &Exit) -> ExitSeen {
        let mut all = ExitSeen::default();
        for (lane, begin_m) in &exit.follows {
            let length_m = network.lanes.of(*lane).length_m;
            all.free_m += length_m;
            for seen in self.on(*lane) {
                all.vehicles += 1;
                all.free_m -= seen.length_m + GAP_M;
                if seen.is_standing() {
                    all.standing += 1;
                    all.standing_on_lane += u32::from(*lane == exit.lane);
                    let rear_m = (begin_m + length_m - seen.to_end_m - seen.length_m).max(0.0);
                    all.queue_end_m = Some(all.queue_end_m.map_or(rear_m, |other| other.min(rear_m)));
                }
            }
        }
        all.free_m = all.free_m.max(0.0);
        all
    }
}

/// A vehicle as it is remembered.
#[derive(Debug, Clone, Copy)]
struct Track {
    lane: LaneId,
    since_ms: i64,
    standing_since_ms: Option<i64>,
}

/// Follows vehicles from step to step and makes a view of them.
#[derive(Debug, Clone)]
pub struct Camera {
    layout: Arc<Layout>,
    watched: BTreeSet<LaneId>,
    tracks: BTreeMap<String, Track>,
}

impl Camera {
    /// A camera at each signal.
    pub fn new(layout: Arc<Layout>) -> Self {
        let network = &layout.network;
        let mut watched = BTreeSet::new();
        for (_, signal) in network.signals.iter() {
            watched.extend(signal.approaches.iter().flat_map(|approach| approach.leads.iter().map(|lead| lead.lane)));
            watched.extend(signal.exits.iter().flat_map(|exit| exit.follows.iter().map(|(lane, _)| *lane)));
            let connections = signal.links.iter().flat_map(|(_, link)| link.connections.iter());
            watched.extend(connections.flat_map(|id| network.connections.of(*id).via.iter().copied()));
        }
        Self { watched, tracks: BTreeMap::new(), layout }
    }

    /// Lanes in sight: what happens on others need not be told.
    pub const fn watched(&self) -> &BTreeSet<LaneId> {
        &self.watched
    }

    /// What is seen now, from every vehicle that the trackers give. Vehicles on lanes out of sight are passed over; of two with one name the
    /// last counts.
    pub fn see<'a>(&mut self, now_ms: i64, sightings: impl IntoIterator<Item = Sighting<'a>>) -> CameraView {
        let network = &self.layout.network;
        let left = network.signals.iter().map(|(_, signal)| vec![0; signal.links.len()]).collect();
        let mut view = CameraView { left, ..CameraView::default() };
        let mut tracks = BTreeMap::new();
        let mut moves: BTreeMap<(LaneId, LaneId), u32> = BTreeMap::new();
        for sighting in sightings.into_iter().filter(|sighting| self.watched.contains(&sighting.lane)) {
            let before = self.tracks.get(sighting.id);
            if let Some(before) = before.filter(|before| before.lane != sighting.lane) {
                for connection in passed(network, before.lane, sighting.lane) {
                    let connection = network.connections.of(connection);
                    *moves.entry((connection.from, connection.to)).or_default() += 1;
                    if let Some((signal, link)) = connection.light
                        && let Some(count) = view.left.get_mut(signal).and_then(|links| links.get_mut(link.index()))
                    {
                        *count += 1;
                    }
                }
            }
            let speed_mps = if sighting.speed_mps.is_finite() { sighting.speed_mps.max(0.0) } else { 0.0 };
            let standing_since_ms = (speed_mps < STANDING_MPS).then(|| before.and_then(|track| track.standing_since_ms).unwrap_or(now_ms));
            let since_ms = before.map_or(now_ms, |track| track.since_ms);
            tracks.insert(sighting.id.to_owned(), Track { lane: sighting.lane, since_ms, standing_since_ms });
            let lane_m = network.lanes.of(sighting.lane).length_m;
            view.lanes.entry(sighting.lane).or_default().push(Seen {
                to_end_m: (lane_m - sighting.position_m).clamp(0.0, lane_m),
                speed_mps,
                length_m: sighting.length_m,
                standing_ms: standing_since_ms.map_or(0, |since_ms| now_ms - since_ms),
                in_sight_ms: now_ms - since_ms,
            });
        }
        for seen in view.lanes.values_mut() {
            seen.sort_by(|a, b| {
                a.to_end_m.total_cmp(&b.to_end_m).then(a.speed_mps.total_cmp(&b.speed_mps)).then(a.in_sight_ms.cmp(&b.in_sight_ms))
            });
        }
        view.moves = moves.into_iter().map(|((from, to), count)| Move { from, to, count }).collect();
        self.tracks = tracks;
        view
    }
}

/// Connections that a vehicle has begun to pass on its way from one lane to another: up to three short lanes may lie between two steps.
fn passed(network: &Network, from: LaneId, now: LaneId) -> Vec<ConnectionId> {
    let edge = |lane: LaneId| network.lanes.of(lane).edge;
    let function = network.edges.of(edge(from)).function;
    if edge(from) == edge(now) {
        return Vec::new();
    }
    // Who is inside a junction has already been counted on entering it; what may follow begins behind it.
    let begin = match function {
        EdgeFunction::Internal => network.lanes.of(from).incoming.first().map_or(from, |id| network.connections.of(*id).to),
        _ => from,
    };
    if edge(begin) == edge(now) {
        return Vec::new();
    }
    let mut open = vec![(begin, Vec::new())];
    for _ in 0..3 {
        let mut next = Vec::new();
        for (lane, path) in open {
            // A lane may have been changed before the junction or behind it, so its neighbours count too, after itself.
            let own = network.lanes.of(lane).outgoing.iter();
            let siblings = network.edges.of(edge(lane)).lanes.iter().filter(|other| **other != lane);
            let others = siblings.flat_map(|lane| network.lanes.of(*lane).outgoing.iter());
            for id in own.chain(others) {
                let connection = network.connections.of(*id);
                let mut path: Vec<ConnectionId> = path.clone();
                path.push(*id);
                if connection.via.contains(&now) || connection.to == now || edge(connection.to) == edge(now) {
                    return path;
                }
                if next.len() < 64 {
                    next.push((connection.to, path));
                }
            }
        }
        open = next;
    }
    Vec::new()
}

/// Which link of a signal a move went over, if any.
impl Move {
    /// The signal and link it went over.
    pub fn light(&self, network: &Network) -> Option<(SignalId, LinkIndex)> {
        let outgoing = network.lanes.of(self.from).outgoing.iter().map(|id| network.connections.of(*id));
        outgoing.filter(|connection| connection.to == self.to).find_map(|connection| connection.light)
    }
}
