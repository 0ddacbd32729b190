//! A leaf is written back byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_core::act::Leaf;

fuzz_target!(|bytes: &[u8]| {
    if let Some(leaf) = Leaf::decode(bytes) {
        assert_eq!(leaf.encode(), bytes);
    }
});
