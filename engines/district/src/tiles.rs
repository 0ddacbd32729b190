//! A city as tiles that a browser loads: 3D Tiles 1.1 (OGC 22-025r4) with binary glTF, cut as a quadtree, and a table of its objects.
//!
//! Metres, x east, z south, y up; the origin is the north-west corner of the district. `tileset.json` has z up, as 3D Tiles ask for:
//! their clients turn glTF's (x, y, z) to (x, −z, y).

mod district;
mod error;

pub use self::{
    district::{District, DistrictObject, Frame, Tile},
    error::TileError,
};
