//! Edges, lanes, connections, junctions.

use super::{ConnectionId, EdgeId, JunctionId, LaneId, LinkIndex, SignalId};

/// What an edge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EdgeFunction {
    /// A street between two junctions.
    #[default]
    Normal,
    /// The way through a junction.
    Internal,
    /// A pedestrian crossing.
    Crossing,
    /// Where pedestrians wait and turn.
    WalkingArea,
    /// A connector of a district, no street.
    Connector,
}

/// An edge: one direction of a street, or a part of a junction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edge {
    /// Id in the file.
    pub id: String,
    /// What it is for.
    pub function: EdgeFunction,
    /// Where it begins; `None` for parts of junctions.
    pub from: Option<JunctionId>,
    /// Where it ends.
    pub to: Option<JunctionId>,
    /// Its lanes, from the kerb to the middle.
    pub lanes: Vec<LaneId>,
    /// Streets that a crossing crosses, as written.
    pub crosses: Vec<String>,
}

/// A lane.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lane {
    /// Id in the file.
    pub id: String,
    /// The edge it belongs to.
    pub edge: EdgeId,
    /// Length, m.
    pub length_m: f64,
    /// Speed limit, m/s.
    pub speed_mps: f64,
    /// Width, m.
    pub width_m: f64,
    /// Middle line, m in the plane of the network.
    pub shape: Vec<(f64, f64)>,
    /// Whether any motor vehicle may use it.
    pub is_for_vehicles: bool,
    /// Whether a private car may use it: false for bus lanes.
    pub is_for_cars: bool,
    /// Connections that begin here.
    pub outgoing: Vec<ConnectionId>,
    /// Connections that end here; for lanes inside a junction those that lead over them.
    pub incoming: Vec<ConnectionId>,
}

impl Lane {
    /// Time to drive along it at the speed limit, s.
    pub fn free_flow_s(&self) -> f64 {
        self.length_m / self.speed_mps.max(0.1)
    }
}

/// Which way a connection turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Straight on.
    #[default]
    Straight,
    /// Back to where one came from.
    Turn,
    /// Left.
    Left,
    /// Right.
    Right,
    /// Half left.
    PartlyLeft,
    /// Half right.
    PartlyRight,
    /// No direction is written.
    None,
}

/// A way from a lane to a lane over a junction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Connection {
    /// Lane it begins on.
    pub from: LaneId,
    /// Lane it ends on.
    pub to: LaneId,
    /// Lanes inside the junction that it leads over, in order; empty where the network has none.
    pub via: Vec<LaneId>,
    /// The signal and its link, if it has one.
    pub light: Option<(SignalId, LinkIndex)>,
    /// Which way it turns.
    pub direction: Direction,
    /// The junction it leads over, and its place in the junction's requests.
    pub junction: Option<(JunctionId, Option<u16>)>,
    /// Length inside the junction, m.
    pub length_m: f64,
    /// Whether it begins at a lane inside a junction, so that it is a part of another connection.
    pub is_inner: bool,
}

/// The right of way of one link of a junction against the others, by their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Links that this one yields to.
    pub response: Bits,
    /// Links that cross or merge with this one.
    pub foes: Bits,
    /// Whether one may enter the junction and wait inside.
    pub may_wait_inside: bool,
}

/// A set of small numbers, as the file writes it: the last character is number 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut words = vec![0_u64; text.len().div_ceil(64)];
        for (place, letter) in text.bytes().rev().enumerate() {
            match letter {
                b'1' => *words.get_mut(place / 64)? |= 1 << (place % 64),
                b'0' => {}
                _ => return None,
            }
        }
        Some(Self(words))
    }

    /// Whether the number is in the set.
    pub fn contains(&self, number: u16) -> bool {
        self.0.get(usize::from(number) / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }
}

/// A junction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Junction {
    /// Id in the file.
    pub id: String,
    /// Type as written, e.g. `traffic_light`, `priority`.
    pub kind: String,
    /// Middle, m.
    pub position: (f64, f64),
    /// Outline, m.
    pub shape: Vec<(f64, f64)>,
    /// Lanes that lead to it.
    pub incoming: Vec<LaneId>,
    /// Lanes inside it, one for each request.
    pub inside: Vec<LaneId>,
    /// Right of way, one for each link.
    pub requests: Vec<Request>,
}
