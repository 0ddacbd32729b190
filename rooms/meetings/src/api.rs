//! HTTP of the room.

mod amendments;
mod decisions;
mod floor;
mod meetings;
mod polls;
mod sync;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Meetings;

/// The routes of the room.
pub fn router(room: Arc<Meetings>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(meetings::list_meetings, meetings::convene_meeting))
        .routes(routes!(meetings::get_meeting))
        .routes(routes!(meetings::open_meeting))
        .routes(routes!(meetings::close_meeting))
        .routes(routes!(meetings::hand_over_chair))
        .routes(routes!(meetings::begin_agenda_item))
        .routes(routes!(meetings::get_minutes))
        .routes(routes!(floor::say_in_meeting))
        .routes(routes!(floor::ask_floor, floor::leave_queue))
        .routes(routes!(floor::give_floor, floor::end_floor))
        .routes(routes!(polls::open_poll))
        .routes(routes!(polls::take_stand, polls::leave_line))
        .routes(routes!(polls::close_poll))
        .routes(routes!(amendments::propose_amendment))
        .routes(routes!(amendments::withdraw_amendment))
        .routes(routes!(amendments::decide_amendment))
        .routes(routes!(decisions::record_decision))
        .routes(routes!(decisions::add_dissent))
        .routes(routes!(sync::follow_meeting))
        .with_state(room)
}
