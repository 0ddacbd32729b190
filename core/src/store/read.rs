//! Reading the record: acts by filter, one act whole, its openings.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Cell, Row, Store, tx::opening_id, vault};
use crate::{
    act::{Leaf, commitment},
    cbor::Value,
    problem::{DAMAGED, Problem},
    time::Timestamp,
};

/// An act in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActSummary {
    /// Id.
    pub id: String,
    /// Place in the log, from 0; null while it is being numbered.
    pub index: Option<u64>,
    /// Kind.
    pub kind: String,
    /// Office in which it was done.
    pub office: Option<String>,
    /// Who did it, by public name.
    pub actor: String,
    /// What allowed it.
    pub authority: String,
    /// When.
    pub at: Timestamp,
    /// Ids that it refers to.
    pub about: Vec<String>,
}

impl ActSummary {
    pub(crate) fn of(leaf: &Leaf, index: Option<u64>) -> Self {
        Self {
            id: leaf.id.clone(),
            index,
            kind: leaf.kind.clone(),
            office: leaf.office.clone(),
            actor: leaf.actor.clone(),
            authority: leaf.authority.clone(),
            at: leaf.at,
            about: leaf.refs.clone(),
        }
    }
}

/// An act as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ActRow {
    /// Place in the log; `None` while pending.
    pub index: Option<u64>,
    /// The leaf, read.
    pub leaf: Leaf,
    /// The leaf's bytes.
    pub bytes: Vec<u8>,
}

impl ActRow {
    /// In short.
    pub fn summary(&self) -> ActSummary {
        ActSummary::of(&self.leaf, self.index)
    }
}

/// What was committed in one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Opening {
    /// Anyone may see it.
    Open {
        /// The field.
        field: String,
        /// Its salt.
        salt: [u8; 32],
        /// Its value.
        value: Value,
    },
    /// Sealed for a person.
    Sealed {
        /// The field.
        field: String,
        /// The person, hidden under the key-encryption key.
        holder: String,
        /// The encrypted opening.
        body: Vec<u8>,
    },
}

/// Which acts to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct ActFilter {
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this office.
    pub office: Option<String>,
    /// Only acts that refer to this id.
    pub subject: Option<String>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// Only with a smaller index.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: usize,
}

impl Store {
    /// Acts in the log, newest first.
    pub async fn acts(&self, filter: &ActFilter) -> Result<Vec<ActRow>, Problem> {
        let mut sql = String::from("SELECT idx, leaf FROM act WHERE 1 = 1");
        let mut args: Vec<Cell> = vec![];
        let mut with = |clause: &str, cell: Option<Cell>| {
            if let Some(cell) = cell {
                args.push(cell);
                sql.push_str(&clause.replace('?', &format!("${}", args.len())));
            }
        };
        with(" AND kind = ?", filter.kind.as_ref().map(Cell::from));
        with(" AND office = ?", filter.office.as_ref().map(Cell::from));
        with(" AND id IN (SELECT act_id FROM act_ref WHERE subject = ?)", filter.subject.as_ref().map(Cell::from));
        with(" AND at >= ?", filter.from.map(|from| from.0.into()));
        with(" AND at < ?", filter.to.map(|to| to.0.into()));
        with(" AND idx < ?", filter.before.map(|before| Cell::Int(i64::try_from(before).unwrap_or(i64::MAX))));
        with(" ORDER BY idx DESC LIMIT ?", Some(Cell::Int(i64::try_from(filter.limit).unwrap_or(i64::MAX))));
        self.fetch(&sql, &args).await?.iter().map(act_row).collect()
    }

    /// Leaves `from..to` in the order of the log: (bytes, leaf hash).
    pub async fn leaves(&self, from: u64, to: u64) -> Result<Vec<(Vec<u8>, [u8; 32])>, Problem> {
        let place = |index: u64| Cell::Int(i64::try_from(index).unwrap_or(i64::MAX));
        let rows =
            self.fetch("SELECT leaf, leaf_hash FROM act WHERE idx >= $1 AND idx < $2 ORDER BY idx", &[place(from), place(to)]).await?;
        rows.iter().map(|row| Ok((row.blob("leaf")?.to_vec(), row.bytes32("leaf_hash")?))).collect()
    }

