//! The log against published vectors, against independent implementations, and against chance.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a helper of a test may stop it, and a skipped test says so"
)]

#[path = "log/azul.rs"]
mod azul;
#[path = "log/differential.rs"]
mod differential;
#[path = "log/ed25519.rs"]
mod ed25519;
#[path = "log/merkle.rs"]
mod merkle;
#[path = "log/parsers.rs"]
mod parsers;
#[path = "log/policy.rs"]
mod policy;
#[path = "log/shared.rs"]
mod shared;
#[path = "log/tessera.rs"]
mod tessera;
#[path = "log/tlog_proof.rs"]
mod tlog_proof;
#[path = "log/trees.rs"]
mod trees;
#[path = "log/witness.rs"]
mod witness;
