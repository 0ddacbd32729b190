//! What the room does while no one asks: it publishes the policies in force, clears away sessions and recoveries that are over, and carries out erasures.

use std::{sync::Arc, time::Duration};

use sala_core::{act::Draft, ctx::Ctx, problem::Problem};
use tokio::sync::watch;

use crate::{People, acts, store};

const EVERY: Duration = Duration::from_mins(1);

impl People {
    /// Works until told to stop.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(problem) = self.sweep().await {
                tracing::warn!(%problem, "What is over could not be cleared away; the next try is in a minute");
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Moves the custodians' key and the unmasking cases on, each second, until told to stop.
    pub async fn run_custody(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(problem) = self.tend_custody().await {
                tracing::warn!(%problem, "The custodians' board could not be moved on; the next try is in a second");
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// One step of that: ends rounds that are over, publishes the key, hands links over, tells citizens, ends cases.
    pub async fn tend_custody(&self) -> Result<(), Problem> {
        let ctx = Ctx::system("people/1", self.clock.now(), Arc::clone(&self.entropy));
        self.advance_custody(&ctx).await?;
        self.hand_links_over(&ctx).await?;
        self.tend_unmaskings(&ctx).await
    }

    /// Forgets what is over, in memory and in the store, and whoever asked to be forgotten.
    pub(crate) async fn sweep(&self) -> Result<(), Problem> {
        let ctx = Ctx::system("people/1", self.clock.now(), Arc::clone(&self.entropy));
        self.publish_policies(&ctx).await?;
        self.forget_sessions(|live| !live.is_open(ctx.now));
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
        self.end_recoveries(&ctx).await?;
        self.tend_credentials(&ctx).await?;
        self.erase_presentations(&ctx).await?;
        self.carry_out_erasures(&ctx).await?;
        Ok(())
    }
}
