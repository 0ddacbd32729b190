//! What wallets ask of this hall as a verifier: OpenID4VP 1.0, outside of `/api/v1`. No cookie counts here, any origin may ask, and refusals
//! are OAuth error JSON.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::options,
};
use sala_core::{
    ctx::{Assurance, Ctx},
    problem::INTERNAL,
};
use sala_credential::openid4vp::request::MEDIA_TYPE;
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{People, api::RemoteKey, presentation::WalletError, unnamed};

const PATHS: [&str; 3] = ["/.well-known/did.json", "/openid4vp/requests/{id}", "/openid4vp/responses/{id}"];
const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// The addresses. Each answers the question of a browser whether another site's page may ask (Fetch §4.8).
pub(crate) fn router() -> OpenApiRouter<Arc<People>> {
    let routes = OpenApiRouter::new()
        .routes(routes!(get_did_document))
        .routes(routes!(get_presentation_request, fetch_presentation_request))
        .routes(routes!(answer_presentation_request));
    PATHS.into_iter().fold(routes, |routes, path| routes.route(path, options(preflight))).layer(from_fn(for_any_origin))
}

async fn preflight() -> Response {
    let allowed = [(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"), (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, accept")];
    (StatusCode::NO_CONTENT, allowed).into_response()
}

/// Wallets in a browser come from anywhere. Nothing here depends on a cookie, so that any page may read the answer, refusals too.
async fn for_any_origin(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// A wallet: nobody, whatever cookies its browser sends.
pub(crate) struct Wallet(Ctx);

impl<S: Send + Sync> FromRequestParts<S> for Wallet {
    type Rejection = WalletError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WalletError> {
        let ctx = parts
            .extensions
            .get::<Ctx>()
            .ok_or_else(|| WalletError::from(INTERNAL.problem().because("no Ctx was put into the request")))?;
        Ok(Self(Ctx { assurance: Assurance::default(), ..unnamed(ctx) }))
    }
}

/// The id in the address; one that can't be read is one that nobody knows.
pub(crate) struct RequestId(String);

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = WalletError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WalletError> {
        Path::<String>::from_request_parts(parts, state).await.map(|Path(id)| Self(id)).map_err(|_| WalletError::OVER)
    }
}

/// The text of a form.
pub(crate) struct Form(String);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = WalletError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WalletError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(WalletError::invalid("send application/x-www-form-urlencoded"));
        }
        let body = Bytes::from_request(request, state).await.map_err(|cause| {
            let error = WalletError::invalid("the body is too large, or broke off");
            WalletError { status: cause.status().as_u16(), ..error }
        })?;
        String::from_utf8(body.into()).map(Self).map_err(|_| WalletError::invalid("the body is not UTF-8"))
    }
}

impl IntoResponse for WalletError {
    fn into_response(self) -> Response {
        if self.status >= 500 {
            tracing::error!(because = self.because, "A wallet's request failed on our side");
        } else {
            tracing::info!(description = self.description, because = self.because, "A wallet's request was refused");
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, NO_STORE, Json(json!({ "error": self.error, "error_description": self.description }))).into_response()
    }
}

/// The hall's DID document (did:web): the key that signs its requests.
#[utoipa::path(get, path = "/.well-known/did.json", operation_id = "get_did_document", tag = "credentials", security(()),
    responses((status = 200, body = Object, content_type = "application/did+json")))]
pub(crate) async fn get_did_document(State(people): State<Arc<People>>) -> Result<Response, WalletError> {
    let document = people.did_document()?;
    let headers = [(header::CONTENT_TYPE, "application/did+json"), (header::CACHE_CONTROL, "public, max-age=300")];
    Ok((headers, document.to_string()).into_response())
}

/// A request to a wallet, signed (RFC 9101).
#[utoipa::path(get, path = "/openid4vp/requests/{id}", operation_id = "get_presentation_request", tag = "credentials", security(()),
    params(("id" = String, Path, description = "Id of the request")),
    responses((status = 200, body = String, content_type = "application/oauth-authz-req+jwt"), (status = "4XX", body = Object)))]
