//! What comes from the street in one second, before it is an observation of the engine.

use sala_signals::{
    network::Network,
    traci::{Request, Subscribed},
};
use serde::{Deserialize, Serialize};

use super::{
    crossing::RANGE_M,
    detectors::{Detectors, Told},
    eyes::{Eyes, Sighting},
    hand::Sensing,
};

/// What the sensors gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Raw {
    /// Vehicles in the cameras' range.
    Camera(Vec<Sighting>),
    /// For each signal, for each of its loops.
    Loops(Vec<Vec<Told>>),
}

/// The sensors of a street.
#[derive(Debug)]
pub enum Senses {
    /// Cameras at every signal.
    Camera {
        /// Where they look.
        eyes: Eyes,
        /// What they saw in the last step.
        seen: Vec<Sighting>,
    },
    /// Loops in every approach and exit.
    Loops(Detectors),
}

impl Senses {
    /// The sensors, and the additional file that SUMO needs for them, if any.
    pub fn install(network: &Network, sensing: Sensing, release: (u32, u32)) -> (Self, Option<String>) {
        match sensing {
            Sensing::Camera => (Self::Camera { eyes: Eyes::of(network, RANGE_M), seen: vec![] }, None),
            Sensing::Loops => {
                let (detectors, text) = Detectors::lay(network, release);
                (Self::Loops(detectors), Some(text))
            }
        }
    }

    /// Subscribes to what they give.
    pub fn open(&self, request: &mut Request) {
        match self {
            Self::Camera { eyes, .. } => eyes.open(request),
            Self::Loops(detectors) => detectors.open(request),
        }
    }

    /// Takes one step of SUMO.
    pub fn add(&mut self, results: &[Subscribed], step_ms: i64) {
        match self {
            Self::Camera { eyes, seen } => *seen = eyes.look(results),
            Self::Loops(detectors) => detectors.add(results, step_ms),
        }
    }

    /// What was given since the last second.
    pub fn take(&mut self) -> Raw {
        match self {
            Self::Camera { seen, .. } => Raw::Camera(std::mem::take(seen)),
            Self::Loops(detectors) => Raw::Loops(detectors.take()),
        }
    }
}
