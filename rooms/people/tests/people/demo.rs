//! The sign-ins of a demonstration, and that nothing else has them.

use serde_json::json;

use super::hall::{Device, demo_hall, hall};

#[tokio::test]
async fn outside_a_demonstration_there_are_no_demo_sign_ins() {
    let hall = hall().await;
    for role in ["citizen", "officer"] {
        hall.ask("POST", "/session/demo", None, Some(json!({ "role": role }))).await.refused("demo_only");
    }
    let session = hall.ask("GET", "/session", None, None).await.ok().json;
    assert_eq!((&session["kind"], &session["demo"]), (&json!("visitor"), &json!(false)));
    assert_eq!(session["hall"], json!({ "name": { "th": "ศาลาทดสอบ", "en": "Test hall" }, "origin": "https://sala.example.com" }));
}

#[tokio::test]
async fn the_demo_officer_acts_in_the_office_that_was_asked_for() {
    let hall = demo_hall().await;
    let entered = hall.ask("POST", "/session/demo", None, Some(json!({ "role": "officer" }))).await.ok();
    assert_eq!((&entered.json["kind"], &entered.json["office"]), (&json!("officer"), &json!("health")));
    assert_eq!((&entered.json["name"], &entered.json["demo"]), (&json!("Demo officer"), &json!(true)));
    assert!(entered.set_cookie.as_ref().unwrap().starts_with("sala="));
    assert!(!entered.set_cookie.as_ref().unwrap().contains("Secure"), "a browser would drop it over plain http");
    for office in ["traffic", "energy", "finance"] {
        let other =
            hall.ask("POST", "/session/demo", Some(&entered.token()), Some(json!({ "role": "officer", "office": office }))).await.ok();
        assert_eq!(other.json["office"], office);
        let roles = if office == "traffic" { json!(["analyst", "approver"]) } else { json!(["analyst", "approver", "custodian"]) };
        assert_eq!(other.json["roles"], roles);
    }
    assert_eq!(hall.session(&entered.token()).await["kind"], "visitor", "entering anew ends the session before");
    let refused = hall.ask("POST", "/session/demo", None, Some(json!({ "role": "officer", "office": "navy" }))).await;
    refused.refused("invalid_input");
    assert!(refused.json["errors"][0]["detail"].as_str().unwrap().contains("traffic, health"));
    hall.ask("POST", "/session/demo", None, Some(json!({ "role": "mayor" }))).await.refused("invalid_input");
}

#[tokio::test]
async fn demo_people_stay_the_same_and_their_guests_do_not_see_each_other() {
    let hall = demo_hall().await;
    let enter = async || hall.ask("POST", "/session/demo", None, Some(json!({ "role": "citizen" }))).await.ok();
    let (one, other) = (enter().await, enter().await);
    assert_eq!(one.json["persona"], other.json["persona"]);
    assert_ne!(one.token(), other.token());
    let listed = hall.ask("GET", "/sessions", Some(&one.token()), None).await.ok().json;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!((&listed["items"][0]["current"], &listed["items"][0]["method"]), (&json!(true), &json!("demo")));
    assert_eq!(hall.store.fetch("SELECT id FROM person", &[]).await.unwrap().len(), 1);
    hall.ask("POST", "/passkeys/start", Some(&one.token()), Some(json!({ "name": "ก" }))).await.refused("sign_out_first");
}

#[tokio::test]
async fn many_may_enter_at_the_same_moment() {
    let hall = demo_hall().await;
    let enter = || hall.ask("POST", "/session/demo", None, Some(json!({ "role": "officer" })));
    let replies = tokio::join!(enter(), enter(), enter(), enter());
    for reply in [replies.0, replies.1, replies.2, replies.3] {
        assert_eq!(hall.session(&reply.ok().token()).await["kind"], "officer");
    }
    assert_eq!(hall.store.fetch("SELECT id FROM officer", &[]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn demo_sessions_end_when_the_demonstration_does() {
    let hall = demo_hall().await;
    let token = hall.ask("POST", "/session/demo", None, Some(json!({ "role": "citizen" }))).await.ok().token();
    let hall = hall.restart(false).await;
    assert_eq!(hall.session(&token).await["kind"], "visitor");
}

#[tokio::test]
async fn passkeys_work_beside_the_demo_on_localhost() {
    let hall = demo_hall().await;
    let mut phone = Device::at("http://localhost:8080");
    hall.newcomer(&mut phone, "ก").await;
    assert_eq!(hall.sign_in(&mut phone, None).await.ok().json["kind"], "citizen");
}
