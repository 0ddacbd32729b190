//! Rows of `unmasking` (a case), `unmasking_decision` (what a custodian said in it) and `officer_invitation`.

use sala_core::{
    problem::Problem,
    store::{Cell, Record, Row, Store, Tx},
    time::Timestamp,
};

/// A row of `unmasking`. Which persona it is about lies sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseRow {
    pub(crate) id: String,
    pub(crate) office: String,
    pub(crate) basis: String,
    pub(crate) status: String,
    pub(crate) requested_at: Timestamp,
    pub(crate) deadline: Timestamp,
    pub(crate) opened_at: Option<Timestamp>,
    pub(crate) open_until: Option<Timestamp>,
    pub(crate) tell_at: Option<Timestamp>,
    pub(crate) told_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    /// Public one-time key for the releases.
    pub(crate) recipient: Vec<u8>,
    /// Its secret half, sealed with a key of its own that is destroyed when the case ends.
    pub(crate) recipient_secret: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
    /// The act by which it was asked for.
    pub(crate) request_act: String,
    /// The act that wrote this row.
    pub(crate) act: String,
}

const CASE: &str = "SELECT id, office, basis, status, requested_at, deadline_at, opened_at, open_until, tell_at, told_at, ended_at,
    recipient, recipient_secret, sealed, request_act, act_id FROM unmasking";

impl CaseRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        let moment = |name| Ok::<_, Problem>(row.opt_int(name)?.map(Timestamp));
        Ok(Self {
            id: row.text("id")?.to_owned(),
            office: row.text("office")?.to_owned(),
            basis: row.text("basis")?.to_owned(),
            status: row.text("status")?.to_owned(),
            requested_at: Timestamp(row.int("requested_at")?),
            deadline: Timestamp(row.int("deadline_at")?),
            opened_at: moment("opened_at")?,
            open_until: moment("open_until")?,
            tell_at: moment("tell_at")?,
            told_at: moment("told_at")?,
            ended_at: moment("ended_at")?,
            recipient: row.blob("recipient")?.to_vec(),
            recipient_secret: row.blob("recipient_secret")?.to_vec(),
            sealed: row.blob("sealed")?.to_vec(),
            request_act: row.text("request_act")?.to_owned(),
            act: row.text("act_id")?.to_owned(),
        })
    }

    pub(crate) fn record(&self) -> Record {
        let moment = |at: Option<Timestamp>| at.map(|at| at.0);
        Record::new("unmasking", &self.id)
            .text("office", &self.office)
            .text("basis", &self.basis)
            .text("status", &self.status)
            .int("requested_at", self.requested_at.0)
            .int("deadline_at", self.deadline.0)
            .cell("opened_at", moment(self.opened_at))
            .cell("open_until", moment(self.open_until))
            .cell("tell_at", moment(self.tell_at))
            .cell("told_at", moment(self.told_at))
            .cell("ended_at", moment(self.ended_at))
            .blob("recipient", self.recipient.clone())
            .blob("recipient_secret", self.recipient_secret.clone())
            .blob("sealed", self.sealed.clone())
            .text("request_act", &self.request_act)
    }
}

pub(crate) async fn case(store: &Store, id: &str) -> Result<Option<CaseRow>, Problem> {
    store.fetch(&format!("{CASE} WHERE id = $1"), &[id.into()]).await?.first().map(CaseRow::read).transpose()
}

/// As [`case`], inside an act.
pub(crate) async fn case_now(tx: &mut Tx, id: &str) -> Result<Option<CaseRow>, Problem> {
    tx.fetch(&format!("{CASE} WHERE id = $1"), &[id.into()]).await?.first().map(CaseRow::read).transpose()
}

/// Cases before `before`, newest first; of one office, or with one status, where these are given.
pub(crate) async fn cases(store: &Store, office: &str, status: &str, before: &str, limit: i64) -> Result<Vec<CaseRow>, Problem> {
    let sql =
        format!("{CASE} WHERE ($1 = '' OR office = $1) AND ($2 = '' OR status = $2) AND ($3 = '' OR id < $3) ORDER BY id DESC LIMIT $4");
    let args: [Cell; 4] = [office.into(), status.into(), before.into(), limit.into()];
    store.fetch(&sql, &args).await?.iter().map(CaseRow::read).collect()
}

