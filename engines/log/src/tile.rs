//! The static files of a published log (c2sp.org/tlog-tiles).
//!
//! A tile is a run of up to 256 hashes of one level of the tree, where a tile level is eight tree levels;
//! an entries tile (the specification's *entry bundle*) holds the entries themselves. Tiles are written
//! once: a partial one (width 1 to 255) is replaced under another path when it grows.
//!
//! | path | contents |
//! | --- | --- |
//! | `tile/0/x001/067` | leaf hashes of entries 1067 × 256 up to 1068 × 256 |
//! | `tile/1/000.p/5` | roots of the first five full tiles of level 0 |
//! | `tile/entries/000.p/3` | the first three entries |

mod bundle;
mod path;
mod reader;

pub use bundle::{encode_entries, parse_entries};
pub use path::TilePath;
pub use reader::TileReader;

use crate::{Hash, HashSource, LogError};

/// Width of a full tile.
pub const FULL_WIDTH: u16 = 256;

/// Tree levels in a tile, as a power of two of its width.
pub(crate) const TILE_HEIGHT: u8 = 8;

/// Which run of hashes: `width` hashes of tile level `level`, from position `index × 256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Tile level, 0 (leaf hashes) to 63; trees of `u64` size never go above 7.
    pub level: u8,
    /// Position among the tiles of the level, from 0.
    pub index: u64,
    /// Hashes in the tile: 1 to 255 if partial, 256 if full.
    pub width: u16,
}

/// Which run of entries: `width` entries from entry `index × 256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntriesTile {
    /// Position among the entries tiles, from 0.
    pub index: u64,
    /// Entries in the tile: 1 to 255 if partial, 256 if full.
    pub width: u16,
}

impl Tile {
    /// Path below the log's prefix, without a leading slash, as `tile/0/x001/067.p/5`.
    #[must_use]
    pub fn path(&self) -> String {
        TilePath::Hashes(*self).to_string()
    }

    /// Reads what [`Tile::path`] writes, and nothing else.
    ///
    /// # Errors
    /// [`LogError::Malformed`].
    pub fn from_path(path: &str) -> Result<Self, LogError> {
        match TilePath::parse(path)? {
            TilePath::Hashes(tile) => Ok(tile),
            TilePath::Entries(_) => Err(LogError::malformed("tile path", "it is of an entries tile")),
        }
    }

    /// Bytes of the tile, computed from stored hashes: 32 × `width`.
    ///
    /// # Errors
    /// Those of the source.
    pub fn contents(&self, source: &(impl HashSource + ?Sized)) -> Result<Vec<u8>, LogError> {
        let level = self.level.checked_mul(TILE_HEIGHT);
        let first = self.index.checked_mul(FULL_WIDTH.into());
        let (Some(level), Some(first)) = (level, first) else {
            return Err(LogError::OutOfRange { what: "Tile index", value: self.index, limit: u64::MAX >> 8 });
        };
        let mut bytes = Vec::with_capacity(usize::from(self.width) * 32);
        for offset in 0..u64::from(self.width) {
            bytes.extend(source.node(level, first + offset)?);
        }
        Ok(bytes)
    }
}

impl EntriesTile {
    /// Path below the log's prefix, without a leading slash, as `tile/entries/000.p/3`.
    #[must_use]
    pub fn path(&self) -> String {
        TilePath::Entries(*self).to_string()
    }

    /// Reads what [`EntriesTile::path`] writes, and nothing else.
    ///
    /// # Errors
    /// [`LogError::Malformed`].
    pub fn from_path(path: &str) -> Result<Self, LogError> {
        match TilePath::parse(path)? {
            TilePath::Entries(tile) => Ok(tile),
            TilePath::Hashes(_) => Err(LogError::malformed("tile path", "it is of a tile of hashes")),
        }
    }
}

/// The hash tiles that a publisher writes when its log grows from `old_size` to `new_size`: every tile
/// whose contents changed, with the width it has at `new_size`, lowest level first.
///
/// Empty if the log did not grow. The list is as long as the growth / 256, so ask for steps.
#[must_use]
pub fn tiles_for(old_size: u64, new_size: u64) -> Vec<Tile> {
    (0..8)
        .flat_map(|level| {
            let shift = u32::from(level * TILE_HEIGHT);
            runs(old_size >> shift, new_size >> shift).map(move |(index, width)| Tile { level, index, width })
        })
        .collect()
}

