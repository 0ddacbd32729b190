//! The signed list: a JWT of type `statuslist+jwt` (§5.1).

use serde_json::{Map, Value, json};

use super::{Status, StatusList, StatusReference};
use crate::{
    CredentialError,
    jose::{Algorithm, ClaimsCheck, Jwk, SigningKey, UnverifiedJws, claims, jws},
    json,
};

/// `typ`, and below `application/` the media type.
pub const TYPE: &str = "statuslist+jwt";

/// What is signed with the list.
#[derive(Debug, Clone, Copy)]
pub struct TokenDraft<'a> {
    /// Address under which the token is published (`sub`).
    pub uri: &'a str,
    /// Now, seconds since 1970.
    pub issued_s: i64,
    /// After this nobody may rely on it (`exp`).
    pub expires_s: Option<i64>,
    /// After so many seconds a verifier should fetch it again (`ttl`).
    pub ttl_s: Option<u32>,
}

/// Signs a list.
///
/// # Errors
/// As [`StatusList::to_json`] and [`jws::sign_jwt`].
pub fn sign(key: &SigningKey, draft: &TokenDraft<'_>, list: &StatusList) -> Result<String, CredentialError> {
    let mut claims = Map::from_iter([
        ("sub".to_owned(), json!(draft.uri)),
        ("iat".to_owned(), json!(draft.issued_s)),
        ("status_list".to_owned(), list.to_json()?),
    ]);
    if let Some(expires_s) = draft.expires_s {
        claims.insert("exp".to_owned(), expires_s.into());
    }
    if let Some(ttl_s) = draft.ttl_s {
        claims.insert("ttl".to_owned(), ttl_s.into());
    }
    jws::sign_jwt(key, TYPE, &claims)
}

/// A list that holds: signed, in time, and the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusToken {
    list: StatusList,
    uri: String,
    /// Until when it may be kept and used, seconds since 1970; `None`: the token does not say.
    pub fresh_until_s: Option<i64>,
}

impl StatusToken {
    /// The status of a credential that refers to this list.
    ///
    /// # Errors
    /// [`CredentialError::Claim`] if it refers to another list, [`CredentialError::OutOfRange`] if the list has no such place.
    pub fn status_of(&self, reference: &StatusReference) -> Result<Status, CredentialError> {
        if reference.uri != self.uri {
            return Err(CredentialError::claim("status", "it refers to another status list"));
        }
        self.list.get(reference.index)
    }

    /// The list.
    pub fn list(&self) -> &StatusList {
        &self.list
    }
}

/// Verifies the token that was fetched from `uri` (§8.3); at most `limit` bytes are unpacked, and the text may be twice as long.
///
/// # Errors
/// As [`UnverifiedJws::verify`], [`ClaimsCheck::check`] and [`StatusList::from_json`]; [`CredentialError::WrongType`];
/// [`CredentialError::Claim`] if `sub` is another address.
pub fn verify(text: &str, uri: &str, key: &Jwk, allowed: &[Algorithm], now_s: i64, limit: usize) -> Result<StatusToken, CredentialError> {
    let verified = UnverifiedJws::parse_within(text, limit.saturating_mul(2).saturating_add(4096))?.verify(key, allowed)?;
    verified.expect_type(TYPE)?;
    let claims = verified.claims()?;
    ClaimsCheck { now_s, leeway_s: 5, ..ClaimsCheck::default() }.check(&claims)?;
    if json::text(&claims, "sub")? != Some(uri) {
        return Err(CredentialError::claim("sub", "it is the token of another status list"));
    }
    let issued_s = claims::time(&claims, "iat")?.ok_or(CredentialError::claim("iat", "it is missing"))?;
    let expires_s = claims::time(&claims, "exp")?;
    let stale_s = match claims.get("ttl") {
        None => None,
        Some(ttl) => {
            let ttl_s = ttl.as_i64().filter(|ttl_s| *ttl_s > 0).ok_or(CredentialError::claim("ttl", "it is not a positive number"))?;
            Some(issued_s.saturating_add(ttl_s))
        }
    };
    let list = StatusList::from_json(claims.get("status_list").unwrap_or(&Value::Null), limit)?;
    Ok(StatusToken { list, uri: uri.to_owned(), fresh_until_s: [expires_s, stale_s].into_iter().flatten().min() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::MAX_BYTES;

    const URI: &str = "https://hall.example/status/1";

    #[test]
    fn a_revoked_credential_is_found_and_another_list_is_refused() {
        let key = SigningKey::es256(&[1; 32]).unwrap();
        let mut list = StatusList::new(2, 1000).unwrap();
        list.set(7, Status::Suspended).unwrap();
        let draft = TokenDraft { uri: URI, issued_s: 1000, expires_s: Some(5000), ttl_s: Some(60) };
        let text = sign(&key, &draft, &list).unwrap();
        let read = |uri, now_s| verify(&text, uri, key.public(), &[Algorithm::Es256], now_s, MAX_BYTES);
        let token = read(URI, 1000).unwrap();
        assert_eq!(token.fresh_until_s, Some(1060));
        let status = |index, uri: &str| token.status_of(&StatusReference { index, uri: uri.to_owned() });
        assert_eq!(status(7, URI), Ok(Status::Suspended));
        assert_eq!(status(8, URI), Ok(Status::Valid));
        assert!(status(1000, URI).is_err());
        assert!(status(7, "https://hall.example/status/2").is_err());
        assert!(read("https://hall.example/status/2", 1000).is_err());
        assert_eq!(read(URI, 5005), Err(CredentialError::Expired));
        let other = jws::sign_jwt(&key, "jwt", &json!({"sub": URI, "iat": 1, "status_list": list.to_json().unwrap()})).unwrap();
        let read = verify(&other, URI, key.public(), &[Algorithm::Es256], 1000, MAX_BYTES);
        assert_eq!(read, Err(CredentialError::WrongType { expected: TYPE }));
    }
}
