//! Rows of `reading`: who read data of a person.

use sala_core::{
    problem::Problem,
    store::{Cell, Record, Row, Store},
    time::Timestamp,
};

/// A row of `reading`.
#[derive(Debug, Clone)]
pub(crate) struct ReadingRow {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) read_at: Timestamp,
    /// Not told to the person before.
    pub(crate) visible_after: Timestamp,
    /// The act that records it; empty in a row that is still to be written.
    pub(crate) act: String,
}

impl ReadingRow {
    pub(crate) fn record(&self) -> Record {
        Record::new("reading", &self.id)
            .text("owner", &self.owner)
            .blob("sealed", self.sealed.clone())
            .int("read_at", self.read_at.0)
            .int("visible_after", self.visible_after.0)
    }
}

fn read(row: &Row) -> Result<ReadingRow, Problem> {
    Ok(ReadingRow {
        id: row.text("id")?.to_owned(),
        owner: row.text("owner")?.to_owned(),
        sealed: row.blob("sealed")?.to_vec(),
        read_at: Timestamp(row.int("read_at")?),
        visible_after: Timestamp(row.int("visible_after")?),
        act: row.text("act_id")?.to_owned(),
    })
}

/// The readings that `owner` may see, newest first.
pub(crate) async fn of(store: &Store, owner: &str, now: Timestamp, before: Option<&str>, limit: usize) -> Result<Vec<ReadingRow>, Problem> {
    let sql = "SELECT id, owner, sealed, read_at, visible_after, act_id FROM reading
        WHERE owner = $1 AND visible_after <= $2 AND ($3 = '' OR id < $3) ORDER BY id DESC LIMIT $4";
    let args = [owner.into(), now.0.into(), before.unwrap_or_default().into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    store.fetch(sql, &args).await?.iter().map(read).collect()
}

/// The acts that were done under these handles or refer to them: (id, index), from the newest, before `before`.
pub(crate) async fn acts_of(store: &Store, handles: &[String], before: Option<u64>, limit: usize) -> Result<Vec<(String, u64)>, Problem> {
    let list = (1..=handles.len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
    let (below, most) = (handles.len() + 1, handles.len() + 2);
    // `actor < 'q'` is the condition of the index: personas and officers, never the hall itself, which acts most.
    let sql = format!(
        "SELECT id, idx FROM act WHERE actor < 'q' AND actor IN ({list}) AND idx < ${below}
         UNION SELECT act.id AS id, act.idx AS idx FROM act_ref JOIN act ON act.id = act_ref.act_id
             WHERE act_ref.subject IN ({list}) AND act.idx < ${below}
         ORDER BY idx DESC LIMIT ${most}"
    );
    let mut args: Vec<Cell> = handles.iter().map(Cell::from).collect();
    args.push(Cell::Int(before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX)));
    args.push(Cell::Int(i64::try_from(limit).unwrap_or(i64::MAX)));
    let rows = store.fetch(&sql, &args).await?;
    rows.iter().map(|row| Ok((row.text("id")?.to_owned(), u64::try_from(row.int("idx")?).unwrap_or_default()))).collect()
}
