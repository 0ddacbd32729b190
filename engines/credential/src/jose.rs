//! Signed and encrypted JSON: the part of JOSE that credentials and sign-in need, and nothing that they must not have.
//!
//! | module | specification | what it does |
//! | --- | --- | --- |
//! | [`key`] | RFC 7517, 7518 §6, 7638, 8037 | public keys and their thumbprints |
//! | [`key_set`] | RFC 7517 §5 | the one key that fits a token |
//! | [`signing`] | RFC 7518 §3.4, RFC 8037 | private keys that sign |
//! | [`jws`] | RFC 7515, 7519 | compact JWS, signed and verified |
//! | [`claims`] | RFC 7519 §4.1 | issuer, audience and times |
//! | [`jwe`] | RFC 7516, 7518 §4.6 | compact JWE with ECDH-ES on P-256 |
//! | [`dpop`] | RFC 9449 | proof that a caller has a key |
//! | [`client_assertion`] | RFC 7523 §3 | `private_key_jwt` |
//! | [`pkce`] | RFC 7636 | S256 |
//!
//! There is no `none`, no shared secret and no algorithm that a token may choose by itself: a caller names what it allows, and the key
//! has the last word.

pub mod claims;
pub mod client_assertion;
pub mod dpop;
pub mod jwe;
mod jwe_content;
pub mod jws;
pub mod key;
pub mod key_set;
pub mod pkce;
mod roca;
pub mod signing;

pub use claims::ClaimsCheck;
pub use jws::{UnverifiedJws, VerifiedJws};
pub use key::{Algorithm, Jwk};
pub use key_set::KeySet;
pub use signing::SigningKey;
