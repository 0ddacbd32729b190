//! A meeting in a served hall: tickets, policies, minutes against the record, and a hall that is killed in the middle of one.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt};
use sala_core::time::{Clock, SystemClock};
use sala_meetings::frame::Frame;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use super::{
    postgres::server::Postgres,
    signature::{Browser, HALL},
    support::{Served, options, repository, sala, text},
    world::{self, accept},
};

const EXAMPLE: &str = "/api/v1/meetings/meeting_market-street";

/// Updates of a real Yjs client, made beforehand (rooms/meetings/vectors): their clauses stand beside those of the meeting.
fn frames() -> Vec<Vec<u8>> {
    let path = repository().join("rooms/meetings/vectors/yjs.json");
    let vectors: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    vectors["frames"].as_array().unwrap().iter().map(|frame| hex::decode(frame.as_str().unwrap()).unwrap()).collect()
}

fn headers(cookie: &str) -> [(&str, &str); 3] {
    [("content-type", "application/json"), ("x-sala-csrf", "1"), ("cookie", cookie)]
}

/// The hall as a process of its own.
struct Hall {
    child: Child,
    base: String,
}

/// Status, headers, body.
type Answered = (u16, Vec<(String, String)>, Vec<u8>);

/// What a hall answers: in this process or in another.
trait Asks {
    fn base(&self) -> &str;

