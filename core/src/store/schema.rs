//! Tables: declared by the rooms, made by forward-only migrations that are checked at each start.

use sha2::{Digest, Sha256};

use super::{cell::Cell, conn::Conn};
use crate::problem::{Problem, STORAGE};

/// One forward step.
#[derive(Debug)]
pub struct Migration {
    /// 1, 2, 3 … within the room.
    pub number: i64,
    /// Portable statements; never edited after a release.
    pub sql: &'static str,
}

/// What a room keeps.
#[derive(Debug)]
pub struct Schema {
    /// The room.
    pub room: &'static str,
    /// Its state tables: each has `id`, `act_id`, `act_salt`, and every row is bound into the log.
    pub tables: &'static [&'static str],
    /// How the tables came to be.
    pub migrations: &'static [Migration],
}

/// Core's own tables. They are not state of a room: the log carries itself.
pub(crate) const CORE: Schema = Schema {
    room: "core",
    tables: &[],
    migrations: &[Migration {
        number: 1,
        sql: "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
              CREATE TABLE act (idx BIGINT PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, office TEXT NOT NULL, actor TEXT NOT NULL,
                  at BIGINT NOT NULL, leaf BLOB NOT NULL, leaf_hash BLOB NOT NULL);
              CREATE INDEX act_by_kind ON act (kind, idx);
              CREATE TABLE act_ref (id TEXT PRIMARY KEY, subject TEXT NOT NULL, act_id TEXT NOT NULL);
              CREATE INDEX act_ref_by_subject ON act_ref (subject, act_id);
              CREATE TABLE opening (id TEXT PRIMARY KEY, act_id TEXT NOT NULL, field TEXT NOT NULL, sealed_for TEXT NOT NULL, body BLOB NOT NULL);
              CREATE INDEX opening_by_act ON opening (act_id);
              CREATE TABLE log_head (id BIGINT PRIMARY KEY, frontier BLOB NOT NULL);
              CREATE TABLE idempotency (id TEXT PRIMARY KEY, request BLOB NOT NULL, act_id TEXT NOT NULL, reply TEXT NOT NULL, at BIGINT NOT NULL);",
    }],
};

const POSTGRES_PRELUDE: &str = "DO $$ BEGIN CREATE DOMAIN blob AS bytea; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    CREATE TABLE IF NOT EXISTS act_pending (id TEXT PRIMARY KEY, xid BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
        kind TEXT NOT NULL, office TEXT NOT NULL, actor TEXT NOT NULL, at BIGINT NOT NULL, leaf bytea NOT NULL, leaf_hash bytea NOT NULL);
    CREATE INDEX IF NOT EXISTS act_pending_by_xid ON act_pending (xid);
    ALTER TABLE act_pending ADD COLUMN IF NOT EXISTS seq BIGSERIAL;";

/// Brings the tables up to date, or says why it will not: a migration that was changed after it ran, or a store that is newer than the program.
pub(crate) async fn migrate(conn: &mut Conn, schemas: &[&'static Schema]) -> Result<(), Problem> {
    let storage = |fault: sqlx::Error| STORAGE.problem().because(format!("while migrating: {fault}"));
    if matches!(conn, Conn::Postgres(_)) {
        // Two processes of one hall may start together.
        conn.run("SELECT pg_advisory_lock(7350141)").await.map_err(storage)?;
        conn.run(POSTGRES_PRELUDE).await.map_err(storage)?;
    }
    conn.run("CREATE TABLE IF NOT EXISTS migration (id TEXT PRIMARY KEY, number BIGINT NOT NULL, hash TEXT NOT NULL)")
        .await
        .map_err(storage)?;
    for schema in std::iter::once(&&CORE).chain(schemas) {
        for migration in schema.migrations {
            step(conn, schema, migration).await?;
        }
        let newest = schema.migrations.last().map_or(0, |migration| migration.number);
        let known = conn
            .fetch("SELECT number FROM migration WHERE id LIKE $1 AND number > $2", &[format!("{}/%", schema.room).into(), newest.into()])
            .await
            .map_err(storage)?;
        if !known.is_empty() {
            return Err(STORAGE
                .problem()
                .because(format!("the store was written by a newer program (room {}): use that one or restore a backup", schema.room)));
        }
    }
    if matches!(conn, Conn::Postgres(_)) {
        conn.run("SELECT pg_advisory_unlock(7350141)").await.map_err(storage)?;
    }
    Ok(())
}

async fn step(conn: &mut Conn, schema: &Schema, migration: &Migration) -> Result<(), Problem> {
    let storage = |fault: sqlx::Error| STORAGE.problem().because(format!("migration {}/{}: {fault}", schema.room, migration.number));
    let id = format!("{}/{:04}", schema.room, migration.number);
    let hash = hex::encode(Sha256::digest(migration.sql.as_bytes()));
    let done = conn.fetch("SELECT hash FROM migration WHERE id = $1", &[Cell::from(&id)]).await.map_err(storage)?;
    if let Some(row) = done.first() {
        return if row.text("hash")? == hash {
            Ok(())
        } else {
            Err(STORAGE.problem().because(format!("migration {id} was changed after it had run: restore its text and add a new one")))
        };
    }
    conn.run("BEGIN").await.map_err(storage)?;
    let applied = async {
        conn.run(migration.sql).await?;
        conn.execute(
            "INSERT INTO migration (id, number, hash) VALUES ($1, $2, $3)",
            &[Cell::from(&id), migration.number.into(), hash.into()],
        )
        .await?;
        conn.run("COMMIT").await
    }
    .await;
    if let Err(fault) = applied {
        let _ = conn.run("ROLLBACK").await;
        return Err(storage(fault));
    }
    Ok(())
}
