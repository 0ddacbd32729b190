//! Captions: what somebody says who wants it goes to the speech server, and the line that comes back to those who might hear it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc, Weak,
        mpsc::{Receiver, Sender, channel},
    },
    time::{Duration, Instant},
};

use sala_core::{
    text::{Lang, Text},
    time::Timestamp,
};
use sala_voice::{PeerId, RoomId, Utterance};

use super::{super::speech, EARSHOT_M, Work, is_on_stage, now, peer_of, room_of, slot_of};
use crate::{
    hosted::Hosted,
    message::{Missed, Tell},
    problems::CAPTIONS_OFF,
    seat::Seat,
    voice::{
        VoiceMode,
        speech::{Speech, SpeechError},
    },
};

/// Requests at a time.
const MOST_ASKED: usize = 4;
/// Utterances that wait, of all and of one speaker.
const MOST_WAITING: usize = 16;
const MOST_WAITING_OF_ONE: usize = 2;
/// How often the log is told that captions are behind or fail.
const TELL_EVERY: Duration = Duration::from_mins(1);

/// A seat, and for whom it was told that captions are on.
type Informed = (Weak<Seat>, Vec<u16>);
/// Who might hear it, by slot.
pub(super) type Readers = BTreeMap<u16, Weak<Seat>>;

/// Somebody wants captions of their voice.
struct Consent {
    /// Tells this time from an earlier one.
    turn: u64,
    lang: Lang,
    /// Everybody in the space was told: only then packets are taken.
    is_told: bool,
    /// Who might hear them when it was looked last.
    present: Readers,
    /// What is being said, when it began, and who might hear all of it so far.
    utterance: Utterance,
    began: Timestamp,
    readers: Readers,
}

/// An utterance on its way.
struct Spoken {
    peer: PeerId,
    turn: u64,
    lang: Lang,
    began: Timestamp,
    readers: Readers,
}

struct Answer {
    spoken: Spoken,
    text: Result<String, SpeechError>,
}

/// Captions of all spaces.
pub(super) struct Captions {
    speech: Speech,
    /// The code of conduct keeps voice from who has not proven to be an adult.
    keeps_young_out: bool,
    turns: u64,
    consents: BTreeMap<PeerId, Consent>,
    waiting: VecDeque<(Spoken, Utterance)>,
    asked: BTreeSet<PeerId>,
    answers: (Sender<Answer>, Receiver<Answer>),
    /// For whom captions are on, as each seat of a space was told last.
    told: BTreeMap<RoomId, Vec<Informed>>,
    /// Utterances that were not sent or failed since the log was told.
    skipped: u64,
    failed: u64,
    logged: Option<Instant>,
}

fn same(seat: &Arc<Seat>, known: &Weak<Seat>) -> bool {
    std::ptr::eq(Arc::as_ptr(seat), known.as_ptr())
}

impl Captions {
    pub(super) fn new(speech: Speech, keeps_young_out: bool) -> Self {
        Self {
            speech,
            keeps_young_out,
            turns: 0,
            consents: BTreeMap::new(),
            waiting: VecDeque::new(),
            asked: BTreeSet::new(),
            answers: channel(),
            told: BTreeMap::new(),
            skipped: 0,
            failed: 0,
            logged: None,
        }
    }

    /// Ends them: what was being said, waits or comes back later is dropped.
    pub(super) fn end(&mut self, peer: PeerId) {
        self.consents.remove(&peer);
        self.waiting.retain(|(spoken, _)| spoken.peer != peer);
    }

    fn of_room(&self, room: RoomId) -> Vec<PeerId> {
        self.consents.keys().filter(|peer| room_of(**peer) == room).copied().collect()
    }

    /// Takes a packet that was passed on. True: the utterance is as long as it may be.
    fn take(&mut self, peer: PeerId, number: u64, time: u32, opus: Arc<[u8]>, at: Timestamp) -> bool {
        let Some(consent) = self.consents.get_mut(&peer).filter(|consent| consent.is_told) else { return false };
        if consent.utterance.is_empty() {
            consent.began = at;
            consent.readers = consent.present.clone();
        }
        consent.utterance.add(number, time, opus)
    }

    /// Takes what was said until now, with those who might hear it; none: nothing, or nobody.
    fn cut(&mut self, peer: PeerId) -> Option<(Spoken, Utterance)> {
        let consent = self.consents.get_mut(&peer)?;
        let (utterance, readers) = (std::mem::take(&mut consent.utterance), std::mem::take(&mut consent.readers));
        let spoken = Spoken { peer, turn: consent.turn, lang: consent.lang, began: consent.began, readers };
        (!utterance.is_empty() && !spoken.readers.is_empty()).then_some((spoken, utterance))
    }

