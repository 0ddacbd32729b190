//! OpenID Connect, the side that asks: a provider says who someone is, and this makes sure that it did, for this hall and this sign-in.
//!
//! | file | specification | what it does |
//! | --- | --- | --- |
//! | `provider.rs` | – | which providers the profile trusts, and how far |
//! | `address.rs` | RFC 6890, RFC 9700 §4.8 | where the hall may ask |
//! | `fetch.rs` | – | the network |
//! | `metadata.rs` | Discovery 1.0, RFC 8414 | what a provider says of itself |
//! | `id_token.rs` | Core 1.0 §3.1.3.7 | the ID token |
//! | `client.rs` | Core 1.0, RFC 7523, 7636, 9126, 9207, 9449 | the flow: request, code, tokens |

pub(crate) mod address;
pub(crate) mod client;
pub(crate) mod fetch;
pub(crate) mod id_token;
pub(crate) mod metadata;
pub(crate) mod provider;
#[cfg(test)]
mod tests;

use sala_core::problem::Problem;
use sala_credential::CredentialError;

use self::address::AddressError;
use crate::problems::{IDENTITY_INVALID, IDENTITY_PROVIDER_DOWN, IDENTITY_REFUSED};

/// Why a provider's word is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OidcError {
    /// It does not answer, or not with what was asked for.
    #[error("the provider does not answer: {0}")]
    Unreachable(String),
    /// Its description of itself can't be used.
    #[error("the metadata of the provider can't be used: {0}")]
    Metadata(String),
    /// It names an address where the hall does not go.
    #[error("{name} of the provider is refused: {why}")]
    Address {
        /// Which of its addresses.
        name: &'static str,
        /// Why.
        why: AddressError,
    },
    /// It said no; the code of RFC 6749.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// The answer is another provider's (RFC 9207).
    #[error("the answer comes from another issuer, or does not say from which")]
    MixedUp,
    /// A token does not hold.
    #[error("a token of the provider does not hold: {0}")]
    Token(#[from] CredentialError),
    /// Something in the answer is not as agreed.
    #[error("{0}")]
    Answer(&'static str),
}

impl From<OidcError> for Problem {
    fn from(error: OidcError) -> Self {
        let code = match &error {
            OidcError::Unreachable(_) | OidcError::Metadata(_) | OidcError::Address { .. } => &IDENTITY_PROVIDER_DOWN,
            OidcError::Refused(_) => &IDENTITY_REFUSED,
            OidcError::MixedUp | OidcError::Token(_) | OidcError::Answer(_) => &IDENTITY_INVALID,
        };
        code.problem().because(error)
    }
}
