//! The secret side of one member of a ceremony.

use std::fmt;

use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT as G, ristretto::RistrettoPoint, scalar::Scalar, traits::IsIdentity};
use zeroize::Zeroizing;

use super::{
    Ceremony, Stage,
    message::{Complaint, Dealing, Opening, Pair, Reveal},
};
use crate::{
    CustodyError, KeyShare,
    envelope::{Kind, sign},
    group::{PEDERSEN, Polynomial, SecretScalar},
    holder::HolderKey,
    transcript::Transcript,
};

/// A member with its own key and 32 uniformly random bytes.
///
/// All that it says follows from these and from the ceremony, so that a member who crashed says the same again
/// instead of contradicting itself. The random bytes are as secret as the share, are for one ceremony, and are
/// destroyed after it.
pub struct Participant {
    key: HolderKey,
    random: Zeroizing<[u8; 32]>,
}

impl Participant {
    /// A member of the committee that deals, of the one that receives, or of both.
    pub fn new(key: HolderKey, random: [u8; 32]) -> Self {
        Self { key, random: Zeroizing::new(random) }
    }

    /// Round 1 of a new key: what this member deals.
    pub fn deal(&self, ceremony: &Ceremony) -> Result<Vec<u8>, CustodyError> {
        if ceremony.old.is_some() {
            return Err(CustodyError::parameter("ceremony", "a handover deals a share: use deal_share"));
        }
        self.dealing(ceremony, &self.plain(ceremony, None), &self.blinds(ceremony))
    }

    /// Round 1 of a handover: what this member, who holds `share` of the old key, deals.
    pub fn deal_share(&self, ceremony: &Ceremony, share: &KeyShare) -> Result<Vec<u8>, CustodyError> {
        let old = ceremony.old.as_ref().ok_or(CustodyError::parameter("ceremony", "a new key is not dealt from a share: use deal"))?;
        if old.committee().place_of(&self.key.public()) != Some(share.place()) {
            return Err(CustodyError::WrongShare);
        }
        let none = Polynomial(vec![Scalar::ZERO; ceremony.committee.needed()]);
        self.dealing(ceremony, &self.plain(ceremony, Some(share.of(old)?)), &none)
    }

    fn dealing(&self, ceremony: &Ceremony, plain: &Polynomial, blinds: &Polynomial) -> Result<Vec<u8>, CustodyError> {
        let dealer = ceremony.dealers().place_of(&self.key.public()).ok_or(CustodyError::NotAMember)?;
        let commitments: Vec<RistrettoPoint> = plain.0.iter().zip(&blinds.0).map(|(a, b)| G * a + *PEDERSEN * b).collect();
        if commitments.iter().any(IsIdentity::is_identity) {
            return Err(CustodyError::parameter("random bytes", "they give a zero coefficient: take others"));
        }
        let pair = |place| Pair { share: plain.at(place), blind: blinds.at(place) };
        let pairs: Vec<_> = ceremony.committee.places().zip(ceremony.committee.members()).map(|(place, key)| (*key, pair(place))).collect();
        let once = SecretScalar(self.secret(ceremony, "once", 0));
        let body = Dealing::encode(&ceremony.id, dealer, commitments, &once.0, &pairs);
        let body = body.ok_or(CustodyError::parameter("share", "it can't be sealed"))?;
        Ok(sign(Kind::Dealing, &ceremony.id, dealer, &body, &self.key))
    }

    /// Round 2: a complaint of each dealing that can't be used. Each one lets everybody look into that one box.
    pub fn complain(&self, ceremony: &Ceremony) -> Result<Vec<Vec<u8>>, CustodyError> {
        let place = self.place(ceremony)?;
        let complain = |(dealer, dealing): (u8, &Dealing)| {
            let shared = self.key.shared(&dealing.once);
            let claim = Complaint::claim(&ceremony.id, dealer, &self.key.public(), &dealing.once, &shared);
            let proof = claim.prove(&[*self.key.secret()], &self.random);
            sign(Kind::Complaint, &ceremony.id, place, &Complaint { dealer, shared, proof }.encode(), &self.key)
        };
        Ok(ceremony.sound().filter(|(dealer, _)| self.dealt(ceremony, place, *dealer).is_none()).map(complain).collect())
    }

