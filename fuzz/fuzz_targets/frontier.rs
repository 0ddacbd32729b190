//! A frontier is written back byte for byte and can grow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_log::Frontier;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mut frontier) = Frontier::from_bytes(bytes) {
        assert_eq!(frontier.to_bytes(), bytes);
        frontier.push([0; 32]);
        let _ = frontier.root();
    }
});
