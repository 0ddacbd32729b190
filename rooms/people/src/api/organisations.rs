//! Organisations over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path},
    problem::{Problem, ProblemBody},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{People, mandate::organisation::OrganisationStep, store::OrganisationRow};

/// An organisation that asks to be registered with the hall.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterOrganisation {
    /// Its name, public.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// Its registration number; sealed.
    pub registration: String,
    /// What proves it; sealed.
    #[schema(min_length = 1, max_length = 2000)]
    pub evidence: String,
}

/// An organisation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Organisation)]
pub struct OrganisationView {
    /// Its handle.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How far it has come.
    pub status: OrganisationStep,
    /// Handle of the persona that registered it and gives its mandates.
    pub holder: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When an officer last decided.
    #[schema(required)]
    pub decided_at: Option<Timestamp>,
    /// Its registration number, for its holder and the confirming officers; null for all others.
    #[schema(required)]
    pub registration: Option<String>,
    /// The evidence, for the same.
    #[schema(required)]
    pub evidence: Option<String>,
}

async fn view(people: &People, ctx: &Ctx, row: OrganisationRow) -> Result<OrganisationView, Problem> {
    let secret = people.organisation_secret(ctx, &row).await?;
    let (registration, evidence) = secret.map(|secret| (secret.registration, secret.evidence)).unzip();
    let organisation = row.organisation;
    Ok(OrganisationView {
        id: organisation.id,
        name: organisation.name,
        status: organisation.step,
        holder: organisation.holder,
        asked_at: organisation.asked_at,
        decided_at: organisation.decided_at,
        registration,
        evidence,
    })
}

/// Those that the persona in use holds; for a confirming officer, those that wait for a decision.
#[utoipa::path(get, path = "/api/v1/organisations", operation_id = "list_organisations", tag = "people", security(("session" = [])),
    responses((status = 200, body = Page<OrganisationView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_organisations(State(people): State<Arc<People>>, ctx: Ctx) -> Result<Json<Page<OrganisationView>>, Problem> {
    let mut items = vec![];
    for row in people.list_organisations(&ctx).await? {
        items.push(view(&people, &ctx, row).await?);
    }
    Ok(Json(Page::whole(items)))
}

/// Ask for an organisation to be registered; an officer decides. Must be signed.
#[utoipa::path(post, path = "/api/v1/organisations", operation_id = "register_organisation", tag = "people", security(("session" = [])),
    request_body = RegisterOrganisation, responses((status = 200, body = OrganisationView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn register_organisation(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    body: Result<Body<RegisterOrganisation>, Problem>,
) -> Result<Json<OrganisationView>, Problem> {
    ctx.require_signed_in()?;
    let Body(input) = body?;
    let row = people.register_organisation(&ctx, &input.name, &input.registration, &input.evidence).await?;
    view(&people, &ctx, row).await.map(Json)
}

/// An organisation by its handle: whoever meets the handle in the record can see its name.
#[utoipa::path(get, path = "/api/v1/organisations/{id}", operation_id = "get_organisation", tag = "people", security(()),
    params(("id" = String, Path, description = "Handle of the organisation")),
    responses((status = 200, body = OrganisationView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_organisation(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<OrganisationView>, Problem> {
    let row = people.organisation(&id).await?;
    view(&people, &ctx, row).await.map(Json)
}

/// Confirm an organisation, as an officer. Must be signed.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/confirm", operation_id = "confirm_organisation", tag = "people",
    security(("session" = [])), params(("id" = String, Path, description = "Handle of the organisation")),
    responses((status = 200, body = OrganisationView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn confirm_organisation(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<OrganisationView>, Problem> {
    let row = people.decide_on_organisation(&ctx, &id, true).await?;
    view(&people, &ctx, row).await.map(Json)
}

/// Refuse an organisation, or strike off a confirmed one, as an officer. Must be signed.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/refuse", operation_id = "refuse_organisation", tag = "people",
    security(("session" = [])), params(("id" = String, Path, description = "Handle of the organisation")),
    responses((status = 200, body = OrganisationView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn refuse_organisation(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<OrganisationView>, Problem> {
    let row = people.decide_on_organisation(&ctx, &id, false).await?;
    view(&people, &ctx, row).await.map(Json)
}
