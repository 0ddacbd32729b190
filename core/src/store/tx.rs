//! `Tx`: what a command sees inside `store.act`. Writes are gathered and flushed many at a time; a read flushes first, so that a
//! command always sees its own writes and those of the commands before it.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    cell::{Cell, Row},
    conn::Conn,
    row::{Record, row_handle, row_hash},
    vault::{self, Vault},
};
use crate::{
    act::{Draft, Leaf, MAX_LEAF_BYTES, commitment},
    cbor::Value,
    ctx::Ctx,
    problem::{INTERNAL, Problem, STORAGE},
};

/// One gathered write.
#[derive(Debug)]
pub(crate) enum Write {
    Save { record: Record, act: String, salt: [u8; 32] },
    Remove { table: &'static str, id: String },
}

/// A numbered or pending act with what belongs to it.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) leaf: Leaf,
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: [u8; 32],
    pub(crate) openings: Vec<OpeningRow>,
}

#[derive(Debug)]
pub(crate) struct OpeningRow {
    pub(crate) field: String,
    pub(crate) sealed_for: String,
    pub(crate) body: Vec<u8>,
}

/// The transaction of one act.
#[derive(Debug)]
pub struct Tx {
    pub(crate) conn: Conn,
    pub(crate) writes: Vec<Write>,
    /// Writes before this place belong to earlier commands of the batch.
    pub(crate) mark: usize,
    pub(crate) has_savepoint: bool,
    pub(crate) broken: bool,
    ctx: Ctx,
    draft: Draft,
    act: String,
    state: Vec<([u8; 32], Option<[u8; 32]>)>,
    row_key: [u8; 32],
    vault: Arc<Vault>,
}

impl Tx {
    pub(crate) fn new(conn: Conn, ctx: Ctx, draft: Draft, row_key: [u8; 32], vault: Arc<Vault>) -> Self {
        let act = ctx.new_id("act");
        Self { conn, writes: vec![], mark: 0, has_savepoint: false, broken: false, ctx, draft, act, state: vec![], row_key, vault }
    }

    /// Makes ready for the next command of the same batch.
    pub(crate) fn turn_to(&mut self, ctx: Ctx, draft: Draft) {
        self.act = ctx.new_id("act");
        self.mark = self.writes.len();
        self.has_savepoint = false;
        self.state.clear();
        self.ctx = ctx;
        self.draft = draft;
    }

    /// The circumstances of the command.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The id that the act will have.
    pub fn act_id(&self) -> &str {
        &self.act
    }

    /// The act in the making: facts learned inside go here.
    pub fn draft(&mut self) -> &mut Draft {
        &mut self.draft
    }

    /// Writes a row (insert, or replace the one with the same id).
    pub fn save(&mut self, record: Record) {
        let salt = self.ctx.random32();
        let hash = row_hash(&salt, record.table, &record.id, &self.act, record.columns.iter().map(|(name, cell)| (*name, cell)));
        self.state.push((row_handle(&self.row_key, record.table, &record.id), Some(hash)));
        self.writes.push(Write::Save { record, act: self.act.clone(), salt });
    }

    /// Removes a row. Harmless when there is none.
    pub fn remove(&mut self, table: &'static str, id: &str) {
        self.state.push((row_handle(&self.row_key, table, id), None));
        self.writes.push(Write::Remove { table, id: id.to_owned() });
    }

    /// Reads, seeing all writes so far.
    pub async fn fetch(&mut self, sql: &str, args: &[Cell]) -> Result<Vec<Row>, Problem> {
        self.flush_for_reading().await?;
        match self.conn.fetch(sql, args).await {
            Ok(rows) => Ok(rows),
            Err(fault) => {
                self.broken = true;
                Err(storage(fault))
            }
        }
    }

    async fn flush_for_reading(&mut self) -> Result<(), Problem> {
        if self.writes.is_empty() {
            return Ok(());
        }
        let own = self.writes.split_off(self.mark.min(self.writes.len()));
        let earlier = std::mem::replace(&mut self.writes, own);
        self.mark = 0;
        let flushed = async {
            flush(&mut self.conn, earlier).await?;
            if !self.writes.is_empty() {
                if !self.has_savepoint {
                    self.conn.run("SAVEPOINT command").await?;
                    self.has_savepoint = true;
                }
                flush(&mut self.conn, std::mem::take(&mut self.writes)).await?;
            }
            Ok(())
        }
        .await;
        flushed.map_err(|fault| {
            self.broken = true;
            storage(fault)
        })
    }

    /// Takes back what the command wrote.
    pub(crate) async fn undo(&mut self) -> Result<(), sqlx::Error> {
        self.writes.truncate(self.mark);
        if self.has_savepoint {
            self.conn.run("ROLLBACK TO command; RELEASE command").await?;
            self.has_savepoint = false;
        }
        Ok(())
    }

