//! `application/vnd.sala.columns`: the form for speed. All integers are little-endian.
//!
//! ```text
//! "SALACOL1"                              8 bytes
//! blocks          u32                     at most 600
//! then for each block:
//!   encoding      u8                      0 raw, 1 pco
//!   reserved      u8                      0
//!   id length     u16                     1–120
//!   series id     UTF-8
//!   count         u32                     number of observations
//!   times length  u32                     bytes
//!   values length u32                     bytes
//!   times         i64 µs since 1970 UTC   raw: 8 × count bytes; pco: one standalone pco file of i64
//!   values        f64                     raw: 8 × count bytes; pco: one standalone pco file of f64
//! and nothing after the last block.
//! ```
//! A series may stand in one block only. A batch that breaks this is refused whole; an unknown series, or a value out of its
//! bounds, is told at `/<block>/<row>` and the rest is taken. Nothing is allocated for a count that the bytes can't back.

use std::collections::BTreeSet;

use sala_core::{
    problem::{INVALID, Problem},
    text::Lang,
};

use super::{Batch, Block, Limits, MAX_FAULTS, Places, Stray, lines, too_many};
use crate::{chunk, declaration::Declaration};

/// The first bytes of a batch.
pub const MAGIC: &[u8; 8] = b"SALACOL1";

/// The most blocks of a batch: one act can't write more rows than 700.
pub const MAX_BLOCKS: usize = 600;

/// How the columns of a block lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// 8 bytes a number.
    Raw,
    /// Standalone pco files.
    Pco,
}

/// Writes a batch: for clients in Rust, tests and benches.
pub fn write(blocks: &[(&str, &[i64], &[f64])], encoding: Encoding) -> Result<Vec<u8>, Problem> {
    let too_long = |_| INVALID.problem().because("a block is too long");
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&u32::try_from(blocks.len()).map_err(too_long)?.to_le_bytes());
    for (series, at, value) in blocks {
        let (times, values) = match encoding {
            Encoding::Raw => {
                (at.iter().flat_map(|at| at.to_le_bytes()).collect(), value.iter().flat_map(|value| value.to_le_bytes()).collect())
            }
            Encoding::Pco => (chunk::compress_times(at)?, chunk::compress_values(value)?),
        };
        bytes.extend_from_slice(&[u8::from(encoding == Encoding::Pco), 0]);
        bytes.extend_from_slice(&u16::try_from(series.len()).map_err(too_long)?.to_le_bytes());
        bytes.extend_from_slice(series.as_bytes());
        for length in [at.len(), times.len(), values.len()] {
            bytes.extend_from_slice(&u32::try_from(length).map_err(too_long)?.to_le_bytes());
        }
        bytes.extend_from_slice(&times);
        bytes.extend_from_slice(&values);
    }
    Ok(bytes)
}

/// What is left to read, and how far we are.
struct Cursor<'b> {
    rest: &'b [u8],
    length: usize,
}

impl<'b> Cursor<'b> {
    fn take(&mut self, length: usize, what: &str) -> Result<&'b [u8], Problem> {
        let (head, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| self.wrong(format!("{what}: {length} bytes expected, {} left", self.rest.len())))?;
        self.rest = rest;
        Ok(head)
    }

    fn number(&mut self, width: usize, what: &str) -> Result<usize, Problem> {
        let number = self.take(width, what)?.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        usize::try_from(number).map_err(|_| self.wrong(format!("{what}: {number} is too much")))
    }

    fn wrong(&self, detail: impl Into<String>) -> Problem {
        INVALID.problem().at(format!("byte {}", self.length - self.rest.len()), detail)
    }
}

