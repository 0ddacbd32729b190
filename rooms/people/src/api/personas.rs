//! Personas over HTTP.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use sala_avatar::Choices;
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path},
    problem::{Problem, ProblemBody, SIGN_IN_REQUIRED},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    People,
    api::{
        live,
        session::{SessionView, view},
    },
    store::PersonaRow,
};

/// A new persona.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePersona {
    /// Its public name, 1 to 80 letters.
    pub name: String,
}

/// What to change of a persona.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePersona {
    /// Its public name, 1 to 80 letters.
    pub name: Option<String>,
    /// Its figure: an answer to each question of `list_avatar_choices`.
    pub look: Option<Choices>,
}

/// One of the signed-in person's own personas.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Persona)]
pub struct PersonaView {
    /// Public handle.
    pub id: String,
    /// Public name; empty until one is chosen.
    pub name: String,
    /// Its figure.
    pub look: Choices,
    /// This session acts under it.
    pub current: bool,
    /// Put away: it can't be used any more.
    pub retired: bool,
}

/// What everyone may see of a persona.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonaCard {
    /// Public handle.
    pub id: String,
    /// Public name; empty when none was chosen.
    pub name: String,
    /// Put away: it can't act any more.
    pub retired: bool,
}

fn own(row: PersonaRow, current: &str, ctx: &Ctx) -> PersonaView {
    PersonaView { current: row.handle == current, retired: row.is_retired(ctx.now), look: row.look(), id: row.handle, name: row.name }
}

async fn current(people: &People, ctx: &Ctx, headers: &HeaderMap) -> Result<String, Problem> {
    ctx.require_signed_in()?;
    live(people, headers, ctx).await?.map(|live| live.who.persona).ok_or_else(|| SIGN_IN_REQUIRED.problem())
}

/// The personas of the signed-in person. Nobody else can tell that they belong together.
#[utoipa::path(get, path = "/api/v1/personas", operation_id = "list_personas", tag = "people", security(("session" = [])),
    responses((status = 200, body = Page<PersonaView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_personas(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    headers: HeaderMap,
) -> Result<Json<Page<PersonaView>>, Problem> {
    let current = current(&people, &ctx, &headers).await?;
    let rows = people.own_personas(&ctx).await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| own(row, &current, &ctx)).collect())))
}

/// Make one more persona, up to sixteen in all.
#[utoipa::path(post, path = "/api/v1/personas", operation_id = "create_persona", tag = "people", security(("session" = [])),
    request_body = CreatePersona, responses((status = 201, body = PersonaView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn create_persona(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Body(input): Body<CreatePersona>,
) -> Result<(StatusCode, Json<PersonaView>), Problem> {
    let row = people.create_persona(&ctx, &input.name).await?;
    Ok((StatusCode::CREATED, Json(own(row, "", &ctx))))
}

/// Change the name of one's own persona.
#[utoipa::path(patch, path = "/api/v1/personas/{id}", operation_id = "change_persona", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Public handle")), request_body = ChangePersona,
    responses((status = 200, body = PersonaView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn change_persona(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(input): Body<ChangePersona>,
) -> Result<Json<PersonaView>, Problem> {
    let current = current(&people, &ctx, &headers).await?;
    Ok(Json(own(people.change_persona(&ctx, &id, input.name.as_deref(), input.look).await?, &current, &ctx)))
}

/// Put a persona away for good. Not the one in use.
#[utoipa::path(delete, path = "/api/v1/personas/{id}", operation_id = "retire_persona", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Public handle")),
    responses((status = 204, description = "put away"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn retire_persona(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let current = current(&people, &ctx, &headers).await?;
    people.retire_persona(&ctx, &id, &current).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Go on under another own persona in this session.
#[utoipa::path(post, path = "/api/v1/personas/{id}/use", operation_id = "use_persona", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Public handle")),
    responses((status = 200, body = SessionView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn use_persona(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<SessionView>, Problem> {
    ctx.require_signed_in()?;
    let token = people.token_in(&headers).ok_or_else(|| SIGN_IN_REQUIRED.problem())?;
    let live = people.use_persona(&ctx, token, &id).await?;
    Ok(Json(view(&people, &ctx, Some(&live))))
}

/// What everyone may see of a persona.
#[utoipa::path(get, path = "/api/v1/persona-cards/{id}", operation_id = "get_persona_card", tag = "people", security(()),
    params(("id" = String, Path, description = "Public handle")),
    responses((status = 200, body = PersonaCard), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_persona_card(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<PersonaCard>, Problem> {
    let row = people.persona_card(&id).await?;
    Ok(Json(PersonaCard { retired: row.is_retired(ctx.now), id: row.handle, name: row.name }))
}
