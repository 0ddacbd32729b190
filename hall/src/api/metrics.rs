//! Prometheus metrics of the hall.

use std::sync::OnceLock;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::hall::Hall;

const DURATION: &str = "sala_http_request_seconds";

/// The recorder of this process: made once, shared by all halls in it.
pub fn install() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Full(DURATION.into()), &[0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0])
                .unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("Another recorder of metrics was installed before; /metrics will be empty");
            }
            handle
        })
        .clone()
}

/// Counts and times requests by route, method and status.
#[expect(clippy::disallowed_methods, reason = "only the hall measures durations, and no decision depends on them")]
pub async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let begun = std::time::Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::histogram!(DURATION, "route" => route, "method" => method, "status" => status).record(begun.elapsed().as_secs_f64());
    response
}

/// The metrics as text.
pub async fn render(hall: &Hall, handle: &PrometheusHandle) -> String {
    let published = hall.publisher.head().map_or(0, |head| head.size);
    if let Ok(frontier) = hall.store.frontier().await {
        gauge("sala_log_acts", frontier.size());
        gauge("sala_log_unpublished_acts", frontier.size().saturating_sub(published));
    }
    handle.run_upkeep();
    handle.render()
}

fn gauge(name: &'static str, value: u64) {
    // Counts of acts stay far below 2^53, where a float is exact.
    metrics::gauge!(name).set(f64::from(u32::try_from(value).unwrap_or(u32::MAX)));
}