    /// Closes the act: commitments, openings, leaf. `None` when the leaf would be too long for the log.
    pub(crate) async fn seal(&mut self) -> Result<Sealed, Problem> {
        let mut commit = BTreeMap::new();
        let mut openings = Vec::with_capacity(self.draft.committed.len());
        for committed in std::mem::take(&mut self.draft.committed) {
            let salt = self.ctx.random32();
            if commit.insert(committed.field.clone(), commitment(&salt, &committed.field, &committed.value)).is_some() {
                return Err(INTERNAL.problem().because(format!("the act commits to the field {} twice", committed.field)));
            }
            let body = Value::map([("salt", Value::from(salt)), ("value", committed.value)]).encode();
            openings.push(match committed.sealed_for {
                None => OpeningRow { field: committed.field, sealed_for: String::new(), body },
                Some(person) => {
                    let key = self.vault.key(&person).await?;
                    let body = vault::seal(&key, opening_id(&self.act, &committed.field).as_bytes(), &body, &*self.ctx.entropy)?;
                    let sealed_for = self.vault.hide(&person, &opening_id(&self.act, &committed.field), &*self.ctx.entropy)?;
                    OpeningRow { field: committed.field, sealed_for, body }
                }
            });
        }
        let leaf = Leaf::of(&self.ctx, self.act.clone(), &self.draft, commit, std::mem::take(&mut self.state));
        let bytes = leaf.encode();
        if bytes.len() > MAX_LEAF_BYTES {
            return Err(INTERNAL.problem().because(format!(
                "the leaf of {} has {} bytes, more than the log takes: write fewer rows in one act",
                leaf.kind,
                bytes.len()
            )));
        }
        Ok(Sealed { hash: sala_log::leaf_hash(&bytes), leaf, bytes, openings })
    }
}

pub(crate) fn opening_id(act: &str, field: &str) -> String {
    format!("{act}/{field}")
}

/// The last write of each row: a new version with its act and salt, or a removal.
type LastWrites = BTreeMap<(&'static str, String), Option<(Record, String, [u8; 32])>>;
/// Rows by table, column names and which of these are NULL: what one statement can carry.
type Statements = BTreeMap<(&'static str, Vec<&'static str>, Vec<bool>), Vec<Vec<Cell>>>;

/// Sends gathered writes, many rows a statement. Later writes of a row win.
pub(crate) async fn flush(conn: &mut Conn, writes: Vec<Write>) -> Result<(), sqlx::Error> {
    let mut last = LastWrites::new();
    for write in writes {
        match write {
            Write::Save { record, act, salt } => last.insert((record.table, record.id.clone()), Some((record, act, salt))),
            Write::Remove { table, id } => last.insert((table, id), None),
        };
    }
    let mut saves = Statements::new();
    for ((table, id), change) in last {
        match change {
            None => {
                conn.execute(&format!("DELETE FROM {table} WHERE id = $1"), &[id.into()]).await?;
            }
            Some((record, act, salt)) => {
                let names = record.columns.iter().map(|(name, _)| *name).collect();
                let nulls = record.columns.iter().map(|(_, cell)| matches!(cell, Cell::Null)).collect();
                let mut cells = vec![Cell::Text(record.id)];
                cells.extend(record.columns.into_iter().map(|(_, cell)| cell).filter(|cell| !matches!(cell, Cell::Null)));
                cells.extend([Cell::Text(act), Cell::from(salt)]);
                saves.entry((table, names, nulls)).or_default().push(cells);
            }
        }
    }
    for ((table, names, nulls), rows) in saves {
        let columns: Vec<&str> = std::iter::once("id").chain(names.iter().copied()).chain(["act_id", "act_salt"]).collect();
        let is_null: Vec<bool> = std::iter::once(false).chain(nulls).chain([false, false]).collect();
        let updates: Vec<String> = columns.iter().skip(1).map(|name| format!("{name} = excluded.{name}")).collect();
        let head = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
        let tail = format!(" ON CONFLICT (id) DO UPDATE SET {}", updates.join(", "));
        insert_many(conn, &head, &tail, &is_null, rows).await?;
    }
    Ok(())
}

/// Inserts rows with as few statements as possible; group sizes are powers of two, so that few statements are ever prepared.
pub(crate) async fn insert_many(
    conn: &mut Conn,
    head: &str,
    tail: &str,
    is_null: &[bool],
    rows: Vec<Vec<Cell>>,
) -> Result<(), sqlx::Error> {
    let width = is_null.iter().filter(|null| !**null).count().max(1);
    let most = (16_000 / width).clamp(1, 256);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut group: usize = 1;
        while group * 2 <= most.min(rows.len()) {
            group *= 2;
        }
        let mut place = 0;
        let tuples: Vec<String> = (0..group)
            .map(|_| {
                let cells: Vec<String> = is_null
                    .iter()
                    .map(|null| {
                        if *null {
                            "NULL".to_owned()
                        } else {
                            place += 1;
                            format!("${place}")
                        }
                    })
                    .collect();
                format!("({})", cells.join(", "))
            })
            .collect();
        let args: Vec<Cell> = rows.by_ref().take(group).flatten().collect();
        conn.execute(&format!("{head}{}{tail}", tuples.join(", ")), &args).await?;
    }
    Ok(())
}

pub(crate) fn storage(fault: sqlx::Error) -> Problem {
    STORAGE.problem().because(fault)
}
