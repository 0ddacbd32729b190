//! Making a key, when members are honest, slow, absent or strangers.

use proptest::prelude::*;
use sala_custody::{Ceremony, CustodyError, HolderKey, Misdeed, Participant, Role, Stage};

use crate::house::{committee, house, keys, participants, random, stage};

fn rounds(ceremony: &mut Ceremony, people: &[Participant], order: &[usize]) {
    let deals: Vec<_> = order.iter().map(|at| people[*at].deal(ceremony).unwrap()).collect();
    stage(ceremony, deals);
    stage(ceremony, []);
    let openings: Vec<_> = order.iter().rev().map(|at| people[*at].open(ceremony).unwrap().unwrap()).collect();
    stage(ceremony, openings);
}

fn sizes() -> impl Strategy<Value = (u8, usize)> {
    (2usize..=7).prop_flat_map(|count| (2..=u8::try_from(count).unwrap(), Just(count)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whoever_hears_the_same_messages_in_whatever_order_gets_the_same_key((threshold, count) in sizes(), seed: u64) {
        let keys = keys(1, count);
        let people = participants(&keys);
        let mut ceremony = Ceremony::generate(committee("unmasking", threshold, &keys));
        let mut other = Ceremony::generate(committee("unmasking", threshold, &keys));
        let order: Vec<usize> = (0..count).collect();
        let mut shuffled = order.clone();
        shuffled.sort_by_key(|at| (u64::try_from(*at).unwrap() + 1).wrapping_mul(seed | 1) >> 7);
        rounds(&mut ceremony, &people, &order);
        rounds(&mut other, &people, &shuffled);
        prop_assert_eq!(ceremony.stage(), Stage::Done);
        prop_assert_eq!(ceremony.key_set().unwrap().encode(), other.key_set().unwrap().encode());
        // `finish` checks the share against the public set.
        for each in &people {
            prop_assert!(each.finish(&other).is_ok());
        }
    }

    #[test]
    fn one_altered_bit_of_any_message_is_refused_and_changes_nothing(at in any::<prop::sample::Index>(), bit in 0u8..8, who in 0usize..3) {
        let keys = keys(1, 3);
        let people = participants(&keys);
        let mut ceremony = Ceremony::generate(committee("unmasking", 2, &keys));
        let altered = |message: &[u8]| {
            let mut copy = message.to_vec();
            let at = at.index(copy.len());
            copy[at] ^= 1 << bit;
            copy
        };
        let deals: Vec<_> = people.iter().map(|each| each.deal(&ceremony).unwrap()).collect();
        prop_assert!(ceremony.receive(&altered(&deals[who])).is_err());
        stage(&mut ceremony, deals);
        stage(&mut ceremony, []);
        let openings: Vec<_> = people.iter().map(|each| each.open(&ceremony).unwrap().unwrap()).collect();
        prop_assert!(ceremony.receive(&altered(&openings[who])).is_err());
        stage(&mut ceremony, openings);
        // Nobody is blamed for what a stranger has altered, and the key is the one of the undisturbed ceremony.
        prop_assert!(ceremony.faults().is_empty());
        prop_assert_eq!(ceremony.key_set().unwrap(), &house(2, 3).set);
    }
}

#[test]
fn a_member_who_leaves_before_opening_is_opened_by_the_others_and_can_not_change_the_key() {
    for (threshold, count, leaving) in [(2, 3, 1), (3, 5, 2), (3, 6, 3)] {
        let expected = house(threshold, count).set;
        let keys = keys(1, count);
        let people = participants(&keys);
        let staying = &people[leaving..];
        let mut ceremony = Ceremony::generate(committee("unmasking", threshold, &keys));
        let deals: Vec<_> = people.iter().map(|each| each.deal(&ceremony).unwrap()).collect();
        stage(&mut ceremony, deals);
        stage(&mut ceremony, []);
        let openings: Vec<_> = staying.iter().map(|each| each.open(&ceremony).unwrap().unwrap()).collect();
        assert_eq!(stage(&mut ceremony, openings), Stage::Revealing);
        let faults: Vec<_> = ceremony.faults().iter().map(|fault| (fault.place, fault.misdeed)).collect();
        assert_eq!(faults, (1..=u8::try_from(leaving).unwrap()).map(|place| (place, Misdeed::NotOpened)).collect::<Vec<_>>());
        let reveals: Vec<_> = staying.iter().flat_map(|each| each.reveal(&ceremony).unwrap()).collect();
        assert_eq!(reveals.len(), staying.len() * leaving);
        assert_eq!(stage(&mut ceremony, reveals), Stage::Done);
        assert_eq!(ceremony.key_set().unwrap(), &expected);
        // Their shares are good all the same.
        assert!(people.iter().all(|each| each.finish(&ceremony).is_ok()));
    }
}

#[test]
fn too_few_who_stay_end_the_ceremony() {
    let keys = keys(1, 4);
    let people = participants(&keys);
    let mut ceremony = Ceremony::generate(committee("unmasking", 3, &keys));
    for each in &people[..2] {
        ceremony.receive(&each.deal(&ceremony).unwrap()).unwrap();
    }
    assert_eq!(ceremony.close(), Err(CustodyError::TooFew { have: 2, need: 3, cheaters: vec![3, 4] }));
    assert_eq!(ceremony.stage(), Stage::Failed);
    assert_eq!(ceremony.close(), Err(CustodyError::OutOfStage { stage: Stage::Failed }));

    let mut ceremony = Ceremony::generate(committee("unmasking again", 3, &keys));
    let deals: Vec<_> = people.iter().map(|each| each.deal(&ceremony).unwrap()).collect();
    stage(&mut ceremony, deals);
    stage(&mut ceremony, []);
    let openings: Vec<_> = people[..2].iter().map(|each| each.open(&ceremony).unwrap().unwrap()).collect();
    stage(&mut ceremony, openings);
    for each in &people[..2] {
        for reveal in each.reveal(&ceremony).unwrap() {
            ceremony.receive(&reveal).unwrap();
        }
    }
    assert!(matches!(ceremony.close(), Err(CustodyError::TooFew { have: 2, need: 3, .. })));
    assert!(ceremony.key_set().is_none());
    assert!(people[0].finish(&ceremony).is_err());
}

#[test]
fn an_absent_dealer_is_named_and_the_others_go_on() {
    let keys = keys(1, 4);
    let people = participants(&keys);
    let mut ceremony = Ceremony::generate(committee("unmasking", 2, &keys));
    let deals: Vec<_> = people[1..].iter().map(|each| each.deal(&ceremony).unwrap()).collect();
    stage(&mut ceremony, deals);
    let fault = *ceremony.faults().first().unwrap();
    assert_eq!((fault.place, fault.role, fault.misdeed), (1, Role::Dealer, Misdeed::NoDealing));
    assert_eq!(fault.to_string(), "dealer 1 did not deal in time");
    stage(&mut ceremony, []);
    assert_eq!(people[0].open(&ceremony).unwrap(), None);
    let openings: Vec<_> = people[1..].iter().map(|each| each.open(&ceremony).unwrap().unwrap()).collect();
    assert_eq!(stage(&mut ceremony, openings), Stage::Done);
    // It holds a share like everybody: it was dealt to.
    assert!(people.iter().all(|each| each.finish(&ceremony).is_ok()));
}

#[test]
fn repeated_late_early_and_foreign_messages_are_refused() {
    let keys = keys(1, 3);
    let people = participants(&keys);
    let mut ceremony = Ceremony::generate(committee("unmasking", 2, &keys));
    let other = Ceremony::generate(committee("another", 2, &keys));
    let deal = people[0].deal(&ceremony).unwrap();

    assert_eq!(ceremony.receive(&people[0].deal(&other).unwrap()), Err(CustodyError::Foreign));
    assert_eq!(people[0].open(&ceremony), Err(CustodyError::OutOfStage { stage: Stage::Dealing }));
    assert_eq!(people[0].reveal(&ceremony), Err(CustodyError::OutOfStage { stage: Stage::Dealing }));
    ceremony.receive(&deal).unwrap();
    assert_eq!(ceremony.receive(&deal), Err(CustodyError::Duplicate));
    // After a crash a member with the same random bytes says the same.
    let again = Participant::new(keys[0].clone(), random(200, 50));
    assert_eq!(again.deal(&ceremony).unwrap(), deal);

    let stranger = Participant::new(HolderKey::generate(&[9; 32]), [7; 32]);
    assert_eq!(stranger.deal(&ceremony), Err(CustodyError::NotAMember));
    assert_eq!(stranger.complain(&ceremony), Err(CustodyError::NotAMember));
    let mut nobody = deal.clone();
    nobody[34] = 4;
    assert_eq!(ceremony.receive(&nobody), Err(CustodyError::NotAMember));
    nobody[34] = 2;
    assert_eq!(ceremony.receive(&nobody), Err(CustodyError::BadSignature { place: 2 }));

    let late = people[2].deal(&ceremony).unwrap();
    ceremony.receive(&people[1].deal(&ceremony).unwrap()).unwrap();
    ceremony.close().unwrap();
    assert_eq!(ceremony.receive(&late), Err(CustodyError::OutOfStage { stage: Stage::Complaining }));
    assert_eq!(ceremony.qualified(), [1, 2]);
}

#[test]
fn a_committee_that_one_member_could_overrule_is_not_made() {
    let keys = keys(1, 3);
    let publics: Vec<_> = keys.iter().map(HolderKey::public).collect();
    let make = |name: &str, threshold, members: &[sala_custody::PublicKey]| sala_custody::Committee::new(name, threshold, members.to_vec());
    assert!(make("x", 2, &publics).is_ok());
    for (name, threshold, members) in [
        ("x", 0, &publics[..]),
        ("x", 1, &publics),
        ("x", 4, &publics),
        ("", 2, &publics),
        ("x", 2, &[publics[0], publics[1], publics[0]]),
        ("x", 2, &[]),
    ] {
        assert!(make(name, threshold, members).is_err(), "{name} {threshold} {members:?}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let house = house(2, 3);
    let secret = hex::encode(*house.keys[0].to_bytes());
    let share = hex::encode(&house.shares[0].to_bytes()[35..]);
    let people = participants(&house.keys);
    let printed = format!("{:?} {:?} {:?} {:?}", house.keys, house.shares, people, house.set);
    assert!(!printed.contains(&secret) && !printed.contains(&share) && !printed.contains("200"), "{printed}");
}
