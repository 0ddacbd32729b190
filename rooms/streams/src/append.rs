//! The one path on which observations come in: judge → (sift) → one act → dataflow.
//!
//! A batch whose series all begin after everything admitted before needs no look at the store: such batches are written side by
//! side (the store commits them in groups). Any other batch waits until none is under way, looks at what is known, and goes alone.
//! The dataflow gets batches in the order of admission (`ordinal`), whichever act is done first.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{CONFLICT, FieldError, IDEMPOTENCY_REUSED, INTERNAL, INVALID, NOT_FOUND, Problem},
    store::Record,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{RwLock, oneshot};
use utoipa::ToSchema;

use crate::{
    Streams,
    act::APPEND,
    admission::{self, Judged},
    chunk::{self, Encoded},
    columns::{Columns, overlay},
    declaration::Feed,
    flow::Parcel,
    ingest::Batch,
    store::{self, Counts},
    watermark::Watermark,
};

/// Rows that one act writes at most, its batch row apart.
const MAX_CHUNKS: usize = 690;

/// Above so many values a batch is compressed on a thread of its own.
const MANY: usize = 10_000;

/// The answer to a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// Observations taken, corrections too.
    pub accepted: u64,
    /// Known already, with the same value.
    pub duplicate: u64,
    /// Too late: beyond the horizon of their series.
    pub late: u64,
    /// Refused.
    pub rejected: u64,
    /// Where the first refused ones stood, and why.
    pub errors: Vec<FieldError>,
    /// The act that took them in; null when nothing changed.
    pub act: Option<String>,
}

/// By what a repeated batch is known: the sender's key (best `<source>/<epoch>/<seq>`) and the hash of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchKey {
    /// 1–200 visible ASCII characters.
    pub key: String,
    /// SHA-256 of the body as sent.
    pub body: [u8; 32],
}

impl BatchKey {
    /// Of a body.
    pub fn new(key: &str, body: &[u8]) -> Result<Self, Problem> {
        if key.is_empty() || key.len() > 200 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(INVALID.problem().at("x-sala-batch", "a batch key has 1 to 200 visible ASCII characters"));
        }
        Ok(Self { key: key.to_owned(), body: Sha256::digest(body).into() })
    }
}

/// What the room knows of a feed beside its declaration.
#[derive(Debug)]
pub(crate) struct FeedState {
    /// Read: a batch that follows all others is under way. Write: one that has to look back.
    gate: RwLock<()>,
    marks: Mutex<Marks>,
}

#[derive(Debug)]
pub(crate) struct Marks {
    pub(crate) watermark: Watermark,
    pub(crate) next_ordinal: i64,
    pub(crate) counts: Counts,
    pub(crate) last_event: Option<i64>,
    pub(crate) last_received: Option<Timestamp>,
    keys: BTreeSet<String>,
    /// Wakes when the batch before has been given to the dataflow.
    tail: Option<oneshot::Receiver<()>>,
}

/// A place in the order in which a feed's batches reach the dataflow. Dropping it lets the next one go.
struct Turn {
    before: Option<oneshot::Receiver<()>>,
    _done: oneshot::Sender<()>,
}

impl Turn {
    async fn come(&mut self) {
        if let Some(before) = self.before.take() {
            // An error means that the one before gave up: our turn too.
            let _ = before.await;
        }
    }
}

/// An admitted batch.
struct Ticket {
    ordinal: i64,
    turn: Turn,
    /// The watermark before its values, if it moved, and the one after them.
    mark_before: Option<i64>,
    mark_after: Option<i64>,
}

impl FeedState {
    pub(crate) fn new(feed: &Feed, counts: Counts, next_ordinal: i64) -> Self {
        let watermark =
            Watermark::new(i64::from(feed.lateness_s).saturating_mul(1_000_000), i64::from(feed.idle_s).saturating_mul(1_000_000));
        let marks = Marks { watermark, next_ordinal, counts, last_event: None, last_received: None, keys: BTreeSet::new(), tail: None };
        Self { gate: RwLock::new(()), marks: Mutex::new(marks) }
    }