    /// The frontier of the log as last committed.
    pub async fn frontier(&self) -> Result<sala_log::frontier::Frontier, Problem> {
        let rows = self.fetch("SELECT frontier FROM log_head WHERE id = 1", &[]).await?;
        let bytes = rows.first().ok_or_else(|| DAMAGED.problem().because("the log head is missing"))?.blob("frontier")?;
        sala_log::frontier::Frontier::from_bytes(bytes).map_err(|fault| DAMAGED.problem().because(format!("the log head: {fault}")))
    }

    /// One act; `None` when there is none with this id.
    pub async fn act_by_id(&self, id: &str) -> Result<Option<ActRow>, Problem> {
        // One statement, one snapshot: a pending act may be numbered between two.
        let sql = if self.is_postgres() {
            "SELECT idx, leaf FROM act WHERE id = $1 UNION ALL SELECT CAST(NULL AS BIGINT), leaf FROM act_pending WHERE id = $1"
        } else {
            "SELECT idx, leaf FROM act WHERE id = $1"
        };
        self.fetch(sql, &[id.into()]).await?.first().map(act_row).transpose()
    }

    /// The openings of an act, by field.
    pub async fn openings(&self, act: &str) -> Result<Vec<Opening>, Problem> {
        self.fetch("SELECT field, sealed_for, body FROM opening WHERE act_id = $1 ORDER BY field", &[act.into()])
            .await?
            .iter()
            .map(opening)
            .collect()
    }

    /// A public opening of an act, checked against its commitment. `None` when the act has no such open field.
    pub async fn opened(&self, act: &ActRow, field: &str) -> Result<Option<Value>, Problem> {
        let id = opening_id(&act.leaf.id, field);
        let rows = self.fetch("SELECT field, sealed_for, body FROM opening WHERE id = $1", &[id.into()]).await?;
        match rows.first().map(opening).transpose()? {
            Some(Opening::Open { field, salt, value }) => {
                if act.leaf.commit.get(&field) == Some(&commitment(&salt, &field, &value)) {
                    Ok(Some(value))
                } else {
                    Err(DAMAGED.problem().because(format!("the opening {field} of {} is not what was committed", act.leaf.id)))
                }
            }
            _ => Ok(None),
        }
    }

    /// Opens a sealed opening: (salt, value). `Ok(None)` when the person's key has been destroyed.
    pub(crate) async fn open_sealed(
        &self,
        act: &str,
        field: &str,
        holder: &str,
        body: &[u8],
    ) -> Result<Option<([u8; 32], Value)>, Problem> {
        let key = match self.vault.reveal(holder, &opening_id(act, field)) {
            Ok(person) => self.vault.key(&person).await,
            Err(problem) => Err(problem),
        };
        let key = match key {
            Ok(key) => key,
            Err(problem) if problem.code == &super::ERASED => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let plain = vault::open(&key, opening_id(act, field).as_bytes(), body)
            .ok_or_else(|| DAMAGED.problem().because("a sealed opening does not open"))?;
        salt_and_value(&plain).map(Some)
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.readers, super::Readers::Postgres(_) | super::Readers::Snapshot { is_postgres: true, .. })
    }
}

fn act_row(row: &Row) -> Result<ActRow, Problem> {
    let bytes = row.blob("leaf")?.to_vec();
    let leaf = Leaf::decode(&bytes).ok_or_else(|| DAMAGED.problem().because("a leaf can't be read"))?;
    Ok(ActRow { index: row.opt_int("idx")?.and_then(|index| u64::try_from(index).ok()), leaf, bytes })
}

pub(crate) fn opening(row: &Row) -> Result<Opening, Problem> {
    let (field, holder, body) = (row.text("field")?.to_owned(), row.text("sealed_for")?.to_owned(), row.blob("body")?);
    if holder.is_empty() {
        let (salt, value) = salt_and_value(body)?;
        Ok(Opening::Open { field, salt, value })
    } else {
        Ok(Opening::Sealed { field, holder, body: body.to_vec() })
    }
}

fn salt_and_value(bytes: &[u8]) -> Result<([u8; 32], Value), Problem> {
    let damaged = || DAMAGED.problem().because("an opening can't be read");
    let Ok(Value::Map(mut map)) = Value::decode(bytes) else { return Err(damaged()) };
    let (Some(Value::Bytes(salt)), Some(value)) = (map.remove("salt"), map.remove("value")) else { return Err(damaged()) };
    Ok((salt.try_into().map_err(|_| damaged())?, value))
}
