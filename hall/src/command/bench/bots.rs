//! Bots: clients that walk about, or that tell everyone everything as JSON, and note what they see of the others.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use futures_util::{SinkExt, StreamExt};
use sala_core::problem::Problem;
use sala_presence::{
    ServerFrame,
    wire::{ClientFrame, ClientState, Input},
};
use tokio::{
    net::TcpStream,
    time::{Instant, MissedTickBehavior, interval_at, sleep},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use super::{Seen, WorldBench, broken, machine, place::SPACE};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Every so manieth bot looks at how old the poses are that it has.
const LOOKERS: usize = 20;
/// The nearest, whose poses come each tick.
const NEAREST: usize = 16;
/// Bytes of TCP with time stamps and of IPv4 about each message, as one segment.
const SEGMENT_BYTES: u64 = 52;
/// The broadcasting room sends so often, as networked A-Frame does.
const PEER_HZ: u32 = 15;
/// A client forgets whom it did not hear of for so long.
const FORGET_US: u32 = 6_000_000;
/// It looks so often, in ticks, whom to forget.
const FORGET_TICKS: u32 = 20;
/// What a bot reads at once.
pub(super) const READ_BYTES: usize = 2 * 1024;
/// How long all may take to come in.
const PATIENCE: Duration = Duration::from_mins(2);

/// What all bots share: who has which slot, and when each sent which of its last 256 moves (microseconds since the start, by the low byte
/// of the number of the move, which travels as the heading that an avatar shows).
struct Common {
    begun: Instant,
    bot_of_slot: Vec<AtomicUsize>,
    sent_us: Vec<Vec<AtomicU32>>,
    entered: AtomicUsize,
    is_measuring: AtomicBool,
    is_over: AtomicBool,
}

impl Common {
    fn new(bots: usize) -> Arc<Self> {
        Arc::new(Self {
            begun: Instant::now(),
            bot_of_slot: (0..=usize::from(u16::MAX)).map(|_| AtomicUsize::new(usize::MAX)).collect(),
            sent_us: (0..bots).map(|_| (0..256).map(|_| AtomicU32::new(0)).collect()).collect(),
            entered: AtomicUsize::new(0),
            is_measuring: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        })
    }

    fn now_us(&self) -> u32 {
        u32::try_from(self.begun.elapsed().as_micros()).unwrap_or(u32::MAX)
    }

    fn sent(&self, bot: usize, number: u8) {
        if let Some(sent) = self.sent_us.get(bot).and_then(|sent| sent.get(usize::from(number))) {
            sent.store(self.now_us(), Ordering::Relaxed);
        }
    }

    /// When the bot of a slot sent the move of this number.
    fn sent_at(&self, slot: u16, number: u8) -> Option<u32> {
        let bot = self.bot_of_slot.get(usize::from(slot))?.load(Ordering::Relaxed);
        Some(self.sent_us.get(bot)?.get(usize::from(number))?.load(Ordering::Relaxed))
    }
}

/// Whom a bot has in view: where, when that was sent, and when it was heard.
struct Known {
    x: u16,
    z: u16,
    sent_us: u32,
    heard_us: u32,
}

/// What one bot saw.
#[derive(Default)]
struct Sight {
    ages_us: Vec<u32>,
    bytes: u64,
    frames: u64,
    dropped: u64,
    in_view: usize,
    is_alive: bool,
}

/// Bots that walk about in the space at `address`.
pub(super) async fn walk(address: &str, bench: &WorldBench) -> Result<Seen, Problem> {
    run(usize::from(bench.clients), bench, |common, number| walker(address.to_owned(), common, number, bench.hz, bench.one_cell)).await
}

/// Bots in a room that broadcasts.
pub(super) async fn broadcast(address: &str, bench: &WorldBench) -> Result<Seen, Problem> {
    run(usize::from(bench.clients), bench, |common, number| talker(address.to_owned(), common, number)).await
}

async fn run<F>(count: usize, bench: &WorldBench, mut bot: impl FnMut(Arc<Common>, usize) -> F) -> Result<Seen, Problem>
where
    F: Future<Output = Result<Sight, Problem>> + Send + 'static,
{
    let common = Common::new(count);
    let bots: Vec<_> = (0..count).map(|number| tokio::spawn(bot(Arc::clone(&common), number))).collect();
    let began = Instant::now();
    while common.entered.load(Ordering::Relaxed) < count && began.elapsed() < PATIENCE {
        sleep(Duration::from_millis(50)).await;
    }
    sleep(Duration::from_secs(2)).await;
    common.is_measuring.store(true, Ordering::Relaxed);
    let during = Duration::from_secs(bench.seconds);
    let cores = machine::cores(during).await;
    common.is_measuring.store(false, Ordering::Relaxed);
    common.is_over.store(true, Ordering::Relaxed);
    let mut sights = vec![];
    for bot in bots {
        match bot.await.map_err(broken)? {
            Ok(sight) if sight.is_alive => sights.push(sight),
            Ok(_) => {}
            Err(problem) => super::super::complain(&problem),
        }
    }
    let mut ages: Vec<u32> = sights.iter().flat_map(|sight| sight.ages_us.iter().copied()).collect();
    let bytes: u64 = sights.iter().map(|sight| sight.bytes).sum();
    let number = |count: u64| u32::try_from(count).map_or(f64::MAX, f64::from);
    let clients = u64::try_from(sights.len()).unwrap_or(u64::MAX);
    // Bytes of all would not fit a u32: the mean of one does.
    let mean = bytes.checked_div(clients).unwrap_or(0);
    Ok(Seen {
        clients: sights.len(),
        cores,
        pose_age_p50_ms: machine::percentile(&mut ages, 0.50),
        pose_age_p99_ms: machine::percentile(&mut ages, 0.99),
        kbit_per_client: number(mean) * 8.0 / 1_000.0 / during.as_secs_f64(),
        dropped: sights.iter().map(|sight| sight.dropped).sum(),
        frames: sights.iter().map(|sight| sight.frames + sight.dropped).sum(),
        in_view: [sights.iter().map(|sight| sight.in_view).min().unwrap_or(0), sights.iter().map(|sight| sight.in_view).max().unwrap_or(0)],
    })
}

async fn connect(url: String) -> Result<Socket, Problem> {
    // A thousand bots that zero 128 KiB before each read would measure that.
    let config = WebSocketConfig::default().read_buffer_size(READ_BYTES);
    connect_async_with_config(url, Some(config), false).await.map(|(socket, _)| socket).map_err(broken)
}

/// Length of a message on the wire: header of WebSocket (RFC 6455 §5.2, not masked), TCP and IP.
fn wire_bytes(payload: usize) -> u64 {
    let header = match payload {
        0..=125 => 2,
        126..=65_535 => 4,
        _ => 10,
    };
    u64::try_from(payload).unwrap_or(0) + header + SEGMENT_BYTES
}

/// A wish that turns slowly, so that everybody walks about in loops of their own: fixed by number and time, no chance.
fn wish(number: usize, step: u32) -> (i8, i8) {
    let phase = f64::from(step) / 60.0 + f64::from(u32::try_from(number % 997).unwrap_or(0)) * 0.63;
    let part = |value: f64| {
        [-127_i8, -95, -64, -32, 0, 32, 64, 95, 127]
            .into_iter()
            .min_by(|a, b| (f64::from(*a) / 127.0 - value).abs().total_cmp(&(f64::from(*b) / 127.0 - value).abs()))
            .unwrap_or(0)
    };
    (part(phase.cos()), part(phase.sin()))
}

async fn walker(address: String, common: Arc<Common>, number: usize, hz: u32, is_tight: bool) -> Result<Sight, Problem> {
    // Not all at once: a thousand handshakes in one instant measure the kernel's queue.
    sleep(Duration::from_micros(u64::try_from(number).unwrap_or(0) * 2_000)).await;
    let mut socket = connect(format!("ws://{address}/api/v1/spaces/{SPACE}/presence?ticket=bot-{number}")).await?;
    let mut sight = Sight::default();
    let mut known: BTreeMap<u16, Known> = BTreeMap::new();
    let mut last_tick = None::<u32>;
    let period = Duration::from_secs(1) / hz;
    let offset = period.mul_f64(f64::from(u32::try_from(number % 97).unwrap_or(0)) / 97.0);
    let mut beats = interval_at(Instant::now() + offset, period);
    beats.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut seq, mut step) = (0_u16, 0_u32);
    while !common.is_over.load(Ordering::Relaxed) {
        tokio::select! {
            _ = beats.tick() => {
                seq = seq.wrapping_add(1);
                step = step.wrapping_add(1);
                let (wish_x, wish_z) = wish(number, step);
                let [low, _] = seq.to_le_bytes();
                common.sent(number, low);
                let input = Input { seq, wish_x, wish_z, yaw: low, state: ClientState::default() };
                let mut bytes = vec![];
                ClientFrame { input, hands: None }.encode(&mut bytes);
                socket.send(Message::Binary(Bytes::from(bytes))).await.map_err(broken)?;
            }
            message = socket.next() => {
                let Some(message) = message else { return Ok(sight) };
                let message = message.map_err(broken)?;
                let is_measuring = common.is_measuring.load(Ordering::Relaxed);
                if is_measuring {
                    sight.bytes += wire_bytes(message.len());
                }
                match message {
                    Message::Text(text) => {
                        let told: serde_json::Value = serde_json::from_str(&text).map_err(broken)?;
                        let kind = told.get("kind").and_then(serde_json::Value::as_str);
                        if kind == Some("welcome") {
                            let slot = number_of(&told, "slot").unwrap_or(usize::MAX);
                            if let Some(bot) = common.bot_of_slot.get(slot) {
                                bot.store(number, Ordering::Relaxed);
                            }
                            if is_tight {
                                // Four to the square metre: with a metre of room each, nobody could move.
                                socket.send(Message::text(r#"{"kind":"bubble","m":0}"#)).await.map_err(broken)?;
                            }
                            common.entered.fetch_add(1, Ordering::Relaxed);
                        } else if kind == Some("bye") {
                            return Err(broken(text));
                        }
                    }
                    Message::Binary(bytes) => {
                        let Ok(ServerFrame::State(frame)) = ServerFrame::decode(&bytes) else { continue };
                        if is_measuring {
                            sight.frames += 1;
                            sight.dropped += last_tick.map_or(0, |last| u64::from(frame.tick.wrapping_sub(last).saturating_sub(1)));
                        }
                        last_tick = Some(frame.tick);
                        let now = common.now_us();
                        for record in &frame.records {
                            let sent = common.sent_at(record.slot, record.yaw).unwrap_or(now);
                            known.insert(record.slot, Known { x: record.x, z: record.z, sent_us: sent, heard_us: now });
                        }
                        for slot in &frame.gone {
                            known.remove(slot);
                        }
                        if frame.tick.is_multiple_of(FORGET_TICKS) {
                            known.retain(|_, known| now.saturating_sub(known.heard_us) < FORGET_US);
                        }
                        if is_measuring && number.is_multiple_of(LOOKERS) {
                            look(&mut sight, &known, frame.x, frame.z, now);
                        }
                        sight.is_alive = true;
                    }
                    _ => {}
                }
            }
        }
    }
    sight.in_view = known.len();
    let _ = socket.close(None).await;
    Ok(sight)
}

fn number_of(told: &serde_json::Value, field: &str) -> Option<usize> {
    usize::try_from(told.get(field)?.as_u64()?).ok()
}

/// How old the poses of the nearest are.
fn look(sight: &mut Sight, known: &BTreeMap<u16, Known>, x: u16, z: u16, now: u32) {
    let mut near: Vec<(u64, u32)> = known
        .values()
        .map(|known| {
            let (dx, dz) = (u64::from(x.abs_diff(known.x)), u64::from(z.abs_diff(known.z)));
            (dx * dx + dz * dz, known.sent_us)
        })
        .collect();
    near.sort_unstable();
    sight.ages_us.extend(near.iter().take(NEAREST).map(|(_, sent)| now.saturating_sub(*sent)));
}

/// The state of one avatar as a networked scene of the web sends it: names, ids and components as JSON.
fn as_json(number: usize, low: u8, step: u32) -> String {
    let at = f64::from(step) * 0.07;
    let part = |index: f64| serde_json::json!({ "x": at.sin() * index, "y": 1.6 + index * 0.01, "z": at.cos() * index, "w": std::f64::consts::FRAC_1_SQRT_2 });
    serde_json::json!({
        "from": format!("client-{number:08}"), "type": "u", "seq": low, "bot": number, "data": {
            "networkId": format!("naf-{number:012x}"), "owner": format!("client-{number:08}"), "creator": format!("client-{number:08}"),
            "lastOwnerTime": 1_700_000_000_000_u64 + u64::from(step), "template": "#remote-avatar-template", "persistent": false, "parent": null,
            "components": { "0": part(1.0), "1": part(2.0), "2": part(3.0), "3": part(4.0), "4": part(5.0), "5": part(6.0),
                "6": { "muted": false, "hand_pose_left": "allOpen", "hand_pose_right": "allOpen" } } } })
    .to_string()
}

async fn talker(address: String, common: Arc<Common>, number: usize) -> Result<Sight, Problem> {
    let mut socket = connect(format!("ws://{address}/room")).await?;
    common.entered.fetch_add(1, Ordering::Relaxed);
    let mut sight = Sight { is_alive: true, ..Sight::default() };
    let mut beats = interval_at(Instant::now(), Duration::from_secs(1) / PEER_HZ);
    beats.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut last: BTreeMap<usize, u32> = BTreeMap::new();
    let mut step = 0_u32;
    while !common.is_over.load(Ordering::Relaxed) {
        tokio::select! {
            _ = beats.tick() => {
                step = step.wrapping_add(1);
                let [low, ..] = step.to_le_bytes();
                common.sent(number, low);
                socket.send(Message::text(as_json(number, low, step))).await.map_err(broken)?;
            }
            message = socket.next() => {
                let Some(message) = message else { break };
                let Message::Text(text) = message.map_err(broken)? else { continue };
                let told: serde_json::Value = serde_json::from_str(&text).map_err(broken)?;
                let (bot, low) = (number_of(&told, "bot"), number_of(&told, "seq"));
                let now = common.now_us();
                if let (Some(bot), Some(low)) = (bot, low) {
                    let sent = common.sent_us.get(bot).and_then(|sent| sent.get(low)).map_or(now, |sent| sent.load(Ordering::Relaxed));
                    last.insert(bot, sent);
                }
                if common.is_measuring.load(Ordering::Relaxed) {
                    sight.bytes += wire_bytes(text.len());
                    sight.frames += 1;
                    if number.is_multiple_of(LOOKERS) {
                        sight.ages_us.extend(last.values().take(NEAREST).map(|sent| now.saturating_sub(*sent)));
                    }
                }
            }
        }
    }
    sight.in_view = last.len();
    let _ = socket.close(None).await;
    Ok(sight)
}
