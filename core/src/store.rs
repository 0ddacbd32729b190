//! The store: everyone may read, and the only way to write is [`Store::act`], where state and act commit together.
//!
//! On disk (SQLite): `sala.db` holds acts, openings, rooms' tables and the frontier of the log; `keys.db` the wrapped keys of
//! persons (never backed up together with the rest). With PostgreSQL both are in the database that the URL names.

pub(crate) mod cell;
mod command;
pub(crate) mod conn;
mod postgres;
mod read;
pub(crate) mod row;
mod schema;
mod script;
mod sqlite;
mod tx;
pub(crate) mod vault;

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use sala_log::frontier::Frontier;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{PgPool, SqlitePool};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinHandle,
};

pub(crate) use self::read::opening as opening_of;
pub use self::{
    cell::{Cell, Row},
    read::{ActFilter, ActRow, ActSummary, Opening},
    row::Record,
    schema::{Migration, Schema},
    tx::Tx,
    vault::ERASED,
};
use self::{
    command::Command,
    conn::{Conn, fetch_postgres, fetch_sqlite},
    tx::storage,
    vault::Vault,
};
use crate::{
    act::{Draft, Leaf},
    bus::Bus,
    cbor::Value,
    ctx::Ctx,
    entropy::{Entropy, random32},
    problem::{BUSY, DAMAGED, INTERNAL, Problem},
};

/// Where the store lies.
#[derive(Debug, Clone)]
pub enum Location {
    /// Files in this folder.
    Folder(PathBuf),
    /// A PostgreSQL URL.
    Postgres(String),
}

/// What the store needs to open.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Where it lies.
    pub location: Location,
    /// Wraps the keys of persons.
    pub kek: [u8; 32],
    /// The tables of the rooms.
    pub schemas: Vec<&'static Schema>,
}

/// An act that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted<T> {
    /// Its id.
    pub act: String,
    /// Its place in the log, if already numbered (PostgreSQL numbers a moment later).
    pub index: Option<u64>,
    /// What the work returned.
    pub value: T,
}

/// Tells the bus and the publisher that an act has its place in the log.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    bus: Arc<Bus>,
    grown: Arc<Notify>,
}

impl Recorded {
    pub(crate) fn tell(&self, leaf: &Leaf, index: Option<u64>) {
        self.bus.publish("act", &ActSummary::of(leaf, index));
        self.grown.notify_one();
    }
}

#[derive(Debug)]
enum Readers {
    Sqlite(SqlitePool),
    Postgres(PgPool),
    /// One connection inside one read transaction: a single moment of the store, while a hall may go on writing.
    Snapshot {
        conn: tokio::sync::Mutex<Conn>,
        is_postgres: bool,
    },
}

/// The store.
#[derive(Debug)]
pub struct Store {
    /// Where commands queue; `None` in a store that was opened to be read.
    queue: Option<mpsc::Sender<Command>>,
    readers: Readers,
    vault: Arc<Vault>,
    row_key: [u8; 32],
    schemas: Vec<&'static Schema>,
    grown: Arc<Notify>,
    entropy: Arc<dyn Entropy>,
    stop: watch::Sender<bool>,
    task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens the store, making it or bringing its tables up to date. A Problem tells of a store that is newer than this program,
    /// of a changed migration, of damage, or of an engine that does not answer.
    pub async fn open(config: StoreConfig, bus: Arc<Bus>, entropy: Arc<dyn Entropy>) -> Result<Self, Problem> {
        let (mut conn, keys) = match &config.location {
            Location::Folder(folder) => {
                std::fs::create_dir_all(folder)
                    .map_err(|fault| crate::problem::STORAGE.problem().because(format!("{}: {fault}", folder.display())))?;
                (
                    sqlite::connect(&folder.join("sala.db")).await.map_err(storage)?,
                    sqlite::connect(&folder.join("keys.db")).await.map_err(storage)?,
                )
            }
            Location::Postgres(url) => (postgres::connect(url).await.map_err(storage)?, postgres::connect(url).await.map_err(storage)?),
        };
        schema::migrate(&mut conn, &config.schemas).await?;
        let row_key = found(&mut conn, &*entropy).await?;
        let vault = Arc::new(Vault::open(keys, config.kek).await?);
        let grown = Arc::new(Notify::new());
        let recorded = Recorded { bus, grown: Arc::clone(&grown) };
        let (stop, stopped) = watch::channel(false);
        let (queue, commands) = mpsc::channel(2048);
        let task = match &config.location {
            Location::Folder(_) => {
                tokio::spawn(sqlite::Writer::new(conn, row_key, Arc::clone(&vault), recorded).await?.run(commands, stopped))
            }
            Location::Postgres(url) => {
                let wake = Arc::new(Notify::new());
                let writers = postgres::Writers::new(url.clone(), row_key, Arc::clone(&vault), Arc::clone(&wake));
                // The sequencer ends after the writers, so that it numbers all that they wrote.
                let (finished, written) = watch::channel(false);
                let sequencer = tokio::spawn(postgres::sequence(conn, recorded, wake, written));
                tokio::spawn(async move {
                    writers.run(commands, stopped).await;
                    let _ = finished.send(true);
                    let _ = sequencer.await;
                })
            }
        };
        let readers = readers(&config.location).await?;
        Ok(Self {
            queue: Some(queue),
            readers,
            vault,
            row_key,
            schemas: config.schemas,
            grown,
            entropy,
            stop,
            task: tokio::sync::Mutex::new(Some(task)),
        })
    }

