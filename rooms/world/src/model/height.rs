//! Where one can walk in a model: its surfaces are sampled on a grid, and what stands higher than half a metre above the ground and not
//! higher than a head becomes walls. Simple on purpose: an operator looks at the result and writes what is missing.

#![expect(clippy::many_single_char_names, reason = "coordinates and corners have the names that geometry gives them")]

use sala_presence::{Floor, Wall, ground::MOST_SHAPES};

use super::{ModelError, mesh::Triangle};

/// Side of a cell, in metres; twice or four times as much when the walls would be too many.
const CELL_M: f64 = 0.5;
/// Room around a model, where one comes in.
pub const MARGIN_M: f64 = 4.0;
/// What is lower than this above the ground is walked over, what is higher than that is walked under.
const STEP_M: f64 = 0.5;
const HEAD_M: f64 = 2.2;
/// A floor in the model that is so much higher than its surroundings is one of its own.
const FLOOR_M: f64 = 0.1;
/// Distance of samples on a surface.
const SAMPLE_M: f64 = 0.2;
const MOST_SAMPLES: f64 = 20_000_000.0;
const MOST_SIDE_M: f64 = 640.0;

/// Which axis of a file points to the sky.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Up {
    /// As glTF says.
    #[default]
    Y,
    /// As many scanners and CAD programs write.
    Z,
}

/// How a model lies in a file.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lie {
    /// Which axis points up.
    pub up: Up,
    /// Metres to a unit of the file.
    pub scale: f64,
}

impl Lie {
    /// A point of the file in metres, y up.
    pub fn stand(&self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        let [x, y, z] = match self.up {
            Up::Y => [x, y, z],
            Up::Z => [x, z, -y],
        };
        [x * self.scale, y * self.scale, z * self.scale]
    }
}

/// The ground of a space around a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Grounds {
    /// Extent of the space, x and z, in metres.
    pub size: [f64; 2],
    /// Where the origin of the model stands in the space.
    pub at: [f64; 3],
    /// What nobody passes.
    pub walls: Vec<Wall>,
    /// Raised floors.
    pub floors: Vec<Floor>,
    /// Side of the cells from which they come.
    pub cell_m: f64,
    /// Extent of the model itself, in metres.
    pub extent: [f64; 3],
}

/// Box around all points.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    low: [f64; 3],
    high: [f64; 3],
}

/// Heights that were met in a cell.
#[derive(Debug, Clone, Copy)]
struct Column {
    lowest: f64,
    is_wall: bool,
    floor: f64,
}

const EMPTY: Column = Column { lowest: f64::INFINITY, is_wall: false, floor: f64::NEG_INFINITY };

fn count(value: f64) -> usize {
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative and below 2^31")]
    {
        value.clamp(0.0, 2_147_483_647.0) as usize
    }
}

fn metres(cells: usize) -> f64 {
    u32::try_from(cells).map_or(f64::INFINITY, f64::from)
}

fn sub(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    let ([a, b, c], [x, y, z]) = (a, b);
    [a - x, b - y, c - z]
}

fn long(a: [f64; 3]) -> f64 {
    a.iter().map(|part| part * part).sum::<f64>().sqrt()
}

/// Points on a triangle, nowhere farther apart than `SAMPLE_M`.
fn samples([a, b, c]: Triangle, mut each: impl FnMut([f64; 3])) {
    let (ab, ac) = (sub(b, a), sub(c, a));
    let rows = count((long(ab).max(long(ac)).max(long(sub(c, b))) / SAMPLE_M).ceil()).max(1);
    for row in 0..=rows {
        for column in 0..=rows - row {
            let (u, v) = (metres(row) / metres(rows), metres(column) / metres(rows));
            let [x, y, z] = a;
            let ([bx, by, bz], [cx, cy, cz]) = (ab, ac);
            each([x + u * bx + v * cx, y + u * by + v * cy, z + u * bz + v * cz]);
        }
    }
}

/// How many samples a triangle takes.
fn cost([a, b, c]: Triangle) -> f64 {
    let rows = (long(sub(b, a)).max(long(sub(c, a))).max(long(sub(c, b))) / SAMPLE_M).ceil().max(1.0);
    (rows + 1.0) * (rows + 2.0) / 2.0
}

