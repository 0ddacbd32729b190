//! From rows to a network: every id looked up, every link in its place.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Conflicts, Connection, ConnectionId, Edge, EdgeFunction, EdgeId, Id, Junction, JunctionId, Lane, LaneId, Link, LinkIndex, LinkKind,
    Network, NetworkError, Signal, SignalId,
    read::{ConnectionRow, EdgeRow, JunctionRow, ProgramRow, Rows},
};

/// Sum over the signals of links squared: a conflict matrix is the one thing that grows faster than the text.
const PAIR_LIMIT: usize = 64 << 20;

/// Lanes inside a junction that one connection leads over: netconvert makes at most three.
const VIA_LIMIT: usize = 8;

pub(super) fn network(rows: Rows) -> Result<Network, NetworkError> {
    let mut network = Network { is_left_hand: rows.is_left_hand, ..Network::default() };
    let junction_ids = number(rows.junctions.iter().map(|row| (row.line, &row.id)), "junction", JunctionId::at)?;
    edges(&mut network, rows.edges, &junction_ids)?;
    let places = junctions(&mut network, rows.junctions);
    signals(&mut network, &rows.programs, &rows.connections);
    connections(&mut network, &rows.connections, &places)?;
    places_by_order(&mut network);
    links(&mut network, &rows.connections, &rows.programs)?;
    // A network may carry programs for signals that control nothing.
    let (used, _) = rows.programs.into_iter().partition(|row| network.signal(&row.signal).is_some());
    add_programs(&mut network, used)?;
    Ok(network)
}

/// Numbers ids in their order and refuses a second one.
fn number<'a, I>(
    ids: impl Iterator<Item = (usize, &'a String)>,
    what: &'static str,
    at: impl Fn(usize) -> I,
) -> Result<BTreeMap<String, I>, NetworkError> {
    let mut numbered = BTreeMap::new();
    for (index, (line, id)) in ids.enumerate() {
        if numbered.insert(id.clone(), at(index)).is_some() {
            return Err(NetworkError::Twice { line, what, id: id.clone() });
        }
    }
    Ok(numbered)
}

fn edges(network: &mut Network, rows: Vec<EdgeRow>, junctions: &BTreeMap<String, JunctionId>) -> Result<(), NetworkError> {
    network.edge_ids = number(rows.iter().map(|row| (row.line, &row.id)), "edge", EdgeId::at)?;
    let lanes = rows.iter().flat_map(|row| row.lanes.iter().map(|lane| (lane.line, &lane.id)));
    network.lane_ids = number(lanes, "lane", LaneId::at)?;
    for (index, row) in rows.into_iter().enumerate() {
        let edge = EdgeId::at(index);
        let lanes = row.lanes.into_iter().map(|lane| {
            network.lanes.push(Lane {
                id: lane.id,
                edge,
                length_m: lane.length_m,
                speed_mps: lane.speed_mps,
                width_m: lane.width_m,
                shape: lane.shape,
                is_for_vehicles: lane.is_for_vehicles,
                is_for_cars: lane.is_for_cars,
                outgoing: Vec::new(),
                incoming: Vec::new(),
            })
        });
        let lanes = lanes.collect();
        let place = |id: Option<String>| match id {
            None => Ok(None),
            Some(id) => junctions.get(&id).copied().map(Some).ok_or(NetworkError::Unknown { line: row.line, what: "junction", id }),
        };
        let (from, to) = (place(row.from)?, place(row.to)?);
        network.edges.push(Edge { id: row.id, function: row.function, from, to, lanes, crosses: row.crosses });
    }
    Ok(())
}

/// Where a lane inside a junction stands among the junction's requests.
type Places = BTreeMap<LaneId, (JunctionId, u16)>;

fn junctions(network: &mut Network, rows: Vec<JunctionRow>) -> Places {
    let mut places = Places::new();
    for (index, row) in rows.into_iter().enumerate() {
        // Lanes that are not in the file are left out: netconvert writes such names where it was told to leave junctions' insides away.
        let lanes = |ids: Vec<String>| ids.iter().filter_map(|id| network.lane(id)).collect::<Vec<_>>();
        let inside = lanes(row.inside);
        for (place, lane) in inside.iter().enumerate() {
            if let Ok(place) = u16::try_from(place) {
                places.insert(*lane, (JunctionId::at(index), place));
            }
        }
        let incoming = lanes(row.incoming);
        let (kind, position, shape, requests) = (row.kind, row.position, row.shape, row.requests);
        network.junctions.push(Junction { id: row.id, kind, position, shape, incoming, inside, requests });
    }
    places
}

