//! Unmasking by due process: who may ask, what custodians give and when, what the office sees and for how long, what the citizen is told.

use std::sync::atomic::Ordering;

use base64::{Engine, engine::general_purpose::STANDARD};
use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT as G, scalar::Scalar};
use sala_custody::{Ciphertext, HolderKey, Inquiry, KeySet, KeyShare, PublicKey};
use sala_people::{CustodianCase, Saying, case_name, link_label};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};

use super::{
    custodians::{Guarded, Seat, guarded},
    data::Someone,
    hall::Hall,
};

/// A guarded hall with its key, an asking officer and a citizen.
struct Town {
    guarded: Guarded,
    shares: Vec<KeyShare>,
    officer: Someone,
    citizen: Someone,
}

async fn town() -> Town {
    let guarded = guarded().await;
    let shares = guarded.keyed().await;
    let officer = Someone::administrator(&guarded.hall).await;
    let citizen = Someone::new(&guarded.hall, "สมหญิง").await;
    Town { guarded, shares, officer, citizen }
}

impl Town {
    fn hall(&self) -> &Hall {
        &self.guarded.hall
    }

    fn wanted(&self) -> Value {
        json!({ "persona": self.citizen.persona, "legal_basis": "court_order", "warrant": "หมายศาลที่ 1/2569", "scope": "ผู้เขียนคำขู่",
            "deadline": self.hall().system().now.plus_seconds(24 * 3600) })
    }

    async fn ask(&mut self) -> String {
        let wanted = self.wanted();
        let case = self.officer.signed(&self.guarded.hall, "POST", "/unmaskings", Some(wanted)).await.ok().json;
        case["id"].as_str().unwrap().to_owned()
    }

    async fn inbox(&self, seat: &Seat) -> Vec<CustodianCase> {
        seat.say(self.hall(), &Saying::Inbox).await.unwrap().cases
    }

    /// The part of a seat, made as a custodian makes it, but with any share.
    async fn part(&self, place: usize, share: &KeyShare, holder: &HolderKey) -> Vec<u8> {
        let case = self.inbox(&self.guarded.seats[place]).await.remove(0);
        let key_set = KeySet::decode(&STANDARD.decode(self.guarded.board().await.key.unwrap().key_set).unwrap()).unwrap();
        let ciphertext = Ciphertext::decode(&STANDARD.decode(&case.ciphertext).unwrap()).unwrap();
        let request = self.hall().store.act_by_id(&case.request_act).await.unwrap().unwrap();
        let recipient = PublicKey::from_bytes(&hex::decode(&case.recipient).unwrap()).unwrap();
        let label = link_label(self.citizen.persona.as_str().unwrap()).unwrap();
        let name = case_name(&case.id, &request.bytes);
        let inquiry = Inquiry::new(key_set, ciphertext, label, name.as_bytes(), Some(recipient)).unwrap();
        inquiry.release(share, holder, &[5; 32]).unwrap()
    }

    async fn announce(&self, place: usize, case: &str, part: &[u8]) -> Result<(), &'static str> {
        let digest = hex::encode(Sha256::digest(part));
        self.guarded.seats[place].say(self.hall(), &Saying::Release { case: case.into(), digest }).await.map(drop)
    }

    async fn give(&self, place: usize, case: &str, part: &[u8]) -> Result<(), &'static str> {
        let bytes = STANDARD.encode(part);
        self.guarded.seats[place].say(self.hall(), &Saying::Share { case: case.into(), bytes }).await.map(drop)
    }

    async fn release(&self, place: usize, case: &str) {
        let part = self.part(place, &self.shares[place], &self.guarded.seats[place].holder).await;
        self.announce(place, case, &part).await.unwrap();
        self.give(place, case, &part).await.unwrap();
    }

    async fn open(&mut self, case: &str) -> super::hall::Reply {
        self.officer.signed(&self.guarded.hall, "POST", &format!("/unmaskings/{case}/open"), None).await
    }

    async fn status(&self, case: &str) -> Value {
        self.officer.get(self.hall(), &format!("/unmaskings/{case}")).await.ok().json["status"].clone()
    }

    async fn counts(&self) -> Value {
        self.hall().ask("GET", "/unmaskings/counts", None, None).await.ok().json["items"][0].clone()
    }
}

