//! The thread that forwards the voices of all spaces, over one socket: it asks each space five times a second, and whenever a block or a
//! mute changed there, who stands where, and tells the engine who may hear whom.

mod captions;

use std::{
    collections::BTreeMap,
    fmt,
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::Ordering,
        mpsc::{Receiver, RecvError, Sender, TryRecvError, channel},
    },
    time::{Duration, Instant},
};

use sala_core::{
    entropy::{Entropy, random32},
    problem::{INTERNAL, Problem},
    text::{Lang, Text},
    time::Clock,
};
use sala_presence::Place;
use sala_voice::{Audible, Certificate, Output, PeerId, RoomId, Sfu, Why};

use self::captions::{Captions, Hearing};
use super::{
    VoiceMode,
    speech::{Speech, SpeechConfig},
};
use crate::{
    hosted::Hosted,
    message::Tell,
    problems::{FLOOR_TAKEN, OFFER_INVALID, STAGE_CLOSED},
    seat::Seat,
};

/// How often it is looked who stands where.
const LOOK: Duration = Duration::from_millis(200);
/// The longest wait for a datagram.
const WAIT: Duration = Duration::from_millis(5);
/// In a space of mode `near` one hears whoever is so near, in metres.
const EARSHOT_M: f64 = 25.0;
/// Of those the nearest, whether they speak or not.
const MOST_AUDIBLE: usize = 64;
/// Larger than any datagram of WebRTC.
const LARGEST_DATAGRAM: usize = 2_000;

/// How a hall serves voice.
#[derive(Debug, Clone)]
pub struct VoiceConfig {
    /// UDP address to listen on; port 0: a free one.
    pub listen: SocketAddr,
    /// Addresses that clients reach it by, one for each family at most; none: that of `listen`, or the machine's own if it says none.
    pub public: Vec<IpAddr>,
    /// Where captions come from; none: there are none.
    pub speech: Option<SpeechConfig>,
}

enum Order {
    Join {
        hosted: Arc<Hosted>,
        seat: Arc<Seat>,
        offer: String,
        lang: Lang,
    },
    Leave {
        hosted: Arc<Hosted>,
        seat: Arc<Seat>,
    },
    /// Captions of the seat's voice, which most likely is in that language; none: no longer.
    Captions {
        hosted: Arc<Hosted>,
        seat: Arc<Seat>,
        mine: Option<Lang>,
        lang: Lang,
    },
}

/// The way to the thread.
pub(crate) struct Unit {
    orders: Mutex<Sender<Order>>,
    operator: Option<Text>,
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unit").finish_non_exhaustive()
    }
}

/// The address of this machine by which it reaches the outside; asks nobody.
fn own_address(listen: SocketAddr) -> Option<IpAddr> {
    if !listen.ip().is_unspecified() {
        return Some(listen.ip());
    }
    let (any, far): (IpAddr, IpAddr) = match listen {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    };
    // Connecting a UDP socket chooses a route and sends nothing.
    let probe = UdpSocket::bind((any, 0)).ok()?;
    probe.connect((far, 9)).ok()?;
    Some(probe.local_addr().ok()?.ip())
}

