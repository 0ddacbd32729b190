//! The last minute of a space, so that a report can show what happened: where everybody stood, once a second, and what was said.
//!
//! It lives in this process's memory only. Each piece is sealed by itself (XChaCha20-Poly1305, draft-irtf-cfrg-xchacha-03) under a
//! random key that is replaced when the space has been empty for a minute; a piece is overwritten and dropped when it is a minute old.
//! Only a report opens it, and takes no more than what concerns it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit},
};
use sala_core::{
    ctx::Actor,
    entropy::{Entropy, random32},
    problem::{DAMAGED, Problem},
    time::{Clock, Timestamp},
};
use sala_presence::{Pose, wire::Gesture};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::Who;

/// So long anything is kept.
pub(crate) const KEPT_S: i64 = 60;
/// Bystanders as near as this to one of the two, in metres, belong to what happened.
const NEAR_M: f64 = 10.0;
/// The most pieces: a pose a second, and what a thousand people may say in a minute at the rate that the socket allows.
const MOST_PIECES: usize = 60_000;

/// Remembers the last minute of one space.
pub(crate) struct Recorder {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    inner: Mutex<Inner>,
}

#[derive(Clone, Default)]
struct Inner {
    key: Option<[u8; 32]>,
    /// Nonces count: the key is used for one space of one process, and never again.
    nonce: u64,
    pieces: VecDeque<Piece>,
    /// Who came, by the number of their coming: slots are used again, these are not.
    faces: BTreeMap<u32, Face>,
    by_slot: BTreeMap<u16, u32>,
    next: u32,
    second: i64,
}

#[derive(Clone)]
struct Piece {
    at: Timestamp,
    nonce: u64,
    sealed: Vec<u8>,
}

/// Someone who is here, or left less than a minute ago.
#[derive(Debug, Clone)]
pub(crate) struct Face {
    pub(crate) who: Arc<Who>,
    pub(crate) actor: Actor,
    came_at: Timestamp,
    left_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Heard {
    /// Coming, x and z in centimetres, yaw (256 to a turn), gesture.
    Stood(Vec<(u32, u16, u16, u8, u8)>),
    Said(u32, String),
}

/// What a report keeps, sealed under a key of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConductEvidence)]
pub(crate) struct Evidence {
    /// 32 random bytes, hexadecimal: without them nobody can guess what the published hash commits to.
    pub(crate) salt: String,
    /// The space.
    pub(crate) space: String,
    /// Its extent to the east and to the south, in metres.
    pub(crate) size: [f64; 2],
    /// The minute begins.
    pub(crate) from: Timestamp,
    /// And ends.
    pub(crate) until: Timestamp,
    /// Who is in it; others stand in the lists by their place here.
    pub(crate) people: Vec<Party>,
    /// Where they stood, once a second.
    pub(crate) stood: Vec<Moment>,
    /// What they said.
    pub(crate) said: Vec<Words>,
}

/// Which part someone has in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EvidencePart)]
pub(crate) enum Part {
    /// Who reports.
    Reporter,
    /// Who is reported.
    Reported,
    /// Who stood near; not named.
    Bystander,
}

/// Someone in the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = EvidenceParty)]
pub(crate) struct Party {
    pub(crate) part: Part,
    /// The name over the head; of bystanders none.
    pub(crate) name: String,
    /// When they came, if within the minute.
    #[schema(required)]
    pub(crate) came_at: Option<Timestamp>,
    /// When they left, if they did.
    #[schema(required)]
    pub(crate) left_at: Option<Timestamp>,
}

/// A second of the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = EvidenceMoment)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) places: Vec<Spot>,
}

/// Where one of them stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = EvidenceSpot)]
pub(crate) struct Spot {
    /// Place in `people`.
    pub(crate) who: usize,
    /// Metres to the east.
    pub(crate) x: f64,
    /// Metres to the south.
    pub(crate) z: f64,
    /// Degrees clockwise from north.
    pub(crate) yaw: f64,
    /// 0 none, 1 wave, 2 sit, 3 raise hand, 4 bow, 5 applaud.
    pub(crate) gesture: u8,
}

/// Something said, in the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = EvidenceWords)]
pub(crate) struct Words {
    pub(crate) at: Timestamp,
    /// Place in `people`.
    pub(crate) who: usize,
    pub(crate) text: String,
}

/// What a report asks of the recorder.
#[derive(Debug)]
pub(crate) struct Wanted<'w> {
    pub(crate) space: &'w str,
    pub(crate) size: [f64; 2],
    pub(crate) reporter: &'w str,
    pub(crate) reported: &'w str,
    /// Handles that keep apart from the one or the other: they were not part of it.
    pub(crate) apart: &'w BTreeSet<String>,
    pub(crate) salt: [u8; 32],
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorder")
    }
}

