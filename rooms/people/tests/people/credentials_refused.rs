//! What a wallet is refused, and in which words.

use sala_core::time::Clock;
use sala_credential::{base64url, jose::pkce, openid4vci::credential::prove};
use serde_json::{Value, json};

use super::{
    credentials::{approved, mandate},
    data::Someone,
    hall::{Hall, ORIGIN},
    wallet::{Answer, Wallet, ask, copies_of, form, issuing_hall, key},
};

const KIND: &str = "proven-person";

async fn offer(hall: &Hall, someone: &Someone) -> Value {
    someone.ask(hall, "POST", "/credential-offers", Some(json!({ "type": KIND }))).await.ok().json
}

async fn token(hall: &Hall, wallet: &Wallet, someone: &Someone) -> Value {
    let offered = offer(hall, someone).await;
    wallet.take(hall, &offered["offer"], offered["tx_code"].as_str().unwrap()).await.ok().json
}

#[tokio::test]
async fn five_wrong_pins_end_an_offer_and_the_right_one_comes_too_late() {
    let hall = issuing_hall().await;
    let me = Someone::new(&hall, "ก").await;
    let wallet = Wallet::new();
    let offered = offer(&hall, &me).await;
    let pin = offered["tx_code"].as_str().unwrap();
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    wallet.take(&hall, &offered["offer"], "").await.refused("invalid_request");
    for _ in 0..5 {
        wallet.take(&hall, &offered["offer"], wrong).await.refused("invalid_grant");
    }
    wallet.take(&hall, &offered["offer"], pin).await.refused("invalid_grant");
    assert_eq!(hall.acts().await.last().unwrap().0, "credential.lapse", "it ended for good");
    // Four wrong ones do not.
    let offered = offer(&hall, &me).await;
    let pin = offered["tx_code"].as_str().unwrap();
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    for _ in 0..4 {
        wallet.take(&hall, &offered["offer"], wrong).await.refused("invalid_grant");
    }
    wallet.take(&hall, &offered["offer"], pin).await.ok();
}

#[tokio::test]
async fn a_code_is_good_once_and_many_at_the_same_moment_are_one() {
    let hall = issuing_hall().await;
    let me = Someone::new(&hall, "ก").await;
    let wallet = Wallet::new();
    let offered = offer(&hall, &me).await;
    let pin = offered["tx_code"].as_str().unwrap();
    let all = futures_util::future::join_all((0..8).map(|_| wallet.take(&hall, &offered["offer"], pin))).await;
    assert_eq!(all.iter().filter(|answer| answer.status.is_success()).count(), 1);
    for answer in all.iter().filter(|answer| !answer.status.is_success()) {
        answer.refused("invalid_grant");
    }
    let code = approved(&hall, &wallet, &me, &[]).await;
    wallet.exchange(&hall, &code, &[]).await.ok();
    wallet.exchange(&hall, &code, &[]).await.refused("invalid_grant");
    // What was never given, given for something else, or altered.
    let grant = offered["offer"]["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"].as_str().unwrap();
    for wrong in ["", "x", "x.y", grant, &format!("{code}0"), &code.replace("grant_", "grant_0")] {
        let answer = wallet.exchange(&hall, wrong, &[]).await;
        assert!(["invalid_grant", "invalid_request"].contains(&answer.json["error"].as_str().unwrap()), "{wrong}");
    }
    let body = form(&[("grant_type", "client_credentials")]);
    ask(&hall, "POST", "/openid4vci/token", &[], body).await.refused("unsupported_grant_type");
}

