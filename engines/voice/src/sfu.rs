//! All peers of a hall: their datagrams, the floor of each room, and who gets whose packets.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use str0m::{
    Input,
    crypto::CryptoProvider,
    ice::StunMessage,
    net::{Protocol, Receive},
    rtp::RtpPacket,
};

use crate::{
    choice::{Audible, Wish, choose},
    crypto::{self, Certificate},
    peer::Peer,
};

/// Speakers whom a client hears at once: so many streams are negotiated, and never renegotiated.
pub const SLOTS: usize = 8;
/// A client of whom nothing came for so long is gone.
pub const GONE_AFTER: Duration = Duration::from_secs(30);
/// Whoever is not passed on is told so no more often than this.
const TELL_EVERY: Duration = Duration::from_secs(5);
/// Addresses that a client may send from at the same time.
const MOST_SOURCES: usize = 8;

/// A client, numbered by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PeerId(pub u64);

/// Those who share a floor, numbered by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoomId(pub u64);

/// Why a client can't be connected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoiceError {
    /// The offer is longer than [`VoiceError::LONGEST_OFFER`].
    #[error("an offer has at most {} bytes", VoiceError::LONGEST_OFFER)]
    OfferTooLong,
    /// Not sound alone, or more streams than there are slots.
    #[error("an offer has one to {} lines of media, all of them audio", SLOTS + 1)]
    NotAudio,
    /// It can't be read or answered.
    #[error("the offer can't be answered: {0}")]
    Offer(String),
}

impl VoiceError {
    /// Bytes of the longest offer that is read.
    pub const LONGEST_OFFER: usize = 20_000;
}

/// Why someone's voice is not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// By [`Sfu::silence`].
    Silenced,
    /// As many as may already speak in the room.
    FloorTaken,
}

/// What comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send these bytes.
    Send {
        /// Where to.
        to: SocketAddr,
        /// The datagram.
        bytes: Vec<u8>,
    },
    /// A client's connection stands.
    Connected {
        /// Which client.
        peer: PeerId,
    },
    /// Someone began or ceased to speak, and is passed on.
    Speaking {
        /// Who.
        peer: PeerId,
        /// Which of both.
        is_speaking: bool,
    },
    /// Who is in a client's slots from now on, in the order of the receiving lines of its offer.
    Slots {
        /// Which client.
        peer: PeerId,
        /// Who, by slot.
        slots: [Option<PeerId>; SLOTS],
    },
    /// Someone speaks and is not passed on; told at most once in five seconds.
    Unheard {
        /// Who.
        peer: PeerId,
        /// Why not.
        why: Why,
    },
    /// A packet of somebody who is passed on and whom [`Sfu::copy`] names.
    Copied {
        /// Who speaks.
        peer: PeerId,
        /// Number of the packet; one more than the last, if none was lost.
        number: u64,
        /// When it was recorded, in samples of 48 kHz; wraps.
        time: u32,
        /// A packet of Opus (RFC 6716).
        opus: Arc<[u8]>,
    },
    /// A connection ended by itself; the peer is forgotten.
    Gone {
        /// Which client.
        peer: PeerId,
    },
}

#[derive(Debug)]
struct Room {
    limit: usize,
    /// Who speaks.
    floor: BTreeSet<PeerId>,
}

/// The selective forwarding unit.
#[derive(Debug)]
pub struct Sfu {
    addresses: Vec<SocketAddr>,
    certificate: Certificate,
    crypto: Arc<CryptoProvider>,
    peers: BTreeMap<PeerId, Peer>,
    by_source: BTreeMap<SocketAddr, PeerId>,
    by_ufrag: BTreeMap<String, PeerId>,
    due: BTreeSet<(Instant, PeerId)>,
    rooms: BTreeMap<RoomId, Room>,
    out: VecDeque<Output>,
    /// Packets that were received and not passed on yet.
    heard: VecDeque<(PeerId, RtpPacket)>,
}

impl Sfu {
    /// One without peers. `addresses`: where clients send to, the one of each family first that their packets are taken to have come to.
    pub fn new(addresses: Vec<SocketAddr>, certificate: Certificate) -> Self {
        Self {
            addresses,
            certificate,
            crypto: Arc::new(crypto::provider()),
            peers: BTreeMap::new(),
            by_source: BTreeMap::new(),
            by_ufrag: BTreeMap::new(),
            due: BTreeSet::new(),
            rooms: BTreeMap::new(),
            out: VecDeque::new(),
            heard: VecDeque::new(),
        }
    }

