//! A model of a place that stands in a space: what a glTF 2.0 binary file holds, read strictly, and the ground that follows from it.
//! Sources: Khronos glTF 2.0 (sections 3.5 to 3.9, 4.4), `EXT_meshopt_compression` (appendices A and B), `KHR_mesh_quantization`.

pub mod document;
pub mod glb;
pub mod height;
mod image;
mod matrix;
pub mod mesh;
pub mod meshopt;
pub mod placed;

/// What is wrong with a model, where, and how it can be made to fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {expected}")]
pub struct ModelError {
    /// Pointer into the JSON of the file, or `file`, `header`, `chunk`.
    pub place: String,
    /// What is expected there, or how to reduce it.
    pub expected: String,
}

impl ModelError {
    pub(crate) fn at(place: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { place: place.into(), expected: expected.into() }
    }
}

/// What a model may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of the file.
    pub bytes: usize,
    /// Triangles that are drawn, each copy of a mesh counted.
    pub triangles: usize,
    /// Pictures.
    pub images: usize,
    /// Longer side of a picture, in pixels.
    pub side: u32,
    /// Pixels of all pictures.
    pub pixels: u64,
}

/// What a phone of some years ago still draws, and a slow line still brings.
pub const BUDGET: Budget = Budget { bytes: 24 * 1024 * 1024, triangles: 400_000, images: 16, side: 4_096, pixels: 40_000_000 };

/// What was counted in a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Triangles that are drawn.
    pub triangles: usize,
    /// Pictures.
    pub images: usize,
    /// Pixels of all pictures.
    pub pixels: u64,
}
