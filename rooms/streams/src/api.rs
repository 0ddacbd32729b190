//! The room over HTTP.

mod board;
mod feeds;
mod insights;
mod late;
mod observations;
mod series;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Streams;

/// All routes of the room, with their full paths.
pub fn router(streams: Arc<Streams>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(feeds::list_areas))
        .routes(routes!(feeds::list_feeds))
        .routes(routes!(feeds::get_feed))
        .routes(routes!(series::list_series))
        .routes(routes!(series::get_series))
        .routes(routes!(series::get_series_values))
        .routes(routes!(board::get_board))
        .routes(routes!(insights::list_insights))
        .routes(routes!(late::list_late))
        .routes(routes!(observations::append_observations))
        .with_state(streams)
}

/// A part of a list that is whole in memory: after the item with this key, at most `limit`.
fn part<T>(items: Vec<T>, key: impl Fn(&T) -> String, after: Option<&str>, limit: usize) -> sala_core::http::Page<T> {
    let mut rest = items.into_iter();
    if let Some(after) = after {
        rest.by_ref().find(|item| key(item) == after);
    }
    let items: Vec<T> = rest.by_ref().take(limit).collect();
    let next = if rest.next().is_some() { items.last().map(key) } else { None };
    sala_core::http::Page { items, next }
}
