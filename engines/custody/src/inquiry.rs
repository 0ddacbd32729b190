//! Opening one ciphertext, for one case, for one recipient.

use std::{collections::BTreeMap, fmt};

use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT as G, ristretto::RistrettoPoint};
use zeroize::Zeroizing;

use crate::{
    Ciphertext, CustodyError, HolderKey, KeySet, KeyShare, Label, PublicKey,
    ceremony::{Fault, Misdeed, Role},
    envelope::{Envelope, Kind, sign},
    group::{SecretScalar, weighted, weights},
    proof::Statement,
    transcript::Transcript,
    wire::{Reader, put_point, put_proof},
};

/// One ciphertext that custodians are asked to open in one case. It exists only for a ciphertext whose proof holds.
///
/// With a recipient, each release is sealed to it under a proof that anybody can check: the public sees that the
/// custodian did its part and for which case, and only the recipient can read. Without one (an election's tally) the
/// releases themselves are public, and so is what they open.
pub struct Inquiry {
    id: [u8; 32],
    keys: KeySet,
    ciphertext: Ciphertext,
    label: Label,
    recipient: Option<PublicKey>,
}

/// A custodian's part whose signature and proof are good; it comes only out of [`Inquiry::check`].
#[derive(Clone)]
pub struct Release {
    inquiry: [u8; 32],
    place: u8,
    /// u·xⱼ, or that plus the blind k·R.
    part: RistrettoPoint,
    /// kG, with a recipient.
    blind: Option<RistrettoPoint>,
}

/// A public account of an opening: what was in the ciphertext, and who sent false parts.
#[derive(Clone)]
pub struct Opened {
    /// What had been sealed; wiped when it goes.
    pub plain: Zeroizing<Vec<u8>>,
    /// Members who signed a part whose proof is false.
    pub faults: Vec<Fault>,
}

impl Inquiry {
    /// Checks the ciphertext against key and label (TDH2's test), and names the inquiry.
    ///
    /// `case` is 1 to 256 bytes that name the case in the public record, e.g. the id of the court's order.
    pub fn new(
        keys: KeySet,
        ciphertext: Ciphertext,
        label: Label,
        case: &[u8],
        recipient: Option<PublicKey>,
    ) -> Result<Self, CustodyError> {
        if !(1..=256).contains(&case.len()) {
            return Err(CustodyError::parameter("case", "its name has 1 to 256 bytes"));
        }
        if !ciphertext.is_for(&keys.public_key(), &label) {
            return Err(CustodyError::BadCiphertext);
        }
        let id = Transcript::new("inquiry")
            .bytes("keys", &keys.id())
            .bytes("ciphertext", &ciphertext.encode())
            .bytes("label", &label.encode())
            .bytes("case", case)
            .bytes("recipient", recipient.as_ref().map_or(&[], |key| key.as_bytes()))
            .digest("id");
        Ok(Self { id, keys, ciphertext, label, recipient })
    }

    /// Names ciphertext, label, case, recipient and key set together: what a custodian should show before it releases.
    pub const fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// The key set whose members are asked.
    pub const fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// One custodian's part, signed with its own key; `random` is 32 uniformly random bytes for this use alone.
    pub fn release(&self, share: &KeyShare, key: &HolderKey, random: &[u8; 32]) -> Result<Vec<u8>, CustodyError> {
        let place = share.place();
        let secret = share.of(&self.keys)?;
        if self.keys.committee().key(place) != Some(&key.public()) {
            return Err(CustodyError::WrongShare);
        }
        let own = self.ciphertext.u * secret;
        let mut body = Vec::new();
        if let Some(recipient) = &self.recipient {
            let drawn = Transcript::new("release").bytes("random", random).bytes("inquiry", &self.id);
            let hide = SecretScalar(drawn.bytes("share", secret.as_bytes()).scalar("hide"));
            let (blind, part) = (G * hide.0, own + recipient.point * hide.0);
            put_point(&mut body, &part);
            put_point(&mut body, &blind);
            let secrets = Zeroizing::new([*secret, hide.0]);
            put_proof(&mut body, &self.claim(place, &part, Some((&blind, recipient))).prove(&*secrets, random));
        } else {
            put_point(&mut body, &own);
            put_proof(&mut body, &self.claim(place, &own, None).prove(&[*secret], random));
        }
        Ok(sign(Kind::Release, &self.id, place, &body, key))
    }

