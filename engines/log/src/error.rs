//! Why bytes were refused.

/// Every refusal of this crate, as a sentence that can stand in a log line or a reply.
///
/// The variants are few on purpose: they tell apart what a caller acts on differently, and no more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The bytes do not have the form that their specification asks for.
    #[error("This is not a valid {what}: {reason}.")]
    Malformed {
        /// The thing that was expected, e.g. `checkpoint`.
        what: &'static str,
        /// The first rule that was broken, as half a sentence.
        reason: &'static str,
    },
    /// An index, size or range lies outside the tree.
    #[error("{what} {value} is outside the tree: the limit is {limit}.")]
    OutOfRange {
        /// What was asked for, e.g. `Leaf index`.
        what: &'static str,
        /// The value that was given.
        value: u64,
        /// The bound that it breaks.
        limit: u64,
    },
    /// A consistency proof from the empty tree says nothing, so none is made or accepted.
    #[error("A consistency proof from the empty tree proves nothing: begin with a size of at least 1.")]
    EmptyTree,
    /// The proof has more or fewer hashes than the sizes ask for.
    #[error("The proof has {got} hashes where {expected} are needed.")]
    ProofLength {
        /// Hashes that the sizes ask for.
        expected: usize,
        /// Hashes that were given.
        got: usize,
    },
    /// The proof leads to another root.
    #[error("The proof does not lead to the expected root: leaf, proof or root was altered.")]
    RootMismatch,
    /// A signature by a key that we know is false; the whole note must be refused.
    #[error("The signature of {name} is false: do not trust this note.")]
    BadSignature {
        /// Name of the key that is said to have signed.
        name: String,
    },
    /// No signature is by a key that we know.
    #[error("No known key has signed this note.")]
    NoKnownSignature,
    /// The key is of a type that this crate does not verify.
    #[error("Signature type 0x{algorithm:02x} is not supported here: use Ed25519 (0x01) or cosignature/v1 (0x04).")]
    UnsupportedAlgorithm {
        /// The signature type byte of c2sp.org/signed-note.
        algorithm: u8,
    },
    /// The checkpoint belongs to another log.
    #[error("The checkpoint is of log \"{found}\", not of \"{expected}\".")]
    WrongOrigin {
        /// Origin that was expected: the name of the log's key.
        expected: String,
        /// Origin in the checkpoint.
        found: String,
    },
    /// The verified witnesses are too few, or not the right ones.
    #[error("The witnesses that signed do not meet the quorum of the policy.")]
    PolicyNotMet,
    /// An entry is longer than its length prefix can say.
    #[error("An entry of {bytes} bytes is too long: the limit is 65535.")]
    EntryTooLong {
        /// Length of the entry.
        bytes: usize,
    },
    /// The caller's store could not give a hash or a tile.
    #[error("The store of the log could not be read: {reason}.")]
    Source {
        /// What the store said.
        reason: String,
    },
}

impl LogError {
    pub(crate) const fn malformed(what: &'static str, reason: &'static str) -> Self {
        Self::Malformed { what, reason }
    }

    /// For implementors of [`crate::HashSource`] and of tile fetchers: the store failed, and why.
    pub fn source(reason: impl Into<String>) -> Self {
        Self::Source { reason: reason.into() }
    }
}
