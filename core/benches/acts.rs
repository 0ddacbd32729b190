//! Durable acts a second with 64 clients, on SQLite (WAL, FULL) and PostgreSQL, beside plain sqlx inserts of the same row in the same
//! run: one transaction a row, the same durability, the same clients. `cargo bench -p sala-core --bench acts`
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
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::format_push_string,
    reason = "a bench measures by the clock and stops at a surprise"
)]

#[path = "../tests/core/postgres.rs"]
mod postgres;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use sala_core::{
    act::{ActKind, Draft},
    ctx::Ctx,
    entropy::OsEntropy,
    publish::{Publisher, PublisherConfig},
    store::{Location, Migration, Record, Schema, Store, StoreConfig},
    time::{Clock, SystemClock},
    witness::WitnessBook,
};
use sala_log::{CosignerKey, Policy, SignerKey};
use sqlx::{ConnectOptions, Executor};
use tokio::task::JoinSet;

const CLIENTS: usize = 64;
const SECONDS: u64 = 5;

const SCHEMA: Schema = Schema {
    room: "bench",
    tables: &["item"],
    migrations: &[Migration {
        number: 1,
        sql: "CREATE TABLE item (id TEXT PRIMARY KEY, value BIGINT NOT NULL, body TEXT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
    }],
};
const PUT: ActKind = ActKind { kind: "bench.put", room: "bench", th: "-", en: "-", meaning_th: "-", meaning_en: "-" };

