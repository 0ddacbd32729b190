//! A town for the tests: a real store in a temporary folder, a clock that stands still, and windows that a test scripts.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use sala_core::{
    bus::Bus,
    ctx::{Actor, Ctx},
    entropy::SeededEntropy,
    lever::{LeverFile, LeverValue, Levers},
    profile::ProfileFile,
    store::{ActFilter, ActRow, Location, Store, StoreConfig},
    text::Text,
    time::{Clock, FixedClock, Timestamp},
};
use sala_measures::{
    Measures, MeasuresConfig,
    evidence::{Evidence, SeriesFacts, Windows},
    input::Input,
    measure::Measure,
    run::Run,
    words::SeriesWords,
};
use sala_streams::WindowResult;
use tempfile::TempDir;
use tokio::sync::broadcast;

pub(crate) const HOUR: i64 = 3_600;

/// When the tests play, in the hall.
pub(crate) const NOW: &str = "2026-11-22T03:00:00Z";

const LEVERS: &str = r#"
levers:
  - {id: traffic.plan, kind: signal_plan, title: {th: "แผนสัญญาณไฟ", en: "Signal plan"}, office: traffic, legal_basis: {th: "พ.ร.บ. จราจรทางบก", en: "Road Traffic Act"},
     choices: [{value: "1", title: {th: "ปกติ", en: "Normal"}}, {value: "2", title: {th: "เร่งด่วน", en: "Rush"}}], initial: "1", max_moves_per_day: 3}
  - {id: health.alert, kind: alert_level, title: {th: "ระดับเตือน", en: "Alert level"}, office: health, legal_basis: {th: "พ.ร.บ. โรคติดต่อ", en: "Communicable Diseases Act"},
     choices: [{value: normal, title: {th: "ปกติ", en: "Normal"}}, {value: watch, title: {th: "เฝ้าระวัง", en: "Watch"}}], initial: normal, max_moves_per_day: 10}
  - {id: town.notice, kind: notice, title: {th: "ประกาศ", en: "Notice"}, office: traffic, legal_basis: {th: "ระเบียบ", en: "Regulation"}, initial: {th: "", en: ""}, max_moves_per_day: 10}
"#;

/// A measure file: `mode` and what depends on it.
pub(crate) fn file(id: &str, office: &str, mode: &str, action: &str, guardrails: &str) -> String {
    format!(
        r#"
id: {id}
title: {{th: "มาตรการ", en: "Measure {id}"}}
summary: {{th: "ทดสอบ", en: "A test"}}
legal_basis: {{law: {{th: "พ.ร.บ. จราจรทางบก พ.ศ. 2522", en: "Road Traffic Act B.E. 2522"}}, section: "139"}}
office: {office}
mode: {mode}
trigger:
  series: road.volume
  window_s: 3600
  statistic: mean
  comparison: above
  threshold: 5500
  release: 4800
  for_s: 7200
  cooldown_s: 3600
  sentence: {{th: "เกินเกณฑ์สองชั่วโมง", en: "above the threshold for two hours"}}
action: {action}
guardrails: {guardrails}
review_on: "2027-06-30"
sunset_on: "2028-12-31"
metric: {{series: road.volume, statistic: mean, design: before_after, window_s: 3600, windows_before: 6, windows_after: 6, better: lower, sentence: {{th: "ปริมาณรถ", en: "volume"}}}}
"#
    )
}

pub(crate) fn automatic() -> String {
    file(
        "traffic.congestion",
        "traffic",
        "automatic",
        r#"{lever: traffic.plan, value: "2", sentence: {th: "ใช้แผน 2", en: "Plan 2 is used."}}"#,
        "{max_runs_per_day: 5, auto_release: true}",
    )
}

pub(crate) fn approve() -> String {
    file(
        "health.preparedness",
        "health",
        "approve",
        r#"{lever: health.alert, value: watch, sentence: {th: "เฝ้าระวัง", en: "Watch."}}"#,
        "{max_runs_per_day: 5, proposal_expires_s: 600, auto_release: false}",
    )
}

