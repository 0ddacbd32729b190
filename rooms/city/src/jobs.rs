//! The room at work while no one asks: one flood after the other is computed.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sala_core::problem::Problem;
use sala_district::flood::FloodError;
use tokio::sync::watch;

use crate::{
    Cities,
    flood::{Flood, answer},
    problems::FLOOD_OVER,
    store::floods as store,
};

/// How often the room looks for questions that nobody announced, such as those from before a restart.
const TICK: Duration = Duration::from_secs(5);

impl Cities {
    /// Works until `stop` becomes true.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.next().await {
                Ok(Some(flood)) => {
                    tokio::select! {
                        done = self.work_on(&flood) => {
                            if let Err(problem) = done {
                                tracing::error!(%problem, flood = flood.id, "A flood could not be recorded; it will be computed again");
                                tokio::time::sleep(TICK).await;
                            }
                        }
                        _ = stop.changed() => {
                            self.stop_floods();
                            return;
                        }
                    }
                    continue;
                }
                Ok(None) => {}
                Err(problem) => tracing::error!(%problem, "The floods that wait can't be read; it will be tried again"),
            }
            tokio::select! {
                changed = stop.changed() => if changed.is_err() { return },
                () = self.wake.notified() => {}
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// The oldest question that waits. One about a district that the profile no longer has waits until it has it again.
    async fn next(&self) -> Result<Option<Flood>, Problem> {
        let waiting = store::waiting(&self.store).await?;
        Ok(waiting.into_iter().find(|flood| self.place(&flood.city).is_ok_and(|place| place.file.flood.is_some())))
    }

    async fn work_on(self: &Arc<Self>, flood: &Flood) -> Result<(), Problem> {
        let place = Arc::clone(self.place(&flood.city)?);
        let stop = self.begin_flood(&flood.id);
        self.tell_flood(flood);
        let (room, own, ground) = (Arc::clone(self), flood.clone(), Arc::clone(&place));
        let worked = tokio::task::spawn_blocking(move || {
            answer::compute(&ground, &own.question, &mut |part| {
                room.advance_flood(&own, part);
                !stop.load(Ordering::Relaxed)
            })
        })
        .await;
        let recorded = match worked {
            Ok(Ok(computed)) => self.answer_flood(&place, flood, computed).await,
            // Whoever stopped it has recorded that.
            Ok(Err(FloodError::Stopped)) => {
                self.leave_flood(&flood.id);
                return Ok(());
            }
            Ok(Err(error)) => self.fail_flood(flood, error.to_string()).await,
            // A fault of ours would come again: the question must not come back for ever.
            Err(fault) => self.fail_flood(flood, fault.to_string()).await,
        };
        self.leave_flood(&flood.id);
        match recorded {
            Err(problem) if problem.code != &FLOOD_OVER => Err(problem),
            _ => Ok(()),
        }
    }
}
