//! A district that can be shown on a table and asked what water would do: cities in, tiles out, terrain, a drawn district, floods.
//!
//! Everything here is pure: bytes and figures in, bytes and figures out. Files, the clock and chance stay with the caller.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`cityjson`] | CityJSON 1.0–2.0 to plain polygons |
//! | [`mesh`] | polygons with holes to triangles |
//! | [`tiles`] | a city to 3D Tiles 1.1 with binary glTF, and the table of its objects |
//!
//! ```text
//! bytes ─> CityModel::read ─> District::new ─> tileset.json, tiles/*.glb, objects.json
//! ```
//!
//! # Invariants
//! - What is read is drawn: each face with an area has triangles of that area, turned as the face is; what was left out is told.
//! - Same input, same bytes: no clock, no chance, no order of a hash. No bytes from outside can make it panic.

pub mod cityjson;
mod colour;
pub mod draw;
pub mod flood;
mod glb;
pub mod mesh;
mod number;
mod sorted;
pub mod terrain;
pub mod tiles;
mod vector;

pub use cityjson::{CityJsonError, CityModel};
pub use terrain::{Built, Grid, GridError, Raster, RasterError, Terrain};
pub use tiles::{District, Frame, TileError};
pub use vector::Point;
