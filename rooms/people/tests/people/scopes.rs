//! One human, one token; and nobody can tell whose.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sala_custody::token::{Pending, Reply, Scope, ScopeKey, Token, UserSecret};
use serde_json::{Value, json};

use super::hall::{Device, Hall, hall};

pub(crate) async fn administrator(hall: &Hall, device: &mut Device) -> String {
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    hall.register(device, None, json!({ "name": "ผู้ดูแล", "code": code })).await.ok().token()
}

fn in_seconds(hall: &Hall, seconds: i64) -> String {
    sala_core::time::Clock::now(&*hall.clock).plus_seconds(seconds).to_string()
}

pub(crate) fn wanted(hall: &Hall) -> Value {
    json!({
        "title": { "th": "เลือกสวนที่จะปรับปรุง", "en": "Which park comes first" },
        "authority": { "th": "ระเบียบเมืองสาธิต ข้อ 7", "en": "Rule 7 of the demonstration city" },
        "issue_until": in_seconds(hall, 3600), "use_from": in_seconds(hall, 7200), "use_until": in_seconds(hall, 10_800), "least": 2
    })
}

/// What a citizen's device does.
pub(crate) struct Wallet(UserSecret);

impl Wallet {
    pub(crate) fn new(byte: u8) -> Self {
        Self(UserSecret::new([byte; 32]))
    }

    pub(crate) fn pending(&self, scope: &Value) -> (Value, Pending) {
        let key = ScopeKey::from_spki(&URL_SAFE_NO_PAD.decode(scope["key"].as_str().unwrap()).unwrap()).unwrap();
        let (request, pending) = Pending::blind(&self.0, &Scope::new(scope["id"].as_str().unwrap()).unwrap(), &key).unwrap();
        (json!({ "request": URL_SAFE_NO_PAD.encode(request.as_bytes()) }), pending)
    }

    pub(crate) async fn token(&self, hall: &Hall, scope: &Value, session: &str) -> Token {
        let (request, pending) = self.pending(scope);
        let path = format!("/scopes/{}/token", scope["id"].as_str().unwrap());
        let reply = hall.ask("POST", &path, Some(session), Some(request)).await.ok().json;
        let reply = URL_SAFE_NO_PAD.decode(reply["reply"].as_str().unwrap()).unwrap();
        pending.finalize(&Reply::from_bytes(&reply).unwrap()).unwrap()
    }
}

