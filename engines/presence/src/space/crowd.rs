//! Who is not shown, as counts by cells of 16 m.

use super::Space;
use crate::{
    ground::Place,
    number,
    wire::{CrowdRecord, KIND_3},
};

/// Side of a cell of the crowd.
const CELL_M: f64 = 16.0;
/// A client is told of the crowd each so many ticks.
const CROWD_TICKS: u32 = 20;
/// Most cells in a frame, the nearest first.
const MOST_CELLS: usize = 40;

/// How many stand in a cell, and the sum of their coordinates.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    count: u16,
    x: f64,
    z: f64,
}

impl Cell {
    fn take(&mut self, place: Place) {
        if let Some(count) = self.count.checked_sub(1) {
            (self.count, self.x, self.z) = (count, self.x - place.x, self.z - place.z);
        }
    }
}

/// Everybody by cells, counted once a tick, and a copy from which one client's view is taken away.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    is_counted: bool,
    columns: usize,
    cells: Vec<Cell>,
    rest: Vec<Cell>,
}

impl Crowd {
    pub(super) fn forget(&mut self) {
        self.is_counted = false;
    }

    fn index(&self, place: Place) -> usize {
        number::cell(place.z / CELL_M) * self.columns + number::cell(place.x / CELL_M)
    }

    fn count(&mut self, size: Place, people: impl Iterator<Item = Place>) {
        if self.is_counted {
            return;
        }
        self.columns = number::cell(size.x / CELL_M) + 1;
        self.cells.clear();
        self.cells.resize(self.columns * (number::cell(size.z / CELL_M) + 1), Cell::default());
        for place in people {
            let index = self.index(place);
            if let Some(cell) = self.cells.get_mut(index) {
                *cell = Cell { count: cell.count.saturating_add(1), x: cell.x + place.x, z: cell.z + place.z };
            }
        }
        self.is_counted = true;
    }
}

impl Space {
    /// Appends a crowd frame if it is this client's turn and someone is not shown, or no longer.
    pub(super) fn tell_crowd(&mut self, slot: u16, out: &mut Vec<u8>) {
        let index = usize::from(slot);
        if !self.tick.wrapping_add(u32::from(slot)).is_multiple_of(CROWD_TICKS) {
            return;
        }
        let Self { seats, places, sight, views, ground, .. } = self;
        let (Some(Some(seat)), Some(own), Some(view)) = (seats.get(index), places.get(index), views.get_mut(index)) else { return };
        let crowd = &mut sight.crowd;
        crowd.count(ground.size(), seats.iter().zip(&*places).filter(|(seat, _)| seat.is_some()).map(|(_, place)| *place));
        crowd.rest.clone_from(&crowd.cells);
        for away in view.slots().chain(seat.blocked.iter().copied()).chain([slot]) {
            let away = usize::from(away);
            if let (Some(Some(_)), Some(place)) = (seats.get(away), places.get(away)) {
                let cell = crowd.index(*place);
                if let Some(cell) = crowd.rest.get_mut(cell) {
                    cell.take(*place);
                }
            }
        }
        let mut records: Vec<(f64, CrowdRecord)> = Vec::new();
        for (number, cell) in crowd.rest.iter().enumerate().filter(|(_, cell)| cell.count > 0) {
            let (column, row) = (number % crowd.columns, number / crowd.columns);
            let (Ok(cell_x), Ok(cell_z)) = (u8::try_from(column), u8::try_from(row)) else { continue };
            let count = f64::from(cell.count);
            let middle = Place { x: cell.x / count, z: cell.z / count };
            let part = |middle: f64, cell: usize| {
                let part = (middle / CELL_M - number::length(cell)).clamp(0.0, 0.999) * 256.0;
                u8::try_from(number::cell(part)).unwrap_or(u8::MAX)
            };
            let record = CrowdRecord { cell_x, cell_z, count: cell.count, middle_x: part(middle.x, column), middle_z: part(middle.z, row) };
            records.push((middle.distance_squared(*own), record));
        }
        if records.is_empty() && !view.had_crowd {
            return;
        }
        view.had_crowd = !records.is_empty();
        records.sort_by(|a, b| a.0.total_cmp(&b.0));
        out.push(KIND_3);
        out.extend(records.iter().take(MOST_CELLS).flat_map(|(_, record)| record.to_bytes()));
    }
}
