//! Shared spaces over HTTP and WebSocket: who comes in, who sees whom, what a block keeps apart, what a hostile client gets.

use std::{collections::BTreeSet, time::Duration};

use futures_util::{SinkExt, StreamExt};
use sala_presence::{
    ServerFrame,
    wire::{ClientFrame, ClientState, Input},
};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use super::{
    streets::copy,
    support::{Served, options_of, repository, sala, text},
};

/// Someone in a space.
pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) welcome: Value,
    told: Vec<Value>,
    seq: u16,
}

pub(crate) fn accept(served: &Served, cookie: &str) {
    let version = served.get("/api/v1/conduct").json()["version"].clone();
    let answer = served.post("/api/v1/conduct/acceptances", cookie, &json!({ "version": version }));
    assert_eq!(answer.status, 204, "{}", String::from_utf8_lossy(&answer.body));
}

fn ticket(served: &Served, cookie: &str, space: &str) -> String {
    let answer = served.post("/api/v1/session/tickets", cookie, &json!({ "purpose": "world", "space": space }));
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["ticket"].as_str().unwrap().to_owned()
}

fn address(served: &Served, space: &str, query: &str) -> String {
    format!("{}/api/v1/spaces/{space}/presence?{query}", served.base.replacen("http", "ws", 1))
}

impl Client {
    pub(crate) async fn enter(served: &Served, cookie: &str, space: &str) -> Self {
        Self::open(address(served, space, &format!("ticket={}", ticket(served, cookie, space)))).await
    }

    async fn open(url: String) -> Self {
        let (mut socket, _) = connect_async(url).await.unwrap();
        let Message::Text(text) = timeout(Duration::from_secs(20), socket.next()).await.unwrap().unwrap().unwrap() else {
            panic!("the first message is a text")
        };
        Self { socket, welcome: serde_json::from_str(&text).unwrap(), told: vec![], seq: 0 }
    }

    fn slot(&self) -> u64 {
        self.welcome["slot"].as_u64().unwrap()
    }

    async fn ask(&mut self, ask: Value) {
        self.socket.send(Message::text(ask.to_string())).await.unwrap();
    }

    async fn walk(&mut self, wish_x: i8, wish_z: i8) {
        self.seq += 1;
        let mut bytes = vec![];
        let input = Input { seq: self.seq, wish_x, wish_z, yaw: 0, state: ClientState::default() };
        ClientFrame { input, hands: None }.encode(&mut bytes);
        self.socket.send(Message::binary(bytes)).await.unwrap();
    }

    /// Reads on until `look` finds what it wants in a text or a frame.
    async fn until<T>(&mut self, what: &str, mut look: impl FnMut(Option<&Value>, Option<&ServerFrame>) -> Option<T>) -> T {
        let reading = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let told: Value = serde_json::from_str(&text).unwrap();
                        let found = look(Some(&told), None);
                        self.told.push(told);
                        if let Some(found) = found {
                            return found;
                        }
                    }
                    Some(Ok(Message::Binary(bytes))) => {
                        let frame = ServerFrame::decode(&bytes).unwrap();
                        if let Some(found) = look(None, Some(&frame)) {
                            return found;
                        }
                    }
                    Some(Ok(_)) => {}
                    ended => panic!("{what}: the line ended: {ended:?}; told {:?}", self.told),
                }
            }
        };
        timeout(Duration::from_mins(2), reading).await.unwrap_or_else(|_| panic!("{what}: not within 120 s"))
    }

    async fn told(&mut self, kind: &str) -> Value {
        self.until(kind, |told, _| told.filter(|told| told["kind"] == kind).cloned()).await
    }

    async fn sees(&mut self, slot: u64) {
        self.until("the other's record", |_, frame| match frame {
            Some(ServerFrame::State(state)) => state.records.iter().any(|record| u64::from(record.slot) == slot).then_some(()),
            _ => None,
        })
        .await;
    }

    /// Everything that comes within a while.
    async fn listen(&mut self, during: Duration) -> (Vec<Value>, Vec<ServerFrame>) {
        let (mut texts, mut frames) = (vec![], vec![]);
        let reading = async {
            while let Some(Ok(message)) = self.socket.next().await {
                match message {
                    Message::Text(text) => texts.push(serde_json::from_str(&text).unwrap()),
                    Message::Binary(bytes) => frames.push(ServerFrame::decode(&bytes).unwrap()),
                    _ => {}
                }
            }
        };
        let _ = timeout(during, reading).await;
        (texts, frames)
    }
}

fn on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
}

