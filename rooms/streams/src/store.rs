//! What the room keeps, and (with `store/lake.rs`) the only place with SQL.
//!
//! - `chunk`: columns of one series, encoded (see [`crate::chunk`]). `ordinal` is the number of the batch within its feed: of two
//!   values for one time the one with the higher ordinal holds.
//! - `batch`: one row for each batch that had an effect, with its counts, and the key by which a repetition is known.
//! - `insight`: what was raised.
//! - `lake_file`: the Parquet files of the lake (feature `lake`; the table is there without it, so that programs can be exchanged).

#[cfg(feature = "lake")]
pub(crate) mod lake;

use std::sync::Arc;

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{DAMAGED, Problem},
    store::{Cell, Migration, Record, Row, Schema, Store},
    time::Timestamp,
};

use crate::{
    chunk::Encoded,
    insight::{Direction, Insight, Kind, importance},
};

/// Writes rows in one act; gives its id.
pub(crate) async fn save_all(store: &Store, ctx: &Ctx, draft: Draft, records: Arc<[Record]>) -> Result<String, Problem> {
    let acted = store
        .act(ctx, draft, move |tx| {
            let records = Arc::clone(&records);
            Box::pin(async move {
                for record in records.iter() {
                    tx.save(record.clone());
                }
                Ok(())
            })
        })
        .await?;
    Ok(acted.act)
}

/// The tables of this room.
pub const SCHEMA: Schema = Schema { room: "streams", tables: &["chunk", "batch", "insight", "lake_file"], migrations: &[FIRST, LAKE] };

const FIRST: Migration = Migration {
        number: 1,
        // The bytes come last, so that reading the other columns does not walk over them.
        sql: "CREATE TABLE chunk (id TEXT PRIMARY KEY, feed TEXT NOT NULL, series TEXT NOT NULL, ordinal BIGINT NOT NULL, first_at BIGINT NOT NULL,
                  last_at BIGINT NOT NULL, count BIGINT NOT NULL, received_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL,
                  hash BLOB NOT NULL, bytes BLOB NOT NULL);
              CREATE INDEX chunk_by_series ON chunk (series, last_at);
              CREATE INDEX chunk_by_feed ON chunk (feed, ordinal);
              CREATE TABLE batch (id TEXT PRIMARY KEY, feed TEXT NOT NULL, ordinal BIGINT NOT NULL, body BLOB NOT NULL, accepted BIGINT NOT NULL,
                  duplicate BIGINT NOT NULL, late BIGINT NOT NULL, rejected BIGINT NOT NULL, received_at BIGINT NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX batch_by_feed ON batch (feed, ordinal);
              CREATE TABLE insight (id TEXT PRIMARY KEY, series TEXT NOT NULL, area TEXT NOT NULL, kind TEXT NOT NULL, direction TEXT NOT NULL,
                  at BIGINT NOT NULL, value DOUBLE PRECISION NOT NULL, expected DOUBLE PRECISION NOT NULL, score DOUBLE PRECISION NOT NULL,
                  false_alarms_per_year DOUBLE PRECISION NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX insight_by_series ON insight (series, id);",
};

const LAKE: Migration = Migration {
    number: 2,
    sql: "CREATE TABLE lake_file (id TEXT PRIMARY KEY, feed TEXT NOT NULL, day BIGINT NOT NULL, file TEXT NOT NULL, rows BIGINT NOT NULL,
              bytes BIGINT NOT NULL, chunks BIGINT NOT NULL, sha256 BLOB NOT NULL, rolled_at BIGINT NOT NULL, act_id TEXT NOT NULL,
              act_salt BLOB NOT NULL);
          CREATE INDEX lake_file_by_feed ON lake_file (feed, day);",
};

/// How many of a batch's observations were taken, known already, too late, refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// Taken.
    pub accepted: u64,
    /// Known already, with the same value.
    pub duplicate: u64,
    /// Beyond the horizon.
    pub late: u64,
    /// Refused.
    pub rejected: u64,
}

impl Counts {
    /// Adds another batch's.
    pub fn add(&mut self, other: &Self) {
        self.accepted = self.accepted.saturating_add(other.accepted);
        self.duplicate = self.duplicate.saturating_add(other.duplicate);
        self.late = self.late.saturating_add(other.late);
        self.rejected = self.rejected.saturating_add(other.rejected);
    }
}

/// A batch as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchRow {
    pub(crate) body: [u8; 32],
    pub(crate) counts: Counts,
    pub(crate) act: String,
}

/// A chunk without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChunkRow {
    pub(crate) id: String,
    pub(crate) series: String,
    pub(crate) ordinal: i64,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    pub(crate) count: usize,
    pub(crate) received_at: Timestamp,
    pub(crate) act: Arc<str>,
}

