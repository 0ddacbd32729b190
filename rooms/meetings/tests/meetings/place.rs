//! A served room, people of whom each has a persona, officers, and clients that write with yrs.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
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
    problem::{Code, Problem},
    profile::read_text,
    store::{Location, Store, StoreConfig},
    text::Text,
    time::{Clock, SystemClock, Timestamp},
};
use sala_meetings::{
    Meetings, MeetingsConfig,
    door::{Door, Ended, Guest},
    frame::Frame,
    law::{Law, Mute},
    profile::MeetingsFile,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};
use tower::ServiceExt;
use yrs::{
    Array, Doc, GetString, Map, MapPrelim, Out, ReadTxn, StateVector, Text as _, TextPrelim, Transact, TransactionMut, Update,
    updates::{decoder::Decode, encoder::Encode},
};

/// Someone, as whom a request is made: `persona|person` or `handle|person|office|role`, and `|unsigned` for one without a signature.
pub(crate) const ANN: &str = "ann|person_ann";
/// The same person under another persona.
pub(crate) const ANN_TOO: &str = "ann_too|person_ann";
pub(crate) const BEN: &str = "ben|person_ben";
pub(crate) const CAT: &str = "cat|person_cat";
pub(crate) const CHAIR: &str = "officer_fay|person_fay|health|facilitator";
pub(crate) const CLERK: &str = "officer_kim|person_kim|health|analyst";

const PROFILE: &str = "
conveners: [{ office: health, role: facilitator }]
legal_basis: { th: กฎหมาย, en: Law }
limits: { standing: 4, words: 20, amendments: 5 }
examples:
  - id: example
    office: health
    meeting:
      { title: ตัวอย่าง, about: เพื่อการสาธิต, lang: th, space: pavilion, speaker_s: 60, keeps_words: false,
        agenda: [{ title: หนึ่ง, minutes: 5 }], clauses: [{ heading: ก, text: ข }] }
";

struct Tickets;

fn actor(spec: &str) -> Actor {
    let parts: Vec<&str> = spec.split('|').filter(|part| *part != "unsigned").collect();
    match parts.as_slice() {
        [persona, person] => Actor::Citizen { persona: (*persona).into(), person: (*person).into() },
        [handle, person, office, role] => {
            let (handle, person, office) = ((*handle).into(), (*person).into(), (*office).into());
            Actor::Officer { handle, person, office, roles: vec![(*role).into()] }
        }
        _ => Actor::Visitor,
    }
}

impl Door for Tickets {
    fn admit<'d>(&'d self, ticket: &'d str, _meeting: &'d str, _now: Timestamp) -> BoxFuture<'d, Result<Guest, Problem>> {
        let handle = ticket.split('|').next().unwrap().to_owned();
        async move { Ok(Guest::new(&actor(ticket), handle, ticket.into(), Timestamp(i64::MAX))) }.boxed()
    }

    fn keeps(&self, _guest: &Guest, _now: Timestamp) -> bool {
        true
    }

    fn ended(&self) -> Ended {
        Ended::never()
    }

    fn name<'d>(&'d self, persona: &'d str) -> BoxFuture<'d, Result<String, Problem>> {
        async move { Ok(format!("ชื่อ {persona}")) }.boxed()
    }

    fn office(&self, id: &str) -> Option<Text> {
        Some(Text::new(format!("สำนัก {id}"), format!("Office {id}")))
    }
}

/// As the world refuses whoever is muted.
static MUTED: Code =
    Code { code: "muted", status: 403, th: "ถูกระงับการพูด", en: "muted", help_th: "รอ", help_en: "wait" };

/// Mutes that a test gives and lifts.
#[derive(Default)]
pub(crate) struct Mutes {
    held: Mutex<BTreeMap<String, Timestamp>>,
    changes: AtomicU64,
}

impl Mutes {
    pub(crate) fn give(&self, person: &str, until: Timestamp) {
        self.held.lock().unwrap().insert(person.to_owned(), until);
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn lift(&self, person: &str) {
        self.held.lock().unwrap().remove(person).expect("a mute");
        self.changes.fetch_add(1, Ordering::SeqCst);
    }
}

impl Law for Mutes {
    fn mute<'l>(&'l self, person: &'l str, now: Timestamp) -> BoxFuture<'l, Result<Option<Mute>, Problem>> {
        let until = self.held.lock().unwrap().get(person).copied().filter(|until| *until > now);
        async move { Ok(until.map(|until| Mute { until, problem: MUTED.problem().at("until", until.to_string()) })) }.boxed()
    }

    fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }
}

pub(crate) struct Hall {
    pub(crate) store: Arc<Store>,
    pub(crate) mutes: Arc<Mutes>,
    router: Router,
    pub(crate) address: String,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) json: Value,
    pub(crate) bytes: Vec<u8>,
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

