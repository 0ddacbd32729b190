//! What the processes of a hall say to each other: JSON, sealed under the key that they share (XChaCha20-Poly1305,
//! draft-irtf-cfrg-xchacha-03; the subject is authenticated with it), so that whoever runs the NATS server can neither read who is where
//! nor let anybody in.

use std::sync::Arc;

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use sala_core::{
    entropy::Entropy,
    problem::{FieldError, INTERNAL, Problem},
    text::Text,
    time::{Clock, Timestamp},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{conduct::evidence::Evidence, hosted::handover::Word, message::Who};

/// A message that is older, or from farther in the future, is not taken: what was recorded can't be played again later.
const FRESH_S: i64 = 30;
const NONCE_BYTES: usize = 24;

/// To the hall's own process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToHall {
    /// May the holder of this ticket come in? `fence`: the number of the asker's lease.
    Admit { space: String, fence: u64, ticket: String },
    /// What holds for someone who has a seat by now.
    Confirm { space: String, entrant: String },
    /// Do these still act under the handle under which they came in?
    Keep { space: String, entrants: Vec<String> },
    /// Someone asks for what the hall decides.
    Ask { space: String, entrant: String, wish: Wish },
}

/// What the hall decides.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Wish {
    Block { persona: String },
    Unblock { persona: String },
    Report { persona: String, why: String },
}

/// To any process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToProcess {
    /// Does what the hall decided.
    Obey { space: String, order: Order },
    /// A part of a space on its way here.
    Take { space: String, from: String, part: usize, parts: usize, text: String },
    /// The lease is in your name, with this revision: go on.
    Begin { space: String, revision: u64 },
    /// What was said while it was on its way.
    Say { space: String, words: Vec<Word> },
    /// Give a space to another process.
    Move { space: String, to: String },
    /// Open the last minute for a report.
    Recall { space: String, minute: Minute },
}

/// What the hall decided about people in a space.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Order {
    Apart {
        one: String,
        other: String,
        is_apart: bool,
    },
    Mute {
        persona: String,
        until: Option<Timestamp>,
    },
    Dismiss {
        entrants: Vec<String>,
        /// By which the hall's own process knows them; never told.
        #[serde(skip)]
        sessions: Vec<String>,
        problem: Refusal,
    },
}

/// Which part of the last minute a report needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Minute {
    pub(crate) reporter: String,
    pub(crate) reported: String,
    pub(crate) apart: Vec<String>,
    pub(crate) salt: [u8; 32],
}

/// What was asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    Done,
    Admitted(Admitted),
    Confirmed(Standing),
    /// Of those asked for: whose session is over, and whom the hall does not know (it was started anew).
    Kept {
        over: Vec<String>,
        unknown: Vec<String>,
    },
    /// Whether the two keep apart from now on.
    Apart(bool),
    /// A report was filed under this id.
    Reported(String),
    Minute(Option<Evidence>),
}

/// Someone whom the hall let in.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Admitted {
    /// The number that stands for them outside of the hall's own process.
    pub(crate) entrant: String,
    pub(crate) who: Arc<Who>,
    pub(crate) expires_at: Timestamp,
    pub(crate) standing: Standing,
}

/// What holds for someone: whom they blocked, who blocked them, until when they may not speak.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub(crate) by: Vec<String>,
    pub(crate) of: Vec<String>,
    pub(crate) muted_until: Option<Timestamp>,
}

/// A Problem between processes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Refusal {
    code: String,
    detail: Text,
    errors: Vec<FieldError>,
    retry_after_s: Option<u64>,
}

impl From<&Problem> for Refusal {
    fn from(problem: &Problem) -> Self {
        if let Some(cause) = &problem.internal {
            tracing::debug!(%cause, code = problem.code.code, "The cause of a refusal stays in the process in which it arose");
        }
        Self {
            code: problem.code.code.to_owned(),
            detail: problem.detail.clone(),
            errors: problem.errors.clone(),
            retry_after_s: problem.retry_after_s,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let known = [crate::PROBLEMS, sala_people::PROBLEMS, sala_core::problem::PROBLEMS].into_iter().flatten();
        let code = known.copied().find(|code| code.code == refusal.code).unwrap_or(&INTERNAL);
        Self { detail: refusal.detail, errors: refusal.errors, retry_after_s: refusal.retry_after_s, ..code.problem() }
    }
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    at: Timestamp,
    body: T,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SealError {
    /// Another key, another subject, or bytes that nobody sealed.
    #[error("The message was not sealed with the key of this hall; give each process the same --cluster-key.")]
    Foreign,
    /// Too old.
    #[error("The message is of {at}, more than {FRESH_S} s from now; set the clocks of the machines by NTP.")]
    Stale {
        /// When it was sealed, by the clock of its sender.
        at: Timestamp,
    },
    /// Another program.
    #[error("The message has another form: {0}. Run the same version in each process.")]
    Form(String),
}

/// Seals and opens what the processes say.
pub(crate) struct Seal {
    cipher: XChaCha20Poly1305,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    pub(crate) fn new(key: [u8; 32], clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&key.into()), clock, entropy }
    }

