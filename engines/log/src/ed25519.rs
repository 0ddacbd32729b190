//! Ed25519 (RFC 8032), checked strictly.

use ed25519_dalek::{Signature, VerifyingKey};

/// Whether `signature` is by the key `public` over `message`.
///
/// Strict: besides RFC 8032's rules (canonical scalar, valid points), keys and commitments of small order
/// are refused, so that one signature can't be made to fit two messages or two keys.
#[must_use]
pub fn is_signed(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let key = VerifyingKey::from_bytes(public);
    let signature = Signature::from_slice(signature);
    match (key, signature) {
        (Ok(key), Ok(signature)) => key.verify_strict(message, &signature).is_ok(),
        _ => false,
    }
}

/// Whether 32 bytes are the encoding of a point that may serve as a public key.
#[must_use]
pub fn is_public_key(bytes: &[u8; 32]) -> bool {
    VerifyingKey::from_bytes(bytes).is_ok_and(|key| !key.is_weak())
}