fn signals(network: &mut Network, programs: &[ProgramRow], connections: &[ConnectionRow]) {
    let controlled: BTreeSet<&str> = connections.iter().filter_map(|row| Some(row.light.as_ref()?.0.as_str())).collect();
    let named = programs.iter().map(|row| row.signal.as_str()).filter(|id| controlled.contains(id));
    for id in named.chain(connections.iter().filter_map(|row| Some(row.light.as_ref()?.0.as_str()))) {
        if !network.signal_ids.contains_key(id) {
            let signal = network.signals.push(Signal { id: id.to_owned(), ..Signal::default() });
            network.signal_ids.insert(id.to_owned(), signal);
        }
    }
}

fn connections(network: &mut Network, rows: &[ConnectionRow], places: &Places) -> Result<(), NetworkError> {
    let lane = |(edge, index): &(String, u16), line| {
        let found = network.edge(edge).and_then(|edge| network.edges.of(edge).lanes.get(usize::from(*index)).copied());
        found.ok_or_else(|| NetworkError::Unknown { line, what: "lane", id: format!("{edge}_{index}") })
    };
    let mut found = Vec::with_capacity(rows.len());
    let mut onward = BTreeMap::new();
    for row in rows {
        let (from, to) = (lane(&row.from, row.line)?, lane(&row.to, row.line)?);
        let unknown = |id: &String| NetworkError::Unknown { line: row.line, what: "lane", id: id.clone() };
        let via = row.via.as_ref().map(|id| network.lane(id).ok_or_else(|| unknown(id))).transpose()?;
        if let (EdgeFunction::Internal, Some(via)) = (network.edges.of(network.lanes.of(from).edge).function, via) {
            onward.insert(from, via);
        }
        found.push((from, to, via));
    }
    for (row, (from, to, first)) in rows.iter().zip(found) {
        let via: Vec<LaneId> = std::iter::successors(first, |lane| onward.get(lane).copied()).take(VIA_LIMIT).collect();
        let from_edge = network.edges.of(network.lanes.of(from).edge);
        // A crossing is its own inside; a turn that waits inside has its place with the lane behind the waiting point.
        let place = via.iter().rev().chain([&to]).find_map(|lane| places.get(lane).copied());
        let junction = place.map(|(junction, place)| (junction, Some(place))).or(from_edge.to.map(|junction| (junction, None)));
        let connection = Connection {
            from,
            to,
            light: row.light.as_ref().and_then(|(signal, index)| Some((network.signal(signal)?, LinkIndex(*index)))),
            direction: row.direction,
            junction,
            length_m: via.iter().map(|lane| network.lanes.of(*lane).length_m).sum(),
            is_inner: from_edge.function == EdgeFunction::Internal,
            via,
        };
        join(network, connection);
    }
    Ok(())
}

fn join(network: &mut Network, connection: Connection) {
    let (from, to, is_inner) = (connection.from, connection.to, connection.is_inner);
    let via = connection.via.clone();
    let id: ConnectionId = network.connections.push(connection);
    if is_inner {
        return;
    }
    if let Some(lane) = network.lanes.get_mut(from) {
        lane.outgoing.push(id);
    }
    for lane in via.into_iter().chain([to]) {
        if let Some(lane) = network.lanes.get_mut(lane) {
            lane.incoming.push(id);
        }
    }
}

/// Networks without insides of junctions name no lane that would tell the place: there it is the order of the incoming lanes and their connections.
fn places_by_order(network: &mut Network) {
    let mut found = Vec::new();
    for (junction, row) in network.junctions.iter().filter(|(_, row)| row.inside.is_empty() && !row.requests.is_empty()) {
        let links: Vec<ConnectionId> = row.incoming.iter().flat_map(|lane| network.lanes.of(*lane).outgoing.iter().copied()).collect();
        if links.len() == row.requests.len() {
            found.extend(links.into_iter().zip(0_u16..).map(|(connection, place)| (connection, junction, place)));
        }
    }
    for (connection, junction, place) in found {
        if let Some(connection) = network.connections.get_mut(connection) {
            connection.junction = Some((junction, Some(place)));
        }
    }
}

