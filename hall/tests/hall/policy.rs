//! The published policies: asked at the door, cited by each act, explained to whoever wonders.

use std::fs;

use serde_json::{Value, json};

use super::support::{Served, options_of, repository};

#[test]
fn each_act_cites_the_policies_that_allowed_it_and_they_can_be_read_back() {
    let served = Served::start();
    let officer = served.sign_in(&json!({ "role": "officer", "office": "digital" }));
    let made = served.post("/api/v1/personas", &officer, &json!({ "name": "สายน้ำ" }));
    assert_eq!(made.status, 201, "{}", made.json());
    let act = newest(&served, "persona.create");
    assert_eq!(act["public"]["allowed_by"], json!(["people-use-their-own"]));
    let set = act["public"]["policy_set"].as_str().unwrap().to_owned();
    let policies = served.get("/api/v1/policies").json();
    assert_eq!(policies["hash"], set.as_str());
    let published = newest(&served, "policy.publish");
    assert_eq!(published["public"]["policy_set"], set.as_str());
    let text = published["openings"].as_array().unwrap().iter().find(|opening| opening["field"] == "policies").unwrap();
    assert_eq!(text["value"], policies["text"]);

    // Why was it allowed, and why would it not be?
    let ask = |body: Value| served.post("/api/v1/policies/explain", "", &body).json();
    let allowed = ask(json!({ "operation": "create_persona", "caller": "citizen" }));
    assert_eq!((&allowed["allowed"], &allowed["policies"][0]["id"]), (&json!(true), &json!("people-use-their-own")));
    let unsigned = json!({ "operation": "approve_run", "caller": "officer", "office": "health", "roles": ["approver"] });
    let refused = ask(unsigned.clone());
    assert_eq!((&refused["allowed"], &refused["policies"][0]["id"]), (&json!(false), &json!("what-is-consequential-is-signed")));
    assert!(refused["policies"][0]["text"].as_str().unwrap().contains("context.signed"));
    let mut signed = unsigned;
    signed["signed"] = json!(true);
    assert_eq!(ask(signed)["allowed"], true);
    assert_eq!(served.post("/api/v1/policies/explain", "", &json!({ "operation": "fly", "caller": "citizen" })).status, 400);
}

#[test]
fn a_changed_policy_changes_what_is_allowed_and_is_published_again() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let profile = folder.path().join("demo");
    copy(&repository().join("profiles/demo"), &profile);
    let file = profile.join("policies/hall.cedar");
    let text = fs::read_to_string(&file).unwrap();
    let more = "\n@id(\"no-new-faces\")\nforbid (principal, action == Action::\"create_persona\", resource);\n";
    fs::write(&file, format!("{text}{more}")).unwrap();
    let served = Served::start_with(options_of(&profile, data.path(), &[]));
    let citizen = served.sign_in(&json!({ "role": "citizen" }));
    let refused = served.post("/api/v1/personas", &citizen, &json!({ "name": "x" }));
    assert_eq!((refused.status, refused.json()["code"].as_str().unwrap()), (403, "forbidden"));
    assert!(refused.json()["detail"].as_str().unwrap().contains("no-new-faces"), "the policy is named: {}", refused.json());
    let first = newest(&served, "policy.publish")["public"]["policy_set"].clone();
    served.stop();

    fs::write(&file, &text).unwrap();
    let served = Served::start_with(options_of(&profile, data.path(), &[]));
    let citizen = served.sign_in(&json!({ "role": "citizen" }));
    assert_eq!(served.post("/api/v1/personas", &citizen, &json!({ "name": "x" })).status, 201);
    assert_ne!(newest(&served, "policy.publish")["public"]["policy_set"], first);
    served.stop();

    // A policy with a mistake stops the hall at the start, and says where.
    fs::write(&file, format!("{text}\n@id(\"typo\")\npermit (principal, action == Action::\"creat_persona\", resource);\n")).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sala"))
        .args(["serve", "--listen", "127.0.0.1:0", "--profile", profile.to_str().unwrap(), "--data", data.path().to_str().unwrap()])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("creat_persona") && told.contains("policies"), "{told}");
}

/// The newest act of a kind, whole; it may be a moment away.
fn newest(served: &Served, kind: &str) -> Value {
    for _ in 0..100 {
        let acts = served.get(&format!("/api/v1/acts?kind={kind}&limit=1")).json();
        if let Some(id) = acts["items"][0]["id"].as_str() {
            return served.get(&format!("/api/v1/acts/{id}")).json();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("no act of the kind {kind} within five seconds");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
