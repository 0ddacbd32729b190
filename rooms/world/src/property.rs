//! The register of digital assets: who holds what, by acts. An asset is known by the SHA-256 of its bytes; a right to it is an act, not a
//! coin: there is no price and no token, and nothing can be traded by a machine. The register shows personas, never persons.
//!
//! Whoever doubts a right says so, which freezes the asset until an officer has decided; whom the decision goes against may appeal to
//! another office. Content that somebody else has registered is a dispute by itself.

mod claim;
mod dispute;

use sala_core::{
    problem::{INVALID, Problem},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use self::{
    claim::NewFile,
    dispute::{DisputeDecision, NewDispute, SettlementReview},
};
use crate::licence::{Licence, is_address};

/// The most bytes of a file that the hall keeps for a space.
pub(crate) const LARGEST_FILE: usize = 5 * 1024 * 1024;
/// The largest file that can be registered by its hash alone, 1 TiB.
const LARGEST_SIZE: u64 = 1 << 40;
/// How long an offer stands.
const OFFER_S: i64 = 14 * 24 * 3600;
/// The most disputes of one asset that wait for a decision.
const MOST_DISPUTES: usize = 10;
/// The most disputes of one person that wait, under all their personas.
const MOST_OWN_DISPUTES: usize = 5;

/// How a thing came to be, in the words of content credentials (C2PA) as far as a register can know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Making {
    /// Measured from what exists: laser, photogrammetry.
    Scan,
    /// Made anew after sources.
    Reconstruction,
    /// Made by hand or by a program.
    Drawn,
    /// Taken with a camera.
    Photograph,
}

impl Making {
    /// As in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Reconstruction => "reconstruction",
            Self::Drawn => "drawn",
            Self::Photograph => "photograph",
        }
    }
}

/// Where a thing comes from and how sure that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// How it was made.
    pub kind: Making,
    /// When it was captured or made: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<String>,
    /// Where it comes from: an address or a reference, 1–500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub source: String,
    /// What is not sure about it, in a few words, at most 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(max_length = 500)]
    pub uncertainty: String,
}

/// A date of the Gregorian calendar as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let number =
        |part: &str, length: usize| (part.len() == length && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u32>());
    let parts: Vec<&str> = text.split('-').collect();
    let days = |year: u32, month: u32| match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let read: Option<Vec<u32>> = parts.iter().enumerate().map(|(at, part)| number(part, if at == 0 { 4 } else { 2 })?.ok()).collect();
    match read.as_deref() {
        Some([year]) => (1000..=9999).contains(year),
        Some([year, month]) => (1000..=9999).contains(year) && (1..=12).contains(month),
        Some([year, month, day]) => (1000..=9999).contains(year) && (1..=12).contains(month) && (1..=days(*year, *month)).contains(day),
        _ => false,
    }
}

fn is_text(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.chars().count()) && !text.chars().any(|letter| letter.is_control() && letter != '\n')
}

impl Provenance {
    /// What is wrong with it: the field and what is expected.
    ///
    /// # Errors
    /// A date of another form, no source, or too many words.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if self.captured.as_deref().is_some_and(|date| !is_date(date)) {
            return Err(("/captured", "expected a date as YYYY, YYYY-MM or YYYY-MM-DD"));
        }
        if !is_text(self.source.trim(), 1, 500) {
            return Err(("/source", "expected where it comes from, 1 to 500 characters"));
        }
        if self.source.contains("://") && !is_address(self.source.trim()) {
            return Err(("/source", "expected an address https://… or a reference in words"));
        }
        if is_text(&self.uncertainty, 0, 500) { Ok(()) } else { Err(("/uncertainty", "expected at most 500 characters")) }
    }
}

/// Registering something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAsset {
    /// SHA-256 of the bytes, 64 hexadecimal digits in lower case.
    pub(crate) sha256: String,
    /// Media type of the bytes, such as `model/gltf-binary`.
    pub(crate) media_type: String,
    /// How many bytes, at least 1.
    pub(crate) size: u64,
    /// What it is called, 1–120 characters.
    #[schema(min_length = 1, max_length = 120)]
    pub(crate) title: String,
    /// Who made it, 1–120 characters: a name to be credited, given by whoever registers it.
    #[schema(min_length = 1, max_length = 120)]
    pub(crate) maker: String,
    /// Under which licence others may use it.
    pub(crate) licence: Licence,
    /// Where it comes from.
    pub(crate) provenance: Provenance,
}

impl NewAsset {
    /// Without space around its words; refuses what does not fit.
    fn checked(mut self) -> Result<Self, Problem> {
        for text in [&mut self.title, &mut self.maker, &mut self.provenance.source, &mut self.provenance.uncertainty] {
            *text = text.trim().to_owned();
        }
        let wrong = |place: String, expected: &str| Err(INVALID.problem().at(place, expected));
        if self.sha256.len() != 64 || !self.sha256.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            return wrong("/sha256".into(), "expected 64 hexadecimal digits in lower case");
        }
        if !is_media_type(&self.media_type) {
            return wrong("/media_type".into(), "expected a media type in lower case, such as image/png");
        }
        if !(1..=LARGEST_SIZE).contains(&self.size) {
            return wrong("/size".into(), "expected the number of bytes, at least 1");
        }
        for (place, text) in [("/title", &self.title), ("/maker", &self.maker)] {
            if !is_text(text, 1, 120) || text.contains('\n') {
                return wrong(place.into(), "expected 1 to 120 characters in one line");
            }
        }
        if let Err((place, expected)) = self.licence.check() {
            return wrong(format!("/licence{place}"), expected);
        }
        if let Err((place, expected)) = self.provenance.check() {
            return wrong(format!("/provenance{place}"), expected);
        }
        Ok(self)
    }
}

fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        (1..=60).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$&^_.+-".contains(&byte))
    };
    text.split_once('/').is_some_and(|(kind, name)| is_name(kind) && is_name(name))
}

/// Where an asset stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AssetState {
    /// Held by its owner, who may pass it on.
    Registered,
    /// Frozen: a dispute waits for a decision.
    Disputed,
    /// Taken out of the register's use, by its owner or by a decision.
    Retired,
}

impl AssetState {
    /// As in the store and in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Disputed => "disputed",
            Self::Retired => "retired",
        }
    }
}

/// One act in the chain of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssetStep)]
pub(crate) struct Step {
    /// Kind of the act, such as `asset.register`.
    pub(crate) kind: String,
    pub(crate) at: Timestamp,
    /// Handle of who did it.
    pub(crate) by: String,
    /// Handle of whom it goes to.
    #[schema(required)]
    pub(crate) to: Option<String>,
    /// Id of the act.
    pub(crate) act: String,
}

/// An offer to pass an asset on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssetOffer)]
pub(crate) struct Offer {
    /// Handle of whom it is for.
    pub(crate) to: String,
    /// Until when it can be accepted.
    pub(crate) until: Timestamp,
}

/// What somebody said, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DisputeWord)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) at: Timestamp,
    /// Handle of who said it; `hall` for what follows by itself.
    pub(crate) by: String,
    /// Id of the act.
    pub(crate) act: String,
}

/// What an officer decided about a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisputeOutcome {
    /// The entry stands.
    Keep,
    /// The asset is taken out.
    Retire,
}

/// What became of an appeal against that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SettlementOutcome {
    /// The decision stands.
    Uphold,
    /// The opposite holds.
    Reverse,
    /// Nobody decided in time: a takedown ends by itself, an entry that was kept stays.
    Lapse,
}

/// A doubt about an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    /// Why.
    pub(crate) filed: Word,
    /// Another asset of the same content, by another owner.
    pub(crate) twin: Option<String>,
    /// The owner's counter-notice.
    pub(crate) answer: Option<Word>,
    pub(crate) decision: Option<(DisputeOutcome, Word)>,
    /// Who doubts or owns appeals against the decision; to be decided by `due_at`.
    pub(crate) appeal: Option<Word>,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) review: Option<(SettlementOutcome, Word)>,
    /// The person behind the doubt, keyed for this dispute alone.
    pub(crate) filer_tag: String,
    /// The officer who decided, keyed for this dispute alone.
    pub(crate) judge_tag: String,
}

impl Dispute {
    /// Does it wait for a decision, or for one on an appeal?
    pub(crate) fn is_open(&self) -> bool {
        self.decision.is_none() || (self.appeal.is_some() && self.review.is_none())
    }

    /// What holds now: `None` while the first decision is waited for.
    fn holds(&self) -> Option<DisputeOutcome> {
        let (outcome, _) = self.decision.as_ref()?;
        let is_turned = match self.review.as_ref().map(|(review, _)| *review) {
            Some(SettlementOutcome::Reverse) => true,
            Some(SettlementOutcome::Lapse) => *outcome == DisputeOutcome::Retire,
            Some(SettlementOutcome::Uphold) | None => false,
        };
        Some(match (outcome, is_turned) {
            (DisputeOutcome::Keep, false) | (DisputeOutcome::Retire, true) => DisputeOutcome::Keep,
            (DisputeOutcome::Retire, false) | (DisputeOutcome::Keep, true) => DisputeOutcome::Retire,
        })
    }
}

/// An asset as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asset {
    pub(crate) id: String,
    pub(crate) what: NewAsset,
    /// Handle of the persona that holds it.
    pub(crate) owner: String,
    /// The person behind it, keyed for this asset alone: nobody judges what they own under another handle.
    pub(crate) owner_tag: String,
    pub(crate) registered_at: Timestamp,
    pub(crate) offer: Option<Offer>,
    pub(crate) disputes: Vec<Dispute>,
    /// Taken out by its owner.
    pub(crate) is_given_up: bool,
    /// The hall keeps its bytes.
    pub(crate) is_stored: bool,
    pub(crate) steps: Vec<Step>,
}

impl Asset {
    /// Where it stands, from what was done.
    pub(crate) fn state(&self) -> AssetState {
        if self.is_given_up || self.disputes.iter().any(|dispute| dispute.holds() == Some(DisputeOutcome::Retire)) {
            AssetState::Retired
        } else if self.disputes.iter().any(Dispute::is_open) {
            AssetState::Disputed
        } else {
            AssetState::Registered
        }
    }

    /// The offer that can be accepted now.
    pub(crate) fn open_offer(&self, now: Timestamp) -> Option<&Offer> {
        self.offer.as_ref().filter(|offer| offer.until > now && self.state() == AssetState::Registered)
    }
}

#[cfg(test)]
mod tests;
