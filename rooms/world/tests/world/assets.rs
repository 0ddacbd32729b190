//! The register of digital assets: rights by acts, doubts that freeze, and who may decide.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::place::{DAY, MOD, REV, Reply, Town, holds, town};

const ANN: &str = "persona_ann|person_ann";
const BEN: &str = "persona_ben|person_ben";
const BEN_TOO: &str = "persona_bentoo|person_ben";
const CAT: &str = "persona_cat|person_cat";

fn new(bytes: &[u8]) -> Value {
    json!({
        "sha256": hex::encode(Sha256::digest(bytes)), "media_type": "model/gltf-binary", "size": bytes.len(), "title": "ช่อฟ้าไม้สัก", "maker": "ครูช่างแดง",
        "licence": { "spdx": "CC-BY-SA-4.0" },
        "provenance": { "kind": "drawn", "captured": "2569", "source": "https://craft.example/cho-fa", "uncertainty": "สัดส่วนจากภาพถ่าย" },
    })
}

async fn register(town: &Town, spec: &str, bytes: &[u8]) -> Reply {
    town.ask("POST", "/assets", spec, Some(new(bytes))).await
}

async fn registered(town: &Town, spec: &str, bytes: &[u8]) -> String {
    register(town, spec, bytes).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn post(town: &Town, id: &str, what: &str, spec: &str, body: Value) -> Reply {
    town.ask("POST", &format!("/assets/{id}/{what}"), spec, Some(body)).await
}

async fn disputed(town: &Town, id: &str, spec: &str) -> String {
    let asset = post(town, id, "disputes", spec, json!({ "reason": "ฉันเป็นผู้แกะสลัก" })).await.ok();
    asset["disputes"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
}

async fn state(town: &Town, id: &str) -> Value {
    town.ask("GET", &format!("/assets/{id}"), "", None).await.ok()["state"].clone()
}

#[tokio::test]
async fn an_asset_changes_hands_by_two_signatures_and_its_chain_names_personas_only() {
    let town = town().await;
    register(&town, "", b"cho fa").await.refused("sign_in_required");
    register(&town, &format!("{ANN}|unsigned"), b"cho fa").await.refused("signature_required");
    register(&town, MOD, b"cho fa").await.refused("forbidden");
    let id = registered(&town, ANN, b"cho fa").await;
    let again = register(&town, ANN, b"cho fa").await;
    again.refused("asset_registered_already");
    assert_eq!(again.json["errors"][0]["detail"], json!(id));

    let offer = || json!({ "to": "persona_ben" });
    for (body, code) in [(json!({ "to": "persona_ann" }), "invalid_input"), (json!({ "to": "ben" }), "invalid_input")] {
        post(&town, &id, "offer", ANN, body).await.refused(code);
    }
    post(&town, &id, "offer", CAT, offer()).await.refused("forbidden");
    post(&town, &id, "offer", &format!("{ANN}|unsigned"), offer()).await.refused("signature_required");
    let offered = post(&town, &id, "offer", ANN, offer()).await.ok();
    assert_eq!(offered["offer"], json!({ "to": "persona_ben", "until": town.after(14 * DAY) }));
    for other in [CAT, BEN_TOO, ANN] {
        town.ask("POST", &format!("/assets/{id}/acceptance"), other, None).await.refused("offer_gone");
    }
    town.ask("POST", &format!("/assets/{id}/acceptance"), &format!("{BEN}|unsigned"), None).await.refused("signature_required");
    let taken = town.ask("POST", &format!("/assets/{id}/acceptance"), BEN, None).await.ok();
    assert_eq!((&taken["owner"], &taken["offer"]), (&json!("persona_ben"), &Value::Null));
    let chain: Vec<(&str, &str, &Value)> = taken["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["kind"].as_str().unwrap(), step["by"].as_str().unwrap(), &step["to"]))
        .collect();
    let (none, ben) = (Value::Null, json!("persona_ben"));
    assert_eq!(
        chain,
        [("asset.register", "persona_ann", &none), ("asset.offer", "persona_ann", &ben), ("asset.accept", "persona_ben", &ben)]
    );
    assert!(!taken.to_string().contains("person_"), "no person in {taken}");
    for (_, _, leaf) in town.acts().await {
        assert!(!holds(&leaf, "person_ann") && !holds(&leaf, "person_ben") && !holds(&leaf, "ครูช่างแดง"));
    }
    post(&town, &id, "offer", ANN, offer()).await.refused("forbidden");

    // An offer ends by its time, by its owner, or by whom it is for.
    post(&town, &id, "offer", BEN, json!({ "to": "persona_cat" })).await.ok();
    town.clock.advance_seconds(14 * DAY);
    town.ask("POST", &format!("/assets/{id}/acceptance"), CAT, None).await.refused("offer_gone");
    post(&town, &id, "offer", BEN, json!({ "to": "persona_cat" })).await.ok();
    town.ask("DELETE", &format!("/assets/{id}/offer"), ANN, None).await.refused("forbidden");
    assert_eq!(town.ask("DELETE", &format!("/assets/{id}/offer"), CAT, None).await.ok()["offer"], Value::Null);
}

#[tokio::test]
async fn a_doubt_freezes_until_two_offices_have_decided() {
    let town = town().await;
    let id = registered(&town, ANN, b"naga").await;
    post(&town, &id, "offer", ANN, json!({ "to": "persona_ben" })).await.ok();
    post(&town, &id, "disputes", ANN, json!({ "reason": "x" })).await.refused("invalid_input");
    post(&town, &id, "disputes", CAT, json!({ "reason": " " })).await.refused("invalid_input");
    let dispute = disputed(&town, &id, CAT).await;
    assert_eq!(state(&town, &id).await, "disputed");
    town.ask("POST", &format!("/assets/{id}/acceptance"), BEN, None).await.refused("offer_gone");
    post(&town, &id, "offer", ANN, json!({ "to": "persona_ben" })).await.refused("asset_frozen");
    post(&town, &id, "retirement", ANN, json!({ "reason": "เลิก" })).await.refused("asset_frozen");

    let of = |what: &str| format!("disputes/{dispute}/{what}");
    post(&town, &id, &of("answer"), BEN, json!({ "reason": "x" })).await.refused("forbidden");
    post(&town, &id, &of("answer"), ANN, json!({ "reason": "มีใบเสร็จจากผู้แกะสลัก" })).await.ok();
    post(&town, &id, &of("answer"), ANN, json!({ "reason": "อีกครั้ง" })).await.refused("dispute_decided");
    let retire = || json!({ "outcome": "retire", "reason": "ผู้คัดค้านแสดงไฟล์ต้นฉบับ" });
    for wrong in [ANN, CAT, REV] {
        post(&town, &id, &of("decision"), wrong, retire()).await.refused("forbidden");
    }
    // Whoever owns or doubts it, as an officer.
    for own in ["officer_m|person_ann|digital|moderator", "officer_m|person_cat|digital|moderator"] {
        post(&town, &id, &of("decision"), own, retire()).await.refused("own_matter");
    }
    post(&town, &id, &of("decision"), &format!("{MOD}|unsigned"), retire()).await.refused("signature_required");
    post(&town, &id, &of("appeal"), ANN, json!({ "reason": "x" })).await.refused("appeal_closed");
    let settled = post(&town, &id, &of("decision"), MOD, retire()).await.ok();
    assert_eq!((&settled["state"], &settled["disputes"][0]["outcome"]), (&json!("retired"), &json!("retire")));
    post(&town, &id, &of("decision"), MOD, retire()).await.refused("dispute_decided");
    post(&town, &id, &of("appeal"), CAT, json!({ "reason": "x" })).await.refused("forbidden");
    post(&town, &id, &of("appeal"), ANN, json!({ "reason": "ใบเสร็จไม่ได้ถูกพิจารณา" })).await.ok();
    let reverse = || json!({ "outcome": "reverse", "reason": "ใบเสร็จถูกต้อง" });
    post(&town, &id, &of("review"), MOD, reverse()).await.refused("forbidden");
    post(&town, &id, &of("review"), "officer_w|person_mod|health|reviewer", reverse()).await.refused("own_matter");
    post(&town, &id, &of("review"), REV, json!({ "outcome": "lapse", "reason": "x" })).await.refused("invalid_input");
    let back = post(&town, &id, &of("review"), REV, reverse()).await.ok();
    assert_eq!((&back["state"], &back["disputes"][0]["is_open"]), (&json!("registered"), &json!(false)));
    post(&town, &id, "offer", ANN, json!({ "to": "persona_ben" })).await.ok();
}

#[tokio::test]
async fn a_takedown_that_nobody_reviews_in_time_ends_and_an_unappealed_one_takes_the_file_away() {
    let town = town().await;
    let (one, other) = (registered(&town, ANN, b"one").await, registered(&town, ANN, b"other").await);
    for (id, bytes) in [(&one, b"one".as_slice()), (&other, b"other")] {
        assert_eq!(town.put(&format!("/assets/{id}/file"), ANN, "model/gltf-binary", bytes).await.status, StatusCode::OK);
        let dispute = disputed(&town, id, CAT).await;
        post(&town, id, &format!("disputes/{dispute}/decision"), MOD, json!({ "outcome": "retire", "reason": "ผิด" })).await.ok();
        if *id == one {
            post(&town, id, &format!("disputes/{dispute}/appeal"), ANN, json!({ "reason": "ไม่จริง" })).await.ok();
        }
        town.ask("GET", &format!("/assets/{id}/file"), "", None).await.refused("asset_retired");
    }
    town.world.settle().await.unwrap();
    assert!(holds(&town.files(), "other"), "kept while it can be appealed");
    town.clock.advance_seconds(14 * DAY);
    town.world.settle().await.unwrap();
    assert_eq!(state(&town, &one).await, "registered");
    assert_eq!(town.ask("GET", &format!("/assets/{one}/file"), "", None).await.status, StatusCode::OK);
    town.clock.advance_seconds(16 * DAY);
    town.world.settle().await.unwrap();
    town.world.settle().await.unwrap();
    let rows = town.store.fetch("SELECT id FROM asset_file", &[]).await.unwrap();
    assert_eq!(rows.len(), 1, "only the file of the one that came back");
    let kinds: Vec<String> = town.acts().await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "asset.remove_file").count(), 1);
}

#[tokio::test]
async fn the_same_content_under_another_owner_is_a_dispute_by_itself() {
    let town = town().await;
    let first = registered(&town, ANN, b"same").await;
    let second = registered(&town, BEN, b"same").await;
    for (id, twin) in [(&first, &second), (&second, &first)] {
        let asset = town.ask("GET", &format!("/assets/{id}"), "", None).await.ok();
        assert_eq!(
            (&asset["state"], &asset["disputes"][0]["twin"], &asset["disputes"][0]["filed"]["by"]),
            (&json!("disputed"), &json!(twin), &json!("hall"))
        );
    }
    let found = town.ask("GET", &format!("/assets?sha256={}", hex::encode(Sha256::digest(b"same"))), "", None).await.ok();
    assert_eq!(found["items"].as_array().unwrap().len(), 2);
    let of = |asset: &Value| asset["disputes"][0]["id"].as_str().unwrap().to_owned();
    let mine = of(&town.ask("GET", &format!("/assets/{first}"), "", None).await.ok());
    let theirs = of(&town.ask("GET", &format!("/assets/{second}"), "", None).await.ok());
    // Neither side judges, under whatever handle.
    for person in ["person_ann", "person_ben"] {
        let judge = format!("officer_m|{person}|digital|moderator");
        post(&town, &first, &format!("disputes/{mine}/decision"), &judge, json!({ "outcome": "keep", "reason": "ก" }))
            .await
            .refused("own_matter");
    }
    post(&town, &first, &format!("disputes/{mine}/decision"), MOD, json!({ "outcome": "keep", "reason": "จดก่อนและมีที่มา" })).await.ok();
    post(&town, &second, &format!("disputes/{theirs}/decision"), MOD, json!({ "outcome": "retire", "reason": "ซ้ำ" })).await.ok();
    assert_eq!((state(&town, &first).await, state(&town, &second).await), (json!("registered"), json!("retired")));
    // The other side may appeal the entry that was kept; a stranger may not.
    post(&town, &first, &format!("disputes/{mine}/appeal"), CAT, json!({ "reason": "x" })).await.refused("forbidden");
    post(&town, &first, &format!("disputes/{mine}/appeal"), BEN, json!({ "reason": "ฉันจดช้ากว่าเพราะ…" })).await.ok();
    assert_eq!(state(&town, &first).await, "disputed");
    post(&town, &first, &format!("disputes/{mine}/review"), REV, json!({ "outcome": "uphold", "reason": "ยืน" })).await.ok();
    assert_eq!(state(&town, &first).await, "registered");
}

#[tokio::test]
async fn one_person_can_not_freeze_the_register_under_any_number_of_personas() {
    let town = town().await;
    for number in 0_u8..5 {
        let id = registered(&town, ANN, &[number]).await;
        let spec = if number % 2 == 0 { BEN } else { BEN_TOO };
        disputed(&town, &id, spec).await;
    }
    let id = registered(&town, ANN, b"sixth").await;
    for spec in [BEN, BEN_TOO] {
        post(&town, &id, "disputes", spec, json!({ "reason": "อีก" })).await.refused("too_many_open_disputes");
        register(&town, spec, b"sixth").await.refused("too_many_open_disputes");
    }
    disputed(&town, &id, CAT).await;
}

#[tokio::test]
async fn a_file_is_kept_only_if_it_is_the_registered_one_and_its_owner_brings_it() {
    let town = town().await;
    let id = registered(&town, ANN, b"glb").await;
    let path = format!("/assets/{id}/file");
    town.ask("GET", &path, "", None).await.refused("not_found");
    town.put(&path, "", "model/gltf-binary", b"glb").await.refused("sign_in_required");
    town.put(&path, BEN, "model/gltf-binary", b"glb").await.refused("forbidden");
    town.put(&path, ANN, "image/png", b"glb").await.refused("media_type");
    town.put(&path, ANN, "model/gltf-binary", b"GLB").await.refused("file_differs");
    town.put(&path, ANN, "model/gltf-binary", &vec![0; 5 * 1024 * 1024 + 1]).await.refused("too_large");
    town.put(&path, ANN, "model/gltf-binary", b"glb").await.ok();
    assert_eq!(town.put(&path, ANN, "model/gltf-binary", b"glb").await.ok()["is_stored"], true, "again changes nothing");
    let (status, headers, bytes) = town.raw(&path).await;
    assert_eq!((status, bytes.as_slice()), (StatusCode::OK, b"glb".as_slice()));
    assert_eq!(headers["link"], "<https://spdx.org/licenses/CC-BY-SA-4.0.html>; rel=\"license\"");
    assert_eq!(headers["content-type"], "model/gltf-binary");
    post(&town, &id, "retirement", ANN, json!({ "reason": "เลิกใช้" })).await.ok();
    town.ask("GET", &path, "", None).await.refused("asset_retired");
    assert!(town.store.fetch("SELECT id FROM asset_file", &[]).await.unwrap().is_empty());
    register(&town, ANN, b"glb").await.ok();
}

#[tokio::test]
async fn the_register_is_searched_by_words_owner_and_state() {
    let town = town().await;
    let first = registered(&town, ANN, b"1").await;
    town.clock.advance_seconds(1);
    let ids = [first, registered(&town, BEN, b"2").await];
    disputed(&town, &ids[1], CAT).await;
    for (query, expected) in [
        ("", 2),
        ("?q=%E0%B8%8A%E0%B9%88%E0%B8%AD%E0%B8%9F%E0%B9%89%E0%B8%B2", 2),
        ("?q=CRAFT.example", 2),
        ("?q=%25", 0),
        ("?q=_", 2),
        ("?q=zzz", 0),
        ("?owner=persona_ann", 1),
        ("?state=disputed", 1),
        ("?state=retired", 0),
        ("?limit=1", 1),
    ] {
        let found = town.ask("GET", &format!("/assets{query}"), "", None).await.ok();
        assert_eq!(found["items"].as_array().unwrap().len(), expected, "{query}");
    }
    let part = town.ask("GET", "/assets?limit=1", "", None).await.ok();
    let rest = town.ask("GET", &format!("/assets?after={}", part["next"].as_str().unwrap()), "", None).await.ok();
    assert_eq!((&part["items"][0]["id"], &rest["items"][0]["id"], &rest["next"]), (&json!(ids[1]), &json!(ids[0]), &Value::Null));
    town.ask("GET", "/assets?state=x", "", None).await.refused("invalid_input");
    town.ask("GET", "/assets/asset_none", "", None).await.refused("not_found");
}