struct Measured {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// Runs `once` from all clients for some seconds.
async fn load<F, Fut>(once: F) -> Measured
where
    F: Fn(usize, u64) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send,
{
    let until = Instant::now() + Duration::from_secs(SECONDS);
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let once = once.clone();
        clients.spawn(async move {
            let mut times = vec![];
            while Instant::now() < until {
                let start = Instant::now();
                once(client, times.len() as u64).await;
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
            times
        });
    }
    let mut times = vec![];
    while let Some(done) = clients.join_next().await {
        times.extend(done.unwrap());
    }
    let elapsed = begun.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Measured { per_second: times.len() as f64 / elapsed, p50_ms: at(0.5), p99_ms: at(0.99) }
}

fn ctx() -> Ctx {
    Ctx::system("bench/1", SystemClock.now(), Arc::new(OsEntropy))
}

async fn acts(location: Location, folder: &Path) -> Measured {
    let bus = Arc::default();
    let store = Arc::new(
        Store::open(StoreConfig { location, kek: [1; 32], schemas: vec![&SCHEMA] }, Arc::clone(&bus), Arc::new(OsEntropy)).await.unwrap(),
    );
    // The log is published meanwhile, as in a real hall: five witnesses, all must sign.
    let signer = SignerKey::from_seed("bench.example/log", &[1; 32]).unwrap();
    let mut policy = format!("log {}\n", signer.verifier_key());
    let mut witnesses = vec![];
    for seed in 2..7_u8 {
        let key = CosignerKey::from_seed(&format!("bench.example/w{seed}"), &[seed; 32]).unwrap();
        policy += &format!("witness w{seed} {}\n", key.verifier_key());
        let book = WitnessBook::open(
            &format!("w{seed}"),
            key,
            vec![signer.verifier_key()],
            &folder.join(format!("w{seed}")),
            Arc::new(SystemClock),
        )
        .unwrap();
        witnesses.push(Arc::new(book) as _);
    }
    policy += "group all5 all w2 w3 w4 w5 w6\nquorum all5\n";
    let config = PublisherConfig {
        log_folder: folder.join("log"),
        book_folder: folder.join("book"),
        signer,
        policy: Policy::parse(policy.as_bytes()).unwrap(),
        witnesses,
    };
    let publisher = Arc::new(Publisher::open(config, Arc::clone(&store), bus, Arc::new(SystemClock)).unwrap());
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let publishing = tokio::spawn(Arc::clone(&publisher).run(Duration::from_millis(500), stopped));
    // One act a tenth of a second is followed until its head is witnessed.
    let probe = tokio::spawn({
        let (store, publisher) = (Arc::clone(&store), Arc::clone(&publisher));
        async move {
            let mut times = vec![];
            for number in 0..SECONDS * 5 {
                let start = Instant::now();
                let acted = put(&store, format!("probe{number}"), 0).await;
                if let Some(index) = acted {
                    publisher.witnessed(index).await;
                    times.push(start.elapsed().as_secs_f64());
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            times.sort_by(f64::total_cmp);
            times.last().copied()
        }
    });
    let measured = load({
        let store = Arc::clone(&store);
        move |client, number| {
            let store = Arc::clone(&store);
            async move {
                put(&store, format!("{client}-{number}"), number as i64).await;
            }
        }
    })
    .await;
    if let Some(worst) = probe.await.unwrap() {
        println!("  witnessed head under this load, worst of the probes: {worst:.2} s (5 witnesses)");
    }
    stop.send(true).unwrap();
    publishing.await.unwrap();
    measured
}

async fn put(store: &Store, id: String, value: i64) -> Option<u64> {
    let acted = store
        .act(
            &ctx(),
            Draft::new(&PUT, "the bench").public("value", value).open("body", "some words of evidence that were weighed"),
            move |tx| {
                let id = id.clone();
                Box::pin(async move {
                    tx.save(Record::new("item", id).int("value", value).text("body", "a row of state as a room would write it"));
                    Ok(())
                })
            },
        )
        .await
        .unwrap();
    acted.index
}

const PLAIN: &str = "CREATE TABLE item (id TEXT PRIMARY KEY, value BIGINT NOT NULL, body TEXT NOT NULL)";
const INSERT: &str = "INSERT INTO item (id, value, body) VALUES ($1, $2, $3)";

async fn plain_sqlite(folder: &Path) -> Measured {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(folder.join("plain.db"))
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(30));
    options.connect().await.unwrap().execute(PLAIN).await.unwrap();
    // SQLite has one writer: one connection behind a pool is its best case.
    let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    load(move |client, number| {
        let pool = pool.clone();
        async move {
            sqlx::query(INSERT)
                .bind(format!("{client}-{number}"))
                .bind(number as i64)
                .bind("a row of state as a room would write it")
                .execute(&pool)
                .await
                .unwrap();
        }
    })
    .await
}

async fn plain_postgres(url: &str) -> Measured {
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(16).connect(url).await.unwrap();
    pool.execute(PLAIN).await.unwrap();
    load(move |client, number| {
        let pool = pool.clone();
        async move {
            sqlx::query(INSERT)
                .bind(format!("{client}-{number}"))
                .bind(number as i64)
                .bind("a row of state as a room would write it")
                .execute(&pool)
                .await
                .unwrap();
        }
    })
    .await
}

fn told(name: &str, ours: &Measured, peer: &Measured) {
    let line =
        |who: &str, m: &Measured| println!("  {who:<28} {:>9.0} /s   p50 {:>6.2} ms   p99 {:>6.2} ms", m.per_second, m.p50_ms, m.p99_ms);
    println!("{name}");
    line("acts (state + act + log)", ours);
    line("peer: plain sqlx inserts", peer);
    println!("  ratio {:.2}", ours.per_second / peer.per_second);
}

#[tokio::main]
async fn main() {
    println!("durable acts, {CLIENTS} clients, {SECONDS} s each");
    let folder = tempfile::tempdir().unwrap();
    let ours = acts(Location::Folder(folder.path().to_owned()), folder.path()).await;
    told("SQLite, WAL, synchronous=FULL", &ours, &plain_sqlite(folder.path()).await);
    if let Some(server) = postgres::Postgres::start().await {
        let folder = tempfile::tempdir().unwrap();
        let ours = acts(Location::Postgres(server.database().await), folder.path()).await;
        told("PostgreSQL, synchronous_commit=on", &ours, &plain_postgres(&server.database().await).await);
    }
}
