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

#[test]
fn a_config_file_gives_defaults_and_its_mistakes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sala.yaml");
    let serve = |more: &[&str]| sala(&[&["serve", "--config", file.to_str().unwrap()], more].concat());
    std::fs::write(&file, "lissen: 127.0.0.1:0\n").unwrap();
    let answer = serve(&[]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(text(&answer).contains("lissen") && text(&answer).contains("listen"), "{}", text(&answer));
    // Profile and data come from the file; the flag wins over it.
    std::fs::write(&file, format!("profile: /nowhere\ndata: {}\n", folder.path().join("hall").display())).unwrap();
    assert!(text(&serve(&[])).contains("/nowhere/profile.yaml"), "{}", text(&serve(&[])));
    assert!(text(&serve(&["--profile", "/elsewhere"])).contains("/elsewhere/profile.yaml"));
}

#[test]
fn a_hall_without_witnesses_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let (profile, data) = (folder.path().join("profile"), folder.path().join("hall"));
    let copied = std::process::Command::new("cp").arg("-r").arg(repository().join("profiles/demo")).arg(&profile).status().unwrap();
    assert!(copied.success());
    let page = std::fs::read_to_string(profile.join("profile.yaml")).unwrap();
    let lone: Vec<&str> = page.lines().filter(|line| !line.starts_with("own_witnesses")).collect();
    std::fs::write(profile.join("profile.yaml"), lone.join("\n")).unwrap();
    let answer = sala(&["serve", "--profile", profile.to_str().unwrap(), "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert_eq!(answer.status.code(), Some(2), "{}", text(&answer));
    assert!(text(&answer).contains("no_witness_named"), "{}", text(&answer));
    assert!(!data.join("log/checkpoint").exists());
}
