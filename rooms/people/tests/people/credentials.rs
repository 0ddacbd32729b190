//! Credentials that the hall issues: both flows with a wallet, what is in them, and what becomes of them.

use std::collections::BTreeSet;

use sala_core::time::Clock;
use sala_credential::{ClaimsPath, sd_jwt::SdJwt, status::Status};
use serde_json::{Value, json};

use super::{
    data::{DAY_S, Someone, officer},
    hall::{Hall, ORIGIN},
    wallet::{APP_BACK, VERIFIER, Wallet, ask, copies_of, get, issuer_keys, issuing_config, issuing_hall, key, plain, verified},
};

/// A mandate in force: who gave it, who has it, its id.
pub(crate) async fn mandate(hall: &Hall) -> (Someone, Someone, String) {
    let (mut mother, mut son) = (Someone::new(hall, "แม่").await, Someone::new(hall, "ลูก").await);
    let until = hall.clock.now().plus_seconds(10 * DAY_S).to_string();
    let body = json!({ "form": "power_of_attorney", "agent": son.persona, "scope": ["cases"], "until": until });
    let granted = mother.signed(hall, "POST", "/mandates", Some(body)).await.ok().json;
    let id = granted["id"].as_str().unwrap().to_owned();
    son.signed(hall, "POST", &format!("/mandates/{id}/accept"), None).await.ok();
    (mother, son, id)
}

pub(crate) fn code_in(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().find(|(name, _)| name == "code").unwrap_or_else(|| panic!("{url}")).1.into_owned()
}

/// The code flow up to the code.
pub(crate) async fn approved(hall: &Hall, wallet: &Wallet, someone: &Someone, changes: &[(&str, &str)]) -> String {
    let pushed = wallet.push(hall, changes).await.ok().json;
    let request_uri = pushed["request_uri"].as_str().unwrap();
    let path = format!("/credential-authorizations/{request_uri}/approve");
    let answer = someone.ask(hall, "POST", &path, Some(json!({}))).await.ok().json;
    code_in(answer["url"].as_str().unwrap())
}

