//! The right edge of a growing tree.
//!
//! To append a leaf and to know the root, a log needs only the roots of the complete subtrees that
//! make up the tree, one for each bit set in its size: at most 63 hashes for any size it will ever have.

use crate::{
    Hash, LogError,
    tree::{join, node_hash},
};

const WHAT: &str = "frontier";

/// Size of a tree and the roots of its complete subtrees, largest (leftmost) first.
///
/// Stored as `size` (8 bytes, big-endian) followed by one 32-byte hash for each bit set in `size`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf, given by its leaf hash; its index is the size before the call.
    pub fn push(&mut self, leaf_hash: Hash) {
        let mut subtree = leaf_hash;
        // As many merges as the size has trailing ones: each closes a complete subtree.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                subtree = node_hash(&left, &subtree);
            }
        }
        self.subtrees.push(subtree);
        // Sizes begin at or below 2^63 - 1, so no sequence of pushes can come to the end of u64.
        self.size = self.size.saturating_add(1);
    }

    /// Root of the tree; [`crate::empty_root`] if it has no leaf.
    #[must_use]
    pub fn root(&self) -> Hash {
        join(&self.subtrees)
    }

    /// The stored form: 8 + 32 × (bits set in the size) bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.subtrees.iter().flatten());
        bytes
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// [`LogError::Malformed`] if the size is above 2^63 − 1 or the number of hashes does not belong to it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LogError> {
        let (size, rest) = bytes.split_first_chunk().ok_or(LogError::malformed(WHAT, "it is shorter than 8 bytes"))?;
        let size = u64::from_be_bytes(*size);
        if i64::try_from(size).is_err() {
            return Err(LogError::malformed(WHAT, "its size is above 2^63 - 1"));
        }
        let (subtrees, left_over) = rest.as_chunks::<32>();
        if !left_over.is_empty() || u32::try_from(subtrees.len()) != Ok(size.count_ones()) {
            return Err(LogError::malformed(WHAT, "it must have one hash for each bit set in its size"));
        }
        Ok(Self { size, subtrees: subtrees.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{empty_root, leaf_hash};

    #[test]
    fn a_new_frontier_has_the_empty_root() {
        assert_eq!(Frontier::new().root(), empty_root());
        assert_eq!(Frontier::new().size(), 0);
    }

    #[test]
    fn a_frontier_keeps_one_hash_for_each_bit_of_its_size() {
        let mut frontier = Frontier::new();
        for index in 0_u64..300 {
            frontier.push(leaf_hash(&index.to_be_bytes()));
            let bytes = frontier.to_bytes();
            let hashes = usize::try_from(frontier.size().count_ones()).unwrap();
            assert_eq!(bytes.len(), 8 + 32 * hashes);
            assert_eq!(Frontier::from_bytes(&bytes).unwrap(), frontier);
        }
    }

    #[test]
    fn a_stored_frontier_with_too_few_or_too_many_hashes_is_refused() {
        let mut frontier = Frontier::new();
        (0_u8..7).for_each(|byte| frontier.push([byte; 32]));
        let bytes = frontier.to_bytes();
        assert!(Frontier::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(Frontier::from_bytes(&bytes[..bytes.len() - 32]).is_err());
        assert!(Frontier::from_bytes(&[bytes.as_slice(), &[0; 32]].concat()).is_err());
        assert!(Frontier::from_bytes(&[]).is_err());
    }

    #[test]
    fn a_stored_frontier_beyond_any_real_size_is_refused() {
        let bytes = [u64::MAX.to_be_bytes().as_slice(), &[0; 64 * 32]].concat();
        assert!(Frontier::from_bytes(&bytes).is_err());
    }
}
