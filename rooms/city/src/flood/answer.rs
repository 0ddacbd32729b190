//! From a question to its answer: the engine before and after, and what it means for people. The same question on the same files gives the
//! same bytes.

use std::{collections::BTreeMap, io::Write as _};

use sala_district::{
    Grid,
    flood::{Bed, Flood as Run, FloodError, cells_along, encode, is_rim, millimetres, run},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::question::FloodQuestion;
use crate::{
    declaration::FloodGround,
    place::{Place, Thing},
};

/// Name and version of what computes: a replay by another version says so.
pub const ALGORITHM: &str = "city-flood/1";
/// A cell is under water from here on, m.
const WET_M: f64 = 0.05;
/// And nobody should walk there from here on, m.
const DEEP_M: f64 = 0.3;
/// A cell more than so much built over lets no water in: 0…255.
const BUILT: u8 = 128;
/// A house is wet when water beside it stands so high, mm.
const DOOR_MM: u16 = 100;
/// Objects that are told one by one.
const MOST_OBJECTS: usize = 500;

/// One side in figures. Water that is always there is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FloodSide {
    /// Ground under 5 cm of water and more at some time, m².
    pub flooded_m2: f64,
    /// Under 30 cm and more, m².
    pub deep_m2: f64,
    /// Water on the ground, of each place its greatest, m³.
    pub volume_m3: f64,
    /// Buildings beside which water stood 10 cm or more.
    pub buildings_wet: u64,
    /// Greatest depth on the ground, m.
    pub greatest_m: f64,
}

/// From and to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = FloodSpan)]
pub struct Span {
    /// The least that came out.
    pub low: f64,
    /// The most.
    pub high: f64,
}

/// One side as spans over roughness × 0.7 … 1.4 and rain ± 10 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FloodSpans {
    /// See [`FloodSide`].
    pub flooded_m2: Span,
    /// See [`FloodSide`].
    pub deep_m2: Span,
    /// See [`FloodSide`].
    pub volume_m3: Span,
    /// See [`FloodSide`].
    pub buildings_wet: Span,
    /// See [`FloodSide`].
    pub greatest_m: Span,
}

/// Both sides as spans.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FloodRange {
    /// Without measures.
    pub before: FloodSpans,
    /// With them.
    pub after: FloodSpans,
}

/// A thing beside which water stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FloodedObject)]
pub struct Wet {
    /// Its id in `objects.json`.
    pub object: String,
    /// Greatest depth beside it without measures, mm.
    pub before_mm: u16,
    /// With them, mm.
    pub after_mm: u16,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FloodAnswer {
    /// Without measures.
    pub before: FloodSide,
    /// With them.
    pub after: FloodSide,
    /// How far that could be otherwise, if it was asked.
    #[schema(required)]
    pub range: Option<FloodRange>,
    /// Buildings with water beside them, the wettest first; at most 500.
    pub by_object: Vec<Wet>,
    /// Minutes of which depths are kept.
    pub steps_min: Vec<u32>,
    /// Water that the computation lost or made, m³, the greater of both sides.
    pub error_m3: f64,
    /// Water that fell and flowed in, m³.
    pub water_m3: f64,
    /// SHA-256 over all depths that are kept.
    pub depths_sha256: String,
}

/// An answer with its depths.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// In figures.
    pub answer: FloodAnswer,
    /// Binary grids by name: `before/max`, `before/10`, `after/max`, ….
    pub depths: BTreeMap<String, Vec<u8>>,
}

/// Name of a grid of depths: greatest, or at a minute.
pub(crate) fn name_of(which: &str, at: Option<u32>) -> String {
    at.map_or_else(|| format!("{which}/max"), |minute| format!("{which}/{minute}"))
}

