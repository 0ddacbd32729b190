//! Meetings: the list, one, what its chair does with it, its minutes.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path, Query, limit},
    problem::{DAMAGED, Problem, ProblemBody},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    Meetings,
    convene::NewMeeting,
    draft::Clause,
    meeting::{MeetingLang, MeetingState},
    minutes::{Minutes, Names, markdown},
    store,
    view::{Faces, MeetingView, SummaryView},
};

/// Which meetings.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MeetingQuery {
    /// Only in this space.
    space: Option<String>,
    /// Only of this state.
    state: Option<MeetingState>,
    /// `next` of the part before.
    after: Option<String>,
    /// At most so many, 1–500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// To whom the chair goes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChair {
    /// Public handle of someone who takes part.
    persona: String,
}

/// How minutes are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MinutesFormat {
    /// For programs; what closing the meeting committed to.
    #[default]
    Json,
    /// For people.
    Markdown,
}

/// Which minutes.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MinutesQuery {
    /// `json` when left out.
    #[param(inline)]
    format: Option<MinutesFormat>,
    /// Language of the headings in Markdown; the meeting's when left out.
    #[param(inline)]
    lang: Option<MeetingLang>,
}

impl Meetings {
    /// The draft as it reads now.
    async fn clauses(&self, id: &str) -> Result<Vec<Clause>, Problem> {
        Ok(self.sitting(id).await?.desk.lock().await.document.clauses())
    }
}

/// Meetings, newest first.
#[utoipa::path(get, path = "/api/v1/meetings", operation_id = "list_meetings", tag = "meetings", security(()),
    params(MeetingQuery), responses((status = 200, body = inline(Page<SummaryView>)), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_meetings(
    State(room): State<Arc<Meetings>>,
    Query(query): Query<MeetingQuery>,
) -> Result<Json<Page<SummaryView>>, Problem> {
    let most = limit(query.limit)?;
    let found = store::meetings(&room.store, query.space.as_deref(), query.state, query.after.as_deref(), most + 1).await?;
    let next =
        if found.len() > most { most.checked_sub(1).and_then(|last| found.get(last)).map(|meeting| meeting.id.clone()) } else { None };
    let mut faces = Faces::new(&room);
    let mut items = vec![];
    for meeting in found.iter().take(most) {
        items.push(room.summary_view(meeting, &mut faces).await?);
    }
    Ok(Json(Page { items, next }))
}

/// Convene a meeting: an officer with the role that the profile names. Whoever convenes is the chair.
#[utoipa::path(post, path = "/api/v1/meetings", operation_id = "convene_meeting", tag = "meetings", security(("session" = [])),
    request_body = NewMeeting, responses((status = 201, body = MeetingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn convene_meeting(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Body(wanted): Body<NewMeeting>,
) -> Result<(StatusCode, Json<MeetingView>), Problem> {
    let meeting = room.convene(&ctx, wanted).await?;
    Ok((StatusCode::CREATED, Json(room.meeting_view(meeting, None).await?)))
}

/// A meeting with its draft.
#[utoipa::path(get, path = "/api/v1/meetings/{id}", operation_id = "get_meeting", tag = "meetings", security(()),
    params(("id" = String, Path, description = "Id of the meeting")),
    responses((status = 200, body = MeetingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_meeting(State(room): State<Arc<Meetings>>, Path(id): Path<String>) -> Result<Json<MeetingView>, Problem> {
    let meeting = store::meeting(&room.store, &id).await?;
    let clauses = room.clauses(&id).await?;
    Ok(Json(room.meeting_view(meeting, Some(clauses)).await?))
}

/// Open a meeting (the chair). One at a time in a space.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/open", operation_id = "open_meeting", tag = "meetings", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting")),
    responses((status = 200, body = MeetingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn open_meeting(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<MeetingView>, Problem> {
    let meeting = room.open_meeting(&ctx, &id).await?;
    Ok(Json(room.meeting_view(meeting, None).await?))
}

/// Close a meeting for good (the chair): its minutes are final, and the act commits to their hash.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/close", operation_id = "close_meeting", tag = "meetings", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting")),
    responses((status = 200, body = MeetingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn close_meeting(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<MeetingView>, Problem> {
    let meeting = room.close_meeting(&ctx, &id).await?;
    Ok(Json(room.meeting_view(meeting, None).await?))
}

/// Hand the chair to someone who takes part (the chair).
#[utoipa::path(post, path = "/api/v1/meetings/{id}/chair", operation_id = "hand_over_chair", tag = "meetings", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting")), request_body = NewChair,
    responses((status = 200, body = MeetingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn hand_over_chair(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(chair): Body<NewChair>,
) -> Result<Json<MeetingView>, Problem> {
    let meeting = room.hand_over_chair(&ctx, &id, Meetings::persona(&chair.persona)?).await?;
    Ok(Json(room.meeting_view(meeting, None).await?))
}

/// Begin an item of the agenda (the chair); the one before is done.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/agenda/{n}/begin", operation_id = "begin_agenda_item", tag = "meetings",
    security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting"), ("n" = u32, Path, description = "Number of the item, from 1")),
    responses((status = 200, body = MeetingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn begin_agenda_item(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path((id, n)): Path<(String, u32)>,
) -> Result<Json<MeetingView>, Problem> {
    let meeting = room.begin_agenda_item(&ctx, &id, n).await?;
    Ok(Json(room.meeting_view(meeting, None).await?))
}

/// The minutes: final once the meeting is closed, until then as they stand. In JSON the very bytes whose SHA-256 the act of closing holds.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/minutes", operation_id = "get_minutes", tag = "meetings", security(()),
    params(("id" = String, Path, description = "Id of the meeting"), MinutesQuery),
    responses((status = 200, body = Minutes, description = "The minutes; with `format=markdown` as text/markdown"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_minutes(
    State(room): State<Arc<Meetings>>,
    Path(id): Path<String>,
    Query(query): Query<MinutesQuery>,
) -> Result<Response, Problem> {
    let meeting = store::meeting(&room.store, &id).await?;
    let json = match store::minutes(&room.store, &id).await? {
        Some(kept) => kept,
        None => Minutes::of(&meeting, &store::entries(&room.store, &id, "").await?, &room.clauses(&id).await?).json()?,
    };
    if query.format.unwrap_or_default() == MinutesFormat::Json {
        return Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response());
    }
    let minutes: Minutes =
        serde_json::from_slice(&json).map_err(|fault| DAMAGED.problem().because(format!("minutes can't be read: {fault}")))?;
    let mut names = Names::new();
    for party in minutes.named.iter().chain([&minutes.chair, &minutes.convened_by]) {
        let name = match party.office.as_deref().and_then(|office| room.door.office(office)) {
            Some(title) if query.lang.unwrap_or(meeting.lang) == MeetingLang::Th => title.th,
            Some(title) => title.en,
            None => room.name(&party.persona).await?,
        };
        names.insert(party.persona.clone(), name);
    }
    let text = markdown(&minutes, query.lang.unwrap_or(meeting.lang), &names);
    Ok(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], text).into_response())
}
