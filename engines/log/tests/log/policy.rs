//! Policies: the file, and who is enough.

use proptest::prelude::*;
use sala_log::{Checkpoint, CosignerKey, LogError, Note, Policy, SignerKey, VerifiedSignature, VerifierKey, empty_root};

pub(crate) fn log_key() -> SignerKey {
    SignerKey::from_seed("hall.example/acts", &[200; 32]).unwrap()
}

pub(crate) fn witness(n: u8) -> CosignerKey {
    CosignerKey::from_seed(&format!("w{n}.example"), &[n; 32]).unwrap()
}

/// The example of c2sp.org/tlog-policy: X1–X3 are witnesses 1–3, Y1–Y3 are 4–6.
pub(crate) fn example() -> String {
    let line = |name, n| format!("witness {name} {}\n", witness(n).verifier_key());
    format!(
        "log {}\n\n{}{}{}group X-witnesses 2 X1 X2 X3\n\n{}{}{}group Y-witnesses any Y1 Y2 Y3\n\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log_key().verifier_key(),
        line("X1", 1),
        line("X2", 2),
        line("X3", 3),
        line("Y1", 4),
        line("Y2", 5),
        line("Y3", 6),
    )
}

/// A checkpoint signed by the log and cosigned by these witnesses.
fn cosigned(witnesses: &[u8]) -> Note {
    let text = Checkpoint::new("hall.example/acts", 0, empty_root()).unwrap().to_string();
    let note = Note::new(text.clone()).unwrap().with(log_key().sign(&text));
    witnesses.iter().fold(note, |note, n| note.with(witness(*n).cosign(&text, 1_000).unwrap()))
}

fn verified(witnesses: &[u8]) -> Vec<VerifiedSignature> {
    let keys: Vec<VerifierKey> = (1..=6).map(|n| witness(n).verifier_key()).collect();
    cosigned(witnesses).verify(&keys).unwrap_or_default()
}

#[test]
fn the_quorum_of_the_example_is_two_of_x_and_one_of_y() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    for witnesses in [&[1, 2, 4][..], &[2, 3, 6], &[1, 2, 3, 4, 5, 6], &[6, 3, 1]] {
        assert!(policy.is_met(&verified(witnesses)), "{witnesses:?}");
    }
    for witnesses in [&[][..], &[1], &[1, 2, 3], &[1, 4, 5, 6], &[4], &[1, 1, 4]] {
        assert!(!policy.is_met(&verified(witnesses)), "{witnesses:?}");
    }
}

#[test]
fn a_witness_is_known_by_its_key_not_by_its_name() {
    let policy = format!("witness w {}\nquorum w\n", witness(1).verifier_key());
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let impostor = CosignerKey::from_seed("w1.example", &[99; 32]).unwrap();
    let text = cosigned(&[]).text;
    let note = Note::new(text.clone()).unwrap().with(impostor.cosign(&text, 1).unwrap());
    assert!(!policy.is_met(&note.verify(&[impostor.verifier_key()]).unwrap()));
    assert!(policy.is_met(&verified(&[1])));
}

#[test]
fn no_witness_is_needed_with_quorum_none_only() {
    let none = Policy::parse(b"quorum none").unwrap();
    assert_eq!(none, Policy::unwitnessed());
    assert!(none.is_met(&[]));
    assert!(Policy::parse(b"").is_err(), "the quorum line is not optional");
}

#[test]
fn a_policy_is_checked_on_a_whole_note() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    let key = log_key().verifier_key();
    let good = policy.check(&cosigned(&[1, 2, 4]), &key).unwrap();
    assert_eq!(good.checkpoint().origin, "hall.example/acts");
    assert_eq!(good.signatures().len(), 4);
    assert_eq!(policy.check_any_log(&cosigned(&[1, 2, 4])), Ok(good));
    assert_eq!(policy.check(&cosigned(&[1, 2]), &key), Err(LogError::PolicyNotMet));
    assert_eq!(policy.check_any_log(&cosigned(&[1, 2])), Err(LogError::PolicyNotMet));

    let stranger = SignerKey::from_seed("hall.example/acts", &[201; 32]).unwrap();
    assert_eq!(policy.check(&cosigned(&[1, 2, 4]), &stranger.verifier_key()), Err(LogError::NoKnownSignature));
    let other = SignerKey::from_seed("hall.example/other", &[200; 32]).unwrap();
    assert!(matches!(policy.check(&cosigned(&[1, 2, 4]), &other.verifier_key()), Err(LogError::WrongOrigin { .. })));

    let mut forged = cosigned(&[1, 2, 4, 5]);
    forged.signatures[4].bytes[20] ^= 1;
    assert!(matches!(policy.check(&forged, &key), Err(LogError::BadSignature { .. })));
}

