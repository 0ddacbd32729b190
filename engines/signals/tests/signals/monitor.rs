//! No command sequence, however hostile, makes the monitor show what the audit rejects.

use std::{collections::BTreeMap, sync::Arc, sync::LazyLock};

use proptest::prelude::*;
use sala_signals::{
    Command, Intergreen, LaneId, Layout, Monitor, Network, PhaseId, Rules, SignalId,
    network::{Connection, Direction, LinkKind},
    safety::{Audit, Fault, Limits, Reason, Violation, audit},
};

use crate::shared::{layout, networks};

const INTERGREENS: [Intergreen; 3] = [Intergreen::Network, Intergreen::Street, Intergreen::Stated { yellow_ms: 3_000, all_red_ms: 0 }];

/// Every network there is with each kind of intergreen.
static LAYOUTS: LazyLock<Vec<(&'static str, Arc<Layout>)>> = LazyLock::new(|| {
    let each =
        |(name, network): (&'static str, Network)| INTERGREENS.map(|intergreen| (name, Arc::new(Layout::new(network.clone(), intergreen))));
    networks().into_iter().flat_map(each).collect()
});

/// How a controller misbehaves.
#[derive(Debug, Clone)]
enum Hostile {
    /// Any commands, also for signals and phases that do not exist; sometimes nothing at all.
    Random(u64),
    /// Another phase each second.
    Flip,
    /// One phase for ever.
    Stuck(u16),
    /// Never a word.
    Silent,
    /// A sign of life and no command.
    Empty,
    /// Two phases in turn, so that all others starve.
    Pair(u16, u16, u8),
}

fn hostile() -> impl Strategy<Value = Hostile> {
    prop_oneof![
        4 => any::<u64>().prop_map(Hostile::Random),
        1 => Just(Hostile::Flip),
        2 => (0..10_u16).prop_map(Hostile::Stuck),
        1 => Just(Hostile::Silent),
        1 => Just(Hostile::Empty),
        3 => (0..10_u16, 0..10_u16, 1..60_u8).prop_map(|(a, b, every)| Hostile::Pair(a, b, every)),
    ]
}

impl Hostile {
    fn say(&mut self, second: i64, layout: &Layout) -> Option<Vec<Command>> {
        let all = |phase: &dyn Fn(usize) -> usize| {
            let commands = layout.phasings.iter().map(|(signal, phasing)| {
                let phase = phase(phasing.phases.len()).checked_rem(phasing.phases.len()).unwrap_or(0);
                Command { signal, phase: PhaseId(u16::try_from(phase).unwrap()) }
            });
            Some(commands.collect())
        };
        let second = usize::try_from(second).unwrap();
        match self {
            Self::Flip => all(&|_| second),
            Self::Stuck(phase) => all(&|_| usize::from(*phase)),
            Self::Silent => None,
            Self::Empty => Some(Vec::new()),
            Self::Pair(a, b, every) => all(&|_| usize::from(if (second / usize::from(*every)).is_multiple_of(2) { *a } else { *b })),
            Self::Random(seed) => {
                let mut next = |bound: u64| {
                    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (*seed >> 33) % bound
                };
                if next(8) == 0 {
                    return None;
                }
                let signals = u64::try_from(layout.phasings.len()).unwrap();
                let commands = (0..next(2 * signals + 1)).map(|_| {
                    let signal = SignalId(u32::try_from(if next(20) == 0 { next(1 << 32) } else { next(signals) }).unwrap());
                    let phases = u64::try_from(layout.phasings.of(signal).phases.len()).unwrap();
                    let phase = if next(20) == 0 { next(1 << 16) } else { next(phases.max(1)) };
                    Command { signal, phase: PhaseId(u16::try_from(phase).unwrap()) }
                });
                Some(commands.collect())
            }
        }
    }
}

/// Who stands inside the junctions: nobody, everywhere someone, or here and there by this seed.
#[derive(Debug, Clone, Copy)]
enum Standing {
    Nobody,
    Everywhere,
    Some(u64),
}