pub(crate) fn advise() -> String {
    file(
        "traffic.advice",
        "traffic",
        "advise",
        r#"{lever: town.notice, value: {th: "เลี่ยงทางหลวง", en: "Avoid the highway"}, sentence: {th: "แนะนำให้เลี่ยง", en: "Advises a detour."}}"#,
        "{max_runs_per_day: 5, auto_release: true}",
    )
}

/// Windows as a test scripts them.
#[derive(Debug)]
pub(crate) struct Script {
    windows: Mutex<Vec<Input>>,
    sender: broadcast::Sender<Arc<WindowResult>>,
    pub(crate) is_replayed_history: Mutex<bool>,
}

impl Default for Script {
    fn default() -> Self {
        Self { windows: Mutex::default(), sender: broadcast::channel(64).0, is_replayed_history: Mutex::new(false) }
    }
}

impl Evidence for Script {
    fn subscribe(&self) -> broadcast::Receiver<Arc<WindowResult>> {
        self.sender.subscribe()
    }

    fn windows<'a>(&'a self, _: &'a Ctx, series: &'a str, _: i64, from: Timestamp, to: Timestamp) -> Windows<'a> {
        let mut found: Vec<Input> = self
            .windows
            .lock()
            .unwrap()
            .iter()
            .filter(|window| window.series == series && (from..to).contains(&window.start))
            .cloned()
            .collect();
        found.sort_by_key(|window| window.start);
        Box::pin(async move { Ok(found) })
    }

    fn expected(&self, _: &str, _: Timestamp) -> Option<f64> {
        None
    }

    fn series(&self, id: &str) -> Option<SeriesFacts> {
        (id == "road.volume").then(|| SeriesFacts {
            window_s: HOUR,
            lateness_s: 0,
            unit: "vehicles/h".into(),
            words: SeriesWords {
                title: Text::new("ปริมาณรถบนถนน", "Vehicles on the road"),
                unit_title: Text::new("คันต่อชั่วโมง", "vehicles an hour"),
                decimals: 0,
                time_zone: "Asia/Bangkok".into(),
            },
            is_replayed_history: *self.is_replayed_history.lock().unwrap(),
        })
    }
}

impl Script {
    /// Puts a window into the chunk log; one of the same hour takes the place of the former.
    pub(crate) fn put(&self, window: Input) {
        let mut windows = self.windows.lock().unwrap();
        windows.retain(|other| other.start != window.start);
        windows.push(window);
    }

    /// Tells it to who listens.
    pub(crate) fn tell(&self, window: &Input) {
        let Input { series, start, end, count, mean, min, max, sum, last, revision, chunk_acts } = window.clone();
        let _ = self.sender.send(Arc::new(WindowResult { series, start, end, count, mean, min, max, sum, last, revision, chunk_acts }));
    }
}

/// The window of hour `hour`.
pub(crate) fn window(hour: i64, mean: f64) -> Input {
    Input {
        series: "road.volume".into(),
        start: Timestamp::from_seconds(hour * HOUR),
        end: Timestamp::from_seconds((hour + 1) * HOUR),
        count: 1,
        mean,
        min: mean,
        max: mean,
        sum: mean,
        last: mean,
        revision: 0,
        chunk_acts: vec![format!("act_{hour}")],
    }
}

pub(crate) struct Town {
    pub(crate) folder: TempDir,
    pub(crate) store: Arc<Store>,
    pub(crate) bus: Arc<Bus>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) script: Arc<Script>,
    pub(crate) levers: Arc<Levers>,
    pub(crate) room: Arc<Measures>,
}

impl Town {
    pub(crate) async fn with(files: &[String]) -> Self {
        Self::open(tempfile::tempdir().unwrap(), Arc::new(FixedClock::at(NOW.parse().unwrap())), Arc::default(), files, 1).await
    }

