//! The tables of this room: the only files with SQL.

pub(crate) mod law;
pub(crate) mod property;

use sala_core::{
    problem::Problem,
    store::{Migration, Record, Row, Schema, Store, Tx},
    time::Timestamp,
};
use sha2::{Digest, Sha256};

/// The tables of this room.
pub const SCHEMA: Schema = Schema {
    room: "world",
    tables: &["conduct_acceptance", "conduct_block", "conduct_key", "conduct_report", "conduct_sanction", "conduct_appeal", "asset", "asset_dispute", "asset_file"],
    migrations: &[Migration {
        number: 1,
        sql: "CREATE TABLE conduct_acceptance (id TEXT PRIMARY KEY, version TEXT NOT NULL, at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE conduct_block (id TEXT PRIMARY KEY, blocker TEXT NOT NULL, blocked TEXT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX conduct_block_by_blocker ON conduct_block (blocker);
              CREATE INDEX conduct_block_by_blocked ON conduct_block (blocked);",
    }, Migration {
        number: 2,
        sql: "CREATE TABLE conduct_key (id TEXT PRIMARY KEY, sealed BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE conduct_report (id TEXT PRIMARY KEY, state TEXT NOT NULL, filed_at BIGINT NOT NULL, owner TEXT NOT NULL, reporter_tag TEXT NOT NULL,
                  parties BLOB NOT NULL, evidence BLOB NOT NULL, destroy_after BIGINT, body BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX conduct_report_by_state ON conduct_report (state, id);
              CREATE INDEX conduct_report_by_owner ON conduct_report (owner, id);
              CREATE INDEX conduct_report_by_filed ON conduct_report (filed_at);
              CREATE TABLE conduct_sanction (id TEXT PRIMARY KEY, given_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, body BLOB NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX conduct_sanction_by_end ON conduct_sanction (ends_at);
              CREATE TABLE conduct_appeal (id TEXT PRIMARY KEY, state TEXT NOT NULL, filed_at BIGINT NOT NULL, due_at BIGINT NOT NULL, sealed BLOB NOT NULL,
                  body BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
    }, Migration {
        number: 3,
        sql: "CREATE TABLE asset (id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, is_stored BIGINT NOT NULL,
                  words TEXT NOT NULL, body BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX asset_by_content ON asset (sha256);
              CREATE INDEX asset_by_owner ON asset (owner, id);
              CREATE INDEX asset_by_state ON asset (state, id);
              CREATE TABLE asset_dispute (id TEXT PRIMARY KEY, asset TEXT NOT NULL, filer_tag TEXT NOT NULL, is_open BIGINT NOT NULL, due_at BIGINT,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX asset_dispute_by_open ON asset_dispute (is_open, id);
              CREATE INDEX asset_dispute_by_due ON asset_dispute (due_at);
              CREATE TABLE asset_file (id TEXT PRIMARY KEY, bytes BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
    }],
};

/// A persona accepted a version of the code.
pub(crate) fn save_acceptance(tx: &mut Tx, handle: &str, version: &str, at: Timestamp) {
    tx.save(Record::new("conduct_acceptance", handle).text("version", version).int("at", at.0));
}

/// The version that a persona accepted last.
pub(crate) async fn accepted(store: &Store, handle: &str) -> Result<Option<String>, Problem> {
    let rows = store.fetch("SELECT version FROM conduct_acceptance WHERE id = $1", &[handle.into()]).await?;
    rows.first().map(|row| row.text("version").map(str::to_owned)).transpose()
}

fn block_id(blocker: &str, blocked: &str) -> String {
    hex::encode(Sha256::new().chain_update(blocker).chain_update([0]).chain_update(blocked).finalize())
}

/// Keeps that one blocks the other.
pub(crate) fn save_block(tx: &mut Tx, blocker: &str, blocked: &str) {
    tx.save(Record::new("conduct_block", block_id(blocker, blocked)).text("blocker", blocker).text("blocked", blocked));
}

/// Removes it.
pub(crate) fn remove_block(tx: &mut Tx, blocker: &str, blocked: &str) {
    tx.remove("conduct_block", &block_id(blocker, blocked));
}

/// Does one block the other?
pub(crate) async fn blocks_in(tx: &mut Tx, blocker: &str, blocked: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM conduct_block WHERE id = $1", &[block_id(blocker, blocked).into()]).await?.is_empty())
}

/// Whom a persona blocks, and who blocks it.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    pub(crate) by: Vec<String>,
    pub(crate) of: Vec<String>,
}

pub(crate) async fn blocks(store: &Store, handle: &str) -> Result<Blocks, Problem> {
    let texts = |rows: Vec<Row>, column: &'static str| rows.iter().map(|row| row.text(column).map(str::to_owned)).collect::<Result<_, _>>();
    let by = store.fetch("SELECT blocked FROM conduct_block WHERE blocker = $1 ORDER BY id LIMIT 10000", &[handle.into()]).await?;
    let of = store.fetch("SELECT blocker FROM conduct_block WHERE blocked = $1 ORDER BY id LIMIT 10000", &[handle.into()]).await?;
    Ok(Blocks { by: texts(by, "blocked")?, of: texts(of, "blocker")? })
}
