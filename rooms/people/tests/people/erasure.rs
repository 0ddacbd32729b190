//! Erasure and legal holds: what is gone is gone, in every file, and no old copy brings it back.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use sala_core::{
    bus::Bus,
    cbor::Value as Cbor,
    ctx::Actor,
    entropy::OsEntropy,
    store::{ERASED, Location, Store, StoreConfig},
    time::Clock,
};
use sala_people::{SCHEMA, Witnessed};
use serde_json::{Value, json};

use super::{
    data::{DAY_S, Someone, officer},
    hall::{Device, Hall, demo_hall, hall, hall_with, real_config},
};

const WEEK_S: i64 = 7 * DAY_S;

/// Lets the room's job do its work once.
pub(crate) async fn work(hall: &Hall) {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let job = tokio::spawn(Arc::clone(&hall.people).run(stopped));
    // The job is in its first round when this comes back, and ends with it.
    tokio::task::yield_now().await;
    stop.send(true).unwrap();
    job.await.unwrap();
}

async fn count(hall: &Hall, table: &str) -> usize {
    hall.store.fetch(&format!("SELECT id FROM {table}"), &[]).await.unwrap().len()
}

async fn person_of(hall: &Hall, token: &str) -> String {
    match hall.people.caller_of(token, hall.clock.now()).await.unwrap().unwrap().actor {
        Actor::Citizen { person, .. } | Actor::Officer { person, .. } => person,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_person_is_erased_after_the_waiting_time_and_not_before() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    hall.ask("POST", "/me/erasure", Some(&me.token), None).await.refused("signature_required");
    let asked = me.signed(&hall, "POST", "/me/erasure", None).await.ok().json;
    assert_eq!((&asked["under_way"], &asked["wait_s"]), (&json!(true), &json!(WEEK_S)));
    let again = me.signed(&hall, "POST", "/me/erasure", None).await.ok().json;
    assert_eq!(asked["case"], again["case"], "asking again changes nothing");
    hall.clock.advance_seconds(WEEK_S - 1);
    work(&hall).await;
    me.sign_in(&hall).await;
    assert_eq!(me.get(&hall, "/me/erasure").await.ok().json["case"], asked["case"]);
    hall.clock.advance_seconds(1);
    work(&hall).await;
    for table in ["person", "persona", "persona_face", "passkey", "session", "notice", "erasure", "recovery", "reading"] {
        assert_eq!(count(&hall, table).await, 0, "{table}");
    }
    assert_eq!(count(&hall, "erased").await, 1);
    assert_eq!(hall.session(&me.token).await["kind"], "visitor", "open sessions end at once");
    hall.sign_in(&mut me.device, None).await.refused("passkey_refused");
    let acts = hall.acts().await;
    let kinds: Vec<&str> = acts.iter().rev().take(2).map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(kinds, ["erasure.done", "persona.erase"]);
    work(&hall).await;
    assert_eq!(hall.acts().await.len(), acts.len(), "there is nothing left to do");
}

#[tokio::test]
async fn a_request_can_be_withdrawn_until_then() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    me.ask(&hall, "DELETE", "/me/erasure", None).await.refused("not_found");
    me.signed(&hall, "POST", "/me/erasure", None).await.ok();
    assert_eq!(me.ask(&hall, "DELETE", "/me/erasure", None).await.status, 204);
    assert_eq!(me.get(&hall, "/me/erasure").await.ok().json["under_way"], false);
    assert_eq!(me.notices(&hall).await, ["erasure_withdrawn", "erasure_requested"]);
    hall.clock.advance_seconds(WEEK_S);
    work(&hall).await;
    me.sign_in(&hall).await;
}

#[tokio::test]
async fn nothing_is_erased_before_its_request_is_witnessed() {
    let is_witnessed = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_witnessed);
    let hall = hall_with(move |config| config.witnessed = Witnessed::new(move |_| seen.load(Ordering::SeqCst))).await;
    let mut me = Someone::new(&hall, "ก").await;
    me.signed(&hall, "POST", "/me/erasure", None).await.ok();
    hall.clock.advance_seconds(WEEK_S);
    work(&hall).await;
    assert_eq!(count(&hall, "person").await, 1);
    is_witnessed.store(true, Ordering::SeqCst);
    work(&hall).await;
    assert_eq!(count(&hall, "person").await, 0);
}

