//! What a camera sees of a junction, as the queue model takes it.

use super::{
    Memory, Tuning,
    junction::{Junction, Lane, SIGHT_M},
};
use crate::{
    network::{Network, Signal},
    sensing::{CameraView, Seen, Shares},
};

/// A lane before the stop line.
#[derive(Debug, Clone, Default)]
pub(super) struct LaneSeen {
    /// Share of its vehicles that take each way, in the order of [`Lane::ways`]; together 1.
    pub shares: Vec<f64>,
    /// Vehicles that stand or creep near the stop line.
    pub queue: f64,
    /// Vehicles that reach the stop line, or the end of the queue, in each second from now, if nothing stops them.
    pub arrivals: Vec<f64>,
    /// What a second of waiting of one of its vehicles counts.
    pub weight: f64,
    /// Phases that do not help the vehicle in front, bit by bit: it did not go when they let the others go.
    pub stuck: u128,
}

impl LaneSeen {
    pub(super) fn arriving(&self, second: usize) -> f64 {
        self.arrivals.get(second).copied().unwrap_or(0.0)
    }

    pub(super) fn open_share(&self, lane: &Lane, phase: usize) -> f64 {
        lane.ways.iter().zip(&self.shares).filter(|(way, _)| way.is_open(phase)).map(|(_, share)| share).sum()
    }

    pub(super) fn is_stuck(&self, phase: usize) -> bool {
        self.stuck & phase_bit(phase) != 0
    }
}

pub(super) fn phase_bit(phase: usize) -> u128 {
    u32::try_from(phase).ok().and_then(|place| 1_u128.checked_shl(place)).unwrap_or(0)
}

/// A lane behind the junction.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ExitScene {
    /// Vehicles that there is room for before those that stand.
    pub space: f64,
    /// 0 where traffic moves to 1 where it stands up to the junction.
    pub congestion: f64,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Scene {
    pub lanes: Vec<LaneSeen>,
    pub exits: Vec<ExitScene>,
}

/// Slower than this a vehicle is part of a queue, m/s.
const CREEP_MPS: f64 = 1.5;
/// A vehicle that is slower than 2 m/s within 60 m of the line is in its queue.
const QUEUE_MPS: f64 = 2.0;
const QUEUE_M: f64 = 60.0;
/// Street that a standing vehicle takes, m: 5 m and the gap of 2.5 m.
const VEHICLE_M: f64 = 7.5;
/// Usual acceleration, m/s².
const ACCELERATION: f64 = 2.0;
/// Waiting beyond this counts no more, s.
const WAIT_S: f64 = 180.0;
/// Room behind a junction when nobody stands there, vehicles.
pub(super) const AMPLE: f64 = 40.0;

/// Who has this much free street before it and stands waits for something else than the signal, m.
const FREE_M: f64 = 15.0;
const HELD_MS: i64 = 3_000;

/// The last vehicle on the way to a stop line, as one goes from the line against the traffic.
#[derive(Debug, Clone, Copy, Default)]
struct Front {
    /// From the line to its rear, m.
    rear_m: f64,
    /// Whether something else than the signal holds it and who is behind it.
    is_held: bool,
}

impl Front {
    /// Whether the next one is held up by something else: for want of room on the neighbouring lane that it wants, or in another junction.
    fn holds(&mut self, distance_m: f64, vehicle: &Seen) -> bool {
        self.is_held |= vehicle.standing_ms >= HELD_MS && distance_m - self.rear_m > FREE_M;
        self.rear_m = distance_m + vehicle.length_m;
        self.is_held
    }
}

impl Scene {
    pub(super) fn of(
        network: &Network,
        signal: &Signal,
        junction: &Junction,
        view: &CameraView,
        shares: &Shares,
        memory: &Memory,
        tuning: &Tuning,
    ) -> Self {
        let lanes = signal.approaches.iter().zip(&junction.lanes).zip(&memory.lanes).map(|((approach, lane), remembered)| {
            let mut seen =
                LaneSeen { shares: way_shares(network, lane, shares), arrivals: vec![0.0; tuning.horizon_s], ..LaneSeen::default() };
            let (mut waited, mut count, mut tail_m) = (0.0, 0.0, 0.0_f64);
            let mut fronts = vec![Front::default(); approach.leads.len()];
            let mut sight_m = lane.sight_m;
            for (place, lead) in approach.leads.iter().enumerate() {
                let next = lane.onward.get(place).copied().flatten();
                let mut front = next.and_then(|next| fronts.get(next)).copied().unwrap_or_default();
                let vehicles = view.on(lead.lane);
                let reach = if vehicles.is_empty() { 0.0 } else { shares.reach(network, lead) };
                let limit_mps = network.lanes.of(lead.lane).speed_mps.max(lane.speed_mps);
                for vehicle in vehicles {
                    let distance_m = lead.offset_m + vehicle.to_end_m;
                    if front.holds(distance_m, vehicle) {
                        sight_m = sight_m.min(distance_m);
                        continue;
                    }
                    if vehicle.speed_mps < CREEP_MPS && lead.offset_m <= lane.storage_m {
                        tail_m = tail_m.max(distance_m + 6.0);
                    }
                    if reach < 0.02 || distance_m > SIGHT_M {
                        continue;
                    }
                    waited += reach * seconds(vehicle.standing_ms);
                    count += reach;
                    if vehicle.speed_mps < QUEUE_MPS && distance_m < QUEUE_M {
                        seen.queue += reach;
                    } else if let Some(arriving) = seen.arrivals.get_mut(whole(drive_s(distance_m, vehicle.speed_mps, limit_mps))) {
                        *arriving += reach;
                    }
                }
                if let Some(own) = fronts.get_mut(place) {
                    *own = front;
                }
            }
            // Who comes later is not in sight yet, or held up by something else: as many as came of late.
            for arriving in seen.arrivals.iter_mut().skip(whole(sight_m / lane.speed_mps) + 1) {
                *arriving += remembered.flow;
            }
            let wait_s = if count > 0.0 { (waited / count).min(WAIT_S) } else { 0.0 };
            let risk = if lane.is_entry { 0.0 } else { ((tail_m / lane.storage_m - 0.5) / 0.5).clamp(0.0, 1.0) };
            seen.weight = (1.0 + wait_s / tuning.patience_s) * (1.0 + tuning.spill_back * risk);
            seen.stuck = stuck(junction, lane, &remembered.refused);
            seen
        });
        let exits = junction.exits.iter().map(|exit| exit.seen(view, tuning));
        Self { lanes: lanes.collect(), exits: exits.collect() }
    }

