//! A space as the profile describes it: ground, walls, things that open something. Nothing of a place is in code.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use sala_core::{
    fixture::FixtureKind,
    problem::Problem,
    profile::{PROFILE_INVALID, ProfileFile},
    text::Text,
};
use sala_presence::{Floor, Ground, Space as Crowd, SpaceRules, Spawn, Wall};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    conduct::evidence::Recorder,
    hosted::Hosted,
    model::placed::{ModelFile, Placed},
    tour::{self, Stop},
    voice::{self, SPEAKERS, Stage, VoiceMode},
};

/// The most people that a space takes.
const LARGEST_CAPACITY: u16 = 5_000;

/// A file `spaces/<id>.yaml` of the profile.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceFile {
    /// Stable id; part of its address.
    pub id: String,
    /// Its place in lists: the smallest first.
    #[serde(default)]
    pub order: u16,
    /// What people read.
    pub title: Text,
    /// What it is for.
    pub about: Text,
    /// Name of the client's procedural scene; `model` for one of a file.
    pub scene: String,
    /// The model that stands in it, with its card; for the scene `model`, and only there.
    #[serde(default)]
    pub model: Option<ModelFile>,
    /// Extent to the east and to the south, in metres, each at most 655.
    pub size: [f64; 2],
    /// How many may be in it at once.
    pub capacity: u16,
    /// What nobody passes.
    #[serde(default)]
    pub walls: Vec<Wall>,
    /// Heights of the ground; a later one lies on an earlier.
    #[serde(default)]
    pub floors: Vec<Floor>,
    /// Where one comes in.
    pub spawns: Vec<Spawn>,
    /// The things in it.
    #[serde(default)]
    pub fixtures: Vec<Fixture>,
    /// A guided tour.
    #[serde(default)]
    pub tour: Vec<Stop>,
    /// Who is heard, in a hall that has voice.
    #[serde(default)]
    pub voice: VoiceMode,
    /// Where one speaks to all, if `voice` is `stage`.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// The most who speak at the same time, 1 to 64.
    #[serde(default = "speakers")]
    pub speakers: u16,
}

/// A thing in a space that opens something.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// Id within the space; `#<id>` of the space's address leads to it.
    pub id: String,
    /// Which kind; see `sala_core::fixture`.
    pub kind: String,
    /// x and z in metres.
    pub at: [f64; 2],
    /// Height of its middle above the ground, in metres.
    #[serde(default)]
    pub y: f64,
    /// Where its front looks, in degrees clockwise from north (-z).
    #[serde(default)]
    pub yaw: f64,
    /// How far before it one stands to look at it, in metres: 0.5 to 3.
    #[serde(default = "before")]
    pub stand: f64,
    /// What people read.
    pub title: Text,
    /// What it says or is for.
    #[serde(default)]
    pub text: Text,
    /// What it opens, as its kind wants it said.
    #[serde(default)]
    pub opens: Value,
}

fn speakers() -> u16 {
    SPEAKERS
}

fn before() -> f64 {
    1.4
}

/// A fixture as it is served.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Fixture)]
pub struct FixtureView {
    /// Id within the space.
    pub id: String,
    /// Stable name of its kind.
    pub kind: String,
    /// What its kind is called.
    pub name: Text,
    /// x and z in metres.
    pub at: [f64; 2],
    /// Height of its middle above the ground, in metres.
    pub y: f64,
    /// Where its front looks, in degrees clockwise from north.
    pub yaw: f64,
    /// How far before it one stands to look at it, in metres.
    pub stand: f64,
    /// What people read.
    pub title: Text,
    /// What it says or is for.
    pub text: Text,
    /// What it opens, as the profile says it.
    #[schema(value_type = Object)]
    pub opens: Value,
    /// Address of the page that does the same.
    pub page: String,
}

/// A space, checked.
#[derive(Debug)]
pub struct Space {
    /// As written.
    pub file: SpaceFile,
    /// Its fixtures with what they open.
    pub fixtures: Vec<FixtureView>,
    /// The model that stands in it.
    pub(crate) model: Option<Placed>,
}

fn wrong(path: &Path, place: &str, detail: impl std::fmt::Display) -> Problem {
    let file = path.display();
    PROFILE_INVALID
        .problem()
        .detail(format!("{file} ที่ {place}: {detail}"), format!("{file} at {place}: {detail}"))
        .at(format!("{file}#{place}"), detail.to_string())
}

