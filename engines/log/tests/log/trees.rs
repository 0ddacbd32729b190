//! Any tree: its proofs verify, and nothing else does.

use proptest::prelude::*;
use sala_log::{
    Frontier, Hash, HashSource, LeafHashes, LogError, Tile, TileReader, consistency_proof, empty_root, inclusion_proof, leaf_hash,
    node_hash,
    proof::{subtree_consistency_proof, subtree_inclusion_proof, verify_subtree_consistency, verify_subtree_inclusion},
    root_at, verify_consistency, verify_inclusion,
};

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// The definition of RFC 6962 §2.1, word for word.
fn by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&by_definition(left), &by_definition(right))
        }
    }
}

#[test]
fn the_frontier_has_the_root_of_the_definition_at_every_size() {
    let leaves = leaves(130);
    let mut frontier = Frontier::new();
    for size in 0..=leaves.len() {
        let root = by_definition(&leaves[..size]);
        assert_eq!(frontier.root(), root, "{size}");
        assert_eq!(root_at(&LeafHashes(&leaves), frontier.size()), Ok(root), "{size}");
        leaves.get(size).into_iter().for_each(|leaf| frontier.push(*leaf));
    }
}

#[test]
fn every_proof_of_every_small_tree_verifies() {
    let leaves = leaves(33);
    let tree = LeafHashes(&leaves);
    let root = |size| root_at(&tree, size).unwrap();
    for size in 1..=33_u64 {
        for (index, leaf) in (0..size).zip(&leaves) {
            let proof = inclusion_proof(&tree, index, size).unwrap();
            verify_inclusion(index, size, leaf, &proof, &root(size)).unwrap();
            let old = index + 1;
            let proof = consistency_proof(&tree, old, size).unwrap();
            verify_consistency(old, size, &proof, &root(old), &root(size)).unwrap();
        }
    }
}

#[test]
fn every_subtree_of_a_small_tree_has_its_proofs() {
    let leaves = leaves(20);
    let tree = LeafHashes(&leaves);
    let root = by_definition(&leaves);
    let mut subtrees = 0;
    for start in 0..20_u64 {
        for end in start + 1..=20 {
            let Ok(proof) = subtree_consistency_proof(&tree, start, end, 20) else {
                assert!(!start.is_multiple_of((end - start).next_power_of_two()));
                continue;
            };
            let range = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
            let subtree_root = by_definition(&leaves[range.clone()]);
            verify_subtree_consistency(start, end, 20, &proof, &subtree_root, &root).unwrap();
            for (index, leaf) in (start..end).zip(&leaves[range]) {
                let proof = subtree_inclusion_proof(&tree, index, start, end).unwrap();
                verify_subtree_inclusion(index, start, end, leaf, &proof, &subtree_root).unwrap();
            }
            subtrees += 1;
        }
    }
    assert!(subtrees > 50);
}

#[test]
fn what_is_outside_the_tree_has_no_proof() {
    let leaves = leaves(5);
    let tree = LeafHashes(&leaves);
    let is_outside = |result| matches!(result, Err(LogError::OutOfRange { .. }));
    assert!(is_outside(inclusion_proof(&tree, 5, 5)));
    assert!(is_outside(inclusion_proof(&tree, 0, 6)));
    assert!(is_outside(consistency_proof(&tree, 6, 5)));
    assert!(is_outside(consistency_proof(&tree, 1, 6)));
    assert_eq!(consistency_proof(&tree, 0, 5), Err(LogError::EmptyTree));
    assert_eq!(
        inclusion_proof(&tree, u64::MAX, u64::MAX),
        Err(LogError::OutOfRange { what: "Leaf index", value: u64::MAX, limit: u64::MAX })
    );
    assert!(tree.node(64, 0).is_err());
}

#[test]
fn the_largest_trees_do_not_overflow() {
    let zero = [0; 32];
    for (index, size) in [(0, u64::MAX), (u64::MAX - 1, u64::MAX), (1 << 63, u64::MAX)] {
        let proof = vec![zero; 64];
        assert!(verify_inclusion(index, size, &zero, &proof, &zero).is_err());
        assert!(verify_consistency(index.max(1), size, &proof, &zero, &zero).is_err());
    }
}

