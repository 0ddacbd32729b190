//! Why a message, a key or a token was refused.

use crate::ceremony::Fault;

/// Every refusal of this crate, as a sentence that can stand in a log line or a reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustodyError {
    /// The bytes do not have the one form that this crate writes.
    #[error("This is not a valid {what}: {reason}.")]
    Malformed {
        /// The thing that was expected, e.g. `key set`.
        what: &'static str,
        /// The first rule that was broken, as half a sentence.
        reason: &'static str,
    },
    /// A parameter lies outside what the protocol can keep safe.
    #[error("{what} can't be used: {reason}.")]
    Parameter {
        /// Which parameter.
        what: &'static str,
        /// Why not, as half a sentence.
        reason: &'static str,
    },
    /// The message belongs to another ceremony or to another inquiry.
    #[error("This message was made for something else: another ceremony, ciphertext, case, recipient or key.")]
    Foreign,
    /// No such place in the committee that may send this message, or a key that is not in it.
    #[error("The sender has no place in this committee.")]
    NotAMember,
    /// Nobody can be blamed for it: whoever sent it does not hold the key of the named member.
    #[error("The signature is not by member {place}: anybody may have written this, so no one is named.")]
    BadSignature {
        /// The place that the message claims.
        place: u8,
    },
    /// The ceremony does not take this kind of message now (too early or too late).
    #[error("This message comes too early or too late: the ceremony is in stage {stage}.")]
    OutOfStage {
        /// Where the ceremony stands.
        stage: crate::ceremony::Stage,
    },
    /// The same message is known already; nothing has changed.
    #[error("This message is known already.")]
    Duplicate,
    /// A member signed something that an honest member never signs.
    #[error("Refused, and the signature proves who is to blame: {0}.")]
    Cheated(Fault),
    /// Too few good contributions for the threshold.
    #[error("{have} good contributions are too few: {need} are needed. Refused ones came from: {cheaters:?}.")]
    TooFew {
        /// Good ones.
        have: usize,
        /// The threshold.
        need: usize,
        /// Places whose signed contribution was false.
        cheaters: Vec<u8>,
    },
    /// The key share is not the one that the public key set asks for.
    #[error("This key share does not fit the public key set.")]
    WrongShare,
    /// The proof in the ciphertext fails for this key and label: it was altered, or moved from another place.
    #[error("The ciphertext was not made for this key and this label, or it was altered.")]
    BadCiphertext,
    /// Enough good releases, but the sealed bytes do not open: whoever encrypted made them unreadable.
    #[error("The ciphertext can't be opened although all releases are good: it was made unreadable by its author.")]
    Unreadable,
    /// A token, its request or its reply that the key of the scope does not confirm.
    #[error("The key of this scope does not confirm the {what}.")]
    NotConfirmed {
        /// Request, reply or token.
        what: &'static str,
    },
    /// The token is for another scope.
    #[error("The token is for another scope.")]
    WrongScope,
}

impl CustodyError {
    pub(crate) const fn malformed(what: &'static str, reason: &'static str) -> Self {
        Self::Malformed { what, reason }
    }

    pub(crate) const fn parameter(what: &'static str, reason: &'static str) -> Self {
        Self::Parameter { what, reason }
    }
}
