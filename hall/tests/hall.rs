//! The hall at its boundary: over HTTP, and as the command that people type.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::format_push_string,
    reason = "a test that meets a surprise should stop there; a test may wait by the clock"
)]

mod hall {
    pub(crate) mod backup;
    pub(crate) mod behalf;
    pub(crate) mod city;
    pub(crate) mod contract;
    pub(crate) mod credentials;
    pub(crate) mod custodian;
    pub(crate) mod flood;
    pub(crate) mod guard;
    pub(crate) mod handover;
    pub(crate) mod http;
    pub(crate) mod live_street;
    pub(crate) mod loop_;
    pub(crate) mod meetings;
    pub(crate) mod policy;
    pub(crate) mod postgres;
    pub(crate) mod signature;
    pub(crate) mod streets;
    pub(crate) mod support;
    #[expect(dead_code, reason = "the room's own tests use the rest of it")]
    #[path = "../../../rooms/people/tests/people/token.rs"]
    pub(crate) mod token;
    pub(crate) mod watch;
    pub(crate) mod witness;
    pub(crate) mod world;
}
