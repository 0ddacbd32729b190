//! What a replay of an automated decision says, the same from every room that decides; and how those are computed that take long.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

use crate::{
    problem::{BUSY, INTERNAL, Problem, REPLAY_UNDER_WAY},
    text::Text,
};

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Replay {
    /// Is the recorded decision what its recorded inputs give, and are the inputs those of the record?
    pub agrees: bool,
    /// Kind of the act.
    pub kind: String,
    /// What was recorded.
    pub recorded: serde_json::Value,
    /// What came out now; null when it can't be computed.
    pub recomputed: serde_json::Value,
    /// In words.
    pub explanation: Text,
}

/// Less than a request may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Replays that take long. Anyone may ask for one, so one runs at a time; it runs on when its caller goes away or would have to wait
/// longer than a request may, and whoever asks for the same act again gets its result.
#[derive(Debug, Default)]
pub struct Replays {
    latest: Mutex<Option<Running>>,
}

#[derive(Debug, Clone)]
struct Running {
    act: String,
    /// Closed without a value: it broke off.
    done: watch::Receiver<Option<Result<Replay, Problem>>>,
}

impl Running {
    fn is_over(&self) -> bool {
        self.done.borrow().is_some() || self.done.has_changed().is_err()
    }
}

impl Replays {
    /// Computes the act with this id by `work`, or joins who does already.
    ///
    /// # Errors
    /// `busy` while another act is replayed; `replay_under_way` when it takes longer than 20 s: ask again; and what `work` fails with.
    pub async fn replay<W>(&self, act: &str, work: W) -> Result<Replay, Problem>
    where
        W: Future<Output = Result<Replay, Problem>> + Send + 'static,
    {
        let mut running = self.join(act, work)?;
        let found = match tokio::time::timeout(PATIENCE, running.done.wait_for(Option::is_some)).await {
            Err(_) => return Err(REPLAY_UNDER_WAY.problem().retry_after(2)),
            Ok(Ok(found)) => found.clone(),
            Ok(Err(_)) => None,
        };
        // Told once: whoever asks later wants to know how things stand then.
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.as_ref().is_some_and(|latest| latest.act == act && latest.is_over()) {
            *latest = None;
        }
        found.unwrap_or_else(|| Err(INTERNAL.problem().because("a replay broke off")))
    }

    fn join<W>(&self, act: &str, work: W) -> Result<Running, Problem>
    where
        W: Future<Output = Result<Replay, Problem>> + Send + 'static,
    {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some(running) if running.act == act => return Ok(running.clone()),
            Some(running) if !running.is_over() => return Err(BUSY.problem().retry_after(5)),
            _ => {}
        }
        let (tell, done) = watch::channel(None);
        tokio::spawn(async move {
            let found = work.await;
            tell.send_replace(Some(found));
        });
        Ok(latest.insert(Running { act: act.to_owned(), done }).clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    fn agreed() -> Replay {
        let explanation = Text::new("ตรงกัน", "It agrees.");
        Replay { agrees: true, kind: "test".into(), recorded: 1.into(), recomputed: 1.into(), explanation }
    }

    /// A replay that takes so many seconds and counts how often it began.
    async fn slow(seconds: u64, begun: Arc<AtomicUsize>) -> Result<Replay, Problem> {
        begun.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok(agreed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_replay_goes_on_without_its_caller_and_is_computed_once() {
        let (replays, begun) = (Replays::default(), Arc::new(AtomicUsize::new(0)));
        let ask = |act: &'static str| replays.replay(act, slow(50, Arc::clone(&begun)));
        assert_eq!(ask("a").await.unwrap_err().code.code, "replay_under_way");
        assert_eq!(ask("b").await.unwrap_err().code.code, "busy");
        assert!(tokio::time::timeout(Duration::from_secs(5), ask("a")).await.is_err(), "a caller who goes away");
        let (first, second) = tokio::join!(ask("a"), ask("a"));
        assert_eq!(first.unwrap_err().code.code, "replay_under_way");
        assert_eq!(second.unwrap_err().code.code, "replay_under_way");
        assert_eq!(ask("a").await.unwrap(), agreed());
        assert_eq!(begun.load(Ordering::SeqCst), 1);
        // The result was told: the next is computed anew.
        assert_eq!(ask("a").await.unwrap_err().code.code, "replay_under_way");
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_replay_that_nobody_fetched_keeps_no_other_from_running() {
        let (replays, begun) = (Replays::default(), Arc::new(AtomicUsize::new(0)));
        assert!(replays.replay("a", slow(30, Arc::clone(&begun))).await.is_err());
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert_eq!(replays.replay("b", slow(1, Arc::clone(&begun))).await.unwrap(), agreed());
    }

    #[tokio::test]
    async fn a_replay_that_breaks_off_is_a_problem_and_not_a_wait() {
        let replays = Replays::default();
        let broken = async {
            assert!(std::hint::black_box(false), "on purpose");
            Ok(agreed())
        };
        assert_eq!(replays.replay("a", broken).await.unwrap_err().code.code, "internal");
        assert_eq!(replays.replay("b", async { Ok(agreed()) }).await.unwrap(), agreed());
    }
}
