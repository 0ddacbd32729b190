//! Observations in: values a second from the bytes of a request to the durable act and the dataflow, beside a peer in the same run.
//!
//! `cargo bench -p sala-streams --bench ingest`. Ours: batches of 10 series × 1,000 values in the columnar form (raw and pco) and as
//! NDJSON, 16 at a time, each read, judged, encoded, appended as one act (SQLite, WAL, synchronous=FULL, group commit) and given to the
//! dataflow. Peer: sqlx, multi-row `INSERT`s of 5,000 rows into a table with an index on (series, at), the same pragmas, one
//! transaction a batch of 10,000. Where the files lie can be set with `TMPDIR`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::disallowed_methods,
    reason = "a bench prints, measures and may stop"
)]

use std::{fmt::Write, sync::Arc, time::Instant};

use sala_core::{
    bus::Bus,
    ctx::Ctx,
    entropy::{Entropy, OsEntropy},
    store::{Location, Store, StoreConfig},
    text::Lang,
    time::{Clock, SystemClock, Timestamp},
};
use sala_streams::{
    Declaration, Options, SCHEMA, Streams,
    ingest::{
        self, Format, Limits,
        columns::{Encoding, write},
    },
};
use sqlx::Executor;

const SERIES: usize = 10;
const ROWS: usize = 1_000;
const AT_ONCE: usize = 16;

fn value(row: usize, series: usize) -> f64 {
    let noise = (row.wrapping_mul(2_654_435_761).wrapping_add(series * 97) % 1_000) as f64 / 100.0;
    ((row as f64 / 200.0).sin().mul_add(20.0, noise) * 100.0).round() / 100.0
}

/// Batch `number` in one of the forms: every series once a second, one series group per batch so that batches of a group follow in order.
fn body(number: usize, form: &str) -> Vec<u8> {
    let group = number % AT_ONCE;
    let base = (number / AT_ONCE * ROWS) as i64 * 1_000_000;
    let at: Vec<i64> = (0..ROWS as i64).map(|row| base + row * 1_000_000).collect();
    let columns: Vec<(String, Vec<f64>)> = (0..SERIES)
        .map(|series| (format!("s{}", group * SERIES + series), (0..ROWS).map(|row| value(number * ROWS + row, series)).collect()))
        .collect();
    if form == "ndjson" {
        let mut text = String::new();
        for (series, values) in &columns {
            for (at, value) in at.iter().zip(values) {
                writeln!(text, "{{\"series\":\"{series}\",\"at\":\"{}\",\"value\":{value}}}", Timestamp(*at)).unwrap();
            }
        }
        return text.into_bytes();
    }
    let blocks: Vec<(&str, &[i64], &[f64])> =
        columns.iter().map(|(series, values)| (series.as_str(), at.as_slice(), values.as_slice())).collect();
    write(&blocks, if form == "pco" { Encoding::Pco } else { Encoding::Raw }).unwrap()
}

/// 16 feeds of ten series each.
fn profile() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("feeds")).unwrap();
    std::fs::write(folder.path().join("areas.yaml"), "- {id: a, title: {th: ก, en: A}, lat: null, lon: null}\n").unwrap();
    for feed in 0..AT_ONCE {
        let mut yaml = format!(
            "id: f{feed}\ntitle: {{th: ก, en: A}}\noffice: o\nsource: {{name: {{th: ก, en: A}}, licence: CC0-1.0, notice: {{th: ก, en: A}}}}\ncadence_s: 1\nidle_s: 60\nhorizon_s: 60\n\
             defaults: {{area: a, title: {{th: ก, en: A}}, unit: '1', unit_title: {{th: ก, en: A}}, window_s: 60}}\nseries:\n"
        );
        for series in 0..SERIES {
            writeln!(yaml, "  - {{id: s{}}}", feed * SERIES + series).unwrap();
        }
        std::fs::write(folder.path().join(format!("feeds/{feed:02}.yaml")), yaml).unwrap();
    }
    folder
}

async fn ours(form: &str, batches: usize) -> f64 {
    let (profile, data) = (profile(), tempfile::tempdir().unwrap());
    let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let bus = Arc::new(Bus::default());
    let config = StoreConfig { location: Location::Folder(data.path().to_owned()), kek: [7; 32], schemas: vec![&SCHEMA] };
    let store = Arc::new(Store::open(config, Arc::clone(&bus), Arc::clone(&entropy)).await.unwrap());
    let streams =
        Streams::open(store, bus, Arc::clone(&clock), Arc::clone(&entropy), Declaration::read(profile.path()).unwrap(), Options::default())
            .await
            .unwrap();
    let bodies: Vec<Vec<Vec<u8>>> =
        (0..AT_ONCE).map(|group| (0..batches / AT_ONCE).map(|turn| body(turn * AT_ONCE + group, form)).collect()).collect();
    let format = if form == "ndjson" { Format::Ndjson } else { Format::Columns };
    let started = Instant::now();
    let mut senders = tokio::task::JoinSet::new();
    for (group, bodies) in bodies.into_iter().enumerate() {
        let (streams, clock, entropy) = (Arc::clone(&streams), Arc::clone(&clock), Arc::clone(&entropy));
        senders.spawn(async move {
            let feed = format!("f{group}");
            for body in bodies {
                let ctx = Ctx::system("bench", clock.now(), Arc::clone(&entropy));
                let batch = ingest::read(format, &body, streams.declaration(), &feed, Limits::default(), Lang::En).unwrap();
                let receipt = streams.append(&ctx, &feed, batch, None).await.unwrap();
                assert_eq!(receipt.accepted, 10_000);
            }
        });
    }
    while let Some(done) = senders.join_next().await {
        done.unwrap();
    }
    (batches * SERIES * ROWS) as f64 / started.elapsed().as_secs_f64()
}

async fn peer(batches: usize) -> f64 {
    use sqlx::{
        Connection, QueryBuilder, Sqlite, SqliteConnection,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    };
    let data = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(data.path().join("peer.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    conn.execute("CREATE TABLE observation (series TEXT NOT NULL, at BIGINT NOT NULL, value DOUBLE PRECISION NOT NULL)").await.unwrap();
    conn.execute("CREATE INDEX observation_by_series ON observation (series, at)").await.unwrap();
    let started = Instant::now();
    for number in 0..batches {
        let (group, base) = (number % AT_ONCE, (number / AT_ONCE * ROWS) as i64 * 1_000_000);
        let rows: Vec<(String, i64, f64)> = (0..SERIES * ROWS)
            .map(|n| {
                (format!("s{}", group * SERIES + n / ROWS), base + (n % ROWS) as i64 * 1_000_000, value(number * ROWS + n % ROWS, n / ROWS))
            })
            .collect();
        let mut tx = conn.begin().await.unwrap();
        for some in rows.chunks(5_000) {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("INSERT INTO observation (series, at, value) ");
            query.push_values(some, |mut row, (series, at, value)| {
                row.push_bind(series).push_bind(at).push_bind(value);
            });
            query.build().execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    (batches * SERIES * ROWS) as f64 / started.elapsed().as_secs_f64()
}

#[tokio::main]
async fn main() {
    let peer = peer(48).await;
    println!("peer: sqlx multi-row inserts, indexed SQLite: {peer:.0} values/s");
    for (form, batches) in [("pco", 1_600), ("raw", 1_600), ("ndjson", 320)] {
        let rate = ours(form, batches).await;
        println!("ours, {form}: {rate:.0} values/s durable = {:.1} × peer", rate / peer);
    }
}
