//! The peer of the bench: a room as simple networked scenes of the web have it. Each state of an avatar is JSON and goes to everyone else
//! as it came. Written here for the comparison, after the shape of the messages of networked-aframe; nothing of it is in a hall.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
    routing::get,
};
use futures_util::{SinkExt, StreamExt};
use sala_core::problem::Problem;
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
    time::{Duration, sleep},
};

use super::{bots::READ_BYTES, broken};

type Members = Arc<Mutex<BTreeMap<u64, mpsc::Sender<Utf8Bytes>>>>;

/// A room that broadcasts.
pub(super) struct Room {
    pub(super) address: String,
    /// Told when all have come in.
    pub(super) begun: Arc<Notify>,
}

impl Room {
    /// Opens it on a free port; it ends with the process.
    pub(super) async fn open(clients: u16) -> Result<Self, Problem> {
        let members = Members::default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(broken)?;
        let address = listener.local_addr().map_err(broken)?.to_string();
        let app = Router::new().route("/room", get(enter)).with_state(Arc::clone(&members));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let begun = Arc::new(Notify::new());
        let told = Arc::clone(&begun);
        tokio::spawn(async move {
            while members.lock().unwrap_or_else(PoisonError::into_inner).len() < usize::from(clients) {
                sleep(Duration::from_millis(50)).await;
            }
            sleep(Duration::from_secs(2)).await;
            told.notify_one();
        });
        Ok(Self { address, begun })
    }
}

async fn enter(State(members): State<Members>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.read_buffer_size(READ_BYTES).on_upgrade(move |socket| stay(members, socket))
}

async fn stay(members: Members, socket: WebSocket) {
    let (mut send, mut receive) = socket.split();
    let (out, mut next) = mpsc::channel::<Utf8Bytes>(4_096);
    let number = {
        let mut members = members.lock().unwrap_or_else(PoisonError::into_inner);
        let number = members.last_key_value().map_or(0, |(last, _)| last + 1);
        members.insert(number, out);
        number
    };
    loop {
        tokio::select! {
            text = next.recv() => match text {
                Some(text) => if send.send(Message::Text(text)).await.is_err() { break },
                None => break,
            },
            message = receive.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    for (_, other) in members.lock().unwrap_or_else(PoisonError::into_inner).iter().filter(|(other, _)| **other != number) {
                        // Whoever does not keep up misses it.
                        let _ = other.try_send(text.clone());
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            },
        }
    }
    members.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
}
