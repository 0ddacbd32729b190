//! The log itself: its head, its witnesses, and the C2SP files that anyone can check without asking us anything else.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sala_core::{
    http::Path,
    problem::{NOT_FOUND, Problem, ProblemBody},
    publish::LogFiles,
    time::Timestamp,
};
use sala_log::tile::TilePath;
use serde::Serialize;
use utoipa::ToSchema;

use crate::hall::Hall;

/// A witness of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct WitnessView {
    /// Its name in the policy.
    name: String,
    /// Its key (C2SP vkey).
    key: String,
    /// It runs in this same installation: it shows the path, but is no independent eye.
    is_own: bool,
    /// When it last cosigned.
    last_cosigned_at: Option<Timestamp>,
    /// The size that it last cosigned.
    last_size: Option<u64>,
}

/// The state of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogView {
    /// Origin: the first line of each checkpoint.
    origin: String,
    /// The log's key (C2SP vkey).
    log_key: String,
    /// Acts in the store.
    size: u64,
    /// Acts under the published head.
    published_size: u64,
    /// When the head was published.
    published_at: Option<Timestamp>,
    /// The published, cosigned note.
    checkpoint: Option<String>,
    /// Who must have cosigned (C2SP tlog-policy).
    policy: String,
    /// The witnesses.
    witnesses: Vec<WitnessView>,
}

/// Head, key, policy and witnesses of the log.
#[utoipa::path(get, path = "/api/v1/log", operation_id = "get_log", tag = "record", security(()),
    responses((status = 200, body = LogView), (status = 503, body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get_log(State(hall): State<Arc<Hall>>) -> Result<Json<LogView>, Problem> {
    let publisher = &hall.publisher;
    let head = publisher.head();
    let states = publisher.witnesses().await;
    let witnesses = publisher.policy().witnesses().iter().map(|witness| {
        let state = states.iter().find(|state| state.name == witness.name);
        WitnessView {
            name: witness.name.clone(),
            key: witness.key.to_string(),
            is_own: hall.own_witnesses.contains(&witness.name),
            last_cosigned_at: state.and_then(|state| state.at),
            last_size: state.and_then(|state| state.size),
        }
    });
    Ok(Json(LogView {
        origin: publisher.log_key().name().to_owned(),
        log_key: publisher.log_key().to_string(),
        size: hall.store.frontier().await?.size(),
        published_size: head.as_ref().map_or(0, |head| head.size),
        published_at: head.as_ref().map(|head| head.at),
        checkpoint: head.map(|head| head.note),
        policy: publisher.policy().to_string(),
        witnesses: witnesses.collect(),
    }))
}

/// `/log/checkpoint` and `/log/tile/…` as C2SP tlog-tiles wants them.
pub fn files(hall: &Arc<Hall>) -> Router {
    let files = hall.publisher.files().clone();
    Router::new().route("/checkpoint", get(checkpoint)).route("/tile/{*path}", get(tile)).with_state(files)
}

async fn checkpoint(State(files): State<LogFiles>) -> Result<Response, Problem> {
    let note = files.read_checkpoint()?.ok_or_else(|| NOT_FOUND.problem())?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], note).into_response())
}

async fn tile(State(files): State<LogFiles>, Path(path): Path<String>) -> Result<Response, Problem> {
    // Only well-formed tile paths reach the disk.
    let parsed = TilePath::parse(&format!("tile/{path}")).map_err(|_| NOT_FOUND.problem())?;
    let bytes = tokio::fs::read(files.folder().join(parsed.to_string())).await.map_err(|_| NOT_FOUND.problem())?;
    let mut response = bytes.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}
