//! The file `meetings.yaml` of a profile: who may convene, under which law, within which limits.

use sala_core::{
    problem::Problem,
    profile::{PROFILE_INVALID, ProfileFile},
    text::Text,
};
use serde::Deserialize;

/// Who convenes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convener {
    /// Id of the office.
    pub office: String,
    /// Role of its officers who do.
    pub role: String,
}

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeetingsFile {
    /// Officers who may convene; without them nobody does.
    #[serde(default)]
    pub conveners: Vec<Convener>,
    /// Under which law meetings are held: what a chair does names it.
    #[serde(default)]
    pub legal_basis: Text,
    /// Limits.
    #[serde(default)]
    pub limits: Limits,
    /// Meetings that a demonstration starts with.
    #[serde(default)]
    pub examples: Vec<Example>,
}

/// Limits of all meetings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Meetings that are not closed, at most; 1 to 10,000.
    pub standing: u32,
    /// Words kept in one meeting, at most; 1 to 50,000.
    pub words: u32,
    /// Amendments of one meeting, at most; 1 to 2,000.
    pub amendments: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { standing: 200, words: 10_000, amendments: 500 }
    }
}

/// A meeting with which a demonstration starts, so that its pages are not empty.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Stable name; it is convened once.
    pub id: String,
    /// The office that convenes it.
    pub office: String,
    /// What a request to convene would say, with `th` or `en` as its language.
    pub meeting: crate::convene::NewMeeting,
}

impl MeetingsFile {
    /// Checks a file that was read. Errors: `profile_invalid` with the place.
    pub fn checked(file: ProfileFile<Self>) -> Result<Self, Problem> {
        let wrong = |place: &str, detail: &str| {
            let at = format!("{}#{place}", file.path.display());
            Err(PROFILE_INVALID.problem().detail(format!("{at}: {detail}"), format!("{at}: {detail}")).at(at, detail))
        };
        let limits = &file.value.limits;
        for (name, given, most) in
            [("standing", limits.standing, 10_000), ("words", limits.words, 50_000), ("amendments", limits.amendments, 2_000)]
        {
            if !(1..=most).contains(&given) {
                return wrong(&format!("/limits/{name}"), &format!("expected 1 to {most}"));
            }
        }
        if !file.value.conveners.is_empty() && file.value.legal_basis.en.is_empty() {
            return wrong("/legal_basis", "expected the law under which meetings are held");
        }
        Ok(file.value)
    }
}
