//! JWK sets: the one key that fits.

use serde_json::{Value, json};

use super::{Algorithm, Jwk, UnverifiedJws, VerifiedJws};
use crate::{CredentialError, json};

const WHAT: &str = "JWK set";
const MAX_BYTES: usize = 256 * 1024;
const MAX_KEYS: usize = 256;

/// Public keys under one address (RFC 7517 §5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeySet {
    keys: Vec<Jwk>,
}

impl KeySet {
    /// A set of these keys.
    #[must_use]
    pub fn new(keys: Vec<Jwk>) -> Self {
        Self { keys }
    }

    /// Reads a set. Entries that can't be used are passed over, be they of other types, too weak, faulty or private (RFC 7517 §5): one strange
    /// key of an identity provider must not lock everybody out, and a key that is not there verifies nothing.
    ///
    /// # Errors
    /// [`CredentialError::TooLarge`] beyond 256 KiB, [`CredentialError::Malformed`] if it is no set, or has more than 256 keys.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        if text.len() > MAX_BYTES {
            return Err(CredentialError::TooLarge { what: WHAT, limit: MAX_BYTES });
        }
        let members = json::parse_object(text.as_bytes(), WHAT)?;
        let Some(Value::Array(entries)) = members.get("keys") else {
            return Err(CredentialError::malformed(WHAT, "it has no array \"keys\""));
        };
        if entries.len() > MAX_KEYS {
            return Err(CredentialError::malformed(WHAT, "it has more than 256 keys"));
        }
        let keys = entries.iter().filter_map(Value::as_object).filter_map(|members| Jwk::from_members(members).ok()).collect();
        Ok(Self { keys })
    }

    /// All keys that can be used.
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// The set as JSON, as it is published.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "keys": self.keys })
    }

    /// The key for a token: the one with this `kid`, or without a `kid` the only one that fits the algorithm.
    ///
    /// # Errors
    /// [`CredentialError::NoSingleKey`] if none or more than one fits: guessing would let a token choose its verifier.
    pub fn select(&self, key_id: Option<&str>, algorithm: Algorithm) -> Result<&Jwk, CredentialError> {
        let has_id = |key: &&Jwk| key_id.is_none_or(|id| key.key_id() == Some(id));
        let mut fitting = self.keys.iter().filter(has_id).filter(|key| key.can_verify(algorithm));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            _ => Err(CredentialError::NoSingleKey),
        }
    }

    /// Chooses the key and verifies.
    ///
    /// # Errors
    /// As [`KeySet::select`] and [`UnverifiedJws::verify`].
    pub fn verify(&self, token: UnverifiedJws, allowed: &[Algorithm]) -> Result<VerifiedJws, CredentialError> {
        let key = self.select(token.key_id(), token.algorithm())?;
        token.verify(key, allowed)
    }
}
