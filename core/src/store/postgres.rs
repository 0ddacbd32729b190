//! PostgreSQL: commands run side by side under SERIALIZABLE; one sequencer numbers their acts.
//!
//! Commands that wait together share a transaction. It writes its acts to `act_pending` with its transaction id. The sequencer
//! numbers, in order of transaction id and then of writing, only rows below the oldest transaction that still runs
//! (`pg_snapshot_xmin`): no act can appear later with a smaller id, so the index is dense and an act always follows those it could
//! have seen.

use std::{sync::Arc, time::Duration};

use sala_log::frontier::Frontier;
use sqlx::{Connection, PgConnection, PgPool, postgres::PgPoolOptions};
use tokio::{
    sync::{Mutex, Notify, RwLock, Semaphore, mpsc, watch},
    task::JoinSet,
};

use super::{
    Recorded,
    cell::Cell,
    command::{Command, Done, Outcome, act_cells, add_around, run},
    conn::Conn,
    script::Script,
    tx::{Tx, storage},
    vault::Vault,
};
use crate::{
    act::Leaf,
    problem::{DAMAGED, INTERNAL, Problem},
};

/// Transactions that run at the same time.
const WRITERS: usize = 12;
/// Of these, how many take whole groups from the queue.
const GROUPS: usize = 4;
/// The most commands that share a transaction.
const GROUP: usize = 32;
const BEGIN: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";
/// How often a command that lost a race is tried again.
const TRIES: u32 = 30;
/// After so many lost races a command runs alone in this process.
const PATIENCE: u32 = 4;
/// How long the sequencer waits when there is nothing to number.
const PAUSE: Duration = Duration::from_millis(100);

pub(crate) async fn connect(url: &str) -> Result<Conn, sqlx::Error> {
    Ok(Conn::Postgres(Box::new(PgConnection::connect(url).await?)))
}

pub(crate) async fn readers(url: &str) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(6)
        .after_connect(|conn, _| {
            Box::pin(async move { sqlx::raw_sql("SET default_transaction_read_only = on").execute(conn).await.map(drop) })
        })
        .connect(url)
        .await
}

pub(crate) struct Writers {
    url: String,
    idle: Mutex<Vec<Conn>>,
    permits: Semaphore,
    gate: RwLock<()>,
    row_key: [u8; 32],
    vault: Arc<Vault>,
    wake: Arc<Notify>,
}

impl Writers {
    pub(crate) fn new(url: String, row_key: [u8; 32], vault: Arc<Vault>, wake: Arc<Notify>) -> Self {
        Self { url, idle: Mutex::default(), permits: Semaphore::new(WRITERS), gate: RwLock::default(), row_key, vault, wake }
    }

    /// Serves until no one can send any more, or until told to stop; then what was accepted is finished.
    pub(crate) async fn run(self, commands: mpsc::Receiver<Command>, stop: watch::Receiver<bool>) {
        let writers = Arc::new(self);
        let commands = Arc::new(Mutex::new(commands));
        let mut groups = JoinSet::new();
        for _ in 0..GROUPS {
            groups.spawn(Arc::clone(&writers).take_groups(Arc::clone(&commands), stop.clone()));
        }
        groups.join_all().await;
        for conn in writers.idle.lock().await.drain(..) {
            let _ = conn.close().await;
        }
    }

    async fn take_groups(self: Arc<Self>, commands: Arc<Mutex<mpsc::Receiver<Command>>>, mut stop: watch::Receiver<bool>) {
        let mut group = Vec::with_capacity(GROUP);
        loop {
            {
                let mut commands = commands.lock().await;
                tokio::select! {
                    biased;
                    received = commands.recv_many(&mut group, GROUP) => {
                        if received == 0 {
                            return;
                        }
                    }
                    _ = stop.changed(), if !commands.is_closed() => commands.close(),
                }
            }
            self.serve(std::mem::take(&mut group)).await;
        }
    }

    /// A group shares a transaction. If it is refused as a whole, or loses a race, each command is done by itself.
    async fn serve(self: &Arc<Self>, group: Vec<Command>) {
        if let [_, _, ..] = group.as_slice()
            && let Ok(results) = self.attempt(&group).await
        {
            for (command, result) in group.into_iter().zip(results) {
                let _ = command.done.send(result);
            }
            self.wake.notify_one();
            return;
        }
        let mut alone = JoinSet::new();
        for command in group {
            let writers = Arc::clone(self);
            alone.spawn(async move { writers.perform(command).await });
        }
        alone.join_all().await;
    }

    async fn perform(&self, command: Command) {
        let command = [command];
        let mut result = Err(INTERNAL.problem().because("not tried"));
        for attempt in 0..TRIES {
            result = if attempt < PATIENCE {
                let _shared = self.gate.read().await;
                self.attempt(&command).await
            } else {
                let _alone = self.gate.write().await;
                self.attempt(&command).await
            };
            match &result {
                Err(problem) if lost_race(problem) => {
                    // Spread the losers, so that they don't meet again.
                    tokio::time::sleep(Duration::from_millis(u64::from(attempt.min(6) * attempt.min(6) + 1))).await;
                }
                _ => break,
            }
        }
        let result = result.and_then(|mut results| results.pop().unwrap_or_else(|| Err(INTERNAL.problem().because("no result"))));
        let [command] = command;
        let _ = command.done.send(result);
        self.wake.notify_one();
    }

