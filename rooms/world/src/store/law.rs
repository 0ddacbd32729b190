//! Rows of reports, sanctions and appeals. No column says on whom: see `conduct::sanction`.

use sala_core::{
    cbor::Value,
    problem::{DAMAGED, NOT_FOUND, Problem},
    store::{Cell, Record, Row, Store, Tx},
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::conduct::{
    appeal::{Appeal, AppealState},
    report::{MOST_OPEN_OF_ALL, ReportRow, ReportState},
    sanction::{MOST_IN_FORCE, Sanction, SanctionState},
};

/// The vault's name of this room's own key.
pub(crate) const ROOM_KEY: &str = "hall/world";

const REPORT: &str = "SELECT body, owner, reporter_tag, parties, evidence, destroy_after FROM conduct_report";

pub(super) fn read<T: DeserializeOwned>(row: &Row, what: &str) -> Result<T, Problem> {
    let value = Value::decode(row.blob("body")?).ok().and_then(|value| value.to_serde());
    value.ok_or_else(|| DAMAGED.problem().because(format!("world: {what} can't be read")))
}

pub(super) fn body<T: Serialize>(value: &T) -> Vec<u8> {
    Value::from_serde(value).encode()
}

pub(super) fn count(limit: usize) -> Cell {
    Cell::Int(i64::try_from(limit).unwrap_or(i64::MAX))
}

fn first<T>(found: Vec<T>) -> Result<T, Problem> {
    found.into_iter().next().ok_or_else(|| NOT_FOUND.problem())
}

pub(crate) async fn sealed_key(store: &Store) -> Result<Option<Vec<u8>>, Problem> {
    let rows = store.fetch("SELECT sealed FROM conduct_key WHERE id = 'law'", &[]).await?;
    rows.first().map(|row| Ok(row.blob("sealed")?.to_vec())).transpose()
}

pub(crate) async fn has_key(tx: &mut Tx) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM conduct_key WHERE id = 'law'", &[]).await?.is_empty())
}

pub(crate) fn save_key(tx: &mut Tx, sealed: Vec<u8>) {
    tx.save(Record::new("conduct_key", "law").blob("sealed", sealed));
}

fn report_row(row: &Row) -> Result<ReportRow, Problem> {
    Ok(ReportRow {
        report: read(row, "a report")?,
        owner: row.text("owner")?.to_owned(),
        reporter_tag: row.text("reporter_tag")?.to_owned(),
        parties: row.blob("parties")?.to_vec(),
        evidence: row.blob("evidence")?.to_vec(),
        destroy_after: row.opt_int("destroy_after")?.map(Timestamp),
    })
}

pub(crate) fn save_report(tx: &mut Tx, row: &ReportRow) {
    tx.save(
        Record::new("conduct_report", &row.report.id)
            .text("state", row.report.state.word())
            .int("filed_at", row.report.filed_at.0)
            .text("owner", &row.owner)
            .text("reporter_tag", &row.reporter_tag)
            .blob("parties", row.parties.clone())
            .blob("evidence", row.evidence.clone())
            .cell("destroy_after", row.destroy_after.map(|at| at.0))
            .blob("body", body(&row.report)),
    );
}

pub(crate) async fn report(store: &Store, id: &str) -> Result<Option<ReportRow>, Problem> {
    store.fetch(&format!("{REPORT} WHERE id = $1"), &[id.into()]).await?.first().map(report_row).transpose()
}

pub(crate) async fn report_in(tx: &mut Tx, id: &str) -> Result<ReportRow, Problem> {
    let rows = tx.fetch(&format!("{REPORT} WHERE id = $1"), &[id.into()]).await?;
    rows.first().map_or_else(|| Err(NOT_FOUND.problem()), report_row)
}

