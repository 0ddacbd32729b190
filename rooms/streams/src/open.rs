//! Opening the room: from the chunk log to the present.
//!
//! Two readings of the log. First the windows of the last [`HISTORY`] windows of each series, for baselines and the board. Then
//! the batches that touch what may still change (window + lateness + horizon) go through the dataflow again in their order, with
//! the watermarks that they had, so that a window told twice before the stop is told with revision 2 after it.

use std::sync::Arc;

use sala_core::{
    act::Draft,
    bus::Bus,
    ctx::Ctx,
    entropy::Entropy,
    problem::Problem,
    store::Store,
    text::Text,
    time::{Clock, Timestamp},
};
use tokio::sync::{Semaphore, mpsc};

use crate::{
    Options, Streams,
    act::RAISE,
    append::FeedState,
    board::Kept,
    cache::Cache,
    declaration::{Declaration, Feed},
    flow::{Flow, Out, Parcel},
    insight::{Direction, Insight, Kind, importance, title},
    late::Ledger,
    live::{Found, HISTORY, Live},
    player::{self, Tape},
    read::slice,
    store::{self, insight_record},
    window::Geometry,
};

pub(crate) async fn open(
    store: Arc<Store>,
    bus: Arc<Bus>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    declaration: Declaration,
    options: Options,
) -> Result<Arc<Streams>, Problem> {
    let declaration = Arc::new(declaration);
    let live = Arc::new(Live::new(Arc::clone(&declaration), Arc::clone(&bus)));
    let (out, told) = mpsc::unbounded_channel();
    let flow = Flow::start(declaration.plan(), options.workers, out)?;
    let raiser = Raiser {
        store: Arc::clone(&store),
        bus,
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        declaration: Arc::clone(&declaration),
    };
    tokio::spawn(listen(told, Arc::clone(&live), raiser));
    let mut feeds = vec![];
    let mut tapes = vec![];
    for feed in &declaration.feeds {
        let (counts, ordinal) = store::feed_totals(&store, &feed.id).await?;
        feeds.push(FeedState::new(feed, counts, ordinal + 1));
        tapes.push(match &feed.play {
            Some(play) => Some(Tape::load(play, feed, &declaration).await?),
            None => None,
        });
    }
    let streams = Arc::new(Streams {
        store,
        clock,
        entropy,
        cache: Cache::new(options.cache_values),
        queue: Arc::new(Semaphore::new(options.queue)),
        declaration,
        options,
        flow,
        feeds,
        tapes,
        live,
        board: Kept::default(),
        ledger: Ledger::default(),
        is_running: false.into(),
        #[cfg(feature = "lake")]
        lake: crate::lake::Lake::default(),
    });
    if streams.options.only_reads {
        return Ok(streams);
    }
    for (place, feed) in (0_u32..).zip(&streams.declaration.feeds) {
        restore(&streams, place, feed).await?;
    }
    streams.tick(streams.clock.now()).await?;
    for (place, feed) in (0_u32..).zip(&streams.declaration.feeds) {
        player::preload(&streams, place, feed).await?;
    }
    streams.settle().await?;
    streams.live.go_live();
    Ok(streams)
}

/// Brings one feed from the log into memory and into the dataflow.
async fn restore(streams: &Streams, place: u32, feed: &Feed) -> Result<(), Problem> {
    let extents = store::extents(&streams.store, &feed.id, i64::MAX).await?;
    if extents.is_empty() {
        return Ok(());
    }
    let plan = streams.declaration.plan();
    let state = streams.feed_state(place)?;
    let mut cut = i64::MAX;
    let mut thresholds = std::collections::BTreeMap::new();
    for extent in &extents {
        let Some((series, lane)) =
            streams.declaration.place(&extent.series).and_then(|series| Some((series, plan.lanes.get(usize::try_from(series).ok()?)?)))
        else {
            continue;
        };
        let Geometry { window, slide, keep_us } = lane.geometry;
        let horizon = extent.last_at.saturating_sub(keep_us);
        let threshold = slide.start_of(horizon.saturating_sub(window.length().saturating_mul(2)));
        thresholds.insert(extent.series.clone(), (series, threshold));
        if let Some(ordinal) = store::first_ordinal(&streams.store, &extent.series, threshold).await? {
            cut = cut.min(ordinal);
        }
        streams.live.hear(series, extent.first_at, extent.last_at, extent.count, extent.received_at);
        streams.live.know_until(series, horizon);
        let mut marks = state.marks();
        marks.last_event = marks.last_event.max(Some(extent.last_at));
        marks.last_received = marks.last_received.max(Some(extent.received_at));
    }
    seed(streams, place, feed, cut).await?;
    history(streams, feed).await?;
    again(streams, place, feed, cut, &thresholds).await
}

/// The watermark as it was before the batch `cut`.
async fn seed(streams: &Streams, place: u32, feed: &Feed, cut: i64) -> Result<(), Problem> {
    let before = store::extents(&streams.store, &feed.id, cut).await?;
    let mark = {
        let mut marks = streams.feed_state(place)?.marks();
        let mut latest = Timestamp(i64::MIN);
        for extent in &before {
            if let Some(series) = streams.declaration.place(&extent.series) {
                marks.watermark.hear(series, extent.last_at, extent.received_at);
                latest = latest.max(extent.received_at);
            }
        }
        marks.watermark.advance(latest)
    };
    match mark {
        Some(at) => streams.flow.give(vec![Parcel::Watermark { feed: place, at }]).await,
        None => Ok(()),
    }
}