    /// A room where at most `limit` (1…) speak at once; without it a room takes [`SLOTS`].
    pub fn limit(&mut self, room: RoomId, limit: usize) {
        self.room(room).limit = limit;
    }

    fn room(&mut self, room: RoomId) -> &mut Room {
        self.rooms.entry(room).or_insert_with(|| Room { limit: SLOTS, floor: BTreeSet::new() })
    }

    /// Connects a client by its SDP offer (RFC 8866) and gives the answer. The offer has one line that sends (the microphone) and up to
    /// [`SLOTS`] that receive. Who is connected already is connected anew.
    ///
    /// # Errors
    /// The offer is none of these; then nothing has changed.
    pub fn join(&mut self, id: PeerId, room: RoomId, offer: &str, random: &[u8; 32], now: Instant) -> Result<String, VoiceError> {
        let (mut peer, answer) = Peer::answer(room, offer, &self.addresses, &self.certificate, &self.crypto, random, now)?;
        self.leave(id, now);
        self.room(room);
        peer.drain(id, &mut self.out, &mut self.heard);
        peer.armed = peer.due;
        self.due.insert((peer.armed, id));
        self.by_ufrag.insert(peer.ufrag.clone(), id);
        self.peers.insert(id, peer);
        Ok(answer)
    }

    /// Forgets a client; the other side is told by what comes out.
    pub fn leave(&mut self, id: PeerId, now: Instant) {
        self.hush(id);
        let Some(mut peer) = self.peers.remove(&id) else { return };
        if peer.rtc.close().is_ok() && !peer.is_over {
            peer.drain(id, &mut self.out, &mut self.heard);
            peer.take(id, Input::Timeout(now), &mut self.out, &mut self.heard);
        }
        self.heard.retain(|(from, _)| *from != id);
        self.by_ufrag.remove(&peer.ufrag);
        for source in &peer.sources {
            self.by_source.remove(source);
        }
        self.due.remove(&(peer.armed, id));
        for speaker in peer.slots.into_iter().flatten() {
            if let Some(speaker) = self.peers.get_mut(&speaker) {
                speaker.audience.retain(|(listener, _)| *listener != id);
            }
        }
        for (listener, slot) in peer.audience {
            if let Some(listener) = self.peers.get_mut(&listener)
                && let Some(slot) = listener.slots.get_mut(slot)
            {
                *slot = None;
            }
            self.tell_slots(listener);
        }
        for other in self.peers.values_mut() {
            other.audible.retain(|audible| audible.speaker != id);
        }
        if !self.peers.values().any(|other| other.room == peer.room) {
            self.rooms.remove(&peer.room);
        }
    }

    /// Is this client connected, or about to be?
    pub fn has(&self, id: PeerId) -> bool {
        self.peers.contains_key(&id)
    }

    /// Whom a client may hear from now on: all others are not passed on to it, from the next packet on.
    pub fn hear(&mut self, listener: PeerId, mut audible: Vec<Audible>) {
        audible.retain(|audible| audible.speaker != listener && self.peers.contains_key(&audible.speaker));
        audible.sort_by_key(|audible| audible.speaker);
        audible.dedup_by_key(|audible| audible.speaker);
        let Some(peer) = self.peers.get_mut(&listener) else { return };
        peer.audible = audible;
        self.assign(listener);
    }

