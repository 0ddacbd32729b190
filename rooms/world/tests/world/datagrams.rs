//! Entering by WebTransport, with a client of wtransport's own over loopback: what comes as a datagram and what by the stream, and a client that
//! does not play by the rules.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::{SinkExt, StreamExt};
use sala_core::time::{Clock, SystemClock};
use sala_presence::{ClientFrame, Input, ServerFrame, wire::StateFrame};
use sala_world::webtransport::{ServedCertificate, WebTransportConfig};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::codec::{FramedRead, FramedWrite, LengthDelimitedCodec};
use wtransport::{
    ClientConfig, Connection, Endpoint, RecvStream, SendStream, VarInt, endpoint::endpoint_side::Client, error::ConnectingError,
    tls::Sha256Digest,
};

use super::place::{ANN, BEN, START, Town, town};

const SOON: Duration = Duration::from_secs(20);

/// A town with an open port, whose clock is right: certificates are compared with it.
async fn open_town() -> Town {
    let town = town().await;
    town.clock.advance_seconds(SystemClock.now().seconds() - START.seconds());
    let config = WebTransportConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        origin: "http://127.0.0.1:8080".into(),
        url: None,
        certificate: ServedCertificate::Own([9; 32]),
    };
    town.world.open_webtransport(config).unwrap();
    town
}

fn codec() -> LengthDelimitedCodec {
    LengthDelimitedCodec::builder().little_endian().length_field_type::<u32>().max_frame_length(1024 * 1024).new_codec()
}

/// Someone who came in, or was told why not.
struct Session {
    line: Connection,
    words: FramedRead<RecvStream, LengthDelimitedCodec>,
    out: FramedWrite<SendStream, LengthDelimitedCodec>,
    first: Value,
    _endpoint: Endpoint<Client>,
}

async fn connect(town: &Town, path: &str) -> Result<(Connection, Endpoint<Client>), ConnectingError> {
    let offer = town.ask("GET", "/spaces/hall", "", None).await.ok()["webtransport"].clone();
    let hashes = offer["hashes"].as_array().unwrap().iter().map(|hash| {
        let bytes: [u8; 32] = hex::decode(hash.as_str().unwrap()).unwrap().try_into().unwrap();
        Sha256Digest::new(bytes)
    });
    let config = ClientConfig::builder().with_bind_address("127.0.0.1:0".parse().unwrap()).with_server_certificate_hashes(hashes).build();
    let endpoint = Endpoint::client(config).unwrap();
    let line = timeout(SOON, endpoint.connect(format!("{}{path}", offer["url"].as_str().unwrap()))).await.expect("an answer in time")?;
    Ok((line, endpoint))
}

async fn enter(town: &Town, spec: &str, more: &str) -> Session {
    let path = format!("/api/v1/spaces/hall/presence?ticket={}{more}", spec.replace('|', "%7C"));
    let (line, endpoint) = connect(town, &path).await.unwrap();
    let (send, receive) = timeout(SOON, line.accept_bi()).await.expect("a stream in time").unwrap();
    let (words, out) = (FramedRead::new(receive, codec()), FramedWrite::new(send, codec()));
    let mut session = Session { line, words, out, first: Value::Null, _endpoint: endpoint };
    session.first = session.next().await.expect("a first word");
    session
}

fn step(seq: u16, wish_x: i8) -> Vec<u8> {
    let mut bytes = vec![];
    ClientFrame { input: Input { seq, wish_x, ..Input::default() }, hands: None }.encode(&mut bytes);
    bytes
}

