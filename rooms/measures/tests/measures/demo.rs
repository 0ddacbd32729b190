//! The demonstration profile on its real data, through the real streams room: what a newcomer sees in the first minutes.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sala_core::{
    bus::Bus,
    cbor::Value,
    ctx::Ctx,
    entropy::OsEntropy,
    lever::{LeverFile, Levers},
    profile,
    store::{Location, Store, StoreConfig},
    time::{FixedClock, Timestamp},
};
use sala_measures::{
    Measures, MeasuresConfig,
    effect::{Basis, Verdict},
    measure::Measure,
    replay_act,
    run::{Run, RunState},
};
use sala_streams::{Declaration, Options, Streams, chunk};
use sqlx::Connection;

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo")
}

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

struct Hall {
    clock: Arc<FixedClock>,
    store: Arc<Store>,
    streams: Arc<Streams>,
    room: Arc<Measures>,
}

impl Hall {
    async fn open(folder: &Path) -> Self {
        let (bus, clock, entropy) = (Arc::new(Bus::default()), Arc::new(FixedClock::at(now())), Arc::new(OsEntropy));
        let config = StoreConfig {
            location: Location::Folder(folder.to_owned()),
            kek: [7; 32],
            schemas: vec![&sala_core::lever::SCHEMA, &sala_streams::SCHEMA, &sala_measures::SCHEMA],
        };
        let store = Arc::new(Store::open(config, Arc::clone(&bus), entropy.clone()).await.unwrap());
        let declaration = Declaration::read(&demo()).unwrap();
        let streams = Streams::open(Arc::clone(&store), Arc::clone(&bus), clock.clone(), entropy.clone(), declaration, Options::default())
            .await
            .unwrap();
        let levers = profile::read_file::<LeverFile>(&demo().join("levers.yaml")).unwrap().value.levers;
        let room = Measures::open(MeasuresConfig {
            store: Arc::clone(&store),
            bus,
            levers: Arc::new(Levers::open(Arc::clone(&store), levers).unwrap()),
            evidence: streams.clone(),
            clock: clock.clone(),
            entropy,
            offices: BTreeMap::new(),
            files: profile::read_dir::<Measure>(&demo().join("measures")).unwrap(),
        })
        .await
        .unwrap();
        Self { clock, store, streams, room }
    }

    fn ctx() -> Ctx {
        Ctx::system("test/1", now(), Arc::new(OsEntropy))
    }

    async fn runs(&self) -> Vec<Run> {
        let rows = self.store.fetch("SELECT body FROM run ORDER BY id", &[]).await.unwrap();
        rows.iter().map(|row| Value::decode(row.blob("body").unwrap()).unwrap().to_serde().unwrap()).collect()
    }

    /// Lets the clock of the hall run until the runs are as `wanted`.
    async fn runs_when(&self, wanted: impl Fn(&[Run]) -> bool) -> Vec<Run> {
        for _ in 0..300 {
            let runs = self.runs().await;
            if wanted(&runs) {
                return runs;
            }
            self.clock.advance_seconds(2);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{:#?}", self.runs().await)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_acts_on_its_real_data_and_every_decision_is_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let hall = Hall::open(folder.path()).await;
    assert_eq!(hall.runs().await, [], "preloaded history fires nothing");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let jobs = [tokio::spawn(Arc::clone(&hall.room).run(stopped.clone())), tokio::spawn(Arc::clone(&hall.streams).run(stopped))];

    let wanted = BTreeSet::from([
        "economy.watch",
        "energy.office_cooling",
        "energy.saving_advice",
        "health.dengue_bangkok",
        "health.dengue_chiang_mai",
        "traffic.congestion",
    ]);
    let runs = hall
        .runs_when(|runs| {
            let fired: BTreeSet<&str> = runs.iter().map(|run| run.measure.as_str()).collect();
            fired.is_superset(&wanted) && runs.iter().any(|run| run.measure == "traffic.congestion" && run.effect.is_some())
        })
        .await;
    let first = |measure: &str| runs.iter().find(|run| run.measure == measure).unwrap();
    let congestion = first("traffic.congestion");
    assert_eq!(
        congestion.event_at,
        "2018-03-07T14:00:00Z".parse().unwrap(),
        "the morning rush to 08:00 in Minneapolis, four hours of data after the start: six seconds"
    );
    let effect = congestion.effect.as_ref().unwrap();
    assert_eq!((effect.verdict, effect.is_replayed_history, effect.basis), (Verdict::Unclear, true, Basis::Residual));
    assert_eq!(first("energy.saving_advice").state, RunState::Advised);
    let (oil, cooling) = (first("economy.watch"), first("energy.office_cooling"));
    assert_eq!((oil.event_at, oil.observed), ("2008-04-01T00:00:00Z".parse().unwrap(), 105.45), "twenty seconds after the start");
    assert_eq!((cooling.event_at, cooling.observed), ("2014-07-10T00:00:00Z".parse().unwrap(), 19_248.0), "thirty seconds after it");
    assert_eq!((first("health.dengue_bangkok").state, first("health.dengue_bangkok").observed), (RunState::Proposed, 740.0));
    assert_eq!((first("health.dengue_chiang_mai").state, first("health.dengue_chiang_mai").observed), (RunState::Proposed, 455.0));
    stop.send(true).unwrap();
    for job in jobs {
        job.await.unwrap();
    }

    let mut replayed = 0;
    for run in hall.runs().await {
        for act in run.acts.iter().filter(|act| ["run.fire", "run.block", "run.evaluate"].contains(&act.kind.as_str())) {
            let replay = hall.room.replay(&Hall::ctx(), &act.id).await.unwrap();
            assert!(replay.agrees, "{} {}: {}", run.measure, act.kind, replay.explanation.en);
            replayed += 1;
        }
    }
    assert!(replayed >= 6, "{replayed}");

    // The seventh hour is rewritten behind the store's back: a fresh process reads 4,000 vehicles.
    let hour: Timestamp = "2018-03-07T13:00:00Z".parse().unwrap();
    let (times, values) = (chunk::compress_times(&[hour.0]).unwrap(), chunk::compress_values(&[4_000.0]).unwrap());
    let bytes = [&u32::try_from(times.len()).unwrap().to_le_bytes(), times.as_slice(), values.as_slice()].concat();
    let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite://{}", folder.path().join("sala.db").display())).await.unwrap();
    let sql = "UPDATE chunk SET bytes = $1 WHERE series = 'traffic.i94.volume' AND first_at = $2";
    let done = sqlx::query(sql).bind(bytes).bind(hour.0).execute(&mut connection).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
    connection.close().await.unwrap();
    let config = StoreConfig { location: Location::Folder(folder.path().to_owned()), kek: [7; 32], schemas: vec![] };
    let store = Arc::new(Store::open_to_read(config, Arc::new(OsEntropy)).await.unwrap());
    let (bus, clock, entropy) = (Arc::new(Bus::default()), Arc::new(FixedClock::at(now())), Arc::new(OsEntropy));
    let streams = Streams::open(
        Arc::clone(&store),
        bus,
        clock,
        entropy,
        Declaration::read(&demo()).unwrap(),
        Options { only_reads: true, ..Options::default() },
    )
    .await
    .unwrap();
    let fired = congestion.acts.first().unwrap();
    let replay = replay_act(&store, &*streams, &Hall::ctx(), &fired.id).await.unwrap();
    assert!(
        !replay.agrees && replay.explanation.en.contains("Vehicles on I-94 westbound, 7 Mar 2018, 07:00–08:00 local time"),
        "{}",
        replay.explanation.en
    );
}