    /// Runs commands in one transaction.
    async fn attempt(&self, group: &[Command]) -> Result<Vec<Result<Done, Problem>>, Problem> {
        let Some(first) = group.first() else { return Ok(vec![]) };
        let _permit = self.permits.acquire().await.map_err(|_| INTERNAL.problem().because("the store is closed"))?;
        let idle = self.idle.lock().await.pop();
        let conn = match idle {
            Some(conn) => conn,
            None => connect(&self.url).await.map_err(storage)?,
        };
        let mut tx = Tx::new(conn, BEGIN, first.ctx.clone(), first.draft.clone(), self.row_key, Arc::clone(&self.vault));
        let result = self.fill(&mut tx, group).await;
        if result.is_ok() || tx.rollback().await.is_ok() {
            self.idle.lock().await.push(tx.conn);
        }
        result
    }

    async fn fill(&self, tx: &mut Tx, group: &[Command]) -> Result<Vec<Result<Done, Problem>>, Problem> {
        let mut outcomes = Vec::with_capacity(group.len());
        for (place, command) in group.iter().enumerate() {
            if place > 0 {
                tx.turn_to(command.ctx.clone(), command.draft.clone());
            }
            outcomes.push(run(tx, command).await?);
        }
        let acts: Vec<_> = outcomes
            .iter()
            .zip(group)
            .filter_map(|(outcome, command)| match outcome {
                Outcome::Act(sealed, reply) => Some((&**sealed, &command.ctx, reply.as_str())),
                _ => None,
            })
            .collect();
        if acts.is_empty() {
            tx.rollback().await.map_err(storage)?;
        } else {
            let mut script = tx.script();
            let rows = acts.iter().map(|(sealed, ..)| act_cells(sealed)).collect();
            script.add_rows("INSERT INTO act_pending (id, kind, office, actor, at, leaf, leaf_hash) VALUES ", "", &[false; 7], rows);
            add_around(&mut script, &acts);
            script.add("COMMIT", []);
            script.run(&mut tx.conn).await.map_err(storage)?;
        }
        Ok(outcomes
            .into_iter()
            .map(|outcome| match outcome {
                Outcome::Act(sealed, reply) => Ok(Done { act: sealed.leaf.id, index: None, reply }),
                Outcome::Again(done) => Ok(done),
                Outcome::Refused(problem) => Err(problem),
            })
            .collect())
    }
}

/// Serialization failure, deadlock, or a key that another transaction inserted first (SQLSTATE 40001, 40P01, 23505).
fn lost_race(problem: &Problem) -> bool {
    problem.code.code == "storage_unavailable"
        && problem.internal.as_ref().is_some_and(|cause| {
            ["could not serialize", "deadlock detected", "duplicate key value"].iter().any(|sign| cause.contains(sign))
        })
}

/// Numbers pending acts until told to stop, then once more.
pub(crate) async fn sequence(mut conn: Conn, recorded: Recorded, wake: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    loop {
        let stopping = *stop.borrow();
        match number(&mut conn, &recorded).await {
            Ok(0) if stopping => break,
            Ok(0) => {
                tokio::select! {
                    () = wake.notified() => tokio::time::sleep(Duration::from_millis(5)).await,
                    () = tokio::time::sleep(PAUSE) => {}
                    _ = stop.changed() => {}
                }
            }
            Ok(_) => {}
            Err(problem) => {
                tracing::error!(%problem, "The sequencer could not number acts; it tries again");
                let _ = conn.run("ROLLBACK").await;
                tokio::time::sleep(PAUSE * 5).await;
                if stopping {
                    break;
                }
            }
        }
    }
    let _ = conn.close().await;
}

async fn number(conn: &mut Conn, recorded: &Recorded) -> Result<usize, Problem> {
    conn.run("BEGIN").await.map_err(storage)?;
    // The row lock on the head is what makes the sequencer single, over all processes of this hall.
    let head = conn.fetch("SELECT frontier FROM log_head WHERE id = 1 FOR UPDATE", &[]).await.map_err(storage)?;
    let mut frontier = head
        .first()
        .and_then(|row| row.blob("frontier").ok())
        .and_then(|bytes| Frontier::from_bytes(bytes).ok())
        .ok_or_else(|| DAMAGED.problem().because("the log head is missing or damaged"))?;
    let rows = conn
        .fetch(
            "WITH ready AS (SELECT id FROM act_pending WHERE xid < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
                 ORDER BY xid, seq LIMIT 2000),
             gone AS (DELETE FROM act_pending USING ready WHERE act_pending.id = ready.id
                 RETURNING act_pending.id, xid, seq, kind, office, actor, at, leaf, leaf_hash)
             SELECT id, kind, office, actor, at, leaf, leaf_hash FROM gone ORDER BY xid, seq",
            &[],
        )
        .await
        .map_err(storage)?;
    if rows.is_empty() {
        conn.run("ROLLBACK").await.map_err(storage)?;
        return Ok(0);
    }
    let mut acts = Vec::with_capacity(rows.len());
    let mut told = Vec::with_capacity(rows.len());
    for row in &rows {
        let index = frontier.size();
        frontier.push(row.bytes32("leaf_hash")?);
        acts.push(std::iter::once(Cell::Int(i64::try_from(index).unwrap_or(i64::MAX))).chain(row.cells.iter().cloned()).collect());
        told.push((Leaf::decode(row.blob("leaf")?), index));
    }
    let mut script = Script::default();
    script.add_rows("INSERT INTO act (idx, id, kind, office, actor, at, leaf, leaf_hash) VALUES ", "", &[false; 8], acts);
    script.add("UPDATE log_head SET frontier = ? WHERE id = 1", [frontier.to_bytes().into()]);
    script.add("COMMIT", []);
    script.run(conn).await.map_err(storage)?;
    for (leaf, index) in told {
        if let Some(leaf) = leaf {
            recorded.tell(&leaf, Some(index));
        }
    }
    Ok(rows.len())
}
