//! Actuated control with gap-out.

use std::sync::Arc;

use super::{Command, Controller, Light};
use crate::{
    Layout,
    network::{LinkIndex, SignalId, Table},
    phase::{PhaseId, Phasing},
    sensing::{LoopPlace, LoopRole, Observation, Sensing, View, loop_places},
};

/// Goes through the phases in the order of the plan; one for which no one has come is left out. A green lasts at least `min_green_ms`, then as
/// long as vehicles keep coming over the advance loops with gaps of at most `gap_ms`, at most `max_green_ms` (FHWA Signal Timing Manual, 5).
#[derive(Debug, Clone)]
pub struct Actuated {
    layout: Arc<Layout>,
    places: Table<SignalId, Vec<LoopPlace>>,
    calls: Table<SignalId, Vec<Call>>,
    min_green_ms: i64,
    max_green_ms: i64,
    gap_ms: i64,
}

/// What is known of one approach.
#[derive(Debug, Clone, Copy, Default)]
struct Call {
    /// Someone has come and has not had green since.
    is_called: bool,
    /// When the last vehicle came, ms.
    last_ms: Option<i64>,
}

/// Within this distance of the stop line a camera does what an advance loop does, m.
const ADVANCE_M: f64 = 60.0;

impl Actuated {
    /// For the signals of a layout, with 10 s of least green, 60 s of greatest, gaps of 3 s.
    pub fn new(layout: Arc<Layout>) -> Self {
        let network = &layout.network;
        let places = network.signals.iter().map(|(_, signal)| loop_places(network, signal)).collect();
        let calls = network.signals.iter().map(|(_, signal)| vec![Call::default(); signal.approaches.len()]).collect();
        Self { places, calls, layout, min_green_ms: 10_000, max_green_ms: 60_000, gap_ms: 3_000 }
    }

    /// With other times.
    pub const fn with(mut self, min_green_ms: i64, max_green_ms: i64, gap_ms: i64) -> Self {
        (self.min_green_ms, self.max_green_ms, self.gap_ms) = (min_green_ms, max_green_ms, gap_ms);
        self
    }

    /// Notes who has come: (approach, comes now).
    fn hear(&mut self, now_ms: i64, signal: SignalId, seen: &Observation) {
        let Some(calls) = self.calls.get_mut(signal) else { return };
        let mut come = |approach: u16, at_ms: i64| {
            if let Some(call) = calls.get_mut(usize::from(approach)) {
                call.is_called = true;
                call.last_ms = Some(call.last_ms.map_or(at_ms, |last_ms| last_ms.max(at_ms)));
            }
        };
        match &seen.view {
            View::Nothing => {}
            View::Loops(view) => {
                for (role, reading) in view.of(signal, self.places.of(signal)) {
                    let is_hit = reading.is_occupied || reading.passed > 0;
                    match role {
                        LoopRole::Stop(approach) | LoopRole::Advance(approach) if is_hit => come(approach, now_ms - reading.idle_ms.max(0)),
                        _ => {}
                    }
                }
            }
            View::Camera(view) => {
                for (index, approach) in (0_u16..).zip(&self.layout.network.signals.of(signal).approaches) {
                    if view.before(approach).any(|(_, distance_m, _)| distance_m <= ADVANCE_M) {
                        come(index, now_ms);
                    }
                }
            }
        }
    }

    /// Whether one of the approaches of a phase answers to a question.
    fn any(&self, signal: SignalId, phasing: &Phasing, phase: PhaseId, is: impl Fn(&Call) -> bool) -> bool {
        let links = &self.layout.network.signals.of(signal).links;
        let calls = self.calls.of(signal);
        let approaches = |link: &LinkIndex| links.of(*link).approaches.iter();
        let green = phasing.phases.of(phase).green.iter();
        green.flat_map(approaches).any(|approach| calls.get(usize::from(*approach)).is_some_and(&is))
    }

    fn next(&mut self, now_ms: i64, signal: SignalId, light: &Light) -> Option<PhaseId> {
        let layout = Arc::clone(&self.layout);
        let phasing = layout.phasings.of(signal);
        if light.is_on_the_way || !light.has_phases {
            return None;
        }
        let gap_ms = self.gap_ms;
        let keeps_coming = self.any(signal, phasing, light.phase, |call| call.last_ms.is_some_and(|last_ms| now_ms - last_ms < gap_ms));
        let is_over = light.green_ms >= self.max_green_ms || (light.green_ms >= self.min_green_ms && !keeps_coming);
        // Who has green now is served.
        let green: Vec<u16> = (layout.network.signals.of(signal).links.iter())
            .filter(|(link, _)| phasing.phases.of(light.phase).lamp(*link).is_green())
            .flat_map(|(_, link)| link.approaches.iter().copied())
            .collect();
        if let Some(calls) = self.calls.get_mut(signal) {
            for approach in green {
                if let Some(call) = calls.get_mut(usize::from(approach)) {
                    call.is_called = false;
                }
            }
        }
        if !is_over {
            return None;
        }
        let order: Vec<PhaseId> = phasing.plan.order().collect();
        let place = order.iter().position(|phase| *phase == light.phase).unwrap_or(0);
        let mut following = order.iter().cycle().skip(place + 1).take(order.len());
        following.find(|phase| **phase != light.phase && self.any(signal, phasing, **phase, |call| call.is_called)).copied()
    }
}

impl Controller for Actuated {
    fn name(&self) -> &'static str {
        "actuated"
    }

    fn sensing(&self) -> Sensing {
        Sensing::Loops
    }

    fn decide(&mut self, now_ms: i64, seen: &Observation) -> Vec<Command> {
        let mut commands = Vec::new();
        for signal in self.layout.phasings.ids() {
            self.hear(now_ms, signal, seen);
            if let Some(phase) = self.next(now_ms, signal, seen.lights.of(signal)) {
                commands.push(Command { signal, phase });
            }
        }
        commands
    }
}
