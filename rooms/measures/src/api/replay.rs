//! Replay over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::Path,
    problem::{Problem, ProblemBody},
};

use crate::{Measures, replay::Replay};

/// Recomputes an automated decision from what its act recorded, and compares its windows with the chunk log. Changes nothing.
#[utoipa::path(post, path = "/api/v1/acts/{id}/replay", operation_id = "replay_act", tag = "measures", security(()),
    params(("id" = String, Path, description = "Id of the act")),
    responses((status = 200, body = Replay), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn replay_act(State(room): State<Arc<Measures>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<Replay>, Problem> {
    room.replay(&ctx, &id).await.map(Json)
}
