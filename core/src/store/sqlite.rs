//! SQLite: one writer task with group commit. Commands that arrive while a commit is being synced share the next one.
//!
//! State, acts, their dense index and the frontier of the tree commit together (WAL, synchronous=FULL), so after a crash there is
//! either all of a command or nothing. A command that fails is taken back alone; if the engine refuses a batch as a whole, each of
//! its commands is tried by itself, so that no one pays for another's fault.

use std::{path::Path, sync::Arc, time::Duration};

use sala_log::frontier::Frontier;
use sqlx::{
    ConnectOptions, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{mpsc, watch};

use super::{
    Recorded,
    cell::Cell,
    command::{Command, Done, Outcome, act_cells, add_around, run},
    conn::Conn,
    tx::{Tx, storage},
    vault::Vault,
};
use crate::problem::{DAMAGED, INTERNAL, Problem};

/// The most commands that share a commit.
const BATCH: usize = 256;

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(10)).statement_cache_capacity(128)
}

/// Opens the file for writing, making it if there is none.
pub(crate) async fn connect(file: &Path) -> Result<Conn, sqlx::Error> {
    let conn = options(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-65536")
        .pragma("wal_autocheckpoint", "4000")
        // A statement of many rows keeps a journal of its own, in case its last row fails: in memory, not in a file made each time.
        .pragma("temp_store", "MEMORY")
        .pragma("secure_delete", "ON")
        .connect()
        .await?;
    Ok(Conn::Sqlite(Box::new(conn)))
}

/// One read-only connection to the file.
pub(crate) async fn connect_to_read(file: &Path) -> Result<Conn, sqlx::Error> {
    Ok(Conn::Sqlite(Box::new(options(file).read_only(true).connect().await?)))
}

/// Read-only connections to the file.
pub(crate) async fn readers(file: &Path) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new().max_connections(4).connect_with(options(file).read_only(true)).await
}

pub(crate) struct Writer {
    conn: Option<Conn>,
    frontier: Frontier,
    row_key: [u8; 32],
    vault: Arc<Vault>,
    recorded: Recorded,
}

impl Writer {
    pub(crate) async fn new(mut conn: Conn, row_key: [u8; 32], vault: Arc<Vault>, recorded: Recorded) -> Result<Self, Problem> {
        let frontier = super::read_frontier(&mut conn).await?;
        Ok(Self { conn: Some(conn), frontier, row_key, vault, recorded })
    }

    /// Serves until no one can send any more, or until told to stop; then what was accepted is finished.
    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Command>, mut stop: watch::Receiver<bool>) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                received = commands.recv_many(&mut batch, BATCH) => {
                    if received == 0 {
                        break;
                    }
                    let group = std::mem::take(&mut batch);
                    self.serve(group).await;
                }
                // It changes once, when the hall stops. Closing refuses new commands; those in the queue still come.
                _ = stop.changed(), if !commands.is_closed() => commands.close(),
            }
        }
        if let Some(conn) = self.conn {
            let _ = conn.close().await;
        }
    }

    async fn serve(&mut self, group: Vec<Command>) {
        match self.commit(&group).await {
            Ok(outcomes) => self.answer(group, outcomes),
            Err(problem) if group.len() == 1 => {
                tracing::warn!(%problem, "A command was refused by the store");
                self.answer(group, vec![Outcome::Refused(problem)]);
            }
            Err(_) => {
                for command in group {
                    let alone = vec![command];
                    let outcomes = self.commit(&alone).await.unwrap_or_else(|problem| vec![Outcome::Refused(problem)]);
                    self.answer(alone, outcomes);
                }
            }
        }
        // Those who were just answered may have more to do: their next commands share the next commit.
        tokio::task::yield_now().await;
    }

    /// Runs a group in one transaction.
    async fn commit(&mut self, group: &[Command]) -> Result<Vec<Outcome>, Problem> {
        let (Some(conn), Some(first)) = (self.conn.take(), group.first()) else {
            return Err(INTERNAL.problem().because("the writer has no connection"));
        };
        let vault = Arc::clone(&self.vault);
        let mut tx = Tx::new(conn, "BEGIN IMMEDIATE", first.ctx.clone(), first.draft.clone(), self.row_key, vault);
        let result = self.fill(&mut tx, group).await;
        if result.is_err() {
            let _ = tx.rollback().await;
        }
        self.conn = Some(tx.conn);
        let (frontier, outcomes) = result?;
        self.frontier = frontier;
        Ok(outcomes)
    }

    async fn fill(&self, tx: &mut Tx, group: &[Command]) -> Result<(Frontier, Vec<Outcome>), Problem> {
        let mut frontier = self.frontier.clone();
        let mut outcomes = Vec::with_capacity(group.len());
        let mut rows = vec![];
        for (place, command) in group.iter().enumerate() {
            if place > 0 {
                tx.turn_to(command.ctx.clone(), command.draft.clone());
            }
            let outcome = run(tx, command).await?;
            if let Outcome::Act(sealed, _) = &outcome {
                let index = i64::try_from(frontier.size()).map_err(|_| DAMAGED.problem().because("the log is full"))?;
                rows.push(std::iter::once(Cell::Int(index)).chain(act_cells(sealed)).collect());
                frontier.push(sealed.hash);
            }
            outcomes.push(outcome);
        }
        let around: Vec<_> = outcomes
            .iter()
            .zip(group)
            .filter_map(|(outcome, command)| match outcome {
                Outcome::Act(sealed, reply) => Some((&**sealed, &command.ctx, reply.as_str())),
                _ => None,
            })
            .collect();
        let mut script = tx.script();
        script.add_rows("INSERT INTO act (idx, id, kind, office, actor, at, leaf, leaf_hash) VALUES ", "", &[false; 8], rows);
        add_around(&mut script, &around);
        script.add("UPDATE log_head SET frontier = ? WHERE id = 1", [frontier.to_bytes().into()]);
        script.add("COMMIT", []);
        script.run(&mut tx.conn).await.map_err(storage)?;
        Ok((frontier, outcomes))
    }

    /// Answers the callers, then tells everyone else.
    fn answer(&self, group: Vec<Command>, outcomes: Vec<Outcome>) {
        let acts = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Act(..))).count();
        let mut index = self.frontier.size().saturating_sub(u64::try_from(acts).unwrap_or(0));
        let mut recorded = Vec::with_capacity(acts);
        for (command, outcome) in group.into_iter().zip(outcomes) {
            let result = match outcome {
                Outcome::Act(sealed, reply) => {
                    let done = Done { act: sealed.leaf.id.clone(), index: Some(index), reply };
                    recorded.push((sealed, index));
                    index += 1;
                    Ok(done)
                }
                Outcome::Again(done) => Ok(done),
                Outcome::Refused(problem) => Err(problem),
            };
            // The caller may have gone; what was committed stays committed.
            let _ = command.done.send(result);
        }
        for (sealed, index) in recorded {
            self.recorded.tell(&sealed.leaf, Some(index));
        }
    }
}
