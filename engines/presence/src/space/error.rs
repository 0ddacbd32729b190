//! Why a space refused.

use crate::way::WayError;

/// A refusal of a space, as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpaceError {
    /// As many are here as may be.
    #[error("The space is full: {capacity} people are here.")]
    Full {
        /// Most people at a time.
        capacity: u16,
    },
    /// Nobody has this slot now.
    #[error("Nobody has slot {0} now.")]
    NoSlot(u16),
    /// A bubble is 0 to 3 m.
    #[error("A bubble is 0 to 3 m; {0} m was asked for.")]
    Bubble(f64),
    /// A pair is of two.
    #[error("Slot {0} can't be blocked from itself.")]
    OneSelf(u16),
    /// A place outside of the space.
    #[error("Slot {0} would stand outside of the space.")]
    Outside(u16),
    /// Two on one slot.
    #[error("Two people can't have the same slot.")]
    Twice,
    /// A goal that is none.
    #[error(transparent)]
    Way(#[from] WayError),
}
