//! `GET /api/v1/late`.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    http::{Page, PageQuery, Query, limit},
    problem::{INVALID, Problem, ProblemBody},
};

use crate::{Streams, late::LateEntry};

/// Observations that were not taken, newest first: the newest thousand since the hall started.
#[utoipa::path(get, path = "/api/v1/late", operation_id = "list_late", tag = "streams", params(PageQuery),
    responses((status = 200, body = Page<LateEntry>), (status = 400, body = ProblemBody)), security(()))]
pub(super) async fn list_late(
    State(streams): State<Arc<Streams>>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<LateEntry>>, Problem> {
    let before = page
        .after
        .map(|after| after.parse::<u64>().map_err(|_| INVALID.problem().at("after", "is not a cursor of this list")))
        .transpose()?;
    let most = limit(page.limit)?;
    let mut entries = streams.ledger.list(before, most + 1);
    let is_more = entries.len() > most;
    entries.truncate(most);
    let next = if is_more { entries.last().map(|(number, _)| number.to_string()) } else { None };
    Ok(Json(Page { items: entries.into_iter().map(|(_, entry)| entry).collect(), next }))
}
