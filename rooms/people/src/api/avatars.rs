//! The figures of personas: drawn anew from a handful of choices each time they are asked for, never from a likeness.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use sala_avatar::Lod;
use sala_core::{
    http::{Page, Path, Query},
    problem::{INTERNAL, Problem, ProblemBody},
    text::Text,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::People;

/// A question about the figure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AvatarQuestion {
    /// The field of a look.
    pub key: String,
    /// What it is called.
    pub title: Text,
    /// All answers, in the order in which to show them.
    pub options: Vec<AvatarAnswer>,
}

/// An answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AvatarAnswer {
    /// The value of the field.
    pub value: String,
    /// What it is called.
    pub title: Text,
    /// `#rrggbb`, if it is a colour.
    #[schema(required)]
    pub swatch: Option<String>,
    /// Only for officers.
    pub reserved: bool,
}

/// How finely to draw.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AvatarDetail {
    /// 3,000 to 8,000 triangles.
    Full,
    /// Below 800 triangles, for a crowd.
    Simple,
}

/// Query of an avatar.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AvatarQuery {
    /// How finely to draw; full when left out.
    #[param(inline)]
    pub detail: Option<AvatarDetail>,
}

/// What can be chosen of a persona's figure.
#[utoipa::path(get, path = "/api/v1/avatar-choices", operation_id = "list_avatar_choices", tag = "people", security(()),
    responses((status = 200, body = Page<AvatarQuestion>)))]
pub(crate) async fn list_avatar_choices() -> Json<Page<AvatarQuestion>> {
    let questions = sala_avatar::catalogue().into_iter().map(|question| AvatarQuestion {
        key: question.key.to_owned(),
        title: Text::new(question.title.th, question.title.en),
        options: question
            .options
            .into_iter()
            .map(|answer| AvatarAnswer {
                value: answer.value.to_owned(),
                title: Text::new(answer.title.th, answer.title.en),
                swatch: answer.swatch,
                reserved: answer.reserved,
            })
            .collect(),
    });
    Json(Page::whole(questions.collect()))
}

/// The figure of a persona as a VRM 1.0 file (glTF 2.0 binary). A retired persona has none.
#[utoipa::path(get, path = "/api/v1/persona-cards/{id}/avatar.vrm", operation_id = "get_avatar", tag = "people", security(()),
    params(("id" = String, Path, description = "Public handle"), AvatarQuery),
    responses((status = 200, content_type = "model/gltf-binary", body = Vec<u8>), (status = 304, description = "not changed"),
        (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_avatar(
    State(people): State<Arc<People>>,
    Path(id): Path<String>,
    Query(query): Query<AvatarQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let look = people.look_of(&id).await?;
    let lod = match query.detail.unwrap_or(AvatarDetail::Full) {
        AvatarDetail::Full => Lod::Full,
        AvatarDetail::Simple => Lod::Simple,
    };
    // The same choices give the same bytes, so the choices name them.
    let named = serde_json::to_vec(&(look, lod)).map_err(|fault| INTERNAL.problem().because(fault))?;
    let tag = format!("\"{}\"", hex::encode(Sha256::digest(&named)));
    let caching = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "public, max-age=60".to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let bytes = tokio::task::spawn_blocking(move || sala_avatar::render(&look, lod, None));
    let bytes = bytes.await.map_err(|fault| INTERNAL.problem().because(fault))?;
    Ok((caching, [(header::CONTENT_TYPE, "model/gltf-binary")], bytes).into_response())
}
