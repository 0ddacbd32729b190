//! Who sees whom, and each client's frames.
//!
//! A client is shown at most 256 others, the nearest of those within 64 m (once shown, within 80 m). The nearest 16 as they stand in that tick are
//! sent each tick, and of the next 16 those within 1.75 m; the others of the nearest 64 each fourth tick in turn by slot, the next 192 in turn:
//! those first of whom it has not heard for longest. Who has not moved since is left out until it is due. Who was shown and is no longer is named
//! once, so that a client keeps no ghosts.

use super::{
    NOBODY, Space, SpaceError,
    crowd::Crowd,
    grid::{CELL_M, Grid},
    seat::Seat,
};
use crate::{
    ground::Place,
    number,
    wire::{HANDS_RECORD_BYTES, KIND_2, POSE_RECORD_BYTES, StateFrame, centimetres_from_metres, gone_bytes, height_from_metres},
};

/// How many are near, and how many near or in the middle, and how many are shown in all.
const NEAR: usize = 16;
const MIDDLE: usize = 64;
const SHOWN: usize = 256;
/// In a tight crowd the sixteen nearest are others a moment later: so many are sent as often as they, where the bytes below allow, if they stand
/// no farther than this (square of metres).
const CLOSE: usize = 32;
const CLOSE_SQUARE: f32 = 1.75 * 1.75;
const CLOSE_BYTES: usize = 310;
/// Squares of the distances at which others come into view and go out of it.
const IN_SQUARE: f32 = 64.0 * 64.0;
const OUT_SQUARE: f32 = 80.0 * 80.0;
/// Cells of the grid that reach so far.
const MOST_REACH: usize = 20;
/// So many in a square of cells promise that the circle in it holds all that are shown.
const PROMISING: usize = SHOWN * 3 / 2;
/// A view is looked at anew each so many ticks.
const LOOK_TICKS: u32 = 4;
/// Who is near or in the middle is due after so many ticks without a word; who is far, after so many. Both leave room to wait for a turn.
const DUE_NEAR: u8 = 40;
const DUE_FAR: u8 = 28;
/// Who comes into view waits in the turn of the far as if last heard of so long ago: after those who wait for longer.
const HEAD_START: u8 = 20;
/// Records of the far in a tick, where the bytes below allow, and in any case.
const MOST_FAR: usize = 10;
const LEAST_FAR: usize = 6;
/// Who is no longer in view: so many are named in a tick, where the bytes below allow, and in any case.
const MOST_GONE: usize = 10;
const LEAST_GONE: usize = 2;
/// So many wait to be named. Of more a client that is sent no frames would be told too late anyway: it forgets them by itself.
const GONE_WAITING: usize = 256;
/// Bytes of a tick up to which the far and the gone are sent freely.
const FREE_BYTES: usize = 650;
/// Hands are sent when they moved, and each so many ticks.
const HANDS_TICKS: u32 = 20;

/// Somebody in a view.
#[derive(Debug, Clone, Copy)]
struct Seen {
    slot: u16,
    /// Tick of the last record that was sent, its low byte: nobody is left unheard for longer than that tells.
    heard: u8,
    /// No record was sent yet.
    is_new: bool,
}

/// Whom a client is shown: the near, then the middle, then the far.
#[derive(Debug, Default)]
pub(super) struct View {
    seen: Vec<Seen>,
    /// Slots that were shown and are no longer, and were not yet named so; the first waited longest.
    gone: Vec<u16>,
    near: usize,
    middle: usize,
    /// Cells that it took to find them.
    reach: usize,
    is_fresh: bool,
    /// Whether the last crowd frame said that someone is not shown.
    pub(super) had_crowd: bool,
}

/// Memory that all views share while they are made, and the crowd of the tick.
#[derive(Debug, Default)]
pub(super) struct Sight {
    stamp: u32,
    /// By slot: in which making it was seen before, and where in the old view.
    was: Vec<(u32, Option<Seen>)>,
    /// Square of the distance, then the slot.
    keys: Vec<u64>,
    /// The view as it was.
    before: Vec<Seen>,
    picks: Vec<(u8, usize)>,
    /// The near and the middle of the frame that is made, by how far they are now.
    ranked: Vec<(u64, Seen)>,
    pub(super) crowd: Crowd,
}