    pub(super) fn congestion(&self, exit: usize) -> f64 {
        self.exits.get(exit).map_or(0.0, |exit| exit.congestion)
    }

    /// Vehicles that are here or come within the next 20 s.
    pub(super) fn demand(&self) -> f64 {
        self.lanes.iter().map(|lane| lane.queue + lane.arrivals.iter().take(20).sum::<f64>()).sum()
    }
}

impl super::junction::Exit {
    pub(super) fn seen(&self, view: &CameraView, tuning: &Tuning) -> ExitScene {
        let vehicles = || {
            let lanes = self.lanes.iter().map(|(lane, begin_m, length_m)| (view.on(*lane), begin_m + length_m));
            lanes.flat_map(|(vehicles, end_m)| vehicles.iter().map(move |vehicle| (end_m - vehicle.to_end_m, vehicle)))
        };
        let standing = vehicles().filter(|(_, vehicle)| vehicle.speed_mps < CREEP_MPS);
        let free_m = standing.map(|(front_m, vehicle)| front_m - vehicle.length_m).min_by(f64::total_cmp);
        let Some(free_m) = free_m else { return ExitScene { space: AMPLE, congestion: 0.0 } };
        let before = vehicles().filter(|(front_m, vehicle)| vehicle.speed_mps >= CREEP_MPS && *front_m < free_m).count();
        // Who is still inside the junction takes room, too.
        let inside: usize = self.inside.iter().map(|lane| view.on(*lane).len()).sum();
        let space = (free_m / VEHICLE_M - f64::from(u32::try_from(before + inside).unwrap_or(u32::MAX))).max(0.0);
        let full = 1.0 - (space * VEHICLE_M / self.length_m.max(15.0)).min(1.0);
        let congestion = ((full - tuning.congested_from) / (tuning.congested_to - tuning.congested_from)).clamp(0.0, 1.0);
        ExitScene { space, congestion: tuning.congestion * congestion }
    }
}

/// Share of a lane's vehicles that take each of its ways.
fn way_shares(network: &Network, lane: &Lane, shares: &Shares) -> Vec<f64> {
    // Few turn back.
    let share = |way: &super::junction::Way| shares.share(network, lane.id, way.to) * if way.turns_back { 0.1 } else { 1.0 };
    let all: f64 = lane.ways.iter().map(share).sum();
    lane.ways.iter().map(|way| if all > 0.0 { share(way) / all } else { 0.0 }).collect()
}

/// Phases that open only ways which the vehicle in front has refused.
pub(super) fn stuck(junction: &Junction, lane: &Lane, refused: &[bool]) -> u128 {
    let ways = || lane.ways.iter().zip(refused);
    if ways().all(|(_, refused)| *refused) {
        return 0;
    }
    let is_stuck = |phase: &usize| lane.is_open(*phase) && ways().all(|(way, refused)| *refused || !way.is_open(*phase));
    (0..junction.phases).filter(is_stuck).fold(0, |mask, phase| mask | phase_bit(phase))
}

/// Time to drive a distance from a speed, with usual acceleration up to the limit, s.
fn drive_s(distance_m: f64, speed_mps: f64, limit_mps: f64) -> f64 {
    let speed_mps = speed_mps.min(limit_mps);
    let run_up_m = (limit_mps * limit_mps - speed_mps * speed_mps) / (2.0 * ACCELERATION);
    if run_up_m >= distance_m {
        ((speed_mps * speed_mps + 2.0 * ACCELERATION * distance_m).sqrt() - speed_mps) / ACCELERATION
    } else {
        (limit_mps - speed_mps) / ACCELERATION + (distance_m - run_up_m) / limit_mps
    }
}

/// Whole seconds; what is no time of a day is far away.
pub(super) fn whole(time_s: f64) -> usize {
    let mut seconds = 0_u16;
    while f64::from(seconds) + 1.0 <= time_s && seconds < 600 {
        seconds += 1;
    }
    usize::from(seconds)
}

pub(super) fn seconds(time_ms: i64) -> f64 {
    i32::try_from(time_ms).map_or(f64::MAX, f64::from) / 1_000.0
}
