//! A meeting in memory: its draft, its sockets, and what still has to be written.
//!
//! An update is sent on at once and written together with others within a second: one act, one version. Whoever holds the desk has the
//! draft to themselves, so that a version, the acknowledgement of what it holds, and a decision on an amendment never overlap.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sala_core::{
    act::Draft,
    cbor::Value,
    ctx::Ctx,
    problem::{CONFLICT, DAMAGED, Problem},
    store::Tx,
    text::Lang,
};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::{
    Meetings, acts,
    draft::{Document, Refusal},
    frame::Frame,
    meeting::{Meeting, MeetingState},
    message::Tell,
    problems::{DRAFT_REFUSED, NOT_OPEN, SYNC_INVALID},
    seat::{Seat, Seats},
    store,
};

/// After so many versions the rows are folded into one.
const FOLD_EVERY: i64 = 200;
/// The most bytes of one version, unless it is folded.
const MOST_IN_ONE: usize = 1024 * 1024;

/// What is not yet written.
#[derive(Debug, Default)]
struct Unwritten {
    /// The updates; when they are too many for one version, the whole document is written instead.
    updates: Vec<Vec<u8>>,
    bytes: usize,
    number: usize,
    by: BTreeSet<String>,
    since: Option<Instant>,
}

/// The draft and what still has to be written.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) document: Document,
    /// The newest version that is kept.
    pub(crate) version: i64,
    unwritten: Unwritten,
    /// Updates were taken that changed nothing: their senders wait to be told.
    owes_answer: bool,
}

/// A meeting in memory.
#[derive(Debug)]
pub(crate) struct Sitting {
    pub(crate) id: String,
    pub(crate) desk: tokio::sync::Mutex<Desk>,
    seats: Mutex<Seats>,
    /// As it was after its last change.
    meeting: Mutex<Meeting>,
    is_stale: AtomicBool,
    used: Mutex<Instant>,
}

impl Refusal {
    /// As a caller is told.
    pub(crate) fn problem(&self) -> Problem {
        let code = if matches!(self, Self::Malformed(_)) { &SYNC_INVALID } else { &DRAFT_REFUSED };
        code.problem().at("update", self.to_string())
    }
}

/// What the store keeps of a draft did not fit together.
fn damaged(refusal: Refusal) -> Problem {
    DAMAGED.problem().because(format!("meetings: a kept draft can't be put together: {refusal}"))
}

impl Desk {
    /// Takes an update of a seat. What it changed goes to the others at once.
    fn take(&mut self, sitting: &Sitting, seat: &Seat, by: &str, update: &[u8], is_answer: bool) -> Result<(), Refusal> {
        let changed = if is_answer { self.document.take_answer(update)? } else { self.document.take(update)? };
        seat.taken.fetch_add(1, Ordering::Relaxed);
        let Some(changed) = changed else {
            self.owes_answer = true;
            return Ok(());
        };
        sitting.seats().tell_frame(&Frame::Update(&changed), Some(seat.id));
        self.unwritten.add(changed, by);
        Ok(())
    }

    fn written(&mut self, version: i64) {
        self.version = version;
        self.unwritten = Unwritten::default();
    }

    /// What was written since the last version: its updates, or the whole document when it is time to fold.
    fn next_version(&self) -> Version {
        let (number, unwritten) = (self.version + 1, &self.unwritten);
        let folds = number % FOLD_EVERY == 0 || unwritten.bytes > MOST_IN_ONE;
        let updates = if folds { vec![self.document.state()] } else { unwritten.updates.clone() };
        Version { number, folds, updates, by: unwritten.by.iter().cloned().collect(), written: unwritten.number }
    }
}

impl Unwritten {
    fn add(&mut self, update: Vec<u8>, by: &str) {
        self.bytes = self.bytes.saturating_add(update.len());
        self.number += 1;
        self.by.insert(by.to_owned());
        self.since.get_or_insert_with(Instant::now);
        if self.bytes > MOST_IN_ONE {
            self.updates.clear();
        } else {
            self.updates.push(update);
        }
    }
}

/// A version on its way into the store.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) number: i64,
    folds: bool,
    updates: Vec<Vec<u8>>,
    by: Vec<String>,
    written: usize,
}

