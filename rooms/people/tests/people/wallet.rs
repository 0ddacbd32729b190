//! A wallet in Rust that talks to the addresses for wallets as any other would, without cookies.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, StatusCode},
};
use sala_core::time::Clock;
use sala_credential::{
    Algorithm, Jwk, SigningKey,
    jose::{UnverifiedJws, dpop::DpopRequest, pkce},
    openid4vci::{credential::prove, offer::CredentialOffer},
    sd_jwt::SdJwt,
    status::{self, Status, StatusReference},
    vc,
};
use sala_people::{CredentialTypes, KnownWallet, Offices, PeopleConfig};
use serde_json::{Map, Value, json};
use tower::ServiceExt;

use super::hall::{Hall, ORIGIN, hall_on, profile};

/// What the hall answered a wallet.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self
    }

    /// Refused in the words of OAuth.
    #[track_caller]
    pub(crate) fn refused(&self, error: &str) {
        assert_eq!(self.json["error"], error, "{} {}", self.status, self.text);
        assert!(self.status.is_client_error() && self.json.get("code").is_none());
        assert_eq!(self.headers["cache-control"], "no-store");
    }
}

pub(crate) const APP: &str = "https://wallet.example/app";
pub(crate) const APP_BACK: &str = "https://wallet.example/back?x=1";

