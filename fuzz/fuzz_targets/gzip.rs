//! Whatever is packed, no more than the limit comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_streams::ingest::unpack;

const LIMIT: usize = 10_000;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(unpacked) = unpack(bytes, LIMIT) {
        assert!(unpacked.len() <= LIMIT);
    }
});
