//! The bus: what happened, told inside one process and to the live pages.

use std::{collections::VecDeque, sync::Mutex};

use serde::Serialize;
use tokio::sync::broadcast;

/// How many events a page that comes back can catch up on.
const KEPT: usize = 2_000;

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Number within this process, rising by one.
    pub id: u64,
    /// `act`, `window`, `insight`, `run`, `lever`, `head` …
    pub name: &'static str,
    /// JSON.
    pub data: std::sync::Arc<str>,
}

/// Tells events to all who listen, and keeps the newest for those who come back.
#[derive(Debug)]
pub struct Bus {
    sender: broadcast::Sender<Event>,
    kept: Mutex<(u64, VecDeque<Event>)>,
}

impl Default for Bus {
    fn default() -> Self {
        Self { sender: broadcast::channel(4096).0, kept: Mutex::default() }
    }
}

impl Bus {
    /// Tells an event. A value that can't be written as JSON is told as `null`.
    pub fn publish<T: Serialize + ?Sized>(&self, name: &'static str, value: &T) {
        let data = serde_json::to_string(value).unwrap_or_else(|_| "null".into());
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.0 += 1;
        let event = Event { id: kept.0, name, data: data.into() };
        if kept.1.len() == KEPT {
            kept.1.pop_front();
        }
        kept.1.push_back(event.clone());
        // Sent under the lock, so that listeners see the order of the numbers. No listener is no fault.
        let _ = self.sender.send(event);
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }

    /// Listens from after event `last`; events that are no longer kept are gone. A `last` from before a restart gives what is kept.
    pub fn subscribe_after(&self, last: u64) -> (Vec<Event>, broadcast::Receiver<Event>) {
        let kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let from = if last > kept.0 { 0 } else { last };
        (kept.1.iter().filter(|event| event.id > from).cloned().collect(), self.sender.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::Bus;

    #[test]
    fn who_comes_back_misses_nothing() {
        let bus = Bus::default();
        for number in 0..5 {
            bus.publish("window", &number);
        }
        let (missed, mut live) = bus.subscribe_after(3);
        assert_eq!(missed.iter().map(|event| event.id).collect::<Vec<_>>(), [4, 5]);
        bus.publish("window", &5);
        assert_eq!(live.try_recv().unwrap().id, 6);
    }
}
