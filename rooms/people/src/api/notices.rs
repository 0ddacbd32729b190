//! A person's notices over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{PageQuery, Path, Query, limit},
    problem::{INVALID, Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{People, notice::Notice};

/// What the hall told a person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PersonNotice)]
pub struct NoticeView {
    /// Its id.
    pub id: String,
    /// Which kind of notice, such as `recovery_opened`.
    pub code: String,
    /// What it says.
    pub text: Text,
    /// When.
    pub created_at: Timestamp,
    /// When it was read; null while unread.
    #[schema(required)]
    pub read_at: Option<Timestamp>,
}

/// A part of a person's notices.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PersonNotices)]
pub struct NoticePage {
    /// The newest first.
    pub items: Vec<NoticeView>,
    /// How many are unread, in all.
    pub unread: usize,
    /// Give it as `after` to get the next part; null at the end.
    #[schema(required)]
    pub next: Option<String>,
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        Self { id: notice.id, code: notice.code, text: notice.text, created_at: notice.created_at, read_at: notice.read_at }
    }
}

/// What the hall told the signed-in person, newest first.
#[utoipa::path(get, path = "/api/v1/me/notices", operation_id = "list_own_notices", tag = "people", security(("session" = [])),
    params(PageQuery), responses((status = 200, body = NoticePage), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_notices(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Query(page): Query<PageQuery>,
) -> Result<Json<NoticePage>, Problem> {
    let before = page.after.map(|after| after.parse()).transpose();
    let before = before.map_err(|_| INVALID.problem().at("after", "expected `next` of the part before"))?;
    let (notices, unread, next) = people.list_notices(&ctx, before, limit(page.limit)?).await?;
    let items = notices.into_iter().map(NoticeView::from).collect();
    Ok(Json(NoticePage { items, unread, next: next.map(|place| place.to_string()) }))
}

/// Mark a notice as read. Harmless when it is already.
#[utoipa::path(post, path = "/api/v1/me/notices/{id}/read", operation_id = "read_notice", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the notice")),
    responses((status = 204, description = "marked"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn read_notice(State(people): State<Arc<People>>, ctx: Ctx, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    people.read_notice(&ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
