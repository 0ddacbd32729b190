//! The socket of a meeting: y-protocols in binary frames, what the meeting tells as JSON in text frames.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message as Frames, Utf8Bytes, WebSocket, rejection::WebSocketUpgradeRejection},
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
    problem::{INVALID, Problem, ProblemBody, SIGN_IN_REQUIRED},
    text::Lang,
};
use serde::Deserialize;
use tokio::time::{Instant, interval, timeout};
use utoipa::IntoParams;

use crate::{
    Meetings,
    draft::{LARGEST_DOCUMENT, Refusal},
    frame::Frame,
    message::Tell,
    problems::{NOT_OPEN, READ_ONLY, SYNC_INVALID, TOO_MUCH},
    seat::{Message, Next, Seat},
    sitting::Sitting,
    store,
};

/// The largest frame: the answer of one that was away may be a whole document.
const LARGEST_FRAME: usize = LARGEST_DOCUMENT + 1_024;
/// What is read at once: its memory is zeroed before each read.
const READ_BYTES: usize = 8 * 1024;
/// What a client may send within ten seconds: frames, and bytes.
const WHILE: Duration = Duration::from_secs(10);
const MOST_FRAMES: u32 = 600;
const MOST_BYTES: usize = 3 * 1024 * 1024;
/// Updates that build on what is not here, after which it has to go.
const PATIENCE: u32 = 5;
/// How often the session is asked whether it still lives.
const LOOK: Duration = Duration::from_secs(20);
/// How long a client has to close after a goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// Close code of a refusal (RFC 6455 leaves 4000 to 4999 to applications).
const REFUSED: u16 = 4_000;

/// How one follows.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FollowMeeting {
    /// A ticket of `issue_ticket` for the purpose `meeting` and this meeting's id as the space, to take part; left out, one reads.
    ticket: Option<String>,
    /// `false` leaves out the text frames, for a Yjs client that knows binary frames only.
    texts: Option<bool>,
}

/// Follow a meeting, and with a ticket take part: a WebSocket (docs/designs/meetings.md).
///
/// Binary frames are y-protocols v1 as y-websocket speaks them. Refusals come as a message `bye` with the Problem, then the connection
/// closes with 4000 and the problem's code as the reason.
#[utoipa::path(get, path = "/api/v1/meetings/{id}/sync", operation_id = "follow_meeting", tag = "meetings", security(()),
    params(("id" = String, Path, description = "Id of the meeting"), FollowMeeting),
    responses((status = 101, description = "followed"), (status = "4XX", body = ProblemBody), (status = "5XX", body = ProblemBody)))]
pub(crate) async fn follow_meeting(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<FollowMeeting>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    store::meeting(&room.store, &id).await?;
    let upgrade = upgrade.map_err(|_| INVALID.problem().detail("ที่อยู่นี้เปิดด้วย WebSocket เท่านั้น", "This address opens as a WebSocket only"))?;
    let upgrade = upgrade.max_message_size(LARGEST_FRAME).max_frame_size(LARGEST_FRAME).read_buffer_size(READ_BYTES);
    let (takes_texts, lang) = (query.texts.unwrap_or(true), ctx.lang);
    Ok(upgrade
        .on_upgrade(move |socket| async move {
            let (mut send, receive) = socket.split();
            match room.join(&id, query.ticket.filter(|ticket| !ticket.is_empty()).as_deref(), takes_texts).await {
                Ok((sitting, seat)) => {
                    serve(&room, &sitting, &seat, lang, send, receive).await;
                    sitting.seats().leave(seat.id);
                    sitting.touch();
                }
                Err(problem) => bye(&mut send, &problem, lang, takes_texts).await,
            }
        })
        .into_response())
}

impl Meetings {
    /// Lets someone in: to take part with a ticket, else to read. Errors: `ticket_invalid`, `busy`.
    async fn join(&self, id: &str, ticket: Option<&str>, takes_texts: bool) -> Result<(Arc<Sitting>, Arc<Seat>), Problem> {
        let guest = match ticket {
            Some(ticket) => {
                let guest = self.door.admit(ticket, id, self.clock.now()).await?;
                let who = self.face(&guest.who).await?;
                Some((guest, who))
            }
            None => None,
        };
        let sitting = self.sitting(id).await?;
        let seat = sitting.seats().take(guest, takes_texts)?;
        // From here on it is told what changes; what is so far comes first. A mute that is given in this moment finds the seat.
        if let Err(problem) = self.heed(&sitting, &seat).await {
            sitting.seats().leave(seat.id);
            return Err(problem);
        }
        if seat.handle().is_some_and(|handle| sitting.may_write(handle)) && seat.require_voice().is_ok() {
            seat.send_frame(&Frame::Step1(&sitting.desk.lock().await.document.state_vector()));
        }
        let cursors = sitting.seats().cursors();
        for some in cursors.chunks(16) {
            seat.send_frame(&Frame::Awareness(some.to_vec()));
        }
        sitting.touch();
        Ok((sitting, seat))
    }
}

type Send = SplitSink<WebSocket, Frames>;

async fn bye(send: &mut Send, problem: &Problem, lang: Lang, takes_texts: bool) {
    let reason = Utf8Bytes::from_static(problem.code.code);
    // The other side may be gone already: then nobody is left to be told.
    if takes_texts {
        let _ = send.send(Frames::Text(Utf8Bytes::from(&*Tell::bye(problem, lang).text()))).await;
    }
    let _ = send.send(Frames::Close(Some(CloseFrame { code: REFUSED, reason }))).await;
}

