//! History replayed into the hall: what is older than `preload_until` at once, the rest at the declared speed. Everything goes
//! through the same path as data from outside, so it is on the record as what it is: a replay.

use std::{collections::BTreeMap, io::Read, path::Path, sync::Arc, time::Duration};

use sala_core::{
    ctx::Ctx,
    problem::{INTERNAL, Problem},
    profile::PROFILE_INVALID,
};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::{
    Streams,
    append::{BatchKey, Receipt},
    declaration::{Declaration, Feed, Play},
    ingest::{Batch, Block, Places},
};

/// Values loaded in one batch.
const BATCH: usize = 50_000;

/// The longest sleep between two looks at the clock.
const NAP: Duration = Duration::from_millis(500);

/// The rows of a file: all values of one time.
#[derive(Debug, Clone)]
pub(crate) struct Tape {
    hash: String,
    rows: Vec<(i64, Vec<(u32, f64)>)>,
    preload_until: i64,
    /// Seconds of data per second.
    pub(crate) speed: f64,
}

impl Tape {
    /// Reads the file of a feed.
    pub(crate) async fn load(play: &Play, feed: &Feed, declaration: &Declaration) -> Result<Self, Problem> {
        let path = declaration.data.join(&play.file);
        let (play, feed, declaration) = (play.clone(), feed.clone(), declaration.clone());
        let read = tokio::task::spawn_blocking(move || Self::read(&path, &play, &feed, &declaration));
        read.await.map_err(|fault| INTERNAL.problem().because(fault))?
    }

    fn read(path: &Path, play: &Play, feed: &Feed, declaration: &Declaration) -> Result<Self, Problem> {
        let wrong = |detail: String| {
            let place = path.display().to_string();
            PROFILE_INVALID
                .problem()
                .detail(format!("อ่าน {place} ไม่ได้: {detail}"), format!("{place} can't be played: {detail}"))
                .at(place, detail)
        };
        let bytes = std::fs::read(path).map_err(|fault| wrong(fault.to_string()))?;
        let mut text = String::new();
        if path.extension().is_some_and(|extension| extension == "gz") {
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).map_err(|fault| wrong(fault.to_string()))?;
        } else {
            text = String::from_utf8(bytes.clone()).map_err(|fault| wrong(fault.to_string()))?;
        }
        let mut lines = text.lines();
        let header = lines.next().ok_or_else(|| wrong("it is empty".into()))?;
        let columns = header.split(',').skip(1).map(|column| {
            let series = play.columns.get(column).map_or(column, String::as_str);
            let place = declaration
                .place(series)
                .filter(|place| declaration.at(*place).is_some_and(|spec| spec.feed == feed.id && spec.join.is_none()));
            place.ok_or_else(|| wrong(format!("line 1: the column `{column}` is no observed series of the feed {}", feed.id)))
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let mut rows: Vec<(i64, Vec<(u32, f64)>)> = vec![];
        for (line, number) in lines.zip(2_u32..) {
            let mut fields = line.split(',');
            let at = fields.next().unwrap_or("");
            let before = rows.last().map(|(before, _)| *before);
            let at = feed.read_time(at, before).map_err(|fault| wrong(format!("line {number}: {fault}")))?;
            let mut values = vec![];
            for (field, series) in fields.zip(&columns).filter(|(field, _)| !field.is_empty()) {
                values.push((*series, field.parse().map_err(|_| wrong(format!("line {number}: `{field}` is not a number")))?));
            }
            if before.is_some_and(|before| before >= at.0) {
                return Err(wrong(format!("line {number}: times must rise")));
            }
            rows.push((at.0, values));
        }
        let hash = hex::encode(Sha256::digest(&bytes)).chars().take(16).collect();
        Ok(Self { hash, rows, preload_until: play.preload_until.0, speed: play.speed })
    }
}

fn batch(rows: &[(i64, Vec<(u32, f64)>)]) -> Batch {
    let mut blocks: BTreeMap<u32, Block> = BTreeMap::new();
    for (at, values) in rows {
        for (series, value) in values {
            let block = blocks.entry(*series).or_insert_with(|| Block { series: *series, at: vec![], value: vec![], places: Places::None });
            block.at.push(*at);
            block.value.push(*value);
        }
    }
    Batch { blocks: blocks.into_values().collect(), ..Batch::default() }
}

async fn take_in(streams: &Streams, feed: &Feed, batch: Batch, key: Option<BatchKey>) -> Result<Receipt, Problem> {
    let ctx = Ctx::system("streams/player/1", streams.clock.now(), Arc::clone(&streams.entropy));
    // A file may say anything but the future.
    streams.take_in(&ctx, &feed.id, batch, key, ctx.now.0).await
}

/// Loads what is older than `preload_until`, unless an earlier start has done so.
pub(crate) async fn preload(streams: &Streams, place: u32, feed: &Feed) -> Result<(), Problem> {
    let Some(Some(tape)) = usize::try_from(place).ok().and_then(|place| streams.tapes.get(place)) else { return Ok(()) };
    let end = tape.rows.partition_point(|(at, _)| *at < tape.preload_until);
    let mut rest = tape.rows.get(..end).unwrap_or_default();
    let mut number = 0_u32;
    while !rest.is_empty() {
        let mut values = 0_usize;
        let cut = rest.iter().position(|(_, row)| {
            values += row.len();
            values > BATCH
        });
        let (some, after) = rest.split_at(cut.unwrap_or(rest.len()).max(1));
        rest = after;
        let key = BatchKey::new(&format!("preload/{}/{number}", tape.hash), tape.hash.as_bytes())?;
        take_in(streams, feed, batch(some), Some(key)).await?;
        number += 1;
    }
    Ok(())
}

/// Plays the rest, from where the log ends.
pub(crate) async fn play(streams: Arc<Streams>, place: u32, mut stop: watch::Receiver<bool>) {
    let Some(Some(tape)) = usize::try_from(place).ok().and_then(|place| streams.tapes.get(place)) else { return };
    let Some(feed) = usize::try_from(place).ok().and_then(|place| streams.declaration.feeds.get(place)) else { return };
    let Ok(state) = streams.feed_state(place) else { return };
    let position =
        state.marks().last_event.map_or(tape.preload_until.saturating_sub(1), |last| last.max(tape.preload_until.saturating_sub(1)));
    let started = streams.clock.now();
    let mut next = tape.rows.partition_point(|(at, _)| *at <= position);
    // The first row comes at once when the tape is new; after a stop it waits as long as it would have.
    let origin = tape.rows.get(next).map_or(position, |(at, _)| *at);
    while let Some(row) = tape.rows.get(next) {
        let due = due_us(row.0.saturating_sub(origin), tape.speed);
        let waited = streams.clock.now().0.saturating_sub(started.0);
        if waited < due {
            let rest = Duration::from_micros(u64::try_from(due.saturating_sub(waited)).unwrap_or(0));
            tokio::select! {
                _ = stop.changed() => {}
                () = tokio::time::sleep(rest.min(NAP)) => {}
            }
            if *stop.borrow() {
                return;
            }
            continue;
        }
        match take_in(&streams, feed, batch(std::slice::from_ref(row)), None).await {
            Ok(_) => next += 1,
            Err(problem) => {
                tracing::warn!(%problem, feed = feed.id, "A replayed observation was not taken; it is tried again in a second");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
    tracing::info!(feed = feed.id, "The history of this feed has been played to its end");
}

/// µs of the hall after which `data` µs of the file are due.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a speed is a float; float-to-integer casts saturate"
)]
fn due_us(data: i64, speed: f64) -> i64 {
    (data as f64 / speed) as i64
}
