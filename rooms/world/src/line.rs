//! The line to one client, however its bytes go: what it sends is counted, read and done; what its seat has for it is sent.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use axum::body::Bytes;
use sala_core::{
    ctx::Ctx,
    problem::{Problem, SIGN_IN_REQUIRED},
    text::Lang,
};
use sala_presence::ClientFrame;
use tokio::time::{Instant, interval, timeout};

use crate::{
    hosted::Hosted,
    message::{Ask, Tell},
    problems::{FLOOD, FRAME_INVALID},
    seat::{Next, Seat},
    world::{Entered, Host},
};

/// The largest message that a client may send: an offer of voice has nine lines of media, a browser's about 7 KiB.
pub(crate) const LARGEST_BYTES: usize = 24 * 1024;
/// Close code of a refusal (RFC 6455 leaves 4000 to 4999 to applications).
pub(crate) const REFUSED: u16 = 4_000;
/// Close code of who leaves for good.
pub(crate) const GOODBYE: u16 = 1_000;
/// Binary frames and texts that a client may send within a second; more are dropped.
const MOST_MOVES: u32 = 40;
const MOST_TEXTS: u32 = 10;
/// Seconds of flood, or frames that can't be read, after which it has to go.
const PATIENCE: u32 = 10;
/// How often the session is asked whether it still lives.
const LOOK: Duration = Duration::from_secs(20);
/// Who takes nothing of what is sent for so long is cut off: their seat is another's to have.
const STUCK: Duration = Duration::from_secs(15);
/// How long a client whose space moved may take to close.
#[cfg(feature = "cluster")]
const STRAGGLING: Duration = Duration::from_secs(3);

/// The line is cut.
#[derive(Debug)]
pub(crate) struct Cut;

/// What came from a client.
pub(crate) enum Heard {
    /// A binary frame.
    Frame(Bytes),
    /// One that may have been overtaken by later ones.
    #[cfg_attr(not(feature = "webtransport"), expect(dead_code, reason = "a WebSocket keeps order"))]
    Datagram(Bytes),
    /// JSON.
    Text(Bytes),
    /// Bytes after which nothing more can be read.
    #[cfg_attr(not(feature = "webtransport"), expect(dead_code, reason = "a WebSocket parts messages by itself"))]
    Broken(String),
    /// It leaves for good.
    Goodbye,
    /// It is cut off and may come back.
    Over,
}

