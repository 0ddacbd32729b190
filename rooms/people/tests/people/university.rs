//! A university that issues degrees, on a port of its own, a wallet that holds them, and a hall that asks for them.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use sala_core::{entropy::OsEntropy, time::Clock};
use sala_credential::{
    Algorithm, ClaimsPath, Jwk, KeySet, SigningKey, base64url,
    jose::jwe::{self, Fresh},
    openid4vp::request::{PresentationRequest, ResponseMode},
    sd_jwt::{KeyBinding, SdJwt},
    status::{self, Status, StatusList, StatusReference, TokenDraft},
    vc,
};
use sala_people::{Offices, PeopleConfig, Presentations, Remote};
use serde_json::{Map, Value, json};
use tower::ServiceExt;
use webauthn_rs::prelude::Url;

use super::{
    data::Someone,
    hall::{Hall, ORIGIN, Reply, hall_on, profile, real_config},
};

pub(crate) const NOW_S: i64 = 1_790_000_000;
const DAY_S: i64 = 24 * 3600;

/// What a page of the university answers, and how often it was asked.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
    pub(crate) visits: usize,
}

type Pages = Arc<Mutex<BTreeMap<String, Page>>>;

/// An issuer.
pub(crate) struct University {
    pub(crate) address: String,
    pub(crate) key: SigningKey,
    pages: Pages,
}

/// A degree to be issued; what is not said is as it should be.
pub(crate) struct Degree {
    pub(crate) vct: String,
    pub(crate) issuer: String,
    pub(crate) not_before_s: Option<i64>,
    pub(crate) expires_s: Option<i64>,
    pub(crate) status: Option<StatusReference>,
    pub(crate) claims: Value,
}

fn fill(bytes: &mut [u8]) {
    use sala_core::entropy::Entropy;
    OsEntropy.fill(bytes);
}

pub(crate) fn random32() -> [u8; 32] {
    let mut bytes = [0; 32];
    fill(&mut bytes);
    bytes
}

async fn page(State(pages): State<Pages>, request: Request) -> Response {
    let mut pages = pages.lock().unwrap();
    let Some(page) = pages.get_mut(request.uri().path()) else { return StatusCode::NOT_FOUND.into_response() };
    page.visits += 1;
    let mut response = (StatusCode::from_u16(page.status).unwrap(), page.body.clone()).into_response();
    if let Some(location) = &page.location {
        response.headers_mut().insert(header::LOCATION, location.parse().unwrap());
    }
    response
}

