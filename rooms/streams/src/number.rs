//! The two conversions that Rust has no lossless form for, in one place.

/// A count as a float. Exact up to 2⁵³.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "std has no conversion; counts stay far below 2^53")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// Microseconds as seconds in a float, for rates and scores only.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "std has no conversion; spans stay far below 2^53 µs")]
pub(crate) fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// A length as a count.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A count as the store keeps numbers; saturates.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
