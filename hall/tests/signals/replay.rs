//! SUMO's own Python client, showing the same lamps, must get the same trips: nothing but the lamps goes from us into the simulation.

use std::{fs, path::Path, process::Command};

use super::support::{root, street, sumo};

/// Without comments (which hold the arguments) and line ends.
pub(crate) fn trips(tripinfo: &[u8]) -> String {
    let text = String::from_utf8_lossy(tripinfo);
    text.lines().filter(|line| line.trim_start().starts_with("<tripinfo ")).collect::<Vec<_>>().join("\n")
}

fn replayed(controller: &str) {
    let (Some(sumo), Some(street)) = (sumo(".venv-sumo"), street("cologne3", 25200.0, 25800.0)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sala"));
    command.args(["signals", "bench", "--begin", "25200", "--end", "25800", "--seeds", "5", "--controller", controller]);
    command.arg("--net").arg(&street.net).arg("--routes").arg(&street.routes[0]);
    command.arg("--sumo").arg(&sumo.program).arg("--keep").arg(folder.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (lamps, again) = (folder.path().join("seed-5.lamps"), folder.path().join("again.xml"));
    let mut python = Command::new(root().join(".venv-sumo/bin/python"));
    python.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/signals/replay.py"));
    python.arg(&sumo.program).args(["25200", "25800", "5"]).arg(&lamps).arg(&again).arg(&street.net).arg(&street.routes[0]);
    let output = python.env("SUMO_HOME", sumo.home.unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (ours, theirs) = (trips(&fs::read(folder.path().join("seed-5.tripinfo.xml")).unwrap()), trips(&fs::read(again).unwrap()));
    assert!(ours.lines().count() > 100, "a street with traffic");
    assert_eq!(ours, theirs);
}

#[test]
fn the_python_client_with_the_same_lamps_gets_the_same_trips() {
    replayed("adaptive");
    replayed("max-pressure");
}
