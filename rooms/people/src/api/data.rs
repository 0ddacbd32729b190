//! Who reads what is held about a person, what holds it, and its end, over HTTP. The whole of it to take along: `download`.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, PageQuery, Path, Query, limit},
    problem::{Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    People,
    api::SignedIn,
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

pub(crate) fn reading_view((row, reading): (ReadingRow, Reading)) -> ReadingView {
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

pub(crate) fn hold_view(people: &People, (row, hold): (HoldRow, Hold)) -> HoldView {
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

pub(crate) fn erasure_view(people: &People, row: Option<ErasureRow>) -> ErasureView {
    let wait_s = people.config.privacy.erasure_wait_s;
    match row {
        None => ErasureView { under_way: false, case: None, requested_at: None, due_at: None, wait_s },
        Some(row) => {
            ErasureView { under_way: true, case: Some(row.case_id), requested_at: Some(row.requested_at), due_at: Some(row.due_at), wait_s }
        }
    }
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
