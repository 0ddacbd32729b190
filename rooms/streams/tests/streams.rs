//! The room as a whole, over a real SQLite store in a temporary folder.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::format_collect,
    reason = "helpers of tests may stop and tell"
)]

#[path = "streams/append.rs"]
mod append;
#[path = "streams/demo.rs"]
mod demo;
#[path = "streams/desk.rs"]
mod desk;
#[path = "streams/http.rs"]
mod http;
#[path = "streams/insight.rs"]
mod insight;
#[cfg(feature = "lake")]
#[path = "streams/lake.rs"]
mod lake;
#[path = "streams/mqtt.rs"]
mod mqtt;
#[path = "streams/order.rs"]
mod order;
#[path = "streams/play.rs"]
mod play;
/// The private PostgreSQL of core's tests.
#[path = "../../../core/tests/core/postgres.rs"]
mod postgres;
#[path = "streams/postgresql.rs"]
mod postgresql;
#[path = "streams/restart.rs"]
mod restart;