impl Standing {
    fn vehicles(self, second: i64, layout: &Layout) -> Vec<(LaneId, f64)> {
        let is_there = |lane: &LaneId| match self {
            Self::Nobody => false,
            Self::Everywhere => true,
            Self::Some(seed) => {
                let mixed =
                    (u64::from(lane.0) << 20 | u64::try_from(second / 4).unwrap()).wrapping_add(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                mixed >> 61 == 0
            }
        };
        layout.network.lanes.ids().filter(is_there).map(|lane| (lane, 0.0)).collect()
    }
}

fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![1 => Just(Standing::Nobody), 1 => Just(Standing::Everywhere), 2 => any::<u64>().prop_map(Standing::Some)]
}

/// Runs a monitor under hostile commands and audits each second of what it shows.
fn run(layout: &Arc<Layout>, rules: Rules, mut hostile: Hostile, standing: Standing, seconds: i64) -> Vec<Violation> {
    let mut monitor = Monitor::new(Arc::clone(layout), rules, 0);
    let limits: Vec<Limits> = layout.network.signals.ids().map(|signal| Limits::of(layout, signal, &rules)).collect();
    let mut audits: Vec<Audit<'_>> =
        layout.network.signals.ids().zip(&limits).map(|(signal, limits)| Audit::new(layout, signal, limits)).collect();
    let step_s = rules.step_ms / 1_000;
    for second in (0..seconds).step_by(usize::try_from(step_s).unwrap()) {
        let said = hostile.say(second, layout);
        monitor.see(standing.vehicles(second, layout));
        monitor.step(second * 1_000, said.as_deref());
        for (signal, state) in monitor.states() {
            audits[usize::try_from(signal.0).unwrap()].see(second * 1_000, state);
        }
    }
    audits.iter().flat_map(|audit| audit.violations().to_vec()).collect()
}

proptest! {
    // PROPTEST_CASES asks for more.
    #![proptest_config(ProptestConfig { cases: if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default().cases } else { 120 }, ..ProptestConfig::default() })]

    #[test]
    fn no_command_sequence_breaks_a_rule(
        which in any::<prop::sample::Index>(), hostile in hostile(), standing in standing(),
        min_green_s in 0..25_i64, max_green_s in 20..150_i64, max_red_s in 10..200_i64, step_s in 1..3_i64, hold_s in 0..40_i64,
    ) {
        let (name, layout) = &LAYOUTS[which.index(LAYOUTS.len())];
        let rules = Rules {
            min_green_ms: min_green_s * 1_000, max_green_ms: max_green_s * 1_000, max_red_ms: max_red_s * 1_000,
            step_ms: step_s * 1_000, longest_hold_ms: hold_s * 1_000, ..Rules::default()
        };
        let found = run(layout, rules, hostile, standing, 1_200);
        prop_assert!(found.is_empty(), "{name} {:?}: {} violations, first {}", layout.intergreen, found.len(), found[0]);
    }

    #[test]
    fn a_monitor_that_is_called_late_forgets_no_yellow(which in any::<prop::sample::Index>(), mut hostile in hostile(), standing in standing(), gaps in proptest::collection::vec(0..15_i64, 1..20)) {
        let (_, layout) = &LAYOUTS[which.index(LAYOUTS.len())];
        let rules = Rules::default();
        let mut monitor = Monitor::new(Arc::clone(layout), rules, 0);
        let mut shown: BTreeMap<SignalId, Vec<(i64, String)>> = BTreeMap::new();
        let mut second = 0;
        for gap in gaps.iter().cycle().take(200) {
            second += gap;
            monitor.see(standing.vehicles(second, layout));
            monitor.step(second * 1_000, hostile.say(second, layout).as_deref());
            for (signal, state) in monitor.states() {
                shown.entry(signal).or_default().push((second * 1_000, state.to_owned()));
            }
        }
        for (signal, shown) in shown {
            let found = audit(layout, signal, &rules, shown.iter().map(|(now_ms, state)| (*now_ms, state.as_str())));
            // Who is not called can't end anybody's waiting.
            let found: Vec<_> = found.iter().filter(|each| !matches!(each.fault, Fault::Starved(..) | Fault::LongGreen(_))).collect();
            prop_assert!(found.is_empty(), "{found:?}");
        }
    }
}

