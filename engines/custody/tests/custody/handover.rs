//! Other custodians, the same key.

use sala_custody::{Ceremony, Ciphertext, CustodyError, HolderKey, Inquiry, KeySet, KeyShare, Label, Stage};

use crate::house::{House, committee, house, keys, participants, stage};

fn handover(old: &House, dealing: &[usize], threshold: u8, heirs: &[HolderKey]) -> (KeySet, Vec<KeyShare>) {
    let mut ceremony = Ceremony::hand_over(old.set.clone(), committee("next term", threshold, heirs)).unwrap();
    let (givers, takers) = (participants(&old.keys), participants(heirs));
    let deals: Vec<_> = dealing.iter().map(|at| givers[*at].deal_share(&ceremony, &old.shares[*at]).unwrap()).collect();
    assert_eq!(stage(&mut ceremony, deals), Stage::Complaining);
    assert!(takers.iter().all(|each| each.complain(&ceremony).unwrap().is_empty()));
    assert_eq!(stage(&mut ceremony, []), Stage::Done);
    (ceremony.key_set().unwrap().clone(), takers.iter().map(|each| each.finish(&ceremony).unwrap()).collect())
}

fn open(set: &KeySet, with: &[(&KeyShare, &HolderKey)], sealed: &Ciphertext, label: &Label) -> Result<Vec<u8>, CustodyError> {
    let inquiry = Inquiry::new(set.clone(), sealed.clone(), label.clone(), b"case", None)?;
    let releases = with.iter().map(|(share, key)| inquiry.release(share, key, &[5; 32])).collect::<Result<Vec<_>, _>>()?;
    inquiry.open(releases.iter().map(Vec::as_slice), None).map(|opened| opened.plain.to_vec())
}

#[test]
fn what_was_sealed_before_opens_after_a_handover_and_a_refresh() {
    let old = house(3, 4);
    let label = Label::new("persona/unmask", "persona_1").unwrap();
    let sealed = Ciphertext::seal(&old.set.public_key(), &label, b"person_1", &[4; 32]).unwrap();
    let heirs = keys(2, 5);
    // Three of four old members are enough, whichever they are; the new committee is larger and asks for more.
    for dealing in [&[0, 1, 2][..], &[1, 2, 3], &[0, 1, 2, 3]] {
        let (set, shares) = handover(&old, dealing, 4, &heirs);
        assert_eq!(set.public_key(), old.set.public_key());
        assert_ne!(set.id(), old.set.id());
        let with: Vec<_> = shares.iter().zip(&heirs).collect();
        assert_eq!(open(&set, &with[1..], &sealed, &label).unwrap(), b"person_1");
        assert!(matches!(open(&set, &with[..3], &sealed, &label), Err(CustodyError::TooFew { have: 3, need: 4, .. })));
    }
    // The same members with new shares: an old share does not fit the new set.
    let (set, shares) = handover(&old, &[0, 1, 3], 3, &old.keys);
    let mixed = [(&old.shares[0], &old.keys[0]), (&shares[1], &old.keys[1]), (&shares[2], &old.keys[2])];
    assert_eq!(open(&set, &mixed, &sealed, &label), Err(CustodyError::WrongShare));
    let fresh: Vec<_> = shares.iter().zip(&old.keys).take(3).collect();
    assert_eq!(open(&set, &fresh, &sealed, &label).unwrap(), b"person_1");
}

#[test]
fn too_few_old_members_can_not_hand_over() {
    let old = house(3, 4);
    let heirs = keys(2, 3);
    let mut ceremony = Ceremony::hand_over(old.set.clone(), committee("next term", 2, &heirs)).unwrap();
    let givers = participants(&old.keys);
    for at in [0, 2] {
        ceremony.receive(&givers[at].deal_share(&ceremony, &old.shares[at]).unwrap()).unwrap();
    }
    assert_eq!(ceremony.close(), Err(CustodyError::TooFew { have: 2, need: 3, cheaters: vec![2, 4] }));
}

#[test]
fn only_an_old_member_with_its_own_share_deals_in_a_handover() {
    let old = house(2, 3);
    let heirs = keys(2, 3);
    let ceremony = Ceremony::hand_over(old.set.clone(), committee("next term", 2, &heirs)).unwrap();
    let (givers, takers) = (participants(&old.keys), participants(&heirs));
    assert_eq!(givers[0].deal_share(&ceremony, &old.shares[1]), Err(CustodyError::WrongShare));
    assert_eq!(takers[0].deal_share(&ceremony, &old.shares[0]), Err(CustodyError::WrongShare));
    assert!(givers[0].deal(&ceremony).is_err());
    let another = house(3, 4);
    assert_eq!(givers[0].deal_share(&ceremony, &another.shares[0]), Err(CustodyError::WrongShare));
    assert!(Ceremony::hand_over(old.set.clone(), old.set.committee().clone()).is_err());
    let fresh = Ceremony::generate(committee("new", 2, &old.keys));
    assert!(givers[0].deal_share(&fresh, &old.shares[0]).is_err());
}
