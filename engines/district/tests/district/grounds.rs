//! Terrain: files of our own and GeoTIFF.

use proptest::prelude::*;
use sala_district::{Built, Frame, Grid, GridError, Raster, RasterError, Terrain};

use crate::shared::city;

#[test]
fn a_raster_of_bangkok_is_read_as_its_bytes_say() {
    let Some(bytes) = city("khlongtoei_dem_nasa.tif") else { return };
    let raster = Raster::read(&bytes).unwrap();
    assert_eq!((raster.columns, raster.rows, raster.is_geographic, raster.epsg), (182, 164, true, Some(4326)));
    // Read from the file's bytes by hand: the first cells, one inside, and all that are no holes.
    let heights: Vec<f64> = raster.heights.iter().flatten().copied().collect();
    assert_eq!(raster.heights[..5], [Some(13.0), Some(11.0), Some(9.0), Some(11.0), None]);
    assert_eq!((raster.heights[100 * 182 + 50], heights.len(), heights.iter().sum::<f64>()), (Some(9.0), 14_333, 135_648.0));
    let (low, high) = heights.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), height| (low.min(*height), high.max(*height)));
    assert_eq!((low, high), (0.0, 44.0));
    let [east, north] = raster.first;
    assert!((east - 100.5).abs() < 0.2 && (north - 13.7).abs() < 0.2, "Bangkok, not {east} {north}");
    assert_eq!(raster.at(raster.first), Some(13.0));
    let frame = Frame { origin: [665_000.0, 1_518_000.0], size: [1000.0, 1000.0] };
    assert_eq!(raster.terrain(frame, 10.0, Some(32_647)).unwrap_err(), RasterError::Degrees(32_647));
}

fn raster(heights: Vec<Option<f64>>) -> Raster {
    Raster { columns: 3, rows: 3, first: [105.0, 195.0], step: [10.0, 10.0], heights, is_geographic: false, epsg: Some(32_647) }
}

#[test]
fn heights_between_cells_are_mixed_and_holes_are_filled() {
    let plane = (0..9).map(|cell| Some(f64::from(cell % 3) * 10.0 + f64::from(cell / 3))).collect();
    let frame = Frame { origin: [100.0, 200.0], size: [30.0, 30.0] };
    let terrain = raster(plane).terrain(frame, 5.0, Some(32_647)).unwrap();
    assert_eq!((terrain.grid.columns, terrain.grid.rows), (6, 6));
    assert!((terrain.at([10.0, 15.0]) - 6.0).abs() < 1e-9, "{}", terrain.at([10.0, 15.0]));
    let mut holes = vec![None; 9];
    holes[0] = Some(7.0);
    let filled = raster(holes).terrain(frame, 10.0, None).unwrap();
    assert!(filled.heights.iter().all(|height| *height == 7.0));
    assert_eq!(raster(vec![None; 9]).terrain(frame, 10.0, None).unwrap_err(), RasterError::Empty);
    let other = raster(vec![Some(1.0); 9]).terrain(frame, 10.0, Some(2056)).unwrap_err();
    assert_eq!(other, RasterError::Crs { raster: 32_647, city: 2056 });
}

#[test]
fn cover_by_buildings_is_counted_in_parts_of_a_cell() {
    let grid = Grid::new(4, 4, 10.0).unwrap();
    let square = vec![[10.0, 10.0], [25.0, 10.0], [25.0, 20.0], [10.0, 20.0]];
    let built = Built::over(grid, &[square]);
    assert_eq!(built.shares[4..8], [0, 255, 128, 0]);
    assert_eq!(Built::decode(&built.encode()).unwrap(), built);
}

#[test]
fn files_of_another_length_are_refused() {
    let terrain = Terrain::by(Grid::new(3, 2, 2.5).unwrap(), |[x, z]| x + z);
    let bytes = terrain.encode();
    assert_eq!((bytes.len(), Terrain::decode(&bytes).unwrap()), (36, terrain));
    assert_eq!(Terrain::decode(&bytes[..35]).unwrap_err(), GridError::Length { bytes: 35, expected: 36 });
    assert_eq!(Terrain::decode(&[0; 12]).unwrap_err(), GridError::Size);
    assert!(Raster::read(b"II*\0").is_err());
}

proptest! {
    #[test]
    fn bytes_out_of_nowhere_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut tiff = b"II*\0\x08\0\0\0".to_vec();
        tiff.extend(&bytes);
        prop_assert!(Raster::read(&tiff).is_err());
        let _told = Terrain::decode(&bytes);
        let _told = Built::decode(&bytes);
    }

    #[test]
    fn a_place_lies_in_the_cell_around_it(columns in 1_usize..50, rows in 1_usize..50, cell_m in 0.5..20.0, x in 0.0..1.0, z in 0.0..1.0) {
        prop_assume!(columns * rows > 1);
        let grid = Grid::new(columns, rows, cell_m).unwrap();
        let place = [x * columns as f64 * cell_m * 0.999, z * rows as f64 * cell_m * 0.999];
        let [mx, mz] = grid.middle(grid.cell(place).unwrap());
        prop_assert!((mx - place[0]).abs() <= cell_m * 0.501 && (mz - place[1]).abs() <= cell_m * 0.501);
    }
}
