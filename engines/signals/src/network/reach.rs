//! What lies around a signal: lanes before its stop lines, lanes behind it, the signals that feed it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Approach, ConnectionId, Direction, EdgeId, Exit, Feed, Id, LaneId, Lead, LinkIndex, LinkKind, Network, Signal, SignalId};

/// Bounds of a search, for networks that are not streets.
const LANES: usize = 400;
const FAN: usize = 64;

/// How far upstream another signal's platoons are looked for, m: beyond it they have spread.
const FEED_M: f64 = 1500.0;

pub(super) fn survey(network: &mut Network, range_m: f64) {
    let around: Vec<_> = network.signals.ids().map(|id| (id, approaches_and_exits(network, id, range_m))).collect();
    for (id, (approaches, exits, links)) in around {
        if let Some(signal) = network.signals.get_mut(id) {
            signal.approaches = approaches;
            signal.exits = exits;
            for (link, (approaches, exits)) in links {
                if let Some(link) = signal.links.get_mut(link) {
                    (link.approaches, link.exits) = (approaches, exits);
                }
            }
        }
    }
    let mut leads_to: BTreeMap<LaneId, SignalId> = BTreeMap::new();
    for (id, signal) in network.signals.iter() {
        for lead in signal.approaches.iter().flat_map(|approach| &approach.leads) {
            leads_to.entry(lead.lane).or_insert(id);
        }
    }
    let found: Vec<_> = network.signals.iter().map(|(id, signal)| (id, feeds(network, signal), next(signal, &leads_to))).collect();
    for (id, feeds, next) in found {
        if let Some(signal) = network.signals.get_mut(id) {
            signal.feeds = feeds;
            for (exit, next) in signal.exits.iter_mut().zip(next) {
                exit.next = next;
            }
        }
    }
}

fn next(signal: &Signal, leads_to: &BTreeMap<LaneId, SignalId>) -> Vec<Option<SignalId>> {
    signal.exits.iter().map(|exit| exit.follows.iter().find_map(|(lane, _)| leads_to.get(lane)).copied()).collect()
}

type Places = Vec<(LinkIndex, (Vec<u16>, Vec<u16>))>;

fn approaches_and_exits(network: &Network, id: SignalId, range_m: f64) -> (Vec<Approach>, Vec<Exit>, Places) {
    let signal = network.signals.of(id);
    let (mut approaches, mut exits) = (Vec::<Approach>::new(), Vec::<Exit>::new());
    let mut places = Places::new();
    let (mut approach_at, mut exit_at) = (BTreeMap::new(), BTreeMap::new());
    for (link, row) in signal.links.iter().filter(|(_, row)| row.kind == LinkKind::Vehicles) {
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for connection in row.connections.iter().map(|connection| network.connections.of(*connection)) {
            let place = *approach_at.entry(connection.from).or_insert_with(|| {
                let edge = network.lanes.of(connection.from).edge;
                approaches.push(Approach {
                    lane: connection.from,
                    edge,
                    links: Vec::new(),
                    leads: leads(network, connection.from, range_m),
                });
                approaches.len() - 1
            });
            if let Some(approach) = approaches.get_mut(place).filter(|approach| !approach.links.contains(&link)) {
                approach.links.push(link);
            }
            let exit = *exit_at.entry(connection.to).or_insert_with(|| {
                exits.push(Exit { lane: connection.to, links: Vec::new(), follows: follows(network, connection.to, range_m), next: None });
                exits.len() - 1
            });
            if let Some(exit) = exits.get_mut(exit).filter(|exit| !exit.links.contains(&link)) {
                exit.links.push(link);
            }
            from.extend(u16::try_from(place));
            to.extend(u16::try_from(exit));
        }
        from.dedup();
        to.dedup();
        places.push((link, (from, to)));
    }
    (approaches, exits, places)
}

/// The lane nearest to the stop line among those that were found but not yet followed.
fn nearest(open: &mut Vec<Lead>) -> Option<Lead> {
    let (place, _) = open.iter().enumerate().min_by(|(_, a), (_, b)| a.offset_m.total_cmp(&b.offset_m).then(a.lane.cmp(&b.lane)))?;
    Some(open.swap_remove(place))
}