/// What the demonstration issues, a licence that is awarded, and a wallet of others.
pub(crate) fn types() -> CredentialTypes {
    let offices = Offices::read(&profile("offices.yaml")).unwrap();
    let mut types = CredentialTypes::read(&profile("credentials.yaml"), &offices).unwrap();
    let licence = tempfile::tempdir().unwrap();
    let path = licence.path().join("credentials.yaml");
    let yaml = "
types:
  - id: vendor-licence
    title: { th: ใบอนุญาตค้าขาย, en: Vendor's licence }
    description: { th: ขายอาหารในที่สาธารณะได้, en: May sell food in public places }
    legal_basis: { th: พระราชบัญญัติการสาธารณสุข พ.ศ. 2535, en: Public Health Act B.E. 2535 }
    ground: award
    valid_days: 365
    revoked_by: { office: health, role: approver }
    claims:
      - { name: place, title: { th: ที่, en: Place }, from: award, mandatory: true }
      - { name: goods, title: { th: สินค้า, en: Goods }, from: award }
";
    std::fs::write(&path, yaml).unwrap();
    types.types.extend(CredentialTypes::read(&path, &offices).unwrap().types);
    let title = sala_core::text::Text::new("กระเป๋าอื่น", "Another wallet");
    types.wallets.push(KnownWallet { id: APP.into(), title, redirect_uris: vec![APP_BACK.into()] });
    types
}

pub(crate) async fn issuing_hall() -> Hall {
    issuing_hall_on(None).await
}

/// With its state in a PostgreSQL database of this URL, or in files of its own.
pub(crate) async fn issuing_hall_on(database: Option<String>) -> Hall {
    hall_on(database, |config| config.credentials = types()).await
}

pub(crate) fn issuing_config() -> PeopleConfig {
    PeopleConfig { credentials: types(), ..super::hall::real_config() }
}

/// Asks without a cookie.
pub(crate) async fn ask(hall: &Hall, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = hall.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = String::from_utf8(to_bytes(response.into_body(), 4 << 20).await.unwrap().to_vec()).unwrap();
    let json = serde_json::from_str(&text).unwrap_or_default();
    Answer { status, headers, text, json }
}

pub(crate) async fn get(hall: &Hall, path: &str) -> Answer {
    ask(hall, "GET", path, &[], String::new()).await
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Keys of a wallet by number; each copy of a credential gets one of its own.
pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::es256(&[number; 32]).unwrap()
}

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A wallet, with a DPoP key if it has one.
pub(crate) struct Wallet {
    pub(crate) dpop: Option<SigningKey>,
    pub(crate) count: std::cell::Cell<u32>,
}

impl Wallet {
    pub(crate) fn new() -> Self {
        Self { dpop: None, count: std::cell::Cell::new(0) }
    }

    pub(crate) fn with_dpop() -> Self {
        Self { dpop: Some(key(200)), ..Self::new() }
    }

    /// A fresh proof of the DPoP key.
    pub(crate) fn proof(&self, hall: &Hall, path: &str, access_token: Option<&str>) -> Option<String> {
        self.count.set(self.count.get() + 1);
        let uri = format!("{ORIGIN}{path}");
        let request = DpopRequest { method: "POST", uri: &uri, access_token, nonce: None };
        let id = format!("proof-{:08}-{path}", self.count.get());
        self.dpop.as_ref().map(|key| request.prove(key, &id, hall.clock.now().seconds()).unwrap())
    }

    pub(crate) async fn post_form(&self, hall: &Hall, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let proof = self.proof(hall, path, None);
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(proof.as_deref().map(|proof| ("dpop", proof)));
        ask(hall, "POST", path, &headers, form(pairs)).await
    }

    /// Takes up an offer with its PIN.
    pub(crate) async fn take(&self, hall: &Hall, offer: &Value, pin: &str) -> Answer {
        let offer = CredentialOffer::parse(offer.to_string().as_bytes()).unwrap();
        let grant = offer.grants.unwrap().pre_authorized.unwrap();
        let grant_type = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
        let pairs = [("grant_type", grant_type), ("pre-authorized_code", grant.code.as_str()), ("tx_code", pin)];
        self.post_form(hall, "/openid4vci/token", &pairs).await
    }

    pub(crate) async fn nonce(&self, hall: &Hall) -> String {
        let answer = ask(hall, "POST", "/openid4vci/nonce", &[], String::new()).await.ok();
        answer.json["c_nonce"].as_str().unwrap().to_owned()
    }

    /// Asks with an access token at one of the addresses that need one.
    pub(crate) async fn post(&self, hall: &Hall, path: &str, token: &Value, body: &Value) -> Answer {
        let access_token = token["access_token"].as_str().unwrap();
        let authorization = format!("{} {access_token}", token["token_type"].as_str().unwrap());
        let proof = self.proof(hall, path, Some(access_token));
        let mut headers = vec![("content-type", "application/json"), ("authorization", authorization.as_str())];
        headers.extend(proof.as_deref().map(|proof| ("dpop", proof)));
        ask(hall, "POST", path, &headers, body.to_string()).await
    }

    /// Asks for copies under these keys, with a fresh nonce.
    pub(crate) async fn fetch(&self, hall: &Hall, token: &Value, kind: &str, keys: &[SigningKey]) -> Answer {
        let nonce = self.nonce(hall).await;
        let now_s = hall.clock.now().seconds();
        let proofs: Vec<String> = keys.iter().map(|key| prove(key, ORIGIN, &nonce, now_s).unwrap()).collect();
        self.fetch_with(hall, token, kind, &proofs).await
    }

    pub(crate) async fn fetch_with(&self, hall: &Hall, token: &Value, kind: &str, proofs: &[String]) -> Answer {
        let by = if token.get("authorization_details").is_some() { "credential_identifier" } else { "credential_configuration_id" };
        self.post(hall, "/openid4vci/credential", token, &json!({ by: kind, "proofs": { "jwt": proofs } })).await
    }

    /// The whole way of an offer: copies under keys 1, 2, ….
    pub(crate) async fn accept(&self, hall: &Hall, session: &str, body: Value, copies: u8) -> Vec<String> {
        let kind = body["type"].as_str().unwrap().to_owned();
        let offered = hall.ask("POST", "/credential-offers", Some(session), Some(body)).await.ok().json;
        let token = self.take(hall, &offered["offer"], offered["tx_code"].as_str().unwrap()).await.ok().json;
        let keys: Vec<SigningKey> = (1..=copies).map(key).collect();
        copies_of(&self.fetch(hall, &token, &kind, &keys).await.ok())
    }

    /// Pushes a request of another site's wallet.
    pub(crate) async fn push(&self, hall: &Hall, changes: &[(&str, &str)]) -> Answer {
        let challenge = pkce::challenge(VERIFIER);
        let mut pairs = Map::from_iter(
            [
                ("response_type", "code"),
                ("client_id", APP),
                ("redirect_uri", APP_BACK),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
                ("scope", "proven-person"),
                ("state", "s t/1"),
            ]
            .map(|(name, value)| (name.to_owned(), json!(value))),
        );
        for (name, value) in changes {
            pairs.insert((*name).to_owned(), json!(value));
        }
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).filter(|(_, value)| !value.is_empty()).collect();
        self.post_form(hall, "/openid4vci/par", &pairs).await
    }

    /// Exchanges the code that the browser brought.
    pub(crate) async fn exchange(&self, hall: &Hall, code: &str, changes: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", APP_BACK),
            ("client_id", APP),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        self.post_form(hall, "/openid4vci/token", &pairs).await
    }
}

