//! `GET /api/v1/insights`.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    http::{Page, Query, limit},
    problem::{Problem, ProblemBody},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    Streams,
    insight::{Insight, title},
    store,
};

/// Which insights.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InsightsQuery {
    /// Of this series only.
    series: Option<String>,
    /// `next` of the part before.
    after: Option<String>,
    /// At most so many, 1–500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// What was found to be unusual, newest first.
#[utoipa::path(get, path = "/api/v1/insights", operation_id = "list_insights", tag = "streams", params(InsightsQuery),
    responses((status = 200, body = Page<Insight>), (status = 400, body = ProblemBody)), security(()))]
pub(super) async fn list_insights(
    State(streams): State<Arc<Streams>>,
    Query(query): Query<InsightsQuery>,
) -> Result<Json<Page<Insight>>, Problem> {
    let most = limit(query.limit)?;
    let mut items = store::insights(&streams.store, query.series.as_deref(), query.after.as_deref(), most + 1).await?;
    let is_more = items.len() > most;
    items.truncate(most);
    for insight in &mut items {
        if let Some(spec) = streams.series(&insight.series) {
            insight.title = title(spec, insight.kind, insight.direction);
        }
    }
    let next = if is_more { items.last().map(|insight| insight.id.clone()) } else { None };
    Ok(Json(Page { items, next }))
}
