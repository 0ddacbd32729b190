//! What the room does while no one asks: it clears sessions away that are over.

use std::{sync::Arc, time::Duration};

use sala_core::{act::Draft, ctx::Ctx, problem::Problem};
use tokio::sync::watch;

use crate::{People, acts, store};

const EVERY: Duration = Duration::from_mins(10);

impl People {
    /// Works until told to stop.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(problem) = self.sweep().await {
                tracing::warn!(%problem, "Sessions that are over could not be cleared away; the next try is in ten minutes");
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Forgets sessions that are over, in memory and in the store.
    pub(crate) async fn sweep(&self) -> Result<(), Problem> {
        let ctx = Ctx::system("people/1", self.clock.now(), Arc::clone(&self.entropy));
        self.cached().retain(|_, live| live.is_open(ctx.now));
        while store::has_expired_sessions(&self.store, ctx.now).await? {
            let now = ctx.now;
            let draft = Draft::new(
                &acts::EXPIRE_SESSIONS,
                "Personal Data Protection Act B.E. 2562 (2019), section 37(3): deletion when no longer needed",
            );
            self.store
                .act(&ctx, draft, move |tx| {
                    Box::pin(async move {
                        let removed = store::remove_expired_sessions(tx, now).await?;
                        tx.draft().add_public("sessions", removed);
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }
}
