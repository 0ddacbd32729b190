//! Whatever custodians are sent is written back byte for byte or refused, and a stranger moves no ceremony.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sala_custody::{Ceremony, Ciphertext, Committee, HolderKey, Inquiry, KeySet, KeyShare, Label, Participant, PublicKey};

struct House {
    keys: Vec<HolderKey>,
    set: KeySet,
    inquiry: Inquiry,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let keys: Vec<HolderKey> = (1..=3).map(|byte| HolderKey::generate(&[byte; 32])).collect();
    let mut ceremony = Ceremony::generate(committee(&keys));
    let people: Vec<Participant> = keys.iter().zip(11..).map(|(key, byte)| Participant::new(key.clone(), [byte; 32])).collect();
    for each in &people {
        ceremony.receive(&each.deal(&ceremony).unwrap()).unwrap();
    }
    ceremony.close().unwrap();
    ceremony.close().unwrap();
    for each in &people {
        ceremony.receive(&each.open(&ceremony).unwrap().unwrap()).unwrap();
    }
    ceremony.close().unwrap();
    let set = ceremony.key_set().unwrap().clone();
    let label = Label::new("persona/unmask", "persona_1").unwrap();
    let sealed = Ciphertext::seal(&set.public_key(), &label, b"person_1", &[1; 32]).unwrap();
    let inquiry = Inquiry::new(set.clone(), sealed, label, b"case", Some(keys[0].public())).unwrap();
    House { keys, set, inquiry }
});

fn committee(keys: &[HolderKey]) -> Committee {
    Committee::new("unmasking", 2, keys.iter().map(HolderKey::public).collect()).unwrap()
}

fuzz_target!(|bytes: &[u8]| {
    let house = &*HOUSE;
    if let Ok(read) = Committee::decode(bytes) {
        assert_eq!(read.encode(), bytes);
    }
    if let Ok(read) = KeySet::decode(bytes) {
        assert_eq!(read.encode(), bytes);
    }
    if let Ok(read) = KeyShare::from_bytes(&house.set, bytes) {
        assert_eq!(read.to_bytes()[..], *bytes);
    }
    if let Ok(read) = PublicKey::from_bytes(bytes) {
        assert_eq!(read.as_bytes()[..], *bytes);
    }
    if let Ok(read) = HolderKey::from_bytes(bytes) {
        assert_eq!(read.to_bytes()[..], *bytes);
    }
    if let Ok(read) = Ciphertext::decode(bytes) {
        assert_eq!(read.encode(), bytes);
        let _ = read.is_for(&house.set.public_key(), &Label::new("p", "s").unwrap());
    }
    let mut ceremony = Ceremony::generate(committee(&house.keys));
    let _ = ceremony.receive(bytes);
    let _ = house.inquiry.check(bytes);
    let _ = house.inquiry.open([bytes, bytes], Some(&house.keys[0]));
});
