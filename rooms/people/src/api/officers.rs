//! Offices and officers over HTTP.

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

use crate::{People, offices::Office, store::OfficerRow};

/// An appointment to make or to change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppointOfficer {
    /// Public handle of the person to be appointed, as their own session page shows it.
    pub persona: String,
    /// In which office.
    pub office: String,
    /// With which roles of that office; these replace the roles of a standing appointment.
    pub roles: Vec<String>,
}

/// An appointment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Officer)]
pub struct OfficerView {
    /// Public handle of the officer.
    pub id: String,
    /// The office.
    pub office: String,
    /// What the office is called.
    #[schema(required)]
    pub office_title: Option<Text>,
    /// Roles held there.
    pub roles: Vec<String>,
    /// When the appointment was made or last changed.
    pub appointed_at: Timestamp,
    /// Whether the officer has a passkey that the office accepts; null where the office accepts any.
    #[schema(required)]
    pub attested: Option<bool>,
}

pub(crate) async fn view(people: &People, row: OfficerRow) -> Result<OfficerView, Problem> {
    Ok(OfficerView {
        attested: people.officer_is_attested(&row).await?,
        id: row.acting.handle,
        office_title: people.office_title(&row.acting.office),
        office: row.acting.office,
        roles: row.acting.roles,
        appointed_at: row.appointed_at,
    })
}

/// The offices of the hall, with their legal basis and roles.
#[utoipa::path(get, path = "/api/v1/offices", operation_id = "list_offices", tag = "people", security(()),
    responses((status = 200, body = Page<Office>)))]
pub(crate) async fn list_offices(State(people): State<Arc<People>>) -> Json<Page<Office>> {
    Json(Page::whole(people.offices().offices.clone()))
}

/// The officers. For administrators.
#[utoipa::path(get, path = "/api/v1/officers", operation_id = "list_officers", tag = "people", security(("session" = [])), params(PageQuery),
    responses((status = 200, body = Page<OfficerView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_officers(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<OfficerView>>, Problem> {
    let limit = limit(page.limit)?;
    let mut rows = people.list_appointments(&ctx, page.after.as_deref().unwrap_or_default(), limit + 1).await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|row| row.acting.handle.clone());
    let mut items = vec![];
    for row in rows {
        items.push(view(&people, row).await?);
    }
    Ok(Json(Page { items, next }))
}

/// Appoint an officer, or change the roles of one. For administrators.
#[utoipa::path(post, path = "/api/v1/officers", operation_id = "appoint_officer", tag = "people", security(("session" = [])),
    request_body = AppointOfficer, responses((status = 200, body = OfficerView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn appoint_officer(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Body(input): Body<AppointOfficer>,
) -> Result<Json<OfficerView>, Problem> {
    let row = people.appoint_officer(&ctx, &input.persona, &input.office, input.roles).await?;
    Ok(Json(view(&people, row).await?))
}

/// End an appointment, and the sessions under it with it. For administrators.
#[utoipa::path(delete, path = "/api/v1/officers/{id}", operation_id = "dismiss_officer", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Public handle of the officer")),
    responses((status = 204, description = "dismissed"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn dismiss_officer(State(people): State<Arc<People>>, ctx: Ctx, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    people.dismiss_officer(&ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