#[tokio::test]
async fn an_offer_with_a_pin_brings_a_credential_into_any_wallet() {
    let hall = issuing_hall().await;
    let me = Someone::new(&hall, "สมชาย").await;
    let offered = me.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "proven-person" }))).await.ok().json;
    let uri = offered["credential_offer_uri"].as_str().unwrap();
    assert!(offered["url"].as_str().unwrap().starts_with("openid-credential-offer://?credential_offer_uri=https%3A%2F%2F"));
    let fetched = get(&hall, uri.strip_prefix(ORIGIN).unwrap()).await.ok();
    assert_eq!(fetched.json, offered["offer"], "the offer lies at its address");
    let pin = offered["tx_code"].as_str().unwrap();
    assert!(pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()));
    assert!(!fetched.text.contains(pin), "the PIN goes another way");

    let wallet = Wallet::new();
    let token = wallet.take(&hall, &offered["offer"], pin).await.ok();
    assert_eq!((&token.json["token_type"], &token.json["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(token.headers["cache-control"], "no-store");
    get(&hall, uri.strip_prefix(ORIGIN).unwrap()).await.json["code"].as_str().filter(|code| *code == "not_found").unwrap();
    let answer = wallet.fetch(&hall, &token.json, "proven-person", &[key(1)]).await.ok();
    let copies = copies_of(&answer);
    let (credential, status) = verified(&hall, &copies[0]).await;
    assert_eq!((credential.vct.as_str(), status), ("https://sala.example.com/credential-types/proven-person", Status::Valid));
    assert_eq!(credential.claims["ial"], 110);
    assert!(!credential.claims.contains_key("name"), "what the person typed is not proven");
    assert_eq!(credential.claims["cnf"]["jwk"]["x"], json!(key(1).public().to_members()["x"]));
    assert_eq!(credential.claims["iat"].as_i64().unwrap() % DAY_S, 0, "times are days");

    let accepted = json!({ "notification_id": answer.json["notification_id"], "event": "credential_accepted" });
    assert_eq!(wallet.post(&hall, "/openid4vci/notification", &token.json, &accepted).await.ok().status, 204);
    let own = me.get(&hall, "/me/credentials").await.ok().json;
    let own = &own["items"][0];
    assert_eq!((&own["type"], &own["copies"], &own["state"]), (&json!("proven-person"), &json!(1), &json!("valid")));
    assert_eq!((&own["ground"], &own["ground_id"]), (&json!("person"), &Value::Null));
    assert_eq!(me.notices(&hall).await, ["credential_issued"]);
    let acts = hall.acts().await;
    let kinds: Vec<(&str, &str)> = acts.iter().rev().take(3).map(|(kind, actor, _)| (kind.as_str(), actor.as_str())).collect();
    assert_eq!(kinds, [("credential.issue", "visitor"), ("credential.redeem", "visitor"), ("credential.offer", "visitor")]);
}

#[tokio::test]
async fn a_wallet_fetches_by_a_code_that_the_person_approves_and_proves_its_keys() {
    let hall = issuing_hall().await;
    let me = Someone::new(&hall, "สมชาย").await;
    let wallet = Wallet::with_dpop();
    let details = r#"[{"type":"openid_credential","credential_configuration_id":"proven-person"}]"#;
    let pushed = wallet.push(&hall, &[("scope", ""), ("authorization_details", details)]).await.ok();
    assert_eq!((pushed.status.as_u16(), &pushed.json["expires_in"]), (201, &json!(300)));
    let request_uri = pushed.json["request_uri"].as_str().unwrap();
    let path = format!("/credential-authorizations/{request_uri}");
    hall.ask("GET", &path, None, None).await.refused("sign_in_required");
    let shown = me.get(&hall, &path).await.ok().json;
    assert_eq!((&shown["type"]["id"], &shown["type"]["can_have"]), (&json!("proven-person"), &json!(true)));
    assert_eq!((&shown["client_title"]["en"], &shown["redirect_uri"]), (&json!("Another wallet"), &json!(APP_BACK)));
    let answer = me.ask(&hall, "POST", &format!("{path}/approve"), Some(json!({}))).await.ok().json;
    let url = url::Url::parse(answer["url"].as_str().unwrap()).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["x", "code", "iss", "state"]);
    assert_eq!((pairs[2].1.as_str(), pairs[3].1.as_str()), (ORIGIN, "s t/1"));
    me.ask(&hall, "POST", &format!("{path}/approve"), Some(json!({}))).await.refused("credential_request_unknown");

    let token = wallet.exchange(&hall, &pairs[1].1, &[]).await.ok().json;
    assert_eq!(token["token_type"], "DPoP");
    assert_eq!(token["authorization_details"][0]["credential_identifiers"], json!(["proven-person"]));
    let keys: Vec<_> = (1..=10).map(key).collect();
    let copies = copies_of(&wallet.fetch(&hall, &token, "proven-person", &keys).await.ok());
    assert_eq!(copies.len(), 10);
    for copy in &copies {
        assert_eq!(verified(&hall, copy).await.1, Status::Valid);
    }

    // Another request: the person says no.
    let pushed = wallet.push(&hall, &[]).await.ok().json;
    let path = format!("/credential-authorizations/{}/refuse", pushed["request_uri"].as_str().unwrap().rsplit(':').next().unwrap());
    let refused = me.ask(&hall, "POST", &path, None).await.ok().json;
    assert!(refused["url"].as_str().unwrap().contains("error=access_denied&iss=https%3A%2F%2Fsala.example.com&state="));
    // The hall's own wallet is known without being named.
    let own = format!("{ORIGIN}/wallet");
    assert_eq!(wallet.push(&hall, &[("client_id", &own), ("redirect_uri", &own)]).await.ok().status, 201);
}

#[tokio::test]
async fn two_copies_share_nothing_but_issuer_type_and_times() {
    let hall = issuing_hall().await;
    let (_, son, _) = mandate(&hall).await;
    let copies = Wallet::new().accept(&hall, &son.token, json!({ "type": "mandate" }), 10).await;
    let parts = |copy: &str| -> BTreeSet<String> { copy.split('~').skip(1).filter(|part| !part.is_empty()).map(str::to_owned).collect() };
    let mut places = BTreeSet::new();
    for (number, copy) in copies.iter().enumerate() {
        let own = plain(copy);
        let names: Vec<&str> = own.keys().map(String::as_str).collect();
        let mut expected = vec!["_sd", "_sd_alg", "cnf", "exp", "iat", "iss", "status", "vct"];
        expected.sort_unstable();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, expected, "every claim can be withheld");
        assert!(places.insert(own["status"]["status_list"]["idx"].as_u64().unwrap()));
        for other in copies.iter().skip(number + 1) {
            let theirs = plain(other);
            for name in ["cnf", "_sd", "status"] {
                assert_ne!(own[name], theirs[name], "{name}");
            }
            for name in ["iss", "vct", "iat", "exp", "_sd_alg"] {
                assert_eq!(own[name], theirs[name], "{name}");
            }
            let digests = |claims: &Value| -> BTreeSet<String> {
                claims["_sd"].as_array().unwrap().iter().map(|digest| digest.as_str().unwrap().to_owned()).collect()
            };
            assert!(digests(&json!(own)).is_disjoint(&digests(&json!(theirs))));
            assert_eq!(own["_sd"].as_array().unwrap().len(), theirs["_sd"].as_array().unwrap().len());
            assert!(parts(copy).is_disjoint(&parts(other)), "each disclosure has a salt of its own");
            assert_eq!(own["status"]["status_list"]["uri"], theirs["status"]["status_list"]["uri"]);
        }
    }
    // Neither in a row nor behind each other: who has one place can't guess the next.
    let places: Vec<u64> = places.into_iter().collect();
    assert!(places.windows(2).any(|pair| pair[1] - pair[0] > 100), "{places:?}");
    // A verifier sees what its holder chose.
    let shown = SdJwt::parse(&copies[0]).unwrap().select(&[ClaimsPath::name("operations")]).unwrap().to_string();
    let (credential, _) = verified(&hall, &shown).await;
    assert!(credential.claims.contains_key("operations") && !credential.claims.contains_key("principal"));
}

