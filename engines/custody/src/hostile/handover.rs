//! A handover in which some of those who have the key cheat: whatever they deal, nobody ends with a share of another key.

use std::collections::BTreeSet;

use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT as G, scalar::Scalar};
use proptest::{prelude::*, sample::subsequence};

use super::{commit, polynomial, scalar};
use crate::{
    Ceremony, Ciphertext, Committee, CustodyError, HolderKey, Inquiry, KeySet, KeyShare, Label, Misdeed, Participant, PublicKey, Role,
    Stage,
    ceremony::message::{Dealing, Pair},
    envelope::{Kind, sign},
    group::Polynomial,
};

/// What a dealer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conduct {
    Honest,
    Silent,
    /// Deals another value than its share, committed to soundly.
    OtherValue,
    /// A commitment of a higher coefficient does not belong to what is dealt.
    OtherCommitment,
    /// The share of one heir is wrong.
    WrongShare,
    /// The box of one heir is for somebody else.
    OtherBox,
    /// A blind, where a handover has none.
    Blind,
    /// Deals two different sound dealings.
    Twice,
    /// Deals its share for another threshold.
    OtherThreshold,
}

const CHEATS: [Conduct; 8] = [
    Conduct::Silent,
    Conduct::OtherValue,
    Conduct::OtherCommitment,
    Conduct::WrongShare,
    Conduct::OtherBox,
    Conduct::Blind,
    Conduct::Twice,
    Conduct::OtherThreshold,
];

fn keys(kind: u8, count: usize) -> Vec<HolderKey> {
    (0..count).map(|at| HolderKey::generate(&[kind + u8::try_from(at).unwrap(); 32])).collect()
}

/// Those who have a key of threshold `t`: the test knows the polynomial.
fn house(threshold: u8, count: usize) -> (Vec<HolderKey>, KeySet, Vec<KeyShare>) {
    let keys = keys(1, count);
    let secret = polynomial(7, u64::from(threshold));
    let committee = Committee::new("old", threshold, keys.iter().map(HolderKey::public).collect()).unwrap();
    let set = KeySet::new(committee, secret.0.iter().map(|a| G * a).collect()).unwrap();
    let shares = (1..=u8::try_from(count).unwrap()).map(|place| KeyShare::new(&set, place, secret.at(place)).unwrap()).collect();
    (keys, set, shares)
}

struct Handover {
    old: Vec<HolderKey>,
    set: KeySet,
    shares: Vec<KeyShare>,
    heirs: Vec<HolderKey>,
    threshold: u8,
    ceremony: Ceremony,
}

impl Handover {
    fn new((threshold, count): (u8, usize), (new_threshold, heirs): (u8, usize)) -> Self {
        let (old, set, shares) = house(threshold, count);
        let heirs = keys(101, heirs);
        let committee = Committee::new("heirs", new_threshold, heirs.iter().map(HolderKey::public).collect()).unwrap();
        let ceremony = Ceremony::hand_over(set.clone(), committee).unwrap();
        Self { old, set, shares, heirs, threshold: new_threshold, ceremony }
    }

    fn honest(&self, at: usize, random: u8) -> Vec<u8> {
        Participant::new(self.old[at].clone(), [random; 32]).deal_share(&self.ceremony, &self.shares[at]).unwrap()
    }

