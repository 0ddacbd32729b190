//! Rows of credentials: keys of the issuer, awards, grants under way, what was issued, and the status lists.
//!
//! `owner` is a keyed hash of what a credential rests on (a person, a mandate, an appointment, an award), so that credentials of two
//! personas of one person have nothing in common. Which places of a list belong to a credential stands sealed in one row: no column ties
//! two copies together.

use sala_core::{
    problem::Problem,
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};

/// A row of `credential_key`, sealed for the hall.
#[derive(Debug, Clone)]
pub(crate) struct KeyRow {
    pub(crate) id: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) since: Timestamp,
}

impl KeyRow {
    pub(crate) fn record(&self) -> Record {
        Record::new("credential_key", &self.id).blob("sealed", self.sealed.clone()).int("since", self.since.0)
    }
}

const KEY: &str = "SELECT id, sealed, since FROM credential_key ORDER BY since DESC, id LIMIT 100";

fn key(row: &Row) -> Result<KeyRow, Problem> {
    Ok(KeyRow { id: row.text("id")?.to_owned(), sealed: row.blob("sealed")?.to_vec(), since: Timestamp(row.int("since")?) })
}

/// The issuer's keys, the newest first.
pub(crate) async fn keys(store: &Store) -> Result<Vec<KeyRow>, Problem> {
    store.fetch(KEY, &[]).await?.iter().map(key).collect()
}

/// As [`keys`], inside an act.
pub(crate) async fn keys_now(tx: &mut Tx) -> Result<Vec<KeyRow>, Problem> {
    tx.fetch(KEY, &[]).await?.iter().map(key).collect()
}

/// A row of `credential_award`, sealed with a key of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwardRow {
    pub(crate) id: String,
    /// Keyed hash of the persona that it was given to.
    pub(crate) owner: String,
    pub(crate) kind: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) awarded_at: Timestamp,
}

const AWARD: &str = "SELECT id, owner, kind, sealed, awarded_at FROM credential_award";

impl AwardRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            owner: row.text("owner")?.to_owned(),
            kind: row.text("kind")?.to_owned(),
            sealed: row.blob("sealed")?.to_vec(),
            awarded_at: Timestamp(row.int("awarded_at")?),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("credential_award", &self.id)
            .text("owner", &self.owner)
            .text("kind", &self.kind)
            .blob("sealed", self.sealed.clone())
            .int("awarded_at", self.awarded_at.0)
    }
}

/// What was awarded to a persona, the newest first.
pub(crate) async fn awards_of(store: &Store, owner: &str) -> Result<Vec<AwardRow>, Problem> {
    let sql = format!("{AWARD} WHERE owner = $1 ORDER BY id DESC LIMIT 200");
    store.fetch(&sql, &[owner.into()]).await?.iter().map(AwardRow::read).collect()
}

pub(crate) async fn award(store: &Store, id: &str) -> Result<Option<AwardRow>, Problem> {
    store.fetch(&format!("{AWARD} WHERE id = $1"), &[id.into()]).await?.first().map(AwardRow::read).transpose()
}

/// Ends an award; whether there was one.
pub(crate) async fn remove_award(tx: &mut Tx, id: &str) -> Result<bool, Problem> {
    let known = !tx.fetch("SELECT id FROM credential_award WHERE id = $1", &[id.into()]).await?.is_empty();
    if known {
        tx.remove("credential_award", id);
    }
    Ok(known)
}

/// How far a grant has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Its code was given out.
    Open,
    /// A wallet has the access token.
    Redeemed,
    /// The credentials were issued; the same keys get the same answer again while the token lives.
    Issued,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Redeemed => "redeemed",
            Self::Issued => "issued",
        }
    }

    fn from_name(name: &str) -> Self {
        match name {
            "open" => Self::Open,
            "redeemed" => Self::Redeemed,
            // What can't be read must not be issued a second time.
            _ => Self::Issued,
        }
    }
}

/// A row of `credential_grant`: one credential on its way to a wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantRow {
    pub(crate) id: String,
    pub(crate) owner: String,
    /// The person, sealed for the hall.
    pub(crate) link: Vec<u8>,
    /// The rest, sealed for the person.
    pub(crate) sealed: Vec<u8>,
    pub(crate) step: Step,
    pub(crate) ends_at: Timestamp,
}

const GRANT: &str = "SELECT id, owner, link, sealed, step, ends_at FROM credential_grant";

impl GrantRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            owner: row.text("owner")?.to_owned(),
            link: row.blob("link")?.to_vec(),
            sealed: row.blob("sealed")?.to_vec(),
            step: Step::from_name(row.text("step")?),
            ends_at: Timestamp(row.int("ends_at")?),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("credential_grant", &self.id)
            .text("owner", &self.owner)
            .blob("link", self.link.clone())
            .blob("sealed", self.sealed.clone())
            .text("step", self.step.name())
            .int("ends_at", self.ends_at.0)
    }
}

