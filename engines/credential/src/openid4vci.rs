//! OpenID for Verifiable Credential Issuance 1.0: the messages by which a hall gives credentials to a wallet, as an issuer and as its
//! authorisation server. Transport, sessions and what a code is good for stay with the caller.
//!
//! | module | section | what it does |
//! | --- | --- | --- |
//! | [`metadata`] | 12.2 | what the issuer offers |
//! | [`offer`] | 4 | a credential offer, by value and by reference |
//! | [`authorization`] | 5 | the authorisation request with PKCE |
//! | [`token`] | 6 | token request and response |
//! | [`credential`] | 7, 8 | nonce, credential request and response, proofs of key |

pub mod authorization;
pub mod credential;
pub mod metadata;
pub mod offer;
pub mod token;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::CredentialError;

/// Largest message that is read: 256 KiB.
pub const MAX_BYTES: usize = 256 * 1024;

/// Grant type of the pre-authorised code flow.
pub const PRE_AUTHORIZED_GRANT: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// A refusal with the code that its endpoint answers with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused<Code> {
    /// The specification's error code.
    pub code: Code,
    /// Why, for the log; it names no person and no secret.
    pub because: CredentialError,
}

impl<Code> Refused<Code> {
    pub(crate) fn new(code: Code, because: CredentialError) -> Self {
        Self { code, because }
    }
}

impl<Code: Copy> Refused<Code> {
    /// The body of the answer (status 400).
    #[must_use]
    pub fn body(&self) -> ErrorBody<Code> {
        ErrorBody { error: self.code, error_description: Some(self.because.to_string()) }
    }
}

impl<Code: fmt::Debug> fmt::Display for Refused<Code> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.code, self.because)
    }
}

impl<Code: fmt::Debug> std::error::Error for Refused<Code> {}

/// An error answer (RFC 6749 §5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody<Code> {
    /// The code.
    pub error: Code,
    /// A sentence for developers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error_description: Option<String>,
}

/// Error codes of the authorisation and token endpoints (RFC 6749 §4.1.2.1 and §5.2, RFC 9449 §5 and §8, OpenID4VCI §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenErrorCode {
    /// A parameter is missing, wrong, or there twice; or a transaction code was sent or left out against the offer.
    InvalidRequest,
    /// Client authentication failed.
    InvalidClient,
    /// The code is wrong, used or expired, or the transaction code is wrong.
    InvalidGrant,
    /// This client may not do this.
    UnauthorizedClient,
    /// The grant type is not supported.
    UnsupportedGrantType,
    /// The response type is not supported.
    UnsupportedResponseType,
    /// The scope is unknown.
    InvalidScope,
    /// The authorisation details are wrong (RFC 9396 §5).
    InvalidAuthorizationDetails,
    /// The DPoP proof is wrong.
    InvalidDpopProof,
    /// The DPoP proof needs the nonce of the header `DPoP-Nonce`.
    UseDpopNonce,
}

/// Error codes of the credential endpoint (§8.3.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialErrorCode {
    /// The request is malformed.
    InvalidCredentialRequest,
    /// The configuration is unknown.
    UnknownCredentialConfiguration,
    /// The credential identifier is unknown.
    UnknownCredentialIdentifier,
    /// The proof is missing or does not hold.
    InvalidProof,
    /// The proof has an old nonce: the wallet fetches a new one.
    InvalidNonce,
    /// The encryption parameters are missing or wrong.
    InvalidEncryptionParameters,
    /// The issuer says no, and will say so again.
    CredentialRequestDenied,
}
