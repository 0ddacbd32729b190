//! Who is about a place: people sorted by cells of 4 m, anew each tick.

use std::ops::Range;

use crate::{ground::Place, number};

/// Side of a cell.
pub(super) const CELL_M: f64 = 4.0;

/// Someone in a cell: where they stood at the beginning of the tick.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) x: f32,
    pub(super) z: f32,
    pub(super) slot: u16,
}

/// Marks in the order of their cells, row by row: cells that lie beside each other in a row are one stretch.
#[derive(Debug)]
pub(super) struct Grid {
    columns: usize,
    rows: usize,
    starts: Vec<usize>,
    marks: Vec<Mark>,
}

impl Grid {
    pub(super) fn new(size: Place) -> Self {
        let (columns, rows) = (number::cell(size.x / CELL_M) + 1, number::cell(size.z / CELL_M) + 1);
        Self { columns, rows, starts: vec![0; columns * rows + 1], marks: Vec::new() }
    }

    /// Column and row of a place.
    pub(super) fn cell(&self, x: f64, z: f64) -> (usize, usize) {
        (number::cell(x / CELL_M).min(self.columns - 1), number::cell(z / CELL_M).min(self.rows - 1))
    }

    /// Sorts everybody (by counting) into the cells.
    pub(super) fn fill(&mut self, people: impl Iterator<Item = (u16, Place)> + Clone) {
        self.starts.fill(0);
        let cell = |place: Place| {
            let column = number::cell(place.x / CELL_M).min(self.columns - 1);
            number::cell(place.z / CELL_M).min(self.rows - 1) * self.columns + column
        };
        let mut count = 0;
        for (_, place) in people.clone() {
            if let Some(start) = self.starts.get_mut(cell(place)) {
                *start += 1;
                count += 1;
            }
        }
        // Each start becomes the end of its cell, and goes back to the beginning while the cell is filled.
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        self.marks.resize(count, Mark { x: 0.0, z: 0.0, slot: 0 });
        for (slot, place) in people {
            if let Some(start) = self.starts.get_mut(cell(place)) {
                *start -= 1;
                if let Some(mark) = self.marks.get_mut(*start) {
                    *mark = Mark { x: number::single(place.x), z: number::single(place.z), slot };
                }
            }
        }
    }

    /// Rows of the grid from `row - reach` to `row + reach`.
    fn rows(&self, row: usize, reach: usize) -> Range<usize> {
        row.saturating_sub(reach)..(row + reach + 1).min(self.rows)
    }

    fn stretch(&self, column: usize, row: usize, reach: usize) -> Range<usize> {
        let first = row * self.columns + column.saturating_sub(reach);
        let last = row * self.columns + (column + reach).min(self.columns - 1);
        let start = |cell: usize| self.starts.get(cell).copied().unwrap_or(0);
        start(first)..start(last + 1)
    }

    /// How many are in the square of cells about a cell.
    pub(super) fn count(&self, (column, row): (usize, usize), reach: usize) -> usize {
        self.rows(row, reach).map(|row| self.stretch(column, row, reach).len()).sum()
    }

    /// Those in the square of cells about a cell, row by row.
    pub(super) fn square(&self, (column, row): (usize, usize), reach: usize) -> impl Iterator<Item = &[Mark]> {
        self.rows(row, reach).map(move |row| self.marks.get(self.stretch(column, row, reach)).unwrap_or_default())
    }

    /// Those in the cells that a rectangle of `reach` metres about a place touches.
    pub(super) fn about(&self, place: Place, reach: f64) -> impl Iterator<Item = &Mark> {
        let (west, north) = self.cell((place.x - reach).max(0.0), (place.z - reach).max(0.0));
        let (east, south) = self.cell(place.x + reach, place.z + reach);
        (north..=south).flat_map(move |row| {
            let start = |cell: usize| self.starts.get(cell).copied().unwrap_or(0);
            self.marks.get(start(row * self.columns + west)..start(row * self.columns + east + 1)).unwrap_or_default()
        })
    }
}