    /// Lets it wait; gives it back where too much waits already.
    fn queue(&mut self, spoken: Spoken, utterance: Utterance) -> Result<(), Spoken> {
        let of_one = self.waiting.iter().filter(|(waiting, _)| waiting.peer == spoken.peer).count();
        if of_one >= MOST_WAITING_OF_ONE || self.waiting.len() >= MOST_WAITING {
            self.skipped += 1;
            return Err(spoken);
        }
        self.waiting.push_back((spoken, utterance));
        self.ask();
        Ok(())
    }

    /// Sends what may be sent: each speaker's one after the other.
    fn ask(&mut self) {
        while self.asked.len() < MOST_ASKED {
            let Some(next) = self.waiting.iter().position(|(spoken, _)| !self.asked.contains(&spoken.peer)) else { return };
            let Some((spoken, utterance)) = self.waiting.remove(next) else { return };
            self.asked.insert(spoken.peer);
            let (speech, answer, peer) = (self.speech.clone(), self.answers.0.clone(), spoken.peer);
            let ask = move || {
                let text = speech.text(&utterance.ogg(), spoken.lang);
                // The thread of voices may have ended.
                let _ = answer.send(Answer { spoken, text });
            };
            if let Err(fault) = std::thread::Builder::new().name("caption".into()).spawn(ask) {
                tracing::warn!(%fault, "A caption could not be asked for");
                self.asked.remove(&peer);
            }
        }
    }

    /// The next answer to somebody who still wants captions.
    fn answered(&mut self) -> Option<Answer> {
        while let Ok(answer) = self.answers.1.try_recv() {
            self.asked.remove(&answer.spoken.peer);
            self.ask();
            if self.consents.get(&answer.spoken.peer).is_some_and(|consent| consent.turn == answer.spoken.turn) {
                return Some(answer);
            }
        }
        None
    }

    /// Tells the log once in a while; never what was said.
    fn log(&mut self, fault: Option<&SpeechError>) {
        let at = now();
        if self.logged.is_some_and(|logged| at.saturating_duration_since(logged) < TELL_EVERY) {
            return;
        }
        let fault = fault.map(ToString::to_string);
        tracing::warn!(skipped = self.skipped, failed = self.failed, fault, "Captions are missing");
        (self.skipped, self.failed, self.logged) = (0, 0, Some(at));
    }
}

/// Those of `members` who have each of these speakers on their list, by slot.
pub(super) type Hearing = BTreeMap<PeerId, BTreeSet<u16>>;

impl Work {
    /// Switches the captions of a seat's voice on (with the language that it speaks) or off.
    pub(super) fn set_captions(&mut self, hosted: &Hosted, seat: &Arc<Seat>, mine: Option<Lang>, lang: Lang) {
        let peer = peer_of(self.room_of(hosted), seat.slot);
        let is_member = self.members.get(&peer).is_some_and(|member| Arc::ptr_eq(&member.seat, seat));
        let Some(captions) = self.captions.as_mut().filter(|_| is_member) else {
            if mine.is_some() {
                seat.say(&Tell::notice(&CAPTIONS_OFF.problem(), lang));
            }
            return;
        };
        match mine {
            None => {
                captions.end(peer);
                self.sfu.copy(peer, false);
            }
            Some(lang) => {
                captions.turns += 1;
                let turn = captions.turns;
                let consent = captions.consents.entry(peer).or_insert_with(|| Consent {
                    turn,
                    lang,
                    is_told: false,
                    present: Readers::new(),
                    utterance: Utterance::default(),
                    began: Timestamp(0),
                    readers: Readers::new(),
                });
                consent.lang = lang;
            }
        }
    }

    /// Tells everybody in a space for whom captions are on, if that is new to them; from then on their packets are taken.
    pub(super) fn tell_captions(&mut self, id: RoomId) {
        let (Some(captions), Some(room)) = (self.captions.as_mut(), self.rooms.get(&id)) else { return };
        let peers = captions.of_room(id);
        if peers.is_empty() && !captions.told.contains_key(&id) {
            return;
        }
        let on: Vec<u16> = peers.iter().map(|peer| slot_of(*peer)).collect();
        let before = captions.told.remove(&id).unwrap_or_default();
        let before: BTreeMap<*const Seat, &Vec<u16>> = before.iter().map(|(seat, on)| (seat.as_ptr(), on)).collect();
        let mut told = vec![];
        for (seat, on) in room.hosted.shown(&on) {
            let known = before.get(&Arc::as_ptr(&seat)).map_or(&[][..], |on| on.as_slice());
            if known != on.as_slice() {
                seat.say(&Tell::Captions { on: on.clone() });
            }
            told.push((Arc::downgrade(&seat), on));
        }
        if !peers.is_empty() {
            captions.told.insert(id, told);
        }
        for peer in peers {
            if let Some(consent) = captions.consents.get_mut(&peer) {
                consent.is_told = true;
            }
            self.sfu.copy(peer, true);
        }
    }

