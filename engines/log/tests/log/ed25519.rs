//! Wycheproof's Ed25519 vectors.

use sala_log::ed25519::is_signed;
use serde::Deserialize;

use crate::shared::vectors;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    public_key: PublicKey,
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct PublicKey {
    pk: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    tc_id: u32,
    msg: String,
    sig: String,
    result: String,
}

#[test]
fn the_151_wycheproof_vectors_get_their_verdict() {
    let Some(path) = vectors("wycheproof/testvectors_v1/ed25519_test.json") else {
        return;
    };
    let file: File = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(file.number_of_tests, 151);
    let mut count = 0;
    for group in &file.test_groups {
        let public = hex::decode(&group.public_key.pk).unwrap().try_into().unwrap();
        for case in &group.tests {
            let (message, signature) = (hex::decode(&case.msg).unwrap(), hex::decode(&case.sig).unwrap());
            let is_good = is_signed(&public, &message, &signature);
            assert_eq!(is_good, case.result == "valid", "case {}", case.tc_id);
            count += 1;
        }
    }
    assert_eq!(count, file.number_of_tests);
}
