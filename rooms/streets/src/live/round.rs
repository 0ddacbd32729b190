//! One round at work: the simulator, the cabinet, and whoever rules; on a thread of its own.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sala_signals::traci::Request;

use super::{
    Control, Outcome,
    declaration::LiveFile,
    frame::{Frame, clock},
    minute::{Tick, Tracks},
    watch::{Watch, count},
};
use crate::{
    Street,
    simulator::{
        cabinet::Cabinet,
        crossing::Crossing,
        fault::Fault,
        hand::Hand,
        inspection::{Inspection, limits},
        lamps::Lamps,
        scenario::Scenario,
        simulation::{Desk, Simulation, Stop, seconds},
        sumo::Sumo,
    },
};

/// A controller that was silent once is not asked again; so many simulated seconds later it is started anew. (What a controller that was
/// lost for a while has heard nobody knows, and its decisions could not be made again.)
const RENEW_S: u32 = 15;

/// What a round needs.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The simulator.
    pub sumo: Sumo,
    /// Street and demand.
    pub scenario: Scenario,
    /// The street as read, with the intergreens of both controls.
    pub crossing: Arc<Crossing>,
    /// What the controller knows, and the intergreens of both controls.
    pub file: LiveFile,
    /// Does the adaptive controller run as a process of its own?
    pub is_separate: bool,
    /// Of the simulator.
    pub seed: u32,
    /// Number of the round, for its frames.
    pub number: u64,
    /// The street's clock at the begin.
    pub clock: String,
}

/// One second of a round, told as it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Second {
    /// For the record.
    pub tick: Tick,
    /// For pages.
    pub frame: Frame,
    /// Hours that all drivers lose in an hour, as in this second.
    pub lost: f64,
    /// Standing vehicles before each signal, as the sensors tell.
    pub queues: Vec<u32>,
    /// Interventions of the monitor so far.
    pub interventions: u64,
}

impl Plan {
    /// Of a street; reads its network.
    ///
    /// # Errors
    /// As the network can't be read.
    pub fn of(sumo: &Sumo, street: &Street, file: &LiveFile, seed: u32, number: u64) -> Result<Self, Fault> {
        Ok(Self {
            sumo: sumo.clone(),
            scenario: street.scenario.clone(),
            crossing: Arc::new(Crossing::read(&street.scenario, &file.hand(Control::Adaptive))?),
            file: file.clone(),
            is_separate: false,
            seed,
            number,
            clock: street.file.clock.clone(),
        })
    }

    /// The hand of a control.
    pub fn hand(&self, control: Control) -> Hand {
        Hand { is_separate: self.is_separate && control == Control::Adaptive, ..self.file.hand(control) }
    }
}

/// Runs a round to its end. `is_adaptive` is looked at every simulated second; `tell` gives false when nobody wants to hear more, and may
/// take its time: the street goes as fast as it is heard.
///
/// # Errors
/// Whatever stops SUMO or us; [`Fault::Stopped`] when `stop` was pulled or `tell` said false.
pub fn drive(plan: &Plan, is_adaptive: &AtomicBool, stop: &Stop, mut tell: impl FnMut(Second) -> bool) -> Result<Outcome, Fault> {
    let crossing = &*plan.crossing;
    let network = &crossing.layout.network;
    let mut control = wanted(is_adaptive);
    let (mut cabinet, file) = Cabinet::build(crossing, plan.hand(control), plan.scenario.begin_s, plan.sumo.release())?;
    let desk = Desk::new()?;
    let ours: Vec<_> = file.map(|file| desk.put("sensors.add.xml", &file)).transpose()?.into_iter().collect();
    let mut simulation = Simulation::start(&plan.sumo, &plan.scenario, plan.seed, &ours, desk, stop)?;
    simulation.watch_demand()?;
    let mut lamps = Lamps::watch(&mut simulation)?;
    let limits = limits(crossing);
    let mut inspection = Inspection::new(crossing, &limits);
    let watch = Watch::of(network);
    let mut request = Request::new();
    cabinet.open(&mut request);
    watch.open(&mut request);
    let (mut tracks, mut lost_s, mut silent_s, mut is_new) = (Tracks::default(), 0.0, 0_u32, true);
    while !simulation.is_over() {
        let results = simulation.step(&request)?;
        request.clear();
        let now_ms = simulation.now_ms();
        lamps.take(&results);
        inspection.see(now_ms, &lamps);
        let Some(raw) = cabinet.sense(now_ms, &results) else { continue };
        let wanted = wanted(is_adaptive);
        if wanted != control || silent_s >= RENEW_S {
            cabinet.hand_to(crossing, plan.hand(wanted))?;
            (control, silent_s, is_new) = (wanted, 0, true);
        }
        let raw = tracks.tidy(raw);
        let said = if silent_s == 0 { cabinet.consult(now_ms, &raw) } else { None };
        silent_s = if said.is_none() { silent_s + 1 } else { 0 };
        cabinet.obey(now_ms, &raw, said.as_deref());
        cabinet.show(&mut request);
        let is_fallback = cabinet.is_fallback();
        let seen = watch.look(&results);
        let demand = simulation.demand();
        let lost = seen.lost + f64::from(u32::try_from(demand.waiting).unwrap_or(u32::MAX));
        lost_s += lost;
        let at_s = seconds(now_ms);
        let frame = Frame {
            round: plan.number,
            at_s,
            clock: clock(&plan.clock, plan.scenario.begin_s, at_s),
            control,
            is_fallback,
            lamps: network.signals.iter().map(|(_, signal)| lamps.of(&signal.id).unwrap_or_default().to_owned()).collect(),
            running: count(seen.running),
            halted: count(seen.halted),
            lanes: seen.lanes,
            waiting_outside: demand.waiting,
            arrived: demand.arrived,
            lost_h: (lost_s / 36.0).round() / 100.0,
        };
        let said = said.map(|said| said.into_iter().map(|command| (command.signal.0, command.phase.0)).collect());
        let queues = watch.queues(&raw);
        let tick = Tick { now_ms, control, is_new, raw, said, lamps: cabinet.lamps() };
        is_new = false;
        let second = Second { tick, frame, lost, queues, interventions: cabinet.interventions() };
        if !tell(second) {
            return Err(Fault::Stopped);
        }
    }
    let (trips, _) = simulation.finish()?;
    Ok(Outcome {
        delay_s: trips.delay_s,
        p95_delay_s: trips.p95_delay_s,
        demanded: trips.demanded,
        arrived: trips.arrived,
        violations: inspection.count(),
        interventions: cabinet.interventions(),
    })
}

fn wanted(is_adaptive: &AtomicBool) -> Control {
    if is_adaptive.load(Ordering::Relaxed) { Control::Adaptive } else { Control::Fixed }
}
