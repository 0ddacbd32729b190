//! What a client says twenty times a second: where it wants to go, where it looks, what it shows.

use super::{KIND_1, KIND_2, MOVE_BYTES, MOVE_HANDS_BYTES, WireError, kind_of};

/// What an avatar shows with its body; bits 0–2 of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Gesture {
    /// Nothing.
    #[default]
    None,
    /// Waves.
    Wave,
    /// Sits.
    Sit,
    /// Raises a hand, to speak.
    RaiseHand,
    /// Bows (wai).
    Bow,
    /// Applauds.
    Applaud,
}

impl Gesture {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 6] = [Self::None, Self::Wave, Self::Sit, Self::RaiseHand, Self::Bow, Self::Applaud];

    /// Its number on the wire, 0…5.
    pub fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Wave => 1,
            Self::Sit => 2,
            Self::RaiseHand => 3,
            Self::Bow => 4,
            Self::Applaud => 5,
        }
    }

    /// The gesture of bits 0–2 of a state.
    pub(super) fn of_state(state: u8) -> Result<Self, WireError> {
        let number = state & 0b111;
        Self::ALL.get(usize::from(number)).copied().ok_or(WireError::Gesture(number))
    }
}

/// State of a client, one byte: bits 0–2 gesture, 3 jog, 4 speaking, 5 in XR; 6 and 7 are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClientState {
    /// What it shows.
    pub gesture: Gesture,
    /// Whether its wish is of 3 m/s instead of 1.4.
    pub is_jogging: bool,
    /// Whether its voice is on.
    pub is_speaking: bool,
    /// Whether it is here in XR.
    pub is_in_xr: bool,
}

impl ClientState {
    /// Reads the byte.
    ///
    /// # Errors
    /// Bits 6 or 7, or a gesture of 6 or 7.
    pub fn from_byte(byte: u8) -> Result<Self, WireError> {
        if byte & 0b1100_0000 != 0 {
            return Err(WireError::Reserved { what: "Bits 6 and 7 of a client's state", value: byte & 0b1100_0000 });
        }
        Ok(Self { gesture: Gesture::of_state(byte)?, is_jogging: byte & 8 != 0, is_speaking: byte & 16 != 0, is_in_xr: byte & 32 != 0 })
    }

    /// The byte.
    pub fn to_byte(self) -> u8 {
        self.gesture.number() | u8::from(self.is_jogging) << 3 | u8::from(self.is_speaking) << 4 | u8::from(self.is_in_xr) << 5
    }
}

/// The 8 bytes of every client frame, without their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Input {
    /// Number of this input; wraps. The state frame says which was used last.
    pub seq: u16,
    /// Wish to the east, -127…127 of the greatest speed. Longer wishes than 127 in all are shortened.
    pub wish_x: i8,
    /// Wish to the south, -127…127.
    pub wish_z: i8,
    /// Where it looks: 256 parts of a turn, 0 north (-z), clockwise.
    pub yaw: u8,
    /// What it shows.
    pub state: ClientState,
}

impl Input {
    /// Reads the first 8 bytes of a frame, whose kind the caller has looked at.
    fn from_bytes(bytes: [u8; MOVE_BYTES]) -> Result<Self, WireError> {
        let [_, seq_low, seq_high, wish_x, wish_z, yaw, state, reserved] = bytes;
        let (wish_x, wish_z) = (i8::from_le_bytes([wish_x]), i8::from_le_bytes([wish_z]));
        if wish_x == i8::MIN || wish_z == i8::MIN {
            return Err(WireError::Wish);
        }
        let state = ClientState::from_byte(state)?;
        if reserved != 0 {
            return Err(WireError::Reserved { what: "Byte 7 of a move", value: reserved });
        }
        Ok(Self { seq: u16::from_le_bytes([seq_low, seq_high]), wish_x, wish_z, yaw, state })
    }