fn centimetres(metres: f64) -> u16 {
    // The engine keeps everybody within 0 to 655 m.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the range of u16 just before"
    )]
    let whole = (metres * 100.0).round().clamp(0.0, f64::from(u16::MAX)) as u16;
    whole
}

fn gesture(gesture: Gesture) -> u8 {
    match gesture {
        Gesture::None => 0,
        Gesture::Wave => 1,
        Gesture::Sit => 2,
        Gesture::RaiseHand => 3,
        Gesture::Bow => 4,
        Gesture::Applaud => 5,
    }
}

fn nonce(number: u64) -> XNonce {
    let mut bytes = [0; 24];
    for (to, from) in bytes.iter_mut().zip(number.to_le_bytes()) {
        *to = from;
    }
    XNonce::from(bytes)
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.sealed.fill(0);
    }
}

impl Inner {
    fn note(&mut self, entropy: &dyn Entropy, at: Timestamp, heard: &Heard) {
        let key = *self.key.get_or_insert_with(|| random32(entropy));
        let Ok(mut plain) = serde_json::to_vec(heard) else { return };
        self.nonce = self.nonce.wrapping_add(1);
        let sealed = XChaCha20Poly1305::new(&key.into()).encrypt(&nonce(self.nonce), plain.as_slice());
        plain.fill(0);
        // Only a text of more than 256 GiB can't be sealed.
        let Ok(sealed) = sealed else { return };
        if self.pieces.len() >= MOST_PIECES {
            self.pieces.pop_front();
        }
        self.pieces.push_back(Piece { at, nonce: self.nonce, sealed });
    }

    fn drop_old(&mut self, now: Timestamp) {
        let oldest = now.plus_seconds(-KEPT_S);
        while self.pieces.front().is_some_and(|piece| piece.at <= oldest) {
            self.pieces.pop_front();
        }
        self.faces.retain(|_, face| face.left_at.is_none_or(|left| left > oldest));
        if self.pieces.is_empty() && self.faces.is_empty() {
            if let Some(key) = &mut self.key {
                key.fill(0);
            }
            self.key = None;
            self.nonce = 0;
        }
    }

    fn open(&self, piece: &Piece) -> Option<Heard> {
        let plain = XChaCha20Poly1305::new(&self.key?.into()).decrypt(&nonce(piece.nonce), piece.sealed.as_slice()).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// The latest coming under a handle.
    fn coming(&self, handle: &str) -> Option<u32> {
        self.faces.iter().rev().find(|(_, face)| face.who.persona == handle).map(|(number, _)| *number)
    }
}

impl Recorder {
    pub(crate) fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy, inner: Mutex::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Microseconds since 1970: numbers that grow over every start of a process.
    pub(crate) fn moment(&self) -> u64 {
        u64::try_from(self.clock.now().0).unwrap_or(0)
    }

    /// Someone took a slot.
    pub(crate) fn came(&self, slot: u16, who: &Arc<Who>, actor: &Actor) {
        let now = self.clock.now();
        let mut inner = self.inner();
        let number = inner.next;
        inner.next = number.wrapping_add(1);
        inner.faces.insert(number, Face { who: Arc::clone(who), actor: actor.clone(), came_at: now, left_at: None });
        inner.by_slot.insert(slot, number);
    }

    /// Someone gave it up.
    pub(crate) fn went(&self, slot: u16) {
        let now = self.clock.now();
        let mut inner = self.inner();
        let number = inner.by_slot.remove(&slot);
        if let Some(face) = number.and_then(|number| inner.faces.get_mut(&number)) {
            face.left_at = Some(now);
        }
    }

    /// Someone said something.
    pub(crate) fn said(&self, slot: u16, text: &str, at: Timestamp) {
        let mut inner = self.inner();
        if let Some(number) = inner.by_slot.get(&slot).copied() {
            inner.note(&*self.entropy, at, &Heard::Said(number, text.to_owned()));
        }
    }

    /// Called each tick: once a second notes where everybody stands, and drops what is old.
    pub(crate) fn tick(&self, pose: impl Fn(u16) -> Option<Pose>) {
        let now = self.clock.now();
        let mut inner = self.inner();
        if inner.second == now.seconds() {
            return;
        }
        inner.second = now.seconds();
        inner.drop_old(now);
        let stood: Vec<_> = inner
            .by_slot
            .iter()
            .filter_map(|(slot, number)| pose(*slot).map(|pose| (*number, pose)))
            .map(|(number, pose)| (number, centimetres(pose.place.x), centimetres(pose.place.z), pose.yaw, gesture(pose.state.gesture)))
            .collect();
        if !stood.is_empty() {
            inner.note(&*self.entropy, now, &Heard::Stood(stood));
        }
    }