#[tokio::test]
async fn two_of_three_open_a_case_for_its_office_for_a_limited_time_and_the_citizen_is_told() {
    let mut town = town().await;
    let wanted = town.wanted();
    town.officer.ask(&town.guarded.hall, "POST", "/unmaskings", Some(wanted.clone())).await.refused("signature_required");
    town.citizen.signed(&town.guarded.hall, "POST", "/unmaskings", Some(wanted)).await.refused("forbidden");
    let case = town.ask().await;
    town.citizen.get(town.hall(), &format!("/unmaskings/{case}")).await.refused("not_found");
    let leaf = town.hall().acts().await.into_iter().rfind(|(kind, ..)| kind == "unmask.request").unwrap().2;
    let persona = town.citizen.persona.as_str().unwrap().to_owned();
    assert!(!leaf.windows(persona.len()).any(|part| part == persona.as_bytes()), "the record does not warn whom it is about");

    town.open(&case).await.refused("unmasking_too_few");
    town.release(0, &case).await;
    town.open(&case).await.refused("unmasking_too_few");
    town.release(2, &case).await;
    let seen = town.open(&case).await.ok().json;
    assert_eq!((&seen["person"]["name"], &seen["person"]["appointments"]), (&json!("สมหญิง"), &json!([])));
    assert_eq!((&seen["case"]["status"], seen["case"]["decisions"].as_array().unwrap().len()), (&json!("opened"), 2));
    town.open(&case).await.ok();

    // A law delays the telling; then the citizen has a notice and two readings.
    assert_eq!(town.citizen.get(town.hall(), "/me/readings").await.ok().json["items"], json!([]));
    town.guarded.tend().await;
    assert!(town.citizen.notices(town.hall()).await.is_empty());
    town.hall().clock.advance_seconds(60);
    town.guarded.tend().await;
    assert_eq!(town.citizen.notices(town.hall()).await, ["unmasked"]);
    let readings = town.citizen.get(town.hall(), "/me/readings").await.ok().json;
    assert_eq!((readings["items"].as_array().unwrap().len(), &readings["items"][0]["purpose"]), (2, &json!("unmasking")), "{readings}");
    town.guarded.tend().await;
    assert_eq!(town.citizen.notices(town.hall()).await.len(), 1, "told once");

    town.hall().clock.advance_seconds(3540);
    town.officer.sign_in(&town.guarded.hall).await;
    town.open(&case).await.refused("unmasking_closed");
    town.guarded.tend().await;
    assert_eq!(town.status(&case).await, "closed");
    let keys = town.hall().store.persons_with_key("", 1000).await.unwrap();
    assert!(!keys.contains(&format!("unmasking-once/{case}")), "the one-time key is gone");
    let counts = town.counts().await;
    assert_eq!(
        (&counts["requested"], &counts["opened"], &counts["parts_given"], &counts["told"]),
        (&json!(1), &json!(1), &json!(2), &json!(1))
    );
}

