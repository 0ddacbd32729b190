//! How credentials end: by their owner, an officer, the wallet, or with what they rest on; and what a restart or a lost answer changes.

use sala_core::{ctx::Actor, time::Clock};
use sala_credential::status::Status;
use serde_json::{Map, Value, json};

use super::{
    credentials::mandate,
    data::{DAY_S, Someone, officer},
    erasure::work,
    hall::Hall,
    wallet::{Wallet, copies_of, get, issuing_config, issuing_hall, key, plain, status_of, verified},
};

async fn all_are(hall: &Hall, copies: &[String], expected: Status) {
    for copy in copies {
        assert_eq!(verified(hall, copy).await.1, expected);
    }
}

async fn own(hall: &Hall, someone: &Someone) -> Value {
    someone.get(hall, "/me/credentials").await.ok().json["items"].clone()
}

#[tokio::test]
async fn the_owner_revokes_all_copies_with_a_signature_and_no_other_s() {
    let hall = issuing_hall().await;
    let (mut me, mut other) = (Someone::new(&hall, "ก").await, Someone::new(&hall, "ข").await);
    let wallet = Wallet::new();
    let mine = wallet.accept(&hall, &me.token, json!({ "type": "proven-person" }), 3).await;
    let theirs = wallet.accept(&hall, &other.token, json!({ "type": "proven-person" }), 3).await;
    let id = own(&hall, &me).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/me/credentials/{id}/revoke");
    me.ask(&hall, "POST", &path, None).await.refused("signature_required");
    other.signed(&hall, "POST", &path, None).await.refused("not_found");
    all_are(&hall, &mine, Status::Valid).await;
    assert_eq!(me.signed(&hall, "POST", &path, None).await.ok().status, 204);
    all_are(&hall, &mine, Status::Invalid).await;
    all_are(&hall, &theirs, Status::Valid).await;
    me.signed(&hall, "POST", &path, None).await.refused("credential_over");
    let shown = &own(&hall, &me).await[0];
    assert!(shown["state"] == "revoked" && shown["revoked_at"].is_string());
    let (kind, actor, _) = hall.acts().await.pop().unwrap();
    assert_eq!((kind.as_str(), actor.as_str()), ("credential.revoke", "visitor"));
}

#[tokio::test]
async fn an_officer_revokes_with_a_reason_that_the_owner_is_told() {
    let hall = issuing_hall().await;
    let mut administrator = Someone::administrator(&hall).await;
    let mut auditor = officer(&hall, &mut administrator, "ผู้ตรวจ", "records_officer").await;
    let me = Someone::new(&hall, "ก").await;
    let copies = Wallet::new().accept(&hall, &me.token, json!({ "type": "proven-person" }), 2).await;
    let path = format!("/credentials/{}/revoke", own(&hall, &me).await[0]["id"].as_str().unwrap());
    let body = json!({ "reason": "บัตรประจำตัวถูกแจ้งหาย" });
    hall.ask("POST", &path, None, Some(body.clone())).await.refused("sign_in_required");
    me.ask(&hall, "POST", &path, Some(body.clone())).await.refused("not_found");
    auditor.signed(&hall, "POST", &path, Some(body.clone())).await.refused("not_found");
    administrator.ask(&hall, "POST", &path, Some(body.clone())).await.refused("signature_required");
    administrator.signed(&hall, "POST", &path, Some(json!({ "reason": " " }))).await.refused("invalid_input");
    administrator.signed(&hall, "POST", &path, Some(body.clone())).await.ok();
    all_are(&hall, &copies, Status::Invalid).await;
    administrator.signed(&hall, "POST", &path, Some(body)).await.refused("credential_over");
    let notices = me.get(&hall, "/me/notices").await.ok().json;
    let told = &notices["items"][0];
    assert_eq!(told["code"], "credential_revoked");
    assert!(told["text"]["en"].as_str().unwrap().contains("บัตรประจำตัวถูกแจ้งหาย"), "{told}");
    assert!(told["text"]["en"].as_str().unwrap().starts_with("Digital Team"));
    administrator.signed(&hall, "POST", "/credentials/credential_x/revoke", Some(json!({ "reason": "x" }))).await.refused("not_found");
}

