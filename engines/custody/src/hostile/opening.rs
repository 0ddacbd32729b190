//! Custodians who release something false, and authors of ciphertexts that can't be read.

use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT as G, ristretto::RistrettoPoint, scalar::Scalar};

use super::{polynomial, scalar};
use crate::{
    Ciphertext, Committee, CustodyError, Fault, HolderKey, Inquiry, KeyShare, Label, Misdeed, PublicKey, Role,
    envelope::{Kind, sign},
    group::{Polynomial, interpolate, weighted, weights},
    holder::seal,
    transcript::Transcript,
    wire::{put_point, put_proof},
};

/// Shares of a key of 3 of 5, an inquiry, and the secret itself, which only a test computes.
fn inquiry(recipient: Option<PublicKey>) -> (Inquiry, Vec<HolderKey>, Vec<Scalar>, Label, Ciphertext) {
    let keys: Vec<HolderKey> = (1..=5).map(|byte| HolderKey::generate(&[byte; 32])).collect();
    let committee = Committee::new("x", 3, keys.iter().map(HolderKey::public).collect()).unwrap();
    let secret = polynomial(4, 3);
    let set = crate::KeySet::new(committee, secret.0.iter().map(|a| G * a).collect()).unwrap();
    let label = Label::new("p", "s").unwrap();
    let sealed = Ciphertext::seal(&set.public_key(), &label, b"person_1", &[8; 32]).unwrap();
    let inquiry = Inquiry::new(set, sealed.clone(), label.clone(), b"case", recipient).unwrap();
    let shares = (1..=5).map(|place| secret.at(place)).collect();
    (inquiry, keys, shares, label, sealed)
}

#[test]
fn one_fewer_than_the_threshold_open_nothing_and_fit_every_key() {
    let (inquiry, _, shares, label, sealed) = inquiry(None);
    let key = inquiry.keys().public_key();
    for chosen in [vec![1u8, 2], vec![2, 5], vec![4]] {
        // Whatever they put together, with the right weights for their number, is not the key of the box …
        let parts: Vec<RistrettoPoint> = chosen.iter().map(|place| sealed.u * shares[usize::from(*place) - 1]).collect();
        assert_eq!(sealed.unseal(&key, &label, &weighted(&weights(&chosen), &parts)), Err(CustodyError::Unreadable));
        // … and for any secret there is a polynomial of the right degree through their shares and it.
        for candidate in [scalar(1000), scalar(1001)] {
            let mut points: Vec<(u8, Scalar)> = chosen.iter().map(|place| (*place, shares[usize::from(*place) - 1])).collect();
            points.push((0, candidate));
            let fitting = Polynomial(interpolate(&points));
            assert!(fitting.0.len() <= 3 && fitting.at(0) == candidate);
            assert!(chosen.iter().all(|place| fitting.at(*place) == shares[usize::from(*place) - 1]));
        }
    }
}

#[test]
fn a_part_made_with_another_share_names_the_custodian_and_the_others_open_without_it() {
    for recipient in [None, Some(HolderKey::generate(&[70; 32]))] {
        let (inquiry, keys, shares, ..) = inquiry(recipient.as_ref().map(HolderKey::public));
        let set = inquiry.keys().clone();
        let release = |at: usize| {
            let share = KeyShare::new(&set, u8::try_from(at + 1).unwrap(), shares[at]).unwrap();
            inquiry.release(&share, &keys[at], &[1; 32]).unwrap()
        };
        // Custodian 1 uses custodian 2's share, and signs that.
        let body = {
            let good = release(1);
            good[35..good.len() - 64].to_vec()
        };
        let false_part = sign(Kind::Release, inquiry.id(), 1, &body, &keys[0]);
        let fault = Fault { place: 1, role: Role::Custodian, misdeed: Misdeed::BadRelease };
        assert_eq!(inquiry.check(&false_part).unwrap_err(), CustodyError::Cheated(fault));
        let messages = [false_part.clone(), release(1), release(2), release(4)];
        let opened = inquiry.open(messages.iter().map(Vec::as_slice), recipient.as_ref()).unwrap();
        assert_eq!((&opened.plain[..], &opened.faults[..]), (&b"person_1"[..], &[fault][..]));
        let too_few = inquiry.open(messages[..3].iter().map(Vec::as_slice), recipient.as_ref()).unwrap_err();
        assert_eq!(too_few, CustodyError::TooFew { have: 2, need: 3, cheaters: vec![1] });
        // A second, good part after a false one counts, and the fault stays.
        let messages = [false_part, release(0), release(1), release(2)];
        assert_eq!(inquiry.open(messages.iter().map(Vec::as_slice), recipient.as_ref()).unwrap().faults, [fault]);
    }
}

#[test]
fn a_part_for_another_point_has_no_proof() {
    let (inquiry, keys, shares, _, sealed) = inquiry(None);
    // Every false image, with the best proof its author can make.
    for part in [sealed.u * shares[0] + G, sealed.u * (shares[0] + Scalar::ONE), G * shares[0], sealed.u] {
        for secret in [shares[0], shares[0] + Scalar::ONE, Scalar::ONE] {
            let mut body = Vec::new();
            put_point(&mut body, &part);
            put_proof(&mut body, &inquiry.claim(1, &part, None).prove(&[secret], &[2; 32]));
            let message = sign(Kind::Release, inquiry.id(), 1, &body, &keys[0]);
            assert!(matches!(inquiry.check(&message), Err(CustodyError::Cheated(_))));
        }
    }
}

#[test]
fn a_ciphertext_that_its_author_made_unreadable_is_told_from_a_false_part() {
    let (inquiry, keys, shares, label, _) = inquiry(None);
    let set = inquiry.keys().clone();
    // Noise in the box, with an honest proof over it.
    let sealed = seal(Transcript::new("other"), b"", b"noise").unwrap();
    let noise = Ciphertext::with_box(&set.public_key(), &label, &scalar(40), sealed);
    let inquiry = Inquiry::new(set.clone(), noise, label, b"case", None).unwrap();
    let releases: Vec<Vec<u8>> = (0..3)
        .map(|at| inquiry.release(&KeyShare::new(&set, u8::try_from(at + 1).unwrap(), shares[at]).unwrap(), &keys[at], &[1; 32]).unwrap())
        .collect();
    assert_eq!(inquiry.open(releases.iter().map(Vec::as_slice), None).unwrap_err(), CustodyError::Unreadable);
}
