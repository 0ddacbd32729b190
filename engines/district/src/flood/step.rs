//! One step of the scheme.

use std::collections::BTreeMap;

use super::{Balance, Bed, Storm, cell_area};
use crate::{
    number::{figure, whole},
    terrain::Grid,
};

const GRAVITY: f64 = 9.806_65;
/// Part of the longest stable step Δx/√(g h).
const COURANT: f64 = 0.7;
/// Weight of a face's own flow against its neighbours' (de Almeida et al. 2012).
const THETA: f64 = 0.9;
/// Below this depth of flow nothing moves, m.
const DRY_M: f64 = 1e-5;
/// A step is never longer, s.
const LONGEST_S: f64 = 20.0;

/// Faces between cells of one direction: for each the two cells and the height that water must pass.
#[derive(Debug)]
struct Faces {
    /// Cells before and after; none: no water passes.
    pairs: Vec<Option<(usize, usize)>>,
    /// The higher ground of both, or the crest of a barrier, m.
    sill: Vec<f64>,
    /// Flow by width, m²/s, positive from the first to the second.
    flow: Vec<f64>,
    /// Faces in line before and after it, if any.
    beside: Vec<(Option<usize>, Option<usize>)>,
}

pub(super) struct Flow {
    grid: Grid,
    heights: Vec<f64>,
    blocked: Vec<bool>,
    depth: Vec<f64>,
    east: Faces,
    south: Faces,
    outflow: Vec<(usize, f64, f64)>,
    roughness_2: f64,
    inflows: Vec<(usize, f64, [f64; 2])>,
    pumps: Vec<(usize, Option<usize>, f64)>,
    change: Vec<f64>,
}

impl Flow {
    pub(super) fn new(bed: &Bed, storm: &Storm) -> Self {
        let grid = bed.grid;
        let mut heights = bed.heights.clone();
        let mut depth = bed.water.clone();
        for basin in &storm.basins {
            let [west, north, east, south] = basin.sides;
            for cell in 0..grid.cells() {
                let [x, z] = grid.middle(cell);
                if (west..=east).contains(&x)
                    && (north..=south).contains(&z)
                    && bed.blocked.get(cell) == Some(&false)
                    && let Some(height) = heights.get_mut(cell)
                {
                    *height -= basin.depth_m.max(0.0);
                }
            }
        }
        for (depth, blocked) in depth.iter_mut().zip(&bed.blocked) {
            *depth = if *blocked { 0.0 } else { depth.max(0.0) };
        }
        let crossings = crossings(grid, storm);
        let faces = |is_east: bool| {
            let (mut pairs, mut sill, mut beside) = (vec![], vec![], vec![]);
            let stride = if is_east { 1 } else { grid.columns };
            for cell in 0..grid.cells() {
                let (row, column) = (cell / grid.columns, cell % grid.columns);
                let is_inner = if is_east { column.saturating_add(1) < grid.columns } else { row.saturating_add(1) < grid.rows };
                let other = cell.saturating_add(stride);
                let is_open = is_inner && bed.blocked.get(cell) == Some(&false) && bed.blocked.get(other) == Some(&false);
                let ground = heights.get(cell).copied().unwrap_or_default().max(heights.get(other).copied().unwrap_or_default());
                sill.push(ground + crossings.get(&(cell, is_east)).copied().unwrap_or_default());
                pairs.push(is_open.then_some((cell, other)));
                // Faces that exist: the last cell has none after it, as the first has none before it.
                let (has_before, has_after) = if is_east {
                    (column > 0, column.saturating_add(2) < grid.columns)
                } else {
                    (row > 0, row.saturating_add(2) < grid.rows)
                };
                beside.push((has_before.then(|| cell.saturating_sub(stride)), has_after.then_some(other)));
            }
            Faces { flow: vec![0.0; pairs.len()], pairs, sill, beside }
        };
        let (east, south) = (faces(true), faces(false));
        let free = |place: [f64; 2]| grid.cell(place).filter(|cell| bed.blocked.get(*cell) == Some(&false));
        Self {
            grid,
            blocked: bed.blocked.clone(),
            depth,
            east,
            south,
            outflow: bed
                .outflow
                .iter()
                .filter(|(cell, _)| bed.blocked.get(*cell) == Some(&false))
                .map(|(cell, level)| (*cell, *level, 0.0))
                .collect(),
            roughness_2: bed.roughness * bed.roughness,
            inflows: storm
                .inflows
                .iter()
                .filter_map(|inflow| {
                    Some((free(inflow.at)?, inflow.m3_s.max(0.0), [inflow.from_hours, inflow.hours].map(|hours| hours * 3600.0)))
                })
                .collect(),
            pumps: storm.pumps.iter().filter_map(|pump| Some((free(pump.at)?, pump.to.and_then(&free), pump.m3_s.max(0.0)))).collect(),
            change: vec![0.0; heights.len()],
            heights,
        }
    }

    pub(super) fn depths(&self) -> &[f64] {
        &self.depth
    }

    pub(super) fn volume(&self) -> f64 {
        self.depth.iter().sum::<f64>() * cell_area(self.grid)
    }

