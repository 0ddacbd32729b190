//! What is signed: version ‖ `u8` length ‖ scope ‖ 32-byte nonce.

use std::fmt;

use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    CustodyError,
    wire::{Reader, VERSION},
};

/// The beginning of HKDF's `info`; the scope follows.
const NONCE: &[u8] = b"sala/scope-token/v1";

/// Where a token counts: the id of a poll or a space, 1 to 128 bytes of visible ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope(String);

impl Scope {
    /// Checks length and alphabet.
    pub fn new(scope: impl Into<String>) -> Result<Self, CustodyError> {
        let scope = scope.into();
        if (1..=128).contains(&scope.len()) && scope.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(scope))
        } else {
            Err(CustodyError::parameter("scope", "it has 1 to 128 visible ASCII characters"))
        }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The secret from which all of a person's pseudonyms follow. It stays with the person: whoever has it can find
/// their tokens. It is wiped when it goes and is never printed.
#[derive(Clone)]
pub struct UserSecret(Zeroizing<[u8; 32]>);

impl UserSecret {
    /// 32 uniformly random bytes that are used for nothing else.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// HKDF-SHA-256 (RFC 5869) without salt; `info` is the concatenation of the parts.
    pub(crate) fn derive<const N: usize>(&self, info: &[&[u8]]) -> Zeroizing<[u8; N]> {
        let mut out = Zeroizing::new([0; N]);
        // Fails for more than 8160 bytes only; nobody asks for more than 256.
        let expanded = Hkdf::<Sha256>::new(None, &*self.0).expand_multi_info(info, &mut *out);
        debug_assert!(expanded.is_ok());
        out
    }
}

impl fmt::Debug for UserSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserSecret(…)")
    }
}

/// A person's pseudonym in a scope, before or after it is signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    scope: Scope,
    nonce: [u8; 32],
}

impl Message {
    /// The one message that this person has in this scope: nonce = HKDF(secret, "sala/scope-token/v1" ‖ scope).
    pub fn of(secret: &UserSecret, scope: &Scope) -> Self {
        Self { nonce: *secret.derive(&[NONCE, scope.0.as_bytes()]), scope: scope.clone() }
    }

    /// Where it counts.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The pseudonym itself.
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// Version 1, `u8` length, scope, nonce.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION, u8::try_from(self.scope.0.len()).unwrap_or(u8::MAX)];
        out.extend_from_slice(self.scope.0.as_bytes());
        out.extend_from_slice(&self.nonce);
        out
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, CustodyError> {
        if reader.byte()? != VERSION {
            return Err(CustodyError::malformed("token", "its version is not 1"));
        }
        let length = reader.byte()?;
        let scope = std::str::from_utf8(reader.take(usize::from(length))?)
            .map_err(|_| CustodyError::malformed("token", "its scope is not ASCII"))?;
        Ok(Self { scope: Scope::new(scope)?, nonce: reader.array()? })
    }

    /// SHA-256 of the encoding.
    pub fn id(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("scope", &self.scope).finish_non_exhaustive()
    }
}
