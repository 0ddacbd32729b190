//! For the operator: is it alive, is it ready, what does it do.

use std::sync::Arc;

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};

use crate::hall::Hall;

/// How many acts may wait for a witnessed head before the hall is no longer ready.
const LAG: u64 = 100_000;

/// `/healthz`, `/readyz`, `/metrics`.
pub fn router(hall: Arc<Hall>, metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(move |State(hall): State<Arc<Hall>>| async move { super::metrics::render(&hall, &metrics).await }))
        .with_state(hall)
}

/// Ready: the store answers, and the head is not far behind.
async fn ready(State(hall): State<Arc<Hall>>) -> (StatusCode, Json<Value>) {
    let published = hall.publisher.head().map_or(0, |head| head.size);
    match hall.store.frontier().await {
        Ok(frontier) if frontier.size().saturating_sub(published) <= LAG => {
            (StatusCode::OK, Json(json!({"ready": true, "acts": frontier.size(), "published": published})))
        }
        Ok(frontier) => {
            let body = json!({"ready": false, "reason": "the witnessed head is far behind", "acts": frontier.size(), "published": published});
            (StatusCode::SERVICE_UNAVAILABLE, Json(body))
        }
        Err(problem) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"ready": false, "reason": problem.code.code}))),
    }
}