    /// Round 3: the opening of what this member dealt; nothing if it is not among the qualified.
    pub fn open(&self, ceremony: &Ceremony) -> Result<Option<Vec<u8>>, CustodyError> {
        let dealer = ceremony.dealers().place_of(&self.key.public()).ok_or(CustodyError::NotAMember)?;
        // Before the qualified are settled nothing may be opened: that is what keeps the key from being chosen.
        if ceremony.stage != Stage::Opening {
            return Err(CustodyError::OutOfStage { stage: ceremony.stage });
        }
        let Some((_, dealing)) = ceremony.sound().find(|(place, _)| *place == dealer) else { return Ok(None) };
        let (plain, blinds) = (self.plain(ceremony, None), self.blinds(ceremony));
        let points: Vec<RistrettoPoint> = plain.0.iter().map(|a| G * a).collect();
        let secrets: Zeroizing<Vec<Scalar>> = Zeroizing::new(plain.0.iter().chain(&blinds.0).copied().collect());
        let proof = Opening::claim(&ceremony.id, dealer, &dealing.commitments, &points).prove(&secrets, &self.random);
        Ok(Some(sign(Kind::Opening, &ceremony.id, dealer, &Opening { plain: points, proof }.encode(), &self.key)))
    }

    /// Round 4: what this member was dealt by those who did not open.
    pub fn reveal(&self, ceremony: &Ceremony) -> Result<Vec<Vec<u8>>, CustodyError> {
        let place = self.place(ceremony)?;
        // A share that is revealed too early is a share that everybody has.
        if ceremony.stage != Stage::Revealing {
            return Err(CustodyError::OutOfStage { stage: ceremony.stage });
        }
        let reveal = |dealer| {
            let pair = self.dealt(ceremony, place, dealer)?;
            Some(sign(Kind::Reveal, &ceremony.id, place, &Reveal { dealer, pair }.encode(), &self.key))
        };
        Ok(ceremony.unopened().into_iter().filter_map(reveal).collect())
    }

    /// This member's share of the key, when the ceremony is done.
    pub fn finish(&self, ceremony: &Ceremony) -> Result<KeyShare, CustodyError> {
        let place = self.place(ceremony)?;
        let set = ceremony.key_set().ok_or(CustodyError::OutOfStage { stage: ceremony.stage })?;
        let parts: Vec<(u8, Scalar)> = if ceremony.old.is_some() {
            ceremony.handing_over().into_iter().map(|(dealer, weight, _)| (dealer, weight)).collect()
        } else {
            ceremony.sound().map(|(dealer, _)| (dealer, Scalar::ONE)).collect()
        };
        let mut secret = SecretScalar(Scalar::ZERO);
        for (dealer, weight) in parts {
            secret.0 += weight * self.dealt(ceremony, place, dealer).ok_or(CustodyError::WrongShare)?.share;
        }
        KeyShare::new(set, place, secret.0)
    }

    fn place(&self, ceremony: &Ceremony) -> Result<u8, CustodyError> {
        ceremony.committee.place_of(&self.key.public()).ok_or(CustodyError::NotAMember)
    }

    /// What a dealer sealed for this member, if it fits the dealer's commitments.
    fn dealt(&self, ceremony: &Ceremony, place: u8, dealer: u8) -> Option<Pair> {
        let (_, dealing) = ceremony.sound().find(|(other, _)| *other == dealer)?;
        let pair = dealing.pair(&ceremony.id, dealer, place, &self.key.public(), &self.key.shared(&dealing.once))?;
        pair.fits(&dealing.commitments, place, ceremony.old.is_none()).then_some(pair)
    }

    fn plain(&self, ceremony: &Ceremony, constant: Option<&Scalar>) -> Polynomial {
        let drawn = |at| self.secret(ceremony, "plain", at);
        let first = constant.copied().unwrap_or_else(|| drawn(0));
        Polynomial(std::iter::once(first).chain((1..ceremony.committee.needed()).map(drawn)).collect())
    }

    fn blinds(&self, ceremony: &Ceremony) -> Polynomial {
        Polynomial((0..ceremony.committee.needed()).map(|at| self.secret(ceremony, "blind", at)).collect())
    }

    fn secret(&self, ceremony: &Ceremony, what: &'static str, at: usize) -> Scalar {
        let own = Transcript::new("participant").bytes("random", &*self.random).bytes("key", &*self.key.to_bytes());
        own.bytes("ceremony", &ceremony.id).number(what, at).scalar("coefficient")
    }
}

impl fmt::Debug for Participant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Participant").field("key", &self.key).finish_non_exhaustive()
    }
}
