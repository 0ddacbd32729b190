//! Observations over HTTP: durable acknowledged values a second, beside two peers in the same run.
//!
//! `cargo bench -p sala-hall --bench ingest`. Ours: a whole hall (listener, limits, session, log, publisher, dataflow) on SQLite with
//! synchronous=FULL; 8 clients on this machine, each with one connection kept alive, post batches of 25 series × 800 values of their
//! own. A batch counts when its 202 has come, which the hall sends after the act is durable. Bodies are made before the clock starts.
//! Peers: sqlx, multi-row `INSERT`s of 5,000 rows into an indexed SQLite table with the same pragmas, one transaction a batch; and
//! PostgreSQL, binary `COPY` from 8 connections into a table with the same index, one transaction a batch. Where the files lie can
//! be set with `TMPDIR`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a bench measures by the clock and stops at a surprise"
)]

#[path = "../../core/tests/core/postgres.rs"]
mod postgres;
#[path = "../tests/hall/support.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod support;

use std::{
    fmt::Write as _,
    io::Write as _,
    ops::Range,
    path::Path,
    sync::{Arc, Barrier},
    time::{Duration, Instant},
};

use sala_core::time::Timestamp;
use sala_streams::ingest::columns::{Encoding, write};
use sha2::{Digest, Sha256};
use sqlx::{Connection, Executor};
use support::{Served, options_of};

const CLIENTS: usize = 8;
const SERIES: usize = 25;
const ROWS: usize = 800;
const VALUES: usize = SERIES * ROWS;
const KEY: &str = "bench-key";
/// 2023-11-14T22:13:20Z.
const BEGIN_US: i64 = 1_700_000_000_000_000;

/// A batch before it takes a form: 25 series, a value a second.
struct Batch {
    at: Vec<i64>,
    series: Vec<(String, Vec<f64>)>,
}

/// A slow wave with noise, in hundredths, as from a sensor.
fn value(row: usize, series: usize) -> f64 {
    let noise = (row.wrapping_mul(2_654_435_761).wrapping_add(series * 97) % 1_000) as f64 / 100.0;
    ((row as f64 / 200.0).sin().mul_add(20.0, noise) * 100.0).round() / 100.0
}

fn batch(client: usize, number: usize) -> Batch {
    let first = number * ROWS;
    let at = (first..first + ROWS).map(|row| BEGIN_US + row as i64 * 1_000_000).collect();
    let series = (client * SERIES..(client + 1) * SERIES)
        .map(|series| (format!("s{series}"), (first..first + ROWS).map(|row| value(row, series)).collect()));
    Batch { at, series: series.collect() }
}

#[derive(Clone, Copy)]
enum Form {
    Pco,
    Raw,
    Ndjson,
    NdjsonGzip,
}

impl Form {
    /// Values a second that are promised.
    fn promise(self) -> f64 {
        match self {
            Self::Pco | Self::Raw => 1_000_000.0,
            Self::Ndjson | Self::NdjsonGzip => 300_000.0,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Pco => "columns, pco",
            Self::Raw => "columns, raw",
            Self::Ndjson => "NDJSON",
            Self::NdjsonGzip => "NDJSON, gzip",
        }
    }

    fn body(self, batch: &Batch) -> Vec<u8> {
        let columns = |encoding| {
            let blocks: Vec<(&str, &[i64], &[f64])> =
                batch.series.iter().map(|(series, values)| (series.as_str(), batch.at.as_slice(), values.as_slice())).collect();
            write(&blocks, encoding).unwrap()
        };
        let lines = || {
            let mut text = String::new();
            for (series, values) in &batch.series {
                for (at, value) in batch.at.iter().zip(values) {
                    writeln!(text, "{{\"series\":\"{series}\",\"at\":\"{}\",\"value\":{value}}}", Timestamp(*at)).unwrap();
                }
            }
            text.into_bytes()
        };
        match self {
            Self::Pco => columns(Encoding::Pco),
            Self::Raw => columns(Encoding::Raw),
            Self::Ndjson => lines(),
            Self::NdjsonGzip => {
                let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
                packed.write_all(&lines()).unwrap();
                packed.finish().unwrap()
            }
        }
    }