    pub(crate) fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Marks {
    fn turn(&mut self) -> Turn {
        let (done, waiting) = oneshot::channel();
        Turn { before: self.tail.replace(waiting), _done: done }
    }

    fn follows(&self, judged: &Judged) -> bool {
        judged.blocks.iter().all(|(series, columns)| columns.first() > self.watermark.newest(*series))
    }

    fn admit(&mut self, judged: &Judged, now: Timestamp) -> Ticket {
        let mark_before = self.watermark.advance(now);
        for (series, columns) in &judged.blocks {
            if let Some(last) = columns.last() {
                self.watermark.hear(*series, last, now);
                self.last_event = self.last_event.max(Some(last));
            }
        }
        self.watermark.advance(now);
        // Told with every batch, moved or not: one that failed after it had moved the watermark must not leave the dataflow behind.
        let mark_after = self.watermark.reached();
        let ordinal = self.next_ordinal;
        self.next_ordinal += 1;
        Ticket { ordinal, turn: self.turn(), mark_before, mark_after }
    }
}

/// Frees a batch key when the batch is done or given up.
struct KeyInUse<'s> {
    state: &'s FeedState,
    key: String,
}

impl Drop for KeyInUse<'_> {
    fn drop(&mut self) {
        self.state.marks().keys.remove(&self.key);
    }
}

impl Streams {
    /// Takes in a batch for a feed. The caller has made sure that the sender may post.
    pub async fn append(&self, ctx: &Ctx, feed: &str, batch: Batch, key: Option<BatchKey>) -> Result<Receipt, Problem> {
        let latest = self.present(feed, ctx.now).saturating_add(admission::FUTURE_US);
        self.take_in(ctx, feed, batch, key, latest).await
    }

    /// The present of a feed, µs: the hall's, or where the history is that it plays. An observation of today would make all that
    /// is still to be played late.
    fn present(&self, feed: &str, now: Timestamp) -> i64 {
        let Some((place, feed)) = self.declaration.feed(feed) else { return now.0 };
        let Some(play) = &feed.play else { return now.0 };
        let played = self.feed_state(place).ok().and_then(|state| state.marks().last_event);
        played.unwrap_or(i64::MIN).max(play.preload_until.0).saturating_add(i64::from(feed.cadence_s).saturating_mul(1_000_000))
    }

    /// Takes in a batch; `latest` is the last time (µs) that an observation may have.
    pub(crate) async fn take_in(
        &self,
        ctx: &Ctx,
        feed: &str,
        batch: Batch,
        key: Option<BatchKey>,
        latest: i64,
    ) -> Result<Receipt, Problem> {
        let (place, feed) = self.declaration.feed(feed).ok_or_else(|| NOT_FOUND.problem())?;
        let state = self.feed_state(place)?;
        let _in_use = match &key {
            Some(key) => Some(reserve(state, key)?),
            None => None,
        };
        if let Some(key) = &key
            && let Some(known) = store::find_batch(&self.store, &feed.id, &key.key).await?
        {
            if known.body != key.body {
                return Err(IDEMPOTENCY_REUSED.problem());
            }
            let Counts { accepted, duplicate, late, rejected } = known.counts;
            return Ok(Receipt { accepted, duplicate, late, rejected, errors: vec![], act: Some(known.act) });
        }
        let now = ctx.now;
        let judged = admission::judge(batch, &self.declaration, &feed.id, now, latest, ctx.lang);
        let gate = state.gate.read().await;
        let ticket = {
            let mut marks = state.marks();
            marks.follows(&judged).then(|| marks.admit(&judged, now))
        };
        if let Some(ticket) = ticket {
            let receipt = self.record(ctx, place, feed, judged, ticket, key).await;
            drop(gate);
            return receipt;
        }
        drop(gate);
        let _alone = state.gate.write().await;
        let judged = self.look_back(feed, state, judged, now).await?;
        let ticket = state.marks().admit(&judged, now);
        self.record(ctx, place, feed, judged, ticket, key).await
    }

