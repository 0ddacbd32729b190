//! Verifier and signer keys are written back as they were read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_log::{SignerKey, VerifierKey};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = SignerKey::parse(text) {
        assert_eq!(key.format(), text);
    }
});