/// A row of `unmasking_decision`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecisionRow {
    pub(crate) case: String,
    pub(crate) member: String,
    /// `approved`, `released`, `given`, `refused` or `cheated`.
    pub(crate) step: String,
    pub(crate) reason: Option<String>,
    pub(crate) digest: Option<String>,
    pub(crate) share: Vec<u8>,
    pub(crate) at: Timestamp,
    pub(crate) act: String,
}

const DECISION: &str = "SELECT case_id, member, step, reason, digest, share, decided_at, act_id FROM unmasking_decision";

impl DecisionRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            case: row.text("case_id")?.to_owned(),
            member: row.text("member")?.to_owned(),
            step: row.text("step")?.to_owned(),
            reason: row.opt_text("reason")?.map(str::to_owned),
            digest: row.opt_text("digest")?.map(str::to_owned),
            share: row.blob("share")?.to_vec(),
            at: Timestamp(row.int("decided_at")?),
            act: row.text("act_id")?.to_owned(),
        })
    }

    pub(crate) fn record(&self) -> Record {
        let text = |value: &Option<String>| value.clone().map_or(Cell::Null, Cell::Text);
        Record::new("unmasking_decision", format!("{}/{}", self.case, self.member))
            .text("case_id", &self.case)
            .text("member", &self.member)
            .text("step", &self.step)
            .cell("reason", text(&self.reason))
            .cell("digest", text(&self.digest))
            .blob("share", self.share.clone())
            .int("decided_at", self.at.0)
    }
}

pub(crate) async fn decisions(store: &Store, case: &str) -> Result<Vec<DecisionRow>, Problem> {
    store.fetch(&format!("{DECISION} WHERE case_id = $1 ORDER BY id"), &[case.into()]).await?.iter().map(DecisionRow::read).collect()
}

/// What a member said in a case so far, inside an act.
pub(crate) async fn decision_now(tx: &mut Tx, case: &str, member: &str) -> Result<Option<DecisionRow>, Problem> {
    let id = format!("{case}/{member}");
    tx.fetch(&format!("{DECISION} WHERE id = $1"), &[id.into()]).await?.first().map(DecisionRow::read).transpose()
}

/// Every act of a kind that begins with `unmask.`: kind and moment.
pub(crate) async fn acts(store: &Store) -> Result<Vec<(String, Timestamp)>, Problem> {
    let rows = store.fetch("SELECT kind, at FROM act WHERE kind >= 'unmask.' AND kind < 'unmask/' ORDER BY idx", &[]).await?;
    rows.iter().map(|row| Ok((row.text("kind")?.to_owned(), Timestamp(row.int("at")?)))).collect()
}

pub(crate) fn invitation_record(id: &str, sealed: Vec<u8>, until: Timestamp) -> Record {
    Record::new("officer_invitation", id).blob("sealed", sealed).int("expires_at", until.0)
}

const INVITATION: &str = "SELECT sealed FROM officer_invitation WHERE id = $1 AND expires_at > $2";

/// An invitation in force.
pub(crate) async fn invitation(store: &Store, id: &str, now: Timestamp) -> Result<Option<Vec<u8>>, Problem> {
    let rows = store.fetch(INVITATION, &[id.into(), now.0.into()]).await?;
    rows.first().map(|row| Ok(row.blob("sealed")?.to_vec())).transpose()
}

/// Removes invitations whose time is over.
pub(crate) async fn remove_old_invitations(tx: &mut Tx, now: Timestamp) -> Result<(), Problem> {
    for row in tx.fetch("SELECT id FROM officer_invitation WHERE expires_at <= $1 ORDER BY id LIMIT 100", &[now.0.into()]).await? {
        tx.remove("officer_invitation", row.text("id")?);
    }
    Ok(())
}

/// Uses an invitation up; whether it was in force.
pub(crate) async fn use_invitation(tx: &mut Tx, id: &str, now: Timestamp) -> Result<bool, Problem> {
    if tx.fetch(INVITATION, &[id.into(), now.0.into()]).await?.is_empty() {
        return Ok(false);
    }
    tx.remove("officer_invitation", id);
    Ok(true)
}
