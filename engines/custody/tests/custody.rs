//! Keys in common and tokens, from outside: honest members, absent ones, strangers, and bytes out of nowhere.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of a test may stop it")]

#[path = "custody/ceremony.rs"]
mod ceremony;
#[path = "custody/encoding.rs"]
mod encoding;
#[path = "custody/handover.rs"]
mod handover;
#[path = "custody/house.rs"]
mod house;
#[path = "custody/inquiry.rs"]
mod inquiry;
#[path = "custody/linkability.rs"]
mod linkability;
#[path = "custody/token.rs"]
mod token;
#[path = "custody/vectors.rs"]
mod vectors;
