//! A hall with only this room, browsers that talk to it and authenticators that sign.

use std::{net::IpAddr, path::Path, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::IntoResponse,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use passkey::{
    authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod},
    client::{Client, DefaultClientData, WebauthnError},
    crypto::rust_crypto::RustCryptoBackend,
    types::{
        Passkey,
        ctap2::{Aaguid, Ctap2Error},
        webauthn::{CredentialCreationOptions, CredentialRequestOptions},
    },
};
use sala_core::{
    bus::Bus,
    ctx::{Actor, Assurance, Ctx},
    entropy::{Entropy, OsEntropy, new_id},
    store::{Location, Store, StoreConfig},
    text::{Lang, Text},
    time::{Clock, FixedClock, Timestamp},
};
use sala_people::{
    Authenticators, CredentialTypes, Delegation, IdentityProviders, Offices, People, PeopleConfig, Presentations, Privacy, RecoveryRules,
    Remote, SCHEMA, SIGNATURE_HEADER, Statement, Witnessed, router,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tower::ServiceExt;
use webauthn_rs::prelude::Url;

#[path = "token.rs"]
pub(crate) mod token;

use self::token::Token;

pub(crate) const ORIGIN: &str = "https://sala.example.com";

pub(crate) struct Hall {
    pub(crate) people: Arc<People>,
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) folder: TempDir,
    router: Router,
}

/// What the hall answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) set_cookie: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) json: Value,
}

impl Reply {
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.json);
        self
    }

    #[track_caller]
    pub(crate) fn refused(&self, code: &str) {
        assert_eq!(self.json["code"], code, "{} {}", self.status, self.json);
        assert_eq!(self.status.as_u16(), u16::try_from(self.json["status"].as_u64().unwrap()).unwrap());
    }

    /// The token in the cookie that was set.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        let cookie = self.set_cookie.as_ref().expect("a cookie");
        cookie.split(';').next().unwrap().split_once('=').unwrap().1.to_owned()
    }
}

pub(crate) async fn hall() -> Hall {
    hall_with(|_| {}).await
}

pub(crate) async fn demo_hall() -> Hall {
    hall_with(|config| {
        config.is_demo = true;
        config.is_secure = false;
        config.origin = "http://localhost:8080".into();
        config.rp_id = "localhost".into();
    })
    .await
}

pub(crate) async fn hall_with(change: impl FnOnce(&mut PeopleConfig)) -> Hall {
    hall_on(None, change).await
}

/// A hall whose state lies in a PostgreSQL database of this URL; none: in files of its own.
pub(crate) async fn hall_on(database: Option<String>, change: impl FnOnce(&mut PeopleConfig)) -> Hall {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp::from_seconds(1_790_000_000)));
    let location = database.map_or_else(|| Location::Folder(folder.path().to_owned()), Location::Postgres);
    let config = StoreConfig { location, kek: [7; 32], schemas: vec![&SCHEMA] };
    let store = Arc::new(Store::open(config, Arc::new(Bus::default()), Arc::new(OsEntropy)).await.unwrap());
    let mut config = real_config();
    change(&mut config);
    Hall::open(folder, clock, store, config).await
}

pub(crate) fn profile(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo").join(file)
}

/// What the demonstration lets people delegate.
pub(crate) fn delegation() -> Delegation {
    Delegation::read(&profile("mandates.yaml"), &Offices::read(&profile("offices.yaml")).unwrap()).unwrap()
}

/// What the demonstration decides about data of persons, with the waits of a real hall.
pub(crate) fn privacy() -> Privacy {
    let offices = Offices::read(&profile("offices.yaml")).unwrap();
    let waits = Privacy::default();
    let demo = Privacy::read(&profile("privacy.yaml"), &offices).unwrap();
    Privacy {
        erasure_wait_s: waits.erasure_wait_s,
        recovery: RecoveryRules { registrar: demo.recovery.registrar, ..waits.recovery },
        ..demo
    }
}

