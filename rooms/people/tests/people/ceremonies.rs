//! Registering and signing in with passkeys, and everything that must be refused.

use serde_json::{Value, json};

use super::hall::{Device, hall};

#[tokio::test]
async fn someone_registers_signs_out_and_signs_in_again_without_typing_a_name() {
    let hall = hall().await;
    let mut phone = Device::new();
    let registered = hall.register(&mut phone, None, json!({ "name": " น้ำใส ใจดี " })).await.ok();
    assert_eq!((&registered.json["kind"], &registered.json["name"]), (&json!("citizen"), &json!("น้ำใส ใจดี")));
    let first = registered.token();
    assert_eq!(hall.session(&first).await["persona"], registered.json["persona"]);

    let out = hall.ask("DELETE", "/session", Some(&first), None).await;
    assert_eq!(out.status, 204);
    assert!(out.set_cookie.unwrap().starts_with("__Host-sala=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure"));
    assert_eq!(hall.session(&first).await["kind"], "visitor");

    let again = hall.sign_in(&mut phone, None).await.ok();
    assert_eq!(again.json["persona"], registered.json["persona"], "a person keeps the persona");
    assert_ne!(again.token(), first);
    let passkeys = hall.ask("GET", "/passkeys", Some(&again.token()), None).await.ok().json;
    assert_eq!(passkeys["items"].as_array().unwrap().len(), 1);
    assert_eq!(passkeys["items"][0]["label"], "โทรศัพท์");
    assert_eq!(passkeys["items"][0]["last_used_at"], "2026-09-21T14:13:20Z");
}

#[tokio::test]
async fn a_signed_in_person_adds_a_second_device() {
    let hall = hall().await;
    let (mut phone, mut laptop) = (Device::new(), Device::new());
    let token = hall.newcomer(&mut phone, "ก").await;
    let added = hall.register(&mut laptop, Some(&token), json!({})).await.ok();
    assert!(added.set_cookie.is_none(), "the session goes on");
    let by_laptop = hall.sign_in(&mut laptop, None).await.ok();
    assert_eq!(by_laptop.json["persona"], hall.session(&token).await["persona"]);
    assert_eq!(hall.ask("GET", "/passkeys", Some(&token), None).await.ok().json["items"].as_array().unwrap().len(), 2);

    let third = hall.ask("POST", "/passkeys/start", Some(&token), Some(json!({}))).await.ok();
    let known = third.json["options"]["publicKey"]["excludeCredentials"].as_array().unwrap().clone();
    let own = hall.signed(&mut phone).await["credential"]["id"].clone();
    assert!(known.len() == 2 && known.iter().any(|credential| credential["id"] == own), "browsers are told which devices are registered");
}

#[tokio::test]
async fn an_answer_counts_once_and_in_time_and_only_for_its_own_ceremony() {
    let hall = hall().await;
    let mut phone = Device::new();
    hall.newcomer(&mut phone, "ก").await;

    let answer = hall.signed(&mut phone).await;
    hall.ask("POST", "/session/passkey/finish", None, Some(answer.clone())).await.ok();
    hall.ask("POST", "/session/passkey/finish", None, Some(answer.clone())).await.refused("ceremony_unknown");

    let other = hall.ask("POST", "/session/passkey/start", None, None).await.ok().json["ceremony"].clone();
    let moved = json!({ "ceremony": other, "credential": answer["credential"] });
    hall.ask("POST", "/session/passkey/finish", None, Some(moved)).await.refused("passkey_refused");

    let late = hall.signed(&mut phone).await;
    hall.clock.advance_seconds(300);
    hall.ask("POST", "/session/passkey/finish", None, Some(late)).await.refused("ceremony_unknown");

    let registration = hall.ask("POST", "/passkeys/start", None, Some(json!({ "name": "ข" }))).await.ok().json["ceremony"].clone();
    let crossed = json!({ "ceremony": registration, "credential": hall.signed(&mut phone).await["credential"] });
    hall.ask("POST", "/session/passkey/finish", None, Some(crossed)).await.refused("ceremony_unknown");
    hall.ask("POST", "/session/passkey/finish", None, Some(json!({ "ceremony": "ceremony_0", "credential": {} })))
        .await
        .refused("ceremony_unknown");
}

#[tokio::test]
async fn a_registration_can_not_be_finished_by_someone_else() {
    let hall = hall().await;
    let (mut mine, mut theirs, mut third) = (Device::new(), Device::new(), Device::new());
    let (me, they) = (hall.newcomer(&mut mine, "ก").await, hall.newcomer(&mut theirs, "ข").await);
    for finisher in [Some(they.as_str()), None] {
        let started = hall.ask("POST", "/passkeys/start", Some(&me), Some(json!({}))).await.ok().json;
        let credential = third.register(&started["options"]).await.unwrap();
        let finish = json!({ "ceremony": started["ceremony"], "credential": credential, "label": "x" });
        hall.ask("POST", "/passkeys/finish", finisher, Some(finish)).await.refused("ceremony_unknown");
        third = Device::new();
    }
    let started = hall.ask("POST", "/passkeys/start", None, Some(json!({ "name": "ค" }))).await.ok().json;
    let credential = third.register(&started["options"]).await.unwrap();
    let finish = json!({ "ceremony": started["ceremony"], "credential": credential, "label": "x" });
    hall.ask("POST", "/passkeys/finish", Some(&me), Some(finish)).await.refused("ceremony_unknown");
}

