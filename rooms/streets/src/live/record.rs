//! The record of a live street: its rounds begin and end, each minute is an act, and what was observed goes to the streams.

use sala_core::{
    act::{ActKind, Draft},
    cbor::Value,
    problem::Problem,
};

use super::{
    Control, Live, Outcome, Round, RoundState,
    minute::{Tick, pack},
    observe::turn_value,
    round::Second,
    run::fault,
    schedule::Turn,
};
use crate::{Streets, acts, simulator::sumo::Sumo, store};

/// Simulated seconds of an act.
const MINUTE: usize = 60;

/// What a round has come to so far.
pub(super) struct Going {
    pub(super) round: Round,
    ticks: Vec<Tick>,
    /// Of the minute.
    lost: f64,
    queues: Vec<u32>,
    arrived: u64,
    arrived_before: u64,
    interventions: u64,
    interventions_before: u64,
    adaptive_s: u32,
    fallback_s: u32,
    was_fallback: bool,
}

impl Going {
    pub(super) fn new(round: Round) -> Self {
        Self {
            round,
            ticks: Vec::with_capacity(MINUTE),
            lost: 0.0,
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

impl Streets {
    /// Takes a second of a round; a whole minute goes on the record.
    pub(super) async fn take(&self, live: &Live, going: &mut Going, second: Second) -> Result<(), Problem> {
        let is_fallback = second.frame.is_fallback;
        if is_fallback && !going.was_fallback {
            tracing::warn!(street = live.street.file.id, at_s = second.frame.at_s, "The signal controller is silent; the fixed plan rules");
            let draft = draft(&acts::FALL_BACK, live, &going.round).public("at_s", second.frame.at_s);
            self.store.act(&self.system(), draft, |_| Box::pin(async { Ok(()) })).await?;
        }
        going.add(second, is_fallback);
        if going.ticks.len() < MINUTE { Ok(()) } else { self.record_minute(live, going).await }
    }

    /// What is left of a minute at the end of a round.
    pub(super) async fn record_rest(&self, live: &Live, going: &mut Going) -> Result<(), Problem> {
        if going.ticks.is_empty() { Ok(()) } else { self.record_minute(live, going).await }
    }

    /// The act of a minute, then its observations.
    async fn record_minute(&self, live: &Live, going: &mut Going) -> Result<(), Problem> {
        let ticks = std::mem::take(&mut going.ticks);
        let seconds = u32::try_from(ticks.len()).unwrap_or(u32::MAX);
        let packed = tokio::task::spawn_blocking(move || pack(&ticks)).await.map_err(fault)?.map_err(fault)?;
        let round = &mut going.round;
        round.minutes += 1;
        let number = round.minutes;
        round.seconds += seconds;
        round.adaptive_s += going.adaptive_s;
        round.fallback_s += going.fallback_s;
        let share = f64::from(going.adaptive_s) / f64::from(seconds.max(1));
        let lost = going.lost / f64::from(seconds.max(1));
        let arrived = u32::try_from(going.arrived.saturating_sub(going.arrived_before)).unwrap_or(u32::MAX);
        let flow = f64::from(arrived) * 3_600.0 / f64::from(seconds.max(1));
        let queue = going.queues.iter().sum();
        let minute = store::Minute {
            round: round.number,
            number,
            adaptive_s: going.adaptive_s,
            fallback_s: going.fallback_s,
            interventions: going.interventions.saturating_sub(going.interventions_before),
            queue,
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
            (series.queue.as_str(), f64::from(queue)),
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

    pub(super) async fn begin_round(&self, live: &Live, sumo: &Sumo, number: u64, turn: Turn) -> Result<Round, Problem> {
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

    pub(super) async fn end_round(&self, live: &Live, mut round: Round, ended: Result<Outcome, String>) -> Result<(), Problem> {
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

/// Name and version of what decides.
fn controller(live: &Live) -> String {
    format!("adaptive/{} ({})", sala_signals::VERSION, live.file.sensing)
}

fn draft(kind: &'static ActKind, live: &Live, round: &Round) -> Draft {
    let file = &live.street.file;
    Draft::new(kind, file.legal_basis.authority())
        .office(file.office.as_str())
        .public("street", file.id.as_str())
        .public("round", round.id.as_str())
        .refers(&file.id)
        .refers(&round.id)
}
