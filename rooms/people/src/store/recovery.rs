//! Rows of `recovery`: roads that are set up, and recoveries under way.

use sala_core::{
    problem::{DAMAGED, Problem},
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};

use crate::recovery::{Road, Stage};

/// A row of `recovery`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecoveryRow {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) road: Road,
    pub(crate) stage: Stage,
    /// The person, sealed for the hall.
    pub(crate) link: Vec<u8>,
    /// What else there is, sealed for the person.
    pub(crate) sealed: Vec<u8>,
    /// When this stage began.
    pub(crate) since: Timestamp,
    /// When a passkey may be bound.
    pub(crate) ready_at: Timestamp,
    /// When all this is over.
    pub(crate) ends_at: Timestamp,
}

const RECOVERY: &str = "SELECT id, owner, road, stage, link, sealed, since, ready_at, ends_at FROM recovery";

impl RecoveryRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        let (road, stage) = (row.text("road")?, row.text("stage")?);
        let unknown = || DAMAGED.problem().because(format!("recovery: {road}, {stage}"));
        Ok(Self {
            id: row.text("id")?.to_owned(),
            owner: row.text("owner")?.to_owned(),
            road: Road::from_name(road).ok_or_else(unknown)?,
            stage: Stage::from_name(stage).ok_or_else(unknown)?,
            link: row.blob("link")?.to_vec(),
            sealed: row.blob("sealed")?.to_vec(),
            since: Timestamp(row.int("since")?),
            ready_at: Timestamp(row.int("ready_at")?),
            ends_at: Timestamp(row.int("ends_at")?),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("recovery", &self.id)
            .text("owner", &self.owner)
            .text("road", self.road.name())
            .text("stage", self.stage.name())
            .blob("link", self.link.clone())
            .blob("sealed", self.sealed.clone())
            .int("since", self.since.0)
            .int("ready_at", self.ready_at.0)
            .int("ends_at", self.ends_at.0)
    }
}

pub(crate) async fn by_id(store: &Store, id: &str, now: Timestamp) -> Result<Option<RecoveryRow>, Problem> {
    let rows = store.fetch(&format!("{RECOVERY} WHERE id = $1 AND ends_at > $2"), &[id.into(), now.0.into()]).await?;
    rows.first().map(RecoveryRow::read).transpose()
}

pub(crate) async fn of(store: &Store, owner: &str, now: Timestamp) -> Result<Vec<RecoveryRow>, Problem> {
    let sql = format!("{RECOVERY} WHERE owner = $1 AND ends_at > $2 ORDER BY since DESC, id LIMIT 100");
    store.fetch(&sql, &[owner.into(), now.0.into()]).await?.iter().map(RecoveryRow::read).collect()
}

/// As [`of`], inside an act.
pub(crate) async fn of_now(tx: &mut Tx, owner: &str, now: Timestamp) -> Result<Vec<RecoveryRow>, Problem> {
    let sql = format!("{RECOVERY} WHERE owner = $1 AND ends_at > $2 ORDER BY since DESC, id LIMIT 100");
    tx.fetch(&sql, &[owner.into(), now.0.into()]).await?.iter().map(RecoveryRow::read).collect()
}

/// Vouched recoveries that wait for a second officer.
pub(crate) async fn at_stage(store: &Store, stage: Stage, now: Timestamp) -> Result<Vec<RecoveryRow>, Problem> {
    let sql = format!("{RECOVERY} WHERE stage = $1 AND ends_at > $2 ORDER BY since, id LIMIT 200");
    store.fetch(&sql, &[stage.name().into(), now.0.into()]).await?.iter().map(RecoveryRow::read).collect()
}

/// Whether the row still stands as it was read, inside an act.
pub(crate) async fn is_as(tx: &mut Tx, row: &RecoveryRow) -> Result<bool, Problem> {
    let rows = tx.fetch(&format!("{RECOVERY} WHERE id = $1"), &[row.id.as_str().into()]).await?;
    Ok(rows.first().map(RecoveryRow::read).transpose()?.as_ref() == Some(row))
}

pub(crate) async fn has_ended(store: &Store, now: Timestamp) -> Result<bool, Problem> {
    Ok(!store.fetch("SELECT id FROM recovery WHERE ends_at <= $1 LIMIT 1", &[now.0.into()]).await?.is_empty())
}

/// Removes recoveries that are over, as many as one act may; how many there were.
pub(crate) async fn remove_ended(tx: &mut Tx, now: Timestamp) -> Result<i64, Problem> {
    let rows = tx.fetch("SELECT id FROM recovery WHERE ends_at <= $1 ORDER BY ends_at LIMIT 500", &[now.0.into()]).await?;
    let mut removed = 0;
    for row in rows {
        tx.remove("recovery", row.text("id")?);
        removed += 1;
    }
    Ok(removed)
}

/// How many passkeys this owner has, inside an act.
pub(crate) async fn passkeys_now(tx: &mut Tx, owner: &str) -> Result<Vec<String>, Problem> {
    let rows = tx.fetch("SELECT id FROM passkey WHERE owner = $1 ORDER BY id", &[owner.into()]).await?;
    rows.iter().map(|row| Ok(row.text("id")?.to_owned())).collect()
}

/// Removes all sessions of `owner` but `keep`.
pub(crate) async fn remove_sessions_but(tx: &mut Tx, owner: &str, keep: &str) -> Result<(), Problem> {
    for row in tx.fetch("SELECT id FROM session WHERE owner = $1 AND id <> $2 ORDER BY id LIMIT 500", &[owner.into(), keep.into()]).await? {
        tx.remove("session", row.text("id")?);
    }
    Ok(())
}
