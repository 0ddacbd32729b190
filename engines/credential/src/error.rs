//! Why a token, a credential or a message was refused.

/// Every refusal of this crate, as a sentence that can stand in a log line.
///
/// The variants tell apart what a caller acts on differently, and no more. None of them carries a claim's value or a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// The bytes do not have the form that their specification asks for.
    #[error("This is not a valid {what}: {reason}.")]
    Malformed {
        /// The thing that was expected, e.g. `JWS`.
        what: &'static str,
        /// The first rule that was broken, as half a sentence.
        reason: &'static str,
    },
    /// The text is longer than a caller should have to read.
    #[error("The {what} is larger than {limit} bytes.")]
    TooLarge {
        /// What was given, e.g. `JWS`.
        what: &'static str,
        /// The bound, in bytes.
        limit: usize,
    },
    /// The token names an algorithm that is not known here or that the caller does not allow.
    #[error("The algorithm \"{name}\" is not allowed here.")]
    AlgorithmNotAllowed {
        /// What stands in the header.
        name: String,
    },
    /// The header has extensions that must be understood (`crit`), and none is.
    #[error("The header has critical extensions that are not understood here.")]
    CriticalHeader,
    /// The token is of another type (`typ`) than the place asks for.
    #[error("The token is not of type \"{expected}\".")]
    WrongType {
        /// The type that was expected.
        expected: &'static str,
    },
    /// The key can't be used for this, or is no key at all.
    #[error("The key can't be used: {reason}.")]
    BadKey {
        /// The first rule that was broken, as half a sentence.
        reason: &'static str,
    },
    /// No key of the set fits, or more than one does.
    #[error("The keys do not have exactly one that fits this token.")]
    NoSingleKey,
    /// The signature is false.
    #[error("The signature is false: the token was altered or signed by another key.")]
    BadSignature,
    /// The message can't be decrypted: altered, or for another key.
    #[error("The message can't be decrypted: it was altered, or it is for another key.")]
    Undecryptable,
    /// The token's time is over.
    #[error("The token has expired.")]
    Expired,
    /// The token's time has not come.
    #[error("The token is not valid yet.")]
    NotYetValid,
    /// A claim is missing or is not what the caller asked for.
    #[error("The claim \"{name}\" does not fit: {reason}.")]
    Claim {
        /// Name of the claim.
        name: &'static str,
        /// What is wrong, as half a sentence.
        reason: &'static str,
    },
    /// Disclosures and digests of an SD-JWT do not belong together (RFC 9901 §7.1).
    #[error("The disclosures do not fit the SD-JWT: {reason}.")]
    Disclosure {
        /// The rule that was broken, as half a sentence.
        reason: &'static str,
    },
    /// The holder did not prove that the credential is theirs (RFC 9901 §7.3).
    #[error("The key binding does not hold: {reason}.")]
    KeyBinding {
        /// The rule that was broken, as half a sentence.
        reason: &'static str,
    },
    /// A path does not lead to what it should.
    #[error("The path {path} does not lead to a claim that can be treated so.")]
    Path {
        /// The path as a JSON array, e.g. `["address","street"]`.
        path: String,
    },
    /// An index lies outside the status list, or a value does not fit its bits.
    #[error("The status list has no place for {what} {value}: the limit is {limit}.")]
    OutOfRange {
        /// `index`, `status`, `bits` or `size`.
        what: &'static str,
        /// The value that was given.
        value: u64,
        /// The bound that it breaks.
        limit: u64,
    },
    /// The specification has this, and this crate does not.
    #[error("{what} is not supported here.")]
    Unsupported {
        /// What was asked for.
        what: &'static str,
    },
    /// A presentation does not answer the query that it claims to answer.
    #[error("The answer to the query \"{query}\" does not fit: {reason}.")]
    Answer {
        /// Id of the credential query.
        query: String,
        /// What is wrong, as half a sentence.
        reason: &'static str,
    },
}

impl CredentialError {
    pub(crate) const fn malformed(what: &'static str, reason: &'static str) -> Self {
        Self::Malformed { what, reason }
    }

    pub(crate) const fn claim(name: &'static str, reason: &'static str) -> Self {
        Self::Claim { name, reason }
    }
}
