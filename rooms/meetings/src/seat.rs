//! One socket in a meeting, and all of them together: what each is still to be sent, who shows which cursor, who stands where.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64},
    time::Duration,
};

use sala_core::{
    problem::{BUSY, Problem},
    time::Timestamp,
};
use serde_json::json;
use tokio::{sync::Notify, time::Instant};

use crate::{
    door::Guest,
    entry::Stands,
    frame::{Cursor, Frame},
    law::Mute,
    problems::LINE_TOO_SLOW,
    view::WhoView,
};

/// The most sockets of one meeting: of those who take part, and of readers.
const MOST_GUESTS: usize = 600;
const MOST_READERS: usize = 600;
/// The most sockets of one persona in one meeting.
const MOST_OF_ONE: usize = 6;
/// What may wait to be sent to one socket, in bytes: a document, its updates and more.
const MOST_WAITING: usize = 8 * 1024 * 1024;
/// Cursors of one socket.
const MOST_CURSORS: usize = 2;
/// The most personas that stand on one line.
const MOST_STANDING: usize = 10_000;
/// Words of one persona within a while.
const WORDS: usize = 5;
const WHILE: Duration = Duration::from_secs(10);

/// What is sent to a socket.
#[derive(Debug)]
pub(crate) enum Next {
    /// These, in order: texts and binary frames.
    Send(Vec<Message>),
    /// The reason for the end.
    Bye(Problem),
}

/// A message.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    Text(Arc<str>),
    Binary(Arc<[u8]>),
}

#[derive(Debug, Default)]
struct Outbox {
    waiting: VecDeque<Message>,
    bytes: usize,
    /// The newest state of the meeting; an older one that was not sent yet is not worth sending.
    meeting: Option<Arc<str>>,
    bye: Option<Problem>,
}

/// A socket.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) id: u64,
    /// Who takes part; none: a reader.
    pub(crate) guest: Option<Guest>,
    /// What others see of them.
    who: Option<WhoView>,
    /// A plain Yjs client can't read texts.
    pub(crate) takes_texts: bool,
    /// Updates that came from it and were taken.
    pub(crate) taken: AtomicU64,
    /// Heard until its end, by whoever looks after the meeting.
    mute: Mutex<Option<Mute>>,
    outbox: Mutex<Outbox>,
    wake: Notify,
}

impl Seat {
    /// True: this is new.
    pub(crate) fn set_mute(&self, mute: Option<Mute>) -> bool {
        let until = mute.as_ref().map(|mute| mute.until);
        let before = std::mem::replace(&mut *self.mute(), mute);
        before.map(|before| before.until) != until
    }

    /// Refuses whoever is muted.
    pub(crate) fn require_voice(&self) -> Result<(), Problem> {
        self.mute().as_ref().map_or(Ok(()), |mute| Err(mute.problem.clone()))
    }

    pub(crate) fn is_mute_over(&self, now: Timestamp) -> bool {
        self.mute().as_ref().is_some_and(|mute| mute.until <= now)
    }

    fn mute(&self) -> std::sync::MutexGuard<'_, Option<Mute>> {
        self.mute.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn send(&self, message: Message) {
        if matches!(message, Message::Text(_)) && !self.takes_texts {
            return;
        }
        {
            let mut outbox = self.outbox();
            outbox.bytes += message.len();
            outbox.waiting.push_back(message);
            if outbox.bytes > MOST_WAITING && outbox.bye.is_none() {
                outbox.bye = Some(LINE_TOO_SLOW.problem());
            }
        }
        self.wake.notify_one();
    }

    pub(crate) fn send_frame(&self, frame: &Frame<'_>) {
        self.send(Message::Binary(frame.write().into()));
    }

    pub(crate) fn show(&self, meeting: Arc<str>) {
        if self.takes_texts {
            self.outbox().meeting = Some(meeting);
            self.wake.notify_one();
        }
    }

    pub(crate) fn dismiss(&self, problem: Problem) {
        self.outbox().bye.get_or_insert(problem);
        self.wake.notify_one();
    }

    /// What is to be sent next.
    pub(crate) async fn next(&self) -> Next {
        loop {
            {
                let mut outbox = self.outbox();
                // What was sent before the end is still told.
                let mut messages: Vec<Message> = outbox.meeting.take().map(Message::Text).into_iter().collect();
                messages.extend(outbox.waiting.drain(..));
                outbox.bytes = 0;
                if let Some(problem) = outbox.bye.clone() {
                    return Next::Bye(problem);
                }
                if !messages.is_empty() {
                    return Next::Send(messages);
                }
            }
            self.wake.notified().await;
        }
    }

    pub(crate) fn handle(&self) -> Option<&str> {
        self.guest.as_ref().map(|guest| guest.who.persona.as_str())
    }

    fn outbox(&self) -> std::sync::MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Message {
    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}

#[derive(Debug)]
struct Shown {
    seat: u64,
    cursor: Cursor,
}

/// The sockets of one meeting.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    next: u64,
    by_id: BTreeMap<u64, Arc<Seat>>,
    cursors: BTreeMap<u64, Shown>,
    /// Poll → persona → 0 to 100. In memory only.
    stands: BTreeMap<String, BTreeMap<String, u8>>,
    said: BTreeMap<String, VecDeque<Instant>>,
}

