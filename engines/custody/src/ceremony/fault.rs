//! Words for what happens in a ceremony.

use std::fmt;

/// Where a ceremony stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Dealers commit and deal.
    Dealing,
    /// Recipients complain of what they can't use.
    Complaining,
    /// The qualified dealers open their commitments.
    Opening,
    /// The others open those of a dealer who did not.
    Revealing,
    /// There is a key set.
    Done,
    /// There will be none.
    Failed,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dealing => "dealing",
            Self::Complaining => "complaining",
            Self::Opening => "opening",
            Self::Revealing => "revealing",
            Self::Done => "done",
            Self::Failed => "failed",
        })
    }
}

/// In which part a member acted: in a handover dealers and recipients are two committees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Dealt shares.
    Dealer,
    /// Received shares.
    Recipient,
    /// Released a partial decryption.
    Custodian,
}

/// What a member did that an honest one never does. All but the two silences are proved by the member's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misdeed {
    /// Did not deal in time.
    NoDealing,
    /// Dealt twice, differently.
    TwoDealings,
    /// Dealt something malformed, without its proof, or not its own share.
    BadDealing,
    /// Sealed a share that does not fit the commitments.
    BadShare,
    /// Complained without proof.
    BadComplaint,
    /// Complained of a good share.
    FalseComplaint,
    /// Did not open in time what it had committed to.
    NotOpened,
    /// Opened something else than it had committed to.
    BadOpening,
    /// Revealed something else than it was dealt, or of one who had opened.
    BadReveal,
    /// Released a partial decryption whose proof is false.
    BadRelease,
}

/// Who did what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The member's place in its committee.
    pub place: u8,
    /// In which committee and part.
    pub role: Role,
    /// What it did.
    pub misdeed: Misdeed,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = match self.role {
            Role::Dealer => "dealer",
            Role::Recipient => "recipient",
            Role::Custodian => "custodian",
        };
        let deed = match self.misdeed {
            Misdeed::NoDealing => "did not deal in time",
            Misdeed::TwoDealings => "dealt twice, differently",
            Misdeed::BadDealing => "made a dealing that proves nothing",
            Misdeed::BadShare => "sealed a share that does not fit its commitments",
            Misdeed::BadComplaint => "complained without proof",
            Misdeed::FalseComplaint => "complained of a good share",
            Misdeed::NotOpened => "did not open its commitments in time",
            Misdeed::BadOpening => "opened something else than it had committed to",
            Misdeed::BadReveal => "revealed something else than it was dealt",
            Misdeed::BadRelease => "released a partial decryption with a false proof",
        };
        write!(f, "{role} {} {deed}", self.place)
    }
}
