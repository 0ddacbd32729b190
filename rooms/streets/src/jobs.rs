//! The room at work while no one asks: one question after the other is simulated.

use std::{sync::Arc, time::Duration};

use sala_core::problem::Problem;
use tokio::sync::watch;

use crate::{
    Streets,
    ask::Ask,
    impact::run::{self, ImpactError, Progress, Question},
    problems::IMPACT_OVER,
    simulator::fault::Fault,
    store,
};

/// How often the room looks for questions that nobody announced, such as those from before a restart.
const TICK: Duration = Duration::from_secs(5);

impl Streets {
    /// Works until `stop` becomes true.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut lives = tokio::task::JoinSet::new();
        for live in self.lives.values().filter(|_| self.is_live()) {
            lives.spawn(Arc::clone(&self).run_live(Arc::clone(live), stop.clone()));
        }
        self.answer_questions(&mut stop).await;
        lives.join_all().await;
    }

    /// One question after the other.
    async fn answer_questions(self: &Arc<Self>, stop: &mut watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.next().await {
                Ok(Some(ask)) if self.simulator.is_some() => {
                    tokio::select! {
                        done = self.work_on(&ask) => {
                            if let Err(problem) = done {
                                tracing::error!(%problem, impact = ask.id, "A simulation could not be recorded; it will be done again");
                                tokio::time::sleep(TICK).await;
                            }
                        }
                        _ = stop.changed() => {
                            // The simulators must not outlive the hall; the question is taken up again at the next start.
                            self.stop_all();
                            return;
                        }
                    }
                    continue;
                }
                Ok(_) => {}
                Err(problem) => tracing::error!(%problem, "The questions that wait can't be read; it will be tried again"),
            }
            tokio::select! {
                changed = stop.changed() => if changed.is_err() { return },
                () = self.wake.notified() => {}
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// The oldest question that waits. One about a street that the profile no longer has waits until it has it again.
    async fn next(&self) -> Result<Option<Ask>, Problem> {
        Ok(store::waiting(&self.store).await?.into_iter().find(|ask| self.street(&ask.street).is_ok()))
    }

    async fn work_on(self: &Arc<Self>, ask: &Ask) -> Result<(), Problem> {
        let street = Arc::clone(self.street(&ask.street)?);
        let Some(sumo) = self.simulator.clone() else { return Ok(()) };
        let question =
            Question { scenario: street.scenario.clone(), change: ask.change.clone(), seeds: ask.seeds.clone(), jobs: self.jobs };
        let stop = self.begin(&ask.id, ask.seeds.len().saturating_mul(2));
        self.tell(ask);
        let (room, own) = (Arc::clone(self), ask.clone());
        let worked = tokio::task::spawn_blocking(move || {
            let report = |progress: Progress| room.advance(&own, progress);
            run::run(&sumo, &question, &report, &stop)
        });
        let worked = worked.await;
        self.leave(&ask.id);
        let recorded = match worked {
            Ok(Ok(impact)) => self.finish(ask, &impact).await,
            // Whoever stopped it has recorded that.
            Ok(Err(ImpactError::Fault(Fault::Stopped))) => return Ok(()),
            Ok(Err(error)) => self.fail(ask, error.to_string()).await,
            // A fault of ours would come again: the question must not come back for ever.
            Err(fault) => self.fail(ask, fault.to_string()).await,
        };
        match recorded {
            Err(problem) if problem.code != &IMPACT_OVER => Err(problem),
            _ => Ok(()),
        }
    }
}
