//! Phases and the ways between them, and the fixed plan against what SUMO's own programs show (see `data/plan.py`).

use std::{collections::BTreeMap, env, fs, sync::Arc};

use sala_signals::{
    Controller, Intergreen, Layout, LinkIndex, Monitor, Network, Observation, PhaseId, Phasing, Rules, SignalId,
    controller::Fixed,
    network::{Id, Lamp, LinkKind},
    sensing::View,
};

use crate::shared::{OWN, RANGE_M, layout, networks};

fn states(phasing: &Phasing) -> Vec<&str> {
    phasing.phases.iter().map(|(_, phase)| phase.state.as_str()).collect()
}

#[test]
fn phases_are_the_green_states_without_the_pedestrians_clearance() {
    let layout = layout("cross", Intergreen::Network);
    let phasing = layout.phasings.of(SignalId(0));
    assert_eq!(states(phasing), ["rrrrgGGggrrrrgGGggGrGr", "gGggrrrrrgGggrrrrrrGrG"]);
    assert_eq!(phasing.phases.of(PhaseId(0)).nominal_ms, 36_000);
    let way = phasing.way(PhaseId(0), PhaseId(1));
    assert_eq!((way.walk_ms, way.yellow_ms, way.all_red_ms), (5_000, 4_000, 0), "the program's own");
    let parts: Vec<_> = way.parts().collect();
    assert_eq!(parts, [(5_000, "rrrrgGGggrrrrgGGggrrrr"), (4_000, "rrrryyyyyrrrryyyyyrrrr")]);
    assert_eq!(phasing.way(PhaseId(0), PhaseId(0)).total_ms(), 0);
}

#[test]
fn what_keeps_its_green_shows_no_yellow() {
    let layout = layout("pair", Intergreen::Network);
    let c = layout.network.signal("c").unwrap();
    let phasing = layout.phasings.of(c);
    assert_eq!(states(phasing), ["rrrrGGGggrrrrGGGgg", "rrrrrrrGGrrrrrrrGG", "GGggrrrrrGGggrrrrr"]);
    let way = phasing.way(PhaseId(0), PhaseId(1));
    assert_eq!(way.parts().collect::<Vec<_>>(), [(3_000, "rrrryyyggrrrryyygg")], "left turns yield until the others have gone");
    // A way that the program does not go: its own yellow, and the all-red that it has elsewhere.
    let way = phasing.way(PhaseId(0), PhaseId(2));
    assert_eq!((way.yellow_ms, way.all_red_ms), (3_000, 2_000));
}

#[test]
fn the_streets_intergreens_follow_speed_width_and_pedestrians() {
    let layout = layout("cross", Intergreen::Street);
    let (signal, phasing) = (layout.network.signals.of(SignalId(0)), layout.phasings.of(SignalId(0)));
    for (index, link) in signal.links.iter() {
        let clearance = phasing.clearance.of(index);
        if link.kind == LinkKind::Crossing {
            let walk_s = link.length_m / 1.2;
            let rest_s = f64::from(i32::try_from(clearance.walk_ms).unwrap()) / 1_000.0 - walk_s;
            assert!((0.0..=0.1).contains(&rest_s), "{walk_s} {clearance:?}");
            continue;
        }
        // ITE: 1 s and v / (2 × 3.05 m/s²): 3.3 s at 50 km/h, 3.8 s at 60 km/h.
        let expected = if link.speed_mps > 15.0 { 3_800 } else { 3_300 };
        assert_eq!(clearance.yellow_ms, expected);
        assert!((1_000..=6_000).contains(&clearance.all_red_ms), "{clearance:?}");
    }
}

#[test]
fn yellow_stays_between_three_and_six_seconds() {
    for (name, network) in networks() {
        let layout = Layout::new(network, Intergreen::Street);
        for (id, phasing) in layout.phasings.iter() {
            for (link, row) in layout.network.signals.of(id).links.iter().filter(|(_, row)| row.kind == LinkKind::Vehicles) {
                let yellow_ms = phasing.clearance.of(link).yellow_ms;
                assert!((3_000..=6_000).contains(&yellow_ms), "{name} {row:?} {yellow_ms}");
            }
        }
    }
}

#[test]
fn on_every_network_a_way_takes_green_only_through_yellow() {
    for (name, network) in networks() {
        for intergreen in [Intergreen::Network, Intergreen::Street, Intergreen::Stated { yellow_ms: 3_000, all_red_ms: 0 }] {
            let layout = Layout::new(network.clone(), intergreen);
            for (id, phasing) in layout.phasings.iter() {
                assert!(!phasing.phases.is_empty(), "{name} {id:?}");
                for from in phasing.phases.ids() {
                    for to in phasing.phases.ids() {
                        check_way(&layout, id, phasing, from, to);
                    }
                }
            }
        }
    }
}

