//! Every operation is asked for at the published policies before its room sees it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sala_core::ctx::Ctx;

use super::request::Desk;

/// Refuses what the policies do not permit; else the grounds go into the `Ctx`, and from there into each act of the request.
pub async fn check(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let operation = desk.operations.reached(&request).map(|operation| operation.id.clone());
    if let (Some(operation), Some(ctx)) = (operation, request.extensions_mut().get_mut::<Ctx>()) {
        match desk.people.require_policy(ctx, &operation) {
            Ok(grounds) => ctx.grounds = Some(Arc::new(grounds)),
            Err(problem) => return problem.into_response(),
        }
    }
    next.run(request).await
}
