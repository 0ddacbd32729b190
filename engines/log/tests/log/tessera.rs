//! A whole log of 15 entries, written by Tessera: read, verified, and written again byte for byte.

use std::{fs, path::PathBuf};

use sala_log::{
    Checkpoint, EntriesTile, Frontier, Hash, LeafHashes, Note, Tile, TileReader, VerifierKey, consistency_proof, inclusion_proof,
    leaf_hash, root_at,
    tile::{encode_entries, entries_tiles_for, parse_entries, tiles_for},
    verify_consistency, verify_inclusion,
};

use crate::shared::vectors;

const FOLDER: &str = "tessera_testdata/testdata/log";
/// Published with Tessera's test data.
const VKEY: &str = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

struct Log {
    folder: PathBuf,
    bundle: Vec<u8>,
}

impl Log {
    fn open() -> Option<Self> {
        let folder = vectors(FOLDER)?;
        let bundle = fs::read(folder.join(EntriesTile { index: 0, width: 15 }.path())).unwrap();
        Some(Self { folder, bundle })
    }

    fn entries(&self) -> Vec<&[u8]> {
        parse_entries(&self.bundle).unwrap()
    }

    fn leaves(&self) -> Vec<Hash> {
        self.entries().into_iter().map(leaf_hash).collect()
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.folder.join(path)).unwrap()
    }
}

#[test]
fn every_checkpoint_is_signed_and_its_root_is_that_of_the_entries() {
    let Some(log) = Log::open() else {
        return;
    };
    let key = VerifierKey::parse(VKEY).unwrap();
    let mut frontier = Frontier::new();
    let mut leaves = log.leaves().into_iter();
    for size in 0..=15_u64 {
        let bytes = log.read(&format!("checkpoint.{size}"));
        let note = Note::parse(&bytes).unwrap();
        assert_eq!(note.to_string().as_bytes(), bytes);
        assert_eq!(note.verify(std::slice::from_ref(&key)).unwrap().len(), 1);
        let checkpoint = Checkpoint::parse(&note.text).unwrap();
        assert_eq!(checkpoint.to_string(), note.text);
        assert_eq!(checkpoint.origin, key.name());
        assert_eq!((checkpoint.size, checkpoint.root), (frontier.size(), frontier.root()));
        leaves.next().into_iter().for_each(|leaf| frontier.push(leaf));
    }
}

#[test]
fn tiles_written_from_the_entries_are_the_files_of_the_log() {
    let Some(log) = Log::open() else {
        return;
    };
    let (leaves, entries) = (log.leaves(), log.entries());
    for size in 1..=15 {
        let old = u64::try_from(size - 1).unwrap();
        for tile in tiles_for(old, old + 1) {
            assert_eq!(tile.contents(&LeafHashes(&leaves)).unwrap(), log.read(&tile.path()));
        }
        for tile in entries_tiles_for(old, old + 1) {
            assert_eq!(encode_entries(entries[..size].iter().copied()).unwrap(), log.read(&tile.path()));
        }
    }
}

#[test]
fn proofs_made_from_the_published_tiles_lead_to_the_published_roots() {
    let Some(log) = Log::open() else {
        return;
    };
    let reader = TileReader::new(15, |tile: &Tile| Ok(log.read(&tile.path())));
    let root = root_at(&reader, 15).unwrap();
    for (index, leaf) in (0_u64..).zip(log.leaves()) {
        let proof = inclusion_proof(&reader, index, 15).unwrap();
        verify_inclusion(index, 15, &leaf, &proof, &root).unwrap();
        let old = index + 1;
        let checkpoint = Note::parse(&log.read(&format!("checkpoint.{old}"))).unwrap();
        let old_root = Checkpoint::parse(&checkpoint.text).unwrap().root;
        let proof = consistency_proof(&reader, old, 15).unwrap();
        verify_consistency(old, 15, &proof, &old_root, &root).unwrap();
    }
}
