//! `sala witness` as its own process: a hall whose policy names it publishes only with its cosignature.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use super::support::{Served, repository, sala, text};

struct Witness {
    child: Child,
    policy_line: String,
}

impl Witness {
    fn start(data: &std::path::Path, log_key: &str, port: u16) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sala"))
            .args(["witness", "--name", "press.example/witness", "--log", log_key, "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.next().unwrap().unwrap();
        let policy_line = lines.next().unwrap().unwrap();
        Self { child, policy_line }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_outside_witness_is_asked_and_the_head_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("hall");
    let profile = repository().join("profiles/demo");
    let made = sala(&["init", "--profile", profile.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert!(made.status.success(), "{}", text(&made));
    let log_key = text(&made).lines().find_map(|line| line.strip_prefix("Log key:").map(|key| key.trim().to_owned())).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let witness = Witness::start(&folder.path().join("press"), &log_key, port);
    std::fs::write(data.join("policy"), format!("log {log_key}\n{}\nquorum press-example-witness\n", witness.policy_line)).unwrap();
    let served = Served::start_in(&data, &[]);
    let size = |served: &Served| served.get("/api/v1/log").json()["published_size"].as_u64().unwrap();
    served.wait_for("a head that the press has cosigned", 20, |served| (size(served) > 0).then_some(()));
    let log = served.get("/api/v1/log").json();
    assert_eq!((&log["witnesses"][0]["name"], &log["witnesses"][0]["is_own"]), (&"press-example-witness".into(), &false.into()));

    // Without the witness acts go on, the head stands still.
    drop(witness);
    std::thread::sleep(std::time::Duration::from_secs(2));
    let stuck = size(&served);
    served.sign_in(&serde_json::json!({"role": "citizen"}));
    std::thread::sleep(std::time::Duration::from_secs(3));
    let log = served.get("/api/v1/log").json();
    assert_eq!(log["published_size"].as_u64().unwrap(), stuck);
    assert!(log["size"].as_u64().unwrap() > stuck);

    // It comes back with its memory, and the head catches up.
    let _witness = Witness::start(&folder.path().join("press"), &log_key, port);
    served.wait_for("the head catches up", 20, |served| (size(served) > stuck).then_some(()));
}
