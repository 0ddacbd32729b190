//! One spelling for each thing, and nothing that panics.

use std::sync::LazyLock;

use proptest::prelude::*;
use sala_custody::{
    Ceremony, Ciphertext, Committee, HolderKey, Inquiry, KeySet, KeyShare, Label, PublicKey,
    token::{Message, Request, Scope, ScopeKey, Token, UserSecret},
};

use crate::{
    house::{House, house, participants},
    vectors::{FIXED, issuer},
};

static HOUSE: LazyLock<House> = LazyLock::new(|| house(2, 3));

/// Something of every kind that this crate writes.
static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let house = &*HOUSE;
    let label = Label::new("p", "s").unwrap();
    let sealed = Ciphertext::seal(&house.set.public_key(), &label, b"plain", &[1; 32]).unwrap();
    let inquiry = Inquiry::new(house.set.clone(), sealed.clone(), label, b"case", None).unwrap();
    let ceremony = Ceremony::generate(house.set.committee().clone());
    vec![
        house.set.encode(),
        house.set.committee().encode(),
        house.shares[0].to_bytes().to_vec(),
        house.keys[0].to_bytes().to_vec(),
        house.keys[0].public().as_bytes().to_vec(),
        sealed.encode(),
        inquiry.release(&house.shares[0], &house.keys[0], &[2; 32]).unwrap(),
        participants(&house.keys)[0].deal(&ceremony).unwrap(),
        hex::decode(&FIXED[0].token).unwrap(),
        issuer().public().unwrap().to_spki().unwrap(),
    ]
});

/// Reads the bytes as everything there is: what is accepted is written back the same.
fn read_as_everything(bytes: &[u8]) -> usize {
    let again = [
        KeySet::decode(bytes).ok().map(|it| it.encode()),
        Committee::decode(bytes).ok().map(|it| it.encode()),
        KeyShare::from_bytes(&HOUSE.set, bytes).ok().map(|it| it.to_bytes().to_vec()),
        PublicKey::from_bytes(bytes).ok().map(|it| it.as_bytes().to_vec()),
        HolderKey::from_bytes(bytes).ok().map(|it| it.to_bytes().to_vec()),
        Ciphertext::decode(bytes).ok().map(|it| it.encode()),
        Token::decode(bytes).ok().map(|it| it.encode()),
        Request::from_bytes(bytes).ok().map(|it| it.as_bytes().to_vec()),
        ScopeKey::from_spki(bytes).ok().map(|it| it.to_spki().unwrap()),
    ];
    let mut ceremony = Ceremony::generate(HOUSE.set.committee().clone());
    let heard = usize::from(ceremony.receive(bytes).is_ok());
    let accepted: Vec<_> = again.into_iter().flatten().collect();
    assert!(accepted.iter().all(|each| each == bytes));
    accepted.len() + heard
}

#[test]
fn each_thing_is_read_back_and_no_part_of_it_nor_more() {
    for (at, sample) in SAMPLES.iter().enumerate() {
        // A release belongs to an inquiry, so nobody here reads it.
        assert_eq!(read_as_everything(sample) > 0, at != 6, "sample {at}");
        if at == 5 || sample.len() == 32 {
            continue;
        }
        assert_eq!(read_as_everything(&sample[..sample.len() - 1]), 0, "sample {at}, shorter");
        assert_eq!(read_as_everything(&[&sample[..], &[0]].concat()), 0, "sample {at}, longer");
    }
}

#[test]
fn every_other_version_is_refused() {
    for sample in SAMPLES.iter().filter(|sample| sample.len() > 32 && sample[0] == 1) {
        for version in [0, 2, 255] {
            let mut other = sample.clone();
            other[0] = version;
            assert_eq!(read_as_everything(&other), 0);
        }
    }
}

#[test]
fn a_scope_is_visible_ascii_and_its_message_has_one_form() {
    for bad in ["", " ", "poll 1", "a\n", "ก", &"x".repeat(129)] {
        assert!(Scope::new(bad).is_err(), "{bad:?}");
    }
    let scope = Scope::new("poll_01J").unwrap();
    let message = Message::of(&UserSecret::new([3; 32]), &scope);
    assert_eq!(message.encode(), [&[1, 8], &b"poll_01J"[..], message.nonce()].concat());
    assert!(!format!("{message:?} {:?}", UserSecret::new([3; 32])).contains(&hex::encode(message.nonce())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn altered_cut_and_random_bytes_never_panic(
        which in any::<prop::sample::Index>(),
        noise in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = which.get(&SAMPLES).clone();
        for (at, byte) in noise {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read_as_everything(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        read_as_everything(&bytes);
    }
}
