//! Private keys that sign. They are wiped from memory on drop and never shown.

use std::fmt;

use ed25519_dalek::Signer as _;
use p256::ecdsa::Signature;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{Algorithm, Jwk};
use crate::{CredentialError, base64url, json};

const WHAT: &str = "private JWK";

enum Secret {
    P256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

/// A private key for ES256 or EdDSA.
pub struct SigningKey {
    secret: Secret,
    public: Jwk,
}

impl SigningKey {
    /// The ES256 key with this scalar (32 bytes, big-endian), e.g. fresh random bytes.
    ///
    /// # Errors
    /// [`CredentialError::BadKey`] if the number is 0 or not below the order of P-256: take other bytes (once in 2^32 times).
    pub fn es256(scalar: &[u8; 32]) -> Result<Self, CredentialError> {
        let bad = |_| CredentialError::BadKey { reason: "its scalar is not from 1 to the order of the curve" };
        let secret = p256::ecdsa::SigningKey::from_slice(scalar).map_err(bad)?;
        let public = Jwk::from_p256(&p256::PublicKey::from(secret.verifying_key()))?;
        Ok(Self { secret: Secret::P256(secret), public })
    }

    /// The EdDSA (Ed25519) key with this seed.
    #[must_use]
    pub fn ed25519(seed: &[u8; 32]) -> Self {
        let secret = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = Jwk::from_ed25519(&secret.verifying_key());
        Self { secret: Secret::Ed25519(secret), public }
    }

    /// Reads a private JWK (EC P-256 or OKP Ed25519); its public part must belong to its private one.
    ///
    /// # Errors
    /// As [`Jwk::parse`], and [`CredentialError::BadKey`] if the halves do not fit or the key is not for signing.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        let mut members = json::parse_object(text.as_bytes(), WHAT)?;
        let Some(Value::String(secret)) = members.remove("d") else {
            return Err(CredentialError::malformed(WHAT, "it has no private part \"d\""));
        };
        let secret = Zeroizing::new(secret);
        let scalar = Zeroizing::new(base64url::decode_array(&secret).ok_or(CredentialError::malformed(WHAT, "\"d\" is not 32 bytes"))?);
        // Operations of the private half say nothing of the public one.
        members.remove("key_ops");
        let public = Jwk::from_members(&members)?;
        let own = if public.is_ed25519() { Self::ed25519(&scalar) } else { Self::es256(&scalar)? };
        if !public.can_verify(own.algorithm()) {
            return Err(CredentialError::BadKey { reason: "its alg or use is not for signing" });
        }
        if own.public.thumbprint() != public.thumbprint() {
            return Err(CredentialError::BadKey { reason: "its private part does not belong to its public one" });
        }
        Ok(Self { public, ..own })
    }

    /// Writes what [`SigningKey::parse`] reads. The result is a secret, and is wiped on drop.
    #[must_use]
    pub fn to_private_jwk(&self) -> Zeroizing<String> {
        let secret = Zeroizing::new(match &self.secret {
            Secret::P256(key) => key.to_bytes().to_vec(),
            Secret::Ed25519(key) => key.to_bytes().to_vec(),
        });
        let mut text = Value::Object(self.public.to_members()).to_string();
        text.pop();
        let secret = Zeroizing::new(base64url::encode(&secret));
        Zeroizing::new(format!("{text},\"d\":\"{}\"}}", *secret))
    }

    /// The same key with `kid`, which its signatures then carry.
    #[must_use]
    pub fn with_key_id(mut self, key_id: &str) -> Self {
        self.public = self.public.with_key_id(key_id);
        self
    }

    /// The public half.
    pub fn public(&self) -> &Jwk {
        &self.public
    }

    /// What the key signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self.secret {
            Secret::P256(_) => Algorithm::Es256,
            Secret::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Signs; both algorithms are deterministic (RFC 6979, RFC 8032) and need no randomness. 64 bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::P256(key) => {
                let signature: Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Secret::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_written_and_read_again_and_never_shown() {
        for key in [SigningKey::es256(&[7; 32]).unwrap(), SigningKey::ed25519(&[7; 32])] {
            let key = key.with_key_id("k");
            let text = key.to_private_jwk();
            let read = SigningKey::parse(&text).unwrap();
            assert_eq!(read.sign(b"a"), key.sign(b"a"));
            assert_eq!(read.public(), key.public());
            assert!(!format!("{key:?}").contains("BwcHBwcH"));
        }
        assert!(SigningKey::es256(&[0; 32]).is_err());
        assert!(SigningKey::es256(&[0xff; 32]).is_err());
    }

    #[test]
    fn halves_that_do_not_belong_together_are_refused() {
        let mine = SigningKey::ed25519(&[1; 32]).to_private_jwk();
        let other = SigningKey::ed25519(&[2; 32]).to_private_jwk();
        let secret = |text: &str| text.split("\"d\":\"").nth(1).unwrap().to_owned();
        assert!(SigningKey::parse(&mine.replace(&secret(&mine), &secret(&other))).is_err());
    }
}
