//! What a custodian says to the hall: one line of JSON in a note signed with the custodian's own key (c2sp.org/signed-note), so that a
//! custodian needs neither session nor password, and whoever keeps the note can prove who said it.
//!
//! Text: `sala/custodian/v1`, the committee, the member, the time in microseconds, the saying as JSON; a line each.

use sala_core::{problem::Problem, time::Timestamp};
use sala_log::{Note, SignerKey, VerifierKey};
use serde::{Deserialize, Serialize};

use super::Seats;
use crate::{Custodians, problems::CUSTODIAN_UNKNOWN};

const VERSION: &str = "sala/custodian/v1";
/// A note older than this, or so far in the future, is not answered.
const WINDOW_S: i64 = 600;

/// What a custodian may say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case", deny_unknown_fields)]
pub enum Saying {
    /// "This is my key in the committee": 32 bytes, hexadecimal.
    Announce {
        /// The key.
        key: String,
    },
    /// A message of the ceremony, base64.
    Message {
        /// The bytes, as the engine made them.
        bytes: String,
        /// The committee for whose key it is, when that is another one: in a handover.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// "I take a seat in the committee with this digest: I see these members, keys and threshold."
    Accept {
        /// Hexadecimal.
        committee: String,
    },
    /// "I have checked and stored my share of the key set with this digest."
    Hold {
        /// Hexadecimal.
        key_set: String,
    },
    /// "I do not hand my share over to that committee."
    RefuseHandover {
        /// Its name.
        committee: String,
        /// Why; public.
        reason: String,
    },
    /// "What am I asked?"
    Inbox,
    /// "No."
    Refuse {
        /// The case.
        case: String,
        /// Why; public.
        reason: String,
    },
    /// "Yes: my part has this SHA-256, and I give it as soon as this stands under a witnessed head."
    Release {
        /// The case.
        case: String,
        /// Hexadecimal.
        digest: String,
    },
    /// The part itself, base64.
    Share {
        /// The case.
        case: String,
        /// The bytes, as the engine made them.
        bytes: String,
    },
}

impl Saying {
    /// The note that says it.
    pub fn signed(&self, committee: &str, member: &str, at: Timestamp, key: &SignerKey) -> Option<String> {
        let text = format!("{VERSION}\n{committee}\n{member}\n{}\n{}\n", at.0, serde_json::to_string(self).ok()?);
        let signature = key.sign(&text);
        Some(Note::new(text).ok()?.with(signature).to_string())
    }

    /// Who says what, if the note is for this committee and by a member's key. A replay is harmless: whatever changes state says the
    /// same again, and only its own custodian can read what an inbox gives.
    pub(crate) fn read<'c>(bytes: &[u8], custodians: &'c Custodians, now: Timestamp) -> Result<(Seats<'c>, String, Self), Problem> {
        let unknown = || CUSTODIAN_UNKNOWN.problem();
        let note = Note::parse(bytes).map_err(|fault| unknown().because(fault))?;
        let mut lines = note.text.lines();
        let (Some(VERSION), Some(committee), Some(id), Some(at), Some(said), None) =
            (lines.next(), lines.next(), lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(unknown().because("the note has not the five lines of a custodian's"));
        };
        let seats = custodians.seats(committee).ok_or_else(unknown)?;
        let key = seats.member(id).and_then(crate::CustodyMember::verifier);
        note.verify(&[key.ok_or_else(unknown)?]).map_err(|fault| unknown().because(fault))?;
        let at = at.parse::<i64>().map_err(|fault| unknown().because(fault))?;
        if at.abs_diff(now.0) > Timestamp::from_seconds(WINDOW_S).0.unsigned_abs() {
            return Err(unknown()
                .detail("เวลาในจดหมายห่างจากนาฬิกาของศาลาเกินสิบนาที", "The note's time is more than ten minutes off the hall's clock."));
        }
        let saying = serde_json::from_str(said)
            .map_err(|fault| sala_core::problem::INVALID.problem().at("", format!("the last line of the note: {fault}")))?;
        Ok((seats, id.to_owned(), saying))
    }

    /// Whether a note says this for a committee and member, signed by their key. For those who keep the proof; its time is not asked.
    pub fn is_said(&self, note: &str, committee: &str, member: &str, key: &VerifierKey) -> bool {
        let Ok(note) = Note::parse(note.as_bytes()) else { return false };
        let mut lines = note.text.lines();
        let head = [lines.next(), lines.next(), lines.next()];
        let said = lines.nth(1).and_then(|said| serde_json::from_str::<Self>(said).ok());
        head == [Some(VERSION), Some(committee), Some(member)]
            && said.as_ref() == Some(self)
            && note.verify(std::slice::from_ref(key)).is_ok()
    }
}
