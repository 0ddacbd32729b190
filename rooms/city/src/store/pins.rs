//! Rows of pins and papers.

use std::collections::BTreeMap;

use sala_core::{
    problem::{NOT_FOUND, Problem},
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};
use sha2::{Digest, Sha256};

use super::{body, count, read};
use crate::{paper::Paper, pin::Pin};

/// More support than this is told as this.
const MOST_SUPPORT: usize = 1_000_000;

fn pins(rows: &[Row]) -> Result<Vec<Pin>, Problem> {
    rows.iter().map(|row| read(row, "a pin")).collect()
}

fn support_id(pin: &str, handle: &str) -> String {
    hex::encode(Sha256::new().chain_update(pin).chain_update([0]).chain_update(handle).finalize())
}

pub(crate) fn save(tx: &mut Tx, pin: &Pin) {
    tx.save(
        Record::new("city_pin", &pin.id)
            .text("city", &pin.city)
            .text("by_handle", &pin.by)
            .int("placed_at", pin.placed_at.0)
            .blob("body", body(pin)),
    );
}

/// Takes a pin away, with its support.
pub(crate) async fn remove(tx: &mut Tx, pin: &str) -> Result<(), Problem> {
    let rows = tx.fetch("SELECT id FROM city_pin_support WHERE pin = $1 LIMIT $2", &[pin.into(), count(MOST_SUPPORT)]).await?;
    for row in rows {
        let id = row.text("id")?.to_owned();
        tx.remove("city_pin_support", &id);
    }
    tx.remove("city_pin", pin);
    Ok(())
}

pub(crate) async fn one(store: &Store, id: &str) -> Result<Pin, Problem> {
    let rows = store.fetch("SELECT body FROM city_pin WHERE id = $1", &[id.into()]).await?;
    pins(&rows)?.into_iter().next().ok_or_else(|| NOT_FOUND.problem())
}

pub(crate) async fn one_in(tx: &mut Tx, id: &str) -> Result<Pin, Problem> {
    let rows = tx.fetch("SELECT body FROM city_pin WHERE id = $1", &[id.into()]).await?;
    pins(&rows)?.into_iter().next().ok_or_else(|| NOT_FOUND.problem())
}

/// Of a district, newest first, before `after`.
pub(crate) async fn list(store: &Store, city: &str, after: &str, limit: usize) -> Result<Vec<Pin>, Problem> {
    let sql = "SELECT body FROM city_pin WHERE city = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3";
    pins(&store.fetch(sql, &[city.into(), after.into(), count(limit)]).await?)
}

/// How many a persona has placed since a moment.
pub(crate) async fn placed_in(tx: &mut Tx, handle: &str, since: Timestamp) -> Result<i64, Problem> {
    let sql = "SELECT COUNT(*) AS n FROM city_pin WHERE by_handle = $1 AND placed_at > $2";
    tx.fetch(sql, &[handle.into(), since.0.into()]).await?.first().map_or(Ok(0), |row| row.int("n"))
}

pub(crate) async fn supports_in(tx: &mut Tx, pin: &str, handle: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM city_pin_support WHERE id = $1", &[support_id(pin, handle).into()]).await?.is_empty())
}

pub(crate) fn save_support(tx: &mut Tx, pin: &str, handle: &str) {
    tx.save(Record::new("city_pin_support", support_id(pin, handle)).text("pin", pin).text("by_handle", handle));
}

pub(crate) fn remove_support(tx: &mut Tx, pin: &str, handle: &str) {
    tx.remove("city_pin_support", &support_id(pin, handle));
}

/// By pin of a district: how many support it, and whether `handle` does.
pub(crate) async fn support(store: &Store, city: &str, handle: &str) -> Result<BTreeMap<String, (i64, bool)>, Problem> {
    let sql = "SELECT s.pin AS pin, COUNT(*) AS n, SUM(CASE WHEN s.by_handle = $2 THEN 1 ELSE 0 END) AS own
        FROM city_pin_support s JOIN city_pin p ON p.id = s.pin WHERE p.city = $1 GROUP BY s.pin";
    let rows = store.fetch(sql, &[city.into(), handle.into()]).await?;
    rows.iter().map(|row| Ok((row.text("pin")?.to_owned(), (row.int("n")?, row.int("own")? > 0)))).collect()
}

pub(crate) fn save_paper(tx: &mut Tx, paper: &Paper) {
    tx.save(Record::new("city_paper", &paper.id).text("city", &paper.city).blob("body", body(paper)));
}

pub(crate) async fn paper(store: &Store, id: &str) -> Result<Paper, Problem> {
    let rows = store.fetch("SELECT body FROM city_paper WHERE id = $1", &[id.into()]).await?;
    rows.first().map_or_else(|| Err(NOT_FOUND.problem()), |row| read(row, "a paper"))
}
