//! The WebSocket of a client in a space.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, rejection::WebSocketUpgradeRejection},
    },
    response::{IntoResponse, Response},
};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use sala_core::{
    ctx::Ctx,
    http::{Path, Query},
    problem::{INVALID, NOT_FOUND, Problem, ProblemBody, SIGN_IN_REQUIRED},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    World,
    line::{self, Cut, GOODBYE, Heard, Inward, LARGEST_BYTES, Outward, REFUSED},
    message::Tell,
    world::Host,
};

/// What is read at once. Its memory is zeroed before each read: 128 KiB, as by default, cost a fifth of a core with a thousand who move.
const READ_BYTES: usize = 2 * 1024;

/// How one comes in.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EnterSpace {
    /// A ticket of `issue_ticket` for the purpose `world` and this space.
    pub ticket: Option<String>,
    /// The token of the last `welcome`, to come back to the same place.
    pub token: Option<String>,
}

/// Enter a space: a WebSocket with poses in binary frames and everything else as JSON (docs/designs/world.md).
///
/// Refusals after the handshake come as a message `bye` with the Problem, then the connection closes with 4000.
#[utoipa::path(get, path = "/api/v1/spaces/{id}/presence", operation_id = "enter_space", tag = "world", security(("ticket" = [])),
    params(("id" = String, Path, description = "Id of the space"), EnterSpace),
    responses((status = 101, description = "entered"), (status = "4XX", body = ProblemBody), (status = "5XX", body = ProblemBody)))]
pub(crate) async fn enter_space(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<EnterSpace>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    self::upgrade(world, ctx, id, query, upgrade)
}

/// The same wherever the space is run.
pub(crate) fn upgrade<H: Host>(
    host: Arc<H>,
    ctx: Ctx,
    id: String,
    query: EnterSpace,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let ticket = query.ticket.filter(|ticket| !ticket.is_empty()).ok_or_else(|| SIGN_IN_REQUIRED.problem())?;
    if !host.has(&id) {
        return Err(NOT_FOUND.problem());
    }
    let upgrade = upgrade.map_err(|_| INVALID.problem().detail("ที่อยู่นี้เปิดด้วย WebSocket เท่านั้น", "This address opens as a WebSocket only"))?;
    let upgrade = upgrade.max_message_size(LARGEST_BYTES).max_frame_size(LARGEST_BYTES).read_buffer_size(READ_BYTES);
    Ok(upgrade
        .on_upgrade(move |socket| async move {
            let (send, receive) = socket.split();
            line::open(host, ctx, &id, &ticket, query.token.as_deref(), SocketOut(send), SocketIn(receive)).await;
        })
        .into_response())
}

struct SocketOut(SplitSink<WebSocket, Message>);

impl SocketOut {
    async fn write(&mut self, texts: Vec<Arc<str>>, frames: Vec<Bytes>) -> Result<(), axum::Error> {
        for text in texts {
            self.0.feed(Message::Text(Utf8Bytes::from(&*text))).await?;
        }
        for frame in frames {
            self.0.feed(Message::Binary(frame)).await?;
        }
        self.0.flush().await
    }
}

impl Outward for SocketOut {
    async fn send(&mut self, texts: Vec<Arc<str>>, frames: Vec<Bytes>) -> Result<(), Cut> {
        self.write(texts, frames).await.map_err(|_| Cut)
    }

    async fn close(&mut self, last: &Tell, reason: &'static str) {
        // The other side may be gone already: then nobody is left to be told.
        let _ = self.0.send(Message::Text(last.text().into())).await;
        let _ = self.0.send(Message::Close(Some(CloseFrame { code: REFUSED, reason: Utf8Bytes::from_static(reason) }))).await;
    }
}

struct SocketIn(SplitStream<WebSocket>);

impl Inward for SocketIn {
    async fn hear(&mut self) -> Heard {
        loop {
            return match self.0.next().await {
                Some(Ok(Message::Binary(bytes))) => Heard::Frame(bytes),
                Some(Ok(Message::Text(text))) => Heard::Text(text.into()),
                // Whoever says goodbye leaves; any other end may be followed by a return.
                Some(Ok(Message::Close(Some(said)))) if said.code == GOODBYE => Heard::Goodbye,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_)) | Err(_)) | None => Heard::Over,
            };
        }
    }
}
