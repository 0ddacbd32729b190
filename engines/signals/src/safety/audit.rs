//! An audit of what was shown, written apart from the monitor: it knows phases and commands from nowhere and looks at the lamps alone.

use std::fmt;

use super::{Limits, Rules};
use crate::{
    Layout,
    network::{Conflicts, Id, Lamp, LinkIndex, SignalId},
};

/// A rule that was broken, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The signal.
    pub signal: SignalId,
    /// When it was seen, ms.
    pub at_ms: i64,
    /// What was wrong.
    pub fault: Fault,
}

/// What can be wrong with a sequence of lamps. Times are ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The state has another number of letters than the signal has links.
    Letters,
    /// Two foes have green together that the network's own programs never let go together.
    Conflict(LinkIndex, LinkIndex),
    /// Green ended without yellow.
    NoYellow(LinkIndex),
    /// Yellow was shown to a link that did not have green.
    YellowFromRed(LinkIndex),
    /// Yellow was shorter than it must be.
    ShortYellow(LinkIndex, i64),
    /// Green was shorter than it must be.
    ShortGreen(LinkIndex, i64),
    /// A foe got green this long after the end of the first link's green, before it was clear.
    NotClear(LinkIndex, LinkIndex, i64),
    /// A link had no green for longer than it may.
    Starved(LinkIndex, i64),
    /// A state stayed longer than it may while someone waited.
    LongGreen(i64),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signal {} at {} s: {:?}", self.signal.0, self.at_ms / 1000, self.fault)
    }
}

/// Looks at one signal, state by state.
#[derive(Debug, Clone)]
pub struct Audit<'a> {
    signal: SignalId,
    conflicts: &'a Conflicts,
    limits: &'a Limits,
    links: Vec<Seen>,
    last: Vec<u8>,
    last_since_ms: i64,
    is_long_told: bool,
    violations: Vec<Violation>,
}

/// What is remembered of one link. A time is `None` where it lies before the first state.
#[derive(Debug, Clone, Copy)]
struct Seen {
    lamp: Lamp,
    lamp_since_ms: Option<i64>,
    green_since_ms: Option<i64>,
    green_until_ms: Option<i64>,
    closed_since_ms: i64,
    is_starved_told: bool,
}

impl<'a> Audit<'a> {
    /// Begins an audit of one signal.
    pub fn new(layout: &'a Layout, signal: SignalId, limits: &'a Limits) -> Self {
        let conflicts = &layout.network.signals.of(signal).conflicts;
        let (links, last, violations) = (Vec::new(), Vec::new(), Vec::new());
        Self { signal, conflicts, limits, links, last, last_since_ms: 0, is_long_told: false, violations }
    }

    /// What the lamps show from now on.
    pub fn see(&mut self, now_ms: i64, state: &str) {
        let state = state.as_bytes();
        if state.len() != self.limits.links.len() {
            self.fault(now_ms, Fault::Letters);
            return;
        }
        if self.last.is_empty() {
            self.begin(now_ms, state);
        } else if self.last != state {
            self.change(now_ms, state);
        }
        if let Some((first, second)) = self.conflicts.broken_by(state)
            && self.last_since_ms == now_ms
        {
            self.fault(now_ms, Fault::Conflict(first, second));
        }
        self.wait(now_ms);
    }