/// A hall whose store lies in `folder`.
pub(crate) async fn hall(folder: &Path, is_demo: bool) -> Hall {
    hall_at(Location::Folder(folder.to_owned()), is_demo).await
}

/// The same wherever its store lies.
pub(crate) async fn hall_at(location: Location, is_demo: bool) -> Hall {
    let config = StoreConfig { location, kek: [7; 32], schemas: vec![&sala_meetings::SCHEMA] };
    let mutes = Arc::new(Mutes::default());
    let store = Arc::new(Store::open(config, Arc::new(Bus::default()), Arc::new(OsEntropy)).await.unwrap());
    for person in ["person_ann", "person_ben", "person_cat", "person_fay", "person_kim"] {
        store.create_person_key(person).await.unwrap();
    }
    let room = Meetings::open(MeetingsConfig {
        store: Arc::clone(&store),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        door: Arc::new(Tickets),
        law: Arc::<Mutes>::clone(&mutes),
        file: MeetingsFile::checked(read_text(Path::new("meetings.yaml"), PROFILE.to_owned()).unwrap()).unwrap(),
        spaces: vec!["pavilion".into()],
        is_demo,
    });
    let (routes, _) = sala_meetings::router(Arc::clone(&room)).split_for_parts();
    let router: Router = routes.layer(from_fn(|mut request: Request, next: Next| {
        let spec = request.headers().get("x-as").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let mut ctx = Ctx::system("test/1", SystemClock.now(), Arc::new(OsEntropy));
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
    let running = tokio::spawn(room.run(stopped));
    Hall { store, mutes, router, address, stop, running }
}

impl Hall {
    pub(crate) async fn ask(&self, method: &str, path: &str, spec: &str, body: Option<Value>) -> Reply {
        let mut request =
            Request::builder().method(method).uri(format!("/api/v1/meetings{path}")).header("x-sala-csrf", "1").header("x-as", spec);
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap().to_vec();
        Reply { status, json: serde_json::from_slice(&bytes).unwrap_or(Value::Null), bytes }
    }

    pub(crate) async fn post(&self, path: &str, spec: &str, body: Value) -> Reply {
        self.ask("POST", path, spec, Some(body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, "", None).await.ok()
    }

    /// A meeting that the chair convened, and opened; its path.
    pub(crate) async fn open_meeting(&self) -> String {
        let path = self.planned_meeting(json!({})).await;
        self.ask("POST", &format!("{path}/open"), CHAIR, None).await.ok();
        path
    }

    pub(crate) async fn planned_meeting(&self, more: Value) -> String {
        let mut wanted = json!({
            "title": "ถนนตลาด", "about": "เวลาเปิดปิด", "lang": "th", "speaker_s": 120, "keeps_words": true,
            "agenda": [{ "title": "เวลา", "minutes": 10 }, { "title": "มติ", "minutes": 5 }],
            "clauses": [{ "heading": "เวลา", "text": "เปิด 16.00 น." }, { "heading": "แผง", "text": "วางแผงกั้นน้ำ" }],
        });
        for (name, value) in more.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        format!("/{}", self.post("", CHAIR, wanted).await.ok()["id"].as_str().unwrap())
    }

    /// Opens the socket of a meeting.
    pub(crate) async fn join(&self, path: &str, spec: &str) -> Client {
        self.join_with(path, spec, Doc::new()).await
    }

    pub(crate) async fn join_with(&self, path: &str, spec: &str, doc: Doc) -> Client {
        let query = if spec.is_empty() { String::new() } else { format!("?ticket={}", spec.replace('|', "%7C")) };
        let (socket, _) = connect_async(format!("ws://{}/api/v1/meetings{path}/sync{query}", self.address)).await.unwrap();
        let mut client = Client { socket, doc, told: vec![], cursors: vec![], sent: 0, closed: None, is_synced: false };
        let vector = client.doc.transact().state_vector().encode_v1();
        client.send(&Frame::Step1(&vector)).await;
        client
    }

    /// Ends as a served hall ends.
    pub(crate) async fn stop(self) {
        self.stop.send(true).unwrap();
        self.running.await.unwrap();
        self.store.close().await;
    }
}

/// A client of a meeting.
pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>,
    pub(crate) doc: Doc,
    pub(crate) told: Vec<Value>,
    pub(crate) cursors: Vec<sala_meetings::frame::Cursor>,
    /// Frames with an update that it sent.
    sent: u64,
    /// Close code and reason.
    pub(crate) closed: Option<(u16, String)>,
    is_synced: bool,
}

impl Client {
    pub(crate) async fn send(&mut self, frame: &Frame<'_>) {
        if matches!(frame, Frame::Update(_) | Frame::Step2(_)) {
            self.sent += 1;
        }
        self.raw(frame.write()).await;
    }

    pub(crate) async fn raw(&mut self, bytes: Vec<u8>) {
        // One that was put out may not send any more.
        let _ = self.socket.send(Message::binary(bytes)).await;
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text.to_owned())).await.unwrap();
    }

    /// Changes the document and sends it.
    pub(crate) async fn write(&mut self, change: impl FnOnce(&mut TransactionMut<'_>)) {
        let update = {
            let mut txn = self.doc.transact_mut();
            change(&mut txn);
            txn.encode_update_v1()
        };
        self.send(&Frame::Update(&update)).await;
    }

    /// Adds to the end of a clause's text.
    pub(crate) async fn append(&mut self, place: u32, text: &str) {
        let text = text.to_owned();
        self.write(move |txn| body(txn, place).push(txn, &text)).await;
    }

    /// Hears one message; false at the end.
    pub(crate) async fn hear(&mut self) -> bool {
        let heard = timeout(Duration::from_secs(20), self.socket.next()).await.expect("something within 20 s");
        match heard {
            Some(Ok(Message::Text(text))) => self.told.push(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Binary(bytes))) => {
                let reply = match Frame::read(&bytes).unwrap() {
                    Frame::Step1(vector) => {
                        let has = StateVector::decode_v1(vector).unwrap();
                        Some(self.doc.transact().encode_state_as_update_v1(&has))
                    }
                    Frame::Step2(update) | Frame::Update(update) => {
                        self.is_synced |= matches!(Frame::read(&bytes).unwrap(), Frame::Step2(_));
                        self.doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
                        None
                    }
                    Frame::Awareness(cursors) => {
                        self.cursors.extend(cursors);
                        None
                    }
                    Frame::QueryAwareness => None,
                };
                if let Some(reply) = reply {
                    self.send(&Frame::Step2(&reply)).await;
                }
            }
            Some(Ok(Message::Close(frame))) => {
                self.closed = frame.map(|frame| (frame.code.into(), frame.reason.to_string()));
                return false;
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return false,
        }
        true
    }

    /// Hears until `look` is content.
    pub(crate) async fn until(&mut self, what: &str, look: impl Fn(&Self) -> bool) {
        // A line that is alive says something every 15 s for ever.
        let hearing = async {
            while !look(self) {
                assert!(self.hear().await, "{what}: the line ended: {:?} {:?}", self.closed, self.told.last());
            }
        };
        timeout(Duration::from_secs(40), hearing).await.unwrap_or_else(|_| panic!("{what}: not within 40 s"));
    }

    pub(crate) async fn synced(&mut self) {
        self.until("the document", |client| client.is_synced).await;
    }

    /// Hears until all that it sent is kept.
    pub(crate) async fn saved(&mut self) {
        let taken =
            |client: &Self| client.told.iter().rev().find(|told| told["kind"] == "saved").map(|told| told["taken"].as_u64().unwrap());
        self.until("saved", |client| taken(client) == Some(client.sent)).await;
    }

    /// Hears until the line ends: why.
    pub(crate) async fn end(&mut self) -> String {
        while self.hear().await {}
        let (code, reason) = self.closed.clone().expect("a reason");
        assert_eq!(code, 4_000);
        assert_eq!(self.told.last().unwrap()["problem"]["code"], reason.as_str());
        reason
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        let txn = self.doc.transact();
        let Some(clauses) = txn.get_array("clauses") else { return vec![] };
        let texts = clauses.iter(&txn).map(|clause| {
            let Out::YMap(clause) = clause else { panic!("a clause is a map") };
            let Some(Out::YText(text)) = clause.get(&txn, "text") else { panic!("it has a text") };
            text.get_string(&txn)
        });
        texts.collect()
    }
}

pub(crate) fn body(txn: &TransactionMut<'_>, place: u32) -> yrs::TextRef {
    let Some(Out::YMap(map)) = txn.get_array("clauses").unwrap().get(txn, place) else { panic!("a clause is a map") };
    let Some(Out::YText(text)) = map.get(txn, "text") else { panic!("it has a text") };
    text
}

pub(crate) fn clause(id: &str, text: &str) -> MapPrelim {
    let mut map = MapPrelim::default();
    map.insert("id".into(), yrs::In::Any(id.into()));
    map.insert("heading".into(), yrs::In::from(TextPrelim::new("")));
    map.insert("text".into(), yrs::In::from(TextPrelim::new(text)));
    map
}

pub(crate) fn texts(meeting: &Value) -> Vec<String> {
    meeting["draft"]["clauses"].as_array().unwrap().iter().map(|clause| clause["text"].as_str().unwrap().to_owned()).collect()
}
