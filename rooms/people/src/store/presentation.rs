//! Rows of `presentation`. No column says who asked or who answered: the owner is a keyed hash of the asking persona or office, and all
//! else lies under a key of the row's own, which dies with it.

use sala_core::{
    problem::{DAMAGED, Problem},
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Waiting,
    Received,
    Refused,
}

impl Step {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Received => "received",
            Self::Refused => "refused",
        }
    }

    fn from_name(name: &str) -> Result<Self, Problem> {
        let all = [Self::Waiting, Self::Received, Self::Refused];
        all.into_iter().find(|step| step.name() == name).ok_or_else(|| DAMAGED.problem().because(format!("presentation step {name}")))
    }
}

/// A row of `presentation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PresentationRow {
    pub(crate) id: String,
    pub(crate) owner: String,
    /// Id of the published query.
    pub(crate) query: String,
    pub(crate) step: Step,
    /// What the hall needs to take the answer; empty once it has come.
    pub(crate) pending: Vec<u8>,
    /// The key to the answer, sealed for whoever asked.
    pub(crate) reader: Vec<u8>,
    /// What came, encrypted to that key; empty until then.
    pub(crate) result: Vec<u8>,
    pub(crate) asked_at: Timestamp,
    pub(crate) answer_until: Timestamp,
    pub(crate) answered_at: Option<Timestamp>,
    pub(crate) erase_at: Timestamp,
}

const PRESENTATION: &str =
    "SELECT id, owner, query, step, pending, reader, result, asked_at, answer_until, answered_at, erase_at FROM presentation";

impl PresentationRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            owner: row.text("owner")?.to_owned(),
            query: row.text("query")?.to_owned(),
            step: Step::from_name(row.text("step")?)?,
            pending: row.blob("pending")?.to_vec(),
            reader: row.blob("reader")?.to_vec(),
            result: row.blob("result")?.to_vec(),
            asked_at: Timestamp(row.int("asked_at")?),
            answer_until: Timestamp(row.int("answer_until")?),
            answered_at: row.opt_int("answered_at")?.map(Timestamp),
            erase_at: Timestamp(row.int("erase_at")?),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("presentation", &self.id)
            .text("owner", &self.owner)
            .text("query", &self.query)
            .text("step", self.step.name())
            .blob("pending", self.pending.clone())
            .blob("reader", self.reader.clone())
            .blob("result", self.result.clone())
            .int("asked_at", self.asked_at.0)
            .int("answer_until", self.answer_until.0)
            .cell("answered_at", self.answered_at.map(|at| at.0))
            .int("erase_at", self.erase_at.0)
    }
}

pub(crate) async fn by_id(store: &Store, id: &str) -> Result<Option<PresentationRow>, Problem> {
    let rows = store.fetch(&format!("{PRESENTATION} WHERE id = $1"), &[id.into()]).await?;
    rows.first().map(PresentationRow::read).transpose()
}

/// Those of one asker, newest first, after the one with the id `after`.
pub(crate) async fn of(store: &Store, owner: &str, after: &str, limit: usize) -> Result<Vec<PresentationRow>, Problem> {
    let sql = format!(
        "{PRESENTATION} WHERE owner = $1 AND ($2 = '' OR (asked_at, id) < (SELECT asked_at, id FROM presentation WHERE id = $2 AND owner = $1))
         ORDER BY asked_at DESC, id DESC LIMIT $3"
    );
    let args = [owner.into(), after.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    store.fetch(&sql, &args).await?.iter().map(PresentationRow::read).collect()
}

/// How many requests of one asker can still be answered, inside an act.
pub(crate) async fn count_waiting(tx: &mut Tx, owner: &str, now: Timestamp) -> Result<usize, Problem> {
    let sql = "SELECT id FROM presentation WHERE owner = $1 AND step = 'waiting' AND answer_until > $2";
    Ok(tx.fetch(sql, &[owner.into(), now.0.into()]).await?.len())
}

/// Whether no answer was recorded yet, inside an act.
pub(crate) async fn is_waiting(tx: &mut Tx, id: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM presentation WHERE id = $1 AND step = 'waiting'", &[id.into()]).await?.is_empty())
}

/// Ids of those whose time is over, at most 200.
pub(crate) async fn over(store: &Store, now: Timestamp) -> Result<Vec<String>, Problem> {
    let rows = store.fetch("SELECT id FROM presentation WHERE erase_at <= $1 ORDER BY erase_at, id LIMIT 200", &[now.0.into()]).await?;
    rows.iter().map(|row| Ok(row.text("id")?.to_owned())).collect()
}
