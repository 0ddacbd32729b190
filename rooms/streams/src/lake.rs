//! The lake: days that are over, as Parquet files in a folder or a bucket that any tool can read.
//!
//! `day=YYYY-MM-DD/feed=<feed>/part-<first chunk>.parquet`, one file for each feed and day (UTC), sorted by series and time. A day is
//! over when the feed's newest observation is past it by lateness and horizon. What comes later for it (a source that begins late)
//! makes its file new, whole.
//!
//! Everything is derived from the chunk log. A file is written aside, fsynced, renamed, and only then named in the manifest by an act
//! `lake.roll`; whatever a stop leaves unfinished is due again at the next roll, and the same chunks give the same bytes.

mod file;
mod newest;
mod place;
mod tally;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use sala_core::{
    act::Draft,
    cbor::Value,
    ctx::Ctx,
    problem::{DAMAGED, Problem},
    store::Record,
};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, watch};

pub use self::place::{LakeBucket, LakePlace};
use self::{
    file::{Aside, Writing},
    newest::Newest,
    tally::Tally,
};
use crate::{
    Streams,
    act::ROLL,
    cache::Cache,
    calendar::{DAY_US, date},
    declaration::Feed,
    store::{
        self, ChunkRow,
        lake::{self, LakeFile},
    },
};

/// How often it is looked for days that are over.
const EVERY: Duration = Duration::from_mins(1);
/// Files that one act names at most.
const MOST_FILES: usize = 128;
/// Values of decoded chunks kept while days are rolled: a chunk of history reaches over many.
const CACHE_VALUES: usize = 2_000_000;

/// What a roll did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rolled {
    /// Files written, because they were missing or out of date.
    pub files: u64,
    /// Values in them.
    pub rows: u64,
    /// The acts that name them; none for files that are again what the manifest says.
    pub acts: Vec<String>,
}

/// What is known of the days of each feed. One roll at a time.
#[derive(Debug, Default)]
pub(crate) struct Lake(Mutex<BTreeMap<String, Tally>>);

/// Rolls days that are over, once a minute, until `stop`.
pub(crate) async fn run(streams: Arc<Streams>, mut stop: watch::Receiver<bool>) {
    if streams.options.lake.is_none() {
        return;
    }
    while !*stop.borrow() {
        let ctx = Ctx::system("streams/lake/1", streams.clock.now(), Arc::clone(&streams.entropy));
        let turn = async {
            match streams.roll_lake(&ctx).await {
                Ok(rolled) if rolled.files > 0 => {
                    tracing::info!(files = rolled.files, rows = rolled.rows, "Days were rolled into the lake");
                }
                Ok(_) => {}
                Err(problem) => tracing::error!(%problem, "Days could not be rolled into the lake; trying again in a minute"),
            }
            tokio::time::sleep(EVERY).await;
        };
        tokio::select! {
            () = turn => {}
            // Given up wherever it is: what is unfinished is due again.
            ended = stop.changed() => if ended.is_err() { return },
        }
    }
}

impl Streams {
    /// Writes the files of all days that are over and have none, or have values that came after it. Does nothing without a lake.
    ///
    /// A day whose chunks can't be read is left out and told as a Problem after the others are done.
    pub async fn roll_lake(&self, ctx: &Ctx) -> Result<Rolled, Problem> {
        let Some(lake) = &self.options.lake else { return Ok(Rolled::default()) };
        let mut tallies = self.lake.0.lock().await;
        let mut roll = Roll { streams: self, ctx, lake, cache: Cache::new(CACHE_VALUES), rolled: Rolled::default(), damage: None };
        for feed in &self.declaration.feeds {
            let tally = tallies.entry(feed.id.clone()).or_default();
            tally.refresh(&self.store, lake, &feed.id, self.clock.now()).await?;
            roll.feed(feed, tally).await?;
        }
        roll.damage.map_or(Ok(roll.rolled), Err)
    }
}

/// A roll under way.
struct Roll<'r> {
    streams: &'r Streams,
    ctx: &'r Ctx,
    lake: &'r LakePlace,
    cache: Cache,
    rolled: Rolled,
    damage: Option<Problem>,
}

/// A day whose file is written, unless it has no values, and stands aside.
struct Day {
    /// Since 1970-01-01.
    number: i64,
    chunks: u64,
    file: Option<(LakeFile, Aside)>,
}