#[tokio::test]
async fn nothing_is_announced_given_or_opened_before_its_act_is_witnessed() {
    let mut town = town().await;
    let height = |acts: usize| u64::try_from(acts).unwrap();
    let before = height(town.hall().acts().await.len());
    town.guarded.witnessed.store(before, Ordering::SeqCst);
    let case = town.ask().await;
    let parts = [
        town.part(0, &town.shares[0], &town.guarded.seats[0].holder).await,
        town.part(1, &town.shares[1], &town.guarded.seats[1].holder).await,
    ];
    assert_eq!(town.announce(0, &case, &parts[0]).await, Err("not_witnessed_yet"));
    assert_eq!(town.give(0, &case, &parts[0]).await, Err("unmasking_closed"), "nothing was announced");
    town.guarded.witnessed.store(before + 1, Ordering::SeqCst);
    for (place, part) in parts.iter().enumerate() {
        town.announce(place, &case, part).await.unwrap();
        town.announce(place, &case, part).await.unwrap();
        assert_eq!(town.give(place, &case, part).await, Err("not_witnessed_yet"));
    }
    assert_eq!(town.give(0, &case, &parts[1]).await, Err("invalid_input"), "these are other bytes");
    let announced = height(town.hall().acts().await.len());
    town.guarded.witnessed.store(announced, Ordering::SeqCst);
    for (place, part) in parts.iter().enumerate() {
        town.give(place, &case, part).await.unwrap();
    }
    town.open(&case).await.refused("unmasking_too_few");
    town.guarded.witnessed.store(announced + 1, Ordering::SeqCst);
    town.open(&case).await.refused("unmasking_too_few");
    town.guarded.witnessed.store(announced + 2, Ordering::SeqCst);
    town.open(&case).await.ok();
}

/// The same words with a false proof, signed again by their sender: Schnorr's signature of the engine, written down a second time.
fn falsified(part: &[u8], holder: &HolderKey) -> Vec<u8> {
    let item = |hash: Sha512, label: &str, bytes: &[u8]| {
        let (short, long) = (u8::try_from(label.len()).unwrap(), u64::try_from(bytes.len()).unwrap());
        hash.chain_update([short]).chain_update(label).chain_update(long.to_be_bytes()).chain_update(bytes)
    };
    let number = |hash: Sha512, label: &str, number: u64| item(hash, label, &number.to_be_bytes());
    let mut words = part[..part.len() - 64].to_vec();
    let last = words.len() - 32;
    words[last] ^= 1;
    let (secret, nonce) = (Scalar::from_canonical_bytes(*holder.to_bytes()).unwrap(), Scalar::from(77u8));
    let domain = "sala/custody/v1/signature";
    let hash = Sha512::new().chain_update([u8::try_from(domain.len()).unwrap()]).chain_update(domain);
    let hash = item(hash, "message", &words);
    let hash = item(hash, "image", (G * secret).compress().as_bytes());
    let hash = number(number(hash, "terms", 1), "secret", 0);
    let hash = item(hash, "base", G.compress().as_bytes());
    let hash = number(number(hash, "secrets", 1), "sum", 1);
    let hash = item(hash, "sum", (G * nonce).compress().as_bytes()).chain_update([10]).chain_update("=challenge");
    let challenge = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    words.extend_from_slice(challenge.as_bytes());
    words.extend_from_slice((nonce + challenge * secret).as_bytes());
    words
}

#[tokio::test]
async fn a_false_part_is_named_and_the_others_open_without_it() {
    let mut town = town().await;
    let case = town.ask().await;
    let holder = &town.guarded.seats[1].holder;
    let good = town.part(1, &town.shares[1], holder).await;
    let altered = [&good[..good.len() - 1], &[good[good.len() - 1] ^ 1]].concat();
    let stranger = town.part(0, &town.shares[0], &town.guarded.seats[0].holder).await;
    for unsigned in [altered, stranger] {
        town.announce(1, &case, &unsigned).await.unwrap();
        assert_eq!(town.give(1, &case, &unsigned).await, Err("custody_message_invalid"), "nobody can be blamed for it");
    }
    let false_part = falsified(&good, holder);
    town.announce(1, &case, &false_part).await.unwrap();
    assert_eq!(town.give(1, &case, &false_part).await, Err("custody_cheated"));
    let leaf = town.hall().acts().await.into_iter().rfind(|(kind, ..)| kind == "unmask.fault").unwrap().2;
    assert!(leaf.windows(6).any(|part| part == b"health"));
    town.release(0, &case).await;
    town.open(&case).await.refused("unmasking_too_few");
    town.release(2, &case).await;
    town.open(&case).await.ok();
    assert_eq!(town.counts().await["false_parts"], 1);
}

