//! Water on a grid: the local inertial approximation of the shallow-water equations.
//!
//! Bates, Horritt, Fewtrell 2010 (J. Hydrology 387, 33–45), with the q-centred scheme of de Almeida, Bates, Freer, Souvignet 2012 (Water
//! Resources Research 48, W05528). It has no advection: fronts of supercritical flow (Froude number above 1) come out too slow and too deep.
//!
//! One thread and f64 throughout, so that the same question gives the same bytes.

mod step;
mod storm;

use self::step::Flow;
pub use self::storm::{Barrier, Basin, Inflow, Pump, Rain, RainShape, Storm};
use crate::{
    number::{short, whole},
    terrain::Grid,
};

/// A question that can't be worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FloodError {
    /// Not one height for each cell.
    #[error("There is not one figure for each cell.")]
    Cells,
    /// Somebody said stop.
    #[error("It was stopped.")]
    Stopped,
    /// Water deeper than anything on Earth: the inputs do not fit together.
    #[error("The water rose beyond 1,000 m: the inputs do not fit together.")]
    Runaway,
}

/// The ground on which water flows.
#[derive(Debug, Clone, PartialEq)]
pub struct Bed {
    /// Where.
    pub grid: Grid,
    /// Heights of the ground, m.
    pub heights: Vec<f64>,
    /// Cells that no water enters: buildings.
    pub blocked: Vec<bool>,
    /// Depth of water at the beginning, m.
    pub water: Vec<f64>,
    /// Cells at the rim where water leaves and enters, with the level outside, m. Elsewhere the rim is a wall.
    pub outflow: Vec<(usize, f64)>,
    /// Manning's n, s/m^⅓.
    pub roughness: f64,
}

/// What came of a storm.
#[derive(Debug, Clone, PartialEq)]
pub struct Flood {
    /// Greatest depth of each cell, m.
    pub greatest: Vec<f64>,
    /// Depths at even times: minutes since the beginning, then mm for each cell.
    pub steps: Vec<(u32, Vec<u16>)>,
    /// What was there, came in, went out and is there at the end, m³.
    pub balance: Balance,
    /// How many steps it took.
    pub count: u64,
}

/// Water counted, m³.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Balance {
    /// At the beginning.
    pub first: f64,
    /// By rain.
    pub rain: f64,
    /// By inflows.
    pub inflow: f64,
    /// Into drains.
    pub drained: f64,
    /// By pumps out of the district.
    pub pumped: f64,
    /// Over the rim, outwards.
    pub outflow: f64,
    /// At the end.
    pub last: f64,
}

impl Balance {
    /// What is missing or too much, m³.
    pub fn error(&self) -> f64 {
        self.last - (self.first + self.rain + self.inflow - self.drained - self.pumped - self.outflow)
    }
}

/// Deepest that is kept, mm.
const MOST_MM: f64 = 65_535.0;

/// Runs a storm over a bed. `tell` is called now and then with the part that is done, 0…1; it says false to stop.
///
/// # Errors
/// See [`FloodError`].
pub fn run(bed: &Bed, storm: &Storm, tell: &mut dyn FnMut(f64) -> bool) -> Result<Flood, FloodError> {
    let cells = bed.grid.cells();
    if [bed.heights.len(), bed.blocked.len(), bed.water.len()].iter().any(|length| *length != cells) {
        return Err(FloodError::Cells);
    }
    let mut flow = Flow::new(bed, storm);
    let mut balance = Balance { first: flow.volume(), ..Balance::default() };
    let end = storm.duration_s.max(1.0);
    let every = (storm.step_min.max(1)).saturating_mul(60);
    let mut greatest = flow.depths().to_vec();
    let mut steps = vec![(0, millimetres(flow.depths()))];
    let (mut now, mut count, mut next) = (0.0_f64, 0_u64, f64::from(every));
    while now < end {
        let step = flow.longest_step().min(end - now).min(next - now);
        flow.advance(now, step, storm, &mut balance);
        now += step;
        // A sum of steps misses a whole number by what f64 loses.
        if (next - now).abs() < 1e-9 {
            now = next;
        }
        count = count.saturating_add(1);
        for (greatest, depth) in greatest.iter_mut().zip(flow.depths()) {
            *greatest = greatest.max(*depth);
        }
        if now >= next || now >= end {
            let minutes = u32::try_from(whole((now / 60.0).round())).unwrap_or(u32::MAX);
            steps.push((minutes, millimetres(flow.depths())));
            next += f64::from(every);
        }
        if count.is_multiple_of(64) {
            if !tell((now / end).min(1.0)) {
                return Err(FloodError::Stopped);
            }
            if flow.depths().iter().any(|depth| depth.is_nan() || *depth >= 1_000.0) {
                return Err(FloodError::Runaway);
            }
        }
    }
    balance.last = flow.volume();
    let _is_over = tell(1.0);
    Ok(Flood { greatest, steps, balance, count })
}

/// Depths in whole millimetres.
pub fn millimetres(depths: &[f64]) -> Vec<u16> {
    depths.iter().map(|depth| short((depth * 1000.0).clamp(0.0, MOST_MM))).collect()
}

/// A binary grid of depths: the header of [`Grid::header`], then u16 mm for each cell.
pub fn encode(grid: Grid, millimetres: &[u16]) -> Vec<u8> {
    let mut bytes = grid.header();
    bytes.extend(millimetres.iter().flat_map(|depth| depth.to_le_bytes()));
    bytes
}

/// The cells whose middle lies within `half` metres of a line.
pub fn cells_along(grid: Grid, line: &[[f64; 2]], half: f64) -> Vec<usize> {
    let mut found = Vec::new();
    for cell in 0..grid.cells() {
        let [x, z] = grid.middle(cell);
        let is_near = line.windows(2).any(|pair| {
            let &[[ax, az], [bx, bz]] = pair else { return false };
            let (dx, dz) = (bx - ax, bz - az);
            let square = dx * dx + dz * dz;
            let part = if square > 0.0 { (((x - ax) * dx + (z - az) * dz) / square).clamp(0.0, 1.0) } else { 0.0 };
            (x - ax - part * dx).hypot(z - az - part * dz) <= half
        });
        if is_near {
            found.push(cell);
        }
    }
    found
}

/// Is a cell at the rim of its grid?
pub fn is_rim(grid: Grid, cell: usize) -> bool {
    let (row, column) = (cell / grid.columns.max(1), cell % grid.columns.max(1));
    row == 0 || column == 0 || row.saturating_add(1) == grid.rows || column.saturating_add(1) == grid.columns
}

/// Area of a cell, m².
pub(crate) fn cell_area(grid: Grid) -> f64 {
    grid.cell_m * grid.cell_m
}
