//! What induction loops let one guess of a junction, as the queue model takes it.

use super::{
    LaneMemory, Memory, Tuning,
    junction::Junction,
    scene::{AMPLE, ExitScene, LaneSeen, Scene, seconds, stuck},
};
use crate::{
    controller::Light,
    network::Id,
    sensing::{LoopReading, LoopRole},
};

/// From the advance loop to the stop line, m, and the vehicles that have room there.
const ADVANCE_M: f64 = 60.0;
const ROOM: f64 = 8.0;
/// A loop that has been covered for this long has a queue upon it, ms.
const COVERED_MS: i64 = 3_000;
/// An exit loop that has been covered for this long: the street is full, ms.
const FULL_MS: i64 = 4_000;
/// On green with nobody over the stop loop for this long, the queue is gone, ms.
const GONE_MS: i64 = 4_000;

/// What is remembered of the loops of a lane.
#[derive(Debug, Clone, Default)]
pub(super) struct LaneLoops {
    /// Vehicles between advance loop and stop line.
    vehicles: f64,
    /// Vehicles that came over the advance loop of late, the newest first, by second.
    came: [f64; 4],
    /// Since when the advance loop has been covered, ms.
    advance_since_ms: Option<i64>,
    /// Since when someone has stood over the stop loop, ms.
    stop_since_ms: Option<i64>,
}

/// Learns from a second of readings.
pub(super) fn learn<'a>(
    now_ms: i64,
    light: &Light,
    junction: &Junction,
    memory: &mut Memory,
    readings: impl Iterator<Item = (LoopRole, &'a LoopReading)> + Clone,
    tuning: &Tuning,
) {
    let phase = light.phase.index();
    let since = |begin_ms: &mut Option<i64>, is_covered: bool| *begin_ms = is_covered.then(|| begin_ms.unwrap_or(now_ms));
    for ((index, lane), memory) in (0_u16..).zip(&junction.lanes).zip(&mut memory.lanes) {
        let (mut came, mut left, mut is_stopped, mut is_advanced, mut idle_ms) = (0.0, 0.0, false, false, 0);
        for (role, reading) in readings.clone() {
            match role {
                LoopRole::Advance(of) if of == index => {
                    came += f64::from(reading.passed);
                    is_advanced |= reading.is_occupied;
                }
                LoopRole::Stop(of) if of == index => {
                    left = f64::from(reading.passed);
                    is_stopped = reading.is_occupied;
                    idle_ms = reading.idle_ms;
                }
                _ => {}
            }
        }
        let is_open = lane.is_open(phase) && !light.is_on_the_way;
        let loops = &mut memory.loops;
        since(&mut loops.advance_since_ms, is_advanced);
        since(&mut loops.stop_since_ms, is_stopped && left < 1.0);
        loops.vehicles = (loops.vehicles + came - left).clamp(0.0, ROOM);
        if is_stopped {
            loops.vehicles = loops.vehicles.max(1.0);
        }
        if loops.advance_since_ms.is_some_and(|begin_ms| now_ms - begin_ms >= COVERED_MS) {
            loops.vehicles = ROOM;
        }
        if is_open && light.green_ms >= GONE_MS && !is_stopped && idle_ms >= GONE_MS {
            loops.vehicles = loops.vehicles.min(came);
        }
        loops.came.rotate_right(1);
        if let Some(newest) = loops.came.first_mut() {
            *newest = came;
        }
        let stood_ms = loops.stop_since_ms.map_or(0, |begin_ms| now_ms - begin_ms);
        let is_waiting = is_stopped && !is_open;
        memory.note(now_ms, left, is_waiting && lane.can_go(), tuning);
        if left > 0.0 || !is_stopped {
            memory.refused.fill(false);
        } else if is_open && light.green_ms >= 4_000 && stood_ms >= 4_000 {
            memory.refuse(lane, phase, |_| true);
        }
    }
    let exits = memory.exits_since_ms.iter_mut();
    for (index, begin_ms) in (0_u16..).zip(exits) {
        let mut own = readings.clone().filter(|(role, _)| *role == LoopRole::Exit(index));
        since(begin_ms, own.any(|(_, reading)| reading.is_occupied && reading.passed == 0));
    }
}

/// What the loops have told, as a scene.
pub(super) fn scene(now_ms: i64, junction: &Junction, memory: &Memory, tuning: &Tuning) -> Scene {
    let lanes = junction.lanes.iter().zip(&memory.lanes).map(|(lane, remembered): (_, &LaneMemory)| {
        let loops = &remembered.loops;
        let ways = lane.ways.iter().map(|way| if way.turns_back { 0.1 } else { 1.0 });
        let all: f64 = ways.clone().sum();
        let drive_s = super::scene::whole(ADVANCE_M / lane.speed_mps);
        let mut arrivals = vec![0.0; tuning.horizon_s];
        let mut on_the_way = 0.0;
        for (age, came) in loops.came.iter().enumerate().take(drive_s) {
            if let Some(arriving) = arrivals.get_mut(drive_s - age) {
                *arriving += came;
                on_the_way += came;
            }
        }
        arrivals.iter_mut().skip(drive_s + 1).for_each(|arriving| *arriving += remembered.flow);
        let wait_s = loops.stop_since_ms.map_or(0.0, |begin_ms| seconds(now_ms - begin_ms)).min(180.0);
        let risk = if lane.is_entry || loops.vehicles < ROOM { 0.0 } else { (ADVANCE_M / lane.storage_m).clamp(0.0, 1.0) };
        LaneSeen {
            shares: ways.map(|share| share / all).collect(),
            queue: (loops.vehicles - on_the_way).max(0.0),
            arrivals,
            weight: (1.0 + wait_s / tuning.patience_s / 2.0) * (1.0 + tuning.spill_back * risk),
            stuck: stuck(junction, lane, &remembered.refused),
        }
    });
    let exits = memory.exits_since_ms.iter().map(|begin_ms| {
        let is_full = begin_ms.is_some_and(|begin_ms| now_ms - begin_ms >= FULL_MS);
        ExitScene { space: if is_full { 0.0 } else { AMPLE }, congestion: if is_full { tuning.congestion } else { 0.0 } }
    });
    Scene { lanes: lanes.collect(), exits: exits.collect() }
}
