//! Tables of mandates and organisations. Handles stand here plainly, for they are public; what the parties wrote is sealed with a
//! key of the mandate's own, so that it dies with the mandate and not with one of its two parties.

use sala_core::{
    problem::{DAMAGED, Problem},
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};

use crate::mandate::{
    organisation::{Organisation, OrganisationStep},
    rule::{Limit, Mandate, Step},
};

/// A mandate with what is sealed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MandateRow {
    pub(crate) mandate: Mandate,
    pub(crate) sealed: Vec<u8>,
}

const MANDATE: &str = "SELECT id, principal, agent, form, scope, operations, per_act_satang, total_satang, spent_satang, from_at, until_at, \
    office, step, granted_at, accepted_at, confirmed_at, ended_at, sealed FROM mandate";

/// On which side of a mandate a handle stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Principal,
    Agent,
}

fn words(row: &Row, column: &str) -> Result<Vec<String>, Problem> {
    Ok(row.text(column)?.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

fn moment(row: &Row, column: &str) -> Result<Option<Timestamp>, Problem> {
    Ok(row.opt_int(column)?.map(Timestamp))
}

impl MandateRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        let step = row.text("step")?;
        let mandate = Mandate {
            id: row.text("id")?.to_owned(),
            principal: row.text("principal")?.to_owned(),
            agent: row.text("agent")?.to_owned(),
            form: row.text("form")?.to_owned(),
            scope: words(row, "scope")?,
            operations: words(row, "operations")?,
            limit: Limit { per_act: row.opt_int("per_act_satang")?, total: row.opt_int("total_satang")? },
            spent: row.int("spent_satang")?,
            from: Timestamp(row.int("from_at")?),
            until: Timestamp(row.int("until_at")?),
            office: Some(row.text("office")?).filter(|office| !office.is_empty()).map(str::to_owned),
            step: Step::from_name(step).ok_or_else(|| DAMAGED.problem().because(format!("mandate step {step}")))?,
            granted_at: Timestamp(row.int("granted_at")?),
            accepted_at: moment(row, "accepted_at")?,
            confirmed_at: moment(row, "confirmed_at")?,
            ended_at: moment(row, "ended_at")?,
        };
        Ok(Self { mandate, sealed: row.blob("sealed")?.to_vec() })
    }

    pub(crate) fn record(&self) -> Record {
        let mandate = &self.mandate;
        Record::new("mandate", &mandate.id)
            .text("principal", &mandate.principal)
            .text("agent", &mandate.agent)
            .text("form", &mandate.form)
            .text("scope", mandate.scope.join(" "))
            .text("operations", mandate.operations.join(" "))
            .cell("per_act_satang", mandate.limit.per_act)
            .cell("total_satang", mandate.limit.total)
            .int("spent_satang", mandate.spent)
            .int("from_at", mandate.from.0)
            .int("until_at", mandate.until.0)
            .text("office", mandate.office.as_deref().unwrap_or_default())
            .text("step", mandate.step.name())
            .int("granted_at", mandate.granted_at.0)
            .cell("accepted_at", mandate.accepted_at.map(|at| at.0))
            .cell("confirmed_at", mandate.confirmed_at.map(|at| at.0))
            .cell("ended_at", mandate.ended_at.map(|at| at.0))
            .blob("sealed", self.sealed.clone())
    }
}

pub(crate) async fn mandate(store: &Store, id: &str) -> Result<Option<MandateRow>, Problem> {
    store.fetch(&format!("{MANDATE} WHERE id = $1"), &[id.into()]).await?.first().map(MandateRow::read).transpose()
}

/// As [`mandate`], inside an act.
pub(crate) async fn mandate_now(tx: &mut Tx, id: &str) -> Result<Option<MandateRow>, Problem> {
    tx.fetch(&format!("{MANDATE} WHERE id = $1"), &[id.into()]).await?.first().map(MandateRow::read).transpose()
}

/// The mandates that a principal has given and whose time is not over, the newest first.
pub(crate) async fn mandates_given_now(tx: &mut Tx, principal: &str, now: Timestamp) -> Result<Vec<MandateRow>, Problem> {
    let sql = format!("{MANDATE} WHERE principal = $1 AND until_at > $2 ORDER BY id DESC LIMIT 1000");
    tx.fetch(&sql, &[principal.into(), now.0.into()]).await?.iter().map(MandateRow::read).collect()
}

/// The same of those that an agent has asked for or was offered.
pub(crate) async fn mandates_asked_now(tx: &mut Tx, agent: &str, now: Timestamp) -> Result<Vec<MandateRow>, Problem> {
    let sql = format!("{MANDATE} WHERE agent = $1 AND step = 'accepted' AND until_at > $2 ORDER BY id DESC LIMIT 1000");
    tx.fetch(&sql, &[agent.into(), now.0.into()]).await?.iter().map(MandateRow::read).collect()
}

