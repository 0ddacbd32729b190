//! The flow against a provider that is played here, which answers as it is told to: honest or not.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sala_core::{ctx::Ctx, entropy::OsEntropy, time::Timestamp};
use sala_credential::{
    Algorithm, ClaimsCheck, CredentialError, KeySet, SigningKey,
    jose::{client_assertion, dpop::DpopRequest, jwe, jws, pkce},
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    OidcError,
    address::AddressError,
    client::{Client, CodeAnswer, Flow, Identified, Party},
    fetch::{Answer, Fetch, Request},
    metadata::Metadata,
    provider::{IdentityProviders, Provider},
};

const ISSUER: &str = "https://id.example.go.th";
const NOW_S: i64 = 1_790_000_000;

const PLAIN: &str = r#"
providers:
  - id: plain
    title: { th: ก, en: a }
    legal_basis: { th: ก, en: a }
    issuer: https://id.example.go.th
    client_id: { value: "sala:1" }
    authentication: client_secret_basic
    secret: { env: SECRET }
    profile: plain
    algorithms: [ES256]
    scopes: [openid, ial]
    userinfo: false
    claims: { name: name, number: { claim: pid, register: th } }
    level: { claim: ial, values: { "2.1": 210, "2.3": 230 } }
    minimum_level: 210
"#;

fn plain() -> Provider {
    provider(PLAIN)
}

fn fapi() -> Provider {
    let yaml = PLAIN
        .replace("client_secret_basic\n    secret: { env: SECRET }", "private_key_jwt")
        .replace("profile: plain", "profile: fapi2\n    dpop: true\n    is_id_token_encrypted: true");
    provider(&yaml)
}

fn provider(yaml: &str) -> Provider {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.yaml");
    std::fs::write(&path, yaml).unwrap();
    IdentityProviders::read_with(&path, false, &|_| Some("p w+%".into())).unwrap().all()[0].clone()
}

fn metadata() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("{ISSUER}/auth"),
        "token_endpoint": format!("{ISSUER}/token"),
        "jwks_uri": format!("{ISSUER}/jwks"),
        "userinfo_endpoint": format!("{ISSUER}/me"),
        "pushed_authorization_request_endpoint": format!("{ISSUER}/par"),
    })
}

fn key(seed: u8) -> SigningKey {
    SigningKey::es256(&[seed; 32]).unwrap().with_key_id(&format!("k{seed}"))
}

fn party() -> Party {
    Party::new("https://hall.example/identity/plain/callback".into(), &[21; 32], &[22; 32]).unwrap()
}

fn at(now_s: i64) -> Ctx {
    Ctx::system("test/1", Timestamp::from_seconds(now_s), Arc::new(OsEntropy))
}

/// What the played provider answers, by the path of its address; and what it was asked.
#[derive(Debug, Default)]
struct Stage {
    answers: BTreeMap<String, Vec<(u16, Value)>>,
    asked: Vec<Request>,
}

#[derive(Debug, Clone, Default)]
struct Played(Arc<Mutex<Stage>>);

impl Fetch for Played {
    fn fetch(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Answer, String>> + Send + '_>> {
        let path = Url::parse(&request.url).unwrap().path().to_owned();
        let mut stage = self.0.lock().unwrap();
        stage.asked.push(request);
        let answers = stage.answers.entry(path).or_default();
        // The last one stays.
        let (status, body) = if answers.len() > 1 { answers.remove(0) } else { answers.first().cloned().unwrap_or((404, Value::Null)) };
        let dpop_nonce = (body["error"] == "use_dpop_nonce").then(|| "nonce-1".to_owned());
        let answer = Answer { status, dpop_nonce, content_type: "application/json".into(), body: body.to_string().into_bytes() };
        Box::pin(async move { Ok(answer) })
    }
}

impl Played {
    fn honest() -> Self {
        let played = Self::default();
        played.says("/.well-known/openid-configuration", vec![(200, metadata())]);
        played.says("/jwks", vec![(200, KeySet::new(vec![key(1).public().clone()]).to_json())]);
        played
    }

    fn says(&self, path: &str, answers: Vec<(u16, Value)>) {
        self.0.lock().unwrap().answers.insert(path.into(), answers);
    }

