//! Districts and their files over HTTP.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use sala_core::{
    http::{Page, Path, Query},
    problem::{INTERNAL, NOT_FOUND, Problem, ProblemBody},
    text::Text,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Cities,
    declaration::{CityFile, Kind},
    place::Place,
};

/// A district, in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = City)]
pub(crate) struct CityRow {
    id: String,
    title: Text,
    about: Text,
    kind: Kind,
    /// The street of this hall that lies in it.
    street: Option<String>,
    /// How many objects it has.
    objects: u64,
}

/// A district with all that its page needs to begin.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CityDetail)]
pub(crate) struct CityView {
    #[serde(flatten)]
    document: CityFile,
    /// Least x, y, z and greatest x, y, z of all that is drawn, m: x east, y up, z south of the north-west corner.
    bounds: [[f64; 3]; 2],
    /// How many objects of each kind.
    counts: BTreeMap<String, u64>,
    /// Its files by path, each with its size and SHA-256. With `?v=` and that hash an answer may be kept for ever.
    files: BTreeMap<String, CityFileView>,
    /// Can floods be asked for?
    can_flood: bool,
}

/// A file of a district.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CityFile)]
pub(crate) struct CityFileView {
    sha256: String,
    bytes: u64,
}

/// Which edition of a file.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EditionQuery {
    /// SHA-256 of the file as the district's document has it: then the answer may be kept for ever.
    v: Option<String>,
}

fn row(place: &Place) -> CityRow {
    CityRow {
        id: place.file.id.clone(),
        title: place.file.title.clone(),
        about: place.file.about.clone(),
        kind: place.file.kind,
        street: place.file.street.clone(),
        objects: u64::try_from(place.things.len()).unwrap_or(u64::MAX),
    }
}

fn view(place: &Place) -> CityView {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for thing in &place.things {
        let count = counts.entry(thing.kind.clone()).or_default();
        *count = count.saturating_add(1);
    }
    let files = place.files.iter().map(|(path, file)| (path.clone(), CityFileView { sha256: file.sha256.clone(), bytes: file.bytes }));
    CityView { document: place.file.clone(), bounds: place.bounds, counts, files: files.collect(), can_flood: place.file.flood.is_some() }
}

/// All districts of this hall.
#[utoipa::path(get, path = "/api/v1/cities", operation_id = "list_cities", tag = "city", security(()),
    responses((status = 200, body = Page<CityRow>)))]
pub(crate) async fn list_cities(State(room): State<Arc<Cities>>) -> Json<Page<CityRow>> {
    Json(Page::whole(room.places().map(|place| row(place)).collect()))
}

/// One district: what it is, whose data these are, where it lies, and its files.
#[utoipa::path(get, path = "/api/v1/cities/{id}", operation_id = "get_city", tag = "city", security(()),
    params(("id" = String, Path, description = "Id of the district")),
    responses((status = 200, body = CityView), (status = 404, body = ProblemBody)))]
pub(crate) async fn get_city(State(room): State<Arc<Cities>>, Path(id): Path<String>) -> Result<Json<CityView>, Problem> {
    Ok(Json(view(room.place(&id)?)))
}

/// A file of a district: `tileset.json` (3D Tiles 1.1), `objects.json`, `terrain.bin`, `built.bin`.
#[utoipa::path(get, path = "/api/v1/cities/{id}/files/{name}", operation_id = "get_city_file", tag = "city", security(()),
    params(("id" = String, Path, description = "Id of the district"), ("name" = String, Path, description = "Name of the file"), EditionQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 304, description = "not changed"),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn get_city_file(
    State(room): State<Arc<Cities>>,
    Path((id, name)): Path<(String, String)>,
    Query(edition): Query<EditionQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    file(room.place(&id)?, &name, &edition, &headers).await
}

/// A tile of a district, as the tileset names it: binary glTF with `EXT_mesh_features`.
#[utoipa::path(get, path = "/api/v1/cities/{id}/files/tiles/{name}", operation_id = "get_city_tile", tag = "city", security(()),
    params(("id" = String, Path, description = "Id of the district"), ("name" = String, Path, description = "Name of the tile"), EditionQuery),
    responses((status = 200, body = Vec<u8>, content_type = "model/gltf-binary"), (status = 304, description = "not changed"),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn get_city_tile(
    State(room): State<Arc<Cities>>,
    Path((id, name)): Path<(String, String)>,
    Query(edition): Query<EditionQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    file(room.place(&id)?, &format!("tiles/{name}"), &edition, &headers).await
}

async fn file(place: &Place, path: &str, edition: &EditionQuery, headers: &HeaderMap) -> Result<Response, Problem> {
    // Only names that were found at the start: no path of a caller reaches the disk.
    let file = place.files.get(path).ok_or_else(|| NOT_FOUND.problem())?;
    let tag = format!("\"{}\"", file.sha256);
    let caching = if edition.v.as_deref() == Some(file.sha256.as_str()) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, caching.to_owned())];
    // A proxy that packs answers marks their tag as weak.
    let is_same = |given: &str| given.split(',').any(|one| one.trim().trim_start_matches("W/") == tag);
    if headers.get(header::IF_NONE_MATCH).and_then(|given| given.to_str().ok()).is_some_and(is_same) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let bytes =
        tokio::fs::read(&file.path).await.map_err(|fault| INTERNAL.problem().because(format!("{}: {fault}", file.path.display())))?;
    let kind = match path.rsplit('.').next() {
        Some("json") => "application/json",
        Some("glb") => "model/gltf-binary",
        _ => "application/octet-stream",
    };
    Ok((kept, [(header::CONTENT_TYPE, kind)], bytes).into_response())
}
