//! The hall asks for credentials that it issued itself, by the queries of the demonstration.

use axum::http::{Method, StatusCode};
use sala_core::time::Clock;
use sala_credential::{
    openid4vp::request::PresentationRequest,
    sd_jwt::{KeyBinding, SdJwt},
};
use sala_people::{Offices, Presentations};
use serde_json::{Value, json};

use super::{
    data::Someone,
    hall::{Hall, ORIGIN, hall_with, profile},
    university::{form, path_of, paths},
    wallet,
};

async fn town() -> Hall {
    hall_with(|config| {
        let offices = Offices::read(&profile("offices.yaml")).unwrap();
        config.presentations = Presentations::read(&profile("presentations.yaml"), &offices, ORIGIN, true).unwrap();
        config.credentials = wallet::types();
    })
    .await
}

/// Asks as `who`, and answers with a copy that is held under the key `number`; how the request stands then.
async fn asked_and_shown(hall: &Hall, who: &Someone, copy: &str, number: u8) -> Value {
    asked_for("proven-person", hall, who, copy, number).await
}

/// The same for any query that asks for a credential `person`: what it asks for is shown.
pub(crate) async fn asked_for(query: &str, hall: &Hall, who: &Someone, copy: &str, number: u8) -> Value {
    let asked = who.ask(hall, "POST", "/presentation-requests", Some(json!({ "query": query }))).await.ok().json;
    let text = wallet::get(hall, path_of(asked["request_uri"].as_str().unwrap())).await.ok().text;
    let payload = sala_credential::base64url::decode(text.split('.').nth(1).unwrap()).unwrap();
    let mut claims: Value = serde_json::from_slice(&payload).unwrap();
    for name in ["iat", "exp", "aud"] {
        claims.as_object_mut().unwrap().remove(name);
    }
    let request: PresentationRequest = serde_json::from_value(claims).unwrap();
    let claims = json!(request.dcql_query)["credentials"][0]["claims"].clone();
    let wanted = paths(&claims.as_array().unwrap().iter().map(|claim| claim["path"].clone()).collect());
    let binding = KeyBinding { audience: &request.client_id, nonce: &request.nonce, issued_s: hall.clock.now().seconds() };
    let shown = SdJwt::parse(copy).unwrap().select(&wanted).unwrap();
    let shown = shown.bind(&wallet::key(number), &binding).unwrap().to_string();
    let body = form(&request, &json!({ "person": [shown] }).to_string(), request.state.as_deref().unwrap());
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let told = wallet::ask(hall, Method::POST.as_str(), path_of(&request.response_uri), &headers, body).await;
    let state = who.get(hall, &format!("/presentation-requests/{}", asked["id"].as_str().unwrap())).await.ok().json;
    assert_eq!(told.status == StatusCode::OK, state["state"] == "received", "{} {state}", told.text);
    state
}

#[tokio::test]
async fn a_credential_of_this_hall_is_believed_here_until_it_is_revoked() {
    let hall = town().await;
    let mut holder = Someone::new(&hall, "Planted-Holder-Name").await;
    let asker = Someone::new(&hall, "ผู้ขอ").await;
    let copies = wallet::Wallet::new().accept(&hall, &holder.token, json!({ "type": "proven-person" }), 3).await;
    let state = asked_and_shown(&hall, &asker, &copies[0], 1).await;
    let credential = &state["credentials"][0];
    assert_eq!((&credential["claims"], &credential["status"]), (&json!({ "ial": 110 }), &json!("valid")), "{state}");
    assert_eq!((&credential["issuer"], &credential["issuer_title"]["en"]), (&json!(ORIGIN), &json!("Test hall")));
    // Another copy of the same credential looks like anybody's.
    assert_eq!(asked_and_shown(&hall, &asker, &copies[1], 2).await["credentials"][0], *credential);
    let stolen = asked_and_shown(&hall, &asker, &copies[2], 1).await;
    assert_eq!(stolen["problem"]["code"], "presentation_invalid");
    let issued = holder.get(&hall, "/me/credentials").await.ok().json;
    let path = format!("/me/credentials/{}/revoke", issued["items"][0]["id"].as_str().unwrap());
    holder.signed(&hall, "POST", &path, None).await.ok();
    let state = asked_and_shown(&hall, &asker, &copies[2], 3).await;
    assert_eq!(state["problem"]["code"], "credential_not_in_force", "at once: the hall does not ask itself over the network");
    assert!(state["problem"]["detail"].as_str().unwrap().contains("revoked"));
}