impl Version {
    fn draft(&self, meeting: &str, authority: &str) -> Draft {
        let mut hash = Sha256::new();
        for update in &self.updates {
            hash.update(Sha256::digest(update));
        }
        Draft::new(&acts::CHANGE_DRAFT, authority)
            .public("meeting", meeting)
            .public("version", self.number)
            .public("updates", i64::try_from(self.written).unwrap_or(i64::MAX))
            .open("updates_sha256", hex::encode(hash.finalize()))
            .open("by", Value::Array(self.by.iter().map(|handle| handle.as_str().into()).collect()))
            .refers(meeting)
    }

    /// Writes it, and the meeting's newest version; refused when another process was quicker.
    pub(crate) async fn save(&self, tx: &mut Tx, meeting: &mut Meeting) -> Result<(), Problem> {
        if meeting.draft_version + 1 != self.number {
            return Err(CONFLICT.problem().because("another version of the draft was quicker"));
        }
        meeting.draft_version = self.number;
        store::save_version(tx, &meeting.id, self.number, &self.updates);
        if self.folds {
            store::fold_before(tx, &meeting.id, self.number).await?;
        }
        Ok(())
    }
}

impl Sitting {
    pub(crate) fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn meeting(&self) -> Meeting {
        self.meeting.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn may_write(&self, handle: &str) -> bool {
        self.meeting.lock().unwrap_or_else(PoisonError::into_inner).may_write(handle)
    }

    /// All are to be shown how it stands.
    pub(crate) fn touch(&self) {
        self.is_stale.store(true, Ordering::Relaxed);
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// It changed. When it begins, those who may write from now on are asked for what they have.
    pub(crate) async fn changed(&self, meeting: Meeting) {
        let before = std::mem::replace(&mut *self.meeting.lock().unwrap_or_else(PoisonError::into_inner), meeting);
        self.touch();
        let vector = self.desk.lock().await.document.state_vector();
        for seat in self.seats().all() {
            let Some(handle) = seat.handle() else { continue };
            if self.may_write(handle) && !before.may_write(handle) && seat.require_voice().is_ok() {
                seat.send_frame(&Frame::Step1(&vector));
            }
        }
    }

    /// It ended. For whoever holds the desk.
    pub(crate) fn close(&self, meeting: Meeting) {
        *self.meeting.lock().unwrap_or_else(PoisonError::into_inner) = meeting;
        self.touch();
    }

    /// An update of someone who takes part. False: it builds on what is not here, and the sender was asked for everything.
    pub(crate) async fn take(&self, seat: &Seat, update: &[u8], is_answer: bool) -> Result<bool, Problem> {
        let mut desk = self.desk.lock().await;
        // Looked at again under the lock: a meeting that closes takes nothing more.
        let Some(handle) = seat.handle() else { return Err(crate::problems::READ_ONLY.problem()) };
        if !self.may_write(handle) {
            return Err(NOT_OPEN.problem());
        }
        seat.require_voice()?;
        match desk.take(self, seat, handle, update, is_answer) {
            Ok(()) => Ok(true),
            Err(Refusal::Missing) => {
                seat.send_frame(&Frame::Step1(&desk.document.state_vector()));
                Ok(false)
            }
            Err(refusal) => Err(refusal.problem()),
        }
    }

    /// Has something to be written or told that has waited so long?
    pub(crate) async fn is_due(&self, after: Duration) -> bool {
        let desk = self.desk.lock().await;
        desk.unwritten.since.map_or(desk.owes_answer, |since| since.elapsed() >= after)
    }

    pub(crate) fn is_idle(&self, for_s: u64) -> bool {
        let used = *self.used.lock().unwrap_or_else(PoisonError::into_inner);
        self.seats().is_empty() && used.elapsed().as_secs() >= for_s
    }

    fn tell_saved(&self, desk: &mut Desk) {
        desk.owes_answer = false;
        for seat in self.seats().all().filter(|seat| seat.guest.is_some()) {
            let saved = Tell::Saved { version: desk.version, taken: seat.taken.load(Ordering::Relaxed) };
            seat.send(crate::seat::Message::Text(saved.text()));
        }
    }
}

impl Meetings {
    /// A meeting in memory, read when it is first needed.
    pub(crate) async fn sitting(&self, id: &str) -> Result<Arc<Sitting>, Problem> {
        let _reading = self.reading.lock().await;
        if let Some(sitting) = self.sitting_here(id) {
            return Ok(sitting);
        }
        let meeting = store::meeting(&self.store, id).await?;
        let mut document = Document::new(Arc::clone(&self.entropy));
        let mut newest = 0;
        for (version, updates) in store::versions(&self.store, id, 0).await? {
            newest = version;
            for update in updates {
                document.restore(&update).map_err(damaged)?;
            }
        }
        let desk = Desk { document, version: newest, unwritten: Unwritten::default(), owes_answer: false };
        let sitting = Arc::new(Sitting {
            id: id.to_owned(),
            desk: tokio::sync::Mutex::new(desk),
            seats: Mutex::default(),
            meeting: Mutex::new(meeting),
            is_stale: AtomicBool::new(false),
            used: Mutex::new(Instant::now()),
        });
        self.sittings().insert(id.to_owned(), Arc::clone(&sitting));
        Ok(sitting)
    }

    /// Writes what waits in a draft, and tells those who wrote it. The caller holds the desk.
    pub(crate) async fn write(&self, sitting: &Sitting, desk: &mut Desk) -> Result<(), Problem> {
        // Another process of this hall may have written in between: its versions are taken in, and ours comes after.
        for _ in 0..5 {
            if desk.unwritten.number == 0 {
                if desk.owes_answer {
                    sitting.tell_saved(desk);
                }
                return Ok(());
            }
            let version = desk.next_version();
            match self.write_version(sitting, &version).await {
                Ok(meeting) => {
                    desk.written(version.number);
                    *sitting.meeting.lock().unwrap_or_else(PoisonError::into_inner) = meeting;
                    sitting.touch();
                    sitting.tell_saved(desk);
                    return Ok(());
                }
                Err(problem) if problem.code == &CONFLICT => self.catch_up(sitting, desk).await?,
                Err(problem) if problem.code == &NOT_OPEN => {
                    // Closed elsewhere: what came too late is in nobody's minutes, so nobody goes on believing that it is kept.
                    desk.written(desk.version);
                    for seat in sitting.seats().all() {
                        seat.dismiss(NOT_OPEN.problem());
                    }
                    self.sittings().remove(&sitting.id);
                    return Err(problem);
                }
                Err(problem) => return Err(problem),
            }
        }
        Err(CONFLICT.problem().because("others write this draft faster than this process"))
    }

    async fn write_version(&self, sitting: &Sitting, version: &Version) -> Result<Meeting, Problem> {
        let (id, version) = (sitting.id.clone(), version.clone());
        let draft = version.draft(&id, &self.authority);
        let acted = self
            .store
            .act(&self.system(), draft, move |tx| {
                let (id, version) = (id.clone(), version.clone());
                Box::pin(async move {
                    let mut meeting = store::meeting_in(tx, &id).await?;
                    if meeting.state == MeetingState::Closed {
                        return Err(NOT_OPEN.problem());
                    }
                    version.save(tx, &mut meeting).await?;
                    store::save_meeting(tx, &meeting);
                    Ok(meeting)
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// Takes in versions that another process wrote.
    pub(crate) async fn catch_up(&self, sitting: &Sitting, desk: &mut Desk) -> Result<(), Problem> {
        for (version, updates) in store::versions(&self.store, &sitting.id, desk.version).await? {
            for update in updates {
                let changed = desk.document.restore(&update).map_err(damaged)?;
                sitting.seats().tell_frame(&Frame::Update(&changed), None);
            }
            desk.version = version;
        }
        Ok(())
    }

    /// A version that an act of this room writes besides what it is about: an accepted amendment.
    pub(crate) fn version_with(desk: &Desk, update: &[u8]) -> Version {
        Version { number: desk.version + 1, folds: false, updates: vec![update.to_vec()], by: vec![], written: 1 }
    }

    /// Shows all sockets of a meeting how it stands, if that changed.
    pub(crate) async fn show(&self, sitting: &Sitting) -> Result<(), Problem> {
        if !sitting.is_stale.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let meeting = store::meeting(&self.store, &sitting.id).await?;
        let view = self.meeting_view(meeting, None).await?;
        let text = Tell::Meeting { meeting: Box::new(view) }.text();
        sitting.seats().show(&text);
        Ok(())
    }

    /// The room itself acting.
    pub(crate) fn system(&self) -> Ctx {
        Ctx { lang: Lang::Th, ..Ctx::system(crate::HALL, self.clock.now(), Arc::clone(&self.entropy)) }
    }
}
