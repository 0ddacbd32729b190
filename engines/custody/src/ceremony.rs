//! Making a key that no one holds alone, and handing it over to another committee.
//!
//! A [`Ceremony`] is the public side: it takes signed messages in any order within a stage, judges each, names who
//! cheated, and ends with the same [`KeySet`] for everybody who saw the same messages. Where they are published and
//! when a stage is over is the caller's affair: an append-only log, and an announced time. A [`Participant`] is the
//! secret side of one member.
//!
//! | stage | message | who | judged by |
//! | --- | --- | --- | --- |
//! | `Dealing` | commitments Cₖ = aₖG + bₖH, a sealed pair (f(j), f′(j)) for each j | dealers | form, proof of the one-time key |
//! | `Complaining` | Diffie–Hellman point of one box, proof | recipients | opening that box |
//! | `Opening` | Aₖ = aₖG, proof that Cₖ holds the same aₖ | qualified dealers | the proof |
//! | `Revealing` | (f(j), f′(j)) of dealers who did not open | recipients | Pedersen's check |
//!
//! Who is qualified is settled before any Aₖ is seen, and one who then falls silent is opened by the others: so nobody
//! can choose the key by leaving (Gennaro, Jarecki, Krawczyk, Rabin 1999/2007). A handover needs the first two stages
//! only: each old member deals its own share without blinds, and C₀ must be the public counterpart of that share.

mod fault;
pub(crate) mod message;
mod participant;

use std::collections::{BTreeMap, BTreeSet};

use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT as G, ristretto::RistrettoPoint, scalar::Scalar};

use self::message::{Complaint, Dealing, Opening, Reveal};
pub use self::{
    fault::{Fault, Misdeed, Role, Stage},
    participant::Participant,
};
use crate::{
    Committee, CustodyError, KeySet,
    envelope::{Envelope, Kind},
    group::{interpolate, weighted, weights},
    transcript::Transcript,
};

/// What a dealer has said in round 1: the digest of its first words, and the dealing if it is sound.
type Dealt = ([u8; 32], Option<Dealing>);

/// The public side of a key generation or a handover: the same for members, auditors and citizens.
pub struct Ceremony {
    id: [u8; 32],
    /// The key that is handed over, or nothing when a new one is made.
    old: Option<KeySet>,
    committee: Committee,
    stage: Stage,
    dealt: BTreeMap<u8, Dealt>,
    openings: BTreeMap<u8, Vec<RistrettoPoint>>,
    revealed: BTreeMap<u8, BTreeMap<u8, Scalar>>,
    heard: BTreeSet<[u8; 32]>,
    faults: BTreeSet<Fault>,
    key_set: Option<KeySet>,
}

impl Ceremony {
    /// A new key for a committee; all its members deal.
    pub fn generate(committee: Committee) -> Self {
        let id = Transcript::new("generate").bytes("committee", &committee.encode()).digest("id");
        Self::begin(id, None, committee)
    }

    /// The same key for another committee (or the same one, refreshed): the old members deal their shares.
    ///
    /// The new shares are useless together with the old ones; old shares have to be destroyed.
    pub fn hand_over(old: KeySet, committee: Committee) -> Result<Self, CustodyError> {
        if *old.committee() == committee {
            return Err(CustodyError::parameter("committee", "a handover to the same members takes a new name"));
        }
        let id = Transcript::new("hand-over").bytes("old", &old.encode()).bytes("committee", &committee.encode()).digest("id");
        Ok(Self::begin(id, Some(old), committee))
    }

    const fn begin(id: [u8; 32], old: Option<KeySet>, committee: Committee) -> Self {
        Self {
            id,
            old,
            committee,
            stage: Stage::Dealing,
            dealt: BTreeMap::new(),
            openings: BTreeMap::new(),
            revealed: BTreeMap::new(),
            heard: BTreeSet::new(),
            faults: BTreeSet::new(),
            key_set: None,
        }
    }

