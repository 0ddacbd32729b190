//! A request is written back byte for byte, and decided on without harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_log::witness::{AddCheckpoint, decide};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = AddCheckpoint::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes);
        let _ = decide(&request, |_| Some(Vec::new()), Some((request.old_size(), [0; 32])));
    }
});
