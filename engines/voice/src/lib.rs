//! Voice of shared spaces: a selective forwarding unit for Opus over WebRTC. It decides which of those whom one may hear are passed on, and
//! passes their packets on unopened: nothing is decoded, mixed or kept.
//!
//! The engine has no socket, no thread and no clock: datagrams and the time come in, datagrams and events go out. Keys of a connection are
//! drawn inside `str0m` and `dimpl`; certificate and ICE credentials are made from bytes that the caller brings.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`sfu`] | peers, datagrams in and out, who hears whom, the floor of each room |
//! | [`choice`] | which speakers get a listener's slots: loudest and nearest first, with hysteresis |
//! | [`utterance`] | what one speaker says in one go, as Ogg Opus for a speech server |
//! | [`client`] | the other end, for tests and benches |
//! | [`crypto`] | what str0m needs of ring and RustCrypto; the certificate |
//!
//! ```text
//! offer ─> Sfu::join ─> answer            one connection for each client: one microphone in, SLOTS speakers out
//! datagram, time ─> Sfu::receive, Sfu::advance ─> Sfu::poll ─> datagrams, Speaking, Slots, Unheard, Gone
//! Sfu::hear(listener, who may be heard, how far)     a few times a second; Sfu::silence(peer) at once
//! ```
//!
//! # Invariants
//! - A listener gets packets only of those in its last [`Sfu::hear`]: whoever is left out is never sent, from the next packet on.
//! - Of one who is silenced, not one packet is passed on.
//! - In a room no more than its limit speak at once, and a listener hears at most [`SLOTS`].
//! - Who speaks is told by the packets' own levels, and what is too quiet to count as speech is not passed on either.
//! - No bytes from outside can make it panic; a peer that breaks the protocol ends its own connection only.

pub mod choice;
pub mod client;
pub mod crypto;
mod line;
mod peer;
pub mod sfu;
pub mod utterance;

pub use self::{
    choice::Audible,
    crypto::{Certificate, CertificateError},
    sfu::{Output, PeerId, RoomId, SLOTS, Sfu, VoiceError, Why},
    utterance::Utterance,
};
