//! Frames to bytes and back. Little-endian; the first byte is version (high 4 bits, now 1) and kind (low 4 bits).
//!
//! | direction | frame | bytes |
//! | --- | --- | --- |
//! | client → server | [`ClientFrame`] `0x11` move | 8: kind, seq u16, wish x i8, wish z i8, yaw u8, state u8, reserved u8 = 0 |
//! | client → server | [`ClientFrame`] `0x12` move with hands | 26: the 8, then head, left and right hand of 6 bytes each |
//! | server → client | [`ServerFrame::State`] `0x11` | 13: kind, tick u32, ack u16, own x u16, z u16 (cm), y u8 (5 cm), flags u8; then records of 9, those with x = 0xFFFF last: no longer in view |
//! | server → client | [`ServerFrame::Hands`] `0x12` | 1, then records of 20: slot u16, 18 bytes of [`Hands`] |
//! | server → client | [`ServerFrame::Crowd`] `0x13` | 1, then records of 6: cell x u8, z u8 (16 m), count u16, middle x u8, z u8 (1/256 of the cell) |
//!
//! Nothing else exists in the format: no gaze, face or raw motion can leave a device. What is read is written back byte for byte;
//! what does not fit is refused with a reason, bits for later use included.
//! `vectors/*.json` hold frames, quantities, movements and ways for every implementation.

mod client;
mod error;
mod quantity;
mod server;

pub use client::{ClientFrame, ClientState, Gesture, Hands, Input, Limb};
pub use error::WireError;
pub use quantity::{
    angle_from_degrees, centimetres_from_metres, degrees_from_yaw, hand_from_metres, head_from_metres, height_from_metres,
    metres_from_centimetres, metres_from_height, wish_from_fraction, yaw_from_degrees,
};
pub(crate) use server::gone_bytes;
pub use server::{CrowdRecord, Flags, HandsRecord, PoseRecord, ServerFrame, ServerState, StateFrame, gone_from};

/// First byte of a client's `move` and of a server's `state`.
pub const KIND_1: u8 = 0x11;
/// First byte of a client's `move with hands` and of a server's `hands`.
pub const KIND_2: u8 = 0x12;
/// First byte of a server's `crowd`.
pub const KIND_3: u8 = 0x13;
/// Bytes of a client's `move`.
pub const MOVE_BYTES: usize = 8;
/// Bytes of a client's `move with hands`.
pub const MOVE_HANDS_BYTES: usize = 26;
/// Bytes of a state frame before its records.
pub const STATE_HEAD_BYTES: usize = 13;
/// Bytes of one avatar in a state frame.
pub const POSE_RECORD_BYTES: usize = 9;
/// East of a record that says that its slot is no longer in view: no place of any space, which ends at 655 m.
pub const GONE: u16 = u16::MAX;
/// Bytes of one avatar in a hands frame.
pub const HANDS_RECORD_BYTES: usize = 20;
/// Bytes of one cell in a crowd frame.
pub const CROWD_RECORD_BYTES: usize = 6;

/// Version and kind of a first byte, if the version is ours.
fn kind_of(bytes: &[u8]) -> Result<u8, WireError> {
    let first = *bytes.first().ok_or(WireError::Empty)?;
    if first >> 4 == 1 { Ok(first & 0x0f) } else { Err(WireError::Version(first >> 4)) }
}
