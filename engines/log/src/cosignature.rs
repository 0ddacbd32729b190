//! Cosignatures of witnesses (c2sp.org/tlog-cosignature, type `cosignature/v1`).
//!
//! A cosignature says: at this time, this was the largest consistent tree of this log that I had seen. It
//! signs the time and the whole text of the checkpoint, so it can't be mistaken for a log's own signature.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};

use crate::{Checkpoint, LogError, NoteSignature, VerifierKey, ed25519, note::Algorithm};

/// A private key of a witness (type 0x04). Its secret is wiped from memory on drop.
///
/// Use its seed for nothing else: the message does not name the witness.
pub struct CosignerKey {
    public: VerifierKey,
    secret: SigningKey,
}

impl CosignerKey {
    /// The key that follows from a 32-byte seed.
    ///
    /// # Errors
    /// [`LogError::Malformed`] if the name is empty or has spaces, plus signs or control characters.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, LogError> {
        let secret = SigningKey::from_bytes(seed);
        let public = secret.verifying_key().to_bytes();
        Ok(Self { public: VerifierKey::new(name, Algorithm::Cosignature, public)?, secret })
    }

    /// The public half.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.public.clone()
    }

    /// Cosigns the text of a checkpoint at `time_s`, seconds of POSIX time, 1 to 2^63 − 1.
    ///
    /// Consistency with what was cosigned before is the caller's business: see [`crate::witness::decide`].
    ///
    /// # Errors
    /// [`LogError::Malformed`] if the text is no checkpoint; [`LogError::OutOfRange`] if the time is.
    pub fn cosign(&self, checkpoint_text: &str, time_s: u64) -> Result<NoteSignature, LogError> {
        Checkpoint::parse(checkpoint_text)?;
        if time_s == 0 || !is_time(time_s) {
            return Err(LogError::OutOfRange { what: "Cosignature time", value: time_s, limit: MAX_TIME_S });
        }
        let signature = self.secret.sign(&message(checkpoint_text, time_s));
        Ok(NoteSignature {
            name: self.public.name().to_owned(),
            key_id: self.public.key_id(),
            bytes: [time_s.to_be_bytes().as_slice(), &signature.to_bytes()].concat(),
        })
    }
}

impl fmt::Debug for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosignerKey").field("public", &self.public).finish_non_exhaustive()
    }
}

const MAX_TIME_S: u64 = u64::MAX >> 1;

fn is_time(time_s: u64) -> bool {
    time_s <= MAX_TIME_S
}

fn message(text: &str, time_s: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time_s}\n{text}").into_bytes()
}

/// Time in a cosignature (8 bytes of time, 64 of Ed25519), or `None` if it is false.
pub(crate) fn check(public: &[u8; 32], text: &str, signature: &[u8]) -> Option<u64> {
    let (time_s, signature) = signature.split_first_chunk()?;
    let time_s = u64::from_be_bytes(*time_s);
    let is_good = is_time(time_s) && ed25519::is_signed(public, &message(text, time_s), signature);
    is_good.then_some(time_s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Note, SignerKey};

    const TEXT: &str = "o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

    fn witness() -> CosignerKey {
        CosignerKey::from_seed("witness.example/w1", &[4; 32]).unwrap()
    }

    #[test]
    fn a_cosignature_carries_its_time() {
        let note = Note::new(TEXT).unwrap().with(witness().cosign(TEXT, 1_679_315_147).unwrap());
        let verified = note.verify(&[witness().verifier_key()]).unwrap();
        assert_eq!(verified[0].timestamp_s(), Some(1_679_315_147));
        assert_eq!(note.signatures[0].bytes.len(), 72);
    }

    /// A checkpoint of a public CT log as two independent systems have signed it in May 2026.
    const REAL: &str = "arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
";
    const REAL_LOG: &str = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
    const REAL_WITNESS: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

    #[test]
    fn a_checkpoint_of_a_public_log_with_a_public_witness_verifies() {
        let note = Note::parse(REAL.as_bytes()).unwrap();
        let keys = [REAL_LOG, REAL_WITNESS].map(|vkey| vkey.parse().unwrap());
        let verified = note.verify(&keys).unwrap();
        assert_eq!(verified.len(), 2);
        assert_eq!(verified[0].timestamp_s(), None);
        assert_eq!(verified[1].timestamp_s(), Some(0x6a12_2120));
        let larger = Note::parse(REAL.replace("1432088532", "1432088533").as_bytes()).unwrap();
        assert!(matches!(larger.verify(&keys), Err(LogError::BadSignature { .. })));
    }

    #[test]
    fn a_changed_time_or_text_makes_it_false() {
        let mut changed = witness().cosign(TEXT, 1_000).unwrap();
        changed.bytes[7] ^= 1;
        let note = Note::new(TEXT).unwrap().with(changed);
        assert!(matches!(note.verify(&[witness().verifier_key()]), Err(LogError::BadSignature { .. })));
        let other = TEXT.replace('o', "p");
        let note = Note::new(other).unwrap().with(witness().cosign(TEXT, 1_000).unwrap());
        assert!(note.verify(&[witness().verifier_key()]).is_err());
    }

    #[test]
    fn a_time_beyond_the_specification_is_neither_signed_nor_believed() {
        for time_s in [0, 1 << 63, u64::MAX] {
            assert!(matches!(witness().cosign(TEXT, time_s), Err(LogError::OutOfRange { .. })));
        }
        let signature = witness().secret.sign(&message(TEXT, 1 << 63));
        let bytes = [(1_u64 << 63).to_be_bytes().as_slice(), &signature.to_bytes()].concat();
        assert_eq!(check(witness().public.public(), TEXT, &bytes), None);
    }

    #[test]
    fn only_a_checkpoint_is_cosigned() {
        assert!(witness().cosign("pay the bearer\n", 1_000).is_err());
    }

    #[test]
    fn a_log_signature_and_a_cosignature_of_one_key_are_not_interchangeable() {
        let signer = SignerKey::from_seed("witness.example/w1", &[4; 32]).unwrap();
        assert_ne!(signer.verifier_key().key_id(), witness().verifier_key().key_id());
        let mut signature = witness().cosign(TEXT, 1_000).unwrap();
        signature.key_id = signer.verifier_key().key_id();
        assert!(Note::new(TEXT).unwrap().with(signature).verify(&[signer.verifier_key()]).is_err());
    }
}
