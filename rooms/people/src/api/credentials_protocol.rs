//! Credentials over HTTP, for wallets: OpenID4VCI 1.0 and what belongs to it, outside `/api`.
//!
//! Anyone may ask, from any page (the hall adds the headers of CORS to these addresses and to no others); cookies mean nothing here. A
//! refusal is the JSON of OAuth.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::options,
};
use sala_core::{
    ctx::Ctx,
    http::Path,
    problem::{INTERNAL, Problem, ProblemBody},
};
use sala_credential::openid4vci::{TokenErrorCode, credential::NonceResponse};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    People,
    api::RemoteKey,
    credential::{flow::PUSHED_LIFE_S, issue::Access, refusal::Refusal, status::TTL_S},
    unnamed,
};

/// The addresses. Each answers the question of a browser whether another site's page may ask (Fetch §4.8).
pub(crate) fn router() -> OpenApiRouter<Arc<People>> {
    const PATHS: [&str; 11] = [
        "/.well-known/openid-credential-issuer",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwt-vc-issuer",
        "/credential-types/{id}",
        "/credential-status/{id}",
        "/openid4vci/offers/{id}",
        "/openid4vci/par",
        "/openid4vci/token",
        "/openid4vci/nonce",
        "/openid4vci/credential",
        "/openid4vci/notification",
    ];
    let routes = OpenApiRouter::new()
        .routes(routes!(get_credential_issuer))
        .routes(routes!(get_authorization_server))
        .routes(routes!(get_credential_keys))
        .routes(routes!(get_credential_type))
        .routes(routes!(get_credential_status))
        .routes(routes!(get_credential_offer))
        .routes(routes!(push_credential_authorization))
        .routes(routes!(redeem_credential_code))
        .routes(routes!(give_credential_nonce))
        .routes(routes!(issue_credential))
        .routes(routes!(notify_credential_issuer));
    PATHS.into_iter().fold(routes, |routes, path| routes.route(path, options(preflight))).layer(from_fn(for_any_origin))
}

async fn preflight() -> Response {
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, accept, authorization, dpop"),
        (header::ACCESS_CONTROL_MAX_AGE, "3600"),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}

/// Nothing here depends on a cookie, so that a page of any site may read the answer, refusals too.
async fn for_any_origin(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("www-authenticate"));
    response
}

/// A wallet: whoever is signed in in the same browser has nothing to do with it.
pub(crate) struct Wallet(Ctx);

impl<S: Send + Sync> FromRequestParts<S> for Wallet {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let ctx = parts.extensions.get::<Ctx>().ok_or_else(|| INTERNAL.problem().because("no Ctx was put into the request"))?;
        let ctx = unnamed(ctx);
        Ok(Self(Ctx { assurance: sala_core::ctx::Assurance::default(), ..ctx }))
    }
}

/// One header, if it is there once and readable; `Err` if it is there more than once.
pub(crate) struct Headers(HeaderMap);

impl<S: Send + Sync> FromRequestParts<S> for Headers {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.clone()))
    }
}

impl Headers {
    fn one(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut all = self.0.get_all(name).iter();
        match (all.next(), all.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => match value.to_str() {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(Refusal::token(TokenErrorCode::InvalidRequest, "A header is not readable.")),
            },
            _ => Err(Refusal::token(TokenErrorCode::InvalidDpopProof, "A header is there more than once.")),
        }
    }

    fn access(&self) -> Result<Access<'_>, Refusal> {
        Ok(Access { authorization: self.one("authorization")?, dpop: self.one("dpop")? })
    }
}

fn text(body: &Bytes) -> Result<&str, Refusal> {
    std::str::from_utf8(body).map_err(|_| Refusal::token(TokenErrorCode::InvalidRequest, "The body is not UTF-8."))
}

fn fresh(body: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn kept(body: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(body)).into_response()
}

/// A refusal of OAuth or OpenID4VCI.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OAuthError)]
pub struct OAuthErrorView {
    /// `invalid_grant`, `invalid_nonce` and so on.
    pub error: String,
    /// A sentence for developers.
    pub error_description: String,
}

/// Where the person looks at the request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PushedAuthorization {
    /// For the authorisation endpoint.
    pub request_uri: String,
    /// Seconds.
    pub expires_in: i64,
}

/// What the issuer offers (OpenID4VCI §12.2).
#[utoipa::path(get, path = "/.well-known/openid-credential-issuer", operation_id = "get_credential_issuer", tag = "credentials",
    security(()), responses((status = 200, body = Object)))]
pub(crate) async fn get_credential_issuer(State(people): State<Arc<People>>) -> Response {
    kept(people.issuer_metadata())
}

/// The authorisation server of this issuer (RFC 8414).
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", operation_id = "get_authorization_server", tag = "credentials",
    security(()), responses((status = 200, body = Object)))]
pub(crate) async fn get_authorization_server(State(people): State<Arc<People>>) -> Response {
    kept(people.authorization_server_metadata())
}

