//! A shared space: who stands where, who may go where, who sees whom, and the bytes that say so.
//!
//! Everything here is pure: inputs in, a tick, bytes for each client out. The clock, the socket, the thread and chance stay with the caller.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`wire`] | frames and quantities to bytes and back, version 1 |
//! | [`ground`] | size, walls and floors of a space; a step of a circle of 0.3 m along them; heights |
//! | [`way`] | a walkable way between two places |
//! | [`space`] | seats, inputs, bubbles, walks, blocked pairs, the tick, and each client's frames |
//!
//! ```text
//! ClientFrame::decode ─> Space::input ─┐
//!            enter, leave, go, block ──┴─> Space::tick ─> Events
//!                                              └─> Space::frame(slot) ─> bytes, once for each client
//! ```
//!
//! # Invariants
//! - Nobody stands in a wall or outside, and nobody gets through one, whatever the inputs.
//! - Nobody's own step brings them nearer to another than both wish, or than they were.
//! - A pair that blocked each other gets no record, hands or count of each other.
//! - Whoever is in view is heard of at least every [`space::DUE_TICKS`] ticks, and a client gets at most [`space::MOST_FRAME_BYTES`] a tick on the mean.
//! - Same calls, same bytes: no clock, no chance, no order of a hash. No bytes from outside can make it panic.

pub mod ground;
mod number;
pub mod space;
pub mod way;
pub mod wire;

pub use ground::{Floor, Ground, GroundError, Place, Spawn, Wall};
pub use space::{Event, Parts, Pose, Space, SpaceError, SpaceRules, Standing};
pub use way::WayError;
pub use wire::{ClientFrame, Hands, Input, ServerFrame, WireError};
