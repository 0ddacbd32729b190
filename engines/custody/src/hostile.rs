//! Members who hold a key and break the rules: what they sign is refused, and they are named.

mod handover;
mod opening;

use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT as G, ristretto::RistrettoPoint, scalar::Scalar};

use crate::{
    Ceremony, Ciphertext, Committee, CustodyError, Fault, HolderKey, Inquiry, KeyShare, Label, Misdeed, Participant, PublicKey, Role,
    Stage,
    ceremony::message::{Complaint, Dealing, Opening, Pair, Reveal},
    envelope::{Kind, sign},
    group::{PEDERSEN, Polynomial},
    transcript::Transcript,
};

fn scalar(number: u64) -> Scalar {
    Transcript::new("test").bytes("number", &number.to_be_bytes()).scalar("scalar")
}

fn polynomial(seed: u64, threshold: u64) -> Polynomial {
    Polynomial((0..threshold).map(|at| scalar(seed * 100 + at)).collect())
}

/// A committee of 4 with threshold 2, of whom member 1 does as the test likes.
struct Scene {
    keys: Vec<HolderKey>,
    people: Vec<Participant>,
    ceremony: Ceremony,
}

impl Scene {
    fn new() -> Self {
        let keys: Vec<HolderKey> = (1..=4).map(|byte| HolderKey::generate(&[byte; 32])).collect();
        let members = keys.iter().map(HolderKey::public).collect();
        let people = keys.iter().zip(11..).map(|(key, byte)| Participant::new(key.clone(), [byte; 32])).collect();
        Self { keys, people, ceremony: Ceremony::generate(Committee::new("hostile", 2, members).unwrap()) }
    }

    fn dealing(&self, commitments: Vec<RistrettoPoint>, once: u64, pairs: &[Pair]) -> Vec<u8> {
        let recipients: Vec<(PublicKey, Pair)> = self.keys.iter().map(HolderKey::public).zip(pairs.iter().cloned()).collect();
        Dealing::encode(self.ceremony.id(), 1, commitments, &scalar(once), &recipients).unwrap()
    }

    fn sign(&self, kind: Kind, place: u8, body: &[u8]) -> Vec<u8> {
        sign(kind, self.ceremony.id(), place, body, &self.keys[usize::from(place) - 1])
    }

    fn others_deal(&mut self) {
        for each in &self.people[1..] {
            self.ceremony.receive(&each.deal(&self.ceremony).unwrap()).unwrap();
        }
    }

    fn all_complain(&mut self) -> usize {
        let complaints: Vec<Vec<u8>> = self.people.iter().flat_map(|each| each.complain(&self.ceremony).unwrap()).collect();
        for each in &complaints {
            // A complaint of one who is out by now is refused as known.
            let _ = self.ceremony.receive(each);
        }
        complaints.len()
    }

    fn others_open(&mut self) {
        for each in &self.people[1..] {
            self.ceremony.receive(&each.open(&self.ceremony).unwrap().unwrap()).unwrap();
        }
    }

    fn has(&self, place: u8, role: Role, misdeed: Misdeed) -> bool {
        self.ceremony.faults().contains(&Fault { place, role, misdeed })
    }

    /// All honest members end with shares of one key: any two of them together open what is sealed to it.
    fn ends_well(&mut self) {
        assert_eq!(self.ceremony.stage(), Stage::Done);
        let set = self.ceremony.key_set().unwrap();
        let shares: Vec<KeyShare> = self.people[1..].iter().map(|each| each.finish(&self.ceremony).unwrap()).collect();
        let label = Label::new("test", "x").unwrap();
        let sealed = Ciphertext::seal(&set.public_key(), &label, b"secret", &[3; 32]).unwrap();
        let inquiry = Inquiry::new(set.clone(), sealed, label, b"case", None).unwrap();
        for pair in [[0, 1], [0, 2], [1, 2]] {
            let releases = pair.map(|at: usize| inquiry.release(&shares[at], &self.keys[at + 1], &[0; 32]).unwrap());
            assert_eq!(&*inquiry.open(releases.iter().map(Vec::as_slice), None).unwrap().plain, b"secret");
        }
    }
}

