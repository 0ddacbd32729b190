//! The measure against what others measured: the same nets and demand under the same version of SUMO, driven by our client.

use std::process::Command;

use sala_signals::traci::Request;
use sala_streets::simulator::{
    scenario::Scenario,
    simulation::{Desk, Simulation, Stop},
    sumo::Sumo,
    tripinfo::Trips,
};

use super::{
    replay::trips,
    support::{street, sumo},
};

/// The net's own programs, nobody touching them.
fn untouched(sumo: &Sumo, street: &Scenario, seed: u32) -> (Trips, Vec<u8>) {
    let stop = Stop::default();
    let mut simulation = Simulation::start(sumo, street, seed, &[], Desk::new().unwrap(), &stop).unwrap();
    while !simulation.is_over() {
        simulation.step(&Request::new()).unwrap();
    }
    simulation.finish().unwrap()
}

fn compare(environment: &str, expected: &[(&str, f64, f64)]) {
    let Some(sumo) = sumo(environment) else { return };
    for (name, begin_s, delay_s) in expected {
        let Some(street) = street(name, *begin_s, begin_s + 3600.0) else { continue };
        let (measured, _) = untouched(&sumo, &street, 1);
        assert!((measured.delay_s - delay_s).abs() < 0.06, "{name} under {}: {measured:?} instead of {delay_s}", sumo.version);
    }
}

#[test]
fn fixed_time_has_the_delay_that_was_measured_without_us() {
    compare(".venv-sumo", &[("cologne1", 25200.0, 43.0), ("cologne3", 25200.0, 35.6), ("cologne8", 25200.0, 49.0)]);
}

#[test]
fn fixed_time_has_the_published_delay_under_the_version_of_the_papers() {
    compare(".venv-sumo-1.9.2", &[("cologne1", 25200.0, 57.6), ("ingolstadt1", 57600.0, 38.8), ("cologne8", 25200.0, 65.5)]);
}

#[test]
fn driven_by_our_client_every_trip_is_as_in_a_run_without_a_client() {
    for environment in [".venv-sumo", ".venv-sumo-1.9.2"] {
        let (Some(sumo), Some(street)) = (sumo(environment), street("cologne1", 25200.0, 25800.0)) else { return };
        let (_, ours) = untouched(&sumo, &street, 7);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("alone.xml");
        let mut command: Command = sumo.command();
        command.arg("-n").arg(&street.net).arg("-r").arg(&street.routes[0]).arg("--tripinfo-output").arg(&file);
        command.args(["-b", "25200", "-e", "25800", "--seed", "7", "--time-to-teleport", "-1", "--no-step-log", "--no-warnings"]);
        let status = command.args(sumo.trip_options()).status().unwrap();
        assert!(status.success());
        let alone = std::fs::read(&file).unwrap();
        assert!(trips(&alone).lines().count() > 100, "a street with traffic");
        assert_eq!(trips(&ours), trips(&alone), "{environment}");
    }
}
