//! A tree seen through its tiles.

use std::{cell::RefCell, collections::BTreeMap, fmt};

use super::{FULL_WIDTH, TILE_HEIGHT, Tile, tile_hashes, width_at};
use crate::{Hash, HashSource, LogError, proof::complete_root};

/// Hashes of the tree of `size` leaves, computed from tiles that the caller fetches.
///
/// Each tile is fetched once and kept as long as the reader lives, so make one reader for one proof or one
/// audit. Nothing is verified here: what a stranger's tiles say counts only after the proof made from them
/// has led to a root that the log has signed.
pub struct TileReader<F> {
    size: u64,
    fetch: F,
    tiles: RefCell<BTreeMap<Tile, Vec<Hash>>>,
}

impl<F> TileReader<F>
where
    F: Fn(&Tile) -> Result<Vec<u8>, LogError>,
{
    /// `fetch` gives the bytes of a tile of the tree of `size` leaves. It is asked only for tiles that such
    /// a tree has, with the width they have in it; if a partial one is gone, the full one will do.
    pub fn new(size: u64, fetch: F) -> Self {
        Self { size, fetch, tiles: RefCell::default() }
    }

    fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, LogError> {
        if let Some(hashes) = self.tiles.borrow().get(&tile) {
            return Ok(hashes.clone());
        }
        let mut hashes = tile_hashes(&(self.fetch)(&tile)?)?;
        if hashes.len() < tile.width.into() {
            return Err(LogError::malformed("tile", "it is narrower than the size of the tree asks for"));
        }
        hashes.truncate(tile.width.into());
        self.tiles.borrow_mut().insert(tile, hashes.clone());
        Ok(hashes)
    }
}

impl<F> HashSource for TileReader<F>
where
    F: Fn(&Tile) -> Result<Vec<u8>, LogError>,
{
    fn node(&self, level: u8, index: u64) -> Result<Hash, LogError> {
        let out_of_range = LogError::OutOfRange { what: "Subtree index", value: index, limit: self.size };
        let (tile_level, height) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let count = self.size.checked_shr(u32::from(tile_level) * u32::from(TILE_HEIGHT)).unwrap_or(0);
        // Range of hashes of the tile level below the node.
        let width = 1_u64 << height;
        let range = || {
            let start = index.checked_mul(width)?;
            (start.checked_add(width)? <= count).then_some(start)
        };
        let start = range().ok_or_else(|| out_of_range.clone())?;
        let tile_index = start / u64::from(FULL_WIDTH);
        let tile = Tile { level: tile_level, index: tile_index, width: width_at(tile_index, count) };
        let hashes = self.hashes(tile)?;
        let offset = usize::try_from(start % u64::from(FULL_WIDTH)).unwrap_or(usize::MAX);
        complete_root(hashes.get(offset..).and_then(|rest| rest.get(..1 << height)).ok_or(out_of_range)?)
    }
}

impl<F> fmt::Debug for TileReader<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TileReader").field("size", &self.size).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::{LeafHashes, inclusion_proof, leaf_hash, root_at};

    fn leaves(count: u32) -> Vec<Hash> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    #[test]
    fn nodes_through_tiles_are_the_nodes_of_the_tree() {
        let leaves = leaves(1_000);
        let tree = LeafHashes(&leaves);
        let reader = TileReader::new(1_000, |tile: &Tile| tile.contents(&tree));
        for level in 0..10 {
            for index in 0..1_000 >> level {
                assert_eq!(reader.node(level, index), tree.node(level, index), "{level} {index}");
            }
            assert!(reader.node(level, 1_000 >> level).is_err());
        }
        assert!(reader.node(64, 0).is_err());
        assert!(reader.node(255, u64::MAX).is_err());
    }

    #[test]
    fn each_tile_is_fetched_once() {
        let leaves = leaves(700);
        let fetched = Cell::new(0);
        let reader = TileReader::new(700, |tile: &Tile| {
            fetched.set(fetched.get() + 1);
            tile.contents(&LeafHashes(&leaves))
        });
        inclusion_proof(&reader, 300, 700).unwrap();
        root_at(&reader, 700).unwrap();
        assert_eq!(fetched.get(), 3, "the tile of the leaf, the last one, and the one above them");
    }

    #[test]
    fn a_full_tile_will_do_for_a_partial_one_but_not_a_narrower() {
        let leaves = leaves(256);
        let full = |_: &Tile| Tile { level: 0, index: 0, width: 256 }.contents(&LeafHashes(&leaves));
        let reader = TileReader::new(100, full);
        assert_eq!(root_at(&reader, 100), root_at(&LeafHashes(&leaves), 100));
        assert!(reader.node(0, 100).is_err(), "beyond the size of the reader");
        let narrow = |_: &Tile| Tile { level: 0, index: 0, width: 99 }.contents(&LeafHashes(&leaves));
        assert!(root_at(&TileReader::new(100, narrow), 100).is_err());
    }

    #[test]
    fn the_word_of_a_failing_store_is_passed_on() {
        let reader = TileReader::new(10, |_: &Tile| Err(LogError::source("disk gone")));
        assert_eq!(root_at(&reader, 10), Err(LogError::source("disk gone")));
    }
}
