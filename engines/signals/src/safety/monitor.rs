//! The monitor.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Limits, Rules,
    inside::Inside,
    rescue::{Rescue, Waiting},
};
use crate::{
    Layout,
    controller::{Command, Light},
    network::{Id, Lamp, LaneId, LinkIndex, SignalId, Table},
    phase::{PhaseId, Phasing, round_up},
};

/// Why the monitor did something else than it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// There is no such signal, or it has no phases.
    UnknownSignal,
    /// The signal has no such phase.
    UnknownPhase,
    /// Two commands of one step want different phases of one signal: the first counts.
    Contradiction,
    /// A link that would lose green has not had it for long enough.
    MinGreen,
    /// The signal is on its way to another phase.
    OnTheWay,
    /// Someone would wait too long.
    Starvation,
    /// The state has stayed as long as it may while someone waits.
    MaxGreen,
}

impl Reason {
    /// Whether the command only came too early: a controller that asks again gets what it wants.
    pub const fn is_deferral(self) -> bool {
        matches!(self, Self::MinGreen | Self::OnTheWay)
    }
}

/// A command that was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The signal that was named.
    pub signal: SignalId,
    /// Why.
    pub reason: Reason,
}

/// Stands between a controller and the lamps of all signals. See the [module](super).
#[derive(Debug, Clone)]
pub struct Monitor {
    layout: Arc<Layout>,
    rules: Rules,
    limits: Table<SignalId, Limits>,
    watched: Table<SignalId, Watched>,
    inside: Inside,
    heard_ms: i64,
    now_ms: i64,
    is_fallback: bool,
    counts: BTreeMap<Reason, u64>,
    refusals: Vec<Refusal>,
    held_steps: u64,
}

/// One signal as the monitor shows it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Watched {
    shown: Shown,
    state: String,
    /// Since when the lamps have been as they are, ms.
    state_since_ms: i64,
    /// Since when each link has, or has not, been open, ms.
    open: Vec<Since>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Since {
    lamp: Option<Lamp>,
    /// Begin of its green, ms, while it is green.
    green_ms: i64,
    /// End of its last time open, ms, while it is closed.
    closed_ms: i64,
}

/// A part of a way.
#[derive(Debug, Clone, Default, PartialEq)]
struct Part {
    time_ms: i64,
    state: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Shown {
    Phase {
        phase: PhaseId,
        since_ms: i64,
    },
    /// Parts are shown one after the other, each for its whole time from when it was really shown, however late a step comes.
    Way {
        from: PhaseId,
        to: PhaseId,
        since_ms: i64,
        shown: Part,
        left: Vec<Part>,
        /// Since when the way has been over and the next green has been held back, ms.
        held_since_ms: Option<i64>,
    },
}

impl Default for Shown {
    fn default() -> Self {
        Self::Phase { phase: PhaseId::default(), since_ms: 0 }
    }
}

impl Monitor {
    /// Begins with what the fixed plan shows now, since that is what a street shows that is taken over.
    pub fn new(layout: Arc<Layout>, rules: Rules, now_ms: i64) -> Self {
        let limits = layout.network.signals.ids().map(|signal| Limits::of(&layout, signal, &rules)).collect();
        let watched = layout.phasings.iter().map(|(_, phasing)| {
            let phase = phasing.plan.due(now_ms).unwrap_or_default();
            let links = phasing.kinds.len();
            let mut watched =
                Watched { shown: Shown::Phase { phase, since_ms: now_ms }, open: vec![Since::default(); links], ..Watched::default() };
            watched.show(&phasing.phases.of(phase).state, now_ms);
            watched
        });
        let watched = watched.collect();
        let (counts, inside) = (BTreeMap::new(), Inside::of(&layout));
        Self {
            layout,
            rules,
            limits,
            watched,
            inside,
            heard_ms: now_ms,
            now_ms,
            is_fallback: false,
            counts,
            refusals: Vec::new(),
            held_steps: 0,
        }
    }

    /// Told before a step: vehicles by lane and speed in m/s, wherever they are. While someone stands or creeps inside a junction where a link
    /// that gains green would meet it, that green is held back, at most for [`Rules::longest_hold_ms`], and never so long that anyone would
    /// starve. It needs cameras that see into the junction: without them nothing is held back. What was told is good for one step.
    pub fn see(&mut self, vehicles: impl IntoIterator<Item = (LaneId, f64)>) {
        self.inside.see(vehicles);
    }

