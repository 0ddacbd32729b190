//! A seat: what lies between one client's socket and the tick of its space. The newest input waits, never a queue of them; one set of
//! frames waits for the socket, never a queue of them either: whoever is slow misses ticks.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering},
    },
};

use axum::body::Bytes;
use sala_core::{problem::Problem, time::Timestamp};
use sala_presence::wire::ClientFrame;
use tokio::sync::Notify;

use crate::{conduct::muted, door::Guest, message::Tell, problems::TOO_SLOW};

/// The most texts that wait for a socket; beyond that its client is too slow to stay.
const MOST_TEXTS: usize = 512;
/// Ticks in a row whose frames could not be taken, after which a client has to go: ten seconds.
const MOST_MISSED: u32 = 200;

/// One client in a space.
#[derive(Debug)]
pub(crate) struct Seat {
    /// Its number in the space.
    pub(crate) slot: u16,
    /// Who sits there.
    pub(crate) guest: Guest,
    /// With this one comes back to it.
    pub(crate) token: String,
    input: Mutex<Option<ClientFrame>>,
    out: Mutex<Out>,
    wake: Notify,
    missed: AtomicU32,
    is_away: AtomicBool,
    /// Microseconds since 1970 until which it may not speak; 0: it may.
    muted_until: AtomicI64,
    /// Whoever has it did not prove to be an adult.
    is_young: AtomicBool,
}

#[derive(Debug, Default)]
struct Out {
    frames: Vec<Bytes>,
    texts: VecDeque<Arc<str>>,
    bye: Option<Problem>,
    /// The space is elsewhere now: there, or where the hall says.
    #[cfg(feature = "cluster")]
    moved: Option<Address>,
}

/// Where a space is run; none: at the hall's own address.
#[cfg(feature = "cluster")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address(pub(crate) Option<String>);

/// What a socket has to send next.
#[derive(Debug)]
pub(crate) enum Next {
    /// Texts first, then frames.
    Send(Vec<Arc<str>>, Vec<Bytes>),
    /// This, and then it closes.
    Bye(Problem),
    /// The space is elsewhere now: there, or where the hall says. What the client sends until it has read that is still taken.
    #[cfg(feature = "cluster")]
    Moved(Option<String>),
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seat {
    pub(crate) fn new(slot: u16, guest: Guest, token: String) -> Self {
        Self {
            slot,
            guest,
            token,
            input: Mutex::default(),
            out: Mutex::default(),
            wake: Notify::new(),
            missed: AtomicU32::new(0),
            is_away: AtomicBool::new(false),
            muted_until: AtomicI64::new(0),
            is_young: AtomicBool::new(false),
        }
    }

    /// Whether whoever has it proved to be an adult; told to nobody.
    pub(crate) fn is_adult(&self) -> bool {
        !self.is_young.load(Ordering::Relaxed)
    }

    pub(crate) fn set_adult(&self, is_adult: bool) {
        self.is_young.store(!is_adult, Ordering::Relaxed);
    }

    /// The client's newest wish.
    pub(crate) fn wish(&self, input: ClientFrame) {
        *held(&self.input) = Some(input);
    }

    /// Takes the newest wish, if there is one since the last tick.
    pub(crate) fn take(&self) -> Option<ClientFrame> {
        held(&self.input).take()
    }

    /// Can it take the frames of this tick? Not while those of an earlier one wait, and not while it is cut off. A client that misses them
    /// for ten seconds is put out.
    pub(crate) fn is_ready(&self) -> bool {
        if self.is_away() {
            return false;
        }
        let mut out = held(&self.out);
        if out.frames.is_empty() {
            self.missed.store(0, Ordering::Relaxed);
            return true;
        }
        if self.missed.fetch_add(1, Ordering::Relaxed) >= MOST_MISSED {
            out.bye.get_or_insert_with(|| TOO_SLOW.problem());
        }
        false
    }

    /// The frames of a tick.
    pub(crate) fn show(&self, frames: Vec<Bytes>) {
        held(&self.out).frames = frames;
        self.wake.notify_one();
    }

    /// A text, kept until the socket takes it.
    pub(crate) fn tell(&self, text: &Arc<str>) {
        let mut out = held(&self.out);
        if out.texts.len() >= MOST_TEXTS {
            out.bye.get_or_insert_with(|| TOO_SLOW.problem());
        } else {
            out.texts.push_back(Arc::clone(text));
        }
        drop(out);
        self.wake.notify_one();
    }

    /// The same of a message.
    pub(crate) fn say(&self, tell: &Tell) {
        self.tell(&tell.text().into());
    }

    /// Puts the client out.
    pub(crate) fn dismiss(&self, problem: Problem) {
        held(&self.out).bye.get_or_insert(problem);
        self.wake.notify_one();
    }

    /// Sends the client on to where its space is now; none: the hall knows.
    #[cfg(feature = "cluster")]
    pub(crate) fn move_on(&self, url: Option<&str>) {
        held(&self.out).moved.get_or_insert(Address(url.map(str::to_owned)));
        self.wake.notify_one();
    }

    /// Until when it may not speak; the beginning of time: it may.
    #[cfg(feature = "cluster")]
    pub(crate) fn muted_until(&self) -> Timestamp {
        Timestamp(self.muted_until.load(Ordering::Relaxed))
    }

    /// Waits for something to send.
    pub(crate) async fn next(&self) -> Next {
        loop {
            {
                let mut out = held(&self.out);
                if let Some(problem) = out.bye.take() {
                    return Next::Bye(problem);
                }
                if !out.texts.is_empty() || !out.frames.is_empty() {
                    return Next::Send(out.texts.drain(..).collect(), std::mem::take(&mut out.frames));
                }
                #[cfg(feature = "cluster")]
                if let Some(Address(url)) = out.moved.take() {
                    return Next::Moved(url);
                }
            }
            self.wake.notified().await;
        }
    }

    /// Its socket is cut off; what was to be shown is of no use by the time it comes back.
    pub(crate) fn set_away(&self) {
        self.is_away.store(true, Ordering::Relaxed);
        held(&self.out).frames.clear();
    }

    /// May not speak until a moment, or may again. True: this is new.
    pub(crate) fn set_muted(&self, until: Option<Timestamp>) -> bool {
        let until = until.map_or(0, |until| until.0);
        self.muted_until.swap(until, Ordering::Relaxed) != until
    }

    /// Refuses whoever may not speak at `now`.
    pub(crate) fn require_voice(&self, now: Timestamp) -> Result<(), Problem> {
        let until = Timestamp(self.muted_until.load(Ordering::Relaxed));
        if until <= now { Ok(()) } else { Err(muted(until)) }
    }

    /// Is its socket cut off?
    pub(crate) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }
}
