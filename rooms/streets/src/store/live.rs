//! The tables of live streets.

use sala_core::{
    cbor::Value,
    problem::Problem,
    store::{Cell, Record, Row, Store, Tx},
};
use serde::{Deserialize, Serialize};

use super::damaged;
use crate::live::{Round, minute::Packed};

/// Rows that one act removes at most: its leaf names each.
const MOST_REMOVED: i64 = 400;

/// What is told of a minute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Minute {
    pub(crate) round: u64,
    /// In its round, from 1.
    pub(crate) number: u32,
    pub(crate) adaptive_s: u32,
    pub(crate) fallback_s: u32,
    pub(crate) interventions: u64,
    pub(crate) queue: u32,
    pub(crate) flow: f64,
    pub(crate) lost_h_per_h: f64,
}

/// A minute with all that its replay needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) minute: i64,
    pub(crate) act: String,
    pub(crate) inputs: Vec<u8>,
    pub(crate) decisions: Vec<u8>,
}

/// `<street>.<number>` with eight digits, so that ids are in the order of rounds.
pub(crate) fn round_id(street: &str, number: u64) -> String {
    format!("{street}.{number:08}")
}

fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn read<T: for<'de> Deserialize<'de>>(row: &Row, what: &str) -> Result<T, Problem> {
    Value::decode(row.blob("body")?).ok().and_then(|value| value.to_serde()).ok_or_else(|| damaged(what))
}

pub(crate) fn save_round(tx: &mut Tx, round: &Round) {
    let record = Record::new("street_round", &round.id)
        .text("street", &round.street)
        .int("number", int(round.number))
        .blob("body", Value::from_serde(round).encode());
    tx.save(record);
}

pub(crate) fn save_minute(tx: &mut Tx, street: &str, minute: &Minute, packed: &Packed) {
    let record = Record::new("street_minute", format!("{}.{:04}", round_id(street, minute.round), minute.number))
        .text("street", street)
        .int("number", int(minute.round))
        .int("minute", i64::from(minute.number))
        .blob("body", Value::from_serde(minute).encode())
        .blob("inputs", packed.inputs.clone())
        .blob("decisions", packed.decisions.clone());
    tx.save(record);
}

/// Removes the minutes of rounds before `keep_from`.
pub(crate) async fn forget_minutes(tx: &mut Tx, street: &str, keep_from: u64) -> Result<(), Problem> {
    let sql = "SELECT id FROM street_minute WHERE street = $1 AND number < $2 ORDER BY id LIMIT $3";
    for row in tx.fetch(sql, &[street.into(), Cell::Int(int(keep_from)), Cell::Int(MOST_REMOVED)]).await? {
        tx.remove("street_minute", row.text("id")?);
    }
    Ok(())
}

pub(crate) async fn last_round(store: &Store, street: &str) -> Result<Option<Round>, Problem> {
    Ok(rounds(store, street, None, 1).await?.pop())
}

/// Newest first, before `after` (an id).
pub(crate) async fn rounds(store: &Store, street: &str, after: Option<&str>, limit: usize) -> Result<Vec<Round>, Problem> {
    let rows = page(store, "SELECT body FROM street_round", street, after, limit).await?;
    rows.iter().map(|row| read(row, "a round")).collect()
}

/// Newest first, before `after` (an id): id, act, what is told.
pub(crate) async fn minutes(
    store: &Store,
    street: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(String, String, Minute)>, Problem> {
    let rows = page(store, "SELECT id, act_id, body FROM street_minute", street, after, limit).await?;
    rows.iter().map(|row| Ok((row.text("id")?.to_owned(), row.text("act_id")?.to_owned(), read(row, "a minute")?))).collect()
}

async fn page(store: &Store, select: &str, street: &str, after: Option<&str>, limit: usize) -> Result<Vec<Row>, Problem> {
    let mut cells: Vec<Cell> = vec![street.into(), Cell::Int(i64::try_from(limit).unwrap_or(i64::MAX))];
    let before = after.map_or("", |after| {
        cells.push(after.into());
        " AND id < $3"
    });
    store.fetch(&format!("{select} WHERE street = $1{before} ORDER BY id DESC LIMIT $2"), &cells).await
}

/// The minutes of a round that are kept, up to and with `last`, in order.
pub(crate) async fn kept(store: &Store, street: &str, number: i64, last: i64) -> Result<Vec<Kept>, Problem> {
    let sql =
        "SELECT minute, act_id, inputs, decisions FROM street_minute WHERE street = $1 AND number = $2 AND minute <= $3 ORDER BY minute";
    let rows = store.fetch(sql, &[street.into(), Cell::Int(number), Cell::Int(last)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Kept {
                minute: row.int("minute")?,
                act: row.text("act_id")?.to_owned(),
                inputs: row.blob("inputs")?.to_vec(),
                decisions: row.blob("decisions")?.to_vec(),
            })
        })
        .collect()
}

/// Acts of the last kept minutes of all rounds.
pub(crate) async fn newest_of_rounds(store: &Store) -> Result<Vec<String>, Problem> {
    let sql = "SELECT act_id FROM street_minute AS own
        WHERE minute = (SELECT MAX(minute) FROM street_minute AS other WHERE other.street = own.street AND other.number = own.number) ORDER BY id";
    store.fetch(sql, &[]).await?.iter().map(|row| Ok(row.text("act_id")?.to_owned())).collect()
}