    /// One step: what the controller said, or `None` if nothing came from it. An empty list is a sign of life. A signal that is not named
    /// keeps its phase. Afterwards [`Monitor::states`] are what the lamps must show until the next step.
    ///
    /// Time that runs backwards counts as standing still.
    pub fn step(&mut self, now_ms: i64, said: Option<&[Command]>) {
        let now_ms = now_ms.max(self.now_ms);
        self.now_ms = now_ms;
        self.refusals.clear();
        if said.is_some() {
            self.heard_ms = now_ms;
        }
        self.is_fallback = now_ms.saturating_sub(self.heard_ms) > self.rules.silence_ms;
        let wanted = self.wanted(said.unwrap_or_default());
        for signal in self.layout.phasings.ids() {
            self.step_one(signal, wanted.get(&signal).copied(), now_ms);
        }
        self.inside.forget();
        for refusal in &self.refusals {
            *self.counts.entry(refusal.reason).or_default() += 1;
        }
    }

    /// The commands that make sense, one a signal.
    fn wanted(&mut self, commands: &[Command]) -> BTreeMap<SignalId, PhaseId> {
        let mut wanted = BTreeMap::new();
        for Command { signal, phase } in commands.iter().copied() {
            let phases = self.layout.phasings.get(signal).map_or(0, |phasing| phasing.phases.len());
            let reason = match wanted.get(&signal) {
                _ if phases == 0 => Some(Reason::UnknownSignal),
                _ if phase.index() >= phases => Some(Reason::UnknownPhase),
                Some(first) if *first != phase => Some(Reason::Contradiction),
                _ => None,
            };
            match reason {
                Some(reason) => self.refusals.push(Refusal { signal, reason }),
                None => drop(wanted.insert(signal, phase)),
            }
        }
        wanted
    }

    fn step_one(&mut self, signal: SignalId, wanted: Option<PhaseId>, now_ms: i64) {
        let layout = Arc::clone(&self.layout);
        let phasing = layout.phasings.of(signal);
        if phasing.phases.is_empty() {
            return;
        }
        let wanted = if self.is_fallback { phasing.plan.due(now_ms) } else { wanted };
        let limits = self.limits.of(signal);
        let rules = &self.rules;
        let Some(watched) = self.watched.get_mut(signal) else { return };
        if let Some((from, to)) = watched.over(now_ms) {
            let is_held = watched.may_be_held(to, phasing, limits, rules, now_ms) && self.inside.blocks(&layout, signal, from, to);
            self.held_steps += u64::from(is_held);
            if is_held {
                watched.hold(from, to, phasing, now_ms);
            } else {
                watched.arrive(phasing, now_ms);
            }
        } else {
            watched.go_on(now_ms);
        }
        let reason = match watched.shown {
            Shown::Way { to, .. } => wanted.filter(|wanted| *wanted != to).map(|_| Reason::OnTheWay),
            // A phase is shown for at least one step, or whom it serves would not have been served.
            Shown::Phase { phase, since_ms } if since_ms >= now_ms => wanted.filter(|wanted| *wanted != phase).map(|_| Reason::MinGreen),
            Shown::Phase { phase, .. } => {
                let (next, reason) = watched.choose(phase, wanted.unwrap_or(phase), phasing, limits, rules, now_ms);
                if next != phase {
                    watched.depart(phase, next, phasing, now_ms);
                    if watched.over(now_ms).is_some() {
                        watched.arrive(phasing, now_ms);
                    }
                }
                reason
            }
        };
        if let Some(reason) = reason.filter(|reason| !(self.is_fallback && reason.is_deferral())) {
            self.refusals.push(Refusal { signal, reason });
        }
    }

    /// What the lamps of each signal must show; signals without phases are left alone and are not named.
    pub fn states(&self) -> impl Iterator<Item = (SignalId, &str)> {
        self.watched.iter().filter(|(_, watched)| !watched.state.is_empty()).map(|(signal, watched)| (signal, watched.state.as_str()))
    }

    /// Where each signal stands, for the controller.
    pub fn lights(&self) -> Table<SignalId, Light> {
        let now_ms = self.now_ms;
        let light = |(signal, watched): (SignalId, &Watched)| {
            let min_green_ms = self.rules.min_green_ms;
            let (phase, from, since_ms, left_ms) = match &watched.shown {
                Shown::Phase { phase, since_ms } => (*phase, *phase, *since_ms, 0),
                Shown::Way { from, to, since_ms, shown, left, held_since_ms } => {
                    let rest_ms: i64 = left.iter().map(|part| part.time_ms).sum();
                    let held_ms = held_since_ms.map_or(0, |_| self.rules.step_ms);
                    (*to, *from, *since_ms, (since_ms + shown.time_ms - now_ms).max(held_ms) + rest_ms)
                }
            };
            let is_on_the_way = matches!(watched.shown, Shown::Way { .. });
            let green_ms = if is_on_the_way { 0 } else { now_ms - since_ms };
            let has_phases = !self.layout.phasings.of(signal).phases.is_empty();
            let closed = |since: &Since| since.lamp.is_none_or(|lamp| !lamp.may_enter());
            Light {
                has_phases,
                phase,
                from,
                is_on_the_way,
                left_ms,
                green_ms,
                held_ms: watched.mature_ms(min_green_ms).saturating_sub(now_ms).max(0).max(left_ms),
                green_since_ms: watched
                    .open
                    .iter()
                    .map(|since| since.lamp.filter(|lamp| lamp.is_green()).map(|_| since.green_ms))
                    .collect(),
                closed_ms: watched.open.iter().map(|since| if closed(since) { now_ms - since.closed_ms } else { 0 }).collect(),
            }
        };
        self.watched.iter().map(light).collect()
    }

