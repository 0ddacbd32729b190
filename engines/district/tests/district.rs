//! The engine of districts from outside: real cities, tiles that others read, a drawn district, terrain, floods, and bytes out of nowhere.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "a helper of a test may stop it, and figures here are equal or wrong"
)]

#[path = "district/cities.rs"]
mod cities;
#[path = "district/drawn.rs"]
mod drawn;
#[path = "district/files.rs"]
mod files;
#[path = "district/floods.rs"]
mod floods;
#[path = "district/grounds.rs"]
mod grounds;
#[path = "district/shared.rs"]
mod shared;
#[path = "district/tiles.rs"]
mod tiles;
