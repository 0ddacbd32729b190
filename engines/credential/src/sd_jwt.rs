//! Selective disclosure (RFC 9901): an issuer signs digests, a holder shows what lies behind some of them, a verifier checks both.
//!
//! `<JWS>~<disclosure>~…~` is an SD-JWT; with a key-binding JWT at the end it is an SD-JWT+KB. Only the compact form is read.

mod disclosure;
mod issue;
mod key_binding;
mod unpack;

use std::fmt;

use serde_json::{Map, Value};

use crate::{
    CredentialError,
    claims_path::ClaimsPath,
    jose::{Algorithm, Jwk, UnverifiedJws, VerifiedJws},
    json,
};

pub use disclosure::{Disclosure, HashAlgorithm};
pub use issue::{Issuance, issue};
pub use key_binding::{KeyBinding, KeyBindingCheck};
use unpack::{Unpacked, unpack};

const WHAT: &str = "SD-JWT";

/// Largest SD-JWT that is read: 512 KiB, for a portrait among the disclosures.
pub const MAX_BYTES: usize = 512 * 1024;
const MAX_DISCLOSURES: usize = 1024;

/// An SD-JWT of which nothing is known but its form.
#[derive(Clone, PartialEq, Eq)]
pub struct SdJwt {
    jws: String,
    disclosures: Vec<Disclosure>,
    key_binding: Option<String>,
}

impl SdJwt {
    /// Reads an SD-JWT or SD-JWT+KB. `to_string` writes the same again.
    ///
    /// # Errors
    /// [`CredentialError::TooLarge`], [`CredentialError::Malformed`], [`CredentialError::Disclosure`].
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        if text.len() > MAX_BYTES {
            return Err(CredentialError::TooLarge { what: WHAT, limit: MAX_BYTES });
        }
        let malformed = |reason| CredentialError::malformed(WHAT, reason);
        let (body, last) = text.rsplit_once('~').ok_or(malformed("it has no ~ after its JWS"))?;
        let mut parts = body.split('~');
        let jws = parts.next().filter(|jws| !jws.is_empty()).ok_or(malformed("it has no JWS"))?.to_owned();
        let disclosures = parts.map(Disclosure::parse).collect::<Result<Vec<_>, _>>()?;
        if disclosures.len() > MAX_DISCLOSURES {
            return Err(malformed("it has more than 1024 disclosures"));
        }
        Ok(Self { jws, disclosures, key_binding: Some(last.to_owned()).filter(|last| !last.is_empty()) })
    }

    /// The issuer-signed part, to find out whose key is needed.
    ///
    /// # Errors
    /// As [`UnverifiedJws::parse_within`].
    pub fn unverified(&self) -> Result<UnverifiedJws, CredentialError> {
        UnverifiedJws::parse_within(&self.jws, MAX_BYTES)
    }

    /// The disclosures, in the order in which they stand.
    pub fn disclosures(&self) -> &[Disclosure] {
        &self.disclosures
    }

    /// Does it end in a key-binding JWT?
    #[must_use]
    pub fn has_key_binding(&self) -> bool {
        self.key_binding.is_some()
    }

    /// Verifies the issuer's signature and puts the disclosed claims in their places (RFC 9901 §7.1). Times and the key binding are the
    /// caller's next step: the module `vc` does all.
    ///
    /// # Errors
    /// As [`UnverifiedJws::verify`]; [`CredentialError::Disclosure`] for any rule that the disclosures break.
    pub fn verify(&self, key: &Jwk, allowed: &[Algorithm]) -> Result<VerifiedSdJwt, CredentialError> {
        let verified = self.unverified()?.verify(key, allowed)?;
        let unpacked = self.unpack(verified.claims()?)?;
        Ok(VerifiedSdJwt { jws: verified, claims: unpacked.claims, places: unpacked.places, hash: unpacked.hash })
    }

    /// The claims as the holder sees them, signature unseen: for the holder's own page, never for a decision.
    ///
    /// # Errors
    /// As [`SdJwt::verify`], but for the signature.
    pub fn unverified_claims(&self) -> Result<Map<String, Value>, CredentialError> {
        Ok(self.unpack_unverified()?.claims)
    }

    /// The same SD-JWT with only those disclosures that the paths need: each value, what stands above it, and all that lies below it.
    ///
    /// # Errors
    /// As [`SdJwt::unverified_claims`]; [`CredentialError::Path`] if a path leads nowhere.
    pub fn select(&self, paths: &[ClaimsPath]) -> Result<Self, CredentialError> {
        let unpacked = self.unpack_unverified()?;
        let claims = Value::Object(unpacked.claims);
        for path in paths {
            path.expand(&claims)?;
        }
        let is_needed = |index: usize| {
            let place = unpacked.places.iter().find(|place| place.disclosure == index);
            place.is_some_and(|place| paths.iter().any(|path| path.is_in_line_with(&place.path)))
        };
        let kept = self.disclosures.iter().enumerate().filter(|(index, _)| is_needed(*index));
        Ok(Self { jws: self.jws.clone(), disclosures: kept.map(|(_, disclosure)| disclosure.clone()).collect(), key_binding: None })
    }

    fn unpack_unverified(&self) -> Result<Unpacked, CredentialError> {
        self.unpack(json::parse_object(self.unverified()?.payload(), WHAT)?)
    }

    fn unpack(&self, payload: Map<String, Value>) -> Result<Unpacked, CredentialError> {
        unpack(payload, &self.disclosures)
    }

    /// All before the key-binding JWT, with the last `~`: what its `sd_hash` is over.
    fn without_key_binding(&self) -> String {
        let mut text = format!("{}~", self.jws);
        for disclosure in &self.disclosures {
            text.push_str(disclosure.as_str());
            text.push('~');
        }
        text
    }
}

impl fmt::Display for SdJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.without_key_binding(), self.key_binding.as_deref().unwrap_or_default())
    }
}

impl fmt::Debug for SdJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SdJwt").field("disclosures", &self.disclosures.len()).finish_non_exhaustive()
    }
}

/// Where a disclosure belongs.
#[derive(Clone, PartialEq, Eq)]
struct Place {
    path: ClaimsPath,
    /// Its number among the disclosures.
    disclosure: usize,
}

/// An SD-JWT whose signature holds and whose disclosures fit. It comes only out of [`SdJwt::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedSdJwt {
    jws: VerifiedJws,
    claims: Map<String, Value>,
    places: Vec<Place>,
    hash: HashAlgorithm,
}

impl VerifiedSdJwt {
    /// The protected header and type of the issuer's part.
    pub fn jws(&self) -> &VerifiedJws {
        &self.jws
    }

    /// The claims, those disclosed among them, without `_sd`, `...` and `_sd_alg`.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Where the disclosed claims stand.
    pub fn disclosed(&self) -> impl Iterator<Item = &ClaimsPath> {
        self.places.iter().map(|place| &place.path)
    }

    /// The holder's key (`cnf.jwk`, RFC 7800).
    ///
    /// # Errors
    /// As [`Jwk::from_members`]; [`CredentialError::KeyBinding`] if there is none.
    pub fn holder_key(&self) -> Result<Jwk, CredentialError> {
        match self.claims.get("cnf").and_then(|cnf| cnf.get("jwk")) {
            Some(Value::Object(members)) => Jwk::from_members(members),
            _ => Err(CredentialError::KeyBinding { reason: "the credential names no holder's key" }),
        }
    }
}

impl fmt::Debug for VerifiedSdJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedSdJwt").field("places", &self.places.len()).finish_non_exhaustive()
    }
}