#[test]
fn two_meet_talk_and_keep_apart_and_a_cut_line_comes_back() {
    let served = Served::start();
    let citizen = served.sign_in(&json!({ "role": "citizen" }));
    let officer = served.sign_in(&json!({ "role": "officer", "office": "digital" }));
    on(async {
        // Who has not accepted the code is told so, with the ticket used up.
        let refused = Client::enter(&served, &citizen, "hall").await;
        assert_eq!((&refused.welcome["kind"], &refused.welcome["problem"]["code"]), (&json!("bye"), &json!("conduct_not_accepted")));
        accept(&served, &citizen);
        accept(&served, &officer);
        assert_eq!(served.request("GET", "/api/v1/conduct", &[("cookie", &citizen)], None).json()["accepted"], true);

        let mut one = Client::enter(&served, &citizen, "hall").await;
        assert_eq!((&one.welcome["kind"], &one.welcome["count"]), (&json!("welcome"), &json!(1)), "{}", one.welcome);
        let mut two = Client::enter(&served, &officer, "hall").await;
        assert_eq!(two.welcome["here"][0]["slot"], one.slot());
        assert_eq!(two.welcome["you"]["badge"]["office"], "digital", "an officer shows for which office");
        assert!(one.welcome["you"]["badge"].is_null());
        let entered = one.told("entered").await;
        assert_eq!(entered["slot"], two.slot());
        let look = entered["who"]["look"].as_str().unwrap();
        assert_eq!(served.get(look).status, 200, "everybody can draw the officer");
        assert_eq!(served.get("/api/v1/spaces/hall").json()["count"], 2);

        // They see each other move, and hear each other.
        two.sees(one.slot()).await;
        let before = one.until("own place", |_, frame| match frame {
            Some(ServerFrame::State(state)) => Some((state.x, state.z)),
            _ => None,
        });
        let before = before.await;
        for _ in 0..20 {
            one.walk(0, -127).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        one.until("it has walked", |_, frame| match frame {
            Some(ServerFrame::State(state)) if state.ack == 20 && (state.x, state.z) != before => Some(()),
            _ => None,
        })
        .await;
        one.ask(json!({ "kind": "say", "text": " สวัสดีครับ " })).await;
        let said = two.told("said").await;
        assert_eq!((&said["text"], &said["slot"]), (&json!("สวัสดีครับ"), &json!(one.slot())));
        one.told("said").await;

        // Each fixture can be walked to, and says what it opens.
        let space = served.get("/api/v1/spaces/hall").json();
        let place = (f64::from(before.0) / 100.0, f64::from(before.1) / 100.0);
        let away = |fixture: &Value| (fixture["at"][0].as_f64().unwrap() - place.0).hypot(fixture["at"][1].as_f64().unwrap() - place.1);
        let nearest = space["fixtures"].as_array().unwrap().iter().min_by(|a, b| away(a).total_cmp(&away(b))).unwrap();
        let fixture = nearest["id"].clone();
        one.ask(json!({ "kind": "go", "fixture": fixture })).await;
        assert_eq!(one.told("arrived").await["fixture"], fixture);

        // Blocked: no pose, no word passes in either direction, and the other side is told no more than that someone left.
        let officer_handle = two.welcome["you"]["persona"].as_str().unwrap().to_owned();
        one.ask(json!({ "kind": "block", "persona": officer_handle })).await;
        assert_eq!(one.told("blocked").await["persona"], officer_handle);
        assert_eq!(two.told("left").await["slot"], one.slot());
        one.listen(Duration::from_millis(300)).await;
        two.listen(Duration::from_millis(300)).await;
        one.ask(json!({ "kind": "say", "text": "ไม่ควรได้ยิน" })).await;
        two.ask(json!({ "kind": "say", "text": "not to be heard" })).await;
        one.walk(127, 0).await;
        two.walk(127, 0).await;
        for (client, other) in [(&mut one, 1_u64), (&mut two, 0)] {
            let other = if other == 1 { two_slot(&entered) } else { said["slot"].as_u64().unwrap() };
            let (texts, frames) = client.listen(Duration::from_secs(4)).await;
            assert!(frames.len() > 20, "frames go on");
            assert!(texts.iter().filter(|told| told["kind"] == "said").all(|told| told["slot"] != other), "{texts:?}");
            let records = frames.iter().filter_map(|frame| match frame {
                ServerFrame::State(state) => Some(state.records.iter()),
                _ => None,
            });
            assert!(records.flatten().all(|record| u64::from(record.slot) != other), "a pose of the other side passed");
            let counted: u32 = frames
                .iter()
                .map(|frame| match frame {
                    ServerFrame::Crowd(cells) => cells.iter().map(|cell| u32::from(cell.count)).sum(),
                    _ => 0,
                })
                .sum();
            assert_eq!(counted, 0, "nor is it counted");
        }
        // The record says that someone was blocked, and not who.
        let acts = served.get("/api/v1/acts?kind=conduct.block").json();
        assert_eq!(acts["items"].as_array().unwrap().len(), 1);
        let act = acts["items"][0].to_string();
        let own = one.welcome["you"]["persona"].as_str().unwrap().to_owned();
        assert!(!act.contains(&own) && !act.contains(&officer_handle), "{act}");
        one.ask(json!({ "kind": "unblock", "persona": officer_handle })).await;
        one.told("unblocked").await;
        two.told("entered").await;
        two.sees(one.slot()).await;

        // Cut off and back: the same place, and what was said meanwhile.
        let token = one.welcome["token"].as_str().unwrap().to_owned();
        let slot = one.slot();
        drop(one);
        two.ask(json!({ "kind": "say", "text": "meanwhile" })).await;
        two.told("said").await;
        let url = address(&served, "hall", &format!("ticket={}&token={token}", ticket(&served, &citizen, "hall")));
        let mut back = Client::open(url).await;
        assert_eq!((back.slot(), &back.welcome["resumed"]), (slot, &json!(true)));
        assert!(back.welcome["said"].as_array().unwrap().iter().any(|said| said["text"] == "meanwhile"));
        back.sees(two.slot()).await;

        // The same persona from elsewhere takes the place over.
        let again = Client::enter(&served, &citizen, "hall").await;
        assert_eq!((again.slot(), &again.welcome["resumed"]), (slot, &json!(false)));
        assert_eq!(back.told("bye").await["problem"]["code"], "entered_elsewhere");

        // A session that ends takes its avatar along.
        assert_eq!(served.request("DELETE", "/api/v1/session", &[("cookie", &officer), ("x-sala-csrf", "1")], None).status, 204);
        assert_eq!(two.told("bye").await["problem"]["code"], "sign_in_required");
    });
    served.stop();
}

fn two_slot(entered: &Value) -> u64 {
    entered["slot"].as_u64().unwrap()
}

#[test]
fn a_hostile_client_is_told_throttled_and_put_out() {
    let served = Served::start();
    let citizen = served.sign_in(&json!({ "role": "citizen" }));
    accept(&served, &citizen);
    // Not without a ticket, nor with a false one, one for another space, or one that was used.
    assert_eq!(served.get("/api/v1/spaces/hall/presence").json()["code"], "sign_in_required");
    assert_eq!(served.get("/api/v1/spaces/nowhere/presence?ticket=x").json()["code"], "not_found");
    assert_eq!(served.get("/api/v1/spaces/hall/presence?ticket=x").json()["code"], "invalid_input");
    on(async {
        let garden = ticket(&served, &citizen, "garden");
        for query in ["ticket=false".to_owned(), format!("ticket={garden}"), format!("ticket={garden}")] {
            let refused = Client::open(address(&served, "hall", &query)).await;
            assert_eq!(refused.welcome["kind"], "bye", "{query}: {}", refused.welcome);
        }
        let mut client = Client::enter(&served, &citizen, "hall").await;
        for bytes in [vec![], vec![0x21; 8], vec![0x11; 7], vec![0x11, 0, 0, 0, 0, 0, 0xff, 0]] {
            client.socket.send(Message::binary(bytes)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1_050)).await;
        }
        for text in ["", "{}", r#"{"kind":"fly"}"#, r#"{"kind":"say","text":""}"#, r#"{"kind":"go"}"#, r#"{"kind":"bubble","m":99}"#] {
            client.socket.send(Message::text(text)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1_050)).await;
        }
        let (told, frames) = client.listen(Duration::from_millis(500)).await;
        let codes: Vec<&str> =
            told.iter().filter(|told| told["kind"] == "notice").filter_map(|told| told["problem"]["code"].as_str()).collect();
        assert!(codes.iter().filter(|code| **code == "frame_invalid").count() >= 5, "{codes:?}");
        assert!(codes.contains(&"invalid_input"), "{codes:?}");
        assert!(frames.len() > 100, "and it goes on");
        // A flood is dropped, told, and after some seconds put out.
        let mut put_out = false;
        for _ in 0..400 {
            for _ in 0..40 {
                if client.socket.feed(Message::text(r#"{"kind":"say","text":"flood"}"#)).await.is_err() {
                    break;
                }
            }
            let _ = client.socket.flush().await;
            let (told, _) = client.listen(Duration::from_millis(100)).await;
            if told.iter().any(|told| told["kind"] == "bye" && told["problem"]["code"] == "too_many_messages") {
                put_out = true;
                break;
            }
        }
        assert!(put_out, "a client that floods is put out");
        let said = served.get("/api/v1/spaces/hall").json();
        assert_eq!(said["count"], 0);
    });
    served.stop();
}