    fn ask(&self, method: &str, path: &str, cookie: &str, body: Option<&Value>) -> Option<Answered> {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_mins(1))).build().into();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base()));
        for (name, value) in headers(cookie) {
            request = request.header(name, value);
        }
        let mut answer = match body {
            Some(body) => agent.run(request.body(body.to_string().into_bytes()).unwrap()).ok()?,
            None => agent.run(request.body(()).unwrap()).ok()?,
        };
        let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned())).collect();
        Some((answer.status().as_u16(), headers, answer.body_mut().read_to_vec().ok()?))
    }

    #[track_caller]
    fn done(&self, method: &str, path: &str, cookie: &str, body: &Value) -> Value {
        let (status, _, bytes) = self.ask(method, path, cookie, (method != "GET").then_some(body)).expect("an answer");
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        assert!((200..300).contains(&status), "{method} {path}: {status} {json}");
        json
    }

    #[track_caller]
    fn refused(&self, path: &str, cookie: &str, body: &Value, code: &str) {
        let (status, _, bytes) = self.ask("POST", path, cookie, Some(body)).expect("an answer");
        let json: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(json["code"], code, "{path}: {status} {json}");
    }

    fn sign_in(&self, body: &Value) -> String {
        let (status, headers, bytes) = self.ask("POST", "/api/v1/session/demo", "", Some(body)).expect("an answer");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
        let cookie = headers.iter().find(|(name, _)| name == "set-cookie").expect("a cookie");
        cookie.1.split(';').next().unwrap().to_owned()
    }

    fn meeting(&self) -> Option<Value> {
        let (status, _, bytes) = self.ask("GET", EXAMPLE, "", None)?;
        (status == 200).then(|| serde_json::from_slice(&bytes).unwrap()).filter(|meeting: &Value| meeting["state"] == "open")
    }

    fn wait<T>(&self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(begun.elapsed() < Duration::from_mins(2), "{what}: not within two minutes");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Asks for Hall {
    fn base(&self) -> &str {
        &self.base
    }
}

impl Asks for Served {
    fn base(&self) -> &str {
        &self.base
    }
}

impl Hall {
    fn start(data: &std::path::Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sala"));
        command.arg("serve").arg("--profile").arg(repository().join("profiles/demo")).arg("--data").arg(data);
        command.args(["--live-streets", "off", "--listen", &listen]).stdout(Stdio::null()).stderr(Stdio::null());
        Self { child: command.spawn().unwrap(), base: format!("http://{listen}") }
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn follow(hall: &impl Asks, cookie: &str) -> Socket {
    let wanted = json!({ "purpose": "meeting", "space": "meeting_market-street" });
    let ticket = hall.done("POST", "/api/v1/session/tickets", cookie, &wanted)["ticket"].as_str().unwrap().to_owned();
    let url = format!("{}{EXAMPLE}/sync?ticket={ticket}", hall.base().replacen("http", "ws", 1));
    connect_async(url).await.unwrap().0
}

/// Hears until `look` finds what it wants.
async fn told(socket: &mut Socket, what: &str, look: impl Fn(&Value) -> bool) -> Value {
    let hearing = async {
        loop {
            let message = socket.next().await.expect("the line").unwrap();
            let Message::Text(message) = message else { continue };
            let told: Value = serde_json::from_str(&message).unwrap();
            if look(&told) {
                return told;
            }
            assert_ne!(told["kind"], "bye", "{told}");
        }
    };
    timeout(Duration::from_secs(30), hearing).await.unwrap_or_else(|_| panic!("{what}: not within 30 s"))
}

/// Hears until so many updates of this line are kept.
async fn saved(socket: &mut Socket, taken: u64) {
    told(socket, "saved", |told| told["kind"] == "saved" && told["taken"].as_u64() >= Some(taken)).await;
}

#[test]
fn whoever_is_muted_in_the_spaces_reads_a_meeting_and_writes_nothing_to_it_until_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start_with(options(folder.path(), &["--origin", HALL]));
    served.wait("the example of the profile", Served::meeting);
    // Three persons: the demonstration has but one citizen.
    let (citizen, reporter) = (Browser::register(&served, "หนึ่ง").cookie, served.sign_in(&json!({ "role": "citizen" })));
    let (chair, moderator) =
        (served.sign_in(&json!({ "role": "officer" })), served.sign_in(&json!({ "role": "officer", "office": "digital" })));
    let poll = served.done("POST", &format!("{EXAMPLE}/polls"), &chair, &json!({ "question": "ดีไหม", "left": "ไม่", "right": "ดี" }));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut socket = follow(&served, &citizen).await;
        socket.send(Message::binary(frames()[0].clone())).await.unwrap();
        saved(&mut socket, 1).await;

        // What happened in a space has a consequence there, and in the meeting that is on at the same time.
        accept(&served, &citizen);
        accept(&served, &reporter);
        let one = world::Client::enter(&served, &citizen, "hall").await;
        let _other = world::Client::enter(&served, &reporter, "hall").await;
        let report = json!({ "space": "hall", "persona": one.welcome["you"]["persona"], "why": "พูดจาคุกคาม" });
        let report = served.done("POST", "/api/v1/conduct/reports", &reporter, &report);
        let rules = served.get("/api/v1/conduct").json()["rules"].clone();
        let allows = |rule: &Value| rule["sanctions"].as_array().is_some_and(|steps| steps.iter().any(|step| step["step"] == "mute"));
        let rule = rules.as_array().unwrap().iter().find(|rule| allows(rule)).expect("a rule that allows a mute")["id"].clone();
        let until = SystemClock.now().plus_seconds(15).to_string();
        let mute = json!({ "step": "mute", "rule": rule, "until": until, "reason": "ผิดข้อเคารพกัน" });
        served.done("POST", &format!("/api/v1/conduct/reports/{}/sanction", report["id"].as_str().unwrap()), &moderator, &mute);

        let muted = told(&mut socket, "the mute", |told| told["kind"] == "muted").await;
        assert_eq!(muted["until"], json!(until));
        for (what, body) in [("words", json!({ "text": "ไม่ควรได้อ่าน" })), ("queue", json!({}))] {
            served.refused(&format!("{EXAMPLE}/{what}"), &citizen, &body, "muted");
        }
        // Reading and standing go on.
        served.done("POST", &format!("{EXAMPLE}/words"), &chair, &json!({ "text": "ได้ยินไหม" }));
        told(&mut socket, "what another said", |told| told["kind"] == "said" && told["text"] == "ได้ยินไหม").await;
        let stand = format!("{EXAMPLE}/polls/{}/stand", poll["id"].as_str().unwrap());
        served.done("PUT", &stand, &citizen, &json!({ "at": 40 }));
        // Who writes all the same is put out, and nothing of it is there.
        let clauses = served.meeting().unwrap()["draft"]["clauses"].clone();
        socket.send(Message::binary(frames()[1].clone())).await.unwrap();
        let bye = told(&mut socket, "the refusal", |told| told["kind"] == "bye").await;
        assert_eq!((&bye["problem"]["code"], &bye["problem"]["errors"][0]["detail"]), (&json!("muted"), &json!(until)));
        assert_eq!(served.meeting().unwrap()["draft"]["clauses"], clauses);

        let mut socket = follow(&served, &citizen).await;
        assert_eq!(told(&mut socket, "the mute again", |told| told["kind"] == "muted").await["until"], json!(until));
        told(&mut socket, "the end", |told| told["kind"] == "muted" && told.get("until").is_none()).await;
        for frame in &frames()[1..] {
            socket.send(Message::binary(frame.clone())).await.unwrap();
        }
        saved(&mut socket, u64::try_from(frames().len() - 1).unwrap()).await;
    });
    served.done("POST", &format!("{EXAMPLE}/words"), &citizen, &json!({ "text": "พูดได้แล้ว" }));
}

