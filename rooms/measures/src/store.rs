//! The tables of this room: the only file with SQL.

use std::collections::BTreeMap;

use sala_core::{
    cbor::Value,
    problem::{DAMAGED, NOT_FOUND, Problem},
    store::{Cell, Migration, Record, Row, Schema, Store, Tx},
    time::Timestamp,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    guard::Standing,
    measure::{Measure, Mode},
    run::{Run, RunState},
    trigger::TriggerState,
};

/// The tables of this room.
pub const SCHEMA: Schema = Schema {
    room: "measures",
    tables: &["measure", "measure_version", "trigger_state", "run"],
    migrations: &[Migration {
        number: 1,
        sql: "CREATE TABLE measure (id TEXT PRIMARY KEY, version BIGINT NOT NULL, hash TEXT NOT NULL, standing TEXT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE measure_version (id TEXT PRIMARY KEY, measure TEXT NOT NULL, version BIGINT NOT NULL, hash TEXT NOT NULL, content BLOB NOT NULL,
                  yaml TEXT NOT NULL, activated_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX measure_version_by_measure ON measure_version (measure, version);
              CREATE TABLE trigger_state (id TEXT PRIMARY KEY, hash TEXT NOT NULL, body BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE run (id TEXT PRIMARY KEY, measure TEXT NOT NULL, version BIGINT NOT NULL, state TEXT NOT NULL, event_at BIGINT NOT NULL,
                  fired_at BIGINT NOT NULL, expires_at BIGINT, awaits_effect BIGINT NOT NULL, body BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX run_by_measure ON run (measure, id);
              CREATE INDEX run_by_state ON run (state, id);
              CREATE INDEX run_by_effect ON run (awaits_effect, id);",
    }],
};

/// The longest yaml, kept for reading, in characters.
const MAX_YAML_CHARS: usize = 40_000;

/// A measure as kept: which version is in force, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MeasureRow {
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) hash: String,
    pub(crate) standing: Standing,
}

/// One version as kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct VersionRow {
    pub(crate) measure: Measure,
    pub(crate) version: i64,
    pub(crate) hash: String,
    pub(crate) yaml: String,
    pub(crate) activated_at: Timestamp,
    pub(crate) act: String,
}

fn damaged(what: &str) -> Problem {
    DAMAGED.problem().because(format!("measures: {what} can't be read"))
}

fn from_cbor<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, Problem> {
    Value::decode(bytes).ok().and_then(|value| value.to_serde()).ok_or_else(|| damaged(what))
}

fn measure_row(row: &Row) -> Result<MeasureRow, Problem> {
    Ok(MeasureRow {
        id: row.text("id")?.to_owned(),
        version: row.int("version")?,
        hash: row.text("hash")?.to_owned(),
        standing: Standing::from_word(row.text("standing")?).ok_or_else(|| damaged("a standing"))?,
    })
}

fn version_row(row: &Row) -> Result<VersionRow, Problem> {
    Ok(VersionRow {
        measure: from_cbor(row.blob("content")?, "a version")?,
        version: row.int("version")?,
        hash: row.text("hash")?.to_owned(),
        yaml: row.text("yaml")?.to_owned(),
        activated_at: Timestamp(row.int("activated_at")?),
        act: row.text("act_id")?.to_owned(),
    })
}

fn run_row(row: &Row) -> Result<Run, Problem> {
    from_cbor(row.blob("body")?, "a run")
}

fn count(rows: &[Row]) -> Result<u32, Problem> {
    rows.first().map_or(Ok(0), |row| Ok(u32::try_from(row.int("n")?).unwrap_or(u32::MAX)))
}

pub(crate) fn save_measure(tx: &mut Tx, row: &MeasureRow) {
    tx.save(Record::new("measure", &row.id).int("version", row.version).text("hash", &row.hash).text("standing", row.standing.word()));
}

