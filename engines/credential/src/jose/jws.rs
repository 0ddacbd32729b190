//! Compact JWS (RFC 7515 §7.1) and the JWTs that are made of it.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Algorithm, Jwk, SigningKey};
use crate::{CredentialError, base64url, json};

const WHAT: &str = "JWS";

/// Largest JWS that is read where the caller says nothing else: 128 KiB, far above any credential.
pub const MAX_BYTES: usize = 128 * 1024;

/// A JWS of which nothing is known but its form. Its claims can't be read before [`UnverifiedJws::verify`].
#[derive(Debug, Clone)]
pub struct UnverifiedJws {
    algorithm: Algorithm,
    header: Map<String, Value>,
    payload: Vec<u8>,
    signing_input: String,
    signature: Vec<u8>,
}

impl UnverifiedJws {
    /// Reads a compact JWS of at most [`MAX_BYTES`].
    ///
    /// # Errors
    /// As [`UnverifiedJws::parse_within`].
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        Self::parse_within(text, MAX_BYTES)
    }

    /// Reads a compact JWS of at most `limit` bytes.
    ///
    /// # Errors
    /// [`CredentialError::TooLarge`], [`CredentialError::Malformed`] (also for a header member that is there twice),
    /// [`CredentialError::AlgorithmNotAllowed`] for an algorithm that is not known here, [`CredentialError::CriticalHeader`].
    pub fn parse_within(text: &str, limit: usize) -> Result<Self, CredentialError> {
        if text.len() > limit {
            return Err(CredentialError::TooLarge { what: WHAT, limit });
        }
        let malformed = |reason| CredentialError::malformed(WHAT, reason);
        let (signing_input, signature) = text.rsplit_once('.').ok_or(malformed("it does not have three parts"))?;
        let (header, payload) = signing_input.split_once('.').ok_or(malformed("it does not have three parts"))?;
        let decode = |part| base64url::decode(part).ok_or(malformed("a part is not base64url"));
        let header = json::parse_object(&decode(header)?, WHAT)?;
        if header.contains_key("crit") {
            return Err(CredentialError::CriticalHeader);
        }
        let name = json::text(&header, "alg")?.ok_or(malformed("its header names no algorithm"))?;
        let algorithm = Algorithm::from_name(name).ok_or_else(|| CredentialError::AlgorithmNotAllowed { name: name.to_owned() })?;
        json::text(&header, "kid")?;
        json::text(&header, "typ")?;
        Ok(Self { algorithm, payload: decode(payload)?, signature: decode(signature)?, signing_input: signing_input.to_owned(), header })
    }

    /// The algorithm that the header names.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// `kid`: a hint for choosing the key, nothing more.
    pub fn key_id(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// The key that the sender put into the header (`jwk`). It proves that the sender has it, never who they are.
    ///
    /// # Errors
    /// As [`Jwk::parse`], and [`CredentialError::Malformed`] if there is none.
    pub fn embedded_key(&self) -> Result<Jwk, CredentialError> {
        match self.header.get("jwk") {
            Some(Value::Object(members)) => Jwk::from_members(members),
            _ => Err(CredentialError::malformed(WHAT, "its header has no key")),
        }
    }

    /// A claim of the payload before anything is verified: only to find out whose key to ask for, such as `iss`.
    pub fn hint(&self, name: &str) -> Option<String> {
        let claims = json::parse_object(&self.payload, WHAT).ok()?;
        claims.get(name)?.as_str().map(str::to_owned)
    }

    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Verifies with this key. The caller fixes the algorithms; the key must be for the one that the header names.
    ///
    /// # Errors
    /// [`CredentialError::AlgorithmNotAllowed`], [`CredentialError::BadKey`], [`CredentialError::BadSignature`].
    pub fn verify(self, key: &Jwk, allowed: &[Algorithm]) -> Result<VerifiedJws, CredentialError> {
        if !allowed.contains(&self.algorithm) {
            return Err(CredentialError::AlgorithmNotAllowed { name: self.algorithm.name().to_owned() });
        }
        key.verify(self.algorithm, self.signing_input.as_bytes(), &self.signature)?;
        Ok(VerifiedJws { header: self.header, payload: self.payload })
    }
}

/// A JWS whose signature holds. It comes only out of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedJws {
    header: Map<String, Value>,
    payload: Vec<u8>,
}

