//! A running hall gives credentials to an independent wallet (npm `@openid4vc/openid4vci`, a process of its own) in both flows; npm
//! `@sd-jwt/sd-jwt-vc` with `@owf/token-status-list`, and PyPI `sd-jwt`, verify them before and after a revocation.

use std::{sync::Arc, time::Duration};

use sala_core::time::{Clock, SystemClock};
use serde_json::{Value, json};

use super::{
    data::Someone,
    hall::{Hall, ORIGIN},
    peer::Peer,
    wallet::{APP, APP_BACK, get, issuing_hall},
};

/// Serves the hall on a port; gives its address. The peers live in the present, so the hall goes with it.
async fn serve(hall: &Hall) -> String {
    let clock = Arc::clone(&hall.clock);
    clock.advance_seconds(SystemClock.now().seconds() - clock.now().seconds());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            clock.advance_seconds((SystemClock.now().seconds() - clock.now().seconds()).max(0));
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, hall.router()).into_future());
    address
}

fn credentials(answer: &Value) -> Vec<String> {
    answer["credentials"].as_array().unwrap().iter().map(|credential| credential.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_wallet_fetches_in_both_flows_and_independent_readers_see_a_revocation() {
    let Some(node) = Peer::node("issuing.mjs", "@openid4vc/openid4vci") else { return };
    let hall = issuing_hall().await;
    let address = serve(&hall).await;
    let mut me = Someone::new(&hall, "สมหญิง").await;
    let base = |more: Value| {
        let mut ask = json!({ "hall": address, "origin": ORIGIN, "copies": 3 });
        ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask
    };
    let mut all = vec![];
    for dpop in [false, true] {
        let offered = me.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "proven-person" }))).await.ok().json;
        let wrong = base(json!({ "do": "offer", "link": offered["url"], "pin": "12345x", "dpop": dpop }));
        assert!(node.try_ask(wrong).await.unwrap_err().contains("invalid_grant"));
        let took = node.ask(base(json!({ "do": "offer", "link": offered["url"], "pin": offered["tx_code"], "dpop": dpop }))).await;
        assert_eq!(took["tokenType"], if dpop { "DPoP" } else { "Bearer" });
        all.extend(credentials(&took));
        // Two that were issued at different moments have an order.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let cookie = format!("{}={}", hall.people.cookie_name(), me.token);
        let code =
            json!({ "do": "code", "type": "proven-person", "clientId": APP, "redirectUri": APP_BACK, "cookie": cookie, "dpop": dpop });
        let came = node.ask(base(code)).await;
        assert!(came["page"].as_str().unwrap().starts_with(&format!("{ORIGIN}/authorize?")), "{}", came["page"]);
        all.extend(credentials(&came));
    }
    assert_eq!(all.len(), 12);
    let keys = get(&hall, "/.well-known/jwt-vc-issuer").await.ok().json["jwks"]["keys"].clone();
    let statuses = async || -> Vec<i64> {
        let read = node.ask(base(json!({ "do": "verify", "credentials": all }))).await;
        let read = read.as_array().unwrap();
        for one in read {
            assert_eq!((&one["typ"], &one["type"]), (&json!("dc+sd-jwt"), &json!("application/statuslist+jwt")));
            assert_eq!((&one["claims"]["ial"], &one["claims"]["iss"]), (&json!(110), &json!(ORIGIN)));
        }
        read.iter().map(|one| one["status"].as_i64().unwrap()).collect()
    };
    assert_eq!(statuses().await, [0; 12]);
    if let Some(python) = Peer::python("reader.py") {
        let read = python.ask(json!({ "origin": ORIGIN, "keys": keys, "credential": all[0] })).await;
        assert_eq!(read["claims"]["ial"], 110);
        let altered = all[0].replacen('.', ".e", 1);
        assert!(python.try_ask(json!({ "origin": ORIGIN, "keys": keys, "credential": altered })).await.is_err());
    }
    // The newest is the last that was fetched.
    let own = me.get(&hall, "/me/credentials").await.ok().json;
    assert_eq!(own["items"].as_array().unwrap().len(), 4);
    let path = format!("/me/credentials/{}/revoke", own["items"][0]["id"].as_str().unwrap());
    me.signed(&hall, "POST", &path, None).await.ok();
    assert_eq!(statuses().await, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
}