pub(crate) async fn grant(store: &Store, id: &str) -> Result<Option<GrantRow>, Problem> {
    store.fetch(&format!("{GRANT} WHERE id = $1"), &[id.into()]).await?.first().map(GrantRow::read).transpose()
}

/// Whether this very row still stands, inside an act.
pub(crate) async fn is_grant_as(tx: &mut Tx, row: &GrantRow) -> Result<bool, Problem> {
    let rows = tx.fetch(&format!("{GRANT} WHERE id = $1"), &[row.id.as_str().into()]).await?;
    Ok(rows.first().map(GrantRow::read).transpose()?.as_ref() == Some(row))
}

/// A row of `credential`: what was issued, in how many copies the holder alone knows.
#[derive(Debug, Clone)]
pub(crate) struct CredentialRow {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) kind: String,
    /// The person, sealed for the hall.
    pub(crate) link: Vec<u8>,
    /// On what it rests and how many copies there are, sealed for the person.
    pub(crate) sealed: Vec<u8>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// From its row of `credential_status`.
    pub(crate) revoked_at: Option<Timestamp>,
}

const CREDENTIAL: &str = "SELECT c.id, c.owner, c.kind, c.link, c.sealed, c.issued_at, c.expires_at, s.revoked_at FROM credential c \
    JOIN credential_status s ON s.id = c.id";

impl CredentialRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            owner: row.text("owner")?.to_owned(),
            kind: row.text("kind")?.to_owned(),
            link: row.blob("link")?.to_vec(),
            sealed: row.blob("sealed")?.to_vec(),
            issued_at: Timestamp(row.int("issued_at")?),
            expires_at: Timestamp(row.int("expires_at")?),
            revoked_at: row.opt_int("revoked_at")?.map(Timestamp),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("credential", &self.id)
            .text("owner", &self.owner)
            .text("kind", &self.kind)
            .blob("link", self.link.clone())
            .blob("sealed", self.sealed.clone())
            .int("issued_at", self.issued_at.0)
            .int("expires_at", self.expires_at.0)
    }
}

pub(crate) async fn credential(store: &Store, id: &str) -> Result<Option<CredentialRow>, Problem> {
    store.fetch(&format!("{CREDENTIAL} WHERE c.id = $1"), &[id.into()]).await?.first().map(CredentialRow::read).transpose()
}

/// What rests on one thing, the newest first.
pub(crate) async fn credentials_of(store: &Store, owner: &str) -> Result<Vec<CredentialRow>, Problem> {
    let sql = format!("{CREDENTIAL} WHERE c.owner = $1 ORDER BY c.id DESC LIMIT 500");
    store.fetch(&sql, &[owner.into()]).await?.iter().map(CredentialRow::read).collect()
}

/// A row of `credential_status`: places in a list, sealed for the hall. It names nobody, and stays when its person is erased.
#[derive(Debug, Clone)]
pub(crate) struct StatusRow {
    pub(crate) id: String,
    pub(crate) list: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
}

const STATUS: &str = "SELECT s.id, s.list, s.sealed, s.revoked_at, s.expires_at FROM credential_status s";

impl StatusRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            list: row.text("list")?.to_owned(),
            sealed: row.blob("sealed")?.to_vec(),
            revoked_at: row.opt_int("revoked_at")?.map(Timestamp),
            expires_at: Timestamp(row.int("expires_at")?),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("credential_status", &self.id)
            .text("list", &self.list)
            .blob("sealed", self.sealed.clone())
            .cell("revoked_at", self.revoked_at.map(|at| at.0))
            .int("expires_at", self.expires_at.0)
    }
}

/// The status of one credential.
pub(crate) async fn status(store: &Store, id: &str) -> Result<Option<StatusRow>, Problem> {
    store.fetch(&format!("{STATUS} WHERE s.id = $1"), &[id.into()]).await?.first().map(StatusRow::read).transpose()
}

/// Revokes one credential inside an act; whether it was valid until now.
pub(crate) async fn revoke_now(tx: &mut Tx, id: &str) -> Result<bool, Problem> {
    let rows = tx.fetch(&format!("{STATUS} WHERE s.id = $1 AND s.revoked_at IS NULL"), &[id.into()]).await?;
    let Some(row) = rows.first().map(StatusRow::read).transpose()? else { return Ok(false) };
    let now = tx.ctx().now;
    tx.save(StatusRow { revoked_at: Some(now), ..row }.record());
    Ok(true)
}

