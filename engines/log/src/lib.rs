//! The transparency log, as bytes: Merkle tree, proofs, tiles, signed notes, checkpoints, witnesses.
//!
//! The formats are those of C2SP (<https://c2sp.org>), so that any auditor's tools can read a Sala log
//! and Sala can witness anyone's. Everything here is pure: bytes in, bytes out; the clock, the disk and
//! the network stay with the caller, who passes times as parameters and stored hashes as a [`HashSource`].
//!
//! | module | specification | what it does |
//! | --- | --- | --- |
//! | [`tree`] | RFC 6962 §2.1 | hashes of leaves and nodes |
//! | [`frontier`] | – | the right edge of a growing tree, in at most 2 KiB |
//! | [`proof`] | RFC 6962 §2.1, MTC draft §4 | inclusion, consistency and subtree proofs, made and checked |
//! | [`tile`] | c2sp.org/tlog-tiles | the static files of a published log |
//! | [`note`] | c2sp.org/signed-note | signed texts and their keys |
//! | [`checkpoint`] | c2sp.org/tlog-checkpoint | origin, size and root: what a log signs |
//! | [`cosignature`] | c2sp.org/tlog-cosignature | what a witness signs |
//! | [`witness`] | c2sp.org/tlog-witness | the whole decision of `add-checkpoint` |
//! | [`policy`] | c2sp.org/tlog-policy | which witnesses together are enough |
//! | [`tlog_proof`] | c2sp.org/tlog-proof | one file that proves one entry, offline |
//!
//! # Invariants
//! - No parser panics, whatever the bytes; what is accepted is written back byte for byte
//!   (a policy, where blank space and comments are free, keeps its meaning).
//! - A [`note::VerifiedSignature`] comes only out of a verification: a policy can't be met by a claim.
//! - Sizes and indices are `u64`; a tree has at most 2^63 − 1 leaves where this crate grows it.

pub mod checkpoint;
pub mod cosignature;
pub mod ed25519;
mod error;
pub mod frontier;
pub mod note;
pub mod policy;
pub mod proof;
mod text;
pub mod tile;
pub mod tlog_proof;
pub mod tree;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use cosignature::CosignerKey;
pub use error::LogError;
pub use frontier::Frontier;
pub use note::{Note, NoteSignature, SignerKey, VerifiedSignature, VerifierKey};
pub use policy::Policy;
pub use proof::{HashSource, LeafHashes, consistency_proof, inclusion_proof, root_at, verify_consistency, verify_inclusion};
pub use tile::{EntriesTile, Tile, TileReader};
pub use tlog_proof::TlogProof;
pub use tree::{Hash, empty_root, leaf_hash, node_hash};
