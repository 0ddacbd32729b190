//! The first whole loop, on real recorded data: observations → windows → a measure acts → the act is public, proven, replayed; and
//! what was changed afterwards is named.

use serde_json::json;

use super::support::{Served, sala, text};

fn data(served: &Served) -> String {
    served.data.to_str().unwrap().to_owned()
}

#[test]
fn real_data_move_a_lever_and_anyone_can_check_it() {
    let served = Served::start();
    // The board has real series at once, and moves.
    let board = served.get("/api/v1/board").json();
    let series: usize = board["areas"].as_array().unwrap().iter().map(|area| area["series"].as_array().unwrap().len()).sum();
    assert!(series >= 20, "{series} series on the board");
    let position = |served: &Served| served.get("/api/v1/series/traffic.i94.volume").json()["last_at"].as_str().unwrap().to_owned();
    let before = position(&served);
    served.wait_for("the traffic moves", 20, |served| (position(served) != before).then_some(()));

    // The automatic measure fires by itself within a minute and moves its lever.
    let run = served.wait_for("an automatic run", 60, |served| {
        let runs = served.get("/api/v1/runs?limit=100").json();
        runs["items"].as_array().unwrap().iter().find(|run| run["mode"] == "automatic" && run["state"] != "blocked").cloned()
    });
    let act = run["acts"][0]["id"].as_str().unwrap().to_owned();
    let lever =
        served.get("/api/v1/levers").json()["items"].as_array().unwrap().iter().find(|lever| lever["id"] == run["lever"]).cloned().unwrap();
    assert!(!lever["changed_at"].is_null(), "{lever}");

    // Its act is on the public record, proven under a witnessed head.
    let proof = served.wait_for("a proof", 15, |served| {
        let answer = served.get(&format!("/api/v1/acts/{act}/proof"));
        (answer.status == 200).then(|| String::from_utf8(answer.body).unwrap())
    });
    let detail = served.get(&format!("/api/v1/acts/{act}")).json();
    assert_eq!(detail["proof_state"], "witnessed");
    let leaf_hash: [u8; 32] = hex::decode(detail["leaf_hash"].as_str().unwrap()).unwrap().try_into().unwrap();
    let policy = sala_log::Policy::parse(served.get("/api/v1/log").json()["policy"].as_str().unwrap().as_bytes()).unwrap();
    let witnessed = sala_log::TlogProof::parse(proof.as_bytes()).unwrap().verify_by_policy(&leaf_hash, &policy).unwrap();
    assert_eq!(witnessed.signatures().len(), 3, "the log and two witnesses");
    let replayed = served.post(&format!("/api/v1/acts/{act}/replay"), "", &json!({}));
    assert_eq!(replayed.json()["agrees"], true, "{}", replayed.json());

    // An officer answers the proposal that real dengue figures brought.
    let proposed = served.wait_for("a proposal", 90, |served| {
        let runs = served.get("/api/v1/runs?state=proposed").json();
        runs["items"].as_array().unwrap().first().cloned()
    });
    let id = proposed["id"].as_str().unwrap();
    let office =
        served.get(&format!("/api/v1/measures/{}", proposed["measure"].as_str().unwrap())).json()["office"].as_str().unwrap().to_owned();
    let citizen = served.sign_in(&json!({"role": "citizen"}));
    assert_eq!(served.post(&format!("/api/v1/runs/{id}/approve"), &citizen, &json!({"reason": "x"})).status, 403);
    let officer = served.sign_in(&json!({"role": "officer", "office": office}));
    assert_eq!(served.post(&format!("/api/v1/runs/{id}/refuse"), &officer, &json!({"reason": ""})).status, 400);
    let approved = served.post(&format!("/api/v1/runs/{id}/approve"), &officer, &json!({"reason": "ยืนยันกับโรงพยาบาลแล้ว"}));
    assert_eq!(approved.status, 200, "{}", approved.json());
    assert_eq!(approved.json()["state"], "moved");
    assert_eq!(
        served.post(&format!("/api/v1/runs/{id}/approve"), &officer, &json!({"reason": "x"})).status,
        409,
        "an answer is given once"
    );

    // From inside, while it runs: each look is at one moment.
    for _ in 0..5 {
        let inside = sala(&["verify", "--data", &data(&served)]);
        assert!(inside.status.success(), "{}", text(&inside));
    }

    // From outside, over HTTP, while it runs.
    let outside = sala(&["verify", "--url", &served.base]);
    assert!(outside.status.success(), "{}", text(&outside));
    assert!(text(&outside).contains("2 of 2") && text(&outside).contains("sound"), "{}", text(&outside));

    // On the folder, after it stopped: sound; every automated decision agrees.
    let folder = data(&served);
    let _kept = served.stop();
    let inside = sala(&["verify", "--data", &folder]);
    assert!(inside.status.success(), "{}", text(&inside));
    let replayed = sala(&["replay", "--data", &folder, "--profile", super::support::repository().join("profiles/demo").to_str().unwrap()]);
    assert!(replayed.status.success(), "{}", text(&replayed));
    assert!(!text(&replayed).contains("0 decisions"), "{}", text(&replayed));
    let one = sala(&["replay", &act, "--data", &folder, "--profile", super::support::repository().join("profiles/demo").to_str().unwrap()]);
    assert!(one.status.success() && text(&one).contains("agrees"), "{}", text(&one));

    // An altered input: the decision no longer agrees, and the damage is named.
    change(
        &folder,
        &format!(
            "UPDATE opening SET body = CAST(substr(body, 1, length(body) - 3) || x'00' || substr(body, -2) AS BLOB) WHERE id = '{act}/inputs'"
        ),
    );
    let replayed =
        sala(&["replay", &act, "--data", &folder, "--profile", super::support::repository().join("profiles/demo").to_str().unwrap()]);
    assert_eq!(replayed.status.code(), Some(1), "{}", text(&replayed));
    let damaged = sala(&["verify", "--data", &folder]);
    assert_eq!(damaged.status.code(), Some(1));
    assert!(text(&damaged).contains(&format!("opening {act}/inputs")), "{}", text(&damaged));
}

/// Changes one row of a stopped hall behind its back.
pub(crate) fn change(folder: &str, statement: &str) {
    use sqlx::Connection;
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut conn = sqlx::SqliteConnection::connect(&format!("sqlite://{folder}/sala.db")).await.unwrap();
        let done = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut conn).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{statement}");
        conn.close().await.unwrap();
    });
}

#[test]
fn an_observation_in_the_chunk_log_can_not_be_changed_unseen() {
    let served = Served::start();
    served.wait_for("an automatic run", 60, |served| {
        served.get("/api/v1/runs").json()["items"].as_array().unwrap().iter().any(|run| run["mode"] == "automatic").then_some(())
    });
    let folder = data(&served);
    let _kept = served.stop();
    change(&folder, "UPDATE chunk SET last_at = last_at + 1 WHERE id = (SELECT MAX(id) FROM chunk)");
    let damaged = sala(&["verify", "--data", &folder]);
    assert_eq!(damaged.status.code(), Some(1));
    assert!(text(&damaged).contains("row chunk/"), "{}", text(&damaged));
}
