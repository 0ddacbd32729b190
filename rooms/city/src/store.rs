//! The tables of this room: the only files with SQL.

pub(crate) mod floods;
pub(crate) mod pins;

use sala_core::{
    cbor::Value,
    problem::{DAMAGED, Problem},
    store::{Cell, Migration, Row, Schema},
};
use serde::{Serialize, de::DeserializeOwned};

/// The tables of this room.
pub const SCHEMA: Schema = Schema {
    room: "city",
    tables: &["flood", "flood_answer", "flood_depths", "city_pin", "city_pin_support", "city_paper"],
    migrations: &[Migration {
        number: 1,
        sql: "CREATE TABLE flood (id TEXT PRIMARY KEY, city TEXT NOT NULL, state TEXT NOT NULL, asked_by TEXT NOT NULL, body BLOB NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX flood_by_state ON flood (state, id);
              CREATE INDEX flood_by_city ON flood (city, id);
              CREATE TABLE flood_answer (id TEXT PRIMARY KEY, answer BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE flood_depths (id TEXT PRIMARY KEY, depths BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE city_pin (id TEXT PRIMARY KEY, city TEXT NOT NULL, by_handle TEXT NOT NULL, placed_at BIGINT NOT NULL, body BLOB NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX city_pin_by_city ON city_pin (city, id);
              CREATE INDEX city_pin_by_handle ON city_pin (by_handle, placed_at);
              CREATE TABLE city_pin_support (id TEXT PRIMARY KEY, pin TEXT NOT NULL, by_handle TEXT NOT NULL, act_id TEXT NOT NULL,
                  act_salt BLOB NOT NULL);
              CREATE INDEX city_pin_support_by_pin ON city_pin_support (pin);
              CREATE TABLE city_paper (id TEXT PRIMARY KEY, city TEXT NOT NULL, body BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
    }],
};

fn damaged(what: &str) -> Problem {
    DAMAGED.problem().because(format!("city: {what} can't be read"))
}

/// What a row keeps of a value.
fn body<T: Serialize>(value: &T) -> Vec<u8> {
    Value::from_serde(value).encode()
}

/// The value that a row keeps.
fn read<T: DeserializeOwned>(row: &Row, what: &str) -> Result<T, Problem> {
    Value::decode(row.blob("body")?).ok().and_then(|value| value.to_serde()).ok_or_else(|| damaged(what))
}

/// A limit as a cell.
fn count(number: usize) -> Cell {
    Cell::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
