//! What stands in a meeting: words, speeches, polls, amendments, decisions, dissents.

use sala_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    draft::Clause,
    meeting::{Party, Speaker},
};

/// An entry as kept. Serialises with `kind` and its fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entry {
    /// Something said through a meeting that keeps it.
    Word(Word),
    /// A speech from the lectern: who and when, not what.
    Speech(Speech),
    /// A poll.
    Poll(Poll),
    /// An amendment.
    Amendment(Amendment),
    /// A decision.
    Decision(Decision),
    /// A dissent beside a decision.
    Dissent(Dissent),
}

/// Something said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) who: Party,
    pub(crate) text: String,
    pub(crate) act: String,
}

/// A speech that is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speech {
    pub(crate) id: String,
    pub(crate) who: Party,
    pub(crate) began_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    /// The act that gave the floor.
    pub(crate) act: String,
}

/// Where those stood who answered a poll.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Stands {
    /// How many stood.
    pub count: u32,
    /// How many stood in each tenth of the line, left to right. None below three who stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 10, max_items = 10)]
    pub bins: Option<Vec<u32>>,
    /// Their mean, 0 (left) to 100 (right). None below three who stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
}

/// A poll: a question answered by where one stands on a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Poll {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) question: String,
    pub(crate) left: String,
    pub(crate) right: String,
    pub(crate) closed_at: Option<Timestamp>,
    /// The result, once closed.
    pub(crate) result: Option<Stands>,
    pub(crate) acts: Vec<String>,
}

/// Where an amendment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AmendmentState {
    /// It waits for a decision.
    Proposed,
    /// The draft was changed.
    Accepted,
    /// The draft stays.
    Refused,
    /// Its proposer took it back.
    Withdrawn,
}

/// Votes by hand, as the chair counted them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hands {
    /// For it.
    #[serde(rename = "for")]
    pub yes: u32,
    /// Against it.
    #[serde(rename = "against")]
    pub no: u32,
    /// Neither.
    pub abstaining: u32,
}

/// An amendment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amendment {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) who: Party,
    /// The clause as it read when it was proposed; none: a new one.
    pub(crate) before: Option<Clause>,
    /// Heading of a new clause.
    pub(crate) heading: String,
    /// What the clause shall say; empty: it is struck out.
    pub(crate) text: String,
    pub(crate) reason: String,
    pub(crate) state: AmendmentState,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) hands: Option<Hands>,
    /// What the chair said about the outcome.
    pub(crate) outcome: Option<String>,
    pub(crate) acts: Vec<String>,
}

/// How a decision was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// Nobody objected.
    Consent,
    /// By a show of hands.
    Hands,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    /// The chair who recorded it.
    pub(crate) who: Party,
    pub(crate) text: String,
    /// The item of the agenda to which it belongs.
    pub(crate) item: Option<u32>,
    pub(crate) how: DecidedBy,
    pub(crate) hands: Option<Hands>,
    pub(crate) act: String,
}

/// A dissent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dissent {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) decision: String,
    pub(crate) who: Party,
    pub(crate) text: String,
    pub(crate) act: String,
}

impl Speech {
    pub(crate) fn of(speaker: Speaker, ended_at: Timestamp) -> Self {
        Self { id: speaker.entry, who: speaker.who, began_at: speaker.began_at, ended_at, act: speaker.act }
    }
}

impl Entry {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Word(_) => "word",
            Self::Speech(_) => "speech",
            Self::Poll(_) => "poll",
            Self::Amendment(_) => "amendment",
            Self::Decision(_) => "decision",
            Self::Dissent(_) => "dissent",
        }
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Word(word) => &word.id,
            Self::Speech(speech) => &speech.id,
            Self::Poll(poll) => &poll.id,
            Self::Amendment(amendment) => &amendment.id,
            Self::Decision(decision) => &decision.id,
            Self::Dissent(dissent) => &dissent.id,
        }
    }

    pub(crate) fn at(&self) -> Timestamp {
        match self {
            Self::Word(word) => word.at,
            Self::Speech(speech) => speech.began_at,
            Self::Poll(poll) => poll.at,
            Self::Amendment(amendment) => amendment.at,
            Self::Decision(decision) => decision.at,
            Self::Dissent(dissent) => dissent.at,
        }
    }
}

/// The fewest who stand before anything but their number is said: else where someone stands could be worked out.
pub const FEWEST_STANDING: usize = 3;

impl Stands {
    /// Of those who stand at these places, 0 to 100.
    pub fn of(places: &[u8]) -> Self {
        let count = u32::try_from(places.len()).unwrap_or(u32::MAX);
        if places.len() < FEWEST_STANDING {
            return Self { count, bins: None, mean: None };
        }
        let mut bins = vec![0_u32; 10];
        for place in places {
            if let Some(bin) = bins.get_mut(usize::from(*place / 10).min(9)) {
                *bin += 1;
            }
        }
        let sum: u32 = places.iter().map(|place| u32::from(*place)).sum();
        // To a tenth: finer than anyone stands.
        Self { count, bins: Some(bins), mean: Some((f64::from(sum) / f64::from(count) * 10.0).round() / 10.0) }
    }
}
