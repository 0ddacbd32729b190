//! A live street at work: round after round, each as its turn says, while the record is kept ([`super::record`]).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sala_core::problem::{INTERNAL, Problem};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{
    Control, Live, LiveMode, LiveState, Round, RoundState,
    observe::turn_value,
    record::Going,
    round::{Plan, Second, drive},
    schedule::{Turn, turn},
};
use crate::{
    Streets,
    simulator::{fault::Fault, simulation::Stop, sumo::Sumo},
    store,
};

/// The announcement of a turn lasts at least so long, so that the window of its series closes.
const LEAST_PAUSE: Duration = Duration::from_secs(1);
/// After a round that broke off.
const REST: Duration = Duration::from_secs(30);
/// The longest sleep of the street, so that a stop is heard.
const NAP: Duration = Duration::from_millis(100);
/// How often the lever is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Frames are told this often at most.
const FRAME: Duration = Duration::from_millis(200);
/// Seconds of a round that may lie between the street and the record.
const AHEAD: usize = 8;

impl Streets {
    /// Plays a live street until `stop` becomes true.
    pub(crate) async fn run_live(self: Arc<Self>, live: Arc<Live>, mut stop: watch::Receiver<bool>) {
        let Some(sumo) = self.simulator.clone() else {
            self.play_recording(&live, stop).await;
            return;
        };
        while !*stop.borrow() {
            let done = self.next_round(&live, &sumo, stop.clone()).await;
            live.now().state = LiveState::Stopped;
            if let Err(problem) = done {
                tracing::error!(%problem, street = live.street.file.id, "A live street broke off; it begins again soon");
                tokio::select! {
                    () = tokio::time::sleep(REST) => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }

    async fn next_round(self: &Arc<Self>, live: &Arc<Live>, sumo: &Sumo, stop: watch::Receiver<bool>) -> Result<(), Problem> {
        let street = &live.street;
        let last = store::last_round(&self.store, &street.file.id).await?;
        if let Some(cut) = last.as_ref().filter(|round| round.state == RoundState::Running) {
            self.end_round(live, cut.clone(), Err("the hall was stopped".into())).await?;
        }
        let number = last.map_or(1, |round| round.number + 1);
        let turn = turn(&street.hash, number);
        live.now().state = LiveState::Pausing;
        self.announce(live, turn.control, &stop).await?;
        if *stop.borrow() {
            return Ok(());
        }
        let plan = self.plan(live, sumo, number, turn).await?;
        let round = self.begin_round(live, sumo, number, turn).await?;
        self.play(live, plan, round, stop).await
    }

    /// Posts whose turn it is until the lever stands there, or the pause is over.
    async fn announce(&self, live: &Live, turn: Control, stop: &watch::Receiver<bool>) -> Result<(), Problem> {
        let began = Instant::now();
        let longest = Duration::from_secs(live.file.pause_s.into());
        loop {
            self.observe(&[(&live.file.series.turn, turn_value(turn))]).await?;
            tokio::time::sleep(LEAST_PAUSE.min(longest)).await;
            if self.ruler(live).await? == turn || began.elapsed() >= longest || *stop.borrow() {
                return Ok(());
            }
        }
    }

    /// Whom the lever names.
    async fn ruler(&self, live: &Live) -> Result<Control, Problem> {
        Ok(Control::of(&self.levers.get(&live.file.lever).await?.value))
    }

    async fn plan(&self, live: &Arc<Live>, sumo: &Sumo, number: u64, turn: Turn) -> Result<Plan, Problem> {
        let (sumo, own) = (sumo.clone(), Arc::clone(live));
        let read = tokio::task::spawn_blocking(move || Plan::of(&sumo, &own.street, &own.file, turn.seed, number)).await;
        let plan = read.map_err(fault)?.map_err(fault)?;
        let signals = plan.crossing.layout.network.signals.iter().map(|(_, signal)| signal.id.clone()).collect();
        let _ = live.signals.set(signals);
        Ok(Plan { is_separate: self.live_mode == LiveMode::Apart, ..plan })
    }

    async fn play(self: &Arc<Self>, live: &Arc<Live>, plan: Plan, round: Round, mut stop: watch::Receiver<bool>) -> Result<(), Problem> {
        let is_adaptive = Arc::new(AtomicBool::new(self.ruler(live).await? == Control::Adaptive));
        let halt = Arc::new(Stop::default());
        let (sender, mut seconds) = mpsc::channel::<Second>(AHEAD);
        let worker = {
            let (is_adaptive, halt) = (Arc::clone(&is_adaptive), Arc::clone(&halt));
            let (speed, mut began) = (live.file.speed, None);
            tokio::task::spawn_blocking(move || {
                drive(&plan, &is_adaptive, &halt, |second| {
                    let began = *began.get_or_insert_with(Instant::now);
                    let due_s = (second.frame.at_s - plan.scenario.begin_s) / speed;
                    let is_heard = sender.blocking_send(second).is_ok();
                    pace(began, due_s, &halt);
                    is_heard
                })
            })
        };
        // However this ends, the simulator must not outlive it.
        let _leash = Leash(Arc::clone(&halt));
        let mut going = Going::new(round);
        live.tell("round", &going.round);
        *live.now() = super::Now { state: LiveState::Running, round: Some(going.round.clone()) };
        let (mut looked, mut shown, mut is_stopping) = (Instant::now(), None::<Instant>, false);
        let mut recorded = Ok(());
        loop {
            let second = tokio::select! {
                second = seconds.recv() => second,
                _ = stop.changed(), if !is_stopping => {
                    is_stopping = true;
                    halt.pull();
                    continue;
                }
            };
            let Some(second) = second else { break };
            let now = Instant::now();
            if now.saturating_duration_since(looked) >= LOOK {
                looked = now;
                // A lever that can't be read names nobody: the fixed plan.
                let ruler = self.ruler(live).await.unwrap_or(Control::Fixed);
                is_adaptive.store(ruler == Control::Adaptive, Ordering::Relaxed);
            }
            if shown.is_none_or(|shown| now.saturating_duration_since(shown) >= FRAME) {
                shown = Some(now);
                live.tell("frame", &second.frame);
            }
            recorded = self.take(live, &mut going, second).await;
            if recorded.is_err() {
                // What can't be recorded must not go on.
                halt.pull();
                break;
            }
        }
        drop(seconds);
        let ended = worker.await.map_err(fault)?;
        if recorded.is_ok() {
            recorded = self.record_rest(live, &mut going).await;
        }
        if recorded.is_ok() && matches!(ended, Err(Fault::Stopped)) && *stop.borrow() {
            // The next start ends it: now the hall closes.
            return Ok(());
        }
        let ended = recorded.map_err(|problem| problem.to_string()).and_then(|()| ended.map_err(|fault| fault.to_string()));
        let reason = ended.as_ref().err().cloned();
        self.end_round(live, going.round, ended).await?;
        reason.map_or(Ok(()), |reason| Err(INTERNAL.problem().because(reason)))
    }
}

/// Sleeps until so many seconds after `began`. A street that is late does not hurry more than it can.
fn pace(began: Instant, due_s: f64, stop: &Stop) {
    let due = Duration::try_from_secs_f64(due_s).unwrap_or_default();
    while let Some(left) = due.checked_sub(began.elapsed()).filter(|left| !left.is_zero()) {
        if stop.is_pulled() {
            return;
        }
        std::thread::sleep(left.min(NAP));
    }
}

/// Stops the simulator when it is dropped.
struct Leash(Arc<Stop>);

impl Drop for Leash {
    fn drop(&mut self) {
        self.0.pull();
    }
}

pub(super) fn fault(fault: impl std::fmt::Display) -> Problem {
    INTERNAL.problem().because(fault.to_string())
}
