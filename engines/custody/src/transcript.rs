//! What is hashed, said once: domain, labels, lengths.
//!
//! A transcript is SHA-512 over `u8 length ‖ "sala/custody/v1/<protocol>"`, then for each item
//! `u8 length ‖ label ‖ u64 length ‖ bytes` (big endian), and last `u8 length ‖ "=<purpose>"`. Labels are constants of
//! this crate, so no two protocols and no two items can be spelt alike. Scalars are the 64 bytes reduced mod ℓ.

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, Zeroizing};

#[derive(Clone)]
pub(crate) struct Transcript {
    hash: Sha512,
}

impl Transcript {
    pub(crate) fn new(protocol: &'static str) -> Self {
        let mut hash = Sha512::new();
        let domain = ["sala/custody/v1/", protocol].concat();
        hash.update([short(domain.len())]);
        hash.update(domain);
        Self { hash }
    }

    pub(crate) fn bytes(mut self, label: &'static str, bytes: &[u8]) -> Self {
        self.hash.update([short(label.len())]);
        self.hash.update(label);
        self.hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.hash.update(bytes);
        self
    }

    pub(crate) fn number(self, label: &'static str, number: usize) -> Self {
        self.bytes(label, &u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes())
    }

    pub(crate) fn point(self, label: &'static str, point: &RistrettoPoint) -> Self {
        self.bytes(label, point.compress().as_bytes())
    }

    pub(crate) fn points(self, label: &'static str, points: &[RistrettoPoint]) -> Self {
        points.iter().fold(self.number(label, points.len()), |transcript, point| transcript.point(label, point))
    }

    pub(crate) fn wide(mut self, purpose: &'static str) -> Zeroizing<[u8; 64]> {
        self.hash.update([short(purpose.len().saturating_add(1))]);
        self.hash.update("=");
        self.hash.update(purpose);
        Zeroizing::new(self.hash.finalize().into())
    }

    pub(crate) fn scalar(self, purpose: &'static str) -> Scalar {
        Scalar::from_bytes_mod_order_wide(&self.wide(purpose))
    }

    pub(crate) fn element(self, purpose: &'static str) -> RistrettoPoint {
        RistrettoPoint::from_uniform_bytes(&self.wide(purpose))
    }

    pub(crate) fn digest(self, purpose: &'static str) -> [u8; 32] {
        *halves(&self.wide(purpose)).0
    }

    /// A key for one AEAD message and the nonce that goes with it.
    pub(crate) fn key_and_nonce(self, purpose: &'static str) -> (Zeroizing<[u8; 32]>, [u8; 24]) {
        let wide = self.wide(purpose);
        let (key, rest) = halves(&wide);
        let mut nonce = [0; 24];
        nonce.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        let mut copy = *key;
        let key = Zeroizing::new(copy);
        copy.zeroize();
        (key, nonce)
    }
}

fn halves(wide: &[u8; 64]) -> (&[u8; 32], &[u8; 32]) {
    const ZERO: [u8; 32] = [0; 32];
    // Both always exist in 64 bytes; the fallback is there because this crate does not panic.
    (wide.first_chunk().unwrap_or(&ZERO), wide.last_chunk().unwrap_or(&ZERO))
}

/// Labels are constants of at most 255 bytes.
fn short(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::Transcript;

    #[test]
    fn no_two_ways_of_cutting_the_same_bytes_hash_alike() {
        let digest = |parts: &[&[u8]]| parts.iter().fold(Transcript::new("test"), |t, part| t.bytes("x", part)).digest("d");
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"abc"]), digest(&[b"abc", b""]));
        assert_ne!(Transcript::new("a").bytes("b", b"").digest("d"), Transcript::new("ab").digest("d"));
        assert_ne!(Transcript::new("a").digest("b"), Transcript::new("a").digest("c"));
    }
}
