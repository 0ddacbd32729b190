//! `sala custodian` as its own process: three of them make a key and open a case, whatever is killed, and only what someone decided.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use super::support::{Answer, Served, options_of, repository, sala, text};

pub(super) const MEMBERS: [&str; 3] = ["finance", "health", "energy"];

pub(super) struct Process(Child);

impl Process {
    pub(super) fn start(folder: &Path, member: &str, base: &str, policy: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sala"));
        command.args(["custodian", "--name", member, "--hall", base, "--every-ms", "150", "--data"]).arg(folder.join(member));
        Self(command.arg("--policy").arg(policy).stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy(&path, &place) } else { fs::copy(&path, &place).map(drop).unwrap() }
    }
}

/// The key that a new custodian prints, to be pinned in the profile.
pub(super) fn key_of(folder: &Path, member: &str) -> String {
    let made = sala(&["custodian", "--name", member, "--data", folder.join(member).to_str().unwrap()]);
    assert!(made.status.success(), "{}", text(&made));
    text(&made).lines().find_map(|line| line.strip_prefix("key: ").map(str::to_owned)).unwrap()
}

/// The demo profile with outside custodians, whose keys are made here.
pub(super) fn profile(folder: &Path) -> PathBuf {
    let profile = folder.join("profile");
    copy(&repository().join("profiles/demo"), &profile);
    let mut yaml = fs::read_to_string(profile.join("custodians.yaml")).unwrap();
    for member in MEMBERS {
        let key = key_of(folder, member);
        let desk = format!("    desk: {{ office: {member}, role: custodian }}");
        assert!(yaml.contains(&desk));
        yaml = yaml.replace(&desk, &format!("    key: {key}"));
    }
    fs::write(profile.join("custodians.yaml"), yaml).unwrap();
    profile
}

pub(super) fn board(served: &Served) -> Value {
    served.get("/api/v1/custody").json()
}

pub(super) fn key_in_force(served: &Served) {
    served.wait_for("a key in force", 90, |served| (board(served)["key"]["in_force"] == true).then_some(()));
}

/// A citizen, and a case about them by an officer: the officer's cookie and the case.
pub(super) fn case(served: &Served) -> (String, String) {
    let citizen = served.sign_in(&json!({ "role": "citizen" }));
    let persona = served.request("GET", "/api/v1/session", &[("cookie", &citizen)], None).json()["persona"].clone();
    let officer = served.sign_in(&json!({ "role": "officer", "office": "digital" }));
    let wanted = json!({ "persona": persona, "legal_basis": "court_order", "warrant": "หมาย 1/2569", "scope": "ผู้เขียน", "deadline": "2027-01-01T00:00:00Z" });
    let asked = served.wait_for("the link is with the custodians", 20, |served| {
        let answer = served.post("/api/v1/unmaskings", &officer, &wanted);
        (answer.status == 200).then(|| answer.json())
    });
    (officer, asked["id"].as_str().unwrap().to_owned())
}

pub(super) fn steps(served: &Served, officer: &str, case: &str) -> Vec<String> {
    let case = served.request("GET", &format!("/api/v1/unmaskings/{case}"), &[("cookie", officer)], None).json();
    case["decisions"].as_array().unwrap().iter().map(|decision| decision["step"].as_str().unwrap().to_owned()).collect()
}

pub(super) fn open(served: &Served, officer: &str, case: &str) -> Answer {
    served.post(&format!("/api/v1/unmaskings/{case}/open"), officer, &json!({}))
}

#[test]
fn three_processes_make_a_key_through_a_kill_and_open_only_what_was_decided() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let data = folder.join("hall");
    let served = Served::start_with(options_of(&profile(folder), &data, &[]));
    let policy = data.join("policy");
    let start = |member: &str| Process::start(folder, member, &served.base, &policy);
    let mut running: Vec<Process> = MEMBERS[..2].iter().map(|member| start(member)).collect();
    {
        // Killed with SIGKILL when it has just dealt.
        let _first_life = start("energy");
        served.wait_for("a dealing of energy", 60, |served| {
            let messages = board(served)["messages"].clone();
            messages.as_array().unwrap().iter().any(|message| message["member"] == "energy").then_some(())
        });
    }
    running.push(start("energy"));
    key_in_force(&served);
    assert_eq!(board(&served)["faults"], json!([]));
    assert!(board(&served)["members"].as_array().unwrap().iter().all(|member| member["own"] == false));

    let (officer, case) = case(&served);
    let shown = |member: &str| folder.join(member).join("cases").join(&case);
    served.wait_for("each custodian has found the request in the log", 120, |_| {
        MEMBERS.iter().all(|member| shown(member).exists()).then_some(())
    });
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert!(steps(&served, &officer, &case).is_empty(), "nobody releases by itself");
    assert!(text(&sala(&["custodian", "cases", "--data", folder.join("health").to_str().unwrap()])).contains("หมาย 1/2569"));

    let decide = |member: &str, verdict: &str| {
        let done =
            sala(&["custodian", "decide", &case, "--data", folder.join(member).to_str().unwrap(), verdict, "--reason", "อ่านหมายแล้ว"]);
        assert!(done.status.success(), "{}", text(&done));
    };
    decide("finance", "--refuse");
    decide("health", "--release");
    served.wait_for("a refusal and a part", 120, |served| (steps(served, &officer, &case) == ["refused", "given"]).then_some(()));
    assert_eq!(open(&served, &officer, &case).json()["code"], "unmasking_too_few");
    decide("energy", "--release");
    let seen = served.wait_for("enough parts", 120, |served| {
        let answer = open(served, &officer, &case);
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!(seen["person"]["name"], "Demo citizen");

    let journal = fs::read_to_string(folder.join("energy/journal")).unwrap();
    let line = |what: &str| journal.lines().position(|line| line.contains(what)).unwrap_or_else(|| panic!("{what}: {journal}"));
    assert!(
        line("keep_share") < line("\"asked\"") && line("\"asked\"") < line("announce_part") && line("announce_part") < line("\"give\"")
    );
    drop(running);
    served.stop();
    let verified = sala(&["verify", "--data", data.to_str().unwrap()]);
    assert!(verified.status.success(), "{}", text(&verified));
}

#[test]
fn the_custodians_of_a_demonstration_act_on_what_officers_decide_at_the_desk() {
    let served = Served::start();
    key_in_force(&served);
    assert!(board(&served)["members"].as_array().unwrap().iter().all(|member| member["own"] == true));
    let (officer, case) = case(&served);
    for office in ["health", "energy"] {
        let judge = served.sign_in(&json!({ "role": "officer", "office": office }));
        let answer = served.post(&format!("/api/v1/unmaskings/{case}/decide"), &judge, &json!({ "release": true, "reason": "หมายถูกต้อง" }));
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.json()["own_seat"], office);
    }
    let seen = served.wait_for("enough parts", 120, |served| {
        let answer = open(served, &officer, &case);
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!(seen["person"]["name"], "Demo citizen");
    assert_eq!(served.get("/api/v1/unmaskings/counts").json()["items"][0]["opened"], 1);
}