impl Roll<'_> {
    async fn feed(&mut self, feed: &Feed, tally: &mut Tally) -> Result<(), Problem> {
        let keep_us = feed.keep_us();
        let mut due = tally.due(None, keep_us);
        let mut done: Vec<Day> = vec![];
        while let (Some(first), Some(last)) = (due.first().copied(), due.last().copied()) {
            let rows = self.chunks(feed, tally, first * DAY_US, (last + 1) * DAY_US).await?;
            for day in due {
                match self.day(feed, day, &rows).await {
                    Ok(one) => done.push(one),
                    Err(problem) if problem.code == &DAMAGED => {
                        tracing::error!(feed = feed.id, day = date(day), %problem, "A day can't be rolled into the lake");
                        self.damage.get_or_insert(problem);
                    }
                    Err(problem) => return Err(problem),
                }
                if done.iter().filter(|day| day.file.is_some()).count() >= MOST_FILES {
                    self.record(feed, tally, std::mem::take(&mut done)).await?;
                }
            }
            due = tally.due(Some(last), keep_us);
        }
        self.record(feed, tally, done).await
    }

    /// The chunks of a feed that touch `from` ≤ time < `to` (µs): by series, each in the order in which they were taken.
    async fn chunks(&self, feed: &Feed, tally: &Tally, from: i64, to: i64) -> Result<Vec<ChunkRow>, Problem> {
        let own = format!("{}/", feed.id);
        let mut rows = vec![];
        for series in tally.series() {
            // A series may have stood in another feed once.
            rows.extend(
                store::chunks_of_series(&self.streams.store, series, from, to).await?.into_iter().filter(|row| row.id.starts_with(&own)),
            );
        }
        Ok(rows)
    }

    /// Writes the file of one day from those `rows` that touch it.
    async fn day(&self, feed: &Feed, day: i64, rows: &[ChunkRow]) -> Result<Day, Problem> {
        let (from, to) = (day * DAY_US, (day + 1) * DAY_US);
        let rows: Vec<&ChunkRow> = rows.iter().filter(|row| row.last_at >= from && row.first_at < to).collect();
        let chunks = crate::number::count(rows.len());
        let name = format!("day={}/feed={}", date(day), feed.id);
        let folder = self.lake.aside().join(&name);
        let from_path = folder.join("part-.tmp");
        let mut writing: Option<Writing> = None;
        let mut first: Option<&str> = None;
        for series in rows.chunk_by(|one, next| one.series == next.series) {
            let layers = self.streams.load(series.iter().copied().cloned().collect(), &self.cache).await?;
            let newest = Newest::of(&layers, from, to);
            let Some(spec) = series.first().filter(|_| !newest.at.is_empty()) else { continue };
            let with_values = series.iter().zip(&layers).filter(|(_, layer)| !layer.columns.between(from, to).0.is_empty());
            first = with_values.map(|(row, _)| row.id.as_str()).chain(first).min();
            let writing = match &writing {
                Some(writing) => writing,
                None => writing.insert(Writing::start(from_path.clone())),
            };
            writing.add(&spec.series, newest).await;
        }
        let (Some(writing), Some(first)) = (writing, first) else { return Ok(Day { number: day, chunks, file: None }) };
        let written = writing.end().await?;
        let part = format!("part-{}.parquet", first.trim_start_matches(&format!("{}/", feed.id)).replace('/', "-"));
        let file = LakeFile {
            feed: feed.id.clone(),
            day,
            file: format!("{name}/{part}"),
            rows: written.rows,
            bytes: written.bytes,
            chunks,
            sha256: written.sha256,
        };
        Ok(Day { number: day, chunks, file: Some((file, Aside { from: from_path, folder, name: part })) })
    }

    /// Puts files in their places, then does the act that names those which are not what the manifest said.
    async fn record(&mut self, feed: &Feed, tally: &mut Tally, done: Vec<Day>) -> Result<(), Problem> {
        let mut days = vec![];
        let (mut files, mut asides) = (vec![], vec![]);
        for Day { number, chunks, file } in done {
            days.push((number, chunks, file.as_ref().map(|(file, _)| file.sha256)));
            let (file, aside) = file.unzip();
            files.extend(file);
            asides.extend(aside);
        }
        self.lake.place(asides, self.streams.clock.now()).await?;
        self.rolled.files += crate::number::count(files.len());
        self.rolled.rows += files.iter().map(|file| file.rows).sum::<u64>();
        let changed: Vec<&LakeFile> = files.iter().filter(|file| tally.hash(file.day) != Some(file.sha256)).collect();
        if !changed.is_empty() {
            let act = self.write(feed, &changed).await?;
            self.rolled.acts.push(act);
        }
        for (day, chunks, hash) in days {
            tally.done(day, chunks, hash);
        }
        Ok(())
    }

    async fn write(&self, feed: &Feed, files: &[&LakeFile]) -> Result<String, Problem> {
        let mut hash = Sha256::new();
        let mut named = vec![];
        for file in files {
            hash.update(file.sha256);
            named.push(Value::map([
                ("file", Value::from(file.file.as_str())),
                ("rows", crate::number::signed(file.rows).into()),
                ("sha256", file.sha256.into()),
            ]));
        }
        let hash: [u8; 32] = hash.finalize().into();
        let edge = |file: Option<&&LakeFile>| file.map(|file| date(file.day)).unwrap_or_default();
        let draft = Draft::new(&ROLL, feed.authority())
            .public("feed", feed.id.as_str())
            .public("first_day", edge(files.first()))
            .public("last_day", edge(files.last()))
            .public("files", crate::number::signed(crate::number::count(files.len())))
            .public("rows", crate::number::signed(files.iter().map(|file| file.rows).sum()))
            .public("hash", hash)
            .open("files", Value::Array(named))
            .refers(&feed.id);
        // A roll repeats itself by its own rule; core's key would answer its second act with the first.
        let ctx = Ctx { idempotency: None, ..self.ctx.clone() };
        let records: Arc<[Record]> = files.iter().map(|file| lake::record(file, self.ctx.now)).collect();
        let act = crate::store::save_all(&self.streams.store, &ctx, draft, records).await?;
        Ok(act)
    }
}
