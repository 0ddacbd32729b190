//! The presence engine from outside: vectors for every implementation, walls, ways, bubbles, sight, and bytes out of nowhere.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "a helper of a test may stop it, and figures here are equal or wrong"
)]

#[path = "presence/bubbles.rs"]
mod bubbles;
#[path = "presence/grounds.rs"]
mod grounds;
#[path = "presence/seats.rs"]
mod seats;
#[path = "presence/shared.rs"]
mod shared;
#[path = "presence/sight.rs"]
mod sight;
#[path = "presence/vectors.rs"]
mod vectors;
#[path = "presence/walks.rs"]
mod walks;
#[path = "presence/wires.rs"]
mod wires;