/// How much a client sends.
struct Allowance {
    since: Instant,
    frames: u32,
    bytes: usize,
    missing: u32,
}

impl Allowance {
    fn new() -> Self {
        Self { since: Instant::now(), frames: 0, bytes: 0, missing: 0 }
    }

    fn take(&mut self, bytes: usize) -> Result<(), Problem> {
        if self.since.elapsed() >= WHILE {
            *self = Self::new();
        }
        self.frames += 1;
        self.bytes += bytes;
        if self.frames > MOST_FRAMES || self.bytes > MOST_BYTES { Err(TOO_MUCH.problem().retry_after(10)) } else { Ok(()) }
    }
}

async fn serve(room: &Arc<Meetings>, sitting: &Sitting, seat: &Arc<Seat>, lang: Lang, mut send: Send, mut receive: SplitStream<WebSocket>) {
    let takes_texts = seat.takes_texts;
    let writing = async move {
        loop {
            match seat.next().await {
                Next::Send(messages) => {
                    for message in messages {
                        let frame = match message {
                            Message::Text(text) => Frames::Text(Utf8Bytes::from(&*text)),
                            Message::Binary(bytes) => Frames::Binary(bytes.to_vec().into()),
                        };
                        send.feed(frame).await?;
                    }
                    send.flush().await?;
                }
                Next::Bye(problem) => {
                    bye(&mut send, &problem, lang, takes_texts).await;
                    return Ok::<_, axum::Error>(());
                }
            }
        }
    };
    let reading = async move {
        let (mut allowance, mut looks) = (Allowance::new(), interval(LOOK));
        let refused = loop {
            tokio::select! {
                message = receive.next() => match message {
                    Some(Ok(Frames::Binary(bytes))) => {
                        let read = match allowance.take(bytes.len()) {
                            Ok(()) => read(sitting, seat, &mut allowance, &bytes).await,
                            refused => refused,
                        };
                        if let Err(problem) = read {
                            break problem;
                        }
                    }
                    Some(Ok(Frames::Text(_))) => break SYNC_INVALID.problem().at("frame", "expected binary frames only"),
                    Some(Ok(Frames::Ping(_) | Frames::Pong(_))) => {}
                    Some(Ok(Frames::Close(_)) | Err(_)) | None => return,
                },
                _ = looks.tick() => {
                    if seat.guest.as_ref().is_some_and(|guest| !room.keeps(guest)) {
                        break SIGN_IN_REQUIRED.problem();
                    }
                }
            }
        };
        seat.dismiss(refused);
        // What still comes is read and dropped: a line with unread bytes would be torn down before the goodbye arrives.
        while let Some(Ok(_)) = receive.next().await {}
    };
    tokio::pin!(writing, reading);
    tokio::select! {
        _ = &mut writing => drop(timeout(GOODBYE, reading).await),
        () = &mut reading => drop(timeout(GOODBYE, writing).await),
    }
}

/// Does what a frame says. An error ends the connection.
async fn read(sitting: &Sitting, seat: &Seat, allowance: &mut Allowance, bytes: &[u8]) -> Result<(), Problem> {
    match Frame::read(bytes).map_err(|fault| SYNC_INVALID.problem().at("frame", fault.to_string()))? {
        Frame::Step1(vector) => {
            let desk = sitting.desk.lock().await;
            let lacking = desk.document.lacking(vector).map_err(|refusal| refusal.problem())?;
            // Under the desk, so that what is written next comes after it.
            seat.send_frame(&Frame::Step2(&lacking));
        }
        // A client that is up to date answers with nothing.
        Frame::Step2([0, 0]) | Frame::Update([0, 0])
            if seat.require_voice().is_err() || !seat.handle().is_some_and(|handle| sitting.may_write(handle)) => {}
        Frame::Step2(_) | Frame::Update(_) if seat.guest.is_none() => return Err(READ_ONLY.problem()),
        Frame::Step2(update) => return take(sitting, seat, allowance, update, true).await,
        Frame::Update(update) => return take(sitting, seat, allowance, update, false).await,
        Frame::Awareness(cursors) => sitting.seats().move_cursors(seat, cursors),
        Frame::QueryAwareness => {
            let cursors = sitting.seats().cursors();
            for some in cursors.chunks(16) {
                seat.send_frame(&Frame::Awareness(some.to_vec()));
            }
        }
    }
    Ok(())
}

async fn take(sitting: &Sitting, seat: &Seat, allowance: &mut Allowance, update: &[u8], is_answer: bool) -> Result<(), Problem> {
    match sitting.take(seat, update, is_answer).await {
        Ok(true) => Ok(()),
        // What it builds on was asked for; a client that never brings it has to go.
        Ok(false) => {
            allowance.missing += 1;
            if allowance.missing > PATIENCE { Err(Refusal::Missing.problem()) } else { Ok(()) }
        }
        // An answer that was on its way when the meeting closed brings nothing new more often than not.
        Err(problem) if problem.code == &NOT_OPEN && is_answer => {
            seat.send(Message::Text(Tell::notice(&problem, Lang::En).text()));
            Ok(())
        }
        Err(problem) => Err(problem),
    }
}
