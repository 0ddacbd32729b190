//! A live street at work: round after round, each minute on the record before the next is asked for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sala_core::{
    act::Draft,
    cbor::Value,
    problem::{INTERNAL, Problem},
};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{
    Control, Live, LiveMode, LiveState, Outcome, Round, RoundState,
    minute::{Tick, pack},
    observe::turn_value,
    round::{Plan, Second, drive},
    schedule::{Turn, turn},
};
use crate::{
    Streets, acts,
    simulator::{
        crossing::Crossing,
        fault::Fault,
        hand::{Controller, Hand},
        simulation::Stop,
        sumo::Sumo,
    },
    store,
};

/// Simulated seconds of an act.
const MINUTE: usize = 60;
/// The announcement of a turn lasts at least so long, so that the window of its series closes.
const LEAST_PAUSE: Duration = Duration::from_secs(1);
/// After a round that broke off.
const REST: Duration = Duration::from_secs(30);
/// The longest sleep of the street, so that a stop is heard.
const NAP: Duration = Duration::from_millis(100);
/// Frames are told this often at most.
const FRAME: Duration = Duration::from_millis(200);
/// Seconds of a round that may lie between the street and the record.
const AHEAD: usize = 8;

/// What a round has come to so far.
struct Going {
    round: Round,
    ticks: Vec<Tick>,
    /// Of the minute.
    lost: f64,
    queue: u32,
    queues: Vec<u32>,
    arrived: u64,
    arrived_before: u64,
    interventions: u64,
    interventions_before: u64,
    adaptive_s: u32,
    fallback_s: u32,
    was_fallback: bool,
}

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
        let number = last.map_or(0, |round| round.number + 1);
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

    async fn plan(&self, live: &Live, sumo: &Sumo, number: u64, turn: Turn) -> Result<Plan, Problem> {
        let (scenario, file) = (live.street.scenario.clone(), &live.file);
        let hand = Hand { controller: Controller::Adaptive, sensing: file.sensing, intergreen: file.intergreen, is_separate: false };
        let read = tokio::task::spawn_blocking(move || Crossing::read(&scenario, &hand)).await;
        let crossing = read.map_err(fault)?.map_err(fault)?;
        let signals = crossing.layout.network.signals.iter().map(|(_, signal)| signal.id.clone()).collect();
        let _ = live.signals.set(signals);
        Ok(Plan {
            sumo: sumo.clone(),
            scenario: live.street.scenario.clone(),
            crossing: Arc::new(crossing),
            sensing: file.sensing,
            intergreen: file.intergreen,
            is_separate: self.live_mode == LiveMode::Apart,
            seed: turn.seed,
            number,
            clock: live.street.file.clock.clone(),
        })
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
            if now.saturating_duration_since(looked) >= Duration::from_secs(1) {
                looked = now;
                is_adaptive.store(self.ruler(live).await? == Control::Adaptive, Ordering::Relaxed);
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
        recorded?;
        if !going.ticks.is_empty() {
            self.record_minute(live, &mut going).await?;
        }
        if matches!(ended, Err(Fault::Stopped)) && *stop.borrow() {
            // The next start ends it: now the hall closes.
            return Ok(());
        }
        let ended = ended.map_err(|fault| fault.to_string());
        let reason = ended.as_ref().err().cloned();
        self.end_round(live, going.round, ended).await?;
        reason.map_or(Ok(()), |reason| Err(INTERNAL.problem().because(reason)))
    }

    async fn take(&self, live: &Live, going: &mut Going, second: Second) -> Result<(), Problem> {
        let is_fallback = second.frame.is_fallback;
        if is_fallback && !going.was_fallback {
            tracing::warn!(street = live.street.file.id, at_s = second.frame.at_s, "The signal controller is silent; the fixed plan rules");
            let draft = draft(&acts::FALL_BACK, live, &going.round).public("at_s", second.frame.at_s);
            self.store.act(&self.system(), draft, |_| Box::pin(async { Ok(()) })).await?;
        }
        going.add(second, is_fallback);
        if going.ticks.len() < MINUTE { Ok(()) } else { self.record_minute(live, going).await }
    }

    /// The act of a minute, then its observations.
    async fn record_minute(&self, live: &Live, going: &mut Going) -> Result<(), Problem> {
        let ticks = std::mem::take(&mut going.ticks);
        let seconds = u32::try_from(ticks.len()).unwrap_or(u32::MAX);
        let packed = tokio::task::spawn_blocking(move || pack(&ticks)).await.map_err(fault)?.map_err(fault)?;
        let round = &mut going.round;
        let number = round.minutes;
        round.minutes += 1;
        round.seconds += seconds;
        round.adaptive_s += going.adaptive_s;
        round.fallback_s += going.fallback_s;
        let share = f64::from(going.adaptive_s) / f64::from(seconds.max(1));
        let lost = going.lost / f64::from(seconds.max(1));
        let arrived = u32::try_from(going.arrived.saturating_sub(going.arrived_before)).unwrap_or(u32::MAX);
        let flow = f64::from(arrived) * 3_600.0 / f64::from(seconds.max(1));
        let minute = store::Minute {
            round: round.number,
            number,
            adaptive_s: going.adaptive_s,
            fallback_s: going.fallback_s,
            interventions: going.interventions.saturating_sub(going.interventions_before),
            queue: going.queue,
            flow,
            lost_h_per_h: lost,
        };
        let lever = self.levers.get(&live.file.lever).await?;
        let mut draft = draft(&acts::DECIDE, live, round)
            .policy(live.street.hash)
            .public("minute", i64::from(number))
            .public("controller", controller(live))
            .public("inputs_sha256", hex::encode(packed.inputs_sha256))
            .public("decisions_sha256", hex::encode(packed.decisions_sha256))
            .public("adaptive_s", i64::from(going.adaptive_s))
            .public("fallback_s", i64::from(going.fallback_s))
            .public("interventions", i64::try_from(minute.interventions).unwrap_or(i64::MAX))
            .refers(&live.file.lever);
        if let Some(run) = &lever.run {
            draft.add_ref(run.as_str());
        }
        let street = live.street.file.id.clone();
        let saved = round.clone();
        self.store
            .act(&self.system(), draft, move |tx| {
                let (street, minute, packed, round) = (street.clone(), minute.clone(), packed.clone(), saved.clone());
                Box::pin(async move {
                    store::save_minute(tx, &street, &minute, &packed);
                    store::save_round(tx, &round);
                    Ok(())
                })
            })
            .await?;
        live.now().round = Some(round.clone());
        let series = &live.file.series;
        let mut values = vec![
            (series.turn.as_str(), turn_value(round.turn)),
            (series.control.as_str(), share),
            (series.lost.as_str(), lost),
            (series.queue.as_str(), f64::from(going.queue)),
            (series.flow.as_str(), flow),
        ];
        let signals = live.signals.get().map(Vec::as_slice).unwrap_or_default();
        let queues = signals
            .iter()
            .zip(&going.queues)
            .filter_map(|(signal, queue)| Some((live.file.queues.get(signal)?.as_str(), f64::from(*queue))));
        values.extend(queues);
        self.observe(&values).await?;
        going.next_minute();
        Ok(())
    }

    async fn begin_round(&self, live: &Live, sumo: &Sumo, number: u64, turn: Turn) -> Result<Round, Problem> {
        let street = live.street.file.id.clone();
        let round = Round {
            id: store::round_id(&street, number),
            street,
            number,
            pair: turn.pair,
            seed: turn.seed,
            turn: turn.control,
            state: RoundState::Running,
            street_sha256: hex::encode(live.street.hash),
            simulator: format!("SUMO {}", sumo.version),
            began_at: self.clock.now(),
            ended_at: None,
            minutes: 0,
            seconds: 0,
            adaptive_s: 0,
            fallback_s: 0,
            outcome: None,
            reason: None,
            begin_act: String::new(),
            end_act: None,
        };
        let draft = draft(&acts::BEGIN, live, &round)
            .policy(live.street.hash)
            .public("pair", i64::try_from(round.pair).unwrap_or(i64::MAX))
            .public("seed", i64::from(round.seed))
            .public("turn", round.turn.word())
            .public("simulator", round.simulator.as_str());
        let keep_from = number.saturating_sub(u64::from(live.file.keep_rounds) - 1);
        let acted = self
            .store
            .act(&self.system(), draft, move |tx| {
                let mut round = round.clone();
                Box::pin(async move {
                    tx.act_id().clone_into(&mut round.begin_act);
                    store::save_round(tx, &round);
                    store::forget_minutes(tx, &round.street, keep_from).await?;
                    Ok(round)
                })
            })
            .await?;
        Ok(acted.value)
    }

    async fn end_round(&self, live: &Live, mut round: Round, ended: Result<Outcome, String>) -> Result<(), Problem> {
        round.ended_at = Some(self.clock.now());
        let mut draft = draft(&acts::END, live, &round).public("turn", round.turn.word()).public("adaptive_share", round.adaptive_share());
        match ended {
            Ok(outcome) => {
                round.state = RoundState::Over;
                round.outcome = Some(outcome);
                draft = draft.public("outcome", Value::from_serde(&outcome));
            }
            Err(reason) => {
                round.state = RoundState::CutOff;
                draft = draft.public("state", "cut_off").open("reason", reason.as_str());
                round.reason = Some(reason);
            }
        }
        let acted = self
            .store
            .act(&self.system(), draft, move |tx| {
                let mut round = round.clone();
                Box::pin(async move {
                    round.end_act = Some(tx.act_id().to_owned());
                    store::save_round(tx, &round);
                    Ok(round)
                })
            })
            .await?;
        live.now().round = Some(acted.value.clone());
        live.tell("round", &acted.value);
        Ok(())
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

impl Going {
    fn new(round: Round) -> Self {
        Self {
            round,
            ticks: Vec::with_capacity(MINUTE),
            lost: 0.0,
            queue: 0,
            queues: vec![],
            arrived: 0,
            arrived_before: 0,
            interventions: 0,
            interventions_before: 0,
            adaptive_s: 0,
            fallback_s: 0,
            was_fallback: false,
        }
    }

    fn add(&mut self, second: Second, is_fallback: bool) {
        let Second { tick, frame, lost, queues, interventions } = second;
        self.lost += lost;
        self.queue = queues.iter().sum();
        self.queues = queues;
        self.arrived = frame.arrived;
        self.interventions = interventions;
        self.adaptive_s += u32::from(tick.control == Control::Adaptive && !is_fallback);
        self.fallback_s += u32::from(is_fallback);
        self.was_fallback = is_fallback;
        self.ticks.push(tick);
    }

    fn next_minute(&mut self) {
        (self.lost, self.adaptive_s, self.fallback_s) = (0.0, 0, 0);
        self.arrived_before = self.arrived;
        self.interventions_before = self.interventions;
    }
}

/// Name and version of what decides.
fn controller(live: &Live) -> String {
    format!("adaptive/{} ({})", sala_signals::VERSION, live.file.sensing)
}

fn draft(kind: &'static sala_core::act::ActKind, live: &Live, round: &Round) -> Draft {
    let file = &live.street.file;
    Draft::new(kind, file.legal_basis.authority())
        .office(file.office.as_str())
        .public("street", file.id.as_str())
        .public("round", round.id.as_str())
        .refers(&file.id)
        .refers(&round.id)
}

fn fault(fault: impl std::fmt::Display) -> Problem {
    INTERNAL.problem().because(fault.to_string())
}