/// Works a question out. `tell` hears the part that is done, 0…1, and says false to stop.
///
/// # Errors
/// Those of the engine.
pub fn compute(place: &Place, question: &FloodQuestion, tell: &mut dyn FnMut(f64) -> bool) -> Result<Computed, FloodError> {
    let (Some(bed), Some(ground)) = (bed(place, question), &place.file.flood) else { return Err(FloodError::Cells) };
    let variants: &[(f64, f64)] =
        if question.range { &[(1.0, 1.0), (0.7, 0.9), (0.7, 1.1), (1.4, 0.9), (1.4, 1.1)] } else { &[(1.0, 1.0)] };
    let sides: &[bool] = if question.has_measures() { &[false, true] } else { &[false] };
    let runs = u32::try_from(variants.len().saturating_mul(sides.len())).map_or(1.0, f64::from);
    let mut done = 0.0;
    let (mut first, mut spans): (Vec<Run>, [Vec<FloodSide>; 2]) = (vec![], Default::default());
    for (number, (roughness, rain)) in variants.iter().enumerate() {
        for with in sides {
            let bed = Bed { roughness: ground.roughness * roughness, ..bed.clone() };
            let storm = question.storm(ground.drains_mm_h, *with, *rain);
            let outcome = run(&bed, &storm, &mut |part| tell((done + part) / runs))?;
            done += 1.0;
            let [before, after] = &mut spans;
            if *with { after } else { before }.push(side(place, &bed, &outcome));
            if number == 0 {
                first.push(outcome);
            }
        }
    }
    let [before, mut after] = spans;
    if after.is_empty() {
        // Nothing is proposed: after is as before.
        after.clone_from(&before);
    }
    let (Some(plain), Some(measured)) = (first.first(), first.last()) else { return Err(FloodError::Cells) };
    let (Some(one), Some(other)) = (before.first(), after.first()) else { return Err(FloodError::Cells) };
    let mut depths = BTreeMap::new();
    for (which, outcome) in [("before", plain), ("after", measured)] {
        depths.insert(name_of(which, None), encode(bed.grid, &millimetres(&outcome.greatest)));
        for (minute, step) in &outcome.steps {
            depths.insert(name_of(which, Some(*minute)), encode(bed.grid, step));
        }
    }
    let mut hash = Sha256::new();
    for (name, grid) in &depths {
        hash.update(name.as_bytes());
        hash.update(Sha256::digest(grid));
    }
    let error = |run: &Run| run.balance.error().abs();
    let answer = FloodAnswer {
        before: *one,
        after: *other,
        range: question.range.then(|| FloodRange { before: spanned(&before), after: spanned(&after) }),
        by_object: objects(place, &bed, plain, measured),
        steps_min: plain.steps.iter().map(|(minute, _)| *minute).collect(),
        error_m3: error(plain).max(error(measured)),
        water_m3: plain.balance.rain + plain.balance.inflow,
        depths_sha256: hex::encode(hash.finalize()),
    };
    Ok(Computed { answer, depths })
}

/// Ground, buildings and standing water of a district.
fn bed(place: &Place, question: &FloodQuestion) -> Option<Bed> {
    let (terrain, ground) = (place.terrain.as_ref()?, place.file.flood.as_ref()?);
    let grid = terrain.grid;
    let blocked: Vec<bool> = match &place.built {
        Some(built) => built.shares.iter().map(|share| *share >= BUILT).collect(),
        None => vec![false; grid.cells()],
    };
    let (mut water, mut outflow) = (vec![0.0; grid.cells()], Vec::new());
    for (cell, level) in waters(grid, ground) {
        let Some(height) = terrain.heights.get(cell) else { continue };
        if let Some(depth) = water.get_mut(cell) {
            *depth = f64::max(*depth, level - height);
        }
        if is_rim(grid, cell) && *height < level {
            outflow.push((cell, question.tail_m.unwrap_or(level)));
        }
    }
    // Two waters can meet at one cell; it has one level outside.
    outflow.sort_by(|(one, a), (other, b)| one.cmp(other).then(a.total_cmp(b)));
    outflow.dedup_by_key(|(cell, _)| *cell);
    let water = water.into_iter().map(|depth| depth.max(0.0)).collect();
    Some(Bed { grid, heights: terrain.heights.clone(), blocked, water, outflow, roughness: ground.roughness })
}

