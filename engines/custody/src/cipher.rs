//! Sealing to a key that no one holds alone: TDH2 of Shoup and Gennaro (2002) with authenticated encryption inside.
//!
//! A ciphertext is u = rG, û = rĜ, c = AEAD(KDF(rY), label, plaintext), and a proof of the one r behind u and û, made
//! over Y, the label and c. Custodians check the proof *before* they do anything: whoever did not make a ciphertext
//! can neither alter it nor move it to another label, so no one can have a secret opened in the guise of another.

use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT as G, ristretto::RistrettoPoint};
use zeroize::Zeroizing;

use crate::{
    CustodyError, PublicKey,
    group::{SecretScalar, TWIN},
    holder::{seal, unseal},
    proof::{Proof, Statement},
    transcript::Transcript,
    wire::{Reader, VERSION, put_counted, put_point, put_proof},
};

const TAG: u8 = 0x20;
/// 2 bytes of version and tag, two points, two scalars.
const HEAD: usize = 2 + 4 * 32;
const AEAD_TAG: usize = 16;
/// A link from a persona to a person, or a key: not a document.
const MAX_PLAIN: usize = 4096;

/// What a ciphertext is about. It is not in the ciphertext: whoever opens one says where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    purpose: String,
    subject: Vec<u8>,
}

impl Label {
    /// A purpose ("persona/unmask") and a subject, e.g. a persona's id; 1 to 128 and 1 to 256 bytes.
    pub fn new(purpose: impl Into<String>, subject: impl Into<Vec<u8>>) -> Result<Self, CustodyError> {
        let (purpose, subject) = (purpose.into(), subject.into());
        if !(1..=128).contains(&purpose.len()) || !(1..=256).contains(&subject.len()) {
            return Err(CustodyError::parameter("label", "its purpose has 1 to 128 bytes, its subject 1 to 256"));
        }
        Ok(Self { purpose, subject })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_counted(&mut out, self.purpose.as_bytes());
        put_counted(&mut out, &self.subject);
        out
    }
}

/// A sealed secret: 146 bytes more than what is in it (at most 4096 bytes; its length is not hidden).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ciphertext {
    pub(crate) u: RistrettoPoint,
    twin: RistrettoPoint,
    proof: Proof,
    sealed: Vec<u8>,
}

impl Ciphertext {
    /// Seals to the public key of a [`crate::KeySet`], with 32 uniformly random bytes that are used for nothing else.
    pub fn seal(key: &PublicKey, label: &Label, plain: &[u8], random: &[u8; 32]) -> Result<Self, CustodyError> {
        if plain.len() > MAX_PLAIN {
            return Err(CustodyError::parameter("plaintext", "it has more than 4096 bytes"));
        }
        let drawn = Transcript::new("seal").bytes("random", random).bytes("key", key.as_bytes());
        let r = SecretScalar(drawn.bytes("label", &label.encode()).bytes("plain", plain).scalar("r"));
        let (u, twin) = (G * r.0, *TWIN * r.0);
        let sealed = seal(key_context(key, label, &u, &(key.point * r.0)), &label.encode(), plain);
        let sealed = sealed.ok_or(CustodyError::parameter("plaintext", "it can't be sealed"))?;
        let proof = claim(key, label, &u, &twin, &sealed).prove(&[r.0], random);
        Ok(Self { u, twin, proof, sealed })
    }

    /// Whether it was made for this key and this label, by someone who knew what is in it.
    pub fn is_for(&self, key: &PublicKey, label: &Label) -> bool {
        claim(key, label, &self.u, &self.twin, &self.sealed).holds(&self.proof)
    }

    pub(crate) fn unseal(&self, key: &PublicKey, label: &Label, shared: &RistrettoPoint) -> Result<Zeroizing<Vec<u8>>, CustodyError> {
        unseal(key_context(key, label, &self.u, shared), &label.encode(), &self.sealed).ok_or(CustodyError::Unreadable)
    }

    #[cfg(test)]
    pub(crate) fn with_box(key: &PublicKey, label: &Label, r: &curve25519_dalek::scalar::Scalar, sealed: Vec<u8>) -> Self {
        let (u, twin) = (G * r, *TWIN * r);
        let proof = claim(key, label, &u, &twin, &sealed).prove(&[*r], &[0; 32]);
        Self { u, twin, proof, sealed }
    }

    /// Version 1, tag, u, û, challenge, response, sealed bytes to the end.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD.saturating_add(self.sealed.len()));
        out.extend_from_slice(&[VERSION, TAG]);
        put_point(&mut out, &self.u);
        put_point(&mut out, &self.twin);
        put_proof(&mut out, &self.proof);
        out.extend_from_slice(&self.sealed);
        out
    }

    /// Reads what [`Self::encode`] wrote, and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::tagged("ciphertext", TAG, bytes)?;
        let (u, twin, proof) = (reader.point()?, reader.point()?, reader.proof(1)?);
        let sealed = reader.rest().to_vec();
        if sealed.len() < AEAD_TAG || sealed.len() > MAX_PLAIN.saturating_add(AEAD_TAG) {
            return Err(CustodyError::malformed("ciphertext", "its sealed part has not 16 to 4112 bytes"));
        }
        Ok(Self { u, twin, proof, sealed })
    }
}

fn key_context(key: &PublicKey, label: &Label, u: &RistrettoPoint, shared: &RistrettoPoint) -> Transcript {
    Transcript::new("kem").bytes("key", key.as_bytes()).bytes("label", &label.encode()).point("u", u).point("shared", shared)
}

fn claim(key: &PublicKey, label: &Label, u: &RistrettoPoint, twin: &RistrettoPoint, sealed: &[u8]) -> Statement {
    let context = Transcript::new("ciphertext").bytes("key", key.as_bytes()).bytes("label", &label.encode()).bytes("sealed", sealed);
    Statement::new(context).row(*u, &[(0, G)]).row(*twin, &[(0, *TWIN)])
}
