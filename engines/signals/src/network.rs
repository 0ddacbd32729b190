//! Street networks as SUMO writes them (`.net.xml`, <https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html>).
//!
//! [`Network::read`] takes the unpacked text and gives lanes, connections, junctions and signals with dense ids, and what a controller
//! needs around each signal: its approaches with the lanes before them, its exits, and which other signals feed it.
//!
//! # Invariants
//! - Any text is read or refused with the line; no panic, memory in proportion to the text.
//! - Order is the file's: the same text gives the same ids.

mod build;
mod conflict;
mod error;
mod light;
mod program;
mod reach;
mod read;
mod street;
mod table;
mod xml;

use std::collections::BTreeMap;

pub use conflict::{Clash, Conflicts, Lamp};
pub use error::NetworkError;
pub use light::{Approach, Exit, Feed, Lead, Link, LinkKind, Signal};
pub use program::{Program, Stage};
pub use street::{Bits, Connection, Direction, Edge, EdgeFunction, Junction, Lane, Request};
pub use table::{ConnectionId, EdgeId, Id, JunctionId, LaneId, LinkIndex, SignalId, Table};

/// Longest text that is read, in bytes.
pub const TEXT_LIMIT: usize = 256 << 20;

/// A street network with its signals.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Network {
    /// Whether traffic keeps to the left.
    pub is_left_hand: bool,
    /// Edges, in the order of the file.
    pub edges: Table<EdgeId, Edge>,
    /// Lanes, edge by edge, from the kerb to the middle.
    pub lanes: Table<LaneId, Lane>,
    /// Junctions, without those inside other junctions.
    pub junctions: Table<JunctionId, Junction>,
    /// Connections between lanes.
    pub connections: Table<ConnectionId, Connection>,
    /// Signals that control at least one connection.
    pub signals: Table<SignalId, Signal>,
    lane_ids: BTreeMap<String, LaneId>,
    edge_ids: BTreeMap<String, EdgeId>,
    signal_ids: BTreeMap<String, SignalId>,
}

impl Network {
    /// Reads a network, with approaches and exits collected as far as `range_m` from the stop line (200 m is what a camera sees).
    ///
    /// # Errors
    /// [`NetworkError`] with the line.
    pub fn read(text: &str, range_m: f64) -> Result<Self, NetworkError> {
        let mut network = build::network(read::network(text)?)?;
        reach::survey(&mut network, range_m);
        Ok(network)
    }

    /// Takes the programs of an additional file (`<tlLogic>`; all else in it, such as `<WAUT>`, is passed over). As in SUMO, the program that
    /// was loaded last is the one that runs.
    ///
    /// # Errors
    /// [`NetworkError`] if a program is for an unknown signal, for one with other links, or has an id that is already taken.
    pub fn add_programs(&mut self, text: &str) -> Result<usize, NetworkError> {
        let programs = read::programs(text)?;
        let count = programs.len();
        build::add_programs(self, programs)?;
        Ok(count)
    }

    /// The lane with this id.
    pub fn lane(&self, id: &str) -> Option<LaneId> {
        self.lane_ids.get(id).copied()
    }

    /// The edge with this id.
    pub fn edge(&self, id: &str) -> Option<EdgeId> {
        self.edge_ids.get(id).copied()
    }

    /// The signal with this id.
    pub fn signal(&self, id: &str) -> Option<SignalId> {
        self.signal_ids.get(id).copied()
    }
}
