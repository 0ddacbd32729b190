//! From a signal's own program to phases that a controller may choose, and the way from one to another.
//!
//! A phase is a state with green and without yellow that the program shows; the same state twice is one phase. Stages with yellow, with no
//! green, or in which only pedestrians have lost their green, belong to the way between phases. That way is made anew for any two phases:
//! what loses green shows yellow and then red, what keeps it keeps it, and what gains it waits until the others are clear.

mod intergreen;
mod plan;
mod way;

pub use intergreen::{Clearance, Intergreen};
pub use plan::Plan;
pub use way::Way;

use crate::network::{Id, Lamp, LinkIndex, LinkKind, Network, Program, Signal, SignalId, Stage, Table};

/// Index of a phase of one signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PhaseId(pub u16);

impl Id for PhaseId {
    fn index(self) -> usize {
        usize::from(self.0)
    }

    fn at(index: usize) -> Self {
        Self(u16::try_from(index).unwrap_or(u16::MAX))
    }
}

/// What a signal can show for as long as a controller likes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phase {
    /// The lamps, one letter a link.
    pub state: String,
    /// Links that have green.
    pub green: Vec<LinkIndex>,
    /// Longest time for which the program shows it in one go, ms.
    pub nominal_ms: i64,
    /// Least duration, where the program says one, ms.
    pub least_ms: Option<i64>,
    /// Greatest duration, where the program says one, ms.
    pub greatest_ms: Option<i64>,
}

impl Phase {
    /// The lamp of a link.
    pub fn lamp(&self, link: LinkIndex) -> Lamp {
        self.state.as_bytes().get(link.index()).map_or(Lamp::Stop, |letter| Lamp::of(*letter))
    }
}

/// The phases of one signal with the ways between them and its fixed plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Phasing {
    /// Phases in the order in which the program first shows them; none for a signal without a program, which is left alone.
    pub phases: Table<PhaseId, Phase>,
    /// The fixed plan: which phase the program shows when.
    pub plan: Plan,
    /// What each link needs when its green ends.
    pub clearance: Table<LinkIndex, Clearance>,
    /// The longest time for which the program leaves a link without green, ms; 0 for links that it never serves or never stops.
    pub longest_red_ms: Table<LinkIndex, i64>,
    pub(crate) kinds: Table<LinkIndex, LinkKind>,
    way_ms: Vec<[i64; 3]>,
    /// Whether the times are those of the network's own program.
    pub(crate) is_own: bool,
    /// Longer than the ways of the network's own program, over one round, ms.
    pub(crate) delay_ms: i64,
}

/// Most phases that are made of one program: an hour of one-second stages is no set of phases.
const PHASES: usize = 128;

impl Phasing {
    /// The phasing of a signal from the program that runs.
    pub fn of(network: &Network, signal: SignalId, intergreen: Intergreen) -> Self {
        let signal = network.signals.of(signal);
        let Some(program) = signal.program() else { return Self::default() };
        let roles = roles(signal, program);
        let mut phases = Table::<PhaseId, Phase>::default();
        let mut shown = Vec::new();
        for (stage, role) in program.stages.iter().zip(&roles) {
            let known = phases.iter().find(|(_, phase)| phase.state == stage.state).map(|(id, _)| id);
            shown.push(match role {
                Role::Phase => known.or_else(|| (phases.len() < PHASES).then(|| phases.push(Phase::of(stage)))),
                _ => None,
            });
        }
        let plan = Plan::of(program, &roles, &shown);
        for (id, nominal_ms) in plan.shown_ms() {
            if let Some(phase) = phases.get_mut(id) {
                phase.nominal_ms = phase.nominal_ms.max(nominal_ms);
            }
        }
        let longest_red_ms = (0..signal.links.len()).map(|link| longest_red_ms(program, link)).collect();
        let kinds: Table<LinkIndex, LinkKind> = signal.links.iter().map(|(_, link)| link.kind).collect();
        let clearance = intergreen::clearances(network, signal, &plan, &phases, intergreen);
        let mut phasing = Self {
            way_ms: Vec::new(),
            phases,
            plan,
            clearance,
            longest_red_ms,
            kinds,
            is_own: intergreen == Intergreen::Network,
            delay_ms: 0,
        };
        phasing.delay_ms = phasing.plan.own_ways().map(|(from, to, own_ms)| (phasing.way(from, to).total_ms() - own_ms).max(0)).sum();
        let ids: Vec<PhaseId> = phasing.phases.ids().collect();
        phasing.way_ms = ids.iter().flat_map(|from| ids.iter().map(|to| phasing.way(*from, *to).parts_ms())).collect();
        phasing
    }

