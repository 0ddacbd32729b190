//! The first administrator, appointments and dismissals.

use serde_json::{Value, json};

use super::hall::{Device, Hall, hall};

async fn administrator(hall: &Hall, device: &mut Device) -> String {
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    hall.register(device, None, json!({ "name": "ผู้ดูแล", "code": code })).await.ok().token()
}

/// An appointment, signed with the administrator's device.
async fn appoint(hall: &Hall, (by, device): (&str, &mut Device), persona: &Value, office: &str, roles: &[&str]) -> super::hall::Reply {
    let body = json!({ "persona": persona, "office": office, "roles": roles });
    hall.ask_signed(device, "POST", "/officers", by, Some(body)).await
}

#[tokio::test]
async fn the_code_of_the_operator_makes_the_first_administrator_once() {
    let hall = hall().await;
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    let typed = code.to_lowercase().replace('-', " ");
    let registered = hall.register(&mut Device::new(), None, json!({ "name": "ก", "code": typed })).await.ok();
    assert_eq!(registered.json["kind"], "officer");
    assert_eq!(registered.json["office"], "digital");
    assert_eq!(registered.json["office_title"]["en"], "Digital Team");
    assert_eq!(registered.json["roles"], json!(["administrator"]));
    hall.register(&mut Device::new(), None, json!({ "name": "ข", "code": code })).await.refused("one_time_code_invalid");
}

#[tokio::test]
async fn two_who_began_with_one_code_do_not_both_become_administrator() {
    let hall = hall().await;
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    let mut finishes = vec![];
    for name in ["ก", "ข"] {
        let started = hall.ask("POST", "/passkeys/start", None, Some(json!({ "name": name, "code": code }))).await.ok().json;
        let credential = Device::new().register(&started["options"]).await.unwrap();
        finishes.push(json!({ "ceremony": started["ceremony"], "credential": credential, "label": "x" }));
    }
    let second = finishes.pop();
    hall.ask("POST", "/passkeys/finish", None, finishes.pop()).await.ok();
    hall.ask("POST", "/passkeys/finish", None, second).await.refused("one_time_code_invalid");
    assert_eq!(hall.store.fetch("SELECT id FROM person", &[]).await.unwrap().len(), 1, "and nothing of the second is left");
}

#[tokio::test]
async fn a_code_ends_with_its_day_and_with_the_next_code() {
    let hall = hall().await;
    let first = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    let second = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    for wrong in [first.as_str(), "", "0000-0000", "00000-00000-00000-00000"] {
        hall.register(&mut Device::new(), None, json!({ "name": "ก", "code": wrong })).await.refused("one_time_code_invalid");
    }
    hall.clock.advance_seconds(24 * 3600);
    hall.register(&mut Device::new(), None, json!({ "name": "ก", "code": second })).await.refused("one_time_code_invalid");
}

#[tokio::test]
async fn an_administrator_appoints_and_the_officer_acts_from_the_next_sign_in() {
    let hall = hall().await;
    let (mut first, mut phone) = (Device::new(), Device::new());
    let admin = administrator(&hall, &mut first).await;
    let citizen = hall.newcomer(&mut phone, "หมอ").await;
    let persona = hall.session(&citizen).await["persona"].clone();
    let made = appoint(&hall, (&admin, &mut first), &persona, "health", &["approver", "analyst", "approver"]).await.ok().json;
    assert_eq!(made["roles"], json!(["analyst", "approver"]));
    assert_ne!(made["id"], persona, "the officer's handle does not give the persona away");
    assert_eq!(hall.session(&citizen).await["kind"], "citizen", "the session before keeps what it was");

    let officer = hall.sign_in(&mut phone, None).await.ok();
    assert_eq!(
        (&officer.json["kind"], &officer.json["office"], &officer.json["persona"]),
        (&json!("officer"), &json!("health"), &made["id"])
    );
    assert_eq!(
        appoint(&hall, (&admin, &mut first), &persona, "health", &["approver", "analyst"]).await.ok().json,
        made,
        "nothing to change, no act"
    );

    let listed = hall.ask("GET", "/officers?limit=1", Some(&admin), None).await.ok().json;
    let next = listed["next"].as_str().unwrap();
    let rest = hall.ask("GET", &format!("/officers?limit=1&after={next}"), Some(&admin), None).await.ok().json;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
}

