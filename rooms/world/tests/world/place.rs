//! A served room with two spaces, people of whom each may have several personas, and officers.

use std::{
    collections::BTreeSet,
    net::Ipv4Addr,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
    middleware::{Next, from_fn},
};
use futures_util::{FutureExt, SinkExt, StreamExt, future::BoxFuture};
use sala_core::{
    bus::Bus,
    ctx::{Actor, Ctx, Signature},
    entropy::OsEntropy,
    problem::{Problem, SIGN_IN_REQUIRED},
    profile::read_text,
    store::{Location, Store, StoreConfig},
    time::{Clock, FixedClock, Timestamp},
};
use sala_world::{
    World, WorldConfig,
    conduct::Young,
    door::{Door, Ended, Guest},
    message::Who,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, time::timeout};
use tokio_tungstenite::{connect_async, tungstenite::Message};
use tower::ServiceExt;

pub(crate) const START: Timestamp = Timestamp(1_790_000_000_000_000);
pub(crate) const DAY: i64 = 24 * 3600;

/// Someone, as whom a request is made: `persona|person` or `handle|person|office|role,role`, and `|unsigned` for a request without a signature.
pub(crate) const ANN: &str = "ann|person_ann";
pub(crate) const BEN: &str = "ben|person_ben";
pub(crate) const BEN_TOO: &str = "ben-too|person_ben";
pub(crate) const CAT: &str = "cat|person_cat";
pub(crate) const MOD: &str = "officer_mod|person_mod|digital|moderator";
pub(crate) const REV: &str = "officer_rev|person_rev|health|reviewer";

pub(crate) const PEOPLE: [&str; 5] = ["person_ann", "person_ben", "person_cat", "person_mod", "person_rev"];

const CONDUCT: &str = "
version: t-1
title: { th: ข้อปฏิบัติ, en: Code }
rules:
  - id: respect
    title: { th: เคารพกัน, en: Respect }
    text: { th: เคารพกัน, en: Respect }
    sanctions:
      - { step: warn, longest_minutes: 525600 }
      - { step: mute, longest_minutes: 1440 }
      - { step: keep_out, longest_minutes: 43200 }
      - { step: keep_out_all, longest_minutes: 525600 }
  - id: order
    title: { th: ไม่รบกวน, en: Order }
    text: { th: ไม่รบกวน, en: Order }
    sanctions: [{ step: warn, longest_minutes: 1440 }]
moderation:
  office: digital
  role: moderator
  legal_basis: { th: กฎหมาย, en: Law }
  purpose: { th: พิจารณาเรื่อง, en: Deciding }
  appeal_days: 30
  evidence_days: 30
  review: { office: health, role: reviewer, days: 14 }
young: { voice: off, bubble_m: 1.5, query: age, claim: age_over_18 }
";

/// A spec is a ticket; with `|once` it is good once, as those of a hall are.
#[derive(Default)]
struct Tickets {
    used: Mutex<BTreeSet<String>>,
}

fn actor(spec: &str) -> Actor {
    let parts: Vec<&str> = spec.split('|').filter(|part| !["unsigned", "once"].contains(part)).collect();
    match parts.as_slice() {
        [persona, person] => Actor::Citizen { persona: (*persona).into(), person: (*person).into() },
        [handle, person, office, roles] => Actor::Officer {
            handle: (*handle).into(),
            person: (*person).into(),
            office: (*office).into(),
            roles: roles.split(',').map(str::to_owned).collect(),
        },
        _ => Actor::Visitor,
    }
}

fn handle(spec: &str) -> String {
    spec.split('|').next().unwrap().to_owned()
}

