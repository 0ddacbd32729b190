//! Why a frame was refused.

/// Every refusal of a frame, as a sentence that can be sent back to who wrote the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// No byte at all.
    #[error("The frame is empty: its first byte says version and kind.")]
    Empty,
    /// The high 4 bits of the first byte are not 1.
    #[error("The frame has version {0}; this server speaks version 1 (high 4 bits of the first byte).")]
    Version(u8),
    /// The low 4 bits of the first byte name no frame of this direction.
    #[error("There is no frame of kind {0} in this direction.")]
    Kind(u8),
    /// Too short, too long, or a broken record at the end.
    #[error("The frame has {got} bytes where {expected} are needed{}.", if *.record == 0 { String::new() } else { format!(", and then whole records of {record}") })]
    Length {
        /// Bytes that came.
        got: usize,
        /// Bytes before the records, or all of them where there are none.
        expected: usize,
        /// Bytes of a record; 0 where there are none.
        record: usize,
    },
    /// The byte or the bits that are kept for later are not 0.
    #[error("{what} is reserved and must be 0; it is {value:#04x}.")]
    Reserved {
        /// Which byte or bits.
        what: &'static str,
        /// What stood there.
        value: u8,
    },
    /// Gestures are 0 to 5.
    #[error("There is no gesture {0}: they are none 0, wave 1, sit 2, raise hand 3, bow 4, applaud 5.")]
    Gesture(u8),
    /// -128 would be faster than the greatest speed.
    #[error("A wish is -127 to 127 of the greatest speed; -128 is none.")]
    Wish,
}

impl WireError {
    /// Name of the kind of refusal, as in the vectors: `empty`, `version`, `kind`, `length`, `reserved`, `gesture`, `wish`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Version(_) => "version",
            Self::Kind(_) => "kind",
            Self::Length { .. } => "length",
            Self::Reserved { .. } => "reserved",
            Self::Gesture(_) => "gesture",
            Self::Wish => "wish",
        }
    }
}
