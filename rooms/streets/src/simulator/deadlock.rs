//! Deadlocks that no signal can undo: vehicles that block each other inside a crossing without signals, for as long as SUMO runs, since nothing is
//! teleported out of a jam. A street that is closed so fills up, whoever moves the lamps; a run must tell it from a fault of its controller.

use std::collections::BTreeSet;

use sala_signals::{
    network::{EdgeFunction, LaneId, Network},
    traci::{Domain, Reply, Request, Value, variable},
};
use serde::{Deserialize, Serialize};

use super::{
    fault::Fault,
    simulation::{Simulation, seconds},
};

/// Nobody waits this long for a gap inside a crossing that works, s: SUMO's own default for `time-to-teleport`.
const LEAST_S: f64 = 300.0;
/// Vehicles that are asked about in one message.
const CHUNK: usize = 500;

/// Someone who stands inside a crossing that has no signal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deadlock {
    /// Since when it has not moved, simulated s: before the streets around filled up, the crossing is the cause; after it, one more effect.
    pub since_s: f64,
    /// The lane inside the crossing.
    pub lane: String,
}

impl Deadlock {
    /// Who has stood longest inside a crossing without signals, if that is at least 300 s.
    ///
    /// # Errors
    /// As [`Simulation::ask`].
    pub fn find(simulation: &mut Simulation<'_>, network: &Network) -> Result<Option<Self>, Fault> {
        let now_s = seconds(simulation.now_ms());
        let mut request = Request::new();
        request.get(Domain::Vehicle, variable::ID_LIST, "");
        let listed = simulation.ask(&request)?.into_iter().next().map(value).transpose()?;
        let vehicles = listed.as_ref().map_or(Ok(&[][..]), Value::texts).map_err(|fault| Fault::Refused(fault.to_string()))?;
        let mut standing = vec![];
        for some in vehicles.chunks(CHUNK) {
            let mut request = Request::new();
            for vehicle in some {
                request.get(Domain::Vehicle, variable::WAITING_TIME, vehicle).get(Domain::Vehicle, variable::LANE_ID, vehicle);
            }
            let values = simulation.ask(&request)?.into_iter().map(value).collect::<Result<Vec<_>, _>>()?;
            for pair in values.chunks_exact(2) {
                if let [waited_s, lane] = pair
                    && let (Ok(waited_s), Ok(lane)) = (waited_s.double(), lane.text())
                {
                    standing.push((lane.to_owned(), waited_s));
                }
            }
        }
        Ok(Self::among(&standing, network, now_s))
    }

    /// The same of lanes and how long someone has stood there, s.
    fn among(standing: &[(String, f64)], network: &Network, now_s: f64) -> Option<Self> {
        let governed = governed(network);
        let is_ours = |lane: &str| {
            let Some(id) = network.lane(lane) else { return false };
            network.edges.of(network.lanes.of(id).edge).function == EdgeFunction::Internal && !governed.contains(&id)
        };
        let inside = standing.iter().filter(|(lane, waited_s)| *waited_s >= LEAST_S && is_ours(lane));
        let (lane, waited_s) = inside.max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(Self { since_s: now_s - waited_s, lane: lane.clone() })
    }
}

/// Lanes inside the junctions that signals govern.
fn governed(network: &Network) -> BTreeSet<LaneId> {
    let links = network.signals.iter().flat_map(|(_, signal)| signal.links.iter());
    let connections = links.flat_map(|(_, link)| link.connections.iter());
    connections.flat_map(|id| network.connections.of(*id).via.iter().copied()).collect()
}

fn value(reply: Reply) -> Result<Value, Fault> {
    reply.into_value().map_err(|fault| Fault::Refused(fault.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `mid` has no signal, `c` has.
    fn pair() -> Network {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../engines/signals/tests/data/pair.net.xml");
        Network::read(&std::fs::read_to_string(path).unwrap(), 200.0).unwrap()
    }

    fn found(standing: &[(&str, f64)]) -> Option<Deadlock> {
        let standing: Vec<_> = standing.iter().map(|(lane, waited_s)| ((*lane).to_owned(), *waited_s)).collect();
        Deadlock::among(&standing, &pair(), 3600.0)
    }

    #[test]
    fn who_stands_longest_inside_a_crossing_without_signals_is_told() {
        let told = found(&[(":mid_0_1", 400.0), (":mid_0_0", 2864.0), ("bmid_0", 2900.0)]);
        assert_eq!(told, Some(Deadlock { since_s: 736.0, lane: ":mid_0_0".into() }));
    }

    #[test]
    fn who_waits_for_a_gap_or_stands_where_signals_govern_is_not() {
        assert_eq!(found(&[(":mid_0_0", 299.0)]), None, "a gap comes");
        assert_eq!(found(&[(":c_1_0", 3000.0), (":c_18_0", 3000.0)]), None, "in the junction of a signal, also where he yields");
        assert_eq!(found(&[("midc_0", 3000.0), ("", 3000.0), (":nowhere_0_0", 3000.0)]), None, "on a street, nowhere, not of this net");
    }
}