/// Revokes all that rests on one thing inside an act, and ends what is on its way. `is_gone`: the thing leaves no row by which its owner's
/// list could find the credentials, so they leave it too; their places stay revoked.
pub(crate) async fn revoke_all_now(tx: &mut Tx, owner: &str, is_gone: bool) -> Result<(), Problem> {
    let now = tx.ctx().now;
    let sql = format!("{STATUS} JOIN credential c ON c.id = s.id WHERE c.owner = $1 AND s.revoked_at IS NULL");
    for row in &tx.fetch(&sql, &[owner.into()]).await? {
        tx.save(StatusRow { revoked_at: Some(now), ..StatusRow::read(row)? }.record());
    }
    for row in tx.fetch("SELECT id FROM credential_grant WHERE owner = $1", &[owner.into()]).await? {
        tx.remove("credential_grant", row.text("id")?);
    }
    if is_gone {
        for row in tx.fetch("SELECT id FROM credential WHERE owner = $1", &[owner.into()]).await? {
            tx.remove("credential", row.text("id")?);
        }
    }
    Ok(())
}

/// The rows of a list after one id, in the order of ids.
pub(crate) async fn statuses(store: &Store, list: &str, after: &str) -> Result<Vec<StatusRow>, Problem> {
    let sql = format!("{STATUS} WHERE s.list = $1 AND s.id > $2 ORDER BY s.id LIMIT 2000");
    store.fetch(&sql, &[list.into(), after.into()]).await?.iter().map(StatusRow::read).collect()
}

/// How many of a list are revoked: it grows with each revocation, so that a signed list is known to be old.
pub(crate) async fn count_revoked(store: &Store, list: &str) -> Result<i64, Problem> {
    let sql = "SELECT COUNT(*) AS n FROM credential_status WHERE list = $1 AND revoked_at IS NOT NULL";
    store.fetch(sql, &[list.into()]).await?.first().map_or(Ok(0), |row| row.int("n"))
}

/// A row of `credential_list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListRow {
    pub(crate) id: String,
    /// Places.
    pub(crate) size: i64,
    /// Places given out, ever: whoever gives out more checks that nobody else did meanwhile.
    pub(crate) given: i64,
    pub(crate) opened_at: Timestamp,
}

const LIST: &str = "SELECT id, size, given, opened_at FROM credential_list";

impl ListRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            size: row.int("size")?,
            given: row.int("given")?,
            opened_at: Timestamp(row.int("opened_at")?),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("credential_list", &self.id).int("size", self.size).int("given", self.given).int("opened_at", self.opened_at.0)
    }
}

pub(crate) async fn list(store: &Store, id: &str) -> Result<Option<ListRow>, Problem> {
    store.fetch(&format!("{LIST} WHERE id = $1"), &[id.into()]).await?.first().map(ListRow::read).transpose()
}

/// The list in which places are given out now.
pub(crate) async fn newest_list(store: &Store) -> Result<Option<ListRow>, Problem> {
    store.fetch(&format!("{LIST} ORDER BY opened_at DESC, id DESC LIMIT 1"), &[]).await?.first().map(ListRow::read).transpose()
}

/// Inside an act: the list as it stands, or `None` where there is none.
pub(crate) async fn list_now(tx: &mut Tx, id: &str) -> Result<Option<ListRow>, Problem> {
    tx.fetch(&format!("{LIST} WHERE id = $1"), &[id.into()]).await?.first().map(ListRow::read).transpose()
}

/// Tables with an end, the column of it, and how long a row stays after it.
const OVER: [(&str, &str); 3] = [("credential_grant", "ends_at"), ("credential", "expires_at"), ("credential_status", "expires_at")];

fn over_sql(table: &str, column: &str) -> String {
    format!("SELECT id FROM {table} WHERE {column} <= $1 ORDER BY id LIMIT 300")
}

fn bound(table: &str, now: Timestamp, kept_s: i64) -> i64 {
    if table == "credential_grant" { now.0 } else { now.plus_seconds(-kept_s).0 }
}

/// Whether there is anything whose time is over: grants at once, the rest `kept_s` after its end.
pub(crate) async fn has_over(store: &Store, now: Timestamp, kept_s: i64) -> Result<bool, Problem> {
    for (table, column) in OVER {
        if !store.fetch(&over_sql(table, column), &[bound(table, now, kept_s).into()]).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Removes it, as much as one act may; how many rows.
pub(crate) async fn remove_over(tx: &mut Tx, kept_s: i64) -> Result<i64, Problem> {
    let now = tx.ctx().now;
    let mut removed = 0;
    for (table, column) in OVER {
        for row in tx.fetch(&over_sql(table, column), &[bound(table, now, kept_s).into()]).await? {
            tx.remove(table, row.text("id")?);
            removed += 1;
        }
    }
    Ok(removed)
}
