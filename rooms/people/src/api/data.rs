//! What is held about a person, who read it, what holds it, and its end, over HTTP.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, PageQuery, Path, Query, limit},
    problem::{Problem, ProblemBody},
    store::ActSummary,
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    People,
    api::{
        SignedIn,
        acts::OwnOpening,
        credentials::{OwnAward, OwnCredentialView, own_view},
        identity::OwnIdentity,
        live,
        notices::NoticeView,
        presentations,
        presentations::PresentationView,
        recovery::RecoveryView,
        session::SessionSummary,
    },
    data::{Held, HeldAct},
    hold::{Hold, WantedHold},
    privacy::{PersonField, Purpose},
    reading::{PersonData, Reading, Subject},
    store::{erasure::ErasureRow, erasure::HoldRow, reading::ReadingRow},
};

/// A reading of the signed-in person's data.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Reading)]
pub struct ReadingView {
    /// Its id.
    pub id: String,
    /// When.
    pub read_at: Timestamp,
    /// Public handle of the officer who read.
    pub officer: String,
    /// Their office.
    pub office: String,
    /// What the office is called.
    #[schema(required)]
    pub office_title: Option<Text>,
    /// Their roles.
    pub roles: Vec<String>,
    /// Id of the purpose.
    pub purpose: String,
    /// What the purpose is called.
    pub purpose_title: Text,
    /// The law that allows it.
    pub legal_basis: Text,
    /// What was read.
    pub fields: Vec<PersonField>,
    /// The act that records it.
    pub act: String,
}

/// A legal hold.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Hold)]
pub struct HoldView {
    /// Its id.
    pub id: String,
    /// The handle on which it was placed; it holds for the person behind it.
    pub subject: String,
    /// The office that placed it.
    pub office: String,
    /// What the office is called.
    #[schema(required)]
    pub office_title: Option<Text>,
    /// The law and the order.
    pub basis: String,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Until when it stands.
    pub until: Timestamp,
    /// The person is not told of it yet.
    pub hidden: bool,
}

/// A hold to be placed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceHold {
    /// Public handle: a persona or an officer.
    pub subject: String,
    /// The law and the order, 1 to 300 letters. Public: it must name no one.
    pub basis: String,
    /// Until when, within five years.
    pub until: Timestamp,
    /// Do not tell the person yet; only where the profile says that a law lets this office.
    #[serde(default)]
    pub hidden: bool,
}

/// What to read of an officer, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadPerson {
    /// Id of a purpose of the profile.
    pub purpose: String,
    /// What, of that which the purpose needs.
    pub fields: Vec<PersonField>,
}

/// The erasure of the signed-in person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Erasure)]
pub struct ErasureView {
    /// One was asked for and is not carried out yet.
    pub under_way: bool,
    /// Its case.
    #[schema(required)]
    pub case: Option<String>,
    /// When it was asked for.
    #[schema(required)]
    pub requested_at: Option<Timestamp>,
    /// When it will be carried out; until then it can be withdrawn.
    #[schema(required)]
    pub due_at: Option<Timestamp>,
    /// How long an erasure waits, in seconds.
    pub wait_s: i64,
}

/// A persona in the download.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnPersona {
    /// Public handle.
    pub id: String,
    /// Public name.
    pub name: String,
    /// Choices of the look, as JSON in a text; empty: made from the handle.
    pub look: String,
    /// When it was put away.
    #[schema(required)]
    pub retired_at: Option<Timestamp>,
}

/// A passkey in the download.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnPasskey {
    /// Its id.
    pub id: String,
    /// How its owner calls it.
    pub label: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last signed in.
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
    /// What the hall keeps to verify it: credential id, public key, counter. No secret is in it.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// An appointment in the download.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnAppointment {
    /// Public handle of the officer.
    pub id: String,
    /// The office.
    pub office: String,
    /// Roles held there.
    pub roles: Vec<String>,
    /// When the appointment was made or last changed.
    pub appointed_at: Timestamp,
}

/// A mandate in the download; `GET /api/v1/mandates/{id}` tells the rest.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnMandate {
    /// Its id.
    pub id: String,
    /// Id of the form.
    pub form: String,
    /// Handle of the principal.
    pub principal: String,
    /// Handle of the agent.
    pub agent: String,
    /// What may be done.
    pub operations: Vec<String>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// An act that the person did, or that refers to them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnAct {
    /// In short.
    pub act: ActSummary,
    /// Its public facts.
    #[schema(value_type = Object)]
    pub public: Value,
    /// What is sealed in it for this person, opened.
    pub openings: Vec<OwnOpening>,
}

