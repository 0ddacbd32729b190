//! The spaces over HTTP: what is where, and which page does the same.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use sala_core::{
    http::{Page, Path, Query},
    problem::{INTERNAL, NOT_FOUND, Problem, ProblemBody},
    text::Text,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use sala_presence::ground::{Along, Floor, Spawn, Wall};

use crate::{
    World,
    hosted::Hosted,
    model::placed::ModelView,
    problems::LICENCE_FORBIDS,
    space::FixtureView,
    tour::Stop,
    voice::{CaptionsView, Stage, VoiceMode},
};

/// What nobody passes: one of both.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Wall)]
pub(crate) struct WallView {
    /// West, north, east and south side, in metres.
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    pub sides: Option<[f64; 4]>,
    /// Middle and radius of a round column, in metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<[f64; 3]>,
}

/// The direction of a ramp.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RampDirection)]
pub(crate) enum RampDirection {
    /// From west to east.
    X,
    /// From north to south.
    Z,
}

/// Height of a part of the ground.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Floor)]
pub(crate) struct FloorView {
    /// West, north, east and south side, in metres.
    #[serde(rename = "box")]
    pub sides: [f64; 4],
    /// Height in metres; of a ramp at its west or north side.
    pub y: f64,
    /// Height of a ramp at its other side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// Which way a ramp goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub along: Option<RampDirection>,
}

/// A place where one comes in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Spawn)]
pub(crate) struct SpawnView {
    /// x and z in metres.
    pub at: [f64; 2],
    /// Where one looks, in degrees clockwise from north (-z).
    pub yaw: f64,
}

fn wall(wall: &Wall) -> WallView {
    WallView { sides: wall.sides, round: wall.round }
}

fn floor(floor: &Floor) -> FloorView {
    let along = floor.along.map(|along| match along {
        Along::X => RampDirection::X,
        Along::Z => RampDirection::Z,
    });
    FloorView { sides: floor.sides, y: floor.y, to: floor.to, along }
}

fn spawn(spawn: &Spawn) -> SpawnView {
    SpawnView { at: spawn.at, yaw: spawn.yaw }
}

/// A space of this hall.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SpaceSummary)]
pub(crate) struct SpaceCard {
    /// Id; its page is `/spaces/<id>`.
    pub id: String,
    /// What people read.
    pub title: Text,
    /// What it is for.
    pub about: Text,
    /// Name of the client's scene.
    pub scene: String,
    /// How many are in it now.
    pub count: usize,
    /// How many it takes.
    pub capacity: u16,
}

/// A space, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Space)]
pub(crate) struct SpaceView {
    /// Id; its page is `/spaces/<id>`.
    pub id: String,
    /// What people read.
    pub title: Text,
    /// What it is for.
    pub about: Text,
    /// Name of the client's scene.
    pub scene: String,
    /// Extent to the east and to the south, in metres.
    pub size: [f64; 2],
    /// How many it takes.
    pub capacity: u16,
    /// What nobody passes.
    pub walls: Vec<WallView>,
    /// Heights of the ground; a later one lies on an earlier.
    pub floors: Vec<FloorView>,
    /// Where one comes in.
    pub spawns: Vec<SpawnView>,
    /// The things in it, each with the page that does the same.
    pub fixtures: Vec<FixtureView>,
    /// A guided tour through it.
    pub tour: Vec<Stop>,
    /// The model that stands in it, with its card.
    pub model: Option<ModelView>,
    /// How many are in it now.
    pub count: usize,
    /// Who is heard; `off` in a hall without voice.
    pub voice: VoiceMode,
    /// Where one speaks to all, if `voice` is `stage`.
    pub stage: Option<Stage>,
    /// Another way in beside the WebSocket, in a hall that has it.
    pub webtransport: Option<WebTransportOffer>,
    /// Captions of what is said, where the hall has a speech server.
    pub captions: Option<CaptionsView>,
}