/// Newest first, before `after`; of one state or all.
pub(crate) async fn reports(
    store: &Store,
    state: Option<ReportState>,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<ReportRow>, Problem> {
    let sql = format!("{REPORT} WHERE ($1 = '' OR state = $1) AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3");
    let state = state.map_or("", ReportState::word);
    store.fetch(&sql, &[state.into(), after.unwrap_or("").into(), count(limit)]).await?.iter().map(report_row).collect()
}

/// Of one persona, newest first, at most 500.
pub(crate) async fn reports_of(store: &Store, owner: &str) -> Result<Vec<ReportRow>, Problem> {
    store.fetch(&format!("{REPORT} WHERE owner = $1 ORDER BY id DESC LIMIT 500"), &[owner.into()]).await?.iter().map(report_row).collect()
}

/// Filed since a moment, oldest first, at most 100,000.
pub(crate) async fn reports_since(store: &Store, since: Timestamp) -> Result<Vec<crate::conduct::report::Report>, Problem> {
    let sql = "SELECT body FROM conduct_report WHERE filed_at >= $1 ORDER BY filed_at LIMIT 100000";
    store.fetch(sql, &[since.0.into()]).await?.iter().map(|row| read(row, "a report")).collect()
}

/// Id and reporter of the reports that are open.
pub(crate) async fn open_tags_in(tx: &mut Tx) -> Result<Vec<(String, String)>, Problem> {
    let sql = "SELECT id, reporter_tag FROM conduct_report WHERE state = 'open' LIMIT $1";
    let rows = tx.fetch(sql, &[count(MOST_OPEN_OF_ALL)]).await?;
    rows.iter().map(|row| Ok((row.text("id")?.to_owned(), row.text("reporter_tag")?.to_owned()))).collect()
}

/// Reports whose evidence is to be destroyed by now, at most a hundred at a time.
pub(crate) async fn evidence_due(store: &Store, now: Timestamp) -> Result<Vec<String>, Problem> {
    let sql = "SELECT id FROM conduct_report WHERE destroy_after <= $1 ORDER BY id LIMIT 100";
    store.fetch(sql, &[now.0.into()]).await?.iter().map(|row| Ok(row.text("id")?.to_owned())).collect()
}

fn sanctions(rows: &[Row]) -> Result<Vec<Sanction>, Problem> {
    rows.iter().map(|row| read(row, "a sanction")).collect()
}

pub(crate) fn save_sanction(tx: &mut Tx, sanction: &Sanction) {
    let is_given = sanction.state == SanctionState::Given;
    tx.save(
        Record::new("conduct_sanction", &sanction.id)
            .int("given_at", sanction.given_at.0)
            // A lifted one is in force no more.
            .int("ends_at", if is_given { sanction.ends_at.0 } else { 0 })
            .blob("body", body(sanction)),
    );
}

pub(crate) async fn sanction(store: &Store, id: &str) -> Result<Option<Sanction>, Problem> {
    Ok(sanctions(&store.fetch("SELECT body FROM conduct_sanction WHERE id = $1", &[id.into()]).await?)?.into_iter().next())
}

pub(crate) async fn sanction_in(tx: &mut Tx, id: &str) -> Result<Sanction, Problem> {
    first(sanctions(&tx.fetch("SELECT body FROM conduct_sanction WHERE id = $1", &[id.into()]).await?)?)
}

/// All that are in force.
pub(crate) async fn in_force(store: &Store, now: Timestamp) -> Result<Vec<Sanction>, Problem> {
    sanctions(&store.fetch("SELECT body FROM conduct_sanction WHERE ends_at > $1 LIMIT $2", &[now.0.into(), count(MOST_IN_FORCE)]).await?)
}

pub(crate) async fn count_in_force(tx: &mut Tx, now: Timestamp) -> Result<usize, Problem> {
    let rows = tx.fetch("SELECT COUNT(*) AS n FROM conduct_sanction WHERE ends_at > $1", &[now.0.into()]).await?;
    let found = rows.first().map_or(Ok(0), |row| row.int("n"))?;
    Ok(usize::try_from(found).unwrap_or(usize::MAX))
}

/// Newest first; of those that are still looked at by their persons.
pub(crate) async fn newest_sanctions(store: &Store) -> Result<Vec<Sanction>, Problem> {
    sanctions(&store.fetch("SELECT body FROM conduct_sanction ORDER BY id DESC LIMIT 20000", &[]).await?)
}

/// Given since a moment.
pub(crate) async fn sanctions_since(store: &Store, since: Timestamp) -> Result<Vec<Sanction>, Problem> {
    sanctions(&store.fetch("SELECT body FROM conduct_sanction WHERE given_at >= $1 LIMIT 100000", &[since.0.into()]).await?)
}

const APPEAL: &str = "SELECT body, sealed FROM conduct_appeal";

fn appeal_row(row: &Row) -> Result<Appeal, Problem> {
    let appeal: Appeal = read(row, "an appeal")?;
    Ok(Appeal { sealed: row.blob("sealed")?.to_vec(), ..appeal })
}

pub(crate) fn save_appeal(tx: &mut Tx, appeal: &Appeal) {
    tx.save(
        Record::new("conduct_appeal", &appeal.sanction)
            .text("state", appeal.state.word())
            .int("filed_at", appeal.filed_at.0)
            .int("due_at", appeal.due_at.0)
            .blob("sealed", appeal.sealed.clone())
            .blob("body", body(appeal)),
    );
}

pub(crate) async fn appeal(store: &Store, sanction: &str) -> Result<Option<Appeal>, Problem> {
    store.fetch(&format!("{APPEAL} WHERE id = $1"), &[sanction.into()]).await?.first().map(appeal_row).transpose()
}

pub(crate) async fn appeal_in(tx: &mut Tx, sanction: &str) -> Result<Appeal, Problem> {
    let rows = tx.fetch(&format!("{APPEAL} WHERE id = $1"), &[sanction.into()]).await?;
    rows.first().map_or_else(|| Err(NOT_FOUND.problem()), appeal_row)
}

pub(crate) async fn has_appeal(tx: &mut Tx, sanction: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM conduct_appeal WHERE id = $1", &[sanction.into()]).await?.is_empty())
}

/// Newest first, at most 500; the open ones before all others.
pub(crate) async fn appeals(store: &Store) -> Result<Vec<Appeal>, Problem> {
    let sql = format!("{APPEAL} ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, id DESC LIMIT 500");
    store.fetch(&sql, &[]).await?.iter().map(appeal_row).collect()
}

/// Filed since a moment.
pub(crate) async fn appeals_since(store: &Store, since: Timestamp) -> Result<Vec<Appeal>, Problem> {
    store.fetch(&format!("{APPEAL} WHERE filed_at >= $1 LIMIT 100000"), &[since.0.into()]).await?.iter().map(appeal_row).collect()
}

/// Sanctions whose appeals should have been decided by now.
pub(crate) async fn appeals_due(store: &Store, now: Timestamp) -> Result<Vec<String>, Problem> {
    let sql = "SELECT id FROM conduct_appeal WHERE state = $1 AND due_at <= $2 ORDER BY id LIMIT 100";
    let rows = store.fetch(sql, &[AppealState::Open.word().into(), now.0.into()]).await?;
    rows.iter().map(|row| Ok(row.text("id")?.to_owned())).collect()
}