    fn headers(self) -> Vec<(&'static str, &'static str)> {
        let media_type = match self {
            Self::Pco | Self::Raw => "application/vnd.sala.columns",
            Self::Ndjson | Self::NdjsonGzip => "application/x-ndjson",
        };
        let mut headers = vec![("content-type", media_type), ("x-sala-feed-key", KEY)];
        if matches!(self, Self::NdjsonGzip) {
            headers.push(("content-encoding", "gzip"));
        }
        headers
    }
}

/// A hall of one feed with 200 series.
fn profile(folder: &Path) {
    let put = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    put("profile.yaml", "name: {th: ก, en: Bench}\nlog_origin: bench.example/log\nown_witnesses: [one, two]\n");
    put("areas.yaml", "- {id: a, title: {th: ก, en: A}, lat: null, lon: null}\n");
    put("levers.yaml", "levers: []\n");
    put(
        "offices.yaml",
        "administration: o\noffices:\n  - id: o\n    title: {th: ก, en: O}\n    legal_basis: {th: ก, en: Law}\n    roles:\n      - {id: administrator, title: {th: ก, en: Administrator}}\n",
    );
    let mut feed = format!(
        "id: bench\ntitle: {{th: ก, en: A}}\noffice: o\nsource: {{name: {{th: ก, en: A}}, licence: CC0-1.0, notice: {{th: ก, en: A}}}}\ncadence_s: 1\nidle_s: 60\nhorizon_s: 60\n\
         ingest_key_sha256: {}\ndefaults: {{area: a, title: {{th: ก, en: A}}, unit: '1', unit_title: {{th: ก, en: A}}, window_s: 60}}\nseries:\n",
        hex::encode(Sha256::digest(KEY))
    );
    for series in 0..CLIENTS * SERIES {
        writeln!(feed, "  - {{id: s{series}}}").unwrap();
    }
    std::fs::create_dir(folder.join("feeds")).unwrap();
    put("feeds/bench.yaml", &feed);
}

struct Measured {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Measured {
    fn of(mut times: Vec<Duration>, elapsed: Duration) -> Self {
        times.sort();
        let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
        Self { per_second: (times.len() * VALUES) as f64 / elapsed.as_secs_f64(), p50_ms: at(0.5), p99_ms: at(0.99) }
    }

    fn tell(&self, who: &str) {
        print!("  {who:<30} {:>9.0} values/s   batch p50 {:>6.1} ms   p99 {:>6.1} ms", self.per_second, self.p50_ms, self.p99_ms);
    }
}

/// Posts the batches with these numbers from every client.
fn ours(served: &Served, form: Form, numbers: Range<usize>) -> Measured {
    let url = format!("{}/api/v1/feeds/bench/observations", served.base);
    let session = format!("{}/api/v1/session", served.base);
    let start = Arc::new(Barrier::new(CLIENTS + 1));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (start, url, session, numbers) = (Arc::clone(&start), url.clone(), session.clone(), numbers.clone());
            std::thread::spawn(move || {
                let bodies: Vec<Vec<u8>> = numbers.map(|number| form.body(&batch(client, number))).collect();
                let agent: ureq::Agent =
                    ureq::Agent::config_builder().http_status_as_error(false).output_buffer_size(1 << 18).build().into();
                // Opens the connection.
                agent.get(session).call().unwrap().body_mut().read_to_vec().unwrap();
                start.wait();
                bodies.iter().map(|body| post(&agent, &url, form, body)).collect::<Vec<Duration>>()
            })
        })
        .collect();
    start.wait();
    let begun = Instant::now();
    let times = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    Measured::of(times, begun.elapsed())
}

fn post(agent: &ureq::Agent, url: &str, form: Form, body: &[u8]) -> Duration {
    let mut request = agent.post(url);
    for (name, value) in form.headers() {
        request = request.header(name, value);
    }
    let begun = Instant::now();
    let mut answer = request.send(body).unwrap();
    let receipt = answer.body_mut().read_to_string().unwrap();
    let taken = begun.elapsed();
    assert!(answer.status() == 202 && receipt.contains(&format!("\"accepted\":{VALUES},")), "{} {receipt}", answer.status());
    taken
}

const TABLE: &str = "CREATE TABLE observation (series TEXT NOT NULL, at BIGINT NOT NULL, value DOUBLE PRECISION NOT NULL)";
const INDEX: &str = "CREATE INDEX observation_by_series ON observation (series, at)";

