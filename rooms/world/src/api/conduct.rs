//! The code of conduct and blocks over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path},
    problem::{Problem, ProblemBody},
    text::Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    World,
    conduct::{Moderation, Rule, Young},
    store,
};

/// The code of conduct in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Conduct)]
pub(crate) struct ConductView {
    /// Its version.
    pub version: String,
    /// What people read first.
    pub title: Text,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Who decides on reports and appeals, and within which times.
    pub moderation: Moderation,
    /// What holds for whoever has not proven to be an adult.
    #[schema(required)]
    pub young: Option<Young>,
    /// Whether whoever asks has accepted this version under the persona in use.
    pub accepted: bool,
}

/// Accepting the code.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptConduct {
    /// The version that was read.
    pub version: String,
}

/// A persona that whoever asks has blocked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Block)]
pub(crate) struct BlockView {
    /// Its public handle.
    pub persona: String,
}

/// The code of conduct of the spaces.
#[utoipa::path(get, path = "/api/v1/conduct", operation_id = "get_conduct", tag = "world", security(()),
    responses((status = 200, body = ConductView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_conduct(State(world): State<Arc<World>>, ctx: Ctx) -> Result<Json<ConductView>, Problem> {
    let accepted = match ctx.person() {
        Some(_) => world.accepted(&ctx.actor_name()).await?.as_deref() == Some(world.conduct.version.as_str()),
        None => false,
    };
    let conduct = &world.conduct;
    Ok(Json(ConductView {
        version: conduct.version.clone(),
        title: conduct.title.clone(),
        rules: conduct.rules.clone(),
        moderation: conduct.moderation.clone(),
        young: conduct.young.clone(),
        accepted,
    }))
}

/// Accept the code of conduct under the persona in use.
#[utoipa::path(post, path = "/api/v1/conduct/acceptances", operation_id = "accept_conduct", tag = "world", security(("session" = [])),
    request_body = AcceptConduct, responses((status = 204, description = "accepted"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn accept_conduct(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Body(input): Body<AcceptConduct>,
) -> Result<StatusCode, Problem> {
    world.accept(&ctx, &input.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom the persona in use has blocked. Nobody else is told.
#[utoipa::path(get, path = "/api/v1/conduct/blocks", operation_id = "list_blocks", tag = "world", security(("session" = [])),
    responses((status = 200, body = Page<BlockView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_blocks(State(world): State<Arc<World>>, ctx: Ctx) -> Result<Json<Page<BlockView>>, Problem> {
    ctx.require_signed_in()?;
    let blocks = store::blocks(&world.store, &ctx.actor_name()).await?;
    Ok(Json(Page::whole(blocks.by.into_iter().map(|persona| BlockView { persona }).collect())))
}

/// Block a persona: from now on neither sees or hears the other, in any space.
#[utoipa::path(put, path = "/api/v1/conduct/blocks/{persona}", operation_id = "block_persona", tag = "world", security(("session" = [])),
    params(("persona" = String, Path, description = "Public handle")),
    responses((status = 204, description = "blocked"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn block_persona(State(world): State<Arc<World>>, ctx: Ctx, Path(persona): Path<String>) -> Result<StatusCode, Problem> {
    world.set_block(&ctx, &persona, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a block back. The two meet again once neither blocks the other.
#[utoipa::path(delete, path = "/api/v1/conduct/blocks/{persona}", operation_id = "unblock_persona", tag = "world",
    security(("session" = [])), params(("persona" = String, Path, description = "Public handle")),
    responses((status = 204, description = "taken back"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn unblock_persona(State(world): State<Arc<World>>, ctx: Ctx, Path(persona): Path<String>) -> Result<StatusCode, Problem> {
    world.set_block(&ctx, &persona, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
