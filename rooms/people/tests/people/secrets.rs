//! What the store and the public log give away: nothing about a person, no secret that signs in.

use std::path::Path;

use sala_core::act::Leaf;
use serde_json::json;

use super::hall::{Device, Hall, hall};

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap())
    };
    std::fs::read_dir(folder).unwrap().map(read).collect()
}

fn holds(bytes: &[u8], planted: &[u8]) -> bool {
    bytes.windows(planted.len()).any(|window| window == planted)
}

/// Whether `bytes` name a person: `person_` and a keyed hash.
fn names_a_person(bytes: &[u8]) -> bool {
    bytes.windows(15).any(|window| window.starts_with(b"person_") && window[7..].iter().all(u8::is_ascii_hexdigit))
}

async fn lived_in() -> (Hall, Vec<(&'static str, String)>) {
    let hall = hall().await;
    let mut phone = Device::new();
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    let mut key_ring = Device::new();
    let admin = hall.register(&mut key_ring, None, json!({ "name": "ปลูกไว้หนึ่ง Planted-Name-One", "code": code })).await.ok().token();
    let registered = hall.register(&mut phone, None, json!({ "name": "Planted-Name-Two" })).await.ok();
    let (first, persona) = (registered.token(), registered.json["persona"].clone());
    hall.register(&mut Device::new(), Some(&first), json!({})).await.ok();
    let appointment = json!({ "persona": persona, "office": "health", "roles": ["approver"] });
    hall.ask_signed(&mut key_ring, "POST", "/officers", &admin, Some(appointment)).await.ok();
    let key = phone.public_key_x();
    let answer = hall.signed(&mut phone).await;
    let second = hall.ask("POST", "/session/passkey/finish", None, Some(answer.clone())).await.ok().token();
    let text = |pointer: &str| answer.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let planted = vec![
        ("the name of the administrator", "Planted-Name-One".to_owned()),
        ("the Thai name", "ปลูกไว้หนึ่ง".to_owned()),
        ("the name of the citizen", "Planted-Name-Two".to_owned()),
        ("the label", "โทรศัพท์".to_owned()),
        ("the token of the administrator", admin),
        ("the first token", first),
        ("the second token", second),
        ("the code", code.clone()),
        ("the code as hashed", code.replace('-', "")),
        ("the credential id", text("/credential/id")),
        ("the public key", key),
        ("the user handle", text("/credential/response/userHandle")),
    ];
    (hall, planted)
}

#[tokio::test]
async fn nothing_planted_is_found_in_any_file_of_the_store() {
    let (hall, planted) = lived_in().await;
    let files = files(hall.folder.path());
    assert!(files.iter().any(|(name, bytes)| name == "sala.db" && !bytes.is_empty()));
    for (name, bytes) in &files {
        for (what, secret) in &planted {
            assert!(!holds(bytes, secret.as_bytes()), "{what} stands in {name}");
            for raw in
                [hex::decode(secret).ok(), passkey::types::Bytes::try_from(secret.as_str()).ok().map(Vec::from)].into_iter().flatten()
            {
                assert!(!holds(bytes, &raw), "{what} stands in {name} as bytes");
            }
        }
        assert!(name.starts_with("keys.db") || !names_a_person(bytes), "{name} names a person");
    }
    assert!(files.iter().any(|(name, bytes)| name.starts_with("keys.db") && names_a_person(bytes)), "the search itself works");
}

#[tokio::test]
async fn the_public_record_says_that_someone_signed_in_but_not_who() {
    let (hall, _) = lived_in().await;
    let acts = hall.acts().await;
    let kinds: Vec<&str> = acts.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "people.prepare",
            "administrator.invite",
            "administrator.register",
            "session.open",
            "person.register",
            "session.open",
            "passkey.add",
            "officer.appoint",
            "session.open",
        ]
    );
    for (kind, actor, leaf) in &acts {
        assert!(!names_a_person(leaf), "{kind}");
        let leaf = Leaf::decode(leaf).unwrap();
        if kind.starts_with("session.") {
            assert_eq!((actor.as_str(), leaf.refs.len(), leaf.public.len()), ("visitor", 0, 1), "{kind} tells only the method");
        }
        assert!(sala_people::ACTS.iter().any(|act| act.kind == kind), "{kind} is declared");
    }
    let officer = Leaf::decode(&acts[7].2).unwrap();
    let persona = Leaf::decode(&acts[4].2).unwrap().refs[0].clone();
    assert!(!acts[7].2.windows(persona.len()).any(|window| window == persona.as_bytes()), "an appointment does not give the persona away");
    assert_eq!(officer.office.as_deref(), Some("digital"));
    assert!(officer.authority.contains("Digital Government"));
}

#[tokio::test]
async fn columns_of_different_tables_can_not_be_joined_to_a_person() {
    let (hall, _) = lived_in().await;
    let mut seen = std::collections::BTreeSet::new();
    for sql in [
        "SELECT id AS key FROM person",
        "SELECT id AS key FROM persona",
        "SELECT DISTINCT owner AS key FROM passkey",
        "SELECT DISTINCT owner AS key FROM session",
        "SELECT owner AS key FROM officer",
    ] {
        for row in hall.store.fetch(sql, &[]).await.unwrap() {
            assert!(seen.insert(row.text("key").unwrap().to_owned()), "{sql}");
        }
    }
}
