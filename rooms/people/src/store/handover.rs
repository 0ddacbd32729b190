//! Rows of `handover` (which committee has its key from which) and `handover_step` (who accepted, approved, refused, holds).

use sala_core::{
    problem::Problem,
    store::{Cell, Record, Row, Store, Tx},
    time::Timestamp,
};

/// A row of `handover`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HandoverRow {
    /// Name of the committee that takes the key over.
    pub(crate) id: String,
    /// Name of the committee that has it.
    pub(crate) from: String,
    /// The public key set of that committee.
    pub(crate) from_key_set: Vec<u8>,
    pub(crate) begun_at: Timestamp,
    /// The act that began it.
    pub(crate) begin_act: String,
    /// Since when the new committee is the one that opens.
    pub(crate) in_force_at: Option<Timestamp>,
}

const HANDOVER: &str = "SELECT id, from_committee, from_key_set, begun_at, begin_act, in_force_at FROM handover WHERE id = $1";

impl HandoverRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            from: row.text("from_committee")?.to_owned(),
            from_key_set: row.blob("from_key_set")?.to_vec(),
            begun_at: Timestamp(row.int("begun_at")?),
            begin_act: row.text("begin_act")?.to_owned(),
            in_force_at: row.opt_int("in_force_at")?.map(Timestamp),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("handover", &self.id)
            .text("from_committee", &self.from)
            .blob("from_key_set", self.from_key_set.clone())
            .int("begun_at", self.begun_at.0)
            .text("begin_act", &self.begin_act)
            .cell("in_force_at", self.in_force_at.map(|at| at.0))
    }
}

pub(crate) async fn handover(store: &Store, committee: &str) -> Result<Option<HandoverRow>, Problem> {
    store.fetch(HANDOVER, &[committee.into()]).await?.first().map(HandoverRow::read).transpose()
}

/// As [`handover`], inside an act.
pub(crate) async fn handover_now(tx: &mut Tx, committee: &str) -> Result<Option<HandoverRow>, Problem> {
    tx.fetch(HANDOVER, &[committee.into()]).await?.first().map(HandoverRow::read).transpose()
}

/// A row of `handover_step`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepRow {
    /// The committee that takes over.
    pub(crate) committee: String,
    pub(crate) member: String,
    /// `accepted` and `holds` by its members; `approved` and `refused` by those who have the key.
    pub(crate) step: String,
    /// The signed note by which it was said; none for what an officer said at the desk.
    pub(crate) note: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) at: Timestamp,
    pub(crate) act: String,
}

const STEP: &str = "SELECT committee, member, step, note, reason, said_at, act_id FROM handover_step";

impl StepRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            committee: row.text("committee")?.to_owned(),
            member: row.text("member")?.to_owned(),
            step: row.text("step")?.to_owned(),
            note: row.opt_text("note")?.map(str::to_owned),
            reason: row.opt_text("reason")?.map(str::to_owned),
            at: Timestamp(row.int("said_at")?),
            act: row.text("act_id")?.to_owned(),
        })
    }

    /// Each side says one thing of its own kind: who approved can't refuse later, and who accepted may say later that it holds.
    fn id(&self) -> String {
        let side = if matches!(self.step.as_str(), "approved" | "refused") { "gives" } else { self.step.as_str() };
        format!("{}/{}/{side}", self.committee, self.member)
    }

    pub(crate) fn record(&self) -> Record {
        let text = |value: &Option<String>| value.clone().map_or(Cell::Null, Cell::Text);
        Record::new("handover_step", self.id())
            .text("committee", &self.committee)
            .text("member", &self.member)
            .text("step", &self.step)
            .cell("note", text(&self.note))
            .cell("reason", text(&self.reason))
            .int("said_at", self.at.0)
    }

    /// What stands in this row's place, inside an act.
    pub(crate) async fn stands(&self, tx: &mut Tx) -> Result<Option<Self>, Problem> {
        tx.fetch(&format!("{STEP} WHERE id = $1"), &[self.id().into()]).await?.first().map(Self::read).transpose()
    }
}

/// What was said in a handover, in the order of the rows.
pub(crate) async fn steps(store: &Store, committee: &str) -> Result<Vec<StepRow>, Problem> {
    store.fetch(&format!("{STEP} WHERE committee = $1 ORDER BY id"), &[committee.into()]).await?.iter().map(StepRow::read).collect()
}
