//! A house with custodians: members with keys, and a ceremony that they have gone through.

use sala_custody::{Ceremony, Committee, HolderKey, KeySet, KeyShare, Participant, Stage};

/// 32 bytes that no other (kind, number) has.
pub(crate) fn random(kind: u8, number: usize) -> [u8; 32] {
    let mut bytes = [kind; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}

pub(crate) fn keys(kind: u8, count: usize) -> Vec<HolderKey> {
    (0..count).map(|number| HolderKey::generate(&random(kind, number))).collect()
}

pub(crate) fn committee(name: &str, threshold: u8, keys: &[HolderKey]) -> Committee {
    Committee::new(name, threshold, keys.iter().map(HolderKey::public).collect()).unwrap()
}

pub(crate) fn participants(keys: &[HolderKey]) -> Vec<Participant> {
    (50..).zip(keys).map(|(number, key)| Participant::new(key.clone(), random(200, number))).collect()
}

/// Lets everybody hear all messages and closes the stage.
pub(crate) fn stage(ceremony: &mut Ceremony, messages: impl IntoIterator<Item = Vec<u8>>) -> Stage {
    for message in messages {
        ceremony.receive(&message).unwrap();
    }
    ceremony.close().unwrap()
}

pub(crate) struct House {
    pub(crate) keys: Vec<HolderKey>,
    pub(crate) set: KeySet,
    pub(crate) shares: Vec<KeyShare>,
}

pub(crate) fn house(threshold: u8, count: usize) -> House {
    let keys = keys(1, count);
    let mut ceremony = Ceremony::generate(committee("unmasking", threshold, &keys));
    let people = participants(&keys);
    let dealings: Vec<_> = people.iter().map(|each| each.deal(&ceremony).unwrap()).collect();
    assert_eq!(stage(&mut ceremony, dealings), Stage::Complaining);
    assert!(people.iter().all(|each| each.complain(&ceremony).unwrap().is_empty()));
    assert_eq!(stage(&mut ceremony, []), Stage::Opening);
    let openings: Vec<_> = people.iter().map(|each| each.open(&ceremony).unwrap().unwrap()).collect();
    assert_eq!(stage(&mut ceremony, openings), Stage::Done);
    assert!(ceremony.faults().is_empty());
    let shares = people.iter().map(|each| each.finish(&ceremony).unwrap()).collect();
    House { keys, set: ceremony.key_set().unwrap().clone(), shares }
}
