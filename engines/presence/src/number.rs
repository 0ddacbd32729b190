//! The only conversions that lose something, each with its range.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "std has no other rounding conversion; `as` saturates, and so does what is asked here; NaN becomes 0"
)]

/// The nearest whole number, halves upwards (`Math.floor(v + 0.5)` of the client), within the range of the type.
fn nearest(value: f64) -> f64 {
    (value + 0.5).floor()
}

/// The nearest of 0…65,535.
pub(crate) fn unsigned_16(value: f64) -> u16 {
    nearest(value) as u16
}

/// The nearest of 0…255.
pub(crate) fn unsigned_8(value: f64) -> u8 {
    nearest(value) as u8
}

/// The nearest of -127…127: -128 has no opposite.
pub(crate) fn signed_8(value: f64) -> i8 {
    nearest(value).clamp(-127.0, 127.0) as i8
}

/// Nearest part of a turn that has 256, wrapping around.
pub(crate) fn turn_8(parts: f64) -> u8 {
    nearest(parts).rem_euclid(256.0) as u8
}

/// The whole part of a length that is not negative: which cell it lies in.
pub(crate) fn cell(value: f64) -> usize {
    value as usize
}

/// Single precision, for distances that are only compared.
pub(crate) fn single(value: f64) -> f32 {
    value as f32
}

/// A count as a length; counts here stay far below 2⁵³.
pub(crate) fn length(count: usize) -> f64 {
    count as f64
}
