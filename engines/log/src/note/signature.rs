//! Signature lines of a note.

use std::fmt;

use super::{Algorithm, MAX_SIGNATURES, VerifierKey, key::is_key_name};
use crate::{
    LogError, cosignature, ed25519,
    text::{from_base64, to_base64},
};

const WHAT: &str = "signature line";

/// One signature line, not verified: `— <name> <base64 of key id and signature>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key: not empty, without spaces and plus signs.
    pub name: String,
    /// Id of the key: the first four bytes of a hash over its name, type and public key.
    pub key_id: u32,
    /// The signature itself, 1 byte or more; its form depends on the type of the key.
    pub bytes: Vec<u8>,
}

impl NoteSignature {
    /// Reads one line, without its newline. `to_string` writes the same again.
    ///
    /// # Errors
    /// [`LogError::Malformed`].
    pub fn parse(line: &str) -> Result<Self, LogError> {
        let malformed = |reason| LogError::malformed(WHAT, reason);
        let rest = line.strip_prefix("— ").ok_or(malformed("it does not begin with an em dash and a space"))?;
        let (name, signature) = rest.split_once(' ').ok_or(malformed("it has no signature"))?;
        if !is_key_name(name) {
            return Err(malformed("its key name is empty or has spaces or plus signs"));
        }
        let bytes = from_base64(signature).ok_or(malformed("its signature is not base64"))?;
        match bytes.split_first_chunk() {
            Some((key_id, bytes)) if !bytes.is_empty() => {
                Ok(Self { name: name.to_owned(), key_id: u32::from_be_bytes(*key_id), bytes: bytes.to_vec() })
            }
            _ => Err(malformed("its signature is shorter than 5 bytes")),
        }
    }

    pub(crate) fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.key_id == key.key_id()
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.to_be_bytes().as_slice(), &self.bytes].concat();
        write!(f, "— {} {}", self.name, to_base64(&bytes))
    }
}

/// Reads 1 to [`MAX_SIGNATURES`] signature lines, each with its newline: the end of a note, and the reply
/// of a witness.
///
/// # Errors
/// [`LogError::Malformed`].
pub fn parse_signature_lines(lines: &str) -> Result<Vec<NoteSignature>, LogError> {
    let lines = lines.strip_suffix('\n').ok_or(LogError::malformed(WHAT, "it does not end in a newline"))?;
    let signatures = lines.split('\n').take(MAX_SIGNATURES + 1).map(NoteSignature::parse).collect::<Result<Vec<_>, _>>()?;
    if signatures.len() > MAX_SIGNATURES {
        return Err(LogError::malformed("signed note", "it has more than 100 signatures"));
    }
    Ok(signatures)
}

/// A signature that was checked and is good. Made only by verification, so that having one is the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedSignature {
    key: VerifierKey,
    timestamp_s: Option<u64>,
}

impl VerifiedSignature {
    pub(crate) fn check(key: &VerifierKey, text: &str, signature: &[u8]) -> Option<Self> {
        let timestamp_s = match key.algorithm() {
            Algorithm::Ed25519 => ed25519::is_signed(key.public(), text.as_bytes(), signature).then_some(None)?,
            Algorithm::Cosignature => Some(cosignature::check(key.public(), text, signature)?),
        };
        Some(Self { key: key.clone(), timestamp_s })
    }

    /// The key that has signed.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Name of the key.
    pub fn name(&self) -> &str {
        self.key.name()
    }

    /// When a witness cosigned, in seconds of POSIX time; `None` for a plain Ed25519 signature.
    pub fn timestamp_s(&self) -> Option<u64> {
        self.timestamp_s
    }
}