#[test]
fn every_fixture_of_every_space_opens_a_page_whose_operations_answer() {
    let served = Served::start();
    let spaces = served.get("/api/v1/spaces").json();
    let (mut fixtures, mut on_show) = (0, BTreeSet::new());
    for card in spaces["items"].as_array().unwrap() {
        let space = served.get(&format!("/api/v1/spaces/{}", card["id"].as_str().unwrap())).json();
        for fixture in space["fixtures"].as_array().unwrap() {
            fixtures += 1;
            let page = fixture["page"].as_str().unwrap();
            assert!(page.starts_with('/'), "{fixture}");
            // What the page asks first, for visitors.
            let asked = match fixture["kind"].as_str().unwrap() {
                "board" => "/api/v1/board".to_owned(),
                "record" => "/api/v1/acts".to_owned(),
                "measures" => "/api/v1/measures".to_owned(),
                "measure" => {
                    on_show.insert(page.rsplit('/').next().unwrap().to_owned());
                    format!("/api/v1{page}/runs")
                }
                "street" => format!("/api/v1{page}/map"),
                "live_street" => format!("/api/v1{page}"),
                "mirror" => "/api/v1/avatar-choices".to_owned(),
                "plaque" => format!("/api/v1{}", page.split('#').next().unwrap()),
                "door" => format!("/api/v1{page}"),
                "city" => format!("/api/v1{page}"),
                "meeting" => format!("/api/v1/meetings?space={}", card["id"].as_str().unwrap()),
                other => panic!("{other}: a kind that this test does not walk yet"),
            };
            assert_eq!(served.get(&asked).status, 200, "{asked} of {fixture}");
        }
    }
    // The exhibition says that every measure of the city stands in it.
    let measures = served.get("/api/v1/measures").json();
    let measures: BTreeSet<String> = measures["items"].as_array().unwrap().iter().map(|each| each["id"].as_str().unwrap().into()).collect();
    assert_eq!(on_show, measures);
    assert!(fixtures >= 17, "only {fixtures} fixtures were walked");
    served.stop();
}

