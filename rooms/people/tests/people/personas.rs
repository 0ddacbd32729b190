//! Several personas of one person, that nobody can tell belong together.

use serde_json::json;

use super::hall::{Device, hall};

#[tokio::test]
async fn a_person_makes_uses_changes_and_retires_personas() {
    let hall = hall().await;
    let token = hall.newcomer(&mut Device::new(), "ก").await;
    let first = hall.session(&token).await["persona"].as_str().unwrap().to_owned();
    let made = hall.ask("POST", "/personas", Some(&token), Some(json!({ "name": "ปลาทู" }))).await.ok().json;
    let second = made["id"].as_str().unwrap().to_owned();
    assert_ne!(first, second);

    assert_eq!(hall.ask("POST", &format!("/personas/{second}/use"), Some(&token), None).await.ok().json["persona"], second.as_str());
    assert_eq!(hall.session(&token).await["persona"], second.as_str());
    let changed = hall.ask("PATCH", &format!("/personas/{first}"), Some(&token), Some(json!({ "name": "ปูม้า" }))).await.ok().json;
    assert_eq!((&changed["name"], &changed["current"]), (&json!("ปูม้า"), &json!(false)));
    assert_eq!(hall.ask("GET", &format!("/persona-cards/{first}"), None, None).await.ok().json["name"], "ปูม้า");

    hall.ask("DELETE", &format!("/personas/{second}"), Some(&token), None).await.refused("persona_in_use");
    assert_eq!(hall.ask("DELETE", &format!("/personas/{first}"), Some(&token), None).await.status, 204);
    hall.ask("POST", &format!("/personas/{first}/use"), Some(&token), None).await.refused("not_found");
    let listed = hall.ask("GET", "/personas", Some(&token), None).await.ok().json;
    let seen: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| (one["name"].clone(), one["retired"].clone())).collect();
    assert_eq!(seen, [(json!(""), json!(true)), (json!("ปลาทู"), json!(false))]);

    // After a restart the session still acts under the persona that was chosen.
    let hall = hall.restart(false).await;
    assert_eq!(hall.session(&token).await["persona"], second.as_str());
}

#[tokio::test]
async fn a_persona_has_a_figure_from_its_handle_until_its_owner_chooses() {
    let hall = hall().await;
    let token = hall.newcomer(&mut Device::new(), "ก").await;
    let mine = hall.ask("GET", "/personas", Some(&token), None).await.ok().json["items"][0].clone();
    let (id, mut look) = (mine["id"].as_str().unwrap().to_owned(), mine["look"].clone());
    let path = format!("/persona-cards/{id}/avatar.vrm");
    let first = hall.bytes(&path).await;
    assert_eq!((&first[..4], &hall.bytes(&path).await), (b"glTF".as_slice(), &first));
    assert!(hall.bytes(&format!("{path}?detail=simple")).await.len() < first.len());

    // Every answer of the catalogue can be worn, but what is reserved for officers.
    let questions = hall.ask("GET", "/avatar-choices", None, None).await.ok().json;
    let top = questions["items"].as_array().unwrap().iter().find(|question| question["key"] == "top").unwrap();
    let mut worn = vec![];
    for answer in top["options"].as_array().unwrap() {
        look["top"] = answer["value"].clone();
        let changed = hall.ask("PATCH", &format!("/personas/{id}"), Some(&token), Some(json!({ "look": look }))).await;
        if answer["reserved"] == true {
            changed.refused("invalid_input");
        } else {
            assert_eq!(changed.ok().json["look"], look);
            worn.push(hall.bytes(&path).await);
        }
    }
    let different: std::collections::BTreeSet<&Vec<u8>> = worn.iter().collect();
    assert_eq!(different.len(), worn.len(), "each is another figure");
    assert!(worn.len() > 5 && different.contains(&first), "the first figure is one of those that can be chosen");
    look["top"] = json!("armour");
    hall.ask("PATCH", &format!("/personas/{id}"), Some(&token), Some(json!({ "look": look }))).await.refused("invalid_input");
}