    /// Looks who might hear those who have captions: with voice, whoever's list they are on; without, who stands near.
    pub(super) fn look_for_readers(&mut self, id: RoomId, hearing: &Hearing) {
        let (Some(captions), Some(room)) = (self.captions.as_mut(), self.rooms.get(&id)) else { return };
        let is_near_mode = room.hosted.space.file.voice == VoiceMode::Near;
        for peer in captions.of_room(id) {
            let Some(speaker) = self.members.get(&peer) else { continue };
            let mut present = Readers::new();
            for (seat, place, distance) in room.hosted.around(&speaker.seat) {
                let listener = self.members.get(&peer_of(id, seat.slot)).filter(|member| Arc::ptr_eq(&member.seat, &seat));
                let may_hear = if listener.is_some() {
                    hearing.get(&peer).is_some_and(|listeners| listeners.contains(&seat.slot))
                } else {
                    is_on_stage(&room.hosted, &speaker.seat, place) || (is_near_mode && distance <= EARSHOT_M)
                };
                if may_hear && (seat.is_adult() || !captions.keeps_young_out) {
                    present.insert(seat.slot, Arc::downgrade(&seat));
                }
            }
            let Some(consent) = captions.consents.get_mut(&peer) else { continue };
            consent.readers.retain(|slot, seat| present.get(slot).is_some_and(|now| now.ptr_eq(seat)));
            consent.present = present;
        }
    }

    /// A packet of somebody who has captions was passed on.
    pub(super) fn copied(&mut self, peer: PeerId, number: u64, time: u32, opus: Arc<[u8]>) {
        let at = self.clock.now();
        if self.captions.as_mut().is_some_and(|captions| captions.take(peer, number, time, opus, at)) {
            self.end_utterance(peer);
        }
    }

    /// Somebody fell silent, or has spoken for long: what they said goes to the speech server, unless they may not speak any more.
    pub(super) fn end_utterance(&mut self, peer: PeerId) {
        let (Some(captions), Some(member)) = (self.captions.as_mut(), self.members.get(&peer)) else { return };
        let Some((spoken, utterance)) = captions.cut(peer) else { return };
        if member.seat.require_voice(self.clock.now()).is_err() {
            return;
        }
        if let Err(spoken) = captions.queue(spoken, utterance) {
            captions.log(None);
            self.tell_readers(&spoken, |seat| missed(seat, &spoken, Missed::Behind));
        }
    }

    /// Shows what came back.
    pub(super) fn show_captions(&mut self) {
        while let Some(Answer { spoken, text }) = self.captions.as_mut().and_then(Captions::answered) {
            match text {
                Ok(text) if text.is_empty() => {}
                Ok(text) => self.tell_readers(&spoken, |seat| Tell::Caption {
                    slot: seat.slot,
                    who: Arc::clone(&seat.guest.who),
                    text,
                    at: spoken.began,
                    lang: speech::code(spoken.lang),
                }),
                Err(fault) => {
                    if let Some(captions) = self.captions.as_mut() {
                        captions.failed += 1;
                        captions.log(Some(&fault));
                    }
                    self.tell_readers(&spoken, |seat| missed(seat, &spoken, Missed::Failed));
                }
            }
        }
    }

    fn tell_readers(&self, spoken: &Spoken, tell: impl FnOnce(&Seat) -> Tell) {
        let Some(member) = self.members.get(&spoken.peer) else { return };
        let Some(room) = self.rooms.get(&member.room) else { return };
        let is_reader = |seat: &Arc<Seat>| spoken.readers.get(&seat.slot).is_some_and(|known| same(seat, known));
        room.hosted.caption(&member.seat, self.clock.now(), is_reader, &tell(&member.seat));
    }
}

fn missed(seat: &Seat, spoken: &Spoken, why: Missed) -> Tell {
    Tell::CaptionMissed { slot: seat.slot, who: Arc::clone(&seat.guest.who), at: spoken.began, why }
}

impl super::Unit {
    /// Who runs the speech server, if there is one.
    pub(crate) fn operator(&self) -> Option<Text> {
        self.operator.clone()
    }
}