    /// α Δx / √(g h) of the deepest cell.
    pub(super) fn longest_step(&self) -> f64 {
        let deepest = self.depth.iter().copied().fold(0.0, f64::max);
        // The sea outside can be deeper than anything inside.
        let outside = self.outflow.iter().map(|(cell, level, _)| level - self.height(*cell)).fold(deepest, f64::max);
        (COURANT * self.grid.cell_m / (GRAVITY * outside.max(0.01)).sqrt()).min(LONGEST_S)
    }

    fn height(&self, cell: usize) -> f64 {
        self.heights.get(cell).copied().unwrap_or_default()
    }

    fn add(&mut self, cell: usize, depth: f64) {
        if let Some(own) = self.depth.get_mut(cell) {
            *own += depth;
        }
    }

    /// Sources, then flows, for `step` seconds from `now`.
    pub(super) fn advance(&mut self, now: f64, step: f64, storm: &Storm, balance: &mut Balance) {
        self.sources(now, step, storm, balance);
        let (east, south) = (momentum(&self.east, self, step), momentum(&self.south, self, step));
        self.east.flow = east;
        self.south.flow = south;
        self.rim(step);
        self.limit(step);
        let width = step / self.grid.cell_m;
        self.change.iter_mut().for_each(|change| *change = 0.0);
        for faces in [&self.east, &self.south] {
            for (pair, flow) in faces.pairs.iter().zip(&faces.flow) {
                if let Some((from, to)) = pair
                    && *flow != 0.0
                {
                    let moved = flow * width;
                    if let Some(change) = self.change.get_mut(*from) {
                        *change -= moved;
                    }
                    if let Some(change) = self.change.get_mut(*to) {
                        *change += moved;
                    }
                }
            }
        }
        for (cell, _, flow) in &self.outflow {
            let moved = flow * width;
            if let Some(change) = self.change.get_mut(*cell) {
                *change -= moved;
            }
            balance.outflow += moved * cell_area(self.grid);
        }
        for (depth, change) in self.depth.iter_mut().zip(&self.change) {
            // The limiter leaves at least nothing; what f64 loses is below 10⁻¹⁵ m.
            *depth = (*depth + change).max(0.0);
        }
    }

    fn sources(&mut self, now: f64, step: f64, storm: &Storm, balance: &mut Balance) {
        let area = cell_area(self.grid);
        if let Some(rain) = storm.rain {
            let fallen = (rain.fallen(now + step) - rain.fallen(now)).max(0.0) / 1000.0;
            if fallen > 0.0 {
                let mut wet = 0_usize;
                for (depth, blocked) in self.depth.iter_mut().zip(&self.blocked) {
                    if !*blocked {
                        *depth += fallen;
                        wet = wet.saturating_add(1);
                    }
                }
                balance.rain += fallen * figure(wet) * area;
            }
        }
        for number in 0..self.inflows.len() {
            let Some(&(cell, rate, [from, until])) = self.inflows.get(number) else { continue };
            let volume = rate * (until.min(now + step) - from.max(now)).max(0.0);
            self.add(cell, volume / area);
            balance.inflow += volume;
        }
        let most = storm.drains_mm_h.max(0.0) / 3_600_000.0 * step;
        if most > 0.0 {
            let mut taken = 0.0;
            for depth in &mut self.depth {
                let own = depth.min(most);
                *depth -= own;
                taken += own;
            }
            balance.drained += taken * area;
        }
        for number in 0..self.pumps.len() {
            let Some(&(from, to, rate)) = self.pumps.get(number) else { continue };
            let there = self.depth.get(from).copied().unwrap_or_default();
            let taken = there.min(rate * step / area);
            self.add(from, -taken);
            match to {
                Some(to) => self.add(to, taken),
                None => balance.pumped += taken * area,
            }
        }
    }

    /// Flow between the rim and the water outside, which has its own level.
    fn rim(&mut self, step: f64) {
        for number in 0..self.outflow.len() {
            let Some(&(cell, level, flow)) = self.outflow.get(number) else { continue };
            let (bed, depth) = (self.height(cell), self.depth.get(cell).copied().unwrap_or_default());
            let surface = bed + depth;
            let pass = surface.max(level) - bed;
            let next = if pass > DRY_M {
                let slope = (level - surface) / self.grid.cell_m;
                accelerated(flow, flow, pass, slope, self.roughness_2, step)
            } else {
                0.0
            };
            if let Some(own) = self.outflow.get_mut(number) {
                own.2 = next;
            }
        }
    }