#[tokio::test]
async fn there_are_sixteen_slots_and_a_retired_one_is_not_free() {
    let hall = hall().await;
    let token = hall.newcomer(&mut Device::new(), "ก").await;
    for number in 1..16 {
        let made = hall.ask("POST", "/personas", Some(&token), Some(json!({ "name": format!("ตัวที่ {number}") }))).await.ok().json;
        if number == 1 {
            let path = format!("/personas/{}", made["id"].as_str().unwrap());
            assert_eq!(hall.ask("DELETE", &path, Some(&token), None).await.status, 204);
        }
    }
    hall.ask("POST", "/personas", Some(&token), Some(json!({ "name": "อีกตัว" }))).await.refused("too_many_personas");
}

#[tokio::test]
async fn nobody_touches_the_persona_of_another() {
    let hall = hall().await;
    let mine = hall.newcomer(&mut Device::new(), "ก").await;
    let theirs = hall.newcomer(&mut Device::new(), "ข").await;
    let theirs = hall.session(&theirs).await["persona"].as_str().unwrap().to_owned();
    hall.ask("POST", &format!("/personas/{theirs}/use"), Some(&mine), None).await.refused("not_found");
    hall.ask("PATCH", &format!("/personas/{theirs}"), Some(&mine), Some(json!({ "name": "x" }))).await.refused("not_found");
    hall.ask("DELETE", &format!("/personas/{theirs}"), Some(&mine), None).await.refused("not_found");
    hall.ask("POST", "/personas", None, Some(json!({ "name": "x" }))).await.refused("sign_in_required");
}

/// The linkability game for personas: the adversary has every table and every leaf, but no key. Two persons each make a second
/// persona; whatever the adversary can join or compare, it finds nothing that ties a second persona to a first.
#[tokio::test]
async fn no_table_and_no_leaf_ties_two_personas_of_a_person_together() {
    let hall = hall().await;
    let mut tokens = vec![];
    for name in ["ก", "ข"] {
        tokens.push(hall.newcomer(&mut Device::new(), name).await);
    }
    let mut seconds = vec![];
    for token in [&tokens[1], &tokens[0]] {
        let made = hall.ask("POST", "/personas", Some(token), Some(json!({ "name": "น้ำ" }))).await.ok().json;
        seconds.push(made["id"].as_str().unwrap().to_owned());
    }
    for second in &seconds {
        // The act that made it wrote two rows: the persona and its face, and both rows appear in no other act.
        let acts = hall.acts().await;
        let made: Vec<_> = acts.iter().filter(|(kind, _, leaf)| kind == "persona.create" && contains(leaf, second)).collect();
        assert_eq!((made.len(), made[0].1.as_str()), (1, "visitor"));
        let leaf = sala_core::act::Leaf::decode(&made[0].2).unwrap();
        assert_eq!(leaf.state.len(), 2);
        for (row, _) in &leaf.state {
            assert_eq!(acts.iter().filter(|(_, _, leaf)| contains_bytes(leaf, row)).count(), 1);
        }
        // Its act id stands in no row of another table, its handle in no other column.
        for table in ["person", "passkey", "session", "officer"] {
            let rows = hall.store.fetch(&format!("SELECT * FROM {table}"), &[]).await.unwrap();
            assert!(rows.iter().all(|row| row.text("act_id").unwrap() != leaf.id && !format!("{row:?}").contains(second.as_str())));
        }
    }
    // The links are sealed with fresh nonces: equal content gives nothing equal.
    let links = hall.store.fetch("SELECT link FROM persona", &[]).await.unwrap();
    let unique: std::collections::BTreeSet<Vec<u8>> = links.iter().map(|row| row.blob("link").unwrap().to_vec()).collect();
    assert_eq!(unique.len(), 4);
}

fn contains(leaf: &[u8], text: &str) -> bool {
    contains_bytes(leaf, text.as_bytes())
}

fn contains_bytes(leaf: &[u8], part: &[u8]) -> bool {
    leaf.windows(part.len()).any(|window| window == part)
}
