//! A proof file is written back byte for byte, and verified without harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_log::{Policy, TlogProof};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(proof) = TlogProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
        let _ = proof.verify_by_policy(&[0; 32], &Policy::unwitnessed());
    }
});
