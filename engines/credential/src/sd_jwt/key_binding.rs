//! Key binding: the holder proves that the SD-JWT is theirs and that they show it here and now (RFC 9901 §4.3, 7.3).

use serde_json::json;

use super::{SdJwt, VerifiedSdJwt};
use crate::{
    CredentialError,
    jose::{Algorithm, ClaimsCheck, Jwk, SigningKey, UnverifiedJws, jws},
    json,
};

const TYPE: &str = "kb+jwt";

/// To whom and when an SD-JWT is shown.
#[derive(Debug, Clone, Copy)]
pub struct KeyBinding<'a> {
    /// The verifier: for OpenID4VP its whole `client_id`.
    pub audience: &'a str,
    /// The verifier's nonce.
    pub nonce: &'a str,
    /// Now, seconds since 1970.
    pub issued_s: i64,
}

/// What the verifier asks.
#[derive(Debug, Clone, Copy)]
pub struct KeyBindingCheck<'a> {
    /// Who we are.
    pub audience: &'a str,
    /// The nonce that we gave for this one presentation.
    pub nonce: &'a str,
    /// Now, seconds since 1970.
    pub now_s: i64,
    /// By how much the holder's clock may differ.
    pub leeway_s: i64,
    /// How old a presentation may be.
    pub max_age_s: i64,
    /// With what the holder may sign.
    pub allowed: &'a [Algorithm],
}

impl SdJwt {
    /// Adds a key-binding JWT, in place of one that may be there.
    ///
    /// # Errors
    /// As [`jws::sign_jwt`].
    pub fn bind(mut self, key: &SigningKey, binding: &KeyBinding<'_>) -> Result<Self, CredentialError> {
        let hash = super::HashAlgorithm::of(json::parse_object(self.unverified()?.payload(), "SD-JWT")?.get("_sd_alg"))?;
        let claims = json!({
            "iat": binding.issued_s, "aud": binding.audience, "nonce": binding.nonce, "sd_hash": hash.digest(&self.without_key_binding()),
        });
        self.key_binding = Some(jws::sign_jwt(key, TYPE, &claims)?);
        Ok(self)
    }

    /// Verifies the key binding with the key that the issuer put into the credential; gives that key.
    ///
    /// # Errors
    /// [`CredentialError::KeyBinding`] with the rule that is broken; as [`UnverifiedJws::verify`] and [`ClaimsCheck::check`].
    pub fn verify_key_binding(&self, verified: &VerifiedSdJwt, check: &KeyBindingCheck<'_>) -> Result<Jwk, CredentialError> {
        let wrong = |reason| CredentialError::KeyBinding { reason };
        let binding = self.key_binding.as_deref().ok_or(wrong("it is missing"))?;
        let key = verified.holder_key()?;
        let binding = UnverifiedJws::parse(binding)?.verify(&key, check.allowed)?;
        binding.expect_type(TYPE)?;
        let claims = binding.claims()?;
        let times =
            ClaimsCheck { now_s: check.now_s, leeway_s: check.leeway_s, max_age_s: Some(check.max_age_s), ..ClaimsCheck::default() };
        times.check(&claims)?;
        if json::text(&claims, "aud")? != Some(check.audience) {
            return Err(wrong("it is for another verifier"));
        }
        if json::text(&claims, "nonce")? != Some(check.nonce) {
            return Err(wrong("it does not answer our nonce"));
        }
        if json::text(&claims, "sd_hash")? != Some(&verified.hash.digest(&self.without_key_binding())) {
            return Err(wrong("it was made for another choice of disclosures"));
        }
        Ok(key)
    }
}
