//! `private_key_jwt`: a client proves who it is with its key instead of a password (RFC 7523 §3, OpenID Connect Core §9).

use serde_json::json;

use super::{Algorithm, ClaimsCheck, KeySet, SigningKey, UnverifiedJws, jws};
use crate::CredentialError;

/// The `client_assertion_type` that goes with it.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Makes an assertion. `token_id` is 16 or more random bytes as text; FAPI 2.0 wants the issuer's identifier as the one audience.
///
/// # Errors
/// None but [`CredentialError::Malformed`] of the writer.
pub fn make(
    key: &SigningKey,
    client_id: &str,
    audience: &str,
    token_id: &str,
    now_s: i64,
    lifetime_s: i64,
) -> Result<String, CredentialError> {
    let claims = json!({
        "iss": client_id, "sub": client_id, "aud": audience, "jti": token_id, "iat": now_s, "exp": now_s.saturating_add(lifetime_s),
    });
    jws::sign_jwt(key, "JWT", &claims)
}

/// A client that proved itself. `token_id` must be remembered until `expires_s`: it is good once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedClient {
    /// `sub`.
    pub client_id: String,
    /// `jti`.
    pub token_id: String,
    /// `exp`, seconds since 1970.
    pub expires_s: i64,
}

/// Verifies an assertion of a client with its registered keys. It may live at most `max_lifetime_s` from now.
///
/// # Errors
/// As [`KeySet::verify`] and [`ClaimsCheck::check`]; [`CredentialError::Claim`] if `sub` is not the client, `jti` is missing or `exp` is
/// too far away.
pub fn verify(
    assertion: &str,
    client_id: &str,
    keys: &KeySet,
    allowed: &[Algorithm],
    check: &ClaimsCheck<'_>,
    max_lifetime_s: i64,
) -> Result<VerifiedClient, CredentialError> {
    let claims = keys.verify(UnverifiedJws::parse(assertion)?, allowed)?.claims()?;
    ClaimsCheck { issuer: Some(client_id), must_expire: true, ..*check }.check(&claims)?;
    if crate::json::text(&claims, "sub")? != Some(client_id) {
        return Err(CredentialError::claim("sub", "it is not the client"));
    }
    let token_id = crate::json::text(&claims, "jti")?.ok_or(CredentialError::claim("jti", "it is missing"))?.to_owned();
    let expires_s = super::claims::time(&claims, "exp")?.ok_or(CredentialError::claim("exp", "it is missing"))?;
    if expires_s > check.now_s.saturating_add(max_lifetime_s).saturating_add(check.leeway_s) {
        return Err(CredentialError::claim("exp", "it is too far away"));
    }
    Ok(VerifiedClient { client_id: client_id.to_owned(), token_id, expires_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_is_for_one_server_one_client_and_a_short_time() {
        let key = SigningKey::es256(&[3; 32]).unwrap().with_key_id("c1");
        let keys = KeySet::new(vec![key.public().clone()]);
        let text = make(&key, "hall", "https://idp.example", "j1", 1000, 60).unwrap();
        let check = |audience, now_s| ClaimsCheck { now_s, audience: Some(audience), ..ClaimsCheck::default() };
        let verified = verify(&text, "hall", &keys, &[Algorithm::Es256], &check("https://idp.example", 1000), 300).unwrap();
        assert_eq!((verified.token_id.as_str(), verified.expires_s), ("j1", 1060));
        assert!(verify(&text, "hall", &keys, &[Algorithm::Es256], &check("https://other.example", 1000), 300).is_err());
        assert!(verify(&text, "hell", &keys, &[Algorithm::Es256], &check("https://idp.example", 1000), 300).is_err());
        assert!(verify(&text, "hall", &keys, &[Algorithm::Es256], &check("https://idp.example", 1060), 300).is_err());
        assert!(verify(&text, "hall", &keys, &[Algorithm::Es256], &check("https://idp.example", 1000), 30).is_err());
    }
}
