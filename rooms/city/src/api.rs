//! HTTP of the room.

mod cities;
mod floods;
mod papers;
mod pins;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Cities;

/// The routes of the room.
pub fn router(room: Arc<Cities>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(cities::list_cities))
        .routes(routes!(cities::get_city))
        .routes(routes!(cities::get_city_file))
        .routes(routes!(cities::get_city_tile))
        .routes(routes!(floods::ask_flood))
        .routes(routes!(floods::list_floods))
        .routes(routes!(floods::get_flood))
        .routes(routes!(floods::stop_flood))
        .routes(routes!(floods::get_flood_depths))
        .routes(routes!(pins::list_pins, pins::place_pin))
        .routes(routes!(pins::withdraw_pin))
        .routes(routes!(pins::support_pin, pins::unsupport_pin))
        .routes(routes!(pins::hide_pin))
        .routes(routes!(papers::write_paper))
        .routes(routes!(papers::get_paper))
        .with_state(room)
}