#[test]
fn a_door_that_is_painted_on_keeps_the_hall_shut_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (profile, data) = (folder.path().join("profile"), folder.path().join("data"));
    copy(&repository().join("profiles/demo"), &profile);
    for (space, from, to, place) in [
        ("hall", "kind: record", "kind: counter", "/kind"),
        ("hall", "street: bologna_acosta", "street: atlantis", "/opens/street"),
        ("hall", "space: garden", "space: moon", "/opens/space"),
        ("hall", "size: [", "size: [-", "size[0]"),
        ("exhibition", "measure: economy.watch", "measure: economy.dreams", "/opens/measure"),
    ] {
        let path = profile.join(format!("spaces/{space}.yaml"));
        let yaml = std::fs::read_to_string(&path).unwrap();
        assert!(yaml.contains(from), "{from}");
        std::fs::write(&path, yaml.replacen(from, to, 1)).unwrap();
        let opened = tokio::runtime::Runtime::new().unwrap().block_on(sala_hall::hall::Hall::open(&options_of(&profile, &data, &[])));
        let problem = opened.map(drop).unwrap_err();
        assert_eq!(problem.code.code, "profile_invalid");
        let at = &problem.errors[0].pointer;
        assert!(at.contains(&format!("{space}.yaml")) && at.ends_with(place), "{from}: {at}");
        std::fs::write(&path, yaml).unwrap();
    }
}

#[test]
fn the_bench_counts_what_clients_in_another_process_see() {
    for more in [&[][..], &["--one-cell", "--peer", "3"]] {
        let args = [&["bench", "world", "--clients", "21", "--seconds", "2", "--json"][..], more].concat();
        let done = sala(&args);
        assert!(done.status.success(), "{}", text(&done));
        let outcome: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!((&outcome["clients"], &outcome["in_view"]), (&json!(21), &json!([20, 20])), "{outcome}");
        for figure in ["tick_p99_ms", "pose_age_p99_ms", "kbit_per_client", "frames"] {
            assert!(outcome[figure].as_f64().unwrap() > 0.0, "{figure}: {outcome}");
        }
        assert!(outcome["server_cores"].is_number() && outcome["dropped"].is_number(), "{outcome}");
        // At 20 Hz a client whose neighbours all move gets less than the promise; a room that broadcasts has no such bound.
        assert!(outcome["kbit_per_client"].as_f64().unwrap() <= 110.0, "{outcome}");
        assert_eq!(outcome["peer"]["clients"], if more.is_empty() { Value::Null } else { json!(3) });
    }
}