    /// Opens the store to look at it as it is at this moment: nothing is made, migrated or written, and a hall may be running on it.
    pub async fn open_to_read(config: StoreConfig, entropy: Arc<dyn Entropy>) -> Result<Self, Problem> {
        let readers = snapshot(&config.location).await?;
        let keys = match &config.location {
            Location::Folder(folder) if folder.join("keys.db").exists() => {
                Some(sqlite::connect_to_read(&folder.join("keys.db")).await.map_err(storage)?)
            }
            Location::Folder(_) => None,
            Location::Postgres(url) => Some(postgres::connect(url).await.map_err(storage)?),
        };
        let vault = Arc::new(Vault::to_read(keys, config.kek));
        let mut store = Self {
            queue: None,
            readers,
            vault,
            row_key: [0; 32],
            schemas: config.schemas,
            grown: Arc::new(Notify::new()),
            entropy,
            stop: watch::channel(false).0,
            task: tokio::sync::Mutex::new(None),
        };
        let meta = store.fetch("SELECT value FROM meta WHERE name = 'row_key'", &[]).await?;
        store.row_key = meta.first().ok_or_else(|| DAMAGED.problem().because("the store has no row key"))?.bytes32("value")?;
        Ok(store)
    }

    /// The only way to write: does `work` and records the act, or neither.
    ///
    /// `work` may be run more than once, so it must take its inputs by reference or clone, and do nothing but use the [`Tx`]. With an
    /// `Idempotency-Key` in `ctx`, a repetition gets the first reply and does nothing.
    pub async fn act<T, F>(&self, ctx: &Ctx, draft: Draft, work: F) -> Result<Acted<T>, Problem>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, Problem>> + Send + Sync + 'static,
    {
        let work = std::sync::Arc::new(work);
        let work: command::Work = Box::new(move |tx| {
            let work = Arc::clone(&work);
            Box::pin(async move {
                let value = work(tx).await?;
                serde_json::to_string(&value)
                    .map_err(|fault| INTERNAL.problem().because(format!("a reply can't be written as JSON: {fault}")))
            })
        });
        let (done, answer) = oneshot::channel();
        let command = Command { ctx: ctx.clone(), draft, work, done };
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        let place = tokio::time::timeout(Duration::from_secs(5), queue.reserve()).await.map_err(|_| BUSY.problem().retry_after(1))?;
        place.map_err(|_| closed())?.send(command);
        let done = answer.await.map_err(|_| closed())??;
        let value = serde_json::from_str(&done.reply)
            .map_err(|fault| DAMAGED.problem().because(format!("a kept reply has another shape now: {fault}")))?;
        Ok(Acted { act: done.act, index: done.index, value })
    }

    /// Reads. The connections are read-only, so nothing can be written this way.
    pub async fn fetch(&self, sql: &str, args: &[Cell]) -> Result<Vec<Row>, Problem> {
        match &self.readers {
            Readers::Sqlite(pool) => fetch_sqlite(pool, sql, args).await,
            Readers::Postgres(pool) => fetch_postgres(pool, sql, args).await,
            Readers::Snapshot { conn, .. } => conn.lock().await.fetch(sql, args).await,
        }
        .map_err(storage)
    }

    /// Copies an SQLite store to a new file while the hall runs: one consistent moment, without the keys of persons.
    pub async fn copy_to(from: &std::path::Path, to: &std::path::Path) -> Result<(), Problem> {
        let mut conn = sqlite::connect(from).await.map_err(storage)?;
        let copied = conn.execute("VACUUM INTO $1", &[to.display().to_string().into()]).await.map_err(storage);
        conn.close().await.map_err(storage)?;
        copied.map(drop)
    }

    /// Makes the key of a person. Harmless when there is one.
    pub async fn create_person_key(&self, person: &str) -> Result<(), Problem> {
        self.vault.create(person, &*self.entropy).await
    }

    /// Destroys the key of a person: everything sealed for them is unreadable from now on, in backups too.
    pub async fn erase_person_key(&self, person: &str) -> Result<(), Problem> {
        self.vault.erase(person).await
    }

    /// Persons who have a key in the vault, at most `limit`, in the order of their ids, beginning after `after`. Whoever restores an old
    /// vault must look for those who were erased since, and erase them again.
    pub async fn persons_with_key(&self, after: &str, limit: i64) -> Result<Vec<String>, Problem> {
        self.vault.persons(after, limit).await
    }