/// Everything that is held about the signed-in person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyData {
    /// When this was made.
    pub made_at: Timestamp,
    /// By which hall.
    pub hall: String,
    /// What it covers, and what not.
    pub covers: Text,
    /// The name that the person gave.
    pub name: String,
    /// What authenticators keep for this person, in hexadecimal digits.
    #[schema(required)]
    pub user_handle: Option<String>,
    /// Faces.
    pub personas: Vec<OwnPersona>,
    /// Keys.
    pub passkeys: Vec<OwnPasskey>,
    /// Open sessions.
    pub sessions: Vec<SessionSummary>,
    /// Offices.
    pub appointments: Vec<OwnAppointment>,
    /// Mandates on either side.
    pub mandates: Vec<OwnMandate>,
    /// Roads of recovery and recoveries under way.
    pub recoveries: Vec<RecoveryView>,
    /// National identities, with name and number where the profile lets the hall keep them.
    pub identities: Vec<OwnIdentity>,
    /// What was issued to wallets. The hall has no copy of it, so that what they say is not here.
    pub credentials: Vec<OwnCredentialView>,
    /// What offices awarded to one of the personas, to be taken into a wallet.
    pub awards: Vec<OwnAward>,
    /// Requests to wallets by one of the personas, with what was shown.
    pub presentations: Vec<PresentationView>,
    /// Notices, newest first (at most 500).
    pub notices: Vec<NoticeView>,
    /// Who read data about the person, newest first (at most 500).
    pub readings: Vec<ReadingView>,
    /// Legal holds.
    pub holds: Vec<HoldView>,
    /// The erasure, if one is under way.
    pub erasure: ErasureView,
    /// Acts in the record, newest first (at most 500).
    pub acts: Vec<OwnAct>,
    /// Give it as `before` to get older acts; null when these are all.
    #[schema(required)]
    pub acts_next: Option<u64>,
}

/// From where in the record.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DataQuery {
    /// Only acts with a smaller index: `acts_next` of the download before.
    pub(crate) before: Option<u64>,
}

fn covers() -> Text {
    Text::new(
        "ทุกสิ่งที่ศาลาเก็บเกี่ยวกับท่านและค้นได้จากกุญแจของท่าน: ชื่อ ตัวแทน พาสคีย์ การเข้าสู่ระบบที่เปิดอยู่ ตำแหน่ง มอบอำนาจ ทางกู้คืน เอกสารรับรองที่ออกให้ คำขอดูบัตรและคำตอบ หนังสือแจ้ง \
         ผู้ที่อ่านข้อมูลของท่าน คำสั่งเก็บรักษา และการกระทำที่ทำในนามของตัวแทนหรือตำแหน่งปัจจุบันของท่านหรืออ้างถึงตัวแทนนั้น \
         ไม่รวม: การเข้าออกระบบที่สิ้นสุดแล้ว ซึ่งบันทึกไว้โดยไม่มีชื่อ สิ่งที่ท่านเคยแสดงจากกระเป๋าดิจิทัล ซึ่งศาลาไม่รู้ว่าเป็นของท่าน ตำแหน่งเดิม และการอ่านที่กฎหมายให้แจ้งภายหลัง",
        "All that this hall holds about you and can find by your own keys: name, personas, passkeys, open sessions, appointments, mandates, \
         roads of recovery, credentials issued, requests to wallets and their answers, notices, who read your data, legal holds, and the acts that were done under one of your personas or present \
         offices or refer to one. Not in it: sign-ins that are over, which are recorded without a name; what you showed from a wallet, of which the hall does not know that it was you; earlier appointments; and readings \
         of which a law lets you be told later only.",
    )
}

fn reading_view((row, reading): (ReadingRow, Reading)) -> ReadingView {
    ReadingView {
        id: row.id,
        read_at: row.read_at,
        officer: reading.officer,
        office: reading.office,
        office_title: reading.office_title,
        roles: reading.roles,
        purpose: reading.purpose,
        purpose_title: reading.purpose_title,
        legal_basis: reading.legal_basis,
        fields: reading.fields,
        act: row.act,
    }
}

fn hold_view(people: &People, (row, hold): (HoldRow, Hold)) -> HoldView {
    HoldView {
        id: row.id,
        subject: hold.handle,
        office_title: people.office_title(&row.office),
        office: row.office,
        basis: hold.basis,
        placed_at: row.placed_at,
        until: row.until,
        hidden: row.is_hidden,
    }
}

fn erasure_view(people: &People, row: Option<ErasureRow>) -> ErasureView {
    let wait_s = people.config.privacy.erasure_wait_s;
    match row {
        None => ErasureView { under_way: false, case: None, requested_at: None, due_at: None, wait_s },
        Some(row) => {
            ErasureView { under_way: true, case: Some(row.case_id), requested_at: Some(row.requested_at), due_at: Some(row.due_at), wait_s }
        }
    }
}

