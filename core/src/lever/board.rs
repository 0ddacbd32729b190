//! The levers of a hall with the values in force. A value changes only inside an act.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{LEVER_BOUNDS, LEVER_NOT_UNDOABLE, LEVER_RATE, LeverSpec, LeverValue};
use crate::{
    problem::{DAMAGED, INVALID, NOT_FOUND, Problem},
    store::{Cell, Migration, Record, Row, Schema, Store, Tx},
    time::Timestamp,
};

const DAY_US: u64 = 86_400_000_000;

/// Moves of one lever that are remembered as standing; the oldest are forgotten, and can no longer be taken back.
pub const MAX_STANDING: usize = 16;

/// The table of levers that have ever been moved.
pub const SCHEMA: Schema = Schema {
    room: "lever",
    tables: &["lever"],
    migrations: &[Migration {
        number: 1,
        sql: "CREATE TABLE lever (id TEXT PRIMARY KEY, value TEXT NOT NULL, standing TEXT NOT NULL, changed_at BIGINT NOT NULL, measure TEXT, run TEXT,
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

/// A move that stands: it has been neither set back nor undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Where the lever stood before it.
    pub before: LeverValue,
    /// The measure that made it, if one did.
    pub measure: Option<String>,
    /// The run that made it, if one did.
    pub run: Option<String>,
}

/// A lever with the value in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Lever {
    /// As the profile declares it.
    pub spec: LeverSpec,
    /// The value in force.
    pub value: LeverValue,
    /// The moves that stand, oldest first, at most [`MAX_STANDING`].
    pub standing: Vec<Standing>,
    /// When it was last changed, in hall time.
    pub changed_at: Option<Timestamp>,
    /// The measure that changed it last, if one did.
    pub measure: Option<String>,
    /// The run that changed it last, if one did.
    pub run: Option<String>,
    /// The act by which it was changed last.
    pub act: Option<String>,
    /// The newest moves, which count towards the limit of a day, in the order in which they were made.
    pub moves: Vec<Timestamp>,
}

impl Lever {
    fn untouched(spec: &LeverSpec) -> Self {
        Self {
            spec: spec.clone(),
            value: spec.initial.clone(),
            standing: vec![],
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
            standing: parse(row.text("standing")?)?,
            changed_at: Some(Timestamp(row.int("changed_at")?)),
            measure: row.opt_text("measure")?.map(str::to_owned),
            run: row.opt_text("run")?.map(str::to_owned),
            act: Some(row.text("act_id")?.to_owned()),
            moves: parse::<Vec<i64>>(row.text("moves")?)?.into_iter().map(Timestamp).collect(),
        })
    }

    /// Is there a move that an officer can take back?
    pub fn can_undo(&self) -> bool {
        self.spec.is_undoable && !self.standing.is_empty()
    }

    /// Does a move stand that no measure made: an officer's own hand?
    pub fn is_held(&self) -> bool {
        self.standing.iter().any(|made| made.measure.is_none())
    }

    /// The run whose move of this lever stands for `measure`; the newest, if there are several.
    pub fn run_of(&self, measure: &str) -> Option<&str> {
        self.standing.iter().rev().find(|made| made.measure.as_deref() == Some(measure))?.run.as_deref()
    }

    /// Counted moves within 24 hours of `at`. Moves further off, before or after, belong to another day: history that is played and
    /// the present may move the same lever, each in its own time.
    pub fn moves_last_day(&self, at: Timestamp) -> u32 {
        let near = |moved: &&Timestamp| moved.0.abs_diff(at.0) < DAY_US;
        u32::try_from(self.moves.iter().filter(near).count()).unwrap_or(u32::MAX)
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
        lever.moves.push(cause.at);
        // Enough for two timelines.
        let kept = usize::try_from(lever.spec.max_moves_per_day).unwrap_or(usize::MAX).saturating_mul(2);
        lever.moves.drain(..lever.moves.len().saturating_sub(kept));
        let before = std::mem::replace(&mut lever.value, value.clone());
        lever.standing.push(Standing { before: before.clone(), measure: cause.measure.clone(), run: cause.run.clone() });
        lever.standing.drain(..lever.standing.len().saturating_sub(MAX_STANDING));
        lever.measure.clone_from(&cause.measure);
        lever.run.clone_from(&cause.run);
        write(tx, lever)?;
        Ok(Moved { before, after: value, undone_run: None })
    }

    /// Takes the move of run `run` back, within an act. When others have moved the lever since, it stays where they put it, and theirs
    /// will go back to where it stood before `run`. `None`: the move no longer stands. Never counted as a move.
    pub async fn give_back(&self, tx: &mut Tx, id: &str, run: &str) -> Result<Option<Moved>, Problem> {
        let mut lever = self.get_in(tx, id).await?;
        let Some(place) = lever.standing.iter().position(|made| made.run.as_deref() == Some(run)) else { return Ok(None) };
        let made = lever.standing.remove(place);
        let from = lever.value.clone();
        if let Some(next) = lever.standing.get_mut(place) {
            next.before = made.before;
        } else {
            lever.value = made.before;
            lever.measure = made.measure;
            lever.run = None;
        }
        let after = lever.value.clone();
        write(tx, lever)?;
        Ok(Some(Moved { before: from, after, undone_run: None }))
    }

    /// Takes the newest move that stands back, within an act, whoever made it. Never counted as a move.
    pub async fn undo(&self, tx: &mut Tx, id: &str) -> Result<Moved, Problem> {
        let mut lever = self.get_in(tx, id).await?;
        let made = if lever.spec.is_undoable { lever.standing.pop() } else { None };
        let made = made.ok_or_else(|| LEVER_NOT_UNDOABLE.problem())?;
        let from = std::mem::replace(&mut lever.value, made.before.clone());
        lever.measure = None;
        lever.run = None;
        write(tx, lever)?;
        Ok(Moved { before: from, after: made.before, undone_run: made.run })
    }
}

fn write(tx: &mut Tx, lever: Lever) -> Result<(), Problem> {
    let moves: Vec<i64> = lever.moves.iter().map(|moved| moved.0).collect();
    let record = Record::new("lever", lever.spec.id)
        .text("value", json(&lever.value)?)
        .text("standing", json(&lever.standing)?)
        .int("changed_at", tx.ctx().now.0)
        .cell("measure", lever.measure)
        .cell("run", lever.run)
        .text("moves", json(&moves)?);
    tx.save(record);
    Ok(())
}

#[cfg(test)]
mod tests;
