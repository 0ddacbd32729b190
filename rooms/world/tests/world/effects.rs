//! What a sanction does: to the person, under every persona, at once, in spaces only.

use std::collections::BTreeSet;

use sala_core::{cbor::Value as Cbor, time::Clock};
use serde_json::{Value, json};

use super::place::{ANN, BEN, BEN_TOO, CAT, DAY, holds, town};

#[tokio::test]
async fn sanctioned_under_one_persona_is_kept_out_under_the_other_at_once() {
    let town = town().await;
    let id = town.report(ANN, BEN).await;
    let (mut ben, mut too, mut cat) = (town.enter("hall", BEN).await, town.enter("hall", BEN_TOO).await, town.enter("hall", CAT).await);
    let mut garden = town.enter("garden", BEN).await;
    town.sanction(&id, "keep_out", 3600, &["hall"]).await.ok();
    for visit in [&mut ben, &mut too] {
        assert_eq!(visit.until("bye").await["problem"]["code"], "kept_out");
    }
    for spec in [BEN, BEN_TOO] {
        let refused = town.enter("hall", spec).await;
        assert_eq!((&refused.first["kind"], &refused.first["problem"]["code"]), (&json!("bye"), &json!("kept_out")));
    }
    // The other space, and others in this one, are untouched.
    garden.send(json!({ "kind": "say", "text": "ยังอยู่" })).await;
    assert_eq!(garden.until("said").await["text"], "ยังอยู่");
    cat.send(json!({ "kind": "say", "text": "ฉันก็อยู่" })).await;
    assert_eq!(cat.until("said").await["text"], "ฉันก็อยู่");
    town.clock.advance_seconds(3600);
    assert_eq!(town.enter("hall", BEN).await.first["kind"], "welcome", "it ends by itself");
}

#[tokio::test]
async fn a_muted_one_is_told_at_once_and_says_nothing_until_the_end() {
    let town = town().await;
    let id = town.report(ANN, BEN).await;
    let (mut ann, mut ben) = (town.enter("hall", ANN).await, town.enter("hall", BEN_TOO).await);
    let until = town.after(600);
    town.sanction(&id, "mute", 600, &[]).await.ok();
    let told = ben.until("notice").await;
    assert_eq!((&told["problem"]["code"], &told["problem"]["errors"][0]["detail"]), (&json!("muted"), &json!(until)));
    ben.send(json!({ "kind": "say", "text": "ไม่ควรได้ยิน" })).await;
    assert_eq!(ben.until("notice").await["problem"]["code"], "muted");
    ben.send(json!({ "kind": "bubble", "m": 1.5 })).await;

    let again = town.enter("garden", BEN).await;
    assert_eq!((&again.first["kind"], &again.first["muted_until"]), (&json!("welcome"), &json!(until)));
    town.clock.advance_seconds(600);
    ben.send(json!({ "kind": "say", "text": "พูดได้แล้ว" })).await;
    assert_eq!(ann.until("said").await["text"], "พูดได้แล้ว", "nothing of what was said before came through");
    assert!(town.enter("garden", BEN).await.first.get("muted_until").is_none());
}

#[tokio::test]
async fn other_rooms_hear_of_mutes_and_of_nothing_else() {
    let town = town().await;
    let heard = async || (town.world.muted_until("person_ben", town.clock.now()).await.unwrap(), town.world.sanction_changes());
    assert_eq!(heard().await, (None, 0));
    let id = town.report(ANN, BEN).await;
    town.sanction(&id, "keep_out_all", 600, &[]).await.ok();
    assert_eq!(heard().await, (None, 1), "being kept out is about spaces");
    town.clock.advance_seconds(700);
    for (seconds, changes) in [(600, 2), (900, 3)] {
        let id = town.report(ANN, BEN).await;
        town.sanction(&id, "mute", seconds, &[]).await.ok();
        assert_eq!(heard().await, (Some(town.clock.now().plus_seconds(seconds)), changes));
    }
    assert_eq!(town.world.muted_until("person_ann", town.clock.now()).await.unwrap(), None, "nobody else");
    town.clock.advance_seconds(899);
    assert!(heard().await.0.is_some(), "the longest counts");
    town.clock.advance_seconds(1);
    assert_eq!(heard().await, (None, 3), "it ends by itself");
}

