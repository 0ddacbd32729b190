//! Signed notes (c2sp.org/signed-note): a text, a blank line, signature lines.
//!
//! ```text
//! example.com/log
//! 15
//! rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=
//!
//! — example.com/log M9e0luh4jTG+UMBq…
//! ```

mod key;
mod signature;

use std::fmt;

pub use key::{Algorithm, SignerKey, VerifierKey};
pub use signature::{NoteSignature, VerifiedSignature, parse_signature_lines};

use crate::LogError;

const WHAT: &str = "signed note";

/// Longest note that is read. Room for 100 post-quantum signatures and a long text.
pub const MAX_BYTES: usize = 1_000_000;

/// Most signatures that are read; the specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 100;

/// A text and the signatures that claim to be on it. Do not use the text before [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The signed text, with the newline at its end.
    pub text: String,
    /// Signatures in the order of their lines.
    pub signatures: Vec<NoteSignature>,
}

impl Note {
    /// A note without signatures yet.
    ///
    /// # Errors
    /// [`LogError::Malformed`] if the text does not end in a newline or has other control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, LogError> {
        let text = text.into();
        check_text(&text)?;
        Ok(Self { text, signatures: Vec::new() })
    }

    /// The note with one more signature at its end.
    #[must_use]
    pub fn with(mut self, signature: NoteSignature) -> Self {
        self.signatures.push(signature);
        self
    }

    /// Reads a note. `to_string` writes the same bytes again.
    ///
    /// # Errors
    /// [`LogError::Malformed`] if it is not UTF-8, has control characters, no blank line before the
    /// signatures, a line that is no signature, none or more than [`MAX_SIGNATURES`] of them, or is longer
    /// than [`MAX_BYTES`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        let malformed = |reason| LogError::malformed(WHAT, reason);
        if bytes.len() > MAX_BYTES {
            return Err(malformed("it is longer than 1000000 bytes"));
        }
        let note = str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let (text, lines) = note.rsplit_once("\n\n").ok_or(malformed("there is no blank line before the signatures"))?;
        let text = format!("{text}\n");
        check_text(&text)?;
        Ok(Self { text, signatures: parse_signature_lines(lines)? })
    }

    /// Checks every signature whose key (name and id) is among `keys`, and tells which keys have signed,
    /// each once, in the order of the lines. Signatures by other keys are skipped.
    ///
    /// # Errors
    /// [`LogError::BadSignature`] if one by a known key is false, however many others are good;
    /// [`LogError::NoKnownSignature`] if there is none by a known key.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vec<VerifiedSignature>, LogError> {
        let mut verified: Vec<VerifiedSignature> = Vec::new();
        for signature in &self.signatures {
            let mut known = keys.iter().filter(|key| signature.is_by(key)).peekable();
            if known.peek().is_none() {
                continue;
            }
            // Two different keys with the same name and id are next to impossible, but either may be meant.
            let good = known
                .find_map(|key| VerifiedSignature::check(key, &self.text, &signature.bytes))
                .ok_or_else(|| LogError::BadSignature { name: signature.name.clone() })?;
            if verified.iter().all(|earlier| earlier.key() != good.key()) {
                verified.push(good);
            }
        }
        if verified.is_empty() { Err(LogError::NoKnownSignature) } else { Ok(verified) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

fn check_text(text: &str) -> Result<(), LogError> {
    if !text.ends_with('\n') {
        return Err(LogError::malformed(WHAT, "its text does not end in a newline"));
    }
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(LogError::malformed(WHAT, "it has control characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of c2sp.org/signed-note.
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\
        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn signer(name: &str, seed: u8) -> SignerKey {
        SignerKey::from_seed(name, &[seed; 32]).unwrap()
    }

    #[test]
    fn the_example_of_the_specification_verifies() {
        let note = Note::parse(NOTE.as_bytes()).unwrap();
        assert_eq!(note.text, "This is an example message.\n");
        assert_eq!(note.to_string(), NOTE);
        let verified = note.verify(&[VKEY.parse().unwrap()]).unwrap();
        assert_eq!(verified[0].name(), "example.com/foo");
        assert_eq!(verified[0].timestamp_s(), None);
    }

    #[test]
    fn a_text_may_have_empty_lines_of_its_own() {
        let ada = signer("ada", 1);
        for text in ["\n", "a\n\nb\n", "a\n\n", "\n\n\n"] {
            let note = Note::new(text).unwrap().with(ada.sign(text));
            let read = Note::parse(note.to_string().as_bytes()).unwrap();
            assert_eq!(read, note);
            assert!(read.verify(&[ada.verifier_key()]).is_ok());
        }
    }

    #[test]
    fn signatures_of_unknown_keys_are_skipped() {
        let (ada, bob) = (signer("ada", 1), signer("bob", 2));
        let note = Note::new("hello\n").unwrap().with(bob.sign("lies\n")).with(ada.sign("hello\n"));
        let verified = note.verify(&[ada.verifier_key()]).unwrap();
        assert_eq!(verified.len(), 1);
        assert_eq!(verified[0].key(), &ada.verifier_key());
        // The same name with another key is another key.
        assert_eq!(note.verify(&[signer("ada", 3).verifier_key()]), Err(LogError::NoKnownSignature));
        assert_eq!(note.verify(&[]), Err(LogError::NoKnownSignature));
    }

    #[test]
    fn one_false_signature_of_a_known_key_spoils_the_note() {
        let (ada, bob) = (signer("ada", 1), signer("bob", 2));
        let note = Note::new("hello\n").unwrap().with(ada.sign("hello\n")).with(bob.sign("lies\n"));
        let keys = [ada.verifier_key(), bob.verifier_key()];
        assert_eq!(note.verify(&keys), Err(LogError::BadSignature { name: "bob".to_owned() }));
    }

    #[test]
    fn a_key_that_signs_twice_counts_once() {
        let ada = signer("ada", 1);
        let note = Note::new("hello\n").unwrap().with(ada.sign("hello\n")).with(ada.sign("hello\n"));
        assert_eq!(note.verify(&[ada.verifier_key(), ada.verifier_key()]).unwrap().len(), 1);
    }

    #[test]
    fn malformed_notes_are_refused() {
        let line = "— a AAAAAAA=\n";
        assert!(Note::parse(format!("text\n\n{line}").as_bytes()).is_ok());
        let wrong = [
            String::new(),
            "text\n".to_owned(),
            "text\n\n".to_owned(),
            format!("text\n{line}"),
            format!("\n\n{line}").trim_start().to_owned(),
            format!("te\txt\n\n{line}"),
            format!("te\rxt\n\n{line}"),
            format!("text\n\n{line}\n"),
            format!("text\n\n{}", line.trim_end()),
            "text\n\n- a AAAAAAA=\n".to_owned(),
            "text\n\n—a AAAAAAA=\n".to_owned(),
            "text\n\n— AAAAAAA=\n".to_owned(),
            "text\n\n—  AAAAAAA=\n".to_owned(),
            "text\n\n— a+b AAAAAAA=\n".to_owned(),
            "text\n\n— a\u{2003}b AAAAAAA=\n".to_owned(),
            "text\n\n— a AAAAAA==\n".to_owned(),
            "text\n\n— a AAAAAAA\n".to_owned(),
            "text\n\n— a AAAAAAA= \n".to_owned(),
            format!("text\n\n{}", line.repeat(MAX_SIGNATURES + 1)),
            format!("{}\n\n{line}", "x".repeat(MAX_BYTES)),
        ];
        for note in wrong {
            assert!(Note::parse(note.as_bytes()).is_err(), "{}", &note[..note.len().min(60)]);
        }
        assert!(Note::parse(b"te\xffxt\n\n").is_err());
        assert!(Note::new("no newline").is_err());
    }
}