#[tokio::test]
async fn an_officer_of_two_offices_chooses_where_to_act_and_may_act_for_oneself() {
    let hall = hall().await;
    let (mut first, mut phone) = (Device::new(), Device::new());
    let admin = administrator(&hall, &mut first).await;
    let persona = hall.session(&hall.newcomer(&mut phone, "ก").await).await["persona"].clone();
    for office in ["finance", "traffic"] {
        appoint(&hall, (&admin, &mut first), &persona, office, &["approver"]).await.ok();
    }
    let mut answer = hall.signed(&mut phone).await;
    answer["office"] = json!("finance");
    assert_eq!(hall.ask("POST", "/session/passkey/finish", None, Some(answer)).await.ok().json["office"], "finance");
    let mut answer = hall.signed(&mut phone).await;
    answer["role"] = json!("citizen");
    let oneself = hall.ask("POST", "/session/passkey/finish", None, Some(answer)).await.ok();
    assert_eq!((&oneself.json["kind"], &oneself.json["persona"]), (&json!("citizen"), &persona));
    let mut answer = hall.signed(&mut phone).await;
    answer["office"] = json!("health");
    hall.ask("POST", "/session/passkey/finish", None, Some(answer)).await.refused("forbidden");
}

#[tokio::test]
async fn sessions_end_with_a_dismissal_and_with_a_change_of_roles() {
    let hall = hall().await;
    let (mut first, mut phone) = (Device::new(), Device::new());
    let admin = administrator(&hall, &mut first).await;
    let persona = hall.session(&hall.newcomer(&mut phone, "ก").await).await["persona"].clone();
    let handle = appoint(&hall, (&admin, &mut first), &persona, "health", &["analyst"]).await.ok().json["id"].clone();
    let analyst = hall.sign_in(&mut phone, None).await.ok().token();
    hall.clock.advance_seconds(1);
    assert_eq!(appoint(&hall, (&admin, &mut first), &persona, "health", &["approver"]).await.ok().json["id"], handle);
    assert_eq!(hall.session(&analyst).await["kind"], "visitor", "a stolen session gains nothing by an appointment");

    let approver = hall.sign_in(&mut phone, None).await.ok();
    assert_eq!(approver.json["roles"], json!(["approver"]));
    assert_eq!(hall.ask_signed(&mut first, "DELETE", &format!("/officers/{}", handle.as_str().unwrap()), &admin, None).await.status, 204);
    assert_eq!(hall.session(&approver.token()).await["kind"], "visitor");
    assert_eq!(hall.sign_in(&mut phone, None).await.ok().json["kind"], "citizen");
    hall.ask_signed(&mut first, "DELETE", &format!("/officers/{}", handle.as_str().unwrap()), &admin, None).await.refused("not_found");
}

#[tokio::test]
async fn only_administrators_appoint_and_one_is_always_left() {
    let hall = hall().await;
    let mut first = Device::new();
    let mut phone = Device::new();
    let admin = administrator(&hall, &mut first).await;
    let citizen = hall.newcomer(&mut phone, "ก").await;
    let persona = hall.session(&citizen).await["persona"].clone();
    appoint(&hall, (&citizen, &mut phone), &persona, "health", &["approver"]).await.refused("forbidden");
    let unsigned = json!({ "persona": persona, "office": "health", "roles": ["approver"] });
    hall.ask("POST", "/officers", Some(&admin), Some(unsigned)).await.refused("signature_required");
    hall.ask("GET", "/officers", Some(&citizen), None).await.refused("forbidden");
    hall.ask("GET", "/officers", None, None).await.refused("sign_in_required");

    for (persona, office, roles, pointer) in [
        (json!("persona_0"), "health", vec!["approver"], "/persona"),
        (persona.clone(), "navy", vec!["approver"], "/office"),
        (persona.clone(), "health", vec![], "/roles"),
        (persona.clone(), "health", vec!["approver", "administrator"], "/roles/1"),
    ] {
        let refused = appoint(&hall, (&admin, &mut first), &persona, office, &roles).await;
        refused.refused("invalid_input");
        assert_eq!(refused.json["errors"][0]["pointer"], pointer);
    }

    let own = hall.session(&admin).await["persona"].as_str().unwrap().to_owned();
    hall.ask_signed(&mut first, "DELETE", &format!("/officers/{own}"), &admin, None).await.refused("last_administrator");
    appoint(&hall, (&admin, &mut first), &persona, "digital", &["administrator"]).await.ok();
    assert_eq!(hall.ask_signed(&mut first, "DELETE", &format!("/officers/{own}"), &admin, None).await.status, 204);
    assert_eq!(hall.session(&admin).await["kind"], "visitor");
    assert_eq!(hall.sign_in(&mut first, None).await.ok().json["kind"], "citizen");
}

#[tokio::test]
async fn offices_are_public() {
    let hall = hall().await;
    let offices = hall.ask("GET", "/offices", None, None).await.ok().json;
    assert_eq!(offices["items"][1]["id"], "health");
    assert!(offices["items"][1]["legal_basis"]["en"].as_str().unwrap().contains("Communicable Diseases Act"));
    assert_eq!(hall.people.office_title("energy").unwrap().en, "Energy Office");
}
