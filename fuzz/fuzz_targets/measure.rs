//! The YAML of a measure: it is refused, or its canonical content says the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_measures::measure::Measure;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(measure) = Measure::parse("fuzz.yaml", bytes) {
        assert_eq!(Measure::from_content(&measure.content()).as_ref(), Some(&measure));
        let _ = measure.hash();
    }
});