fn own_act(held: HeldAct) -> OwnAct {
    let opening = |(field, salt, value): (String, [u8; 32], sala_core::cbor::Value)| OwnOpening {
        field,
        salt: hex::encode(salt),
        cbor: hex::encode(value.encode()),
        value: value.to_json(),
    };
    OwnAct {
        act: held.act.summary(),
        public: sala_core::cbor::Value::Map(held.act.leaf.public).to_json(),
        openings: held.openings.into_iter().map(opening).collect(),
    }
}

async fn my_data(people: &People, ctx: &Ctx, held: Held) -> Result<MyData, Problem> {
    let (notices, ..) = people.list_notices(ctx, None, 500).await?;
    let readings = people.list_readings(ctx, None, 500).await?;
    let holds = people.list_own_holds(ctx).await?;
    let session = |(row, current): (crate::store::SessionRow, bool)| SessionSummary {
        id: row.id,
        opened_at: row.opened_at,
        current,
        method: row.method,
    };
    let passkey = |(row, secret): (crate::store::PasskeyRow, crate::person::PasskeySecret)| OwnPasskey {
        id: row.id,
        label: secret.label,
        created_at: row.created_at,
        last_used_at: secret.last_used_at.map(Timestamp),
        credential: serde_json::to_value(&secret.passkey).unwrap_or_default(),
    };
    let appointment = |row: crate::store::OfficerRow| OwnAppointment {
        id: row.acting.handle,
        office: row.acting.office,
        roles: row.acting.roles,
        appointed_at: row.appointed_at,
    };
    let mandate = |row: crate::store::MandateRow| OwnMandate {
        id: row.mandate.id,
        form: row.mandate.form,
        principal: row.mandate.principal,
        agent: row.mandate.agent,
        operations: row.mandate.operations,
        from: row.mandate.from,
        until: row.mandate.until,
    };
    let persona = |row: crate::store::PersonaRow| OwnPersona { id: row.handle, name: row.name, look: row.look, retired_at: row.retired_at };
    Ok(MyData {
        made_at: ctx.now,
        hall: people.config.origin.clone(),
        covers: covers(),
        name: held.profile.name,
        user_handle: held.profile.user_handle.map(hex::encode),
        personas: held.personas.into_iter().map(persona).collect(),
        passkeys: held.passkeys.into_iter().map(passkey).collect(),
        sessions: held.sessions.into_iter().map(session).collect(),
        appointments: held.appointments.into_iter().map(appointment).collect(),
        mandates: held.mandates.into_iter().map(mandate).collect(),
        recoveries: held.recoveries.iter().map(RecoveryView::from).collect(),
        identities: held.identities.into_iter().map(OwnIdentity::from).collect(),
        credentials: held.credentials.into_iter().map(|own| own_view(own, ctx.now)).collect(),
        awards: held.awards.into_iter().map(OwnAward::from).collect(),
        presentations: held.presentations.into_iter().map(|one| presentations::view(people, ctx.lang, one)).collect(),
        notices: notices.into_iter().map(NoticeView::from).collect(),
        readings: readings.into_iter().map(reading_view).collect(),
        holds: holds.into_iter().map(|hold| hold_view(people, hold)).collect(),
        erasure: erasure_view(people, people.own_erasure(ctx).await?),
        acts: held.acts.into_iter().map(own_act).collect(),
        acts_next: held.next,
    })
}

