//! Figures against the promises of the engine, against chance, and against the programs that will read them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a helper of a test may stop it, and a skipped test says so"
)]

#[path = "avatar/chance.rs"]
mod chance;
#[path = "avatar/choices.rs"]
mod choices;
#[path = "avatar/file.rs"]
mod file;
#[path = "avatar/golden.rs"]
mod golden;
#[path = "avatar/peers.rs"]
mod peers;
#[path = "avatar/wardrobe.rs"]
mod wardrobe;
