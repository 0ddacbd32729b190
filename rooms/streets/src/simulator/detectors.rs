//! The loops' raw material: induction loops that we lay into the simulated lanes by an additional file, and what they tell each step.

use std::{collections::BTreeMap, fmt::Write};

use quick_xml::escape::escape;
use sala_signals::{
    network::Network,
    sensing::loop_places,
    traci::{Domain, Reading, Request, Subscribed, Value, variable},
};
use serde::{Deserialize, Serialize};

use super::simulation::milliseconds;

/// What a loop told since the last second; see [`sala_signals::sensing::LoopReading`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Told {
    /// Whether a vehicle is over it now.
    pub is_occupied: bool,
    /// For how long it was covered, ms.
    pub occupied_ms: i64,
    /// Vehicles that left it.
    pub passed: u32,
    /// Time since the last one left it, ms; 0 while it is covered.
    pub idle_ms: i64,
}

/// All loops of a network: signal by signal, in the order of their places.
#[derive(Debug)]
pub struct Detectors {
    names: BTreeMap<String, (usize, usize)>,
    told: Vec<Vec<Told>>,
}

/// The release of SUMO that calls the length of an interval `period`; before, it was `freq`.
const PERIOD_SINCE: (u32, u32) = (1, 16);

impl Detectors {
    /// The loops, and the additional file that lays them.
    pub fn lay(network: &Network, release: (u32, u32)) -> (Self, String) {
        let period = if release < PERIOD_SINCE { "freq" } else { "period" };
        let (mut names, mut told, mut text) = (BTreeMap::new(), vec![], String::from("<additional>\n"));
        for (number, (_, signal)) in network.signals.iter().enumerate() {
            let places = loop_places(network, signal);
            for (index, place) in places.iter().enumerate() {
                let name = format!("sala-{number}-{index}");
                let lane = network.lanes.of(place.lane);
                let _ = writeln!(
                    text,
                    "<inductionLoop id=\"{name}\" lane=\"{}\" pos=\"{:.2}\" friendlyPos=\"true\" {period}=\"86400\" file=\"/dev/null\"/>",
                    escape(&lane.id),
                    place.position_m
                );
                names.insert(name, (number, index));
            }
            told.push(vec![Told::default(); places.len()]);
        }
        (Self { names, told }, text + "</additional>\n")
    }

    /// Asks SUMO for what they tell.
    pub fn open(&self, request: &mut Request) {
        let variables = [variable::LAST_STEP_OCCUPANCY, variable::LAST_STEP_TIME_SINCE_DETECTION, variable::LAST_STEP_VEHICLE_DATA];
        for name in self.names.keys() {
            request.subscribe(Domain::InductionLoop, name, &variables);
        }
    }

    /// Adds what one step of SUMO of `step_ms` gave.
    pub fn add(&mut self, results: &[Subscribed], step_ms: i64) {
        for result in results {
            let Subscribed::Object { domain: Domain::InductionLoop, object, readings } = result else { continue };
            let Some((signal, index)) = self.names.get(object) else { continue };
            if let Some(told) = self.told.get_mut(*signal).and_then(|loops| loops.get_mut(*index)) {
                told.add(readings, step_ms);
            }
        }
    }

    /// What was told since the last call.
    pub fn take(&mut self) -> Vec<Vec<Told>> {
        let told = self.told.clone();
        for each in self.told.iter_mut().flatten() {
            (each.occupied_ms, each.passed) = (0, 0);
        }
        told
    }
}

impl Told {
    fn add(&mut self, readings: &[Reading], step_ms: i64) {
        for reading in readings {
            let Ok(value) = &reading.value else { continue };
            match (reading.variable, value) {
                // Percent; a loop without a vehicle tells -1.
                (variable::LAST_STEP_OCCUPANCY, Value::Double(percent)) => {
                    self.occupied_ms +=
                        milliseconds(percent.clamp(0.0, 100.0) / 100_000.0 * f64::from(i32::try_from(step_ms).unwrap_or(0)));
                }
                (variable::LAST_STEP_TIME_SINCE_DETECTION, Value::Double(time_s)) => self.idle_ms = milliseconds(time_s.max(0.0)),
                (variable::LAST_STEP_VEHICLE_DATA, Value::Compound(parts)) => {
                    // A count, then for each vehicle its id, length, time of entry, time of leaving (negative while it is there), and type.
                    let leaving = parts.get(1..).unwrap_or_default().chunks_exact(5).filter_map(|vehicle| vehicle.get(3)?.double().ok());
                    let (mut left, mut stays) = (0, false);
                    for time_s in leaving {
                        if time_s < 0.0 {
                            stays = true;
                        } else {
                            left += 1;
                        }
                    }
                    self.passed += left;
                    self.is_occupied = stays;
                }
                _ => (),
            }
        }
        if self.is_occupied {
            self.idle_ms = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(percent: f64, idle_s: f64, leaving_s: &[f64]) -> Vec<Reading> {
        let mut parts = vec![Value::Int(i32::try_from(leaving_s.len()).unwrap())];
        for time_s in leaving_s {
            parts.extend([
                Value::Text("v".into()),
                Value::Double(5.0),
                Value::Double(1.0),
                Value::Double(*time_s),
                Value::Text("car".into()),
            ]);
        }
        let values = [
            (variable::LAST_STEP_OCCUPANCY, Value::Double(percent)),
            (variable::LAST_STEP_TIME_SINCE_DETECTION, Value::Double(idle_s)),
            (variable::LAST_STEP_VEHICLE_DATA, Value::Compound(parts)),
        ];
        values.map(|(variable, value)| Reading { variable, value: Ok(value) }).to_vec()
    }

    #[test]
    fn what_several_steps_told_is_one_second() {
        let mut told = Told::default();
        told.add(&readings(40.0, 0.2, &[3.4]), 500);
        told.add(&readings(100.0, 0.0, &[3.9, -1.0]), 500);
        assert_eq!(told, Told { is_occupied: true, occupied_ms: 700, passed: 2, idle_ms: 0 });
        told.add(&readings(-1.0, 7.5, &[]), 500);
        assert_eq!(told, Told { is_occupied: false, occupied_ms: 700, passed: 2, idle_ms: 7_500 });
    }
}
