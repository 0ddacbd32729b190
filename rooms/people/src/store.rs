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
mod officer;
mod persona;
pub(crate) mod presentation;
pub(crate) mod reading;
pub(crate) mod recovery;
mod scope;
mod session;
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
pub(crate) use self::officer::{
    OfficerRow, code_record, is_code_in_force, officer, officer_of, officer_of_now, officers, officers_in, remove_codes, remove_officer,
    use_code,
};
pub(crate) use self::persona::{PersonaRow, has_persona, personas};
pub(crate) use self::scope::{
    IssueRow, ScopeRow, count_issues, count_persons, person_created_at, scope, scope_issue, scope_issue_now, scopes,
};
pub(crate) use self::session::{SessionRow, has_expired_sessions, remove_expired_sessions, remove_session, session_by_token, sessions_of};

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
