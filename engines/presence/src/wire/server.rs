//! What a server says: one state a tick, hands of those near, the crowd once a second.

use super::{
    CROWD_RECORD_BYTES, GONE, Gesture, HANDS_RECORD_BYTES, Hands, KIND_1, KIND_2, KIND_3, POSE_RECORD_BYTES, STATE_HEAD_BYTES, WireError,
    kind_of,
};

/// State of an avatar, one byte: bits 0–2 gesture, 3 jogging, 4 speaking, 5 in XR, 6 walking; 7 is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServerState {
    /// What it shows.
    pub gesture: Gesture,
    /// Whether it jogs, that is moves with the wish to.
    pub is_jogging: bool,
    /// Whether its voice is on.
    pub is_speaking: bool,
    /// Whether it is here in XR.
    pub is_in_xr: bool,
    /// Whether it moved in this tick.
    pub is_walking: bool,
}

impl ServerState {
    /// Reads the byte.
    ///
    /// # Errors
    /// Bit 7, or a gesture of 6 or 7.
    pub fn from_byte(byte: u8) -> Result<Self, WireError> {
        if byte & 128 != 0 {
            return Err(WireError::Reserved { what: "Bit 7 of an avatar's state", value: 128 });
        }
        Ok(Self {
            gesture: Gesture::of_state(byte)?,
            is_jogging: byte & 8 != 0,
            is_speaking: byte & 16 != 0,
            is_in_xr: byte & 32 != 0,
            is_walking: byte & 64 != 0,
        })
    }

    /// The byte.
    pub fn to_byte(self) -> u8 {
        self.gesture.number()
            | u8::from(self.is_jogging) << 3
            | u8::from(self.is_speaking) << 4
            | u8::from(self.is_in_xr) << 5
            | u8::from(self.is_walking) << 6
    }
}

/// What befell the client itself in this tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// Bit 0: it bumped a wall, a high step or the end of the space.
    pub has_bumped: bool,
    /// Bit 1: it stopped or turned aside at somebody's bubble.
    pub has_stopped: bool,
    /// Bit 2: the server walks it along a way.
    pub is_on_way: bool,
}

impl Flags {
    fn from_byte(byte: u8) -> Result<Self, WireError> {
        if byte & !0b111 != 0 {
            return Err(WireError::Reserved { what: "Bits 3 to 7 of the flags", value: byte & !0b111 });
        }
        Ok(Self { has_bumped: byte & 1 != 0, has_stopped: byte & 2 != 0, is_on_way: byte & 4 != 0 })
    }

    /// The byte.
    pub fn to_byte(self) -> u8 {
        u8::from(self.has_bumped) | u8::from(self.has_stopped) << 1 | u8::from(self.is_on_way) << 2
    }
}

/// One avatar in a state frame, 9 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PoseRecord {
    /// Whose.
    pub slot: u16,
    /// To the east, cm.
    pub x: u16,
    /// To the south, cm.
    pub z: u16,
    /// Height of its feet, 5 cm.
    pub y: u8,
    /// Heading, 256 to a turn.
    pub yaw: u8,
    /// What it does.
    pub state: ServerState,
}

impl PoseRecord {
    /// The 9 bytes.
    pub fn to_bytes(self) -> [u8; POSE_RECORD_BYTES] {
        let ([s0, s1], [x0, x1], [z0, z1]) = (self.slot.to_le_bytes(), self.x.to_le_bytes(), self.z.to_le_bytes());
        [s0, s1, x0, x1, z0, z1, self.y, self.yaw, self.state.to_byte()]
    }

    /// Reads the 9 bytes.
    ///
    /// # Errors
    /// A state with bit 7 or an unknown gesture.
    pub fn from_bytes(bytes: [u8; POSE_RECORD_BYTES]) -> Result<Self, WireError> {
        let [s0, s1, x0, x1, z0, z1, y, yaw, state] = bytes;
        let [slot, x, z] = [[s0, s1], [x0, x1], [z0, z1]].map(u16::from_le_bytes);
        Ok(Self { slot, x, z, y, yaw, state: ServerState::from_byte(state)? })
    }
}

/// The frame of each tick: what became of the client, and whom it sees anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StateFrame {
    /// Number of the tick.
    pub tick: u32,
    /// `seq` of the last input that was used.
    pub ack: u16,
    /// Own place to the east, cm.
    pub x: u16,
    /// Own place to the south, cm.
    pub z: u16,
    /// Own height, 5 cm.
    pub y: u8,
    /// What befell it.
    pub flags: Flags,
    /// Others that moved, or that were due.
    pub records: Vec<PoseRecord>,
    /// Slots that are no longer in view; the same 9 bytes as a record, x = [`GONE`] and 0 else, after all records.
    pub gone: Vec<u16>,
}

/// The 9 bytes that say that a slot is no longer in view.
pub(crate) fn gone_bytes(slot: u16) -> [u8; POSE_RECORD_BYTES] {
    PoseRecord { slot, x: GONE, ..PoseRecord::default() }.to_bytes()
}

/// Where in a state frame the records of those no longer in view begin; none: it has none, or is no state. They are named once, so they must
/// not be lost where all else in a frame may be.
pub fn gone_from(frame: &[u8]) -> Option<usize> {
    let (records, []) = frame.get(STATE_HEAD_BYTES..)?.as_chunks::<POSE_RECORD_BYTES>() else { return None };
    let is_gone = |[_, _, low, high, ..]: &[u8; POSE_RECORD_BYTES]| u16::from_le_bytes([*low, *high]) == GONE;
    let gone = records.iter().rev().take_while(|record| is_gone(record)).count();
    (frame.first() == Some(&KIND_1) && gone > 0).then(|| frame.len() - gone * POSE_RECORD_BYTES)
}

