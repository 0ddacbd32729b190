//! Questions about changes over HTTP: ask, follow, read the answer, stop.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path, Query, limit},
    problem::{DAMAGED, Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Ask, AskState, Streets,
    impact::{Impact, change::Change},
    store,
};

/// A question about a change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ImpactQuestion)]
pub(crate) struct AskView {
    id: String,
    street: String,
    street_title: Text,
    change: Change,
    /// One run without and one with the change for each.
    seeds: Vec<u64>,
    state: AskState,
    /// Is it at work now?
    is_running: bool,
    /// Runs done; all of them once it is `done`.
    runs_done: u64,
    /// Runs in all.
    runs: u64,
    asked_by: String,
    asked_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// Why there is no answer.
    reason: Option<String>,
    /// Its acts, in order.
    acts: Vec<String>,
}

/// A question with its answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ImpactDetail {
    #[serde(flatten)]
    question: AskView,
    /// Once it is `done`.
    answer: Option<Impact>,
}

/// What is asked.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImpact {
    /// Which street.
    street: String,
    /// What is changed; public.
    change: Change,
    /// 1–20 seeds; 1 to 5 when left out.
    #[serde(default)]
    seeds: Option<Vec<u64>>,
}

/// Which questions.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImpactQuery {
    /// Only of this street.
    street: Option<String>,
    /// `next` of the part before.
    after: Option<String>,
    /// At most so many, 1–500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

impl Streets {
    pub(crate) fn ask_view(&self, ask: &Ask) -> AskView {
        let runs = u64::try_from(ask.seeds.len()).unwrap_or(u64::MAX).saturating_mul(2);
        let progress = self.progress(&ask.id);
        let done = progress.map_or(0, |progress| u64::try_from(progress.done).unwrap_or(u64::MAX));
        let title = self.street(&ask.street).map_or_else(|_| Text::new(&ask.street, &ask.street), |street| street.file.title.clone());
        AskView {
            id: ask.id.clone(),
            street: ask.street.clone(),
            street_title: title,
            change: ask.change.clone(),
            seeds: ask.seeds.clone(),
            state: ask.state,
            is_running: progress.is_some(),
            runs_done: if ask.state == AskState::Done { runs } else { done },
            runs,
            asked_by: ask.asked_by.clone(),
            asked_at: ask.asked_at,
            ended_at: ask.ended_at,
            reason: ask.reason.clone(),
            acts: ask.acts.clone(),
        }
    }

    /// Tells the live pages where a question stands.
    pub(crate) fn tell(&self, ask: &Ask) {
        self.bus.publish("impact", &self.ask_view(ask));
    }
}

/// Questions about changes, newest first.
#[utoipa::path(get, path = "/api/v1/impacts", operation_id = "list_impacts", tag = "streets", security(()), params(ImpactQuery),
    responses((status = 200, body = Page<AskView>), (status = 400, body = ProblemBody)))]
pub(crate) async fn list_impacts(
    State(room): State<Arc<Streets>>,
    Query(query): Query<ImpactQuery>,
) -> Result<Json<Page<AskView>>, Problem> {
    let limit = limit(query.limit)?;
    let mut asks = store::list(&room.store, query.street.as_deref(), query.after.as_deref(), limit.saturating_add(1)).await?;
    let has_more = asks.len() > limit;
    asks.truncate(limit);
    let next = asks.last().filter(|_| has_more).map(|ask| ask.id.clone());
    Ok(Json(Page { items: asks.iter().map(|ask| room.ask_view(ask)).collect(), next }))
}

/// Asks what a change of a street would do. The simulation runs in the background; follow it live (`impact`) or read it again.
#[utoipa::path(post, path = "/api/v1/impacts", operation_id = "ask_impact", tag = "streets", security(("session" = [])), request_body = NewImpact,
    responses((status = 202, body = AskView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn ask_impact(
    State(room): State<Arc<Streets>>,
    ctx: Ctx,
    Body(body): Body<NewImpact>,
) -> Result<(StatusCode, Json<AskView>), Problem> {
    let ask = room.ask_impact(&ctx, &body.street, body.change, body.seeds).await?;
    Ok((StatusCode::ACCEPTED, Json(room.ask_view(&ask))))
}

/// One question, with its answer once there is one.
#[utoipa::path(get, path = "/api/v1/impacts/{id}", operation_id = "get_impact", tag = "streets", security(()),
    params(("id" = String, Path, description = "Id of the question")),
    responses((status = 200, body = ImpactDetail), (status = 404, body = ProblemBody)))]
pub(crate) async fn get_impact(State(room): State<Arc<Streets>>, Path(id): Path<String>) -> Result<Json<ImpactDetail>, Problem> {
    let ask = room.impact(&id).await?;
    let answer = match room.answer(&id).await? {
        Some(bytes) => Some(serde_json::from_slice(&bytes).map_err(|fault| DAMAGED.problem().because(fault.to_string()))?),
        None => None,
    };
    Ok(Json(ImpactDetail { question: room.ask_view(&ask), answer }))
}

/// Stops a question that waits or is at work. For whoever asked, and officers of the street's office.
#[utoipa::path(post, path = "/api/v1/impacts/{id}/stop", operation_id = "stop_impact", tag = "streets", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the question")),
    responses((status = 200, body = AskView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
pub(crate) async fn stop_impact(State(room): State<Arc<Streets>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<AskView>, Problem> {
    let ask = room.stop_impact(&ctx, &id).await?;
    Ok(Json(room.ask_view(&ask)))
}