    /// Who is here under a handle, or was within the last minute.
    pub(crate) fn face(&self, handle: &str) -> Option<Face> {
        let oldest = self.clock.now().plus_seconds(-KEPT_S);
        let inner = self.inner();
        let number = inner.coming(handle)?;
        inner.faces.get(&number).filter(|face| face.left_at.is_none_or(|left| left > oldest)).cloned()
    }

    /// Opens the last minute for a report. None: one of the two was not here.
    pub(crate) fn release(&self, wanted: &Wanted<'_>) -> Result<Option<Evidence>, Problem> {
        let until = self.clock.now();
        // A copy, so that the ticks of the space do not wait while it is opened.
        let inner = self.inner().clone();
        let (Some(reporter), Some(reported)) = (inner.coming(wanted.reporter), inner.coming(wanted.reported)) else { return Ok(None) };
        let from = until.plus_seconds(-KEPT_S);
        let mut sorted = Sorted { inner: &inner, wanted, from, known: BTreeMap::new(), people: vec![] };
        sorted.place(reporter);
        sorted.place(reported);
        let (mut stood, mut said) = (vec![], vec![]);
        let mut near: BTreeSet<u32> = BTreeSet::new();
        for piece in inner.pieces.iter().filter(|piece| piece.at > from) {
            match inner.open(piece).ok_or_else(|| DAMAGED.problem().because("a piece of the last minute does not open"))? {
                Heard::Stood(all) => {
                    near = sorted.near(&all);
                    let places = all.iter().filter(|(number, ..)| near.contains(number));
                    let places = places.filter_map(|(number, x, z, yaw, gesture)| {
                        Some(Spot {
                            who: sorted.place(*number)?,
                            x: f64::from(*x) / 100.0,
                            z: f64::from(*z) / 100.0,
                            yaw: f64::from(*yaw) * 360.0 / 256.0,
                            gesture: *gesture,
                        })
                    });
                    stood.push(Moment { at: piece.at, places: places.collect() });
                }
                Heard::Said(number, text) => {
                    if (near.contains(&number) || sorted.part(number) != Part::Bystander)
                        && let Some(who) = sorted.place(number)
                    {
                        said.push(Words { at: piece.at, who, text });
                    }
                }
            }
        }
        let (salt, space) = (hex::encode(wanted.salt), wanted.space.to_owned());
        Ok(Some(Evidence { salt, space, size: wanted.size, from, until, people: sorted.people, stood, said }))
    }
}

/// Who belongs to a report, in the order in which they were met.
struct Sorted<'s> {
    inner: &'s Inner,
    wanted: &'s Wanted<'s>,
    from: Timestamp,
    known: BTreeMap<u32, usize>,
    people: Vec<Party>,
}

impl Sorted<'_> {
    fn part(&self, number: u32) -> Part {
        let handle = self.inner.faces.get(&number).map_or("", |face| face.who.persona.as_str());
        // Someone may have come twice within the minute.
        if handle == self.wanted.reporter {
            Part::Reporter
        } else if handle == self.wanted.reported {
            Part::Reported
        } else {
            Part::Bystander
        }
    }

    /// The two, and whoever stands near one of them and is not kept apart from either.
    fn near(&self, all: &[(u32, u16, u16, u8, u8)]) -> BTreeSet<u32> {
        let metres = |a: u16, b: u16| (f64::from(a) - f64::from(b)) / 100.0;
        let middles: Vec<(u16, u16)> =
            all.iter().filter(|(number, ..)| self.part(*number) != Part::Bystander).map(|(_, x, z, ..)| (*x, *z)).collect();
        let is_near = |x: u16, z: u16| middles.iter().any(|(mx, mz)| metres(x, *mx).hypot(metres(z, *mz)) <= NEAR_M);
        let belongs = |number: u32| {
            self.part(number) != Part::Bystander
                || self.inner.faces.get(&number).is_some_and(|face| !self.wanted.apart.contains(&face.who.persona))
        };
        all.iter().filter(|(number, x, z, ..)| is_near(*x, *z) && belongs(*number)).map(|(number, ..)| *number).collect()
    }

    /// The place in the list of people; none for someone who left more than a minute ago.
    fn place(&mut self, number: u32) -> Option<usize> {
        if let Some(place) = self.known.get(&number) {
            return Some(*place);
        }
        let face = self.inner.faces.get(&number)?;
        let part = self.part(number);
        let name = match (part, &face.who.badge) {
            (Part::Bystander, _) => String::new(),
            (_, Some(badge)) => badge.title.pair(),
            (_, None) => face.who.name.clone(),
        };
        let came_at = Some(face.came_at).filter(|came| *came > self.from);
        self.known.insert(number, self.people.len());
        self.people.push(Party { part, name, came_at, left_at: face.left_at });
        Some(self.people.len() - 1)
    }
}

#[cfg(test)]
mod tests;
