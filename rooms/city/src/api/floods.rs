//! Floods over HTTP: ask, follow, read, look at depths, stop.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path, Query, limit},
    problem::{DAMAGED, INVALID, NOT_FOUND, Problem, ProblemBody},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Cities,
    flood::{
        Flood, FloodAnswer, FloodQuestion, FloodState,
        answer::{FloodRange, FloodSide, Wet, unpack},
        name_of,
    },
    store::floods as store,
};

/// A question about a flood, with its answer once there is one.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Flood)]
pub(crate) struct FloodView {
    id: String,
    city: String,
    state: FloodState,
    /// 0…1.
    progress: f64,
    asked_by: String,
    asked_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// What was asked.
    asked: FloodQuestion,
    /// Without measures; once it is `done`.
    before: Option<FloodSide>,
    /// With them.
    after: Option<FloodSide>,
    /// How far that could be otherwise, if it was asked.
    range: Option<FloodRange>,
    /// Buildings with water beside them; only in the answer of `get_flood`.
    by_object: Option<Vec<Wet>>,
    /// Minutes of which depths are kept.
    steps_min: Option<Vec<u32>>,
    /// Water that the computation lost or made, m³.
    error_m3: Option<f64>,
    /// Water that fell and flowed in, m³.
    water_m3: Option<f64>,
    /// Why there is no answer.
    reason: Option<String>,
    /// Its acts, in order.
    acts: Vec<String>,
}

/// Which questions.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FloodQuery {
    /// Only of this district.
    city: Option<String>,
    /// `next` of the part before.
    after: Option<String>,
    /// At most so many, 1–500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Which side of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FloodWhich {
    /// Without measures.
    Before,
    /// With them.
    After,
    /// After less before, as i16 instead of u16.
    Difference,
}

/// Which depths.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DepthsQuery {
    /// Which side.
    #[param(inline)]
    which: FloodWhich,
    /// At this minute, one of `steps_min`; the greatest of all times when left out.
    at: Option<u32>,
}

impl Cities {
    fn flood_view(&self, flood: &Flood, answer: Option<FloodAnswer>) -> FloodView {
        let progress = self.flood_progress(&flood.id);
        let state = match flood.state {
            FloodState::Waiting if progress.is_some() => FloodState::Running,
            state => state,
        };
        let told = answer.as_ref();
        FloodView {
            id: flood.id.clone(),
            city: flood.city.clone(),
            state,
            progress: if flood.state == FloodState::Done { 1.0 } else { progress.unwrap_or(0.0) },
            asked_by: flood.asked_by.clone(),
            asked_at: flood.asked_at,
            ended_at: flood.ended_at,
            asked: flood.question.clone(),
            before: told.map(|answer| answer.before),
            after: told.map(|answer| answer.after),
            range: told.and_then(|answer| answer.range),
            steps_min: told.map(|answer| answer.steps_min.clone()),
            error_m3: told.map(|answer| answer.error_m3),
            water_m3: told.map(|answer| answer.water_m3),
            by_object: answer.map(|answer| answer.by_object),
            reason: flood.reason.clone(),
            acts: flood.acts.clone(),
        }
    }

    /// Tells the live pages where a question stands.
    pub(crate) fn tell_flood(&self, flood: &Flood) {
        self.bus.publish("flood", &self.flood_view(flood, None));
    }
}

/// Floods that were asked for, newest first.
#[utoipa::path(get, path = "/api/v1/floods", operation_id = "list_floods", tag = "city", security(()), params(FloodQuery),
    responses((status = 200, body = Page<FloodView>), (status = 400, body = ProblemBody)))]
pub(crate) async fn list_floods(
    State(room): State<Arc<Cities>>,
    Query(query): Query<FloodQuery>,
) -> Result<Json<Page<FloodView>>, Problem> {
    let limit = limit(query.limit)?;
    let mut floods = store::list(&room.store, query.city.as_deref(), query.after.as_deref(), limit.saturating_add(1)).await?;
    let has_more = floods.len() > limit;
    floods.truncate(limit);
    let next = floods.last().filter(|_| has_more).map(|flood| flood.id.clone());
    Ok(Json(Page { items: floods.iter().map(|flood| room.flood_view(flood, None)).collect(), next }))
}