    /// What a dealer at place `at + 1` says; `victim` is the heir whom it harms.
    fn says(&self, at: usize, conduct: Conduct, victim: usize) -> Vec<Vec<u8>> {
        let seed = 40 + u64::try_from(at).unwrap();
        let threshold = usize::from(self.threshold);
        let own = *self.shares[at].of(&self.set).unwrap();
        let mut plain = polynomial(seed, u64::from(self.threshold));
        plain.0[0] = own;
        let mut blinds = Polynomial(vec![Scalar::ZERO; threshold]);
        let mut recipients: Vec<PublicKey> = self.heirs.iter().map(HolderKey::public).collect();
        match conduct {
            Conduct::Honest => return vec![self.honest(at, 9)],
            Conduct::Silent => return vec![],
            Conduct::Twice => return vec![self.honest(at, 9), self.honest(at, 10)],
            Conduct::OtherValue => plain.0[0] += Scalar::ONE,
            Conduct::Blind => blinds.0[threshold - 1] = scalar(3),
            Conduct::OtherThreshold => {
                plain.0.push(scalar(4));
                blinds.0.push(Scalar::ZERO);
            }
            Conduct::OtherBox => recipients[victim] = HolderKey::generate(&[222; 32]).public(),
            Conduct::OtherCommitment | Conduct::WrongShare => {}
        }
        let mut commitments = commit(&plain, &blinds);
        if conduct == Conduct::OtherCommitment {
            commitments[threshold - 1] += G;
        }
        let pair = |(at, key): (usize, PublicKey)| {
            let place = u8::try_from(at + 1).unwrap();
            let mut pair = Pair { share: plain.at(place), blind: blinds.at(place) };
            if conduct == Conduct::WrongShare && at == victim {
                pair.share += Scalar::ONE;
            }
            (key, pair)
        };
        let pairs: Vec<(PublicKey, Pair)> = recipients.into_iter().enumerate().map(pair).collect();
        let place = u8::try_from(at + 1).unwrap();
        let body = Dealing::encode(self.ceremony.id(), place, commitments, &scalar(seed + 1000), &pairs).unwrap();
        vec![sign(Kind::Dealing, self.ceremony.id(), place, &body, &self.old[at])]
    }

    fn takers(&self) -> Vec<Participant> {
        self.heirs.iter().map(|key| Participant::new(key.clone(), [60; 32])).collect()
    }
}

fn open(set: &KeySet, shares: &[KeyShare], keys: &[HolderKey], with: &[usize], sealed: &Ciphertext) -> Result<Vec<u8>, CustodyError> {
    let inquiry = Inquiry::new(set.clone(), sealed.clone(), Label::new("p", "s").unwrap(), b"case", None)?;
    let parts: Vec<Vec<u8>> = with.iter().map(|at| inquiry.release(&shares[*at], &keys[*at], &[5; 32]).unwrap()).collect();
    inquiry.open(parts.iter().map(Vec::as_slice), None).map(|opened| opened.plain.to_vec())
}

/// t of n.
type Size = (u8, usize);

