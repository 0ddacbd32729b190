//! Replay over HTTP: whichever room decided.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::Path,
    problem::{NOT_FOUND, Problem, ProblemBody},
    replay::Replay,
};

use crate::hall::Hall;

/// Recomputes an automated decision from what its act recorded, and compares it and its inputs with the record. Changes nothing.
#[utoipa::path(post, path = "/api/v1/acts/{id}/replay", operation_id = "replay_act", tag = "record", security(()),
    params(("id" = String, Path, description = "Id of the act")),
    responses((status = 200, body = Replay), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 429, body = ProblemBody)))]
pub async fn replay_act(State(hall): State<Arc<Hall>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<Replay>, Problem> {
    let act = hall.store.act_by_id(&id).await?.ok_or_else(|| NOT_FOUND.problem())?;
    let replay = if sala_streets::is_replayable(&act) {
        hall.streets.replay(&act).await
    } else if sala_city::is_replayable(&act) {
        hall.city.replay(&act).await
    } else {
        hall.measures.replay(&ctx, &id).await
    };
    replay.map(Json)
}
