//! The socket of a client in a space.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code, rejection::WebSocketUpgradeRejection},
    },
    response::{IntoResponse, Response},
};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use sala_core::{
    ctx::Ctx,
    http::{Path, Query},
    problem::{INVALID, NOT_FOUND, Problem, ProblemBody, SIGN_IN_REQUIRED},
    text::Lang,
};
use sala_presence::ClientFrame;
use serde::Deserialize;
use tokio::time::{Instant, interval};
use utoipa::IntoParams;

use crate::{
    World,
    hosted::Hosted,
    message::{Ask, Tell},
    problems::{FLOOD, FRAME_INVALID},
    seat::{Next, Seat},
    world::{Entered, Host},
};

/// The largest frame that a client may send: an offer of voice has nine lines of media, a browser's about 7 KiB.
const LARGEST_BYTES: usize = 24 * 1024;
/// Binary frames and texts that a client may send within a second; more are dropped.
const MOST_MOVES: u32 = 40;
const MOST_TEXTS: u32 = 10;
/// Seconds of flood, or frames that can't be read, after which it has to go.
const PATIENCE: u32 = 10;
/// How often the session is asked whether it still lives.
const LOOK: Duration = Duration::from_secs(20);
/// How long a client whose space moved may take to close.
#[cfg(feature = "cluster")]
const STRAGGLING: Duration = Duration::from_secs(3);
/// Close code of a refusal (RFC 6455 leaves 4000 to 4999 to applications).
const REFUSED: u16 = 4_000;

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
    let upgrade = upgrade.max_message_size(LARGEST_BYTES).max_frame_size(LARGEST_BYTES);
    Ok(upgrade
        .on_upgrade(move |socket| async move {
            let (mut send, receive) = socket.split();
            #[cfg(feature = "cluster")]
            if let Some(crate::seat::Address(url)) = host.elsewhere(&id) {
                return moved_on(&mut send, url).await;
            }
            match host.enter(&id, &ticket, query.token.as_deref()).await {
                Ok(entered) => serve(&*host, ctx, entered, send, receive).await,
                Err(problem) => bye(&mut send, &problem, ctx.lang).await,
            }
        })
        .into_response())
}

type Send = SplitSink<WebSocket, Message>;

async fn bye(send: &mut Send, problem: &Problem, lang: Lang) {
    let reason = Utf8Bytes::from_static(problem.code.code);
    // The other side may be gone already: then nobody is left to be told.
    let _ = send.send(Message::Text(Tell::bye(problem, lang).text().into())).await;
    let _ = send.send(Message::Close(Some(CloseFrame { code: REFUSED, reason }))).await;
}

/// Sends a client to where its space is run.
#[cfg(feature = "cluster")]
async fn moved_on(send: &mut Send, url: Option<String>) {
    // The other side may be gone already: then it asks anew.
    let _ = send.send(Message::Text(Tell::Moved { url }.text().into())).await;
    let _ = send.send(Message::Close(Some(CloseFrame { code: REFUSED, reason: Utf8Bytes::from_static("moved") }))).await;
}

/// How much a client sends.
struct Allowance {
    since: Instant,
    moves: u32,
    texts: u32,
    /// Seconds in which there was too much.
    faults: u32,
    is_told: bool,
}

impl Allowance {
    fn new() -> Self {
        Self { since: Instant::now(), moves: 0, texts: 0, faults: 0, is_told: false }
    }

    /// Counts a message: may it pass? The first one too many of a second is told.
    fn take(&mut self, is_text: bool) -> Result<(), Option<Problem>> {
        if self.since.elapsed() >= Duration::from_secs(1) {
            if !self.is_told {
                self.faults = self.faults.saturating_sub(1);
            }
            *self = Self { since: Instant::now(), moves: 0, texts: 0, faults: self.faults, is_told: false };
        }
        let (count, most) = if is_text { (&mut self.texts, MOST_TEXTS) } else { (&mut self.moves, MOST_MOVES) };
        *count += 1;
        if *count <= most {
            return Ok(());
        }
        Err(self.fault())
    }

    /// Something was wrong: told once a second.
    fn fault(&mut self) -> Option<Problem> {
        if self.is_told {
            return None;
        }
        self.is_told = true;
        self.faults += 2;
        Some(FLOOD.problem().retry_after(1))
    }

