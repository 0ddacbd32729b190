//! What the members say in a ceremony, as bytes and as claims that anybody can check.

use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT as G, ristretto::RistrettoPoint, scalar::Scalar};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    CustodyError,
    group::{PEDERSEN, value_at},
    holder::{PublicKey, ownership, seal, unseal},
    proof::{Proof, Statement},
    transcript::Transcript,
    wire::{Reader, put_point, put_points, put_proof},
};

/// Two scalars and the AEAD's tag.
const BOX: usize = 32 + 32 + 16;

/// A point on a dealer's two polynomials: the share and its blind.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) share: Scalar,
    pub(crate) blind: Scalar,
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.share.zeroize();
        self.blind.zeroize();
    }
}

impl Pair {
    fn to_bytes(&self) -> Zeroizing<[u8; 64]> {
        let mut out = Zeroizing::new([0; 64]);
        out.iter_mut().zip(self.share.as_bytes().iter().chain(self.blind.as_bytes())).for_each(|(to, from)| *to = *from);
        out
    }

    /// Pedersen's check at a place; a handover has no blinds at all.
    pub(crate) fn fits(&self, commitments: &[RistrettoPoint], place: u8, is_blinded: bool) -> bool {
        (is_blinded || self.blind == Scalar::ZERO) && G * self.share + *PEDERSEN * self.blind == value_at(commitments, place)
    }
}

/// Round 1: commitments to the polynomials, and a sealed pair for each recipient.
pub(crate) struct Dealing {
    pub(crate) commitments: Vec<RistrettoPoint>,
    /// The dealer's key for this dealing alone: opening one box to the public opens no other.
    pub(crate) once: RistrettoPoint,
    boxes: Vec<[u8; BOX]>,
}

impl Dealing {
    /// Makes and encodes it; `pairs` go with the recipients' keys in order of their places, from 1.
    pub(crate) fn encode(
        ceremony: &[u8; 32],
        dealer: u8,
        commitments: Vec<RistrettoPoint>,
        secret_once: &Scalar,
        pairs: &[(PublicKey, Pair)],
    ) -> Option<Vec<u8>> {
        let once = G * secret_once;
        let mut dealing = Self { commitments, once, boxes: Vec::new() };
        for (place, (recipient, pair)) in (1..=u8::MAX).zip(pairs) {
            let context = dealing.box_context(ceremony, dealer, place, recipient, &(recipient.point * secret_once));
            dealing.boxes.push(seal(context, &[], &*pair.to_bytes())?.try_into().ok()?);
        }
        let proof = ownership(&PublicKey::new(once), dealing.proof_context(ceremony, dealer)).prove(&[*secret_once], &[0; 32]);
        let mut body = Vec::new();
        put_points(&mut body, &dealing.commitments);
        put_point(&mut body, &once);
        put_proof(&mut body, &proof);
        dealing.boxes.iter().for_each(|each| body.extend_from_slice(each));
        Some(body)
    }

    /// Reads it; without the proof for `once` a dealer could name another's key and have that one's boxes opened.
    pub(crate) fn decode(ceremony: &[u8; 32], dealer: u8, threshold: usize, recipients: usize, body: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::new("dealing", body);
        let commitments = reader.points(threshold)?;
        let once = reader.point()?;
        let proof = reader.proof(1)?;
        let boxes = (0..recipients).map(|_| reader.array()).collect::<Result<_, _>>()?;
        reader.end()?;
        let dealing = Self { commitments, once, boxes };
        if ownership(&PublicKey::new(once), dealing.proof_context(ceremony, dealer)).holds(&proof) {
            Ok(dealing)
        } else {
            Err(CustodyError::malformed("dealing", "its one-time key is not proved"))
        }
    }

    /// The pair in a box, given the Diffie–Hellman point of the box.
    pub(crate) fn pair(&self, ceremony: &[u8; 32], dealer: u8, place: u8, recipient: &PublicKey, shared: &RistrettoPoint) -> Option<Pair> {
        let sealed = self.boxes.get(usize::from(place).checked_sub(1)?)?;
        let plain = unseal(self.box_context(ceremony, dealer, place, recipient, shared), &[], sealed)?;
        let mut reader = Reader::new("share", &plain);
        Some(Pair { share: reader.scalar().ok()?, blind: reader.scalar().ok()? })
    }

