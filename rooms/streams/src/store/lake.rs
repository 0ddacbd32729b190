//! What the lake reads of the chunk log, and its manifest: one row of `lake_file` for each Parquet file.

use sala_core::{
    problem::Problem,
    store::{Record, Store},
    time::Timestamp,
};

use super::unsigned;
use crate::calendar::{DAY_US, FIRST_DAY, date};
use crate::number::signed;

/// A file of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LakeFile {
    pub(crate) feed: String,
    /// Days since 1970-01-01 UTC.
    pub(crate) day: i64,
    /// Path within the lake.
    pub(crate) file: String,
    /// Values in it.
    pub(crate) rows: u64,
    /// Its length.
    pub(crate) bytes: u64,
    /// Chunks that touched the day when it was written. Chunks are never changed, so more of them mean that the file is out of date.
    pub(crate) chunks: u64,
    pub(crate) sha256: [u8; 32],
}

/// So many chunks begin and end on these days (since 1970-01-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DaySpan {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) chunks: u64,
    /// The latest value, µs.
    pub(crate) newest: i64,
}

/// The row of a file.
pub(crate) fn record(file: &LakeFile, rolled_at: Timestamp) -> Record {
    Record::new("lake_file", format!("{}/{}", file.feed, date(file.day)))
        .text("feed", &file.feed)
        .int("day", file.day)
        .text("file", &file.file)
        .int("rows", signed(file.rows))
        .int("bytes", signed(file.bytes))
        .int("chunks", signed(file.chunks))
        .blob("sha256", file.sha256.to_vec())
        .int("rolled_at", rolled_at.0)
}

/// The files of a feed.
pub(crate) async fn files(store: &Store, feed: &str) -> Result<Vec<LakeFile>, Problem> {
    let rows = store.fetch("SELECT feed, day, file, rows, bytes, chunks, sha256 FROM lake_file WHERE feed = $1", &[feed.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(LakeFile {
                feed: row.text("feed")?.to_owned(),
                day: row.int("day")?,
                file: row.text("file")?.to_owned(),
                rows: unsigned(row.int("rows")?),
                bytes: unsigned(row.int("bytes")?),
                chunks: unsigned(row.int("chunks")?),
                sha256: row.bytes32("sha256")?,
            })
        })
        .collect()
}

/// The ordinal of the newest batch of a feed that has chunks.
pub(crate) async fn newest_ordinal(store: &Store, feed: &str) -> Result<Option<i64>, Problem> {
    let rows = store.fetch("SELECT MAX(ordinal) AS ordinal FROM chunk WHERE feed = $1", &[feed.into()]).await?;
    rows.first().map_or(Ok(None), |row| row.opt_int("ordinal"))
}

/// Which days the chunks before a batch touch.
pub(crate) async fn days_before(store: &Store, feed: &str, ordinal: i64) -> Result<Vec<DaySpan>, Problem> {
    // Both engines cut quotients towards zero: counting from the first day there is keeps them positive.
    let shift = -FIRST_DAY * DAY_US;
    let day = |column: &str| format!("({column} + {shift}) / {DAY_US}");
    let sql = format!(
        "SELECT {} AS first_day, {} AS last_day, COUNT(*) AS chunks, MAX(last_at) AS newest FROM chunk
             WHERE feed = $1 AND ordinal < $2 GROUP BY 1, 2",
        day("first_at"),
        day("last_at")
    );
    let rows = store.fetch(&sql, &[feed.into(), ordinal.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(DaySpan {
                first: row.int("first_day")?.saturating_add(FIRST_DAY),
                last: row.int("last_day")?.saturating_add(FIRST_DAY),
                chunks: unsigned(row.int("chunks")?),
                newest: row.int("newest")?,
            })
        })
        .collect()
}

/// The series that the chunks before a batch hold.
pub(crate) async fn series_before(store: &Store, feed: &str, ordinal: i64) -> Result<Vec<String>, Problem> {
    let rows = store.fetch("SELECT DISTINCT series FROM chunk WHERE feed = $1 AND ordinal < $2", &[feed.into(), ordinal.into()]).await?;
    rows.iter().map(|row| Ok(row.text("series")?.to_owned())).collect()
}
