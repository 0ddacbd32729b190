//! What the hall knows of a person: only what the person gave, sealed with the person's key.

use sala_core::problem::{INVALID, Problem};
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::Passkey;

use crate::authenticator::Attested;

const MOST_LETTERS: usize = 80;

/// Sealed in the person's row.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Profile {
    /// Display name, as the person wrote it.
    pub(crate) name: String,
    /// What authenticators keep for this person; null for the persons of the demonstration.
    pub(crate) user_handle: Option<[u8; 16]>,
    /// From this the handles of all their personas are made.
    pub(crate) persona_key: [u8; 32],
}

/// Sealed in the row of a passkey.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PasskeySecret {
    pub(crate) passkey: Passkey,
    pub(crate) label: String,
    pub(crate) last_used_at: Option<i64>,
    /// What its maker attested, where that was asked for.
    #[serde(default)]
    pub(crate) attested: Option<Attested>,
}

/// Sealed with the hall's own key where a public handle must lead back to its person.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) person: String,
    pub(crate) persona: String,
}

/// Sealed with the hall's own key in the row of a session.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SessionSecret {
    pub(crate) person: String,
    pub(crate) persona: String,
    pub(crate) officer: Option<String>,
    /// Of the passkey that opened it.
    #[serde(default)]
    pub(crate) attested: Option<Attested>,
}

/// A display name or a label as it will be kept: trimmed, 1 to 80 letters, in one line.
pub(crate) fn clean_name(pointer: &str, given: &str) -> Result<String, Problem> {
    clean_text(pointer, given, MOST_LETTERS)
}

/// Words in one line, trimmed, 1 to `most` letters.
pub(crate) fn clean_text(pointer: &str, given: &str, most: usize) -> Result<String, Problem> {
    let text = given.trim();
    let is_good = (1..=most).contains(&text.chars().count()) && !text.chars().any(is_hidden);
    if is_good { Ok(text.to_owned()) } else { Err(INVALID.problem().at(pointer, format!("expected 1 to {most} letters in one line"))) }
}

/// Control letters, and those that turn the direction of text: with these a name could pose as another.
fn is_hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::clean_name;

    #[test]
    fn a_name_is_kept_as_its_owner_writes_it_but_in_one_line() {
        assert_eq!(clean_name("/name", "  สมชาย ใจดี ").unwrap(), "สมชาย ใจดี");
        for wrong in ["", "   ", "a\nb", "a\u{202e}b", &"ก".repeat(81)] {
            let problem = clean_name("/name", wrong).unwrap_err();
            assert_eq!((problem.code.code, problem.errors[0].pointer.as_str()), ("invalid_input", "/name"));
        }
    }
}
