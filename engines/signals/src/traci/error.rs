//! Why bytes from or for SUMO were refused.

/// Every refusal of the codec, as a sentence that can stand in a log line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TraciError {
    /// The length before a message can't be true.
    #[error("SUMO announced a message of {length} bytes; 4 to 268435456 can be read. Is another program listening on this port?")]
    Frame {
        /// Length that was announced, in bytes.
        length: u32,
    },
    /// The bytes end before the thing they began.
    #[error("The message ends at byte {at} inside {what}.")]
    Truncated {
        /// What was being read, e.g. `a string`.
        what: &'static str,
        /// Offset in the body, in bytes.
        at: usize,
    },
    /// The bytes do not have the form that the protocol asks for.
    #[error("The message is not TraCI at byte {at}: {reason}.")]
    Malformed {
        /// The rule that was broken, as half a sentence.
        reason: &'static str,
        /// Offset in the body, in bytes.
        at: usize,
    },
    /// A code that this client does not know, so the rest of the message can't be read.
    #[error("The message has the unknown {what} 0x{code:02x} at byte {at}: this client reads TraCI API 20 to 22.")]
    Unknown {
        /// `command`, `type` or `status`.
        what: &'static str,
        /// The code.
        code: u8,
        /// Offset in the body, in bytes.
        at: usize,
    },
    /// A value is not of the type that its variable has.
    #[error("SUMO gave {got} where {expected} was expected.")]
    Type {
        /// Name of the type that was expected.
        expected: &'static str,
        /// Name of the type that came.
        got: &'static str,
    },
    /// A request is too long, or asks for more than 255 variables at once.
    #[error("The request is too large: {what} has {size}, the limit is {limit}.")]
    TooLarge {
        /// What is too large, e.g. `a subscription`.
        what: &'static str,
        /// Its size.
        size: usize,
        /// The bound.
        limit: usize,
    },
    /// SUMO refused a command.
    #[error("SUMO refused command 0x{command:02x}: {why}")]
    Refused {
        /// Code of the command.
        command: u8,
        /// What SUMO said.
        why: String,
    },
    /// SUMO answered another command than the one that was asked.
    #[error("SUMO did not answer with {expected}.")]
    Unexpected {
        /// What was expected, e.g. `a value`.
        expected: &'static str,
    },
}
