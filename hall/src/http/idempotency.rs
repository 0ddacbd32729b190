//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): what was asked is bound to the key, so that the store gives the
//! first reply to a repetition and refuses another request under the same key.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use sala_core::{
    ctx::{Ctx, IdempotencyKey},
    problem::{INVALID, TOO_LARGE},
};
use sha2::{Digest, Sha256};

/// Bodies with a key are read whole before they are handled.
const MOST: usize = 1024 * 1024;

/// Binds the key of a POST to method, path and body. Batches of observations have a key of their own kind and are left alone.
pub async fn bind(request: Request, next: Next) -> Response {
    let key = request.headers().get("idempotency-key").cloned();
    let (Some(key), true) = (key, request.method() == Method::POST && !request.uri().path().ends_with("/observations")) else {
        return next.run(request).await;
    };
    let Some(key) = key.to_str().ok().map(|key| key.trim_matches('"').to_owned()).filter(|key| (1..=128).contains(&key.len())) else {
        return INVALID.problem().at("Idempotency-Key", "must be 1 to 128 visible characters").into_response();
    };
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MOST).await else { return TOO_LARGE.problem().into_response() };
    // For whom: the same words said for oneself are another request.
    let behalf = parts.extensions.get::<Ctx>().and_then(|ctx| ctx.behalf.as_ref()).map(|behalf| behalf.mandate.clone());
    let hash = Sha256::new()
        .chain_update(parts.method.as_str())
        .chain_update(b" ")
        .chain_update(parts.uri.path())
        .chain_update([0])
        .chain_update(behalf.map_or_else(String::new, |mandate| mandate + "\0"))
        .chain_update(&bytes)
        .finalize()
        .into();
    if let Some(ctx) = parts.extensions.get_mut::<Ctx>() {
        ctx.idempotency = Some(IdempotencyKey { key, request: hash });
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}
