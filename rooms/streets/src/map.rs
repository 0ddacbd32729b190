//! The geometry of a street, for maps.

use sala_core::problem::{INTERNAL, Problem};
use sala_signals::network::{EdgeFunction, Network};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{simulator::scenario, street::Street};

/// What is around a signal is no concern of a map.
const NO_RANGE_M: f64 = 0.0;

/// Metres east and north in the plane of the network, to the centimetre.
type Point = [f64; 2];

/// A street network as a map needs it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct StreetMap {
    /// Does traffic keep to the left?
    pub is_left_hand: bool,
    /// The smallest and the largest coordinates: west, south, east, north.
    pub bounds: [f64; 4],
    /// Its streets, one for each direction.
    pub edges: Vec<MapEdge>,
    /// Its junctions.
    pub junctions: Vec<MapJunction>,
    /// Its signals.
    pub signals: Vec<MapSignal>,
}

/// One direction of a street.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct MapEdge {
    /// As in the network.
    pub id: String,
    /// The junction where it begins.
    pub from: String,
    /// The junction where it ends.
    pub to: String,
    /// Length in metres.
    pub length_m: f64,
    /// Speed limit in km/h.
    pub limit_kmh: f64,
    /// Its lanes; lane 0 is the outermost.
    pub lanes: Vec<MapLane>,
}

/// One lane.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct MapLane {
    /// Its middle line.
    pub shape: Vec<[f64; 2]>,
    /// Width in metres.
    pub width_m: f64,
    /// May a private car use it? Not a bus lane, nor a path.
    pub is_for_cars: bool,
    /// May any motor vehicle use it?
    pub is_for_vehicles: bool,
}

/// A junction.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct MapJunction {
    /// As in the network.
    pub id: String,
    /// Its middle.
    pub at: [f64; 2],
    /// Its outline.
    pub shape: Vec<[f64; 2]>,
}

/// A traffic signal.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct MapSignal {
    /// As in the network.
    pub id: String,
    /// The middle of its junctions.
    pub at: [f64; 2],
    /// For each link, where its lamp stands: the end of the lane that it lets go. Nothing for crossings.
    pub lamps: Vec<Option<[f64; 2]>>,
    /// The fixed plan in force.
    pub plan: Vec<MapPhase>,
    /// When the plan begins, in seconds.
    pub offset_s: f64,
}

/// One phase of a fixed plan.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct MapPhase {
    /// How long.
    pub duration_s: f64,
    /// One letter a link: G, g, y, r, …
    pub state: String,
}

/// Reads the network of a street with the programs of its additional files.
pub(crate) fn network(street: &Street) -> Result<Network, Problem> {
    let broken = |why: String| INTERNAL.problem().because(format!("street {}: {why}", street.file.id));
    let read = |path: &std::path::Path| -> Result<String, Problem> {
        let bytes = scenario::read(path).map_err(|fault| broken(fault.to_string()))?;
        String::from_utf8(bytes).map_err(|fault| broken(fault.to_string()))
    };
    let mut network = Network::read(&read(&street.scenario.net)?, NO_RANGE_M).map_err(|error| broken(error.to_string()))?;
    for path in &street.scenario.additional {
        network.add_programs(&read(path)?).map_err(|error| broken(error.to_string()))?;
    }
    Ok(network)
}

/// The map of a network.
pub(crate) fn map(network: &Network) -> StreetMap {
    let edges: Vec<MapEdge> = network
        .edges
        .iter()
        .filter(|(_, edge)| edge.function == EdgeFunction::Normal)
        .map(|(_, edge)| {
            let lanes: Vec<MapLane> = edge
                .lanes
                .iter()
                .map(|lane| network.lanes.of(*lane))
                .map(|lane| MapLane {
                    shape: line(&lane.shape),
                    width_m: lane.width_m,
                    is_for_cars: lane.is_for_cars,
                    is_for_vehicles: lane.is_for_vehicles,
                })
                .collect();
            let first =
                edge.lanes.iter().map(|lane| network.lanes.of(*lane)).max_by(|one, other| one.speed_mps.total_cmp(&other.speed_mps));
            MapEdge {
                id: edge.id.clone(),
                from: edge.from.map(|junction| network.junctions.of(junction).id.clone()).unwrap_or_default(),
                to: edge.to.map(|junction| network.junctions.of(junction).id.clone()).unwrap_or_default(),
                length_m: cents(first.map_or(0.0, |lane| lane.length_m)),
                limit_kmh: cents(first.map_or(0.0, |lane| lane.speed_mps * 3.6)),
                lanes,
            }
        })
        .collect();
    let junctions = network
        .junctions
        .iter()
        .map(|(_, junction)| MapJunction { id: junction.id.clone(), at: point(junction.position), shape: line(&junction.shape) })
        .collect();
    StreetMap { is_left_hand: network.is_left_hand, bounds: bounds(&edges), edges, junctions, signals: signals(network) }
}