#[tokio::test]
async fn a_hold_forbids_the_erasure_says_why_and_ends() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let mut keeper = officer(&hall, &mut admin, "ข", "records_officer").await;
    let mut me = Someone::new(&hall, "ก").await;
    let until = hall.clock.now().plus_seconds(30 * DAY_S).to_string();
    let body = json!({ "subject": me.persona, "basis": "ประมวลกฎหมายวิธีพิจารณาความอาญา มาตรา 132", "until": until });
    hall.ask("POST", "/holds", Some(&keeper.token), Some(body.clone())).await.refused("signature_required");
    me.signed(&hall, "POST", "/holds", Some(body.clone())).await.refused("forbidden");
    let placed = keeper.signed(&hall, "POST", "/holds", Some(body)).await.ok().json;
    assert_eq!((&placed["subject"], &placed["hidden"]), (&me.persona, &json!(false)));
    let refused = me.signed(&hall, "POST", "/me/erasure", None).await;
    refused.refused("erasure_held");
    assert!(refused.json["detail"].as_str().unwrap().contains("มาตรา 132"), "{}", refused.json);
    assert_eq!(me.get(&hall, "/me/holds").await.ok().json["items"][0]["id"], placed["id"]);
    assert_eq!(me.notices(&hall).await, ["hold_placed"]);
    let acts = hall.acts().await;
    let leaf = &acts.iter().find(|(kind, ..)| kind == "hold.place").unwrap().2;
    let handle = me.persona.as_str().unwrap().as_bytes();
    assert!(!leaf.windows(handle.len()).any(|window| window == handle), "the record does not say whose data are held");
    hall.clock.advance_seconds(30 * DAY_S);
    me.sign_in(&hall).await;
    me.signed(&hall, "POST", "/me/erasure", None).await.ok();
    hall.clock.advance_seconds(WEEK_S);
    work(&hall).await;
    assert_eq!(count(&hall, "erased").await, 1);
    assert_eq!(count(&hall, "hold").await, 0);
}

#[tokio::test]
async fn a_hold_that_a_law_hides_keeps_the_data_without_telling() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let mut keeper = officer(&hall, &mut admin, "ข", "records_officer").await;
    let mut me = Someone::new(&hall, "ก").await;
    let until = hall.clock.now().plus_seconds(365 * DAY_S).to_string();
    let body = json!({ "subject": me.persona, "basis": "order 1", "until": until, "hidden": true });
    let placed = keeper.signed(&hall, "POST", "/holds", Some(body)).await.ok().json;
    assert!(me.notices(&hall).await.is_empty() && me.get(&hall, "/me/holds").await.ok().json["items"].as_array().unwrap().is_empty());
    me.signed(&hall, "POST", "/me/erasure", None).await.ok();
    hall.clock.advance_seconds(WEEK_S);
    work(&hall).await;
    assert_eq!(count(&hall, "erased").await, 0);
    keeper.sign_in(&hall).await;
    let listed = keeper.get(&hall, "/holds").await.ok().json;
    assert_eq!(listed["items"][0]["id"], placed["id"]);
    let path = format!("/holds/{}", placed["id"].as_str().unwrap());
    assert_eq!(keeper.signed(&hall, "DELETE", &path, None).await.status, 204);
    keeper.signed(&hall, "DELETE", &path, None).await.refused("not_found");
    me.sign_in(&hall).await;
    assert_eq!(me.notices(&hall).await[0], "hold_lifted", "afterwards they are told");
    work(&hall).await;
    assert_eq!(count(&hall, "erased").await, 1);
}

