//! What hall this is.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::text::Text;
use serde::Serialize;
use utoipa::ToSchema;

use crate::hall::Hall;

/// A hall, as its profile says it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HallFacts)]
pub struct HallView {
    /// Its name.
    name: Text,
    /// Its clock (IANA): pages show the times of acts by it.
    time_zone: String,
    /// A demonstration, which serves no one.
    is_demo: bool,
    /// Origin of its log.
    log_origin: String,
    /// Whether one can speak in its spaces, where they allow it.
    voice: bool,
}

/// Name and clock of this hall.
#[utoipa::path(get, path = "/api/v1/hall", operation_id = "get_hall", tag = "hall", security(()), responses((status = 200, body = HallView)))]
pub async fn get_hall(State(hall): State<Arc<Hall>>) -> Json<HallView> {
    let profile = &hall.profile.hall;
    Json(HallView {
        name: profile.name.clone(),
        time_zone: profile.time_zone.name().to_owned(),
        is_demo: profile.is_demo,
        log_origin: profile.log_origin.clone(),
        voice: hall.world.has_voice(),
    })
}