/// The entries tiles that a publisher writes when its log grows from `old_size` to `new_size`.
#[must_use]
pub fn entries_tiles_for(old_size: u64, new_size: u64) -> Vec<EntriesTile> {
    runs(old_size, new_size).map(|(index, width)| EntriesTile { index, width }).collect()
}

/// Runs of at most 256 that change when a sequence grows: position and width.
fn runs(old: u64, new: u64) -> impl Iterator<Item = (u64, u16)> {
    let full = u64::from(FULL_WIDTH);
    let indices = if old < new { old / full..new.div_ceil(full) } else { 0..0 };
    indices.map(move |index| (index, width_at(index, new)))
}

/// Width of the tile at `index` when its level has `count` hashes; 0 if the tile is empty.
pub(crate) fn width_at(index: u64, count: u64) -> u16 {
    let before = index.saturating_mul(FULL_WIDTH.into());
    u16::try_from(count.saturating_sub(before)).unwrap_or(FULL_WIDTH).min(FULL_WIDTH)
}

/// The hashes in the bytes of a tile.
///
/// # Errors
/// [`LogError::Malformed`] if the bytes are not 1 to 256 hashes of 32 bytes.
pub fn tile_hashes(bytes: &[u8]) -> Result<Vec<Hash>, LogError> {
    let (hashes, left_over) = bytes.as_chunks::<32>();
    if !left_over.is_empty() || hashes.is_empty() || hashes.len() > FULL_WIDTH.into() {
        return Err(LogError::malformed("tile", "it must be 1 to 256 hashes of 32 bytes"));
    }
    Ok(hashes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LeafHashes, leaf_hash, proof::complete_root};

    fn tile(level: u8, index: u64, width: u16) -> Tile {
        Tile { level, index, width }
    }

    #[test]
    fn the_example_of_the_specification_with_70000_entries_holds() {
        let tiles = tiles_for(0, 70_000);
        assert_eq!(tiles.len(), 273 + 1 + 1 + 1 + 1);
        assert_eq!(tiles[272], tile(0, 272, 256));
        assert_eq!(tiles[273..], [tile(0, 273, 112), tile(1, 0, 256), tile(1, 1, 17), tile(2, 0, 1)]);
        assert_eq!(tiles_for(0, 256), [tile(0, 0, 256), tile(1, 0, 1)]);
    }

    #[test]
    fn only_changed_tiles_are_written_again() {
        assert_eq!(tiles_for(5, 5), []);
        assert_eq!(tiles_for(6, 5), []);
        assert_eq!(tiles_for(256, 257), [tile(0, 1, 1)]);
        assert_eq!(tiles_for(250, 260), [tile(0, 0, 256), tile(0, 1, 4), tile(1, 0, 1)]);
        assert_eq!(entries_tiles_for(250, 260), [EntriesTile { index: 0, width: 256 }, EntriesTile { index: 1, width: 4 }]);
        assert_eq!(tiles_for(u64::MAX - 1, u64::MAX).len(), 1);
    }

    #[test]
    fn a_tile_of_level_one_holds_the_roots_of_full_tiles() {
        let leaves: Vec<Hash> = (0_u32..600).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let bytes = tile(1, 0, 2).contents(&LeafHashes(&leaves)).unwrap();
        let roots = [complete_root(&leaves[..256]).unwrap(), complete_root(&leaves[256..512]).unwrap()];
        assert_eq!(tile_hashes(&bytes).unwrap(), roots);
        assert!(tile(1, 0, 3).contents(&LeafHashes(&leaves)).is_err(), "the third is not full");
    }

    #[test]
    fn bytes_that_are_not_whole_hashes_are_no_tile() {
        for length in [0, 31, 33, 257 * 32] {
            assert!(tile_hashes(&vec![0; length]).is_err(), "{length}");
        }
    }
}
