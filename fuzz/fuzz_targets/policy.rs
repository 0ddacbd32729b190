//! A policy keeps its meaning when it is written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_log::Policy;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(policy) = Policy::parse(bytes) {
        assert_eq!(Policy::parse(policy.to_string().as_bytes()).as_ref(), Ok(&policy));
        let _ = policy.is_met(&[]);
    }
});
