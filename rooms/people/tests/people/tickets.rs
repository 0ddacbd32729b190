//! Tickets for WebSockets.

use sala_core::{ctx::Actor, time::Clock};
use sala_people::TicketPurpose::World;
use serde_json::json;

use super::hall::{Device, Hall, hall};

async fn ticket(hall: &Hall, token: &str) -> String {
    let asked = json!({ "purpose": "world", "space": "plaza" });
    hall.ask("POST", "/session/tickets", Some(token), Some(asked)).await.ok().json["ticket"].as_str().unwrap().to_owned()
}

async fn refused(hall: &Hall, ticket: &str) {
    assert_eq!(hall.people.redeem_ticket(ticket, World, hall.clock.now()).await.unwrap_err().code.code, "ticket_invalid");
}

#[tokio::test]
async fn a_ticket_opens_once_what_its_session_may_and_leaves_no_act() {
    let hall = hall().await;
    let token = hall.newcomer(&mut Device::new(), "ก").await;
    let persona = hall.session(&token).await["persona"].as_str().unwrap().to_owned();
    let acts = hall.acts().await.len();
    let made = hall.ask("POST", "/session/tickets", Some(&token), Some(json!({ "purpose": "world", "space": "plaza" }))).await.ok().json;
    assert_eq!(made["expires_at"], "2026-09-21T14:13:50Z");
    let ticket = made["ticket"].as_str().unwrap();
    let redeemed = hall.people.redeem_ticket(ticket, World, hall.clock.now()).await.unwrap();
    assert_eq!((&redeemed.handle, &redeemed.persona, redeemed.space.as_deref()), (&persona, &persona, Some("plaza")));
    assert!(matches!(redeemed.caller.actor, Actor::Citizen { persona: known, .. } if known == persona));
    assert_eq!(hall.acts().await.len(), acts);
    refused(&hall, ticket).await;
}

#[tokio::test]
async fn a_late_a_guessed_and_a_visitors_ticket_open_nothing() {
    let hall = hall().await;
    let token = hall.newcomer(&mut Device::new(), "ก").await;
    let late = ticket(&hall, &token).await;
    hall.clock.advance_seconds(30);
    refused(&hall, &late).await;
    for guess in ["", "0", &"0".repeat(64), &token] {
        refused(&hall, guess).await;
    }
    hall.ask("POST", "/session/tickets", None, Some(json!({ "purpose": "world" }))).await.refused("sign_in_required");
    for wrong in [
        json!({}),
        json!({ "purpose": "root" }),
        json!({ "purpose": "world", "space": "" }),
        json!({ "purpose": "world", "space": "x".repeat(81) }),
    ] {
        hall.ask("POST", "/session/tickets", Some(&token), Some(wrong)).await.refused("invalid_input");
    }
}

#[tokio::test]
async fn a_ticket_ends_with_its_session_and_with_its_persona_and_sockets_are_told() {
    let hall = hall().await;
    let mut phone = Device::new();
    let (mine, other) = (hall.newcomer(&mut phone, "ก").await, hall.sign_in(&mut phone, None).await.ok().token());
    let mut ended = hall.people.session_ended();
    let socket = hall.people.redeem_ticket(&ticket(&hall, &mine).await, World, hall.clock.now()).await.unwrap();
    assert!(hall.people.keep_session(&socket.session, &socket.handle, hall.clock.now()));

    // Closed from another device.
    let waiting = ticket(&hall, &mine).await;
    hall.ask("DELETE", &format!("/sessions/{}", socket.session), Some(&other), None).await;
    assert_eq!(ended.try_recv().unwrap().session, socket.session);
    assert!(!hall.people.keep_session(&socket.session, &socket.handle, hall.clock.now()));
    refused(&hall, &waiting).await;

    // Gone on under another persona.
    let made = hall.ask("POST", "/personas", Some(&other), Some(json!({ "name": "สอง" }))).await.ok().json;
    let waiting = ticket(&hall, &other).await;
    let socket = hall.people.redeem_ticket(&ticket(&hall, &other).await, World, hall.clock.now()).await.unwrap();
    hall.ask("POST", &format!("/personas/{}/use", made["id"].as_str().unwrap()), Some(&other), None).await.ok();
    assert_eq!(ended.try_recv().unwrap().session, socket.session);
    assert!(!hall.people.keep_session(&socket.session, &socket.handle, hall.clock.now()));
    refused(&hall, &waiting).await;

    // Replaced by a new sign-in of the same browser.
    let waiting = ticket(&hall, &other).await;
    hall.sign_in(&mut phone, Some(&other)).await.ok();
    assert_eq!(ended.try_recv().unwrap().session, socket.session);
    refused(&hall, &waiting).await;
    assert!(ended.try_recv().is_err(), "nothing else ended");
}

#[tokio::test]
async fn a_socket_keeps_its_session_from_being_idle_but_not_for_ever() {
    let hall = hall().await;
    let token = hall.newcomer(&mut Device::new(), "ก").await;
    let socket = hall.people.redeem_ticket(&ticket(&hall, &token).await, World, hall.clock.now()).await.unwrap();
    for _ in 0..24 {
        hall.clock.advance_seconds(1_799);
        assert!(hall.people.keep_session(&socket.session, &socket.handle, hall.clock.now()));
    }
    hall.clock.advance_seconds(24);
    assert!(hall.clock.now() >= socket.expires_at && !hall.people.keep_session(&socket.session, &socket.handle, hall.clock.now()));
}

#[tokio::test]
async fn who_floods_with_tickets_is_slowed_and_pushes_out_only_their_own() {
    let hall = hall().await;
    let (mine, flood) = (hall.newcomer(&mut Device::new(), "ก").await, hall.newcomer(&mut Device::new(), "ข").await);
    let kept = ticket(&hall, &mine).await;
    let mut made = vec![];
    let slowed = loop {
        let reply = hall.ask("POST", "/session/tickets", Some(&flood), Some(json!({ "purpose": "world" }))).await;
        if reply.status.is_success() {
            made.push(reply.json["ticket"].as_str().unwrap().to_owned());
        } else {
            break reply;
        }
    };
    slowed.refused("too_many_attempts");
    assert!(slowed.retry_after.is_some() && made.len() <= 64, "{} at once", made.len());
    hall.people.redeem_ticket(&kept, World, hall.clock.now()).await.unwrap();
    hall.people.redeem_ticket(made.last().unwrap(), World, hall.clock.now()).await.unwrap();
}