/// Settings of a real hall, for a room over another store.
pub(crate) fn real_config() -> PeopleConfig {
    PeopleConfig {
        rp_id: "sala.example.com".into(),
        origin: ORIGIN.into(),
        is_secure: true,
        is_demo: false,
        hall_name: Text::new("ศาลาทดสอบ", "Test hall"),
        delegation: delegation(),
        authenticators: Authenticators::default(),
        privacy: privacy(),
        identity: IdentityProviders::default(),
        presentations: Presentations::default(),
        credentials: CredentialTypes::default(),
        witnessed: Witnessed::new(|_| true),
        custodians: None,
    }
}

impl Hall {
    pub(crate) async fn open(folder: TempDir, clock: Arc<FixedClock>, store: Arc<Store>, config: PeopleConfig) -> Self {
        let offices = Offices::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo/offices.yaml")).unwrap();
        let time: Arc<dyn Clock> = Arc::<FixedClock>::clone(&clock);
        let people = People::open(Arc::clone(&store), time, Arc::new(OsEntropy), offices, config).await.unwrap();
        let (routes, _) = router(Arc::clone(&people)).split_for_parts();
        let router = routes.layer(from_fn_with_state((Arc::clone(&people), Arc::clone(&clock)), with_ctx));
        Self { people, store, clock, folder, router }
    }

    /// The same store under a room that has just started.
    pub(crate) async fn restart(self, is_demo: bool) -> Self {
        let is_secure = self.people.cookie_name() == "__Host-sala";
        let (origin, rp_id) = if is_secure { (ORIGIN, "sala.example.com") } else { ("http://localhost:8080", "localhost") };
        let config = PeopleConfig { rp_id: rp_id.into(), origin: origin.into(), is_secure, is_demo, ..real_config() };
        Self::open(self.folder, self.clock, self.store, config).await
    }

