//! Keys that sign and verify notes, in their text forms.

use std::{fmt, str::FromStr};

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

use super::NoteSignature;
use crate::{
    LogError, ed25519,
    text::{from_base64, to_base64, to_hex},
};

const WHAT: &str = "verifier key";
const WHAT_SIGNER: &str = "signer key";

/// Signature types of c2sp.org/signed-note that are verified here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// 0x01: Ed25519 over the text of the note.
    Ed25519,
    /// 0x04: cosignature/v1, Ed25519 over a time and the text of a checkpoint.
    Cosignature,
}

impl Algorithm {
    /// The signature type byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    fn from_byte(algorithm: u8) -> Result<Self, LogError> {
        match algorithm {
            0x01 => Ok(Self::Ed25519),
            0x04 => Ok(Self::Cosignature),
            _ => Err(LogError::UnsupportedAlgorithm { algorithm }),
        }
    }
}

/// A public key with its name and type, written as `name+id+base64(type ‖ key)` (a *vkey*).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifierKey {
    name: String,
    key_id: u32,
    algorithm: Algorithm,
    public: [u8; 32],
}

impl VerifierKey {
    /// A key from its parts; the id follows from them.
    ///
    /// # Errors
    /// [`LogError::Malformed`] if the name is empty or has spaces, plus signs or control characters, or
    /// the bytes are no usable Ed25519 public key.
    pub fn new(name: &str, algorithm: Algorithm, public: [u8; 32]) -> Result<Self, LogError> {
        if !is_key_name(name) {
            return Err(LogError::malformed(WHAT, "its name is empty or has spaces or plus signs"));
        }
        if !ed25519::is_public_key(&public) {
            return Err(LogError::malformed(WHAT, "its bytes are not an Ed25519 public key"));
        }
        Ok(Self { name: name.to_owned(), key_id: key_id(name, algorithm, &public), algorithm, public })
    }

    /// Reads a vkey; its id must be the hash of its parts. `to_string` writes the same again.
    ///
    /// # Errors
    /// [`LogError::Malformed`], or [`LogError::UnsupportedAlgorithm`] if the type is neither 0x01 nor 0x04.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let malformed = |reason| LogError::malformed(WHAT, reason);
        let (name, rest) = text.split_once('+').ok_or(malformed("it has no key id"))?;
        let (id, material) = rest.split_once('+').ok_or(malformed("it has no key"))?;
        let material = from_base64(material).ok_or(malformed("its key is not base64"))?;
        let (algorithm, public) = material.split_first().ok_or(malformed("its key is empty"))?;
        let algorithm = Algorithm::from_byte(*algorithm)?;
        let public = public.try_into().map_err(|_| malformed("its public key is not 32 bytes"))?;
        let key = Self::new(name, algorithm, public)?;
        if id != to_hex(&key.key_id.to_be_bytes()) {
            return Err(malformed("its id does not belong to its name and key"));
        }
        Ok(key)
    }

    /// Name of the key: for a log, its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id that stands in the key's signatures.
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// What the key's signatures are over.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The Ed25519 public key.
    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }
}

impl FromStr for VerifierKey {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        Self::parse(text)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let material = [[self.algorithm.byte()].as_slice(), &self.public].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.key_id, to_base64(&material))
    }
}

/// A private Ed25519 key (type 0x01) that signs notes. Its secret is wiped from memory on drop.
pub struct SignerKey {
    public: VerifierKey,
    secret: SigningKey,
}

