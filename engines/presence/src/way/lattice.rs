//! The lattice: nodes of 0.5 m and which neighbours each reaches.

use super::LATTICE_M;
use crate::{
    ground::{Ground, Place},
    number,
};

/// Longest distance between two places that are looked at on a line.
const LOOK_M: f64 = 0.1;

/// The eight neighbours: columns, rows, cost in cm. A direction and its opposite are four apart.
pub(super) const NEIGHBOURS: [(isize, isize, u32); 8] =
    [(1, 0, 50), (1, 1, 71), (0, 1, 50), (-1, 1, 71), (-1, 0, 50), (-1, -1, 71), (0, -1, 50), (1, -1, 71)];

/// For each node a bit for each neighbour that it reaches.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lattice {
    columns: usize,
    rows: usize,
    reached: Vec<u8>,
}

impl Lattice {
    pub(crate) fn new(ground: &Ground) -> Self {
        let columns = number::cell(ground.size().x / LATTICE_M).max(1);
        let rows = number::cell(ground.size().z / LATTICE_M).max(1);
        let mut lattice = Self { columns, rows, reached: vec![0; columns * rows] };
        let free: Vec<bool> = (0..columns * rows).map(|node| ground.is_free(lattice.place(node))).collect();
        let is_free = |node: usize| free.get(node).copied().unwrap_or(false);
        for node in (0..columns * rows).filter(|node| is_free(*node)) {
            let place = lattice.place(node);
            let is_bare = ground.is_bare(place);
            for (direction, bit) in [(0, 1_u8), (1, 2), (2, 4), (3, 8)] {
                let Some(other) = lattice.neighbour(node, direction).filter(|other| is_free(*other)) else { continue };
                let beyond = lattice.place(other);
                if (is_bare && ground.is_bare(beyond)) || ground.is_in_sight(place, beyond) {
                    lattice.mark(node, bit);
                    lattice.mark(other, bit << 4);
                }
            }
        }
        lattice
    }

    fn mark(&mut self, node: usize, bit: u8) {
        if let Some(reached) = self.reached.get_mut(node) {
            *reached |= bit;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.reached.len()
    }

    /// Middle of a node's cell.
    pub(crate) fn place(&self, node: usize) -> Place {
        let middle = |cell: usize| (number::length(cell) + 0.5) * LATTICE_M;
        Place { x: middle(node % self.columns), z: middle(node / self.columns) }
    }

    /// Columns and rows between two nodes.
    pub(super) fn apart(&self, a: usize, b: usize) -> (usize, usize) {
        ((a % self.columns).abs_diff(b % self.columns), (a / self.columns).abs_diff(b / self.columns))
    }

    fn neighbour(&self, node: usize, direction: usize) -> Option<usize> {
        let (x, z, _) = *NEIGHBOURS.get(direction)?;
        let column = (node % self.columns).checked_add_signed(x).filter(|column| *column < self.columns)?;
        let row = (node / self.columns).checked_add_signed(z).filter(|row| *row < self.rows)?;
        Some(row * self.columns + column)
    }

    /// Whether anything is reached from a node.
    fn is_open(&self, node: usize) -> bool {
        self.reached.get(node).is_some_and(|reached| *reached != 0)
    }

    /// The neighbours that a node reaches, with cost in cm and direction.
    pub(crate) fn reached(&self, node: usize) -> impl Iterator<Item = (usize, u32, u8)> {
        let bits = self.reached.get(node).copied().unwrap_or(0);
        let directions = (0_u8..8).filter(move |direction| bits >> direction & 1 == 1);
        directions.filter_map(move |direction| {
            let (_, _, cost) = *NEIGHBOURS.get(usize::from(direction))?;
            Some((self.neighbour(node, usize::from(direction))?, cost, direction))
        })
    }

    /// The node from which a direction led to `node`.
    pub(super) fn back(&self, node: usize, direction: u8) -> Option<usize> {
        self.neighbour(node, usize::from((direction + 4) % 8))
    }

    /// Open nodes within a reach of a place, the nearest first.
    pub(crate) fn around(&self, place: Place, reach: f64) -> Vec<usize> {
        let first = |value: f64| number::cell((value - reach).max(0.0) / LATTICE_M);
        let last = |value: f64, count: usize| number::cell((value + reach).max(0.0) / LATTICE_M).min(count - 1);
        let mut nodes: Vec<usize> = (first(place.z)..=last(place.z, self.rows))
            .flat_map(|row| (first(place.x)..=last(place.x, self.columns)).map(move |column| row * self.columns + column))
            .filter(|node| self.is_open(*node) && self.place(*node).distance_squared(place) <= reach * reach)
            .collect();
        nodes.sort_by(|a, b| self.place(*a).distance_squared(place).total_cmp(&self.place(*b).distance_squared(place)).then(a.cmp(b)));
        nodes
    }
}

impl Ground {
    /// Whether someone can walk straight from one place to another: every place on the line, at most 0.1 m apart, is free and no step too high.
    pub fn is_in_sight(&self, from: Place, to: Place) -> bool {
        let length = from.distance(to);
        if !length.is_finite() {
            return false;
        }
        let looks = number::cell(length / LOOK_M) + 1;
        let mut height = self.height(from);
        (1..=looks).all(|look| {
            let part = number::length(look) / number::length(looks);
            let place = Place { x: from.x + (to.x - from.x) * part, z: from.z + (to.z - from.z) * part };
            let can = self.can_stand(place, height);
            height = self.height(place);
            can
        })
    }
}
