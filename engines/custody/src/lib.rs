//! A key that no one holds alone, and tokens that no one can trace.
//!
//! | module | source | what it does |
//! | --- | --- | --- |
//! | [`Committee`], [`HolderKey`] | RFC 9496 | custodians, their own keys, their threshold |
//! | [`Ceremony`], [`Participant`] | Gennaro, Jarecki, Krawczyk, Rabin 1999/2007 | makes a shared key, or hands it over to other custodians |
//! | [`Ciphertext`] | Shoup, Gennaro 2002 (TDH2) | seals to that key, bound to a [`Label`] |
//! | [`Inquiry`] | Chaum, Pedersen 1992 | opens one ciphertext for one case and one recipient, with proofs for everybody |
//! | [`token`] | RFC 9474 | one blind-signed token for each person and scope |
//!
//! Everything is pure: bytes in, bytes out. Random bytes are parameters, always "32 uniformly random bytes for this use
//! alone"; where messages are published and when a stage is over is the caller's affair. The protocol, what it assumes
//! and what a majority of custodians could do: `docs/designs/custody.md`.
//!
//! # Invariants
//! - The secret key is never computed: not in making, opening or handing over.
//! - A partial decryption comes only out of an [`Inquiry`], and an inquiry exists only for a ciphertext whose proof holds.
//! - Who is named as a cheater has signed what it is blamed for; the two exceptions are silences ([`Misdeed`]).
//! - No parser panics; what is accepted is written back byte for byte; the identity is never accepted as a point.
//! - Secrets are wiped when they go and are never printed.

mod ceremony;
mod cipher;
mod committee;
mod envelope;
mod error;
mod group;
mod holder;
#[cfg(test)]
mod hostile;
mod inquiry;
mod keyset;
mod proof;
pub mod token;
mod transcript;
mod wire;

pub use ceremony::{Ceremony, Fault, Misdeed, Participant, Role, Stage};
pub use cipher::{Ciphertext, Label};
pub use committee::Committee;
pub use error::CustodyError;
pub use holder::{HolderKey, PublicKey};
pub use inquiry::{Inquiry, Opened, Release};
pub use keyset::{KeySet, KeyShare};
