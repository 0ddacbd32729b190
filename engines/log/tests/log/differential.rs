//! The same questions to the published crates `tlog_tiles` and `signed_note`.

use proptest::prelude::*;
use sala_log::{
    Checkpoint, LeafHashes, Note, SignerKey, VerifierKey, consistency_proof, inclusion_proof, leaf_hash, root_at,
    tile::{FULL_WIDTH, TilePath, tiles_for},
    verify_consistency, verify_inclusion,
};
use signed_note::{Signer as _, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::{Hash, HashReader};

/// Their order of stored hashes, in memory.
struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

fn trees(size: u64) -> (Vec<sala_log::Hash>, Stored) {
    let mut stored = Stored(Vec::new());
    let mut leaves = Vec::new();
    for n in 0..size {
        let entry = n.to_be_bytes();
        leaves.push(leaf_hash(&entry));
        let new = tlog_tiles::stored_hashes(n, &entry, &stored).unwrap();
        stored.0.extend(new);
    }
    (leaves, stored)
}

fn ours(hashes: &[Hash]) -> Vec<sala_log::Hash> {
    hashes.iter().map(|hash| hash.0).collect()
}

fn theirs(hashes: &[sala_log::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(*hash)).collect()
}

/// Parts of notes, checkpoints and paths, right and wrong, so that both sides often say yes.
fn fragments(parts: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(parts), 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn roots_and_proofs_are_the_same(size in 1_u64..600, a: u64, b: u64) {
        let (leaves, stored) = trees(size);
        let tree = LeafHashes(&leaves);
        let root = root_at(&tree, size).unwrap();
        let their_root = tlog_tiles::tree_hash(size, &stored).unwrap();
        prop_assert_eq!(root, their_root.0);

        let index = a % size;
        let leaf = leaves[usize::try_from(index).unwrap()];
        let proof = inclusion_proof(&tree, index, size).unwrap();
        let their_proof = tlog_tiles::prove_record(size, index, &stored).unwrap();
        prop_assert_eq!(&proof, &ours(&their_proof));
        prop_assert!(tlog_tiles::check_record(&theirs(&proof), size, their_root, index, Hash(leaf)).is_ok());
        prop_assert!(verify_inclusion(index, size, &leaf, &ours(&their_proof), &root).is_ok());

        let old = b % size + 1;
        let old_root = root_at(&tree, old).unwrap();
        let proof = consistency_proof(&tree, old, size).unwrap();
        let their_proof = tlog_tiles::prove_tree(size, old, &stored).unwrap();
        prop_assert_eq!(&proof, &ours(&their_proof));
        prop_assert!(tlog_tiles::check_tree(&theirs(&proof), size, their_root, old, Hash(old_root)).is_ok());
        prop_assert!(verify_consistency(old, size, &ours(&their_proof), &old_root, &root).is_ok());
    }

    #[test]
    fn the_same_tiles_are_written_with_the_same_bytes(old in 0_u64..70_000, growth in 0_u64..2_000) {
        let new = old + growth;
        let their_tiles = tlog_tiles::Tile::new_tiles(8, old, new);
        let expected: Vec<_> =
            their_tiles.iter().map(|tile| (tile.level(), tile.level_index(), tile.width())).collect();
        let tiles: Vec<_> =
            tiles_for(old, new).iter().map(|tile| (tile.level, tile.index, tile.width.into())).collect();
        prop_assert_eq!(tiles, expected);
    }

    #[test]
    fn a_tile_of_either_has_the_same_hashes(size in 1_u64..800) {
        let (leaves, stored) = trees(size);
        for tile in tiles_for(0, size) {
            let width = u32::from(tile.width);
            let their_tile = tlog_tiles::Tile::new(8, tile.level, tile.index, width, false);
            prop_assert_eq!(
                tile.contents(&LeafHashes(&leaves)).unwrap(),
                their_tile.read_data(&stored).unwrap()
            );
            // Their paths name the height of the tile too.
            let path = tile.path().replacen("tile/", "tile/8/", 1);
            prop_assert_eq!(their_tile.path(), path);
        }
    }

    #[test]
    fn what_we_read_as_a_checkpoint_they_read_alike(
        text in fragments(&[
            "o", "example.com/log", "\n", "\n1\n", "\n0\n", "\n01\n", "\n42\n",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "AAAA\n", "extension\n", " ",
        ]),
    ) {
        let our = Checkpoint::parse(&text);
        let their = tlog_tiles::Checkpoint::from_bytes(text.as_bytes());
        prop_assert_eq!(our.is_ok(), their.is_ok(), "{:?}", text);
        if let (Ok(our), Ok(their)) = (our, their) {
            prop_assert_eq!(our.origin.as_str(), their.origin());
            prop_assert_eq!((our.size, our.root), (their.size(), their.hash().0));
            prop_assert_eq!(our.to_string().into_bytes(), their.to_bytes());
        }
    }

    #[test]
    fn what_we_read_as_a_note_they_read_alike(
        text in fragments(&[
            "text\n", "\n", "\n\n", "— a AAAAAAA=\n", "— a ", "AAAAAAA=", "— b+c AAAAAAA=\n", "\t",
            "— ключ AQIDBAUG\n", "ä\u{a0}", "— ",
        ]),
    ) {
        let our = Note::parse(text.as_bytes());
        let their = signed_note::Note::from_bytes(text.as_bytes());
        prop_assert_eq!(our.is_ok(), their.is_ok(), "{:?}", text);
        if let (Ok(our), Ok(their)) = (our, their) {
            prop_assert_eq!(our.text.as_bytes(), their.text());
            prop_assert_eq!(our.to_string().into_bytes(), their.to_bytes());
        }
    }

    #[test]
    fn notes_signed_by_either_verify_with_the_other(seed: [u8; 32], text in "[a-z\\n]{0,40}\n") {
        let our_key = SignerKey::from_seed("hall.example/acts", &seed).unwrap();
        let their_key = StandardSigner::new(&our_key.format()).unwrap();
        let vkey = our_key.verifier_key();
        prop_assert_eq!(their_key.key_id(), vkey.key_id());

        let note = Note::new(text.clone()).unwrap().with(our_key.sign(&text));
        let known = VerifierList::new(vec![Box::new(StandardVerifier::new(&vkey.to_string()).unwrap())]);
        let their_note = signed_note::Note::from_bytes(note.to_string().as_bytes()).unwrap();
        prop_assert_eq!(their_note.verify(&known).unwrap().0.len(), 1);

        let mut their_note = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        their_note.add_sigs(&[&their_key]).unwrap();
        let read = Note::parse(&their_note.to_bytes()).unwrap();
        prop_assert_eq!(read.verify(&[vkey]).unwrap().len(), 1);
        prop_assert_eq!(read, note);
    }

    #[test]
    fn key_ids_are_computed_alike(seed: [u8; 32], name in "[a-z./]{1,20}") {
        let key = SignerKey::from_seed(&name, &seed).unwrap().verifier_key();
        let material = [[1].as_slice(), key.public()].concat();
        prop_assert_eq!(signed_note::key_id(&name, &material), key.key_id());
        prop_assert_eq!(VerifierKey::parse(&key.to_string()).unwrap(), key);
    }

    // Without `.p/0`: they panic on a width of 0, we refuse it.
    #[test]
    fn what_we_read_as_a_path_they_read_alike(
        text in fragments(&["000", "001", "067", "x001/", "x000/", "x234/", ".p/5", ".p/256", "/", "1"]),
    ) {
        let our = TilePath::parse(&format!("tile/3/{text}"));
        let their = tlog_tiles::Tile::from_path(&format!("tile/8/3/{text}"));
        prop_assert_eq!(our.is_ok(), their.is_ok(), "{:?}", text);
        if let (Ok(TilePath::Hashes(our)), Ok(their)) = (our, their) {
            prop_assert_eq!((our.index, u32::from(our.width)), (their.level_index(), their.width()));
            prop_assert!(our.width <= FULL_WIDTH);
        }
    }
}
