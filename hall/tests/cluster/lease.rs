//! Without leases nobody ticks, and without the key nobody speaks.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use super::{
    bots::{Bot, until},
    processes::{Hall, Nats},
};

#[test]
fn without_nats_spaces_stand_still_and_go_on_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let Some(nats) = Nats::start(folder.path()) else { return };
    let hall = Hall::start(folder.path(), &nats, &[]);
    hall.wait_for("the hall runs the space", 20, |hall| hall.owner("hall"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let version = hall.get("/api/v1/conduct")["version"].clone();
        let bots = [Bot::enter(&hall, hall.citizen(&version), "hall", Duration::from_secs(4))];
        until("it is in", 20, &bots, |bot| bot.look(|life| life.frames.len() > 10)).await;
        let began = Instant::now();
        nats.process.signal("STOP");
        sleep(Duration::from_secs(8)).await;
        let last = bots[0].look(|life| life.frames.last().unwrap().0);
        assert!(last - began < Duration::from_secs(6), "it ticked for {:?} without a lease", last - began);
        // The pages do not mind.
        assert!(hall.get("/api/v1/spaces")["items"].as_array().is_some());
        nats.process.signal("CONT");
        let woken = Instant::now();
        until("it is back", 20, &bots, |bot| bot.back_after(woken).is_some()).await;
        println!("back {:?} after NATS", bots[0].back_after(woken).unwrap() - woken);
    });
    // Another key: nobody listens.
    let foreign = folder.path().join("foreign");
    std::fs::write(&foreign, "ab".repeat(32)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sala"))
        .args(["space", "move", "hall", "--to", "hall", "--nats", &nats.url, "--cluster-key"])
        .arg(&foreign)
        .output()
        .unwrap();
    assert!(!output.status.success());
    hall.wait_for("the refusal is in the log", 5, |hall| hall.process.log().contains("not sealed with the key").then_some(()));
}
