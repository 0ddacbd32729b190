//! One disclosure: salt, name and value behind a digest (RFC 9901 §4.2).

use std::fmt;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::{CredentialError, base64url, json};

/// How digests are made (`_sd_alg`, IANA Named Information Hash Algorithm registry).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HashAlgorithm {
    /// `sha-256`, also where nothing is said.
    #[default]
    Sha256,
    /// `sha-384`
    Sha384,
    /// `sha-512`
    Sha512,
}

impl HashAlgorithm {
    /// The algorithm that the payload names.
    pub(super) fn of(claim: Option<&Value>) -> Result<Self, CredentialError> {
        match claim.map(Value::as_str) {
            None | Some(Some("sha-256")) => Ok(Self::Sha256),
            Some(Some("sha-384")) => Ok(Self::Sha384),
            Some(Some("sha-512")) => Ok(Self::Sha512),
            Some(_) => Err(CredentialError::Unsupported { what: "The digest algorithm that the SD-JWT names" }),
        }
    }

    /// Base64url of the digest of these ASCII bytes.
    #[must_use]
    pub fn digest(self, text: &str) -> String {
        match self {
            Self::Sha256 => base64url::encode(Sha256::digest(text)),
            Self::Sha384 => base64url::encode(Sha384::digest(text)),
            Self::Sha512 => base64url::encode(Sha512::digest(text)),
        }
    }
}

/// A value that its holder may show. It is not shown in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosure {
    text: String,
    name: Option<String>,
    value: Value,
}

impl Disclosure {
    /// Makes one: of an object's member with a name, of an array's element without.
    #[must_use]
    pub fn new(salt: [u8; 16], name: Option<&str>, value: Value) -> Self {
        let salt = base64url::encode(salt);
        let array = match name {
            Some(name) => json!([salt, name, value]),
            None => json!([salt, value]),
        };
        Self { text: base64url::encode(array.to_string()), name: name.map(str::to_owned), value }
    }

    /// Reads one. The names `_sd` and `...` are refused (RFC 9901 §7.1, step 3).
    ///
    /// # Errors
    /// [`CredentialError::Disclosure`].
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        let wrong = |reason| CredentialError::Disclosure { reason };
        let bytes = base64url::decode(text).ok_or(wrong("one is not base64url"))?;
        let Ok(Value::Array(parts)) = json::parse(&bytes, "disclosure") else {
            return Err(wrong("one is not a JSON array, or has a member twice"));
        };
        let (name, value) = match parts.as_slice() {
            [Value::String(_), value] => (None, value),
            [Value::String(_), Value::String(name), value] => (Some(name.clone()), value),
            _ => return Err(wrong("one is neither [salt, value] nor [salt, name, value]")),
        };
        if name.as_deref().is_some_and(|name| matches!(name, "_sd" | "...")) {
            return Err(wrong("one has a name that is reserved"));
        }
        Ok(Self { text: text.to_owned(), name, value: value.clone() })
    }

    /// Name of the member; `None` for an element of an array.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The value, in which digests of other disclosures may stand.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// As it stands in the SD-JWT.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disclosure").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_9901_section_4_2_have_their_digests() {
        let member = Disclosure::parse("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0").unwrap();
        assert_eq!((member.name(), member.value()), (Some("family_name"), &json!("Möbius")));
        assert_eq!(HashAlgorithm::Sha256.digest(member.as_str()), "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
        let element = Disclosure::parse("WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0").unwrap();
        assert_eq!((element.name(), element.value()), (None, &json!("FR")));
        assert_eq!(HashAlgorithm::Sha256.digest(element.as_str()), "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs");
    }

    #[test]
    fn what_is_no_disclosure_is_refused() {
        let wrong =
            ["", "[]", r#"["s"]"#, r#"["s",1,2]"#, r#"[1,"n",2]"#, r#"["s","n",2,3]"#, r#"["s","_sd",[]]"#, r#"["s","...","x"]"#, "{}"];
        for json in wrong {
            assert!(Disclosure::parse(&base64url::encode(json)).is_err(), "{json}");
        }
        assert!(Disclosure::parse("WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0=").is_err());
    }
}