    fn asked(&self, path: &str) -> Vec<Request> {
        self.0.lock().unwrap().asked.iter().filter(|request| request.url.ends_with(path)).cloned().collect()
    }

    fn client(&self) -> Client {
        Client::new(Box::new(self.clone()))
    }
}

fn form(request: &Request) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(request.form.as_ref().unwrap().as_bytes()).into_owned().collect()
}

fn claims(nonce: &str) -> Value {
    json!({ "iss": ISSUER, "sub": "s-1", "aud": "sala:1", "exp": NOW_S + 300, "iat": NOW_S, "nonce": nonce, "ial": "2.3" })
}

fn tokens(id_token: &str) -> Value {
    json!({ "access_token": "at-1", "token_type": "Bearer", "expires_in": 60, "id_token": id_token })
}

fn sign(key: &SigningKey, claims: &Value) -> String {
    jws::sign_jwt(key, "JWT", claims).unwrap()
}

fn raw(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(header), part(claims), URL_SAFE_NO_PAD.encode(signature))
}

/// Begins at a played provider; the client, the flow, and the nonce that it sent.
async fn begun(played: &Played, provider: &Provider) -> (Client, Flow, BTreeMap<String, String>) {
    let client = played.client();
    let (url, flow) = client.begin(&at(NOW_S), provider, &party()).await.unwrap();
    let sent = Url::parse(&url).unwrap().query_pairs().into_owned().collect();
    (client, flow, sent)
}

const CODE: CodeAnswer<'_> = CodeAnswer { code: "c-1", issuer: Some(ISSUER) };

/// A whole sign-in with an ID token that is made from the nonce.
async fn sign_in(played: &Played, provider: &Provider, token: impl Fn(&str) -> String) -> Result<Identified, OidcError> {
    let (client, flow, sent) = begun(played, provider).await;
    played.says("/token", vec![(200, tokens(&token(&sent["nonce"])))]);
    client.finish(&at(NOW_S), provider, &party(), flow, CODE).await
}

#[tokio::test]
async fn a_plain_provider_is_asked_as_the_standard_says() {
    let (played, provider) = (Played::honest(), plain());
    let (client, flow, sent) = begun(&played, &provider).await;
    assert_eq!(
        (sent["response_type"].as_str(), sent["scope"].as_str(), sent["state"].as_str()),
        ("code", "openid ial", flow.state.as_str())
    );
    assert_eq!((sent["code_challenge_method"].as_str(), sent["redirect_uri"].as_str()), ("S256", party().redirect_uri.as_str()));
    let mut told = claims(&sent["nonce"]);
    told["name"] = json!(" สมชาย ใจดี ");
    told["pid"] = json!("1-2345-67890-12-1");
    told["at_hash"] = json!(URL_SAFE_NO_PAD.encode(&Sha256::digest("at-1")[..16]));
    played.says("/token", vec![(200, tokens(&sign(&key(1), &told)))]);
    let identified = client.finish(&at(NOW_S), &provider, &party(), flow, CodeAnswer { issuer: None, ..CODE }).await.unwrap();
    assert_eq!(
        identified,
        Identified {
            subject: "s-1".into(),
            level: 230,
            name: Some("สมชาย ใจดี".into()),
            number: Some(("th".into(), "1234567890121".into())),
        }
    );
    let asked = &played.asked("/token")[0];
    // RFC 6749 §2.3.1: `sala:1` and `p w+%` are encoded before they are joined.
    let basic = base64::engine::general_purpose::STANDARD.encode("sala%3A1:p+w%2B%25");
    assert!(asked.headers.contains(&("authorization", format!("Basic {basic}"))), "{:?}", asked.headers);
    let form = form(asked);
    pkce::verify(&form["code_verifier"], &sent["code_challenge"]).unwrap();
    assert_eq!(
        (form["grant_type"].as_str(), form["code"].as_str(), form["redirect_uri"].as_str()),
        ("authorization_code", "c-1", party().redirect_uri.as_str())
    );
    assert!(!format!("{asked:?}").contains("c-1"), "a request does not show what is secret");
}

