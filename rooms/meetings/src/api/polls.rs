//! Polls over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Path},
    problem::{Problem, ProblemBody},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{Meetings, view::PollView};

/// A question.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPoll {
    /// 1–300 characters.
    #[schema(min_length = 1, max_length = 300)]
    question: String,
    /// What the left end of the line stands for; 1–60 characters.
    #[schema(min_length = 1, max_length = 60)]
    left: String,
    /// What the right end stands for; 1–60 characters.
    #[schema(min_length = 1, max_length = 60)]
    right: String,
}

/// Where one stands.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStand {
    /// 0 (left) to 100 (right).
    #[schema(minimum = 0, maximum = 100)]
    at: u8,
}

/// Ask a question that is answered by where one stands on a line (the chair). One at a time.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/polls", operation_id = "open_poll", tag = "meetings", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting")), request_body = NewPoll,
    responses((status = 201, body = PollView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn open_poll(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(poll): Body<NewPoll>,
) -> Result<(StatusCode, Json<PollView>), Problem> {
    let opened = room.open_poll(&ctx, &id, &poll.question, (&poll.left, &poll.right)).await?;
    Ok((StatusCode::CREATED, Json(room.poll_view(&id, opened))))
}

/// Stand somewhere on the line, or move. Never kept by persona; after a restart one takes one's stand again.
#[utoipa::path(put, path = "/api/v1/meetings/{id}/polls/{poll}/stand", operation_id = "take_stand", tag = "meetings",
    security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting"), ("poll" = String, Path, description = "Id of the poll")),
    request_body = NewStand, responses((status = 200, body = PollView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn take_stand(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path((id, poll)): Path<(String, String)>,
    Body(stand): Body<NewStand>,
) -> Result<Json<PollView>, Problem> {
    let poll = room.stand(&ctx, &id, &poll, Some(stand.at)).await?;
    Ok(Json(room.poll_view(&id, poll)))
}

/// Leave the line.
#[utoipa::path(delete, path = "/api/v1/meetings/{id}/polls/{poll}/stand", operation_id = "leave_line", tag = "meetings",
    security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting"), ("poll" = String, Path, description = "Id of the poll")),
    responses((status = 200, body = PollView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn leave_line(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path((id, poll)): Path<(String, String)>,
) -> Result<Json<PollView>, Problem> {
    let poll = room.stand(&ctx, &id, &poll, None).await?;
    Ok(Json(room.poll_view(&id, poll)))
}

/// Close a poll (the chair): what is kept are ten numbers and their mean, none below three who stand.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/polls/{poll}/close", operation_id = "close_poll", tag = "meetings",
    security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting"), ("poll" = String, Path, description = "Id of the poll")),
    responses((status = 200, body = PollView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn close_poll(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path((id, poll)): Path<(String, String)>,
) -> Result<Json<PollView>, Problem> {
    let poll = room.close_poll(&ctx, &id, &poll).await?;
    Ok(Json(room.poll_view(&id, poll)))
}
