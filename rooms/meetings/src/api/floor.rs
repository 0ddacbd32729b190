//! Speaking: words, the queue, the lectern.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::{Body, Path},
    problem::{Problem, ProblemBody},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Meetings, view::MeetingView};

/// Something to say.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWord {
    /// 1–500 characters.
    #[schema(min_length = 1, max_length = 500)]
    text: String,
}

/// What became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SaidInMeeting)]
pub(crate) struct SaidView {
    /// Is it kept, to stand in the minutes?
    kept: bool,
    /// Its id, if it is.
    #[schema(required)]
    id: Option<String>,
}

/// Who is to speak.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextSpeaker {
    /// An entry of the queue; the next in turn when left out.
    #[serde(default)]
    entry: Option<String>,
}

/// Say something to everyone in the meeting. Kept only where the meeting keeps words.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/words", operation_id = "say_in_meeting", tag = "meetings", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting")), request_body = NewWord,
    responses((status = 200, body = SaidView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn say_in_meeting(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(word): Body<NewWord>,
) -> Result<Json<SaidView>, Problem> {
    let id = room.say(&ctx, &id, &word.text).await?;
    Ok(Json(SaidView { kept: id.is_some(), id }))
}

/// Ask to speak: once at a time. Who has not spoken yet comes before who has.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/queue", operation_id = "ask_floor", tag = "meetings", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting")),
    responses((status = 200, body = MeetingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn ask_floor(State(room): State<Arc<Meetings>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<MeetingView>, Problem> {
    let meeting = room.ask_floor(&ctx, &id).await?;
    Ok(Json(room.meeting_view(meeting, None).await?))
}

/// Leave the queue of speakers.
#[utoipa::path(delete, path = "/api/v1/meetings/{id}/queue", operation_id = "leave_queue", tag = "meetings", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting")),
    responses((status = 200, body = MeetingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn leave_queue(State(room): State<Arc<Meetings>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<MeetingView>, Problem> {
    let meeting = room.leave_queue(&ctx, &id).await?;
    Ok(Json(room.meeting_view(meeting, None).await?))
}

/// Give the floor (the chair): to an entry of the queue, or to the next. Whoever spoke until now has ended.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/floor", operation_id = "give_floor", tag = "meetings", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting")), request_body = NextSpeaker,
    responses((status = 200, body = MeetingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn give_floor(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(next): Body<NextSpeaker>,
) -> Result<Json<MeetingView>, Problem> {
    let meeting = room.give_floor(&ctx, &id, next.entry).await?;
    Ok(Json(room.meeting_view(meeting, None).await?))
}

/// End the speech: the chair, or whoever speaks.
#[utoipa::path(delete, path = "/api/v1/meetings/{id}/floor", operation_id = "end_floor", tag = "meetings", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting")),
    responses((status = 200, body = MeetingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn end_floor(State(room): State<Arc<Meetings>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<MeetingView>, Problem> {
    let meeting = room.end_floor(&ctx, &id).await?;
    Ok(Json(room.meeting_view(meeting, None).await?))
}