fn check_way(layout: &Layout, id: SignalId, phasing: &Phasing, from: PhaseId, to: PhaseId) {
    let way = phasing.way(from, to);
    let (a, b) = (phasing.phases.of(from), phasing.phases.of(to));
    let loses = |link: LinkIndex| a.lamp(link).is_green() && !b.lamp(link).is_green();
    let signal = layout.network.signals.of(id);
    assert_eq!(way.total_ms() > 0, signal.links.ids().any(loses), "{} {} {}", signal.id, a.state, b.state);
    assert_eq!(phasing.way_ms(from, to), way.total_ms());
    for link in signal.links.ids() {
        let seen: Vec<Lamp> = way.parts().map(|(_, state)| Lamp::of(state.as_bytes()[link.index()])).collect();
        let is_crossing = signal.links.of(link).kind == LinkKind::Crossing;
        if loses(link) && !is_crossing {
            assert!(seen.contains(&Lamp::Yellow) && way.yellow_ms >= 2_000);
        } else if !loses(link) {
            assert!(!seen.contains(&Lamp::Yellow), "who keeps its state sees no yellow");
            assert!(a.lamp(link).is_green() || !seen.iter().any(|lamp| lamp.is_green()), "who gains waits");
        }
    }
}

/// Runs the fixed plan through the monitor and gives what it shows each second.
fn run(layout: &Arc<Layout>, begin_s: i64, seconds: i64) -> Vec<BTreeMap<String, String>> {
    let rules = Rules { min_green_ms: 1_000, ..Rules::default() };
    let mut monitor = Monitor::new(Arc::clone(layout), rules, begin_s * 1_000);
    let mut fixed = Fixed::new(Arc::clone(layout), rules);
    (begin_s..begin_s + seconds)
        .map(|now_s| {
            let said = fixed.decide(now_s * 1_000, &Observation { lights: monitor.lights(), view: View::Nothing });
            monitor.step(now_s * 1_000, Some(&said));
            monitor.states().map(|(signal, state)| (layout.network.signals.of(signal).id.clone(), state.to_owned())).collect()
        })
        .collect()
}

/// What SUMO showed each second.
fn recorded(text: &str, begin_s: i64, seconds: i64) -> Vec<BTreeMap<String, String>> {
    let mut changes: BTreeMap<i64, Vec<(String, String)>> = BTreeMap::new();
    for line in text.lines() {
        let [second, signal, state] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        changes.entry(second.parse().unwrap()).or_default().push((signal.to_owned(), state.to_owned()));
    }
    let mut shown = BTreeMap::new();
    (begin_s..begin_s + seconds)
        .map(|second| {
            shown.extend(changes.remove(&second).unwrap_or_default());
            shown.clone()
        })
        .collect()
}

#[test]
fn the_fixed_plan_is_lamp_for_lamp_what_sumo_shows() {
    let mut late = Network::read(OWN[1].1, RANGE_M).unwrap();
    late.add_programs(include_str!("../data/late.add.xml")).unwrap();
    let cases = [
        (Network::read(OWN[0].1, RANGE_M).unwrap(), 37, include_str!("../data/cross.plan.txt")),
        (late, 50, include_str!("../data/late.plan.txt")),
    ];
    for (network, begin_s, text) in cases {
        let layout = Arc::new(Layout::new(network, Intergreen::Network));
        let (ours, theirs) = (run(&layout, begin_s, 300), recorded(text, begin_s, 300));
        // The first round may begin in the middle of a way.
        for second in 100..300 {
            assert_eq!(ours[second], theirs[second], "second {second}");
        }
    }
}

/// With `SALA_PLANS` set to a folder of recordings of the shared networks: how often the lamps differ.
#[test]
fn the_fixed_plans_of_real_networks_are_close_to_what_sumo_shows() {
    let Some(folder) = env::var_os("SALA_PLANS") else {
        println!("skipped: SALA_PLANS names no folder of recordings (tests/data/plan.py makes them)");
        return;
    };
    for (name, network) in networks() {
        let Ok(text) = fs::read_to_string(std::path::Path::new(&folder).join(format!("{name}.txt"))) else { continue };
        let begin_s = text.split(' ').next().unwrap().parse().unwrap();
        let layout = Arc::new(Layout::new(network, Intergreen::Network));
        let (ours, theirs) = (run(&layout, begin_s, 400), recorded(&text, begin_s, 400));
        let mut differ: BTreeMap<&String, usize> = BTreeMap::new();
        for second in 130..400 {
            for (signal, state) in &ours[second] {
                let green = |state: &str| state.bytes().map(|letter| Lamp::of(letter).is_green()).collect::<Vec<_>>();
                *differ.entry(signal).or_default() += usize::from(green(state) != green(&theirs[second][signal]));
            }
        }
        differ.retain(|_, count| *count > 0);
        println!("{name}: seconds of 270 in which the green differs: {differ:?}");
    }
}
