//! HTTP of the room.

mod impacts;
mod live;
mod streets;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Streets;

/// The routes of the room.
pub fn router(room: Arc<Streets>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(streets::list_streets))
        .routes(routes!(streets::get_street_map))
        .routes(routes!(impacts::list_impacts))
        .routes(routes!(impacts::ask_impact))
        .routes(routes!(impacts::get_impact))
        .routes(routes!(impacts::stop_impact))
        .routes(routes!(live::get_live_street))
        .routes(routes!(live::follow_live_street))
        .routes(routes!(live::list_street_rounds))
        .routes(routes!(live::list_street_minutes))
        .routes(routes!(live::hold_signals))
        .with_state(room)
}