    /// Names the ceremony: its messages fit no other.
    pub const fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Who has provably cheated or was missing, so far.
    pub const fn faults(&self) -> &BTreeSet<Fault> {
        &self.faults
    }

    /// The public key set, when the ceremony is [`Stage::Done`].
    pub const fn key_set(&self) -> Option<&KeySet> {
        self.key_set.as_ref()
    }

    /// Dealers who are not disqualified so far.
    pub fn qualified(&self) -> Vec<u8> {
        self.sound().map(|(dealer, _)| dealer).collect()
    }

    /// Takes one message as it was published.
    ///
    /// An error leaves the ceremony as it was, except that [`CustodyError::Cheated`] is also kept among the faults.
    /// A refused message does no harm: anybody may write to a public place.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), CustodyError> {
        let envelope = Envelope::open(bytes)?;
        if envelope.context != self.id {
            return Err(CustodyError::Foreign);
        }
        let (senders, stage) = match envelope.kind {
            Kind::Dealing => (self.dealers(), Stage::Dealing),
            Kind::Complaint => (&self.committee, Stage::Complaining),
            Kind::Opening => (self.dealers(), Stage::Opening),
            Kind::Reveal => (&self.committee, Stage::Revealing),
            Kind::Release => return Err(CustodyError::Foreign),
        };
        envelope.check(senders.key(envelope.sender).ok_or(CustodyError::NotAMember)?)?;
        if self.stage != stage {
            return Err(CustodyError::OutOfStage { stage: self.stage });
        }
        if !self.heard.insert(envelope.digest()) {
            return Err(CustodyError::Duplicate);
        }
        match envelope.kind {
            Kind::Dealing => self.take_dealing(&envelope),
            Kind::Complaint => self.take_complaint(&envelope),
            Kind::Opening => self.take_opening(&envelope),
            Kind::Reveal | Kind::Release => self.take_reveal(&envelope),
        }
    }

    /// Ends the stage: whoever has not spoken will not be heard. Returns the stage that follows.
    ///
    /// [`CustodyError::TooFew`] when so many are missing or disqualified that the ceremony has failed for good;
    /// a new one, with a new name and without those named in [`Self::faults`], is the way on.
    pub fn close(&mut self) -> Result<Stage, CustodyError> {
        let next = self.next();
        self.stage = *next.as_ref().unwrap_or(&Stage::Failed);
        next
    }

    fn next(&mut self) -> Result<Stage, CustodyError> {
        match self.stage {
            Stage::Dealing => {
                let silent: Vec<u8> = self.dealers().places().filter(|place| !self.dealt.contains_key(place)).collect();
                for place in silent {
                    self.note(place, Role::Dealer, Misdeed::NoDealing);
                }
                self.enough_dealers().map(|()| Stage::Complaining)
            }
            Stage::Complaining => {
                self.enough_dealers()?;
                let Some(old) = &self.old else { return Ok(Stage::Opening) };
                self.key_set = Some(self.handed_over(old)?);
                Ok(Stage::Done)
            }
            Stage::Opening => {
                let silent = self.unopened();
                if silent.is_empty() {
                    self.key_set = Some(self.generated()?);
                    return Ok(Stage::Done);
                }
                for place in silent {
                    self.note(place, Role::Dealer, Misdeed::NotOpened);
                }
                Ok(Stage::Revealing)
            }
            Stage::Revealing => {
                for dealer in self.unopened() {
                    let plain = self.reconstructed(dealer)?;
                    self.openings.insert(dealer, plain);
                }
                self.key_set = Some(self.generated()?);
                Ok(Stage::Done)
            }
            Stage::Done | Stage::Failed => Err(CustodyError::OutOfStage { stage: self.stage }),
        }
    }

    fn take_dealing(&mut self, envelope: &Envelope<'_>) -> Result<(), CustodyError> {
        let dealer = envelope.sender;
        if let Some((_, dealing)) = self.dealt.get_mut(&dealer) {
            *dealing = None;
            return self.blame(dealer, Role::Dealer, Misdeed::TwoDealings);
        }
        let dealing = Dealing::decode(&self.id, dealer, self.committee.needed(), self.committee.members().len(), envelope.body)
            .ok()
            .filter(|dealing| self.deals_own_share(dealer, dealing));
        let is_sound = dealing.is_some();
        self.dealt.insert(dealer, (envelope.digest(), dealing));
        if is_sound { Ok(()) } else { self.blame(dealer, Role::Dealer, Misdeed::BadDealing) }
    }

    /// In a handover the constant term is committed to by the old key set; a new key has free ones.
    fn deals_own_share(&self, dealer: u8, dealing: &Dealing) -> bool {
        self.old.as_ref().is_none_or(|old| dealing.commitments.first() == Some(&old.share_key(dealer)))
    }

    fn take_complaint(&mut self, envelope: &Envelope<'_>) -> Result<(), CustodyError> {
        let place = envelope.sender;
        let Ok(complaint) = Complaint::decode(envelope.body) else {
            return self.blame(place, Role::Recipient, Misdeed::BadComplaint);
        };
        let (Some(recipient), Some((_, dealt))) = (self.committee.key(place), self.dealt.get(&complaint.dealer)) else {
            return self.blame(place, Role::Recipient, Misdeed::BadComplaint);
        };
        // Of a dealer who is out already there is nothing more to say, and nothing wrong in saying it.
        let Some(dealing) = dealt else { return Err(CustodyError::Duplicate) };
        let claim = Complaint::claim(&self.id, complaint.dealer, recipient, &dealing.once, &complaint.shared);
        if !claim.holds(&complaint.proof) {
            return self.blame(place, Role::Recipient, Misdeed::BadComplaint);
        }
        let pair = dealing.pair(&self.id, complaint.dealer, place, recipient, &complaint.shared);
        if pair.is_some_and(|pair| pair.fits(&dealing.commitments, place, self.old.is_none())) {
            return self.blame(place, Role::Recipient, Misdeed::FalseComplaint);
        }
        self.note(complaint.dealer, Role::Dealer, Misdeed::BadShare);
        Ok(())
    }

    fn take_opening(&mut self, envelope: &Envelope<'_>) -> Result<(), CustodyError> {
        let dealer = envelope.sender;
        let Some((_, dealing)) = self.sound().find(|(place, _)| *place == dealer) else {
            return Err(CustodyError::NotAMember);
        };
        let opened = Opening::decode(self.committee.needed(), envelope.body)
            .ok()
            .filter(|opening| Opening::claim(&self.id, dealer, &dealing.commitments, &opening.plain).holds(&opening.proof));
        let Some(opening) = opened else {
            return self.blame(dealer, Role::Dealer, Misdeed::BadOpening);
        };
        self.openings.insert(dealer, opening.plain);
        Ok(())
    }

    fn take_reveal(&mut self, envelope: &Envelope<'_>) -> Result<(), CustodyError> {
        let place = envelope.sender;
        let Ok(reveal) = Reveal::decode(envelope.body) else {
            return self.blame(place, Role::Recipient, Misdeed::BadReveal);
        };
        if self.openings.contains_key(&reveal.dealer) {
            return self.blame(place, Role::Recipient, Misdeed::BadReveal);
        }
        let fits = self.sound().any(|(dealer, dealing)| dealer == reveal.dealer && reveal.pair.fits(&dealing.commitments, place, true));
        if !fits {
            return self.blame(place, Role::Recipient, Misdeed::BadReveal);
        }
        self.revealed.entry(reveal.dealer).or_default().insert(place, reveal.pair.share);
        Ok(())
    }

    fn dealers(&self) -> &Committee {
        self.old.as_ref().map_or(&self.committee, KeySet::committee)
    }

    /// Dealings of the dealers who are still qualified.
    fn sound(&self) -> impl Iterator<Item = (u8, &Dealing)> {
        let is_out = |place: u8| self.faults.contains(&Fault { place, role: Role::Dealer, misdeed: Misdeed::BadShare });
        self.dealt.iter().filter_map(|(place, (_, dealing))| Some((*place, dealing.as_ref()?))).filter(move |(place, _)| !is_out(*place))
    }

    fn enough_dealers(&self) -> Result<(), CustodyError> {
        let (have, need) = (self.sound().count(), self.dealers().needed());
        if have >= need { Ok(()) } else { Err(CustodyError::TooFew { have, need, cheaters: self.blamed(Role::Dealer) }) }
    }

    fn unopened(&self) -> Vec<u8> {
        self.sound().map(|(dealer, _)| dealer).filter(|dealer| !self.openings.contains_key(dealer)).collect()
    }

    /// The commitments of a dealer who left, from what the others were dealt.
    fn reconstructed(&self, dealer: u8) -> Result<Vec<RistrettoPoint>, CustodyError> {
        let need = self.committee.needed();
        let shares: Vec<(u8, Scalar)> =
            self.revealed.get(&dealer).into_iter().flatten().map(|(place, share)| (*place, *share)).take(need).collect();
        if shares.len() < need {
            return Err(CustodyError::TooFew { have: shares.len(), need, cheaters: self.blamed(Role::Recipient) });
        }
        Ok(interpolate(&shares).iter().map(|coefficient| G * coefficient).collect())
    }

    fn generated(&self) -> Result<KeySet, CustodyError> {
        let opened: Vec<&Vec<RistrettoPoint>> = self.openings.values().collect();
        let sum = |at: usize| opened.iter().filter_map(|plain| plain.get(at)).sum();
        KeySet::new(self.committee.clone(), (0..self.committee.needed()).map(sum).collect())
    }

    fn handed_over(&self, old: &KeySet) -> Result<KeySet, CustodyError> {
        let heirs = self.handing_over();
        let sum = |at: usize| {
            let (weights, points): (Vec<Scalar>, Vec<RistrettoPoint>) =
                heirs.iter().filter_map(|(_, weight, dealing)| Some((*weight, *dealing.commitments.get(at)?))).unzip();
            weighted(&weights, &points)
        };
        let set = KeySet::new(self.committee.clone(), (0..self.committee.needed()).map(sum).collect())?;
        if set.public_key() == old.public_key() { Ok(set) } else { Err(CustodyError::WrongShare) }
    }

    /// In a handover: the first t qualified dealers, and what each counts.
    fn handing_over(&self) -> Vec<(u8, Scalar, &Dealing)> {
        let chosen: Vec<(u8, &Dealing)> = self.sound().take(self.dealers().needed()).collect();
        let places: Vec<u8> = chosen.iter().map(|(place, _)| *place).collect();
        chosen.into_iter().zip(weights(&places)).map(|((place, dealing), weight)| (place, weight, dealing)).collect()
    }

    fn blamed(&self, role: Role) -> Vec<u8> {
        let places: BTreeSet<u8> = self.faults.iter().filter(|fault| fault.role == role).map(|fault| fault.place).collect();
        places.into_iter().collect()
    }

    fn note(&mut self, place: u8, role: Role, misdeed: Misdeed) {
        self.faults.insert(Fault { place, role, misdeed });
    }

    fn blame(&mut self, place: u8, role: Role, misdeed: Misdeed) -> Result<(), CustodyError> {
        self.note(place, role, misdeed);
        Err(CustodyError::Cheated(Fault { place, role, misdeed }))
    }
}

impl std::fmt::Debug for Ceremony {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ceremony").field("stage", &self.stage).field("faults", &self.faults).finish_non_exhaustive()
    }
}
