//! The witness protocol: every status, in the order of the specification, and a log that forks.

use proptest::prelude::*;
use sala_log::{
    Checkpoint, CosignerKey, Hash, LeafHashes, LogError, Note, SignerKey, VerifierKey, consistency_proof, empty_root, leaf_hash, root_at,
    witness::{AddCheckpoint, Decision, checkpoint_path, cosignatures_in_reply, decide, size_in_conflict},
};

const ORIGIN: &str = "hall.example/acts";

fn log_key() -> SignerKey {
    SignerKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn witness_key() -> CosignerKey {
    CosignerKey::from_seed("witness.example/w1", &[2; 32]).unwrap()
}

fn known(origin: &str) -> Option<Vec<VerifierKey>> {
    (origin == ORIGIN).then(|| vec![log_key().verifier_key()])
}

fn leaves(count: u8) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&[n])).collect()
}

fn root(leaves: &[Hash], size: u64) -> Hash {
    root_at(&LeafHashes(leaves), size).unwrap()
}

fn signed(size: u64, root: Hash) -> Note {
    let text = Checkpoint::new(ORIGIN, size, root).unwrap().to_string();
    let signature = log_key().sign(&text);
    Note::new(text).unwrap().with(signature)
}

/// A right request from `old` to `new` entries of a log.
fn request(leaves: &[Hash], old: u64, new: u64) -> AddCheckpoint {
    let proof = if old == 0 { vec![] } else { consistency_proof(&LeafHashes(leaves), old, new).unwrap() };
    AddCheckpoint::new(old, proof, signed(new, root(leaves, new))).unwrap()
}

fn with_proof(request: &AddCheckpoint, proof: Vec<Hash>) -> AddCheckpoint {
    AddCheckpoint::new(request.old_size(), proof, request.note().clone()).unwrap()
}

#[test]
fn a_checkpoint_that_follows_is_cosigned_and_the_log_can_use_the_reply() {
    let leaves = leaves(20);
    for (old, new) in [(0, 0), (0, 1), (0, 20), (7, 7), (7, 8), (8, 20), (20, 20)] {
        let request = request(&leaves, old, new);
        let latest = if old == 0 { None } else { Some((old, root(&leaves, old))) };
        let decision = decide(&request, known, latest);
        let Decision::Cosign(checkpoint) = &decision else { panic!("{old} {new} {decision:?}") };
        assert_eq!((checkpoint.size, checkpoint.root), (new, root(&leaves, new)));

        let text = &request.note().text;
        let reply = decision.reply(&[witness_key().cosign(text, 1_700_000_000).unwrap()]);
        assert_eq!((reply.status, reply.content_type), (200, "text/plain; charset=utf-8"));
        let keys = [witness_key().verifier_key()];
        let cosignatures = cosignatures_in_reply(reply.body.as_bytes(), text, &keys).unwrap();
        let note = request.note().clone().with(cosignatures[0].clone());
        assert_eq!(note.verify(&keys).unwrap()[0].timestamp_s(), Some(1_700_000_000));
    }
}

#[test]
fn a_body_that_can_not_be_read_is_answered_400() {
    let good = request(&leaves(3), 1, 3).to_string();
    assert!(AddCheckpoint::parse(good.as_bytes()).is_ok());
    let wrong = [
        String::new(),
        good.replace("old 1", "old 01"),
        good.replace("old 1", "old -1"),
        good.replace("old 1", "old  1"),
        good.replace("old 1", "Old 1"),
        good.replace("old 1\n", ""),
        good.replace("old 1\n", "old 1\n\n"),
        good.replace("old 1\n", "old 1\nAAAA\n"),
        good.replace("\n3\n", "\n03\n"),
        good.replace("— ", "- "),
        good.trim_end().to_owned(),
        format!("old 1\n{}\n{}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".repeat(64), signed(3, [0; 32])),
    ];
    for body in wrong {
        let error = AddCheckpoint::parse(body.as_bytes()).unwrap_err();
        let reply = Decision::from(error).reply(&[]);
        assert_eq!(reply.status, 400, "{body}");
        assert!(reply.body.ends_with(".\n"));
    }
    assert!(AddCheckpoint::parse(b"old 0\n\n\xff").is_err());
}

#[test]
fn an_old_size_above_the_checkpoint_is_answered_400() {
    let leaves = leaves(9);
    let request = AddCheckpoint::new(9, vec![], signed(5, root(&leaves, 5))).unwrap();
    let decision = decide(&request, known, Some((9, root(&leaves, 9))));
    assert_eq!(decision.status(), 400);
}

#[test]
fn a_checkpoint_without_a_good_signature_of_the_log_is_answered_403() {
    let leaves = leaves(3);
    let good = request(&leaves, 0, 3);
    let decide_signed = |signatures| {
        let note = Note { signatures, ..good.note().clone() };
        decide(&AddCheckpoint::new(0, vec![], note).unwrap(), known, None)
    };
    let text = &good.note().text;
    let mut forged = log_key().sign(text);
    forged.bytes[0] ^= 1;
    let stranger = SignerKey::from_seed(ORIGIN, &[9; 32]).unwrap().sign(text);
    assert_eq!(decide_signed(vec![stranger.clone()]), Decision::Unsigned(LogError::NoKnownSignature));
    assert_eq!(decide_signed(vec![forged.clone()]).status(), 403);
    assert_eq!(decide_signed(vec![log_key().sign(text), forged]).status(), 403);
    assert_eq!(decide_signed(vec![stranger, log_key().sign(text)]).status(), 200);
}