async fn inserts(batches: usize) -> Measured {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("peer.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    // SQLite has one writer: one connection without a queue before it is its best case.
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    conn.execute(TABLE).await.unwrap();
    conn.execute(INDEX).await.unwrap();
    let batches: Vec<Batch> = (0..batches).map(|number| batch(number % CLIENTS, number / CLIENTS)).collect();
    let mut times = vec![];
    let begun = Instant::now();
    for batch in &batches {
        let start = Instant::now();
        let rows: Vec<(&str, i64, f64)> = batch
            .series
            .iter()
            .flat_map(|(series, values)| batch.at.iter().zip(values).map(move |(at, value)| (series.as_str(), *at, *value)))
            .collect();
        let mut tx = conn.begin().await.unwrap();
        for some in rows.chunks(5_000) {
            let mut query: sqlx::QueryBuilder<sqlx::Sqlite> = sqlx::QueryBuilder::new("INSERT INTO observation (series, at, value) ");
            query.push_values(some, |mut row, (series, at, value)| {
                row.push_bind(*series).push_bind(*at).push_bind(*value);
            });
            query.build().execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        times.push(start.elapsed());
    }
    Measured::of(times, begun.elapsed())
}

/// A batch as PostgreSQL's binary `COPY` wants it.
fn copy_body(batch: &Batch) -> Vec<u8> {
    let mut bytes = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    for (series, values) in &batch.series {
        for (at, value) in batch.at.iter().zip(values) {
            bytes.extend_from_slice(&3_i16.to_be_bytes());
            bytes.extend_from_slice(&(series.len() as i32).to_be_bytes());
            bytes.extend_from_slice(series.as_bytes());
            bytes.extend_from_slice(&8_i32.to_be_bytes());
            bytes.extend_from_slice(&at.to_be_bytes());
            bytes.extend_from_slice(&8_i32.to_be_bytes());
            bytes.extend_from_slice(&value.to_be_bytes());
        }
    }
    bytes.extend_from_slice(&(-1_i16).to_be_bytes());
    bytes
}

async fn copies(url: &str, batches: usize) -> Measured {
    let mut conn = sqlx::PgConnection::connect(url).await.unwrap();
    conn.execute(TABLE).await.unwrap();
    conn.execute(INDEX).await.unwrap();
    let mut clients = vec![];
    for client in 0..CLIENTS {
        let bodies: Vec<Vec<u8>> = (0..batches).map(|number| copy_body(&batch(client, number))).collect();
        clients.push((sqlx::PgConnection::connect(url).await.unwrap(), bodies));
    }
    let begun = Instant::now();
    let mut copying = tokio::task::JoinSet::new();
    for (mut conn, bodies) in clients {
        copying.spawn(async move {
            let mut times = vec![];
            for body in bodies {
                let start = Instant::now();
                let mut copy = conn.copy_in_raw("COPY observation (series, at, value) FROM STDIN (FORMAT binary)").await.unwrap();
                copy.send(body).await.unwrap();
                assert_eq!(copy.finish().await.unwrap(), VALUES as u64);
                times.push(start.elapsed());
            }
            times
        });
    }
    let times = copying.join_all().await.concat();
    Measured::of(times, begun.elapsed())
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sqlite = runtime.block_on(inserts(24));
    let copied = runtime.block_on(async {
        let server = postgres::Postgres::start().await?;
        Some(copies(&server.database().await, 6).await)
    });
    let folder = tempfile::tempdir().unwrap();
    profile(folder.path());
    let options = options_of(folder.path(), &folder.path().join("data"), &["--requests-per-minute", "100000000"]);
    let served = Served::start_with(options);
    println!("observations over HTTP, {CLIENTS} clients, batches of {VALUES} values, each answered when durable");
    sqlite.tell("peer: sqlx inserts, SQLite");
    println!();
    let mut peers = vec![("sqlx inserts", sqlite.per_second)];
    if let Some(copied) = copied {
        copied.tell("peer: COPY binary, PostgreSQL");
        println!();
        peers.push(("COPY", copied.per_second));
    }
    let mut number = 0;
    for (form, batches) in [(Form::Pco, 64), (Form::Raw, 64), (Form::Ndjson, 12), (Form::NdjsonGzip, 12)] {
        let measured = ours(&served, form, number..number + batches);
        number += batches;
        measured.tell(&format!("ours: {}", form.name()));
        for (peer, per_second) in &peers {
            print!("   {:.1} × {peer}", measured.per_second / per_second);
        }
        println!("   promise {}", if measured.per_second >= form.promise() { "kept" } else { "missed" });
    }
}
