//! A Thai district drawn along a street network: invented buildings beside streets that exist.
//!
//! Rows of shophouses of about 4 m frontage, wooden houses along a khlong, a wat with chedi, a market, a school, trees. From a seed;
//! written as CityJSON 2.0, so that our own reader takes it like anybody else's city.

mod chance;
mod form;
mod ground;
mod houses;
mod landmarks;
mod plot;
mod streets;
mod trees;

use serde_json::Value;

pub use self::ground::Khlong;
use self::{chance::Chance, form::Forms, ground::Ground, plot::Plots};
use crate::{
    terrain::{Grid, GridError, Terrain},
    tiles::Frame,
};

/// One lane of a street.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// The street that it belongs to; its lanes stand one after the other, the outermost first.
    pub street: String,
    /// Its middle line in the plane of the network: east and north, m.
    pub line: Vec<[f64; 2]>,
    /// m.
    pub width_m: f64,
    /// Do vehicles use it?
    pub is_for_vehicles: bool,
}

/// A junction.
#[derive(Debug, Clone, PartialEq)]
pub struct Junction {
    /// As in the network.
    pub id: String,
    /// Its outline: east and north, m.
    pub outline: Vec<[f64; 2]>,
}

/// Where streets are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreetPlan {
    /// All lanes.
    pub lanes: Vec<Lane>,
    /// All junctions.
    pub junctions: Vec<Junction>,
}

/// A district that was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Where it lies in the plane of the network.
    pub frame: Frame,
    /// CityJSON 2.0.
    pub city: Value,
    /// Its ground, the bed of the khlong included.
    pub terrain: Terrain,
    /// Its water.
    pub khlong: Khlong,
}

/// A plan that can't be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DrawError {
    /// No street.
    #[error("The street network has no lane.")]
    Empty,
    /// Larger than what is drawn.
    #[error("The street network is {0:.0} m large; at most 6,000 m are drawn.")]
    Size(f64),
    /// A grid that can't be.
    #[error(transparent)]
    Grid(#[from] GridError),
}

/// Draws a district with cells of terrain of `cell_m`.
///
/// # Errors
/// No streets, or too large.
pub fn draw(plan: &StreetPlan, cell_m: f64, seed: u64) -> Result<Drawn, DrawError> {
    let frame = streets::frame(plan).ok_or(DrawError::Empty)?;
    let [width, depth] = frame.size;
    if !(width <= 6_000.0 && depth <= 6_000.0) {
        return Err(DrawError::Size(width.max(depth)));
    }
    let grid = Grid::over(frame.size, cell_m)?;
    let streets = streets::Streets::of(plan, frame);
    let mut chance = Chance::of(seed);
    let mut plots = Plots::new(frame.size, &streets);
    let khlong = Khlong::through(&plots, frame.size, &mut chance);
    let ground = Ground::beside(khlong);
    plots.take_water(&ground.khlong);
    let mut forms = Forms::new(frame);
    streets::lay(&streets, &ground, &mut forms);
    ground.fill(&mut forms);
    landmarks::build(&ground, &mut plots, &mut forms, &mut chance);
    houses::build(&streets, &ground, &mut plots, &mut forms, &mut chance);
    landmarks::sow(&ground, &mut plots, &mut forms, &mut chance);
    trees::plant(&ground, &mut plots, &mut forms, &mut chance);
    let terrain = Terrain::by(grid, |place| ground.height(place));
    Ok(Drawn { frame, city: forms.city(), terrain, khlong: ground.khlong })
}
