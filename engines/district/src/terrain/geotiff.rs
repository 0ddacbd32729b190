//! Elevation rasters: GeoTIFF (OGC 19-008r4) with one band, upright.

use std::io::Cursor;

use tiff::{
    ColorType,
    decoder::{Decoder, DecodingResult, Limits},
    tags::Tag,
};

use super::{Grid, GridError, MOST_CELLS, Terrain};
use crate::{
    number::{figure, index, whole, wide},
    tiles::Frame,
};

/// A raster that can't be read, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RasterError {
    /// No TIFF, or compressed in a way that is not read.
    #[error("This TIFF can't be read: {0}. Uncompressed, LZW and Deflate are.")]
    Tiff(String),
    /// Colours, not heights.
    #[error("The raster has {0} instead of one band of figures.")]
    Bands(String),
    /// It does not say where it lies.
    #[error("The raster lacks ModelPixelScale and ModelTiepoint, so nobody knows where it lies; `gdalwarp` writes them.")]
    Place,
    /// Too many cells.
    #[error("The raster has more than {MOST_CELLS} cells; cut the district out first, such as with `gdalwarp -te`.")]
    TooLarge,
    /// Nothing but holes.
    #[error("The raster has no height in the district.")]
    Empty,
    /// Degrees instead of metres.
    #[error(
        "The raster is in degrees; bring it into the city's CRS first, such as with `gdalwarp -t_srs EPSG:{0} -r bilinear IN.tif OUT.tif`."
    )]
    Degrees(u32),
    /// Another CRS.
    #[error("The raster is in EPSG:{raster}, the city in EPSG:{city}; bring it there first, such as with `gdalwarp -t_srs EPSG:{city}`.")]
    Crs {
        /// The raster's.
        raster: u32,
        /// The city's.
        city: u32,
    },
    /// A grid that can't be.
    #[error(transparent)]
    Grid(#[from] GridError),
}

/// A raster with the place where it lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// Cells from west to east.
    pub columns: usize,
    /// Cells from north to south.
    pub rows: usize,
    /// East and north of the middle of its first cell, in its CRS.
    pub first: [f64; 2],
    /// East and south from one middle to the next, in units of its CRS.
    pub step: [f64; 2],
    /// Row by row from north; nothing where the raster has none.
    pub heights: Vec<Option<f64>>,
    /// Is its CRS one of degrees?
    pub is_geographic: bool,
    /// Code of its CRS, where it is said.
    pub epsg: Option<u32>,
}

impl Raster {
    /// Reads a GeoTIFF.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, RasterError> {
        let wrong = |fault: tiff::TiffError| RasterError::Tiff(fault.to_string());
        let mut limits = Limits::default();
        limits.decoding_buffer_size = MOST_CELLS.saturating_mul(8);
        let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(wrong)?.with_limits(limits);
        let (width, height) = decoder.dimensions().map_err(wrong)?;
        let (columns, rows) = (index(width), index(height));
        if columns.saturating_mul(rows) > MOST_CELLS {
            return Err(RasterError::TooLarge);
        }
        Grid::new(columns, rows, 1.0)?;
        match decoder.colortype().map_err(wrong)? {
            ColorType::Gray(_) => {}
            other => return Err(RasterError::Bands(format!("{other:?}"))),
        }
        let scale = decoder.get_tag_f64_vec(Tag::ModelPixelScaleTag).map_err(|_| RasterError::Place)?;
        let tie = decoder.get_tag_f64_vec(Tag::ModelTiepointTag).map_err(|_| RasterError::Place)?;
        let (&[east_step, south_step, ..], &[column, row, _, east, north, ..]) = (scale.as_slice(), tie.as_slice()) else {
            return Err(RasterError::Place);
        };
        if !(east_step > 0.0 && south_step > 0.0 && [east_step, south_step, column, row, east, north].iter().all(|part| part.abs() < 1e9)) {
            return Err(RasterError::Place);
        }
        let keys = decoder.get_tag_u16_vec(Tag::GeoKeyDirectoryTag).unwrap_or_default();
        let key = |id: u16| keys.chunks_exact(4).skip(1).find(|key| key.first() == Some(&id)).and_then(|key| key.get(3)).copied();
        // 1025: 1 the cell's area, 2 its middle.
        let shift = if key(1025) == Some(2) { 0.0 } else { 0.5 };
        let nothing =
            decoder.get_tag_ascii_string(Tag::GdalNodata).ok().and_then(|text| text.trim_end_matches('\0').trim().parse::<f64>().ok());
        let heights = figures(decoder.read_image().map_err(wrong)?);
        if heights.len() != columns.saturating_mul(rows) {
            return Err(RasterError::Bands(format!("{} figures for {} cells", heights.len(), columns.saturating_mul(rows))));
        }
        let is_height = |height: &f64| height.is_finite() && nothing.is_none_or(|nothing| (height - nothing).abs() > 1e-6 * nothing.abs());
        Ok(Self {
            columns,
            rows,
            first: [east + (shift - column) * east_step, north - (shift - row) * south_step],
            step: [east_step, south_step],
            heights: heights.into_iter().map(|height| Some(height).filter(|height| is_height(height) && height.abs() < 1e5)).collect(),
            is_geographic: key(1024) == Some(2),
            epsg: key(3072).or_else(|| key(2048)).map(u32::from).filter(|code| *code < 32_767),
        })
    }

    /// Height at a place of its CRS, between the middles around. Nothing outside of the raster or in a hole.
    pub fn at(&self, [east, north]: [f64; 2]) -> Option<f64> {
        let ([first_east, first_north], [east_step, south_step]) = (self.first, self.step);
        let part = |place: f64, cells: usize| {
            let most = figure(cells.saturating_sub(1));
            // Half a cell of rim has no middle on its other side.
            let place = (-0.5..=most + 0.5).contains(&place).then(|| place.clamp(0.0, most))?;
            let first = whole(place.floor());
            Some((first, first.saturating_add(1).min(cells.saturating_sub(1)), place - place.floor()))
        };
        let (west, right, across) = part((east - first_east) / east_step, self.columns)?;
        let (top, bottom, down) = part((first_north - north) / south_step, self.rows)?;
        let height =
            |column: usize, row: usize| self.heights.get(row.saturating_mul(self.columns).saturating_add(column)).copied().flatten();
        let corners = [
            (height(west, top), (1.0 - across) * (1.0 - down)),
            (height(right, top), across * (1.0 - down)),
            (height(west, bottom), (1.0 - across) * down),
            (height(right, bottom), across * down),
        ];
        // Beside a hole the others share its part.
        let (sum, share) = corners
            .iter()
            .fold((0.0, 0.0), |(sum, share), (height, part)| height.map_or((sum, share), |height| (sum + height * part, share + part)));
        (share > 1e-9).then(|| sum / share)
    }

    /// The ground of a district of the same CRS (`epsg`, if known), on cells of `cell_m`. Holes get the height of the nearest cells.
    ///
    /// # Errors
    /// Degrees, another CRS, or nothing there.
    pub fn terrain(&self, frame: Frame, cell_m: f64, epsg: Option<u32>) -> Result<Terrain, RasterError> {
        if self.is_geographic {
            return Err(RasterError::Degrees(epsg.unwrap_or(32_647)));
        }
        if let (Some(raster), Some(city)) = (self.epsg, epsg)
            && raster != city
        {
            // A compound CRS of plane and height has another code than its plane: 7415 is 28992 with heights.
            let is_same_plane = matches!((raster, city), (28_992, 7415));
            if !is_same_plane {
                return Err(RasterError::Crs { raster, city });
            }
        }
        let grid = Grid::over(frame.size, cell_m)?;
        let [west, top] = frame.origin;
        let mut heights: Vec<Option<f64>> = (0..grid.cells())
            .map(|cell| {
                let [x, z] = grid.middle(cell);
                self.at([west + x, top - z])
            })
            .collect();
        fill(&mut heights, grid)?;
        Ok(Terrain { grid, heights: heights.into_iter().map(|height| (height.unwrap_or_default() * 1000.0).round() / 1000.0).collect() })
    }
}

