//! What is wrong with a space's document.

/// A shape that does not fit, with its place in the document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: expected {expected}")]
pub struct GroundError {
    /// Where, as in `walls[3].box`.
    pub place: String,
    /// What is expected there, and what stands there.
    pub expected: String,
}

impl GroundError {
    pub(crate) fn at(place: String, expected: String) -> Self {
        Self { place, expected }
    }
}
