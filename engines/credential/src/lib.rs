//! Verifiable credentials, as bytes: what a hall issues to its citizens' wallets, what it asks to see of them, and the keys and tokens
//! that its sign-in needs. HTTP, storage, the clock and randomness stay with the caller.
//!
//! | module | specification | what it does |
//! | --- | --- | --- |
//! | [`jose`] | RFC 7515–7519, 7638, 8037, 7523, 7636, 9449 | keys, signed and encrypted tokens, DPoP, PKCE |
//! | [`sd_jwt`] | RFC 9901 | selective disclosure and key binding |
//! | [`vc`] | draft-ietf-oauth-sd-jwt-vc | credentials with a type, a holder, times and a status |
//! | [`status`] | draft-ietf-oauth-status-list | revocation without telling who was asked about |
//! | [`openid4vci`] | OpenID4VCI 1.0 | the messages of issuing |
//! | [`openid4vp`] | OpenID4VP 1.0 | the messages of asking and answering, with DCQL |
//!
//! # Invariants
//! - No parser panics or unpacks without bound, whatever the bytes; each has a limit in bytes.
//! - A `Verified…` value comes only out of a verification. The caller fixes the algorithms, and the key has the last word.
//! - JSON in which a member is there twice is refused everywhere: two readers would see two things.
//! - Secrets are wiped on drop and never shown: not in debug output, and not in errors, which name rules and no claim's value.
//! - All times are seconds since 1970 (UTC) and come from the caller, like all randomness ([`Entropy`]).

pub mod base64url;
mod claims_path;
mod error;
mod form;
pub mod jose;
mod json;
pub mod openid4vci;
pub mod openid4vp;
pub mod sd_jwt;
pub mod status;
pub mod vc;

/// Fills bytes with randomness; whoever issues or encrypts brings it. It must not be guessable: salts hide claims.
pub type Entropy<'a> = dyn FnMut(&mut [u8]) + 'a;

pub use claims_path::{ClaimsPath, PathStep};
pub use error::CredentialError;
pub use jose::{Algorithm, ClaimsCheck, Jwk, KeySet, SigningKey};