#[test]
fn every_network_stands_a_controller_that_wants_one_phase_for_ever() {
    for (name, layout) in LAYOUTS.iter() {
        for phase in 0..8 {
            let found = run(layout, Rules::default(), Hostile::Stuck(phase), Standing::Nobody, 900);
            assert!(found.is_empty(), "{name} {:?} phase {phase}: {}", layout.intergreen, found[0]);
        }
    }
}

fn stepped(monitor: &mut Monitor, second: i64, phase: u16) -> String {
    monitor.step(second * 1_000, Some(&[Command { signal: SignalId(0), phase: PhaseId(phase) }]));
    monitor.states().next().unwrap().1.to_owned()
}

#[test]
fn a_command_is_shown_after_yellow_and_the_pedestrians_clearance() {
    let mut monitor = Monitor::new(layout("cross", Intergreen::Network), Rules::default(), 0);
    let shown: Vec<String> = (0..16).map(|second| stepped(&mut monitor, second, 1)).collect();
    assert!(shown[..5].iter().all(|state| state == "rrrrgGGggrrrrgGGggGrGr"), "the least green first");
    assert!(shown[5..10].iter().all(|state| state == "rrrrgGGggrrrrgGGggrrrr"), "{shown:?}");
    assert!(shown[10..14].iter().all(|state| state == "rrrryyyyyrrrryyyyyrrrr"));
    assert!(shown[14..].iter().all(|state| state == "gGggrrrrrgGggrrrrrrGrG"));
    assert_eq!(monitor.counts().get(&Reason::MinGreen), Some(&5));
    assert_eq!(monitor.interventions(), 0);
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let mut monitor = Monitor::new(layout("cross", Intergreen::Network), Rules::default(), 0);
    let command = |signal, phase| Command { signal: SignalId(signal), phase: PhaseId(phase) };
    monitor.step(0, Some(&[command(9, 0), command(0, 7), command(0, 0), command(0, 1)]));
    let reasons: Vec<Reason> = monitor.refusals().iter().map(|refusal| refusal.reason).collect();
    assert_eq!(reasons, [Reason::UnknownSignal, Reason::UnknownPhase, Reason::Contradiction]);
    assert_eq!(monitor.interventions(), 3);
}

#[test]
fn when_the_controller_dies_the_fixed_plan_is_back_within_five_seconds() {
    let layout = layout("cross", Intergreen::Network);
    let mut monitor = Monitor::new(Arc::clone(&layout), Rules::default(), 0);
    // Kept in phase 1 against the plan, which shows phase 0 from 90 s on.
    let mut second = 0;
    while second < 100 {
        stepped(&mut monitor, second, 1);
        second += 1;
    }
    assert!(monitor.lights().of(SignalId(0)).phase == PhaseId(1) && !monitor.is_fallback());
    for _ in 0..4 {
        monitor.step(second * 1_000, None);
        second += 1;
    }
    assert!(monitor.is_fallback());
    assert_eq!(monitor.lights().of(SignalId(0)).phase, PhaseId(0), "on its way to what the plan shows");
    // And it obeys again when the controller is back.
    monitor.step(second * 1_000, Some(&[]));
    assert!(!monitor.is_fallback());
}

