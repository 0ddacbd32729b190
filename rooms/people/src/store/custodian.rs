//! Rows of `custody` (the committee of the hall and its key), `custodian` (members' keys), `custody_message` (what they published).

use sala_core::{
    problem::Problem,
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};

/// A row of `custody`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CustodyRow {
    /// Name of the committee.
    pub(crate) id: String,
    pub(crate) stage: String,
    /// When the stage ends for those who are silent.
    pub(crate) until: Option<Timestamp>,
    pub(crate) key_set: Option<Vec<u8>>,
    pub(crate) transcript: Option<Vec<u8>>,
    /// The act that wrote the row; empty in a row that is still to be written.
    pub(crate) act: String,
}

impl CustodyRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        let blob = |name| match row.cell(name) {
            Some(sala_core::store::Cell::Blob(bytes)) => Some(bytes.clone()),
            _ => None,
        };
        Ok(Self {
            id: row.text("id")?.to_owned(),
            stage: row.text("stage")?.to_owned(),
            until: row.opt_int("until_at")?.map(Timestamp),
            key_set: blob("key_set"),
            transcript: blob("transcript"),
            act: row.text("act_id")?.to_owned(),
        })
    }

    pub(crate) fn record(&self) -> Record {
        let blob = |bytes: &Option<Vec<u8>>| bytes.clone().map_or(sala_core::store::Cell::Null, sala_core::store::Cell::Blob);
        Record::new("custody", &self.id)
            .text("stage", &self.stage)
            .cell("until_at", self.until.map(|at| at.0))
            .cell("key_set", blob(&self.key_set))
            .cell("transcript", blob(&self.transcript))
    }
}

const CUSTODY: &str = "SELECT id, stage, until_at, key_set, transcript, act_id FROM custody WHERE id = $1";

pub(crate) async fn custody(store: &Store, name: &str) -> Result<Option<CustodyRow>, Problem> {
    store.fetch(CUSTODY, &[name.into()]).await?.first().map(CustodyRow::read).transpose()
}

/// As [`custody`], inside an act.
pub(crate) async fn custody_now(tx: &mut Tx, name: &str) -> Result<Option<CustodyRow>, Problem> {
    tx.fetch(CUSTODY, &[name.into()]).await?.first().map(CustodyRow::read).transpose()
}

/// A row of `custodian`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CustodianRow {
    /// Committee and member.
    pub(crate) id: String,
    pub(crate) key: Vec<u8>,
    pub(crate) announced_at: Timestamp,
    pub(crate) act: String,
}

/// The id of a member's row.
pub(crate) fn custodian_id(committee: &str, member: &str) -> String {
    format!("{committee}/{member}")
}

impl CustodianRow {
    pub(crate) fn record(&self) -> Record {
        Record::new("custodian", &self.id).blob("holder_key", self.key.clone()).int("announced_at", self.announced_at.0)
    }
}

pub(crate) async fn custodian(store: &Store, id: &str) -> Result<Option<CustodianRow>, Problem> {
    let rows = store.fetch("SELECT id, holder_key, announced_at, act_id FROM custodian WHERE id = $1", &[id.into()]).await?;
    let read = |row: &Row| {
        Ok(CustodianRow {
            id: row.text("id")?.to_owned(),
            key: row.blob("holder_key")?.to_vec(),
            announced_at: Timestamp(row.int("announced_at")?),
            act: row.text("act_id")?.to_owned(),
        })
    };
    rows.first().map(read).transpose()
}

pub(crate) async fn has_custodian(tx: &mut Tx, id: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM custodian WHERE id = $1", &[id.into()]).await?.is_empty())
}

/// A row of `custody_message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MessageRow {
    /// SHA-256 of the bytes, hexadecimal: a message is published once.
    pub(crate) id: String,
    pub(crate) custody: String,
    pub(crate) stage: String,
    pub(crate) member: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) act: String,
}

impl MessageRow {
    pub(crate) fn record(&self) -> Record {
        Record::new("custody_message", &self.id)
            .text("custody", &self.custody)
            .text("stage", &self.stage)
            .text("member", &self.member)
            .blob("bytes", self.bytes.clone())
    }
}

/// All messages of a committee, in the order of their hashes.
pub(crate) async fn messages(store: &Store, custody: &str) -> Result<Vec<MessageRow>, Problem> {
    let sql = "SELECT id, custody, stage, member, bytes, act_id FROM custody_message WHERE custody = $1 ORDER BY id";
    let read = |row: &Row| {
        Ok(MessageRow {
            id: row.text("id")?.to_owned(),
            custody: row.text("custody")?.to_owned(),
            stage: row.text("stage")?.to_owned(),
            member: row.text("member")?.to_owned(),
            bytes: row.blob("bytes")?.to_vec(),
            act: row.text("act_id")?.to_owned(),
        })
    };
    store.fetch(sql, &[custody.into()]).await?.iter().map(read).collect()
}

pub(crate) async fn has_message(tx: &mut Tx, id: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM custody_message WHERE id = $1", &[id.into()]).await?.is_empty())
}

/// Personas whose link does not begin with `mark`: handle, link and date.
pub(crate) async fn links_without(store: &Store, mark: &[u8], limit: i64) -> Result<Vec<(String, Vec<u8>, Timestamp)>, Problem> {
    let sql = format!("SELECT id, link, created_at FROM persona WHERE substr(link, 1, {}) <> $1 LIMIT $2", mark.len());
    let rows = store.fetch(&sql, &[mark.to_vec().into(), limit.into()]).await?;
    rows.iter().map(|row| Ok((row.text("id")?.to_owned(), row.blob("link")?.to_vec(), Timestamp(row.int("created_at")?)))).collect()
}

pub(crate) async fn persona_link_now(tx: &mut Tx, handle: &str) -> Result<Option<Vec<u8>>, Problem> {
    let rows = tx.fetch("SELECT link FROM persona WHERE id = $1", &[handle.into()]).await?;
    rows.first().map(|row| Ok(row.blob("link")?.to_vec())).transpose()
}