    /// Where more would leave a cell than there is, all that leaves is made less by the same part.
    fn limit(&mut self, step: f64) {
        let width = step / self.grid.cell_m;
        self.change.iter_mut().for_each(|change| *change = 0.0);
        for faces in [&self.east, &self.south] {
            for (pair, flow) in faces.pairs.iter().zip(&faces.flow) {
                if let Some((from, to)) = pair {
                    let leaving = if *flow > 0.0 { from } else { to };
                    if let Some(change) = self.change.get_mut(*leaving) {
                        *change += flow.abs() * width;
                    }
                }
            }
        }
        for (cell, _, flow) in self.outflow.iter().filter(|(_, _, flow)| *flow > 0.0) {
            if let Some(change) = self.change.get_mut(*cell) {
                *change += flow * width;
            }
        }
        for (change, depth) in self.change.iter_mut().zip(&self.depth) {
            *change = if *change > *depth { *depth / *change } else { 1.0 };
        }
        let part = |cell: usize| self.change.get(cell).copied().unwrap_or(1.0);
        for faces in [&mut self.east, &mut self.south] {
            for (pair, flow) in faces.pairs.iter().zip(&mut faces.flow) {
                if let Some((from, to)) = pair {
                    *flow *= part(if *flow > 0.0 { *from } else { *to });
                }
            }
        }
        for (cell, _, flow) in self.outflow.iter_mut().filter(|(_, _, flow)| *flow > 0.0) {
            *flow *= part(*cell);
        }
    }
}

/// Equation 8 of de Almeida et al. 2012 for every face.
fn momentum(faces: &Faces, state: &Flow, step: f64) -> Vec<f64> {
    let level = |cell: usize| Some(state.heights.get(cell)? + state.depth.get(cell)?);
    let flow_at = |face: Option<usize>| face.and_then(|face| faces.flow.get(face)).copied();
    let parts = faces.pairs.iter().zip(&faces.sill).zip(faces.flow.iter().zip(&faces.beside));
    parts
        .map(|((pair, sill), (flow, (before, after)))| {
            let Some((from, to)) = *pair else { return 0.0 };
            let (Some(one), Some(other)) = (level(from), level(to)) else { return 0.0 };
            let pass = one.max(other) - sill;
            if pass <= DRY_M {
                return 0.0;
            }
            // Only water that is there flows: the higher side gives it.
            let centred = THETA * flow + (1.0 - THETA) / 2.0 * (flow_at(*before).unwrap_or(*flow) + flow_at(*after).unwrap_or(*flow));
            accelerated(*flow, centred, pass, (other - one) / state.grid.cell_m, state.roughness_2, step)
        })
        .collect()
}

/// Flow after a step: pushed by the slope of the surface, braked by the bed (implicitly, so that shallow water stays stable).
fn accelerated(flow: f64, centred: f64, pass: f64, slope: f64, roughness_2: f64, step: f64) -> f64 {
    let brake = 1.0 + GRAVITY * step * roughness_2 * flow.abs() / (pass * pass * pass.cbrt());
    (centred - GRAVITY * pass * step * slope) / brake
}

/// Faces by their cell and whether they lead east.
type Walls = BTreeMap<(usize, bool), f64>;

/// Faces that barriers cross, and how high the highest barrier is there.
fn crossings(grid: Grid, storm: &Storm) -> Walls {
    let mut found = Walls::new();
    for barrier in &storm.barriers {
        for pair in barrier.line.windows(2) {
            let &[[ax, az], [bx, bz]] = pair else { continue };
            let length = (bx - ax).hypot(bz - az);
            let steps = whole((length / grid.cell_m * 8.0).ceil()).clamp(1, 1_000_000);
            let mut last: Option<usize> = None;
            // The line goes between the middles of cells: of each place along it, the cell on its one side is parted from that on the other.
            for step in 0..=steps {
                let part = figure(step) / figure(steps);
                let place = [ax + (bx - ax) * part, az + (bz - az) * part];
                let Some(corner) = corner(grid, place) else { continue };
                if let Some(before) = last.filter(|before| *before != corner) {
                    between(grid, before, corner, barrier.height_m.max(0.0), &mut found);
                }
                last = Some(corner);
            }
        }
    }
    found
}

/// The corner of cells nearest to a place: row × (columns + 1) + column.
fn corner(grid: Grid, [x, z]: [f64; 2]) -> Option<usize> {
    if !(x > -grid.cell_m && z > -grid.cell_m) {
        return None;
    }
    let (column, row) = (whole((x / grid.cell_m + 0.5).max(0.0)), whole((z / grid.cell_m + 0.5).max(0.0)));
    (column <= grid.columns && row <= grid.rows).then(|| row.saturating_mul(grid.columns.saturating_add(1)).saturating_add(column))
}

/// Raises the faces along a way between two corners: first along the row, then along the column.
fn between(grid: Grid, from: usize, to: usize, height: f64, found: &mut Walls) {
    let mut raise = |cell: usize, is_east: bool| {
        let known = found.entry((cell, is_east)).or_default();
        *known = known.max(height);
    };
    let width = grid.columns.saturating_add(1);
    let ((row, column), (to_row, to_column)) = ((from / width, from % width), (to / width, to % width));
    let cell = |row: usize, column: usize| row.saturating_mul(grid.columns).saturating_add(column);
    for column in column.min(to_column)..column.max(to_column) {
        // A piece that lies east–west parts the cell above from the one below.
        if row > 0 && row < grid.rows {
            raise(cell(row.saturating_sub(1), column), false);
        }
    }
    for row in row.min(to_row)..row.max(to_row) {
        if to_column > 0 && to_column < grid.columns {
            raise(cell(row, to_column.saturating_sub(1)), true);
        }
    }
}
