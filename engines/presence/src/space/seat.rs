//! One avatar: what its client wants, what it may, what it shows.

use super::{BUBBLE_M, walk::Walk};
use crate::{
    ground::Place,
    wire::{Flags, Hands, Input, PoseRecord, ServerState, centimetres_from_metres, height_from_metres},
};

/// What belongs to a slot besides its place and its view.
#[derive(Debug)]
pub(super) struct Seat {
    /// The newest input; its `seq` is what the state frame acknowledges.
    pub(super) input: Input,
    /// Tick in which it came.
    pub(super) heard: u32,
    pub(super) hands: Option<Hands>,
    /// Hands as they were shown last, and since when.
    pub(super) shown_hands: Option<Hands>,
    pub(super) hands_changed: u32,
    pub(super) yaw: u8,
    pub(super) bubble_m: f64,
    /// Slots that do not exist for this one; nearly always none.
    pub(super) blocked: Vec<u16>,
    pub(super) walk: Option<Walk>,
    pub(super) flags: Flags,
    pub(super) has_moved: bool,
    /// Heard by the server; what the client says of it does not count.
    pub(super) is_speaking: bool,
}

impl Seat {
    pub(super) fn new(yaw: u8, tick: u32) -> Self {
        Self {
            input: Input { yaw, ..Input::default() },
            heard: tick,
            hands: None,
            shown_hands: None,
            hands_changed: tick,
            yaw,
            bubble_m: BUBBLE_M,
            blocked: Vec::new(),
            walk: None,
            flags: Flags::default(),
            has_moved: false,
            is_speaking: false,
        }
    }

    /// Drops wish and walk.
    pub(super) fn stand(&mut self) {
        self.walk = None;
        (self.input.wish_x, self.input.wish_z) = (0, 0);
    }

    /// What others are told.
    pub(super) fn record(&self, slot: u16, place: Place, height: f64, is_walking: bool) -> PoseRecord {
        let wanted = self.input.state;
        PoseRecord {
            slot,
            x: centimetres_from_metres(place.x),
            z: centimetres_from_metres(place.z),
            y: height_from_metres(height),
            yaw: self.yaw,
            state: ServerState {
                gesture: wanted.gesture,
                is_jogging: is_walking && wanted.is_jogging && self.walk.is_none(),
                is_speaking: self.is_speaking,
                is_in_xr: wanted.is_in_xr,
                is_walking,
            },
        }
    }
}
