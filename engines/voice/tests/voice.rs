//! The forwarding unit from outside: clients that are real WebRTC peers, over a network of the test's own, in a time of its own.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a helper of a test may stop it, and say what it skipped, and time has to begin somewhere"
)]

#[path = "voice/choosing.rs"]
mod choosing;
#[path = "voice/forwarding.rs"]
mod forwarding;
#[path = "voice/hostile.rs"]
mod hostile;
#[path = "voice/network.rs"]
mod network;
#[path = "voice/utterances.rs"]
mod utterances;
