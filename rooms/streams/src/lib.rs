//! Streams: feeds, observations, live windows and insights.
//!
//! What comes in (HTTP, MQTT, history replayed) is checked, deduplicated, compressed into columnar chunks and appended in one act
//! for each batch; only then is it acknowledged and given to the dataflow, whose windows go to the bus, the board and the measures.
//!
//! Invariants:
//! - Nothing is acknowledged before it is durable; nothing is computed live that is not in the chunk log.
//! - The chunk log is the truth: windows, baselines and the board are rebuilt from it at each start.
//! - An observation is taken once. A repetition is counted, a correction takes the place of the older value, what is too late or
//!   out of bounds is told to the sender, counted in the act and shown in the late ledger.
//! - A window's value depends on its observations, not on the order in which they came.
//! - Nothing is usual because of what came later: a baseline sees earlier windows only.
//!
//! Acts: `observation.append`, `insight.raise`, and with feature `lake` `lake.roll`.

mod act;
mod admission;
mod api;
mod append;
mod baseline;
mod board;
mod cache;
pub mod calendar;
pub mod chunk;
pub mod columns;
mod declaration;
mod detector;
pub mod flow;
pub mod ingest;
mod insight;
#[cfg(feature = "lake")]
mod lake;
mod late;
mod live;
mod mqtt;
mod number;
mod open;
mod player;
mod problem;
mod read;
mod run;
mod store;
#[cfg(test)]
mod testing;
pub mod watermark;
pub mod window;
mod zone;

use std::sync::{Arc, atomic::AtomicBool};

use sala_core::{
    bus::Bus,
    entropy::Entropy,
    fixture::FixtureKind,
    problem::{INTERNAL, Problem},
    store::Store,
    time::{Clock, Timestamp},
};
use tokio::sync::{Semaphore, broadcast, watch};

#[cfg(feature = "lake")]
pub use crate::lake::{LakeBucket, LakePlace, Rolled};
pub use crate::{
    act::{ACTS, APPEND, RAISE, ROLL},
    api::router,
    append::{BatchKey, Receipt},
    baseline::Expected,
    declaration::{Area, Declaration, Feed, JoinSpec, Mqtt, Payload, Play, Scale, SeriesSpec, Source, Suspect},
    insight::{Direction, Insight, Kind},
    late::{LateEntry, Reason},
    live::{State, WindowResult},
    problem::{FEED_KEY, PROBLEMS, RANGE_TOO_LONG},
    store::{Counts, SCHEMA},
    zone::Zone,
};
use crate::{append::FeedState, cache::Cache, flow::Flow, late::Ledger, live::Live, player::Tape};

/// The fixtures of a space that this room opens.
pub fn fixtures() -> Vec<FixtureKind> {
    vec![FixtureKind::page("board", "กระดานข้อมูลสด", "Live board", &["get_board", "list_series", "follow_live"], "/")]
}

/// How the room is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads of the dataflow.
    pub workers: usize,
    /// Batches that may be under way at once; the next is refused with `busy`.
    pub queue: usize,
    /// Limits of one batch.
    pub limits: ingest::Limits,
    /// Values of decoded chunks kept in memory (16 bytes each).
    pub cache_values: usize,
    /// The most values that one query may read.
    pub read_values: u64,
    /// Only the chunk log is read: nothing is restored, preloaded or written. For `sala replay`, on a store that may be in use.
    pub only_reads: bool,
    /// Folder into which days that are over are rolled as Parquet files.
    #[cfg(feature = "lake")]
    pub lake: Option<LakePlace>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workers: 1,
            queue: 64,
            limits: ingest::Limits::default(),
            cache_values: 4_000_000,
            read_values: 5_000_000,
            only_reads: false,
            #[cfg(feature = "lake")]
            lake: None,
        }
    }
}

/// The room.
#[derive(Debug)]
pub struct Streams {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    declaration: Arc<Declaration>,
    options: Options,
    flow: Flow,
    feeds: Vec<FeedState>,
    /// By feed: the history that it plays.
    tapes: Vec<Option<Tape>>,
    cache: Cache,
    live: Arc<Live>,
    board: board::Kept,
    ledger: Ledger,
    queue: Arc<Semaphore>,
    is_running: AtomicBool,
    #[cfg(feature = "lake")]
    lake: lake::Lake,
}

impl Streams {
    /// Opens the room: reads the chunk log as far back as it is needed, rebuilds windows and baselines, and loads the history that
    /// the feeds play. Windows are told to others from here on.
    pub async fn open(
        store: Arc<Store>,
        bus: Arc<Bus>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        declaration: Declaration,
        options: Options,
    ) -> Result<Arc<Self>, Problem> {
        open::open(store, bus, clock, entropy, declaration, options).await
    }

    /// Every window that is told from now on, with its revisions, in order for each series.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<WindowResult>> {
        self.live.subscribe()
    }

    /// Waits until every window of what was appended before this call has been told.
    pub async fn settle(&self) -> Result<(), Problem> {
        self.flow.catch_up().await?.await.map_err(|_| INTERNAL.problem().because("the dataflow has stopped"))
    }

    /// What is usual for the window of `series` that begins at `start`. `None` while too little is known, and for unknown series.
    pub fn baseline(&self, series: &str, start: Timestamp) -> Option<Expected> {
        let place = self.declaration.place(series)?;
        self.live.track(place, |track| track.usual(start.0)).flatten()
    }

    /// A series, as declared.
    pub fn series(&self, id: &str) -> Option<&SeriesSpec> {
        self.declaration.at(self.declaration.place(id)?)
    }

    /// All that the profile declares.
    pub fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// Plays histories, listens to brokers and watches for idle sources, until `stop` says true.
    pub async fn run(self: Arc<Self>, stop: watch::Receiver<bool>) {
        run::run(self, stop).await;
    }
}