#[tokio::test]
async fn who_is_kept_out_of_all_spaces_keeps_every_page() {
    let town = town().await;
    let id = town.report(ANN, BEN).await;
    town.sanction(&id, "keep_out_all", 30 * DAY, &[]).await.ok();
    for space in ["hall", "garden"] {
        assert_eq!(town.enter(space, BEN).await.first["problem"]["code"], "kept_out");
    }
    for path in ["/spaces", "/spaces/hall", "/conduct", "/conduct/own-sanctions", "/conduct/own-reports", "/conduct/blocks"] {
        town.ask("GET", path, BEN, None).await.ok();
    }
    let own = town.ask("GET", "/conduct/own-sanctions", BEN_TOO, None).await.ok()["items"][0].clone();
    assert_eq!((&own["step"], &own["reason"], &own["may_appeal"]), (&json!("keep_out_all"), &json!("ผิดข้อเคารพกัน"), &json!(true)));
    for other in [ANN, CAT] {
        assert_eq!(town.ask("GET", "/conduct/own-sanctions", other, None).await.ok()["items"], json!([]));
    }
}

/// All texts of at least six letters in a value.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.len() >= 6 => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn no_table_and_no_leaf_ties_two_personas_of_a_person_together() {
    let town = town().await;
    for (reporter, reported) in [(ANN, BEN), (CAT, BEN_TOO)] {
        let id = town.report(reporter, reported).await;
        town.clock.advance_seconds(5);
        town.sanction(&id, "mute", 600, &[]).await.ok();
        town.clock.advance_seconds(700);
    }
    // And the same person as the one who reports, under two personas.
    for reporter in [BEN, BEN_TOO] {
        town.report(reporter, ANN).await;
        town.clock.advance_seconds(5);
    }
    // What any two sanctions share by their nature: who gave them, under which rule, and why.
    let shared: BTreeSet<String> = ["officer_mod", "respect", "ผิดข้อเคารพกัน"].map(str::to_owned).into();
    let rows = town.store.fetch("SELECT id, body FROM conduct_sanction ORDER BY id", &[]).await.unwrap();
    let seen: Vec<BTreeSet<String>> = rows
        .iter()
        .map(|row| {
            let mut found = BTreeSet::new();
            texts(&Cbor::decode(row.blob("body").unwrap()).unwrap().to_json(), &mut found);
            found
        })
        .collect();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].intersection(&seen[1]).filter(|text| !shared.contains(*text)).collect::<Vec<_>>(), Vec::<&String>::new());

    let rows = town.store.fetch("SELECT owner, reporter_tag, parties, evidence FROM conduct_report ORDER BY id", &[]).await.unwrap();
    assert_eq!(rows.len(), 4);
    let mut cells = BTreeSet::new();
    for row in &rows {
        for text in [row.text("owner").unwrap(), row.text("reporter_tag").unwrap()] {
            assert!(cells.insert(text.to_owned()), "two reports share a value");
        }
        for column in ["parties", "evidence"] {
            assert!(!holds(row.blob(column).unwrap(), "person_") && !holds(row.blob(column).unwrap(), "ben"));
        }
    }
    for (kind, actor, leaf) in town.acts().await {
        assert!(!holds(&leaf, "person_") && !holds(&leaf, "ben"), "{kind} names someone");
        assert!(["visitor", "officer_mod", "system:conduct/1"].contains(&actor.as_str()), "{kind} is by {actor}");
    }
    let database: Vec<u8> =
        ["sala.db", "sala.db-wal"].iter().flat_map(|name| std::fs::read(town.folder.path().join(name)).unwrap_or_default()).collect();
    assert!(!holds(&database, "person_ben") && !holds(&database, "ben-too"), "the database names a person or a persona");
}
