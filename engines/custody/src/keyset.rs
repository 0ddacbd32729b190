//! What a ceremony leaves behind: the public key set, and a share for each member.

use std::fmt;

use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT as G, ristretto::RistrettoPoint, scalar::Scalar, traits::IsIdentity};
use zeroize::Zeroizing;

use crate::{
    Committee, CustodyError,
    group::{SecretScalar, value_at},
    holder::PublicKey,
    transcript::Transcript,
    wire::{Reader, VERSION, put_counted, put_points},
};

const SET: u8 = 0x11;
const SHARE: u8 = 0x12;

/// The public side of a shared key: the committee, and commitments from which each member's share can be checked.
///
/// Trust one only when it comes out of a [`crate::Ceremony`] that you replayed, or from someone who did.
#[derive(Clone, PartialEq, Eq)]
pub struct KeySet {
    committee: Committee,
    /// V₀…V₍t₋₁₎: V₀ is the public key.
    commitments: Vec<RistrettoPoint>,
    public: PublicKey,
}

impl KeySet {
    pub(crate) fn new(committee: Committee, commitments: Vec<RistrettoPoint>) -> Result<Self, CustodyError> {
        let what = "key set";
        let first = commitments.first().ok_or(CustodyError::malformed(what, "it has no commitments"))?;
        if commitments.len() != committee.needed() {
            return Err(CustodyError::malformed(what, "it has not as many commitments as its threshold"));
        }
        if commitments.iter().any(IsIdentity::is_identity) {
            return Err(CustodyError::malformed(what, "a point is the identity"));
        }
        Ok(Self { public: PublicKey::new(*first), committee, commitments })
    }

    /// Who holds the key.
    pub const fn committee(&self) -> &Committee {
        &self.committee
    }

    /// The key to encrypt to: it stays the same through each handover.
    pub const fn public_key(&self) -> PublicKey {
        self.public
    }

    /// The public counterpart of the share at a place.
    pub(crate) fn share_key(&self, place: u8) -> RistrettoPoint {
        value_at(&self.commitments, place)
    }

    /// A digest of the whole set: it changes with each handover.
    pub fn id(&self) -> [u8; 32] {
        Transcript::new("key-set").bytes("key set", &self.encode()).digest("id")
    }

    /// Version 1, tag, `u16` length and committee, one point for each of the threshold.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION, SET];
        put_counted(&mut out, &self.committee.encode());
        put_points(&mut out, &self.commitments);
        out
    }

    /// Reads what [`Self::encode`] wrote, and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::tagged("key set", SET, bytes)?;
        let committee = Committee::decode(reader.counted()?)?;
        let commitments = reader.points(committee.needed())?;
        reader.end()?;
        Self::new(committee, commitments)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet").field("committee", &self.committee).field("public", &self.public).finish_non_exhaustive()
    }
}

/// One member's share of the secret key. It is wiped when it goes and is never printed.
#[derive(Clone)]
pub struct KeyShare {
    place: u8,
    set: [u8; 32],
    secret: SecretScalar,
}

impl KeyShare {
    pub(crate) fn new(set: &KeySet, place: u8, secret: Scalar) -> Result<Self, CustodyError> {
        let secret = SecretScalar(secret);
        if set.committee.key(place).is_none() || G * secret.0 != set.share_key(place) {
            return Err(CustodyError::WrongShare);
        }
        Ok(Self { place, set: set.id(), secret })
    }

    /// The holder's place in the committee.
    pub const fn place(&self) -> u8 {
        self.place
    }

    pub(crate) fn of(&self, set: &KeySet) -> Result<&Scalar, CustodyError> {
        if self.set == set.id() { Ok(&self.secret.0) } else { Err(CustodyError::WrongShare) }
    }

    /// Version 1, tag, place, 32 bytes of the set's id, 32 secret bytes: to be kept as a secret.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(67));
        out.extend_from_slice(&[VERSION, SHARE, self.place]);
        out.extend_from_slice(&self.set);
        out.extend_from_slice(self.secret.0.as_bytes());
        out
    }

    /// Reads what [`Self::to_bytes`] wrote, and checks it against the public key set.
    pub fn from_bytes(set: &KeySet, bytes: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::tagged("key share", SHARE, bytes)?;
        let (place, id, secret) = (reader.byte()?, reader.array::<32>()?, reader.scalar()?);
        reader.end()?;
        if id != set.id() {
            return Err(CustodyError::WrongShare);
        }
        Self::new(set, place, secret)
    }
}

impl fmt::Debug for KeyShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyShare").field("place", &self.place).finish_non_exhaustive()
    }
}