/// The mandates with this handle on one side, the newest first, from `before` (an id; empty: from the newest).
pub(crate) async fn mandates_of(store: &Store, side: Side, handle: &str, before: &str, limit: usize) -> Result<Vec<MandateRow>, Problem> {
    let column = match side {
        Side::Principal => "principal",
        Side::Agent => "agent",
    };
    let sql = format!("{MANDATE} WHERE {column} = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3");
    page(store, &sql, handle, before, limit).await
}

/// The mandates that an office has to confirm, the newest first.
pub(crate) async fn mandates_awaiting(
    store: &Store,
    office: &str,
    now: Timestamp,
    before: &str,
    limit: usize,
) -> Result<Vec<MandateRow>, Problem> {
    let now = now.0;
    let sql = format!(
        "{MANDATE} WHERE office = $1 AND step = 'accepted' AND until_at > {now} AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3"
    );
    page(store, &sql, office, before, limit).await
}

async fn page(store: &Store, sql: &str, key: &str, before: &str, limit: usize) -> Result<Vec<MandateRow>, Problem> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    store.fetch(sql, &[key.into(), before.into(), limit.into()]).await?.iter().map(MandateRow::read).collect()
}

const ORGANISATION: &str = "SELECT id, name, holder, registration, step, asked_at, decided_at, sealed FROM organisation";

/// An organisation with what is sealed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrganisationRow {
    pub(crate) organisation: Organisation,
    /// Keyed hash of the registration number, by which a second of the same number is found.
    pub(crate) registration: String,
    pub(crate) sealed: Vec<u8>,
}

impl OrganisationRow {
    fn read(row: &Row) -> Result<Self, Problem> {
        let step = row.text("step")?;
        let organisation = Organisation {
            id: row.text("id")?.to_owned(),
            name: row.text("name")?.to_owned(),
            holder: row.text("holder")?.to_owned(),
            step: OrganisationStep::from_name(step).ok_or_else(|| DAMAGED.problem().because(format!("organisation step {step}")))?,
            asked_at: Timestamp(row.int("asked_at")?),
            decided_at: moment(row, "decided_at")?,
        };
        Ok(Self { organisation, registration: row.text("registration")?.to_owned(), sealed: row.blob("sealed")?.to_vec() })
    }

    pub(crate) fn record(&self) -> Record {
        let organisation = &self.organisation;
        Record::new("organisation", &organisation.id)
            .text("name", &organisation.name)
            .text("holder", &organisation.holder)
            .text("registration", &self.registration)
            .text("step", organisation.step.name())
            .int("asked_at", organisation.asked_at.0)
            .cell("decided_at", organisation.decided_at.map(|at| at.0))
            .blob("sealed", self.sealed.clone())
    }
}

pub(crate) async fn organisation(store: &Store, id: &str) -> Result<Option<OrganisationRow>, Problem> {
    store.fetch(&format!("{ORGANISATION} WHERE id = $1"), &[id.into()]).await?.first().map(OrganisationRow::read).transpose()
}

/// As [`organisation`], inside an act.
pub(crate) async fn organisation_now(tx: &mut Tx, id: &str) -> Result<Option<OrganisationRow>, Problem> {
    tx.fetch(&format!("{ORGANISATION} WHERE id = $1"), &[id.into()]).await?.first().map(OrganisationRow::read).transpose()
}

/// The confirmed organisation with this registration, inside an act.
pub(crate) async fn confirmed_registration_now(tx: &mut Tx, registration: &str) -> Result<Option<OrganisationRow>, Problem> {
    let sql = format!("{ORGANISATION} WHERE registration = $1 AND step = 'confirmed' LIMIT 1");
    tx.fetch(&sql, &[registration.into()]).await?.first().map(OrganisationRow::read).transpose()
}

/// The organisations of a holder, in the order of their handles.
pub(crate) async fn organisations_of(store: &Store, holder: &str) -> Result<Vec<OrganisationRow>, Problem> {
    let sql = format!("{ORGANISATION} WHERE holder = $1 ORDER BY asked_at DESC, id LIMIT 500");
    store.fetch(&sql, &[holder.into()]).await?.iter().map(OrganisationRow::read).collect()
}

/// How many organisations a holder has asked for, inside an act.
pub(crate) async fn organisations_asked_now(tx: &mut Tx, holder: &str) -> Result<usize, Problem> {
    Ok(tx.fetch("SELECT id FROM organisation WHERE holder = $1 AND step = 'requested' LIMIT 500", &[holder.into()]).await?.len())
}

/// The organisations that wait for a decision, those that wait longest first.
pub(crate) async fn organisations_awaiting(store: &Store) -> Result<Vec<OrganisationRow>, Problem> {
    let sql = format!("{ORGANISATION} WHERE step = 'requested' ORDER BY asked_at, id LIMIT 500");
    store.fetch(&sql, &[]).await?.iter().map(OrganisationRow::read).collect()
}
