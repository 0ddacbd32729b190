//! Bytes of an update, looked at before yrs reads them: form, numbers, and that nothing is in it which no draft holds. A few bytes that
//! promise billions of blocks, or lists a thousand levels deep, end here.
//!
//! update (Yjs, format 1) = clients: for each, blocks: count, client, first clock, then each block; deletions: for each client its
//! ranges. block = info byte (low five bits: what it holds; 128 left and 64 right neighbour, 32 key in its parent), the ids of its
//! neighbours, or else its parent (1 and a name, or 0 and an id) and key, then what it holds.

use super::Refusal;
use crate::frame::{FrameError, Reader};

/// The largest clock: more letters than anybody types into a draft.
const LARGEST_CLOCK: u64 = 1 << 30;
/// Blocks by what they hold.
const GARBAGE: u8 = 0;
const DELETED: u8 = 1;
const STRING: u8 = 4;
const TYPE: u8 = 7;
const ANY: u8 = 8;
const SKIP: u8 = 10;
const HAS_LEFT: u8 = 0x80;
const HAS_RIGHT: u8 = 0x40;
const HAS_KEY: u8 = 0x20;
/// Shared types: list, map, text.
const LAST_TYPE: u64 = 2;

impl From<FrameError> for Refusal {
    fn from(fault: FrameError) -> Self {
        Self::Malformed(fault.to_string())
    }
}

fn malformed<T>(what: &str) -> Result<T, Refusal> {
    Err(Refusal::Malformed(what.to_owned()))
}

/// A count of things of which each takes at least `least` bytes.
fn count(reader: &mut Reader<'_>, least: usize) -> Result<u64, Refusal> {
    let count = reader.number()?;
    let most = u64::try_from(reader.left() / least).unwrap_or(0);
    if count <= most { Ok(count) } else { malformed("more is promised than follows") }
}

/// A number up to the largest clock.
fn small(reader: &mut Reader<'_>) -> Result<u64, Refusal> {
    let number = reader.number()?;
    if number <= LARGEST_CLOCK { Ok(number) } else { malformed("a clock is too large") }
}

fn text<'t>(reader: &mut Reader<'t>) -> Result<&'t str, Refusal> {
    std::str::from_utf8(reader.bytes()?).map_err(|_| Refusal::Malformed("a text is not UTF-8".into()))
}

fn id(reader: &mut Reader<'_>) -> Result<(), Refusal> {
    reader.number()?;
    small(reader).map(drop)
}

/// One value of a field: a number, a text, or nothing more than that.
fn value(reader: &mut Reader<'_>) -> Result<(), Refusal> {
    match reader.byte()? {
        119 => text(reader).map(drop),
        // A number of variable length with its sign in the first byte.
        125 => Ok(reader.signed()?),
        124 => Ok(reader.skip(4)?),
        122 | 123 => Ok(reader.skip(8)?),
        116..=118 | 120 | 121 | 126 | 127 => Err(Refusal::OutOfBounds("a field holds a text or a number".into())),
        _ => malformed("an unknown value"),
    }
}

/// A block; how many clocks it takes.
fn block(reader: &mut Reader<'_>) -> Result<u64, Refusal> {
    let info = reader.byte()?;
    if info == GARBAGE || info == SKIP {
        return match small(reader)? {
            0 => malformed("an empty block"),
            length => Ok(length),
        };
    }
    if info & HAS_LEFT != 0 {
        id(reader)?;
    }
    if info & HAS_RIGHT != 0 {
        id(reader)?;
    }
    if info & (HAS_LEFT | HAS_RIGHT) == 0 {
        match reader.number()? {
            0 => id(reader)?,
            1 => drop(text(reader)?),
            _ => return malformed("an unknown parent"),
        }
        if info & HAS_KEY != 0 {
            text(reader)?;
        }
    }
    match info & 0x1f {
        DELETED => small(reader),
        STRING => Ok(u64::try_from(text(reader)?.encode_utf16().count()).unwrap_or(LARGEST_CLOCK)),
        TYPE => {
            let kind = reader.number()?;
            if kind <= LAST_TYPE { Ok(1) } else { Err(Refusal::OutOfBounds("a draft holds lists, maps and texts only".into())) }
        }
        ANY => {
            let values = count(reader, 1)?;
            for _ in 0..values {
                value(reader)?;
            }
            Ok(values)
        }
        2 | 3 | 5 | 6 | 9 | 11 => Err(Refusal::OutOfBounds("a draft has no formats, nothing embedded and no documents in it".into())),
        _ => malformed("an unknown block"),
    }
}

/// Looks through an update.
pub(super) fn check(update: &[u8]) -> Result<(), Refusal> {
    let mut reader = Reader::new(update);
    for _ in 0..count(&mut reader, 3)? {
        let blocks = count(&mut reader, 2)?;
        reader.number()?;
        let mut clock = small(&mut reader)?;
        for _ in 0..blocks {
            clock = clock.saturating_add(block(&mut reader)?);
            if clock > LARGEST_CLOCK {
                return malformed("a clock is too large");
            }
        }
    }
    for _ in 0..count(&mut reader, 2)? {
        reader.number()?;
        for _ in 0..count(&mut reader, 2)? {
            let (from, length) = (small(&mut reader)?, small(&mut reader)?);
            if from + length > LARGEST_CLOCK {
                return malformed("a clock is too large");
            }
        }
    }
    Ok(reader.end()?)
}

/// Looks through a state vector: clients with their clocks.
pub(super) fn check_vector(vector: &[u8]) -> Result<(), Refusal> {
    let mut reader = Reader::new(vector);
    for _ in 0..count(&mut reader, 2)? {
        reader.number()?;
        if reader.number()? > u64::from(u32::MAX) {
            return malformed("a clock is too large");
        }
    }
    Ok(reader.end()?)
}