impl Door for Tickets {
    fn admit<'d>(&'d self, ticket: &'d str, _space: &'d str, _now: Timestamp) -> BoxFuture<'d, Result<Guest, Problem>> {
        let who =
            Arc::new(Who { persona: handle(ticket), name: format!("ชื่อ {}", handle(ticket)), badge: None, look: String::new() });
        let guest = Guest { who, actor: actor(ticket), session: ticket.into(), expires_at: Timestamp(i64::MAX) };
        let is_good = !ticket.ends_with("|once") || self.used.lock().unwrap().insert(ticket.to_owned());
        async move { if is_good { Ok(guest) } else { Err(SIGN_IN_REQUIRED.problem()) } }.boxed()
    }

    fn keeps(&self, _guest: &Guest, _now: Timestamp) -> bool {
        true
    }

    fn ended(&self) -> Ended {
        Ended::never()
    }

    fn is_adult<'d>(&'d self, _ctx: &'d Ctx, guest: &'d Guest, _young: &'d Young) -> BoxFuture<'d, Result<bool, Problem>> {
        async move { Ok(!guest.who.persona.starts_with("young")) }.boxed()
    }
}

pub(crate) struct Town {
    pub(crate) world: Arc<World>,
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) folder: TempDir,
    router: Router,
    address: String,
    _stop: watch::Sender<bool>,
}

/// What the room answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) json: Value,
}

impl Reply {
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.json);
        self.json
    }

    #[track_caller]
    pub(crate) fn refused(&self, code: &str) {
        assert_eq!(self.json["code"], code, "{} {}", self.status, self.json);
    }
}

pub(crate) async fn town() -> Town {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(START));
    let config = StoreConfig { location: Location::Folder(folder.path().to_owned()), kek: [7; 32], schemas: vec![&sala_world::SCHEMA] };
    let store = Arc::new(Store::open(config, Arc::new(Bus::default()), Arc::new(OsEntropy)).await.unwrap());
    for person in PEOPLE {
        store.create_person_key(person).await.unwrap();
    }
    let space = |id: &str| {
        let more = if id == "stage" { ", voice: stage, stage: { box: [0, 10, 10, 30], open: true }" } else { "" };
        let text = format!(
            "{{ id: {id}, title: {{ th: พื้นที่ {id}, en: {id} }}, about: {{ th: ก, en: a }}, scene: hall, size: [40, 40], capacity: 50, spawns: [{{ at: [20, 20], yaw: 0 }}]{more} }}"
        );
        read_text(Path::new("space.yaml"), text).unwrap()
    };
    let world = World::open(WorldConfig {
        store: Arc::clone(&store),
        clock: Arc::<FixedClock>::clone(&clock),
        entropy: Arc::new(OsEntropy),
        door: Arc::new(Tickets::default()),
        files: vec![space("hall"), space("garden"), space("stage")],
        kinds: vec![],
        conduct: read_text(Path::new("conduct.yaml"), CONDUCT.to_owned()).unwrap().value,
        asks_conduct: false,
    })
    .unwrap();
    let (routes, _) = sala_world::router(Arc::clone(&world)).split_for_parts();
    let present = Arc::clone(&clock);
    let router: Router = routes.layer(from_fn(move |mut request: Request, next: Next| {
        let spec = request.headers().get("x-as").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let mut ctx = Ctx::system("test/1", present.now(), Arc::new(OsEntropy));
        ctx.actor = actor(&spec);
        if !spec.ends_with("|unsigned") && ctx.person().is_some() {
            ctx.assurance.signature = Signature::Demo;
        }
        request.extensions_mut().insert(ctx);
        next.run(request)
    }));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = router.clone();
    tokio::spawn(async move { axum::serve(listener, served).await });
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(Arc::clone(&world).run(stopped));
    Town { world, store, clock, folder, router, address, _stop: stop }
}

