//! A hall with this room only, for the tests.

use std::{path::Path, sync::Arc, time::Duration};

use sala_core::{
    bus::Bus,
    ctx::Ctx,
    entropy::{Entropy, SeededEntropy},
    store::{Location, Store, StoreConfig},
    text::Lang,
    time::{Clock, FixedClock, Timestamp},
};
use sala_streams::{
    Declaration, Options, Receipt, SCHEMA, Streams, WindowResult,
    ingest::{self, Format, Limits},
};
use tempfile::TempDir;

/// 2026-01-02T00:00:00Z.
pub(crate) const NOW: i64 = 1_767_312_000;

/// A feed of two series and their ratio: windows of ten minutes, lateness one minute, horizon twenty, idle after 30 s.
pub(crate) const RIVER: &str = "
id: river
title: {th: แม่น้ำ, en: River}
office: water
source: {name: {th: ก, en: A}, licence: CC-BY-4.0, notice: {th: ก, en: A}}
cadence_s: 60
lateness_s: 60
horizon_s: 1200
idle_s: 30
# river-key
ingest_key_sha256: KEY
defaults: {area: town, unit: m, unit_title: {th: เมตร, en: metre}, decimals: 2, window_s: 600, min: -5, max: 1000}
series:
  - {id: river.level, title: {th: ระดับ, en: Level}}
  - {id: river.flow, title: {th: การไหล, en: Flow}}
  - {id: river.ratio, title: {th: อัตรา, en: Ratio}, join: {left: river.level, right: river.flow, op: ratio}}
";

/// A profile, a data folder, and what the room stands on.
pub(crate) struct Desk {
    pub(crate) profile: TempDir,
    pub(crate) data: TempDir,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) bus: Arc<Bus>,
    /// A PostgreSQL to use instead of the data folder.
    pub(crate) database: Option<String>,
    pub(crate) options: Options,
}

/// An opened room with its store.
pub(crate) struct Open {
    pub(crate) streams: Arc<Streams>,
    pub(crate) store: Arc<Store>,
}

impl Desk {
    pub(crate) fn new(feeds: &[&str]) -> Self {
        let profile = tempfile::tempdir().unwrap();
        std::fs::create_dir(profile.path().join("feeds")).unwrap();
        std::fs::create_dir(profile.path().join("data")).unwrap();
        std::fs::write(profile.path().join("areas.yaml"), "- {id: town, title: {th: เมือง, en: Town}, lat: 13.7, lon: 100.5}\n").unwrap();
        let key = {
            use sha2::{Digest, Sha256};
            hex::encode(Sha256::digest(b"river-key"))
        };
        for (number, feed) in feeds.iter().enumerate() {
            std::fs::write(profile.path().join(format!("feeds/{number}.yaml")), feed.replace("KEY", &key)).unwrap();
        }
        let clock = Arc::new(FixedClock::at(Timestamp::from_seconds(NOW)));
        Self { profile, data: tempfile::tempdir().unwrap(), clock, bus: Arc::default(), database: None, options: Options::default() }
    }

    pub(crate) async fn open(&self) -> Open {
        self.open_profile(self.profile.path()).await
    }

    pub(crate) async fn open_profile(&self, profile: &Path) -> Open {
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(rand_seed()));
        let config = StoreConfig {
            location: self.database.clone().map_or_else(|| Location::Folder(self.data.path().to_owned()), Location::Postgres),
            kek: [7; 32],
            schemas: vec![&SCHEMA],
        };
        let store = Arc::new(Store::open(config, Arc::clone(&self.bus), Arc::clone(&entropy)).await.unwrap());
        let clock: Arc<dyn Clock> = self.clock.clone();
        let declaration = Declaration::read(profile).unwrap();
        let streams =
            Streams::open(Arc::clone(&store), Arc::clone(&self.bus), clock, entropy, declaration, self.options.clone()).await.unwrap();
        Open { streams, store }
    }

    pub(crate) fn ctx(&self) -> Ctx {
        Ctx { lang: Lang::En, ..Ctx::system("test/1", self.clock.now(), Arc::new(SeededEntropy::new(rand_seed()))) }
    }

    /// Appends CSV lines `series,second after NOW - 1 day,value`.
    pub(crate) async fn append(&self, open: &Open, lines: &[(&str, i64, f64)]) -> Receipt {
        let body: String = lines.iter().map(|(series, second, value)| format!("{series},{},{value}\n", at(*second))).collect();
        let batch = ingest::read(Format::Csv, body.as_bytes(), open.streams.declaration(), "river", Limits::default(), Lang::En).unwrap();
        open.streams.append(&self.ctx(), "river", batch, None).await.unwrap()
    }
}

impl Open {
    /// Ends room and store, as a stop would.
    pub(crate) async fn close(self) {
        drop(self.streams);
        for _ in 0..500 {
            if Arc::strong_count(&self.store) == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Arc::into_inner(self.store).expect("nothing else holds the store").close().await;
    }
}

fn rand_seed() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::SeqCst)
}

/// So many seconds after 2026-01-01T00:00:00Z.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(NOW - 86_400 + second)
}

/// The next window, waiting for it.
pub(crate) async fn next(windows: &mut tokio::sync::broadcast::Receiver<Arc<WindowResult>>) -> WindowResult {
    let window = tokio::time::timeout(Duration::from_secs(30), windows.recv()).await.expect("a window comes").unwrap();
    WindowResult::clone(&window)
}

/// All windows that come until `count` of them have.
pub(crate) async fn some(windows: &mut tokio::sync::broadcast::Receiver<Arc<WindowResult>>, count: usize) -> Vec<WindowResult> {
    let mut seen = vec![];
    while seen.len() < count {
        seen.push(next(windows).await);
    }
    seen
}

/// Window as (series, start second, count, mean, revision).
pub(crate) fn short(window: &WindowResult) -> (String, i64, u64, f64, u32) {
    (window.series.clone(), window.start.seconds() - NOW + 86_400, window.count, window.mean, window.revision)
}
