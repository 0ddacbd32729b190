//! Which speakers a listener hears: of those who speak now, the loudest where the listener stands, at most one for each slot.
//!
//! Who has a slot keeps it against one who would be only a little louder, and in silence until another needs it: a listener's client places
//! each slot in space, and a voice that jumps between slots is heard as a click.

use crate::sfu::PeerId;

/// Who has a slot stays unless another is louder by so much, in decibels.
pub const HYSTERESIS_DB: f64 = 6.0;
/// A voice counts as at most so loud, in dBov (RFC 6464): its level is the client's own claim.
pub const LOUDEST_DB: f64 = -20.0;
/// On the stage one is heard before all others.
const STAGE_DB: f64 = 100.0;

/// Someone whom a listener may hear.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Audible {
    /// Who.
    pub speaker: PeerId,
    /// How far away, in metres.
    pub distance_m: f64,
    /// Speaks to all: distance does not count.
    pub is_on_stage: bool,
}

impl Audible {
    /// How loud a voice of `level_db` (dBov, 0 is the loudest) is here, in decibels: 6 less for each doubling of the distance beyond 1 m.
    pub fn loudness(&self, level_db: f64) -> f64 {
        let level = level_db.min(LOUDEST_DB);
        if self.is_on_stage { level + STAGE_DB } else { level - 20.0 * self.distance_m.max(1.0).log10() }
    }
}

/// Someone who wants a slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wish {
    /// Who.
    pub speaker: PeerId,
    /// Whether they speak now; who does not keeps a slot only while nobody needs it.
    pub is_speaking: bool,
    /// See [`Audible::loudness`].
    pub loudness: f64,
}

/// The slots from now on, of which the first `most` can be used. `now`: who has which; `wishes`: all who may be heard, each once. Who is not
/// among them loses a slot at once.
pub fn choose<const N: usize>(now: [Option<PeerId>; N], most: usize, wishes: &[Wish]) -> [Option<PeerId>; N] {
    let worth = |wish: &Wish| wish.loudness + if now.contains(&Some(wish.speaker)) { HYSTERESIS_DB } else { 0.0 };
    let mut speaking: Vec<&Wish> = wishes.iter().filter(|wish| wish.is_speaking).collect();
    speaking.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then(a.speaker.cmp(&b.speaker)));
    speaking.truncate(most.min(N));
    let is_chosen = |speaker: PeerId| speaking.iter().any(|wish| wish.speaker == speaker);
    let may_stay = |speaker: PeerId| wishes.iter().any(|wish| wish.speaker == speaker && (!wish.is_speaking || is_chosen(speaker)));
    let mut slots = now.map(|speaker| speaker.filter(|speaker| may_stay(*speaker)));
    for wish in &speaking {
        if slots.contains(&Some(wish.speaker)) {
            continue;
        }
        // An empty slot, or else one of somebody silent: there is one, for no more speak than there are slots.
        let is_free = |slot: &Option<PeerId>| slot.is_none_or(|speaker| !is_chosen(speaker));
        let usable = || slots.iter().take(most);
        let place = usable().position(Option::is_none).or_else(|| usable().position(is_free));
        if let Some(slot) = place.and_then(|place| slots.get_mut(place)) {
            *slot = Some(wish.speaker);
        }
    }
    slots
}
