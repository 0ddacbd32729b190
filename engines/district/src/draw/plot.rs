//! What is taken already: a raster of 1 m over the district.

use super::{
    form::{Sides, Stand},
    ground::{Khlong, apart},
    streets::{PAVEMENT_M, Streets},
};
use crate::{
    number::{figure, whole},
    terrain::Grid,
    vector::{Point, bounds},
};

#[derive(Debug)]
pub(super) struct Plots {
    grid: Grid,
    streets: Vec<bool>,
    taken: Vec<bool>,
}

/// Around a place whose cell counts as taken: half the diagonal of a cell and of the distance between samples.
const SLACK_M: f64 = 1.2;

impl Plots {
    pub(super) fn new([width, depth]: [f64; 2], streets: &Streets) -> Self {
        let grid = Grid { columns: whole(width.ceil()).max(1), rows: whole(depth.ceil()).max(1), cell_m: 1.0 };
        let mut plots = Self { grid, streets: vec![false; grid.cells()], taken: vec![] };
        for lane in &streets.lanes {
            let around = lane.width_m / 2.0 + SLACK_M + if lane.is_for_vehicles { PAVEMENT_M } else { 0.3 };
            for pair in lane.line.windows(2) {
                let &[one, other] = pair else { continue };
                let near = |place| apart(place, one, other) <= around;
                paint(&mut plots.streets, grid, &[one, other], around, near);
            }
        }
        for (_, outline) in &streets.junctions {
            let edges = || outline.iter().zip(outline.iter().cycle().skip(1));
            let near =
                |place| crate::terrain::contains(outline, place) || edges().any(|(one, other)| apart(place, *one, *other) <= SLACK_M + 1.0);
            paint(&mut plots.streets, grid, outline, SLACK_M + 1.0, near);
        }
        plots.taken.clone_from(&plots.streets);
        plots
    }

    /// Square metres of street within `around` of a line.
    pub(super) fn streets_on(&self, line: &[[f64; 2]], around: f64) -> f64 {
        let mut cost = 0.0;
        for pair in line.windows(2) {
            let &[[ax, az], [bx, bz]] = pair else { continue };
            let length = (bx - ax).hypot(bz - az).max(1e-9);
            let (dx, dz) = ((bx - ax) / length, (bz - az) / length);
            let steps = whole(length / 3.0).max(1);
            for step in 0..steps {
                let t = figure(step) / figure(steps) * length;
                for across in -4..=4_i32 {
                    let v = f64::from(across) / 4.0 * around;
                    let place = [ax + dx * t - dz * v, az + dz * t + dx * v];
                    cost += if self.is(&self.streets, place) { 1.0 } else { 0.0 };
                }
            }
        }
        cost
    }

    pub(super) fn take_water(&mut self, khlong: &Khlong) {
        for pair in khlong.line.windows(2) {
            let &[one, other] = pair else { continue };
            let around = khlong.width_m / 2.0 + 2.5;
            paint(&mut self.taken, self.grid, &[one, other], around, |place| apart(place, one, other) <= around);
        }
    }

    /// Outside counts as taken.
    fn is(&self, cells: &[bool], place: [f64; 2]) -> bool {
        self.grid.cell(place).and_then(|cell| cells.get(cell)).copied().unwrap_or(true)
    }

    pub(super) fn is_free(&self, stand: Stand, sides: Sides) -> bool {
        samples(sides).all(|[u, v]| !self.is(&self.taken, stand.flat(u, v)))
    }

    pub(super) fn take(&mut self, stand: Stand, sides: Sides) {
        for [u, v] in samples(sides) {
            if let Some(cell) = self.grid.cell(stand.flat(u, v)).and_then(|cell| self.taken.get_mut(cell)) {
                *cell = true;
            }
        }
    }

    pub(super) fn size(&self) -> [f64; 2] {
        [figure(self.grid.columns), figure(self.grid.rows)]
    }
}

fn samples([u0, u1, v0, v1]: Sides) -> impl Iterator<Item = [f64; 2]> {
    let steps = |from: f64, to: f64| whole(((to - from) / 0.7).ceil()).max(1);
    let (across, down) = (steps(u0, u1), steps(v0, v1));
    (0..=across).flat_map(move |i| {
        (0..=down).map(move |j| [u0 + (u1 - u0) * figure(i) / figure(across), v0 + (v1 - v0) * figure(j) / figure(down)])
    })
}

fn paint(cells: &mut [bool], grid: Grid, places: &[[f64; 2]], around: f64, near: impl Fn([f64; 2]) -> bool) {
    let points: Vec<Point> = places.iter().map(|[x, z]| [*x, 0.0, *z]).collect();
    let ([west, _, north], [east, _, south]) = bounds(&points);
    let first = |length: f64| whole((length - around).max(0.0));
    let last = |length: f64, most: usize| whole((length + around).max(0.0)).saturating_add(1).min(most);
    for row in first(north)..last(south, grid.rows) {
        for column in first(west)..last(east, grid.columns) {
            let cell = row.saturating_mul(grid.columns).saturating_add(column);
            if near(grid.middle(cell))
                && let Some(cell) = cells.get_mut(cell)
            {
                *cell = true;
            }
        }
    }
}
