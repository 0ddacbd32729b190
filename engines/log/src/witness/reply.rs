//! Replies of a witness, written and read.

use super::Decision;
use crate::{LogError, Note, NoteSignature, VerifiedSignature, VerifierKey, note::parse_signature_lines, text::decimal};

/// An HTTP reply, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// Body.
    pub body: String,
}

impl Decision {
    /// The reply to the client. `cosignatures` are used for 200 only, where there must be at least one.
    #[must_use]
    pub fn reply(&self, cosignatures: &[NoteSignature]) -> Reply {
        let (content_type, body) = match self {
            Self::Cosign(_) => (TEXT, cosignatures.iter().fold(String::new(), |body, line| format!("{body}{line}\n"))),
            Self::Conflict { latest_size } => ("text/x.tlog.size", format!("{latest_size}\n")),
            Self::UnknownLog => (TEXT, "This witness does not know the log.\n".to_owned()),
            Self::Malformed(error) | Self::Unsigned(error) | Self::Inconsistent(error) => (TEXT, format!("{error}\n")),
        };
        Reply { status: self.status(), content_type, body }
    }
}

const TEXT: &str = "text/plain; charset=utf-8";

/// For the client: the good cosignatures in the body of a 200, those by `witness_keys` on `text`.
///
/// # Errors
/// [`LogError::Malformed`] if the body is not signature lines, [`LogError::BadSignature`] if one by a known
/// witness is false, [`LogError::NoKnownSignature`] if there is none by a known witness.
pub fn cosignatures_in_reply(body: &[u8], text: &str, witness_keys: &[VerifierKey]) -> Result<Vec<NoteSignature>, LogError> {
    let body = str::from_utf8(body).map_err(|_| LogError::malformed("witness reply", "it is not UTF-8"))?;
    let mut note = Note { text: text.to_owned(), signatures: parse_signature_lines(body)? };
    let verified = note.verify(witness_keys)?;
    note.signatures.retain(|line| verified.iter().map(VerifiedSignature::key).any(|key| line.is_by(key)));
    Ok(note.signatures)
}

/// For the client: the size in the body of a 409, from which to prove consistency next.
///
/// # Errors
/// [`LogError::Malformed`].
pub fn size_in_conflict(body: &[u8]) -> Result<u64, LogError> {
    str::from_utf8(body)
        .ok()
        .and_then(|body| decimal(body.strip_suffix('\n')?))
        .ok_or(LogError::malformed("witness reply", "it is not a size and a newline"))
}