    fn box_context(&self, ceremony: &[u8; 32], dealer: u8, place: u8, recipient: &PublicKey, shared: &RistrettoPoint) -> Transcript {
        Transcript::new("box")
            .bytes("ceremony", ceremony)
            .bytes("dealer", &[dealer])
            .bytes("place", &[place])
            .points("commitments", &self.commitments)
            .point("once", &self.once)
            .bytes("recipient", recipient.as_bytes())
            .point("shared", shared)
    }

    fn proof_context(&self, ceremony: &[u8; 32], dealer: u8) -> Transcript {
        let context = Transcript::new("once").bytes("ceremony", ceremony).bytes("dealer", &[dealer]);
        let context = context.points("commitments", &self.commitments).number("boxes", self.boxes.len());
        self.boxes.iter().fold(context, |context, each| context.bytes("box", each))
    }
}

/// Round 2: "what this dealer sealed for me is wrong", with the means to look into that one box.
pub(crate) struct Complaint {
    pub(crate) dealer: u8,
    pub(crate) shared: RistrettoPoint,
    pub(crate) proof: Proof,
}

impl Complaint {
    /// That `shared` is the Diffie–Hellman point of the recipient's key and the dealing's.
    pub(crate) fn claim(
        ceremony: &[u8; 32],
        dealer: u8,
        recipient: &PublicKey,
        once: &RistrettoPoint,
        shared: &RistrettoPoint,
    ) -> Statement {
        let context = Transcript::new("complaint").bytes("ceremony", ceremony).bytes("dealer", &[dealer]);
        Statement::new(context).row(recipient.point, &[(0, G)]).row(*shared, &[(0, *once)])
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = vec![self.dealer];
        put_point(&mut body, &self.shared);
        put_proof(&mut body, &self.proof);
        body
    }

    pub(crate) fn decode(body: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::new("complaint", body);
        let complaint = Self { dealer: reader.byte()?, shared: reader.point()?, proof: reader.proof(1)? };
        reader.end()?;
        Ok(complaint)
    }
}

/// Round 3: the commitments without blinds, proved to be to the same coefficients.
pub(crate) struct Opening {
    pub(crate) plain: Vec<RistrettoPoint>,
    pub(crate) proof: Proof,
}

impl Opening {
    /// Knowledge of all aₖ and bₖ with Aₖ = aₖ·G and Cₖ − Aₖ = bₖ·H: by the binding of Cₖ there is only one such Aₖ.
    pub(crate) fn claim(ceremony: &[u8; 32], dealer: u8, commitments: &[RistrettoPoint], plain: &[RistrettoPoint]) -> Statement {
        let context = Transcript::new("opening").bytes("ceremony", ceremony).bytes("dealer", &[dealer]);
        let count = plain.len();
        commitments.iter().zip(plain).enumerate().fold(Statement::new(context), |claim, (at, (commitment, plain))| {
            claim.row(*plain, &[(at, G)]).row(commitment - plain, &[(count.saturating_add(at), *PEDERSEN)])
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        put_points(&mut body, &self.plain);
        put_proof(&mut body, &self.proof);
        body
    }

    pub(crate) fn decode(threshold: usize, body: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::new("opening", body);
        let plain = reader.points(threshold)?;
        let proof = reader.proof(threshold.saturating_mul(2))?;
        reader.end()?;
        Ok(Self { plain, proof })
    }
}

/// Round 4, only for a dealer who fell silent after round 2: what it had dealt to the sender.
pub(crate) struct Reveal {
    pub(crate) dealer: u8,
    pub(crate) pair: Pair,
}

impl Reveal {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = vec![self.dealer];
        body.extend_from_slice(&*self.pair.to_bytes());
        body
    }

    pub(crate) fn decode(body: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::new("reveal", body);
        let reveal = Self { dealer: reader.byte()?, pair: Pair { share: reader.scalar()?, blind: reader.scalar()? } };
        reader.end()?;
        Ok(reveal)
    }
}