/// Download everything that is held about the signed-in person. Needs a fresh session.
#[utoipa::path(get, path = "/api/v1/me/data", operation_id = "get_own_data", tag = "people", security(("session" = [])),
    params(DataQuery), responses((status = 200, body = MyData), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_own_data(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    headers: HeaderMap,
    Query(query): Query<DataQuery>,
) -> Result<impl IntoResponse, Problem> {
    let live = live(&people, &headers, &ctx).await?;
    let held = people.held(&ctx, live.as_ref(), query.before).await?;
    let data = my_data(&people, &ctx, held).await?;
    Ok((AppendHeaders([(header::CONTENT_DISPOSITION, "attachment; filename=\"sala-my-data.json\"")]), Json(data)))
}

/// Who read data of the signed-in person, when and why, newest first; as far as a law lets them be told.
#[utoipa::path(get, path = "/api/v1/me/readings", operation_id = "list_own_readings", tag = "people", security(("session" = [])),
    params(PageQuery), responses((status = 200, body = Page<ReadingView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_readings(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ReadingView>>, Problem> {
    let limit = limit(page.limit)?;
    let mut readings = people.list_readings(&ctx, page.after.as_deref(), limit + 1).await?;
    let has_more = readings.len() > limit;
    readings.truncate(limit);
    let next = readings.last().filter(|_| has_more).map(|(row, _)| row.id.clone());
    Ok(Json(Page { items: readings.into_iter().map(reading_view).collect(), next }))
}

/// The legal holds on the signed-in person, as far as a law lets them be told.
#[utoipa::path(get, path = "/api/v1/me/holds", operation_id = "list_own_holds", tag = "people", security(("session" = [])),
    responses((status = 200, body = Page<HoldView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_holds(State(people): State<Arc<People>>, ctx: Ctx) -> Result<Json<Page<HoldView>>, Problem> {
    let holds = people.list_own_holds(&ctx).await?;
    Ok(Json(Page::whole(holds.into_iter().map(|hold| hold_view(&people, hold)).collect())))
}

/// The erasure of the signed-in person, if one is under way.
#[utoipa::path(get, path = "/api/v1/me/erasure", operation_id = "get_erasure", tag = "people", security(("session" = [])),
    responses((status = 200, body = ErasureView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_erasure(State(people): State<Arc<People>>, ctx: Ctx) -> Result<Json<ErasureView>, Problem> {
    let row = people.own_erasure(&ctx).await?;
    Ok(Json(erasure_view(&people, row)))
}

/// Ask that everything held about the signed-in person be erased, after the waiting time. Signed. Asking again changes nothing.
#[utoipa::path(post, path = "/api/v1/me/erasure", operation_id = "request_erasure", tag = "people", security(("session" = [])),
    responses((status = 200, body = ErasureView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn request_erasure(State(people): State<Arc<People>>, ctx: Ctx) -> Result<Json<ErasureView>, Problem> {
    let row = people.request_erasure(&ctx).await?;
    Ok(Json(erasure_view(&people, Some(row))))
}

/// Withdraw the request for erasure.
#[utoipa::path(delete, path = "/api/v1/me/erasure", operation_id = "withdraw_erasure", tag = "people", security(("session" = [])),
    responses((status = 204, description = "withdrawn"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn withdraw_erasure(State(people): State<Arc<People>>, ctx: Ctx) -> Result<StatusCode, Problem> {
    people.withdraw_erasure(&ctx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For which purposes this hall lets whom read what of a person.
#[utoipa::path(get, path = "/api/v1/purposes", operation_id = "list_purposes", tag = "people", security(()),
    responses((status = 200, body = Page<Purpose>)))]
pub(crate) async fn list_purposes(State(people): State<Arc<People>>) -> Json<Page<Purpose>> {
    Json(Page::whole(people.config.privacy.purposes.clone()))
}

/// Read data of the person who holds an office, for a purpose of the profile. The person is told.
#[utoipa::path(post, path = "/api/v1/officers/{id}/reading", operation_id = "read_officer", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Public handle of the officer")), request_body = ReadPerson,
    responses((status = 200, body = PersonData), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn read_officer(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
    Body(input): Body<ReadPerson>,
) -> Result<Json<PersonData>, Problem> {
    Ok(Json(people.read_person(&ctx, Subject::Officer(&id), &input.fields, &input.purpose).await?))
}

/// The legal holds of one's own office that still stand. For officers whom the profile names.
#[utoipa::path(get, path = "/api/v1/holds", operation_id = "list_holds", tag = "people", security(("session" = [])),
    responses((status = 200, body = Page<HoldView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_holds(State(people): State<Arc<People>>, ctx: Ctx) -> Result<Json<Page<HoldView>>, Problem> {
    let holds = people.list_office_holds(&ctx).await?;
    Ok(Json(Page::whole(holds.into_iter().map(|hold| hold_view(&people, hold)).collect())))
}

/// Place a legal hold on the person behind a handle. Signed. For officers whom the profile names.
#[utoipa::path(post, path = "/api/v1/holds", operation_id = "place_hold", tag = "people", security(("session" = [])),
    request_body = PlaceHold, responses((status = 200, body = HoldView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn place_hold(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Body(input): Body<PlaceHold>,
) -> Result<Json<HoldView>, Problem> {
    let wanted = WantedHold { subject: &input.subject, basis: &input.basis, until: input.until, is_hidden: input.hidden };
    let placed = people.place_hold(&ctx, wanted).await?;
    Ok(Json(hold_view(&people, placed)))
}

/// Lift a legal hold of one's own office. Signed. The person is told in any case.
#[utoipa::path(delete, path = "/api/v1/holds/{id}", operation_id = "lift_hold", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the hold")),
    responses((status = 204, description = "lifted"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn lift_hold(State(people): State<Arc<People>>, ctx: Ctx, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    people.lift_hold(&ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