impl SignerKey {
    /// The key that follows from a 32-byte seed.
    ///
    /// # Errors
    /// [`LogError::Malformed`] if the name is empty or has spaces, plus signs or control characters.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, LogError> {
        let secret = SigningKey::from_bytes(seed);
        let public = VerifierKey::new(name, Algorithm::Ed25519, secret.verifying_key().to_bytes())?;
        Ok(Self { public, secret })
    }

    /// Reads `PRIVATE+KEY+name+id+base64(0x01 ‖ seed)`, the form of Go's `sumdb/note`.
    ///
    /// # Errors
    /// [`LogError::Malformed`], or [`LogError::UnsupportedAlgorithm`] if the type is not 0x01.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let malformed = |reason| LogError::malformed(WHAT_SIGNER, reason);
        let rest = text.strip_prefix("PRIVATE+KEY+").ok_or(malformed("it does not begin with PRIVATE+KEY+"))?;
        let (name, rest) = rest.split_once('+').ok_or(malformed("it has no key id"))?;
        let (id, material) = rest.split_once('+').ok_or(malformed("it has no key"))?;
        let material = from_base64(material).ok_or(malformed("its key is not base64"))?;
        let (algorithm, seed) = material.split_first().ok_or(malformed("its key is empty"))?;
        if *algorithm != Algorithm::Ed25519.byte() {
            return Err(LogError::UnsupportedAlgorithm { algorithm: *algorithm });
        }
        let seed = seed.try_into().map_err(|_| malformed("its seed is not 32 bytes"))?;
        let key = Self::from_seed(name, seed)?;
        if id != to_hex(&key.public.key_id.to_be_bytes()) {
            return Err(malformed("its id does not belong to its name and key"));
        }
        Ok(key)
    }

    /// Writes what [`SignerKey::parse`] reads. The result is a secret.
    #[must_use]
    pub fn format(&self) -> String {
        let material = [[Algorithm::Ed25519.byte()].as_slice(), self.secret.as_bytes()].concat();
        format!("PRIVATE+KEY+{}+{:08x}+{}", self.public.name, self.public.key_id, to_base64(&material))
    }

    /// The public half.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.public.clone()
    }

    /// Signs the text of a note, which ends in a newline (see [`super::Note::new`]).
    #[must_use]
    pub fn sign(&self, text: &str) -> NoteSignature {
        NoteSignature { name: self.public.name.clone(), key_id: self.public.key_id, bytes: self.secret.sign(text.as_bytes()).to_vec() }
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignerKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Key names are not empty and have no Unicode spaces, plus signs or control characters.
pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || u32::from(c) < 0x20)
}

/// `SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]`
fn key_id(name: &str, algorithm: Algorithm, public: &[u8; 32]) -> u32 {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', algorithm.byte()]).chain_update(public).finalize();
    hash.first_chunk().copied().map_or(0, u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    #[test]
    fn a_vkey_is_read_and_written_again() {
        let key = VerifierKey::parse(VKEY).unwrap();
        assert_eq!(key.to_string(), VKEY);
        assert_eq!(key.name(), "example.com/foo");
        assert_eq!(key.key_id(), 0x530d_903a);
        assert_eq!(key.algorithm(), Algorithm::Ed25519);
    }

    #[test]
    fn a_vkey_whose_parts_do_not_fit_is_refused() {
        let wrong = [
            "",
            "example.com/foo",
            "example.com/foo+530d903a",
            "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
            "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+",
            "example.com/foo+530d903a+AQ==",
        ];
        for vkey in wrong {
            assert!(VerifierKey::parse(vkey).is_err(), "{vkey}");
        }
    }

    #[test]
    fn a_key_of_another_type_is_named_as_unsupported() {
        let vkey = format!("w+00000000+{}", to_base64(&[6; 1313]));
        assert_eq!(VerifierKey::parse(&vkey), Err(LogError::UnsupportedAlgorithm { algorithm: 6 }));
    }

    #[test]
    fn a_point_of_small_order_is_no_key() {
        let neutral = std::array::from_fn(|n| u8::from(n == 0));
        assert!(VerifierKey::new("w", Algorithm::Ed25519, neutral).is_err());
    }

    #[test]
    fn a_signer_key_is_read_and_written_again() {
        let key = SignerKey::from_seed("hall.example/acts", &[9; 32]).unwrap();
        let read = SignerKey::parse(&key.format()).unwrap();
        assert_eq!(read.verifier_key(), key.verifier_key());
        assert_eq!(read.sign("a\n"), key.sign("a\n"));
        let other_name = key.format().replace("acts", "cats");
        assert!(SignerKey::parse(&other_name).is_err());
        assert!(SignerKey::parse(VKEY).is_err());
    }

    #[test]
    fn a_secret_is_not_shown_in_debug_output() {
        let key = SignerKey::from_seed("hall.example/acts", &[9; 32]).unwrap();
        assert!(!format!("{key:?}").contains("9, 9, 9, 9"));
    }
}
