//! Readings: when someone else than the person reads data of the person, an act says so before the data are given, and the person
//! has a list of who, when and why. A law may delay the telling (`hidden_days` of a purpose).
//!
//! A reading never leads from a persona to its person: that would be an unmasking.

use sala_core::{
    act::Draft,
    cbor::Value,
    ctx::{Actor, Ctx},
    problem::{FORBIDDEN, INVALID, NOT_FOUND, Problem},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    People, acts, notice,
    notice::plain,
    person::Link,
    privacy::{Desk, PersonField, Purpose},
    store::{self, HALL_KEY, reading::ReadingRow},
    unnamed,
};

/// Whose data are read.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'s> {
    /// A person whom the caller's own records name.
    Person(&'s str),
    /// The holder of an office, by their public handle.
    Officer(&'s str),
}

/// What was read; null where it was not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PersonData)]
pub struct PersonData {
    /// The name that the person gave.
    #[schema(required)]
    pub name: Option<String>,
    /// Offices in which the person is appointed.
    #[schema(required)]
    pub appointments: Option<Vec<String>>,
    /// How many passkeys the person has.
    #[schema(required)]
    pub passkeys: Option<usize>,
}

/// Sealed in the row of a reading.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reading {
    pub(crate) officer: String,
    pub(crate) office: String,
    pub(crate) office_title: Option<Text>,
    pub(crate) roles: Vec<String>,
    pub(crate) purpose: String,
    pub(crate) purpose_title: Text,
    pub(crate) legal_basis: Text,
    pub(crate) fields: Vec<PersonField>,
}

impl People {
    /// Reads data of a person for a purpose of the profile. Refuses who is no reader of that purpose, and fields that it does not need;
    /// records the reading before anything is given.
    pub async fn read_person(&self, ctx: &Ctx, subject: Subject<'_>, fields: &[PersonField], purpose: &str) -> Result<PersonData, Problem> {
        let purpose = self.config.privacy.purpose(purpose).ok_or_else(|| INVALID.problem().at("/purpose", "there is no such purpose"))?;
        require_desk(ctx, &purpose.readers)?;
        if let Some(place) = fields.iter().position(|field| !purpose.fields.contains(field)) {
            return Err(INVALID.problem().at(format!("/fields/{place}"), "the purpose does not need this"));
        }
        if fields.is_empty() {
            return Err(INVALID.problem().at("/fields", "expected at least one field"));
        }
        let person = match subject {
            Subject::Person(person) => person.to_owned(),
            Subject::Officer(handle) => {
                let officer = store::officer(&self.store, handle).await?.ok_or_else(|| NOT_FOUND.problem())?;
                store::unseal::<Link>(&self.store, HALL_KEY, "officer", handle, &officer.link).await?.person
            }
        };
        let told_at = ctx.now.plus_seconds(i64::from(purpose.hidden_days) * 24 * 3600);
        self.record_reading(ctx, &person, fields, purpose, told_at).await?;
        self.person_data(&person, fields).await
    }

    /// Records that the caller reads data of a person who is told at `told_at`.
    pub(crate) async fn record_reading(
        &self,
        ctx: &Ctx,
        person: &str,
        fields: &[PersonField],
        purpose: &Purpose,
        told_at: Timestamp,
    ) -> Result<(), Problem> {
        let Actor::Officer { handle, office, roles, .. } = &ctx.actor else { return Err(FORBIDDEN.problem()) };
        let names = fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(" ");
        let reading = Reading {
            officer: handle.clone(),
            office: office.clone(),
            office_title: self.office_title(office),
            roles: roles.clone(),
            purpose: purpose.id.clone(),
            purpose_title: purpose.title.clone(),
            legal_basis: purpose.legal_basis.clone(),
            fields: fields.to_vec(),
        };
        let id = ctx.new_id("reading");
        let row = ReadingRow {
            owner: self.lookup.reading_owner(person),
            sealed: store::seal(&self.store, person, "reading", &id, &reading).await?,
            read_at: ctx.now,
            visible_after: told_at,
            act: String::new(),
            id,
        };
        let mut notice = None;
        if told_at <= ctx.now {
            let office = self.office_title(office).unwrap_or_else(|| plain(office));
            notice = Some(self.notice(ctx, person, &notice::DATA_READ, &[("office", office), ("purpose", purpose.title.clone())]).await?);
        }
        let draft = Draft::new(&acts::READ_PERSON, purpose.legal_basis.pair())
            .office(office)
            .public("purpose", purpose.id.as_str())
            .public("fields", names)
            // Not for the person while a law delays telling them: they could try the openings of all readings in the record.
            .sealed(
                if told_at <= ctx.now { person } else { HALL_KEY },
                "reader",
                Value::map([("officer", Value::from(handle.as_str())), ("roles", roles.join(" ").into())]),
            );
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (record, notice) = (row.record(), notice.clone());
                Box::pin(async move {
                    tx.save(record);
                    match notice {
                        Some(notice) => notice.save(tx).await,
                        None => Ok(()),
                    }
                })
            })
            .await?;
        Ok(())
    }

    pub(crate) async fn person_data(&self, person: &str, fields: &[PersonField]) -> Result<PersonData, Problem> {
        let mut data = PersonData { name: None, appointments: None, passkeys: None };
        for field in fields {
            match field {
                PersonField::Name => data.name = Some(self.profile(person).await?.ok_or_else(|| NOT_FOUND.problem())?.name),
                PersonField::Appointments => {
                    data.appointments = Some(self.appointments(person).await?.into_iter().map(|officer| officer.acting.office).collect());
                }
                PersonField::Passkeys => {
                    data.passkeys = Some(store::passkeys_of(&self.store, &self.lookup.passkey_owner(person)).await?.len());
                }
            }
        }
        Ok(data)
    }

    /// The appointments of a person, in the order of the profile's offices.
    pub(crate) async fn appointments(&self, person: &str) -> Result<Vec<store::OfficerRow>, Problem> {
        let mut found = vec![];
        for office in &self.offices.offices {
            found.extend(store::officer_of(&self.store, &self.lookup.officer_owner(person, &office.id)).await?);
        }
        Ok(found)
    }

    /// Who read data of the signed-in person, newest first, as far as a law lets them be told: row, what, and the act.
    pub(crate) async fn list_readings(&self, ctx: &Ctx, before: Option<&str>, limit: usize) -> Result<Vec<(ReadingRow, Reading)>, Problem> {
        let person = ctx.require_signed_in()?;
        let mut readings = vec![];
        for row in store::reading::of(&self.store, &self.lookup.reading_owner(person), ctx.now, before, limit).await? {
            let reading = store::unseal(&self.store, person, "reading", &row.id, &row.sealed).await?;
            readings.push((row, reading));
        }
        Ok(readings)
    }
}

/// Refuses whoever is at none of these desks.
pub(crate) fn require_desk(ctx: &Ctx, desks: &[Desk]) -> Result<(), Problem> {
    ctx.require_signed_in()?;
    let is_there = desks.iter().any(|desk| ctx.require_officer(&desk.office, &desk.role).is_ok());
    if is_there { Ok(()) } else { Err(FORBIDDEN.problem()) }
}