/// How far a series has come in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) series: String,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    pub(crate) count: u64,
    pub(crate) received_at: Timestamp,
}

const CHUNK: &str = "SELECT id, series, ordinal, first_at, last_at, count, received_at, act_id FROM chunk";

pub(crate) fn batch_id(feed: &str, key: Option<&str>, ordinal: i64) -> String {
    match key {
        Some(key) => format!("{feed}/key/{key}"),
        None => format!("{feed}/{ordinal:012}"),
    }
}

/// The id of the `part`th chunk of a batch.
pub(crate) fn chunk_id(feed: &str, ordinal: i64, part: usize) -> String {
    format!("{feed}/{ordinal:012}/{part:03}")
}

/// The row of a batch.
pub(crate) fn batch_record(
    feed: &str,
    key: Option<&str>,
    ordinal: i64,
    body: &[u8; 32],
    counts: &Counts,
    received_at: Timestamp,
) -> Record {
    Record::new("batch", batch_id(feed, key, ordinal))
        .text("feed", feed)
        .int("ordinal", ordinal)
        .blob("body", body.to_vec())
        .int("accepted", crate::number::signed(counts.accepted))
        .int("duplicate", crate::number::signed(counts.duplicate))
        .int("late", crate::number::signed(counts.late))
        .int("rejected", crate::number::signed(counts.rejected))
        .int("received_at", received_at.0)
}

/// The row of a chunk, the `part`th of its batch.
pub(crate) fn chunk_record(feed: &str, series: &str, ordinal: i64, part: usize, chunk: &Encoded, received_at: Timestamp) -> Record {
    Record::new("chunk", chunk_id(feed, ordinal, part))
        .text("feed", feed)
        .text("series", series)
        .int("ordinal", ordinal)
        .int("first_at", chunk.first_at)
        .int("last_at", chunk.last_at)
        .int("count", i64::try_from(chunk.count).unwrap_or(i64::MAX))
        .int("received_at", received_at.0)
        .blob("hash", chunk.hash.to_vec())
        .blob("bytes", chunk.bytes.clone())
}

/// The row of an insight.
pub(crate) fn insight_record(insight: &Insight) -> Record {
    Record::new("insight", &insight.id)
        .text("series", &insight.series)
        .text("area", &insight.area)
        .text("kind", insight.kind.name())
        .text("direction", insight.direction.name())
        .int("at", insight.at.0)
        .real("value", insight.value)
        .real("expected", insight.expected)
        .real("score", insight.score)
        .real("false_alarms_per_year", insight.false_alarms_per_year)
}

/// The batch of a feed with this key, if it was taken.
pub(crate) async fn find_batch(store: &Store, feed: &str, key: &str) -> Result<Option<BatchRow>, Problem> {
    let rows = store
        .fetch("SELECT body, accepted, duplicate, late, rejected, act_id FROM batch WHERE id = $1", &[batch_id(feed, Some(key), 0).into()])
        .await?;
    let read = |row: &Row| Ok(BatchRow { body: row.bytes32("body")?, counts: counts(row)?, act: row.text("act_id")?.to_owned() });
    rows.first().map(read).transpose()
}

/// All counts of a feed and the ordinal of its newest batch (−1: none).
pub(crate) async fn feed_totals(store: &Store, feed: &str) -> Result<(Counts, i64), Problem> {
    let rows = store
        .fetch(
            "SELECT CAST(COALESCE(SUM(accepted), 0) AS BIGINT) AS accepted, CAST(COALESCE(SUM(duplicate), 0) AS BIGINT) AS duplicate,
                 CAST(COALESCE(SUM(late), 0) AS BIGINT) AS late, CAST(COALESCE(SUM(rejected), 0) AS BIGINT) AS rejected,
                 COALESCE(MAX(ordinal), -1) AS ordinal FROM batch WHERE feed = $1",
            &[feed.into()],
        )
        .await?;
    let row = rows.first().ok_or_else(|| DAMAGED.problem().because("no totals"))?;
    Ok((counts(row)?, row.int("ordinal")?))
}

/// How far each series of a feed had come before the batch with this ordinal.
pub(crate) async fn extents(store: &Store, feed: &str, before: i64) -> Result<Vec<Extent>, Problem> {
    let rows = store
        .fetch(
            "SELECT series, MIN(first_at) AS first_at, MAX(last_at) AS last_at, CAST(SUM(count) AS BIGINT) AS count, MAX(received_at) AS received_at
                 FROM chunk WHERE feed = $1 AND ordinal < $2 GROUP BY series",
            &[feed.into(), before.into()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Extent {
                series: row.text("series")?.to_owned(),
                first_at: row.int("first_at")?,
                last_at: row.int("last_at")?,
                count: unsigned(row.int("count")?),
                received_at: Timestamp(row.int("received_at")?),
            })
        })
        .collect()
}