    fn is_over(&self) -> bool {
        self.faults > PATIENCE * 2
    }
}

async fn serve<H: Host>(world: &H, ctx: Ctx, entered: Entered, mut send: Send, mut receive: futures_util::stream::SplitStream<WebSocket>) {
    let Entered { hosted, seat, welcome } = entered;
    let lang = ctx.lang;
    if send.send(Message::Text(welcome.text().into())).await.is_err() {
        hosted.cut_off(&seat);
        return;
    }
    let writing = {
        let seat = Arc::clone(&seat);
        async move {
            loop {
                match seat.next().await {
                    Next::Send(texts, frames) => {
                        for text in texts {
                            send.feed(Message::Text(Utf8Bytes::from(&*text))).await?;
                        }
                        for frame in frames {
                            send.feed(Message::Binary(frame)).await?;
                        }
                        send.flush().await?;
                    }
                    Next::Bye(problem) => {
                        bye(&mut send, &problem, lang).await;
                        return Ok::<_, axum::Error>(());
                    }
                    #[cfg(feature = "cluster")]
                    Next::Moved(url) => {
                        send.send(Message::Text(Tell::Moved { url }.text().into())).await?;
                        // The client closes when it has read that. What it says until then is taken, and said where its space is now.
                        tokio::time::sleep(STRAGGLING).await;
                        return Err(axum::Error::new(std::io::Error::other("the client did not go on")));
                    }
                }
            }
        }
    };
    let mut allowance = Allowance::new();
    let mut looks = interval(LOOK);
    let reading = async {
        loop {
            tokio::select! {
                message = receive.next() => match message {
                    Some(Ok(Message::Binary(bytes))) => moved(&seat, &mut allowance, &bytes, lang),
                    Some(Ok(Message::Text(text))) => asked(world, &ctx, &hosted, &seat, &mut allowance, &text).await,
                    // Whoever says goodbye (1000) leaves; any other end may be followed by a return.
                    Some(Ok(Message::Close(said))) => return said.is_some_and(|said| said.code == close_code::NORMAL),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Err(_)) | None => return false,
                },
                _ = looks.tick() => {
                    if !world.keeps(&seat.guest) {
                        seat.dismiss(SIGN_IN_REQUIRED.problem());
                    }
                }
            }
            if allowance.is_over() {
                seat.dismiss(FLOOD.problem());
            }
        }
    };
    // Who is put out has no place any more, unless another socket took it.
    tokio::select! {
        written = writing => if written.is_ok() { hosted.leave(&seat) } else { hosted.cut_off(&seat) },
        said_goodbye = reading => if said_goodbye { hosted.leave(&seat) } else { hosted.cut_off(&seat) },
    }
}

fn refuse(seat: &Seat, problem: Option<Problem>, lang: Lang) {
    if let Some(problem) = problem {
        seat.say(&Tell::notice(&problem, lang));
    }
}

fn moved(seat: &Seat, allowance: &mut Allowance, bytes: &[u8], lang: Lang) {
    if let Err(problem) = allowance.take(false) {
        return refuse(seat, problem, lang);
    }
    match ClientFrame::decode(bytes) {
        Ok(frame) => seat.wish(frame),
        Err(fault) => {
            let is_first = allowance.fault().is_some();
            refuse(seat, is_first.then(|| FRAME_INVALID.problem().at("frame", fault.to_string())), lang);
        }
    }
}

async fn asked<H: Host>(world: &H, ctx: &Ctx, hosted: &Arc<Hosted>, seat: &Arc<Seat>, allowance: &mut Allowance, text: &str) {
    if let Err(problem) = allowance.take(true) {
        return refuse(seat, problem, ctx.lang);
    }
    let done = match serde_json::from_str::<Ask>(text) {
        Ok(ask) => world.asked(ctx, hosted, seat, ask).await,
        Err(fault) => {
            let is_first = allowance.fault().is_some();
            return refuse(seat, is_first.then(|| FRAME_INVALID.problem().at("message", fault.to_string())), ctx.lang);
        }
    };
    refuse(seat, done.err(), ctx.lang);
}
