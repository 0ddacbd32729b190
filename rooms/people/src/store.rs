//! The tables of this room: the only file with SQL. No column says who someone is: see `lookup` for the columns by which rows
//! are found, and `person` for what is sealed. (Rows that one act wrote share its `act_id`: so a second persona of a person must
//! be made in an act of its own, which writes nothing else of that person.)

pub(crate) mod credential;
pub(crate) mod custodian;
pub(crate) mod erasure;
pub(crate) mod handover;
pub(crate) mod identity;
mod mandate;
pub(crate) mod notice;
mod persona;
pub(crate) mod presentation;
pub(crate) mod reading;
pub(crate) mod recovery;
mod scope;
pub(crate) mod unmasking;

use sala_core::{
    problem::{DAMAGED, INTERNAL, Problem},
    store::{Migration, Record, Row, Schema, Store, Tx},
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) use self::mandate::{
    MandateRow, OrganisationRow, Side, confirmed_registration_now, mandate, mandate_now, mandates_asked_now, mandates_awaiting,
    mandates_given_now, mandates_of, organisation, organisation_now, organisations_asked_now, organisations_awaiting, organisations_of,
};
pub(crate) use self::persona::{PersonaRow, has_persona, personas};
pub(crate) use self::scope::{
    IssueRow, ScopeRow, count_issues, count_persons, person_created_at, scope, scope_issue, scope_issue_now, scopes,
};
use crate::session::{Acting, Method};

