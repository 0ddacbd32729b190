//! Signal programs as the file has them.

use super::{NetworkError, xml::Attributes};

/// A program: stages that follow each other for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    /// Id of the program.
    pub id: String,
    /// Kind as written: `static`, `actuated`, `delay_based`, `NEMA` …
    pub kind: String,
    /// The program begins this much later than time 0, ms.
    pub offset_ms: i64,
    /// Its stages in their order; never empty.
    pub stages: Vec<Stage>,
}

/// A stage of a program (`<phase>` in the file; here a phase is what a controller may choose).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stage {
    /// Nominal duration, ms, at least 0.
    pub duration_ms: i64,
    /// Least duration, ms, if written.
    pub least_ms: Option<i64>,
    /// Greatest duration, ms, if written.
    pub greatest_ms: Option<i64>,
    /// The lamps: one of `GgsyYuroO` for each link.
    pub state: String,
    /// Stages that may follow; empty means the next one.
    pub next: Vec<u16>,
    /// Name, often empty.
    pub name: String,
}

/// No stage lasts longer, ms (some programs write 10^9 s for "for ever"): sums of all stages of a file stay far below 2^63.
const LONGEST_MS: i64 = 1_000_000_000;

impl Stage {
    pub(super) const ATTRIBUTES: [&'static str; 6] = ["duration", "minDur", "maxDur", "state", "next", "name"];

    pub(super) fn read(attributes: &Attributes<'_, '_, 6>) -> Result<Self, NetworkError> {
        let lamps = |text: &str| text.bytes().all(|letter| b"GgsyYuroO".contains(&letter)).then(|| text.to_owned());
        let state = attributes.parsed("state", "a row of the letters GgsyYuroO", lamps)?;
        let next =
            attributes.parsed("next", "a list of indices", |text| text.split_whitespace().map(|part| part.parse().ok()).collect())?;
        let at_least_0 = |time: Option<i64>| time.map(|time| time.clamp(0, LONGEST_MS));
        Ok(Self {
            duration_ms: attributes.needed("duration", at_least_0(attributes.time_ms("duration")?))?,
            least_ms: at_least_0(attributes.time_ms("minDur")?),
            greatest_ms: at_least_0(attributes.time_ms("maxDur")?),
            state: attributes.needed("state", state)?,
            next: next.unwrap_or_default(),
            name: attributes.maybe("name").unwrap_or_default().to_owned(),
        })
    }
}

impl Program {
    /// Duration of one round, ms.
    pub fn cycle_ms(&self) -> i64 {
        self.stages.iter().map(|stage| stage.duration_ms).fold(0, i64::saturating_add)
    }

    /// Index of the stage that the program shows at a time, and for how long it already has, ms. `None` if its cycle is 0.
    pub fn at(&self, now_ms: i64) -> Option<(usize, i64)> {
        let mut place = now_ms.saturating_sub(self.offset_ms).checked_rem_euclid(self.cycle_ms())?;
        for (index, stage) in self.stages.iter().enumerate() {
            if place < stage.duration_ms {
                return Some((index, place));
            }
            place -= stage.duration_ms;
        }
        None
    }
}
