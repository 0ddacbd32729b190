//! Captions through the whole room: real WebRTC, and a speech server of the test's own at a real port.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use sala_core::text::Text;
use sala_world::voice::{SpeechConfig, VoiceConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{
    place::{ANN, BEN, CAT, Town, Visit, holds, town},
    voices::{Voice, talk, town_config},
};

/// 20 ms of CELT, which no caption is made of unless its speaker wants it.
const OPUS: u8 = 31 << 3;

#[derive(Clone)]
enum Reply {
    Text(String),
    Late(Duration, String),
    Status(u16),
    Raw(Vec<u8>),
}

/// What the speech server was asked.
#[derive(Debug, Clone)]
struct Asked {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Asked {
    /// The fields of the form (RFC 7578), each with its headers.
    fn field(&self, name: &str) -> Option<(String, Vec<u8>)> {
        let kind = self.headers["content-type"].to_str().unwrap();
        let boundary = format!("--{}", kind.split_once("boundary=").unwrap().1);
        let at = |from: usize, what: &[u8]| self.body[from..].windows(what.len()).position(|found| found == what).map(|at| from + at);
        let mut from = at(0, boundary.as_bytes())? + boundary.len();
        while let Some(end) = at(from, format!("\r\n{boundary}").as_bytes()) {
            let split = at(from, b"\r\n\r\n")?;
            let headers = String::from_utf8(self.body[from..split].to_vec()).unwrap();
            if headers.contains(&format!("name=\"{name}\"")) {
                return Some((headers, self.body[split + 4..end].to_vec()));
            }
            from = end + 2 + boundary.len();
        }
        None
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.field(name).unwrap().1).unwrap()
    }

    /// How many packets of sound there are.
    fn packets(&self) -> usize {
        let (_, ogg) = self.field("file").unwrap();
        ogg.windows(4).filter(|window| *window == [OPUS, 1, 2, 3]).count()
    }
}

struct Server {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    reply: Arc<Mutex<Reply>>,
}

impl Server {
    async fn start() -> Self {
        let (asked, reply) = (Arc::new(Mutex::new(vec![])), Arc::new(Mutex::new(Reply::Text("สวัสดีค่ะ\u{202e}\n".into()))));
        let (kept, told) = (Arc::clone(&asked), Arc::clone(&reply));
        let answer = move |headers: HeaderMap, body: Bytes| async move {
            kept.lock().unwrap().push(Asked { headers, body: body.to_vec() });
            let reply = told.lock().unwrap().clone();
            let say = |text: String| axum::Json(json!({ "text": text, "usage": { "type": "duration" } })).into_response();
            match reply {
                Reply::Text(text) => say(text),
                Reply::Late(by, text) => {
                    tokio::time::sleep(by).await;
                    say(text)
                }
                Reply::Status(status) => (StatusCode::from_u16(status).unwrap(), "no").into_response(),
                Reply::Raw(bytes) => Response::new(bytes.into()),
            }
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = Router::new().route("/v1/audio/transcriptions", post(answer));
        tokio::spawn(async move { axum::serve(listener, served).await });
        Self { url, asked, reply }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn reply(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }
}

/// A town whose voices can become captions.
async fn lettered() -> (Town, Server) {
    let (town, server) = (town().await, Server::start().await);
    let operator = Text::new("สำนักดิจิทัล", "Digital office");
    let speech = SpeechConfig { url: server.url.clone(), model: "whisper-large".into(), key: Some("k-123".into()), operator };
    town.world.open_voice(&VoiceConfig { speech: Some(speech), ..town_config() }).unwrap();
    (town, server)
}

/// So many packets said, and then the silence that ends an utterance; what came back is there after it.
async fn utter(voice: &mut Voice, packets: u32) {
    talk(packets, &mut [(voice, Some(OPUS))]).await;
    talk(80, &mut [(voice, None)]).await;
}

/// Until everybody was told, and the hall has looked around.
async fn looked() {
    tokio::time::sleep(Duration::from_millis(600)).await;
}

async fn want(voice: &mut Voice, mine: bool) {
    voice.visit.send(json!({ "kind": "captions", "mine": mine, "lang": "en" })).await;
    looked().await;
}

/// All captions that came up to now, and what is missing.
async fn read(visit: &mut Visit) -> Vec<Value> {
    visit.send(json!({ "kind": "say", "text": "now" })).await;
    let slot = visit.first["slot"].clone();
    let mut all = visit.all_until(|told| told["kind"] == "said" && told["slot"] == slot).await;
    all.retain(|told| told["kind"].as_str().unwrap().starts_with("caption"));
    all
}

fn kinds(told: &[Value]) -> Vec<&str> {
    told.iter().map(|told| told["kind"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_voice_is_sent_before_they_want_it_and_everybody_was_told() {
    let (town, server) = lettered().await;
    let mut ann = Voice::join(&town, "hall", ANN, 1).await;
    let mut ben = Voice::join(&town, "hall", BEN, 2).await;
    let mut cat = town.enter("hall", CAT).await;
    looked().await;
    utter(&mut ann, 30).await;
    assert_eq!((server.asked().len(), read(&mut cat).await.len()), (0, 0), "off by itself");

    want(&mut ann, true).await;
    let slot = ann.visit.first["slot"].clone();
    for visit in [&mut ann.visit, &mut ben.visit, &mut cat] {
        assert_eq!(visit.until("captions").await["on"], json!([slot]));
    }
    let before = town.acts().await.len();
    utter(&mut ann, 30).await;
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].headers["authorization"], "Bearer k-123");
    assert_eq!(
        ["model", "language", "response_format"].map(|name| asked[0].text(name)),
        ["whisper-large", "en", "json"],
        "the language is the speaker's"
    );
    let (headers, ogg) = asked[0].field("file").unwrap();
    assert!(headers.contains("filename=\"speech.ogg\"") && headers.contains("audio/ogg"), "{headers}");
    assert!(ogg.starts_with(b"OggS") && holds(&ogg, "OpusHead"));
    assert!(asked[0].packets() > 20, "{} packets", asked[0].packets());

    for visit in [&mut ann.visit, &mut ben.visit, &mut cat] {
        let told = read(visit).await;
        assert_eq!(kinds(&told), ["caption"], "with voice, without it, and to who spoke");
        assert_eq!((&told[0]["text"], &told[0]["slot"], &told[0]["lang"]), (&json!("สวัสดีค่ะ"), &slot, &json!("en")));
        assert_eq!(told[0]["who"]["persona"], "ann");
    }
    // Who comes later learns that captions are on, and nothing of what was said.
    let mut late = town.enter("hall", "dan|person_rev").await;
    assert!(!late.first.to_string().contains("สวัสดีค่ะ"));
    assert_eq!(late.until("captions").await["on"], json!([slot]));
    assert!(read(&mut late).await.is_empty());
    assert_eq!(town.acts().await.len(), before);
    let files = town.files();
    assert!(!holds(&files, "สวัสดีค่ะ") && !files.windows(4).any(|window| window == [OPUS, 1, 2, 3]), "nothing is kept");

    want(&mut ann, false).await;
    assert_eq!(cat.until("captions").await["on"], json!([]));
    utter(&mut ann, 30).await;
    assert_eq!(server.asked().len(), 1, "off again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_pair_reads_nothing_of_each_other_not_even_that_captions_are_on() {
    let (town, server) = lettered().await;
    let mut ann = Voice::join(&town, "hall", ANN, 1).await;
    let mut ben = Voice::join(&town, "hall", BEN, 2).await;
    let mut cat = town.enter("hall", CAT).await;
    cat.send(json!({ "kind": "block", "persona": "ann" })).await;
    cat.until("blocked").await;
    want(&mut ann, true).await;
    utter(&mut ann, 30).await;
    assert_eq!(kinds(&read(&mut ben.visit).await), ["captions", "caption"]);
    assert!(read(&mut cat).await.is_empty());
    // One that is set while the speech server thinks counts too.
    server.reply(Reply::Late(Duration::from_secs(3), "later".into()));
    utter(&mut ann, 30).await;
    assert_eq!(server.asked().len(), 2);
    ben.visit.send(json!({ "kind": "block", "persona": "ann" })).await;
    ben.visit.until("blocked").await;
    talk(160, &mut [(&mut ann, None), (&mut ben, None)]).await;
    let told = read(&mut ben.visit).await;
    assert!(!kinds(&told).contains(&"caption"), "{told:?}");
    assert_eq!(kinds(&read(&mut ann.visit).await), ["captions", "caption", "caption"], "who spoke sees what others would");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_muted_persona_nothing_is_sent_and_what_comes_back_is_dropped() {
    let (town, server) = lettered().await;
    let report = town.report(CAT, BEN).await;
    let mut ben = Voice::join(&town, "hall", BEN, 2).await;
    let mut cat = town.enter("hall", CAT).await;
    looked().await;
    want(&mut ben, true).await;
    server.reply(Reply::Late(Duration::from_secs(3), "rude".into()));
    utter(&mut ben, 30).await;
    assert_eq!(server.asked().len(), 1);
    // Muted in the middle of the next one.
    talk(20, &mut [(&mut ben, Some(OPUS))]).await;
    town.sanction(&report, "mute", 600, &[]).await.ok();
    utter(&mut ben, 30).await;
    talk(120, &mut [(&mut ben, None)]).await;
    assert_eq!(server.asked().len(), 1);
    cat.send(json!({ "kind": "halt" })).await;
    assert_eq!(kinds(&read(&mut cat).await), ["captions"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_switches_off_or_leaves_while_the_server_thinks_is_not_shown() {
    let (town, server) = lettered().await;
    let mut ann = Voice::join(&town, "hall", ANN, 1).await;
    let mut ben = Voice::join(&town, "hall", BEN, 2).await;
    let mut cat = town.enter("hall", CAT).await;
    looked().await;
    server.reply(Reply::Late(Duration::from_secs(3), "taken back".into()));
    want(&mut ann, true).await;
    want(&mut ben, true).await;
    talk(30, &mut [(&mut ann, Some(OPUS)), (&mut ben, Some(OPUS))]).await;
    talk(60, &mut [(&mut ann, None), (&mut ben, None)]).await;
    assert_eq!(server.asked().len(), 2);
    // Off and on again is another time.
    want(&mut ann, false).await;
    want(&mut ann, true).await;
    ben.visit.send(json!({ "kind": "voice_off" })).await;
    talk(160, &mut [(&mut ann, None), (&mut ben, None)]).await;
    let told = read(&mut cat).await;
    assert!(told.iter().all(|told| told["kind"] == "captions"), "{told:?}");
    assert_eq!(told.last().unwrap()["on"], json!([ann.visit.first["slot"]]), "who left the voices has none any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_speech_server_fails_readers_are_told_that_something_was_said() {
    let (town, server) = lettered().await;
    let mut ann = Voice::join(&town, "hall", ANN, 1).await;
    let mut cat = town.enter("hall", CAT).await;
    looked().await;
    want(&mut ann, true).await;
    cat.until("captions").await;
    let huge = json!({ "text": "ก".repeat(40_000) }).to_string().into_bytes();
    for fault in
        [Reply::Status(500), Reply::Status(302), Reply::Raw(b"\xff\x00{".to_vec()), Reply::Raw(b"{\"text\":7}".to_vec()), Reply::Raw(huge)]
    {
        server.reply(fault);
        utter(&mut ann, 20).await;
        let told = read(&mut cat).await;
        assert_eq!((kinds(&told), &told[0]["why"]), (vec!["caption_missed"], &json!("failed")), "{told:?}");
        assert_eq!(told[0]["who"]["persona"], "ann");
    }
    server.reply(Reply::Text(" \n ".into()));
    utter(&mut ann, 20).await;
    assert!(read(&mut cat).await.is_empty(), "nothing was said");
    server.reply(Reply::Text("again".into()));
    utter(&mut ann, 20).await;
    assert_eq!(read(&mut cat).await[0]["text"], "again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_speech_server_is_not_flooded_and_readers_are_told_that_captions_are_behind() {
    let (town, server) = lettered().await;
    let mut ann = Voice::join(&town, "hall", ANN, 1).await;
    let mut cat = town.enter("hall", CAT).await;
    looked().await;
    want(&mut ann, true).await;
    server.reply(Reply::Late(Duration::from_secs(15), "at last".into()));
    for _ in 0..5 {
        utter(&mut ann, 10).await;
    }
    assert_eq!(server.asked().len(), 1, "one at a time of each speaker");
    let told = read(&mut cat).await;
    assert_eq!(kinds(&told), ["captions", "caption_missed", "caption_missed"], "one is asked, two wait, two were not sent");
    assert!(told[1..].iter().all(|told| told["why"] == "behind"));
    server.reply(Reply::Text("in order".into()));
    talk(500, &mut [(&mut ann, None)]).await;
    let told = read(&mut cat).await;
    assert_eq!(told.iter().map(|told| told["text"].as_str().unwrap()).collect::<Vec<_>>(), ["at last", "in order", "in order"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_are_for_those_within_hearing_and_not_sent_for_nobody() {
    let (town, server) = lettered().await;
    let mut ann = Voice::join(&town, "hall", ANN, 1).await;
    let mut cat = town.enter("hall", CAT).await;
    want(&mut ann, true).await;
    utter(&mut ann, 30).await;
    assert_eq!(kinds(&read(&mut cat).await), ["captions", "caption"]);
    ann.visit.send(json!({ "kind": "go", "at": [6, 20] })).await;
    cat.send(json!({ "kind": "go", "at": [34, 20] })).await;
    talk(700, &mut [(&mut ann, None)]).await;
    cat.until("arrived").await;
    ann.visit.until("arrived").await;
    utter(&mut ann, 30).await;
    assert!(read(&mut cat).await.is_empty(), "28 m away");
    assert_eq!(server.asked().len(), 1, "nobody reads it: nothing is sent");
    // The connection stood all the time, or they would be off already.
    ann.visit.send(json!({ "kind": "captions", "mine": false })).await;
    assert_eq!(cat.until("captions").await["on"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_hear_voices_for_their_age_reads_none() {
    let (town, server) = lettered().await;
    let mut ann = Voice::join(&town, "hall", ANN, 1).await;
    let mut young = town.enter("hall", "young-dan|person_cat").await;
    let mut ben = town.enter("hall", BEN).await;
    want(&mut ann, true).await;
    utter(&mut ann, 30).await;
    assert_eq!(server.asked().len(), 1);
    assert_eq!(kinds(&read(&mut ben).await), ["captions", "caption"]);
    assert_eq!(kinds(&read(&mut young).await), ["captions"]);
    young.send(json!({ "kind": "captions", "mine": true })).await;
    assert_eq!(young.until("notice").await["problem"]["code"], "captions_off");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_speech_server_there_are_none_and_a_space_says_who_runs_it() {
    let plain = town().await;
    let mut ann = plain.enter("hall", ANN).await;
    ann.send(json!({ "kind": "captions", "mine": true })).await;
    assert_eq!(ann.until("notice").await["problem"]["code"], "captions_off");
    plain.world.open_voice(&town_config()).unwrap();
    assert_eq!(plain.ask("GET", "/spaces/hall", ANN, None).await.ok()["captions"], Value::Null);
    ann.send(json!({ "kind": "captions", "mine": true })).await;
    assert_eq!(ann.until("notice").await["problem"]["code"], "captions_off");

    let (town, _server) = lettered().await;
    let space = town.ask("GET", "/spaces/hall", ANN, None).await.ok();
    assert_eq!(space["captions"]["operator"], json!({ "th": "สำนักดิจิทัล", "en": "Digital office" }));
    let mut ben = town.enter("hall", BEN).await;
    ben.send(json!({ "kind": "captions", "mine": true })).await;
    assert_eq!(ben.until("notice").await["problem"]["code"], "captions_off", "one listens first");
}
