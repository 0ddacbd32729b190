//! Credentials against published vectors and against chance.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a helper of a test may stop it, and a skipped test says so"
)]

#[path = "credential/parsers.rs"]
mod parsers;
#[path = "credential/presentation.rs"]
mod presentation;
#[path = "credential/sd_jwt.rs"]
mod sd_jwt;
#[path = "credential/shared.rs"]
mod shared;
#[path = "credential/status.rs"]
mod status;
#[path = "credential/wycheproof.rs"]
mod wycheproof;