#[test]
fn an_unknown_log_is_answered_404_before_its_signature_is_looked_at() {
    let decision = decide(&request(&leaves(3), 0, 3), |_| None, None);
    assert_eq!(decision, Decision::UnknownLog);
    assert_eq!(decision.reply(&[]).status, 404);
}

#[test]
fn an_old_size_other_than_the_latest_is_answered_409_with_the_latest() {
    let leaves = leaves(20);
    for (latest, old) in [(None, 5), (Some(5), 0), (Some(5), 4), (Some(5), 6), (Some(20), 5)] {
        let decision = decide(&request(&leaves, old, 20), known, latest.map(|size| (size, root(&leaves, size))));
        let reply = decision.reply(&[]);
        assert_eq!((reply.status, reply.content_type), (409, "text/x.tlog.size"));
        assert_eq!(reply.body, format!("{}\n", latest.unwrap_or(0)));
        assert_eq!(size_in_conflict(reply.body.as_bytes()), Ok(latest.unwrap_or(0)));
    }
}

#[test]
fn a_checkpoint_that_does_not_follow_is_answered_422() {
    let leaves = leaves(20);
    let latest = Some((5, root(&leaves, 5)));
    let good = request(&leaves, 5, 20);
    let status = |request: &AddCheckpoint, latest| decide(request, known, latest).status();
    assert_eq!(status(&good, latest), 200);
    assert_eq!(status(&with_proof(&good, vec![]), latest), 422, "no proof");
    let mut proof = good.proof().to_vec();
    proof[0][0] ^= 1;
    assert_eq!(status(&with_proof(&good, proof), latest), 422, "altered proof");
    assert_eq!(status(&good, Some((5, [0; 32]))), 422, "another tree was cosigned");
    let from_nothing = with_proof(&request(&leaves, 0, 3), vec![[0; 32]]);
    assert_eq!(status(&from_nothing, None), 422, "a proof from the empty tree");
    let empty = AddCheckpoint::new(0, vec![], signed(0, [0; 32])).unwrap();
    assert_eq!(status(&empty, None), 422, "an empty tree with a root");
    let same_size = AddCheckpoint::new(5, vec![], signed(5, [0; 32])).unwrap();
    assert_eq!(status(&same_size, latest), 422, "the same size with another root");
    let with_rest = with_proof(&request(&leaves, 5, 5), vec![[0; 32]]);
    assert_eq!(status(&with_rest, latest), 422, "a proof where none is needed");
}

#[test]
fn a_log_that_forks_is_refused_whatever_it_proves() {
    let honest = leaves(20);
    let mut forked = honest.clone();
    forked[3] = leaf_hash(b"another past");
    let latest = Some((8, root(&honest, 8)));
    assert_eq!(decide(&request(&honest, 8, 20), known, latest).status(), 200);
    assert_eq!(decide(&request(&forked, 8, 20), known, latest).status(), 422);
    let mixed = with_proof(&request(&forked, 8, 20), request(&honest, 8, 20).proof().to_vec());
    assert_eq!(decide(&mixed, known, latest).status(), 422);
}

#[test]
fn the_empty_root_alone_may_be_cosigned_at_size_zero_again() {
    let request = AddCheckpoint::new(0, vec![], signed(0, empty_root())).unwrap();
    assert_eq!(decide(&request, known, Some((0, empty_root()))).status(), 200);
}

#[test]
fn cosignatures_of_strangers_in_a_reply_are_left_out_and_false_ones_refused() {
    let text = &request(&leaves(3), 0, 3).note().text.clone();
    let stranger = CosignerKey::from_seed("stranger.example", &[7; 32]).unwrap();
    let keys = [witness_key().verifier_key()];
    let lines = |lines: &[sala_log::NoteSignature]| lines.iter().map(|l| l.to_string() + "\n").collect::<String>();
    let good = witness_key().cosign(text, 5).unwrap();
    let both = lines(&[stranger.cosign(text, 5).unwrap(), good.clone()]);
    assert_eq!(cosignatures_in_reply(both.as_bytes(), text, &keys).unwrap(), [good]);
    let false_one = lines(&[witness_key().cosign(&text.replace('3', "4"), 5).unwrap()]);
    assert!(matches!(cosignatures_in_reply(false_one.as_bytes(), text, &keys), Err(LogError::BadSignature { .. })));
    for wrong in [b"".as_slice(), b"\n", b"ok\n", b"\xff\n"] {
        assert!(cosignatures_in_reply(wrong, text, &keys).is_err());
    }
    for wrong in [b"".as_slice(), b"5", b"05\n", b"5\n\n", b"\xff\n"] {
        assert!(size_in_conflict(wrong).is_err());
    }
}

#[test]
fn the_monitoring_path_is_the_hash_of_the_origin() {
    assert_eq!(checkpoint_path(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/checkpoint");
}

proptest! {
    #[test]
    fn a_request_is_read_as_it_was_written(new in 1_u8..60, pick: u8) {
        let leaves = leaves(new);
        let request = request(&leaves, (pick % (new + 1)).into(), new.into());
        prop_assert_eq!(AddCheckpoint::parse(request.to_string().as_bytes()).unwrap(), request);
    }
}