#[tokio::test]
async fn each_eligible_person_gets_one_token_and_the_record_shows_the_count() {
    let hall = hall().await;
    let mut phone = Device::new();
    let admin = administrator(&hall, &mut phone).await;
    let citizen = hall.newcomer(&mut Device::new(), "ก").await;
    hall.ask("POST", "/scopes", Some(&citizen), Some(wanted(&hall))).await.refused("forbidden");
    hall.ask("POST", "/scopes", Some(&admin), Some(wanted(&hall))).await.refused("signature_required");
    let scope = hall.ask_signed(&mut phone, "POST", "/scopes", &admin, Some(wanted(&hall))).await.ok().json;
    assert_eq!(
        (&scope["eligible"], &scope["issued"], &scope["issuing"], &scope["in_use"]),
        (&json!(2), &json!(0), &json!(true), &json!(false))
    );
    let id = scope["id"].as_str().unwrap().to_owned();
    let path = format!("/scopes/{id}/token");

    // Who registers later is not eligible.
    hall.clock.advance_seconds(1);
    let late = hall.newcomer(&mut Device::new(), "ข").await;
    let (request, _) = Wallet::new(9).pending(&scope);
    hall.ask("POST", &path, Some(&late), Some(request.clone())).await.refused("token_not_eligible");
    hall.ask("POST", &path, None, Some(request)).await.refused("sign_in_required");
    hall.ask("POST", &path, Some(&citizen), Some(json!({ "request": "AAAA" }))).await.refused("invalid_input");
    hall.ask("POST", &path, Some(&citizen), Some(json!({ "request": URL_SAFE_NO_PAD.encode([255; 256]) }))).await.refused("invalid_input");

    // The same request again, as after a lost reply, gives the same token; another gives none.
    let (mine, theirs) = (Wallet::new(1), Wallet::new(2));
    let token = mine.token(&hall, &scope, &citizen).await;
    assert_eq!(mine.token(&hall, &scope, &citizen).await, token);
    let (other, _) = theirs.pending(&scope);
    hall.ask("POST", &path, Some(&citizen), Some(other)).await.refused("token_taken");
    let second = theirs.token(&hall, &scope, &admin).await;
    assert_ne!(token.id(), second.id());

    // The record: how many were eligible, and one act for each token.
    let count = |acts: &[(String, String, Vec<u8>)]| acts.iter().filter(|(kind, _, _)| kind == "scope.issue").count();
    assert_eq!(count(&hall.acts().await), 2);
    assert_eq!(hall.ask("GET", &format!("/scopes/{id}"), None, None).await.ok().json["issued"], 2);

    // Good only while they are in use, and only in their scope.
    let ctx = || hall.system();
    assert_eq!(hall.people.verify_token(&ctx(), &id, &token.encode()).await.unwrap_err().code.code, "scope_closed");
    hall.clock.advance_seconds(7200);
    assert_eq!(hall.people.verify_token(&ctx(), &id, &token.encode()).await.unwrap(), token.id());
    let mut forged = token.encode();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(hall.people.verify_token(&ctx(), &id, &forged).await.unwrap_err().code.code, "token_invalid");
    let (request, _) = Wallet::new(3).pending(&scope);
    let again = hall.sign_in(&mut phone, None).await.ok().token();
    hall.ask("POST", &path, Some(&again), Some(request)).await.refused("scope_closed");
    hall.clock.advance_seconds(3600);
    assert_eq!(hall.people.verify_token(&ctx(), &id, &token.encode()).await.unwrap_err().code.code, "scope_closed");
}

#[tokio::test]
async fn windows_and_numbers_that_would_tell_too_much_are_refused() {
    let hall = hall().await;
    let mut phone = Device::new();
    let admin = administrator(&hall, &mut phone).await;
    for (field, value) in [
        ("least", json!(1)),
        ("issue_until", json!(in_seconds(&hall, -1))),
        ("use_from", json!(in_seconds(&hall, 3600))),
        ("use_until", json!(in_seconds(&hall, 7200))),
        ("title", json!({ "th": "", "en": "x" })),
    ] {
        let mut body = wanted(&hall);
        body[field] = value;
        let refused = hall.ask_signed(&mut phone, "POST", "/scopes", &admin, Some(body)).await;
        refused.refused("invalid_input");
        assert_eq!(refused.json["errors"][0]["pointer"], format!("/{field}"));
    }
    // Two are needed before one can be used.
    let scope = hall.ask_signed(&mut phone, "POST", "/scopes", &admin, Some(wanted(&hall))).await.ok().json;
    let alone = Wallet::new(1).token(&hall, &scope, &admin).await;
    hall.clock.advance_seconds(7200);
    let refused = hall.people.verify_token(&hall.system(), scope["id"].as_str().unwrap(), &alone.encode()).await.unwrap_err();
    assert_eq!(refused.code.code, "scope_closed");
}

#[tokio::test]
async fn a_scope_for_proven_identities_counts_and_serves_nobody_else() {
    let hall = hall().await;
    let mut phone = Device::new();
    let admin = administrator(&hall, &mut phone).await;
    let mut body = wanted(&hall);
    body["identified"] = json!(true);
    let scope = hall.ask_signed(&mut phone, "POST", "/scopes", &admin, Some(body)).await.ok().json;
    assert_eq!((&scope["identified"], &scope["eligible"]), (&json!(true), &json!(0)));
    let (request, _) = Wallet::new(1).pending(&scope);
    let path = format!("/scopes/{}/token", scope["id"].as_str().unwrap());
    hall.ask("POST", &path, Some(&admin), Some(request)).await.refused("token_not_eligible");
}