    /// Whether a command to go to this phase would be followed in the next step, as far as the least green is concerned.
    pub fn may_leave_for(&self, signal: SignalId, to: PhaseId) -> bool {
        let (watched, phasing) = (self.watched.of(signal), self.layout.phasings.of(signal));
        match watched.shown {
            Shown::Phase { phase, .. } => watched.may_leave(phase, to, phasing, self.rules.min_green_ms, self.now_ms + self.rules.step_ms),
            Shown::Way { .. } => false,
        }
    }

    /// Whether the controller is silent and the fixed plan runs.
    pub const fn is_fallback(&self) -> bool {
        self.is_fallback
    }

    /// Commands of the last step that were not followed.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// How often each reason occurred.
    pub const fn counts(&self) -> &BTreeMap<Reason, u64> {
        &self.counts
    }

    /// How often a command was replaced; those that only came too early are not counted.
    pub fn interventions(&self) -> u64 {
        self.counts.iter().filter(|(reason, _)| !reason.is_deferral()).map(|(_, count)| count).sum()
    }

    /// Steps for which the next green of a signal was held back for someone inside the junction ([`Monitor::see`]).
    pub const fn held_steps(&self) -> u64 {
        self.held_steps
    }

    /// The rules in force.
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The limits of each signal, for an [`super::Audit`].
    pub const fn limits(&self) -> &Table<SignalId, Limits> {
        &self.limits
    }
}

impl Watched {
    /// From where to where, if a way is over.
    fn over(&self, now_ms: i64) -> Option<(PhaseId, PhaseId)> {
        match &self.shown {
            Shown::Way { from, to, since_ms, shown, left, .. } if left.is_empty() && now_ms.saturating_sub(*since_ms) >= shown.time_ms => {
                Some((*from, *to))
            }
            _ => None,
        }
    }

    /// Goes on to the next part of a way when the time of one is over.
    fn go_on(&mut self, now_ms: i64) {
        let Shown::Way { since_ms, shown, left, .. } = &mut self.shown else { return };
        if now_ms.saturating_sub(*since_ms) < shown.time_ms {
            return;
        }
        if let Some(part) = left.pop() {
            (*since_ms, *shown) = (now_ms, part);
            let state = shown.state.clone();
            self.show(&state, now_ms);
        }
    }

    /// At the end of a way.
    fn arrive(&mut self, phasing: &Phasing, now_ms: i64) {
        let Shown::Way { to: phase, .. } = self.shown else { return };
        self.shown = Shown::Phase { phase, since_ms: now_ms };
        self.show(&phasing.phases.of(phase).state, now_ms);
    }

    /// Whether all could still be served in time if the next green began a step later, and it has not been held back for long enough.
    fn may_be_held(&self, to: PhaseId, phasing: &Phasing, limits: &Limits, rules: &Rules, now_ms: i64) -> bool {
        let Shown::Way { held_since_ms, .. } = &self.shown else { return false };
        if now_ms.saturating_sub(held_since_ms.unwrap_or(now_ms)) >= rules.longest_hold_ms {
            return false;
        }
        let rescue = Rescue { phasing, limits, step_ms: rules.step_ms, min_green_ms: rules.min_green_ms.max(rules.step_ms) };
        let begin_ms = now_ms.saturating_add(rules.step_ms.max(1));
        // Red for all is a state that keeps someone waiting, too.
        if begin_ms.saturating_sub(self.state_since_ms) > limits.max_green_ms {
            return false;
        }
        let mut others = self.waiting(limits);
        let ready_ms = begin_ms.saturating_add(round_up(rescue.min_green_ms, rules.step_ms));
        rescue.reaches(to, begin_ms, &mut others) && rescue.is_possible(to, ready_ms, others)
    }

    /// Whoever has lost green sees red, and nobody gains any.
    fn hold(&mut self, from: PhaseId, to: PhaseId, phasing: &Phasing, now_ms: i64) {
        if let Shown::Way { held_since_ms, .. } = &mut self.shown {
            held_since_ms.get_or_insert(now_ms);
        }
        let way = phasing.way(from, to);
        self.show(way.cleared(), now_ms);
    }

