//! Cities, rasters and grids of strangers: read or refused. What is read becomes tiles or a refusal, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_district::{Built, CityModel, District, Frame, Raster, Terrain};

fuzz_target!(|bytes: &[u8]| {
    let _told = Terrain::decode(bytes);
    let _told = Built::decode(bytes);
    if let Ok(raster) = Raster::read(bytes) {
        let frame = Frame { origin: raster.first, size: [50.0, 50.0] };
        let _told = raster.terrain(frame, 5.0, None);
    }
    if let Ok(model) = CityModel::read(bytes) {
        let Some(frame) = Frame::around(&model) else { return };
        if let Ok(district) = District::new(&model, frame, None) {
            assert!(district.objects.iter().all(|object| district.tiles.iter().any(|tile| tile.path == object.tile)));
        }
    }
});