    /// What was found.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    fn fault(&mut self, at_ms: i64, fault: Fault) {
        self.violations.push(Violation { signal: self.signal, at_ms, fault });
    }

    fn begin(&mut self, now_ms: i64, state: &[u8]) {
        let seen = |letter: &u8| Seen {
            lamp: Lamp::of(*letter),
            lamp_since_ms: None,
            green_since_ms: None,
            green_until_ms: None,
            closed_since_ms: now_ms,
            is_starved_told: false,
        };
        self.links = state.iter().map(seen).collect();
        self.last = state.to_vec();
        self.last_since_ms = now_ms;
    }

    fn change(&mut self, now_ms: i64, state: &[u8]) {
        let mut faults = Vec::new();
        let mut began = Vec::new();
        for ((index, seen), letter) in self.links.iter_mut().enumerate().zip(state) {
            let (link, lamp) = (LinkIndex::at(index), Lamp::of(*letter));
            if lamp == seen.lamp {
                continue;
            }
            let limit = self.limits.links.of(link);
            let before = seen.lamp;
            if before.is_green() && !lamp.is_green() {
                let shown_ms = seen.green_since_ms.map(|since_ms| now_ms - since_ms);
                faults.extend(shown_ms.filter(|shown_ms| *shown_ms < limit.min_green_ms).map(|shown_ms| Fault::ShortGreen(link, shown_ms)));
                if lamp != Lamp::Yellow && !limit.is_crossing {
                    faults.push(Fault::NoYellow(link));
                }
                seen.green_until_ms = Some(now_ms);
            }
            if before == Lamp::Yellow {
                let shown_ms = seen.lamp_since_ms.map(|since_ms| now_ms - since_ms);
                faults.extend(shown_ms.filter(|shown_ms| *shown_ms < limit.yellow_ms).map(|shown_ms| Fault::ShortYellow(link, shown_ms)));
            }
            if lamp == Lamp::Yellow && !before.is_green() {
                faults.push(Fault::YellowFromRed(link));
            }
            if lamp.is_green() && !before.is_green() {
                seen.green_since_ms = Some(now_ms);
                began.push(link);
            }
            if before.may_enter() && !lamp.may_enter() {
                (seen.closed_since_ms, seen.is_starved_told) = (now_ms, false);
            }
            (seen.lamp, seen.lamp_since_ms) = (lamp, Some(now_ms));
        }
        for link in began {
            for (index, seen) in self.links.iter().enumerate() {
                let other = LinkIndex::at(index);
                let Some(until_ms) = seen.green_until_ms.filter(|_| !seen.lamp.is_green()) else { continue };
                if self.conflicts.are_foes(link, other) && now_ms - until_ms < self.limits.links.of(other).clear_ms {
                    faults.push(Fault::NotClear(other, link, now_ms - until_ms));
                }
            }
        }
        self.last = state.to_vec();
        (self.last_since_ms, self.is_long_told) = (now_ms, false);
        for fault in faults {
            self.fault(now_ms, fault);
        }
    }

    fn wait(&mut self, now_ms: i64) {
        let mut faults = Vec::new();
        let mut is_someone_waiting = false;
        for (index, seen) in self.links.iter_mut().enumerate().filter(|(_, seen)| !seen.lamp.may_enter()) {
            let link = LinkIndex::at(index);
            let Some(max_red_ms) = self.limits.links.of(link).max_red_ms else { continue };
            is_someone_waiting = true;
            let red_ms = now_ms - seen.closed_since_ms;
            if red_ms > max_red_ms && !seen.is_starved_told {
                seen.is_starved_told = true;
                faults.push(Fault::Starved(link, red_ms));
            }
        }
        let stays_ms = now_ms - self.last_since_ms;
        if stays_ms > self.limits.max_green_ms && is_someone_waiting && !self.is_long_told {
            self.is_long_told = true;
            faults.push(Fault::LongGreen(stays_ms));
        }
        for fault in faults {
            self.fault(now_ms, fault);
        }
    }
}

/// Audits a recorded sequence of one signal: times in ms and states, in order, one for each step.
pub fn audit<'s>(layout: &Layout, signal: SignalId, rules: &Rules, shown: impl IntoIterator<Item = (i64, &'s str)>) -> Vec<Violation> {
    let limits = Limits::of(layout, signal, rules);
    let mut audit = Audit::new(layout, signal, &limits);
    for (now_ms, state) in shown {
        audit.see(now_ms, state);
    }
    audit.violations
}