/// Whose view it is.
struct Eye<'a> {
    slot: u16,
    place: Place,
    blocked: &'a [u16],
}

/// How the bytes of [`Space::frame`] part into frames: each is a message of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// Bytes of the state frame.
    pub state: usize,
    /// Bytes of the hands frame after it; 0: there is none.
    pub hands: usize,
    /// Bytes of the crowd frame after that; 0: there is none.
    pub crowd: usize,
}

impl Parts {
    /// The frames in what was appended.
    pub fn messages<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let ends = [0, self.state, self.state + self.hands, self.state + self.hands + self.crowd];
        let [a, b, c, d] = ends;
        [a..b, b..c, c..d].into_iter().filter_map(|range| bytes.get(range)).filter(|message| !message.is_empty())
    }
}

impl View {
    /// Takes somebody out at once, without a word.
    pub(super) fn forget(&mut self, slot: u16) {
        self.gone.retain(|gone| *gone != slot);
        if let Some(index) = self.seen.iter().position(|seen| seen.slot == slot) {
            self.seen.remove(index);
            self.near -= usize::from(index < self.near);
            self.middle -= usize::from(index < self.middle);
        }
    }

    /// Brings those to the front who are the nearest now, and the next behind them: a view is older than their last steps. `ranked` holds their
    /// keys in that order then; nothing if there are no more than the near.
    fn rank(&mut self, places: &[Place], eye: Place, ranked: &mut Vec<(u64, Seen)>) {
        ranked.clear();
        let Some(seen) = self.seen.get_mut(..self.middle).filter(|seen| seen.len() > NEAR) else { return };
        ranked.extend(seen.iter().map(|seen| {
            let place = places.get(usize::from(seen.slot)).copied().unwrap_or(eye);
            (key(number::single(place.x - eye.x), number::single(place.z - eye.z), seen.slot), *seen)
        }));
        for count in [CLOSE, NEAR] {
            let within = ranked.len().min(if count == NEAR { CLOSE } else { MIDDLE });
            if let Some(ranked) = ranked.get_mut(..within).filter(|ranked| ranked.len() > count) {
                ranked.select_nth_unstable_by_key(count - 1, |(key, _)| *key);
            }
        }
        for (seen, (_, ranked)) in seen.iter_mut().zip(ranked) {
            *seen = *ranked;
        }
    }

    /// Slots that are shown.
    pub(super) fn slots(&self) -> impl Iterator<Item = u16> {
        self.seen.iter().map(|seen| seen.slot)
    }
}

impl Sight {
    pub(super) fn forget_crowd(&mut self) {
        self.crowd.forget();
    }

    /// Makes a view anew: the nearest, with what is known of when they were heard.
    fn refresh(&mut self, view: &mut View, grid: &Grid, eye: &Eye<'_>, tick: u32) {
        self.stamp = self.stamp.wrapping_add(1).max(1);
        for seen in &view.seen {
            if let Some(was) = self.was.get_mut(usize::from(seen.slot)) {
                *was = (self.stamp, Some(*seen));
            }
        }
        let cell = grid.cell(eye.place.x, eye.place.z);
        let mut reach = view.reach.saturating_sub(1).max(1);
        while reach < MOST_REACH && grid.count(cell, reach) < PROMISING {
            reach += 1;
        }
        loop {
            self.gather(grid, cell, reach, eye);
            let covered = number::single(number::length(reach) * CELL_M);
            if self.keys.len() > SHOWN {
                let (_, last, _) = self.keys.select_nth_unstable(SHOWN - 1);
                let is_covered = distance_square(*last) <= covered * covered;
                if is_covered || reach >= MOST_REACH {
                    self.keys.truncate(SHOWN);
                    break;
                }
            } else if reach >= MOST_REACH {
                break;
            }
            reach += 1;
        }
        for tier in [MIDDLE, NEAR] {
            let within = self.keys.len().min(if tier == NEAR { MIDDLE } else { SHOWN });
            if let Some(keys) = self.keys.get_mut(..within).filter(|keys| keys.len() > tier) {
                keys.select_nth_unstable(tier - 1);
            }
        }
        self.before.clear();
        std::mem::swap(&mut self.before, &mut view.seen);
        for key in &self.keys {
            let slot = slot_of(*key);
            // Whom the new view holds is taken out of what was; who is left there has gone.
            let was = self.was.get_mut(usize::from(slot)).map(|was| std::mem::replace(was, (self.stamp, None)));
            let known = was.filter(|(stamp, _)| *stamp == self.stamp).and_then(|(_, seen)| seen);
            view.seen.push(known.unwrap_or(Seen { slot, heard: low(tick).wrapping_sub(HEAD_START), is_new: true }));
        }
        view.gone.retain(|slot| self.was.get(usize::from(*slot)).is_none_or(|(stamp, _)| *stamp != self.stamp));
        for seen in self.before.iter().filter(|seen| !seen.is_new) {
            if self.was.get(usize::from(seen.slot)).is_some_and(|(_, left)| left.is_some()) {
                view.gone.push(seen.slot);
            }
        }
        view.gone.drain(..view.gone.len().saturating_sub(GONE_WAITING));
        (view.near, view.middle) = (view.seen.len().min(NEAR), view.seen.len().min(MIDDLE));
        (view.reach, view.is_fresh) = (reach, true);
    }

