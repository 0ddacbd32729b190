//! Who moves the lamps, and what it may know.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A controller by its name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
pub enum Controller {
    /// The network's own program, untouched.
    Fixed,
    /// Greens extended by gaps, as detector-driven signals do everywhere.
    Actuated,
    /// The phase with the greatest pressure.
    MaxPressure,
    /// Ours.
    #[default]
    Adaptive,
    /// SUMO's own actuated control of the same phases.
    SumoActuated,
    /// SUMO's own control by time loss of the same phases.
    SumoDelayBased,
}

/// What a controller may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = SignalSensing)]
pub enum Sensing {
    /// Vehicles on the approaches within the range of a camera at the junction.
    #[default]
    Camera,
    /// Induction loops in the lanes.
    Loops,
}

/// Whose times between two greens are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intergreen {
    /// Those of the network's own programs.
    Network,
    /// 3 s of yellow and no all-red everywhere, as the published comparisons (RESCO) have it; the fixed program stays as it is.
    #[default]
    Resco,
    /// Those of the street: yellow by speed, all-red, pedestrian clearance.
    Street,
}

/// A controller with its senses and limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    /// Which.
    pub controller: Controller,
    /// What it sees.
    pub sensing: Sensing,
    /// What it keeps to.
    pub intergreen: Intergreen,
    /// Whether it runs as a process of its own.
    pub is_separate: bool,
}

impl Hand {
    /// Whether SUMO moves the lamps by itself. The fixed program does so unless the street's intergreens are asked for, which it may lack.
    pub fn is_sumos(&self) -> bool {
        match self.controller {
            Controller::SumoActuated | Controller::SumoDelayBased => true,
            Controller::Fixed => self.intergreen != Intergreen::Street && !self.is_separate,
            Controller::Actuated | Controller::MaxPressure | Controller::Adaptive => false,
        }
    }

    /// The engine's name for its intergreens.
    pub fn intergreen(&self) -> sala_signals::Intergreen {
        match self.intergreen {
            Intergreen::Network => sala_signals::Intergreen::Network,
            Intergreen::Resco => sala_signals::Intergreen::Stated { yellow_ms: 3_000, all_red_ms: 0 },
            Intergreen::Street => sala_signals::Intergreen::Street,
        }
    }

    /// For people and tables: `none` where nothing of ours is looked at.
    pub fn sensing_told(&self) -> String {
        match self.controller {
            Controller::Fixed => "none".into(),
            Controller::SumoActuated | Controller::SumoDelayBased => "SUMO's".into(),
            _ => self.sensing.to_string(),
        }
    }

    /// For people and tables.
    pub fn intergreen_told(&self) -> String {
        match self.controller {
            Controller::SumoActuated | Controller::SumoDelayBased => Intergreen::Network.to_string(),
            _ => self.intergreen.to_string(),
        }
    }
}

impl fmt::Display for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed => "fixed",
            Self::Actuated => "actuated",
            Self::MaxPressure => "max-pressure",
            Self::Adaptive => "adaptive",
            Self::SumoActuated => "sumo-actuated",
            Self::SumoDelayBased => "sumo-delay-based",
        })
    }
}

impl fmt::Display for Sensing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Camera => "camera",
            Self::Loops => "loops",
        })
    }
}

impl fmt::Display for Intergreen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Network => "network",
            Self::Resco => "resco",
            Self::Street => "street",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_are_those_of_the_command_line<V: ValueEnum + fmt::Display>() {
        for value in V::value_variants() {
            assert_eq!(value.to_possible_value().unwrap().get_name(), value.to_string());
        }
    }

    #[test]
    fn a_name_is_told_as_it_is_given() {
        names_are_those_of_the_command_line::<Controller>();
        names_are_those_of_the_command_line::<Sensing>();
        names_are_those_of_the_command_line::<Intergreen>();
    }
}
