//! What falls, flows in, is pumped, and what stands in the way.

/// How rain spreads over its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RainShape {
    /// The same all the time.
    Even,
    /// Rising to twice the mean in the middle, then falling.
    Peaked,
}

/// Rain on all cells that are not blocked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rain {
    /// In all, mm.
    pub mm: f64,
    /// Over how long, h.
    pub hours: f64,
    /// How it spreads.
    pub shape: RainShape,
}

impl Rain {
    /// mm that have fallen by a time, s.
    pub(crate) fn fallen(&self, now: f64) -> f64 {
        let whole = self.hours * 3600.0;
        if whole.is_nan() || whole <= 0.0 {
            return 0.0;
        }
        let part = (now / whole).clamp(0.0, 1.0);
        self.mm
            * match self.shape {
                RainShape::Even => part,
                // The integral of a triangle.
                RainShape::Peaked if part <= 0.5 => 2.0 * part * part,
                RainShape::Peaked => 1.0 - 2.0 * (1.0 - part) * (1.0 - part),
            }
    }
}

/// Water that comes in at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inflow {
    /// x and z, m.
    pub at: [f64; 2],
    /// m³/s.
    pub m3_s: f64,
    /// When it begins, h.
    pub from_hours: f64,
    /// When it ends, h.
    pub hours: f64,
}

/// A wall between cells, thinner than they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Barrier {
    /// x and z, m.
    pub line: Vec<[f64; 2]>,
    /// Above the higher ground beside it, m.
    pub height_m: f64,
}

/// Ground that is lowered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Basin {
    /// Least x, z, greatest x, z, m.
    pub sides: [f64; 4],
    /// m.
    pub depth_m: f64,
}

/// A pump.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pump {
    /// Where it takes water.
    pub at: [f64; 2],
    /// Where it gives it; out of the district where nothing is said.
    pub to: Option<[f64; 2]>,
    /// m³/s, as long as there is water.
    pub m3_s: f64,
}

/// A whole question.
#[derive(Debug, Clone, PartialEq)]
pub struct Storm {
    /// Simulated time, s.
    pub duration_s: f64,
    /// Depths are kept every so many minutes.
    pub step_min: u32,
    /// What falls.
    pub rain: Option<Rain>,
    /// What flows in.
    pub inflows: Vec<Inflow>,
    /// What drains take, mm an hour, where there is water.
    pub drains_mm_h: f64,
    /// Walls.
    pub barriers: Vec<Barrier>,
    /// Basins.
    pub basins: Vec<Basin>,
    /// Pumps.
    pub pumps: Vec<Pump>,
}
