//! The only conversions that lose something, each with its range.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "std has no other rounding conversion; `as` saturates, and so does what is asked here"
)]

/// The nearest whole number, halves away from zero.
pub(crate) fn nearest(value: f64) -> i64 {
    value.round() as i64
}

/// A count of vertices or bytes: never near 2³².
pub(crate) fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

pub(crate) fn index(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// Single precision of a value that lies on the grid of positions, and is therefore exact.
pub(crate) fn single(value: f64) -> f32 {
    value as f32
}