/// Asks what rain would do in a district, before and after measures. Computed in the background; follow it live (`flood`) or read it again.
#[utoipa::path(post, path = "/api/v1/cities/{id}/floods", operation_id = "ask_flood", tag = "city", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the district")), request_body = FloodQuestion,
    responses((status = 202, body = FloodView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(crate) async fn ask_flood(
    State(room): State<Arc<Cities>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(question): Body<FloodQuestion>,
) -> Result<(StatusCode, Json<FloodView>), Problem> {
    let flood = room.ask_flood(&ctx, &id, question).await?;
    Ok((StatusCode::ACCEPTED, Json(room.flood_view(&flood, None))))
}

/// One question, with its answer once there is one.
#[utoipa::path(get, path = "/api/v1/floods/{id}", operation_id = "get_flood", tag = "city", security(()),
    params(("id" = String, Path, description = "Id of the question")),
    responses((status = 200, body = FloodView), (status = 404, body = ProblemBody)))]
pub(crate) async fn get_flood(State(room): State<Arc<Cities>>, Path(id): Path<String>) -> Result<Json<FloodView>, Problem> {
    let flood = room.flood(&id).await?;
    let answer = room.flood_answer(&id).await?;
    Ok(Json(room.flood_view(&flood, answer)))
}

/// Stops a question that waits or is at work. For whoever asked.
#[utoipa::path(post, path = "/api/v1/floods/{id}/stop", operation_id = "stop_flood", tag = "city", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the question")),
    responses((status = 200, body = FloodView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
pub(crate) async fn stop_flood(State(room): State<Arc<Cities>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<FloodView>, Problem> {
    let flood = room.stop_flood(&ctx, &id).await?;
    Ok(Json(room.flood_view(&flood, None)))
}

/// Depths of an answer: `u32 columns, u32 rows, f32 cell_m`, then u16 mm for each cell from the north-west on, little-endian; for
/// `difference` i16.
#[utoipa::path(get, path = "/api/v1/floods/{id}/depths", operation_id = "get_flood_depths", tag = "city", security(()),
    params(("id" = String, Path, description = "Id of the question"), DepthsQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 400, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn get_flood_depths(
    State(room): State<Arc<Cities>>,
    Path(id): Path<String>,
    Query(query): Query<DepthsQuery>,
) -> Result<Response, Problem> {
    let flood = room.flood(&id).await?;
    if flood.state != FloodState::Done {
        return Err(NOT_FOUND.problem());
    }
    let (room, flood) = (&*room, flood.id.as_str());
    let side = async |which: &str| -> Result<Vec<u8>, Problem> {
        let packed = store::depths(&room.store, flood, &name_of(which, query.at)).await?;
        let packed = packed.ok_or_else(|| INVALID.problem().at("at", "expected one of `steps_min`"))?;
        unpack(&packed).ok_or_else(|| DAMAGED.problem().because(format!("the depths of {flood} can't be read")))
    };
    let grid = match query.which {
        FloodWhich::Before => side("before").await?,
        FloodWhich::After => side("after").await?,
        FloodWhich::Difference => difference(&side("before").await?, &side("after").await?),
    };
    let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, grid).into_response())
}

/// After less before, as far as 16 bits hold it.
fn difference(before: &[u8], after: &[u8]) -> Vec<u8> {
    let (Some((header, before)), Some((_, after))) = (before.split_first_chunk::<12>(), after.split_first_chunk::<12>()) else {
        return vec![];
    };
    let mut grid = header.to_vec();
    for (before, after) in before.as_chunks::<2>().0.iter().zip(after.as_chunks::<2>().0) {
        let change = i32::from(u16::from_le_bytes(*after)).saturating_sub(i32::from(u16::from_le_bytes(*before)));
        let change = i16::try_from(change).unwrap_or(if change < 0 { i16::MIN } else { i16::MAX });
        grid.extend(change.to_le_bytes());
    }
    grid
}
