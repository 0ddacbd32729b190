//! Ways: a walkable line from here to there, by A* over a lattice of 0.5 m, straightened by lines of sight.
//!
//! The lattice is built once with the [`Ground`]: which of its 8 neighbours each node reaches in a straight line. Costs are whole centimetres, so
//! that every platform finds the same way. Openings of less than 1.1 m may fall between the nodes: ways do not lead through them, people may.

mod lattice;
mod planner;

pub(crate) use lattice::Lattice;
pub use planner::Planner;

/// Side of a cell of the lattice.
pub const LATTICE_M: f64 = 0.5;
/// Most nodes that one search looks at.
pub const MOST_VISITED: usize = 60_000;
/// A goal in a wall is taken as the nearest node within this.
pub const GOAL_REACH_M: f64 = 2.0;

/// Why there is no way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WayError {
    /// The goal is no place of this ground, or no one can stand near it.
    #[error("Nobody can stand there: the goal lies outside of the space, or no place within 2 m of it is free.")]
    NoPlace,
    /// The beginning is cut off from the lattice.
    #[error("There is no way out of here: no node of the lattice is in sight.")]
    NoStart,
    /// Everything that can be reached was looked at.
    #[error("No way leads there: walls or steps of more than 0.3 m lie between.")]
    NoWay,
    /// The search was given up.
    #[error("The way is too long to be looked for: {MOST_VISITED} places were looked at.")]
    TooFar,
}
