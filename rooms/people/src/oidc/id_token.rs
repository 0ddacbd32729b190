//! The ID token: what makes the hall believe who someone is (OpenID Connect Core §3.1.3.7). Pure.

use sala_credential::{
    Algorithm, ClaimsCheck, CredentialError, KeySet, base64url,
    jose::{
        UnverifiedJws,
        jwe::{ContentEncryption, DecryptionKey},
    },
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha512};

use super::{OidcError, provider::Provider};

/// By how much the clocks may differ.
const LEEWAY_S: i64 = 60;
/// An ID token is made for this sign-in, not long before.
const MAX_AGE_S: i64 = 600;

/// What the token must fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) provider: &'a Provider,
    pub(crate) nonce: &'a str,
    pub(crate) access_token: &'a str,
    pub(crate) now_s: i64,
}

/// Takes the token out of its envelope. Where the declaration wants one, a token without it is refused: else whoever sits in between
/// could choose.
pub(crate) fn unwrapped(provider: &Provider, key: &DecryptionKey, token: &str) -> Result<UnverifiedJws, OidcError> {
    let is_wrapped = token.split('.').count() == 5;
    match (provider.is_id_token_encrypted, is_wrapped) {
        (true, true) => {
            let plain = key.decrypt(token, &ContentEncryption::ALL)?.plaintext;
            let inner = String::from_utf8(plain).map_err(|_| OidcError::Answer("the encrypted ID token is no text"))?;
            Ok(UnverifiedJws::parse(&inner)?)
        }
        (false, false) => Ok(UnverifiedJws::parse(token)?),
        (true, false) => Err(OidcError::Answer("the ID token is not encrypted")),
        (false, true) => Err(OidcError::Answer("the ID token is encrypted, which was not agreed")),
    }
}

impl Expected<'_> {
    /// The claims of the token, if it was made by this provider, for this hall and this sign-in. [`CredentialError::NoSingleKey`]: the key
    /// is not among these; the provider may have a new one.
    pub(crate) fn verify(&self, keys: &KeySet, token: UnverifiedJws) -> Result<Map<String, Value>, OidcError> {
        let (provider, algorithm) = (self.provider, token.algorithm());
        // Before the key is looked for: a token must not make us ask for keys of an algorithm that is not allowed.
        if !provider.algorithms.contains(&algorithm) {
            return Err(CredentialError::AlgorithmNotAllowed { name: algorithm.name().to_owned() }.into());
        }
        let claims = keys.verify(token, &provider.algorithms)?.claims()?;
        let check = ClaimsCheck {
            now_s: self.now_s,
            leeway_s: LEEWAY_S,
            issuer: Some(&provider.issuer),
            audience: Some(&provider.client_id),
            max_age_s: Some(MAX_AGE_S),
            must_expire: true,
        };
        check.check(&claims)?;
        // Other audiences are nobody whom this hall knows or trusts.
        if claims.get("aud").and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one != &*provider.client_id)) {
            return Err(OidcError::Answer("the ID token is for others too"));
        }
        if claims.get("azp").is_some_and(|party| party != &*provider.client_id) {
            return Err(OidcError::Answer("the ID token was issued to another party"));
        }
        if claims.get("nonce").and_then(Value::as_str) != Some(self.nonce) {
            return Err(OidcError::Answer("the ID token was made for another sign-in"));
        }
        if claims.get("at_hash").is_some_and(|hash| hash != &*half_hash(algorithm, self.access_token)) {
            return Err(OidcError::Answer("the ID token belongs to another access token"));
        }
        subject(&claims)?;
        Ok(claims)
    }
}

/// `sub`: 1 to 255 ASCII letters (Core §2).
pub(crate) fn subject(claims: &Map<String, Value>) -> Result<&str, OidcError> {
    let subject = claims.get("sub").and_then(Value::as_str).filter(|text| (1..=255).contains(&text.len()) && text.is_ascii());
    subject.ok_or(OidcError::Answer("there is no usable subject"))
}

/// The left half of the hash of the signature's algorithm (Core §3.1.3.6; for Ed25519 that is SHA-512).
fn half_hash(algorithm: Algorithm, access_token: &str) -> String {
    let hash = if algorithm == Algorithm::EdDsa { Sha512::digest(access_token).to_vec() } else { Sha256::digest(access_token).to_vec() };
    let (half, _) = hash.split_at(hash.len() / 2);
    base64url::encode(half)
}