fn pairs(plain: &Polynomial, blinds: &Polynomial) -> Vec<Pair> {
    (1..=4).map(|place| Pair { share: plain.at(place), blind: blinds.at(place) }).collect()
}

fn commit(plain: &Polynomial, blinds: &Polynomial) -> Vec<RistrettoPoint> {
    plain.0.iter().zip(&blinds.0).map(|(a, b)| G * a + *PEDERSEN * b).collect()
}

#[test]
fn a_dealer_of_bad_shares_is_disqualified_and_the_honest_agree_on_one_key() {
    let (plain, blinds) = (polynomial(1, 2), polynomial(2, 2));
    // One share wrong, all wrong, one blind wrong.
    for spoil in [&[2usize][..], &[0, 1, 2, 3], &[3]] {
        let mut scene = Scene::new();
        let mut pairs = pairs(&plain, &blinds);
        for at in spoil {
            if spoil == [3] { pairs[*at].blind += Scalar::ONE } else { pairs[*at].share += Scalar::ONE }
        }
        let body = scene.dealing(commit(&plain, &blinds), 3, &pairs);
        scene.ceremony.receive(&scene.sign(Kind::Dealing, 1, &body)).unwrap();
        scene.others_deal();
        scene.ceremony.close().unwrap();
        assert_eq!(scene.all_complain(), spoil.len());
        assert!(scene.has(1, Role::Dealer, Misdeed::BadShare));
        assert_eq!(scene.ceremony.qualified(), [2, 3, 4]);
        scene.ceremony.close().unwrap();
        // It is out: its opening is not taken, and nobody waits for it.
        scene.others_open();
        assert_eq!(scene.ceremony.close().unwrap(), Stage::Done);
        scene.ends_well();
    }
}

#[test]
fn a_box_of_noise_is_a_bad_share() {
    let mut scene = Scene::new();
    let (plain, blinds) = (polynomial(1, 2), polynomial(2, 2));
    // Sealed for a stranger in place of member 3.
    let mut recipients: Vec<(PublicKey, Pair)> = scene.keys.iter().map(HolderKey::public).zip(pairs(&plain, &blinds)).collect();
    recipients[2].0 = HolderKey::generate(&[99; 32]).public();
    let body = Dealing::encode(scene.ceremony.id(), 1, commit(&plain, &blinds), &scalar(3), &recipients).unwrap();
    scene.ceremony.receive(&scene.sign(Kind::Dealing, 1, &body)).unwrap();
    scene.others_deal();
    scene.ceremony.close().unwrap();
    assert_eq!(scene.all_complain(), 1);
    assert!(scene.has(1, Role::Dealer, Misdeed::BadShare));
}

#[test]
fn one_who_deals_twice_is_out_whichever_comes_first() {
    let mut outcomes = Vec::new();
    for is_reversed in [false, true] {
        let mut scene = Scene::new();
        let (plain, blinds) = (polynomial(1, 2), polynomial(2, 2));
        let body = scene.dealing(commit(&plain, &blinds), 3, &pairs(&plain, &blinds));
        let mut both = [scene.people[0].deal(&scene.ceremony).unwrap(), scene.sign(Kind::Dealing, 1, &body)];
        if is_reversed {
            both.reverse();
        }
        scene.ceremony.receive(&both[0]).unwrap();
        assert!(matches!(
            scene.ceremony.receive(&both[1]),
            Err(CustodyError::Cheated(Fault { place: 1, misdeed: Misdeed::TwoDealings, .. }))
        ));
        scene.others_deal();
        scene.ceremony.close().unwrap();
        scene.ceremony.close().unwrap();
        scene.others_open();
        scene.ceremony.close().unwrap();
        scene.ends_well();
        outcomes.push(scene.ceremony.key_set().unwrap().encode());
    }
    assert_eq!(outcomes[0], outcomes[1]);
}