impl Unit {
    /// Opens the socket and starts the thread, which ends with the last way to it. `keeps_young_out`: whoever has not proven to be an adult
    /// has no voice and reads no captions. Errors: the address can't be listened on, or that of the speech server is none.
    pub(crate) fn start(
        config: &VoiceConfig,
        keeps_young_out: bool,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Problem> {
        let failed = |fault: &dyn fmt::Display| INTERNAL.problem().because(format!("voice on {}: {fault}", config.listen));
        let speech = config.speech.as_ref().map(Speech::new).transpose()?;
        let socket = UdpSocket::bind(config.listen).map_err(|fault| failed(&fault))?;
        let local = socket.local_addr().map_err(|fault| failed(&fault))?;
        socket.set_read_timeout(Some(WAIT)).map_err(|fault| failed(&fault))?;
        let own = if config.public.is_empty() { own_address(local).into_iter().collect() } else { config.public.clone() };
        let addresses: Vec<SocketAddr> = own.into_iter().map(|ip| SocketAddr::new(ip, local.port())).collect();
        if addresses.is_empty() {
            return Err(failed(&"say by which address clients reach it (voice_public)"));
        }
        let now_s = u64::try_from(clock.now().0 / 1_000_000).unwrap_or_default();
        let certificate = Certificate::new(&random32(&*entropy), now_s).map_err(|fault| failed(&fault))?;
        tracing::info!(listen = %local, public = ?addresses, "Voice is forwarded");
        let (orders, received) = channel();
        let sfu = Sfu::new(addresses, certificate);
        let work = Work {
            sfu,
            socket,
            orders: received,
            captions: speech.map(|speech| Captions::new(speech, keeps_young_out)),
            members: BTreeMap::new(),
            rooms: BTreeMap::new(),
            numbers: BTreeMap::new(),
            clock,
            entropy,
        };
        std::thread::Builder::new().name("voice".into()).spawn(move || work.run()).map_err(|fault| failed(&fault))?;
        Ok(Self { orders: Mutex::new(orders), operator: config.speech.as_ref().map(|speech| speech.operator.clone()) })
    }

    fn order(&self, order: Order) {
        // The thread is there as long as this is.
        let _ = self.orders.lock().unwrap_or_else(PoisonError::into_inner).send(order);
    }

    /// Answers an offer, by a message to the seat.
    pub(crate) fn join(&self, hosted: &Arc<Hosted>, seat: &Arc<Seat>, offer: String, lang: Lang) {
        self.order(Order::Join { hosted: Arc::clone(hosted), seat: Arc::clone(seat), offer, lang });
    }

    /// Ends the connection of a seat.
    pub(crate) fn leave(&self, hosted: &Arc<Hosted>, seat: &Arc<Seat>) {
        self.order(Order::Leave { hosted: Arc::clone(hosted), seat: Arc::clone(seat) });
    }

    /// Switches the captions of a seat's voice on, for the language that it speaks, or off. `lang`: in which it is answered.
    pub(crate) fn set_captions(&self, hosted: &Arc<Hosted>, seat: &Arc<Seat>, mine: Option<Lang>, lang: Lang) {
        self.order(Order::Captions { hosted: Arc::clone(hosted), seat: Arc::clone(seat), mine, lang });
    }
}

/// Someone who is connected.
struct Member {
    room: RoomId,
    seat: Arc<Seat>,
    lang: Lang,
}

/// A space with someone connected.
struct Room {
    hosted: Arc<Hosted>,
    looked: Option<Instant>,
    /// The count of its changes when it was looked at.
    changes: u64,
}

struct Work {
    sfu: Sfu,
    socket: UdpSocket,
    orders: Receiver<Order>,
    captions: Option<Captions>,
    members: BTreeMap<PeerId, Member>,
    rooms: BTreeMap<RoomId, Room>,
    /// The number of each space that somebody connected from.
    numbers: BTreeMap<String, RoomId>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

fn peer_of(room: RoomId, slot: u16) -> PeerId {
    PeerId(room.0 << 16 | u64::from(slot))
}

fn room_of(peer: PeerId) -> RoomId {
    RoomId(peer.0 >> 16)
}

fn slot_of(peer: PeerId) -> u16 {
    u16::try_from(peer.0 & 0xffff).unwrap_or_default()
}

impl Work {
    fn run(mut self) {
        let mut bytes = [0; LARGEST_DATAGRAM];
        loop {
            // Nobody is connected: nothing is to be done before somebody comes.
            if self.members.is_empty() {
                match self.orders.recv() {
                    Ok(order) => self.obey(order),
                    Err(RecvError) => return,
                }
            }
            loop {
                match self.orders.try_recv() {
                    Ok(order) => self.obey(order),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
            self.look_around();
            self.show_captions();
            let at = now();
            if self.sfu.due().is_some_and(|due| due <= at) {
                self.sfu.advance(at);
            }
            self.send();
            match self.socket.recv_from(&mut bytes) {
                Ok((length, from)) => {
                    // Before it is forwarded: a block or a mute counts from the moment that it was set.
                    self.look_around();
                    self.sfu.receive(plain(from), bytes.get(..length).unwrap_or_default(), now());
                    self.send();
                }
                // A timeout, or that an earlier datagram could not be delivered.
                Err(fault)
                    if matches!(
                        fault.kind(),
                        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::ConnectionReset | ErrorKind::Interrupted
                    ) => {}
                Err(fault) => {
                    tracing::warn!(%fault, "The socket of voice could not be read");
                    std::thread::sleep(WAIT);
                }
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Join { hosted, seat, offer, lang } => {
                let room = self.room_of(&hosted);
                let peer = peer_of(room, seat.slot);
                // A new connection asks anew.
                if let Some(captions) = &mut self.captions {
                    captions.end(peer);
                }
                match self.sfu.join(peer, room, &offer, &random32(&*self.entropy), now()) {
                    Ok(answer) => {
                        self.sfu.limit(room, usize::from(hosted.space.file.speakers));
                        // Heard by nobody before it was looked who may.
                        self.sfu.silence(peer, true);
                        // One voice to all: a third of the packets, for 40 ms more on the way.
                        let is_stage = hosted.space.file.voice == VoiceMode::Stage;
                        let answer = if is_stage { answer.replacen("a=recvonly\r\n", "a=recvonly\r\na=ptime:60\r\n", 1) } else { answer };
                        seat.say(&Tell::Voice { answer });
                        self.members.insert(peer, Member { room, seat, lang });
                        self.rooms.entry(room).or_insert(Room { hosted, looked: None, changes: 0 }).looked = None;
                    }
                    Err(fault) => seat.say(&Tell::notice(&OFFER_INVALID.problem().at("/offer", fault.to_string()), lang)),
                }
            }
            Order::Leave { hosted, seat } => {
                let peer = peer_of(self.room_of(&hosted), seat.slot);
                if self.members.get(&peer).is_some_and(|member| Arc::ptr_eq(&member.seat, &seat)) {
                    self.forget(peer);
                }
            }
            Order::Captions { hosted, seat, mine, lang } => self.set_captions(&hosted, &seat, mine, lang),
        }
    }

    fn room_of(&mut self, hosted: &Hosted) -> RoomId {
        let next = RoomId(u64::try_from(self.numbers.len()).unwrap_or(u64::MAX));
        *self.numbers.entry(hosted.space.file.id.clone()).or_insert(next)
    }

    fn forget(&mut self, peer: PeerId) {
        if let Some(captions) = &mut self.captions {
            captions.end(peer);
        }
        self.sfu.leave(peer, now());
        self.send();
        self.strike(peer);
    }

    /// Strikes out one of whom the engine knows nothing any more.
    fn strike(&mut self, peer: PeerId) {
        if let Some(captions) = &mut self.captions {
            captions.end(peer);
        }
        let Some(member) = self.members.remove(&peer) else { return };
        if let Some(room) = self.rooms.get(&member.room) {
            room.hosted.speak(&member.seat, false);
        }
        self.tell_captions(member.room);
        if !self.members.values().any(|other| other.room == member.room) {
            self.rooms.remove(&member.room);
        }
    }

    /// Looks at each space whose time has come, or where somebody was blocked or muted.
    fn look_around(&mut self) {
        let at = now();
        let is_due = |room: &Room| {
            room.changes != room.hosted.law_changes.load(Ordering::SeqCst)
                || room.looked.is_none_or(|looked| at.saturating_duration_since(looked) >= LOOK)
        };
        let due: Vec<RoomId> = self.rooms.iter().filter(|(_, room)| is_due(room)).map(|(id, _)| *id).collect();
        for id in due {
            self.look(id, at);
        }
    }

    fn look(&mut self, id: RoomId, at: Instant) {
        let Some(room) = self.rooms.get_mut(&id) else { return };
        // Read before the look: what changes meanwhile is looked at again.
        room.changes = room.hosted.law_changes.load(Ordering::SeqCst);
        room.looked = Some(at);
        let hosted = Arc::clone(&room.hosted);
        let members: Vec<(PeerId, Arc<Seat>)> =
            self.members.iter().filter(|(_, member)| member.room == id).map(|(peer, member)| (*peer, Arc::clone(&member.seat))).collect();
        let seats: Vec<Arc<Seat>> = members.iter().map(|(_, seat)| Arc::clone(seat)).collect();
        let (places, apart) = hosted.survey(&seats);
        let gone: Vec<PeerId> = members.iter().zip(&places).filter(|(_, place)| place.is_none()).map(|((peer, _), _)| *peer).collect();
        let here: Vec<(PeerId, &Seat, Place, bool)> = members
            .iter()
            .zip(&places)
            .filter_map(|((peer, seat), place)| Some((*peer, &**seat, (*place)?)))
            .map(|(peer, seat, place)| (peer, seat, place, is_on_stage(&hosted, seat, place)))
            .collect();
        let present = self.clock.now();
        let is_near_mode = hosted.space.file.voice == VoiceMode::Near;
        for (peer, seat, _, on_stage) in &here {
            let may_speak = seat.require_voice(present).is_ok() && (is_near_mode || *on_stage);
            self.sfu.silence(*peer, !may_speak);
        }
        let mut hearing = Hearing::new();
        for (peer, seat, place, _) in &here {
            let mut audible: Vec<(f64, bool, PeerId)> = here
                .iter()
                .filter(|(_, other, ..)| other.slot != seat.slot && !apart.contains(&(seat.slot, other.slot)))
                .map(|(other, _, at, on_stage)| (place.distance(*at), *on_stage, *other))
                .filter(|(distance, on_stage, _)| *on_stage || (is_near_mode && *distance <= EARSHOT_M))
                .collect();
            audible.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.total_cmp(&other.0)));
            audible.truncate(MOST_AUDIBLE);
            for (_, _, speaker) in &audible {
                hearing.entry(*speaker).or_default().insert(seat.slot);
            }
            let audible = audible.into_iter().map(|(distance_m, is_on_stage, speaker)| Audible { speaker, distance_m, is_on_stage });
            self.sfu.hear(*peer, audible.collect());
        }
        for peer in gone {
            self.forget(peer);
        }
        self.look_for_readers(id, &hearing);
        self.tell_captions(id);
        self.send();
    }

    /// Does what the engine wants done.
    fn send(&mut self) {
        while let Some(output) = self.sfu.poll() {
            match output {
                Output::Send { to, bytes } => {
                    // What the network does not take is lost, as any datagram may be.
                    let _ = self.socket.send_to(&bytes, to);
                }
                Output::Speaking { peer, is_speaking } => {
                    if let Some((room, member)) = self.members.get(&peer).and_then(|member| Some((self.rooms.get(&member.room)?, member))) {
                        room.hosted.speak(&member.seat, is_speaking);
                    }
                    if !is_speaking {
                        self.end_utterance(peer);
                    }
                }
                Output::Slots { peer, slots } => {
                    if let Some(member) = self.members.get(&peer) {
                        let slots = slots.iter().map(|speaker| speaker.map(slot_of)).collect();
                        member.seat.say(&Tell::VoiceSlots { slots });
                    }
                }
                Output::Unheard { peer, why } => {
                    if let Some(member) = self.members.get(&peer) {
                        let problem = match (why, member.seat.require_voice(self.clock.now())) {
                            (Why::FloorTaken, _) => FLOOR_TAKEN.problem().retry_after(5),
                            (Why::Silenced, Err(muted)) => muted,
                            (Why::Silenced, Ok(())) => STAGE_CLOSED.problem(),
                        };
                        member.seat.say(&Tell::notice(&problem, member.lang));
                    }
                }
                Output::Gone { peer } => {
                    if let Some(member) = self.members.get(&peer) {
                        member.seat.say(&Tell::VoiceOff);
                        self.strike(peer);
                    }
                }
                Output::Copied { peer, number, time, opus } => self.copied(peer, number, time, opus),
                Output::Connected { .. } => {}
            }
        }
    }
}

/// An address of IPv4 that came over a socket of both families, as itself.
fn plain(from: SocketAddr) -> SocketAddr {
    SocketAddr::new(from.ip().to_canonical(), from.port())
}

fn is_on_stage(hosted: &Hosted, seat: &Seat, place: Place) -> bool {
    let file = &hosted.space.file;
    let may = |open: bool| open || seat.guest.who.badge.is_some();
    file.voice == VoiceMode::Stage && file.stage.as_ref().is_some_and(|stage| may(stage.open) && stage.holds(place))
}