#[tokio::test]
async fn a_code_belongs_to_one_wallet_one_address_one_verifier_and_one_key() {
    let hall = issuing_hall().await;
    let me = Someone::new(&hall, "ก").await;
    let wallet = Wallet::new();
    let own = format!("{ORIGIN}/wallet");
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl")], "invalid_grant"),
        (&[("code_verifier", "")], "invalid_request"),
        (&[("redirect_uri", "https://wallet.example/back")], "invalid_grant"),
        (&[("redirect_uri", "")], "invalid_grant"),
        (&[("client_id", "https://other.example")], "invalid_client"),
        (&[("client_id", "")], "invalid_client"),
    ];
    let code = approved(&hall, &wallet, &me, &[]).await;
    for (changes, error) in cases {
        wallet.exchange(&hall, &code, changes).await.refused(error);
    }
    wallet.exchange(&hall, &code, &[]).await.ok();
    // A code that was bound to a key is worth nothing without it.
    let bound = Wallet::with_dpop();
    let code = approved(&hall, &bound, &me, &[]).await;
    wallet.exchange(&hall, &code, &[]).await.refused("invalid_dpop_proof");
    let stranger = Wallet { dpop: Some(key(201)), ..Wallet::new() };
    stranger.exchange(&hall, &code, &[]).await.refused("invalid_dpop_proof");
    bound.exchange(&hall, &code, &[]).await.ok();

    // And the request itself.
    let long = format!("{KIND} mandate");
    let pushes: [(&[(&str, &str)], &str); 9] = [
        (&[("redirect_uri", "https://evil.example/back")], "invalid_request"),
        (&[("redirect_uri", "https://wallet.example/back?x=1&y=2")], "invalid_request"),
        (&[("client_id", "https://evil.example")], "invalid_client"),
        (&[("client_id", &own), ("redirect_uri", "https://wallet.example/back?x=1")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("scope", "crown")], "invalid_scope"),
        (&[("scope", &long)], "invalid_scope"),
    ];
    for (changes, error) in pushes {
        wallet.push(&hall, changes).await.refused(error);
    }
    let challenge = pkce::challenge("x");
    let twice = form(&[("client_id", "a"), ("client_id", "b"), ("response_type", "code"), ("code_challenge", &challenge)]);
    ask(&hall, "POST", "/openid4vci/par", &[], twice).await.refused("invalid_request");
    let none = r#"[{"type":"openid_credential","credential_configuration_id":"crown"}]"#;
    wallet.push(&hall, &[("scope", ""), ("authorization_details", none)]).await.refused("invalid_authorization_details");
}

/// A proof with another header or other claims, signed by `key`, or by nobody.
fn forged(signer: Option<u8>, header: &Value, claims: &Value) -> String {
    let input = format!("{}.{}", base64url::encode(header.to_string()), base64url::encode(claims.to_string()));
    let signature = signer.map(|number| key(number).sign(input.as_bytes())).unwrap_or_default();
    format!("{input}.{}", base64url::encode(signature))
}

