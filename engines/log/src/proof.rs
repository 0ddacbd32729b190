//! Inclusion, consistency and subtree proofs: made from stored hashes, checked without them.
//!
//! All of them are one thing. A proof that the subtree over leaves `[start, end)` belongs to the tree
//! over `[0, size)` walks from the root down to the subtree and names, on the way back, each hash that the
//! verifier lacks. With `start = 0` it is the consistency proof of RFC 6962 §2.1.2; with one leaf it is the
//! inclusion proof of §2.1.1; in general it is the subtree consistency proof of
//! draft-ietf-plants-merkle-tree-certs §4.4. So there is one way down (`Way`), one maker, one checker.

use crate::{
    Hash, LogError, empty_root, node_hash,
    tree::{join, split},
};

/// Access to the stored hashes of a tree.
pub trait HashSource {
    /// Root of the complete subtree over the leaves `[index × 2^level, (index + 1) × 2^level)`; a leaf
    /// hash at level 0. `level` is 0 to 63.
    ///
    /// # Errors
    /// [`LogError::OutOfRange`] if the subtree is not complete yet, [`LogError::Source`] if the store failed.
    fn node(&self, level: u8, index: u64) -> Result<Hash, LogError>;
}

/// A tree whose leaf hashes are all in memory: for tests, tools and small logs.
///
/// Each node is computed anew from its leaves, in time proportional to their number.
#[derive(Debug, Clone, Copy)]
pub struct LeafHashes<'a>(pub &'a [Hash]);

impl HashSource for LeafHashes<'_> {
    fn node(&self, level: u8, index: u64) -> Result<Hash, LogError> {
        let size = u64::try_from(self.0.len()).unwrap_or(u64::MAX);
        let out_of_range = LogError::OutOfRange { what: "Subtree index", value: index, limit: size };
        let range = || {
            let width = 1_usize.checked_shl(level.into())?;
            let start = usize::try_from(index).ok()?.checked_mul(width)?;
            self.0.get(start..start.checked_add(width)?)
        };
        complete_root(range().ok_or(out_of_range)?)
    }
}

/// Root over a power of two of hashes, level by level.
pub(crate) fn complete_root(hashes: &[Hash]) -> Result<Hash, LogError> {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    level.first().copied().ok_or(LogError::malformed("subtree", "it has no hashes"))
}

/// On which side of the way a hash of the proof stands, and whether it lies inside the subtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// To the right, outside.
    Right,
    /// To the left, outside.
    Left,
    /// To the left, a part of the subtree itself.
    Within,
}

/// The way from the root of a tree down to a subtree.
#[derive(Debug)]
struct Way {
    /// Siblings passed on the way, topmost first: side and leaf range.
    siblings: Vec<(Side, u64, u64)>,
    /// Range where the way ends: the subtree, or the rightmost part of it.
    foot: (u64, u64),
    /// Whether the verifier has the hash of the foot (it is the subtree's own root).
    is_foot_known: bool,
}

impl Way {
    /// The way to the non-empty subtree `[start, end)` of a tree of `size` leaves.
    fn to(start: u64, end: u64, size: u64) -> Result<Self, LogError> {
        check_subtree(start, end)?;
        if start == end {
            return Err(LogError::EmptyTree);
        }
        if end > size {
            return Err(LogError::OutOfRange { what: "Subtree end", value: end, limit: size });
        }
        let mut siblings = Vec::new();
        let (mut low, mut high) = (0, size);
        let mut start = start;
        let mut is_foot_known = true;
        while (low, high) != (start, end) {
            let middle = low + split(high - low);
            if end <= middle {
                siblings.push((Side::Right, middle, high));
                high = middle;
            } else if start >= middle {
                siblings.push((Side::Left, low, middle));
                low = middle;
            } else {
                // The subtree reaches across: an aligned subtree does so only if it begins here.
                siblings.push((Side::Within, low, middle));
                low = middle;
                start = middle;
                is_foot_known = false;
            }
        }
        Ok(Self { siblings, foot: (low, high), is_foot_known })
    }

    fn prove(&self, source: &(impl HashSource + ?Sized)) -> Result<Vec<Hash>, LogError> {
        let foot = (!self.is_foot_known).then_some(self.foot);
        let siblings = self.siblings.iter().rev().map(|(_, low, high)| (*low, *high));
        foot.into_iter().chain(siblings).map(|(low, high)| range_root(source, low, high)).collect()
    }