#[tokio::test]
async fn refusals_of_too_many_a_withdrawal_and_the_deadline_end_a_case() {
    let mut town = town().await;
    let refused = town.ask().await;
    let no = |case: &str| Saying::Refuse { case: case.into(), reason: "หมายไม่ครอบคลุม".into() };
    town.guarded.seats[0].say(town.hall(), &no(&refused)).await.unwrap();
    town.guarded.seats[0].say(town.hall(), &no(&refused)).await.unwrap();
    assert_eq!(town.status(&refused).await, "asked");
    town.guarded.seats[1].say(town.hall(), &no(&refused)).await.unwrap();
    assert_eq!(town.status(&refused).await, "refused");
    town.open(&refused).await.refused("unmasking_closed");

    let withdrawn = town.ask().await;
    town.officer.signed(&town.guarded.hall, "POST", &format!("/unmaskings/{withdrawn}/withdraw"), None).await.ok();
    assert_eq!(town.status(&withdrawn).await, "withdrawn");
    assert!(town.inbox(&town.guarded.seats[2]).await.is_empty());

    let expired = town.ask().await;
    town.release(0, &expired).await;
    town.hall().clock.advance_seconds(24 * 3600);
    town.guarded.tend().await;
    town.officer.sign_in(&town.guarded.hall).await;
    assert_eq!(town.status(&expired).await, "expired");
    let keys = town.hall().store.persons_with_key("", 1000).await.unwrap();
    assert!(keys.iter().all(|key| !key.starts_with("unmasking-once/")), "{keys:?}");
    let counts = town.counts().await;
    assert_eq!(
        (&counts["requested"], &counts["refusals"], &counts["withdrawn"], &counts["expired"]),
        (&json!(3), &json!(2), &json!(1), &json!(1))
    );
}

#[tokio::test]
async fn an_officers_approval_is_signed_recorded_and_gives_nothing_by_itself() {
    let mut town = town().await;
    let case = town.ask().await;
    let hall = &town.guarded.hall;
    let wanted = json!({ "office": "health", "roles": ["custodian"] });
    let code = town.officer.signed(hall, "POST", "/officers/invitations", Some(wanted)).await.ok().json["code"].clone();
    let mut judge = Someone::new(hall, "ผู้พิทักษ์").await;
    judge.signed(hall, "POST", "/officers/accept", Some(json!({ "code": code }))).await.ok();
    judge.sign_in(hall).await;
    let path = format!("/unmaskings/{case}/decide");
    let yes = json!({ "release": true, "reason": "หมายถูกต้อง" });
    town.officer.signed(hall, "POST", &path, Some(yes.clone())).await.refused("forbidden");
    judge.ask(hall, "POST", &path, Some(yes.clone())).await.refused("signature_required");
    let decided = judge.signed(hall, "POST", &path, Some(yes)).await.ok().json;
    assert_eq!((&decided["decisions"][0]["step"], &decided["own_seat"]), (&json!("approved"), &json!("health")));
    judge.signed(hall, "POST", &path, Some(json!({ "release": false, "reason": "x" }))).await.refused("conflict");
    town.open(&case).await.refused("unmasking_too_few");
}

#[tokio::test]
async fn of_an_erased_person_there_is_nothing_to_open() {
    let mut town = town().await;
    let case = town.ask().await;
    town.release(0, &case).await;
    town.release(1, &case).await;
    town.citizen.signed(&town.guarded.hall, "POST", "/me/erasure", None).await.ok();
    town.hall().clock.advance_seconds(7 * 24 * 3600);
    super::erasure::work(town.hall()).await;
    let persona = town.citizen.persona.clone();
    let mut officer = town.officer;
    officer.sign_in(&town.guarded.hall).await;
    let wanted = json!({ "persona": persona, "legal_basis": "court_order", "warrant": "w", "scope": "s",
        "deadline": town.guarded.hall.system().now.plus_seconds(60) });
    officer.signed(&town.guarded.hall, "POST", "/unmaskings", Some(wanted)).await.refused("unmasking_nothing");
}