impl University {
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let pages = Pages::default();
        tokio::spawn(axum::serve(listener, Router::new().fallback(page).with_state(Arc::clone(&pages))).into_future());
        let university = Self { address, key: SigningKey::es256(&random32()).unwrap().with_key_id("degrees-1"), pages };
        let metadata = json!({ "issuer": university.address, "jwks": { "keys": [university.key.public()] } });
        university.publish("/.well-known/jwt-vc-issuer", 200, metadata.to_string());
        university.publish_list("/status/1", &university.key, &university.at("/status/1"), &StatusList::new(2, 1000).unwrap());
        university
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) fn publish(&self, path: &str, status: u16, body: impl Into<Vec<u8>>) {
        let page = Page { status, location: None, body: body.into(), visits: 0 };
        self.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    pub(crate) fn redirect(&self, path: &str, location: &str) {
        let page = Page { status: 302, location: Some(location.to_owned()), body: vec![], visits: 0 };
        self.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    /// How often a page was asked for.
    pub(crate) fn visits(&self, path: &str) -> usize {
        self.pages.lock().unwrap().get(path).map_or(0, |page| page.visits)
    }

    /// A list that may be kept for a minute.
    pub(crate) fn publish_list(&self, path: &str, key: &SigningKey, sub: &str, list: &StatusList) {
        let draft = TokenDraft { uri: sub, issued_s: NOW_S, expires_s: Some(NOW_S + DAY_S), ttl_s: Some(60) };
        self.publish(path, 200, status::sign(key, &draft, list).unwrap());
    }

    /// A list in which the credential at `index` has this status.
    pub(crate) fn set(&self, path: &str, index: u64, status: Status) {
        let mut list = StatusList::new(2, 1000).unwrap();
        list.set(index, status).unwrap();
        self.publish_list(path, &self.key, &self.at(path), &list);
    }

    pub(crate) fn degree(&self) -> Degree {
        Degree {
            vct: self.at("/types/degree"),
            issuer: self.address.clone(),
            not_before_s: None,
            expires_s: Some(NOW_S + 365 * DAY_S),
            status: Some(StatusReference { index: 7, uri: self.at("/status/1") }),
            claims: json!({ "name": "Planted-Holder-Name", "degree": { "level": "master", "field": "hydrology", "mark": "Planted-Mark" }, "year": 2560 }),
        }
    }

    pub(crate) fn issue(&self, holder: &Jwk, degree: Degree) -> SdJwt {
        issue(&self.key, holder, degree)
    }
}

pub(crate) fn issue(key: &SigningKey, holder: &Jwk, degree: Degree) -> SdJwt {
    let paths = [
        json!(["name"]),
        json!(["degree"]),
        json!(["degree", "level"]),
        json!(["degree", "field"]),
        json!(["degree", "mark"]),
        json!(["year"]),
    ];
    let disclosable: Vec<ClaimsPath> = paths.into_iter().map(|path| serde_json::from_value(path).unwrap()).collect();
    let draft = vc::Draft {
        vct: &degree.vct,
        issuer: &degree.issuer,
        issued_s: NOW_S - 3600,
        not_before_s: degree.not_before_s,
        expires_s: degree.expires_s,
        holder: Some(holder),
        status: degree.status,
        claims: degree.claims.as_object().unwrap().clone(),
        disclosable: &disclosable,
        decoys: 1,
    };
    vc::issue(key, draft, &mut fill).unwrap()
}

/// A holder with a key.
pub(crate) struct Wallet {
    pub(crate) key: SigningKey,
}

/// What an answer is bound to, and by whom.
pub(crate) struct Bound<'a> {
    pub(crate) audience: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) issued_s: i64,
    pub(crate) key: &'a SigningKey,
}

pub(crate) fn paths(paths: &Value) -> Vec<ClaimsPath> {
    serde_json::from_value(paths.clone()).unwrap()
}

/// What the query asks of a degree.
pub(crate) fn asked_paths() -> Value {
    json!([["degree", "level"], ["degree", "field"]])
}

impl Wallet {
    pub(crate) fn new() -> Self {
        Self { key: SigningKey::es256(&random32()).unwrap() }
    }

    pub(crate) fn holder(&self) -> &Jwk {
        self.key.public()
    }

    /// A presentation as the request wants it.
    pub(crate) fn show(&self, request: &PresentationRequest, credential: &SdJwt, shown: &Value) -> String {
        let bound = Bound { audience: &request.client_id, nonce: &request.nonce, issued_s: NOW_S, key: &self.key };
        show(credential, shown, &bound)
    }
}

pub(crate) fn show(credential: &SdJwt, shown: &Value, bound: &Bound<'_>) -> String {
    let binding = KeyBinding { audience: bound.audience, nonce: bound.nonce, issued_s: bound.issued_s };
    credential.select(&paths(shown)).unwrap().bind(bound.key, &binding).unwrap().to_string()
}

/// What was asked, as the wallet and the asker hold it.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) request_uri: String,
}

/// What the hall answered to a wallet.
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Told {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// An OAuth error, and nothing else.
    #[track_caller]
    pub(crate) fn is_refused(&self, status: u16) {
        let json = self.json();
        assert_eq!((self.status.as_u16(), &json["error"]), (status, &json!("invalid_request")), "{json}");
        assert!(json["error_description"].is_string() && json.as_object().unwrap().len() == 2, "{json}");
    }
}

/// A hall that asks for degrees of a university.
pub(crate) struct City {
    pub(crate) hall: Hall,
    pub(crate) university: University,
    /// Believed for another query only.
    pub(crate) academy: University,
    pub(crate) me: Someone,
    pub(crate) wallet: Wallet,
    asked: AtomicU32,
}

