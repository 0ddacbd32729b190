//! The whole loop on PostgreSQL: the same rooms, the same SQL, acts numbered by the sequencer.

#[path = "../../../core/tests/core/postgres.rs"]
pub(crate) mod server;

use serde_json::json;

use super::support::{Served, repository, sala, text};

#[test]
fn the_loop_runs_on_postgresql() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(postgres) = runtime.block_on(server::Postgres::start()) else { return };
    let url = runtime.block_on(postgres.database());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap().to_owned();
    let profile = repository().join("profiles/demo");
    {
        let served = Served::start_in(folder.path(), &["--database-url", &url]);
        let run = served.wait_for("an automatic run", 60, |served| {
            let runs = served.get("/api/v1/runs?limit=100").json();
            runs["items"].as_array().unwrap().iter().find(|run| run["mode"] == "automatic").cloned()
        });
        let act = run["acts"][0]["id"].as_str().unwrap().to_owned();
        served.wait_for("a proof", 15, |served| (served.get(&format!("/api/v1/acts/{act}/proof")).status == 200).then_some(()));
        let cookie = served.sign_in(&json!({"role": "officer", "office": "traffic"}));
        let stopped = served.post("/api/v1/measures/traffic.congestion/stop", &cookie, &json!({"reason": "ทดสอบ"}));
        assert_eq!(stopped.status, 200, "{}", stopped.json());
    }
    let checked = sala(&["verify", "--data", &data, "--database-url", &url]);
    assert!(checked.status.success(), "{}", text(&checked));
    let replayed = sala(&["replay", "--data", &data, "--database-url", &url, "--profile", profile.to_str().unwrap()]);
    assert!(replayed.status.success() && !text(&replayed).contains("0 decisions"), "{}", text(&replayed));
    // A second start goes on: the stopped measure is still stopped.
    let served = Served::start_in(folder.path(), &["--database-url", &url]);
    assert_eq!(served.get("/api/v1/measures/traffic.congestion").json()["state"], "stopped");
}