#[tokio::test]
async fn who_has_no_number_and_no_name_is_somebody_all_the_same() {
    let identified = sign_in(&Played::honest(), &plain(), |nonce| sign(&key(1), &claims(nonce))).await.unwrap();
    assert_eq!((identified.name, identified.number, identified.level), (None, None, 230));
    let unknown = sign_in(&Played::honest(), &plain(), |nonce| {
        let mut claims = claims(nonce);
        claims["ial"] = json!("9.9");
        sign(&key(1), &claims)
    })
    .await;
    assert_eq!(unknown.unwrap().level, 110, "a level that the profile does not know proves nothing");
}

#[tokio::test]
async fn an_id_token_that_is_not_the_providers_for_this_hall_and_sign_in_is_refused() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 19] = [
        ("another issuer", |claims| claims["iss"] = json!("https://evil.example")),
        ("no issuer", |claims| claims["iss"] = Value::Null),
        ("another audience", |claims| claims["aud"] = json!("other")),
        ("no audience", |claims| drop(claims.as_object_mut().unwrap().remove("aud"))),
        ("one audience too many", |claims| claims["aud"] = json!(["sala:1", "other"])),
        ("another authorised party", |claims| claims["azp"] = json!("other")),
        ("expired", |claims| claims["exp"] = json!(NOW_S - 60)),
        ("no expiry", |claims| drop(claims.as_object_mut().unwrap().remove("exp"))),
        ("made in the future", |claims| claims["iat"] = json!(NOW_S + 61)),
        ("made long ago", |claims| claims["iat"] = json!(NOW_S - 661)),
        ("no time", |claims| drop(claims.as_object_mut().unwrap().remove("iat"))),
        ("not valid yet", |claims| claims["nbf"] = json!(NOW_S + 61)),
        ("no nonce", |claims| drop(claims.as_object_mut().unwrap().remove("nonce"))),
        ("another nonce", |claims| claims["nonce"] = json!("0".repeat(64))),
        ("another access token", |claims| claims["at_hash"] = json!(URL_SAFE_NO_PAD.encode(&Sha256::digest("at-2")[..16]))),
        ("an at_hash that is no text", |claims| claims["at_hash"] = json!(1)),
        ("no subject", |claims| drop(claims.as_object_mut().unwrap().remove("sub"))),
        ("an empty subject", |claims| claims["sub"] = json!("")),
        ("a subject too long", |claims| claims["sub"] = json!("s".repeat(256))),
    ];
    for (what, change) in changes {
        let refused = sign_in(&Played::honest(), &plain(), |nonce| {
            let mut claims = claims(nonce);
            change(&mut claims);
            sign(&key(1), &claims)
        })
        .await;
        assert!(refused.is_err(), "{what}");
    }
    let edges: [Change; 5] = [
        |claims| claims["exp"] = json!(NOW_S - 59),
        |claims| claims["iat"] = json!(NOW_S + 60),
        |claims| claims["iat"] = json!(NOW_S - 660),
        |claims| claims["aud"] = json!(["sala:1"]),
        |claims| claims["azp"] = json!("sala:1"),
    ];
    for (place, change) in edges.into_iter().enumerate() {
        let taken = sign_in(&Played::honest(), &plain(), |nonce| {
            let mut claims = claims(nonce);
            change(&mut claims);
            sign(&key(1), &claims)
        })
        .await;
        assert!(taken.is_ok(), "edge {place}");
    }
}

/// Makes an ID token from a nonce.
type Forge = Box<dyn Fn(&str) -> String>;

