//! The two compound values of traffic lights.

use super::{TraciError, Value};

/// A program as SUMO tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logic {
    /// Id of the program.
    pub program: String,
    /// Kind: 0 static, 3 actuated, 4 NEMA, 5 delay based.
    pub kind: i32,
    /// Index of the phase that is shown.
    pub current: i32,
    /// The phases in their order.
    pub phases: Vec<LogicPhase>,
}

/// A phase as SUMO tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct LogicPhase {
    /// Nominal duration, s.
    pub duration_s: f64,
    /// One letter a link.
    pub state: String,
    /// Least duration, s.
    pub least_s: f64,
    /// Greatest duration, s.
    pub greatest_s: f64,
    /// Indices of the phases that may follow; empty means the next one.
    pub next: Vec<i32>,
    /// Name.
    pub name: String,
}

/// Reads [`super::variable::LIGHT_DEFINITION`].
///
/// # Errors
/// [`TraciError::Type`] if the parts are others than SUMO's.
pub fn logics(value: &Value) -> Result<Vec<Logic>, TraciError> {
    value.compound()?.iter().map(logic).collect()
}

fn logic(value: &Value) -> Result<Logic, TraciError> {
    let [program, kind, current, phases, ..] = value.compound()? else { return Err(wrong("a program of at least four parts")) };
    let phases = phases.compound()?.iter().map(phase).collect::<Result<_, _>>()?;
    Ok(Logic { program: program.text()?.to_owned(), kind: kind.int()?, current: current.int()?, phases })
}

fn phase(value: &Value) -> Result<LogicPhase, TraciError> {
    let [duration, state, least, greatest, next, name] = value.compound()? else { return Err(wrong("a phase of six parts")) };
    Ok(LogicPhase {
        duration_s: duration.double()?,
        state: state.text()?.to_owned(),
        least_s: least.double()?,
        greatest_s: greatest.double()?,
        next: next.compound()?.iter().map(Value::int).collect::<Result<_, _>>()?,
        name: name.text()?.to_owned(),
    })
}

/// Reads [`super::variable::LIGHT_CONTROLLED_LINKS`]: for each link index the connections `[from lane, to lane, via lane]` that it controls.
///
/// # Errors
/// [`TraciError::Type`] if the parts are others than SUMO's.
pub fn controlled_links(value: &Value) -> Result<Vec<Vec<[String; 3]>>, TraciError> {
    let mut parts = value.compound()?.iter();
    let mut next = || parts.next().ok_or(wrong("more links"));
    let signals = next()?.int()?;
    let mut links = Vec::new();
    for _ in 0..signals {
        let mut connections = Vec::new();
        for _ in 0..next()?.int()? {
            let lanes = <[String; 3]>::try_from(next()?.texts()?.to_vec()).map_err(|_| wrong("three lanes"))?;
            connections.push(lanes);
        }
        links.push(connections);
    }
    Ok(links)
}

const fn wrong(expected: &'static str) -> TraciError {
    TraciError::Type { expected, got: "something else" }
}
