//! The published files of the log: `checkpoint` and `tile/…` (C2SP tlog-tiles), each written whole or not at all.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use sala_log::{
    Hash, HashSource, LeafHashes, LogError, Tile, root_at,
    tile::{EntriesTile, FULL_WIDTH, encode_entries, entries_tiles_for, tile_hashes, tiles_for},
};

use super::{damaged, io};
use crate::problem::Problem;

/// The folder that is served as `/log/`.
#[derive(Debug, Clone)]
pub struct LogFiles {
    folder: PathBuf,
}

impl LogFiles {
    /// The files below `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The published note, if there is one yet.
    pub fn read_checkpoint(&self) -> Result<Option<String>, Problem> {
        let path = self.folder.join("checkpoint");
        match fs::read_to_string(&path) {
            Ok(note) => Ok(Some(note)),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(io(&path, &fault)),
        }
    }

    /// Publishes a note.
    pub fn write_checkpoint(&self, note: &str) -> Result<(), Problem> {
        self.write(Path::new("checkpoint"), note.as_bytes())?;
        sync_folder(&self.folder)
    }

    /// Reads tiles for a [`TileReader`].
    pub fn fetcher(&self) -> impl Fn(&Tile) -> Result<Vec<u8>, LogError> + use<> {
        let folder = self.folder.clone();
        move |tile| fs::read(folder.join(tile.path())).map_err(|fault| LogError::source(format!("{}: {fault}", tile.path())))
    }

    /// Writes the tiles between two sizes. `leaves` are the entries from `from` (a multiple of 256) to `new`, with their hashes.
    pub(crate) fn write_tiles(&self, old: u64, new: u64, from: u64, leaves: &[(Vec<u8>, Hash)]) -> Result<(), Problem> {
        let part = |index: u64, width: u16| {
            let start = usize::try_from((index * 256).saturating_sub(from)).unwrap_or(usize::MAX);
            leaves
                .get(start..start.saturating_add(usize::from(width)))
                .ok_or_else(|| damaged(LogError::source(format!("the store gave too few acts for tile {index}"))))
        };
        let mut folders = BTreeSet::new();
        for EntriesTile { index, width } in entries_tiles_for(old, new) {
            let bundle = encode_entries(part(index, width)?.iter().map(|(bytes, _)| bytes.as_slice())).map_err(damaged)?;
            folders.insert(self.write(Path::new(&EntriesTile { index, width }.path()), &bundle)?);
        }
        // Lower levels first: a higher tile is computed from the full tiles below it.
        let mut tiles = tiles_for(old, new);
        tiles.sort_by_key(|tile| (tile.level, tile.index));
        for tile in tiles {
            let bytes = if tile.level == 0 {
                part(tile.index, tile.width)?.iter().flat_map(|(_, hash)| *hash).collect()
            } else {
                tile.contents(&Below(self)).map_err(damaged)?
            };
            folders.insert(self.write(Path::new(&tile.path()), &bytes)?);
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }

    /// Writes a file under a temporary name, syncs and renames it. Gives its folder, which the caller syncs.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<PathBuf, Problem> {
        let path = self.folder.join(path);
        let parent = path.parent().unwrap_or(&self.folder).to_owned();
        let temporary = path.with_extension("tmp");
        let written = (|| {
            fs::create_dir_all(&parent)?;
            let mut file = File::create(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        })();
        written.map_err(|fault| io(&path, &fault))?;
        Ok(parent)
    }
}

/// The hashes of a tile that is not written yet: each is the root over a full tile of the level below.
struct Below<'a>(&'a LogFiles);

impl HashSource for Below<'_> {
    fn node(&self, level: u8, index: u64) -> Result<Hash, LogError> {
        let below = Tile { level: (level / 8).saturating_sub(1), index, width: FULL_WIDTH };
        let hashes = tile_hashes(&(self.0.fetcher())(&below)?)?;
        root_at(&LeafHashes(&hashes), u64::from(FULL_WIDTH))
    }
}

pub(super) fn sync_folder(folder: &Path) -> Result<(), Problem> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|fault| io(folder, &fault))
}
