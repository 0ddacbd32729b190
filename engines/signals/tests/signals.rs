//! The signals engine against real street networks, recorded exchanges with the real simulator, and against chance.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic,
    reason = "a helper of a test may stop it, and a skipped test says so"
)]

#[path = "signals/controllers.rs"]
mod controllers;
#[path = "signals/monitor.rs"]
mod monitor;
#[path = "signals/network.rs"]
mod network;
#[path = "signals/phases.rs"]
mod phases;
#[path = "signals/sensing.rs"]
mod sensing;
#[path = "signals/shared.rs"]
mod shared;
#[path = "signals/traci.rs"]
mod traci;
