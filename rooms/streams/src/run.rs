//! What the room does while no one asks: plays histories, listens to brokers, looks for idle sources.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{sync::watch, task::JoinSet};

use crate::{Streams, mqtt, player};

/// How often idle sources are looked for.
const TICK: Duration = Duration::from_secs(1);

pub(crate) async fn run(streams: Arc<Streams>, mut stop: watch::Receiver<bool>) {
    if streams.is_running.swap(true, Ordering::SeqCst) {
        tracing::warn!("The streams are running already; this second call does nothing");
        return;
    }
    let mut tasks = JoinSet::new();
    for (place, feed) in (0_u32..).zip(&streams.declaration.feeds) {
        if feed.play.is_some() {
            tasks.spawn(player::play(Arc::clone(&streams), place, stop.clone()));
        }
        if feed.mqtt.is_some() {
            tasks.spawn(mqtt::listen(Arc::clone(&streams), place, stop.clone()));
        }
    }
    #[cfg(feature = "lake")]
    tasks.spawn(crate::lake::run(Arc::clone(&streams), stop.clone()));
    while !*stop.borrow() {
        tokio::select! {
            ended = stop.changed() => {
                if ended.is_err() {
                    break;
                }
            }
            () = tokio::time::sleep(TICK) => {
                if let Err(problem) = streams.tick(streams.clock.now()).await {
                    tracing::error!(%problem, "Watermarks do not move");
                }
            }
        }
    }
    // Appends under way are finished; the tasks look at `stop` between them.
    while tokio::time::timeout(Duration::from_secs(5), tasks.join_next()).await.is_ok_and(|ended| ended.is_some()) {}
    tasks.shutdown().await;
    streams.is_running.store(false, Ordering::SeqCst);
}
