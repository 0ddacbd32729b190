//! What the hall sees of a live street for its pages and figures: all lanes, as the simulator tells them. No controller sees it.

use std::collections::BTreeMap;

use sala_signals::{
    SignalId,
    network::{EdgeFunction, Network},
    traci::{Domain, Request, Subscribed, variable},
};

use crate::simulator::senses::Raw;

/// Slower than this counts as standing, m/s: SUMO's own bound.
const STANDING_MPS: f64 = 0.1;

/// All lanes of a street by their ids.
#[derive(Debug)]
pub struct Watch {
    /// Running number over the lanes of the map, speed limit in m/s.
    lanes: BTreeMap<String, (u32, f64)>,
    /// The signal before which vehicles on a lane stand.
    before: BTreeMap<u32, SignalId>,
    signals: usize,
}

/// The lanes in one second.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    /// See [`super::frame::Frame::lanes`].
    pub lanes: Vec<[f64; 4]>,
    /// Vehicles on the street.
    pub running: f64,
    /// Of these: standing.
    pub halted: f64,
    /// How many vehicles' time is being lost: the sum over all of 1 − speed / limit.
    pub lost: f64,
}

impl Watch {
    /// Of a street.
    pub fn of(network: &Network) -> Self {
        let mut lanes = BTreeMap::new();
        let normal = network.edges.iter().filter(|(_, edge)| edge.function == EdgeFunction::Normal);
        for (number, lane) in (0_u32..).zip(normal.flat_map(|(_, edge)| &edge.lanes)) {
            let lane = network.lanes.of(*lane);
            if lane.is_for_vehicles {
                lanes.insert(lane.id.clone(), (number, lane.speed_mps));
            }
        }
        let mut before = BTreeMap::new();
        for (id, signal) in network.signals.iter() {
            for lead in signal.approaches.iter().flat_map(|approach| &approach.leads) {
                before.entry(lead.lane.0).or_insert(id);
            }
        }
        Self { lanes, before, signals: network.signals.len() }
    }

    /// Subscribes to all lanes.
    pub fn open(&self, request: &mut Request) {
        let variables = [variable::LAST_STEP_VEHICLE_NUMBER, variable::LAST_STEP_HALTING_NUMBER, variable::LAST_STEP_MEAN_SPEED];
        for lane in self.lanes.keys() {
            request.subscribe(Domain::Lane, lane, &variables);
        }
    }

    /// What a step gave.
    pub fn look(&self, results: &[Subscribed]) -> Seen {
        let mut seen = Seen::default();
        for result in results {
            let Subscribed::Object { domain: Domain::Lane, object, readings } = result else { continue };
            let Some((number, limit)) = self.lanes.get(object) else { continue };
            let (mut vehicles, mut halted, mut speed) = (0.0, 0.0, *limit);
            for reading in readings {
                let Ok(value) = &reading.value else { continue };
                match reading.variable {
                    variable::LAST_STEP_VEHICLE_NUMBER => vehicles = value.int().map_or(0.0, f64::from),
                    variable::LAST_STEP_HALTING_NUMBER => halted = value.int().map_or(0.0, f64::from),
                    variable::LAST_STEP_MEAN_SPEED => speed = value.double().unwrap_or(*limit).clamp(0.0, *limit),
                    _ => (),
                }
            }
            if vehicles > 0.0 {
                seen.running += vehicles;
                seen.halted += halted;
                seen.lost += vehicles * (1.0 - if *limit > 0.0 { speed / limit } else { 1.0 });
                seen.lanes.push([f64::from(*number), vehicles, halted, (speed * 36.0).round() / 10.0]);
            }
        }
        seen.lanes.sort_by(|one, other| {
            one.iter().zip(other).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
        seen
    }

    /// Standing vehicles before each signal, as its sensors tell: cameras count them, of loops those that are covered.
    pub fn queues(&self, raw: &Raw) -> Vec<u32> {
        let mut queues = vec![0_u32; self.signals];
        match raw {
            Raw::Camera(sightings) => {
                for seen in sightings.iter().filter(|seen| seen.speed_mps < STANDING_MPS) {
                    let signal = self.before.get(&seen.lane).and_then(|signal| usize::try_from(signal.0).ok());
                    if let Some(queue) = signal.and_then(|signal| queues.get_mut(signal)) {
                        *queue += 1;
                    }
                }
            }
            Raw::Loops(signals) => {
                for (queue, loops) in queues.iter_mut().zip(signals) {
                    *queue = u32::try_from(loops.iter().filter(|told| told.is_occupied).count()).unwrap_or(u32::MAX);
                }
            }
        }
        queues
    }
}

/// A whole number out of a sum of counts.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::as_conversions, reason = "counts of vehicles; `as` saturates")]
pub(super) fn count(sum: f64) -> u64 {
    sum.round() as u64
}
