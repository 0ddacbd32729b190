//! Requests that their sender signs, and what an act keeps of that.

use sala_core::cbor::Value as Cbor;
use sala_people::{EvidenceError, verify_evidence};
use serde_json::{Value, json};

use super::hall::{Device, Hall, ORIGIN, hall};

async fn administrator(hall: &Hall, device: &mut Device) -> String {
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    hall.register(device, None, json!({ "name": "ผู้ดูแล", "code": code })).await.ok().token()
}

/// An appointment signed with the device; the act of it.
async fn signed_act(hall: &Hall, device: &mut Device, admin: &str) -> (String, Value) {
    let persona = hall.session(&hall.newcomer(&mut Device::new(), "ก").await).await["persona"].clone();
    let body = json!({ "persona": persona, "office": "health", "roles": ["approver"] });
    hall.ask_signed(device, "POST", "/officers", admin, Some(body.clone())).await.ok();
    let rows = hall.store.fetch("SELECT id FROM act WHERE kind = 'officer.appoint'", &[]).await.unwrap();
    (rows[0].text("id").unwrap().to_owned(), body)
}

#[tokio::test]
async fn an_act_keeps_a_signature_that_anyone_checks_once_it_is_opened() {
    let hall = hall().await;
    let mut phone = Device::new();
    let admin = administrator(&hall, &mut phone).await;
    let (act, body) = signed_act(&hall, &mut phone, &admin).await;
    let openings = hall.ask("GET", &format!("/me/acts/{act}/openings"), Some(&admin), None).await.ok().json;
    let opening = openings["items"].as_array().unwrap().iter().find(|one| one["field"] == "signature").expect("the signature");
    let evidence = Cbor::decode(&hex::decode(opening["cbor"].as_str().unwrap()).unwrap()).unwrap();
    let statement = verify_evidence(&evidence).unwrap();
    assert_eq!((statement.hall.as_str(), statement.method.as_str(), statement.path.as_str()), (ORIGIN, "POST", "/api/v1/officers"));
    assert_eq!(statement.body.as_slice(), <sha2::Sha256 as sha2::Digest>::digest(body.to_string().as_bytes()).as_slice());

    // The leaf commits to it, and says in public only that there is one.
    let row = hall.store.act_by_id(&act).await.unwrap().unwrap();
    let salt: [u8; 32] = hex::decode(opening["salt"].as_str().unwrap()).unwrap().try_into().unwrap();
    assert_eq!(row.leaf.commit["signature"], sala_core::act::commitment(&salt, "signature", &evidence));
    assert_eq!(row.leaf.public["signed"], Cbor::Bool(true));

    // One changed byte anywhere, and it proves nothing.
    let Cbor::Map(map) = &evidence else { panic!("a map") };
    for (field, expected) in
        [("authenticator_data", EvidenceError::Origin), ("signature", EvidenceError::Signature), ("client_data", EvidenceError::Malformed)]
    {
        let mut changed = map.clone();
        let Some(Cbor::Bytes(bytes)) = changed.get_mut(field) else { panic!("bytes") };
        bytes[0] ^= 1;
        assert_eq!(verify_evidence(&Cbor::Map(changed)), Err(expected), "{field}");
    }
    let mut changed = map.clone();
    let Some(Cbor::Map(statement)) = changed.get_mut("statement") else { panic!("a map") };
    statement.insert("method".into(), "DELETE".into());
    assert_eq!(verify_evidence(&Cbor::Map(changed)), Err(EvidenceError::Challenge));

    // Nobody else is given the opening.
    let other = hall.newcomer(&mut Device::new(), "ข").await;
    let seen = hall.ask("GET", &format!("/me/acts/{act}/openings"), Some(&other), None).await.ok().json;
    assert!(seen["items"].as_array().unwrap().iter().all(|one| one["field"] != "signature"));
}

