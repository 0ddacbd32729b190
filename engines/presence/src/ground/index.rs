//! Which shapes lie near a place: a grid of cells with the numbers of the shapes that reach into each.

use super::{Place, shape::Bounds};
use crate::number;

/// Side of a cell.
const CELL_M: f64 = 2.0;
/// Most entries in all: a document can't take the memory of a hall.
const MOST_ENTRIES: usize = 4_000_000;

/// For each cell a stretch of `entries`; the numbers in it rise, so that shapes are met in the order of the document.
#[derive(Debug, Clone)]
pub(super) struct Index {
    columns: usize,
    rows: usize,
    starts: Vec<usize>,
    entries: Vec<u16>,
}

impl Index {
    /// Nothing if the shapes lie in too many cells together.
    pub(super) fn new(size: Place, shapes: impl ExactSizeIterator<Item = Bounds> + Clone) -> Option<Self> {
        let (columns, rows) = (number::cell(size.x / CELL_M) + 1, number::cell(size.z / CELL_M) + 1);
        let mut pairs: Vec<(usize, u16)> = Vec::new();
        for (number, bounds) in (0_u16..).zip(shapes) {
            // Negative lengths end in cell 0; the last cell takes what lies beyond.
            let [west, north, east, south] = [bounds.west, bounds.north, bounds.east, bounds.south].map(|side| number::cell(side / CELL_M));
            let (east, south) = (east.min(columns - 1), south.min(rows - 1));
            for row in north..=south {
                pairs.extend((west..=east).map(|column| (row * columns + column, number)));
            }
            if pairs.len() > MOST_ENTRIES {
                return None;
            }
        }
        pairs.sort_unstable();
        let starts = (0..=columns * rows).map(|cell| pairs.partition_point(|pair| pair.0 < cell)).collect();
        Some(Self { columns, rows, starts, entries: pairs.into_iter().map(|pair| pair.1).collect() })
    }

    /// Shapes that reach into the cell of a place.
    pub(super) fn at(&self, place: Place) -> &[u16] {
        let column = number::cell(place.x / CELL_M).min(self.columns - 1);
        let row = number::cell(place.z / CELL_M).min(self.rows - 1);
        let cell = row * self.columns + column;
        match (self.starts.get(cell), self.starts.get(cell + 1)) {
            (Some(from), Some(to)) => self.entries.get(*from..*to).unwrap_or_default(),
            _ => &[],
        }
    }
}