pub(crate) fn save_version(tx: &mut Tx, measure: &Measure, version: i64, hash: &str, yaml: &str) {
    let yaml: String = yaml.chars().take(MAX_YAML_CHARS).collect();
    let now = tx.ctx().now.0;
    let record = Record::new("measure_version", format!("{}/{version}", measure.id))
        .text("measure", &measure.id)
        .int("version", version)
        .text("hash", hash)
        .blob("content", measure.content().encode())
        .text("yaml", yaml)
        .int("activated_at", now);
    tx.save(record);
}

pub(crate) fn save_trigger(tx: &mut Tx, measure: &str, hash: &str, state: &TriggerState) {
    tx.save(Record::new("trigger_state", measure).text("hash", hash).blob("body", Value::from_serde(state).encode()));
}

pub(crate) fn save_run(tx: &mut Tx, run: &Run) {
    let record = Record::new("run", &run.id)
        .text("measure", &run.measure)
        .int("version", run.version)
        .text("state", run.state.word())
        .int("event_at", run.event_at.0)
        .int("fired_at", run.fired_at.0)
        .cell("expires_at", run.expires_at.map(|at| at.0))
        .int("awaits_effect", i64::from(run.awaits_effect))
        .blob("body", Value::from_serde(run).encode());
    tx.save(record);
}

pub(crate) async fn measure_in(tx: &mut Tx, id: &str) -> Result<Option<MeasureRow>, Problem> {
    tx.fetch("SELECT * FROM measure WHERE id = $1", &[id.into()]).await?.first().map(measure_row).transpose()
}

pub(crate) async fn run_in(tx: &mut Tx, id: &str) -> Result<Run, Problem> {
    tx.fetch("SELECT body FROM run WHERE id = $1", &[id.into()]).await?.first().map_or_else(|| Err(NOT_FOUND.problem()), run_row)
}

/// Runs of a measure after `since` in the data, blocked ones not counted.
pub(crate) async fn runs_since_in(tx: &mut Tx, measure: &str, since: Timestamp) -> Result<u32, Problem> {
    let sql = "SELECT COUNT(*) AS n FROM run WHERE measure = $1 AND event_at > $2 AND state <> 'blocked'";
    count(&tx.fetch(sql, &[measure.into(), since.0.into()]).await?)
}

pub(crate) async fn has_proposal_in(tx: &mut Tx, measure: &str) -> Result<bool, Problem> {
    let sql = "SELECT COUNT(*) AS n FROM run WHERE measure = $1 AND state = 'proposed'";
    Ok(count(&tx.fetch(sql, &[measure.into()]).await?)? > 0)
}

pub(crate) async fn measures(store: &Store) -> Result<Vec<MeasureRow>, Problem> {
    store.fetch("SELECT * FROM measure ORDER BY id", &[]).await?.iter().map(measure_row).collect()
}

pub(crate) async fn measure(store: &Store, id: &str) -> Result<Option<MeasureRow>, Problem> {
    store.fetch("SELECT * FROM measure WHERE id = $1", &[id.into()]).await?.first().map(measure_row).transpose()
}

/// All versions of a measure, newest first.
pub(crate) async fn versions(store: &Store, measure: &str) -> Result<Vec<VersionRow>, Problem> {
    store
        .fetch("SELECT * FROM measure_version WHERE measure = $1 ORDER BY version DESC", &[measure.into()])
        .await?
        .iter()
        .map(version_row)
        .collect()
}

pub(crate) async fn version(store: &Store, measure: &str, version: i64) -> Result<VersionRow, Problem> {
    let rows = store.fetch("SELECT * FROM measure_version WHERE id = $1", &[format!("{measure}/{version}").into()]).await?;
    rows.first().map_or_else(|| Err(damaged("a version")), version_row)
}

