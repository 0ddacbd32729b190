//! The key goes from three processes to four others: only where someone decided it, whoever is killed meanwhile, and what was sealed
//! before opens for the new ones and not for fewer of them than it takes.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};

use super::{
    custodian::{MEMBERS, Process, board, case, key_in_force, key_of, open, profile, steps},
    support::{Served, options_of, sala, text},
};

const HEIRS: [&str; 4] = ["court", "ombudsman", "auditor", "university"];

/// The profile of three outside custodians, with four others who shall take over.
fn with_successor(folder: &Path) -> std::path::PathBuf {
    let profile = profile(folder);
    let path = profile.join("custodians.yaml");
    let mut yaml = fs::read_to_string(&path).unwrap();
    yaml.push_str("\nsuccessor:\n  name: demo-2573\n  threshold: 3\n  decide_s: 12\n  members:\n");
    for heir in HEIRS {
        yaml.push_str(&format!(
            "    - {{ id: {heir}, title: {{ th: ผู้พิทักษ์ {heir}, en: The {heir} }}, key: \"{}\" }}\n",
            key_of(folder, heir)
        ));
    }
    fs::write(path, yaml).unwrap();
    profile
}

fn next(served: &Served) -> Value {
    served.get("/api/v1/custody/demo-2573").json()
}

fn journal(folder: &Path, member: &str) -> String {
    fs::read_to_string(folder.join(member).join("journal")).unwrap_or_default()
}

fn decide(folder: &Path, member: &str, case: &str, verdict: &str) {
    let data = folder.join(member);
    let done = sala(&["custodian", "decide", case, "--data", data.to_str().unwrap(), verdict, "--reason", "ตรวจแล้ว"]);
    assert!(done.status.success(), "{member}: {}", text(&done));
}

fn reached(served: &Served, stage: &str) {
    served.wait_for(stage, 90, |served| (next(served)["stage"] == stage).then_some(()));
}

#[test]
fn three_processes_hand_the_key_over_to_four_others_through_kills() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let data = folder.join("hall");
    // Seven custodians who look six times a second, and this test, are one address to the hall.
    let served = Served::start_with(options_of(&with_successor(folder), &data, &["--requests-per-minute", "100000"]));
    let policy = data.join("policy");
    let start = |member: &str| Process::start(folder, member, &served.base, &policy);
    let mut old: Vec<Process> = MEMBERS.iter().map(|member| start(member)).collect();
    key_in_force(&served);
    let key = board(&served)["key"]["public_key"].clone();
    assert_eq!(board(&served)["successor"], "demo-2573");
    // A case of the old committee, still open when the new one takes office.
    let (officer, early) = case(&served);

    let mut heirs: Vec<Process> = HEIRS.iter().map(|heir| start(heir)).collect();
    reached(&served, "dealing");
    let handover = next(&served)["from"]["case"].as_str().unwrap().to_owned();
    let asked = |member: &str| folder.join(member).join("cases").join(&handover);
    served.wait_for("each old custodian has checked the next committee", 120, |_| {
        MEMBERS.iter().all(|member| asked(member).exists()).then_some(())
    });
    let shown: Value = serde_json::from_str(&fs::read_to_string(asked("finance")).unwrap()).unwrap();
    assert_eq!(shown["members"].as_array().unwrap().len(), 4);
    assert_eq!(shown["members"][2]["note_key"], key_of(folder, "auditor"));
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(next(&served)["messages"], json!([]), "nobody hands over by itself");

    decide(folder, "finance", &handover, "--release");
    decide(folder, "energy", &handover, "--refuse");
    // Killed with SIGKILL, decided for while it lies, started again.
    drop(old.remove(1));
    decide(folder, "health", &handover, "--release");
    old.push(start("health"));
    served.wait_for("two dealings", 120, |served| (next(served)["messages"].as_array().unwrap().len() == 2).then_some(()));
    // An heir falls, and comes back when all is over.
    drop(heirs.remove(2));
    served.wait_for("a refusal on the record", 120, |served| {
        let said = next(served)["from"]["steps"].clone();
        said.as_array().unwrap().iter().any(|step| step["member"] == "energy" && step["step"] == "refused").then_some(())
    });
    reached(&served, "done");
    assert_eq!(board(&served)["name"], "demo-2569", "three of four is not all: the old ones are in office");
    heirs.push(start("auditor"));
    served.wait_for("the next committee is in office", 60, |served| (board(served)["name"] == "demo-2573").then_some(()));
    let now = board(&served);
    assert_eq!((&now["key"]["public_key"], &now["key"]["in_force"], &now["predecessor"]), (&key, &json!(true), &json!("demo-2569")));
    assert_eq!(now["faults"], json!(["dealer 3 did not deal in time"]));
    assert!(!journal(folder, "finance").contains("destroy_share"), "a case of theirs is open");

    // What was asked before is theirs still, and it opens with their shares.
    for member in ["finance", "health"] {
        served.wait_for("the old custodians were asked", 120, |_| folder.join(member).join("cases").join(&early).exists().then_some(()));
        decide(folder, member, &early, "--release");
    }
    let seen = served.wait_for("the old case opens", 120, |served| {
        let answer = open(served, &officer, &early);
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!(seen["person"]["name"], "Demo citizen");
    for member in MEMBERS {
        served.wait_for("old shares are destroyed", 120, |_| journal(folder, member).contains("destroy_share").then_some(()));
    }

    // What is asked now is for the new ones: sealed before they came, opened by three of them and not by two.
    let (officer, late) = case(&served);
    for (at, heir) in HEIRS.iter().enumerate() {
        served.wait_for("the heirs are asked", 120, |_| folder.join(heir).join("cases").join(&late).exists().then_some(()));
        if at < 3 {
            decide(folder, heir, &late, "--release");
        }
        if at == 1 {
            served.wait_for("two parts", 120, |served| (steps(served, &officer, &late) == ["given", "given"]).then_some(()));
            assert_eq!(open(&served, &officer, &late).json()["code"], "unmasking_too_few");
        }
    }
    let seen = served.wait_for("enough parts", 120, |served| {
        let answer = open(served, &officer, &late);
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!(seen["person"]["name"], "Demo citizen");
    assert_eq!(seen["case"]["committee"], "demo-2573");
    assert!(MEMBERS.iter().all(|member| !folder.join(member).join("cases").join(&late).exists()), "the old ones are not asked");

    drop((old, heirs));
    served.stop();
    let verified = sala(&["verify", "--data", data.to_str().unwrap()]);
    assert!(verified.status.success(), "{}", text(&verified));
}
