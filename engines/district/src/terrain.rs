//! Heights of the ground on a grid, and rasters that bring them.

mod built;
mod geotiff;

pub(crate) use self::built::contains;
pub use self::{
    built::Built,
    geotiff::{Raster, RasterError},
};
use crate::number::{count, figure, index, single, whole};

/// Cells that a grid may have: 4 million are 16 MB.
pub(crate) const MOST_CELLS: usize = 4_000_000;

/// A file of a grid that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GridError {
    /// Too short for its header, or of another length than it says.
    #[error("The file has {bytes} bytes; its header asks for {expected}.")]
    Length {
        /// As it is.
        bytes: usize,
        /// As it should be.
        expected: usize,
    },
    /// No grid at all, or one too large.
    #[error("A grid has 2 to {MOST_CELLS} cells of more than 0 m.")]
    Size,
    /// A height that is none.
    #[error("The height of cell {0} is no finite number.")]
    Height(usize),
}

/// A grid over a district: the first row is north, the first column west. A cell's figure stands for its middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Cells from west to east.
    pub columns: usize,
    /// Cells from north to south.
    pub rows: usize,
    /// Side of a cell, m.
    pub cell_m: f64,
}

impl Grid {
    /// A grid of a sensible size.
    ///
    /// # Errors
    /// [`GridError::Size`].
    pub fn new(columns: usize, rows: usize, cell_m: f64) -> Result<Self, GridError> {
        let cells = columns.saturating_mul(rows);
        if columns == 0 || rows == 0 || !(2..=MOST_CELLS).contains(&cells) || !(cell_m > 0.0 && cell_m < 1e6) {
            return Err(GridError::Size);
        }
        Ok(Self { columns, rows, cell_m })
    }

    /// The grid that covers a district of `size` metres with cells of about `cell_m`.
    ///
    /// # Errors
    /// [`GridError::Size`].
    pub fn over([width, depth]: [f64; 2], cell_m: f64) -> Result<Self, GridError> {
        if !(cell_m > 0.0 && width > 0.0 && depth > 0.0 && width / cell_m < 1e6 && depth / cell_m < 1e6) {
            return Err(GridError::Size);
        }
        Self::new(whole((width / cell_m).ceil()).max(1), whole((depth / cell_m).ceil()).max(1), cell_m)
    }

    /// How many cells.
    pub fn cells(&self) -> usize {
        self.columns.saturating_mul(self.rows)
    }

    /// Middle of a cell: x, z in metres.
    pub fn middle(&self, cell: usize) -> [f64; 2] {
        let (row, column) = (cell / self.columns.max(1), cell % self.columns.max(1));
        [(figure(column) + 0.5) * self.cell_m, (figure(row) + 0.5) * self.cell_m]
    }

    /// The cell at a place, if it lies in the grid.
    pub fn cell(&self, [x, z]: [f64; 2]) -> Option<usize> {
        if !(x >= 0.0 && z >= 0.0) {
            return None;
        }
        let (column, row) = (whole(x / self.cell_m), whole(z / self.cell_m));
        (column < self.columns && row < self.rows).then(|| row.saturating_mul(self.columns).saturating_add(column))
    }

    /// Header of the binary grids of a district: `u32 columns, u32 rows, f32 cell_m`, little-endian.
    pub fn header(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(12);
        bytes.extend(count(self.columns).to_le_bytes());
        bytes.extend(count(self.rows).to_le_bytes());
        bytes.extend(single(self.cell_m).to_le_bytes());
        bytes
    }

    /// Header and rest of a file with figures of `width` bytes.
    pub(crate) fn parse(bytes: &[u8], width: usize) -> Result<(Self, &[u8]), GridError> {
        let short = GridError::Length { bytes: bytes.len(), expected: 12 };
        let (columns, rest) = bytes.split_first_chunk::<4>().ok_or_else(|| short.clone())?;
        let (rows, rest) = rest.split_first_chunk::<4>().ok_or_else(|| short.clone())?;
        let (cell, rest) = rest.split_first_chunk::<4>().ok_or(short)?;
        // What was written as 2.5 is to be 2.5 again: single precision holds no more than seven digits.
        let cell_m = (f64::from(f32::from_le_bytes(*cell)) * 1e4).round() / 1e4;
        let grid = Self::new(index(u32::from_le_bytes(*columns)), index(u32::from_le_bytes(*rows)), cell_m)?;
        let expected = grid.cells().saturating_mul(width);
        if rest.len() != expected {
            return Err(GridError::Length { bytes: bytes.len(), expected: expected.saturating_add(12) });
        }
        Ok((grid, rest))
    }
}

/// Heights of the ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Terrain {
    /// Where they stand.
    pub grid: Grid,
    /// m, row by row from north.
    pub heights: Vec<f64>,
}

impl Terrain {
    /// Heights given by a function of x and z, rounded to the centimetre.
    pub fn by(grid: Grid, height: impl Fn([f64; 2]) -> f64) -> Self {
        let heights = (0..grid.cells()).map(|cell| (height(grid.middle(cell)) * 100.0).round() / 100.0).collect();
        Self { grid, heights }
    }

    /// `terrain.bin`: the header, then f32 for each cell.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.grid.header();
        bytes.extend(self.heights.iter().flat_map(|height| single(*height).to_le_bytes()));
        bytes
    }

    /// Reads `terrain.bin`.
    ///
    /// # Errors
    /// Of another length, or without sense.
    pub fn decode(bytes: &[u8]) -> Result<Self, GridError> {
        let (grid, rest) = Grid::parse(bytes, 4)?;
        let heights: Vec<f64> = rest.as_chunks::<4>().0.iter().map(|height| f64::from(f32::from_le_bytes(*height))).collect();
        match heights.iter().position(|height| height.is_nan() || height.abs() >= 1e5) {
            Some(cell) => Err(GridError::Height(cell)),
            None => Ok(Self { grid, heights }),
        }
    }

    /// Height at a place, between the middles of the four cells around; at the rim as that of the rim's.
    pub fn at(&self, [x, z]: [f64; 2]) -> f64 {
        let part = |length: f64, cells: usize| {
            let place = (length / self.grid.cell_m - 0.5).clamp(0.0, figure(cells.saturating_sub(1)));
            let first = whole(place.floor());
            (first, first.saturating_add(1).min(cells.saturating_sub(1)), place - place.floor())
        };
        let ((west, east, across), (north, south, down)) = (part(x, self.grid.columns), part(z, self.grid.rows));
        let height = |column: usize, row: usize| {
            self.heights.get(row.saturating_mul(self.grid.columns).saturating_add(column)).copied().unwrap_or_default()
        };
        let mix = |one: f64, other: f64, part: f64| one * (1.0 - part) + other * part;
        mix(mix(height(west, north), height(east, north), across), mix(height(west, south), height(east, south), across), down)
    }
}
