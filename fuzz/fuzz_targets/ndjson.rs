//! NDJSON lines never panic, and nothing beyond the limits is taken.
#![no_main]

#[path = "common/river.rs"]
#[allow(dead_code, reason = "shared")]
mod river;

use libfuzzer_sys::fuzz_target;
use sala_streams::ingest::Format;

fuzz_target!(|bytes: &[u8]| river::read(Format::Ndjson, bytes));