    /// Keys of all in a square of cells who may be shown.
    fn gather(&mut self, grid: &Grid, cell: (usize, usize), reach: usize, eye: &Eye<'_>) {
        self.keys.clear();
        let (x, z) = (number::single(eye.place.x), number::single(eye.place.z));
        for mark in grid.square(cell, reach).flatten() {
            let key = key(mark.x - x, mark.z - z, mark.slot);
            let square = distance_square(key);
            let is_in_view = square <= IN_SQUARE
                || (square <= OUT_SQUARE && self.was.get(usize::from(mark.slot)).is_some_and(|(stamp, _)| *stamp == self.stamp));
            if is_in_view && mark.slot != eye.slot && (eye.blocked.is_empty() || !eye.blocked.contains(&mark.slot)) {
                self.keys.push(key);
            }
        }
    }
}

/// Low byte of a tick.
fn low(tick: u32) -> u8 {
    let [low, ..] = tick.to_le_bytes();
    low
}

/// Who is so far to the east and south, to be sorted by the square of the distance: bits of a positive float sort as the float does.
fn key(x: f32, z: f32, slot: u16) -> u64 {
    u64::from((x * x + z * z).to_bits()) << 32 | u64::from(slot)
}

/// The slot in a key: its low half holds nothing else.
fn slot_of(key: u64) -> u16 {
    u16::try_from(key & 0xffff).unwrap_or(u16::MAX)
}

/// Square of the distance in a key.
fn distance_square(key: u64) -> f32 {
    f32::from_bits(u32::try_from(key >> 32).unwrap_or(u32::MAX))
}

impl Space {
    /// Looks anew for a quarter of all views, and for those of who just came.
    pub(super) fn look(&mut self) {
        self.sight.was.resize(self.seats.len(), (0, None));
        for (((slot, seat), place), view) in (0_u16..).zip(&self.seats).zip(&self.places).zip(&mut self.views) {
            let Some(seat) = seat else { continue };
            if !view.is_fresh || self.tick.wrapping_add(u32::from(slot)).is_multiple_of(LOOK_TICKS) {
                let eye = Eye { slot, place: *place, blocked: &seat.blocked };
                self.sight.refresh(view, &self.grid, &eye, self.tick);
            }
        }
    }