    /// Duration of the way from one phase to another, ms; 0 where nothing loses green.
    pub fn way_ms(&self, from: PhaseId, to: PhaseId) -> i64 {
        self.way_parts_ms(from, to).iter().sum()
    }

    /// Its parts: pedestrians' clearance, yellow, all-red, ms.
    pub fn way_parts_ms(&self, from: PhaseId, to: PhaseId) -> [i64; 3] {
        let place = from.index().saturating_mul(self.phases.len()).saturating_add(to.index());
        self.way_ms.get(place).copied().unwrap_or_default()
    }

    /// The way from one phase to another. Empty where nothing loses green.
    pub fn way(&self, from: PhaseId, to: PhaseId) -> Way {
        way::between(self, from, to)
    }

    /// The longest way, ms, each of its parts in whole steps.
    pub fn longest_way_ms(&self, step_ms: i64) -> i64 {
        self.way_ms.iter().map(|parts_ms| in_steps(*parts_ms, step_ms)).max().unwrap_or(0)
    }

    /// Whether any phase gives the link green.
    pub fn serves(&self, link: LinkIndex) -> bool {
        self.phases.iter().any(|(_, phase)| phase.lamp(link).is_green())
    }
}

impl Phase {
    fn of(stage: &Stage) -> Self {
        let lamps = stage.state.bytes().enumerate();
        Self {
            green: lamps.filter(|(_, letter)| Lamp::of(*letter).is_green()).map(|(link, _)| LinkIndex::at(link)).collect(),
            state: stage.state.clone(),
            nominal_ms: 0,
            least_ms: stage.least_ms,
            greatest_ms: stage.greatest_ms,
        }
    }
}

/// The sum of times, each in whole steps.
pub(crate) fn in_steps(parts_ms: [i64; 3], step_ms: i64) -> i64 {
    parts_ms.iter().map(|part_ms| round_up(*part_ms, step_ms)).fold(0, i64::saturating_add)
}

/// A time in whole steps.
pub(crate) fn round_up(time_ms: i64, step_ms: i64) -> i64 {
    let step_ms = step_ms.max(1);
    time_ms.saturating_add(step_ms - 1).div_euclid(step_ms).saturating_mul(step_ms)
}

/// What a stage of a program is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Phase,
    /// Only pedestrians have lost their green, so that they clear the road while vehicles still drive.
    WalkClearance,
    Yellow,
    AllRed,
}

fn roles(signal: &Signal, program: &Program) -> Vec<Role> {
    let plain: Vec<Role> = program.stages.iter().map(|stage| plain_role(&stage.state)).collect();
    let before = plain.iter().zip(&program.stages).cycle().skip(plain.len().saturating_sub(1));
    (plain.iter().zip(&program.stages).zip(before))
        .map(|((role, stage), (role_before, before))| match (role, role_before) {
            (Role::Phase, Role::Phase) if only_walkers_lost(signal, &before.state, &stage.state) => Role::WalkClearance,
            _ => *role,
        })
        .collect()
}

fn plain_role(state: &str) -> Role {
    if state.bytes().any(|letter| matches!(letter, b'y' | b'Y' | b'u')) {
        Role::Yellow
    } else if state.bytes().any(|letter| Lamp::of(letter).is_green()) {
        Role::Phase
    } else {
        Role::AllRed
    }
}

fn only_walkers_lost(signal: &Signal, before: &str, now: &str) -> bool {
    let mut changed = before.bytes().zip(now.bytes()).enumerate().filter(|(_, (before, now))| before != now).peekable();
    changed.peek().is_some()
        && changed.all(|(link, (before, now))| {
            let is_crossing = signal.links.of(LinkIndex::at(link)).kind == LinkKind::Crossing;
            is_crossing && Lamp::of(before).is_green() && Lamp::of(now) == Lamp::Stop
        })
}

/// The longest stretch without green in an endless repetition of the program, ms.
fn longest_red_ms(program: &Program, link: usize) -> i64 {
    let is_open = |stage: &&Stage| stage.state.as_bytes().get(link).is_some_and(|letter| Lamp::of(*letter).may_enter());
    if !program.stages.iter().any(|stage| is_open(&stage)) {
        return 0;
    }
    let (mut longest, mut red) = (0_i64, 0_i64);
    for stage in program.stages.iter().chain(&program.stages) {
        red = if is_open(&stage) { 0 } else { red.saturating_add(stage.duration_ms) };
        longest = longest.max(red);
    }
    longest
}
