//! Offline proofs (c2sp.org/tlog-proof): one file shows that an entry is in a witnessed log.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64>                                   ← optional, opaque, not authenticated
//! index 73894
//! gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=      ← inclusion proof, a hash a line
//!
//! example.com/fancylog                              ← the cosigned checkpoint
//! …
//! ```

use std::fmt;

use crate::{
    Checkpoint, Hash, LogError, Note, Policy, VerifierKey,
    policy::WitnessedCheckpoint,
    text::{decimal, from_base64, hash, to_base64},
    verify_inclusion,
};

const WHAT: &str = "tlog-proof";
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Most hashes in an inclusion proof of a tree whose size is a `u64`.
const MAX_HASHES: usize = 64;

/// A proof file, by custom `*.tlog-proof`. `to_string` writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// What the application adds, e.g. to rebuild the entry. Nobody has signed it.
    pub extra: Option<Vec<u8>>,
    /// Index of the entry, from 0.
    pub index: u64,
    /// Inclusion proof, sibling of the leaf first; at most 64 hashes.
    pub hashes: Vec<Hash>,
    /// The cosigned checkpoint, as the log published it.
    pub checkpoint_note: String,
}

impl TlogProof {
    /// Reads a proof file. `to_string` writes the same bytes again.
    ///
    /// # Errors
    /// [`LogError::Malformed`], also if the last part is not a signed checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        let malformed = |reason| LogError::malformed(WHAT, reason);
        let text = str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let (head, checkpoint_note) = text.split_once("\n\n").ok_or(malformed("there is no blank line before the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(malformed("its first line is not c2sp.org/tlog-proof@v1"));
        }
        let extra = lines
            .next_if(|line| line.starts_with("extra "))
            .and_then(|line| line.strip_prefix("extra "))
            .map(|extra| from_base64(extra).ok_or(malformed("its extra data is not base64")))
            .transpose()?;
        let index = lines
            .next()
            .and_then(|line| decimal(line.strip_prefix("index ")?))
            .ok_or(malformed("its index is not a plain decimal number"))?;
        let hashes = lines
            .take(MAX_HASHES + 1)
            .map(|line| hash(line).ok_or(malformed("a line of its proof is not 32 bytes of base64")))
            .collect::<Result<Vec<_>, _>>()?;
        if hashes.len() > MAX_HASHES {
            return Err(malformed("its proof has more than 64 hashes"));
        }
        Checkpoint::parse(&Note::parse(checkpoint_note.as_bytes())?.text)?;
        Ok(Self { extra, index, hashes, checkpoint_note: checkpoint_note.to_owned() })
    }

    /// Checks the whole proof: that the log with `log_key` has signed the checkpoint and it is of that log,
    /// that the witnesses meet the quorum of `policy`, and that the entry with `leaf_hash` is in the tree.
    ///
    /// The logs that the policy lists are not looked at: the key given is the one that counts.
    ///
    /// # Errors
    /// As [`Policy::check`] and [`verify_inclusion`].
    pub fn verify(&self, leaf_hash: &Hash, log_key: &VerifierKey, policy: &Policy) -> Result<WitnessedCheckpoint, LogError> {
        let note = Note::parse(self.checkpoint_note.as_bytes())?;
        self.include(leaf_hash, policy.check(&note, log_key)?)
    }

    /// As [`TlogProof::verify`], with the logs that the policy itself lists.
    ///
    /// # Errors
    /// As [`Policy::check_any_log`] and [`verify_inclusion`].
    pub fn verify_by_policy(&self, leaf_hash: &Hash, policy: &Policy) -> Result<WitnessedCheckpoint, LogError> {
        let note = Note::parse(self.checkpoint_note.as_bytes())?;
        self.include(leaf_hash, policy.check_any_log(&note)?)
    }

    fn include(&self, leaf_hash: &Hash, witnessed: WitnessedCheckpoint) -> Result<WitnessedCheckpoint, LogError> {
        let Checkpoint { size, root, .. } = witnessed.checkpoint();
        verify_inclusion(self.index, *size, leaf_hash, &self.hashes, root)?;
        Ok(witnessed)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash)))?;
        write!(f, "\n{}", self.checkpoint_note)
    }
}