    fn verify(&self, proof: &[Hash], subtree: &Hash, root: &Hash) -> Result<(), LogError> {
        let expected = self.siblings.len() + usize::from(!self.is_foot_known);
        let wrong_length = LogError::ProofLength { expected, got: proof.len() };
        let (foot, rest) = match proof {
            rest if self.is_foot_known => (*subtree, rest),
            [foot, rest @ ..] => (*foot, rest),
            [] => return Err(wrong_length),
        };
        if rest.len() != self.siblings.len() {
            return Err(wrong_length);
        }
        let (mut inner, mut outer) = (foot, foot);
        for ((side, ..), hash) in self.siblings.iter().rev().zip(rest) {
            match side {
                Side::Right => outer = node_hash(&outer, hash),
                Side::Left => outer = node_hash(hash, &outer),
                Side::Within => {
                    inner = node_hash(hash, &inner);
                    outer = node_hash(hash, &outer);
                }
            }
        }
        if inner == *subtree && outer == *root { Ok(()) } else { Err(LogError::RootMismatch) }
    }
}

/// Whether `[start, end)` may be called a subtree: `start` is a multiple of the smallest power of two that
/// is at least `end - start`. The empty subtree may begin anywhere.
fn check_subtree(start: u64, end: u64) -> Result<(), LogError> {
    let width = end.checked_sub(start).ok_or(LogError::malformed("subtree", "it ends before it begins"))?;
    let is_aligned = match width.checked_next_power_of_two() {
        _ if width == 0 => true,
        Some(unit) => start.is_multiple_of(unit),
        None => start == 0,
    };
    if is_aligned { Ok(()) } else { Err(LogError::malformed("subtree", "its start is not a multiple of its width")) }
}

fn check_index(index: u64, size: u64) -> Result<(), LogError> {
    if index < size {
        return Ok(());
    }
    Err(LogError::OutOfRange { what: "Leaf index", value: index, limit: size })
}

fn check_old_size(old: u64, new: u64) -> Result<(), LogError> {
    if old == 0 {
        return Err(LogError::EmptyTree);
    }
    if old > new {
        return Err(LogError::OutOfRange { what: "Old size", value: old, limit: new });
    }
    Ok(())
}

/// Root over the leaves `[low, high)`, where `low` is aligned as in [`check_subtree`].
fn range_root(source: &(impl HashSource + ?Sized), low: u64, high: u64) -> Result<Hash, LogError> {
    let width = high.saturating_sub(low);
    let mut at = low;
    let mut subtrees = Vec::new();
    for level in (0_u8..64).rev() {
        let step = 1_u64 << level;
        if width & step != 0 {
            subtrees.push(source.node(level, at >> level)?);
            at = at.saturating_add(step);
        }
    }
    Ok(join(&subtrees))
}

/// Root of the tree of the first `size` leaves; [`empty_root`] for 0.
///
/// # Errors
/// Those of the source.
pub fn root_at(source: &(impl HashSource + ?Sized), size: u64) -> Result<Hash, LogError> {
    range_root(source, 0, size)
}

/// Proof that leaf `index` (from 0) is in the tree of `size` leaves: its sibling first, at most 64 hashes.
///
/// # Errors
/// [`LogError::OutOfRange`] if `index ≥ size`, or those of the source.
pub fn inclusion_proof(source: &(impl HashSource + ?Sized), index: u64, size: u64) -> Result<Vec<Hash>, LogError> {
    check_index(index, size)?;
    Way::to(index, index + 1, size)?.prove(source)
}

/// Proof that the tree of `old` leaves is a beginning of the tree of `new` leaves (1 ≤ `old` ≤ `new`).
///
/// # Errors
/// [`LogError::EmptyTree`] if `old` is 0, [`LogError::OutOfRange`] if `old > new`, or those of the source.
pub fn consistency_proof(source: &(impl HashSource + ?Sized), old: u64, new: u64) -> Result<Vec<Hash>, LogError> {
    check_old_size(old, new)?;
    Way::to(0, old, new)?.prove(source)
}

