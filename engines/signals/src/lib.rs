//! Traffic lights: the street network, the phases, the safety rules, the controllers, the simulator's messages.
//!
//! Everything here is pure: bytes and numbers in, decisions out. The clock, the socket and the detectors stay with the caller.
//!
//! | module | source | what it does |
//! | --- | --- | --- |
//! | [`network`] | SUMO network files | streets, junctions and signals with dense ids, conflict matrix, what lies around each signal |
//! | [`phase`] | ITE, MUTCD 4D | phases of a signal's own program and the way between any two |
//! | [`safety`] | MUTCD 4D, NTCIP 1202 | the monitor between a controller and the lamps, and an audit of what was shown |
//! | [`sensing`] | – | what a controller may know: cameras or loops, and nothing else |
//! | [`controller`] | Varaiya 2013 and others | who decides: fixed, actuated, max pressure |
//! | [`traci`] | SUMO's protocol | messages to and from the simulator, as bytes |
//!
//! A controller names phases, the monitor makes the lamps of them: no controller can forget a yellow.
//!
//! ```text
//! detectors ─ Observation ─> Controller ─ Commands ─> Monitor ─ states ─> lamps
//!                                 ^                      │
//!                                 └────── Lights ────────┘
//! ```
//!
//! # Invariants
//! - Same observations, same decisions, byte for byte: no clock, no chance, no order of a hash.
//! - Whatever a controller commands, or if it commands nothing: what the monitor shows passes the [`safety::audit`].
//! - Whatever the text of a network or the bytes of a message: read or refused, no panic.

pub mod controller;
mod layout;
pub mod network;
pub mod phase;
pub mod safety;
pub mod sensing;
pub mod traci;

/// Version of this crate: with the name of a controller it names what decided.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub use controller::{Command, Controller};
pub use layout::Layout;
pub use network::{LaneId, LinkIndex, Network, NetworkError, SignalId};
pub use phase::{Intergreen, PhaseId, Phasing};
pub use safety::{Monitor, Rules};
pub use sensing::{Observation, Sensing};