#[tokio::test]
async fn a_credential_ends_with_the_mandate_it_rests_on_in_the_same_act() {
    let hall = issuing_hall().await;
    let (mut mother, son, id) = mandate(&hall).await;
    let wallet = Wallet::new();
    let copies = wallet.accept(&hall, &son.token, json!({ "type": "mandate", "mandate": id }), 4).await;
    // It can't outlive the mandate either.
    assert!(plain(&copies[0])["exp"].as_i64().unwrap() <= hall.clock.now().plus_seconds(10 * DAY_S).seconds());
    let half = son.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "mandate" }))).await.ok().json;
    let token = wallet.take(&hall, &half["offer"], half["tx_code"].as_str().unwrap()).await.ok().json;
    let before = hall.acts().await.len();
    mother.signed(&hall, "POST", &format!("/mandates/{id}/revoke"), None).await.ok();
    let acts = hall.acts().await;
    assert_eq!((acts.len(), acts.last().unwrap().0.as_str()), (before + 1, "mandate.revoke"));
    all_are(&hall, &copies, Status::Invalid).await;
    assert_eq!(own(&hall, &son).await[0]["state"], "revoked");
    wallet.fetch(&hall, &token, "mandate", &[key(9)]).await.refused("invalid_token");
}

#[tokio::test]
async fn what_a_wallet_could_not_keep_is_revoked() {
    let hall = issuing_hall().await;
    let me = Someone::new(&hall, "ก").await;
    let wallet = Wallet::new();
    let kept = wallet.accept(&hall, &me.token, json!({ "type": "proven-person" }), 1).await;
    let offered = me.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "proven-person" }))).await.ok().json;
    let token = wallet.take(&hall, &offered["offer"], offered["tx_code"].as_str().unwrap()).await.ok().json;
    let answer = wallet.fetch(&hall, &token, "proven-person", &[key(3), key(4)]).await.ok();
    let lost = copies_of(&answer);
    let told = |id: &Value, event: &str| json!({ "notification_id": id, "event": event, "event_description": "disk full" });
    let path = "/openid4vci/notification";
    wallet.post(&hall, path, &token, &told(&json!("x"), "credential_failure")).await.refused("invalid_notification_id");
    wallet.post(&hall, path, &token, &told(&answer.json["notification_id"], "eaten")).await.refused("invalid_notification_request");
    for _ in 0..2 {
        wallet.post(&hall, path, &token, &told(&answer.json["notification_id"], "credential_failure")).await.ok();
    }
    all_are(&hall, &lost, Status::Invalid).await;
    all_are(&hall, &kept, Status::Valid).await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again_and_nothing_is_issued_twice() {
    let hall = issuing_hall().await;
    let me = Someone::new(&hall, "ก").await;
    let wallet = Wallet::with_dpop();
    let offered = me.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "proven-person" }))).await.ok().json;
    let pin = offered["tx_code"].as_str().unwrap().to_owned();
    // The hall stops after each step; what was given out is good in the next process.
    let hall = Hall::open(hall.folder, hall.clock, hall.store, issuing_config()).await;
    let token = wallet.take(&hall, &offered["offer"], &pin).await.ok().json;
    let hall = Hall::open(hall.folder, hall.clock, hall.store, issuing_config()).await;
    wallet.take(&hall, &offered["offer"], &pin).await.refused("invalid_grant");
    let keys: Vec<_> = (1..=4).map(key).collect();
    let old_nonce = wallet.nonce(&hall).await;
    let first = copies_of(&wallet.fetch(&hall, &token, "proven-person", &keys).await.ok());
    let acts = hall.acts().await.len();
    let hall = Hall::open(hall.folder, hall.clock, hall.store, issuing_config()).await;
    let proof = sala_credential::openid4vci::credential::prove(&key(1), super::hall::ORIGIN, &old_nonce, hall.clock.now().seconds());
    wallet.fetch_with(&hall, &token, "proven-person", &[proof.unwrap()]).await.refused("invalid_nonce");
    let again = copies_of(&wallet.fetch(&hall, &token, "proven-person", &keys).await.ok());
    assert_eq!(first, again, "byte for byte");
    assert_eq!(hall.acts().await.len(), acts);
    for others in [&keys[..3], &[key(4), key(3), key(2), key(1)], &[key(9)]] {
        wallet.fetch(&hall, &token, "proven-person", others).await.refused("credential_request_denied");
    }
    assert_eq!(own(&hall, &me).await.as_array().unwrap().len(), 1);
    // Ten at the same moment, with a fresh token: one act, one set.
    let offered = me.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "proven-person" }))).await.ok().json;
    let token = wallet.take(&hall, &offered["offer"], offered["tx_code"].as_str().unwrap()).await.ok().json;
    let all = futures_util::future::join_all((0..10).map(|_| wallet.fetch(&hall, &token, "proven-person", &keys))).await;
    let sets: std::collections::BTreeSet<Vec<String>> = all.iter().filter(|answer| answer.status.is_success()).map(copies_of).collect();
    assert_eq!(sets.len(), 1);
    assert_eq!(own(&hall, &me).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn statuses_outlive_a_restart_and_places_are_never_given_twice() {
    let hall = issuing_hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let wallet = Wallet::new();
    let first = wallet.accept(&hall, &me.token, json!({ "type": "proven-person" }), 10).await;
    let id = own(&hall, &me).await[0]["id"].as_str().unwrap().to_owned();
    me.signed(&hall, "POST", &format!("/me/credentials/{id}/revoke"), None).await.ok();
    let hall = Hall::open(hall.folder, hall.clock, hall.store, issuing_config()).await;
    all_are(&hall, &first, Status::Invalid).await;
    let second = wallet.accept(&hall, &me.token, json!({ "type": "proven-person" }), 10).await;
    let place = |copy: &String| plain(copy)["status"]["status_list"]["idx"].as_u64().unwrap();
    let places: std::collections::BTreeSet<u64> = first.iter().chain(&second).map(place).collect();
    assert_eq!(places.len(), 20);
    all_are(&hall, &second, Status::Valid).await;
    // The signed list is kept for a while, and never older than a revocation.
    let uri = plain(&second[0])["status"]["status_list"]["uri"].as_str().unwrap().to_owned();
    let path = uri.strip_prefix(super::hall::ORIGIN).unwrap().to_owned();
    let list = get(&hall, &path).await.ok().text;
    hall.clock.advance_seconds(149);
    assert_eq!(get(&hall, &path).await.ok().text, list);
    hall.clock.advance_seconds(1);
    assert_ne!(get(&hall, &path).await.ok().text, list);
}

#[tokio::test]
async fn an_erasure_revokes_everything_and_leaves_no_row() {
    let hall = issuing_hall().await;
    let (mother, mut son, _) = mandate(&hall).await;
    let wallet = Wallet::new();
    let mut copies = wallet.accept(&hall, &son.token, json!({ "type": "mandate" }), 2).await;
    copies.extend(wallet.accept(&hall, &son.token, json!({ "type": "proven-person" }), 2).await);
    let others = wallet.accept(&hall, &mother.token, json!({ "type": "proven-person" }), 2).await;
    let references: Vec<_> =
        copies.iter().map(|copy| serde_json::from_value(plain(copy)["status"]["status_list"].clone()).unwrap()).collect();
    let data = son.get(&hall, "/me/data").await.ok().json;
    assert_eq!(data["credentials"].as_array().unwrap().len(), 2, "the download tells what was issued");
    assert!(data["covers"]["en"].as_str().unwrap().contains("credentials"));
    son.signed(&hall, "POST", "/me/erasure", None).await.ok();
    hall.clock.advance_seconds(7 * DAY_S);
    work(&hall).await;
    for reference in &references {
        assert_eq!(status_of(&hall, reference).await, Status::Invalid);
    }
    all_are(&hall, &others, Status::Valid).await;
    let rows = hall.store.fetch("SELECT kind FROM credential", &[]).await.unwrap();
    assert_eq!(rows.len(), 1, "the mother's");
    assert_eq!(hall.store.fetch("SELECT id FROM credential_status", &[]).await.unwrap().len(), 3);
    // What is over for a month is forgotten, places too.
    hall.clock.advance_seconds(61 * DAY_S);
    work(&hall).await;
    for table in ["credential", "credential_status", "credential_grant"] {
        assert_eq!(hall.store.fetch(&format!("SELECT id FROM {table}"), &[]).await.unwrap().len(), 0, "{table}");
    }
}

#[tokio::test]
async fn another_room_awards_a_licence_and_ends_it() {
    let hall = issuing_hall().await;
    let mut administrator = Someone::administrator(&hall).await;
    let mut doctor = Someone::new(&hall, "หมอ").await;
    let body = json!({ "persona": doctor.persona, "office": "health", "roles": ["approver"] });
    administrator.signed(&hall, "POST", "/officers", Some(body)).await.ok();
    doctor.sign_in(&hall).await;
    let me = Someone::new(&hall, "แม่ค้า").await;
    let persona = me.persona.as_str().unwrap();
    let mut ctx = hall.system();
    let claims = |place: &str| json!({ "place": place }).as_object().unwrap().clone();
    let refused = hall.people.offer_credential(&ctx, "vendor-licence", persona, claims("ตลาด")).await.unwrap_err();
    assert_eq!(refused.code.code, "forbidden");
    ctx.actor = hall.people.caller_of(&doctor.token, hall.clock.now()).await.unwrap().unwrap().actor;
    assert!(matches!(ctx.actor, Actor::Officer { .. }));
    for (kind, who, claims) in [
        ("mandate", persona, claims("x")),
        ("vendor-licence", "persona_0", claims("x")),
        ("vendor-licence", persona, Map::new()),
        ("vendor-licence", persona, json!({ "place": "x", "crown": 1 }).as_object().unwrap().clone()),
    ] {
        assert_eq!(hall.people.offer_credential(&ctx, kind, who, claims).await.unwrap_err().code.code, "invalid_input");
    }
    let award = hall.people.offer_credential(&ctx, "vendor-licence", persona, claims("ตลาดวโรรส")).await.unwrap();
    assert_eq!(me.notices(&hall).await, ["credential_awarded"]);
    let copies = Wallet::new().accept(&hall, &me.token, json!({ "type": "vendor-licence" }), 2).await;
    assert_eq!(verified(&hall, &copies[0]).await.0.claims["place"], "ตลาดวโรรส");
    let rows = hall.store.fetch("SELECT owner FROM credential_award", &[]).await.unwrap();
    assert!(!rows[0].text("owner").unwrap().contains(persona));
    let data = me.get(&hall, "/me/data").await.ok().json;
    assert_eq!((&data["awards"][0]["office"], &data["awards"][0]["claims"]["place"]), (&json!("health"), &json!("ตลาดวโรรส")));
    hall.people.end_credential_award(&ctx, &award).await.unwrap();
    all_are(&hall, &copies, Status::Invalid).await;
    me.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "vendor-licence" }))).await.refused("credential_not_available");
    assert_eq!(hall.people.end_credential_award(&ctx, &award).await.unwrap_err().code.code, "not_found");
}