    pub(crate) fn close<T: Serialize>(&self, subject: &str, body: &T) -> Result<Vec<u8>, SealError> {
        let envelope = Envelope { at: self.clock.now(), body };
        let plain = serde_json::to_vec(&envelope).map_err(|fault| SealError::Form(fault.to_string()))?;
        let mut nonce = [0; NONCE_BYTES];
        self.entropy.fill(&mut nonce);
        let payload = Payload { msg: &plain, aad: subject.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Foreign)?;
        Ok([&nonce[..], &sealed].concat())
    }

    pub(crate) fn open<T: DeserializeOwned>(&self, subject: &str, bytes: &[u8]) -> Result<T, SealError> {
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Foreign)?;
        let payload = Payload { msg: sealed, aad: subject.as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError::Foreign)?;
        let envelope: Envelope<T> = serde_json::from_slice(&plain).map_err(|fault| SealError::Form(fault.to_string()))?;
        if envelope.at.0.saturating_sub(self.clock.now().0).saturating_abs() > FRESH_S * sala_core::time::SECOND_US {
            return Err(SealError::Stale { at: envelope.at });
        }
        Ok(envelope.body)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sala_core::{entropy::SeededEntropy, time::FixedClock};

    use super::*;
    use crate::problems::SPACE_FULL;

    fn seal(key: u8, now: i64) -> Seal {
        Seal::new([key; 32], Arc::new(FixedClock::at(Timestamp::from_seconds(now))), Arc::new(SeededEntropy::new(7)))
    }

    #[test]
    fn only_who_has_the_key_reads_and_only_on_the_subject_and_soon() {
        let sealed = seal(1, 1_000).close("sala.hall", &"Bologna").unwrap();
        assert!(!sealed.windows(7).any(|bytes| bytes == b"Bologna"));
        assert_eq!(seal(1, 1_030).open::<String>("sala.hall", &sealed).unwrap(), "Bologna");
        assert_eq!(seal(2, 1_000).open::<String>("sala.hall", &sealed), Err(SealError::Foreign));
        assert_eq!(seal(1, 1_000).open::<String>("sala.process.two", &sealed), Err(SealError::Foreign));
        for late in [969, 1_031] {
            assert_eq!(seal(1, late).open::<String>("sala.hall", &sealed), Err(SealError::Stale { at: Timestamp::from_seconds(1_000) }));
        }
        assert!(matches!(seal(1, 1_000).open::<u64>("sala.hall", &sealed), Err(SealError::Form(_))));
    }

    #[test]
    fn a_refusal_is_the_same_problem_on_the_other_side() {
        let problem = SPACE_FULL.problem().retry_after(10).at("/id", "why").because("inside");
        let text = serde_json::to_string(&Refusal::from(&problem)).unwrap();
        assert!(!text.contains("inside"), "{text}");
        let told = Problem::from(serde_json::from_str::<Refusal>(&text).unwrap());
        assert_eq!((told.code, told.errors.len(), told.retry_after_s), (&SPACE_FULL, 1, Some(10)));
    }

    proptest! {
        #[test]
        fn no_bytes_open_that_nobody_sealed(bytes in proptest::collection::vec(any::<u8>(), 0..200), place in 0_usize..400) {
            prop_assert_eq!(seal(1, 5).open::<String>("sala.hall", &bytes), Err(SealError::Foreign));
            let mut sealed = seal(1, 5).close("sala.hall", &"คำ").unwrap();
            let at = place % sealed.len();
            sealed[at] ^= 1;
            prop_assert_eq!(seal(1, 5).open::<String>("sala.hall", &sealed), Err(SealError::Foreign));
        }
    }
}
