//! The search itself, with memory that is kept from one to the next.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{GOAL_REACH_M, Lattice, MOST_VISITED, WayError};
use crate::ground::{Ground, Place};

/// How far the first node may lie from where one stands.
const START_REACH_M: f64 = 1.5;

/// What is known of a node in one search.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// Which search; what an older one left is as nothing.
    search: u32,
    /// Least cost from the beginning so far, in cm.
    cost: u32,
    /// Direction that led here; 8 at the beginning.
    by: u8,
}

/// Finds ways; keeps its memory (9 bytes and 3 of padding for each node of the ground) between searches.
#[derive(Debug, Clone, Default)]
pub struct Planner {
    known: Vec<Known>,
    search: u32,
    visited: usize,
    open: BinaryHeap<(Reverse<u32>, u32, Reverse<usize>)>,
}

impl Planner {
    /// A way over a ground: the places to walk straight to, one after the other; the last is the goal, or the nearest free node if it lies in a wall.
    ///
    /// # Errors
    /// Why there is none; after at most [`MOST_VISITED`] nodes.
    pub fn way(&mut self, ground: &Ground, from: Place, to: Place) -> Result<Vec<Place>, WayError> {
        self.visited = 0;
        let size = ground.size();
        if !((0.0..=size.x).contains(&to.x) && (0.0..=size.z).contains(&to.z)) {
            return Err(WayError::NoPlace);
        }
        if ground.is_free(to) && ground.is_in_sight(from, to) {
            return Ok(vec![to]);
        }
        let lattice = ground.lattice();
        let in_sight = |place: Place, reach: f64| {
            lattice.around(place, reach).into_iter().find(|node| ground.is_in_sight(place, lattice.place(*node)))
        };
        let first = in_sight(from, START_REACH_M).ok_or(WayError::NoStart)?;
        let (goal, end) = match ground.is_free(to).then(|| in_sight(to, START_REACH_M)).flatten() {
            Some(node) => (node, to),
            None => lattice.around(to, GOAL_REACH_M).first().map(|node| (*node, lattice.place(*node))).ok_or(WayError::NoPlace)?,
        };
        let mut places = vec![from];
        places.extend(self.search(lattice, first, goal)?.into_iter().map(|node| lattice.place(node)));
        places.push(end);
        Ok(straightened(ground, &places))
    }

    /// How many nodes the last search looked at: what it cost.
    pub fn visited(&self) -> usize {
        self.visited
    }

    /// Nodes from the first to the goal.
    fn search(&mut self, lattice: &Lattice, first: usize, goal: usize) -> Result<Vec<usize>, WayError> {
        self.known.resize(lattice.len(), Known::default());
        self.search = self.search.wrapping_add(1);
        if self.search == 0 {
            self.known.fill(Known::default());
            self.search = 1;
        }
        let search = self.search;
        self.open.clear();
        self.reach(lattice, first, goal, Known { search, cost: 0, by: 8 });
        while let Some((_, cost, Reverse(node))) = self.open.pop() {
            if node == goal {
                return Ok(self.trace(lattice, goal));
            }
            // A better way to this node was found after it was put here.
            if self.known.get(node).is_none_or(|known| known.cost < cost) {
                continue;
            }
            self.visited += 1;
            if self.visited > MOST_VISITED {
                return Err(WayError::TooFar);
            }
            for (next, further, by) in lattice.reached(node) {
                self.reach(lattice, next, goal, Known { search, cost: cost + further, by });
            }
        }
        Err(WayError::NoWay)
    }

    /// Notes a way to a node if it is the best so far.
    fn reach(&mut self, lattice: &Lattice, node: usize, goal: usize, way: Known) {
        if let Some(known) = self.known.get_mut(node)
            && (known.search != way.search || way.cost < known.cost)
        {
            *known = way;
            let (columns, rows) = lattice.apart(node, goal);
            let (short, long) = (columns.min(rows), columns.max(rows));
            let ahead = u32::try_from(short * 71 + (long - short) * 50).unwrap_or(u32::MAX);
            self.open.push((Reverse(way.cost.saturating_add(ahead)), way.cost, Reverse(node)));
        }
    }

    fn trace(&self, lattice: &Lattice, goal: usize) -> Vec<usize> {
        let mut nodes = vec![goal];
        let mut node = goal;
        while let Some(before) = self.known.get(node).filter(|known| known.by < 8).and_then(|known| lattice.back(node, known.by)) {
            nodes.push(before);
            node = before;
        }
        nodes.reverse();
        nodes
    }
}

/// Leaves out what lies between places that see each other: from each the farthest that galloping and halving find.
fn straightened(ground: &Ground, places: &[Place]) -> Vec<Place> {
    let mut way = Vec::new();
    let mut at = 0;
    while let (Some(from), Some(rest)) = (places.get(at), places.get(at + 1..))
        && !rest.is_empty()
    {
        let sees = |index: usize| rest.get(index).is_some_and(|to| ground.is_in_sight(*from, *to));
        // The next place is in sight by how the lattice was made.
        let (mut seen, mut stride) = (0, 1);
        while sees(seen + stride) {
            seen += stride;
            stride *= 2;
        }
        while stride > 1 {
            stride /= 2;
            if sees(seen + stride) {
                seen += stride;
            }
        }
        way.extend(rest.get(seen));
        at += 1 + seen;
    }
    way
}
