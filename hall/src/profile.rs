//! `profile.yaml`: what this hall is called and what kind it is. The rest of a profile is read by the rooms.

use std::path::{Path, PathBuf};

use sala_core::{
    problem::Problem,
    profile::{ProfileFile, read_file},
    text::Text,
};
use sala_streams::Zone;
use serde::Deserialize;

/// The first page of a profile.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HallProfile {
    /// Name of the hall.
    pub name: Text,
    /// Origin of its log: the first line of each checkpoint, unique in the world, never changed.
    pub log_origin: String,
    /// The clock of the hall (IANA): its pages show times by it, and the hours of feeds that name no clock of their own.
    #[serde(default = "bangkok")]
    pub time_zone: Zone,
    /// A demonstration: demo sign-ins are offered, and pages say so.
    #[serde(default)]
    pub is_demo: bool,
    /// Names of the witnesses that this installation runs itself. Real halls name outsiders in the policy instead.
    #[serde(default)]
    pub own_witnesses: Vec<String>,
}

/// The clock of halls whose profile names none: Thailand's.
fn bangkok() -> Zone {
    Zone::named("Asia/Bangkok").unwrap_or_default()
}

/// A profile folder.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its path.
    pub folder: PathBuf,
    /// Its first page.
    pub hall: HallProfile,
}

impl Profile {
    /// Reads the first page.
    pub fn read(folder: &Path) -> Result<Self, Problem> {
        let ProfileFile { value, .. } = read_file(&folder.join("profile.yaml"))?;
        Ok(Self { folder: folder.to_owned(), hall: value })
    }
}
