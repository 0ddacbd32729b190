//! A network in memory: the unit, and clients of str0m that speak and count what they get.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use sala_voice::{
    Audible, Certificate, Output, PeerId, RoomId, SLOTS, Sfu, Why,
    client::{Client as Line, Told},
};

pub(crate) const ROOM: RoomId = RoomId(1);

/// Someone at the network.
pub(crate) struct Client {
    line: Line,
    pub(crate) address: SocketAddr,
    is_connected: bool,
    /// The level at which it speaks, if it does.
    pub(crate) speaks: Option<i8>,
    number: u32,
    /// By slot: payloads that came.
    pub(crate) got: Vec<Vec<Vec<u8>>>,
    /// By slot: numbers of the packets that came.
    pub(crate) numbers: Vec<Vec<u64>>,
}

pub(crate) struct Network {
    pub(crate) sfu: Sfu,
    pub(crate) now: Instant,
    pub(crate) clients: BTreeMap<PeerId, Client>,
    pub(crate) slots: BTreeMap<PeerId, [Option<PeerId>; SLOTS]>,
    pub(crate) speaking: BTreeMap<PeerId, bool>,
    pub(crate) unheard: Vec<(PeerId, Why)>,
    pub(crate) gone: Vec<PeerId>,
    pub(crate) copied: Vec<(PeerId, Vec<u8>)>,
    /// Bytes sent to each address.
    pub(crate) sent: BTreeMap<SocketAddr, usize>,
}

pub(crate) fn server() -> SocketAddr {
    "192.0.2.1:3478".parse().unwrap()
}

pub(crate) fn certificate(of: u8) -> Certificate {
    Certificate::new(&[of; 32], 1_790_000_000).unwrap()
}

impl Network {
    pub(crate) fn new() -> Self {
        Self {
            sfu: Sfu::new(vec![server()], certificate(200)),
            now: Instant::now(),
            clients: BTreeMap::new(),
            slots: BTreeMap::new(),
            speaking: BTreeMap::new(),
            unheard: Vec::new(),
            gone: Vec::new(),
            copied: Vec::new(),
            sent: BTreeMap::new(),
        }
    }

    /// Lets someone in, without waiting for the connection.
    pub(crate) fn join(&mut self, number: u8) -> PeerId {
        let id = PeerId(u64::from(number));
        let address: SocketAddr = format!("198.51.100.{number}:5000").parse().unwrap();
        let (mut line, offer) = Line::new(address, &certificate(number), self.now).unwrap();
        let answer = self.sfu.join(id, ROOM, &offer, &[number; 32], self.now).unwrap();
        assert!(answer.contains("usedtx=1"), "silence costs nothing: {answer}");
        line.accept(&answer).unwrap();
        let client =
            Client { line, address, is_connected: false, speaks: None, number: 0, got: vec![vec![]; SLOTS], numbers: vec![vec![]; SLOTS] };
        self.clients.insert(id, client);
        id
    }

    /// So many who are connected and hear one another, all at 1 m.
    pub(crate) fn gathering(people: u8) -> (Self, Vec<PeerId>) {
        let mut network = Self::new();
        let ids: Vec<PeerId> = (1..=people).map(|number| network.join(number)).collect();
        network.run(1_500);
        for id in &ids {
            assert!(network.clients[id].is_connected, "{id:?} is connected");
            network.hear(*id, &ids);
        }
        (network, ids)
    }

    pub(crate) fn hear(&mut self, listener: PeerId, speakers: &[PeerId]) {
        let audible = speakers.iter().map(|speaker| Audible { speaker: *speaker, distance_m: 1.0, is_on_stage: false }).collect();
        self.sfu.hear(listener, audible);
    }

    pub(crate) fn speak(&mut self, id: PeerId, level: Option<i8>) {
        self.clients.get_mut(&id).unwrap().speaks = level;
    }

    /// Forgets what came.
    pub(crate) fn forget(&mut self) {
        for client in self.clients.values_mut() {
            client.got = vec![vec![]; SLOTS];
            client.numbers = vec![vec![]; SLOTS];
        }
        self.sent.clear();
    }

    /// How many packets of `speaker` a listener got: each says whose it is.
    pub(crate) fn got(&self, listener: PeerId, speaker: PeerId) -> usize {
        self.clients[&listener].got.iter().flatten().filter(|payload| payload[1] == speaker.0 as u8).count()
    }

    /// Lets so many milliseconds go by, in steps of 10.
    pub(crate) fn run(&mut self, ms: u64) {
        for step in 0..ms / 10 {
            self.now += Duration::from_millis(10);
            let ids: Vec<PeerId> = self.clients.keys().copied().collect();
            for id in &ids {
                self.turn(*id, step % 2 == 0);
            }
            while self.sfu.due().is_some_and(|due| due <= self.now) {
                self.sfu.advance(self.now);
            }
            self.deliver();
        }
    }

    /// A client's time, its next packet, and what it sends.
    fn turn(&mut self, id: PeerId, is_due: bool) {
        let client = self.clients.get_mut(&id).unwrap();
        client.line.advance(self.now);
        if is_due
            && client.is_connected
            && let Some(level) = client.speaks
        {
            client.number += 1;
            // Any bytes will do: nobody decodes them.
            client.line.say(&[0x78, id.0 as u8, client.number as u8], client.number * 960, level, self.now);
        }
        self.drain(id);
    }

    fn drain(&mut self, id: PeerId) {
        let client = self.clients.get_mut(&id).unwrap();
        while let Some(told) = client.line.poll() {
            match told {
                Told::Send { bytes, .. } => self.sfu.receive(client.address, &bytes, self.now),
                Told::Connected => client.is_connected = true,
                Told::Heard { slot, number, opus } => {
                    client.got[slot].push(opus.to_vec());
                    client.numbers[slot].push(number);
                }
                Told::Over => {}
            }
        }
    }

    /// What came out of the unit.
    pub(crate) fn deliver(&mut self) {
        while let Some(output) = self.sfu.poll() {
            match output {
                Output::Send { to, bytes } => {
                    *self.sent.entry(to).or_default() += bytes.len();
                    let Some(id) = self.clients.iter().find(|(_, client)| client.address == to).map(|(id, _)| *id) else { continue };
                    let client = self.clients.get_mut(&id).unwrap();
                    client.line.receive(server(), &bytes, self.now);
                    self.drain(id);
                }
                Output::Slots { peer, slots } => {
                    self.slots.insert(peer, slots);
                }
                Output::Speaking { peer, is_speaking } => {
                    self.speaking.insert(peer, is_speaking);
                }
                Output::Unheard { peer, why } => self.unheard.push((peer, why)),
                Output::Gone { peer } => self.gone.push(peer),
                Output::Copied { peer, opus, .. } => self.copied.push((peer, opus.to_vec())),
                Output::Connected { .. } => {}
            }
        }
    }
}
