//! What is rare between a client and a space: JSON in text frames. Poses go in binary frames (`sala_presence::wire`).

use std::sync::Arc;

use sala_core::{
    problem::{INVALID, Problem, ProblemBody},
    text::{Lang, Text},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The most characters of one thing said.
const LONGEST_TEXT: usize = 500;

/// Whom others see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Public handle: a persona's, or an officer's.
    pub persona: String,
    /// The name over the head; empty where none was chosen.
    pub name: String,
    /// What an officer acts for; the hall vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<Badge>,
    /// Address of the figure, a VRM 1.0 file.
    pub look: String,
}

/// An officer's badge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    /// Id of the office.
    pub office: String,
    /// What it is called.
    pub title: Text,
}

/// Something that was said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Said {
    pub(crate) id: u64,
    pub(crate) slot: u16,
    pub(crate) who: Arc<Who>,
    pub(crate) text: String,
    pub(crate) at: Timestamp,
}

/// Someone in a space.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Here {
    pub(crate) slot: u16,
    pub(crate) who: Arc<Who>,
}

/// From the space to a client.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Tell {
    Welcome {
        /// Version of the protocol.
        version: u8,
        slot: u16,
        /// Comes back to this slot within `resume_s`.
        token: String,
        resume_s: u32,
        tick_ms: u32,
        tick: u32,
        you: Arc<Who>,
        /// Was this a return?
        resumed: bool,
        /// How many are here.
        count: usize,
        /// Who they are, the nearest first, at most a hundred; of others one asks with `who`.
        here: Vec<Here>,
        /// What was said lately, oldest first.
        said: Vec<Said>,
        /// Handles that this persona has blocked.
        blocked: Vec<String>,
        bubble_m: f64,
        /// Until when this persona may not speak, if it may not.
        #[serde(skip_serializing_if = "Option::is_none")]
        muted_until: Option<Timestamp>,
    },
    Entered {
        slot: u16,
        who: Arc<Who>,
    },
    Left {
        slot: u16,
    },
    Count {
        count: usize,
    },
    Said(Said),
    Arrived {
        #[serde(skip_serializing_if = "Option::is_none")]
        fixture: Option<String>,
    },
    Stuck,
    Blocked {
        persona: String,
    },
    Unblocked {
        persona: String,
    },
    /// A report was filed under this id.
    Reported {
        report: String,
    },
    /// The answer to an offer (SDP).
    #[cfg(feature = "voice")]
    Voice {
        answer: String,
    },
    /// Whose voice comes in which of the receiving lines of the offer, in their order.
    #[cfg(feature = "voice")]
    VoiceSlots {
        slots: Vec<Option<u16>>,
    },
    /// The connection of the voice has ended.
    #[cfg(feature = "voice")]
    VoiceOff,
    /// For whom captions are on: what they say goes to the speech server.
    #[cfg(feature = "voice")]
    Captions {
        on: Vec<u16>,
    },
    /// What somebody said, as a machine understood it.
    #[cfg(feature = "voice")]
    Caption {
        slot: u16,
        who: Arc<Who>,
        text: String,
        /// When it began.
        at: Timestamp,
        /// The language that was asked for (ISO 639-1).
        lang: &'static str,
    },
    /// Something that somebody with captions said has none.
    #[cfg(feature = "voice")]
    CaptionMissed {
        slot: u16,
        who: Arc<Who>,
        at: Timestamp,
        why: Missed,
    },
    Notice {
        problem: ProblemBody,
    },
    Bye {
        problem: ProblemBody,
    },
    /// The space is run elsewhere: come in there, or where the hall says, with a new ticket and the same token.
    #[cfg(feature = "cluster")]
    Moved {
        /// Origin, perhaps with a path before `/api`.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
}

/// Why there is no caption.
#[cfg(feature = "voice")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Missed {
    /// More is said than the speech server takes.
    Behind,
    /// It did not answer, or with something else.
    Failed,
}

impl Tell {
    /// Something went wrong, and the space goes on.
    pub(crate) fn notice(problem: &Problem, lang: Lang) -> Self {
        Self::Notice { problem: problem.body(lang) }
    }

    /// The space closes the connection.
    pub(crate) fn bye(problem: &Problem, lang: Lang) -> Self {
        Self::Bye { problem: problem.body(lang) }
    }

    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// From a client to the space.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    /// To all who are near.
    Say { text: String },
    /// Walk me to a fixture, to someone, or to a place (x, z in metres): one of them.
    Go {
        #[serde(default)]
        fixture: Option<String>,
        #[serde(default)]
        slot: Option<u16>,
        #[serde(default)]
        at: Option<[f64; 2]>,
    },
    /// Stand still.
    Halt,
    /// How near others may come, in metres.
    Bubble { m: f64 },
    /// Neither sees nor hears the other from now on.
    Block { persona: String },
    /// Takes that back.
    Unblock { persona: String },
    /// Tells the moderators what someone does, with the last minute as evidence.
    Report { persona: String, why: String },
    /// Who are these?
    Who { slots: Vec<u16> },
    /// Connects for voice: an SDP offer with a microphone and lines to hear by.
    Voice { offer: String },
    /// Ends that.
    VoiceOff,
    /// What I say goes to the speech server from now on, or no longer; `lang`: which language I most likely speak, `th` or `en`.
    Captions {
        mine: bool,
        #[serde(default)]
        lang: Option<String>,
    },
}

/// A text as it is said: without space around it, 1 to 500 characters, no control characters but the end of a line.
pub(crate) fn spoken(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let is_plain = text.chars().all(|letter| !letter.is_control() || letter == '\n');
    if is_plain && (1..=LONGEST_TEXT).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(INVALID
        .problem()
        .detail(format!("ข้อความยาว 1 ถึง {LONGEST_TEXT} ตัวอักษร"), format!("A text has 1 to {LONGEST_TEXT} characters"))
        .at("/text", format!("expected 1 to {LONGEST_TEXT} characters")))
}
