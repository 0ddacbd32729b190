//! Rows of `officer`, and of `bootstrap_code`, with which the first one comes in.

use sala_core::{
    problem::Problem,
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};

use crate::session::Acting;

/// A row of `officer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfficerRow {
    pub(crate) acting: Acting,
    pub(crate) owner: String,
    pub(crate) link: Vec<u8>,
    pub(crate) appointed_at: Timestamp,
}

const OFFICER: &str = "SELECT id, owner, office, roles, link, appointed_at FROM officer";

impl OfficerRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            acting: Acting {
                handle: row.text("id")?.to_owned(),
                office: row.text("office")?.to_owned(),
                roles: row.text("roles")?.split(' ').map(str::to_owned).collect(),
            },
            owner: row.text("owner")?.to_owned(),
            link: row.blob("link")?.to_vec(),
            appointed_at: Timestamp(row.int("appointed_at")?),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("officer", &self.acting.handle)
            .text("owner", &self.owner)
            .text("office", &self.acting.office)
            .text("roles", self.acting.roles.join(" "))
            .blob("link", self.link.clone())
            .int("appointed_at", self.appointed_at.0)
    }
}

pub(crate) async fn officer(store: &Store, handle: &str) -> Result<Option<OfficerRow>, Problem> {
    let rows = store.fetch(&format!("{OFFICER} WHERE id = $1"), &[handle.into()]).await?;
    rows.first().map(OfficerRow::read).transpose()
}

pub(crate) async fn officer_of(store: &Store, owner: &str) -> Result<Option<OfficerRow>, Problem> {
    let rows = store.fetch(&format!("{OFFICER} WHERE owner = $1"), &[owner.into()]).await?;
    rows.first().map(OfficerRow::read).transpose()
}

/// As [`officer_of`], inside an act.
pub(crate) async fn officer_of_now(tx: &mut Tx, owner: &str) -> Result<Option<OfficerRow>, Problem> {
    let rows = tx.fetch(&format!("{OFFICER} WHERE owner = $1"), &[owner.into()]).await?;
    rows.first().map(OfficerRow::read).transpose()
}

/// Ends an appointment; whether there was one.
pub(crate) async fn remove_officer(tx: &mut Tx, handle: &str) -> Result<bool, Problem> {
    if tx.fetch("SELECT id FROM officer WHERE id = $1", &[handle.into()]).await?.is_empty() {
        return Ok(false);
    }
    tx.remove("officer", handle);
    Ok(true)
}

pub(crate) async fn officers(store: &Store, after: &str, limit: usize) -> Result<Vec<OfficerRow>, Problem> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = store.fetch(&format!("{OFFICER} WHERE id > $1 ORDER BY id LIMIT $2"), &[after.into(), limit.into()]).await?;
    rows.iter().map(OfficerRow::read).collect()
}

pub(crate) async fn officers_in(tx: &mut Tx, office: &str) -> Result<Vec<OfficerRow>, Problem> {
    let rows = tx.fetch(&format!("{OFFICER} WHERE office = $1 ORDER BY id"), &[office.into()]).await?;
    rows.iter().map(OfficerRow::read).collect()
}

pub(crate) fn code_record(hash: &str, expires_at: Timestamp) -> Record {
    Record::new("bootstrap_code", hash).int("expires_at", expires_at.0)
}

/// Whether a one-time code with this hash is in force.
pub(crate) async fn is_code_in_force(store: &Store, hash: &str, now: Timestamp) -> Result<bool, Problem> {
    let rows = store.fetch("SELECT id FROM bootstrap_code WHERE id = $1 AND expires_at > $2", &[hash.into(), now.0.into()]).await?;
    Ok(!rows.is_empty())
}

/// Uses a one-time code up; whether it was in force.
pub(crate) async fn use_code(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<bool, Problem> {
    let rows = tx.fetch("SELECT id FROM bootstrap_code WHERE id = $1 AND expires_at > $2", &[hash.into(), now.0.into()]).await?;
    if rows.is_empty() {
        return Ok(false);
    }
    tx.remove("bootstrap_code", hash);
    Ok(true)
}

/// Ends all one-time codes.
pub(crate) async fn remove_codes(tx: &mut Tx) -> Result<(), Problem> {
    for row in tx.fetch("SELECT id FROM bootstrap_code ORDER BY id LIMIT 500", &[]).await? {
        tx.remove("bootstrap_code", row.text("id")?);
    }
    Ok(())
}