#[tokio::test]
async fn a_proof_is_of_one_key_for_this_hall_now_and_with_a_nonce_of_ours() {
    let hall = issuing_hall().await;
    let me = Someone::new(&hall, "ก").await;
    let wallet = Wallet::new();
    let token = token(&hall, &wallet, &me).await;
    let now_s = hall.clock.now().seconds();
    let jwk = Value::Object(key(1).public().to_members());
    let with = async |changes: &[(&str, &str, Value)], signer: Option<u8>| -> Answer {
        let nonce = wallet.nonce(&hall).await;
        let mut header = json!({ "alg": "ES256", "typ": "openid4vci-proof+jwt", "jwk": jwk });
        let mut claims = json!({ "aud": ORIGIN, "iat": now_s, "nonce": nonce });
        for (part, name, value) in changes {
            let object = if *part == "header" { &mut header } else { &mut claims };
            object[*name] = value.clone();
        }
        wallet.fetch_with(&hall, &token, KIND, &[forged(signer, &header, &claims)]).await
    };
    with(&[("header", "alg", json!("none"))], None).await.refused("invalid_proof");
    with(&[("header", "alg", json!("none"))], Some(1)).await.refused("invalid_proof");
    with(&[("header", "alg", json!("HS256"))], Some(1)).await.refused("invalid_proof");
    with(&[("header", "alg", json!("RS256"))], Some(1)).await.refused("invalid_proof");
    with(&[], Some(2)).await.refused("invalid_proof");
    with(&[], None).await.refused("invalid_proof");
    with(&[("claims", "aud", json!("https://sala.example.org"))], Some(1)).await.refused("invalid_proof");
    with(&[("claims", "aud", Value::Null)], Some(1)).await.refused("invalid_proof");
    with(&[("header", "typ", json!("JWT"))], Some(1)).await.refused("invalid_proof");
    with(&[("header", "kid", json!("did:example:1"))], Some(1)).await.refused("invalid_proof");
    with(&[("header", "crit", json!(["x"]))], Some(1)).await.refused("invalid_proof");
    with(&[("claims", "iat", json!(now_s - 400))], Some(1)).await.refused("invalid_proof");
    with(&[("claims", "iat", json!(now_s + 100))], Some(1)).await.refused("invalid_proof");
    with(&[("claims", "nonce", json!("n"))], Some(1)).await.refused("invalid_nonce");
    with(&[("claims", "nonce", Value::Null)], Some(1)).await.refused("invalid_proof");
    let body = json!({ "credential_configuration_id": KIND });
    wallet.post(&hall, "/openid4vci/credential", &token, &body).await.refused("invalid_proof");
    let two = [key(1), key(1)];
    wallet.fetch(&hall, &token, KIND, &two).await.refused("invalid_proof");
    let many: Vec<_> = (1..=11).map(key).collect();
    wallet.fetch(&hall, &token, KIND, &many).await.refused("invalid_proof");
    // A nonce that lies too long is none; one that was used is none.
    let old = wallet.nonce(&hall).await;
    hall.clock.advance_seconds(301);
    let late = prove(&key(1), ORIGIN, &old, hall.clock.now().seconds()).unwrap();
    wallet.fetch_with(&hall, &token, KIND, &[late]).await.refused("invalid_nonce");
    let nonce = wallet.nonce(&hall).await;
    let proof = prove(&key(1), ORIGIN, &nonce, hall.clock.now().seconds()).unwrap();
    wallet.fetch_with(&hall, &token, KIND, std::slice::from_ref(&proof)).await.ok();
    wallet.fetch_with(&hall, &token, KIND, &[proof]).await.refused("invalid_nonce");
}

#[tokio::test]
async fn a_request_is_for_what_the_token_is_for() {
    let hall = issuing_hall().await;
    let (_, son, _) = mandate(&hall).await;
    let wallet = Wallet::new();
    let token = token(&hall, &wallet, &son).await;
    for kind in ["mandate", "appointment", "crown"] {
        wallet.fetch(&hall, &token, kind, &[key(1)]).await.refused("unknown_credential_configuration");
    }
    let proof = prove(&key(1), ORIGIN, &wallet.nonce(&hall).await, hall.clock.now().seconds()).unwrap();
    let by_id = json!({ "credential_identifier": "mandate", "proofs": { "jwt": [proof] } });
    wallet.post(&hall, "/openid4vci/credential", &token, &by_id).await.refused("unknown_credential_identifier");
    let encrypted = json!({ "credential_configuration_id": KIND, "credential_response_encryption": {} });
    wallet.post(&hall, "/openid4vci/credential", &token, &encrypted).await.refused("invalid_encryption_parameters");
    for body in ["", "{", "[]", "{\"a\":1,\"a\":2}", "null"] {
        let authorization = format!("Bearer {}", token["access_token"].as_str().unwrap());
        let answer = ask(&hall, "POST", "/openid4vci/credential", &[("authorization", &authorization)], body.to_owned()).await;
        answer.refused("invalid_credential_request");
    }
    // The mandate ended between offer and fetching.
    let offered = son.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "mandate" }))).await.ok().json;
    let token = wallet.take(&hall, &offered["offer"], offered["tx_code"].as_str().unwrap()).await.ok().json;
    hall.clock.advance_seconds(11 * 24 * 3600);
    wallet.fetch(&hall, &token, "mandate", &[key(1)]).await.refused("invalid_token");
}

