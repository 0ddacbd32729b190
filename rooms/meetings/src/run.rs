//! What the room does while no one asks: it writes what waits, shows what changed, and puts away what nobody looks at.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use sala_core::problem::{Problem, SIGN_IN_REQUIRED};
use tokio::sync::watch;

use crate::{Meetings, frame::Frame, sitting::Sitting};

/// How often meetings are looked after: five times a second at most a meeting is shown.
const ROUND: Duration = Duration::from_millis(200);
/// How long updates wait for others before they are written.
const GATHER: Duration = Duration::from_millis(500);
/// Seconds after which a meeting that nobody looks at is put away.
const IDLE_S: u64 = 120;
/// Every so many rounds each socket hears something, so that a client knows its line to be alive: 15 seconds.
const ROUNDS_OF_SILENCE: u32 = 75;

impl Meetings {
    /// Looks after the meetings until `stop` turns true; then writes what waits.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        if let Err(problem) = self.convene_examples().await {
            tracing::error!(%problem, "The example meetings of the profile could not be convened");
        }
        let watching = self.watch_sessions();
        tokio::pin!(watching);
        let mut rounds = tokio::time::interval(ROUND);
        let (mut round, mut heeded) = (0_u32, 0);
        while !*stop.borrow() {
            tokio::select! {
                () = &mut watching => {}
                _ = rounds.tick() => {
                    round = round.wrapping_add(1);
                    let changes = self.law.changes();
                    if changes != heeded {
                        match self.heed_all().await {
                            Ok(()) => heeded = changes,
                            Err(problem) => tracing::error!(%problem, "Who is muted in a meeting could not be looked up; tried again at once"),
                        }
                    }
                    self.look_after(round.is_multiple_of(ROUNDS_OF_SILENCE)).await;
                }
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        self.settle().await;
    }

    pub(crate) fn all(&self) -> Vec<Arc<Sitting>> {
        self.sittings().values().cloned().collect()
    }

    async fn look_after(&self, is_silence_over: bool) {
        let sittings = self.all();
        join_all(sittings.iter().map(|sitting| async move {
            if let Err(problem) = self.look_after_one(sitting).await {
                tracing::error!(meeting = sitting.id, %problem, "A meeting could not be written or shown; tried again at once");
            }
            if is_silence_over {
                sitting.seats().tell_frame(&Frame::Awareness(vec![]), None);
            }
        }))
        .await;
        // Whoever got one in this moment holds it, and a later version of theirs finds out by its number.
        self.sittings().retain(|_, sitting| Arc::strong_count(sitting) > 2 || !sitting.is_idle(IDLE_S));
    }

    async fn look_after_one(&self, sitting: &Arc<Sitting>) -> Result<(), Problem> {
        if sitting.is_due(GATHER).await {
            let mut desk = sitting.desk.lock().await;
            self.write(sitting, &mut desk).await?;
        }
        self.end_mutes(sitting).await?;
        self.show(sitting).await
    }

    /// Writes everything that waits.
    async fn settle(&self) {
        for sitting in self.all() {
            let mut desk = sitting.desk.lock().await;
            if let Err(problem) = self.write(&sitting, &mut desk).await {
                tracing::error!(meeting = sitting.id, %problem, "What was written last in a meeting could not be kept");
            }
        }
    }

    /// Ends the places of sessions that end.
    async fn watch_sessions(&self) {
        let mut ended = self.door.ended();
        loop {
            let session = ended.next().await;
            for sitting in self.all() {
                for seat in sitting.seats().all() {
                    let Some(guest) = &seat.guest else { continue };
                    let is_over = match &session {
                        Some(session) => guest.session == *session,
                        None => !self.keeps(guest),
                    };
                    if is_over {
                        seat.dismiss(SIGN_IN_REQUIRED.problem());
                    }
                }
            }
        }
    }

    /// Whether a guest may stay.
    pub(crate) fn keeps(&self, guest: &crate::door::Guest) -> bool {
        let now = self.clock.now();
        guest.expires_at > now && self.door.keeps(guest, now)
    }
}