/// Windows of the past, for baselines and the board: those that the dataflow will not tell again.
async fn history(streams: &Streams, feed: &Feed) -> Result<(), Problem> {
    let plan = streams.declaration.plan();
    let mut all = vec![];
    for series in &feed.series {
        let (Some(spec), Some(lane)) =
            (streams.declaration.at(*series), usize::try_from(*series).ok().and_then(|series| plan.lanes.get(series)))
        else {
            continue;
        };
        let Some((Some(last), until)) = streams.live.track(*series, |track| (track.last_at, track.known_until())) else { continue };
        let kept = lane.geometry.slide.length().saturating_mul(i64::try_from(HISTORY).unwrap_or(i64::MAX));
        all.extend(streams.observed(*series, spec, lane.geometry, last.saturating_sub(kept), i64::MAX, until).await?);
    }
    all.sort_by_key(|told| (told.end, told.series));
    // Derived series of this room are joined from the same windows.
    let mut joined = vec![];
    for join in plan.joins.iter().filter(|join| streams.declaration.at(join.series).is_some_and(|spec| spec.feed == feed.id)) {
        let (Some(left), Some(right)) = (streams.declaration.at(join.left), streams.declaration.at(join.right)) else { continue };
        let rights: std::collections::BTreeMap<i64, _> =
            all.iter().filter(|told| told.series == join.right).map(|told| (told.end, told)).collect();
        joined.extend(
            all.iter()
                .filter(|told| told.series == join.left)
                .filter_map(|told| join.of(told, rights.get(&told.end)?, (left.aggregate, right.aggregate))),
        );
    }
    for told in all.iter().chain(&joined) {
        streams.live.remember(told);
    }
    Ok(())
}

/// Gives the batches from `cut` on to the dataflow, in their order, with the watermarks that they had.
async fn again(
    streams: &Streams,
    place: u32,
    feed: &Feed,
    cut: i64,
    thresholds: &std::collections::BTreeMap<String, (u32, i64)>,
) -> Result<(), Problem> {
    let rows = store::chunks_of_feed(&streams.store, &feed.id, cut).await?;
    let state = streams.feed_state(place)?;
    let mut rest = rows.as_slice();
    while let Some(first) = rest.first() {
        let (batch, after) = rest.split_at(rest.partition_point(|row| row.ordinal == first.ordinal));
        rest = after;
        let layers = streams.decode(batch.to_vec()).await?;
        let mut parcels = vec![];
        let (before, after) = {
            let mut marks = state.marks();
            let before = marks.watermark.advance(first.received_at);
            for row in batch {
                if let Some(series) = streams.declaration.place(&row.series) {
                    marks.watermark.hear(series, row.last_at, row.received_at);
                }
            }
            (before, marks.watermark.advance(first.received_at))
        };
        parcels.extend(before.map(|at| Parcel::Watermark { feed: place, at }));
        for layer in layers {
            if let Some((series, threshold)) = thresholds.get(&layer.row.series) {
                let columns = slice(&layer.columns, *threshold, i64::MAX);
                if !columns.is_empty() {
                    parcels.push(Parcel::Values { series: *series, columns, act: Arc::clone(&layer.row.act) });
                }
            }
        }
        parcels.extend(after.map(|at| Parcel::Watermark { feed: place, at }));
        streams.flow.give(parcels).await?;
    }
    Ok(())
}

/// Hears what the dataflow tells, until it ends.
async fn listen(mut told: mpsc::UnboundedReceiver<Out>, live: Arc<Live>, raiser: Raiser) {
    while let Some(out) = told.recv().await {
        match out {
            Out::Told(told) => {
                for found in live.tell(&told) {
                    raiser.raise(found).await;
                }
            }
            Out::Caught(caught) => drop(caught.send(())),
        }
    }
}

/// Puts insights on the record.
struct Raiser {
    store: Arc<Store>,
    bus: Arc<Bus>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    declaration: Arc<Declaration>,
}

impl Raiser {
    async fn raise(&self, found: Found) {
        let Some(spec) = self.declaration.at(found.series) else { return };
        let ctx = Ctx::system("streams/detector/1", self.clock.now(), Arc::clone(&self.entropy));
        let kind = if found.finding.is_change { Kind::Change } else { Kind::Anomaly };
        let direction = if found.finding.is_up { Direction::Up } else { Direction::Down };
        let mut insight = Insight {
            id: ctx.new_id("insight"),
            series: spec.id.clone(),
            area: spec.area.clone(),
            kind,
            direction,
            at: Timestamp(found.start),
            value: found.value,
            expected: found.expected,
            score: found.score,
            false_alarms_per_year: found.per_year,
            importance: importance(found.score, found.per_year),
            title: title(spec, kind, direction),
            act: String::new(),
        };
        let authority = Text::new(
            format!("ตัวตรวจจับ streams/detector/1 บนแหล่งข้อมูล {} ตามโปรไฟล์", spec.feed),
            format!("detector streams/detector/1 on feed {} of the profile", spec.feed),
        );
        let draft = Draft::new(&RAISE, authority.pair())
            .public("series", spec.id.as_str())
            .public("kind", kind.name())
            .public("direction", direction.name())
            .public("at", Timestamp(found.start).to_string())
            .public("value", found.value)
            .public("expected", found.expected)
            .public("score", found.score)
            .public("false_alarms_per_year", found.per_year)
            .refers(&insight.id)
            .refers(&spec.id);
        let record = insight_record(&insight);
        let acted = self
            .store
            .act(&ctx, draft, move |tx| {
                tx.save(record.clone());
                Box::pin(async { Ok(()) })
            })
            .await;
        match acted {
            Ok(acted) => {
                insight.act = acted.act;
                self.bus.publish("insight", &insight);
            }
            Err(problem) => tracing::error!(%problem, series = spec.id, "An insight could not be recorded and is lost"),
        }
    }
}