#[test]
fn spaces_tabs_comments_and_urls_are_read() {
    let (w1, w2) = (witness(1).verifier_key(), witness(2).verifier_key());
    let text = format!(
        "# a comment\n\t # another, in Latin-1: \n \t\n log\t{}   https://hall.example/log/ \n\
         witness  พยาน {w1} https://w1.example/\nwitness two {w2}\ngroup all all พยาน two\n\tquorum all",
        log_key().verifier_key()
    );
    let mut bytes = text.into_bytes();
    let at = bytes.windows(9).position(|w| w == b"Latin-1: ").unwrap() + 9;
    bytes.insert(at, 0xe4);
    let policy = Policy::parse(&bytes).unwrap();
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://hall.example/log/"));
    assert_eq!(policy.witnesses()[0].name, "พยาน");
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some("https://w1.example/"));
    assert_eq!(policy.groups()[0].threshold, 2);
    assert_eq!(policy.quorum(), Some("all"));
    assert_eq!(Policy::parse(policy.to_string().as_bytes()).unwrap(), policy);
    assert_eq!((policy.log_keys(), policy.witness_keys()), (vec![log_key().verifier_key()], vec![w1, w2]));
}

#[test]
fn every_departure_from_the_form_is_refused() {
    let (w1, w2) = (witness(1).verifier_key(), witness(2).verifier_key());
    let same_key = CosignerKey::from_seed("other.example", &[1; 32]).unwrap().verifier_key();
    let log = log_key().verifier_key();
    let same_log = SignerKey::from_seed("other.example", &[200; 32]).unwrap().verifier_key();
    let two = format!("witness a {w1}\nwitness b {w2}\n");
    let wrong = [
        two.clone(),
        format!("{two}quorum c\n"),
        format!("{two}quorum a\nquorum b\n"),
        format!("quorum a\n{two}"),
        format!("{two}quorum\n"),
        format!("{two}quorum a b\n"),
        format!("{two}group g any\nquorum g\n"),
        format!("{two}group g 0 a b\nquorum g\n"),
        format!("{two}group g 3 a b\nquorum g\n"),
        format!("{two}group g +1 a b\nquorum g\n"),
        format!("{two}group g most a b\nquorum g\n"),
        format!("{two}group g all a a\nquorum g\n"),
        format!("{two}group g all a\ngroup h all a b\nquorum h\n"),
        format!("{two}group g all a g\nquorum g\n"),
        format!("{two}group g all a none\nquorum g\n"),
        format!("{two}group a all b\nquorum a\n"),
        format!("{two}group none all b\nquorum none\n"),
        format!("{two}group g all a h\ngroup h all b\nquorum g\n"),
        format!("witness none {w1}\nquorum none\n"),
        format!("witness a {w1}\nwitness a {w2}\nquorum a\n"),
        format!("witness a {w1}\nwitness b {same_key}\nquorum a\n"),
        format!("witness a {log}\nquorum a\n"),
        format!("witness a {w1} url more\nquorum a\n"),
        format!("witness {w1}\nquorum none\n"),
        format!("log {log}\nlog {same_log}\nquorum none\n"),
        format!("log {log} url more\nquorum none\n"),
        "log\nquorum none\n".to_owned(),
        "log nonsense\nquorum none\n".to_owned(),
        "Quorum none\n".to_owned(),
        "quorum none # no comment here\n".to_owned(),
        "quorum none\r\n".to_owned(),
        "quorum none\n#\u{7f}\n".to_owned(),
        "quorum none\n\0".to_owned(),
    ];
    for text in wrong {
        assert!(Policy::parse(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn a_chain_of_a_thousand_groups_is_settled() {
    use std::fmt::Write as _;
    let mut text = format!("witness g0 {}\n", witness(1).verifier_key());
    for n in 1..=1_000 {
        writeln!(text, "group g{n} all g{}", n - 1).unwrap();
    }
    text += "quorum g1000\n";
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert!(policy.is_met(&verified(&[1])));
    assert!(!policy.is_met(&verified(&[2])));
}

proptest! {
    #[test]
    fn more_witnesses_never_make_a_quorum_fail(set in 0_u8..64, more in 0_u8..64) {
        let policy = Policy::parse(example().as_bytes()).unwrap();
        let members = |set: u8| (1..=6).filter(|n| set >> (n - 1) & 1 == 1).collect::<Vec<u8>>();
        let before = policy.is_met(&verified(&members(set)));
        prop_assert!(!before || policy.is_met(&verified(&members(set | more))));
    }
}
