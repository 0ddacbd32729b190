//! The independent look at the lamps of all signals: what SUMO says they showed, against the rules of the street.

use sala_signals::{
    SignalId,
    network::Table,
    safety::{Audit, Limits},
};

use super::{crossing::Crossing, lamps::Lamps, simulation::seconds};

/// One audit for each signal.
#[derive(Debug)]
pub struct Inspection<'a> {
    audits: Vec<(&'a str, Audit<'a>)>,
}

/// What the lamps of each signal of a street must keep to.
pub fn limits(crossing: &Crossing) -> Table<SignalId, Limits> {
    let layout = &crossing.layout;
    layout.network.signals.ids().map(|signal| Limits::of(layout, signal, &crossing.rules)).collect()
}

impl<'a> Inspection<'a> {
    /// Of a street from its first second on.
    pub fn new(crossing: &'a Crossing, limits: &'a Table<SignalId, Limits>) -> Self {
        let layout = &crossing.layout;
        let signals = layout.network.signals.iter();
        Self { audits: signals.map(|(id, signal)| (signal.id.as_str(), Audit::new(layout, id, limits.of(id)))).collect() }
    }

    /// Looks at one second.
    pub fn see(&mut self, now_ms: i64, lamps: &Lamps) {
        for (signal, audit) in &mut self.audits {
            if let Some(state) = lamps.of(signal) {
                audit.see(now_ms, state);
            }
        }
    }

    /// Rules that were broken.
    pub fn count(&self) -> u64 {
        self.audits.iter().map(|(_, audit)| u64::try_from(audit.violations().len()).unwrap_or(u64::MAX)).fold(0, u64::saturating_add)
    }

    /// The same in words, signal by signal.
    pub fn words(&self) -> impl Iterator<Item = String> {
        let broken = self.audits.iter().flat_map(|(signal, audit)| audit.violations().iter().map(move |violation| (signal, violation)));
        broken.map(|(signal, broken)| format!("{signal} at {} s: {:?}", seconds(broken.at_ms), broken.fault))
    }
}
