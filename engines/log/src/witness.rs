//! The witness protocol (c2sp.org/tlog-witness): requests, the whole decision, replies.
//!
//! ```text
//! old 20852014
//! PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=      ← consistency proof, a hash a line
//!
//! example.com/behind-the-sofa                       ← the checkpoint, signed by the log
//! …
//! ```
//!
//! The order of a witness: [`AddCheckpoint::parse`], look up the latest (size, root) that it cosigned for
//! [`AddCheckpoint::origin`], [`decide`], **store the new (size, root) by compare-and-swap on the one looked
//! up**, cosign, [`Decision::reply`]. If the swap fails, begin again at the look-up.

mod reply;
mod request;

pub use reply::{Reply, cosignatures_in_reply, size_in_conflict};
pub use request::AddCheckpoint;

use crate::{Checkpoint, Hash, LogError, VerifierKey, empty_root, text::to_hex, verify_consistency};

/// What a witness does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// 200: store this checkpoint's size and root, then cosign [`crate::Note::text`] of the request.
    Cosign(Checkpoint),
    /// 400: the request can't be read, or its old size is above the size of the checkpoint.
    Malformed(LogError),
    /// 403: no known key of the log has signed, or a signature of one is false.
    Unsigned(LogError),
    /// 404: the witness does not know this log.
    UnknownLog,
    /// 409: the old size is not the size that the witness cosigned last.
    Conflict {
        /// The size it cosigned last, or 0.
        latest_size: u64,
    },
    /// 422: the checkpoint does not follow from the one that was cosigned last.
    Inconsistent(LogError),
}

impl Decision {
    /// The HTTP status: 200, 400, 403, 404, 409 or 422.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Cosign(_) => 200,
            Self::Malformed(_) => 400,
            Self::Unsigned(_) => 403,
            Self::UnknownLog => 404,
            Self::Conflict { .. } => 409,
            Self::Inconsistent(_) => 422,
        }
    }
}

impl From<LogError> for Decision {
    /// The decision on a body that [`AddCheckpoint::parse`] has refused.
    fn from(error: LogError) -> Self {
        Self::Malformed(error)
    }
}

/// Decides on a request, in the order of checks that the specification gives.
///
/// `known_logs` tells the keys that the witness trusts for an origin, or `None` if it does not know the log;
/// `latest` is the size and root that it cosigned last for this origin, `None` if it never did.
pub fn decide(request: &AddCheckpoint, known_logs: impl Fn(&str) -> Option<Vec<VerifierKey>>, latest: Option<(u64, Hash)>) -> Decision {
    let checkpoint = request.checkpoint();
    let Some(keys) = known_logs(request.origin()) else {
        return Decision::UnknownLog;
    };
    if let Err(error) = request.note().verify(&keys) {
        return Decision::Unsigned(error);
    }
    let (old, new) = (request.old_size(), checkpoint.size);
    if old > new {
        return Decision::Malformed(LogError::OutOfRange { what: "Old size", value: old, limit: new });
    }
    let (latest_size, latest_root) = latest.unwrap_or((0, empty_root()));
    if old != latest_size {
        return Decision::Conflict { latest_size };
    }
    match follows(request, &latest_root) {
        Ok(()) => Decision::Cosign(checkpoint.clone()),
        Err(error) => Decision::Inconsistent(error),
    }
}

/// Whether the checkpoint follows from the tree of the request's old size with this root.
fn follows(request: &AddCheckpoint, old_root: &Hash) -> Result<(), LogError> {
    let (old, proof) = (request.old_size(), request.proof());
    let Checkpoint { size, root, .. } = request.checkpoint();
    if *size == 0 && *root != empty_root() {
        return Err(LogError::RootMismatch);
    }
    if old > 0 {
        return verify_consistency(old, *size, proof, old_root, root);
    }
    if proof.is_empty() { Ok(()) } else { Err(LogError::ProofLength { expected: 0, got: proof.len() }) }
}

/// Path below a witness's monitoring prefix where its latest checkpoint of a log is served:
/// `<hex SHA-256 of the origin>/checkpoint`.
#[must_use]
pub fn checkpoint_path(origin: &str) -> String {
    use sha2::Digest as _;
    format!("{}/checkpoint", to_hex(&sha2::Sha256::digest(origin)))
}
