//! HTTP of the room.

mod conduct;
pub(crate) mod presence;
mod property;
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
        .routes(routes!(spaces::get_space_model))
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
        .routes(routes!(property::list_assets, property::register_asset))
        .routes(routes!(property::get_asset))
        .routes(routes!(property::offer_asset, property::withdraw_offer))
        .routes(routes!(property::accept_asset))
        .routes(routes!(property::retire_asset))
        .routes(routes!(property::deposit_asset_file, property::get_asset_file))
        .routes(routes!(property::dispute_asset))
        .routes(routes!(property::answer_dispute))
        .routes(routes!(property::settle_dispute))
        .routes(routes!(property::appeal_settlement))
        .routes(routes!(property::review_settlement))
        .with_state(room)
}
