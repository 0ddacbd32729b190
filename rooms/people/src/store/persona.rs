//! Personas: `persona` (handle and the sealed way back to the person) and `persona_face` (what everyone may see).

use sala_core::{
    problem::Problem,
    store::{Cell, Record, Row, Store, Tx},
    time::Timestamp,
};

/// A persona as everyone may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PersonaRow {
    pub(crate) handle: String,
    /// Chosen by its owner, public; empty until one is chosen.
    pub(crate) name: String,
    /// Choices of the avatar as JSON; empty: made from the handle.
    pub(crate) look: String,
    pub(crate) retired_at: Option<Timestamp>,
}

impl PersonaRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            handle: row.text("id")?.to_owned(),
            name: row.opt_text("name")?.unwrap_or_default().to_owned(),
            look: row.opt_text("look")?.unwrap_or_default().to_owned(),
            retired_at: row.opt_int("retired_at")?.map(Timestamp),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("persona_face", &self.handle)
            .text("name", &self.name)
            .text("look", &self.look)
            .cell("retired_at", self.retired_at.map(|at| at.0))
    }
}

/// Those of `handles` that exist.
pub(crate) async fn personas(store: &Store, handles: &[String]) -> Result<Vec<PersonaRow>, Problem> {
    let places: Vec<String> = (1..=handles.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT persona.id AS id, name, look, retired_at FROM persona LEFT JOIN persona_face ON persona_face.id = persona.id WHERE persona.id IN ({})",
        places.join(", ")
    );
    let args: Vec<Cell> = handles.iter().map(Cell::from).collect();
    store.fetch(&sql, &args).await?.iter().map(PersonaRow::read).collect()
}

pub(crate) async fn has_persona(tx: &mut Tx, handle: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM persona WHERE id = $1", &[handle.into()]).await?.is_empty())
}
