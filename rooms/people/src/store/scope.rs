//! Scopes and who has had their token: the row of an issue is found by a keyed hash of person and scope, and says nothing else.

use sala_core::{
    problem::{DAMAGED, Problem},
    store::{Cell, Record, Row, Store, Tx},
    text::Text,
    time::Timestamp,
};

/// A row of `scope`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScopeRow {
    pub(crate) id: String,
    pub(crate) office: String,
    pub(crate) title: Text,
    pub(crate) opened_at: Timestamp,
    pub(crate) issue_until: Timestamp,
    pub(crate) use_from: Timestamp,
    pub(crate) use_until: Timestamp,
    pub(crate) least: i64,
    /// Only for those whose identity a provider had proven.
    pub(crate) identified: bool,
    pub(crate) eligible: i64,
    pub(crate) spki: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
    /// Tokens given out so far: counted, not kept in the row.
    pub(crate) issued: i64,
}

const SCOPE: &str = "SELECT id, office, title, opened_at, issue_until, use_from, use_until, least, identified, eligible, spki, sealed,
    (SELECT COUNT(*) FROM scope_issue WHERE scope_issue.scope = scope.id) AS issued FROM scope";

impl ScopeRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        let title = serde_json::from_str(row.text("title")?).map_err(|fault| DAMAGED.problem().because(fault))?;
        Ok(Self {
            id: row.text("id")?.to_owned(),
            office: row.text("office")?.to_owned(),
            title,
            opened_at: Timestamp(row.int("opened_at")?),
            issue_until: Timestamp(row.int("issue_until")?),
            use_from: Timestamp(row.int("use_from")?),
            use_until: Timestamp(row.int("use_until")?),
            least: row.int("least")?,
            identified: row.int("identified")? == 1,
            eligible: row.int("eligible")?,
            spki: row.blob("spki")?.to_vec(),
            sealed: row.blob("sealed")?.to_vec(),
            issued: row.int("issued")?,
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("scope", &self.id)
            .text("office", &self.office)
            .text("title", serde_json::to_string(&self.title).unwrap_or_default())
            .int("opened_at", self.opened_at.0)
            .int("issue_until", self.issue_until.0)
            .int("use_from", self.use_from.0)
            .int("use_until", self.use_until.0)
            .int("least", self.least)
            .int("identified", i64::from(self.identified))
            .int("eligible", self.eligible)
            .blob("spki", self.spki.clone())
            .blob("sealed", self.sealed.clone())
    }
}

/// A row of `scope_issue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IssueRow {
    pub(crate) id: String,
    pub(crate) scope: String,
    /// SHA-256 of the blinded request.
    pub(crate) request: [u8; 32],
}

impl IssueRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self { id: row.text("id")?.to_owned(), scope: row.text("scope")?.to_owned(), request: row.bytes32("request")? })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("scope_issue", &self.id).text("scope", &self.scope).blob("request", self.request.to_vec())
    }
}

pub(crate) async fn scope(store: &Store, id: &str) -> Result<Option<ScopeRow>, Problem> {
    let rows = store.fetch(&format!("{SCOPE} WHERE id = $1"), &[id.into()]).await?;
    rows.first().map(ScopeRow::read).transpose()
}

pub(crate) async fn scopes(store: &Store, before: Option<&str>, limit: usize) -> Result<Vec<ScopeRow>, Problem> {
    let limit = Cell::Int(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = match before {
        Some(before) => store.fetch(&format!("{SCOPE} WHERE id < $1 ORDER BY id DESC LIMIT $2"), &[before.into(), limit]).await?,
        None => store.fetch(&format!("{SCOPE} ORDER BY id DESC LIMIT $1"), &[limit]).await?,
    };
    rows.iter().map(ScopeRow::read).collect()
}

const ISSUE: &str = "SELECT id, scope, request FROM scope_issue WHERE id = $1";

pub(crate) async fn scope_issue(store: &Store, id: &str) -> Result<Option<IssueRow>, Problem> {
    store.fetch(ISSUE, &[id.into()]).await?.first().map(IssueRow::read).transpose()
}

/// As [`scope_issue`], inside an act.
pub(crate) async fn scope_issue_now(tx: &mut Tx, id: &str) -> Result<Option<IssueRow>, Problem> {
    tx.fetch(ISSUE, &[id.into()]).await?.first().map(IssueRow::read).transpose()
}

fn counted(rows: &[Row]) -> Result<i64, Problem> {
    rows.first().map_or(Ok(0), |row| row.int("n"))
}

/// How many tokens a scope has given out, inside an act.
pub(crate) async fn count_issues(tx: &mut Tx, scope: &str) -> Result<i64, Problem> {
    counted(&tx.fetch("SELECT COUNT(*) AS n FROM scope_issue WHERE scope = $1", &[scope.into()]).await?)
}

/// All persons that are registered; with `identified`, those of them whose identity a provider has proven.
pub(crate) async fn count_persons(tx: &mut Tx, identified: bool) -> Result<i64, Problem> {
    let sql = if identified {
        "SELECT COUNT(DISTINCT owner) AS n FROM identity WHERE ended_at IS NULL"
    } else {
        "SELECT COUNT(*) AS n FROM person"
    };
    counted(&tx.fetch(sql, &[]).await?)
}

/// When a person registered.
pub(crate) async fn person_created_at(store: &Store, row: &str) -> Result<Option<Timestamp>, Problem> {
    let rows = store.fetch("SELECT created_at FROM person WHERE id = $1", &[row.into()]).await?;
    rows.first().map(|row| row.int("created_at").map(Timestamp)).transpose()
}