/// The ground around what `triangles` tells, which is asked several times and tells the same.
///
/// # Errors
/// A model that is too large or too small for a space, or one of which the walls would be too many.
pub fn grounds(lie: &Lie, triangles: impl Fn(&mut dyn FnMut(Triangle)) -> Result<(), ModelError>) -> Result<Grounds, ModelError> {
    let mut bounds = Bounds { low: [f64::INFINITY; 3], high: [f64::NEG_INFINITY; 3] };
    let mut samples_m = 0.0;
    triangles(&mut |triangle| {
        let standing = triangle.map(|point| lie.stand(point));
        for point in standing {
            for ((low, high), value) in bounds.low.iter_mut().zip(&mut bounds.high).zip(point) {
                (*low, *high) = (low.min(value), high.max(value));
            }
        }
        samples_m += cost(standing);
    })?;
    let extent = sub(bounds.high, bounds.low);
    let [wide, high, deep] = extent;
    if !(wide.max(deep) >= 0.2 && high.is_finite()) {
        return Err(ModelError::at(
            "file",
            format!("{wide:.2} × {deep:.2} m is too small to stand before: is the unit metres? Say --scale"),
        ));
    }
    if wide.max(deep) + 2.0 * MARGIN_M > MOST_SIDE_M || samples_m > MOST_SAMPLES {
        return Err(ModelError::at(
            "file",
            format!("{wide:.0} × {deep:.0} m is too large for a space: is the unit metres? Say --scale, or cut it into parts"),
        ));
    }
    for cell_m in [CELL_M, 2.0 * CELL_M, 4.0 * CELL_M] {
        let grounds = sampled(lie, &triangles, bounds, cell_m)?;
        if grounds.walls.len() + grounds.floors.len() < MOST_SHAPES / 2 {
            return Ok(grounds);
        }
    }
    Err(ModelError::at("file", "its walls take more shapes than a space may have: cut it into parts, or take loose vegetation out"))
}

fn sampled(
    lie: &Lie,
    triangles: &impl Fn(&mut dyn FnMut(Triangle)) -> Result<(), ModelError>,
    bounds: Bounds,
    cell_m: f64,
) -> Result<Grounds, ModelError> {
    let [low_x, low_y, low_z] = bounds.low;
    let [wide, high, deep] = sub(bounds.high, bounds.low);
    let (columns, rows) = (count((wide / cell_m).floor()) + 1, count((deep / cell_m).floor()) + 1);
    let cell = |[x, _, z]: [f64; 3]| {
        let column = count(((x - low_x) / cell_m).floor()).min(columns - 1);
        count(((z - low_z) / cell_m).floor()).min(rows - 1) * columns + column
    };
    let mut grid = vec![EMPTY; columns * rows];
    triangles(&mut |triangle| {
        samples(triangle.map(|point| lie.stand(point)), |point| {
            let [_, y, _] = point;
            if let Some(column) = grid.get_mut(cell(point)) {
                column.lowest = column.lowest.min(y);
            }
        });
    })?;
    // The ground: what one would stand on, low, but not the lowest stone, nor the underside of a slab.
    let base = tenth(grid.iter().map(|column| column.lowest)).unwrap_or(low_y);
    triangles(&mut |triangle| {
        let standing = triangle.map(|point| lie.stand(point));
        if !is_level(standing) {
            return;
        }
        samples(standing, |point| {
            let [_, y, _] = point;
            if let Some(column) = grid.get_mut(cell(point)).filter(|_| y <= base + STEP_M) {
                column.floor = column.floor.max(y);
            }
        });
    })?;
    let ground = tenth(grid.iter().map(|column| column.floor)).unwrap_or(base);
    for column in &mut grid {
        column.floor = f64::NEG_INFINITY;
    }
    triangles(&mut |triangle| {
        let standing = triangle.map(|point| lie.stand(point));
        let is_level = is_level(standing);
        samples(standing, |point| {
            let [_, y, _] = point;
            let Some(column) = grid.get_mut(cell(point)) else { return };
            let above = y - ground;
            if above > STEP_M && above <= HEAD_M {
                column.is_wall = true;
            } else if above <= STEP_M && is_level {
                column.floor = column.floor.max(above);
            }
        });
    })?;
    let mut blocked: Vec<bool> = grid.iter().map(|column| column.is_wall).collect();
    fill(&mut blocked, columns, rows);
    let place = |column: usize, row: usize| [MARGIN_M + metres(column) * cell_m, MARGIN_M + metres(row) * cell_m];
    let box_of = |[column, row, end, below]: [usize; 4]| {
        let ([x0, z0], [x1, z1]) = (place(column, row), place(end, below));
        [x0, z0, x1, z1]
    };
    let walls = merged(columns, rows, |at| blocked.get(at).copied().filter(|is| *is))
        .into_iter()
        .map(|(_, cells)| Wall { sides: Some(box_of(cells)), round: None })
        .collect();
    let level = |at: usize| {
        let column = grid.get(at).filter(|_| blocked.get(at) == Some(&false))?;
        // Tenths of a metre.
        Some(count((column.floor / FLOOR_M).round())).filter(|level| *level > 0)
    };
    let floors = merged(columns, rows, level)
        .into_iter()
        .map(|(level, cells)| Floor { sides: box_of(cells), y: tenths(level), to: None, along: None })
        .collect();
    let side = |cells: usize| (metres(cells) * cell_m + 2.0 * MARGIN_M).ceil();
    Ok(Grounds {
        size: [side(columns), side(rows)],
        at: [rounded(MARGIN_M - low_x), rounded(-ground), rounded(MARGIN_M - low_z)],
        walls,
        floors,
        cell_m,
        extent: [wide, high, deep],
    })
}

