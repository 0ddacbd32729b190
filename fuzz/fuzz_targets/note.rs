//! A signed note is written back byte for byte, and verification does no harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_log::{Note, SignerKey};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        let keys = [SignerKey::from_seed("a", &[0; 32]).unwrap().verifier_key()];
        let _ = note.verify(&keys);
    }
});
