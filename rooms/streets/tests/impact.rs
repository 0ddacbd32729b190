//! A change of a real street, in the real simulator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a test may fail loudly")]

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, atomic::AtomicBool},
};

use sala_streets::{
    impact::{
        Impact, Warning,
        change::Change,
        run::{ImpactError, Progress, Question, run},
    },
    simulator::{fault::Fault, scenario::Scenario, sumo::Sumo},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn cologne8() -> Option<(Sumo, Scenario)> {
    let folder = root().join("../shared/data/traffic/cologne8");
    let required = std::env::var_os("SALA_REQUIRE_PEERS").is_some();
    if !folder.is_dir() {
        println!("skipped: the streets of cologne8 are not here");
        return None;
    }
    let Ok(sumo) = Sumo::find(None, &root()) else {
        assert!(!required, "SUMO is required here");
        println!("skipped: no SUMO on this machine (scripts/install makes .venv-sumo)");
        return None;
    };
    let scenario = Scenario {
        net: folder.join("cologne8.net.xml"),
        routes: vec![folder.join("cologne8.rou.xml")],
        additional: vec![],
        begin_s: 25200.0,
        end_s: 28800.0,
        scale: 1.0,
        arguments: vec![],
    };
    Some((sumo, scenario))
}

fn ask(sumo: &Sumo, scenario: &Scenario, seeds: &[u64], steps: &str) -> Result<Impact, ImpactError> {
    let change = Change::from_yaml(&format!("changes: [{steps}]")).unwrap();
    let question = Question { scenario: scenario.clone(), change, seeds: seeds.to_vec(), jobs: 2 };
    run(sumo, &question, &|_| {}, &AtomicBool::new(false))
}

#[test]
fn a_closed_street_costs_time_and_names_the_trips_that_are_lost() {
    let Some((sumo, scenario)) = cologne8() else { return };
    let impact = ask(&sumo, &scenario, &[1, 2, 3], "{ kind: close_edge, edge: '-186623965#16' }").unwrap();
    let delay = impact.difference.delay_s;
    assert!(delay.difference > 10.0 && delay.low.unwrap() > 0.0, "closing a main street costs much: {delay:?}");
    assert_eq!(impact.lost, 7, "seven trips begin or end there");
    assert!(impact.warnings.contains(&Warning::TripsLost { number: 7 }));
    assert_eq!(impact.before[0].demanded, impact.after[0].demanded + 7);
    let closed = impact.edges.iter().find(|edge| edge.edge == "-186623965#16").unwrap();
    assert!(closed.vehicles.before > 300.0 && closed.vehicles.after < 1.0, "{closed:?}");
    assert!(impact.edges.iter().any(|edge| edge.is_affected && edge.time_loss_s.difference > 0.0), "the traffic goes elsewhere");
    assert!(impact.before.iter().chain(&impact.after).all(|run| run.co2_kg > 50.0), "{impact:?}");
}

#[test]
fn nothing_changed_is_no_difference_at_all() {
    let Some((sumo, scenario)) = cologne8() else { return };
    let impact = ask(&sumo, &scenario, &[1, 2], "{ kind: speed_limit, edge: '-186623965#16', kmh: 50.004 }").unwrap();
    assert!(impact.difference.delay_s.difference.abs() < 1e-9, "{:?}", impact.difference);
    assert!(impact.edges.iter().all(|edge| !edge.is_affected));
    assert!(
        (impact.difference.delay_s.means.before - 49.6).abs() < 3.0,
        "as measured by others with rerouting on: {:?}",
        impact.difference.delay_s
    );
}

#[test]
fn lanes_limits_links_and_plans_are_changed_and_the_simulator_takes_them() {
    let Some((sumo, scenario)) = cologne8() else { return };
    let steps = "{ kind: bus_lane, edge: '-186623965#16', lane: 0 }, { kind: close_lane, edge: '-186623965#18', lane: 0 },
        { kind: speed_limit, edge: '186623965#17', kmh: 30 }, { kind: new_link, id: bypass, from: '252017285', to: '247379907', lanes: 2, kmh: 50 },
        { kind: signal_plan, signal: '256201389', phases: [ { duration_s: 40, state: rrrGGgGgg }, { duration_s: 3, state: rrryygygg }, { duration_s: 20, state: GGGrrrrrr }, { duration_s: 3, state: yyyrrrrrr } ] }";
    let impact = ask(&sumo, &scenario, &[1], steps).unwrap();
    let bypass = impact.edges.iter().find(|edge| edge.edge == "bypass").expect("the new link is used");
    assert!(bypass.vehicles.before < 0.5 && bypass.vehicles.after > 0.0, "{bypass:?}");
    let rebuilt = impact.warnings.iter().find_map(|warning| match warning {
        Warning::SignalsRebuilt { signals } => Some(signals.clone()),
        Warning::TripsLost { .. } => None,
    });
    assert_eq!(rebuilt.unwrap(), ["247379907", "252017285"]);
    assert_eq!(impact.difference.delay_s.low, None, "one seed has no interval");
}

#[test]
fn a_change_that_does_not_fit_is_refused_before_anything_is_simulated() {
    let Some((sumo, scenario)) = cologne8() else { return };
    match ask(&sumo, &scenario, &[1], "{ kind: close_lane, edge: '-186623965#16', lane: 9 }, { kind: close_edge, edge: nowhere }") {
        Err(ImpactError::Change(errors)) => {
            assert_eq!(errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), ["/changes/0/lane", "/changes/1/edge"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn progress_is_told_and_the_work_can_be_stopped() {
    let Some((sumo, scenario)) = cologne8() else { return };
    let change = Change::from_yaml("changes: [{ kind: speed_limit, edge: '-186623965#16', kmh: 30 }]").unwrap();
    let question = Question { scenario, change, seeds: vec![1, 2, 3, 4, 5], jobs: 2 };
    let (seen, stop) = (Mutex::new(vec![]), AtomicBool::new(false));
    let report = |progress: Progress| {
        seen.lock().unwrap().push(progress);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    };
    let stopped = run(&sumo, &question, &report, &stop);
    assert!(matches!(stopped, Err(ImpactError::Fault(Fault::Stopped))), "{stopped:?}");
    assert_eq!(seen.lock().unwrap()[0], Progress { done: 1, of: 10 });
}

#[test]
fn a_controller_of_the_signals_is_a_change_like_any_other() {
    let Some((sumo, scenario)) = cologne8() else { return };
    let half = Scenario { end_s: scenario.begin_s + 1800.0, ..scenario };
    let adaptive = ask(&sumo, &half, &[1, 2, 3], "{ kind: signal_control, controller: adaptive }").unwrap();
    let delay = adaptive.difference.delay_s;
    assert!(delay.high.unwrap() < 0.0, "fixed plans cost more than signals that look: {delay:?}");
    assert!(adaptive.edges.iter().any(|edge| edge.is_affected), "the streets where it helps are named");
    assert_eq!(adaptive.before.iter().map(|run| run.demanded).sum::<u64>(), adaptive.after.iter().map(|run| run.demanded).sum::<u64>());
    // With loops it knows less; together with another change it is still one change.
    let both = "{ kind: speed_limit, edge: '-186623965#16', kmh: 30 }, { kind: signal_control, controller: actuated, sensing: loops }";
    let mixed = ask(&sumo, &half, &[1, 2], both).unwrap().difference.delay_s;
    assert!((mixed.difference - delay.difference).abs() > 0.01, "another controller and another limit: {mixed:?}");
}