impl Session {
    /// The next message in JSON; none once the stream has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            let bytes = timeout(SOON, self.words.next()).await.expect("a word in time")?.ok()?;
            if bytes.first() == Some(&b'{') {
                return Some(serde_json::from_slice(&bytes).unwrap());
            }
        }
    }

    async fn until(&mut self, kind: &str) -> Value {
        loop {
            let found = self.next().await.unwrap_or_else(|| panic!("the stream ended before `{kind}` came"));
            if found["kind"] == kind {
                return found;
            }
        }
    }

    async fn say(&mut self, value: Value) {
        self.out.send(Bytes::from(value.to_string())).await.unwrap();
    }

    /// The state in the next datagram.
    async fn state(&self) -> StateFrame {
        loop {
            let bytes = timeout(SOON, self.line.receive_datagram()).await.expect("a tick in time").unwrap().payload();
            let length = usize::try_from(u32::from_le_bytes(bytes[..4].try_into().unwrap())).unwrap();
            if let ServerFrame::State(state) = ServerFrame::decode(&bytes[4..4 + length]).unwrap() {
                return state;
            }
        }
    }

    /// Why the line was closed by the hall.
    async fn closed(&self) -> String {
        timeout(SOON, self.line.closed()).await.expect("an end in time").to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sees_the_other_walk_by_datagrams_and_both_hear_each_other() {
    let town = open_town().await;
    let mut ben = town.enter("hall", BEN).await;
    let mut ann = enter(&town, ANN, "&lang=en").await;
    assert_eq!((&ann.first["kind"], &ann.first["here"][0]["who"]["persona"]), (&json!("welcome"), &json!("ben")));
    let slot = u16::try_from(ben.first["slot"].as_u64().unwrap()).unwrap();
    ben.send(json!({ "kind": "go", "at": [10, 20] })).await;
    let mut places = vec![];
    let begun = Instant::now();
    while places.len() < 20 && begun.elapsed() < SOON {
        places.extend(ann.state().await.records.iter().filter(|record| record.slot == slot).map(|record| record.x));
    }
    assert!(places.first().unwrap() > &(places.last().unwrap() + 50), "he walked to the west: {places:?}");

    ben.until("entered").await;
    ann.say(json!({ "kind": "say", "text": "สวัสดี" })).await;
    assert_eq!(ben.until("said").await["text"], "สวัสดี");
    ben.send(json!({ "kind": "say", "text": "hello" })).await;
    ann.until("said").await;
    assert_eq!(ann.until("said").await["text"], "hello");
    // In the language that was asked for.
    ann.say(json!({ "kind": "go", "slot": 999 })).await;
    assert!(ann.until("notice").await["problem"]["title"].as_str().unwrap().is_ascii());
}

#[tokio::test(flavor = "multi_thread")]
async fn moves_come_as_datagrams_and_one_that_was_overtaken_is_not_done() {
    let town = open_town().await;
    let ann = enter(&town, ANN, "").await;
    let from = ann.state().await.x;
    ann.line.send_datagram(step(9, 127)).unwrap();
    sleep(Duration::from_millis(300)).await;
    for late in [8, 3, 65_000] {
        ann.line.send_datagram(step(late, -127)).unwrap();
    }
    let mut last = ann.state().await;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        let next = ann.state().await;
        assert!(next.tick > last.tick && next.x >= last.x, "never back: {} after {}", next.x, last.x);
        last = next;
    }
    assert_eq!(last.ack, 9);
    assert!(last.x > from + 50, "{from} to {}", last.x);
    ann.line.send_datagram(step(10, -127)).unwrap();
    let turned = last.x;
    while ann.state().await.x >= turned {
        assert!(begun.elapsed() < SOON, "the next move is done");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_lets_in_once() {
    let town = open_town().await;
    let once = format!("{ANN}|once");
    let first = enter(&town, &once, "").await;
    assert_eq!(first.first["kind"], "welcome");
    let second = enter(&town, &once, "").await;
    assert_eq!((&second.first["kind"], &second.first["problem"]["code"]), (&json!("bye"), &json!("sign_in_required")));
    assert!(second.closed().await.contains("sign_in_required"));
    assert!(first.state().await.tick > 0, "who is in stays in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_kept_for_who_is_cut_off_and_not_for_who_says_goodbye() {
    let town = open_town().await;
    let mut ben = town.enter("hall", BEN).await;
    let ann = enter(&town, ANN, "").await;
    let (slot, token) = (ann.first["slot"].clone(), ann.first["token"].as_str().unwrap().to_owned());
    ann.line.close(VarInt::from_u32(4_001), b"");
    sleep(Duration::from_millis(500)).await;
    assert_eq!(town.world.count("hall"), Some(2));
    let ann = enter(&town, ANN, &format!("&token={token}")).await;
    assert_eq!((&ann.first["resumed"], &ann.first["slot"]), (&json!(true), &slot));
    ann.line.close(VarInt::from_u32(1_000), b"");
    assert_eq!(ben.until("left").await["slot"], slot);
    assert_eq!(town.world.count("hall"), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_no_frame_are_told_and_do_no_harm() {
    let town = open_town().await;
    let mut ann = enter(&town, ANN, "").await;
    for garbage in [&[][..], &[0xff; 1_000], &[0x11], &[0x21; 8], &[0x12; 8]] {
        ann.line.send_datagram(garbage).unwrap();
    }
    assert_eq!(ann.until("notice").await["problem"]["code"], "frame_invalid");
    ann.out.send(Bytes::from_static(b"{ no JSON")).await.unwrap();
    ann.out.send(Bytes::new()).await.unwrap();
    ann.line.send_datagram(step(1, 127)).unwrap();
    let begun = Instant::now();
    while ann.state().await.ack != 1 {
        assert!(begun.elapsed() < SOON, "it goes on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_too_long_ends_the_line_with_a_reason() {
    let town = open_town().await;
    for length in [24 * 1024 + 1, u32::MAX] {
        let mut ann = enter(&town, ANN, "").await;
        ann.out.get_mut().write_all(&length.to_le_bytes()).await.unwrap();
        assert_eq!(ann.until("bye").await["problem"]["code"], "frame_invalid");
        assert!(ann.closed().await.contains("frame_invalid"));
    }
    assert_eq!(town.world.count("hall"), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_datagrams_is_throttled_told_and_put_out() {
    let town = open_town().await;
    let mut ann = enter(&town, ANN, "").await;
    let line = ann.line.clone();
    let flood = tokio::spawn(async move {
        for seq in 0.. {
            if line.send_datagram(step(seq, 127)).is_err() {
                return;
            }
            sleep(Duration::from_millis(5)).await;
        }
    });
    assert_eq!(ann.until("notice").await["problem"]["code"], "too_many_messages");
    let begun = Instant::now();
    let bye = ann.until("bye").await;
    assert_eq!(bye["problem"]["code"], "too_many_messages");
    assert!(begun.elapsed() > Duration::from_secs(8), "not at the first one too many: {:?}", begun.elapsed());
    ann.closed().await;
    flood.await.unwrap();
    assert_eq!(town.world.count("hall"), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_spaces_that_there_are_are_entered_and_only_the_hall_opens_streams() {
    let town = open_town().await;
    for path in ["/api/v1/spaces/nowhere/presence?ticket=x", "/api/v1/spaces/hall/presence", "/", "/api/v1/spaces/hall?ticket=x"] {
        assert!(matches!(connect(&town, path).await, Err(ConnectingError::SessionRejected)), "{path}");
    }
    let ann = enter(&town, ANN, "").await;
    let another = timeout(Duration::from_secs(1), ann.line.open_bi()).await;
    assert!(another.is_err(), "there is no room for another stream");
    assert!(ann.state().await.tick > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_another_certificate_does_not_come_in() {
    let town = open_town().await;
    let offer = town.ask("GET", "/spaces/hall", "", None).await.ok()["webtransport"].clone();
    let config = ClientConfig::builder()
        .with_bind_address("127.0.0.1:0".parse().unwrap())
        .with_server_certificate_hashes([Sha256Digest::new([1; 32])])
        .build();
    let url = format!("{}/api/v1/spaces/hall/presence?ticket=x", offer["url"].as_str().unwrap());
    assert!(matches!(Endpoint::client(config).unwrap().connect(url).await, Err(ConnectingError::ConnectionError(_))));
}