pub(crate) async fn get_presentation_request(
    State(people): State<Arc<People>>,
    Wallet(ctx): Wallet,
    RequestId(id): RequestId,
) -> Result<Response, WalletError> {
    let signed = people.signed_request(ctx.now, &id, None).await?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], NO_STORE, signed).into_response())
}

/// The same for a wallet that sends a nonce (`request_uri_method=post`, OpenID4VP 1.0 §5.10). `wallet_metadata` changes nothing: all wallets
/// are asked alike.
#[utoipa::path(post, path = "/openid4vp/requests/{id}", operation_id = "fetch_presentation_request", tag = "credentials", security(()),
    params(("id" = String, Path, description = "Id of the request")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = String, content_type = "application/oauth-authz-req+jwt"), (status = "4XX", body = Object)))]
pub(crate) async fn fetch_presentation_request(
    State(people): State<Arc<People>>,
    Wallet(ctx): Wallet,
    RequestId(id): RequestId,
    Form(body): Form,
) -> Result<Response, WalletError> {
    let mut nonces = url::form_urlencoded::parse(body.as_bytes()).filter(|(name, _)| name == "wallet_nonce").map(|(_, value)| value);
    let nonce = nonces.next();
    if nonces.next().is_some() {
        return Err(WalletError::invalid("wallet_nonce is there twice"));
    }
    let signed = people.signed_request(ctx.now, &id, nonce.as_deref()).await?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], NO_STORE, signed).into_response())
}

/// A wallet's answer, once: `direct_post` or `direct_post.jwt` (OpenID4VP 1.0 §8.2, 8.3.1).
#[utoipa::path(post, path = "/openid4vp/responses/{id}", operation_id = "answer_presentation_request", tag = "credentials", security(()),
    params(("id" = String, Path, description = "Id of the request")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Object), (status = "4XX", body = Object)))]
pub(crate) async fn answer_presentation_request(
    State(people): State<Arc<People>>,
    Wallet(ctx): Wallet,
    RemoteKey(remote): RemoteKey,
    RequestId(id): RequestId,
    Form(body): Form,
) -> Result<Response, WalletError> {
    people.limiter.take(&remote, ctx.now)?;
    let redirect = people.take_answer(&ctx, &id, &body).await?;
    let answer = redirect.map_or_else(|| json!({}), |address| json!({ "redirect_uri": address }));
    Ok((NO_STORE, Json(answer)).into_response())
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, extract::DefaultBodyLimit, routing::post};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_body_that_can_not_be_read_is_refused_in_the_words_of_oauth() {
        let echo = post(|RequestId(id): RequestId, Form(body): Form| async move { format!("{id} {body}") });
        let router = Router::new().route("/{id}", echo).layer(DefaultBodyLimit::max(8));
        let form = "application/x-www-form-urlencoded";
        let cases = [
            ("/a", form, "a=1", 200),
            ("/a", "Application/X-WWW-Form-Urlencoded; charset=utf-8", "a=1", 200),
            ("/a", form, "a=1234567", 413),
            ("/a", "application/json", "a=1", 400),
            ("/a", "", "a=1", 400),
            ("/%FF", form, "a=1", 404),
        ];
        for (path, kind, body, status) in cases {
            let request = Request::builder().method("POST").uri(path).header(header::CONTENT_TYPE, kind).body(Body::from(body));
            let response = router.clone().oneshot(request.unwrap()).await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{path} {kind} {body}");
            if status != 200 {
                assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
                let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
                assert_eq!(serde_json::from_slice::<serde_json::Value>(&body).unwrap()["error"], "invalid_request");
            }
        }
        let request = Request::builder().method("POST").uri("/a").header(header::CONTENT_TYPE, form).body(Body::from(vec![0xff]));
        assert_eq!(router.oneshot(request.unwrap()).await.unwrap().status(), StatusCode::BAD_REQUEST);
    }
}