#[tokio::test]
async fn an_act_that_names_nobody_keeps_the_signature_for_its_signer() {
    let hall = hall().await;
    let mut phone = Device::new();
    let token = hall.newcomer(&mut phone, "ก").await;
    hall.ask_signed(&mut phone, "POST", "/me/recovery-code", &token, None).await.ok();
    let rows = hall.store.fetch("SELECT id, actor FROM act WHERE kind = 'recovery.prepare'", &[]).await.unwrap();
    assert_eq!(rows[0].text("actor").unwrap(), "visitor");
    let path = format!("/me/acts/{}/openings", rows[0].text("id").unwrap());
    let openings = hall.ask("GET", &path, Some(&token), None).await.ok().json;
    let opening = openings["items"].as_array().unwrap().iter().find(|one| one["field"] == "signature").expect("the signature");
    let evidence = Cbor::decode(&hex::decode(opening["cbor"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(verify_evidence(&evidence).unwrap().path, "/api/v1/me/recovery-code");
    let other = hall.newcomer(&mut Device::new(), "ข").await;
    assert_eq!(hall.ask("GET", &path, Some(&other), None).await.ok().json["items"], json!([]));
}

#[tokio::test]
async fn a_signature_is_good_for_one_request_of_one_session() {
    let hall = hall().await;
    let (mut phone, mut foreign) = (Device::new(), Device::new());
    let admin = administrator(&hall, &mut phone).await;
    let body = json!({ "persona": "persona_0", "office": "health", "roles": ["approver"] });
    let sign = async |device: &mut Device| hall.signature(device, "POST", "/officers", &admin, Some(&body)).await;
    let send = async |signature: &str, path: &str, body: &Value| {
        hall.ask_with("192.0.2.1", "POST", path, Some(&admin), Some(body.clone()), Some(signature)).await
    };
    // Good once: the refusal then is of the input, and the second time of the signature.
    let good = sign(&mut phone).await;
    send(&good, "/officers", &body).await.refused("invalid_input");
    send(&good, "/officers", &body).await.refused("signature_refused");
    // Another body, another path.
    let good = sign(&mut phone).await;
    send(&good, "/officers", &json!({ "persona": "persona_1", "office": "health", "roles": ["approver"] }))
        .await
        .refused("signature_refused");
    let good = sign(&mut phone).await;
    send(&good, "/session/step-up", &body).await.refused("signature_refused");
    // Another person's passkey.
    hall.newcomer(&mut foreign, "ข").await;
    let foreign = sign(&mut foreign).await;
    send(&foreign, "/officers", &body).await.refused("signature_refused");
    // A nonce that is over.
    let late = sign(&mut phone).await;
    hall.clock.advance_seconds(301);
    send(&late, "/officers", &body).await.refused("signature_refused");
    // Another session of the same person.
    let theirs = hall.sign_in(&mut phone, None).await.ok().token();
    let mine = hall.signature(&mut phone, "POST", "/officers", &theirs, Some(&body)).await;
    send(&mine, "/officers", &body).await.refused("signature_refused");
    // Rubbish.
    for rubbish in ["", "%", "e30", &"A".repeat(5000)] {
        send(rubbish, "/officers", &body).await.refused("signature_refused");
    }
}

#[tokio::test]
async fn a_session_is_fresh_after_a_sign_in_and_after_a_step_up() {
    let hall = hall().await;
    let mut phone = Device::new();
    let admin = administrator(&hall, &mut phone).await;
    let (act, _) = signed_act(&hall, &mut phone, &admin).await;
    let path = format!("/me/acts/{act}/openings");
    hall.ask("GET", &path, Some(&admin), None).await.ok();
    hall.clock.advance_seconds(5 * 60);
    hall.ask("GET", &path, Some(&admin), None).await.refused("step_up_required");
    hall.ask("POST", "/session/step-up", Some(&admin), None).await.refused("signature_required");
    hall.ask_signed(&mut phone, "POST", "/session/step-up", &admin, None).await.ok();
    hall.ask("GET", &path, Some(&admin), None).await.ok();
    let hall = hall.restart(false).await;
    hall.ask("GET", &path, Some(&admin), None).await.refused("step_up_required");
}
