//! Binary frames between a Yjs client and a meeting: y-protocols v1 as y-websocket speaks them, one message in each.
//!
//! message = type, body; numbers are lib0 variable-length unsigned integers (7 bits a byte, lowest first, at most 53 bits), bytes and
//! texts are their length, then themselves.
//! type 0, sync: 0 state vector | 1 update (the answer) | 2 update. Type 1, awareness: bytes of: count, then for each a client, a clock
//! and a JSON text. Type 3: asks for everyone's awareness.

use serde_json::Value;
use thiserror::Error;

/// The most cursors that one message may hold, and the longest state of one, in bytes.
const MOST_CURSORS: u64 = 16;
const LONGEST_STATE: usize = 2 * 1024;
/// Yjs counts in doubles: beyond this, numbers are not exact.
const LARGEST: u64 = (1 << 53) - 1;

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// They end early.
    #[error("the frame ends early")]
    Short,
    /// A number of more than 53 bits.
    #[error("a number has more than 53 bits")]
    Number,
    /// No such message.
    #[error("there is no message of type {0}")]
    Kind(u64),
    /// Bytes after the message.
    #[error("bytes follow the message")]
    Trailing,
    /// A state that is no JSON object, or too long; or too many of them.
    #[error("a cursor is a JSON object of at most 2 kB, and a message has at most 16")]
    Cursor,
}

/// What a client shows of itself while it is here.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// The client's id in the document.
    pub client: u64,
    /// Counts its changes.
    pub clock: u64,
    /// The state; none: it is gone.
    pub state: Option<serde_json::Map<String, Value>>,
}

/// A frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame<'f> {
    /// What the sender has: a state vector. It is answered with what the sender lacks.
    Step1(&'f [u8]),
    /// An answer: an update.
    Step2(&'f [u8]),
    /// A change: an update.
    Update(&'f [u8]),
    /// Cursors that changed.
    Awareness(Vec<Cursor>),
    /// Asks for all cursors.
    QueryAwareness,
}

/// Reads numbers, bytes and texts as lib0 writes them.
pub(crate) struct Reader<'r>(&'r [u8]);

impl<'r> Reader<'r> {
    pub(crate) fn new(bytes: &'r [u8]) -> Self {
        Self(bytes)
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, FrameError> {
        let (byte, rest) = self.0.split_first().ok_or(FrameError::Short)?;
        self.0 = rest;
        Ok(*byte)
    }

    pub(crate) fn skip(&mut self, count: usize) -> Result<(), FrameError> {
        self.0 = self.0.get(count..).ok_or(FrameError::Short)?;
        Ok(())
    }

    /// Passes over a number with a sign: six bits in the first byte, seven in each further one.
    pub(crate) fn signed(&mut self) -> Result<(), FrameError> {
        for _ in 0..8 {
            if self.byte()? & 0x80 == 0 {
                return Ok(());
            }
        }
        Err(FrameError::Number)
    }

    pub(crate) fn number(&mut self) -> Result<u64, FrameError> {
        let mut number = 0_u64;
        for place in 0..8_u32 {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return if number > LARGEST { Err(FrameError::Number) } else { Ok(number) };
            }
        }
        Err(FrameError::Number)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'r [u8], FrameError> {
        let length = usize::try_from(self.number()?).map_err(|_| FrameError::Short)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(FrameError::Short)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(crate) fn end(&self) -> Result<(), FrameError> {
        if self.0.is_empty() { Ok(()) } else { Err(FrameError::Trailing) }
    }
}

fn cursors(bytes: &[u8]) -> Result<Vec<Cursor>, FrameError> {
    let mut reader = Reader(bytes);
    let count = reader.number()?;
    if count > MOST_CURSORS {
        return Err(FrameError::Cursor);
    }
    let mut cursors = vec![];
    for _ in 0..count {
        let (client, clock, state) = (reader.number()?, reader.number()?, reader.bytes()?);
        if state.len() > LONGEST_STATE {
            return Err(FrameError::Cursor);
        }
        let state = match serde_json::from_slice(state) {
            Ok(Value::Null) => None,
            Ok(Value::Object(state)) => Some(state),
            _ => return Err(FrameError::Cursor),
        };
        cursors.push(Cursor { client, clock, state });
    }
    reader.end()?;
    Ok(cursors)
}

impl<'f> Frame<'f> {
    /// Reads a frame.
    pub fn read(bytes: &'f [u8]) -> Result<Self, FrameError> {
        let mut reader = Reader(bytes);
        let frame = match reader.number()? {
            0 => match reader.number()? {
                0 => Self::Step1(reader.bytes()?),
                1 => Self::Step2(reader.bytes()?),
                2 => Self::Update(reader.bytes()?),
                other => return Err(FrameError::Kind(other)),
            },
            1 => Self::Awareness(cursors(reader.bytes()?)?),
            3 => Self::QueryAwareness,
            other => return Err(FrameError::Kind(other)),
        };
        reader.end()?;
        Ok(frame)
    }

    /// The bytes of a frame.
    pub fn write(&self) -> Vec<u8> {
        let mut out = vec![];
        match self {
            Self::Step1(vector) => sync(&mut out, 0, vector),
            Self::Step2(update) => sync(&mut out, 1, update),
            Self::Update(update) => sync(&mut out, 2, update),
            Self::Awareness(cursors) => {
                let mut body = vec![];
                number(&mut body, u64::try_from(cursors.len()).unwrap_or(LARGEST));
                for cursor in cursors {
                    number(&mut body, cursor.client);
                    number(&mut body, cursor.clock);
                    let state = cursor.state.as_ref().map(|state| serde_json::to_vec(state).unwrap_or_default());
                    counted(&mut body, &state.unwrap_or_else(|| b"null".to_vec()));
                }
                number(&mut out, 1);
                counted(&mut out, &body);
            }
            Self::QueryAwareness => number(&mut out, 3),
        }
        out
    }
}

fn sync(out: &mut Vec<u8>, step: u64, bytes: &[u8]) {
    number(out, 0);
    number(out, step);
    counted(out, bytes);
}

fn counted(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, u64::try_from(bytes.len()).unwrap_or(LARGEST));
    out.extend_from_slice(bytes);
}

fn number(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or(0);
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests;
