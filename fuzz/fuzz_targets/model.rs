//! Whatever a glTF file or a compressed stream says, reading it ends: with triangles within the budget, or with a place and advice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_world::model::{
    BUDGET,
    glb::Glb,
    height::{Lie, Up, grounds},
    meshopt,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(model) = Glb::read(bytes, &BUDGET) {
        assert!(model.counts.triangles <= BUDGET.triangles);
        let _ = grounds(&Lie { up: Up::Y, scale: 1.0 }, |each| model.triangles(each));
    }
    if let Ok(elements) = meshopt::attributes(bytes, 300, 12) {
        assert_eq!(elements.len(), 3_600);
    }
    let _ = meshopt::triangles(bytes, 300);
    let _ = meshopt::indices(bytes, 300);
});