fn queries(university: &str, academy: &str) -> String {
    let words = "title: { th: วุฒิ, en: A degree }\n    purpose: { th: เพื่อทดสอบ, en: To test }\n    legal_basis: { th: กฎหมาย, en: Law }\n    days_kept: 7";
    let dcql = |address: &str, more: &str| {
        format!(
            "{{ credentials: [{{ id: degree, format: dc+sd-jwt, meta: {{ vct_values: ['{address}/types/degree'] }}, \
             claims: [{{ path: [degree, level]{more} }}, {{ path: [degree, field] }}] }}] }}"
        )
    };
    format!(
        "
issuers:
  - {{ id: university, title: {{ th: มหาวิทยาลัย, en: University }}, issuer: '{university}', is_demo: true }}
  - {{ id: academy, title: {{ th: สถาบัน, en: Academy }}, issuer: '{academy}', is_demo: true, without_status: true }}
queries:
  - id: degree
    {words}
    asked_by_anyone: true
    asked_by: [{{ office: digital, role: registrar }}]
    issuers: {{ degree: [university] }}
    dcql: {}
  - id: degree-in-the-open
    {words}
    asked_by_anyone: true
    response_mode: direct_post
    issuers: {{ degree: [university] }}
    dcql: {}
  - id: masters
    {words}
    asked_by_anyone: true
    issuers: {{ degree: [university] }}
    dcql: {}
  - id: academy
    {words}
    asked_by_anyone: true
    issuers: {{ degree: [academy] }}
    dcql: {}
  - id: for-the-desk
    {words}
    asked_by: [{{ office: digital, role: registrar }}]
    issuers: {{ degree: [university] }}
    dcql: {}
",
        dcql(university, ""),
        dcql(university, ""),
        dcql(university, ", values: [master]"),
        dcql(academy, ""),
        dcql(university, ""),
    )
}

pub(crate) fn presentations(yaml: &str) -> Presentations {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presentations.yaml");
    std::fs::write(&path, yaml).unwrap();
    Presentations::read(&path, &Offices::read(&profile("offices.yaml")).unwrap(), ORIGIN, true).unwrap()
}

impl City {
    pub(crate) async fn found() -> Self {
        Self::found_on(None).await
    }

    /// The same with its state in a PostgreSQL database of this URL.
    pub(crate) async fn found_on(database: Option<String>) -> Self {
        let (university, academy) = (University::open().await, University::open().await);
        let yaml = queries(&university.address, &academy.address);
        Self::open(university, academy, &yaml, database).await
    }

    /// A city that asks what stands in this profile.
    pub(crate) async fn asking(yaml: &str) -> Self {
        Self::open(University::open().await, University::open().await, yaml, None).await
    }

    async fn open(university: University, academy: University, yaml: &str, database: Option<String>) -> Self {
        let hall = hall_on(database, |config| config.presentations = presentations(yaml)).await;
        assert_eq!(hall.clock.now().seconds(), NOW_S);
        let me = Someone::new(&hall, "Planted-Asker-Name").await;
        Self { hall, university, academy, me, wallet: Wallet::new(), asked: AtomicU32::new(1) }
    }

