//! Core at its boundary: a real store on both engines, a real publisher, witnesses that remember, and a process that is killed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that meets a surprise should stop there"
)]

mod core {
    pub(crate) mod crash;
    pub(crate) mod hall;
    pub(crate) mod log;
    pub(crate) mod postgres;
    pub(crate) mod store;
}
