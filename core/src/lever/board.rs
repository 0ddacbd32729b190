//! The levers of a hall with the values in force. A value changes only inside an act.

use std::{collections::BTreeMap, sync::Arc};

use super::{LEVER_BOUNDS, LEVER_NOT_UNDOABLE, LEVER_RATE, LeverSpec, LeverValue};
use crate::{
    problem::{DAMAGED, INVALID, NOT_FOUND, Problem},
    store::{Cell, Migration, Record, Row, Schema, Store, Tx},
    time::Timestamp,
};

const DAY_S: i64 = 86_400;

/// The table of levers that have ever been moved.
pub const SCHEMA: Schema = Schema {
    room: "lever",
    tables: &["lever"],
    migrations: &[Migration {
        number: 1,
        sql: "CREATE TABLE lever (id TEXT PRIMARY KEY, value TEXT NOT NULL, value_before TEXT, changed_at BIGINT NOT NULL, measure TEXT, run TEXT,
                  moves TEXT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
    }],
};

/// Why a lever moves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cause {
    /// The measure that moves it, if one does.
    pub measure: Option<String>,
    /// The run that moves it, if one does.
    pub run: Option<String>,
    /// The moment from which the moves of a day are counted: the time in the data, so that the limit means the same for
    /// history played fast as for live data.
    pub at: Timestamp,
}

/// What a move did.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Where the lever stood.
    pub before: LeverValue,
    /// Where it stands now.
    pub after: LeverValue,
    /// The run whose move was taken back, if this was an undo of one.
    pub undone_run: Option<String>,
}

/// A lever with the value in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Lever {
    /// As the profile declares it.
    pub spec: LeverSpec,
    /// The value in force.
    pub value: LeverValue,
    /// Where it stood before the last move; `None` when there is no move to take back.
    pub before: Option<LeverValue>,
    /// When it was last changed, in hall time.
    pub changed_at: Option<Timestamp>,
    /// The measure that changed it last, if one did.
    pub measure: Option<String>,
    /// The run that changed it last, if one did.
    pub run: Option<String>,
    /// The act by which it was changed last.
    pub act: Option<String>,
    /// The moves that count towards the limit of a day, oldest first.
    pub moves: Vec<Timestamp>,
}

impl Lever {
    fn untouched(spec: &LeverSpec) -> Self {
        Self {
            spec: spec.clone(),
            value: spec.initial.clone(),
            before: None,
            changed_at: None,
            measure: None,
            run: None,
            act: None,
            moves: vec![],
        }
    }

    fn read(spec: &LeverSpec, row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            spec: spec.clone(),
            value: parse(row.text("value")?)?,
            before: row.opt_text("value_before")?.map(parse).transpose()?,
            changed_at: Some(Timestamp(row.int("changed_at")?)),
            measure: row.opt_text("measure")?.map(str::to_owned),
            run: row.opt_text("run")?.map(str::to_owned),
            act: Some(row.text("act_id")?.to_owned()),
            moves: parse::<Vec<i64>>(row.text("moves")?)?.into_iter().map(Timestamp).collect(),
        })
    }

    /// Is there a move that an officer can take back?
    pub fn can_undo(&self) -> bool {
        self.spec.is_undoable && self.before.is_some()
    }

    /// Counted moves in the 24 hours up to `at`. Moves after `at` count too: time in the data may step back.
    pub fn moves_last_day(&self, at: Timestamp) -> u32 {
        let since = at.plus_seconds(-DAY_S);
        u32::try_from(self.moves.iter().filter(|moved| **moved > since).count()).unwrap_or(u32::MAX)
    }
}

fn parse<T: for<'de> serde::Deserialize<'de>>(json: &str) -> Result<T, Problem> {
    serde_json::from_str(json).map_err(|fault| DAMAGED.problem().because(format!("lever: {fault}")))
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|fault| crate::problem::INTERNAL.problem().because(fault))
}

/// All levers of the hall.
#[derive(Debug)]
pub struct Levers {
    store: Arc<Store>,
    specs: BTreeMap<String, LeverSpec>,
}

impl Levers {
    /// The levers that the profile declares. A Problem names each wrong place of the declarations.
    pub fn open(store: Arc<Store>, specs: Vec<LeverSpec>) -> Result<Self, Problem> {
        let mut known = BTreeMap::new();
        let mut problem = INVALID.problem().detail("ไฟล์ levers.yaml ของโพรไฟล์มีที่ผิด", "levers.yaml of the profile has faults");
        for spec in specs {
            problem.errors.extend(spec.faults());
            if let Some(twin) = known.insert(spec.id.clone(), spec) {
                problem = problem.at(format!("levers/{}", twin.id), "declared twice");
            }
        }
        if problem.errors.is_empty() { Ok(Self { store, specs: known }) } else { Err(problem) }
    }

