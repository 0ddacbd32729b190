//! Where SUMO and the street networks are; both may be absent, then a test says so.

use std::{
    env,
    path::{Path, PathBuf},
};

use sala_streets::simulator::{scenario::Scenario, sumo::Sumo};

/// The SUMO of one of the project's environments.
pub(crate) fn sumo(environment: &str) -> Option<Sumo> {
    let folder = root().join(environment);
    if let Ok(sumo) = Sumo::at(&folder) {
        return Some(sumo);
    }
    assert!(env::var_os("SALA_REQUIRE_PEERS").is_none(), "SUMO is required in {environment}: run scripts/install");
    println!("skipped: SUMO is not installed in {environment} (scripts/install)");
    None
}

/// A scenario of the shared data: net and routes named after its folder.
pub(crate) fn street(name: &str, begin_s: f64, end_s: f64) -> Option<Scenario> {
    let shared = env::var_os("SALA_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let folder = shared.join("data/traffic").join(name);
    let (net, routes) = (folder.join(format!("{name}.net.xml")), folder.join(format!("{name}.rou.xml")));
    if !net.is_file() || !routes.is_file() {
        println!("skipped: no street network at data/traffic/{name} (set SALA_SHARED to the folder that has it)");
        return None;
    }
    Some(Scenario { net, routes: vec![routes], additional: vec![], begin_s, end_s, scale: 1.0, arguments: vec![] })
}

/// The checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