fn waters(grid: Grid, ground: &FloodGround) -> Vec<(usize, f64)> {
    let cells = |water: &crate::declaration::Water| {
        let level = water.level_m;
        cells_along(grid, &water.line, water.width_m / 2.0).into_iter().map(move |cell| (cell, level)).collect::<Vec<_>>()
    };
    ground.water.iter().flat_map(cells).collect()
}

fn side(place: &Place, bed: &Bed, outcome: &Run) -> FloodSide {
    let area = bed.grid.cell_m * bed.grid.cell_m;
    let (mut flooded, mut deep, mut volume, mut greatest) = (0.0, 0.0, 0.0, 0.0);
    let land = bed.water.iter().zip(&outcome.greatest).filter(|(first, _)| **first <= 0.0).map(|(_, depth)| *depth);
    for depth in land {
        flooded += if depth >= WET_M { area } else { 0.0 };
        deep += if depth >= DEEP_M { area } else { 0.0 };
        volume += depth * area;
        greatest = f64::max(greatest, depth);
    }
    let depths = millimetres(&outcome.greatest);
    let wet = buildings(place).filter(|thing| beside(bed, &depths, thing) >= DOOR_MM).count();
    let tenths = |figure: f64| (figure * 10.0).round() / 10.0;
    FloodSide {
        flooded_m2: tenths(flooded),
        deep_m2: tenths(deep),
        volume_m3: tenths(volume),
        buildings_wet: u64::try_from(wet).unwrap_or(u64::MAX),
        greatest_m: (greatest * 1000.0).round() / 1000.0,
    }
}

fn buildings(place: &Place) -> impl Iterator<Item = &Thing> {
    place.things.iter().filter(|thing| thing.kind.starts_with("Building"))
}

/// Greatest depth on land in and one cell around the box of a thing, mm.
fn beside(bed: &Bed, depths: &[u16], thing: &Thing) -> u16 {
    let [west, north, east, south] = thing.sides;
    let cell = bed.grid.cell_m;
    let (mut greatest, mut z) = (0, north - cell);
    while z <= south + cell {
        let mut x = west - cell;
        while x <= east + cell {
            if let Some(number) = bed.grid.cell([x, z])
                && bed.water.get(number).is_some_and(|first| *first <= 0.0)
            {
                greatest = depths.get(number).copied().unwrap_or_default().max(greatest);
            }
            x += cell;
        }
        z += cell;
    }
    greatest
}

fn objects(place: &Place, bed: &Bed, plain: &Run, measured: &Run) -> Vec<Wet> {
    let (before, after) = (millimetres(&plain.greatest), millimetres(&measured.greatest));
    let mut wet: Vec<Wet> = buildings(place)
        .map(|thing| Wet { object: thing.id.clone(), before_mm: beside(bed, &before, thing), after_mm: beside(bed, &after, thing) })
        .filter(|wet| wet.before_mm.max(wet.after_mm) >= DOOR_MM)
        .collect();
    wet.sort_by(|one, other| other.before_mm.max(other.after_mm).cmp(&one.before_mm.max(one.after_mm)).then(one.object.cmp(&other.object)));
    wet.truncate(MOST_OBJECTS);
    wet
}

fn spanned(sides: &[FloodSide]) -> FloodSpans {
    let span = |figure: &dyn Fn(&FloodSide) -> f64| {
        let figures = || sides.iter().map(figure);
        Span { low: figures().fold(f64::INFINITY, f64::min), high: figures().fold(f64::NEG_INFINITY, f64::max) }
    };
    FloodSpans {
        flooded_m2: span(&|side| side.flooded_m2),
        deep_m2: span(&|side| side.deep_m2),
        volume_m3: span(&|side| side.volume_m3),
        buildings_wet: span(&|side| u32::try_from(side.buildings_wet).map_or(0.0, f64::from)),
        greatest_m: span(&|side| side.greatest_m),
    }
}

/// Packed for the store.
pub(crate) fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    // Writing into memory can't fail.
    let _written = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}

/// As it was before [`pack`].
pub(crate) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut bytes).ok()?;
    Some(bytes)
}
