//! Trust policies (c2sp.org/tlog-policy): which logs count, and which witnesses together are enough.
//!
//! ```text
//! log <vkey> [<url>]
//! witness audit <vkey> [<url>]
//! witness press <vkey>
//! group both all audit press
//! quorum both
//! ```

mod parse;

use std::{collections::BTreeSet, fmt};

use crate::{Checkpoint, LogError, Note, VerifiedSignature, VerifierKey};

/// A log that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Key; its name is the origin of the log.
    pub key: VerifierKey,
    /// Where the log is, if that is of use.
    pub url: Option<String>,
}

/// A witness that may count towards the quorum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Name within the policy file.
    pub name: String,
    /// Key, of type cosignature/v1.
    pub key: VerifierKey,
    /// Where to ask it for cosignatures: by custom its submission prefix.
    pub url: Option<String>,
}

/// Members of which at least `threshold` must have witnessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyGroup {
    /// Name within the policy file.
    pub name: String,
    /// 1 to the number of members.
    pub threshold: usize,
    /// Names of witnesses and groups that stand before this one.
    pub members: Vec<String>,
}

/// A policy, as read from its file. `to_string` writes one with the same meaning: logs, witnesses, groups
/// (thresholds as numbers), quorum; without comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<PolicyGroup>,
    /// Name of a witness or group; `None` for `quorum none`.
    quorum: Option<String>,
}

/// A checkpoint whose log and witnesses were verified against a policy. Made only by that verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessedCheckpoint {
    checkpoint: Checkpoint,
    signatures: Vec<VerifiedSignature>,
}

impl WitnessedCheckpoint {
    /// What the log says.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Who has signed: the log, and each known witness with its time.
    pub fn signatures(&self) -> &[VerifiedSignature] {
        &self.signatures
    }
}

impl Policy {
    /// The policy that asks for no witness and lists no log (`quorum none`).
    #[must_use]
    pub fn unwitnessed() -> Self {
        Self { logs: Vec::new(), witnesses: Vec::new(), groups: Vec::new(), quorum: None }
    }

    /// Logs in the order of their lines.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// Witnesses in the order of their lines.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Groups in the order of their lines.
    pub fn groups(&self) -> &[PolicyGroup] {
        &self.groups
    }

    /// Name of the witness or group that must have witnessed; `None` if nobody must.
    pub fn quorum(&self) -> Option<&str> {
        self.quorum.as_deref()
    }

    /// Keys of all logs.
    #[must_use]
    pub fn log_keys(&self) -> Vec<VerifierKey> {
        self.logs.iter().map(|log| log.key.clone()).collect()
    }

    /// Keys of all witnesses.
    #[must_use]
    pub fn witness_keys(&self) -> Vec<VerifierKey> {
        self.witnesses.iter().map(|witness| witness.key.clone()).collect()
    }

    /// Whether these verified signatures, all on one note, are enough witnesses.
    pub fn is_met(&self, verified: &[VerifiedSignature]) -> bool {
        let Some(quorum) = &self.quorum else {
            return true;
        };
        let has_signed = |witness: &&PolicyWitness| verified.iter().any(|v| *v.key() == witness.key);
        let mut witnessed: BTreeSet<&str> = self.witnesses.iter().filter(has_signed).map(|witness| witness.name.as_str()).collect();
        // A group refers only to what stands before it, so one pass settles them all.
        for group in &self.groups {
            let count = group.members.iter().filter(|name| witnessed.contains(name.as_str())).count();
            if count >= group.threshold {
                witnessed.insert(&group.name);
            }
        }
        witnessed.contains(quorum.as_str())
    }

    /// Checks that the note is a checkpoint of the log with `log_key`, signed by it, and witnessed by a
    /// quorum.
    ///
    /// # Errors
    /// [`LogError::Malformed`] if the note holds no checkpoint, [`LogError::WrongOrigin`],
    /// [`LogError::NoKnownSignature`] if the log has not signed, [`LogError::BadSignature`] if a signature
    /// of the log or of any witness of the policy is false, [`LogError::PolicyNotMet`].
    pub fn check(&self, note: &Note, log_key: &VerifierKey) -> Result<WitnessedCheckpoint, LogError> {
        let checkpoint = Checkpoint::parse(&note.text)?;
        if checkpoint.origin != log_key.name() {
            let expected = log_key.name().to_owned();
            return Err(LogError::WrongOrigin { expected, found: checkpoint.origin });
        }
        let keys: Vec<_> = [log_key.clone()].into_iter().chain(self.witness_keys()).collect();
        let signatures = note.verify(&keys)?;
        if !signatures.iter().any(|signature| signature.key() == log_key) {
            return Err(LogError::NoKnownSignature);
        }
        if !self.is_met(&signatures) {
            return Err(LogError::PolicyNotMet);
        }
        Ok(WitnessedCheckpoint { checkpoint, signatures })
    }

    /// As [`Policy::check`], for any of the logs that the policy lists.
    ///
    /// # Errors
    /// As [`Policy::check`]; [`LogError::NoKnownSignature`] too if the policy lists no log of this origin.
    pub fn check_any_log(&self, note: &Note) -> Result<WitnessedCheckpoint, LogError> {
        let checkpoint = Checkpoint::parse(&note.text)?;
        let mut refusal = LogError::NoKnownSignature;
        for log in self.logs.iter().filter(|log| log.key.name() == checkpoint.origin) {
            match self.check(note, &log.key) {
                Err(LogError::NoKnownSignature) => {}
                Err(error) => refusal = error,
                good => return good,
            }
        }
        Err(refusal)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = |url: &Option<String>| url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
        for PolicyLog { key, url } in &self.logs {
            writeln!(f, "log {key}{}", after(url))?;
        }
        for PolicyWitness { name, key, url } in &self.witnesses {
            writeln!(f, "witness {name} {key}{}", after(url))?;
        }
        for PolicyGroup { name, threshold, members } in &self.groups {
            writeln!(f, "group {name} {threshold} {}", members.join(" "))?;
        }
        writeln!(f, "quorum {}", self.quorum().unwrap_or(parse::NONE))
    }
}