    pub(crate) fn feed_state(&self, place: u32) -> Result<&FeedState, Problem> {
        usize::try_from(place)
            .ok()
            .and_then(|place| self.feeds.get(place))
            .ok_or_else(|| INTERNAL.problem().because("a feed without state"))
    }

    /// Compares with what is known; the caller holds the gate alone.
    async fn look_back(&self, feed: &Feed, state: &FeedState, mut judged: Judged, now: Timestamp) -> Result<Judged, Problem> {
        let keep_us = feed.keep_us();
        let mut blocks = vec![];
        for (series, columns) in std::mem::take(&mut judged.blocks) {
            let (Some(spec), Some(first), Some(last)) = (self.declaration.at(series), columns.first(), columns.last()) else { continue };
            let newest = state.marks().watermark.newest(series);
            let horizon = newest.map_or(i64::MIN, |newest| newest.saturating_sub(keep_us));
            let known = if newest.is_some_and(|newest| newest >= first) {
                let layers = self.layers(&spec.id, first.max(horizon), last.saturating_add(1)).await?;
                overlay(layers.iter().map(|layer| &*layer.columns), first, last.saturating_add(1))
            } else {
                Columns::default()
            };
            let kept = admission::sift(spec, &columns, &known, horizon, now, &mut judged.counts, &mut judged.ledger);
            if !kept.is_empty() {
                blocks.push((series, kept));
            }
        }
        judged.blocks = blocks;
        Ok(judged)
    }

    /// Writes the act and gives the values to the dataflow.
    async fn record(
        &self,
        ctx: &Ctx,
        place: u32,
        feed: &Feed,
        mut judged: Judged,
        mut ticket: Ticket,
        key: Option<BatchKey>,
    ) -> Result<Receipt, Problem> {
        let now = ctx.now;
        judged.counts.accepted = judged.blocks.iter().map(|(_, columns)| crate::number::count(columns.len())).sum();
        let counts = judged.counts;
        let blocks = Arc::new(std::mem::take(&mut judged.blocks));
        let act = if counts.accepted == 0 && counts.late == 0 && counts.rejected == 0 && key.is_none() {
            None
        } else {
            let chunks = encode(&blocks).await?;
            Some(self.write(ctx, feed, ticket.ordinal, chunks, &blocks, counts, key).await?)
        };
        self.ledger.add(judged.ledger);
        {
            let mut marks = self.feed_state(place)?.marks();
            marks.counts.add(&counts);
            marks.last_received = marks.last_received.max(Some(now));
        }
        let mut parcels = Vec::with_capacity(blocks.len() + 2);
        parcels.extend(ticket.mark_before.map(|at| Parcel::Watermark { feed: place, at }));
        let carried: Arc<str> = act.as_deref().unwrap_or_default().into();
        for (series, columns) in Arc::try_unwrap(blocks).unwrap_or_else(|shared| shared.to_vec()) {
            if let (Some(first), Some(last)) = (columns.first(), columns.last()) {
                self.live.hear(series, first, last, crate::number::count(columns.len()), now);
            }
            parcels.push(Parcel::Values { series, columns, act: Arc::clone(&carried) });
        }
        parcels.extend(ticket.mark_after.map(|at| Parcel::Watermark { feed: place, at }));
        ticket.turn.come().await;
        if !parcels.is_empty() {
            self.flow.give(parcels).await?;
        }
        Ok(Receipt {
            accepted: counts.accepted,
            duplicate: counts.duplicate,
            late: counts.late,
            rejected: counts.rejected,
            errors: judged.errors,
            act,
        })
    }

