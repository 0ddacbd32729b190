//! The way from phase to phase.

use super::{PhaseId, Phasing};
use crate::network::{Id, Lamp, LinkIndex, LinkKind};

/// What is shown between two phases, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// Pedestrians that lose green have red, vehicles still drive, ms.
    pub walk_ms: i64,
    /// Vehicles that lose green have yellow, ms.
    pub yellow_ms: i64,
    /// All that lose green have red, ms.
    pub all_red_ms: i64,
    walk: String,
    yellow: String,
    all_red: String,
}

impl Way {
    /// Duration, ms; 0 if nothing loses green.
    pub const fn total_ms(&self) -> i64 {
        self.walk_ms + self.yellow_ms + self.all_red_ms
    }

    /// Durations of its parts: walk, yellow, all-red, ms.
    pub const fn parts_ms(&self) -> [i64; 3] {
        [self.walk_ms, self.yellow_ms, self.all_red_ms]
    }

    /// The lamps when all that lose green have red and nothing has gained any: what all-red shows, also on a way without.
    pub fn cleared(&self) -> &str {
        &self.all_red
    }

    /// Durations and lamps of its parts, without those that last no time.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = (i64, &str)> {
        let states = [self.walk.as_str(), self.yellow.as_str(), self.all_red.as_str()];
        self.parts_ms().into_iter().zip(states).filter(|(time_ms, _)| *time_ms > 0)
    }
}

pub(super) fn between(phasing: &Phasing, from: PhaseId, to: PhaseId) -> Way {
    let (a, b) = (phasing.phases.of(from), phasing.phases.of(to));
    let links = || (0..a.state.len()).map(LinkIndex::at);
    let loses = |link: LinkIndex| a.lamp(link).is_green() && !b.lamp(link).is_green();
    let is_crossing = |link: LinkIndex| *phasing.kinds.of(link) == LinkKind::Crossing;
    let most = |part: &dyn Fn(LinkIndex) -> i64| links().filter(|link| loses(*link)).map(part).max().unwrap_or(0);
    let own = phasing.plan.own(from, to);
    let clearance = |link: LinkIndex| phasing.clearance.of(link);
    let vehicles_lose = links().any(|link| loses(link) && !is_crossing(link));
    let walkers_lose = links().any(|link| loses(link) && is_crossing(link));
    // Where the program goes this way itself, no less and no more than what it asks for its links; else the usual of the signal.
    let (mut yellow_ms, mut all_red_ms, walk_ms) = if phasing.is_own
        && let Some(own) = own
    {
        let yellow_ms = if vehicles_lose { own.yellow_ms.max(most(&|link| clearance(link).yellow_ms)) } else { own.yellow_ms };
        (yellow_ms, own.all_red_ms, own.total_ms())
    } else {
        let yellow_ms = most(&|link| clearance(link).usual_yellow_ms);
        (yellow_ms, most(&|link| clearance(link).usual_all_red_ms), most(&|link| clearance(link).usual_walk_ms))
    };
    if !vehicles_lose {
        (yellow_ms, all_red_ms) = (0, 0);
    }
    let walk_ms = if walkers_lose { (walk_ms - yellow_ms - all_red_ms).max(0) } else { 0 };
    let state = |lost_vehicle: u8, keeps_vehicles: bool| {
        let letters = a.state.bytes().zip(b.state.bytes()).enumerate().map(|(index, (letter, next))| {
            let link = LinkIndex::at(index);
            match Lamp::of(letter) {
                lamp if !lamp.may_enter() => 'r',
                // To stop first is asked for already: it may go on only if it is still asked for, or more is given.
                Lamp::AfterStop if !Lamp::of(next).may_enter() => 'r',
                lamp if !lamp.is_green() => char::from(letter),
                _ if !loses(link) || (keeps_vehicles && !is_crossing(link)) => char::from(letter),
                _ if is_crossing(link) => 'r',
                _ => char::from(lost_vehicle),
            }
        });
        letters.collect()
    };
    Way { walk_ms, yellow_ms, all_red_ms, walk: state(b'y', true), yellow: state(b'y', false), all_red: state(b'r', false) }
}
