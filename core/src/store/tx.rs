//! `Tx`: what a command sees inside `store.act`. Writes are gathered and flushed many at a time; a read flushes first, so that a
//! command always sees its own writes and those of the commands before it.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    cell::{Cell, Row},
    conn::Conn,
    row::{Record, row_handle, row_hash},
    script::Script,
    vault::{self, Vault},
};
use crate::{
    act::{ALLOWED_BY, Committed, Draft, Leaf, MAX_LEAF_BYTES, POLICY_SET, SIGNATURE, SIGNED, commitment},
    cbor::Value,
    ctx::{Ctx, Signature},
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
    has_savepoint: bool,
    /// What begins a transaction here, until it has begun. A batch that reads nothing sends it together with its writes.
    begin: Option<&'static str>,
    pub(crate) broken: bool,
    ctx: Ctx,
    draft: Draft,
    act: String,
    state: Vec<([u8; 32], Option<[u8; 32]>)>,
    row_key: [u8; 32],
    vault: Arc<Vault>,
}

impl Tx {
    /// A transaction on `conn` that `begin` begins, made ready for its first command.
    pub(crate) fn new(conn: Conn, begin: &'static str, ctx: Ctx, draft: Draft, row_key: [u8; 32], vault: Arc<Vault>) -> Self {
        let act = ctx.new_id("act");
        let begin = Some(begin);
        Self { conn, writes: vec![], mark: 0, has_savepoint: false, begin, broken: false, ctx, draft, act, state: vec![], row_key, vault }
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
        let own = self.writes.split_off(self.mark.min(self.writes.len()));
        let mut script = self.script();
        self.mark = 0;
        if !own.is_empty() {
            if !self.has_savepoint {
                script.add("SAVEPOINT command", []);
                self.has_savepoint = true;
            }
            script.add_writes(own);
        }
        script.run(&mut self.conn).await.map_err(|fault| {
            self.broken = true;
            storage(fault)
        })
    }

    /// All gathered writes, and the beginning of the transaction if that is still to come.
    pub(crate) fn script(&mut self) -> Script {
        let mut script = Script::default();
        if let Some(begin) = self.begin.take() {
            script.add(begin, []);
        }
        script.add_writes(std::mem::take(&mut self.writes));
        script
    }

    /// Ends the transaction without a trace.
    pub(crate) async fn rollback(&mut self) -> Result<(), sqlx::Error> {
        if self.begin.is_some() { Ok(()) } else { self.conn.run("ROLLBACK").await }
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

    /// What the request itself says of the act: its sender's signature, the policies that allowed it, and the mandate under which it
    /// was made.
    fn add_circumstances(&mut self) {
        match &self.ctx.assurance.signature {
            Signature::Given { person, evidence } => {
                let (field, value, sealed_for) = (SIGNATURE.to_owned(), Value::clone(evidence), Some(person.clone()));
                self.draft.committed.push(Committed { field, value, sealed_for });
                self.draft.add_public(SIGNED, true);
            }
            Signature::Demo => self.draft.add_public(SIGNED, "demo"),
            Signature::Missing => {}
        }
        if let Some(grounds) = &self.ctx.grounds {
            self.draft.add_public(POLICY_SET, grounds.set);
            self.draft.add_public(ALLOWED_BY, Value::Array(grounds.policies.iter().map(|id| Value::Text(id.clone())).collect()));
        }
        if let Some(behalf) = &self.ctx.behalf {
            self.draft.refs.push(behalf.mandate.clone());
        }
    }

    /// Closes the act: commitments, openings, leaf. `None` when the leaf would be too long for the log.
    pub(crate) async fn seal(&mut self) -> Result<Sealed, Problem> {
        self.add_circumstances();
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
        let leaf = Leaf::of(&self.ctx, self.act.clone(), &mut self.draft, commit, std::mem::take(&mut self.state));
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

pub(crate) fn storage(fault: sqlx::Error) -> Problem {
    STORAGE.problem().because(fault)
}
