//! A controller of the engine with what it needs to think: from raw sensors to commands.

use std::sync::Arc;

use sala_signals::{
    Layout, Observation, Rules,
    controller::{Actuated, Adaptive, Command, Controller as Thinks, Fixed, Light, MaxPressure},
    network::{LaneId, SignalId, Table},
    sensing::{Camera, LoopReading, LoopView, Sighting, View},
};

use super::{
    fault::Fault,
    hand::{Controller, Hand, Sensing},
    senses::Raw,
};

/// Least green of max pressure, ms: that of the published comparisons.
const PRESSURE_GREEN_MS: i64 = 10_000;

/// Thinks for all signals of a street.
pub struct Mind {
    camera: Camera,
    controller: Box<dyn Thinks>,
}

impl std::fmt::Debug for Mind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mind").field("controller", &self.controller.name()).finish_non_exhaustive()
    }
}

impl Mind {
    /// The controller of a hand.
    ///
    /// # Errors
    /// [`Fault::Arguments`] if it needs to see more than it is given, or moves no lamps of ours.
    pub fn of(hand: Hand, layout: &Arc<Layout>, rules: Rules) -> Result<Self, Fault> {
        let street = || Arc::clone(layout);
        let controller: Box<dyn Thinks> = match hand.controller {
            Controller::Fixed => Box::new(Fixed::new(street(), rules)),
            Controller::Actuated => Box::new(Actuated::new(street())),
            Controller::MaxPressure => Box::new(MaxPressure::new(street(), PRESSURE_GREEN_MS)),
            Controller::Adaptive => Box::new(Adaptive::new(street(), rules.min_green_ms)),
            Controller::SumoActuated | Controller::SumoDelayBased => {
                return Err(Fault::Arguments(format!("{} is SUMO's own and can't be run by us", hand.controller)));
            }
        };
        let given = match hand.sensing {
            Sensing::Camera => sala_signals::Sensing::Camera,
            Sensing::Loops => sala_signals::Sensing::Loops,
        };
        if controller.sensing() > given {
            let (needed, _) = controller.sensing().words();
            return Err(Fault::Arguments(format!(
                "the controller {} needs {needed}: --sensing {} is too little",
                hand.controller, hand.sensing
            )));
        }
        Ok(Self { camera: Camera::new(street()), controller })
    }

    /// What it wants in this second.
    pub fn decide(&mut self, now_ms: i64, raw: &Raw, lights: Table<SignalId, Light>) -> Vec<Command> {
        let view = match raw {
            Raw::Camera(sightings) => {
                let sightings = sightings.iter().map(|seen| Sighting {
                    id: &seen.id,
                    lane: LaneId(seen.lane),
                    position_m: seen.position_m,
                    speed_mps: seen.speed_mps,
                    length_m: seen.length_m,
                });
                View::Camera(self.camera.see(now_ms, sightings))
            }
            Raw::Loops(signals) => {
                let reading = |told: &super::detectors::Told| LoopReading {
                    is_occupied: told.is_occupied,
                    occupied_ms: told.occupied_ms,
                    passed: told.passed,
                    idle_ms: told.idle_ms,
                };
                View::Loops(LoopView { readings: signals.iter().map(|loops| loops.iter().map(reading).collect()).collect() })
            }
        };
        self.controller.decide(now_ms, &Observation { lights, view })
    }
}
