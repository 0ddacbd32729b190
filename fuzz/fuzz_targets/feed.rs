//! The YAML of a feed: it is refused, or its plan can be made.
#![no_main]

#[path = "common/river.rs"]
#[allow(dead_code, reason = "shared")]
mod river;

use libfuzzer_sys::fuzz_target;
use sala_streams::Declaration;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(declaration) = Declaration::parse(river::AREAS, &[text]) {
        assert_eq!(declaration.plan().lanes.len(), declaration.series.len());
        for spec in &declaration.series {
            assert!(declaration.place(&spec.id).and_then(|place| declaration.at(place)) == Some(spec));
        }
    }
});
