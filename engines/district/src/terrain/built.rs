//! Where buildings stand.

use super::{Grid, GridError};
use crate::number::{byte, figure, whole};

/// Samples along a side of a cell.
const SAMPLES: usize = 4;

/// How much of each cell buildings cover.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// Where.
    pub grid: Grid,
    /// 0 nothing … 255 all of it, row by row from north.
    pub shares: Vec<u8>,
}

impl Built {
    /// Cover by polygons (x, z in metres, no holes), each cell looked at in 16 places.
    pub fn over<'p>(grid: Grid, outlines: impl IntoIterator<Item = &'p Vec<[f64; 2]>>) -> Self {
        let (columns, rows) = (grid.columns.saturating_mul(SAMPLES), grid.rows.saturating_mul(SAMPLES));
        let mut covered = vec![false; columns.saturating_mul(rows)];
        let step = grid.cell_m / figure(SAMPLES);
        for outline in outlines {
            let (mut west, mut north, mut east, mut south) = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
            for [x, z] in outline {
                (west, north, east, south) = (west.min(*x), north.min(*z), east.max(*x), south.max(*z));
            }
            let first = |length: f64| whole((length / step).max(0.0));
            let last = |length: f64, most: usize| whole((length / step).max(0.0)).saturating_add(1).min(most);
            for row in first(north)..last(south, rows) {
                for column in first(west)..last(east, columns) {
                    let at = [(figure(column) + 0.5) * step, (figure(row) + 0.5) * step];
                    if let Some(cell) = covered.get_mut(row.saturating_mul(columns).saturating_add(column))
                        && !*cell
                    {
                        *cell = contains(outline, at);
                    }
                }
            }
        }
        let shares = (0..grid.cells()).map(|cell| {
            let (row, column) = (cell / grid.columns, cell % grid.columns);
            let samples = (0..SAMPLES.saturating_mul(SAMPLES)).filter(|sample| {
                let (down, across) = (sample / SAMPLES, sample % SAMPLES);
                let row = row.saturating_mul(SAMPLES).saturating_add(down);
                let column = column.saturating_mul(SAMPLES).saturating_add(across);
                covered.get(row.saturating_mul(columns).saturating_add(column)).copied().unwrap_or_default()
            });
            byte(figure(samples.count()) / figure(SAMPLES.saturating_mul(SAMPLES)) * 255.0)
        });
        Self { grid, shares: shares.collect() }
    }

    /// `built.bin`: the header, then one byte for each cell.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.grid.header();
        bytes.extend(&self.shares);
        bytes
    }

    /// Reads `built.bin`.
    ///
    /// # Errors
    /// Of another length, or without sense.
    pub fn decode(bytes: &[u8]) -> Result<Self, GridError> {
        let (grid, rest) = Grid::parse(bytes, 1)?;
        Ok(Self { grid, shares: rest.to_vec() })
    }
}

/// Is a place inside of an outline (even-odd)?
pub(crate) fn contains(outline: &[[f64; 2]], [x, z]: [f64; 2]) -> bool {
    let mut is_inside = false;
    for ([ax, az], [bx, bz]) in outline.iter().zip(outline.iter().cycle().skip(1)) {
        if (*az > z) != (*bz > z) && x < (bx - ax) * (z - az) / (bz - az) + ax {
            is_inside = !is_inside;
        }
    }
    is_inside
}
