//! PostgreSQL: commands run side by side under SERIALIZABLE; one sequencer numbers their acts.
//!
//! A transaction writes its act to `act_pending` with its transaction id. The sequencer numbers, in order of transaction id, only
//! rows below the oldest transaction that still runs (`pg_snapshot_xmin`): no act can appear later with a smaller id, so the index
//! is dense and an act always follows those it could have seen.

use std::{sync::Arc, time::Duration};

use sala_log::frontier::Frontier;
use sqlx::{Connection, PgConnection, PgPool, postgres::PgPoolOptions};
use tokio::sync::{Mutex, Notify, RwLock, Semaphore, watch};

use super::{
    Recorded,
    cell::Cell,
    command::{Command, Done, Outcome, act_cells, record_around, run},
    conn::Conn,
    tx::{Tx, flush, insert_many, storage},
    vault::Vault,
};
use crate::{
    act::Leaf,
    problem::{DAMAGED, INTERNAL, Problem},
};

/// Commands that run at the same time.
const WRITERS: usize = 12;
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

impl std::fmt::Debug for Writers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writers")
    }
}

impl Writers {
    pub(crate) fn new(url: String, row_key: [u8; 32], vault: Arc<Vault>, wake: Arc<Notify>) -> Self {
        Self { url, idle: Mutex::default(), permits: Semaphore::new(WRITERS), gate: RwLock::default(), row_key, vault, wake }
    }

    pub(crate) async fn perform(&self, command: Command) {
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
        let _ = command.done.send(result);
        self.wake.notify_one();
    }

    async fn attempt(&self, command: &Command) -> Result<Done, Problem> {
        let _permit = self.permits.acquire().await.map_err(|_| INTERNAL.problem().because("the store is closed"))?;
        let idle = self.idle.lock().await.pop();
        let mut conn = match idle {
            Some(conn) => conn,
            None => connect(&self.url).await.map_err(storage)?,
        };
        conn.run("BEGIN ISOLATION LEVEL SERIALIZABLE").await.map_err(storage)?;
        let mut tx = Tx::new(conn, command.ctx.clone(), command.draft.clone(), self.row_key, Arc::clone(&self.vault));
        let result = self.fill(&mut tx, command).await;
        let mut conn = tx.conn;
        let is_clean = result.is_ok() || conn.run("ROLLBACK").await.is_ok();
        if is_clean {
            self.idle.lock().await.push(conn);
        }
        result
    }

    async fn fill(&self, tx: &mut Tx, command: &Command) -> Result<Done, Problem> {
        let (sealed, reply) = match run(tx, command).await? {
            Outcome::Act(sealed, reply) => (sealed, reply),
            Outcome::Again(done) => {
                tx.conn.run("ROLLBACK").await.map_err(storage)?;
                return Ok(done);
            }
            Outcome::Refused(problem) => return Err(problem),
        };
        let write = async {
            let writes = std::mem::take(&mut tx.writes);
            flush(&mut tx.conn, writes).await?;
            insert_many(
                &mut tx.conn,
                "INSERT INTO act_pending (id, kind, office, actor, at, leaf, leaf_hash) VALUES ",
                "",
                &[false; 7],
                vec![act_cells(&sealed)],
            )
            .await?;
            record_around(&mut tx.conn, vec![(&sealed, &command.ctx, &reply)]).await?;
            tx.conn.run("COMMIT").await
        };
        write.await.map_err(storage)?;
        Ok(Done { act: sealed.leaf.id, index: None, reply })
    }

    pub(crate) async fn close(&self) {
        self.permits.close();
        for conn in self.idle.lock().await.drain(..) {
            let _ = conn.close().await;
        }
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
            "SELECT id, kind, office, actor, at, leaf, leaf_hash FROM act_pending WHERE xid < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
             ORDER BY xid, id LIMIT 2000",
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
    let write = async {
        insert_many(conn, "INSERT INTO act (idx, id, kind, office, actor, at, leaf, leaf_hash) VALUES ", "", &[false; 8], acts).await?;
        for row in &rows {
            conn.execute("DELETE FROM act_pending WHERE id = $1", row.cells.get(..1).unwrap_or_default()).await?;
        }
        conn.execute("UPDATE log_head SET frontier = $1 WHERE id = 1", &[frontier.to_bytes().into()]).await?;
        conn.run("COMMIT").await
    };
    write.await.map_err(storage)?;
    for (leaf, index) in told {
        if let Some(leaf) = leaf {
            recorded.tell(&leaf, Some(index));
        }
    }
    Ok(rows.len())
}