#[test]
fn a_dealing_with_another_dealers_one_time_key_is_refused() {
    // Member 1 copies member 2's whole dealing under its own name, hoping that a complaint will open member 2's boxes.
    let mut scene = Scene::new();
    let theirs = scene.people[1].deal(&scene.ceremony).unwrap();
    scene.others_deal();
    let stolen = scene.sign(Kind::Dealing, 1, &theirs[35..theirs.len() - 64]);
    assert!(matches!(scene.ceremony.receive(&stolen), Err(CustodyError::Cheated(Fault { place: 1, misdeed: Misdeed::BadDealing, .. }))));
    assert_eq!(scene.ceremony.qualified(), [2, 3, 4]);
    // A dealing of the wrong degree is no better.
    let mut scene = Scene::new();
    let (plain, blinds) = (polynomial(1, 3), polynomial(2, 3));
    let body = scene.dealing(commit(&plain, &blinds), 3, &pairs(&plain, &blinds));
    assert!(matches!(scene.ceremony.receive(&scene.sign(Kind::Dealing, 1, &body)), Err(CustodyError::Cheated(_))));
}

#[test]
fn a_false_complaint_names_its_author_and_the_dealer_stays() {
    let mut scene = Scene::new();
    scene.ceremony.receive(&scene.people[0].deal(&scene.ceremony).unwrap()).unwrap();
    scene.others_deal();
    let dealings: Vec<Vec<u8>> = scene.people.iter().map(|each| each.deal(&scene.ceremony).unwrap()).collect();
    scene.ceremony.close().unwrap();
    let once = |at: usize| {
        let body = &dealings[at][35..dealings[at].len() - 64];
        Dealing::decode(scene.ceremony.id(), u8::try_from(at + 1).unwrap(), 2, 4, body).unwrap().once
    };
    let (key, once) = (&scene.keys[0], once(1));
    let complain = |shared: RistrettoPoint, dealer: u8, secret: &Scalar| {
        let proof = Complaint::claim(scene.ceremony.id(), dealer, &key.public(), &once, &shared).prove(&[*secret], &[1; 32]);
        scene.sign(Kind::Complaint, 1, &Complaint { dealer, shared, proof }.encode())
    };
    let about_good = complain(key.shared(&once), 2, key.secret());
    let with_other_point = complain(key.shared(&once) + G, 2, key.secret());
    let about_nobody = complain(key.shared(&once), 9, key.secret());
    for (message, misdeed) in
        [(about_good, Misdeed::FalseComplaint), (with_other_point, Misdeed::BadComplaint), (about_nobody, Misdeed::BadComplaint)]
    {
        let expected = Fault { place: 1, role: Role::Recipient, misdeed };
        assert_eq!(scene.ceremony.receive(&message), Err(CustodyError::Cheated(expected)));
    }
    assert_eq!(scene.ceremony.qualified(), [1, 2, 3, 4]);
}

#[test]
fn an_opening_to_another_key_is_refused_and_the_right_one_is_rebuilt() {
    let honest = {
        let mut scene = Scene::new();
        scene.ceremony.receive(&scene.people[0].deal(&scene.ceremony).unwrap()).unwrap();
        scene.others_deal();
        scene.ceremony.close().unwrap();
        scene.ceremony.close().unwrap();
        scene.ceremony.receive(&scene.people[0].open(&scene.ceremony).unwrap().unwrap()).unwrap();
        scene.others_open();
        scene.ceremony.close().unwrap();
        scene.ceremony.key_set().unwrap().encode()
    };
    let mut scene = Scene::new();
    let deal = scene.people[0].deal(&scene.ceremony).unwrap();
    scene.ceremony.receive(&deal).unwrap();
    scene.others_deal();
    scene.ceremony.close().unwrap();
    scene.ceremony.close().unwrap();
    scene.others_open();
    // Seeing all other openings, member 1 would like the key to be G·7: it opens A₀ = 7G − Σ others (rogue key).
    let dealing = Dealing::decode(scene.ceremony.id(), 1, 2, 4, &deal[35..deal.len() - 64]).unwrap();
    let wanted: Vec<RistrettoPoint> = [scalar(70), scalar(71)].iter().map(|a| G * a).collect();
    let lies = [scalar(70), scalar(71), scalar(72), scalar(73)];
    let proof = Opening::claim(scene.ceremony.id(), 1, &dealing.commitments, &wanted).prove(&lies, &[1; 32]);
    let rogue = scene.sign(Kind::Opening, 1, &Opening { plain: wanted, proof }.encode());
    assert!(matches!(scene.ceremony.receive(&rogue), Err(CustodyError::Cheated(Fault { place: 1, misdeed: Misdeed::BadOpening, .. }))));
    assert_eq!(scene.ceremony.close().unwrap(), Stage::Revealing);

    // A member that reveals something else is named and not counted; one that reveals of an open dealer too.
    let pair = Pair { share: scalar(1), blind: scalar(2) };
    let lie = scene.sign(Kind::Reveal, 2, &Reveal { dealer: 1, pair: pair.clone() }.encode());
    let needless = scene.sign(Kind::Reveal, 2, &Reveal { dealer: 3, pair }.encode());
    for message in [lie, needless] {
        let expected = Fault { place: 2, role: Role::Recipient, misdeed: Misdeed::BadReveal };
        assert_eq!(scene.ceremony.receive(&message), Err(CustodyError::Cheated(expected)));
    }
    for each in &scene.people[2..] {
        for reveal in each.reveal(&scene.ceremony).unwrap() {
            scene.ceremony.receive(&reveal).unwrap();
        }
    }
    scene.ceremony.close().unwrap();
    scene.ends_well();
    assert_eq!(scene.ceremony.key_set().unwrap().encode(), honest);
}

