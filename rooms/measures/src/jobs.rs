//! The room at work while no one asks: takes windows, lets proposals lapse, ends measures.

use std::{sync::Arc, time::Duration};

use sala_core::problem::Problem;
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    time::MissedTickBehavior,
};

use crate::{Measures, input::Input, store};

/// How often the room looks at the clock.
const TICK: Duration = Duration::from_millis(500);

impl Measures {
    /// Works until `stop` becomes true.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut windows = self.evidence.subscribe();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Behind: a window was missed or could not be worked on. Until all windows since have been taken from the chunk log,
        // newer ones are left aside, for they are taken in order.
        let mut is_behind = true;
        while !*stop.borrow() {
            tokio::select! {
                changed = stop.changed() => if changed.is_err() { return },
                window = windows.recv() => match window {
                    Ok(window) if !is_behind => {
                        if let Err(problem) = self.take(&Input::from(&*window)).await {
                            tracing::error!(%problem, series = window.series, "A window could not be worked on; it will be taken again from the chunk log");
                            is_behind = true;
                        }
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(missed)) => {
                        tracing::warn!(missed, "The measures fell behind the windows and catch up from the chunk log");
                        is_behind = true;
                    }
                    Err(RecvError::Closed) => return,
                },
                _ = ticks.tick() => {
                    if is_behind {
                        is_behind = told(self.catch_up().await, "The measures could not catch up with the windows; they will try again");
                    }
                    told(self.expire_due().await, "Proposals could not be let lapse; it will be tried again");
                    told(self.end_due().await, "A measure could not be ended; it will be tried again");
                }
            }
        }
    }

    /// Lets the proposals lapse whose time is over.
    pub async fn expire_due(&self) -> Result<(), Problem> {
        for run in store::lapsed(&self.store, self.clock.now()).await? {
            self.expire(&run, "time").await?;
        }
        Ok(())
    }
}

/// Did it fail? Then it is told in the log.
fn told(done: Result<(), Problem>, sentence: &str) -> bool {
    if let Err(problem) = &done {
        tracing::error!(%problem, "{sentence}");
    }
    done.is_err()
}
