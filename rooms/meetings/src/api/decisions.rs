//! Decisions and dissents over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Path},
    problem::{Problem, ProblemBody},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Meetings,
    decide::NewDecision,
    view::{DecisionView, DissentView, Faces, decision_view, dissent_view},
};

/// A dissent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDissent {
    /// At most 2,000 characters; empty: a dissent without words.
    #[schema(max_length = 2000)]
    text: String,
}

/// Record what the meeting decided (the chair).
#[utoipa::path(post, path = "/api/v1/meetings/{id}/decisions", operation_id = "record_decision", tag = "meetings",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the meeting")), request_body = NewDecision,
    responses((status = 201, body = DecisionView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn record_decision(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(wanted): Body<NewDecision>,
) -> Result<(StatusCode, Json<DecisionView>), Problem> {
    let decision = room.record_decision(&ctx, &id, wanted).await?;
    Ok((StatusCode::CREATED, Json(decision_view(decision))))
}

/// Put one's dissent beside a decision, under one's name, until the meeting closes.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/decisions/{decision}/dissents", operation_id = "add_dissent", tag = "meetings",
    security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting"), ("decision" = String, Path, description = "Id of the decision")),
    request_body = NewDissent, responses((status = 201, body = DissentView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_dissent(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path((id, decision)): Path<(String, String)>,
    Body(dissent): Body<NewDissent>,
) -> Result<(StatusCode, Json<DissentView>), Problem> {
    let dissent = room.add_dissent(&ctx, &id, &decision, &dissent.text).await?;
    Ok((StatusCode::CREATED, Json(dissent_view(dissent, &mut Faces::new(&room)).await?)))
}