impl Seats {
    /// A seat for someone who takes part, or for a reader.
    pub(crate) fn take(&mut self, guest: Option<(Guest, WhoView)>, takes_texts: bool) -> Result<Arc<Seat>, Problem> {
        let most = if guest.is_some() { MOST_GUESTS } else { MOST_READERS };
        let taken = self.by_id.values().filter(|seat| seat.guest.is_some() == guest.is_some()).count();
        let own = guest
            .as_ref()
            .map_or(0, |(guest, _)| self.by_id.values().filter(|seat| seat.handle() == Some(guest.who.persona.as_str())).count());
        if taken >= most || own >= MOST_OF_ONE {
            return Err(BUSY.problem().retry_after(30));
        }
        self.next += 1;
        let (guest, who) = guest.unzip();
        let seat = Arc::new(Seat {
            id: self.next,
            guest,
            who,
            takes_texts,
            taken: AtomicU64::new(0),
            mute: Mutex::default(),
            outbox: Mutex::default(),
            wake: Notify::new(),
        });
        self.by_id.insert(seat.id, Arc::clone(&seat));
        Ok(seat)
    }

    /// Gives a seat back.
    pub(crate) fn leave(&mut self, id: u64) {
        self.by_id.remove(&id);
        self.hide(id);
    }

    /// The others are told that the cursors of a seat are gone.
    pub(crate) fn hide(&mut self, id: u64) {
        let own: Vec<u64> = self.cursors.iter().filter(|(_, shown)| shown.seat == id).map(|(client, _)| *client).collect();
        let gone = own.into_iter().filter_map(|client| self.cursors.remove(&client));
        let gone: Vec<Cursor> = gone.map(|shown| Cursor { state: None, ..shown.cursor }).collect();
        if !gone.is_empty() {
            self.tell_frame(&Frame::Awareness(gone), None);
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Seat>> {
        self.by_id.values()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty() && self.stands.is_empty()
    }

    /// How many take part, each persona once.
    pub(crate) fn present(&self) -> usize {
        self.by_id.values().filter_map(|seat| seat.handle()).collect::<BTreeSet<_>>().len()
    }

    /// As whom someone takes part.
    pub(crate) fn guest(&self, persona: &str) -> Option<Guest> {
        self.by_id.values().find(|seat| seat.handle() == Some(persona)).and_then(|seat| seat.guest.clone())
    }

    pub(crate) fn tell(&self, text: &Arc<str>) {
        for seat in self.by_id.values() {
            seat.send(Message::Text(Arc::clone(text)));
        }
    }

    /// Sends a frame to all but one.
    pub(crate) fn tell_frame(&self, frame: &Frame<'_>, but: Option<u64>) {
        let bytes: Arc<[u8]> = frame.write().into();
        for seat in self.by_id.values().filter(|seat| Some(seat.id) != but) {
            seat.send(Message::Binary(Arc::clone(&bytes)));
        }
    }

    pub(crate) fn show(&self, meeting: &Arc<str>) {
        for seat in self.by_id.values() {
            seat.show(Arc::clone(meeting));
        }
    }

    /// Cursors that a seat shows from now on: its own, at most two, under its own name whatever it says. All are told, itself too: so a
    /// client hears that the line is alive.
    pub(crate) fn move_cursors(&mut self, seat: &Seat, cursors: Vec<Cursor>) {
        let Some(who) = &seat.who else { return };
        // A state may say anything.
        if seat.require_voice().is_err() {
            return;
        }
        let mut moved = vec![];
        for mut cursor in cursors {
            let own = self.cursors.values().filter(|shown| shown.seat == seat.id).count();
            let is_own = match self.cursors.get(&cursor.client) {
                // The same persona came back before its old socket was known to be gone.
                Some(shown) => shown.seat == seat.id || self.by_id.get(&shown.seat).is_none_or(|other| other.handle() == seat.handle()),
                None => own < MOST_CURSORS,
            };
            let is_newer = self.cursors.get(&cursor.client).is_none_or(|shown| shown.cursor.clock <= cursor.clock);
            if !is_own || !is_newer {
                continue;
            }
            if let Some(state) = &mut cursor.state {
                state.insert("who".into(), json!(who));
                self.cursors.insert(cursor.client, Shown { seat: seat.id, cursor: cursor.clone() });
            } else {
                self.cursors.remove(&cursor.client);
            }
            moved.push(cursor);
        }
        if !moved.is_empty() {
            self.tell_frame(&Frame::Awareness(moved), None);
        }
    }

    /// All cursors.
    pub(crate) fn cursors(&self) -> Vec<Cursor> {
        self.cursors.values().map(|shown| shown.cursor.clone()).collect()
    }

    /// Somebody says something: too often is refused.
    pub(crate) fn may_say(&mut self, persona: &str) -> Result<(), Problem> {
        let now = Instant::now();
        self.said.retain(|_, times| times.back().is_some_and(|last| now.duration_since(*last) < WHILE));
        let times = self.said.entry(persona.to_owned()).or_default();
        while times.front().is_some_and(|first| now.duration_since(*first) >= WHILE) {
            times.pop_front();
        }
        if times.len() >= WORDS {
            return Err(BUSY.problem().retry_after(WHILE.as_secs()));
        }
        times.push_back(now);
        Ok(())
    }

    /// Somebody stands somewhere on the line of a poll, or leaves it.
    pub(crate) fn stand(&mut self, poll: &str, persona: &str, at: Option<u8>) -> Result<Stands, Problem> {
        let standing = self.stands.entry(poll.to_owned()).or_default();
        match at {
            Some(at) => {
                if standing.len() >= MOST_STANDING && !standing.contains_key(persona) {
                    return Err(BUSY.problem());
                }
                standing.insert(persona.to_owned(), at);
            }
            None => drop(standing.remove(persona)),
        }
        Ok(self.stands(poll))
    }

    /// Where people stand.
    pub(crate) fn stands(&self, poll: &str) -> Stands {
        let places: Vec<u8> = self.stands.get(poll).into_iter().flat_map(|standing| standing.values().copied()).collect();
        Stands::of(&places)
    }

    /// Forgets who stood where.
    pub(crate) fn end_poll(&mut self, poll: &str) {
        self.stands.remove(poll);
    }
}
