//! Init, backup, restore, export: what an operator types.

use super::support::{Served, repository, sala, text};

#[test]
fn a_backup_of_a_running_hall_opens_again_without_the_keys_of_persons() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("hall");
    let profile = repository().join("profiles/demo");
    let (data_text, profile_text) = (data.to_str().unwrap(), profile.to_str().unwrap());
    let made = sala(&["init", "--profile", profile_text, "--data", data_text]);
    assert!(made.status.success() && text(&made).contains("One-time code"), "{}", text(&made));
    let served = Served::start_in(&data, &[]);
    let cookie = served.sign_in(&serde_json::json!({"role": "citizen"}));
    assert!(!cookie.is_empty());
    let name = served.request("GET", "/api/v1/session", &[("cookie", &cookie)], None).json()["name"].as_str().unwrap().to_owned();
    served.wait_for("a head", 15, |served| (served.get("/log/checkpoint").status == 200).then_some(()));
    let copy = folder.path().join("copy");
    let copied = sala(&["export", "--data", data_text, "--backup", copy.to_str().unwrap()]);
    assert!(copied.status.success(), "{}", text(&copied));
    let record = folder.path().join("record.ndjson");
    let exported = sala(&["export", "--data", data_text, "--record", record.to_str().unwrap()]);
    assert!(exported.status.success(), "{}", text(&exported));
    assert!(std::fs::read_to_string(&record).unwrap().lines().count() > 10);
    served.stop();
    // The copy is sound by itself, and opens no person.
    assert!(!copy.join("keys.db").exists() && !copy.join("keys").exists());
    let checked = sala(&["verify", "--data", copy.to_str().unwrap()]);
    assert!(checked.status.success(), "{}", text(&checked));
    assert!(!copy.join("keys.db").exists(), "looking makes nothing");
    let bytes = std::fs::read(copy.join("sala.db")).unwrap();
    assert!(!bytes.windows(name.len()).any(|window| window == name.as_bytes()), "the name of the citizen is readable in the backup");
    // With the installation's keys beside it, it is served again.
    let status = std::process::Command::new("cp").arg("-r").arg(data.join("keys")).arg(copy.join("keys")).status().unwrap();
    assert!(status.success());
    let status = std::process::Command::new("cp").arg("-r").arg(data.join("witness")).arg(copy.join("witness")).status().unwrap();
    assert!(status.success());
    std::fs::copy(data.join("keys.db"), copy.join("keys.db")).unwrap();
    let again = Served::start_in(&copy, &[]);
    assert_eq!(again.get("/api/v1/board").status, 200);
}

#[test]
fn a_wrong_option_says_what_is_expected() {
    let answer = sala(&["verify", "--data", "/nowhere"]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(text(&answer).contains("holds no store"), "{}", text(&answer));
    let answer = sala(&["serve", "--profile", "/nowhere", "--data", "/tmp/x"]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(text(&answer).contains("profile.yaml"), "{}", text(&answer));
    assert!(text(&sala(&["serve", "--help"])).contains("SALA_LISTEN"));
}
