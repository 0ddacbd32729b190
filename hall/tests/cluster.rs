//! Spaces over several processes: the real program, a real NATS server with JetStream, and people who must not notice.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a test that meets a surprise should stop there; a test may wait by the clock"
)]

mod cluster {
    pub(crate) mod bots;
    pub(crate) mod lease;
    pub(crate) mod moving;
    pub(crate) mod processes;
    #[expect(dead_code, reason = "the room's own tests use the rest of it")]
    #[path = "../../../rooms/people/tests/people/token.rs"]
    pub(crate) mod token;
}
