//! A broker as a source: subscribed at QoS 1, a message is acknowledged only after its values are durable.
//!
//! Two tasks. One does nothing but poll the connection (rumqttc: "don't block this") and hand messages on; the other gathers what
//! has come within [`GATHER`], appends it as one batch and acknowledges. The number of messages between them is bounded: when it
//! is reached the connection is not polled, so the broker holds the rest. After a lost connection the broker sends again what was
//! not acknowledged (the session is kept); values that were already written are then known as repetitions. A message that can't
//! be read is counted, told and acknowledged: it would come back for ever.

use std::{sync::Arc, time::Duration};

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, Publish, QoS};
use sala_core::ctx::Ctx;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use crate::{
    Streams,
    declaration::{Feed, Mqtt},
    ingest::{self, Batch, Places},
};

/// Messages between connection and store.
const PENDING: usize = 4_096;
/// How long messages are gathered into one batch.
const GATHER: Duration = Duration::from_millis(50);
/// Messages in one batch.
const MOST: usize = 500;
/// The largest message, bytes.
const MAX_PACKET: usize = 4 << 20;

/// A message, the connection on which it came, and its place in the bound.
type Received = (u64, Publish, OwnedSemaphorePermit);

/// Listens to the broker of a feed until `stop`.
pub(crate) async fn listen(streams: Arc<Streams>, place: u32, mut stop: watch::Receiver<bool>) {
    let Some(feed) = usize::try_from(place).ok().and_then(|place| streams.declaration.feeds.get(place)).cloned() else { return };
    let Some(mqtt) = feed.mqtt.clone() else { return };
    let mut options = MqttOptions::new(&mqtt.client_id, &mqtt.host, mqtt.port);
    options
        .set_keep_alive(Duration::from_secs(15))
        .set_clean_session(false)
        .set_manual_acks(true)
        .set_max_packet_size(MAX_PACKET, MAX_PACKET);
    // Room for an acknowledgement of every pending message, so that the second task never waits for the first.
    let (client, events) = AsyncClient::new(options, PENDING + 16);
    let (sender, receiver) = mpsc::channel(PENDING);
    let (connection, connected) = watch::channel(0_u64);
    let polling = tokio::spawn(poll(events, client.clone(), mqtt.clone(), sender, connection, feed.id.clone()));
    let appending = tokio::spawn(append(Arc::clone(&streams), feed, mqtt, client, receiver, connected));
    while !*stop.borrow() && stop.changed().await.is_ok() {}
    polling.abort();
    // The sender is gone with the first task: the second ends after what it holds.
    let _ = tokio::time::timeout(Duration::from_secs(3), appending).await;
}

async fn poll(
    mut events: EventLoop,
    client: AsyncClient,
    mqtt: Mqtt,
    sender: mpsc::Sender<Received>,
    connection: watch::Sender<u64>,
    feed: String,
) {
    let bound = Arc::new(Semaphore::new(PENDING));
    let mut pause = Duration::from_millis(100);
    loop {
        let Ok(permit) = Arc::clone(&bound).acquire_owned().await else { return };
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                pause = Duration::from_millis(100);
                connection.send_modify(|number| *number += 1);
                tracing::info!(feed, broker = %format!("{}:{}", mqtt.host, mqtt.port), "Connected to the broker");
                if let Err(fault) = client.try_subscribe(mqtt.topic.clone(), QoS::AtLeastOnce) {
                    tracing::error!(feed, %fault, "The subscription could not be sent");
                }
            }
            Ok(Event::Incoming(Packet::Publish(publish))) => {
                let number = *connection.borrow();
                if sender.send((number, publish, permit)).await.is_err() {
                    return;
                }
            }
            Ok(_) => {}
            Err(fault) => {
                tracing::warn!(feed, %fault, "The broker does not answer; trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(30));
            }
        }
    }
}

async fn append(
    streams: Arc<Streams>,
    feed: Feed,
    mqtt: Mqtt,
    client: AsyncClient,
    mut receiver: mpsc::Receiver<Received>,
    connected: watch::Receiver<u64>,
) {
    while let Some(first) = receiver.recv().await {
        let mut messages = vec![first];
        let gathering = tokio::time::sleep(GATHER);
        tokio::pin!(gathering);
        while messages.len() < MOST {
            tokio::select! {
                () = &mut gathering => break,
                more = receiver.recv() => match more {
                    Some(message) => messages.push(message),
                    None => break,
                },
            }
        }
        let batch = gather(&streams, &feed, &mqtt, &messages);
        // Not acknowledged and not forgotten: the same batch is tried until the store takes it.
        while let Err(problem) = streams.append(&ctx(&streams, &feed), &feed.id, batch.clone(), None).await {
            tracing::warn!(feed = feed.id, %problem, "Messages could not be stored; they stay unacknowledged and are tried again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let current = *connected.borrow();
        for (number, publish, _) in &messages {
            // An acknowledgement belongs to the connection on which the message came; the broker will send it again on the new one.
            if *number == current
                && let Err(fault) = client.try_ack(publish)
            {
                tracing::warn!(feed = feed.id, %fault, "An acknowledgement could not be sent; the broker will send the message again");
            }
        }
    }
}

fn ctx(streams: &Streams, feed: &Feed) -> Ctx {
    Ctx::system(format!("feed/{}", feed.id), streams.clock.now(), Arc::clone(&streams.entropy))
}

fn gather(streams: &Streams, feed: &Feed, mqtt: &Mqtt, messages: &[Received]) -> Batch {
    let mut all = Batch::default();
    for (_, publish, _) in messages {
        let at = streams.clock.now();
        match ingest::message(mqtt, &publish.topic, &publish.payload, &streams.declaration, &feed.id, at, streams.options.limits) {
            Ok(batch) => join(&mut all, batch),
            Err(problem) => {
                tracing::warn!(feed = feed.id, topic = publish.topic, %problem, "A message can't be read and is left out");
                all.faults.add(|| publish.topic.clone(), || problem.to_string());
            }
        }
    }
    all
}

/// Adds `more` to `all`, one block a series.
fn join(all: &mut Batch, more: Batch) {
    for block in more.blocks {
        match all.blocks.iter_mut().find(|known| known.series == block.series) {
            Some(known) => {
                known.at.extend(block.at);
                known.value.extend(block.value);
                known.places = Places::None;
            }
            None => all.blocks.push(block),
        }
    }
    all.faults.rejected += more.faults.rejected;
    all.faults.errors.extend(more.faults.errors);
    all.faults.errors.truncate(ingest::MAX_FAULTS);
    all.strays.extend(more.strays);
}
