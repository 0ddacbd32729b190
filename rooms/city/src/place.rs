//! A district of the hall: its declaration, its files and what they hold.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use sala_core::{
    problem::Problem,
    profile::{PROFILE_INVALID, read_file},
};
use sala_district::{Built, Terrain};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::declaration::CityFile;

/// An object of a district, as floods and pins need it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Thing {
    /// As in its source.
    pub id: String,
    /// `Building`, `Road`, …
    pub kind: String,
    /// If it has one.
    #[serde(default)]
    pub name: Option<String>,
    /// Least x, z, greatest x, z.
    #[serde(rename = "box")]
    pub sides: [f64; 4],
}

/// One file of a district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceFile {
    /// Where it lies.
    pub path: PathBuf,
    /// SHA-256 of its bytes, as hexadecimal digits.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
}

/// A district of the hall.
#[derive(Debug, Clone)]
pub struct Place {
    /// As declared.
    pub file: CityFile,
    /// By the path under which they are served.
    pub files: BTreeMap<String, PlaceFile>,
    /// Its objects.
    pub things: Vec<Thing>,
    /// Least x, y, z and greatest x, y, z of all that is drawn.
    pub bounds: [[f64; 3]; 2],
    /// Its ground, if it has one.
    pub terrain: Option<Arc<Terrain>>,
    /// Where buildings stand, if it is known.
    pub built: Option<Arc<Built>>,
    /// SHA-256 over declaration and files: what an answer was computed from.
    pub hash: [u8; 32],
}

impl Place {
    /// Reads every district of a profile, from `cities/*/city.yaml`, in the order of their names.
    ///
    /// # Errors
    /// `profile_invalid` with the file and the place.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, Problem> {
        let Ok(entries) = std::fs::read_dir(folder) else { return Ok(vec![]) };
        let mut folders: Vec<PathBuf> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.join("city.yaml").exists()).collect();
        folders.sort();
        folders.iter().map(|folder| Self::read(folder)).collect()
    }

    /// Reads one district.
    ///
    /// # Errors
    /// `profile_invalid` with the file and the place.
    pub fn read(folder: &Path) -> Result<Self, Problem> {
        let declared = read_file::<CityFile>(&folder.join("city.yaml"))?;
        let file = declared.value;
        let problem = |name: &str, place: &str, detail: String| {
            let path = folder.join(name).display().to_string();
            PROFILE_INVALID.problem().detail(format!("{path}: {detail}"), format!("{path}: {detail}")).at(format!("{path}#{place}"), detail)
        };
        if let Some((place, what)) = file.faults().into_iter().next() {
            return Err(problem("city.yaml", place, what));
        }
        if folder.file_name().is_none_or(|name| name.to_string_lossy() != file.id) {
            return Err(problem("city.yaml", "/id", "expected the name of its folder".into()));
        }
        let mut files = BTreeMap::new();
        let mut hash = Sha256::new();
        hash.update(Sha256::digest(declared.raw.as_bytes()));
        let mut names: Vec<String> = ["tileset.json", "objects.json", "terrain.bin", "built.bin"].map(str::to_owned).to_vec();
        let tiles = std::fs::read_dir(folder.join("tiles")).map_err(|fault| problem("tiles", "", fault.to_string()))?;
        let mut tiles: Vec<String> = tiles.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        tiles.retain(|name| Path::new(name).extension().is_some_and(|extension| extension == "glb"));
        tiles.sort();
        names.extend(tiles.into_iter().map(|name| format!("tiles/{name}")));
        let mut kept: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for name in names {
            let path = folder.join(&name);
            let bytes = match std::fs::read(&path) {
                Ok(bytes) => bytes,
                Err(fault) if fault.kind() == std::io::ErrorKind::NotFound && ["terrain.bin", "built.bin"].contains(&name.as_str()) => {
                    continue;
                }
                Err(fault) => return Err(problem(&name, "", fault.to_string())),
            };
            let digest = Sha256::digest(&bytes);
            hash.update(name.as_bytes());
            hash.update(digest);
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            files.insert(name.clone(), PlaceFile { path, sha256: hex::encode(digest), bytes: length });
            if !name.starts_with("tiles/") {
                kept.insert(name, bytes);
            }
        }
        let bytes = |name: &str| kept.get(name).map(Vec::as_slice);
        let things: Vec<Thing> = serde_json::from_slice(bytes("objects.json").unwrap_or_default())
            .map_err(|fault| problem("objects.json", "", fault.to_string()))?;
        let tileset: serde_json::Value = serde_json::from_slice(bytes("tileset.json").unwrap_or_default())
            .map_err(|fault| problem("tileset.json", "", fault.to_string()))?;
        let bounds =
            bounds(&tileset).ok_or_else(|| problem("tileset.json", "/root/boundingVolume/box", "expected twelve numbers".into()))?;
        let terrain =
            bytes("terrain.bin").map(Terrain::decode).transpose().map_err(|fault| problem("terrain.bin", "", fault.to_string()))?;
        let built = bytes("built.bin").map(Built::decode).transpose().map_err(|fault| problem("built.bin", "", fault.to_string()))?;
        if let (Some(terrain), Some(built)) = (&terrain, &built)
            && terrain.grid != built.grid
        {
            return Err(problem("built.bin", "", "expected the grid of terrain.bin".into()));
        }
        if file.flood.is_some() && terrain.is_none() {
            return Err(problem("city.yaml", "/flood", "floods need terrain.bin".into()));
        }
        Ok(Self { file, files, things, bounds, terrain: terrain.map(Arc::new), built: built.map(Arc::new), hash: hash.finalize().into() })
    }

    /// Is a place in the district?
    pub fn contains(&self, [x, z]: [f64; 2]) -> bool {
        let [width, depth] = self.file.size;
        (0.0..=width).contains(&x) && (0.0..=depth).contains(&z)
    }
}

/// The box of the root, from z up to y up.
fn bounds(tileset: &serde_json::Value) -> Option<[[f64; 3]; 2]> {
    let sides: Vec<f64> =
        tileset.pointer("/root/boundingVolume/box")?.as_array()?.iter().map(serde_json::Value::as_f64).collect::<Option<_>>()?;
    let &[x, north, up, wide, _, _, _, deep, _, _, _, high] = sides.as_slice() else { return None };
    let cents = |metres: f64| (metres * 100.0).round() / 100.0;
    Some([[x - wide, up - high, -north - deep].map(cents), [x + wide, up + high, -north + deep].map(cents)])
}
