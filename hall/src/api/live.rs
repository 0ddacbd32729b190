//! The live stream: server-sent events from the bus; a page that comes back with `Last-Event-ID` misses nothing that is still kept.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt, stream};
use sala_core::{bus, store::ActSummary};
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use super::record::view;
use crate::{api::HEARTBEAT, hall::Hall};

/// What happens, as it happens: `window`, `insight` (as in the list of insights), `run` and `lever` (as one of them is given), `act` (as
/// in the list of acts), `head`.
///
/// A listener that is too slow gets an event `lost` with the number of events that it missed, and should load its page again.
#[utoipa::path(
    get, path = "/api/v1/live", operation_id = "follow_live", tag = "hall", security(()),
    params(("Last-Event-ID" = Option<String>, Header, description = "Number of the last event received")),
    responses((status = 200, description = "server-sent events", content_type = "text/event-stream"))
)]
pub async fn follow_live(State(hall): State<Arc<Hall>>, headers: HeaderMap) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
    let (missed, live) = match last {
        Some(last) => hall.bus.subscribe_after(last),
        None => (vec![], hall.bus.subscribe()),
    };
    let live = BroadcastStream::new(live).map(|told| match told {
        Ok(event) => sse(&event),
        Err(BroadcastStreamRecvError::Lagged(count)) => Event::default().event("lost").data(count.to_string()),
    });
    // The first bytes at once, so that a page knows that it is connected.
    let hello = stream::once(async { Event::default().comment("connected") });
    let events = hello.chain(stream::iter(missed).map(|event| sse(&event))).chain(live).map(Ok);
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

fn sse(event: &bus::Event) -> Event {
    let told = Event::default().id(event.id.to_string()).event(event.name);
    // The store tells of an act what its leaf says; what its kind is called only the hall knows.
    let act = (event.name == "act").then(|| serde_json::from_str::<ActSummary>(&event.data).ok()).flatten();
    match act.map(|summary| serde_json::to_string(&view(summary))) {
        Some(Ok(data)) => told.data(data),
        _ => told.data(&*event.data),
    }
}
