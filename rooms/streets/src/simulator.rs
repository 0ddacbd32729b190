//! Traffic lights on a simulated street: the real simulator, the engine's controllers, and the measure of what they are worth.
//!
//! - One run is one SUMO, one controller, one seed; the monitor of the engine stands between controller and lamps in every run.
//! - SUMO is a program of its own, found and started here ([`sumo`], [`simulation`]), talked to by the engine's codec ([`connection`]).
//! - A controller knows only what cameras ([`eyes`]) or loops ([`detectors`]) give: no routes, no vehicle beyond the range.
//! - The [`cabinet`] outlives its controller, which may be a process of its own ([`separate`]).
//! - What counts is the delay of all who wanted to drive ([`tripinfo`]).
//!
//! Design and measure: docs/designs/signals.md.

pub mod bench;
pub mod cabinet;
pub mod connection;
pub mod crossing;
pub mod deadlock;
pub mod detectors;
pub mod eyes;
pub mod fault;
pub mod frames;
pub mod hand;
pub mod inspection;
pub mod lamps;
pub mod mind;
pub mod programs;
mod published;
pub mod record;
pub mod report;
pub mod run;
pub mod scenario;
pub mod senses;
pub mod separate;
pub mod simulation;
pub mod sumo;
pub mod table;
pub mod tripinfo;