/// The way to a client.
pub(crate) trait Outward: Send {
    /// Sends texts, then the frames of one tick; comes back when there is room for more.
    fn send(&mut self, texts: Vec<Arc<str>>, frames: Vec<Bytes>) -> impl Future<Output = Result<(), Cut>> + Send;
    /// Sends a last text and closes with [`REFUSED`] and a reason.
    fn close(&mut self, last: &Tell, reason: &'static str) -> impl Future<Output = ()> + Send;
}

/// The way from a client.
pub(crate) trait Inward: Send {
    /// Waits for what comes next. May be dropped while it waits; nothing is lost then.
    fn hear(&mut self) -> impl Future<Output = Heard> + Send;
}

/// Lets someone in who has a ticket, or says why not, and serves them until one of both goes.
pub(crate) async fn open<H: Host>(
    host: Arc<H>,
    ctx: Ctx,
    id: &str,
    ticket: &str,
    token: Option<&str>,
    mut out: impl Outward,
    inward: impl Inward,
) {
    #[cfg(feature = "cluster")]
    if let Some(crate::seat::Address(url)) = host.elsewhere(id) {
        return out.close(&Tell::Moved { url }, "moved").await;
    }
    match host.enter(id, ticket, token).await {
        Ok(entered) => serve(&*host, ctx, entered, out, inward).await,
        Err(problem) => bye(&mut out, &problem, ctx.lang).await,
    }
}

async fn bye(out: &mut impl Outward, problem: &Problem, lang: Lang) {
    // Who takes nothing any more is not told either.
    let _ = timeout(STUCK, out.close(&Tell::bye(problem, lang), problem.code.code)).await;
}

async fn send(out: &mut impl Outward, texts: Vec<Arc<str>>, frames: Vec<Bytes>) -> Result<(), Cut> {
    timeout(STUCK, out.send(texts, frames)).await.unwrap_or(Err(Cut))
}

async fn serve<H: Host>(world: &H, ctx: Ctx, entered: Entered, mut out: impl Outward, mut inward: impl Inward) {
    let Entered { hosted, seat, welcome } = entered;
    let lang = ctx.lang;
    if send(&mut out, vec![welcome.text().into()], vec![]).await.is_err() {
        hosted.cut_off(&seat);
        return;
    }
    let writing = {
        let seat = Arc::clone(&seat);
        async move {
            loop {
                match seat.next().await {
                    Next::Send(texts, frames) => send(&mut out, texts, frames).await?,
                    Next::Bye(problem) => {
                        bye(&mut out, &problem, lang).await;
                        return Ok::<_, Cut>(());
                    }
                    #[cfg(feature = "cluster")]
                    Next::Moved(url) => {
                        send(&mut out, vec![Tell::Moved { url }.text().into()], vec![]).await?;
                        // The client closes when it has read that. What it says until then is taken, and said where its space is now.
                        tokio::time::sleep(STRAGGLING).await;
                        return Err(Cut);
                    }
                }
            }
        }
    };
    let mut allowance = Allowance::new();
    let mut newest = Newest(None);
    let mut looks = interval(LOOK);
    let reading = async {
        loop {
            tokio::select! {
                heard = inward.hear() => match heard {
                    Heard::Frame(bytes) => moved(&seat, &mut allowance, &bytes, lang, |_| true),
                    Heard::Datagram(bytes) => moved(&seat, &mut allowance, &bytes, lang, |seq| newest.is_passed_by(seq)),
                    Heard::Text(text) => asked(world, &ctx, &hosted, &seat, &mut allowance, &text).await,
                    Heard::Broken(fault) => seat.dismiss(invalid("message", fault)),
                    Heard::Goodbye => return true,
                    Heard::Over => return false,
                },
                _ = looks.tick() => {
                    if !world.keeps(&seat.guest) {
                        seat.dismiss(SIGN_IN_REQUIRED.problem());
                    }
                }
            }
            if allowance.is_over() {
                seat.dismiss(FLOOD.problem());
            }
        }
    };
    // Who is put out has no place any more, unless another socket took it.
    tokio::select! {
        written = writing => if written.is_ok() { hosted.leave(&seat) } else { hosted.cut_off(&seat) },
        said_goodbye = reading => if said_goodbye { hosted.leave(&seat) } else { hosted.cut_off(&seat) },
    }
}

fn invalid(place: &str, fault: impl fmt::Display) -> Problem {
    FRAME_INVALID.problem().at(place, fault.to_string())
}

fn refuse(seat: &Seat, problem: Option<Problem>, lang: Lang) {
    if let Some(problem) = problem {
        seat.say(&Tell::notice(&problem, lang));
    }
}

/// The newest `seq` of moves that may overtake each other.
struct Newest(Option<u16>);

impl Newest {
    /// Whether `seq` comes after it, by the shorter way around 65536; then it is the newest.
    fn is_passed_by(&mut self, seq: u16) -> bool {
        let is_after = self.0.is_none_or(|newest| (1..0x8000).contains(&seq.wrapping_sub(newest)));
        if is_after {
            self.0 = Some(seq);
        }
        is_after
    }
}

fn moved(seat: &Seat, allowance: &mut Allowance, bytes: &[u8], lang: Lang, is_newer: impl FnOnce(u16) -> bool) {
    if let Err(problem) = allowance.take(false) {
        return refuse(seat, problem, lang);
    }
    match ClientFrame::decode(bytes) {
        Ok(frame) if is_newer(frame.input.seq) => seat.wish(frame),
        // Overtaken.
        Ok(_) => {}
        Err(fault) => {
            let is_first = allowance.fault().is_some();
            refuse(seat, is_first.then(|| invalid("frame", fault)), lang);
        }
    }
}

async fn asked<H: Host>(world: &H, ctx: &Ctx, hosted: &Arc<Hosted>, seat: &Arc<Seat>, allowance: &mut Allowance, text: &[u8]) {
    if let Err(problem) = allowance.take(true) {
        return refuse(seat, problem, ctx.lang);
    }
    let done = match serde_json::from_slice::<Ask>(text) {
        Ok(ask) => world.asked(ctx, hosted, seat, ask).await,
        Err(fault) => {
            let is_first = allowance.fault().is_some();
            return refuse(seat, is_first.then(|| invalid("message", fault)), ctx.lang);
        }
    };
    refuse(seat, done.err(), ctx.lang);
}

/// How much a client sends.
struct Allowance {
    since: Instant,
    moves: u32,
    texts: u32,
    /// Seconds in which there was too much.
    faults: u32,
    is_told: bool,
}

impl Allowance {
    fn new() -> Self {
        Self { since: Instant::now(), moves: 0, texts: 0, faults: 0, is_told: false }
    }

    /// Counts a message: may it pass? The first one too many of a second is told.
    fn take(&mut self, is_text: bool) -> Result<(), Option<Problem>> {
        if self.since.elapsed() >= Duration::from_secs(1) {
            if !self.is_told {
                self.faults = self.faults.saturating_sub(1);
            }
            *self = Self { since: Instant::now(), moves: 0, texts: 0, faults: self.faults, is_told: false };
        }
        let (count, most) = if is_text { (&mut self.texts, MOST_TEXTS) } else { (&mut self.moves, MOST_MOVES) };
        *count += 1;
        if *count <= most {
            return Ok(());
        }
        Err(self.fault())
    }

    /// Something was wrong: told once a second.
    fn fault(&mut self) -> Option<Problem> {
        if self.is_told {
            return None;
        }
        self.is_told = true;
        self.faults += 2;
        Some(FLOOD.problem().retry_after(1))
    }

    fn is_over(&self) -> bool {
        self.faults > PATIENCE * 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_that_was_overtaken_is_not_done() {
        let mut newest = Newest(None);
        let taken: Vec<u16> =
            [65_530, 65_534, 65_533, 65_534, 2, 65_535, 3, 40_000, 4].into_iter().filter(|seq| newest.is_passed_by(*seq)).collect();
        assert_eq!(taken, [65_530, 65_534, 2, 3, 4]);
    }
}
