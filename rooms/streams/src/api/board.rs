//! `GET /api/v1/board`.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::ctx::Ctx;

use crate::{Streams, board::Board};

/// The latest of everything, by area.
#[utoipa::path(get, path = "/api/v1/board", operation_id = "get_board", tag = "streams", responses((status = 200, body = Board)), security(()))]
pub(super) async fn get_board(State(streams): State<Arc<Streams>>, ctx: Ctx) -> Json<Board> {
    Json(streams.board(ctx.now))
}