#[tokio::test]
async fn a_token_does_not_choose_its_algorithm_or_its_key() {
    let public = key(1).public().to_members();
    let secret = Value::Object(public.clone()).to_string();
    let forgeries: [(&str, Forge); 6] = [
        ("none", Box::new(|nonce| raw(&json!({"alg": "none"}), &claims(nonce), b""))),
        ("None", Box::new(|nonce| raw(&json!({"alg": "None", "kid": "k1"}), &claims(nonce), b""))),
        (
            "HS256 with the public key",
            Box::new(move |nonce| {
                let token = raw(&json!({"alg": "HS256", "kid": "k1"}), &claims(nonce), b"");
                let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
                mac.update(token.trim_end_matches('.').as_bytes());
                format!("{token}{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
            }),
        ),
        ("a stranger's key under the right name", Box::new(|nonce| sign(&key(2).with_key_id("k1"), &claims(nonce)))),
        (
            "a key that it brings itself",
            Box::new(|nonce| {
                let header = Map::from_iter([("jwk".to_owned(), Value::Object(key(2).public().to_members()))]);
                jws::sign(&key(2), &header, claims(nonce).to_string().as_bytes()).unwrap()
            }),
        ),
        ("a good algorithm that is not allowed", Box::new(|nonce| sign(&SigningKey::ed25519(&[1; 32]).with_key_id("k1"), &claims(nonce)))),
    ];
    for (what, forge) in &forgeries {
        let played = Played::honest();
        assert!(matches!(sign_in(&played, &plain(), forge).await, Err(OidcError::Token(_))), "{what}");
        assert!(played.asked("/jwks").len() <= 1, "{what}");
    }
    assert!(Algorithm::from_name("none").is_none());
}

#[tokio::test]
async fn an_unknown_key_makes_us_ask_once_more_and_not_again_within_a_minute() {
    let (played, provider) = (Played::honest(), plain());
    let rotated = KeySet::new(vec![key(1).public().clone(), key(3).public().clone()]).to_json();
    let client = played.client();
    let finish = async |now_s: i64, by: u8| {
        let (url, flow) = client.begin(&at(now_s), &provider, &party()).await.unwrap();
        let nonce = Url::parse(&url).unwrap().query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
        let mut claims = claims(&nonce);
        claims["iat"] = json!(now_s);
        claims["exp"] = json!(now_s + 60);
        played.says("/token", vec![(200, tokens(&sign(&key(by), &claims)))]);
        client.finish(&at(now_s), &provider, &party(), flow, CODE).await.map(|identified| identified.subject)
    };
    finish(NOW_S, 1).await.unwrap();
    played.says("/jwks", vec![(200, rotated)]);
    assert!(finish(NOW_S + 10, 3).await.is_err(), "asked just now");
    assert_eq!(played.asked("/jwks").len(), 1);
    finish(NOW_S + 60, 3).await.unwrap();
    for _ in 0..5 {
        assert_eq!(finish(NOW_S + 70, 9).await.unwrap_err(), OidcError::Token(CredentialError::NoSingleKey));
    }
    assert_eq!(played.asked("/jwks").len(), 2, "a flood of unknown keys is not passed on");
    finish(NOW_S + 3600 + 60, 3).await.unwrap();
    assert_eq!((played.asked("/jwks").len(), played.asked("openid-configuration").len()), (3, 2));
}

#[tokio::test]
async fn an_answer_from_another_issuer_is_a_mix_up() {
    let told = |claimed| CodeAnswer { code: "c-1", issuer: claimed };
    for issuer in [Some("https://evil.example"), Some(""), Some("https://id.example.go.th/")] {
        let played = Played::honest();
        let (client, flow, _) = begun(&played, &plain()).await;
        let refused = client.finish(&at(NOW_S), &plain(), &party(), flow, told(issuer)).await.unwrap_err();
        assert_eq!(refused, OidcError::MixedUp, "{issuer:?}");
        assert!(played.asked("/token").is_empty(), "the code goes nowhere");
    }
    let played = Played::honest();
    let mut announced = metadata();
    announced["authorization_response_iss_parameter_supported"] = json!(true);
    played.says("/.well-known/openid-configuration", vec![(200, announced)]);
    let (client, flow, _) = begun(&played, &plain()).await;
    assert_eq!(client.finish(&at(NOW_S), &plain(), &party(), flow, told(None)).await.unwrap_err(), OidcError::MixedUp);
}

#[tokio::test]
async fn metadata_leads_nowhere_but_to_the_provider() {
    let traps = [
        "http://169.254.169.254/latest/meta-data/iam",
        "https://169.254.169.254/",
        "http://localhost/",
        "https://localhost:8080/api",
        "https://127.0.0.1/",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://other.example/token",
        "https://id.example.go.th:9200/",
        "https://id.example.go.th@evil.example/",
        "http://id.example.go.th/token",
    ];
    let names = ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "pushed_authorization_request_endpoint"];
    let mut curious = fapi();
    curious.asks_userinfo = true;
    for trap in traps {
        for name in names {
            let mut document = metadata();
            document[name] = json!(trap);
            let played = Played::honest();
            played.says("/.well-known/openid-configuration", vec![(200, document)]);
            let refused = played.client().begin(&at(NOW_S), &curious, &party()).await.unwrap_err();
            assert!(matches!(refused, OidcError::Address { name: told, .. } if told == name), "{trap} {name}: {refused}");
            assert_eq!(played.0.lock().unwrap().asked.len(), 1, "nothing was asked there");
        }
    }
    let read = |change: fn(&mut Value)| {
        let mut document = metadata();
        change(&mut document);
        Metadata::read(&curious, document.to_string().as_bytes())
    };
    assert!(read(|_| ()).is_ok());
    assert!(read(|document| document["issuer"] = json!("https://id.example.go.th/")).is_err(), "an issuer is compared as text");
    assert!(read(|document| document["code_challenge_methods_supported"] = json!(["plain"])).is_err());
    assert!(read(|document| drop(document.as_object_mut().unwrap().remove("pushed_authorization_request_endpoint"))).is_err());
    let twice = format!(r#"{{"issuer":"https://evil.example",{}"#, &metadata().to_string()[1..]);
    assert!(Metadata::read(&curious, twice.as_bytes()).is_err(), "a member that is there twice");
    assert_eq!(AddressError::Private.to_string(), "it leads into a private network");
}

#[tokio::test]
async fn a_redirect_or_an_error_in_the_place_of_an_answer_is_no_answer() {
    let played = Played::honest();
    let (client, flow, _) = begun(&played, &plain()).await;
    played.says("/token", vec![(302, Value::Null)]);
    assert!(matches!(client.finish(&at(NOW_S), &plain(), &party(), flow, CODE).await, Err(OidcError::Unreachable(_))));
    let (client, flow, _) = begun(&played, &plain()).await;
    played.says("/token", vec![(400, json!({ "error": "invalid_grant\n\u{1b}[31m" }))]);
    let refused = client.finish(&at(NOW_S), &plain(), &party(), flow, CODE).await.unwrap_err();
    assert_eq!(refused, OidcError::Refused("invalid_grant[31m".into()), "what stands in the log has no control letters");
    played.says("/.well-known/openid-configuration", vec![(302, metadata())]);
    assert!(matches!(played.client().begin(&at(NOW_S), &plain(), &party()).await, Err(OidcError::Unreachable(_))));
    let (client, flow, sent) = {
        played.says("/.well-known/openid-configuration", vec![(200, metadata())]);
        begun(&played, &plain()).await
    };
    let mut bound = tokens(&sign(&key(1), &claims(&sent["nonce"])));
    bound["token_type"] = json!("DPoP");
    played.says("/token", vec![(200, bound)]);
    assert!(client.finish(&at(NOW_S), &plain(), &party(), flow, CODE).await.is_err(), "a token of another kind than was asked for");
}

#[tokio::test]
async fn claims_of_another_subject_are_not_mixed_in() {
    let mut provider = plain();
    provider.asks_userinfo = true;
    let played = Played::honest();
    played.says("/me", vec![(200, json!({ "sub": "s-2", "name": "ผู้อื่น" }))]);
    assert!(sign_in(&played, &provider, |nonce| sign(&key(1), &claims(nonce))).await.is_err());
    played.says("/me", vec![(200, json!({ "sub": "s-1", "name": "สมหญิง", "ial": "2.1" }))]);
    let identified = sign_in(&played, &provider, |nonce| sign(&key(1), &claims(nonce))).await.unwrap();
    assert_eq!((identified.name.as_deref(), identified.level), (Some("สมหญิง"), 230), "what is signed counts more");
    assert!(played.asked("/me")[0].headers.contains(&("authorization", "Bearer at-1".into())));
}

/// The ID token in its envelope for the hall.
fn sealed(token: &str) -> String {
    let fresh = jwe::Fresh { ephemeral: [5; 32], iv: [6; 12] };
    jwe::encrypt(party().decryption.public(), &fresh, json!({"cty": "JWT"}).as_object().unwrap(), token.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_strict_provider_gets_a_pushed_request_and_proofs_of_possession() {
    let (played, provider) = (Played::honest(), fapi());
    let pushed = json!({ "request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 60 });
    played.says("/par", vec![(400, json!({ "error": "use_dpop_nonce" })), (201, pushed)]);
    let (client, flow, sent) = begun(&played, &provider).await;
    assert_eq!(
        sent,
        BTreeMap::from([("client_id".into(), "sala:1".into()), ("request_uri".into(), "urn:ietf:params:oauth:request_uri:1".into())])
    );
    let asked = played.asked("/par");
    assert_eq!(asked.len(), 2, "once without and once with the nonce");
    let form_sent = form(&asked[1]);
    let check = ClaimsCheck { now_s: NOW_S, audience: Some(ISSUER), ..ClaimsCheck::default() };
    let hall_keys = KeySet::parse(&party().keys().to_string()).unwrap();
    let ids: Vec<String> = asked
        .iter()
        .map(|request| {
            client_assertion::verify(&form(request)["client_assertion"], "sala:1", &hall_keys, &[Algorithm::Es256], &check, 60)
                .unwrap()
                .token_id
        })
        .collect();
    assert_ne!(ids[0], ids[1], "an assertion is good once");
    let proof = |request: &Request| request.headers.iter().find(|(name, _)| *name == "dpop").unwrap().1.clone();
    let wanted = DpopRequest { method: "POST", uri: "https://id.example.go.th/par", access_token: None, nonce: Some("nonce-1") };
    let first = wanted.verify(&proof(&asked[1]), &[Algorithm::Es256], NOW_S, 60).unwrap();
    assert!(wanted.verify(&proof(&asked[0]), &[Algorithm::Es256], NOW_S, 60).is_err());

    let id_token = sealed(&sign(&key(1), &claims(&form_sent["nonce"])));
    let mut answer = tokens(&id_token);
    answer["token_type"] = json!("DPoP");
    played.says("/token", vec![(200, answer)]);
    assert_eq!(client.finish(&at(NOW_S), &provider, &party(), flow, CODE).await.unwrap().subject, "s-1");
    let wanted = DpopRequest { method: "POST", uri: "https://id.example.go.th/token", access_token: None, nonce: None };
    let second = wanted.verify(&proof(&played.asked("/token")[0]), &[Algorithm::Es256], NOW_S, 60).unwrap();
    assert_eq!(first.thumbprint, second.thumbprint, "one key for one flow");
    let (_, other, _) = begun(&played, &provider).await;
    assert_ne!(format!("{other:?}"), "");
    let third = wanted.verify(&proof(played.asked("/par").last().unwrap()), &[Algorithm::Es256], NOW_S, 60);
    assert!(third.is_err(), "a proof for the one endpoint is none for the other");
}

#[tokio::test]
async fn an_envelope_that_was_agreed_is_not_left_off_nor_put_on() {
    let strict = fapi();
    let cases: [(Provider, Forge, bool); 6] = [
        (strict.clone(), Box::new(|nonce: &str| sealed(&sign(&key(1), &claims(nonce)))), true),
        (strict.clone(), Box::new(|nonce: &str| sign(&key(1), &claims(nonce))), false),
        (plain(), Box::new(|nonce: &str| sealed(&sign(&key(1), &claims(nonce)))), false),
        // Anyone can encrypt to the hall: what is inside must be signed.
        (strict.clone(), Box::new(|nonce: &str| sealed(&raw(&json!({"alg": "none"}), &claims(nonce), b""))), false),
        (strict.clone(), Box::new(|nonce: &str| sealed(&claims(nonce).to_string())), false),
        (strict, Box::new(|nonce: &str| sealed(&sign(&key(2).with_key_id("k1"), &claims(nonce)))), false),
    ];
    for (provider, token, works) in cases {
        let played = Played::honest();
        played.says("/par", vec![(201, json!({ "request_uri": "urn:1", "expires_in": 60 }))]);
        let (client, flow, sent) = begun(&played, &provider).await;
        let nonce = sent.get("nonce").cloned().unwrap_or_else(|| form(&played.asked("/par")[0])["nonce"].clone());
        let mut answer = tokens(&token(&nonce));
        if provider.has_dpop {
            answer["token_type"] = json!("DPoP");
        }
        played.says("/token", vec![(200, answer)]);
        assert_eq!(client.finish(&at(NOW_S), &provider, &party(), flow, CODE).await.is_ok(), works);
    }
}