    fn to_bytes(self, kind: u8) -> [u8; MOVE_BYTES] {
        let [seq_low, seq_high] = self.seq.to_le_bytes();
        let [wish_x] = self.wish_x.to_le_bytes();
        let [wish_z] = self.wish_z.to_le_bytes();
        [kind, seq_low, seq_high, wish_x, wish_z, self.yaw, self.state.to_byte(), 0]
    }

    /// The input as one 64-bit word (its `0x11` frame, little-endian), so that a socket can leave it for the tick in an atomic. Never 0.
    pub fn to_word(self) -> u64 {
        u64::from_le_bytes(self.to_bytes(KIND_1))
    }

    /// The input of a word of [`Input::to_word`].
    ///
    /// # Errors
    /// A word that is no `0x11` frame; 0 among them.
    pub fn from_word(word: u64) -> Result<Self, WireError> {
        Ok(ClientFrame::decode(&word.to_le_bytes())?.input)
    }
}

/// Where a head or a hand is: offsets and angles in the units of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limb {
    /// To the east: cm for a head, 1.5 cm for a hand.
    pub x: i8,
    /// Up: for a head against 1.60 m above the feet, for a hand against the head.
    pub y: i8,
    /// To the south.
    pub z: i8,
    /// Turn about the vertical, 256 to a turn, clockwise from above.
    pub yaw: i8,
    /// Up and down.
    pub pitch: i8,
    /// Tilt.
    pub roll: i8,
}

/// Head and both hands, 18 bytes: all of the motion that can leave a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hands {
    /// The head, against 1.60 m above the feet.
    pub head: Limb,
    /// The left hand, against the head.
    pub left: Limb,
    /// The right hand, against the head.
    pub right: Limb,
}

impl Hands {
    /// Reads the 18 bytes; every byte string is some pose.
    pub fn from_bytes(bytes: [u8; 18]) -> Self {
        let limb = |bytes: &[u8; 6]| {
            let [x, y, z, yaw, pitch, roll] = bytes.map(|byte| i8::from_le_bytes([byte]));
            Limb { x, y, z, yaw, pitch, roll }
        };
        let mut limbs = bytes.as_chunks().0.iter().map(limb);
        let mut next = || limbs.next().unwrap_or_default();
        Self { head: next(), left: next(), right: next() }
    }

    /// The 18 bytes.
    pub fn to_bytes(self) -> [u8; 18] {
        let mut bytes = [0; 18];
        for (six, limb) in bytes.chunks_exact_mut(6).zip([self.head, self.left, self.right]) {
            let values = [limb.x, limb.y, limb.z, limb.yaw, limb.pitch, limb.roll];
            six.copy_from_slice(&values.map(|value| u8::from_le_bytes(value.to_le_bytes())));
        }
        bytes
    }
}

/// A frame of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientFrame {
    /// Where it wants to go and what it shows.
    pub input: Input,
    /// Head and hands, of a frame `0x12`.
    pub hands: Option<Hands>,
}

impl ClientFrame {
    /// Reads a frame, `0x11` of 8 bytes or `0x12` of 26.
    ///
    /// # Errors
    /// Whatever does not fit, with what was expected; never a panic.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let kind = kind_of(bytes)?;
        let expected = match kind {
            1 => MOVE_BYTES,
            2 => MOVE_HANDS_BYTES,
            other => return Err(WireError::Kind(other)),
        };
        let length = WireError::Length { got: bytes.len(), expected, record: 0 };
        if bytes.len() != expected {
            return Err(length);
        }
        let (input, rest) = bytes.split_first_chunk().ok_or(length)?;
        let input = Input::from_bytes(*input)?;
        Ok(Self { input, hands: rest.first_chunk().copied().map(Hands::from_bytes) })
    }

    /// Appends the frame: for bots, tests and clients.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self.hands {
            None => out.extend_from_slice(&self.input.to_bytes(KIND_1)),
            Some(hands) => {
                out.extend_from_slice(&self.input.to_bytes(KIND_2));
                out.extend_from_slice(&hands.to_bytes());
            }
        }
    }
}
