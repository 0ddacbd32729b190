//! Rows of `hold`, `erasure` and `erased`, and the list of all rows that belong to a person.

use sala_core::{
    problem::Problem,
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};

/// A row of `hold`.
#[derive(Debug, Clone)]
pub(crate) struct HoldRow {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) office: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) placed_at: Timestamp,
    pub(crate) until: Timestamp,
    /// The person is not told of it yet.
    pub(crate) is_hidden: bool,
}

const HOLD: &str = "SELECT id, owner, office, sealed, placed_at, until_at, hidden FROM hold";

impl HoldRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            owner: row.text("owner")?.to_owned(),
            office: row.text("office")?.to_owned(),
            sealed: row.blob("sealed")?.to_vec(),
            placed_at: Timestamp(row.int("placed_at")?),
            until: Timestamp(row.int("until_at")?),
            is_hidden: row.int("hidden")? != 0,
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("hold", &self.id)
            .text("owner", &self.owner)
            .text("office", &self.office)
            .blob("sealed", self.sealed.clone())
            .int("placed_at", self.placed_at.0)
            .int("until_at", self.until.0)
            .int("hidden", i64::from(self.is_hidden))
    }
}

pub(crate) async fn hold(store: &Store, id: &str) -> Result<Option<HoldRow>, Problem> {
    let rows = store.fetch(&format!("{HOLD} WHERE id = $1"), &[id.into()]).await?;
    rows.first().map(HoldRow::read).transpose()
}

pub(crate) async fn holds_of_office(store: &Store, office: &str, now: Timestamp) -> Result<Vec<HoldRow>, Problem> {
    let sql = format!("{HOLD} WHERE office = $1 AND until_at > $2 ORDER BY id DESC LIMIT 500");
    store.fetch(&sql, &[office.into(), now.0.into()]).await?.iter().map(HoldRow::read).collect()
}

pub(crate) async fn holds_on(store: &Store, owner: &str, now: Timestamp) -> Result<Vec<HoldRow>, Problem> {
    let sql = format!("{HOLD} WHERE owner = $1 AND until_at > $2 ORDER BY id DESC LIMIT 500");
    store.fetch(&sql, &[owner.into(), now.0.into()]).await?.iter().map(HoldRow::read).collect()
}

/// Whether a hold stands, inside an act.
pub(crate) async fn is_held(tx: &mut Tx, owner: &str, now: Timestamp) -> Result<bool, Problem> {
    let sql = "SELECT id FROM hold WHERE owner = $1 AND until_at > $2 LIMIT 1";
    Ok(!tx.fetch(sql, &[owner.into(), now.0.into()]).await?.is_empty())
}

/// Removes a hold; whether there was one.
pub(crate) async fn remove_hold(tx: &mut Tx, id: &str) -> Result<bool, Problem> {
    if tx.fetch("SELECT id FROM hold WHERE id = $1", &[id.into()]).await?.is_empty() {
        return Ok(false);
    }
    tx.remove("hold", id);
    Ok(true)
}

/// A row of `erasure`: one that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct ErasureRow {
    pub(crate) id: String,
    pub(crate) case_id: String,
    /// The person, sealed for the hall.
    pub(crate) link: Vec<u8>,
    pub(crate) requested_at: Timestamp,
    pub(crate) due_at: Timestamp,
    /// The act by which it was asked for; empty in a row that is still to be written.
    pub(crate) act: String,
}

const ERASURE: &str = "SELECT id, case_id, link, requested_at, due_at, act_id FROM erasure";

impl ErasureRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            case_id: row.text("case_id")?.to_owned(),
            link: row.blob("link")?.to_vec(),
            requested_at: Timestamp(row.int("requested_at")?),
            due_at: Timestamp(row.int("due_at")?),
            act: row.text("act_id")?.to_owned(),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("erasure", &self.id)
            .text("case_id", &self.case_id)
            .blob("link", self.link.clone())
            .int("requested_at", self.requested_at.0)
            .int("due_at", self.due_at.0)
    }
}

pub(crate) async fn erasure(store: &Store, id: &str) -> Result<Option<ErasureRow>, Problem> {
    let rows = store.fetch(&format!("{ERASURE} WHERE id = $1"), &[id.into()]).await?;
    rows.first().map(ErasureRow::read).transpose()
}

pub(crate) async fn due(store: &Store, now: Timestamp, after: &str) -> Result<Vec<ErasureRow>, Problem> {
    let sql = format!("{ERASURE} WHERE due_at <= $1 AND id > $2 ORDER BY id LIMIT 100");
    store.fetch(&sql, &[now.0.into(), after.into()]).await?.iter().map(ErasureRow::read).collect()
}

/// Whether this very erasure is still wanted, inside an act.
pub(crate) async fn is_wanted(tx: &mut Tx, id: &str, case_id: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM erasure WHERE id = $1 AND case_id = $2", &[id.into(), case_id.into()]).await?.is_empty())
}

pub(crate) fn erased_record(id: &str, now: Timestamp) -> Record {
    Record::new("erased", id).int("erased_at", now.0)
}

/// Whether anyone was ever erased here.
pub(crate) async fn has_erased(store: &Store) -> Result<bool, Problem> {
    Ok(!store.fetch("SELECT id FROM erased LIMIT 1", &[]).await?.is_empty())
}

/// Whether this person was.
pub(crate) async fn is_erased(store: &Store, id: &str) -> Result<bool, Problem> {
    Ok(!store.fetch("SELECT id FROM erased WHERE id = $1", &[id.into()]).await?.is_empty())
}

/// Ids of all rows of `table` whose `column` is `value`.
pub(crate) async fn rows_where(
    store: &Store,
    table: &'static str,
    column: &'static str,
    value: &str,
) -> Result<Vec<(&'static str, String)>, Problem> {
    let sql = format!("SELECT id FROM {table} WHERE {column} = $1 ORDER BY id");
    store.fetch(&sql, &[value.into()]).await?.iter().map(|row| Ok((table, row.text("id")?.to_owned()))).collect()
}