    /// The act: chunk rows and the batch row, or nothing.
    #[expect(clippy::too_many_arguments, reason = "the parts of one act, used once")]
    async fn write(
        &self,
        ctx: &Ctx,
        feed: &Feed,
        ordinal: i64,
        chunks: Vec<(u32, Encoded)>,
        blocks: &[(u32, Columns)],
        counts: Counts,
        key: Option<BatchKey>,
    ) -> Result<String, Problem> {
        let now = ctx.now;
        let mut records = Vec::with_capacity(chunks.len() + 1);
        let mut hash = Sha256::new();
        for (part, (series, chunk)) in chunks.iter().enumerate() {
            let id = self.declaration.at(*series).map_or("", |spec| spec.id.as_str());
            hash.update(chunk.hash);
            records.push(store::chunk_record(&feed.id, id, ordinal, part, chunk, now));
        }
        let hash: [u8; 32] = hash.finalize().into();
        let body = key.as_ref().map_or(hash, |key| key.body);
        let key = key.map(|key| key.key);
        records.push(store::batch_record(&feed.id, key.as_deref(), ordinal, &body, &counts, now));
        let draft = Draft::new(&APPEND, feed.authority())
            .public("feed", feed.id.as_str())
            .public("accepted", crate::number::signed(counts.accepted))
            .public("duplicate", crate::number::signed(counts.duplicate))
            .public("late", crate::number::signed(counts.late))
            .public("rejected", crate::number::signed(counts.rejected))
            .public("chunks", crate::number::signed(crate::number::count(chunks.len())))
            .public("hash", hash)
            .refers(&feed.id);
        // The batch row knows repetitions by its own rule (a batch may be sent again after years); core's key would forget the counts.
        let ctx = Ctx { idempotency: None, ..ctx.clone() };
        let records: Arc<[Record]> = records.into();
        let act = crate::store::save_all(&self.store, &ctx, draft, records).await?;
        let mut whole = blocks.iter();
        for (part, (series, chunk)) in chunks.iter().enumerate() {
            if let Some((_, columns)) = whole.find(|(place, _)| place == series).filter(|(_, columns)| columns.len() == chunk.count) {
                self.cache.put(&store::chunk_id(&feed.id, ordinal, part), Arc::new(columns.clone()));
            }
        }
        Ok(act)
    }

    /// Lets the watermarks pass sources that have fallen idle.
    pub(crate) async fn tick(&self, now: Timestamp) -> Result<(), Problem> {
        for (place, state) in (0_u32..).zip(&self.feeds) {
            let moved = {
                let mut marks = state.marks();
                let moved = marks.watermark.advance(now);
                moved.map(|at| (at, marks.turn()))
            };
            if let Some((at, mut turn)) = moved {
                turn.come().await;
                self.flow.give(vec![Parcel::Watermark { feed: place, at }]).await?;
            }
        }
        Ok(())
    }
}

fn reserve<'s>(state: &'s FeedState, key: &BatchKey) -> Result<KeyInUse<'s>, Problem> {
    if state.marks().keys.insert(key.key.clone()) {
        return Ok(KeyInUse { state, key: key.key.clone() });
    }
    Err(CONFLICT
        .problem()
        .detail("ข้อมูลชุดนี้กำลังถูกบันทึกอยู่ รอสักครู่แล้วส่งใหม่", "A batch with this key is being written; send it again in a moment.")
        .retry_after(1))
}

async fn encode(blocks: &Arc<Vec<(u32, Columns)>>) -> Result<Vec<(u32, Encoded)>, Problem> {
    let work = |blocks: &[(u32, Columns)]| {
        let mut chunks = vec![];
        for (series, columns) in blocks {
            chunks.extend(chunk::encode(columns)?.into_iter().map(|chunk| (*series, chunk)));
        }
        Ok(chunks)
    };
    let values: usize = blocks.iter().map(|(_, columns)| columns.len()).sum();
    let chunks: Vec<(u32, Encoded)> = if values < MANY {
        work(blocks)?
    } else {
        let blocks = Arc::clone(blocks);
        tokio::task::spawn_blocking(move || work(&blocks)).await.map_err(|fault| INTERNAL.problem().because(fault))??
    };
    if chunks.len() > MAX_CHUNKS {
        return Err(INVALID.problem().detail(
            format!("ข้อมูลชุดนี้กระจายเป็น {} ส่วน รับได้ไม่เกิน {MAX_CHUNKS} ส่วนต่อชุด", chunks.len()),
            format!("The batch falls into {} chunks; at most {MAX_CHUNKS} fit into one. Send fewer series at a time.", chunks.len()),
        ));
    }
    Ok(chunks)
}
