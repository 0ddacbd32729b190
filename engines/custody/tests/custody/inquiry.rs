//! Opening one ciphertext for one case.

use proptest::prelude::*;
use sala_custody::{Ciphertext, CustodyError, HolderKey, Inquiry, Label};

use crate::house::{House, house, random};

fn label() -> Label {
    Label::new("persona/unmask", "persona_7").unwrap()
}

fn sealed(house: &House, plain: &[u8]) -> Ciphertext {
    Ciphertext::seal(&house.set.public_key(), &label(), plain, &random(3, plain.len())).unwrap()
}

fn inquiry(house: &House, sealed: &Ciphertext, recipient: Option<&HolderKey>) -> Inquiry {
    Inquiry::new(house.set.clone(), sealed.clone(), label(), b"case_9", recipient.map(HolderKey::public)).unwrap()
}

fn release(inquiry: &Inquiry, house: &House, at: usize) -> Vec<u8> {
    inquiry.release(&house.shares[at], &house.keys[at], &random(4, at)).unwrap()
}

fn some_members() -> impl Strategy<Value = (u8, usize, Vec<usize>)> {
    (2usize..=6).prop_flat_map(|count| {
        let places: Vec<usize> = (0..count).collect();
        (2..=u8::try_from(count).unwrap(), Just(count), prop::sample::subsequence(places, 0..=count).prop_shuffle())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_members_who_reach_the_threshold_open_it_and_no_others(
        (threshold, count, who) in some_members(),
        plain in prop::collection::vec(any::<u8>(), 0..200),
        is_for_someone: bool,
    ) {
        let house = house(threshold, count);
        let court = HolderKey::generate(&[77; 32]);
        let court = is_for_someone.then_some(&court);
        let sealed = sealed(&house, &plain);
        let inquiry = inquiry(&house, &sealed, court);
        let releases: Vec<_> = who.iter().map(|at| release(&inquiry, &house, *at)).collect();
        // The same release twice does not count twice.
        let twice = releases.iter().chain(&releases).map(Vec::as_slice);
        match inquiry.open(twice, court) {
            Ok(opened) => {
                prop_assert!(who.len() >= usize::from(threshold));
                prop_assert_eq!(&*opened.plain, &plain);
                prop_assert!(opened.faults.is_empty());
            }
            Err(error) => {
                prop_assert!(who.len() < usize::from(threshold));
                prop_assert_eq!(error, CustodyError::TooFew { have: who.len(), need: usize::from(threshold), cheaters: vec![] });
            }
        }
    }

    #[test]
    fn one_altered_bit_of_a_release_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8, is_for_someone: bool) {
        let house = house(2, 3);
        let court = HolderKey::generate(&[77; 32]);
        let inquiry = inquiry(&house, &sealed(&house, b"person_1"), is_for_someone.then_some(&court));
        let mut bytes = release(&inquiry, &house, 1);
        prop_assert!(inquiry.check(&bytes).is_ok());
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(inquiry.check(&bytes).is_err());
    }

    #[test]
    fn one_altered_bit_of_a_ciphertext_is_refused_before_anyone_decrypts(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let house = house(2, 2);
        let mut bytes = sealed(&house, b"person_1").encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(altered) = Ciphertext::decode(&bytes) {
            let refused = Inquiry::new(house.set.clone(), altered, label(), b"case_9", None).unwrap_err();
            prop_assert_eq!(refused, CustodyError::BadCiphertext);
        }
    }
}

#[test]
fn a_ciphertext_can_not_be_moved_to_another_persona_purpose_or_key() {
    let here = house(2, 3);
    let elsewhere = house(3, 4);
    let sealed = sealed(&here, b"person_1");
    assert!(sealed.is_for(&here.set.public_key(), &label()));
    for moved in [
        Label::new("persona/unmask", "persona_8").unwrap(),
        Label::new("persona/other", "persona_7").unwrap(),
        // The same letters, cut elsewhere.
        Label::new("persona/unmaskp", "ersona_7").unwrap(),
    ] {
        assert_eq!(Inquiry::new(here.set.clone(), sealed.clone(), moved, b"c", None).unwrap_err(), CustodyError::BadCiphertext);
    }
    assert_eq!(Inquiry::new(elsewhere.set, sealed, label(), b"c", None).unwrap_err(), CustodyError::BadCiphertext);
}

#[test]
fn a_release_is_for_its_case_its_recipient_and_its_ciphertext_only() {
    let house = house(2, 3);
    let court = HolderKey::generate(&[77; 32]);
    let (one, two) = (sealed(&house, b"person_1"), sealed(&house, b"person_22"));
    let right = inquiry(&house, &one, Some(&court));
    let bytes = release(&right, &house, 0);
    assert_eq!(right.check(&bytes).unwrap().place(), 1);
    let other_case = Inquiry::new(house.set.clone(), one.clone(), label(), b"case_10", Some(court.public())).unwrap();
    for other in [other_case, inquiry(&house, &two, Some(&court)), inquiry(&house, &one, None), inquiry(&house, &one, Some(&house.keys[0]))]
    {
        assert_ne!(other.id(), right.id());
        assert_eq!(other.check(&bytes).unwrap_err(), CustodyError::Foreign);
    }
    assert!(Inquiry::new(house.set.clone(), one, label(), b"", None).is_err());
}

#[test]
fn everybody_can_check_the_releases_and_only_the_recipient_can_read() {
    let house = house(2, 3);
    let (court, curious) = (HolderKey::generate(&[77; 32]), HolderKey::generate(&[78; 32]));
    let inquiry = inquiry(&house, &sealed(&house, b"person_1"), Some(&court));
    let releases: Vec<_> = (0..3).map(|at| release(&inquiry, &house, at)).collect();
    assert!(releases.iter().all(|each| inquiry.check(each).is_ok()));
    let slices = || releases.iter().map(Vec::as_slice);
    assert_eq!(&*inquiry.open(slices(), Some(&court)).unwrap().plain, b"person_1");
    assert!(matches!(inquiry.open(slices(), Some(&curious)).unwrap_err(), CustodyError::Parameter { .. }));
    assert!(matches!(inquiry.open(slices(), None).unwrap_err(), CustodyError::Parameter { .. }));
}

#[test]
fn nobody_is_blamed_for_a_release_that_another_has_forged() {
    let house = house(2, 3);
    let inquiry = inquiry(&house, &sealed(&house, b"person_1"), None);
    let good: Vec<_> = (0..3).map(|at| release(&inquiry, &house, at)).collect();
    let mut forged = good[0].clone();
    forged[40] ^= 1;
    assert_eq!(inquiry.check(&forged).unwrap_err(), CustodyError::BadSignature { place: 1 });
    // Member 2's words under member 1's name.
    let mut borrowed = good[1].clone();
    borrowed[34] = 1;
    assert_eq!(inquiry.check(&borrowed).unwrap_err(), CustodyError::BadSignature { place: 1 });
    let opened = inquiry.open([&forged[..], &borrowed, b"", &good[1], &good[2]], None).unwrap();
    assert_eq!((&opened.plain[..], opened.faults.len()), (&b"person_1"[..], 0));
    assert_eq!(inquiry.release(&house.shares[0], &house.keys[1], &[0; 32]), Err(CustodyError::WrongShare));
}

#[test]
fn the_limits_of_a_label_and_of_a_plaintext_are_kept() {
    let house = house(2, 2);
    let key = house.set.public_key();
    let seal = |plain: &[u8]| Ciphertext::seal(&key, &label(), plain, &[0; 32]);
    assert!(seal(&[0; 4097]).is_err());
    let longest = seal(&[0; 4096]).unwrap();
    assert_eq!(longest.encode().len(), 4096 + 146);
    assert_eq!(Ciphertext::decode(&longest.encode()).unwrap(), longest);
    assert!(Label::new("", "x").is_err() && Label::new("x", "").is_err() && Label::new("x".repeat(129), "x").is_err());
    assert!(Label::new("x", vec![0; 256]).is_ok() && Label::new("x", vec![0; 257]).is_err());
    // Equal random bytes for two texts give two keys: a generator that repeats itself reveals nothing.
    assert_ne!(seal(b"a").unwrap().encode()[2..34], seal(b"b").unwrap().encode()[2..34]);
}