    /// Appends a client's frames of this tick: its state, then hands of near ones who have them, then once a second the crowd that it is not shown.
    /// To be called at most once a tick and only if the frames will be sent: what they say counts as heard.
    ///
    /// # Errors
    /// Nobody has the slot.
    pub fn frame(&mut self, slot: u16, out: &mut Vec<u8>) -> Result<Parts, SpaceError> {
        let index = usize::from(slot);
        let (Some(Some(seat)), Some(place), Some(view)) = (self.seats.get(index), self.places.get(index), self.views.get_mut(index)) else {
            return Err(SpaceError::NoSlot(slot));
        };
        let begin = out.len();
        let state = StateFrame {
            tick: self.tick,
            ack: seat.input.seq,
            x: centimetres_from_metres(place.x),
            z: centimetres_from_metres(place.z),
            y: height_from_metres(self.ground.height(*place)),
            flags: seat.flags,
            records: Vec::new(),
            gone: Vec::new(),
        };
        state.encode_head(out);
        let mut teller = Teller { tick: self.tick, seats: &self.seats, records: &self.records, changed: &self.changed, out };
        let ranked = &mut self.sight.ranked;
        view.rank(&self.places, *place, ranked);
        let (close, far) = view.seen.split_at_mut(view.middle);
        let turn = self.tick.wrapping_add(u32::from(slot));
        let mut hands = 0;
        for (number, seen) in close.iter_mut().enumerate() {
            let is_near = number < view.near;
            let has_room = || number < CLOSE && teller.out.len() - begin + hands * HANDS_RECORD_BYTES < CLOSE_BYTES;
            let stands_close = || ranked.get(number).is_some_and(|(key, _)| distance_square(*key) <= CLOSE_SQUARE);
            let is_close = is_near || (has_room() && stands_close());
            if (is_close || u32::from(seen.slot).wrapping_add(self.tick).is_multiple_of(4)) && teller.is_wanted(*seen, DUE_NEAR) {
                teller.tell(seen);
            }
            hands += usize::from(is_near && teller.hands(*seen, turn).is_some());
        }
        let bytes = teller.out.len() - begin + hands * HANDS_RECORD_BYTES;
        let most = (FREE_BYTES.saturating_sub(bytes) / POSE_RECORD_BYTES).clamp(LEAST_FAR, MOST_FAR);
        let picks = &mut self.sight.picks;
        picks.clear();
        picks.extend(
            far.iter().enumerate().filter(|(_, seen)| teller.is_wanted(**seen, DUE_FAR)).map(|(index, seen)| (teller.age(*seen), index)),
        );
        if picks.len() > most {
            picks.select_nth_unstable_by(most - 1, |a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            picks.truncate(most);
        }
        for (_, index) in picks {
            if let Some(seen) = far.get_mut(*index) {
                teller.tell(seen);
            }
        }
        let left = FREE_BYTES.saturating_sub(teller.out.len() - begin + hands * HANDS_RECORD_BYTES) / POSE_RECORD_BYTES;
        for slot in view.gone.drain(..view.gone.len().min(left.clamp(LEAST_GONE, MOST_GONE))) {
            teller.out.extend_from_slice(&gone_bytes(slot));
        }
        let mut parts = Parts { state: teller.out.len() - begin, ..Parts::default() };
        if hands > 0 {
            teller.out.push(KIND_2);
            for seen in close.iter().take(view.near) {
                if let Some(hands) = teller.hands(*seen, turn) {
                    teller.out.extend_from_slice(&seen.slot.to_le_bytes());
                    teller.out.extend_from_slice(&hands);
                }
            }
            parts.hands = 1 + hands * HANDS_RECORD_BYTES;
        }
        let before = out.len();
        self.tell_crowd(slot, out);
        parts.crowd = out.len() - before;
        Ok(parts)
    }
}

/// What a client's frame is made of.
struct Teller<'a> {
    tick: u32,
    seats: &'a [Option<Seat>],
    records: &'a [[u8; POSE_RECORD_BYTES]],
    changed: &'a [u32],
    out: &'a mut Vec<u8>,
}

impl Teller<'_> {
    /// Ticks since somebody was heard of.
    fn age(&self, seen: Seen) -> u8 {
        low(self.tick).wrapping_sub(seen.heard)
    }

    /// Whether a record has to be sent: never was, changed since, or due.
    fn is_wanted(&self, seen: Seen, due: u8) -> bool {
        let age = self.age(seen);
        seen.is_new
            || age >= due
            || self.changed.get(usize::from(seen.slot)).is_some_and(|changed| self.tick.wrapping_sub(*changed) < u32::from(age))
    }

    /// Sends the record, unless its owner left since the view was made.
    fn tell(&mut self, seen: &mut Seen) {
        (seen.heard, seen.is_new) = (low(self.tick), false);
        let index = usize::from(seen.slot);
        if let Some(record) = self.records.get(index).filter(|record| **record != NOBODY) {
            self.out.extend_from_slice(record);
        }
    }

    /// Hands that have to be sent: they moved in this tick, or it is this client's turn to have all.
    fn hands(&self, seen: Seen, turn: u32) -> Option<[u8; 18]> {
        let seat = self.seats.get(usize::from(seen.slot))?.as_ref()?;
        let hands = seat.shown_hands?;
        (seat.hands_changed == self.tick || turn.is_multiple_of(HANDS_TICKS)).then(|| hands.to_bytes())
    }
}
