//! HTTP of the room.

mod conduct;
mod presence;
mod reports;
mod sanctions;
mod spaces;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::World;

/// The routes of the room.
pub fn router(room: Arc<World>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(spaces::list_spaces))
        .routes(routes!(spaces::get_space))
        .routes(routes!(presence::enter_space))
        .routes(routes!(conduct::get_conduct))
        .routes(routes!(conduct::accept_conduct))
        .routes(routes!(conduct::list_blocks))
        .routes(routes!(conduct::block_persona, conduct::unblock_persona))
        .routes(routes!(reports::file_report, reports::list_reports))
        .routes(routes!(reports::list_own_reports))
        .routes(routes!(reports::read_report))
        .routes(routes!(reports::dismiss_report))
        .routes(routes!(reports::count_conduct))
        .routes(routes!(sanctions::give_sanction))
        .routes(routes!(sanctions::list_own_sanctions))
        .routes(routes!(sanctions::file_appeal))
        .routes(routes!(sanctions::list_appeals))
        .routes(routes!(sanctions::decide_appeal))
        .with_state(room)
}