    /// Passes on nothing of a client until it is allowed again.
    pub fn silence(&mut self, id: PeerId, is_silenced: bool) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.is_silenced = is_silenced;
        }
        if is_silenced {
            self.hush(id);
        }
    }

    /// Whether packets of a client that are passed on come out as [`Output::Copied`] too.
    pub fn copy(&mut self, id: PeerId, is_copied: bool) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.is_copied = is_copied;
        }
    }

    /// Takes a datagram. What belongs to no client, or can't be read, is dropped.
    pub fn receive(&mut self, source: SocketAddr, bytes: &[u8], now: Instant) {
        let Some(to) = self.addresses.iter().find(|address| address.is_ipv4() == source.is_ipv4()).copied() else { return };
        let Ok(receive) = Receive::new(Protocol::Udp, source, to, bytes) else { return };
        let known = self.by_source.get(&source).copied();
        // Only a request signed with a client's credentials makes an address one of that client's.
        let id = match known {
            Some(id) => Some(id),
            None => self.by_credentials(bytes),
        };
        let Some(id) = id else { return };
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let input = Input::Receive(now, receive);
        if !peer.rtc.accepts(&input) {
            // Perhaps the address is another client's by now.
            if known.is_some() && self.by_credentials(bytes).is_some_and(|other| other != id) {
                self.by_source.remove(&source);
                if let Some(peer) = self.peers.get_mut(&id) {
                    peer.sources.retain(|kept| *kept != source);
                }
                self.receive(source, bytes, now);
            }
            return;
        }
        peer.received = now;
        if known.is_none() {
            peer.sources.push_back(source);
            if peer.sources.len() > MOST_SOURCES
                && let Some(oldest) = peer.sources.pop_front()
            {
                self.by_source.remove(&oldest);
            }
            self.by_source.insert(source, id);
        }
        peer.take(id, input, &mut self.out, &mut self.heard);
        self.settle(id, now);
        self.pass_on(now);
    }

    fn by_credentials(&self, bytes: &[u8]) -> Option<PeerId> {
        // The two bits before a STUN message are 0 (RFC 7983).
        let message = (bytes.first()? < &2).then(|| StunMessage::parse(bytes).ok()).flatten()?;
        let (ours, _) = message.split_username()?;
        self.by_ufrag.get(ours).copied()
    }

    /// When [`Sfu::advance`] is due at the latest; none while there is nobody.
    pub fn due(&self) -> Option<Instant> {
        let first = self.due.first().map(|(at, _)| *at);
        let ends = self.rooms.values().flat_map(|room| &room.floor).filter_map(|id| self.peers.get(id)?.activity.until());
        first.into_iter().chain(ends).min()
    }

    /// Does what is due.
    pub fn advance(&mut self, now: Instant) {
        while let Some((at, id)) = self.due.first().copied().filter(|(at, _)| *at <= now) {
            self.due.remove(&(at, id));
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if peer.due <= now {
                peer.take(id, Input::Timeout(now), &mut self.out, &mut self.heard);
                // A time that is over already would be due again without an end.
                peer.due = peer.due.max(now + Duration::from_millis(1));
            }
            peer.is_over |= now.saturating_duration_since(peer.received) >= GONE_AFTER;
            peer.armed = peer.due;
            self.due.insert((peer.armed, id));
            self.settle(id, now);
        }
        self.pass_on(now);
        let silent: Vec<PeerId> =
            self.rooms.values().flat_map(|room| &room.floor).copied().filter(|id| !self.is_speech(*id, now)).collect();
        for id in silent {
            self.hush(id);
        }
    }

    /// The next thing that comes out.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    fn is_speech(&self, id: PeerId, now: Instant) -> bool {
        self.peers.get(&id).is_some_and(|peer| peer.activity.is_speech(now))
    }

    /// After a peer took something: when it is due next, or that it is over.
    fn settle(&mut self, id: PeerId, now: Instant) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if peer.is_over || !peer.rtc.is_alive() {
            self.leave(id, now);
            self.out.push_back(Output::Gone { peer: id });
        } else if peer.due < peer.armed {
            // One that is due later than before is left where it is: the time finds nothing to do, which is cheaper than to move it at each
            // packet.
            self.due.remove(&(peer.armed, id));
            peer.armed = peer.due;
            self.due.insert((peer.armed, id));
        }
    }

    /// Passes on what was received.
    fn pass_on(&mut self, now: Instant) {
        while let Some((from, packet)) = self.heard.pop_front() {
            if !self.takes_floor(from, &packet, now) {
                continue;
            }
            let Some(speaker) = self.peers.get_mut(&from) else { continue };
            let (spurt, audience) = (speaker.spurt, std::mem::take(&mut speaker.audience));
            if speaker.is_copied {
                let (number, time, opus) = (*packet.seq_no, packet.header.timestamp, Arc::clone(&packet.payload));
                self.out.push_back(Output::Copied { peer: from, number, time, opus });
            }
            for (id, slot) in &audience {
                let Some(listener) = self.peers.get_mut(id) else { continue };
                if !listener.pass(*slot, from, spurt, &packet, now) {
                    continue;
                }
                listener.drain(*id, &mut self.out, &mut self.heard);
                if listener.due <= now {
                    // str0m sends what was written when it is told the time.
                    listener.take(*id, Input::Timeout(now), &mut self.out, &mut self.heard);
                }
            }
            if let Some(speaker) = self.peers.get_mut(&from) {
                speaker.audience.clone_from(&audience);
            }
            for (id, _) in audience {
                self.settle(id, now);
            }
        }
    }

    /// Whether a packet is to be passed on: its speaker has the floor, or gets it now.
    fn takes_floor(&mut self, from: PeerId, packet: &RtpPacket, now: Instant) -> bool {
        let Some(peer) = self.peers.get_mut(&from) else { return false };
        peer.note(packet, now);
        if !peer.activity.is_speech(now) {
            return false;
        }
        let Some(room) = self.rooms.get_mut(&peer.room) else { return false };
        let why = if peer.is_silenced {
            Some(Why::Silenced)
        } else if room.floor.contains(&from) {
            return true;
        } else if room.floor.len() >= room.limit {
            Some(Why::FloorTaken)
        } else {
            None
        };
        if let Some(why) = why {
            if peer.told_unheard.is_none_or(|at| now.saturating_duration_since(at) >= TELL_EVERY) {
                peer.told_unheard = Some(now);
                self.out.push_back(Output::Unheard { peer: from, why });
            }
            return false;
        }
        room.floor.insert(from);
        peer.spurt += 1;
        let room = peer.room;
        self.out.push_back(Output::Speaking { peer: from, is_speaking: true });
        let may_hear = |peer: &Peer| peer.room == room && peer.audible.binary_search_by_key(&from, |audible| audible.speaker).is_ok();
        let listeners: Vec<PeerId> = self.peers.iter().filter(|(_, peer)| may_hear(peer)).map(|(id, _)| *id).collect();
        for listener in listeners {
            self.assign(listener);
        }
        true
    }

    /// Takes someone off the floor.
    fn hush(&mut self, id: PeerId) {
        let Some(room) = self.peers.get(&id).map(|peer| peer.room) else { return };
        if self.rooms.get_mut(&room).is_some_and(|room| room.floor.remove(&id)) {
            self.out.push_back(Output::Speaking { peer: id, is_speaking: false });
        }
    }

    /// Chooses anew who has the slots of a listener.
    fn assign(&mut self, listener: PeerId) {
        let Some(peer) = self.peers.get(&listener) else { return };
        let floor = self.rooms.get(&peer.room).map(|room| &room.floor);
        let wish = |audible: &Audible| {
            let is_speaking = floor.is_some_and(|floor| floor.contains(&audible.speaker));
            let level = self.peers.get(&audible.speaker).map_or(-127.0, |speaker| speaker.activity.level_db);
            Wish { speaker: audible.speaker, is_speaking, loudness: audible.loudness(level) }
        };
        // Only those who speak or have a slot matter.
        let is_of_interest =
            |audible: &&Audible| floor.is_some_and(|floor| floor.contains(&audible.speaker)) || peer.slots.contains(&Some(audible.speaker));
        let wishes: Vec<Wish> = peer.audible.iter().filter(is_of_interest).map(wish).collect();
        let before = peer.slots;
        let after = choose(before, peer.most(), &wishes);
        if after == before {
            return;
        }
        for (slot, (old, new)) in before.into_iter().zip(after).enumerate().filter(|(_, (old, new))| old != new) {
            if let Some(speaker) = old.and_then(|old| self.peers.get_mut(&old)) {
                speaker.audience.retain(|entry| *entry != (listener, slot));
            }
            if let Some(speaker) = new.and_then(|new| self.peers.get_mut(&new)) {
                speaker.audience.push((listener, slot));
            }
        }
        if let Some(peer) = self.peers.get_mut(&listener) {
            peer.slots = after;
        }
        self.tell_slots(listener);
    }

    fn tell_slots(&mut self, listener: PeerId) {
        if let Some(peer) = self.peers.get(&listener) {
            self.out.push_back(Output::Slots { peer: listener, slots: peer.slots });
        }
    }
}
