//! A network with the phases of its signals: what controllers, monitor and audit look at.

use crate::{
    network::{Network, SignalId, Table},
    phase::{Intergreen, Phasing},
};

/// A network and the phasing of each signal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// The streets.
    pub network: Network,
    /// One for each signal; without phases where a signal has no program (it is then left alone).
    pub phasings: Table<SignalId, Phasing>,
    /// Which times stand between greens.
    pub intergreen: Intergreen,
}

impl Layout {
    /// Makes the phasings of all signals from the programs that run.
    pub fn new(network: Network, intergreen: Intergreen) -> Self {
        let phasings = network.signals.ids().map(|signal| Phasing::of(&network, signal, intergreen)).collect();
        Self { network, phasings, intergreen }
    }
}
