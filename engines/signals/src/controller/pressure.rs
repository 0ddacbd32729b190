//! Max pressure.

use std::sync::Arc;

use super::{Command, Controller};
use crate::{
    Layout,
    network::{Network, Signal, SignalId},
    phase::{PhaseId, Phasing},
    sensing::{CameraView, Observation, Sensing, Shares},
};

/// Shows the phase with the largest pressure: for each green link the vehicles that want to take it less those that stand behind it
/// (Varaiya 2013, "Max pressure control of a network of signalized intersections"). A phase stays for at least its least green; of equals the
/// one that is shown stays.
///
/// Who wants to take which link is not known to a street: it is estimated from the counts of those who left ([`Shares`]).
#[derive(Debug, Clone)]
pub struct MaxPressure {
    layout: Arc<Layout>,
    shares: Shares,
    min_green_ms: i64,
}

impl MaxPressure {
    /// For the signals of a layout; 10 s of least green are usual.
    pub fn new(layout: Arc<Layout>, min_green_ms: i64) -> Self {
        Self { layout, shares: Shares::default(), min_green_ms }
    }

    fn best(&self, id: SignalId, phasing: &Phasing, seen: &Observation, view: &CameraView) -> Option<PhaseId> {
        let light = seen.lights.of(id);
        if light.is_on_the_way || light.green_ms < self.min_green_ms {
            return None;
        }
        let network = &self.layout.network;
        let pressures = pressures(network, network.signals.of(id), &self.shares, view);
        let pressure = |phase: PhaseId| -> f64 {
            let green = phasing.phases.of(phase).green.iter();
            green.filter_map(|link| pressures.get(crate::network::Id::index(*link))).sum()
        };
        let mut best = (light.phase, pressure(light.phase));
        for phase in phasing.phases.ids() {
            let value = pressure(phase);
            if value > best.1 {
                best = (phase, value);
            }
        }
        (best.0 != light.phase).then_some(best.0)
    }
}

/// Pressure of each link, vehicles.
fn pressures(network: &Network, signal: &Signal, shares: &Shares, view: &CameraView) -> Vec<f64> {
    let waiting: Vec<f64> = (signal.approaches.iter())
        .map(|approach| {
            let mut at_hand = (None, 0.0);
            let vehicles = view.before(approach).map(|(lead, _, _)| {
                if at_hand.0 != Some(lead.lane) {
                    at_hand = (Some(lead.lane), shares.reach(network, lead));
                }
                at_hand.1
            });
            vehicles.sum()
        })
        .collect();
    let standing: Vec<f64> = signal.exits.iter().map(|exit| f64::from(view.behind(network, exit).standing_on_lane)).collect();
    let at = |list: &[f64], index: u16| list.get(usize::from(index)).copied().unwrap_or(0.0);
    (signal.links.iter())
        .map(|(index, link)| {
            let demand: f64 = (link.approaches.iter())
                .map(|place| {
                    let Some(approach) = signal.approaches.get(usize::from(*place)) else { return 0.0 };
                    at(&waiting, *place) * shares.link(network, signal, approach, index)
                })
                .sum();
            demand - link.exits.iter().map(|exit| at(&standing, *exit)).sum::<f64>()
        })
        .collect()
}

impl Controller for MaxPressure {
    fn name(&self) -> &'static str {
        "max-pressure"
    }

    fn sensing(&self) -> Sensing {
        Sensing::Camera
    }

    fn decide(&mut self, _now_ms: i64, seen: &Observation) -> Vec<Command> {
        let Some(view) = seen.camera() else { return Vec::new() };
        self.shares.learn(&view.moves);
        let best = self.layout.phasings.iter().map(|(signal, phasing)| (signal, self.best(signal, phasing, seen, view)));
        best.filter_map(|(signal, phase)| Some(Command { signal, phase: phase? })).collect()
    }
}