/// A finished scene, and a handover to three new members in which old member 1 does as the test likes.
fn handover() -> (Scene, Ceremony, Vec<HolderKey>, Vec<KeyShare>) {
    let mut scene = Scene::new();
    scene.ceremony.receive(&scene.people[0].deal(&scene.ceremony).unwrap()).unwrap();
    scene.others_deal();
    scene.ceremony.close().unwrap();
    scene.ceremony.close().unwrap();
    scene.ceremony.receive(&scene.people[0].open(&scene.ceremony).unwrap().unwrap()).unwrap();
    scene.others_open();
    scene.ceremony.close().unwrap();
    let shares = scene.people.iter().map(|each| each.finish(&scene.ceremony).unwrap()).collect();
    let heirs: Vec<HolderKey> = (31..=33).map(|byte| HolderKey::generate(&[byte; 32])).collect();
    let committee = Committee::new("heirs", 2, heirs.iter().map(HolderKey::public).collect()).unwrap();
    let ceremony = Ceremony::hand_over(scene.ceremony.key_set().unwrap().clone(), committee).unwrap();
    (scene, ceremony, heirs, shares)
}

#[test]
fn in_a_handover_another_value_than_the_own_share_is_refused() {
    let (scene, mut ceremony, heirs, shares) = handover();
    let own = *shares[0].of(scene.ceremony.key_set().unwrap()).unwrap();
    let plain = Polynomial(vec![own + Scalar::ONE, scalar(9)]);
    let message = dealt(&scene, &ceremony, &heirs, &plain, &polynomial(0, 0));
    assert!(matches!(ceremony.receive(&message), Err(CustodyError::Cheated(Fault { place: 1, misdeed: Misdeed::BadDealing, .. }))));
    goes_on_without_the_first(&scene, ceremony, &heirs, &shares, 0);
}

#[test]
fn in_a_handover_a_blind_that_belongs_nowhere_makes_a_bad_share() {
    // C₀ is the right one, and each pair passes Pedersen's check: only that there must be no blinds gives it away.
    let (scene, mut ceremony, heirs, shares) = handover();
    let own = *shares[0].of(scene.ceremony.key_set().unwrap()).unwrap();
    let plain = Polynomial(vec![own, scalar(9)]);
    let message = dealt(&scene, &ceremony, &heirs, &plain, &Polynomial(vec![Scalar::ZERO, scalar(8)]));
    ceremony.receive(&message).unwrap();
    goes_on_without_the_first(&scene, ceremony, &heirs, &shares, 3);
}

