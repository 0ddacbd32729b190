//! Rows of `notice`: found by slots, each of which is a keyed hash of person and number.

use sala_core::{
    problem::Problem,
    store::{Cell, Record, Row, Store, Tx},
    time::Timestamp,
};

/// How many slots are looked at together.
pub(crate) const SLOTS: usize = 64;

/// A row of `notice`.
#[derive(Debug, Clone)]
pub(crate) struct NoticeRow {
    pub(crate) id: String,
    pub(crate) slot: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) created_at: Timestamp,
    pub(crate) read_at: Option<Timestamp>,
}

impl NoticeRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            slot: row.text("slot")?.to_owned(),
            sealed: row.blob("sealed")?.to_vec(),
            created_at: Timestamp(row.int("created_at")?),
            read_at: row.opt_int("read_at")?.map(Timestamp),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("notice", &self.id)
            .text("slot", &self.slot)
            .blob("sealed", self.sealed.clone())
            .int("created_at", self.created_at.0)
            .cell("read_at", self.read_at.map(|at| at.0))
    }
}

fn places(count: usize) -> String {
    (1..=count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

fn cells(slots: &[String]) -> Vec<Cell> {
    slots.iter().map(Cell::from).collect()
}

/// The notices at these slots.
pub(crate) async fn at(store: &Store, slots: &[String]) -> Result<Vec<NoticeRow>, Problem> {
    let sql = format!("SELECT id, slot, sealed, created_at, read_at FROM notice WHERE slot IN ({})", places(slots.len()));
    store.fetch(&sql, &cells(slots)).await?.iter().map(NoticeRow::read).collect()
}

/// Which of these slots are taken.
pub(crate) async fn taken(tx: &mut Tx, slots: &[String]) -> Result<Vec<String>, Problem> {
    let sql = format!("SELECT slot FROM notice WHERE slot IN ({})", places(slots.len()));
    tx.fetch(&sql, &cells(slots)).await?.iter().map(|row| Ok(row.text("slot")?.to_owned())).collect()
}
