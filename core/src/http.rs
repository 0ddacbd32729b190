//! What all rooms need of HTTP: extractors that refuse with a Problem, the Problem as a response, pages of a list.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ctx::Ctx,
    problem::{CSRF, INTERNAL, INVALID, MEDIA_TYPE, Problem, TOO_LARGE},
    text::Lang,
};

/// A list, a part at a time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// This part.
    pub items: Vec<T>,
    /// Give it as `after` to get the next part; null at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The whole list at once.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// How much of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the part before.
    pub after: Option<String>,
    /// At most so many items, 1–500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// The number of items to give: 50 when unsaid; a Problem outside 1–500.
pub fn limit(asked: Option<u32>) -> Result<usize, Problem> {
    match asked.unwrap_or(50) {
        wanted @ 1..=500 => Ok(usize::try_from(wanted).unwrap_or(50)),
        _ => Err(INVALID.problem().at("limit", "must be a whole number from 1 to 500")),
    }
}

/// A reason that an officer gives.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenReason {
    /// 1–1,000 characters; public.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// The Problem of a response, for the middleware that puts it into the caller's language.
#[derive(Debug, Clone)]
pub struct Told(pub Arc<Problem>);

/// The response of a Problem in one language.
pub fn problem_response(problem: &Arc<Problem>, lang: Lang) -> Response {
    let status = StatusCode::from_u16(problem.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(problem.body(lang))).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(match lang {
            Lang::Th => "th",
            Lang::En => "en",
        }),
    );
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response.extensions_mut().insert(Told(Arc::clone(problem)));
    response
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if self.code.status >= 500 {
            tracing::error!(problem = %self, "A request failed on our side");
        } else if self.internal.is_some() {
            tracing::info!(problem = %self, "A request was refused");
        }
        problem_response(&Arc::new(self), Lang::En)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Ctx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let ctx = parts.extensions.get::<Self>().cloned().ok_or_else(|| INTERNAL.problem().because("no Ctx was put into the request"))?;
        // A form of a foreign site can't send a header of its own (OWASP, custom request headers).
        if !parts.method.is_safe() && ctx.person().is_some() && !parts.headers.contains_key("x-sala-csrf") {
            return Err(CSRF.problem());
        }
        Ok(ctx)
    }
}

/// A JSON body.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        use axum::extract::rejection::JsonRejection as Rejection;
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(Rejection::MissingJsonContentType(_)) => Err(MEDIA_TYPE.problem().at("content-type", "send application/json")),
            Err(Rejection::BytesRejection(cause)) if cause.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(TOO_LARGE.problem()),
            Err(cause) => Err(INVALID.problem().at("", inner_message(&cause))),
        }
    }
}

/// Query parameters.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(cause) => Err(INVALID.problem().at("query", inner_message(&cause))),
        }
    }
}

/// Path parameters.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(cause) => Err(INVALID.problem().at("path", inner_message(&cause))),
        }
    }
}

/// The innermost cause: the place and the expectation, without axum's preamble.
fn inner_message(cause: &dyn std::error::Error) -> String {
    let mut innermost = cause;
    while let Some(deeper) = innermost.source() {
        innermost = deeper;
    }
    innermost.to_string()
}
