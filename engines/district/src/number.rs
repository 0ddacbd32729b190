//! The only conversions that lose something, each with its range.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "std has no other rounding conversion; `as` saturates, and so does what is asked here; NaN becomes 0"
)]

/// Single precision, for what is only drawn.
pub(crate) fn single(value: f64) -> f32 {
    value as f32
}

/// A count as a figure; counts here stay far below 2⁵³.
pub(crate) fn figure(count: usize) -> f64 {
    count as f64
}

/// The whole part of a length that is not negative.
pub(crate) fn whole(value: f64) -> usize {
    value as usize
}

/// The nearest of 0…255.
pub(crate) fn byte(value: f64) -> u8 {
    (value + 0.5).floor() as u8
}

/// A part of -1…1 as -127…127.
pub(crate) fn signed_byte(part: f64) -> i8 {
    (part * 127.0).round().clamp(-127.0, 127.0) as i8
}

/// The nearest of 0…65,535.
pub(crate) fn short(value: f64) -> u16 {
    (value + 0.5).floor() as u16
}

/// 64 bits that are read as a figure, whatever it loses.
pub(crate) fn wide(value: i128) -> f64 {
    value as f64
}

/// A whole number of a grid's sides.
pub(crate) fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// An index of a file as an index of ours; more than the machine can hold points nowhere.
pub(crate) fn index(value: u32) -> usize {
    value as usize
}
