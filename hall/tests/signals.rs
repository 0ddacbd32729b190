//! The bench of traffic lights with the real SUMO: the measure, the peers, the cabinet.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test that meets a surprise should stop there; a test may wait by the clock"
)]

mod signals {
    pub(crate) mod cabinet;
    pub(crate) mod metric;
    pub(crate) mod replay;
    pub(crate) mod support;
}
