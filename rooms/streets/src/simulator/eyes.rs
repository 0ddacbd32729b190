//! The cameras' raw material: which vehicles are on the lanes around the signals, by one subscription a junction.
//!
//! SUMO is asked for the vehicles within a radius of each junction of a signal. What lies on no watched lane is dropped at once, so that
//! nothing beyond the range of a camera gets any further.

use std::collections::{BTreeMap, BTreeSet};

use sala_signals::{
    network::{LaneId, Network, Signal},
    traci::{Domain, Reading, Request, Subscribed, variable},
};
use serde::{Deserialize, Serialize};

/// A vehicle on a watched lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// The tracker's name for it, the same from step to step.
    pub id: String,
    /// The lane that its front is on: a [`LaneId`].
    pub lane: u32,
    /// From the lane's begin to its front, m.
    pub position_m: f64,
    /// m/s.
    pub speed_mps: f64,
    /// m.
    pub length_m: f64,
}

/// The cameras of all signals of a network.
#[derive(Debug)]
pub struct Eyes {
    /// Junction by id: radius, m.
    junctions: BTreeMap<String, f64>,
    watched: BTreeMap<String, LaneId>,
}

/// SUMO measures to a vehicle's front, and lanes bend: a little more than the drawn distance, m.
const MARGIN_M: f64 = 10.0;

impl Eyes {
    /// For every lane that leads to or away from a stop line within `range_m`.
    pub fn of(network: &Network, range_m: f64) -> Self {
        let (mut junctions, mut watched) = (BTreeMap::new(), BTreeMap::new());
        for (_, signal) in network.signals.iter() {
            for (lane, far) in around(network, signal, range_m) {
                watched.insert(network.lanes.of(lane).id.clone(), lane);
                // Signals of several junctions look from the nearest.
                let distances = signal.junctions.iter().map(|id| (distance(network.junctions.of(*id).position, &far), *id));
                let Some((radius_m, id)) = distances.min_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
                let known: &mut f64 = junctions.entry(network.junctions.of(id).id.clone()).or_insert(0.0);
                *known = known.max(radius_m + MARGIN_M);
            }
        }
        Self { junctions, watched }
    }

    /// Asks SUMO for what they see.
    pub fn open(&self, request: &mut Request) {
        for (junction, radius_m) in &self.junctions {
            let variables = [variable::LANE_ID, variable::LANE_POSITION, variable::SPEED, variable::LENGTH];
            request.subscribe_within(Domain::Junction, junction, Domain::Vehicle, *radius_m, &variables);
        }
    }

    /// What a step gave: every vehicle once, lane by lane, the foremost first.
    pub fn look(&self, results: &[Subscribed]) -> Vec<Sighting> {
        let mut seen = BTreeSet::new();
        let mut sightings = vec![];
        for result in results {
            let Subscribed::Within { domain: Domain::Junction, of: Domain::Vehicle, found, .. } = result else { continue };
            for (vehicle, readings) in found {
                if let Some(sighting) = self.sighting(vehicle, readings)
                    && seen.insert(vehicle.as_str())
                {
                    sightings.push(sighting);
                }
            }
        }
        sightings.sort_by(|a, b| a.lane.cmp(&b.lane).then(b.position_m.total_cmp(&a.position_m)).then(a.id.cmp(&b.id)));
        sightings
    }

    fn sighting(&self, vehicle: &str, readings: &[Reading]) -> Option<Sighting> {
        let (mut lane, mut position_m, mut speed_mps, mut length_m) = (None, None, None, None);
        for reading in readings {
            let value = reading.value.as_ref().ok()?;
            match reading.variable {
                variable::LANE_ID => lane = self.watched.get(value.text().ok()?).copied(),
                variable::LANE_POSITION => position_m = value.double().ok(),
                variable::SPEED => speed_mps = value.double().ok(),
                variable::LENGTH => length_m = value.double().ok(),
                _ => (),
            }
        }
        // A vehicle that is nowhere (parking, teleported) has huge negative ones.
        let is_real = |value: &f64| value.is_finite() && *value > -1e6;
        Some(Sighting {
            id: vehicle.to_owned(),
            lane: lane?.0,
            position_m: position_m.filter(is_real)?,
            speed_mps: speed_mps.filter(is_real)?.max(0.0),
            length_m: length_m.filter(is_real)?,
        })
    }
}

/// The lanes that a signal's cameras watch, each with the part of its middle line that is in range.
fn around(network: &Network, signal: &Signal, range_m: f64) -> Vec<(LaneId, Vec<(f64, f64)>)> {
    let mut lanes = vec![];
    for lead in signal.approaches.iter().flat_map(|approach| &approach.leads) {
        let lane = &network.lanes.of(lead.lane);
        lanes.push((lead.lane, first_part(lane.shape.iter().rev(), range_m - lead.offset_m)));
    }
    for (lane, offset_m) in signal.exits.iter().flat_map(|exit| &exit.follows) {
        lanes.push((*lane, first_part(network.lanes.of(*lane).shape.iter(), range_m - offset_m)));
    }
    for connection in signal.links.iter().flat_map(|(_, link)| &link.connections) {
        for inside in &network.connections.of(*connection).via {
            lanes.push((*inside, network.lanes.of(*inside).shape.clone()));
        }
    }
    lanes
}

/// The points of a line as far as `length_m` along it, the last one exactly there.
fn first_part<'a>(points: impl Iterator<Item = &'a (f64, f64)>, length_m: f64) -> Vec<(f64, f64)> {
    let mut part: Vec<(f64, f64)> = vec![];
    let mut left_m = length_m.max(0.0);
    for point in points {
        if let Some(last) = part.last().copied() {
            let step_m = (point.0 - last.0).hypot(point.1 - last.1);
            if step_m >= left_m {
                let share = if step_m > 0.0 { left_m / step_m } else { 0.0 };
                part.push((last.0 + (point.0 - last.0) * share, last.1 + (point.1 - last.1) * share));
                return part;
            }
            left_m -= step_m;
        }
        part.push(*point);
    }
    part
}

/// To the farthest of several points, m.
fn distance(from: (f64, f64), points: &[(f64, f64)]) -> f64 {
    points.iter().map(|point| (point.0 - from.0).hypot(point.1 - from.1)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_watched_as_far_as_the_range_goes() {
        let line = [(0.0, 0.0), (30.0, 0.0), (30.0, 40.0)];
        assert_eq!(first_part(line.iter(), 50.0), [(0.0, 0.0), (30.0, 0.0), (30.0, 20.0)]);
        assert_eq!(first_part(line.iter(), 500.0), line);
        assert_eq!(first_part(line.iter(), -5.0), [(0.0, 0.0), (0.0, 0.0)]);
        assert!((distance((0.0, 0.0), &first_part(line.iter(), 70.0)) - 50.0).abs() < 1e-9);
    }
}