/// Parts the records of a state into those in view and those no longer.
fn parted(all: &[[u8; POSE_RECORD_BYTES]]) -> Result<(Vec<PoseRecord>, Vec<u16>), WireError> {
    let (mut records, mut gone) = (Vec::with_capacity(all.len()), Vec::new());
    for bytes in all {
        let record = PoseRecord::from_bytes(*bytes)?;
        if record.x != GONE {
            if !gone.is_empty() {
                return Err(WireError::Reserved { what: "A place after those no longer in view", value: record.y });
            }
            records.push(record);
        } else if gone_bytes(record.slot) == *bytes {
            gone.push(record.slot);
        } else {
            return Err(WireError::Reserved { what: "The rest of a record of one no longer in view", value: record.y });
        }
    }
    Ok((records, gone))
}

/// One avatar in a hands frame, 20 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandsRecord {
    /// Whose.
    pub slot: u16,
    /// Head and hands.
    pub hands: Hands,
}

/// One cell in a crowd frame, 6 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrowdRecord {
    /// Which cell of 16 m to the east.
    pub cell_x: u8,
    /// Which cell of 16 m to the south.
    pub cell_z: u8,
    /// How many stand there that this client is not shown.
    pub count: u16,
    /// Where their middle lies in the cell, to the east, 1/256 of it.
    pub middle_x: u8,
    /// Where their middle lies in the cell, to the south, 1/256 of it.
    pub middle_z: u8,
}

impl CrowdRecord {
    /// The 6 bytes.
    pub fn to_bytes(self) -> [u8; CROWD_RECORD_BYTES] {
        let [low, high] = self.count.to_le_bytes();
        [self.cell_x, self.cell_z, low, high, self.middle_x, self.middle_z]
    }
}

/// A frame of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerFrame {
    /// `0x11`.
    State(StateFrame),
    /// `0x12`: head and hands of those of the 16 nearest who have them.
    Hands(Vec<HandsRecord>),
    /// `0x13`: how many stand where, of those that are not shown.
    Crowd(Vec<CrowdRecord>),
}

/// Whole records of `N` bytes, or what is wrong with the length of the frame.
fn records<const N: usize>(bytes: &[u8], head: usize) -> Result<&[[u8; N]], WireError> {
    let wrong = WireError::Length { got: bytes.len(), expected: head, record: N };
    match bytes.get(head..).ok_or(wrong)?.as_chunks() {
        (whole, []) => Ok(whole),
        _ => Err(wrong),
    }
}

impl ServerFrame {
    /// Reads a frame: for bots, tests and clients.
    ///
    /// # Errors
    /// Whatever does not fit, with what was expected; never a panic.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        match kind_of(bytes)? {
            1 => {
                let records = records(bytes, STATE_HEAD_BYTES)?;
                let short = WireError::Length { got: bytes.len(), expected: STATE_HEAD_BYTES, record: POSE_RECORD_BYTES };
                let [_, t0, t1, t2, t3, a0, a1, x0, x1, z0, z1, y, flags] = *bytes.first_chunk::<STATE_HEAD_BYTES>().ok_or(short)?;
                let [ack, x, z] = [[a0, a1], [x0, x1], [z0, z1]].map(u16::from_le_bytes);
                let flags = Flags::from_byte(flags)?;
                let (records, gone) = parted(records)?;
                Ok(Self::State(StateFrame { tick: u32::from_le_bytes([t0, t1, t2, t3]), ack, x, z, y, flags, records, gone }))
            }
            2 => {
                let read = |bytes: &[u8; HANDS_RECORD_BYTES]| {
                    let (slot, hands) = bytes.split_first_chunk()?;
                    Some(HandsRecord { slot: u16::from_le_bytes(*slot), hands: Hands::from_bytes(*hands.first_chunk()?) })
                };
                Ok(Self::Hands(records(bytes, 1)?.iter().filter_map(read).collect()))
            }
            3 => {
                let read = |bytes: &[u8; CROWD_RECORD_BYTES]| {
                    let [cell_x, cell_z, low, high, middle_x, middle_z] = *bytes;
                    CrowdRecord { cell_x, cell_z, count: u16::from_le_bytes([low, high]), middle_x, middle_z }
                };
                Ok(Self::Crowd(records(bytes, 1)?.iter().map(read).collect()))
            }
            other => Err(WireError::Kind(other)),
        }
    }

    /// Appends the frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::State(state) => {
                state.encode_head(out);
                out.extend(state.records.iter().flat_map(|record| record.to_bytes()));
                out.extend(state.gone.iter().flat_map(|slot| gone_bytes(*slot)));
            }
            Self::Hands(records) => {
                out.push(KIND_2);
                for record in records {
                    out.extend_from_slice(&record.slot.to_le_bytes());
                    out.extend_from_slice(&record.hands.to_bytes());
                }
            }
            Self::Crowd(records) => {
                out.push(KIND_3);
                out.extend(records.iter().flat_map(|record| record.to_bytes()));
            }
        }
    }
}

impl StateFrame {
    /// Appends the 13 bytes before the records.
    pub(crate) fn encode_head(&self, out: &mut Vec<u8>) {
        out.push(KIND_1);
        out.extend_from_slice(&self.tick.to_le_bytes());
        for value in [self.ack, self.x, self.z] {
            out.extend_from_slice(&value.to_le_bytes());
        }
        out.extend_from_slice(&[self.y, self.flags.to_byte()]);
    }
}
