//! Voice through the whole room: sockets, the thread and its UDP port, with clients that are real WebRTC peers.

use std::{
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use sala_voice::{
    Certificate,
    client::{Client, Told},
};
use sala_world::voice::VoiceConfig;
use serde_json::{Value, json};

use super::place::{ANN, BEN, CAT, Town, Visit, town};

/// Someone in a space who is connected for voice.
pub(super) struct Voice {
    pub(super) visit: Visit,
    line: Box<Client>,
    socket: UdpSocket,
    is_connected: bool,
    packets: u32,
    /// First bytes of the packets that came.
    pub(super) heard: Vec<u8>,
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

fn client(socket: &UdpSocket, number: u8) -> (Box<Client>, String) {
    let certificate = Certificate::new(&[number; 32], 1_790_000_000).unwrap();
    let (line, offer) = Client::new(socket.local_addr().unwrap(), &certificate, now()).unwrap();
    (Box::new(line), offer)
}

pub(super) fn town_config() -> VoiceConfig {
    VoiceConfig { listen: "127.0.0.1:0".parse().unwrap(), public: vec![], speech: None }
}

impl Voice {
    pub(super) async fn join(town: &Town, space: &str, who: &str, number: u8) -> Self {
        let mut visit = town.enter(space, who).await;
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let (mut line, offer) = client(&socket, number);
        visit.send(json!({ "kind": "voice", "offer": offer })).await;
        line.accept(visit.until("voice").await["answer"].as_str().unwrap()).unwrap();
        let mut voice = Self { visit, line, socket, is_connected: false, packets: 0, heard: vec![] };
        for _ in 0..500 {
            voice.turn(None);
            if voice.is_connected {
                return voice;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{who} was not connected");
    }

    /// Sends and takes what there is; with `says`, a packet that begins with that byte.
    fn turn(&mut self, says: Option<u8>) {
        let at = now();
        let mut bytes = [0; 2_000];
        while let Ok((length, from)) = self.socket.recv_from(&mut bytes) {
            self.line.receive(from, &bytes[..length], at);
        }
        self.line.advance(at);
        if let Some(byte) = says {
            self.packets += 1;
            self.line.say(&[byte, 1, 2, 3], self.packets * 960, -30, at);
        }
        while let Some(told) = self.line.poll() {
            match told {
                Told::Send { to, bytes } => {
                    self.socket.send_to(&bytes, to).unwrap();
                }
                Told::Connected => self.is_connected = true,
                Told::Heard { opus, .. } => self.heard.push(opus[0]),
                Told::Over => {}
            }
        }
    }
}

/// So many packets of 20 ms of each who says something.
pub(super) async fn talk(packets: u32, all: &mut [(&mut Voice, Option<u8>)]) {
    for _ in 0..packets {
        for (voice, says) in all.iter_mut() {
            voice.turn(*says);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for (voice, _) in all.iter_mut() {
        voice.turn(None);
    }
}

fn count(voice: &Voice, byte: u8) -> usize {
    voice.heard.iter().map(|heard| usize::from(*heard == byte)).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hear_each_other_and_a_block_ends_it_with_the_next_packet() {
    let town = town().await;
    town.world.open_voice(&town_config()).unwrap();
    let mut ann = Voice::join(&town, "hall", ANN, 1).await;
    let mut ben = Voice::join(&town, "hall", BEN, 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    talk(50, &mut [(&mut ann, Some(10)), (&mut ben, Some(20))]).await;
    assert!(count(&ben, 10) > 30 && count(&ann, 20) > 30, "{} and {}", count(&ben, 10), count(&ann, 20));
    let slots = ben.visit.until("voice_slots").await;
    assert_eq!(slots["slots"][0], ann.visit.first["slot"], "whose voice it is: {slots}");

    ann.visit.send(json!({ "kind": "block", "persona": "ben" })).await;
    ann.visit.until("blocked").await;
    // What was on its way when the block was set is there by now.
    talk(3, &mut [(&mut ann, None), (&mut ben, None)]).await;
    (ann.heard, ben.heard) = (vec![], vec![]);
    talk(50, &mut [(&mut ann, Some(10)), (&mut ben, Some(20))]).await;
    assert_eq!((ann.heard.len(), ben.heard.len()), (0, 0), "not one packet either way");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_muted_persona_nothing_is_forwarded_and_it_is_told_why() {
    let town = town().await;
    town.world.open_voice(&town_config()).unwrap();
    let report = town.report(CAT, BEN).await;
    let mut ann = Voice::join(&town, "hall", ANN, 1).await;
    let mut ben = Voice::join(&town, "hall", BEN, 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    talk(30, &mut [(&mut ann, Some(10)), (&mut ben, Some(20))]).await;
    assert!(count(&ann, 20) > 15);
    town.sanction(&report, "mute", 600, &[]).await.ok();
    assert_eq!(ben.visit.until("notice").await["problem"]["code"], "muted");
    talk(3, &mut [(&mut ann, None), (&mut ben, None)]).await;
    (ann.heard, ben.heard) = (vec![], vec![]);
    talk(50, &mut [(&mut ann, Some(10)), (&mut ben, Some(20))]).await;
    assert_eq!(count(&ann, 20), 0);
    assert!(count(&ben, 10) > 30, "who may not speak still hears");
    assert_eq!(ben.visit.until("notice").await["problem"]["code"], "muted", "and is told when trying");
    // Coming back does not help.
    drop(ben);
    let mut ben = Voice::join(&town, "hall", BEN, 3).await;
    ann.heard = vec![];
    talk(30, &mut [(&mut ann, None), (&mut ben, Some(20))]).await;
    assert_eq!(count(&ann, 20), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_said_is_kept() {
    let town = town().await;
    town.world.open_voice(&town_config()).unwrap();
    let mut ann = Voice::join(&town, "hall", ANN, 1).await;
    let mut ben = Voice::join(&town, "hall", BEN, 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let before = town.acts().await.len();
    talk(30, &mut [(&mut ann, Some(0xa7)), (&mut ben, None)]).await;
    assert!(count(&ben, 0xa7) > 15);
    assert_eq!(town.acts().await.len(), before);
    assert!(!town.files().windows(4).any(|window| window == [0xa7, 1, 2, 3]));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_voice_an_offer_is_refused_and_one_that_is_none_too() {
    let town = town().await;
    let mut ann = town.enter("hall", ANN).await;
    ann.send(json!({ "kind": "voice", "offer": "v=0" })).await;
    assert_eq!(ann.until("notice").await["problem"]["code"], "voice_off");
    let space = town.ask("GET", "/spaces/hall", ANN, None).await.ok();
    assert_eq!(space["voice"], "off");
    town.world.open_voice(&town_config()).unwrap();
    assert_eq!(town.ask("GET", "/spaces/hall", ANN, None).await.ok()["voice"], "near");
    for offer in ["v=0".to_owned(), "m=audio".repeat(100), String::new()] {
        ann.send(json!({ "kind": "voice", "offer": offer })).await;
        assert_eq!(ann.until("notice").await["problem"]["code"], "voice_offer_invalid");
    }
    ann.send(json!({ "kind": "voice_off" })).await;
    ann.send(json!({ "kind": "say", "text": "สวัสดี" })).await;
    assert_eq!(ann.until("said").await["text"], Value::from("สวัสดี"), "and the space goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_stage_only_who_may_stand_there_is_heard_and_by_all() {
    let town = town().await;
    town.world.open_voice(&town_config()).unwrap();
    let mut ann = Voice::join(&town, "stage", ANN, 1).await;
    let mut ben = Voice::join(&town, "stage", BEN, 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    talk(30, &mut [(&mut ann, Some(10)), (&mut ben, None)]).await;
    assert_eq!(count(&ben, 10), 0);
    assert_eq!(ann.visit.until("notice").await["problem"]["code"], "stage_closed");
    ann.visit.send(json!({ "kind": "go", "at": [5, 20] })).await;
    ann.visit.until("arrived").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    talk(30, &mut [(&mut ann, Some(10)), (&mut ben, None)]).await;
    assert!(count(&ben, 10) > 15, "from the stage one is heard 15 m away and farther");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_taken_is_said_at_the_start() {
    let town = town().await;
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let listen: SocketAddr = taken.local_addr().unwrap();
    assert!(town.world.open_voice(&VoiceConfig { listen, public: vec![], speech: None }).is_err());
}