impl Town {
    pub(crate) async fn ask(&self, method: &str, path: &str, spec: &str, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("x-sala-csrf", "1").header("x-as", spec);
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
        Reply { status, json: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// Hands bytes in.
    pub(crate) async fn put(&self, path: &str, spec: &str, media_type: &str, bytes: &[u8]) -> Reply {
        let request = Request::builder().method("PUT").uri(format!("/api/v1{path}")).header("x-sala-csrf", "1").header("x-as", spec);
        let request = request.header("content-type", media_type).body(Body::from(bytes.to_vec())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
        Reply { status, json: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// What a visitor gets as it is.
    pub(crate) async fn raw(&self, path: &str) -> (StatusCode, axum::http::HeaderMap, Vec<u8>) {
        let request = Request::builder().uri(format!("/api/v1{path}")).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, to_bytes(body, 10_000_000).await.unwrap().to_vec())
    }

    /// Comes in.
    pub(crate) async fn enter(&self, space: &str, spec: &str) -> Visit {
        let ticket = spec.replace('|', "%7C");
        let (socket, _) = connect_async(format!("ws://{}/api/v1/spaces/{space}/presence?ticket={ticket}", self.address)).await.unwrap();
        let mut visit = Visit { socket, first: Value::Null };
        visit.first = visit.next().await.expect("a first word");
        visit
    }

    /// So many seconds go by, each with a tick of the spaces.
    pub(crate) async fn seconds(&self, count: i64) {
        for _ in 0..count {
            self.clock.advance_seconds(1);
            tokio::time::sleep(Duration::from_millis(120)).await;
        }
    }

    /// A report by one about another in the space `hall`, where both are for a moment; its id.
    pub(crate) async fn report(&self, reporter: &str, reported: &str) -> String {
        let (_one, _other) = (self.enter("hall", reporter).await, self.enter("hall", reported).await);
        let body = json!({ "space": "hall", "persona": handle(reported), "why": "พูดจาคุกคาม" });
        self.ask("POST", "/conduct/reports", reporter, Some(body)).await.ok()["id"].as_str().unwrap().to_owned()
    }

    /// When it is so many seconds from now, as in JSON.
    pub(crate) fn after(&self, seconds: i64) -> String {
        self.clock.now().plus_seconds(seconds).to_string()
    }

    pub(crate) async fn sanction(&self, report: &str, step: &str, seconds: i64, spaces: &[&str]) -> Reply {
        let body = json!({ "step": step, "rule": "respect", "until": self.after(seconds), "spaces": spaces, "reason": "ผิดข้อเคารพกัน" });
        self.ask("POST", &format!("/conduct/reports/{report}/sanction"), MOD, Some(body)).await
    }

    /// Kind, actor and leaf of every act.
    pub(crate) async fn acts(&self) -> Vec<(String, String, Vec<u8>)> {
        let rows = self.store.fetch("SELECT kind, actor, leaf FROM act ORDER BY idx", &[]).await.unwrap();
        rows.iter()
            .map(|row| (row.text("kind").unwrap().into(), row.text("actor").unwrap().into(), row.blob("leaf").unwrap().into()))
            .collect()
    }

    /// Every byte of the store's files.
    pub(crate) fn files(&self) -> Vec<u8> {
        std::fs::read_dir(self.folder.path()).unwrap().flatten().flat_map(|entry| std::fs::read(entry.path()).unwrap()).collect()
    }
}

pub(crate) fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// A client in a space.
pub(crate) struct Visit {
    socket: tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
    /// `welcome` or `bye`.
    pub(crate) first: Value,
}

impl Visit {
    pub(crate) async fn send(&mut self, value: Value) {
        self.socket.send(Message::Text(value.to_string().into())).await.unwrap();
    }

    /// The next message in JSON; none once the line is closed.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match timeout(Duration::from_secs(20), self.socket.next()).await.expect("an answer in time") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Reads on until a message of this kind comes.
    pub(crate) async fn until(&mut self, kind: &'static str) -> Value {
        loop {
            let found = self.next().await.unwrap_or_else(|| panic!("the line closed before `{kind}` came"));
            if found["kind"] == kind {
                return found;
            }
        }
    }

    /// All that comes until a message like this.
    #[cfg(feature = "voice")]
    pub(crate) async fn all_until(&mut self, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut all = vec![];
        loop {
            let found = self.next().await.expect("an open line");
            if is_last(&found) {
                return all;
            }
            all.push(found);
        }
    }
}