#[tokio::test]
async fn no_table_and_no_leaf_ties_copies_together_or_to_a_person() {
    let hall = issuing_hall().await;
    let (_, son, mandate) = mandate(&hall).await;
    let wallet = Wallet::new();
    let mut planted = vec![mandate.clone(), son.persona.as_str().unwrap().to_owned()];
    for kind in ["mandate", "proven-person"] {
        for copy in wallet.accept(&hall, &son.token, json!({ "type": kind }), 5).await {
            let claims = plain(&copy);
            planted.push(claims["status"]["status_list"]["idx"].to_string());
            planted.push(claims["cnf"]["jwk"]["x"].as_str().unwrap().to_owned());
            planted.extend(claims["_sd"].as_array().unwrap().iter().map(|digest| digest.as_str().unwrap().to_owned()));
        }
    }
    for table in ["credential", "credential_status", "credential_grant", "credential_list", "credential_key"] {
        for row in hall.store.fetch(&format!("SELECT * FROM {table}"), &[]).await.unwrap() {
            for column in ["id", "owner", "list", "kind"] {
                if let Ok(value) = row.text(column) {
                    assert!(planted.iter().all(|secret| secret.len() < 4 || !value.contains(secret)), "{table}.{column} {value}");
                }
            }
            for column in ["sealed", "link"] {
                let bytes = row.blob(column).unwrap_or_default();
                assert!(planted.iter().all(|secret| secret.len() < 8 || !holds(bytes, secret.as_bytes())), "{table}.{column}");
            }
        }
    }
    // The mandate's credential and the person's: nothing of the rows is the same.
    let owners = hall.store.fetch("SELECT owner, kind FROM credential", &[]).await.unwrap();
    assert_eq!(owners.len(), 2);
    assert_ne!(owners[0].text("owner").unwrap(), owners[1].text("owner").unwrap());
    for (kind, actor, leaf) in hall.acts().await.into_iter().filter(|(kind, ..)| kind.starts_with("credential.")) {
        assert!(actor == "visitor" || actor.starts_with("system:"), "{kind} {actor}");
        assert!(planted.iter().all(|secret| secret.len() < 4 || !holds(&leaf, secret.as_bytes())), "{kind}");
    }
}

