//! Batches of observations as they come in, and how they are read. Pure: bytes in, blocks out; no bytes make it panic.

pub mod columns;
mod gzip;
mod lines;
mod message;

use sala_core::{
    problem::{FieldError, INVALID, MEDIA_TYPE, Problem},
    text::Lang,
};

pub use self::{gzip::unpack, message::message};
use crate::declaration::{Declaration, Payload};

/// Limits of one batch.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes as sent.
    pub body: usize,
    /// Bytes after decompression.
    pub unpacked: usize,
    /// Values.
    pub values: usize,
}

impl Default for Limits {
    /// 16 MiB sent, 128 MiB unpacked, 2 million values.
    fn default() -> Self {
        Self { body: 16 << 20, unpacked: 128 << 20, values: 2_000_000 }
    }
}

/// The form of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/x-ndjson`: `{"series","at","value"}` a line.
    Ndjson,
    /// `text/csv`: `series,at,value`, a header line with these names or none.
    Csv,
    /// `application/vnd.sala.columns`: see [`columns`].
    Columns,
}

impl Format {
    /// By media type; parameters are ignored.
    pub fn of_media_type(media_type: &str) -> Result<Self, Problem> {
        match media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase().as_str() {
            "application/x-ndjson" | "application/ndjson" => Ok(Self::Ndjson),
            "text/csv" => Ok(Self::Csv),
            "application/vnd.sala.columns" => Ok(Self::Columns),
            _ => Err(MEDIA_TYPE.problem().at("content-type", "send application/x-ndjson, text/csv or application/vnd.sala.columns")),
        }
    }

    /// By the payload of an MQTT declaration; `None` for single numbers.
    pub fn of_payload(payload: Payload) -> Option<Self> {
        match payload {
            Payload::Ndjson => Some(Self::Ndjson),
            Payload::Csv => Some(Self::Csv),
            Payload::Columns => Some(Self::Columns),
            Payload::Number => None,
        }
    }
}

/// Where in the batch a value stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Places {
    /// Its line, from 1.
    Lines(Vec<u32>),
    /// Its row in this block of the columnar form, both from 0.
    Block(usize),
    /// The batch comes from the hall itself.
    None,
}

impl Places {
    /// The pointer that a sender understands.
    pub fn pointer(&self, row: usize) -> String {
        match self {
            Self::Lines(lines) => format!("line {}", lines.get(row).copied().unwrap_or_default()),
            Self::Block(block) => format!("/{block}/{row}"),
            Self::None => format!("/{row}"),
        }
    }
}

/// Values of one series as they came.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Place of the series in the declaration.
    pub series: u32,
    /// Times, µs.
    pub at: Vec<i64>,
    /// Values, as many.
    pub value: Vec<f64>,
    /// Where each stood.
    pub places: Places,
}

/// An observation of a series that the feed does not have.
#[derive(Debug, Clone, PartialEq)]
pub struct Stray {
    /// The id that was given.
    pub series: String,
    /// Time, µs.
    pub at: i64,
    /// Value.
    pub value: f64,
}

/// A batch, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// One block for each series.
    pub blocks: Vec<Block>,
    /// What could not be read or has no series.
    pub faults: Faults,
    /// Observations of unknown series, the first few.
    pub strays: Vec<Stray>,
}

/// What is wrong in a batch: how much, and where the first few are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Faults {
    /// Observations refused.
    pub rejected: u64,
    /// The first [`MAX_FAULTS`] places.
    pub errors: Vec<FieldError>,
}

/// The most places that an answer names.
pub const MAX_FAULTS: usize = 100;

impl Faults {
    /// Counts one refused observation and says why, while there is room.
    pub fn add(&mut self, pointer: impl FnOnce() -> String, detail: impl FnOnce() -> String) {
        self.rejected += 1;
        if self.errors.len() < MAX_FAULTS {
            self.errors.push(FieldError { pointer: pointer(), detail: detail() });
        }
    }
}

/// Reads a batch for a feed. A Problem only when nothing of it can be trusted; single wrong lines are faults.
pub fn read(format: Format, body: &[u8], declaration: &Declaration, feed: &str, limits: Limits, lang: Lang) -> Result<Batch, Problem> {
    match format {
        Format::Ndjson => lines::read(body, lines::ndjson, declaration, feed, limits, lang),
        Format::Csv => lines::read(body, lines::csv, declaration, feed, limits, lang),
        Format::Columns => columns::read(body, declaration, feed, limits),
    }
}

fn too_many(limits: Limits) -> Problem {
    INVALID.problem().detail(
        format!("หนึ่งชุดมีค่าได้ไม่เกิน {} ค่า แบ่งส่งเป็นหลายชุด", limits.values),
        format!("A batch may have at most {} values; send several.", limits.values),
    )
}
