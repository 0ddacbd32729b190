//! A scenario read once for all its runs: the network with the programs that SUMO will run, and the phases made of them.

use std::{path::Path, sync::Arc};

use sala_signals::{Layout, Network, Rules};

use super::{
    fault::Fault,
    hand::Hand,
    scenario::{Scenario, read},
};

/// How far before and behind the stop lines anything is looked at, m: what a camera at the junction sees of a vehicle.
pub const RANGE_M: f64 = 200.0;

/// A street, and what it was read from.
#[derive(Debug)]
pub struct Crossing {
    /// Streets, signals, phases.
    pub layout: Arc<Layout>,
    /// What the lamps must keep to.
    pub rules: Rules,
    /// Text of the net, for a controller in another process.
    pub net: String,
    /// Texts of the additional files that hold programs, in their order.
    pub programs: Vec<String>,
}

impl Crossing {
    /// Reads the net and the additional files of a scenario.
    ///
    /// # Errors
    /// [`Fault::File`] or [`Fault::Scenario`] with the line.
    pub fn read(scenario: &Scenario, hand: &Hand) -> Result<Self, Fault> {
        let net = text(&scenario.net)?;
        let mut programs = vec![];
        for path in &scenario.additional {
            let text = text(path)?;
            if text.contains("<tlLogic") {
                programs.push((path, text));
            }
        }
        let mut network = Network::read(&net, RANGE_M).map_err(|fault| Fault::scenario(&scenario.net, fault))?;
        for (path, text) in &programs {
            network.add_programs(text).map_err(|fault| Fault::scenario(path, fault))?;
        }
        let programs = programs.into_iter().map(|(_, text)| text).collect();
        Ok(Self { layout: Arc::new(Layout::new(network, hand.intergreen())), rules: Rules::default(), net, programs })
    }

    /// The same from texts that were read before.
    ///
    /// # Errors
    /// [`Fault::Refused`] with the line.
    pub fn of(net: String, programs: Vec<String>, hand: &Hand) -> Result<Self, Fault> {
        let mut network = Network::read(&net, RANGE_M).map_err(|fault| Fault::Refused(fault.to_string()))?;
        for text in &programs {
            network.add_programs(text).map_err(|fault| Fault::Refused(fault.to_string()))?;
        }
        Ok(Self { layout: Arc::new(Layout::new(network, hand.intergreen())), rules: Rules::default(), net, programs })
    }
}

fn text(path: &Path) -> Result<String, Fault> {
    String::from_utf8(read(path)?).map_err(|_| Fault::scenario(path, "it is not UTF-8"))
}