/// The credentials of an answer.
pub(crate) fn copies_of(answer: &Answer) -> Vec<String> {
    let copies = answer.json["credentials"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    copies.iter().map(|copy| copy["credential"].as_str().unwrap().to_owned()).collect()
}

/// The keys that the hall publishes.
pub(crate) async fn issuer_keys(hall: &Hall) -> Vec<Jwk> {
    let published = get(hall, "/.well-known/jwt-vc-issuer").await.ok().json;
    assert_eq!(published["issuer"], ORIGIN);
    let keys = published["jwks"]["keys"].as_array().unwrap();
    assert!(keys.iter().all(|key| key.get("d").is_none()));
    keys.iter().map(|key| Jwk::parse(&key.to_string()).unwrap()).collect()
}

/// Verifies a copy with the hall's published keys, and what stands in the status list.
pub(crate) async fn verified(hall: &Hall, copy: &str) -> (vc::Credential, Status) {
    let sd_jwt = SdJwt::parse(copy).unwrap();
    let keys = sala_credential::KeySet::new(issuer_keys(hall).await);
    let jws = sd_jwt.unverified().unwrap();
    let key = keys.select(jws.key_id(), Algorithm::Es256).unwrap();
    let check = vc::Check {
        now_s: hall.clock.now().seconds(),
        leeway_s: 0,
        allowed: &[Algorithm::Es256],
        issuer: Some(ORIGIN),
        types: &[],
        key_binding: None,
    };
    let credential = vc::verify(&sd_jwt, key, &check).unwrap();
    let status = status_of(hall, credential.status.as_ref().unwrap()).await;
    (credential, status)
}

/// What the list at the credential's address says now.
pub(crate) async fn status_of(hall: &Hall, reference: &StatusReference) -> Status {
    let path = reference.uri.strip_prefix(ORIGIN).unwrap();
    let answer = get(hall, path).await.ok();
    assert_eq!(answer.headers["content-type"], "application/statuslist+jwt");
    assert_eq!(answer.headers["cache-control"], "public, max-age=300");
    let keys = sala_credential::KeySet::new(issuer_keys(hall).await);
    let now_s = hall.clock.now().seconds();
    let key_id = UnverifiedJws::parse(&answer.text).unwrap().key_id().map(str::to_owned);
    let key = keys.select(key_id.as_deref(), Algorithm::Es256).unwrap();
    let token = status::verify(&answer.text, &reference.uri, key, &[Algorithm::Es256], now_s, status::MAX_BYTES).unwrap();
    token.status_of(reference).unwrap()
}

/// What stands in a copy without any disclosure.
pub(crate) fn plain(copy: &str) -> Map<String, Value> {
    let payload = copy.split('.').nth(1).unwrap();
    serde_json::from_slice(&sala_credential::base64url::decode(payload).unwrap()).unwrap()
}
