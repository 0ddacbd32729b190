//! Rows of `session`. Each is found by the hash of its token; whose it is, stands as a keyed hash.

use sala_core::{
    problem::{DAMAGED, Problem},
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};

use crate::session::Method;

/// A row of `session`.
#[derive(Clone)]
pub(crate) struct SessionRow {
    pub(crate) id: String,
    pub(crate) token_hash: String,
    pub(crate) owner: String,
    pub(crate) method: Method,
    pub(crate) sealed: Vec<u8>,
    pub(crate) opened_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

const SESSION: &str = "SELECT id, token_hash, owner, method, sealed, opened_at, expires_at FROM session";

impl SessionRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        let method = row.text("method")?;
        Ok(Self {
            id: row.text("id")?.to_owned(),
            token_hash: row.text("token_hash")?.to_owned(),
            owner: row.text("owner")?.to_owned(),
            method: Method::from_name(method).ok_or_else(|| DAMAGED.problem().because(format!("session method {method}")))?,
            sealed: row.blob("sealed")?.to_vec(),
            opened_at: Timestamp(row.int("opened_at")?),
            expires_at: Timestamp(row.int("expires_at")?),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("session", &self.id)
            .text("token_hash", &self.token_hash)
            .text("owner", &self.owner)
            .text("method", self.method.name())
            .blob("sealed", self.sealed.clone())
            .int("opened_at", self.opened_at.0)
            .int("expires_at", self.expires_at.0)
    }
}

pub(crate) async fn session_by_token(store: &Store, token_hash: &str) -> Result<Option<SessionRow>, Problem> {
    let rows = store.fetch(&format!("{SESSION} WHERE token_hash = $1"), &[token_hash.into()]).await?;
    rows.first().map(SessionRow::read).transpose()
}

pub(crate) async fn sessions_of(store: &Store, owner: &str, now: Timestamp) -> Result<Vec<SessionRow>, Problem> {
    let sql = format!("{SESSION} WHERE owner = $1 AND expires_at > $2 ORDER BY id DESC LIMIT 500");
    store.fetch(&sql, &[owner.into(), now.0.into()]).await?.iter().map(SessionRow::read).collect()
}

/// Removes a session of `owner`; whether there was one.
pub(crate) async fn remove_session(tx: &mut Tx, id: &str, owner: &str) -> Result<bool, Problem> {
    let known = tx.fetch("SELECT id FROM session WHERE id = $1 AND owner = $2", &[id.into(), owner.into()]).await?;
    if known.is_empty() {
        return Ok(false);
    }
    tx.remove("session", id);
    Ok(true)
}

/// Whether there are sessions whose end has passed.
pub(crate) async fn has_expired_sessions(store: &Store, now: Timestamp) -> Result<bool, Problem> {
    Ok(!store.fetch("SELECT id FROM session WHERE expires_at <= $1 LIMIT 1", &[now.0.into()]).await?.is_empty())
}

/// Removes sessions whose end has passed, as many as one act may; how many there were.
pub(crate) async fn remove_expired_sessions(tx: &mut Tx, now: Timestamp) -> Result<i64, Problem> {
    let rows = tx.fetch("SELECT id FROM session WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500", &[now.0.into()]).await?;
    let mut removed = 0;
    for row in rows {
        tx.remove("session", row.text("id")?);
        removed += 1;
    }
    Ok(removed)
}