pub(crate) fn holds(bytes: &[u8], planted: &[u8]) -> bool {
    bytes.windows(planted.len()).any(|window| window == planted)
}

#[tokio::test]
async fn what_can_be_had_is_told_with_the_reason_why_not() {
    let hall = issuing_hall().await;
    let find = |page: &Value, id: &str| page["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap().clone();
    let public = hall.ask("GET", "/credential-types", None, None).await.ok().json;
    let person = find(&public, "proven-person");
    assert_eq!((&person["can_have"], &person["reason"], &person["copies"]), (&json!(false), &Value::Null, &json!(10)));
    let (_, son, mandate) = mandate(&hall).await;
    let mine = son.get(&hall, "/credential-types").await.ok().json;
    assert_eq!(find(&mine, "proven-person")["can_have"], true);
    assert_eq!(find(&mine, "mandate")["mandates"], json!([mandate]));
    for (id, words) in [("appointment", "officer"), ("vendor-licence", "awarded")] {
        let kind = find(&mine, id);
        assert!(kind["can_have"] == false && kind["reason"]["en"].as_str().unwrap().contains(words), "{kind}");
        let refused = son.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": id }))).await;
        refused.refused("credential_not_available");
    }
    let stranger = Someone::new(&hall, "ข").await;
    let body = json!({ "type": "mandate", "mandate": mandate });
    stranger.ask(&hall, "POST", "/credential-offers", Some(body)).await.refused("credential_not_available");
    let body = json!({ "type": "mandate", "mandate": "mandate_x" });
    son.ask(&hall, "POST", "/credential-offers", Some(body)).await.refused("invalid_input");
    son.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "crown" }))).await.refused("credential_type_unknown");
    hall.ask("POST", "/credential-offers", None, Some(json!({ "type": "mandate" }))).await.refused("sign_in_required");
}

#[tokio::test]
async fn an_officer_carries_the_appointment_and_loses_it_with_the_office() {
    let hall = issuing_hall().await;
    let mut administrator = Someone::administrator(&hall).await;
    let ofc = officer(&hall, &mut administrator, "ก", "records_officer").await;
    let copies = Wallet::new().accept(&hall, &ofc.token, json!({ "type": "appointment" }), 2).await;
    let (credential, status) = verified(&hall, &copies[0]).await;
    assert_eq!((&credential.claims["office"], &credential.claims["roles"]), (&json!("digital"), &json!(["records_officer"])));
    assert_eq!(status, Status::Valid);
    let handle = credential.claims["officer"].as_str().unwrap().to_owned();
    administrator.signed(&hall, "DELETE", &format!("/officers/{handle}"), None).await.ok();
    for copy in &copies {
        assert_eq!(verified(&hall, copy).await.1, Status::Invalid);
    }
    assert_eq!(hall.store.fetch("SELECT id FROM credential", &[]).await.unwrap().len(), 0, "no row leads to who it was");
}

