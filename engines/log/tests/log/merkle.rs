//! The 518 proof vectors of transparency-dev/merkle, with the verdict of its Go code.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sala_log::{
    Hash,
    proof::{verify_consistency, verify_inclusion, verify_subtree_consistency, verify_subtree_inclusion},
};
use serde::Deserialize;

use crate::shared::vectors;

/// The union of the fields of all four kinds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    #[serde(default)]
    leaf_idx: u64,
    #[serde(default)]
    tree_size: u64,
    #[serde(default)]
    start: u64,
    #[serde(default)]
    end: u64,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    size1: u64,
    #[serde(default)]
    size2: u64,
    root: Option<String>,
    root1: Option<String>,
    root2: Option<String>,
    leaf_hash: Option<String>,
    proof: Option<Vec<String>>,
    want_err: bool,
}

/// Bytes that are not 32 can't even be written as a [`Hash`]: the type refuses them before the function.
/// "don't care 1" and the like stand for any hash, so they are filled up with zeros.
fn hash(text: Option<&String>) -> Option<Hash> {
    let mut bytes = STANDARD.decode(text?).unwrap();
    if bytes.starts_with(b"don't care") {
        bytes.resize(32, 0);
    }
    bytes.try_into().ok()
}

impl Vector {
    fn proof(&self) -> Option<Vec<Hash>> {
        self.proof.iter().flatten().map(|text| hash(Some(text))).collect()
    }

    fn is_accepted(&self, kind: &str) -> Option<bool> {
        let proof = self.proof()?;
        let (root, leaf) = (hash(self.root.as_ref()), hash(self.leaf_hash.as_ref()));
        let (root1, root2) = (hash(self.root1.as_ref()), hash(self.root2.as_ref()));
        let verdict = match kind {
            "inclusion" => verify_inclusion(self.leaf_idx, self.tree_size, &leaf?, &proof, &root?),
            "consistency" => verify_consistency(self.size1, self.size2, &proof, &root1?, &root2?),
            "subtreeinclusion" => verify_subtree_inclusion(self.leaf_idx, self.start, self.end, &leaf?, &proof, &root?),
            "subtreeconsistency" => verify_subtree_consistency(self.start, self.end, self.size, &proof, &root1?, &root2?),
            other => panic!("no such kind of vector: {other}"),
        };
        Some(verdict.is_ok())
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn check(kind: &str, expected_count: usize) {
    let Some(folder) = vectors("merkle/testdata") else {
        return;
    };
    let files = files(&folder.join(kind));
    assert_eq!(files.len(), expected_count);
    for file in files {
        let vector: Vector = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let is_accepted = vector.is_accepted(kind).unwrap_or(false);
        assert_eq!(is_accepted, !vector.want_err, "{}", file.display());
    }
}

#[test]
fn the_98_inclusion_vectors_get_the_verdict_of_go() {
    check("inclusion", 98);
}

#[test]
fn the_98_consistency_vectors_get_the_verdict_of_go() {
    check("consistency", 98);
}

#[test]
fn the_204_subtree_inclusion_vectors_get_the_verdict_of_go() {
    check("subtreeinclusion", 204);
}

#[test]
fn the_118_subtree_consistency_vectors_get_the_verdict_of_go() {
    check("subtreeconsistency", 118);
}
