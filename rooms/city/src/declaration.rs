//! A district as the profile declares it: `cities/<id>/city.yaml`.

use sala_core::text::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a district came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CityKind)]
pub enum Kind {
    /// Invented along real streets.
    Synthetic,
    /// Measured.
    Survey,
    /// As it was, or is thought to have been.
    Reconstruction,
}

/// Layers that a page may lay over the model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CityLayers)]
pub struct Layers {
    /// Series of weather.
    #[serde(default)]
    pub weather: Vec<String>,
    /// Series of risks.
    #[serde(default)]
    pub risk: Vec<String>,
}

/// A khlong, a river or a pond as floods see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CityWater)]
pub struct Water {
    /// Its middle line: x and z, m. It leaves the district where it meets the edge.
    pub line: Vec<[f64; 2]>,
    /// m.
    pub width_m: f64,
    /// Height of the water on an ordinary day, m.
    pub level_m: f64,
}

/// What floods need to know of the ground.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CityFloodGround)]
pub struct FloodGround {
    /// Manning's n, s/m^⅓: 0.03 for paved streets, 0.06 for gardens.
    pub roughness: f64,
    /// What drains take away, mm of water an hour.
    pub drains_mm_h: f64,
    /// Water that is always there.
    #[serde(default)]
    pub water: Vec<Water>,
}

/// `cities/<id>/city.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CityDocument)]
pub struct CityFile {
    /// Stable name; that of its folder.
    pub id: String,
    /// What people read.
    pub title: Text,
    /// What it is, in a sentence or two.
    pub about: Text,
    /// The street of this hall that lies in it.
    #[serde(default)]
    #[schema(required)]
    pub street: Option<String>,
    /// How it came to be.
    pub kind: Kind,
    /// Who made the data, and from what.
    pub source: String,
    /// SPDX expression, or the name of the terms.
    pub licence: String,
    /// Where the data came from.
    #[serde(default)]
    #[schema(required)]
    pub url: Option<String>,
    /// When they were taken: a year, month or day.
    #[serde(default)]
    #[schema(required)]
    pub captured: Option<String>,
    /// As the licence asks for it to be shown.
    pub attribution: Text,
    /// What of it is not sure.
    #[serde(default)]
    #[schema(required)]
    pub uncertainty: Option<Text>,
    /// Reference system of the source, such as `EPSG:32647`.
    #[serde(default)]
    #[schema(required)]
    pub crs: Option<String>,
    /// East and north of the north-west corner in the source's reference system, m.
    pub origin: [f64; 2],
    /// East to west and north to south, m.
    pub size: [f64; 2],
    /// Layers to lay over it.
    #[serde(default)]
    pub layers: Layers,
    /// Whether and how floods can be asked for.
    #[serde(default)]
    #[schema(required)]
    pub flood: Option<FloodGround>,
}

impl CityFile {
    /// What does not fit: place and expectation.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let mut wrong = |is_wrong: bool, place: &'static str, what: &str| {
            if is_wrong {
                faults.push((place, what.to_owned()));
            }
        };
        let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        wrong(self.id.is_empty() || !self.id.chars().all(is_name), "/id", "expected small letters, digits and _");
        let empty = |text: &str| text.trim().is_empty();
        let half = |text: &Text| empty(&text.th) || empty(&text.en);
        wrong(half(&self.title), "/title", "expected words in both languages");
        wrong(half(&self.about), "/about", "expected words in both languages");
        wrong(half(&self.attribution), "/attribution", "expected words in both languages: nobody's data are shown without their name");
        wrong(empty(&self.licence), "/licence", "expected an SPDX expression or the name of the terms");
        wrong(empty(&self.source), "/source", "expected who made the data, and from what");
        wrong(!self.origin.iter().all(|part| part.is_finite()), "/origin", "expected two numbers");
        wrong(!self.size.iter().all(|side| (1.0..=20_000.0).contains(side)), "/size", "expected 1 to 20000 m on each side");
        if let Some(flood) = &self.flood {
            wrong(!(0.005..=0.5).contains(&flood.roughness), "/flood/roughness", "expected 0.005 to 0.5");
            wrong(!(0.0..=200.0).contains(&flood.drains_mm_h), "/flood/drains_mm_h", "expected 0 to 200");
            let is_water = |water: &Water| {
                water.line.len() >= 2
                    && water.line.iter().flatten().all(|part| part.is_finite())
                    && water.width_m > 0.0
                    && water.width_m <= 2_000.0
                    && water.level_m.abs() < 9_000.0
            };
            wrong(!flood.water.iter().all(is_water), "/flood/water", "expected lines of two places and more, a width and a level in m");
        }
        faults
    }
}