/// The tables of this room.
pub const SCHEMA: Schema = Schema {
    room: "people",
    tables: &["people_key", "person", "persona", "passkey", "session", "officer", "bootstrap_code", "persona_face", "scope", "scope_issue", "mandate", "organisation", "notice", "reading", "hold", "erasure", "erased", "recovery", "identity", "custody", "custodian", "custody_message", "unmasking", "unmasking_decision", "officer_invitation", "handover", "handover_step", "credential_key", "credential_award", "credential_grant", "credential", "credential_status", "credential_list", "presentation"],
    migrations: &[
        Migration {
        number: 1,
        sql: "CREATE TABLE people_key (id TEXT PRIMARY KEY, sealed BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE person (id TEXT PRIMARY KEY, sealed BLOB NOT NULL, created_at BIGINT NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE persona (id TEXT PRIMARY KEY, link BLOB NOT NULL, created_at BIGINT NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE passkey (id TEXT PRIMARY KEY, owner TEXT NOT NULL, sealed BLOB NOT NULL, created_at BIGINT NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX passkey_by_owner ON passkey (owner, id);
              CREATE TABLE session (id TEXT PRIMARY KEY, token_hash TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, method TEXT NOT NULL,
                  sealed BLOB NOT NULL, opened_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX session_by_owner ON session (owner, id);
              CREATE INDEX session_by_end ON session (expires_at);
              CREATE TABLE officer (id TEXT PRIMARY KEY, owner TEXT NOT NULL UNIQUE, office TEXT NOT NULL, roles TEXT NOT NULL,
                  link BLOB NOT NULL, appointed_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE bootstrap_code (id TEXT PRIMARY KEY, expires_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
        },
        Migration {
            number: 2,
            sql: "CREATE TABLE persona_face (id TEXT PRIMARY KEY, name TEXT NOT NULL, look TEXT NOT NULL, retired_at BIGINT,
                act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
        },
        Migration {
            number: 3,
            sql: "CREATE TABLE mandate (id TEXT PRIMARY KEY, principal TEXT NOT NULL, agent TEXT NOT NULL, form TEXT NOT NULL,
                  scope TEXT NOT NULL, operations TEXT NOT NULL, per_act_satang BIGINT, total_satang BIGINT, spent_satang BIGINT NOT NULL,
                  from_at BIGINT NOT NULL, until_at BIGINT NOT NULL, office TEXT NOT NULL, step TEXT NOT NULL, granted_at BIGINT NOT NULL,
                  accepted_at BIGINT, confirmed_at BIGINT, ended_at BIGINT, sealed BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX mandate_by_principal ON mandate (principal, id);
              CREATE INDEX mandate_by_agent ON mandate (agent, id);
              CREATE INDEX mandate_by_office ON mandate (office, step, id);
              CREATE TABLE organisation (id TEXT PRIMARY KEY, name TEXT NOT NULL, holder TEXT NOT NULL, registration TEXT NOT NULL,
                  step TEXT NOT NULL, asked_at BIGINT NOT NULL, decided_at BIGINT, sealed BLOB NOT NULL,
                  act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE INDEX organisation_by_holder ON organisation (holder, asked_at);
              CREATE INDEX organisation_by_registration ON organisation (registration, step);
              CREATE INDEX organisation_by_step ON organisation (step, asked_at);",
        },
        Migration {
            number: 4,
            sql: "CREATE TABLE notice (id TEXT PRIMARY KEY, slot TEXT NOT NULL UNIQUE, sealed BLOB NOT NULL, created_at BIGINT NOT NULL,
                    read_at BIGINT, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE TABLE reading (id TEXT PRIMARY KEY, owner TEXT NOT NULL, sealed BLOB NOT NULL, read_at BIGINT NOT NULL,
                    visible_after BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX reading_by_owner ON reading (owner, id);
                CREATE TABLE hold (id TEXT PRIMARY KEY, owner TEXT NOT NULL, office TEXT NOT NULL, sealed BLOB NOT NULL,
                    placed_at BIGINT NOT NULL, until_at BIGINT NOT NULL, hidden BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX hold_by_owner ON hold (owner, until_at);
                CREATE INDEX hold_by_office ON hold (office, id);
                CREATE TABLE erasure (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, link BLOB NOT NULL, requested_at BIGINT NOT NULL,
                    due_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX erasure_by_due ON erasure (due_at);
                CREATE TABLE erased (id TEXT PRIMARY KEY, erased_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE TABLE recovery (id TEXT PRIMARY KEY, owner TEXT NOT NULL, road TEXT NOT NULL, stage TEXT NOT NULL, link BLOB NOT NULL,
                    sealed BLOB NOT NULL, since BIGINT NOT NULL, ready_at BIGINT NOT NULL, ends_at BIGINT NOT NULL,
                    act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX recovery_by_owner ON recovery (owner, since);
                CREATE INDEX recovery_by_end ON recovery (ends_at);
                CREATE INDEX act_by_person ON act (actor, idx) WHERE actor < 'q';",
        },
        Migration {
            number: 5,
            sql: "CREATE TABLE custody (id TEXT PRIMARY KEY, stage TEXT NOT NULL, until_at BIGINT, key_set BLOB, transcript BLOB,
                    act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE TABLE custodian (id TEXT PRIMARY KEY, holder_key BLOB NOT NULL, announced_at BIGINT NOT NULL,
                    act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE TABLE custody_message (id TEXT PRIMARY KEY, custody TEXT NOT NULL, stage TEXT NOT NULL, member TEXT NOT NULL,
                    bytes BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX custody_message_by_custody ON custody_message (custody, id);
                CREATE TABLE unmasking (id TEXT PRIMARY KEY, office TEXT NOT NULL, basis TEXT NOT NULL, status TEXT NOT NULL,
                    requested_at BIGINT NOT NULL, deadline_at BIGINT NOT NULL, opened_at BIGINT, open_until BIGINT, tell_at BIGINT,
                    told_at BIGINT, ended_at BIGINT, recipient BLOB NOT NULL, recipient_secret BLOB NOT NULL, sealed BLOB NOT NULL,
                    request_act TEXT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX unmasking_by_status ON unmasking (status, id);
                CREATE TABLE unmasking_decision (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, member TEXT NOT NULL, step TEXT NOT NULL,
                    reason TEXT, digest TEXT, share BLOB NOT NULL, decided_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX unmasking_decision_by_case ON unmasking_decision (case_id, id);
                CREATE TABLE officer_invitation (id TEXT PRIMARY KEY, sealed BLOB NOT NULL, expires_at BIGINT NOT NULL,
                    act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
        },
        Migration {
            number: 6,
            sql: "CREATE TABLE credential_key (id TEXT PRIMARY KEY, sealed BLOB NOT NULL, since BIGINT NOT NULL,
                    act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE TABLE credential_award (id TEXT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, sealed BLOB NOT NULL,
                    awarded_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX credential_award_by_owner ON credential_award (owner, id);
                CREATE TABLE credential_grant (id TEXT PRIMARY KEY, owner TEXT NOT NULL, link BLOB NOT NULL, sealed BLOB NOT NULL,
                    step TEXT NOT NULL, ends_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX credential_grant_by_owner ON credential_grant (owner);
                CREATE INDEX credential_grant_by_end ON credential_grant (ends_at);
                CREATE TABLE credential (id TEXT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, link BLOB NOT NULL,
                    sealed BLOB NOT NULL, issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX credential_by_owner ON credential (owner, id);
                CREATE INDEX credential_by_end ON credential (expires_at);
                CREATE TABLE credential_status (id TEXT PRIMARY KEY, list TEXT NOT NULL, sealed BLOB NOT NULL, revoked_at BIGINT,
                    expires_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX credential_status_by_list ON credential_status (list, id);
                CREATE INDEX credential_status_by_end ON credential_status (expires_at);
                CREATE TABLE credential_list (id TEXT PRIMARY KEY, size BIGINT NOT NULL, given BIGINT NOT NULL, opened_at BIGINT NOT NULL,
                    act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
        },
        Migration {
            number: 7,
            sql: "CREATE TABLE identity (id TEXT PRIMARY KEY, owner TEXT NOT NULL, slot TEXT NOT NULL UNIQUE, number_hash TEXT NOT NULL,
                    link BLOB NOT NULL, sealed BLOB NOT NULL, since BIGINT NOT NULL, ended_at BIGINT,
                    act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX identity_by_owner ON identity (owner, since);
                CREATE INDEX identity_by_number ON identity (number_hash);",
        },
        Migration {
            number: 8,
            sql: "CREATE TABLE scope (id TEXT PRIMARY KEY, office TEXT NOT NULL, title TEXT NOT NULL, opened_at BIGINT NOT NULL,
                    issue_until BIGINT NOT NULL, use_from BIGINT NOT NULL, use_until BIGINT NOT NULL, least BIGINT NOT NULL,
                    identified BIGINT NOT NULL, eligible BIGINT NOT NULL, spki BLOB NOT NULL, sealed BLOB NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                  CREATE TABLE scope_issue (id TEXT PRIMARY KEY, scope TEXT NOT NULL, request BLOB NOT NULL,
                    act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                  CREATE INDEX scope_issue_by_scope ON scope_issue (scope);",
        },
        Migration {
            number: 9,
            sql: "CREATE TABLE presentation (id TEXT PRIMARY KEY, owner TEXT NOT NULL, query TEXT NOT NULL, step TEXT NOT NULL,
                    pending BLOB NOT NULL, reader BLOB NOT NULL, result BLOB NOT NULL, asked_at BIGINT NOT NULL,
                    answer_until BIGINT NOT NULL, answered_at BIGINT, erase_at BIGINT NOT NULL,
                    act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX presentation_by_owner ON presentation (owner, asked_at);
                CREATE INDEX presentation_by_end ON presentation (erase_at);",
        },
        Migration {
            number: 10,
            sql: "CREATE TABLE handover (id TEXT PRIMARY KEY, from_committee TEXT NOT NULL, from_key_set BLOB NOT NULL, begun_at BIGINT NOT NULL,
                    begin_act TEXT NOT NULL, in_force_at BIGINT, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE TABLE handover_step (id TEXT PRIMARY KEY, committee TEXT NOT NULL, member TEXT NOT NULL, step TEXT NOT NULL, note TEXT,
                    reason TEXT, said_at BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
                CREATE INDEX handover_step_by_committee ON handover_step (committee, id);",
        },
    ],
};

/// The name under which the vault keeps the hall's own key for this room.
pub(crate) const HALL_KEY: &str = "hall/people";

/// Seals a value for `person` (or [`HALL_KEY`]) in the row `id` of `table`.
pub(crate) async fn seal<T: Serialize>(store: &Store, person: &str, table: &str, id: &str, value: &T) -> Result<Vec<u8>, Problem> {
    let plain = serde_json::to_vec(value).map_err(|fault| INTERNAL.problem().because(fault))?;
    store.seal(person, &format!("{table}/{id}"), &plain).await
}

/// Opens what [`seal`] made.
pub(crate) async fn unseal<T: DeserializeOwned>(store: &Store, person: &str, table: &str, id: &str, sealed: &[u8]) -> Result<T, Problem> {
    let plain = store.unseal(person, &format!("{table}/{id}"), sealed).await?;
    serde_json::from_slice(&plain).map_err(|fault| DAMAGED.problem().because(format!("{table}: {fault}")))
}

pub(crate) fn key_record(sealed: Vec<u8>) -> Record {
    Record::new("people_key", "lookup").blob("sealed", sealed)
}

pub(crate) async fn sealed_lookup_key(store: &Store) -> Result<Option<Vec<u8>>, Problem> {
    let rows = store.fetch("SELECT sealed FROM people_key WHERE id = 'lookup'", &[]).await?;
    rows.first().map(|row| Ok(row.blob("sealed")?.to_vec())).transpose()
}

pub(crate) async fn has_lookup_key(tx: &mut Tx) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM people_key WHERE id = 'lookup'", &[]).await?.is_empty())
}

pub(crate) fn person_record(id: &str, sealed: Vec<u8>, now: Timestamp) -> Record {
    Record::new("person", id).blob("sealed", sealed).int("created_at", now.0)
}

pub(crate) async fn sealed_person(store: &Store, id: &str) -> Result<Option<Vec<u8>>, Problem> {
    let rows = store.fetch("SELECT sealed FROM person WHERE id = $1", &[id.into()]).await?;
    rows.first().map(|row| Ok(row.blob("sealed")?.to_vec())).transpose()
}

pub(crate) async fn has_person(tx: &mut Tx, id: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM person WHERE id = $1", &[id.into()]).await?.is_empty())
}

pub(crate) fn persona_record(handle: &str, link: Vec<u8>, now: Timestamp) -> Record {
    Record::new("persona", handle).blob("link", link).int("created_at", now.0)
}

pub(crate) async fn persona_link(store: &Store, handle: &str) -> Result<Option<Vec<u8>>, Problem> {
    let rows = store.fetch("SELECT link FROM persona WHERE id = $1", &[handle.into()]).await?;
    rows.first().map(|row| Ok(row.blob("link")?.to_vec())).transpose()
}

/// A row of `passkey`.
#[derive(Clone)]
pub(crate) struct PasskeyRow {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) created_at: Timestamp,
}

impl PasskeyRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            id: row.text("id")?.to_owned(),
            owner: row.text("owner")?.to_owned(),
            sealed: row.blob("sealed")?.to_vec(),
            created_at: Timestamp(row.int("created_at")?),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("passkey", &self.id).text("owner", &self.owner).blob("sealed", self.sealed.clone()).int("created_at", self.created_at.0)
    }
}

pub(crate) async fn passkey(store: &Store, id: &str) -> Result<Option<PasskeyRow>, Problem> {
    let rows = store.fetch("SELECT id, owner, sealed, created_at FROM passkey WHERE id = $1", &[id.into()]).await?;
    rows.first().map(PasskeyRow::read).transpose()
}

pub(crate) async fn passkeys_of(store: &Store, owner: &str) -> Result<Vec<PasskeyRow>, Problem> {
    let sql = "SELECT id, owner, sealed, created_at FROM passkey WHERE owner = $1 ORDER BY created_at, id LIMIT 500";
    store.fetch(sql, &[owner.into()]).await?.iter().map(PasskeyRow::read).collect()
}

pub(crate) async fn has_passkey(tx: &mut Tx, id: &str) -> Result<bool, Problem> {
    Ok(!tx.fetch("SELECT id FROM passkey WHERE id = $1", &[id.into()]).await?.is_empty())
}

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

/// A row of `officer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfficerRow {
    pub(crate) acting: Acting,
    pub(crate) owner: String,
    pub(crate) link: Vec<u8>,
    pub(crate) appointed_at: Timestamp,
}

const OFFICER: &str = "SELECT id, owner, office, roles, link, appointed_at FROM officer";

impl OfficerRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        Ok(Self {
            acting: Acting {
                handle: row.text("id")?.to_owned(),
                office: row.text("office")?.to_owned(),
                roles: row.text("roles")?.split(' ').map(str::to_owned).collect(),
            },
            owner: row.text("owner")?.to_owned(),
            link: row.blob("link")?.to_vec(),
            appointed_at: Timestamp(row.int("appointed_at")?),
        })
    }

    pub(crate) fn record(&self) -> Record {
        Record::new("officer", &self.acting.handle)
            .text("owner", &self.owner)
            .text("office", &self.acting.office)
            .text("roles", self.acting.roles.join(" "))
            .blob("link", self.link.clone())
            .int("appointed_at", self.appointed_at.0)
    }
}

pub(crate) async fn officer(store: &Store, handle: &str) -> Result<Option<OfficerRow>, Problem> {
    let rows = store.fetch(&format!("{OFFICER} WHERE id = $1"), &[handle.into()]).await?;
    rows.first().map(OfficerRow::read).transpose()
}

pub(crate) async fn officer_of(store: &Store, owner: &str) -> Result<Option<OfficerRow>, Problem> {
    let rows = store.fetch(&format!("{OFFICER} WHERE owner = $1"), &[owner.into()]).await?;
    rows.first().map(OfficerRow::read).transpose()
}

/// As [`officer_of`], inside an act.
pub(crate) async fn officer_of_now(tx: &mut Tx, owner: &str) -> Result<Option<OfficerRow>, Problem> {
    let rows = tx.fetch(&format!("{OFFICER} WHERE owner = $1"), &[owner.into()]).await?;
    rows.first().map(OfficerRow::read).transpose()
}

/// Ends an appointment; whether there was one.
pub(crate) async fn remove_officer(tx: &mut Tx, handle: &str) -> Result<bool, Problem> {
    if tx.fetch("SELECT id FROM officer WHERE id = $1", &[handle.into()]).await?.is_empty() {
        return Ok(false);
    }
    tx.remove("officer", handle);
    Ok(true)
}

pub(crate) async fn officers(store: &Store, after: &str, limit: usize) -> Result<Vec<OfficerRow>, Problem> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = store.fetch(&format!("{OFFICER} WHERE id > $1 ORDER BY id LIMIT $2"), &[after.into(), limit.into()]).await?;
    rows.iter().map(OfficerRow::read).collect()
}

pub(crate) async fn officers_in(tx: &mut Tx, office: &str) -> Result<Vec<OfficerRow>, Problem> {
    let rows = tx.fetch(&format!("{OFFICER} WHERE office = $1 ORDER BY id"), &[office.into()]).await?;
    rows.iter().map(OfficerRow::read).collect()
}

pub(crate) fn code_record(hash: &str, expires_at: Timestamp) -> Record {
    Record::new("bootstrap_code", hash).int("expires_at", expires_at.0)
}

/// Whether a one-time code with this hash is in force.
pub(crate) async fn is_code_in_force(store: &Store, hash: &str, now: Timestamp) -> Result<bool, Problem> {
    let rows = store.fetch("SELECT id FROM bootstrap_code WHERE id = $1 AND expires_at > $2", &[hash.into(), now.0.into()]).await?;
    Ok(!rows.is_empty())
}

/// Uses a one-time code up; whether it was in force.
pub(crate) async fn use_code(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<bool, Problem> {
    let rows = tx.fetch("SELECT id FROM bootstrap_code WHERE id = $1 AND expires_at > $2", &[hash.into(), now.0.into()]).await?;
    if rows.is_empty() {
        return Ok(false);
    }
    tx.remove("bootstrap_code", hash);
    Ok(true)
}

/// Ends all one-time codes.
pub(crate) async fn remove_codes(tx: &mut Tx) -> Result<(), Problem> {
    for row in tx.fetch("SELECT id FROM bootstrap_code ORDER BY id LIMIT 500", &[]).await? {
        tx.remove("bootstrap_code", row.text("id")?);
    }
    Ok(())
}
