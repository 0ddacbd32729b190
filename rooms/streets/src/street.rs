//! A street as the profile declares it: `streets/*.yaml`, with its network and demand beside it.

use std::path::{Path, PathBuf};

use sala_core::{
    problem::Problem,
    profile::{LegalBasis, PROFILE_INVALID, ProfileFile},
    text::Text,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{live::declaration::LiveFile, simulator::scenario::Scenario};

/// Where the data of a street come from, and under which terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StreetSource)]
pub struct Source {
    /// Who made it.
    pub holder: String,
    /// SPDX name of the licence.
    pub licence: String,
    /// Where it came from.
    pub url: String,
}

/// `streets/<id>.yaml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreetFile {
    /// Stable name.
    pub id: String,
    /// What people read.
    pub title: Text,
    /// What it is, in a sentence or two.
    pub summary: Text,
    /// The office that answers for it.
    pub office: String,
    /// The law under which changes of it are studied.
    pub legal_basis: LegalBasis,
    /// Whose data these are.
    pub source: Source,
    /// The network, relative to this file.
    pub net: PathBuf,
    /// Routes, trips or flows, relative to this file.
    pub routes: Vec<PathBuf>,
    /// Additional files, relative to this file.
    #[serde(default)]
    pub additional: Vec<PathBuf>,
    /// Begin of the simulated time, in seconds of the scenario.
    pub begin_s: f64,
    /// Its end.
    pub end_s: f64,
    /// Local clock at `begin_s`, such as `08:00`.
    pub clock: String,
    /// Further arguments for the simulator.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// How it lives, if it does: see docs/designs/live-street.md.
    #[serde(default)]
    pub live: Option<LiveFile>,
}

/// A street of the hall.
#[derive(Debug, Clone)]
pub struct Street {
    /// As declared.
    pub file: StreetFile,
    /// Ready for the simulator.
    pub scenario: Scenario,
    /// The folder of its declaration.
    pub folder: PathBuf,
    /// SHA-256 over names and contents of all its files: what a result was computed from.
    pub hash: [u8; 32],
}

impl Street {
    /// Reads what a declaration names.
    ///
    /// # Errors
    /// `profile_invalid` with the file and the place.
    pub fn open(declared: ProfileFile<StreetFile>) -> Result<Self, Problem> {
        let ProfileFile { path, value: file, .. } = declared;
        let folder = path.parent().unwrap_or(Path::new("."));
        let wrong = |field: &str, detail: String| PROFILE_INVALID.problem().at(format!("{}#/{field}", path.display()), detail);
        if file.id.is_empty() || !file.id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_') {
            return Err(wrong("id", "expected small letters, digits and _".into()));
        }
        let whole = |paths: &[PathBuf]| paths.iter().map(|path| folder.join(path)).collect::<Vec<PathBuf>>();
        let scenario = Scenario {
            net: folder.join(&file.net),
            routes: whole(&file.routes),
            additional: whole(&file.additional),
            begin_s: file.begin_s,
            end_s: file.end_s,
            scale: 1.0,
            arguments: file.arguments.clone(),
        };
        scenario.check().map_err(|fault| wrong("net", fault.to_string()))?;
        let mut hash = Sha256::new();
        for path in [&scenario.net].into_iter().chain(&scenario.routes).chain(&scenario.additional) {
            let bytes = std::fs::read(path).map_err(|fault| wrong("net", format!("{}: {fault}", path.display())))?;
            hash.update(path.file_name().map(|name| name.as_encoded_bytes().to_vec()).unwrap_or_default());
            hash.update(Sha256::digest(&bytes));
        }
        hash.update(format!("{} {} {}", file.begin_s, file.end_s, file.arguments.join(" ")));
        let folder = folder.to_owned();
        Ok(Self { hash: hash.finalize().into(), file, scenario, folder })
    }
}