    pub(crate) async fn tell(&self, method: Method, path: &str, body: Option<String>) -> Told {
        let request = Request::builder().method(method).uri(path).header("cookie", format!("__Host-sala={}", self.me.token));
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(body)),
            None => request.body(Body::empty()),
        };
        let mut request = request.unwrap();
        // Each time from elsewhere: how often one may ask is not the matter here.
        request.extensions_mut().insert(Remote(IpAddr::V4(Ipv4Addr::from_bits(self.asked.fetch_add(1, Ordering::Relaxed)))));
        let response = self.hall.router().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Told { status, headers, body: to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec() }
    }

    pub(crate) async fn ask(&self, query: &str) -> Asked {
        self.ask_as(&self.me, json!({ "query": query })).await
    }

    pub(crate) async fn ask_as(&self, who: &Someone, body: Value) -> Asked {
        let asked = who.ask(&self.hall, "POST", "/presentation-requests", Some(body)).await.ok().json;
        let text = |name: &str| asked[name].as_str().unwrap().to_owned();
        Asked { id: text("id"), url: text("url"), request_uri: text("request_uri") }
    }

    pub(crate) async fn state(&self, asked: &Asked) -> Value {
        self.reading(&self.me, asked).await.ok().json
    }

    pub(crate) async fn reading(&self, who: &Someone, asked: &Asked) -> Reply {
        who.get(&self.hall, &format!("/presentation-requests/{}", asked.id)).await
    }

    /// The request as a wallet reads it: fetched from its address, with the key of the hall's DID document.
    pub(crate) async fn fetch(&self, asked: &Asked) -> PresentationRequest {
        let told = self.tell(Method::GET, path_of(&asked.request_uri), None).await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.json());
        assert_eq!(told.headers[header::CONTENT_TYPE], "application/oauth-authz-req+jwt");
        self.read(asked, &told).await
    }

    pub(crate) async fn read(&self, asked: &Asked, told: &Told) -> PresentationRequest {
        let document = self.tell(Method::GET, "/.well-known/did.json", None).await.json();
        let method = &document["verificationMethod"][0];
        let mut key: Map<String, Value> = method["publicKeyJwk"].as_object().unwrap().clone();
        key.insert("kid".into(), method["id"].clone());
        let keys = KeySet::new(vec![Jwk::from_members(&key).unwrap()]);
        let link = Url::parse(&asked.url).unwrap();
        let client = link.query_pairs().find(|(name, _)| name == "client_id").unwrap().1.into_owned();
        let text = String::from_utf8(told.body.clone()).unwrap();
        PresentationRequest::verify(&text, &client, &keys, &[Algorithm::Es256], self.hall.clock.now().seconds()).unwrap()
    }

    /// Posts an answer in the mode that the request asks for.
    pub(crate) async fn answer(&self, request: &PresentationRequest, vp_token: &Value) -> Told {
        self.answer_text(request, &vp_token.to_string()).await
    }

    /// The same with the token letter for letter.
    pub(crate) async fn answer_text(&self, request: &PresentationRequest, vp_token: &str) -> Told {
        let body = form(request, vp_token, request.state.as_deref().unwrap());
        self.tell(Method::POST, path_of(&request.response_uri), Some(body)).await
    }

    /// The same city whose hall has just started.
    pub(crate) async fn restart(self) -> Self {
        let asked = presentations(&queries(&self.university.address, &self.academy.address));
        let config = PeopleConfig { presentations: asked, ..real_config() };
        let hall = Hall::open(self.hall.folder, self.hall.clock, self.hall.store, config).await;
        Self { hall, ..self }
    }

    /// A degree as it should be, shown as it should be.
    pub(crate) async fn honest(&self, request: &PresentationRequest) -> Told {
        let degree = self.university.issue(self.wallet.holder(), self.university.degree());
        self.answer(request, &json!({ "degree": [self.wallet.show(request, &degree, &asked_paths())] })).await
    }

    /// Kinds and public facts of the acts about presentations, in order.
    pub(crate) async fn presentation_acts(&self) -> Vec<(String, String, Value)> {
        let mut found = vec![];
        for (kind, actor, leaf) in self.hall.acts().await {
            if kind.starts_with("presentation.") {
                let leaf = sala_core::act::Leaf::decode(&leaf).unwrap();
                found.push((kind, actor, sala_core::cbor::Value::Map(leaf.public).to_json()));
            }
        }
        found
    }
}

pub(crate) fn path_of(address: &str) -> &str {
    address.strip_prefix(ORIGIN).unwrap()
}

/// The form body of an answer.
pub(crate) fn form(request: &PresentationRequest, vp_token: &str, state: &str) -> String {
    let mut form = Url::parse("x:/").unwrap();
    match request.response_mode {
        ResponseMode::DirectPost => {
            form.query_pairs_mut().append_pair("vp_token", vp_token).append_pair("state", state);
        }
        ResponseMode::DirectPostJwt => {
            let key = &request.client_metadata.as_ref().unwrap().jwks.as_ref().unwrap().keys[0];
            let plain = format!("{{\"vp_token\":{vp_token},\"state\":{}}}", json!(state));
            let mut iv = [0; 12];
            fill(&mut iv);
            let sealed = jwe::encrypt(key, &Fresh { ephemeral: random32(), iv }, &Map::new(), plain.as_bytes()).unwrap();
            form.query_pairs_mut().append_pair("response", &sealed);
        }
    }
    form.query().unwrap().to_owned()
}

/// The token of a JWS whose header and payload are these, letter for letter.
pub(crate) fn jws_text(key: &SigningKey, header: &str, payload: &str) -> String {
    let input = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
    let signature = base64url::encode(key.sign(input.as_bytes()));
    format!("{input}.{signature}")
}
