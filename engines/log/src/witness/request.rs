//! Body of `POST <submission prefix>/add-checkpoint`.

use std::fmt;

use crate::{
    Checkpoint, Hash, LogError, Note,
    text::{decimal, hash, to_base64},
};

const WHAT: &str = "add-checkpoint request";

/// Most hashes in a request.
const MAX_PROOF: usize = 63;

/// A request for a cosignature: the size that the witness should know, a proof from it, the new checkpoint.
///
/// `to_string` gives the body of the HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old_size: u64,
    proof: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

impl AddCheckpoint {
    /// A request for a note that holds a signed checkpoint.
    ///
    /// # Errors
    /// [`LogError::Malformed`] if the text of the note is no checkpoint or the proof has more than 63 hashes.
    pub fn new(old_size: u64, proof: Vec<Hash>, note: Note) -> Result<Self, LogError> {
        if proof.len() > MAX_PROOF {
            return Err(LogError::malformed(WHAT, "its proof has more than 63 hashes"));
        }
        let checkpoint = Checkpoint::parse(&note.text)?;
        Ok(Self { old_size, proof, note, checkpoint })
    }

    /// Reads a body. What is refused here is answered 400: `Decision::from(error)`.
    ///
    /// # Errors
    /// [`LogError::Malformed`].
    pub fn parse(body: &[u8]) -> Result<Self, LogError> {
        let malformed = |reason| LogError::malformed(WHAT, reason);
        let body = str::from_utf8(body).map_err(|_| malformed("it is not UTF-8"))?;
        let (head, note) = body.split_once("\n\n").ok_or(malformed("there is no blank line before the checkpoint"))?;
        let mut lines = head.split('\n');
        let old_size = lines
            .next()
            .and_then(|line| decimal(line.strip_prefix("old ")?))
            .ok_or(malformed("its first line is not the word old and a size"))?;
        let proof = lines
            .take(MAX_PROOF + 1)
            .map(|line| hash(line).ok_or(malformed("a line of its proof is not 32 bytes of base64")))
            .collect::<Result<_, _>>()?;
        Self::new(old_size, proof, Note::parse(note.as_bytes())?)
    }

    /// Size that the witness cosigned last, as the client believes; 0 if never.
    pub fn old_size(&self) -> u64 {
        self.old_size
    }

    /// Consistency proof from the old size; empty if that is 0.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The signed checkpoint, not verified.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// What the note says, not verified.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Which log the checkpoint says it is of.
    pub fn origin(&self) -> &str {
        &self.checkpoint.origin
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash)))?;
        write!(f, "\n{}", self.note)
    }
}
