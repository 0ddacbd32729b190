//! Proofs of a real CT log with 961,984,011 entries.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sala_log::{Hash, LogError, leaf_hash, verify_consistency, verify_inclusion};
use serde_json::Value;

use crate::shared::vectors;

const FOLDER: &str = "azul/crates/tlog_tiles/tests/http_get";
const SIZE: u64 = 961_984_011;

fn reply(name: &str) -> Option<Value> {
    let path = vectors(FOLDER)?.join(name);
    Some(serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
}

fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn hash(value: &Value) -> Hash {
    bytes(value).try_into().unwrap()
}

fn hashes(value: &Value) -> Vec<Hash> {
    value.as_array().unwrap().iter().map(hash).collect()
}

fn root() -> Option<Hash> {
    let head = reply("get-sth")?;
    assert_eq!(head["tree_size"], SIZE);
    Some(hash(&head["sha256_root_hash"]))
}

#[test]
fn entry_10000_is_in_the_log() {
    let Some(root) = root() else {
        return;
    };
    let entry = bytes(&reply("get-entries-start-10000-end-10000").unwrap()["entries"][0]["leaf_input"]);
    let name = "get-proof-by-hash-tree-size-961984011-hash-nCs3mfIydh9x4CKyQ-2Bu2xtmpxmFggA5MLymHwNQSlLg-3D";
    let proof = reply(name).unwrap();
    assert_eq!(proof["leaf_index"], 10_000);
    let hashes = hashes(&proof["audit_path"]);
    assert_eq!(verify_inclusion(10_000, SIZE, &leaf_hash(&entry), &hashes, &root), Ok(()));
    assert_eq!(verify_inclusion(10_001, SIZE, &leaf_hash(&entry), &hashes, &root), Err(LogError::RootMismatch));
}

#[test]
fn the_log_of_961984011_entries_begins_with_the_log_of_3654490() {
    let Some(root) = root() else {
        return;
    };
    let proof = hashes(&reply("get-sth-consistency-first-3654490-second-961984011").unwrap()["consistency"]);
    let old_root = hash(&Value::from("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ="));
    assert_eq!(verify_consistency(3_654_490, SIZE, &proof, &old_root, &root), Ok(()));
    assert_eq!(verify_consistency(3_654_490, SIZE, &proof, &root, &root), Err(LogError::RootMismatch));
}