#[tokio::test]
async fn a_hold_has_an_end_a_basis_and_a_subject() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let now = hall.clock.now();
    let handle = admin.persona.clone();
    for (wrong, pointer) in [
        (json!({ "subject": "persona_00", "basis": "x", "until": now.plus_seconds(60).to_string() }), "/subject"),
        (json!({ "subject": handle, "basis": " ", "until": now.plus_seconds(60).to_string() }), "/basis"),
        (json!({ "subject": handle, "basis": "x", "until": now.to_string() }), "/until"),
        (json!({ "subject": handle, "basis": "x", "until": now.plus_seconds(6 * 366 * DAY_S).to_string() }), "/until"),
    ] {
        let refused = admin.signed(&hall, "POST", "/holds", Some(wrong)).await;
        refused.refused("invalid_input");
        assert_eq!(refused.json["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn the_last_administrator_and_the_persons_of_a_demonstration_stay() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    admin.signed(&hall, "POST", "/me/erasure", None).await.refused("last_administrator");
    let mut second = officer(&hall, &mut admin, "ข", "administrator").await;
    admin.signed(&hall, "POST", "/me/erasure", None).await.ok();
    second.signed(&hall, "POST", "/me/erasure", None).await.ok();
    hall.clock.advance_seconds(WEEK_S);
    work(&hall).await;
    assert_eq!((count(&hall, "erased").await, count(&hall, "officer").await), (1, 1), "of two, one stays");

    let demo = demo_hall().await;
    let token = demo.ask("POST", "/session/demo", None, Some(json!({ "role": "citizen" }))).await.ok().token();
    demo.ask("POST", "/me/erasure", Some(&token), None).await.refused("demo_person");
    demo.ask("POST", "/me/recovery-code", Some(&token), None).await.refused("demo_person");
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

fn holds(bytes: &[u8], planted: &[u8]) -> bool {
    bytes.windows(planted.len()).any(|window| window == planted)
}

async fn open(folder: &Path) -> Store {
    let config = StoreConfig { location: Location::Folder(folder.to_owned()), kek: [7; 32], schemas: vec![&SCHEMA] };
    Store::open(config, Arc::new(Bus::default()), Arc::new(OsEntropy)).await.unwrap()
}

const TABLES: &[(&str, &str)] =
    &[("person", "sealed"), ("passkey", "sealed"), ("notice", "sealed"), ("recovery", "sealed"), ("reading", "sealed")];

/// Everything that the keys of a store open for `person`: rows and fields of acts, as one text.
async fn opened(store: &Store, person: &str) -> String {
    let mut text = String::new();
    for (table, column) in TABLES {
        for row in store.fetch(&format!("SELECT id, {column} AS body FROM {table}"), &[]).await.unwrap() {
            let label = format!("{table}/{}", row.text("id").unwrap());
            match store.unseal(person, &label, row.blob("body").unwrap()).await {
                Ok(plain) => text.push_str(&String::from_utf8_lossy(&plain)),
                Err(problem) => assert!([&ERASED, &sala_core::problem::DAMAGED].contains(&problem.code), "{problem}"),
            }
        }
    }
    for row in store.fetch("SELECT id FROM act", &[]).await.unwrap() {
        for (field, _, value) in store.openings_for(person, row.text("id").unwrap()).await.unwrap_or_default() {
            text.push_str(&field);
            text.push_str(&match value {
                Cbor::Text(text) => text,
                other => other.to_json().to_string(),
            });
        }
    }
    text
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

#[tokio::test]
async fn after_an_erasure_no_file_and_no_restored_copy_says_anything_of_the_person() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let mut me = Someone::new(&hall, "Quokka-Planted-Name").await;
    let mut device = Device::new();
    let started = hall.ask("POST", "/passkeys/start", Some(&me.token), Some(json!({}))).await.ok().json;
    let credential = device.register(&started["options"]).await.unwrap();
    let finish = json!({ "ceremony": started["ceremony"], "credential": credential, "label": "Quokka-Planted-Label" });
    hall.ask("POST", "/passkeys/finish", Some(&me.token), Some(finish)).await.ok();
    let slip = me.signed(&hall, "POST", "/me/recovery-code", None).await.ok().json;
    let mandate = json!({ "form": "power_of_attorney", "agent": Someone::new(&hall, "ข").await.persona, "scope": ["cases"],
        "until": hall.clock.now().plus_seconds(30 * DAY_S).to_string(), "note": "Quokka-Planted-Note" });
    me.signed(&hall, "POST", "/mandates", Some(mandate)).await.ok();
    let person = person_of(&hall, &me.token).await;
    let other = person_of(&hall, &admin.token).await;
    let credential_id = device_id(&credential);
    let planted: Vec<String> = ["Quokka-Planted-Name", "Quokka-Planted-Label", "Quokka-Planted-Note", &person, &credential_id]
        .iter()
        .map(|text| (*text).to_owned())
        .chain([slip["code"].as_str().unwrap().to_owned()])
        .collect();

    // Before: the search itself works.
    let before = opened(&hall.store, &person).await;
    for planted in ["Quokka-Planted-Name", "Quokka-Planted-Label", "recovery_code_prepared", "salt"] {
        assert!(before.contains(planted), "{planted} is found before");
    }
    let backup = tempfile::tempdir().unwrap();
    let (old_state, old_keys) = (backup.path().join("state"), backup.path().join("keys"));
    std::fs::create_dir_all(&old_state).unwrap();
    std::fs::create_dir_all(&old_keys).unwrap();
    Store::copy_to(&hall.folder.path().join("sala.db"), &old_state.join("sala.db")).await.unwrap();
    Store::copy_to(&hall.folder.path().join("keys.db"), &old_keys.join("keys.db")).await.unwrap();
    assert!(holds(&std::fs::read(old_keys.join("keys.db")).unwrap(), person.as_bytes()), "the copied vault has the key");

    me.signed(&hall, "POST", "/me/erasure", None).await.ok();
    hall.clock.advance_seconds(WEEK_S);
    work(&hall).await;
    assert_eq!(opened(&hall.store, &person).await, "");
    assert!(mandate_keys(&hall.store).await.is_empty() && count(&hall, "mandate").await == 0);
    assert!(opened(&hall.store, &other).await.contains("ผู้ดูแล"), "others are untouched");
    admin.sign_in(&hall).await;
    let folder = hall.folder.path().to_owned();
    for (name, bytes) in files(&folder) {
        for secret in &planted {
            assert!(!holds(&bytes, secret.as_bytes()), "{secret} stands in {name}");
        }
    }
    hall.store.close().await;
    for (name, bytes) in files(&folder) {
        assert!(!holds(&bytes, person.as_bytes()), "{name}");
    }

    // An old store with the vault of today: nothing opens.
    let first = tempfile::tempdir().unwrap();
    std::fs::copy(old_state.join("sala.db"), first.path().join("sala.db")).unwrap();
    std::fs::copy(folder.join("keys.db"), first.path().join("keys.db")).unwrap();
    let store = open(first.path()).await;
    assert_eq!(opened(&store, &person).await, "");
    assert!(opened(&store, &other).await.contains("ผู้ดูแล"));
    store.close().await;

    // The store of today with an old vault, which has the key again: the start of the room destroys it.
    let second = tempfile::tempdir().unwrap();
    copy(&folder, second.path());
    std::fs::copy(old_keys.join("keys.db"), second.path().join("keys.db")).unwrap();
    let store = Arc::new(open(second.path()).await);
    assert!(store.persons_with_key("", 100).await.unwrap().contains(&person), "the old vault brought the key back");
    assert_eq!(mandate_keys(&store).await.len(), 1);
    let (clock, config) = (Arc::clone(&hall.clock), real_config());
    let hall = Hall::open(second, clock, Arc::clone(&store), config).await;
    assert!(!store.persons_with_key("", 100).await.unwrap().contains(&person), "and the start destroyed it");
    assert!(mandate_keys(&store).await.is_empty());
    assert_eq!(opened(&store, &person).await, "");
    assert!(!holds(&std::fs::read(hall.folder.path().join("keys.db")).unwrap(), person.as_bytes()));
    // Even what an old backup still holds in full stays closed under that vault.
    let third = tempfile::tempdir().unwrap();
    std::fs::copy(old_state.join("sala.db"), third.path().join("sala.db")).unwrap();
    store.close().await;
    std::fs::copy(hall.folder.path().join("keys.db"), third.path().join("keys.db")).unwrap();
    let store = open(third.path()).await;
    assert_eq!(opened(&store, &person).await, "");
    store.close().await;
}

/// The keys of mandates, under which lie their notes.
async fn mandate_keys(store: &Store) -> Vec<String> {
    let keys = store.persons_with_key("", 1_000).await.unwrap();
    keys.into_iter().filter(|key| key.starts_with("mandate/")).collect()
}

fn device_id(credential: &Value) -> String {
    credential["id"].as_str().unwrap().to_owned()
}