    pub(crate) fn system(&self) -> Ctx {
        Ctx::system("test/1", self.clock.now(), Arc::new(OsEntropy))
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Reply {
        self.ask_from("192.0.2.1", method, path, token, body).await
    }

    /// A request that a form of a foreign site could make.
    pub(crate) async fn ask_plainly(&self, method: &str, path: &str, token: &str) -> Reply {
        let cookie = format!("{}={token}", self.people.cookie_name());
        let request = Request::builder().method(method).uri(format!("/api/v1{path}")).header(header::COOKIE, cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn ask_from(&self, remote: &str, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Reply {
        self.ask_with(remote, method, path, token, body, None).await
    }

    /// The body of what is no JSON.
    pub(crate) async fn bytes(&self, path: &str) -> Vec<u8> {
        let request = Request::builder().uri(format!("/api/v1{path}")).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()
    }

    /// A request that the holder of the device signs.
    pub(crate) async fn ask_signed(&self, device: &mut Device, method: &str, path: &str, token: &str, body: Option<Value>) -> Reply {
        let signature = self.signature(device, method, path, token, body.as_ref()).await;
        self.ask_with("192.0.2.1", method, path, Some(token), body, Some(&signature)).await
    }

    /// The header that signs a request.
    pub(crate) async fn signature(&self, device: &mut Device, method: &str, path: &str, token: &str, body: Option<&Value>) -> String {
        self.signature_from("192.0.2.1", device, (method, path), token, body).await
    }

    /// The same, asked for from this address.
    pub(crate) async fn signature_from(
        &self,
        remote: &str,
        device: &mut Device,
        (method, path): (&str, &str),
        token: &str,
        body: Option<&Value>,
    ) -> String {
        let nonce = self.ask_from(remote, "POST", "/session/nonce", Some(token), None).await.ok().json;
        let text = |name: &str| nonce[name].as_str().unwrap().to_owned();
        let body = body.map(Value::to_string).unwrap_or_default();
        let statement = Statement {
            hall: text("hall"),
            method: method.into(),
            path: format!("/api/v1{path}"),
            body: Sha256::digest(body.as_bytes()).into(),
            actor: text("actor"),
            behalf: String::new(),
            nonce: text("nonce"),
        };
        let credential = device.sign(&statement.challenge(), &text("rp_id")).await;
        URL_SAFE_NO_PAD.encode(json!({ "nonce": nonce["nonce"], "credential": credential }).to_string())
    }

    pub(crate) async fn ask_with(
        &self,
        remote: &str,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
        signature: Option<&str>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("x-sala-csrf", "1");
        if let Some(signature) = signature {
            request = request.header("sala-signature", signature);
        }
        if let Some(token) = token {
            request = request.header(header::COOKIE, format!("theme=dark; {}={token}", self.people.cookie_name()));
        }
        let body = match body {
            Some(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(Remote(remote.parse::<IpAddr>().unwrap()));
        self.send(request).await
    }

    /// Everything that this hall answers, to be served on a port.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    async fn send(&self, request: Request) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let text = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (status, set_cookie, retry_after) = (response.status(), text(header::SET_COOKIE), text(header::RETRY_AFTER));
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        Reply { status, set_cookie, retry_after, json: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// Registers with a device; the reply to the finish.
    pub(crate) async fn register(&self, device: &mut Device, token: Option<&str>, start: Value) -> Reply {
        let started = self.ask("POST", "/passkeys/start", token, Some(start)).await;
        if !started.status.is_success() {
            return started;
        }
        let credential = device.register(&started.json["options"]).await.unwrap();
        let finish = json!({ "ceremony": started.json["ceremony"], "credential": credential, "label": "โทรศัพท์" });
        self.ask("POST", "/passkeys/finish", token, Some(finish)).await
    }

    /// A new person's session token.
    pub(crate) async fn newcomer(&self, device: &mut Device, name: &str) -> String {
        self.register(device, None, json!({ "name": name })).await.ok().token()
    }

    /// Signs in with a device; the reply to the finish.
    pub(crate) async fn sign_in(&self, device: &mut Device, token: Option<&str>) -> Reply {
        let finish = self.signed(device).await;
        self.ask("POST", "/session/passkey/finish", token, Some(finish)).await
    }

    /// A sign-in that only lacks its finish.
    pub(crate) async fn signed(&self, device: &mut Device) -> Value {
        let started = self.ask("POST", "/session/passkey/start", None, None).await.ok();
        let credential = device.sign_in(&started.json["options"]).await.unwrap();
        json!({ "ceremony": started.json["ceremony"], "credential": credential })
    }

    pub(crate) async fn session(&self, token: &str) -> Value {
        self.ask("GET", "/session", Some(token), None).await.ok().json
    }

    /// Kind, actor and leaf of every act so far.
    pub(crate) async fn acts(&self) -> Vec<(String, String, Vec<u8>)> {
        let rows = self.store.fetch("SELECT kind, actor, leaf FROM act ORDER BY idx", &[]).await.unwrap();
        rows.iter()
            .map(|row| (row.text("kind").unwrap().into(), row.text("actor").unwrap().into(), row.blob("leaf").unwrap().into()))
            .collect()
    }
}

/// What the hall's own middleware will do.
async fn with_ctx(
    axum::extract::State((people, clock)): axum::extract::State<(Arc<People>, Arc<FixedClock>)>,
    request: Request,
    next: Next,
) -> axum::response::Response {
    let (now, entropy): (_, Arc<dyn Entropy>) = (clock.now(), Arc::new(OsEntropy));
    let caller = match people.token_in(request.headers()) {
        Some(token) => people.caller_of(token, now).await.unwrap(),
        None => None,
    };
    let (actor, assurance) = caller.map_or((Actor::Visitor, Assurance::default()), |caller| (caller.actor, caller.assurance));
    let mut ctx = Ctx {
        actor,
        behalf: None,
        assurance,
        grounds: None,
        purpose: "service".into(),
        now,
        request_id: new_id("req", now, &*entropy),
        traceparent: None,
        lang: Lang::En,
        idempotency: None,
        entropy,
    };
    let (mut parts, body) = request.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    let path = parts.uri.path_and_query().unwrap().as_str();
    if let Some(header) = parts.headers.get(SIGNATURE_HEADER) {
        let asked = (parts.method.as_str(), path, Sha256::digest(&bytes).into());
        match people.verify_signature(&ctx, (people.token_in(&parts.headers), header.as_bytes()), asked).await {
            Ok(signature) => ctx.assurance.signature = signature,
            Err(problem) => return problem.into_response(),
        }
    }
    parts.extensions.insert(ctx);
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// A phone with room for one passkey, and a browser that shows the page of `origin`.
pub(crate) struct Device {
    passkey: Option<Passkey>,
    /// In place of the phone: a security key.
    token: Option<Token>,
    pub(crate) origin: Url,
}

/// Who holds the phone; `is_verified`: by PIN, finger or face.
pub(crate) struct Holder {
    is_verified: bool,
}

#[async_trait::async_trait]
impl UserValidationMethod for Holder {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(&self, _: UiHint<'a, Passkey>, presence: bool, _: bool) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence, verification: self.is_verified })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

impl Device {
    pub(crate) fn new() -> Self {
        Self::at(ORIGIN)
    }

    pub(crate) fn at(origin: &str) -> Self {
        Self { passkey: None, token: None, origin: origin.parse().unwrap() }
    }

    /// A security key that its maker attests.
    pub(crate) fn token(token: Token) -> Self {
        Self { token: Some(token), ..Self::new() }
    }

    /// The x coordinate of the passkey's public key (COSE label −2), as browsers write bytes.
    pub(crate) fn public_key_x(&self) -> String {
        let params = &self.passkey.as_ref().unwrap().key.params;
        let x = params.iter().find(|(label, _)| format!("{label:?}") == "Int(-2)").unwrap().1.as_bytes().unwrap();
        assert_eq!(x.len(), 32);
        serde_json::to_value(passkey::types::Bytes::from(x.clone())).unwrap().as_str().unwrap().to_owned()
    }

    fn authenticator(&self) -> Authenticator<Option<Passkey>, Holder, RustCryptoBackend> {
        Authenticator::new(Aaguid::new_empty(), self.passkey.clone(), Holder { is_verified: true }, RustCryptoBackend)
    }

    pub(crate) async fn register(&mut self, options: &Value) -> Result<Value, WebauthnError> {
        if let Some(token) = &mut self.token {
            return Ok(token.register(options, self.origin.as_str()));
        }
        let options: CredentialCreationOptions = serde_json::from_value(options.clone()).unwrap();
        let mut client = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let made = client.register(&self.origin, options, DefaultClientData).await?;
        self.passkey.clone_from(client.authenticator().store());
        Ok(serde_json::to_value(made).unwrap())
    }

    /// The answer of the passkey to a challenge of one's own.
    pub(crate) async fn sign(&mut self, challenge: &[u8], rp_id: &str) -> Value {
        let challenge = URL_SAFE_NO_PAD.encode(challenge);
        let options = json!({ "publicKey": { "challenge": challenge, "rpId": rp_id, "userVerification": "required" } });
        self.sign_in(&options).await.unwrap()
    }

    pub(crate) async fn sign_in(&mut self, options: &Value) -> Result<Value, WebauthnError> {
        if let Some(token) = &self.token {
            return Ok(token.sign_in(options, self.origin.as_str()));
        }
        let options: CredentialRequestOptions = serde_json::from_value(options.clone()).unwrap();
        let mut client = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let made = client.authenticate(&self.origin, options, DefaultClientData).await?;
        self.passkey.clone_from(client.authenticator().store());
        Ok(serde_json::to_value(made).unwrap())
    }
}