/// One change to a proof that is good.
fn altered(proof: &[Hash], change: usize, bit: usize) -> Vec<Hash> {
    let mut proof = proof.to_vec();
    match change {
        0 => proof.push([0; 32]),
        1 => proof.insert(0, [0; 32]),
        2 if !proof.is_empty() => drop(proof.pop()),
        3 if proof.len() > 1 && proof[0] != proof[1] => proof.swap(0, 1),
        _ if proof.is_empty() => proof.push([0; 32]),
        _ => {
            let at = bit / 256 % proof.len();
            proof[at][bit / 8 % 32] ^= 1 << (bit % 8);
        }
    }
    proof
}

proptest! {
    #[test]
    fn an_inclusion_proof_verifies_and_an_altered_one_does_not(
        size in 1_u64..1_500, pick: u64, change in 0_usize..6, bit in 0_usize..4096, other: u64,
    ) {
        let leaves = leaves(size);
        let index = pick % size;
        let leaf = leaves[usize::try_from(index).unwrap()];
        // Through tiles, so that these are tested on the way.
        let tree = TileReader::new(size, |tile: &Tile| tile.contents(&LeafHashes(&leaves)));
        let root = root_at(&tree, size).unwrap();
        prop_assert_eq!(root, by_definition(&leaves));
        let proof = inclusion_proof(&tree, index, size).unwrap();
        prop_assert_eq!(verify_inclusion(index, size, &leaf, &proof, &root), Ok(()));
        let wrong = altered(&proof, change, bit);
        prop_assert!(verify_inclusion(index, size, &leaf, &wrong, &root).is_err());
        prop_assert!(verify_inclusion(index, size, &[0; 32], &proof, &root).is_err());
        prop_assert!(verify_inclusion(index, size, &leaf, &proof, &[0; 32]).is_err());
        let other = other % size;
        prop_assert!(other == index || verify_inclusion(other, size, &leaf, &proof, &root).is_err());
    }

    #[test]
    fn a_consistency_proof_verifies_and_an_altered_one_does_not(
        size in 1_u64..1_500, pick: u64, change in 0_usize..6, bit in 0_usize..4096,
    ) {
        let leaves = leaves(size);
        let old = pick % size + 1;
        let tree = TileReader::new(size, |tile: &Tile| tile.contents(&LeafHashes(&leaves)));
        let (old_root, root) = (root_at(&tree, old).unwrap(), root_at(&tree, size).unwrap());
        let proof = consistency_proof(&tree, old, size).unwrap();
        prop_assert_eq!(verify_consistency(old, size, &proof, &old_root, &root), Ok(()));
        let wrong = altered(&proof, change, bit);
        prop_assert!(verify_consistency(old, size, &wrong, &old_root, &root).is_err());
        prop_assert!(verify_consistency(old, size, &proof, &[0; 32], &root).is_err());
        prop_assert!(verify_consistency(old, size, &proof, &old_root, &[0; 32]).is_err());
    }

    #[test]
    fn a_log_with_another_past_has_no_consistency_proof(
        size in 2_u64..300, pick: u64, change_at: u64,
    ) {
        let honest = leaves(size);
        let old = pick % (size - 1) + 1;
        let mut forked = honest.clone();
        forked[usize::try_from(change_at % old).unwrap()] = [0; 32];
        let old_root = root_at(&LeafHashes(&honest), old).unwrap();
        let new_root = root_at(&LeafHashes(&forked), size).unwrap();
        for tree in [&honest, &forked] {
            let proof = consistency_proof(&LeafHashes(tree), old, size).unwrap();
            prop_assert!(verify_consistency(old, size, &proof, &old_root, &new_root).is_err());
        }
    }

    #[test]
    fn a_frontier_stored_midway_grows_to_the_same_root(size in 0_u64..600, stop: u64) {
        let leaves = leaves(size);
        let stop = usize::try_from(stop % (size + 1)).unwrap();
        let mut frontier = Frontier::new();
        leaves[..stop].iter().for_each(|leaf| frontier.push(*leaf));
        let mut frontier = Frontier::from_bytes(&frontier.to_bytes()).unwrap();
        leaves[stop..].iter().for_each(|leaf| frontier.push(*leaf));
        prop_assert_eq!(frontier.size(), size);
        prop_assert_eq!(frontier.root(), by_definition(&leaves));
    }
}