    fn depart(&mut self, from: PhaseId, to: PhaseId, phasing: &Phasing, now_ms: i64) {
        let way = phasing.way(from, to);
        let left = way.parts().rev().map(|(time_ms, state)| Part { time_ms, state: state.to_owned() }).collect();
        self.shown = Shown::Way { from, to, since_ms: now_ms, shown: Part::default(), left, held_since_ms: None };
        self.go_on(now_ms);
    }

    /// The phase to show next: the one that is wanted, unless a rule is against it.
    fn choose(
        &self,
        phase: PhaseId,
        wanted: PhaseId,
        phasing: &Phasing,
        limits: &Limits,
        rules: &Rules,
        now_ms: i64,
    ) -> (PhaseId, Option<Reason>) {
        let rescue = Rescue { phasing, limits, step_ms: rules.step_ms, min_green_ms: rules.min_green_ms.max(rules.step_ms) };
        let waiting = self.waiting(limits);
        let may_leave = |to: PhaseId| self.may_leave(phase, to, phasing, rules.min_green_ms, now_ms);
        let (wanted, deferral) = if may_leave(wanted) { (wanted, None) } else { (phase, Some(Reason::MinGreen)) };
        let is_worn = now_ms.saturating_sub(self.state_since_ms) >= limits.max_green_ms && !waiting.is_empty();
        let reason = if wanted == phase {
            let ready_ms = now_ms.saturating_add(rules.step_ms).max(round_up(self.mature_ms(rules.min_green_ms), rules.step_ms));
            if is_worn {
                Some(Reason::MaxGreen)
            } else {
                (!rescue.is_possible(phase, ready_ms, waiting.clone())).then_some(Reason::Starvation)
            }
        } else {
            let mut others = waiting.clone();
            let begin_ms = rescue.serve(phase, wanted, now_ms, &mut others);
            let ready_ms = begin_ms.map(|begin_ms| begin_ms.saturating_add(round_up(rescue.min_green_ms, rules.step_ms)));
            let is_possible = ready_ms.is_some_and(|ready_ms| rescue.is_possible(wanted, ready_ms, others));
            (!is_possible).then_some(Reason::Starvation)
        };
        let Some(reason) = reason else { return (wanted, deferral) };
        match rescue.first(&waiting).filter(|first| may_leave(*first)) {
            Some(first) if first == wanted => (wanted, deferral),
            Some(first) => (first, Some(reason)),
            // Everyone who could be helped has to wait for the least green of another: nothing else is possible now.
            None if wanted == phase => (phase, deferral),
            None => (phase, Some(reason)),
        }
    }

    /// Links that wait for green, with the last moment for each.
    fn waiting(&self, limits: &Limits) -> Vec<Waiting> {
        let closed = self.open.iter().enumerate().filter(|(_, since)| since.lamp.is_some_and(|lamp| !lamp.may_enter()));
        closed
            .filter_map(|(index, since)| {
                let link = LinkIndex::at(index);
                let max_red_ms = limits.links.of(link).max_red_ms?;
                Some(Waiting { until_ms: since.closed_ms.saturating_add(max_red_ms), link })
            })
            .collect()
    }

    /// When every green of now has had its least time, ms.
    fn mature_ms(&self, min_green_ms: i64) -> i64 {
        let green = self.open.iter().filter(|since| since.lamp.is_some_and(Lamp::is_green));
        green.map(|since| since.green_ms.saturating_add(min_green_ms)).max().unwrap_or(i64::MIN)
    }

    /// Whether every link that would lose its green has had it for long enough.
    fn may_leave(&self, from: PhaseId, to: PhaseId, phasing: &Phasing, min_green_ms: i64, now_ms: i64) -> bool {
        let (from, to) = (phasing.phases.of(from), phasing.phases.of(to));
        let mut losing = from.green.iter().filter(|link| !to.lamp(**link).is_green());
        losing.all(|link| self.open.get(link.index()).is_some_and(|since| now_ms.saturating_sub(since.green_ms) >= min_green_ms))
    }

    fn show(&mut self, state: &str, now_ms: i64) {
        if self.state == state {
            return;
        }
        state.clone_into(&mut self.state);
        self.state_since_ms = now_ms;
        for (since, letter) in self.open.iter_mut().zip(state.bytes()) {
            let lamp = Lamp::of(letter);
            if lamp.is_green() && !since.lamp.is_some_and(Lamp::is_green) {
                since.green_ms = now_ms;
            }
            if !lamp.may_enter() && since.lamp.is_none_or(Lamp::may_enter) {
                since.closed_ms = now_ms;
            }
            since.lamp = Some(lamp);
        }
    }
}