#[test]
fn a_link_that_would_starve_is_served_and_the_intervention_is_counted() {
    let mut monitor = Monitor::new(layout("cross", Intergreen::Network), Rules { max_red_ms: 90_000, ..Rules::default() }, 0);
    let shown: Vec<String> = (0..300).map(|second| stepped(&mut monitor, second, 0)).collect();
    let closed = |state: &String| !state.starts_with('g');
    let longest = shown.split(|state| !closed(state)).map(<[String]>::len).max().unwrap();
    assert!((80..=90).contains(&longest), "north waits {longest} s");
    assert!(monitor.counts()[&Reason::Starvation] >= 3);
}

/// The audit must find what is wrong in sequences that no monitor made.
#[test]
fn the_audit_finds_each_kind_of_fault() {
    let layout = layout("pair", Intergreen::Network);
    let c = layout.network.signal("c").unwrap();
    let rules = Rules::default();
    let (main, side, yellow, red) = ("rrrrGGGggrrrrGGGgg", "GGggrrrrrGGggrrrrr", "rrrryyyyyrrrryyyyy", "rrrrrrrrrrrrrrrrrr");
    let found = |rows: &[(i64, &'static str)]| -> Vec<Fault> {
        audit(&layout, c, &rules, rows.iter().map(|(second, state)| (second * 1_000, *state))).into_iter().map(|each| each.fault).collect()
    };
    assert_eq!(found(&[(0, red), (5, main), (15, yellow), (18, red), (20, side)]), []);
    assert!(found(&[(0, red), (5, main), (15, red), (25, side)]).iter().all(|fault| matches!(fault, Fault::NoYellow(_))));
    assert!(
        found(&[(0, red), (5, main), (15, yellow), (17, red), (25, side)]).contains(&Fault::ShortYellow(sala_signals::LinkIndex(4), 2_000))
    );
    assert!(found(&[(0, red), (5, main), (8, yellow), (11, red)]).contains(&Fault::ShortGreen(sala_signals::LinkIndex(4), 3_000)));
    let hasty = found(&[(0, red), (5, main), (15, yellow), (18, side)]);
    assert!(!hasty.is_empty() && hasty.iter().all(|fault| matches!(fault, Fault::NotClear(_, _, 3_000))), "{hasty:?}");
    assert!(found(&[(0, red), (5, "GGGGGGGGGGGGGGGGGG")]).iter().any(|fault| matches!(fault, Fault::Conflict(..))));
    assert!(found(&[(0, red), (5, yellow)]).iter().any(|fault| matches!(fault, Fault::YellowFromRed(_))));
    assert!(found(&[(0, "GG")]) == [Fault::Letters]);
    let stuck: Vec<(i64, &'static str)> = (0..200).map(|second| (second, main)).collect();
    let stuck = found(&stuck);
    assert!(
        stuck.iter().any(|fault| matches!(fault, Fault::Starved(_, 121_000))) && stuck.contains(&Fault::LongGreen(121_000)),
        "{stuck:?}"
    );
}

#[test]
fn the_audit_sees_a_crossing_that_is_not_clear() {
    let layout = layout("cross", Intergreen::Street);
    let signal = layout.network.signals.of(SignalId(0));
    let crossing = signal.links.iter().find(|(_, link)| link.kind == LinkKind::Crossing).unwrap().0;
    let rules = Rules::default();
    let rows = [
        (0, "rrrrrrrrrrrrrrrrrrrrrr"),
        (9, "rrrrgGGggrrrrgGGggGrGr"),
        (30, "rrrrgGGggrrrrgGGggrrrr"),
        (31, "rrrryyyyyrrrryyyyyrrrr"),
        (35, "gGggrrrrrgGggrrrrrrGrG"),
    ];
    let found = audit(&layout, SignalId(0), &rules, rows.map(|(second, state)| (second * 1_000, state)));
    assert!(found.iter().any(|each| matches!(each.fault, Fault::NotClear(link, _, 5_000) if link == crossing)), "{found:?}");
}

#[test]
fn the_same_commands_give_the_same_lamps() {
    let (_, layout) = &LAYOUTS[LAYOUTS.len() - 1];
    let run = || {
        let (mut monitor, mut hostile) = (Monitor::new(Arc::clone(layout), Rules::default(), 0), Hostile::Random(42));
        let mut all = String::new();
        for second in 0..500 {
            monitor.step(second * 1_000, hostile.say(second, layout).as_deref());
            all.extend(monitor.states().map(|(_, state)| state));
        }
        all
    };
    assert_eq!(run(), run());
}

/// A left-turner from the west waits inside the junction of `cross` while its phase ends: (second, lamps) until north has green.
fn held(rules: Rules, mut is_inside: impl FnMut(i64) -> Option<f64>) -> Vec<String> {
    let layout = layout("cross", Intergreen::Stated { yellow_ms: 3_000, all_red_ms: 0 });
    let signal = layout.network.signals.of(SignalId(0));
    let (west, phases) = (layout.network.edge("wm").unwrap(), &layout.phasings.of(SignalId(0)).phases);
    let turns = |connection: &&Connection| layout.network.lanes.of(connection.from).edge == west && connection.direction == Direction::Left;
    let mut connections = signal.links.iter().flat_map(|(_, link)| &link.connections).map(|id| layout.network.connections.of(*id));
    let inside = connections.find(turns).unwrap().via[0];
    let mut monitor = Monitor::new(Arc::clone(&layout), rules, 0);
    let mut shown = Vec::new();
    for second in 0..40 {
        monitor.see(is_inside(second).map(|speed_mps| (inside, speed_mps)));
        shown.push(stepped(&mut monitor, second, 1));
        if shown[shown.len() - 1] == phases.of(PhaseId(1)).state {
            break;
        }
    }
    let begin = shown.iter().position(|state| state.contains('y')).unwrap();
    let rows = shown.iter().zip(0..).map(|(state, second)| (second * 1_000, state.as_str()));
    assert_eq!(audit(&layout, SignalId(0), &rules, rows), []);
    shown.split_off(begin)
}

#[test]
fn nobody_gets_green_against_someone_who_still_stands_inside_the_junction() {
    let free = held(Rules::default(), |_| None);
    let (yellow, clearing) = (&free[0], free.len() - 1);
    let is_red = |state: &String| !state[..18].contains(['g', 'G', 'y']);
    let shown = held(Rules::default(), |second| (second < 17).then_some(0.0));
    let (way, green) = shown.split_at(shown.len() - 1);
    assert_eq!(way[..clearing].iter().filter(|state| *state == yellow).count(), 3, "yellow as ever: {shown:?}");
    assert!(way.len() > clearing && way[clearing..].iter().all(is_red), "then red for all: {shown:?}");
    assert_eq!(green[0], free[clearing]);
    // Who drives is gone before anyone from the line is there; who stands elsewhere is in nobody's way.
    assert_eq!(held(Rules::default(), |_| Some(6.0)), free);
    assert_eq!(held(Rules { longest_hold_ms: 0, ..Rules::default() }, |_| Some(0.0)), free);
}

#[test]
fn someone_who_never_leaves_the_junction_holds_the_others_up_for_no_longer_than_the_rule_says() {
    let free = held(Rules::default(), |_| None);
    for hold_s in [1, 5, 8] {
        let rules = Rules { longest_hold_ms: hold_s * 1_000, ..Rules::default() };
        let shown = held(rules, |_| Some(f64::NAN));
        assert_eq!(shown.len(), free.len() + usize::try_from(hold_s).unwrap());
    }
}

#[test]
fn nobody_starves_for_someone_inside_the_junction() {
    // Within the rule for red there is no time to hold anything back: north is served in time all the same.
    let layout = layout("cross", Intergreen::Network);
    let rules = Rules { longest_hold_ms: 60_000, max_red_ms: 10_000, ..Rules::default() };
    let found = run(&layout, rules, Hostile::Flip, Standing::Everywhere, 600);
    assert_eq!(found, []);
}