#[tokio::test]
async fn a_bound_token_needs_its_key_and_each_proof_is_good_once() {
    let hall = issuing_hall().await;
    let me = Someone::new(&hall, "ก").await;
    let wallet = Wallet::with_dpop();
    let offered = offer(&hall, &me).await;
    let pin = offered["tx_code"].as_str().unwrap().to_owned();
    let grant = offered["offer"]["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"].as_str().unwrap();
    let grant_type = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
    let body = form(&[("grant_type", grant_type), ("pre-authorized_code", grant), ("tx_code", "000000x")]);
    let proof = wallet.proof(&hall, "/openid4vci/token", None).unwrap();
    let path = "/openid4vci/token";
    ask(&hall, "POST", path, &[("dpop", &proof)], body.clone()).await.refused("invalid_grant");
    ask(&hall, "POST", path, &[("dpop", &proof)], body.clone()).await.refused("invalid_dpop_proof");
    let elsewhere = wallet.proof(&hall, "/openid4vci/par", None).unwrap();
    ask(&hall, "POST", path, &[("dpop", &elsewhere)], body.clone()).await.refused("invalid_dpop_proof");
    let fresh = wallet.proof(&hall, path, None).unwrap();
    ask(&hall, "POST", path, &[("dpop", &fresh), ("dpop", &fresh)], body.clone()).await.refused("invalid_dpop_proof");
    hall.clock.advance_seconds(66);
    ask(&hall, "POST", path, &[("dpop", &fresh)], body).await.refused("invalid_dpop_proof");

    let token = wallet.take(&hall, &offered["offer"], &pin).await.ok().json;
    let access_token = token["access_token"].as_str().unwrap();
    let path = "/openid4vci/credential";
    let nonce = wallet.nonce(&hall).await;
    let proofs = [prove(&key(1), ORIGIN, &nonce, hall.clock.now().seconds()).unwrap()];
    let body = json!({ "credential_configuration_id": KIND, "proofs": { "jwt": proofs } }).to_string();
    let dpop = |access: Option<&str>| wallet.proof(&hall, path, access).unwrap();
    let (bearer, bound) = (format!("Bearer {access_token}"), format!("DPoP {access_token}"));
    let send = async |headers: &[(&str, &str)]| ask(&hall, "POST", path, headers, body.clone()).await;
    send(&[]).await.refused("invalid_token");
    send(&[("authorization", &bearer)]).await.refused("invalid_token");
    send(&[("authorization", &bound)]).await.refused("invalid_token");
    send(&[("authorization", &bearer), ("dpop", &dpop(Some(access_token)))]).await.refused("invalid_token");
    send(&[("authorization", &bound), ("dpop", &dpop(None))]).await.refused("invalid_dpop_proof");
    send(&[("authorization", &bound), ("dpop", &dpop(Some("another")))]).await.refused("invalid_dpop_proof");
    let stranger = Wallet { dpop: Some(key(201)), ..Wallet::new() };
    let theirs = stranger.proof(&hall, path, Some(access_token)).unwrap();
    send(&[("authorization", &bound), ("dpop", &theirs)]).await.refused("invalid_token");
    let good = dpop(Some(access_token));
    assert_eq!(copies_of(&send(&[("authorization", &bound), ("dpop", &good)]).await.ok()).len(), 1);
    send(&[("authorization", &bound), ("dpop", &good)]).await.refused("invalid_dpop_proof");
    for wrong in ["Bearer", "Bearer ", "Basic x", "DPoP x.y"] {
        send(&[("authorization", wrong)]).await.refused("invalid_token");
    }
}

#[tokio::test]
async fn a_cookie_means_nothing_to_the_addresses_for_wallets() {
    let hall = issuing_hall().await;
    let me = Someone::new(&hall, "ก").await;
    let cookie = format!("{}={}", hall.people.cookie_name(), me.token);
    let answer = ask(&hall, "POST", "/openid4vci/nonce", &[("cookie", &cookie)], String::new()).await.ok();
    assert!(answer.json["c_nonce"].is_string(), "no header of the hall's own pages is asked for");
    ask(&hall, "POST", "/openid4vci/credential", &[("cookie", &cookie)], "{}".into()).await.refused("invalid_token");
    assert!(answer.headers.get("access-control-allow-credentials").is_none());
}