#[test]
fn a_meeting_ends_in_minutes_that_the_record_holds_and_its_store_verifies() {
    let folder = tempfile::tempdir().unwrap();
    a_meeting_ends_well(folder.path(), &[]);
}

#[test]
fn a_meeting_on_postgresql_ends_in_minutes_that_the_record_holds_and_its_store_verifies() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(postgres) = runtime.block_on(Postgres::start()) else { return };
    let url = runtime.block_on(postgres.database());
    let folder = tempfile::tempdir().unwrap();
    a_meeting_ends_well(folder.path(), &["--database-url", &url]);
}

fn a_meeting_ends_well(data: &Path, database: &[&str]) {
    let served = Served::start_with(options(data, database));
    let before = served.wait("the example of the profile", Served::meeting);
    assert_eq!((&before["chair"]["badge"]["office"], &before["space"]), (&json!("health"), &json!("meeting")));
    let (citizen, officer) = (served.sign_in(&json!({ "role": "citizen" })), served.sign_in(&json!({ "role": "officer" })));
    let wanted = json!({ "title": "ก", "about": "ข", "lang": "th", "speaker_s": 60, "keeps_words": false, "agenda": [{ "title": "ค", "minutes": 1 }] });
    served.refused("/api/v1/meetings", &citizen, &wanted, "forbidden");
    let elsewhere = served.sign_in(&json!({ "role": "officer", "office": "traffic" }));
    served.refused("/api/v1/meetings", &elsewhere, &wanted, "forbidden");
    served.done("POST", "/api/v1/meetings", &officer, &wanted);

    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut socket = follow(&served, &citizen).await;
        for frame in frames() {
            socket.send(Message::binary(frame)).await.unwrap();
        }
        saved(&mut socket, u64::try_from(frames().len()).unwrap()).await;
    });
    let clauses = served.meeting().unwrap()["draft"]["clauses"].clone();
    assert_eq!(clauses.as_array().unwrap().len(), 7, "five of the example, two of the client: {clauses}");
    let change = json!({ "clause": clauses[0]["id"], "base": clauses[0]["sha256"], "text": "ขอบเขตใหม่", "reason": "ชัดขึ้น" });
    let amendment = served.done("POST", &format!("{EXAMPLE}/amendments"), &citizen, &change);
    let decided = json!({ "accepted": true, "for": 9, "against": 0, "abstaining": 1, "reason": "เห็นชอบ" });
    served.done("POST", &format!("{EXAMPLE}/amendments/{}/decide", amendment["id"].as_str().unwrap()), &officer, &decided);
    served.done("POST", &format!("{EXAMPLE}/words"), &citizen, &json!({ "text": "ขอบคุณทุกคน" }));
    served.done("POST", &format!("{EXAMPLE}/queue"), &citizen, &json!({}));
    served.done("POST", &format!("{EXAMPLE}/floor"), &officer, &json!({}));
    let poll = served.done("POST", &format!("{EXAMPLE}/polls"), &officer, &json!({ "question": "ดีไหม", "left": "ไม่", "right": "ดี" }));
    served.done("PUT", &format!("{EXAMPLE}/polls/{}/stand", poll["id"].as_str().unwrap()), &citizen, &json!({ "at": 70 }));
    served.done("POST", &format!("{EXAMPLE}/polls/{}/close", poll["id"].as_str().unwrap()), &officer, &json!({}));
    let closed = served.done("POST", &format!("{EXAMPLE}/close"), &officer, &json!({}));

    let minutes = served.get(&format!("{EXAMPLE}/minutes"));
    let hash = hex::encode(Sha256::digest(&minutes.body));
    let act = closed["acts"].as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
    assert_eq!(served.get(&format!("/api/v1/acts/{act}")).json()["public"]["minutes_sha256"], hash);
    assert!(minutes.json()["clauses"].as_array().unwrap().iter().any(|clause| clause["text"] == "ขอบเขตใหม่"));
    served.stop();
    let checked = sala(&[&["verify", "--data", data.to_str().unwrap()], database].concat());
    assert!(checked.status.success(), "{}", text(&checked));
    // A second start goes on: the minutes are the same.
    let served = Served::start_with(options(data, database));
    assert_eq!(served.get(&format!("{EXAMPLE}/minutes")).body, minutes.body);
}

