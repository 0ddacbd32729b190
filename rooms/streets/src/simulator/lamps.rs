//! What the lamps of all signals show, second by second, as SUMO tells it: not what anyone wanted them to show.

use std::collections::BTreeMap;

use sala_signals::traci::{Domain, Request, Subscribed, variable};
use sha2::{Digest, Sha256};

use super::{fault::Fault, simulation::Simulation};

/// The lamps of every signal.
#[derive(Debug, Clone)]
pub struct Lamps {
    shown: BTreeMap<String, String>,
    seen: Sha256,
}

impl Lamps {
    /// Subscribes to every signal that SUMO knows.
    ///
    /// # Errors
    /// As SUMO refuses.
    pub fn watch(simulation: &mut Simulation<'_>) -> Result<Self, Fault> {
        let mut request = Request::new();
        request.get(Domain::TrafficLight, variable::ID_LIST, "");
        let answer = simulation.ask(&request)?.pop().ok_or_else(|| Fault::Refused("the signals were not told".into()))?;
        let value = answer.into_value().map_err(|fault| Fault::Refused(fault.to_string()))?;
        let signals = value.texts().map_err(|fault| Fault::Refused(fault.to_string()))?.to_vec();
        let mut request = Request::new();
        for signal in &signals {
            request.subscribe(Domain::TrafficLight, signal, &[variable::LIGHT_STATE]);
        }
        simulation.ask(&request)?;
        Ok(Self { shown: signals.into_iter().map(|signal| (signal, String::new())).collect(), seen: Sha256::new() })
    }

    /// Takes the lamps out of what a step gave.
    pub fn take(&mut self, results: &[Subscribed]) {
        for result in results {
            let Subscribed::Object { domain: Domain::TrafficLight, object, readings } = result else { continue };
            for reading in readings.iter().filter(|reading| reading.variable == variable::LIGHT_STATE) {
                let Ok(state) = reading.value.as_ref().map_err(|_| ()).and_then(|value| value.text().map_err(|_| ())) else { continue };
                if let Some(shown) = self.shown.get_mut(object) {
                    state.clone_into(shown);
                }
            }
        }
        for (signal, state) in &self.shown {
            self.seen.update(signal.as_bytes());
            self.seen.update([0]);
            self.seen.update(state.as_bytes());
            self.seen.update([0]);
        }
    }

    /// Each signal and what it shows, one letter a link, by id.
    pub fn shown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.shown.iter().map(|(signal, state)| (signal.as_str(), state.as_str()))
    }

    /// What one signal shows.
    pub fn of(&self, signal: &str) -> Option<&str> {
        self.shown.get(signal).map(String::as_str)
    }

    /// SHA-256 over everything that was shown, in hex.
    pub fn digest(&self) -> String {
        hex::encode(self.seen.clone().finalize())
    }
}