impl Space {
    /// Checks the spaces of a profile against the kinds of fixtures that this hall can open.
    pub(crate) fn read_all(
        files: Vec<ProfileFile<SpaceFile>>,
        kinds: &BTreeMap<&'static str, FixtureKind>,
        recorder: &dyn Fn() -> Recorder,
    ) -> Result<Vec<Hosted>, Problem> {
        let mut known = BTreeSet::new();
        let mut spaces = vec![];
        for file in files {
            if !known.insert(file.value.id.clone()) {
                return Err(wrong(&file.path, "/id", "another space has this id already"));
            }
            let (space, crowd) = Self::read(file, kinds)?;
            spaces.push(Hosted::new(space, crowd, recorder()));
        }
        Ok(spaces)
    }

    fn read(file: ProfileFile<SpaceFile>, kinds: &BTreeMap<&'static str, FixtureKind>) -> Result<(Self, Crowd), Problem> {
        let ProfileFile { path, value: file, .. } = file;
        let is_name = |name: &str| {
            !name.is_empty()
                && name.len() <= 40
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        for (place, name) in [("/id", &file.id), ("/scene", &file.scene)] {
            if !is_name(name) {
                return Err(wrong(&path, place, "expected 1 to 40 letters a-z, digits and hyphens"));
            }
        }
        if !(1..=LARGEST_CAPACITY).contains(&file.capacity) {
            return Err(wrong(&path, "/capacity", format!("expected 1 to {LARGEST_CAPACITY}")));
        }
        voice::check(file.voice, file.stage.as_ref(), file.speakers, file.size)
            .map_err(|(place, expected)| wrong(&path, place, expected))?;
        let ground = Ground::new(file.size, &file.walls, &file.floors)
            .map_err(|fault| wrong(&path, &fault.place, format!("expected {}", fault.expected)))?;
        let named: Vec<&str> = file.fixtures.iter().map(|fixture| fixture.id.as_str()).collect();
        tour::check(&file.tour, &named, &ground).map_err(|(place, expected)| wrong(&path, &place, expected))?;
        if (file.scene == "model") != file.model.is_some() {
            return Err(wrong(&path, "/model", "expected a model with its card for the scene `model`, and for no other"));
        }
        let model = file.model.as_ref().map(|model| model.read(&file.id, &path)).transpose();
        let model = model.map_err(|fault| wrong(&path, &fault.place, fault.expected))?;
        let rules = SpaceRules { capacity: file.capacity, spawns: file.spawns.clone() };
        let crowd = Crowd::new(ground, rules).map_err(|fault| wrong(&path, &fault.place, format!("expected {}", fault.expected)))?;
        let mut fixtures: Vec<FixtureView> = vec![];
        for (number, fixture) in file.fixtures.iter().enumerate() {
            let place = format!("/fixtures/{number}");
            if !is_name(&fixture.id) || fixtures.iter().any(|known| known.id == fixture.id) {
                return Err(wrong(&path, &format!("{place}/id"), "expected a name of its own of 1 to 40 letters a-z, digits and hyphens"));
            }
            if !(0.5..=3.0).contains(&fixture.stand) {
                return Err(wrong(&path, &format!("{place}/stand"), "expected 0.5 to 3 metres"));
            }
            let Some(kind) = kinds.get(fixture.kind.as_str()) else {
                let known = kinds.keys().copied().collect::<Vec<_>>().join(", ");
                return Err(wrong(
                    &path,
                    &format!("{place}/kind"),
                    format!("no room of this hall opens a `{}`; known are {known}", fixture.kind),
                ));
            };
            let page = kind.opens(&fixture.opens).map_err(|fault| wrong(&path, &format!("{place}{}", fault.pointer), fault.detail))?;
            // What opens nothing else is read where it stands.
            let page = if page.is_empty() { format!("/spaces/{}#{}", file.id, fixture.id) } else { page };
            fixtures.push(FixtureView {
                id: fixture.id.clone(),
                kind: fixture.kind.clone(),
                name: kind.title.clone(),
                at: fixture.at,
                y: fixture.y,
                yaw: fixture.yaw,
                stand: fixture.stand,
                title: fixture.title.clone(),
                text: fixture.text.clone(),
                opens: fixture.opens.clone(),
                page,
            });
        }
        Ok((Self { file, fixtures, model }, crowd))
    }

    /// One of its fixtures.
    pub(crate) fn fixture(&self, id: &str) -> Option<&FixtureView> {
        self.fixtures.iter().find(|fixture| fixture.id == id)
    }
}