#[test]
fn a_hall_that_is_killed_in_the_middle_of_a_meeting_has_all_that_it_acknowledged() {
    let data = tempfile::tempdir().unwrap();
    let mut hall = Hall::start(data.path());
    hall.wait("the example of the profile", Hall::meeting);
    let citizen = hall.sign_in(&json!({ "role": "citizen" }));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut sent = frames();
    let last = sent.split_off(sent.len() - 2);
    let mut socket = runtime.block_on(follow(&hall, &citizen));
    runtime.block_on(async {
        for frame in &sent {
            socket.send(Message::binary(frame.clone())).await.unwrap();
        }
        saved(&mut socket, u64::try_from(sent.len()).unwrap()).await;
    });
    let kept = hall.meeting().unwrap();
    hall.done("POST", &format!("{EXAMPLE}/words"), &citizen, &json!({ "text": "ก่อนไฟดับ" }));
    let queue = hall.done("POST", &format!("{EXAMPLE}/queue"), &citizen, &json!({}))["floor"]["queue"].clone();
    let clause = &kept["draft"]["clauses"][0];
    let change = json!({ "clause": clause["id"], "base": clause["sha256"], "text": "อื่น", "reason": "ลอง" });
    let amendment = hall.done("POST", &format!("{EXAMPLE}/amendments"), &citizen, &change);
    runtime.block_on(async {
        // On its way when the hall is killed.
        for frame in &last {
            socket.send(Message::binary(frame.clone())).await.unwrap();
        }
    });
    hall.child.kill().unwrap();
    hall.child.wait().unwrap();

    let again = Hall::start(data.path());
    let meeting = again.wait("the meeting after the kill", Hall::meeting);
    let has =
        |meeting: &Value, clause: &Value| meeting["draft"]["clauses"].as_array().unwrap().iter().any(|found| found["id"] == clause["id"]);
    for clause in kept["draft"]["clauses"].as_array().unwrap() {
        assert!(has(&meeting, clause) || clause["id"] == "a", "what was acknowledged is there: {clause}");
    }
    assert_eq!(meeting["floor"]["queue"], queue);
    assert_eq!(meeting["amendments"][0]["id"], amendment["id"]);
    let minutes = again.done("GET", &format!("{EXAMPLE}/minutes"), "", &Value::Null);
    assert_eq!(minutes["words"][0]["text"], "ก่อนไฟดับ");

    // The client comes back with its own document: all that it ever wrote. What the hall lost is there again.
    let citizen = again.sign_in(&json!({ "role": "citizen" }));
    runtime.block_on(async {
        let mut socket = follow(&again, &citizen).await;
        for frame in frames() {
            let Ok(Frame::Update(update)) = Frame::read(&frame) else { panic!("an update") };
            socket.send(Message::binary(Frame::Step2(update).write())).await.unwrap();
        }
        saved(&mut socket, u64::try_from(frames().len()).unwrap()).await;
    });
    let meeting = again.meeting().unwrap();
    let ids: Vec<&str> = meeting["draft"]["clauses"].as_array().unwrap().iter().map(|clause| clause["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"c") && ids.contains(&"b") && !ids.contains(&"a"), "{ids:?}");
    drop(again);
    let checked = sala(&["verify", "--data", data.path().to_str().unwrap()]);
    assert!(checked.status.success(), "{}", text(&checked));
}
