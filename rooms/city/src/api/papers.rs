//! Papers over HTTP.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sala_core::{
    ctx::Ctx,
    http::{Body, Path, Query},
    problem::{Problem, ProblemBody},
    text::Lang,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    Cities,
    paper::{NewPaper, Paper, markdown},
};

/// As what a paper is taken along.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaperFormat)]
pub(crate) enum Format {
    /// Data.
    #[default]
    Json,
    /// Text.
    Markdown,
}

/// In which language.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaperLanguage)]
pub(crate) enum Language {
    /// Thai.
    Th,
    /// English.
    En,
}

/// How a paper is wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PaperQuery {
    /// `json` when left out.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// Language of the headings in Markdown; the caller's when left out.
    #[param(inline)]
    lang: Option<Language>,
}

/// Write a paper from a district: what is proposed, with simulations, floods and pins as the record has them.
#[utoipa::path(post, path = "/api/v1/cities/{id}/papers", operation_id = "write_paper", tag = "city", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the district")), request_body = NewPaper,
    responses((status = 201, body = Paper), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn write_paper(
    State(room): State<Arc<Cities>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(new): Body<NewPaper>,
) -> Result<(StatusCode, Json<Paper>), Problem> {
    Ok((StatusCode::CREATED, Json(room.write_paper(&ctx, &id, new).await?)))
}

/// One paper, as data or as text.
#[utoipa::path(get, path = "/api/v1/papers/{id}", operation_id = "get_paper", tag = "city", security(()),
    params(("id" = String, Path, description = "Id of the paper"), PaperQuery),
    responses((status = 200, body = Paper, description = "The paper; with `format=markdown` as text/markdown"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_paper(
    State(room): State<Arc<Cities>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<PaperQuery>,
) -> Result<Response, Problem> {
    let paper = room.paper(&id).await?;
    if matches!(query.format, Format::Json) {
        return Ok(Json(paper).into_response());
    }
    let lang = query.lang.map_or(ctx.lang, |lang| match lang {
        Language::Th => Lang::Th,
        Language::En => Lang::En,
    });
    let city = room.place(&paper.city).map_or(paper.city.clone(), |place| place.file.title.get(lang).to_owned());
    Ok(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], markdown(&paper, &city, lang)).into_response())
}