/// The kept machine of a measure with the hash of the version that it ran under.
pub(crate) async fn trigger_state(store: &Store, measure: &str) -> Result<Option<(String, TriggerState)>, Problem> {
    let rows = store.fetch("SELECT hash, body FROM trigger_state WHERE id = $1", &[measure.into()]).await?;
    rows.first().map(|row| Ok((row.text("hash")?.to_owned(), from_cbor(row.blob("body")?, "a trigger state")?))).transpose()
}

pub(crate) async fn run(store: &Store, id: &str) -> Result<Option<Run>, Problem> {
    store.fetch("SELECT body FROM run WHERE id = $1", &[id.into()]).await?.first().map(run_row).transpose()
}

/// Number of runs and when the last one fired.
pub(crate) type RunCount = (u32, Option<Timestamp>);

/// The counts of all measures that have run, or of one.
pub(crate) async fn run_counts(store: &Store, measure: Option<&str>) -> Result<BTreeMap<String, RunCount>, Problem> {
    let all = "SELECT measure, COUNT(*) AS n, MAX(fired_at) AS latest FROM run GROUP BY measure";
    let one = "SELECT measure, COUNT(*) AS n, MAX(fired_at) AS latest FROM run WHERE measure = $1 GROUP BY measure";
    let rows = match measure {
        Some(measure) => store.fetch(one, &[measure.into()]).await?,
        None => store.fetch(all, &[]).await?,
    };
    let counted = |row: &Row| {
        let runs = u32::try_from(row.int("n")?).unwrap_or(u32::MAX);
        Ok((row.text("measure")?.to_owned(), (runs, row.opt_int("latest")?.map(Timestamp))))
    };
    rows.iter().map(counted).collect()
}

/// Which runs to list, newest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunFilter {
    pub(crate) measure: Option<String>,
    pub(crate) state: Option<RunState>,
    /// Only runs before this id.
    pub(crate) after: Option<String>,
    pub(crate) limit: usize,
}

pub(crate) async fn runs(store: &Store, filter: &RunFilter) -> Result<Vec<Run>, Problem> {
    let mut sql = String::from("SELECT body FROM run WHERE 1 = 1");
    let mut args: Vec<Cell> = vec![];
    let mut with = |clause: &str, cell: Option<Cell>| {
        if let Some(cell) = cell {
            args.push(cell);
            sql.push_str(&clause.replace('?', &format!("${}", args.len())));
        }
    };
    with(" AND measure = ?", filter.measure.as_ref().map(Cell::from));
    with(" AND state = ?", filter.state.map(|state| state.word().into()));
    with(" AND id < ?", filter.after.as_ref().map(Cell::from));
    with(" ORDER BY id DESC LIMIT ?", Some(Cell::Int(i64::try_from(filter.limit).unwrap_or(i64::MAX))));
    store.fetch(&sql, &args).await?.iter().map(run_row).collect()
}

/// Proposals whose time is over at `now`.
pub(crate) async fn lapsed(store: &Store, now: Timestamp) -> Result<Vec<Run>, Problem> {
    let sql = "SELECT body FROM run WHERE state = 'proposed' AND expires_at <= $1 ORDER BY id";
    store.fetch(sql, &[now.0.into()]).await?.iter().map(run_row).collect()
}

/// Runs whose effect is still to be measured.
pub(crate) async fn awaiting_effect(store: &Store) -> Result<Vec<Run>, Problem> {
    store.fetch("SELECT body FROM run WHERE awaits_effect = 1 ORDER BY id", &[]).await?.iter().map(run_row).collect()
}

/// The newest run of a measure in this state.
pub(crate) async fn latest_run(store: &Store, measure: &str, state: RunState) -> Result<Option<Run>, Problem> {
    let filter = RunFilter { measure: Some(measure.to_owned()), state: Some(state), after: None, limit: 1 };
    Ok(runs(store, &filter).await?.into_iter().next())
}

/// The modes whose runs move something.
pub(crate) fn moved_state(mode: Mode) -> RunState {
    match mode {
        Mode::Advise => RunState::Advised,
        Mode::Approve | Mode::Automatic => RunState::Moved,
    }
}
