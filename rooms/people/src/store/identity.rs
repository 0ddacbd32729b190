//! Rows of `identity`. Each is found by a keyed hash of issuer and subject; whose it is, stands sealed for the hall, and as a keyed
//! hash of its own for the person's list.

use sala_core::{
    problem::Problem,
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};

/// A row of `identity`: one subject of one provider, and the person to whom it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdentityRow {
    pub(crate) id: String,
    pub(crate) owner: String,
    /// Keyed hash of person and issuer: a person has one subject of each.
    pub(crate) slot: String,
    /// Keyed hash of the number, or empty.
    pub(crate) number: String,
    /// The person, sealed for the hall; empty once it was unlinked.
    pub(crate) link: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) since: Timestamp,
    /// When it was unlinked. The subject stays taken: else one human could be two persons, one after the other.
    pub(crate) ended_at: Option<Timestamp>,
}

const IDENTITY: &str = "SELECT id, owner, slot, number_hash, link, sealed, since, ended_at FROM identity";

impl IdentityRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            owner: row.text("owner")?.to_owned(),
            slot: row.text("slot")?.to_owned(),
            number: row.text("number_hash")?.to_owned(),
            link: row.blob("link")?.to_vec(),
            sealed: row.blob("sealed")?.to_vec(),
            since: Timestamp(row.int("since")?),
            ended_at: row.opt_int("ended_at")?.map(Timestamp),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("identity", &self.id)
            .text("owner", &self.owner)
            .text("slot", &self.slot)
            .text("number_hash", &self.number)
            .blob("link", self.link.clone())
            .blob("sealed", self.sealed.clone())
            .int("since", self.since.0)
            .cell("ended_at", self.ended_at.map(|at| at.0))
    }
}

pub(crate) async fn by_id(store: &Store, id: &str) -> Result<Option<IdentityRow>, Problem> {
    let rows = store.fetch(&format!("{IDENTITY} WHERE id = $1"), &[id.into()]).await?;
    rows.first().map(IdentityRow::read).transpose()
}

/// Those of a person that are linked, the oldest first.
pub(crate) async fn of(store: &Store, owner: &str) -> Result<Vec<IdentityRow>, Problem> {
    let sql = format!("{IDENTITY} WHERE owner = $1 AND ended_at IS NULL ORDER BY since, id LIMIT 100");
    store.fetch(&sql, &[owner.into()]).await?.iter().map(IdentityRow::read).collect()
}

/// Whether this very row still stands, inside an act.
pub(crate) async fn is_as(tx: &mut Tx, row: &IdentityRow) -> Result<bool, Problem> {
    let rows = tx.fetch(&format!("{IDENTITY} WHERE id = $1"), &[row.id.as_str().into()]).await?;
    Ok(rows.first().map(IdentityRow::read).transpose()?.as_ref() == Some(row))
}

/// Whether subject or number belong to somebody else, inside an act; ended rows count.
pub(crate) async fn is_anothers(tx: &mut Tx, row: &IdentityRow) -> Result<bool, Problem> {
    let sql = "SELECT id FROM identity WHERE (id = $1 OR (number_hash = $2 AND number_hash <> '')) AND owner <> $3 LIMIT 1";
    Ok(!tx.fetch(sql, &[row.id.as_str().into(), row.number.as_str().into(), row.owner.as_str().into()]).await?.is_empty())
}

/// Whether the person has another subject of the same provider, inside an act.
pub(crate) async fn has_other_in_slot(tx: &mut Tx, row: &IdentityRow) -> Result<bool, Problem> {
    let sql = "SELECT id FROM identity WHERE slot = $1 AND id <> $2 LIMIT 1";
    Ok(!tx.fetch(sql, &[row.slot.as_str().into(), row.id.as_str().into()]).await?.is_empty())
}
