//! The streets over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::header, response::IntoResponse};
use sala_core::{
    http::{Page, Path},
    problem::{Problem, ProblemBody},
    text::Text,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Source, Street, Streets, map::StreetMap};

/// A street of this hall.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Street)]
pub(crate) struct StreetView {
    id: String,
    title: Text,
    summary: Text,
    office: String,
    source: Source,
    /// Begin of the simulated time, in seconds of the scenario.
    begin_s: f64,
    /// Its end.
    end_s: f64,
    /// Local clock at its beginning.
    clock: String,
    /// Can effects be simulated now? Not where no simulator is installed.
    can_simulate: bool,
}

impl Streets {
    fn street_view(&self, street: &Street) -> StreetView {
        let file = &street.file;
        StreetView {
            id: file.id.clone(),
            title: file.title.clone(),
            summary: file.summary.clone(),
            office: file.office.clone(),
            source: file.source.clone(),
            begin_s: file.begin_s,
            end_s: file.end_s,
            clock: file.clock.clone(),
            can_simulate: self.simulator.is_some(),
        }
    }
}

/// All streets of this hall.
#[utoipa::path(get, path = "/api/v1/streets", operation_id = "list_streets", tag = "streets", security(()),
    responses((status = 200, body = Page<StreetView>)))]
pub(crate) async fn list_streets(State(room): State<Arc<Streets>>) -> Result<Json<Page<StreetView>>, Problem> {
    Ok(Json(Page::whole(room.streets().map(|street| room.street_view(street)).collect())))
}

/// The map of a street: lanes, junctions, signals with their fixed plans.
#[utoipa::path(get, path = "/api/v1/streets/{id}/map", operation_id = "get_street_map", tag = "streets", security(()),
    params(("id" = String, Path, description = "Id of the street")),
    responses((status = 200, body = StreetMap), (status = 404, body = ProblemBody)))]
pub(crate) async fn get_street_map(State(room): State<Arc<Streets>>, Path(id): Path<String>) -> Result<impl IntoResponse, Problem> {
    // It changes with the profile only.
    Ok(([(header::CACHE_CONTROL, "public, max-age=300")], Json((*room.map(&id).await?).clone())))
}