/// Where a space can be entered by WebTransport, under the same path as by WebSocket.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WebTransportOffer {
    /// Origin, on a UDP port.
    pub url: String,
    /// SHA-256 (hexadecimal) of the certificates by which a client knows it; none: it has one that browsers trust by themselves.
    pub hashes: Vec<String>,
}

fn card(hosted: &Hosted) -> SpaceCard {
    let file = &hosted.space.file;
    SpaceCard {
        id: file.id.clone(),
        title: file.title.clone(),
        about: file.about.clone(),
        scene: file.scene.clone(),
        count: hosted.count(),
        capacity: file.capacity,
    }
}

/// The spaces of this hall.
#[utoipa::path(get, path = "/api/v1/spaces", operation_id = "list_spaces", tag = "world", security(()),
    responses((status = 200, body = Page<SpaceCard>)))]
pub(crate) async fn list_spaces(State(world): State<Arc<World>>) -> Json<Page<SpaceCard>> {
    Json(Page::whole(world.order.iter().filter_map(|id| world.spaces.get(id)).map(|hosted| card(hosted)).collect()))
}

/// A space: its ground, and its fixtures with the pages that they open.
#[utoipa::path(get, path = "/api/v1/spaces/{id}", operation_id = "get_space", tag = "world", security(()),
    params(("id" = String, Path, description = "Id of the space")),
    responses((status = 200, body = SpaceView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_space(State(world): State<Arc<World>>, Path(id): Path<String>) -> Result<Json<SpaceView>, Problem> {
    let hosted = world.spaces.get(&id).ok_or_else(|| NOT_FOUND.problem())?;
    let (file, card) = (&hosted.space.file, card(hosted));
    Ok(Json(SpaceView {
        id: card.id,
        title: card.title,
        about: card.about,
        scene: card.scene,
        size: file.size,
        capacity: card.capacity,
        walls: file.walls.iter().map(wall).collect(),
        floors: file.floors.iter().map(floor).collect(),
        spawns: file.spawns.iter().map(spawn).collect(),
        fixtures: hosted.space.fixtures.clone(),
        tour: file.tour.clone(),
        model: hosted.space.model.as_ref().map(|model| model.view.clone()),
        count: card.count,
        voice: if world.has_voice() { file.voice } else { VoiceMode::Off },
        stage: file.stage.clone(),
        webtransport: world.webtransport().map(|(url, hashes)| WebTransportOffer { url, hashes }),
        captions: world.captions(file.voice),
    }))
}

/// What the model is wanted for.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ModelQuery {
    /// To be kept as a file, not only to be looked at.
    #[serde(default)]
    download: bool,
}

/// The model that stands in a space (glTF 2.0 binary), for viewing; its licence is in the header `Link`. As a file to be kept only where the
/// licence allows it without NC and ND.
#[utoipa::path(get, path = "/api/v1/spaces/{id}/model", operation_id = "get_space_model", tag = "world", security(()),
    params(("id" = String, Path, description = "Id of the space"), ModelQuery),
    responses((status = 200, description = "the bytes", content_type = "model/gltf-binary"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_space_model(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    Query(query): Query<ModelQuery>,
) -> Result<Response, Problem> {
    let model = world.spaces.get(&id).and_then(|hosted| hosted.space.model.as_ref()).ok_or_else(|| NOT_FOUND.problem())?;
    if query.download && !model.view.may_download {
        return Err(LICENCE_FORBIDS.problem().at("/licence", model.view.licence.name.clone()));
    }
    let value = |text: String| HeaderValue::try_from(text).map_err(|fault| INTERNAL.problem().because(fault));
    let disposition = if query.download { format!("attachment; filename=\"{id}.glb\"") } else { "inline".to_owned() };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("model/gltf-binary")),
        (header::LINK, value(format!("<{}>; rel=\"license\"", model.view.licence.url))?),
        (header::ETAG, value(format!("\"{}\"", model.view.sha256))?),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
        (header::CONTENT_DISPOSITION, value(disposition)?),
    ];
    Ok((headers, model.bytes.clone()).into_response())
}
