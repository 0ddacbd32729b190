//! For the operator: is it alive, is it ready, what does it do.

use std::sync::Arc;

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use sala_core::{act::Leaf, problem::Problem};
use serde_json::{Value, json};

use crate::hall::Hall;

/// How long an act may wait for a witnessed head before the hall is no longer ready, in seconds.
const PATIENCE_S: i64 = 60;

/// `/healthz`, `/readyz`, `/metrics`.
pub fn router(hall: Arc<Hall>, metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(move |State(hall): State<Arc<Hall>>| async move { super::metrics::render(&hall, &metrics).await }))
        .with_state(hall)
}

/// Ready: the store answers, and no act has waited long for a witnessed head.
async fn ready(State(hall): State<Arc<Hall>>) -> (StatusCode, Json<Value>) {
    match waiting_s(&hall).await {
        Ok((acts, published, waiting_s)) => {
            let is_ready = waiting_s <= PATIENCE_S;
            let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            (status, Json(json!({"ready": is_ready, "acts": acts, "published": published, "oldest_unpublished_s": waiting_s})))
        }
        Err(problem) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"ready": false, "reason": problem.code.code}))),
    }
}

/// Acts, acts under the published head, and the seconds that the oldest of the others has waited.
async fn waiting_s(hall: &Hall) -> Result<(u64, u64, i64), Problem> {
    let published = hall.publisher.head().map_or(0, |head| head.size);
    let acts = hall.store.frontier().await?.size();
    let oldest = hall.store.leaves(published, published + 1).await?;
    let since = oldest.first().and_then(|(bytes, _)| Leaf::decode(bytes)).map(|leaf| leaf.at.seconds());
    Ok((acts, published, since.map_or(0, |since| hall.clock.now().seconds().saturating_sub(since).max(0))))
}