/// The ordinal of the first batch that carried a value of this series at or after `from` (µs).
pub(crate) async fn first_ordinal(store: &Store, series: &str, from: i64) -> Result<Option<i64>, Problem> {
    let rows =
        store.fetch("SELECT MIN(ordinal) AS ordinal FROM chunk WHERE series = $1 AND last_at >= $2", &[series.into(), from.into()]).await?;
    rows.first().map_or(Ok(None), |row| row.opt_int("ordinal"))
}

/// The chunks of a series that touch `from` ≤ time < `to` (µs), in the order in which they were taken.
pub(crate) async fn chunks_of_series(store: &Store, series: &str, from: i64, to: i64) -> Result<Vec<ChunkRow>, Problem> {
    let sql = format!("{CHUNK} WHERE series = $1 AND last_at >= $2 AND first_at < $3 ORDER BY ordinal, id");
    store.fetch(&sql, &[series.into(), from.into(), to.into()]).await?.iter().map(chunk_row).collect()
}

/// The chunks of a feed from this batch on, in the order in which they were taken.
pub(crate) async fn chunks_of_feed(store: &Store, feed: &str, from_ordinal: i64) -> Result<Vec<ChunkRow>, Problem> {
    let sql = format!("{CHUNK} WHERE feed = $1 AND ordinal >= $2 ORDER BY ordinal, id");
    store.fetch(&sql, &[feed.into(), from_ordinal.into()]).await?.iter().map(chunk_row).collect()
}

/// The bytes of chunks.
pub(crate) async fn bytes(store: &Store, ids: &[&str]) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let mut found = vec![];
    for some in ids.chunks(200) {
        let marks: Vec<String> = (1..=some.len()).map(|number| format!("${number}")).collect();
        let sql = format!("SELECT id, bytes FROM chunk WHERE id IN ({})", marks.join(", "));
        let args: Vec<Cell> = some.iter().map(|id| Cell::from(*id)).collect();
        for row in store.fetch(&sql, &args).await? {
            found.push((row.text("id")?.to_owned(), row.blob("bytes")?.to_vec()));
        }
    }
    Ok(found)
}

/// Insights, newest first: of one series or of all, after this id or from the beginning.
pub(crate) async fn insights(store: &Store, series: Option<&str>, after: Option<&str>, limit: usize) -> Result<Vec<Insight>, Problem> {
    const COLUMNS: &str =
        "SELECT id, series, area, kind, direction, at, value, expected, score, false_alarms_per_year, act_id FROM insight";
    let after = Cell::from(after.unwrap_or("~"));
    let limit = Cell::Int(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = match series {
        Some(series) => {
            store
                .fetch(&format!("{COLUMNS} WHERE series = $1 AND id < $2 ORDER BY id DESC LIMIT $3"), &[series.into(), after, limit])
                .await?
        }
        None => store.fetch(&format!("{COLUMNS} WHERE id < $1 ORDER BY id DESC LIMIT $2"), &[after, limit]).await?,
    };
    rows.iter()
        .map(|row| {
            let damaged = || DAMAGED.problem().because("an insight can't be read");
            let (score, per_year) = (row.real("score")?, row.real("false_alarms_per_year")?);
            Ok(Insight {
                id: row.text("id")?.to_owned(),
                series: row.text("series")?.to_owned(),
                area: row.text("area")?.to_owned(),
                kind: Kind::of_name(row.text("kind")?).ok_or_else(damaged)?,
                direction: Direction::of_name(row.text("direction")?).ok_or_else(damaged)?,
                at: Timestamp(row.int("at")?),
                value: row.real("value")?,
                expected: row.real("expected")?,
                score,
                false_alarms_per_year: per_year,
                importance: importance(score, per_year),
                title: sala_core::text::Text::default(),
                act: row.text("act_id")?.to_owned(),
            })
        })
        .collect()
}

fn chunk_row(row: &Row) -> Result<ChunkRow, Problem> {
    Ok(ChunkRow {
        id: row.text("id")?.to_owned(),
        series: row.text("series")?.to_owned(),
        ordinal: row.int("ordinal")?,
        first_at: row.int("first_at")?,
        last_at: row.int("last_at")?,
        count: usize::try_from(row.int("count")?).map_err(|_| DAMAGED.problem().because("a chunk with a negative count"))?,
        received_at: Timestamp(row.int("received_at")?),
        act: row.text("act_id")?.into(),
    })
}

fn counts(row: &Row) -> Result<Counts, Problem> {
    Ok(Counts {
        accepted: unsigned(row.int("accepted")?),
        duplicate: unsigned(row.int("duplicate")?),
        late: unsigned(row.int("late")?),
        rejected: unsigned(row.int("rejected")?),
    })
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
