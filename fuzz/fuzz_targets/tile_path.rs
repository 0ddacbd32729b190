//! A tile has one path only.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_log::tile::TilePath;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(path) = TilePath::parse(text) {
        assert_eq!(path.to_string(), text);
    }
});