/// Whether one would stand on it: its slope is less than 45 degrees.
fn is_level([a, b, c]: Triangle) -> bool {
    let ([ux, uy, uz], [vx, vy, vz]) = (sub(b, a), sub(c, a));
    let [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    y * y > x * x + z * z
}

/// The height below which a tenth of all lies.
fn tenth(heights: impl Iterator<Item = f64>) -> Option<f64> {
    let mut heights: Vec<f64> = heights.filter(|height| height.is_finite()).collect();
    heights.sort_by(f64::total_cmp);
    heights.get(heights.len() / 10).copied()
}

fn rounded(metres: f64) -> f64 {
    (metres * 1000.0).round() / 1000.0
}

fn tenths(level: usize) -> f64 {
    metres(level) / 10.0
}

/// What nobody can reach from the border is wall too: fewer boxes, and no rooms without a door.
fn fill(blocked: &mut [bool], columns: usize, rows: usize) {
    let mut reached = vec![false; blocked.len()];
    let mut open: Vec<(usize, usize)> = (0..columns).flat_map(|column| [(column, 0), (column, rows - 1)]).collect();
    open.extend((0..rows).flat_map(|row| [(0, row), (columns - 1, row)]));
    while let Some((column, row)) = open.pop() {
        let at = row * columns + column;
        if blocked.get(at) != Some(&false) || reached.get(at) != Some(&false) {
            continue;
        }
        if let Some(reached) = reached.get_mut(at) {
            *reached = true;
        }
        open.extend((column + 1 < columns).then_some((column + 1, row)));
        open.extend((row + 1 < rows).then_some((column, row + 1)));
        open.extend(column.checked_sub(1).map(|column| (column, row)));
        open.extend(row.checked_sub(1).map(|row| (column, row)));
    }
    for (blocked, is_reached) in blocked.iter_mut().zip(reached) {
        *blocked |= !is_reached;
    }
}

/// Cells of the same value as few rectangles: first as far to the east as it goes, then as far to the south.
fn merged<T: PartialEq>(columns: usize, rows: usize, value: impl Fn(usize) -> Option<T>) -> Vec<(T, [usize; 4])> {
    let mut taken = vec![false; columns * rows];
    let mut found = vec![];
    for row in 0..rows {
        for column in 0..columns {
            let at = row * columns + column;
            let Some(wanted) = value(at).filter(|_| taken.get(at) == Some(&false)) else { continue };
            let is_same = |taken: &[bool], column: usize, row: usize| {
                let at = row * columns + column;
                taken.get(at) == Some(&false) && value(at).as_ref() == Some(&wanted)
            };
            let end = (column..columns).find(|next| !is_same(&taken, *next, row)).unwrap_or(columns);
            let below = (row..rows).find(|next| !(column..end).all(|column| is_same(&taken, column, *next))).unwrap_or(rows);
            for row in row..below {
                for column in column..end {
                    if let Some(taken) = taken.get_mut(row * columns + column) {
                        *taken = true;
                    }
                }
            }
            found.push((wanted, [column, row, end, below]));
        }
    }
    found
}