/// Holes take the mean of their neighbours, from the rim inwards.
fn fill(heights: &mut [Option<f64>], grid: Grid) -> Result<(), RasterError> {
    if heights.iter().all(Option::is_none) {
        return Err(RasterError::Empty);
    }
    let neighbours = |cell: usize| {
        let (row, column) = (cell / grid.columns, cell % grid.columns);
        [
            (column > 0).then(|| cell.saturating_sub(1)),
            (column.saturating_add(1) < grid.columns).then(|| cell.saturating_add(1)),
            (row > 0).then(|| cell.saturating_sub(grid.columns)),
            (row.saturating_add(1) < grid.rows).then(|| cell.saturating_add(grid.columns)),
        ]
    };
    let is_open = |heights: &[Option<f64>], cell: usize| heights.get(cell).is_some_and(Option::is_none);
    let mut rim: Vec<usize> = (0..grid.cells())
        .filter(|cell| is_open(heights, *cell) && neighbours(*cell).iter().flatten().any(|next| !is_open(heights, *next)))
        .collect();
    while !rim.is_empty() {
        let found: Vec<(usize, f64)> = rim
            .iter()
            .map(|cell| {
                let around: Vec<f64> =
                    neighbours(*cell).iter().flatten().filter_map(|next| heights.get(*next).copied().flatten()).collect();
                (*cell, around.iter().sum::<f64>() / figure(around.len().max(1)))
            })
            .collect();
        for (cell, height) in &found {
            if let Some(place) = heights.get_mut(*cell) {
                *place = Some(*height);
            }
        }
        let mut next: Vec<usize> =
            found.iter().flat_map(|(cell, _)| neighbours(*cell)).flatten().filter(|cell| is_open(heights, *cell)).collect();
        next.sort_unstable();
        next.dedup();
        rim = next;
    }
    Ok(())
}

fn figures(image: DecodingResult) -> Vec<f64> {
    match image {
        DecodingResult::U8(list) => list.into_iter().map(f64::from).collect(),
        DecodingResult::U16(list) => list.into_iter().map(f64::from).collect(),
        DecodingResult::U32(list) => list.into_iter().map(f64::from).collect(),
        DecodingResult::U64(list) => list.into_iter().map(|value| wide(i128::from(value))).collect(),
        DecodingResult::I8(list) => list.into_iter().map(f64::from).collect(),
        DecodingResult::I16(list) => list.into_iter().map(f64::from).collect(),
        DecodingResult::I32(list) => list.into_iter().map(f64::from).collect(),
        DecodingResult::I64(list) => list.into_iter().map(|value| wide(i128::from(value))).collect(),
        DecodingResult::F16(list) => list.into_iter().map(|value| f64::from(value.to_f32())).collect(),
        DecodingResult::F32(list) => list.into_iter().map(f64::from).collect(),
        DecodingResult::F64(list) => list,
    }
}
