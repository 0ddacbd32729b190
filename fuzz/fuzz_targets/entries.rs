//! An entries tile is written back byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_log::tile::{encode_entries, parse_entries};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(entries) = parse_entries(bytes) {
        assert_eq!(encode_entries(entries).unwrap(), bytes);
    }
});
