//! A meeting as kept: its agenda, its chair, who speaks and who waits. What is said, proposed and decided are entries of their own.

use sala_core::{
    ctx::{Actor, Ctx},
    problem::{INVALID, Problem},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problems::NOT_OPEN;

/// Where a meeting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeetingState {
    /// Announced.
    Planned,
    /// On.
    Open,
    /// Over: its minutes are final.
    Closed,
}

/// The language in which a meeting is held and its minutes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeetingLang {
    /// Thai.
    Th,
    /// English.
    En,
}

/// Who did something in a meeting: a persona or an officer, never a person. Names are looked up when they are shown, so that a persona
/// that is renamed or erased is so everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Party {
    /// Public handle.
    pub persona: String,
    /// The office for which an officer acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
}

impl Party {
    /// The actor of a request.
    pub fn of(ctx: &Ctx) -> Self {
        Self::acting(&ctx.actor, ctx.actor_name())
    }

    pub(crate) fn acting(actor: &Actor, persona: String) -> Self {
        let office = match actor {
            Actor::Officer { office, .. } => Some(office.clone()),
            _ => None,
        };
        Self { persona, office }
    }
}

/// Where an item of the agenda stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgendaState {
    /// Not begun.
    Waiting,
    /// What the meeting is about now.
    Current,
    /// Over.
    Done,
}

/// An item of the agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgendaItem {
    /// 1, 2, 3 …
    pub n: u32,
    /// What it is about.
    pub title: String,
    /// How long it is meant to take, in minutes.
    pub minutes: u32,
    /// Where it stands.
    pub state: AgendaState,
    /// When it began, last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Timestamp>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// Someone who waits to speak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// `entry_…`
    pub entry: String,
    /// Who.
    pub who: Party,
    /// Since when.
    pub asked_at: Timestamp,
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speaker {
    /// The entry in the queue that it was.
    pub entry: String,
    /// Who.
    pub who: Party,
    /// Since when.
    pub began_at: Timestamp,
    /// Until when, as agreed; nobody is cut off.
    pub ends_at: Timestamp,
    /// The act that gave the floor.
    pub act: String,
}

/// A meeting as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// `meeting_…`
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub about: String,
    /// Its language.
    pub lang: MeetingLang,
    /// The space in which it is held, if in one.
    pub space: Option<String>,
    /// Where it stands.
    pub state: MeetingState,
    /// When it is to begin.
    pub begins_at: Timestamp,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Who convened it.
    pub convened_by: Party,
    /// Who chairs it.
    pub chair: Party,
    /// Is what is said through the meeting kept?
    pub keeps_words: bool,
    /// How long one speaks, in seconds.
    pub speaker_s: u32,
    /// The agenda.
    pub agenda: Vec<AgendaItem>,
    /// Who speaks.
    pub speaker: Option<Speaker>,
    /// Who waits, in the order of asking.
    pub queue: Vec<Waiting>,
    /// Handles of those who have spoken.
    pub spoken: Vec<String>,
    /// The newest version of the draft.
    pub draft_version: i64,
    /// SHA-256 of the minutes in JSON, once closed.
    pub minutes_sha256: Option<String>,
    /// The acts that convened, opened, handed over and closed it.
    pub acts: Vec<String>,
}

impl MeetingState {
    /// As in the store and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl Meeting {
    pub(crate) fn require_open(&self) -> Result<(), Problem> {
        if self.state == MeetingState::Open { Ok(()) } else { Err(NOT_OPEN.problem()) }
    }

    /// May this persona write the draft now? In an open meeting everyone who takes part, before it opens the chair.
    pub(crate) fn may_write(&self, handle: &str) -> bool {
        match self.state {
            MeetingState::Planned => self.chair.persona == handle,
            MeetingState::Open => true,
            MeetingState::Closed => false,
        }
    }
}

/// A text of a request: without space around it, within these numbers of characters, no control characters but ends of lines and tabs.
pub(crate) fn text(pointer: &str, text: &str, lengths: std::ops::RangeInclusive<usize>) -> Result<String, Problem> {
    let text = text.trim();
    let is_plain = text.chars().all(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'));
    if is_plain && lengths.contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    let (least, most) = (lengths.start(), lengths.end());
    Err(INVALID
        .problem()
        .detail(format!("ข้อความต้องยาว {least} ถึง {most} ตัวอักษร"), format!("The text has {least} to {most} characters"))
        .at(pointer, format!("expected {least} to {most} characters")))
}
