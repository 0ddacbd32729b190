//! A proof of any shape is refused or accepted without harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_log::proof::{
    verify_consistency, verify_inclusion, verify_subtree_consistency, verify_subtree_inclusion,
};

fuzz_target!(|bytes: &[u8]| {
    let Some((numbers, hashes)) = bytes.split_first_chunk::<24>() else { return };
    let [a, b, c] = [0, 8, 16].map(|at| u64::from_be_bytes(*numbers[at..].first_chunk().unwrap()));
    let hashes = hashes.as_chunks::<32>().0;
    let _ = verify_inclusion(a, b, &[0; 32], hashes, &[1; 32]);
    let _ = verify_consistency(a, b, hashes, &[0; 32], &[1; 32]);
    let _ = verify_subtree_inclusion(a, b, c, &[0; 32], hashes, &[1; 32]);
    let _ = verify_subtree_consistency(a, b, c, hashes, &[0; 32], &[1; 32]);
});