#[tokio::test]
async fn many_tabs_of_one_person_get_one_token() {
    let hall = hall().await;
    let mut phone = Device::new();
    let admin = administrator(&hall, &mut phone).await;
    hall.newcomer(&mut Device::new(), "ก").await;
    let scope = hall.ask_signed(&mut phone, "POST", "/scopes", &admin, Some(wanted(&hall))).await.ok().json;
    let path = format!("/scopes/{}/token", scope["id"].as_str().unwrap());
    let requests: Vec<Value> = (0..8).map(|byte| Wallet::new(byte).pending(&scope).0).collect();
    let tabs = requests.into_iter().map(|request| hall.ask("POST", &path, Some(&admin), Some(request)));
    let replies = futures_util::future::join_all(tabs).await;
    assert_eq!(replies.iter().filter(|reply| reply.status.is_success()).count(), 1);
    assert!(replies.iter().filter(|reply| !reply.status.is_success()).all(|reply| reply.json["code"] == "token_taken"));
}

/// The linkability game: the adversary is authority and poll together. It has every table, every leaf, the secret key of the scope, the
/// requests in the order in which named persons sent them, and the tokens that the poll took. It guesses who holds which token.
#[tokio::test]
async fn authority_and_poll_together_can_not_tell_who_holds_which_token() {
    let hall = hall().await;
    let mut phone = Device::new();
    let admin = administrator(&hall, &mut phone).await;
    let mut sessions = vec![admin.clone()];
    for name in ["ก", "ข", "ค"] {
        sessions.push(hall.newcomer(&mut Device::new(), name).await);
    }
    let scope = hall.ask_signed(&mut phone, "POST", "/scopes", &admin, Some(wanted(&hall))).await.ok().json;
    let (mut requests, mut tokens) = (vec![], vec![]);
    for (byte, session) in (10_u8..).zip(&sessions) {
        let wallet = Wallet::new(byte);
        let (request, _) = wallet.pending(&scope);
        requests.push(URL_SAFE_NO_PAD.decode(request["request"].as_str().unwrap()).unwrap());
        tokens.push(wallet.token(&hall, &scope, session).await.encode());
    }
    // Nothing of a token stands anywhere in the store or in the record, in no encoding that the hall uses.
    let dump: Vec<u8> =
        [hall.acts().await.into_iter().flat_map(|(_, _, leaf)| leaf).collect::<Vec<u8>>(), rows(&hall).await.into_bytes()].concat();
    for token in &tokens {
        let message = &token[..token.len() - 256];
        let nonce = &message[message.len() - 32..];
        for spelt in [nonce.to_vec(), hex::encode(nonce).into_bytes(), URL_SAFE_NO_PAD.encode(nonce).into_bytes()] {
            assert!(!dump.windows(spelt.len()).any(|window| window == spelt));
        }
    }
    // No request has anything in common with a token: no shared run of six bytes, which chance would give once in a hundred million such tests.
    for request in &requests {
        for token in &tokens {
            assert!(!request.windows(6).any(|part| token.windows(6).any(|other| other == part)));
        }
    }
    // The rows of issue hold a digest of the request and a keyed hash: neither is found in any other table.
    let issues = hall.store.fetch("SELECT id, act_id FROM scope_issue", &[]).await.unwrap();
    assert_eq!(issues.len(), 4);
    for table in ["person", "persona", "passkey", "session", "officer"] {
        let all = hall.store.fetch(&format!("SELECT * FROM {table}"), &[]).await.unwrap();
        for row in &issues {
            assert!(all.iter().all(|other| !format!("{other:?}").contains(row.text("id").unwrap())));
            assert!(all.iter().all(|other| other.text("act_id").unwrap() != row.text("act_id").unwrap()));
        }
    }
    let named = hall.acts().await.into_iter().filter(|(kind, actor, _)| kind == "scope.issue" && actor != "visitor").count();
    assert_eq!(named, 0, "the acts of issue name nobody");
}

async fn rows(hall: &Hall) -> String {
    let mut text = vec![];
    for table in sala_people::SCHEMA.tables {
        text.extend(hall.store.fetch(&format!("SELECT * FROM {table}"), &[]).await.unwrap().iter().map(|row| format!("{row:?}")));
    }
    text.concat()
}