/// t of n, t' of n', a conduct and a victim for each dealer, and an order of the heirs.
fn scenes() -> impl Strategy<Value = (Size, Size, Vec<(Conduct, usize)>, Vec<usize>)> {
    let size = || (2usize..=5).prop_flat_map(|count| (2..=u8::try_from(count).unwrap(), Just(count)));
    (size(), size()).prop_flat_map(|(old, new)| {
        let conduct = prop_oneof![3 => Just(Conduct::Honest), 2 => prop::sample::select(&CHEATS[..])];
        let order = subsequence((0..new.1).collect::<Vec<_>>(), new.1).prop_shuffle();
        (Just(old), Just(new), prop::collection::vec((conduct, 0..new.1), old.1), order)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_committee_hands_over_to_any_other_through_any_cheats_or_fails_naming_them((old, new, conducts, order) in scenes()) {
        let mut scene = Handover::new(old, new);
        let sealed = Ciphertext::seal(&scene.set.public_key(), &Label::new("p", "s").unwrap(), b"person_1", &[8; 32]).unwrap();
        for (at, (conduct, victim)) in conducts.iter().enumerate() {
            for message in scene.says(at, *conduct, *victim) {
                match scene.ceremony.receive(&message) {
                    Ok(()) => {}
                    Err(CustodyError::Cheated(fault)) => prop_assert_eq!(usize::from(fault.place), at + 1),
                    Err(other) => prop_assert!(false, "{other}"),
                }
            }
        }
        let honest: BTreeSet<u8> =
            (1u8..).zip(&conducts).filter(|(_, (conduct, _))| *conduct == Conduct::Honest).map(|(place, _)| place).collect();
        // A failure here or after the complaints: either way only when too few were honest.
        let takers = scene.takers();
        let mut end = scene.ceremony.close();
        let boxes_were_opened = end.is_ok();
        if boxes_were_opened {
            for taker in &takers {
                for complaint in taker.complain(&scene.ceremony).unwrap() {
                    // The second complaint of one dealer says nothing new; none of them is false.
                    prop_assert!(matches!(scene.ceremony.receive(&complaint), Ok(()) | Err(CustodyError::Duplicate)));
                }
            }
            end = scene.ceremony.close();
        }
        let is_named = |place: u8| scene.ceremony.faults().iter().any(|fault| fault.place == place && fault.role == Role::Dealer);
        for (place, (conduct, _)) in (1u8..).zip(&conducts) {
            // What lies in a box is seen by its owner only: with too few dealings nobody came so far.
            let is_seen = boxes_were_opened || !matches!(conduct, Conduct::OtherCommitment | Conduct::WrongShare | Conduct::OtherBox | Conduct::Blind);
            prop_assert_eq!(is_named(place), *conduct != Conduct::Honest && is_seen, "place {}: {:?}", place, conduct);
        }
        prop_assert!(scene.ceremony.faults().iter().all(|fault| fault.role == Role::Dealer), "no heir is blamed");
        if honest.len() < usize::from(old.0) {
            prop_assert!(matches!(end, Err(CustodyError::TooFew { .. })), "too few dealers");
            prop_assert_eq!(scene.ceremony.stage(), Stage::Failed);
            prop_assert!(scene.ceremony.key_set().is_none());
            return Ok(());
        }
        prop_assert_eq!(end, Ok(Stage::Done));
        prop_assert_eq!(scene.ceremony.qualified(), honest.into_iter().collect::<Vec<_>>());
        let set = scene.ceremony.key_set().unwrap();
        prop_assert_eq!(set.public_key(), scene.set.public_key());
        let shares: Vec<KeyShare> = takers.iter().map(|taker| taker.finish(&scene.ceremony).unwrap()).collect();
        let need = usize::from(new.0);
        prop_assert_eq!(open(set, &shares, &scene.heirs, &order[..need], &sealed).unwrap(), b"person_1");
        prop_assert!(matches!(open(set, &shares, &scene.heirs, &order[..need - 1], &sealed), Err(CustodyError::TooFew { .. })), "too few heirs");
    }

    #[test]
    fn what_was_dealt_for_one_handover_says_nothing_in_another(name in "[a-z]{1,8}", threshold in 2u8..=3, at in 0usize..3) {
        prop_assume!(name != "heirs");
        let mut here = Handover::new((2, 3), (2, 3));
        // The same heirs under another name, or with another threshold: another ceremony.
        let committee = Committee::new(name, threshold, here.heirs.iter().map(HolderKey::public).collect()).unwrap();
        let there = Ceremony::hand_over(here.set.clone(), committee).unwrap();
        let moved = Participant::new(here.old[at].clone(), [9; 32]).deal_share(&there, &here.shares[at]).unwrap();
        prop_assert_eq!(here.ceremony.receive(&moved), Err(CustodyError::Foreign));
        // Nor under another's place: the index is in what is signed.
        let mut relabelled = here.honest(at, 9);
        relabelled[34] = u8::try_from((at + 1) % 3 + 1).unwrap();
        prop_assert!(matches!(here.ceremony.receive(&relabelled), Err(CustodyError::BadSignature { .. })), "another place");
        prop_assert!(here.ceremony.faults().is_empty());
    }
}

#[test]
fn the_same_index_twice_counts_once_and_differently_not_at_all() {
    let mut scene = Handover::new((2, 3), (2, 3));
    let first = scene.honest(0, 9);
    scene.ceremony.receive(&first).unwrap();
    assert_eq!(scene.ceremony.receive(&first), Err(CustodyError::Duplicate));
    assert_eq!(scene.ceremony.close(), Err(CustodyError::TooFew { have: 1, need: 2, cheaters: vec![2, 3] }));

    let mut scene = Handover::new((2, 3), (2, 3));
    scene.ceremony.receive(&scene.honest(0, 9)).unwrap();
    assert!(
        matches!(scene.ceremony.receive(&scene.honest(0, 10)), Err(CustodyError::Cheated(fault)) if fault.misdeed == Misdeed::TwoDealings)
    );
    scene.ceremony.receive(&scene.honest(1, 9)).unwrap();
    assert!(matches!(scene.ceremony.close(), Err(CustodyError::TooFew { have: 1, need: 2, .. })));
}

#[test]
fn old_shares_open_as_long_as_someone_keeps_them_and_do_not_mix_with_new_ones() {
    let mut scene = Handover::new((2, 3), (3, 4));
    let sealed = Ciphertext::seal(&scene.set.public_key(), &Label::new("p", "s").unwrap(), b"person_1", &[8; 32]).unwrap();
    for at in 0..2 {
        scene.ceremony.receive(&scene.honest(at, 9)).unwrap();
    }
    scene.ceremony.close().unwrap();
    scene.ceremony.close().unwrap();
    let new = scene.ceremony.key_set().unwrap();
    let shares: Vec<KeyShare> = scene.takers().iter().map(|taker| taker.finish(&scene.ceremony).unwrap()).collect();
    // Mathematics does not take the old ones away: that is why they are destroyed.
    assert_eq!(open(&scene.set, &scene.shares, &scene.old, &[0, 2], &sealed).unwrap(), b"person_1");
    assert_eq!(open(new, &shares, &scene.heirs, &[3, 1, 2], &sealed).unwrap(), b"person_1");
    // One old and two new ones are three shares of nothing.
    let inquiry = Inquiry::new(new.clone(), sealed, Label::new("p", "s").unwrap(), b"case", None).unwrap();
    assert_eq!(inquiry.release(&scene.shares[0], &scene.old[0], &[5; 32]).unwrap_err(), CustodyError::WrongShare);
}

#[test]
fn a_key_goes_on_through_many_handovers_and_a_refresh_in_between() {
    let (mut keys_now, mut set, mut shares) = house(2, 3);
    let first = set.public_key();
    let sealed = Ciphertext::seal(&first, &Label::new("p", "s").unwrap(), b"person_1", &[8; 32]).unwrap();
    for (round, (threshold, count, is_refresh)) in
        [(3u8, 5, false), (3, 5, true), (2, 2, false), (4, 6, false), (4, 6, true)].into_iter().enumerate()
    {
        let kind = 20 + 10 * u8::try_from(round).unwrap();
        let heirs = if is_refresh { keys_now.clone() } else { keys(kind, count) };
        let committee = Committee::new(format!("term {round}"), threshold, heirs.iter().map(HolderKey::public).collect()).unwrap();
        let mut ceremony = Ceremony::hand_over(set.clone(), committee).unwrap();
        for (key, share) in keys_now.iter().zip(&shares).rev().take(usize::from(set.committee().threshold())) {
            let dealing = Participant::new(key.clone(), [kind; 32]).deal_share(&ceremony, share).unwrap();
            ceremony.receive(&dealing).unwrap();
        }
        ceremony.close().unwrap();
        assert_eq!(ceremony.close().unwrap(), Stage::Done);
        let takers: Vec<Participant> = heirs.iter().map(|key| Participant::new(key.clone(), [kind + 1; 32])).collect();
        let new = ceremony.key_set().unwrap().clone();
        let fresh: Vec<KeyShare> = takers.iter().map(|taker| taker.finish(&ceremony).unwrap()).collect();
        assert_eq!(new.public_key(), first);
        let with: Vec<usize> = (0..usize::from(threshold)).collect();
        assert_eq!(open(&new, &fresh, &heirs, &with, &sealed).unwrap(), b"person_1");
        (keys_now, set, shares) = (heirs, new, fresh);
    }
}
