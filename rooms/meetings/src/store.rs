//! The tables of this room: the only file with SQL.

use sala_core::{
    cbor::Value,
    problem::{DAMAGED, NOT_FOUND, Problem},
    store::{Cell, Migration, Record, Row, Schema, Store, Tx},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    entry::Entry,
    meeting::{Meeting, MeetingState},
};

/// The tables of this room.
pub const SCHEMA: Schema = Schema {
    room: "meetings",
    tables: &["meeting", "meeting_entry", "meeting_draft", "meeting_minutes"],
    migrations: &[Migration {
        number: 1,
        sql: "CREATE TABLE meeting (id TEXT PRIMARY KEY, state TEXT NOT NULL, space TEXT NOT NULL, begins_at BIGINT NOT NULL, body BLOB NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX meeting_by_state ON meeting (state, id);
              CREATE INDEX meeting_by_space ON meeting (space, id);
              CREATE TABLE meeting_entry (id TEXT PRIMARY KEY, meeting TEXT NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, body BLOB NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX meeting_entry_by_meeting ON meeting_entry (meeting, kind, at, id);
              CREATE TABLE meeting_draft (id TEXT PRIMARY KEY, meeting TEXT NOT NULL, version BIGINT NOT NULL, updates BLOB NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX meeting_draft_by_meeting ON meeting_draft (meeting, version);
              CREATE TABLE meeting_minutes (id TEXT PRIMARY KEY, json BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
    }],
};

/// More than a meeting may hold of anything: its limits are far below.
const ALL: i64 = 100_000;

const ENTRIES: &str = "SELECT body FROM meeting_entry WHERE meeting = $1 AND ($2 = '' OR kind = $2) ORDER BY at, id LIMIT $3";
const DRAFT: &str = "SELECT version, updates FROM meeting_draft WHERE meeting = $1 AND version > $2 ORDER BY version";

fn read<T: DeserializeOwned>(row: &Row, what: &str) -> Result<T, Problem> {
    let value = Value::decode(row.blob("body")?).ok().and_then(|value| value.to_serde());
    value.ok_or_else(|| DAMAGED.problem().because(format!("meetings: {what} can't be read")))
}

fn body<T: Serialize>(value: &T) -> Vec<u8> {
    Value::from_serde(value).encode()
}

fn count(limit: usize) -> Cell {
    Cell::Int(i64::try_from(limit).unwrap_or(i64::MAX))
}

pub(crate) fn save_meeting(tx: &mut Tx, meeting: &Meeting) {
    tx.save(
        Record::new("meeting", &meeting.id)
            .text("state", meeting.state.word())
            .text("space", meeting.space.as_deref().unwrap_or(""))
            .int("begins_at", meeting.begins_at.0)
            .blob("body", body(meeting)),
    );
}

pub(crate) async fn meeting(store: &Store, id: &str) -> Result<Meeting, Problem> {
    let rows = store.fetch("SELECT body FROM meeting WHERE id = $1", &[id.into()]).await?;
    rows.first().map_or_else(|| Err(NOT_FOUND.problem()), |row| read(row, "a meeting"))
}

pub(crate) async fn meeting_in(tx: &mut Tx, id: &str) -> Result<Meeting, Problem> {
    let rows = tx.fetch("SELECT body FROM meeting WHERE id = $1", &[id.into()]).await?;
    rows.first().map_or_else(|| Err(NOT_FOUND.problem()), |row| read(row, "a meeting"))
}

/// Newest first, before `after`; of one space, of one state, or all.
pub(crate) async fn meetings(
    store: &Store,
    space: Option<&str>,
    state: Option<MeetingState>,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Meeting>, Problem> {
    let sql = "SELECT body FROM meeting WHERE ($1 = '' OR space = $1) AND ($2 = '' OR state = $2) AND ($3 = '' OR id < $3)
        ORDER BY id DESC LIMIT $4";
    let state = state.map_or("", MeetingState::word);
    let rows = store.fetch(sql, &[space.unwrap_or("").into(), state.into(), after.unwrap_or("").into(), count(limit)]).await?;
    rows.iter().map(|row| read(row, "a meeting")).collect()
}

/// How many meetings are not closed.
pub(crate) async fn count_standing_in(tx: &mut Tx) -> Result<i64, Problem> {
    let rows = tx.fetch("SELECT COUNT(*) AS n FROM meeting WHERE state <> 'closed'", &[]).await?;
    rows.first().map_or(Ok(0), |row| row.int("n"))
}

/// Is a meeting open in this space?
pub(crate) async fn is_taken_in(tx: &mut Tx, space: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM meeting WHERE space = $1 AND state = 'open' LIMIT 1", &[space.into()]).await?.is_empty())
}

pub(crate) fn save_entry(tx: &mut Tx, meeting: &str, entry: &Entry) {
    tx.save(
        Record::new("meeting_entry", entry.id())
            .text("meeting", meeting)
            .text("kind", entry.kind())
            .int("at", entry.at().0)
            .blob("body", body(entry)),
    );
}

/// The entries of a meeting of one kind, or all (`""`), in their order.
pub(crate) async fn entries(store: &Store, meeting: &str, kind: &str) -> Result<Vec<Entry>, Problem> {
    let rows = store.fetch(ENTRIES, &[meeting.into(), kind.into(), ALL.into()]).await?;
    rows.iter().map(|row| read(row, "an entry")).collect()
}

pub(crate) async fn entries_in(tx: &mut Tx, meeting: &str, kind: &str) -> Result<Vec<Entry>, Problem> {
    let rows = tx.fetch(ENTRIES, &[meeting.into(), kind.into(), ALL.into()]).await?;
    rows.iter().map(|row| read(row, "an entry")).collect()
}

/// All entries but words: what a meeting shows of itself.
pub(crate) async fn standing(store: &Store, meeting: &str) -> Result<Vec<Entry>, Problem> {
    let sql = "SELECT body FROM meeting_entry WHERE meeting = $1 AND kind IN ('poll', 'amendment', 'decision', 'dissent') ORDER BY at, id LIMIT $2";
    store.fetch(sql, &[meeting.into(), ALL.into()]).await?.iter().map(|row| read(row, "an entry")).collect()
}

/// One entry of a meeting.
pub(crate) async fn entry(store: &Store, meeting: &str, id: &str) -> Result<Entry, Problem> {
    let rows = store.fetch("SELECT body FROM meeting_entry WHERE id = $1 AND meeting = $2", &[id.into(), meeting.into()]).await?;
    rows.first().map_or_else(|| Err(NOT_FOUND.problem()), |row| read(row, "an entry"))
}

pub(crate) async fn entry_in(tx: &mut Tx, meeting: &str, id: &str) -> Result<Entry, Problem> {
    let rows = tx.fetch("SELECT body FROM meeting_entry WHERE id = $1 AND meeting = $2", &[id.into(), meeting.into()]).await?;
    rows.first().map_or_else(|| Err(NOT_FOUND.problem()), |row| read(row, "an entry"))
}

/// How many entries of a kind a meeting has.
pub(crate) async fn count_entries_in(tx: &mut Tx, meeting: &str, kind: &str) -> Result<i64, Problem> {
    let rows = tx.fetch("SELECT COUNT(*) AS n FROM meeting_entry WHERE meeting = $1 AND kind = $2", &[meeting.into(), kind.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.int("n"))
}

fn version_id(meeting: &str, version: i64) -> String {
    format!("{meeting}/{version}")
}

/// A version of a draft: the updates that it adds to the versions before it that are still there.
pub(crate) fn save_version(tx: &mut Tx, meeting: &str, version: i64, updates: &[Vec<u8>]) {
    let updates = Value::Array(updates.iter().map(|update| Value::Bytes(update.clone())).collect()).encode();
    tx.save(
        Record::new("meeting_draft", version_id(meeting, version))
            .text("meeting", meeting)
            .int("version", version)
            .blob("updates", updates),
    );
}

/// Takes out the versions before one that holds everything.
pub(crate) async fn fold_before(tx: &mut Tx, meeting: &str, version: i64) -> Result<(), Problem> {
    let rows = tx.fetch("SELECT version FROM meeting_draft WHERE meeting = $1 AND version < $2", &[meeting.into(), version.into()]).await?;
    for row in rows {
        tx.remove("meeting_draft", &version_id(meeting, row.int("version")?));
    }
    Ok(())
}

/// Updates of the versions after one, in their order.
pub(crate) async fn versions(store: &Store, meeting: &str, after: i64) -> Result<Vec<(i64, Vec<Vec<u8>>)>, Problem> {
    let damaged = || DAMAGED.problem().because("meetings: a version of a draft can't be read");
    let rows = store.fetch(DRAFT, &[meeting.into(), after.into()]).await?;
    rows.iter()
        .map(|row| {
            let Ok(Value::Array(updates)) = Value::decode(row.blob("updates")?) else { return Err(damaged()) };
            let updates = updates.into_iter().map(|update| match update {
                Value::Bytes(bytes) => Ok(bytes),
                _ => Err(damaged()),
            });
            Ok((row.int("version")?, updates.collect::<Result<_, _>>()?))
        })
        .collect()
}

pub(crate) fn save_minutes(tx: &mut Tx, meeting: &str, json: &[u8]) {
    tx.save(Record::new("meeting_minutes", meeting).blob("json", json));
}

/// The minutes as they were closed.
pub(crate) async fn minutes(store: &Store, meeting: &str) -> Result<Option<Vec<u8>>, Problem> {
    let rows = store.fetch("SELECT json FROM meeting_minutes WHERE id = $1", &[meeting.into()]).await?;
    rows.first().map(|row| Ok(row.blob("json")?.to_vec())).transpose()
}