    /// Encrypts a value for a person; `label` says what it is and must be given again to open it.
    pub async fn seal(&self, person: &str, label: &str, plain: &[u8]) -> Result<Vec<u8>, Problem> {
        vault::seal(&self.vault.key(person).await?, label.as_bytes(), plain, &*self.entropy)
    }

    /// Opens what [`Store::seal`] made; [`ERASED`] when the person's key is gone.
    pub async fn unseal(&self, person: &str, label: &str, sealed: &[u8]) -> Result<Vec<u8>, Problem> {
        vault::open(&self.vault.key(person).await?, label.as_bytes(), sealed)
            .ok_or_else(|| DAMAGED.problem().because(format!("what was sealed as {label} does not open")))
    }

    /// What the openings of an act hold for this very person: (field, salt, value), in the order of the fields. What is sealed for
    /// others, or open to all, is left out; so is everything once the person's key is gone.
    pub async fn openings_for(&self, person: &str, act: &str) -> Result<Vec<(String, [u8; 32], Value)>, Problem> {
        let mut found = vec![];
        for opening in self.openings(act).await? {
            let Opening::Sealed { field, holder, body } = opening else { continue };
            if self.vault.reveal(&holder, &tx::opening_id(act, &field))? != person {
                continue;
            }
            if let Some((salt, value)) = self.open_sealed(act, &field, &holder, &body).await? {
                found.push((field, salt, value));
            }
        }
        Ok(found)
    }

    /// Wakes when the log has grown.
    pub async fn grown(&self) {
        self.grown.notified().await;
    }

    /// The tables of the rooms.
    pub(crate) fn schemas(&self) -> &[&'static Schema] {
        &self.schemas
    }

    pub(crate) fn row_key(&self) -> &[u8; 32] {
        &self.row_key
    }

    /// Ends the writer after all that was accepted is committed, and closes every file, so that nothing is left in a write-ahead log.
    /// Later acts are refused.
    pub async fn close(&self) {
        let _ = self.stop.send(true);
        match &self.readers {
            Readers::Sqlite(pool) => pool.close().await,
            Readers::Postgres(pool) => pool.close().await,
            Readers::Snapshot { .. } => {}
        }
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
        self.vault.close().await;
    }
}

fn closed() -> Problem {
    crate::problem::STORAGE.problem().because("the store is closed for writing")
}

async fn snapshot(location: &Location) -> Result<Readers, Problem> {
    let (mut conn, begin, is_postgres) = match location {
        Location::Folder(folder) => (sqlite::connect_to_read(&folder.join("sala.db")).await.map_err(storage)?, "BEGIN", false),
        Location::Postgres(url) => {
            (postgres::connect(url).await.map_err(storage)?, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", true)
        }
    };
    conn.run(begin).await.map_err(storage)?;
    // The moment of a snapshot is that of its first read.
    conn.fetch("SELECT frontier FROM log_head WHERE id = 1", &[]).await.map_err(storage)?;
    Ok(Readers::Snapshot { conn: tokio::sync::Mutex::new(conn), is_postgres })
}

async fn readers(location: &Location) -> Result<Readers, Problem> {
    Ok(match location {
        Location::Folder(folder) => Readers::Sqlite(sqlite::readers(&folder.join("sala.db")).await.map_err(storage)?),
        Location::Postgres(url) => Readers::Postgres(postgres::readers(url).await.map_err(storage)?),
    })
}

/// The row key and the log head of this store; makes them at the first start.
async fn found(conn: &mut Conn, entropy: &dyn Entropy) -> Result<[u8; 32], Problem> {
    conn.execute("INSERT INTO meta (name, value) VALUES ('row_key', $1) ON CONFLICT (name) DO NOTHING", &[random32(entropy).into()])
        .await
        .map_err(storage)?;
    conn.execute("INSERT INTO log_head (id, frontier) VALUES (1, $1) ON CONFLICT (id) DO NOTHING", &[Frontier::new().to_bytes().into()])
        .await
        .map_err(storage)?;
    let rows = conn.fetch("SELECT value FROM meta WHERE name = 'row_key'", &[]).await.map_err(storage)?;
    rows.first().ok_or_else(|| DAMAGED.problem().because("the store has no row key"))?.bytes32("value")
}

pub(crate) async fn read_frontier(conn: &mut Conn) -> Result<Frontier, Problem> {
    let rows = conn.fetch("SELECT frontier FROM log_head WHERE id = 1", &[]).await.map_err(storage)?;
    let bytes = rows.first().ok_or_else(|| DAMAGED.problem().because("the log head is missing"))?.blob("frontier")?;
    Frontier::from_bytes(bytes).map_err(|fault| DAMAGED.problem().because(format!("the log head: {fault}")))
}