fn leads(network: &Network, stop: LaneId, range_m: f64) -> Vec<Lead> {
    let mut open = vec![Lead { lane: stop, offset_m: 0.0, forks: Vec::new() }];
    let mut seen = BTreeSet::from([stop]);
    let mut found = Vec::new();
    while let Some(lead) = nearest(&mut open) {
        let row = network.lanes.of(lead.lane);
        let begin_m = lead.offset_m + row.length_m;
        // Lanes inside a junction are reached from the lane behind it.
        let is_inside = network.edges.of(row.edge).function == super::EdgeFunction::Internal;
        if begin_m < range_m && !is_inside && found.len() < LANES {
            let incoming = row.incoming.iter().take(FAN).map(|id| network.connections.of(*id));
            // Who turns back at the end of a street has come from this junction, and is hardly ever there.
            for connection in incoming.filter(|connection| connection.direction != Direction::Turn) {
                let mut inside_m = begin_m;
                for via in connection.via.iter().rev() {
                    if inside_m < range_m && seen.insert(*via) {
                        open.push(Lead { lane: *via, offset_m: inside_m, forks: lead.forks.clone() });
                    }
                    inside_m += network.lanes.of(*via).length_m;
                }
                let before = network.lanes.of(connection.from);
                // What stands before another signal's stop line is that signal's.
                if connection.light.is_some() || inside_m >= range_m || !before.is_for_vehicles || !seen.insert(connection.from) {
                    continue;
                }
                let has_choice = before.outgoing.len() > 1;
                let fork = has_choice.then_some((connection.from, connection.to));
                let forks = lead.forks.iter().copied().chain(fork).collect();
                open.push(Lead { lane: connection.from, offset_m: inside_m, forks });
            }
        }
        found.push(lead);
    }
    found
}

fn follows(network: &Network, exit: LaneId, range_m: f64) -> Vec<(LaneId, f64)> {
    let mut found = vec![(exit, 0.0)];
    let (mut lane, mut at_m) = (exit, network.lanes.of(exit).length_m);
    while at_m < range_m && found.len() < LANES {
        let [only] = onward(network, lane)[..] else { break };
        let connection = network.connections.of(only);
        if connection.light.is_some() || found.iter().any(|(seen, _)| *seen == connection.to) {
            break;
        }
        found.push((connection.to, at_m + connection.length_m));
        at_m += connection.length_m + network.lanes.of(connection.to).length_m;
        lane = connection.to;
    }
    found
}

/// Connections on which vehicles leave a lane, without those that only turn back.
fn onward(network: &Network, lane: LaneId) -> Vec<ConnectionId> {
    let leads_on = |id: &ConnectionId| {
        let connection = network.connections.of(*id);
        connection.direction != Direction::Turn && network.lanes.of(connection.to).is_for_vehicles
    };
    network.lanes.of(lane).outgoing.iter().copied().filter(leads_on).collect()
}

fn feeds(network: &Network, signal: &Signal) -> Vec<Feed> {
    let mut edges: Vec<EdgeId> = signal.approaches.iter().map(|approach| approach.edge).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut found = Vec::new();
    for edge in edges {
        feeds_of(network, edge, &mut found);
    }
    found
}

fn feeds_of(network: &Network, stop: EdgeId, found: &mut Vec<Feed>) {
    let length = |edge: EdgeId| {
        network.edges.of(edge).lanes.iter().map(|lane| network.lanes.of(*lane)).max_by(|a, b| a.length_m.total_cmp(&b.length_m))
    };
    let mut open = vec![(0.0_f64, 0.0_f64, stop)];
    let mut seen = BTreeSet::from([stop]);
    let mut from = BTreeSet::new();
    while let Some(place) = (0..open.len()).min_by(|a, b| {
        let at = |place: &usize| open.get(*place).map_or((f64::MAX, EdgeId::at(0)), |(distance, _, edge)| (*distance, *edge));
        let ((one, first), (other, second)) = (at(a), at(b));
        one.total_cmp(&other).then(first.cmp(&second))
    }) {
        let (distance_m, time_s, edge) = open.swap_remove(place);
        let Some(lane) = length(edge) else { continue };
        let (begin_m, begin_s) = (distance_m + lane.length_m, time_s + lane.free_flow_s());
        if begin_m > FEED_M || seen.len() > LANES {
            continue;
        }
        let lanes = network.edges.of(edge).lanes.iter().map(|lane| network.lanes.of(*lane)).filter(|lane| lane.is_for_vehicles);
        for connection in lanes.flat_map(|lane| lane.incoming.iter().take(FAN)).map(|id| network.connections.of(*id)) {
            let before = network.lanes.of(connection.from);
            let distance_m = begin_m + connection.length_m;
            let free_flow_s = begin_s + connection.length_m / before.speed_mps.max(0.1);
            match connection.light {
                _ if !before.is_for_vehicles => {}
                Some(light) if from.insert(light) => found.push(Feed { edge: stop, from: light, distance_m, free_flow_s }),
                Some(_) => {}
                None if seen.insert(before.edge) => open.push((distance_m, free_flow_s, before.edge)),
                None => {}
            }
        }
    }
}
