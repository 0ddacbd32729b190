//! The own key of a custodian, or of whoever receives an answer: it signs, and sealed shares are for it.

use std::fmt;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use curve25519_dalek::{
    constants::RISTRETTO_BASEPOINT_POINT as G,
    ristretto::{CompressedRistretto, RistrettoPoint},
    scalar::Scalar,
};
use zeroize::Zeroizing;

use crate::{CustodyError, group::SecretScalar, proof::Statement, transcript::Transcript, wire::Reader};

/// The public half of a [`HolderKey`]: a point of ristretto255, never the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    pub(crate) point: RistrettoPoint,
    bytes: CompressedRistretto,
}

impl PublicKey {
    pub(crate) fn new(point: RistrettoPoint) -> Self {
        Self { point, bytes: point.compress() }
    }

    /// Reads 32 bytes; refuses what is not canonical (RFC 9496 §4.3.1) and the identity.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::new("public key", bytes);
        let point = reader.point()?;
        reader.end()?;
        Ok(Self::new(point))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.bytes.as_bytes()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(")?;
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// A secret key of one person or office. It is wiped when it goes and is never printed.
#[derive(Clone)]
pub struct HolderKey {
    secret: SecretScalar,
    public: PublicKey,
}

impl HolderKey {
    /// A key from 32 uniformly random bytes that are used for nothing else.
    pub fn generate(random: &[u8; 32]) -> Self {
        Self::from_scalar(Transcript::new("holder").bytes("random", random).scalar("key"))
    }

    fn from_scalar(secret: Scalar) -> Self {
        Self { public: PublicKey::new(G * secret), secret: SecretScalar(secret) }
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::new("secret key", bytes);
        let secret = reader.scalar()?;
        reader.end()?;
        if secret == Scalar::ZERO {
            return Err(CustodyError::malformed("secret key", "it is zero"));
        }
        Ok(Self::from_scalar(secret))
    }

    /// The 32 secret bytes, to be kept as a secret.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secret.0.to_bytes())
    }

    /// The public half.
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    /// Diffie–Hellman with a point of the other side.
    pub(crate) fn shared(&self, other: &RistrettoPoint) -> RistrettoPoint {
        other * self.secret.0
    }

    pub(crate) const fn secret(&self) -> &Scalar {
        &self.secret.0
    }
}

impl fmt::Debug for HolderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HolderKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// What a signature claims: knowledge of the secret of `public`, said over `context`.
pub(crate) fn ownership(public: &PublicKey, context: Transcript) -> Statement {
    Statement::new(context).row(public.point, &[(0, G)])
}

/// Authenticated encryption under a key that comes from a transcript and is used for this one message.
pub(crate) fn seal(context: Transcript, data: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let (key, nonce) = context.key_and_nonce("seal");
    XChaCha20Poly1305::new((&*key).into()).encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: data }).ok()
}

pub(crate) fn unseal(context: Transcript, data: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (key, nonce) = context.key_and_nonce("seal");
    let plain = XChaCha20Poly1305::new((&*key).into()).decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: data });
    plain.ok().map(Zeroizing::new)
}
