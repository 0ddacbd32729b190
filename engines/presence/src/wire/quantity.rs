//! Metres, turns and wishes as the bytes of the wire. All saturate at the ends of their range and round halves upwards.

use crate::number;

/// Steps of a height on the wire to the metre (5 cm).
const HEIGHT_STEPS: f64 = 20.0;
/// A hand's offset from the head is in steps of 1.5 cm.
const HAND_STEP_M: f64 = 0.015;

/// A position, 0…655.35 m, in cm.
pub fn centimetres_from_metres(metres: f64) -> u16 {
    number::unsigned_16(metres * 100.0)
}

/// Metres of a position on the wire.
pub fn metres_from_centimetres(centimetres: u16) -> f64 {
    f64::from(centimetres) / 100.0
}

/// A height, 0…12.75 m, in steps of 5 cm.
pub fn height_from_metres(metres: f64) -> u8 {
    number::unsigned_8(metres * HEIGHT_STEPS)
}

/// Metres of a height on the wire.
pub fn metres_from_height(height: u8) -> f64 {
    f64::from(height) / HEIGHT_STEPS
}

/// A heading in degrees (0 north, that is -z; clockwise from above; any number of turns) as 256 parts of a turn.
pub fn yaw_from_degrees(degrees: f64) -> u8 {
    number::turn_8(degrees * 256.0 / 360.0)
}

/// Degrees of a heading on the wire, 0…358.6.
pub fn degrees_from_yaw(yaw: u8) -> f64 {
    f64::from(yaw) * 360.0 / 256.0
}

/// A wish along one axis, -1…1 of the greatest speed.
pub fn wish_from_fraction(fraction: f64) -> i8 {
    number::signed_8(fraction * 127.0)
}

/// One coordinate of the head, in metres from the point 1.60 m above the feet, -1.27…1.27, in cm.
pub fn head_from_metres(metres: f64) -> i8 {
    number::signed_8(metres * 100.0)
}

/// One coordinate of a hand, in metres from the head, -1.905…1.905, in steps of 1.5 cm.
pub fn hand_from_metres(metres: f64) -> i8 {
    number::signed_8(metres / HAND_STEP_M)
}

/// An angle of head or hand in degrees as 256 parts of a turn, -128…127.
pub fn angle_from_degrees(degrees: f64) -> i8 {
    i8::from_le_bytes([yaw_from_degrees(degrees)])
}
