//! Offline proofs of an entry in a witnessed log.

use sala_log::{Checkpoint, Hash, LeafHashes, LogError, Note, Policy, TlogProof, inclusion_proof, leaf_hash, root_at};

use crate::policy::{example, log_key, witness};

fn leaves() -> Vec<Hash> {
    (0_u8..11).map(|n| leaf_hash(&[n])).collect()
}

fn proof(index: u64, witnesses: &[u8]) -> TlogProof {
    let leaves = leaves();
    let tree = LeafHashes(&leaves);
    let text = Checkpoint::new("hall.example/acts", 11, root_at(&tree, 11).unwrap()).unwrap().to_string();
    let note = Note::new(text.clone()).unwrap().with(log_key().sign(&text));
    let note = witnesses.iter().fold(note, |note, n| note.with(witness(*n).cosign(&text, 1_000).unwrap()));
    TlogProof { extra: None, index, hashes: inclusion_proof(&tree, index, 11).unwrap(), checkpoint_note: note.to_string() }
}

fn policy() -> Policy {
    Policy::parse(example().as_bytes()).unwrap()
}

#[test]
fn a_proof_for_every_entry_is_written_read_and_verified() {
    for (index, leaf) in (0..).zip(leaves()) {
        for extra in [None, Some(vec![]), Some(b"any bytes \n\xff".to_vec())] {
            let proof = TlogProof { extra, ..proof(index, &[1, 2, 4]) };
            let read = TlogProof::parse(proof.to_string().as_bytes()).unwrap();
            assert_eq!(read, proof);
            let witnessed = read.verify(&leaf, &log_key().verifier_key(), &policy()).unwrap();
            assert_eq!(witnessed.checkpoint().size, 11);
            assert_eq!(witnessed.signatures()[1].timestamp_s(), Some(1_000));
            assert_eq!(read.verify_by_policy(&leaf, &policy()), Ok(witnessed));
        }
    }
}

#[test]
fn a_proof_of_a_tree_of_one_entry_has_no_hashes() {
    let leaf = leaf_hash(b"only");
    let text = Checkpoint::new("hall.example/acts", 1, leaf).unwrap().to_string();
    let note = Note::new(text.clone()).unwrap().with(log_key().sign(&text));
    let proof = TlogProof { extra: None, index: 0, hashes: vec![], checkpoint_note: note.to_string() };
    let read = TlogProof::parse(proof.to_string().as_bytes()).unwrap();
    assert!(read.verify(&leaf, &log_key().verifier_key(), &Policy::unwitnessed()).is_ok());
}

#[test]
fn another_entry_index_hash_or_quorum_is_refused() {
    let key = log_key().verifier_key();
    let leaf = leaves()[4];
    let good = proof(4, &[1, 2, 4]);
    assert_eq!(good.verify(&leaves()[5], &key, &policy()), Err(LogError::RootMismatch));
    let moved = TlogProof { index: 5, ..good.clone() };
    assert_eq!(moved.verify(&leaf, &key, &policy()), Err(LogError::RootMismatch));
    let outside = TlogProof { index: 11, ..good.clone() };
    assert!(matches!(outside.verify(&leaf, &key, &policy()), Err(LogError::OutOfRange { .. })));
    let mut altered = good.clone();
    altered.hashes[1][0] ^= 1;
    assert_eq!(altered.verify(&leaf, &key, &policy()), Err(LogError::RootMismatch));
    assert_eq!(proof(4, &[1, 4]).verify(&leaf, &key, &policy()), Err(LogError::PolicyNotMet));
    assert_eq!(
        good.verify(&leaf, &witness(1).verifier_key(), &policy()).unwrap_err().to_string(),
        "The checkpoint is of log \"hall.example/acts\", not of \"w1.example\"."
    );
}

#[test]
fn every_departure_from_the_form_is_refused() {
    let good = TlogProof { extra: Some(vec![1]), ..proof(4, &[1]) }.to_string();
    assert!(TlogProof::parse(good.as_bytes()).is_ok());
    let wrong = [
        String::new(),
        good.replace("@v1", "@v2"),
        good.replace("extra AQ==\n", "extra AQ\n"),
        good.replace("extra AQ==\n", "extra\n"),
        good.replace("extra AQ==\n", "extra AQ==\nextra AQ==\n"),
        good.replace("index 4", "index 04"),
        good.replace("index 4", "index"),
        good.replace("index 4\n", ""),
        good.replace("index 4\n", "index 4\nAAAA\n"),
        good.replace("index 4\n", &format!("index 4\n{}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".repeat(65))),
        good.replace("index 4\n", "index 4\n\n"),
        good.replace("\n11\n", "\n011\n"),
        good.trim_end().to_owned(),
    ];
    for text in wrong {
        assert!(TlogProof::parse(text.as_bytes()).is_err(), "{text}");
    }
}
