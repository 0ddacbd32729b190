//! One run: one seed from begin to end, the lamps in one hand.

use std::path::{Path, PathBuf};

use sala_signals::traci::Request;

use super::{
    cabinet::Cabinet,
    crossing::Crossing,
    deadlock::Deadlock,
    fault::Fault,
    hand::{Controller, Hand},
    inspection::{Inspection, limits},
    lamps::Lamps,
    programs::{Own, under},
    record::Record,
    report::Run,
    scenario::Scenario,
    simulation::{Desk, Simulation, Stop, milliseconds, seconds},
    sumo::Sumo,
};

/// Broken rules that are told in words.
const TOLD: usize = 10;

/// What all runs of a bench share.
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a> {
    /// The simulator.
    pub sumo: &'a Sumo,
    /// Street and demand.
    pub scenario: &'a Scenario,
    /// The street as read.
    pub crossing: &'a Crossing,
    /// Who moves the lamps.
    pub hand: Hand,
    /// Additional files that are taken as they are, outputs and all.
    pub measures: &'a [PathBuf],
    /// Folder for lamps and trips.
    pub keep: Option<&'a Path>,
    /// Pulled when all shall stop.
    pub stop: &'a Stop,
}

/// Runs one seed; `progress` is told thousandths of the way.
///
/// # Errors
/// Whatever stops SUMO or us.
pub fn drive(orders: &Orders<'_>, seed: u32, progress: impl Fn(u32)) -> Result<Run, Fault> {
    let Orders { sumo, scenario, crossing, hand, measures, keep, stop } = *orders;
    let network = &crossing.layout.network;
    let desk = Desk::new()?;
    let mut ours = measures.to_vec();
    let mut cabinet = None;
    match hand.controller {
        Controller::SumoActuated => ours.push(desk.put("own.add.xml", &under(network, Own::Actuated))?),
        Controller::SumoDelayBased => ours.push(desk.put("own.add.xml", &under(network, Own::DelayBased))?),
        _ if hand.is_sumos() => (),
        _ => {
            let (built, file) = Cabinet::build(crossing, hand, scenario.begin_s, sumo.release())?;
            ours.extend(file.map(|file| desk.put("sensors.add.xml", &file)).transpose()?);
            cabinet = Some(built);
        }
    }
    let mut simulation = Simulation::start(sumo, scenario, seed, &ours, desk, stop)?;
    let mut lamps = Lamps::watch(&mut simulation)?;
    let limits = limits(crossing);
    let mut inspection = Inspection::new(crossing, &limits);
    let mut record = keep.map(|folder| Record::open(folder, seed)).transpose()?;
    let (begin_ms, end_ms) = (milliseconds(scenario.begin_s), milliseconds(scenario.end_s));
    let mut request = Request::new();
    if let Some(cabinet) = &mut cabinet {
        cabinet.open(&mut request);
    }
    while !simulation.is_over() {
        let results = simulation.step(&request)?;
        request.clear();
        let now_ms = simulation.now_ms();
        lamps.take(&results);
        inspection.see(now_ms, &lamps);
        if let Some(record) = &mut record {
            record.note(now_ms, &lamps)?;
        }
        if let Some(cabinet) = &mut cabinet {
            cabinet.step(now_ms, &results, &mut request);
        }
        let done = (now_ms - begin_ms).saturating_mul(1000) / (end_ms - begin_ms).max(1);
        progress(u32::try_from(done).unwrap_or(0));
    }
    let (teleports, collisions, emergency_stops) = simulation.incidents();
    let deadlock = Deadlock::find(&mut simulation, network)?;
    let (trips, tripinfo) = simulation.finish()?;
    if let Some(record) = record {
        record.close(&tripinfo)?;
    }
    Ok(Run {
        seed,
        trips,
        safety_violations: inspection.count(),
        safety_interventions: cabinet.as_ref().map_or(0, Cabinet::interventions),
        controller_ms_per_step: cabinet.as_ref().map_or(0.0, Cabinet::cost_ms),
        silent_at_s: cabinet.as_ref().and_then(|cabinet| cabinet.silent_at_ms).map(seconds),
        fallback_at_s: cabinet.as_ref().and_then(|cabinet| cabinet.fallback_at_ms).map(seconds),
        fallback_s: cabinet.as_ref().map_or(0, |cabinet| cabinet.fallback_s),
        violations: inspection.words().take(TOLD).collect(),
        teleports,
        collisions,
        emergency_stops,
        deadlock,
        lamps_sha256: lamps.digest(),
    })
}