#[tokio::test]
async fn what_is_published_of_the_issuer_fits_together() {
    let hall = issuing_hall().await;
    let metadata = get(&hall, "/.well-known/openid-credential-issuer").await.ok();
    assert_eq!(metadata.headers["access-control-allow-origin"], "*");
    let read = sala_credential::openid4vci::metadata::IssuerMetadata::parse(metadata.text.as_bytes(), ORIGIN).unwrap();
    assert_eq!(read.batch_credential_issuance.unwrap().batch_size, 10);
    let server = get(&hall, "/.well-known/oauth-authorization-server").await.ok().json;
    assert_eq!((&server["issuer"], &server["require_pushed_authorization_requests"]), (&json!(ORIGIN), &json!(true)));
    for (id, configuration) in &read.credential_configurations_supported {
        let vct = configuration.vct.as_deref().unwrap();
        let lies = get(&hall, vct.strip_prefix(ORIGIN).unwrap()).await.ok();
        let kind = sala_credential::vc::type_metadata::TypeMetadata::parse(lies.text.as_bytes(), vct).unwrap();
        assert!(kind.name_in("th").unwrap() != kind.name_in("en").unwrap(), "{id}");
    }
    for path in ["/credential-types/x", "/credential-status/x", "/openid4vci/offers/x"] {
        assert_eq!(get(&hall, path).await.status, 404);
    }
    let preflight = ask(&hall, "OPTIONS", "/openid4vci/credential", &[("origin", "https://w.example")], String::new()).await.ok();
    assert_eq!((preflight.status.as_u16(), &preflight.headers["access-control-allow-origin"]), (204, &"*".parse().unwrap()));
    assert_eq!(preflight.headers["access-control-allow-headers"], "content-type, accept, authorization, dpop");
    let api = ask(&hall, "OPTIONS", "/api/v1/credential-offers", &[("origin", "https://w.example")], String::new()).await;
    assert!(api.headers.get("access-control-allow-origin").is_none(), "never for pages' own addresses");
    assert_eq!(issuer_keys(&hall).await.len(), 1);
}

#[tokio::test]
async fn the_key_rotates_and_what_the_old_one_signed_still_holds() {
    let hall = issuing_hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let first = issuer_keys(&hall).await;
    hall.clock.advance_seconds(89 * DAY_S);
    me.sign_in(&hall).await;
    let old = Wallet::new().accept(&hall, &me.token, json!({ "type": "proven-person" }), 1).await;
    hall.clock.advance_seconds(2 * DAY_S);
    super::erasure::work(&hall).await;
    let both = issuer_keys(&hall).await;
    assert_eq!((both.len(), &both[1]), (2, &first[0]));
    me.sign_in(&hall).await;
    let new = Wallet::new().accept(&hall, &me.token, json!({ "type": "proven-person" }), 1).await;
    for copy in old.iter().chain(&new) {
        assert_eq!(verified(&hall, copy).await.1, Status::Valid);
    }
    let key_id = |copy: &str| SdJwt::parse(copy).unwrap().unverified().unwrap().key_id().unwrap().to_owned();
    assert_eq!((key_id(&old[0]).as_str(), key_id(&new[0]).as_str()), (both[1].key_id().unwrap(), both[0].key_id().unwrap()));
    // The restarted hall has the same keys, and makes none before it is time.
    let hall = Hall::open(hall.folder, hall.clock, hall.store, issuing_config()).await;
    assert_eq!(issuer_keys(&hall).await, both);
}

#[tokio::test]
async fn a_pushed_request_is_over_after_five_minutes_and_a_code_after_ten() {
    let hall = issuing_hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let wallet = Wallet::new();
    let pushed = wallet.push(&hall, &[]).await.ok().json;
    hall.clock.advance_seconds(300);
    let path = format!("/credential-authorizations/{}", pushed["request_uri"].as_str().unwrap());
    me.get(&hall, &path).await.refused("credential_request_unknown");
    let code = approved(&hall, &wallet, &me, &[]).await;
    let offered = me.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "proven-person" }))).await.ok().json;
    hall.clock.advance_seconds(600);
    wallet.exchange(&hall, &code, &[]).await.refused("invalid_grant");
    wallet.take(&hall, &offered["offer"], offered["tx_code"].as_str().unwrap()).await.refused("invalid_grant");
    super::erasure::work(&hall).await;
    assert_eq!(hall.store.fetch("SELECT id FROM credential_grant", &[]).await.unwrap().len(), 0, "what is over is cleared away");
    me.sign_in(&hall).await;
    let code = approved(&hall, &wallet, &me, &[]).await;
    let token = wallet.exchange(&hall, &code, &[("code_verifier", VERIFIER)]).await.ok().json;
    hall.clock.advance_seconds(900);
    let late = wallet.fetch(&hall, &token, "proven-person", &[key(1)]).await;
    late.refused("invalid_token");
    assert_eq!(late.status, 401);
    assert!(late.headers["www-authenticate"].to_str().unwrap().contains("Bearer"));
}