/// The keys of the issuer (SD-JWT VC §4): the one that signs now and those under which something may still hold.
#[utoipa::path(get, path = "/.well-known/jwt-vc-issuer", operation_id = "get_credential_keys", tag = "credentials",
    security(()), responses((status = 200, body = Object)))]
pub(crate) async fn get_credential_keys(State(people): State<Arc<People>>) -> Result<Response, Problem> {
    Ok(kept(people.jwt_vc_issuer().await?))
}

/// How a type and its claims are called (SD-JWT VC §6).
#[utoipa::path(get, path = "/credential-types/{id}", operation_id = "get_credential_type", tag = "credentials", security(()),
    params(("id" = String, Path, description = "Id of the type")),
    responses((status = 200, body = Object), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_credential_type(State(people): State<Arc<People>>, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(kept(people.type_metadata(people.credential_type(&id)?)))
}

/// A status list (Token Status List): whether credentials hold. Nobody learns from it whose bit is whose.
#[utoipa::path(get, path = "/credential-status/{id}", operation_id = "get_credential_status", tag = "credentials", security(()),
    params(("id" = String, Path, description = "Id of the list")),
    responses((status = 200, content_type = "application/statuslist+jwt", body = String), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_credential_status(
    State(people): State<Arc<People>>,
    Wallet(ctx): Wallet,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let token = people.status_list(&ctx, &id).await?;
    let headers =
        [(header::CONTENT_TYPE, "application/statuslist+jwt".to_owned()), (header::CACHE_CONTROL, format!("public, max-age={TTL_S}"))];
    Ok((headers, token).into_response())
}

/// An offer, for the wallet that has its address.
#[utoipa::path(get, path = "/openid4vci/offers/{id}", operation_id = "get_credential_offer", tag = "credentials", security(()),
    params(("id" = String, Path, description = "Id of the offer")),
    responses((status = 200, body = Object), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_credential_offer(
    State(people): State<Arc<People>>,
    Wallet(ctx): Wallet,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(fresh(people.offer_at(&ctx, &id).await?))
}

/// Push an authorisation request (RFC 9126), with PKCE S256.
#[utoipa::path(post, path = "/openid4vci/par", operation_id = "push_credential_authorization", tag = "credentials", security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = PushedAuthorization), (status = "4XX", body = OAuthErrorView)))]
pub(crate) async fn push_credential_authorization(
    State(people): State<Arc<People>>,
    Wallet(ctx): Wallet,
    RemoteKey(remote): RemoteKey,
    headers: Headers,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request_uri = people.push_authorization(&ctx, &remote, text(&body)?, headers.one("dpop")?)?;
    Ok((StatusCode::CREATED, fresh(PushedAuthorization { request_uri, expires_in: PUSHED_LIFE_S })).into_response())
}

/// Exchange a code for an access token; bound to a key where the wallet proves one (DPoP).
#[utoipa::path(post, path = "/openid4vci/token", operation_id = "redeem_credential_code", tag = "credentials", security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Object), (status = "4XX", body = OAuthErrorView)))]
pub(crate) async fn redeem_credential_code(
    State(people): State<Arc<People>>,
    Wallet(ctx): Wallet,
    RemoteKey(remote): RemoteKey,
    headers: Headers,
    body: Bytes,
) -> Result<Response, Refusal> {
    Ok(fresh(people.redeem_code(&ctx, &remote, text(&body)?, headers.one("dpop")?).await?))
}

/// A fresh nonce for proofs (OpenID4VCI §7).
#[utoipa::path(post, path = "/openid4vci/nonce", operation_id = "give_credential_nonce", tag = "credentials", security(()),
    responses((status = 200, body = Object)))]
pub(crate) async fn give_credential_nonce(State(people): State<Arc<People>>, Wallet(ctx): Wallet) -> Response {
    fresh(NonceResponse { c_nonce: people.credentials.once.nonce(&ctx) })
}

/// Get the credentials that an access token is for: a copy for each proof of a key (OpenID4VCI §8).
#[utoipa::path(post, path = "/openid4vci/credential", operation_id = "issue_credential", tag = "credentials", security(()),
    request_body(content = Object), responses((status = 200, body = Object), (status = "4XX", body = OAuthErrorView)))]
pub(crate) async fn issue_credential(
    State(people): State<Arc<People>>,
    Wallet(ctx): Wallet,
    headers: Headers,
    body: Bytes,
) -> Result<Response, Refusal> {
    Ok(fresh(people.issue_credential(&ctx, headers.access()?, &body).await?))
}

/// Tell the issuer what became of the credentials (OpenID4VCI §11).
#[utoipa::path(post, path = "/openid4vci/notification", operation_id = "notify_credential_issuer", tag = "credentials", security(()),
    request_body(content = Object), responses((status = 204), (status = "4XX", body = OAuthErrorView)))]
pub(crate) async fn notify_credential_issuer(
    State(people): State<Arc<People>>,
    Wallet(ctx): Wallet,
    headers: Headers,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    people.notify_issuer(&ctx, headers.access()?, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}