/// Old member 1's dealing of a polynomial with blinds (or none) to the heirs.
fn dealt(scene: &Scene, ceremony: &Ceremony, heirs: &[HolderKey], plain: &Polynomial, blinds: &Polynomial) -> Vec<u8> {
    let pair = |place| Pair { share: plain.at(place), blind: blinds.at(place) };
    let recipients: Vec<_> = heirs.iter().map(HolderKey::public).zip((1..=3).map(pair)).collect();
    let blinds = blinds.0.iter().copied().chain(std::iter::repeat(Scalar::ZERO));
    let commitments = plain.0.iter().zip(blinds).map(|(a, b)| G * a + *PEDERSEN * b).collect();
    let body = Dealing::encode(ceremony.id(), 1, commitments, &scalar(5), &recipients).unwrap();
    sign(Kind::Dealing, ceremony.id(), 1, &body, &scene.keys[0])
}

fn goes_on_without_the_first(scene: &Scene, mut ceremony: Ceremony, heirs: &[HolderKey], shares: &[KeyShare], complaints: usize) {
    for (at, share) in shares.iter().enumerate().skip(1) {
        ceremony.receive(&scene.people[at].deal_share(&ceremony, share).unwrap()).unwrap();
    }
    ceremony.close().unwrap();
    let takers: Vec<Participant> = heirs.iter().zip(61..).map(|(key, byte)| Participant::new(key.clone(), [byte; 32])).collect();
    let said: Vec<Vec<u8>> = takers.iter().flat_map(|each| each.complain(&ceremony).unwrap()).collect();
    assert_eq!(said.len(), complaints);
    for complaint in said {
        ceremony.receive(&complaint).unwrap();
    }
    assert_eq!(ceremony.qualified(), [2, 3, 4]);
    assert_eq!(ceremony.close().unwrap(), Stage::Done);
    assert_eq!(ceremony.key_set().unwrap().public_key(), scene.ceremony.key_set().unwrap().public_key());
    assert!(takers.iter().all(|each| each.finish(&ceremony).is_ok()));
}

proptest::proptest! {
    #[test]
    fn signed_noise_in_any_stage_names_its_author_and_changes_no_key(
        noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400),
        real: bool, at: proptest::sample::Index, byte: u8, dealer in 0u8..6,
    ) {
        let mut scene = Scene::new();
        scene.others_deal();
        let deal = scene.people[0].deal(&scene.ceremony).unwrap();
        // Noise alone, or one byte of noise in something real; a body that names a dealer names one of the scene's at times.
        let spoil = |body: &[u8], first: Option<u8>| {
            let mut spoilt = if real { body.to_vec() } else { noise.clone() };
            if let Some(place) = spoilt.first_mut() {
                *place = first.unwrap_or(*place);
            }
            let length = spoilt.len();
            if length > 0 {
                spoilt[at.index(length)] = byte;
            }
            spoilt
        };
        let body = |message: &[u8]| message[35..message.len() - 64].to_vec();
        for stage in 0..4 {
            let (kind, words) = match stage {
                0 => (Kind::Dealing, spoil(&body(&deal), None)),
                1 => (Kind::Complaint, spoil(&[7; 97], Some(dealer))),
                2 => (Kind::Opening, spoil(&[9; 32 * 2 + 32 + 4 * 32], None)),
                _ => (Kind::Reveal, spoil(&[1; 65], Some(dealer))),
            };
            let message = scene.sign(kind, 1, &words);
            let faults = scene.ceremony.faults().len();
            match scene.ceremony.receive(&message) {
                Err(CustodyError::Cheated(fault)) => proptest::prop_assert!(fault.place == 1 && scene.ceremony.faults().contains(&fault)),
                Err(_) => proptest::prop_assert_eq!(scene.ceremony.faults().len(), faults),
                Ok(()) => proptest::prop_assert!(kind == Kind::Dealing && words == body(&deal)),
            }
            if stage == 2 {
                scene.others_open();
            }
            if scene.ceremony.stage() != Stage::Done {
                scene.ceremony.close().unwrap();
            }
            if stage == 2 && scene.ceremony.stage() == Stage::Revealing {
                // Only when the noise happened to be member 1's own dealing.
                break;
            }
        }
        if scene.ceremony.stage() == Stage::Done {
            scene.ends_well();
        }
    }
}
