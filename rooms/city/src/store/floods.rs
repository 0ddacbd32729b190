//! Questions about floods, their answers and their depths.

use sala_core::{
    problem::{NOT_FOUND, Problem},
    store::{Cell, Record, Row, Store, Tx},
};

use super::{body, count, read};
use crate::flood::{Flood, FloodState};

fn flood(row: &Row) -> Result<Flood, Problem> {
    read(row, "a flood")
}

pub(crate) fn save(tx: &mut Tx, flood: &Flood) {
    let record = Record::new("flood", &flood.id)
        .text("city", &flood.city)
        .text("state", flood.state.word())
        .text("asked_by", &flood.asked_by)
        .blob("body", body(flood));
    tx.save(record);
}

/// The answer as the JSON that is served.
pub(crate) fn save_answer(tx: &mut Tx, id: &str, answer: Vec<u8>) {
    tx.save(Record::new("flood_answer", id).blob("answer", answer));
}

/// Depths of one side at one time, packed with gzip.
pub(crate) fn save_depths(tx: &mut Tx, id: &str, name: &str, packed: Vec<u8>) {
    tx.save(Record::new("flood_depths", format!("{id}/{name}")).blob("depths", packed));
}

pub(crate) async fn flood_in(tx: &mut Tx, id: &str) -> Result<Flood, Problem> {
    tx.fetch("SELECT body FROM flood WHERE id = $1", &[id.into()]).await?.first().map_or_else(|| Err(NOT_FOUND.problem()), flood)
}

/// How many are open: of this persona, and of all.
pub(crate) async fn open_in(tx: &mut Tx, asked_by: &str) -> Result<(i64, i64), Problem> {
    let own = "SELECT COUNT(*) AS n FROM flood WHERE state = 'waiting' AND asked_by = $1";
    let own = tx.fetch(own, &[asked_by.into()]).await?.first().map_or(Ok(0), |row| row.int("n"))?;
    let all = tx.fetch("SELECT COUNT(*) AS n FROM flood WHERE state = 'waiting'", &[]).await?.first().map_or(Ok(0), |row| row.int("n"))?;
    Ok((own, all))
}

pub(crate) async fn one(store: &Store, id: &str) -> Result<Option<Flood>, Problem> {
    store.fetch("SELECT body FROM flood WHERE id = $1", &[id.into()]).await?.first().map(flood).transpose()
}

pub(crate) async fn answer(store: &Store, id: &str) -> Result<Option<Vec<u8>>, Problem> {
    let rows = store.fetch("SELECT answer FROM flood_answer WHERE id = $1", &[id.into()]).await?;
    rows.first().map(|row| Ok(row.blob("answer")?.to_vec())).transpose()
}

pub(crate) async fn depths(store: &Store, id: &str, name: &str) -> Result<Option<Vec<u8>>, Problem> {
    let rows = store.fetch("SELECT depths FROM flood_depths WHERE id = $1", &[format!("{id}/{name}").as_str().into()]).await?;
    rows.first().map(|row| Ok(row.blob("depths")?.to_vec())).transpose()
}

/// Newest first, before `after`.
pub(crate) async fn list(store: &Store, city: Option<&str>, after: Option<&str>, limit: usize) -> Result<Vec<Flood>, Problem> {
    let mut sql = String::from("SELECT body FROM flood WHERE 1 = 1");
    let mut cells: Vec<Cell> = vec![];
    let mut with = |clause: &str, cell: Option<Cell>| {
        if let Some(cell) = cell {
            cells.push(cell);
            sql.push_str(&clause.replace('?', &format!("${}", cells.len())));
        }
    };
    with(" AND city = ?", city.map(Cell::from));
    with(" AND id < ?", after.map(Cell::from));
    with(" ORDER BY id DESC LIMIT ?", Some(count(limit)));
    store.fetch(&sql, &cells).await?.iter().map(flood).collect()
}

/// Those that wait, or were at work when the hall stopped, oldest first.
pub(crate) async fn waiting(store: &Store) -> Result<Vec<Flood>, Problem> {
    let sql = "SELECT body FROM flood WHERE state = $1 ORDER BY id LIMIT 100";
    store.fetch(sql, &[FloodState::Waiting.word().into()]).await?.iter().map(flood).collect()
}