impl VerifiedJws {
    /// The protected header.
    pub fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// What was signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload as the claims of a JWT.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`] if it is no JSON object, or has a member twice.
    pub fn claims(&self) -> Result<Map<String, Value>, CredentialError> {
        json::parse_object(&self.payload, "JWT")
    }

    /// Is the token of this type? Types are media types without `application/` and regardless of case (RFC 7515 §4.1.9).
    ///
    /// # Errors
    /// [`CredentialError::WrongType`].
    pub fn expect_type(&self, expected: &'static str) -> Result<(), CredentialError> {
        if self.has_type(expected) { Ok(()) } else { Err(CredentialError::WrongType { expected }) }
    }

    /// As [`VerifiedJws::expect_type`], as a question.
    #[must_use]
    pub fn has_type(&self, expected: &str) -> bool {
        let own = self.header.get("typ").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        own.strip_prefix("application/").unwrap_or(&own) == expected
    }
}

/// Signs `payload`. `header` holds what stands beside `alg`; the key's `kid` is added unless `header` has a `kid` or a `jwk`.
///
/// # Errors
/// [`CredentialError::Malformed`] if `header` brings its own `alg` or a `crit`.
pub fn sign(key: &SigningKey, header: &Map<String, Value>, payload: &[u8]) -> Result<String, CredentialError> {
    if header.contains_key("alg") || header.contains_key("crit") {
        return Err(CredentialError::malformed(WHAT, "its header must not choose alg or crit"));
    }
    let mut header = header.clone();
    header.insert("alg".to_owned(), key.algorithm().name().into());
    if let Some(key_id) = key.public().key_id()
        && !header.contains_key("jwk")
    {
        header.entry("kid").or_insert_with(|| key_id.into());
    }
    let input = format!("{}.{}", base64url::encode(Value::Object(header).to_string()), base64url::encode(payload));
    let signature = base64url::encode(key.sign(input.as_bytes()));
    Ok(format!("{input}.{signature}"))
}

/// Signs a JWT of type `typ` (RFC 7519 §7.1).
///
/// # Errors
/// [`CredentialError::Malformed`] if the claims can't be written as JSON.
pub fn sign_jwt(key: &SigningKey, typ: &str, claims: &impl Serialize) -> Result<String, CredentialError> {
    let header = Map::from_iter([("typ".to_owned(), typ.into())]);
    let payload = serde_json::to_vec(claims).map_err(|_| CredentialError::malformed("JWT", "its claims can't be written as JSON"))?;
    sign(key, &header, &payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> [SigningKey; 2] {
        [SigningKey::es256(&[7; 32]).unwrap(), SigningKey::ed25519(&[7; 32])]
    }

    fn raw(header: &str) -> String {
        format!("{}.{}.{}", base64url::encode(header), base64url::encode("{}"), base64url::encode([0; 64]))
    }

    #[test]
    fn what_is_signed_is_verified_and_nothing_else() {
        for key in keys() {
            let token = sign_jwt(&key, "JWT", &serde_json::json!({"a": 1})).unwrap();
            let read = UnverifiedJws::parse(&token).unwrap();
            assert_eq!(read.clone().verify(key.public(), &Algorithm::ALL).unwrap().claims().unwrap().get("a"), Some(&Value::from(1)));
            assert!(matches!(read.clone().verify(key.public(), &[Algorithm::Rs256]), Err(CredentialError::AlgorithmNotAllowed { .. })));
            let stranger = SigningKey::es256(&[8; 32]).unwrap();
            assert!(read.verify(stranger.public(), &Algorithm::ALL).is_err());
        }
    }

    #[test]
    fn a_header_that_asks_for_trouble_is_refused() {
        let refused = [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"ES256","alg":"ES256"}"#,
            r#"{"alg":"ES256","crit":["b64"],"b64":false}"#,
            r#"{"alg":"ES256","crit":[]}"#,
            r#"{"alg":["ES256"]}"#,
            r#"{"alg":"ES256","kid":7}"#,
            r#"{"typ":"JWT"}"#,
            "[]",
            "",
        ];
        for header in refused {
            assert!(UnverifiedJws::parse(&raw(header)).is_err(), "{header}");
        }
        assert!(UnverifiedJws::parse(&raw(r#"{"alg":"ES256"}"#)).is_ok());
        assert!(UnverifiedJws::parse(&format!("{}=", raw(r#"{"alg":"ES256"}"#))).is_err());
        assert!(matches!(UnverifiedJws::parse(&"a".repeat(MAX_BYTES + 1)), Err(CredentialError::TooLarge { .. })));
    }
}