/// Proof that the subtree over leaves `[start, end)` belongs to the tree of `size` leaves.
///
/// # Errors
/// [`LogError::Malformed`] if `start` is not a multiple of the smallest power of two ≥ `end - start`,
/// [`LogError::EmptyTree`] if the subtree is empty, [`LogError::OutOfRange`] if `end > size`, or those of
/// the source.
pub fn subtree_consistency_proof(source: &(impl HashSource + ?Sized), start: u64, end: u64, size: u64) -> Result<Vec<Hash>, LogError> {
    Way::to(start, end, size)?.prove(source)
}

/// Proof that leaf `index` is in the subtree over leaves `[start, end)`.
///
/// # Errors
/// As [`subtree_consistency_proof`], and [`LogError::OutOfRange`] if the leaf is not in the subtree.
pub fn subtree_inclusion_proof(source: &(impl HashSource + ?Sized), index: u64, start: u64, end: u64) -> Result<Vec<Hash>, LogError> {
    let (index, size) = within_subtree(index, start, end)?;
    let way = Way::to(index, index + 1, size)?;
    let siblings = way.siblings.iter().rev();
    siblings.map(|(_, low, high)| range_root(source, start + low, start + high)).collect()
}

/// Position of a leaf in a subtree, and the subtree's width.
fn within_subtree(index: u64, start: u64, end: u64) -> Result<(u64, u64), LogError> {
    check_subtree(start, end)?;
    check_index(index, end)?;
    let inner = index.checked_sub(start).ok_or(LogError::OutOfRange { what: "Leaf index", value: index, limit: start })?;
    Ok((inner, end - start))
}

/// Checks that the leaf with this hash stands at `index` in the tree of `size` leaves with this root.
///
/// # Errors
/// [`LogError::OutOfRange`] if `index ≥ size`, [`LogError::ProofLength`], [`LogError::RootMismatch`].
pub fn verify_inclusion(index: u64, size: u64, leaf_hash: &Hash, proof: &[Hash], root: &Hash) -> Result<(), LogError> {
    check_index(index, size)?;
    Way::to(index, index + 1, size)?.verify(proof, leaf_hash, root)
}

/// Checks that the tree of `new` leaves begins with the tree of `old` leaves (1 ≤ `old` ≤ `new`).
///
/// Old size 0 is refused, as Go's `transparency-dev/merkle` does: nothing follows from an empty tree, and
/// who wants to accept that case should say so.
///
/// # Errors
/// [`LogError::EmptyTree`], [`LogError::OutOfRange`], [`LogError::ProofLength`], [`LogError::RootMismatch`].
pub fn verify_consistency(old: u64, new: u64, proof: &[Hash], old_root: &Hash, new_root: &Hash) -> Result<(), LogError> {
    check_old_size(old, new)?;
    Way::to(0, old, new)?.verify(proof, old_root, new_root)
}

/// Checks that leaf `index` stands in the subtree over `[start, end)` with this root.
///
/// # Errors
/// [`LogError::Malformed`] if `[start, end)` is no subtree, [`LogError::OutOfRange`],
/// [`LogError::ProofLength`], [`LogError::RootMismatch`].
pub fn verify_subtree_inclusion(
    index: u64,
    start: u64,
    end: u64,
    leaf_hash: &Hash,
    proof: &[Hash],
    subtree_root: &Hash,
) -> Result<(), LogError> {
    let (index, size) = within_subtree(index, start, end)?;
    verify_inclusion(index, size, leaf_hash, proof, subtree_root)
}

/// Checks that the subtree over `[start, end)` with `subtree_root` belongs to the tree of `size` leaves.
///
/// The empty subtree (`start = end ≤ size`) belongs to every tree: its root must be the empty root, its
/// proof empty, and nothing is said of `root`.
///
/// # Errors
/// [`LogError::Malformed`] if `[start, end)` is no subtree, [`LogError::OutOfRange`],
/// [`LogError::ProofLength`], [`LogError::RootMismatch`].
pub fn verify_subtree_consistency(
    start: u64,
    end: u64,
    size: u64,
    proof: &[Hash],
    subtree_root: &Hash,
    root: &Hash,
) -> Result<(), LogError> {
    if start != end {
        return Way::to(start, end, size)?.verify(proof, subtree_root, root);
    }
    if end > size {
        return Err(LogError::OutOfRange { what: "Subtree end", value: end, limit: size });
    }
    if !proof.is_empty() {
        return Err(LogError::ProofLength { expected: 0, got: proof.len() });
    }
    if *subtree_root == empty_root() { Ok(()) } else { Err(LogError::RootMismatch) }
}
