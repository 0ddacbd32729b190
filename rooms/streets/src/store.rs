//! The tables of this room: the only files with SQL.

mod live;

use sala_core::{
    cbor::Value,
    problem::{DAMAGED, NOT_FOUND, Problem},
    store::{Cell, Migration, Record, Row, Schema, Store, Tx},
};

pub(crate) use self::live::{
    Kept, Minute, forget_minutes, kept, last_round, minutes, newest_of_rounds, round_id, rounds, save_minute, save_round,
};
use crate::ask::{Ask, AskState};

/// The tables of this room.
pub const SCHEMA: Schema = Schema {
    room: "streets",
    tables: &["impact", "impact_answer", "street_round", "street_minute"],
    migrations: &[Migration {
        number: 1,
        sql: "CREATE TABLE impact (id TEXT PRIMARY KEY, street TEXT NOT NULL, state TEXT NOT NULL, asked_by TEXT NOT NULL, body BLOB NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX impact_by_state ON impact (state, id);
              CREATE INDEX impact_by_street ON impact (street, id);
              CREATE TABLE impact_answer (id TEXT PRIMARY KEY, answer BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
    }, Migration {
        number: 2,
        sql: "CREATE TABLE street_round (id TEXT PRIMARY KEY, street TEXT NOT NULL, number BIGINT NOT NULL, body BLOB NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX street_round_by_street ON street_round (street, id);
              CREATE TABLE street_minute (id TEXT PRIMARY KEY, street TEXT NOT NULL, number BIGINT NOT NULL, minute BIGINT NOT NULL, body BLOB NOT NULL,
                  inputs BLOB NOT NULL, decisions BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX street_minute_by_street ON street_minute (street, id);",
    }],
};

fn damaged(what: &str) -> Problem {
    DAMAGED.problem().because(format!("streets: {what} can't be read"))
}

fn ask(row: &Row) -> Result<Ask, Problem> {
    Value::decode(row.blob("body")?).ok().and_then(|value| value.to_serde()).ok_or_else(|| damaged("an impact"))
}

pub(crate) fn save(tx: &mut Tx, ask: &Ask) {
    let record = Record::new("impact", &ask.id)
        .text("street", &ask.street)
        .text("state", ask.state.word())
        .text("asked_by", &ask.asked_by)
        .blob("body", Value::from_serde(ask).encode());
    tx.save(record);
}

/// The answer, as the JSON that is served.
pub(crate) fn save_answer(tx: &mut Tx, id: &str, answer: Vec<u8>) {
    tx.save(Record::new("impact_answer", id).blob("answer", answer));
}

pub(crate) async fn ask_in(tx: &mut Tx, id: &str) -> Result<Ask, Problem> {
    tx.fetch("SELECT body FROM impact WHERE id = $1", &[id.into()]).await?.first().map_or_else(|| Err(NOT_FOUND.problem()), ask)
}

/// How many are open: of this persona, and of all.
pub(crate) async fn open_in(tx: &mut Tx, asked_by: &str) -> Result<(i64, i64), Problem> {
    let open = "state IN ('queued', 'running')";
    let mut counts = [0, 0];
    for (count, (clause, cells)) in counts.iter_mut().zip([(" AND asked_by = $1", vec![asked_by.into()]), ("", vec![])]) {
        let cells: Vec<Cell> = cells;
        let rows = tx.fetch(&format!("SELECT COUNT(*) AS n FROM impact WHERE {open}{clause}"), &cells).await?;
        *count = rows.first().map_or(Ok(0), |row| row.int("n"))?;
    }
    let [own, all] = counts;
    Ok((own, all))
}

pub(crate) async fn one(store: &Store, id: &str) -> Result<Option<Ask>, Problem> {
    store.fetch("SELECT body FROM impact WHERE id = $1", &[id.into()]).await?.first().map(ask).transpose()
}

pub(crate) async fn answer(store: &Store, id: &str) -> Result<Option<Vec<u8>>, Problem> {
    let rows = store.fetch("SELECT answer FROM impact_answer WHERE id = $1", &[id.into()]).await?;
    rows.first().map(|row| Ok(row.blob("answer")?.to_vec())).transpose()
}

/// Newest first, before `after`.
pub(crate) async fn list(store: &Store, street: Option<&str>, after: Option<&str>, limit: usize) -> Result<Vec<Ask>, Problem> {
    let mut sql = String::from("SELECT body FROM impact WHERE 1 = 1");
    let mut cells: Vec<Cell> = vec![];
    let mut with = |clause: &str, cell: Option<Cell>| {
        if let Some(cell) = cell {
            cells.push(cell);
            sql.push_str(&clause.replace('?', &format!("${}", cells.len())));
        }
    };
    with(" AND street = ?", street.map(Cell::from));
    with(" AND id < ?", after.map(Cell::from));
    with(" ORDER BY id DESC LIMIT ?", Some(Cell::Int(i64::try_from(limit).unwrap_or(i64::MAX))));
    store.fetch(&sql, &cells).await?.iter().map(ask).collect()
}

/// Those that wait, or were at work when the hall stopped, oldest first.
pub(crate) async fn waiting(store: &Store) -> Result<Vec<Ask>, Problem> {
    let sql = "SELECT body FROM impact WHERE state = $1 ORDER BY id LIMIT 100";
    store.fetch(sql, &[AskState::Queued.word().into()]).await?.iter().map(ask).collect()
}
