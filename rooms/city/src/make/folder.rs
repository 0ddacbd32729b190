//! The files of a district, and how they reach the disk.

use std::{collections::BTreeMap, path::Path};

use sala_core::problem::{INTERNAL, Problem};
use sala_district::{Built, District, Terrain};

use crate::declaration::CityFile;

/// Path in the folder of a district to its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderFiles(pub BTreeMap<String, Vec<u8>>);

/// All files of a district with its declaration.
pub fn files_of(declared: &CityFile, district: &District, terrain: Option<&Terrain>) -> FolderFiles {
    let mut files = BTreeMap::new();
    let heading = "# Written by `sala city`; see docs/operate.md. All fields: docs/designs/city.md.\n";
    files.insert("city.yaml".to_owned(), format!("{heading}{}", serde_norway::to_string(declared).unwrap_or_default()).into_bytes());
    files.insert("tileset.json".to_owned(), district.tileset_file());
    files.insert("objects.json".to_owned(), district.objects_file());
    if let Some(terrain) = terrain {
        files.insert("terrain.bin".to_owned(), terrain.encode());
        files.insert("built.bin".to_owned(), Built::over(terrain.grid, &district.built).encode());
    }
    files.extend(district.tiles.iter().map(|tile| (tile.path.clone(), tile.bytes.clone())));
    FolderFiles(files)
}

impl FolderFiles {
    /// Writes them; tiles of an earlier writing that are no longer there are taken away.
    ///
    /// # Errors
    /// `internal` with what the disk says.
    pub fn write(&self, folder: &Path) -> Result<(), Problem> {
        let wrong = |path: &Path, fault: std::io::Error| INTERNAL.problem().because(format!("{}: {fault}", path.display()));
        let tiles = folder.join("tiles");
        std::fs::create_dir_all(&tiles).map_err(|fault| wrong(&tiles, fault))?;
        for entry in std::fs::read_dir(&tiles).map_err(|fault| wrong(&tiles, fault))?.flatten() {
            let name = format!("tiles/{}", entry.file_name().to_string_lossy());
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "glb") && !self.0.contains_key(&name) {
                std::fs::remove_file(&path).map_err(|fault| wrong(&path, fault))?;
            }
        }
        for (name, bytes) in &self.0 {
            let path = folder.join(name);
            std::fs::write(&path, bytes).map_err(|fault| wrong(&path, fault))?;
        }
        Ok(())
    }

    /// Bytes in all.
    pub fn bytes(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}
