//! One human, one token for each scope, and nobody can tell whose it is.
//!
//! Blind RSA signatures of RFC 9474, variant RSABSSA-SHA384-PSSZERO-Deterministic, the one behind Privacy Pass'
//! publicly verifiable tokens (RFC 9578 §6, type 0x0002). The authority holds an [`IssuerKey`] for each scope (a poll, a
//! space), checks that a person has not had a token for it, and signs without seeing what it signs; the poll takes
//! each [`Token`] once, by its [`Token::id`].
//!
//! Nonce *and* blinding factor follow from the user's secret: after a change of device the same request is made again,
//! byte for byte. So an authority that has kept the digest of a person's request can answer that one again, and only
//! that one; the pseudonym comes back, and a second pseudonym does not.
//!
//! What remains: who asks at two minutes to ten and votes at one minute to ten is not hidden by any signature. Issue in
//! one window, take votes in a later one, and open no scope for a few persons only.
//!
//! The browser's half is `web/src/people/scope-token.ts`; both are held to the same vectors (`engines/custody/tests/scope-token.json`).

mod issuer;
mod message;
mod request;

use std::fmt;

pub use self::{
    issuer::{IssuerKey, ScopeKey},
    message::{Message, Scope, UserSecret},
    request::{Pending, Reply, Request},
};
use crate::{CustodyError, wire::Reader};

/// Bytes of modulus, request, reply and signature: RSA with 2048 bits.
pub const SIZE: usize = 256;

/// A message and the authority's signature on it: the right to speak once in a scope.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    message: Message,
    signature: [u8; SIZE],
}

impl Token {
    pub(crate) const fn new(message: Message, signature: [u8; SIZE]) -> Self {
        Self { message, signature }
    }

    /// The message and 256 bytes of signature.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.message.encode();
        out.extend_from_slice(&self.signature);
        out
    }

    /// Reads what [`Self::encode`] wrote, and nothing else. It says nothing yet about the signature.
    pub fn decode(bytes: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::new("token", bytes);
        let message = Message::read(&mut reader)?;
        let signature = reader.array()?;
        reader.end()?;
        Ok(Self { message, signature })
    }

    /// Whether it is a token of this scope, signed by the scope's key (RFC 9474 §4.5).
    pub fn verify(&self, scope: &Scope, key: &ScopeKey) -> Result<(), CustodyError> {
        if self.message.scope() != scope {
            return Err(CustodyError::WrongScope);
        }
        key.verify(&self.message.encode(), &self.signature)
    }

    /// What is signed.
    pub const fn message(&self) -> &Message {
        &self.message
    }

    /// Names the token for the check that it is used once: SHA-256 of its message, which holds scope and nonce.
    ///
    /// The signature is left out: should one message ever have two good signatures, they are still one token.
    pub fn id(&self) -> [u8; 32] {
        self.message.id()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("scope", self.message.scope()).finish_non_exhaustive()
    }
}
