//! The controller is killed in the middle of a run: the lamps go back to the fixed plan, and the run goes on to its end.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Command},
    thread,
    time::Duration,
};

use sala_streets::simulator::{
    crossing::Crossing,
    hand::{Controller, Hand, Intergreen, Sensing},
    report::Report,
};

use super::support::{street, sumo};

const BEGIN_S: u32 = 25_200;
const END_S: u32 = 28_800;
/// The longest way between two phases of this street, and the least green before it.
const SETTLING_S: u32 = 15;

/// Lamps of each signal, second by second, from the changes that the run recorded: `second` is the end of the second in which they shone.
fn lamps(path: &Path) -> BTreeMap<String, BTreeMap<u32, String>> {
    let mut changes: BTreeMap<String, BTreeMap<u32, String>> = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap_or_default().lines() {
        let [second, signal, state] = line.split(' ').collect::<Vec<_>>()[..] else { continue };
        changes.entry(signal.to_owned()).or_default().insert(second.parse().unwrap(), state.to_owned());
    }
    for shown in changes.values_mut() {
        let mut state = String::new();
        for second in BEGIN_S + 1..=END_S {
            state.clone_from(shown.entry(second).or_insert_with(|| state.clone()));
        }
    }
    changes
}

/// The last second that the run has recorded so far.
fn reached(path: &Path) -> u32 {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| line.split(' ').next()?.parse().ok()).max().unwrap_or(0)
}

/// Process id of the controller that a bench started.
fn controller_of(bench: &Child) -> Option<String> {
    let tasks = fs::read_dir(format!("/proc/{}/task", bench.id())).ok()?;
    let children = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let pids: Vec<String> = children.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
    pids.into_iter()
        .find(|pid| fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.ends_with("signals\0controller\0")))
}

#[test]
fn the_fixed_plan_is_back_within_five_seconds_after_the_controller_was_killed() {
    let (Some(sumo), Some(street)) = (sumo(".venv-sumo"), street("cologne3", BEGIN_S.into(), END_S.into())) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (record, out) = (folder.path().join("seed-3.lamps"), folder.path().join("report.json"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_sala"));
    command.args(["signals", "bench", "--begin", "25200", "--end", "28800", "--seeds", "3", "--controller", "max-pressure"]);
    command.arg("--separate-controller").arg("--net").arg(&street.net).arg("--routes").arg(&street.routes[0]);
    command.arg("--sumo").arg(&sumo.program).arg("--keep").arg(folder.path()).arg("--out").arg(&out);
    let mut bench = command.spawn().unwrap();
    while reached(&record) < BEGIN_S + 600 {
        assert!(bench.try_wait().unwrap().is_none(), "the run ended before anyone could be killed");
        thread::sleep(Duration::from_millis(5));
    }
    let controller = controller_of(&bench).expect("a controller of its own");
    let before_s = reached(&record);
    assert!(Command::new("kill").args(["-9", &controller]).status().unwrap().success());
    assert!(bench.wait().unwrap().success(), "the run goes on to its end");

    let report: Report = serde_json::from_slice(&fs::read(out).unwrap()).unwrap();
    let run = &report.runs[0];
    assert!(report.is_separate);
    let (silent_s, fallback_s) = (run.silent_at_s.unwrap() as u32, run.fallback_at_s.unwrap() as u32);
    assert!(silent_s >= before_s && silent_s < END_S - 600, "killed at {before_s} s or later, silent at {silent_s} s");
    assert!(fallback_s <= silent_s + 5, "silent at {silent_s} s, on the fixed plan at {fallback_s} s");
    assert_eq!(run.fallback_s, u64::from(END_S - fallback_s) + 1, "and on it until the end");
    assert_eq!(run.safety_violations, 0, "{:?}", run.violations);

    // The lamps themselves: what the plan has due, or, for the length of a way and a least green after the plan moved on, the way to it.
    let hand = Hand { controller: Controller::MaxPressure, sensing: Sensing::Camera, intergreen: Intergreen::Network, is_separate: true };
    let layout = Crossing::read(&street, &hand).unwrap().layout;
    let lamps = lamps(&record);
    for (id, signal) in layout.network.signals.iter() {
        let phasing = layout.phasings.of(id);
        let due = |second: u32| phasing.plan.due(i64::from(second) * 1000 - 1000).unwrap();
        let is_as_due = |second: u32| lamps[&signal.id][&second] == phasing.phases.of(due(second)).state;
        for second in fallback_s + SETTLING_S + 1..END_S {
            let has_moved_on = (second - SETTLING_S..second).any(|earlier| due(earlier) != due(second));
            assert!(is_as_due(second) || has_moved_on, "signal {} at {second} s shows {}", signal.id, lamps[&signal.id][&second]);
        }
        let share = |from: u32, to: u32| (from..to).filter(|second| is_as_due(*second)).count() * 100 / (to - from) as usize;
        let (controlled, fixed) = (share(BEGIN_S + 60, silent_s), share(fallback_s, END_S));
        assert!(controlled < 70 && fixed > controlled, "signal {}: as planned in {controlled} % before, in {fixed} % after", signal.id);
    }
}

/// What a bench of five minutes of cologne1 reports.
fn report(environment: &str, arguments: &[&str]) -> Option<Report> {
    let (sumo, street) = (sumo(environment)?, street("cologne1", 25200.0, 25500.0)?);
    let mut command = Command::new(env!("CARGO_BIN_EXE_sala"));
    command.args(["signals", "bench", "--begin", "25200", "--end", "25500", "--seeds", "1", "--json"]);
    command.args(arguments).arg("--net").arg(&street.net).arg("--routes").arg(&street.routes[0]).arg("--sumo").arg(&sumo.program);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{environment} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_controller_apart_decides_as_one_within() {
    for sensing in ["camera", "loops"] {
        let within = report(".venv-sumo", &["--controller", "actuated", "--sensing", sensing]);
        let apart = report(".venv-sumo", &["--controller", "actuated", "--sensing", sensing, "--separate-controller"]);
        let (Some(within), Some(apart)) = (within, apart) else { return };
        assert_eq!(within.runs[0].lamps_sha256, apart.runs[0].lamps_sha256, "{sensing}");
    }
}

#[test]
fn every_sensing_works_under_both_versions_of_sumo() {
    for environment in [".venv-sumo", ".venv-sumo-1.9.2"] {
        let Some(fixed) = report(environment, &["--controller", "fixed", "--intergreen", "resco"]) else { return };
        for sensing in ["camera", "loops"] {
            let Some(ours) = report(environment, &["--controller", "adaptive", "--intergreen", "resco", "--sensing", sensing]) else {
                return;
            };
            let (ours, fixed) = (&ours.runs[0], &fixed.runs[0]);
            assert_eq!(ours.safety_violations, 0, "{environment} {sensing}");
            let delays = (ours.trips.delay_s, fixed.trips.delay_s);
            assert!(delays.0 < delays.1, "{environment} {sensing}: {delays:?}");
        }
    }
}