pub(super) fn read(body: &[u8], declaration: &Declaration, feed: &str, limits: Limits) -> Result<Batch, Problem> {
    let mut cursor = Cursor { rest: body, length: body.len() };
    if cursor.take(MAGIC.len(), "magic")? != MAGIC {
        return Err(INVALID.problem().at("byte 0", "the batch does not begin with SALACOL1"));
    }
    let blocks = cursor.number(4, "blocks")?;
    if blocks > MAX_BLOCKS {
        return Err(cursor.wrong(format!("{blocks} blocks; at most {MAX_BLOCKS}")));
    }
    let mut batch = Batch::default();
    let mut seen = BTreeSet::new();
    let mut total = 0_usize;
    for block in 0..blocks {
        let encoding = match (cursor.number(1, "encoding")?, cursor.number(1, "reserved")?) {
            (0, 0) => Encoding::Raw,
            (1, 0) => Encoding::Pco,
            (encoding, reserved) => return Err(cursor.wrong(format!("encoding {encoding}, reserved {reserved}: expected 0 or 1, and 0"))),
        };
        let length = cursor.number(2, "id length")?;
        let series = std::str::from_utf8(cursor.take(length, "series id")?).map_err(|_| cursor.wrong("the series id is not UTF-8"))?;
        let (count, times, values) = (cursor.number(4, "count")?, cursor.number(4, "times length")?, cursor.number(4, "values length")?);
        total = total.saturating_add(count);
        if total > limits.values {
            return Err(too_many(limits));
        }
        let (times, values) = (cursor.take(times, "times")?, cursor.take(values, "values")?);
        let unreadable = || cursor.wrong(format!("block {block}: the columns do not hold {count} numbers"));
        let (at, value) = match encoding {
            Encoding::Raw => (
                raw(times, count, i64::from_le_bytes).ok_or_else(unreadable)?,
                raw(values, count, f64::from_le_bytes).ok_or_else(unreadable)?,
            ),
            Encoding::Pco => {
                (chunk::decompress(times, count).ok_or_else(unreadable)?, chunk::decompress(values, count).ok_or_else(unreadable)?)
            }
        };
        if !seen.insert(series) {
            return Err(cursor.wrong(format!("block {block}: a series may stand in one block only")));
        }
        match lines::observed(declaration, feed, series) {
            Some(place) => batch.blocks.push(Block { series: place, at, value, places: Places::Block(block) }),
            None => {
                for (row, (at, value)) in at.into_iter().zip(value).enumerate() {
                    batch.faults.add(|| Places::Block(block).pointer(row), || lines::unknown(series, feed, Lang::En));
                    if batch.strays.len() < MAX_FAULTS {
                        batch.strays.push(Stray { series: series.chars().take(120).collect(), at, value });
                    }
                }
            }
        }
    }
    if cursor.rest.is_empty() { Ok(batch) } else { Err(cursor.wrong("bytes after the last block")) }
}

fn raw<T>(bytes: &[u8], count: usize, read: fn([u8; 8]) -> T) -> Option<Vec<T>> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    (rest.is_empty() && numbers.len() == count).then(|| numbers.iter().map(|number| read(*number)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::river;

    fn batch(encoding: Encoding) -> Vec<u8> {
        write(&[("river.level", &[1, 2, 3], &[0.5, 1.5, 2.5]), ("sea", &[7], &[1.0])], encoding).unwrap()
    }

    #[test]
    fn both_encodings_read_back() {
        for encoding in [Encoding::Raw, Encoding::Pco] {
            let read = read(&batch(encoding), &river(), "river", Limits::default()).unwrap();
            assert_eq!((read.blocks[0].at.as_slice(), read.blocks[0].value.as_slice()), (&[1, 2, 3][..], &[0.5, 1.5, 2.5][..]));
            assert_eq!(read.faults.errors[0].pointer, "/1/0");
        }
    }

    #[test]
    fn a_count_without_bytes_is_refused() {
        let mut bytes = batch(Encoding::Raw);
        let place = 8 + 4 + 4 + "river.level".len();
        bytes[place..place + 4].copy_from_slice(&1_999_999_u32.to_le_bytes());
        assert!(read(&bytes, &river(), "river", Limits::default()).is_err());
    }

    #[test]
    fn bytes_after_the_end_are_refused() {
        let mut bytes = batch(Encoding::Raw);
        bytes.push(0);
        assert!(read(&bytes, &river(), "river", Limits::default()).is_err());
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(pco in any::<bool>(), place in any::<prop::sample::Index>(), with in any::<u8>(), cut in any::<prop::sample::Index>()) {
            let mut bytes = batch(if pco { Encoding::Pco } else { Encoding::Raw });
            let at = place.index(bytes.len());
            bytes[at] ^= with;
            let _ = read(&bytes, &river(), "river", Limits::default());
            bytes.truncate(cut.index(bytes.len()));
            let _ = read(&bytes, &river(), "river", Limits::default());
        }
    }
}