    async fn open(folder: TempDir, clock: Arc<FixedClock>, script: Arc<Script>, files: &[String], seed: u64) -> Self {
        let (bus, entropy) = (Arc::new(Bus::default()), Arc::new(SeededEntropy::new(seed)));
        let config = StoreConfig {
            location: Location::Folder(folder.path().to_owned()),
            kek: [7; 32],
            schemas: vec![&sala_core::lever::SCHEMA, &sala_measures::SCHEMA],
        };
        let store = Arc::new(Store::open(config, Arc::clone(&bus), entropy.clone()).await.unwrap());
        let specs: LeverFile = serde_norway::from_str(LEVERS).unwrap();
        let levers = Arc::new(Levers::open(Arc::clone(&store), specs.levers).unwrap());
        let room = Measures::open(MeasuresConfig {
            store: Arc::clone(&store),
            bus: Arc::clone(&bus),
            levers: Arc::clone(&levers),
            evidence: script.clone(),
            clock: clock.clone(),
            entropy,
            offices: BTreeMap::from([("traffic".to_owned(), Text::new("กองการจราจร", "Traffic Office"))]),
            files: files.iter().map(|raw| parsed(raw)).collect(),
        })
        .await
        .unwrap();
        Self { folder, store, bus, clock, script, levers, room }
    }

    /// Ends the process and starts it again on the same store, with these files.
    pub(crate) async fn restart(self, files: &[String]) -> Self {
        let Self { folder, store, bus, clock, script, levers, room } = self;
        drop((room, levers, bus));
        Arc::try_unwrap(store).unwrap().close().await;
        let seed = u64::try_from(clock.now().0).unwrap();
        clock.advance_seconds(1);
        Self::open(folder, clock, script, files, seed).await
    }

    /// The hours from `first` on have these means: into the chunk log and to the room.
    pub(crate) async fn hours(&self, first: i64, means: &[f64]) {
        for (hour, mean) in (first..).zip(means) {
            self.clock.advance_seconds(1);
            self.script.put(window(hour, *mean));
            self.room.take(&window(hour, *mean)).await.unwrap();
        }
    }

    pub(crate) async fn lever(&self, id: &str) -> LeverValue {
        self.levers.get(id).await.unwrap().value
    }

    /// Acts of a kind, oldest first.
    pub(crate) async fn acts(&self, kind: &str) -> Vec<ActRow> {
        let filter = ActFilter { kind: Some(kind.into()), limit: 500, ..ActFilter::default() };
        let mut acts = self.store.acts(&filter).await.unwrap();
        acts.reverse();
        acts
    }

    /// All runs, oldest first.
    pub(crate) async fn runs(&self) -> Vec<Run> {
        let rows = self.store.fetch("SELECT body FROM run ORDER BY id", &[]).await.unwrap();
        rows.iter().map(|row| sala_core::cbor::Value::decode(row.blob("body").unwrap()).unwrap().to_serde().unwrap()).collect()
    }

    /// The only run.
    pub(crate) async fn only_run(&self) -> Run {
        let mut runs = self.runs().await;
        assert_eq!(runs.len(), 1, "{runs:#?}");
        runs.remove(0)
    }

    pub(crate) fn officer(&self, office: &str, roles: &[&str]) -> Ctx {
        let actor = Actor::Officer {
            handle: format!("{office}-officer"),
            person: "person_1".into(),
            office: office.into(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        };
        Ctx { actor, ..self.ctx() }
    }

    pub(crate) fn visitor(&self) -> Ctx {
        Ctx { actor: Actor::Visitor, ..self.ctx() }
    }

    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::system("test/1", self.clock.now(), Arc::new(sala_core::entropy::OsEntropy))
    }
}

pub(crate) fn parsed(raw: &str) -> ProfileFile<Measure> {
    ProfileFile { path: PathBuf::from("measures/test.yaml"), raw: raw.into(), value: serde_norway::from_str(raw).unwrap() }
}

pub(crate) fn choice(value: &str) -> LeverValue {
    LeverValue::Choice(value.into())
}
