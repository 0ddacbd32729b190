//! What is read as deterministic CBOR is written back byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_core::cbor::Value;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = Value::decode(bytes) {
        assert_eq!(value.encode(), bytes);
        let _ = value.to_json();
    }
});