    /// That `part` is made with the share that the key set commits the member to (Chaum and Pedersen).
    pub(crate) fn claim(&self, place: u8, part: &RistrettoPoint, hidden: Option<(&RistrettoPoint, &PublicKey)>) -> Statement {
        let context = Transcript::new("part").bytes("inquiry", &self.id).bytes("place", &[place]);
        let claim = Statement::new(context).row(self.keys.share_key(place), &[(0, G)]);
        match hidden {
            None => claim.row(*part, &[(0, self.ciphertext.u)]),
            Some((blind, recipient)) => claim.row(*part, &[(0, self.ciphertext.u), (1, recipient.point)]).row(*blind, &[(1, G)]),
        }
    }

    /// Judges one custodian's part. Anybody can, from public things alone.
    ///
    /// [`CustodyError::Cheated`] names a member whose signed part is false.
    pub fn check(&self, bytes: &[u8]) -> Result<Release, CustodyError> {
        let envelope = Envelope::open(bytes)?;
        if envelope.kind != Kind::Release || envelope.context != self.id {
            return Err(CustodyError::Foreign);
        }
        let place = envelope.sender;
        envelope.check(self.keys.committee().key(place).ok_or(CustodyError::NotAMember)?)?;
        self.judged(place, envelope.body).ok_or(CustodyError::Cheated(Fault { place, role: Role::Custodian, misdeed: Misdeed::BadRelease }))
    }

    fn judged(&self, place: u8, body: &[u8]) -> Option<Release> {
        let mut reader = Reader::new("release", body);
        let part = reader.point().ok()?;
        let blind = if self.recipient.is_some() { Some(reader.point().ok()?) } else { None };
        let proof = reader.proof(if blind.is_some() { 2 } else { 1 }).ok()?;
        reader.end().ok()?;
        let claim = self.claim(place, &part, blind.as_ref().zip(self.recipient.as_ref()));
        claim.holds(&proof).then_some(Release { inquiry: self.id, place, part, blind })
    }

    /// Opens the ciphertext from releases as they were published; `key` is the recipient's, if there is one.
    ///
    /// False, foreign and repeated releases are passed over. [`CustodyError::TooFew`] names the cheaters when the good
    /// ones do not reach the threshold. The secret key itself is not computed here or anywhere.
    pub fn open<'a>(&self, releases: impl IntoIterator<Item = &'a [u8]>, key: Option<&HolderKey>) -> Result<Opened, CustodyError> {
        let mut faults = Vec::new();
        let mut good = BTreeMap::new();
        for bytes in releases {
            match self.check(bytes) {
                Ok(release) => {
                    good.insert(release.place, release);
                }
                Err(CustodyError::Cheated(fault)) => faults.push(fault),
                Err(_) => {}
            }
        }
        faults.sort_unstable();
        faults.dedup();
        let plain = self.combine(&good, key).map_err(|error| match error {
            CustodyError::TooFew { have, need, .. } => {
                CustodyError::TooFew { have, need, cheaters: faults.iter().map(|fault| fault.place).collect() }
            }
            other => other,
        })?;
        Ok(Opened { plain, faults })
    }

    fn combine(&self, good: &BTreeMap<u8, Release>, key: Option<&HolderKey>) -> Result<Zeroizing<Vec<u8>>, CustodyError> {
        if key.map(HolderKey::public) != self.recipient {
            return Err(CustodyError::parameter("recipient's key", "it is not the key that this inquiry names"));
        }
        let need = self.keys.committee().needed();
        let chosen: Vec<&Release> = good.values().filter(|release| release.inquiry == self.id).take(need).collect();
        if chosen.len() < need {
            return Err(CustodyError::TooFew { have: chosen.len(), need, cheaters: Vec::new() });
        }
        let places: Vec<u8> = chosen.iter().map(|release| release.place).collect();
        let weights = weights(&places);
        let parts: Vec<RistrettoPoint> = chosen.iter().map(|release| release.part).collect();
        let mut shared = weighted(&weights, &parts);
        if let Some(key) = key {
            let blinds: Vec<RistrettoPoint> = chosen.iter().filter_map(|release| release.blind).collect();
            shared -= key.shared(&weighted(&weights, &blinds));
        }
        self.ciphertext.unseal(&self.keys.public_key(), &self.label, &shared)
    }
}

impl fmt::Debug for Inquiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inquiry").field("label", &self.label).field("recipient", &self.recipient).finish_non_exhaustive()
    }
}

impl Release {
    /// Who released it.
    pub const fn place(&self) -> u8 {
        self.place
    }
}

impl fmt::Debug for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Release").field("place", &self.place).finish_non_exhaustive()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("faults", &self.faults).finish_non_exhaustive()
    }
}