fn signals(network: &Network) -> Vec<MapSignal> {
    let lamp = |link: &sala_signals::network::Link| -> Option<Point> {
        let connection = network.connections.of(*link.connections.first()?);
        // A crossing has no lane that ends before it.
        (!link.approaches.is_empty()).then(|| network.lanes.of(connection.from).shape.last().copied().map(point)).flatten()
    };
    network
        .signals
        .iter()
        .map(|(_, signal)| {
            let places: Vec<(f64, f64)> = signal.junctions.iter().map(|junction| network.junctions.of(*junction).position).collect();
            let program = signal.program();
            MapSignal {
                id: signal.id.clone(),
                at: point(middle(&places)),
                lamps: signal.links.iter().map(|(_, link)| lamp(link)).collect(),
                plan: program.map(|program| program.stages.iter().map(phase).collect()).unwrap_or_default(),
                offset_s: program.map_or(0.0, |program| seconds(program.offset_ms)),
            }
        })
        .collect()
}

fn phase(stage: &sala_signals::network::Stage) -> MapPhase {
    MapPhase { duration_s: seconds(stage.duration_ms), state: stage.state.clone() }
}

fn middle(places: &[(f64, f64)]) -> (f64, f64) {
    let number = u32::try_from(places.len().max(1)).map_or(1.0, f64::from);
    let sum = places.iter().fold((0.0, 0.0), |sum, place| (sum.0 + place.0, sum.1 + place.1));
    (sum.0 / number, sum.1 / number)
}

fn bounds(edges: &[MapEdge]) -> [f64; 4] {
    let nothing = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let [west, south, east, north] = edges
        .iter()
        .flat_map(|edge| &edge.lanes)
        .flat_map(|lane| &lane.shape)
        .fold(nothing, |[west, south, east, north], [x, y]| [west.min(*x), south.min(*y), east.max(*x), north.max(*y)]);
    if west <= east { [west, south, east, north] } else { [0.0; 4] }
}

fn line(shape: &[(f64, f64)]) -> Vec<Point> {
    shape.iter().copied().map(point).collect()
}

fn point((x, y): (f64, f64)) -> Point {
    [cents(x), cents(y)]
}

fn cents(metres: f64) -> f64 {
    (metres * 100.0).round() / 100.0
}

fn seconds(milliseconds: i64) -> f64 {
    i32::try_from(milliseconds).map_or(0.0, f64::from) / 1000.0
}

#[cfg(test)]
mod tests {
    use sala_signals::network::Network;

    use super::map;

    #[test]
    fn a_map_has_streets_junctions_and_signals_with_their_plans() {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cross/cross.net.xml")).unwrap();
        let map = map(&Network::read(&text, 0.0).unwrap());
        assert_eq!((map.edges.len(), map.signals.len(), map.junctions.len()), (8, 1, 5));
        let west = map.edges.iter().find(|edge| edge.id == "west_in").unwrap();
        assert_eq!((west.from.as_str(), west.to.as_str(), west.lanes.len()), ("west", "centre", 2));
        assert!((west.limit_kmh - 50.0).abs() < 0.1);
        let signal = &map.signals[0];
        assert!(signal.plan.iter().all(|phase| phase.state.len() == signal.lamps.len() && phase.duration_s > 0.0));
        assert!(
            signal.lamps.iter().flatten().all(|[x, y]| (x - signal.at[0]).hypot(y - signal.at[1]) < 30.0),
            "lamps stand at the crossing"
        );
        assert!(
            map.bounds.iter().zip([0.0, 0.0, 600.0, 600.0]).all(|(found, expected)| (found - expected).abs() < 0.01),
            "{:?}",
            map.bounds
        );
    }
}
