//! A checkpoint is written back byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_log::Checkpoint;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
    }
});