    /// The declaration of a lever.
    pub fn spec(&self, id: &str) -> Option<&LeverSpec> {
        self.specs.get(id)
    }

    fn require(&self, id: &str) -> Result<&LeverSpec, Problem> {
        self.spec(id).ok_or_else(|| NOT_FOUND.problem().detail(format!("ไม่มีค่าที่ปรับได้ชื่อ {id}"), format!("There is no lever {id}")))
    }

    /// One lever with the value in force.
    pub async fn get(&self, id: &str) -> Result<Lever, Problem> {
        let spec = self.require(id)?;
        let rows = self.store.fetch("SELECT * FROM lever WHERE id = $1", &[id.into()]).await?;
        rows.first().map_or_else(|| Ok(Lever::untouched(spec)), |row| Lever::read(spec, row))
    }

    /// All levers by id.
    pub async fn list(&self) -> Result<Vec<Lever>, Problem> {
        let rows = self.store.fetch("SELECT * FROM lever ORDER BY id", &[]).await?;
        let mut moved = BTreeMap::new();
        for row in &rows {
            moved.insert(row.text("id")?, row);
        }
        self.specs
            .values()
            .map(|spec| moved.get(spec.id.as_str()).map_or_else(|| Ok(Lever::untouched(spec)), |row| Lever::read(spec, row)))
            .collect()
    }

    /// One lever as the transaction sees it.
    pub async fn get_in(&self, tx: &mut Tx, id: &str) -> Result<Lever, Problem> {
        let spec = self.require(id)?;
        let rows = tx.fetch("SELECT * FROM lever WHERE id = $1", &[Cell::from(id)]).await?;
        rows.first().map_or_else(|| Ok(Lever::untouched(spec)), |row| Lever::read(spec, row))
    }

    /// Moves a lever within an act; refuses a value beyond its bounds and more moves than a day may have.
    pub async fn move_to(&self, tx: &mut Tx, id: &str, value: LeverValue, cause: &Cause) -> Result<Moved, Problem> {
        let mut lever = self.get_in(tx, id).await?;
        lever.spec.admit(&value).map_err(|expected| LEVER_BOUNDS.problem().detail(expected.th, expected.en))?;
        if lever.moves_last_day(cause.at) >= lever.spec.max_moves_per_day {
            return Err(LEVER_RATE.problem());
        }
        let since = cause.at.plus_seconds(-DAY_S);
        lever.moves.retain(|moved| *moved > since);
        lever.moves.push(cause.at);
        let before = std::mem::replace(&mut lever.value, value.clone());
        lever.before = Some(before.clone());
        lever.measure.clone_from(&cause.measure);
        lever.run.clone_from(&cause.run);
        write(tx, lever)?;
        Ok(Moved { before, after: value, undone_run: None })
    }

    /// Sets a lever back to where it stood before run `run` moved it, within an act. `None`: someone has moved it since, so it stays.
    /// Never counted as a move.
    pub async fn give_back(&self, tx: &mut Tx, id: &str, run: &str) -> Result<Option<Moved>, Problem> {
        let lever = self.get_in(tx, id).await?;
        if lever.run.as_deref() != Some(run) {
            return Ok(None);
        }
        let measure = lever.measure.clone();
        take_back(tx, lever, measure)
    }

    /// Takes the last move back, within an act, whoever made it. Never counted as a move.
    pub async fn undo(&self, tx: &mut Tx, id: &str) -> Result<Moved, Problem> {
        let lever = self.get_in(tx, id).await?;
        if !lever.spec.is_undoable {
            return Err(LEVER_NOT_UNDOABLE.problem());
        }
        take_back(tx, lever, None)?.ok_or_else(|| LEVER_NOT_UNDOABLE.problem())
    }
}

fn take_back(tx: &mut Tx, mut lever: Lever, measure: Option<String>) -> Result<Option<Moved>, Problem> {
    let Some(before) = lever.before.take() else { return Ok(None) };
    let from = std::mem::replace(&mut lever.value, before.clone());
    let undone_run = lever.run.take();
    lever.measure = measure;
    write(tx, lever)?;
    Ok(Some(Moved { before: from, after: before, undone_run }))
}

fn write(tx: &mut Tx, lever: Lever) -> Result<(), Problem> {
    let moves: Vec<i64> = lever.moves.iter().map(|moved| moved.0).collect();
    let record = Record::new("lever", lever.spec.id)
        .text("value", json(&lever.value)?)
        .cell("value_before", lever.before.map(|before| json(&before)).transpose()?)
        .int("changed_at", tx.ctx().now.0)
        .cell("measure", lever.measure)
        .cell("run", lever.run)
        .text("moves", json(&moves)?);
    tx.save(record);
    Ok(())
}

#[cfg(test)]
mod tests;