fn links(network: &mut Network, rows: &[ConnectionRow], programs: &[ProgramRow]) -> Result<(), NetworkError> {
    let mut letters: BTreeMap<SignalId, (usize, usize)> = BTreeMap::new();
    let stages = programs.iter().flat_map(|row| row.program.stages.iter().map(move |stage| (row, stage.state.len())));
    for (line, signal, links) in stages
        .map(|(row, letters)| (row.line, network.signal(&row.signal), letters))
        .chain(rows.iter().filter_map(|row| row.light.as_ref().map(|(id, index)| (row.line, network.signal(id), usize::from(*index) + 1))))
    {
        let Some(signal) = signal else { continue };
        let entry = letters.entry(signal).or_insert((line, links));
        entry.1 = entry.1.max(links);
    }
    let mut pairs = 0_usize;
    for (signal, (line, count)) in letters {
        pairs = pairs.saturating_add(count.saturating_mul(count));
        if pairs > PAIR_LIMIT || count > usize::from(u16::MAX) {
            return Err(NetworkError::TooMany { line, what: "pairs of links at signals", limit: PAIR_LIMIT });
        }
        if let Some(signal) = network.signals.get_mut(signal) {
            signal.links = (0..count).map(|_| Link::default()).collect();
            signal.conflicts = Conflicts::new(count);
        }
    }
    for (id, connection) in network.connections.iter() {
        let Some((signal, link)) = connection.light else { continue };
        let Some(signal) = network.signals.get_mut(signal) else { continue };
        let lane = network.lanes.of(connection.to);
        let is_crossing = network.edges.of(lane.edge).function == EdgeFunction::Crossing;
        if let Some((junction, _)) = connection.junction.filter(|(junction, _)| !signal.junctions.contains(junction)) {
            signal.junctions.push(junction);
        }
        if let Some(link) = signal.links.get_mut(link) {
            link.connections.push(id);
            link.kind = if is_crossing { LinkKind::Crossing } else { LinkKind::Vehicles };
            link.length_m = link.length_m.max(if is_crossing { lane.length_m } else { connection.length_m });
            link.speed_mps = link.speed_mps.max(network.lanes.of(connection.from).speed_mps);
        }
    }
    for signal in network.signals.ids() {
        conflicts(network, signal);
    }
    Ok(())
}

/// Links clash where a connection of the one is a foe of a connection of the other in their junction.
fn conflicts(network: &mut Network, id: SignalId) {
    let mut pairs = Vec::new();
    let signal = network.signals.of(id);
    let connections = signal.links.iter().flat_map(|(link, row)| row.connections.iter().map(move |connection| (link, *connection)));
    let mut by_junction: BTreeMap<JunctionId, Vec<(LinkIndex, u16)>> = BTreeMap::new();
    for (link, connection) in connections {
        if let Some((junction, Some(place))) = network.connections.of(connection).junction {
            by_junction.entry(junction).or_default().push((link, place));
        }
    }
    for (junction, links) in by_junction {
        let requests = &network.junctions.of(junction).requests;
        for (first, place) in &links {
            let Some(request) = requests.get(usize::from(*place)) else { continue };
            let foes = links.iter().filter(|(second, other)| second != first && request.foes.contains(*other));
            pairs.extend(foes.map(|(second, _)| (*first, *second)));
        }
    }
    if let Some(signal) = network.signals.get_mut(id) {
        for (first, second) in pairs {
            signal.conflicts.mark(first, second);
        }
    }
}

/// Gives programs to their signals.
pub(super) fn add_programs(network: &mut Network, rows: Vec<ProgramRow>) -> Result<(), NetworkError> {
    for row in rows {
        let ProgramRow { line, signal: id, program } = row;
        let Some(signal) = network.signal(&id).and_then(|signal| network.signals.get_mut(signal)) else {
            return Err(NetworkError::Unknown { line, what: "signal", id });
        };
        if signal.programs.iter().any(|other| other.id == program.id) {
            return Err(NetworkError::Twice { line, what: "program", id: format!("{}\" of signal \"{id}", program.id) });
        }
        let links = signal.links.len();
        if let Some(stage) = program.stages.iter().find(|stage| stage.state.len() != links) {
            let letters = stage.state.len();
            return Err(NetworkError::Letters { line, signal: id, program: program.id, letters, links });
        }
        for stage in &program.stages {
            signal.conflicts.learn(&stage.state);
        }
        if !program.stages.is_empty() {
            signal.programs.push(program);
        }
    }
    Ok(())
}