#[tokio::test]
async fn another_site_a_changed_signature_and_a_borrowed_handle_are_refused() {
    let hall = hall().await;
    let (mut phone, mut other) = (Device::new(), Device::new());
    hall.newcomer(&mut phone, "ก").await;
    hall.newcomer(&mut other, "ข").await;
    let finish = async |answer: Value| hall.ask("POST", "/session/passkey/finish", None, Some(answer)).await;

    phone.origin = "https://evil.sala.example.com".parse().unwrap();
    finish(hall.signed(&mut phone).await).await.refused("passkey_refused");
    phone.origin = super::hall::ORIGIN.parse().unwrap();

    let mut broken = hall.signed(&mut phone).await;
    let signature = broken["credential"]["response"]["signature"].as_str().unwrap().to_owned();
    let end = if signature.ends_with('A') { "g" } else { "A" };
    broken["credential"]["response"]["signature"] = json!(format!("{}{end}", &signature[..signature.len() - 1]));
    finish(broken).await.refused("passkey_refused");

    let stranger = hall.signed(&mut other).await["credential"]["response"]["userHandle"].clone();
    let mut borrowed = hall.signed(&mut phone).await;
    borrowed["credential"]["response"]["userHandle"] = stranger;
    finish(borrowed).await.refused("passkey_refused");

    let mut nameless = hall.signed(&mut phone).await;
    nameless["credential"]["response"]["userHandle"] = Value::Null;
    finish(nameless).await.refused("passkey_refused");

    let mut shapeless = hall.signed(&mut phone).await;
    shapeless["credential"] = json!({ "id": 7 });
    finish(shapeless).await.refused("passkey_invalid");
    finish(hall.signed(&mut phone).await).await.ok();
}

#[tokio::test]
async fn a_passkey_that_the_hall_does_not_know_is_refused() {
    let (here, there) = (hall().await, hall().await);
    let mut phone = Device::new();
    there.newcomer(&mut phone, "ก").await;
    here.sign_in(&mut phone, None).await.refused("passkey_refused");
}

#[tokio::test]
async fn a_holder_who_was_not_verified_is_refused() {
    let hall = hall().await;
    let mut phone = Device::new();
    let started = hall.ask("POST", "/passkeys/start", None, Some(json!({ "name": "ก" }))).await.ok().json;
    let mut lax = started["options"].clone();
    lax["publicKey"]["authenticatorSelection"]["userVerification"] = json!("discouraged");
    let mut credential = phone.register(&lax).await.unwrap();
    let finish = |credential: &Value| json!({ "ceremony": started["ceremony"], "credential": credential, "label": "x" });
    // The flags of a holder who only touched the device: attestation object without user verification.
    credential["response"]["attestationObject"] =
        json!(without_verification(credential["response"]["attestationObject"].as_str().unwrap()));
    hall.ask("POST", "/passkeys/finish", None, Some(finish(&credential))).await.refused("passkey_invalid");
}

/// Clears the UV bit in the authenticator data of an attestation object (format `none`, so nothing is signed over it).
fn without_verification(object: &str) -> String {
    use passkey::types::Bytes;
    let mut bytes: Vec<u8> = Bytes::try_from(object).unwrap().into();
    let key = bytes.windows(8).position(|window| window == b"authData").unwrap();
    // After the key: 0x58 and one byte of length, or 0x59 and two; then 32 bytes of RP id hash, then the flags.
    let head = if bytes[key + 8] == 0x58 { 2 } else { 3 };
    bytes[key + 8 + head + 32] &= !0x04;
    serde_json::to_value(Bytes::from(bytes)).unwrap().as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_person_needs_a_name_and_a_passkey_a_label() {
    let hall = hall().await;
    for start in [json!({}), json!({ "name": " " }), json!({ "name": "a\nb" })] {
        let refused = hall.ask("POST", "/passkeys/start", None, Some(start)).await;
        refused.refused("invalid_input");
        assert_eq!(refused.json["errors"][0]["pointer"], "/name");
    }
    let refused = hall.ask("POST", "/passkeys/finish", None, Some(json!({ "ceremony": "x", "credential": {}, "label": "" }))).await;
    refused.refused("invalid_input");
    assert_eq!(refused.json["errors"][0]["pointer"], "/label");
    hall.ask("POST", "/passkeys/start", None, Some(json!({ "name": "ก", "admin": true }))).await.refused("invalid_input");
}

#[tokio::test]
async fn many_tries_from_one_place_are_slowed_and_others_are_not() {
    let hall = hall().await;
    let mut slowed = None;
    for _ in 0..100 {
        let reply = hall.ask_from("203.0.113.9", "POST", "/session/passkey/start", None, None).await;
        if !reply.status.is_success() {
            slowed = Some(reply);
            break;
        }
    }
    let slowed = slowed.expect("a limit");
    slowed.refused("too_many_attempts");
    assert!(slowed.retry_after.is_some());
    hall.ask_from("203.0.113.10", "POST", "/session/passkey/start", None, None).await.ok();
    hall.clock.advance_seconds(60);
    hall.ask_from("203.0.113.9", "POST", "/session/passkey/start", None, None).await.ok();
}
