//! Sessions: how they end, how they are listed, and that one can't end another's.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use super::hall::{Device, Hall, hall};

async fn kind(hall: &Hall, token: &str) -> String {
    hall.session(token).await["kind"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_ends_when_idle_and_after_twelve_hours_of_use() {
    let hall = hall().await;
    let mut phone = Device::new();
    let token = hall.newcomer(&mut phone, "ก").await;
    for _ in 0..24 {
        hall.clock.advance_seconds(1799);
        assert_eq!(kind(&hall, &token).await, "citizen");
    }
    hall.clock.advance_seconds(24);
    assert_eq!(kind(&hall, &token).await, "visitor", "twelve hours are over");

    let idle = hall.sign_in(&mut phone, None).await.ok().token();
    hall.clock.advance_seconds(1800);
    assert_eq!(kind(&hall, &idle).await, "visitor");
    assert_eq!(kind(&hall, &idle).await, "visitor", "asking again does not revive it");
    hall.ask("GET", "/sessions", Some(&idle), None).await.refused("sign_in_required");
}

#[tokio::test]
async fn a_restart_keeps_fresh_sessions_and_ends_those_that_might_have_been_idle() {
    let hall = hall().await;
    let mut phone = Device::new();
    let old = hall.newcomer(&mut phone, "ก").await;
    hall.clock.advance_seconds(1000);
    assert_eq!(kind(&hall, &old).await, "citizen");
    let fresh = hall.sign_in(&mut phone, None).await.ok().token();
    hall.clock.advance_seconds(1000);
    let hall = hall.restart(false).await;
    assert_eq!(kind(&hall, &old).await, "visitor");
    assert_eq!(kind(&hall, &fresh).await, "citizen");
    hall.clock.advance_seconds(1700);
    assert_eq!(kind(&hall, &fresh).await, "citizen");
}

#[tokio::test]
async fn a_sign_in_gives_a_new_token_and_ends_the_session_it_replaces() {
    let hall = hall().await;
    let mut phone = Device::new();
    let first = hall.newcomer(&mut phone, "ก").await;
    let second = hall.sign_in(&mut phone, Some(&first)).await.ok().token();
    assert_ne!(first, second);
    assert_eq!(kind(&hall, &first).await, "visitor");
    assert_eq!(kind(&hall, &second).await, "citizen");
}

#[tokio::test]
async fn sessions_are_listed_and_closed_from_elsewhere_but_only_by_their_owner() {
    let hall = hall().await;
    let (mut mine, mut theirs) = (Device::new(), Device::new());
    let first = hall.newcomer(&mut mine, "ก").await;
    hall.clock.advance_seconds(1);
    let second = hall.sign_in(&mut mine, None).await.ok().token();
    let they = hall.newcomer(&mut theirs, "ข").await;
    let listed = hall.ask("GET", "/sessions", Some(&second), None).await.ok().json;
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.iter().map(|item| item["current"].as_bool().unwrap()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(items[0]["method"], "passkey");
    let other = format!("/sessions/{}", items[1]["id"].as_str().unwrap());

    hall.ask("DELETE", &other, Some(&they), None).await.refused("not_found");
    hall.ask("DELETE", &other, None, None).await.refused("sign_in_required");
    assert_eq!(kind(&hall, &first).await, "citizen");
    assert_eq!(hall.ask("DELETE", &other, Some(&second), None).await.status, 204);
    assert_eq!(kind(&hall, &first).await, "visitor");
    assert_eq!(kind(&hall, &second).await, "citizen");
    hall.ask("DELETE", &other, Some(&second), None).await.refused("not_found");
}

#[tokio::test]
async fn an_erased_person_is_signed_in_nowhere_once_memory_is_gone() {
    let hall = hall().await;
    let mut phone = Device::new();
    let token = hall.newcomer(&mut phone, "ก").await;
    let actor = hall.people.caller_of(&token, sala_core::time::Clock::now(&*hall.clock)).await.unwrap().unwrap().actor;
    let sala_core::ctx::Actor::Citizen { person, .. } = actor else { panic!("a citizen") };
    hall.store.erase_person_key(&person).await.unwrap();
    let hall = hall.restart(false).await;
    assert_eq!(kind(&hall, &token).await, "visitor");
    hall.sign_in(&mut phone, None).await.refused("person_erased");
}

#[tokio::test]
async fn tokens_of_any_other_form_are_nobody() {
    let hall = hall().await;
    for token in ["", "x", &"0".repeat(64), "%00"] {
        assert_eq!(kind(&hall, token).await, "visitor");
    }
    assert_eq!(hall.ask("DELETE", "/session", None, None).await.status, 204);
}

#[tokio::test]
async fn sessions_that_are_over_are_cleared_away() {
    let hall = hall().await;
    hall.newcomer(&mut Device::new(), "ก").await;
    hall.clock.advance_seconds(12 * 3600);
    let kept = hall.newcomer(&mut Device::new(), "ข").await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let job = tokio::spawn(Arc::clone(&hall.people).run(stopped));
    for _ in 0..200 {
        if hall.store.fetch("SELECT id FROM session", &[]).await.unwrap().len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(hall.store.fetch("SELECT id FROM session", &[]).await.unwrap().len(), 1);
    assert_eq!(kind(&hall, &kept).await, "citizen");
    stop.send(true).unwrap();
    job.await.unwrap();
    assert_eq!(hall.acts().await.last().unwrap().0, "session.expire");
}

#[tokio::test]
async fn a_signed_in_change_without_the_header_of_our_pages_is_refused() {
    let hall = hall().await;
    let token = hall.newcomer(&mut Device::new(), "ก").await;
    let plain = hall.ask_plainly("DELETE", "/session", &token).await;
    plain.refused("csrf_header_missing");
    assert_eq!(hall.session(&token).await["kind"], json!("citizen"));
}
