//! `Sala-Signature`: the sender's passkey signed this very request. See `docs/designs/people.md`.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sala_core::{ctx::Ctx, problem::TOO_LARGE};
use sala_people::{People, SIGNATURE_HEADER};
use sha2::{Digest, Sha256};

/// A signed body is read whole before it is handled.
const MOST: usize = 1024 * 1024;

/// Verifies the signature, if there is one, over method, path and body as they came.
pub async fn check(State(people): State<Arc<People>>, request: Request, next: Next) -> Response {
    let Some(header) = request.headers().get(SIGNATURE_HEADER).cloned() else { return next.run(request).await };
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MOST).await else { return TOO_LARGE.problem().into_response() };
    if let Some(mut ctx) = parts.extensions.get::<Ctx>().cloned() {
        let path = parts.uri.path_and_query().map_or_else(|| parts.uri.path(), |path| path.as_str());
        let asked = (parts.method.as_str(), path, Sha256::digest(&bytes).into());
        match people.verify_signature(&ctx, (people.token_in(&parts.headers), header.as_bytes()), asked).await {
            Err(problem) => return problem.into_response(),
            Ok(signature) => ctx.assurance.signature = signature,
        }
        parts.extensions.insert(ctx);
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}
