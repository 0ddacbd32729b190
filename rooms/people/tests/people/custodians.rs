//! The custodians' key: made on the board, in force under a witnessed head, and then the hall's own keys open no link any more.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use sala_custody::{Committee, HolderKey, KeyShare, Participant, PublicKey};
use sala_log::SignerKey;
use sala_people::{CustodianReply, Custodians, CustodyView, Offices, Saying, Witnessed, replay_ceremony};
use serde_json::{Value, json};

use super::hall::{Device, Hall, hall_with, profile};

/// One custodian, played by the test.
pub(crate) struct Seat {
    pub(crate) id: String,
    pub(crate) signer: SignerKey,
    pub(crate) holder: HolderKey,
    participant: Participant,
}

impl Seat {
    fn new(id: &str, seed: u8) -> Self {
        let holder = HolderKey::generate(&[seed; 32]);
        let signer = SignerKey::from_seed(id, &[seed + 100; 32]).unwrap();
        Self { id: id.into(), signer, participant: Participant::new(holder.clone(), [seed + 50; 32]), holder }
    }

    pub(crate) fn note(&self, hall: &Hall, saying: &Saying) -> String {
        saying.signed("demo-2569", &self.id, hall.system().now, &self.signer).unwrap()
    }

    pub(crate) async fn say(&self, hall: &Hall, saying: &Saying) -> Result<CustodianReply, &'static str> {
        let note = self.note(hall, saying);
        hall.people.custodian_says(&hall.system(), note.as_bytes()).await.map_err(|problem| problem.code.code)
    }

    async fn publish(&self, hall: &Hall, bytes: &[u8]) -> Result<CustodianReply, &'static str> {
        self.say(hall, &Saying::Message { bytes: STANDARD.encode(bytes), to: None }).await
    }
}

/// A hall whose custodians the test plays; acts stand under a witnessed head up to a place that the test sets.
pub(crate) struct Guarded {
    pub(crate) hall: Hall,
    pub(crate) seats: Vec<Seat>,
    pub(crate) witnessed: Arc<AtomicU64>,
}

pub(crate) async fn guarded() -> Guarded {
    guarded_with(|_| {}).await
}

/// As [`guarded`], with another profile.
pub(crate) async fn guarded_with(change: impl FnOnce(&mut Custodians)) -> Guarded {
    let seats: Vec<Seat> = [("finance", 1), ("health", 2), ("energy", 3)].into_iter().map(|(id, seed)| Seat::new(id, seed)).collect();
    let witnessed = Arc::new(AtomicU64::new(u64::MAX));
    let offices = Offices::read(&profile("offices.yaml")).unwrap();
    let mut custodians = Custodians::read(&profile("custodians.yaml"), &offices).unwrap().unwrap();
    for (member, seat) in custodians.members.iter_mut().zip(&seats) {
        member.key = Some(seat.signer.verifier_key().to_string());
    }
    change(&mut custodians);
    let limit = Arc::clone(&witnessed);
    let hall = hall_with(|config| {
        config.custodians = Some(custodians);
        config.witnessed = Witnessed::new(move |index| index < limit.load(Ordering::SeqCst));
    })
    .await;
    Guarded { hall, seats, witnessed }
}

impl Guarded {
    pub(crate) async fn board(&self) -> CustodyView {
        self.hall.people.custody_view(None).await.unwrap()
    }

    pub(crate) async fn tend(&self) {
        self.hall.people.tend_custody().await.unwrap();
    }

    pub(crate) async fn ceremony(&self) -> sala_custody::Ceremony {
        self.ceremony_of("demo-2569").await
    }

    pub(crate) async fn ceremony_of(&self, name: &str) -> sala_custody::Ceremony {
        let board = self.hall.people.custody_view(Some(name)).await.unwrap();
        let keys = self.seats.iter().map(|seat| PublicKey::from_bytes(seat.holder.public().as_bytes()).unwrap()).collect();
        let said: Vec<(String, Vec<u8>)> =
            board.messages.iter().map(|message| (message.round.clone(), STANDARD.decode(&message.bytes).unwrap())).collect();
        let said: Vec<(&str, &[u8])> = said.iter().map(|(round, bytes)| (round.as_str(), bytes.as_slice())).collect();
        replay_ceremony(Committee::new("demo-2569", 2, keys).unwrap(), &said, &board.stage)
    }

    pub(crate) async fn announce(&self) {
        for seat in &self.seats {
            let key = hex::encode(seat.holder.public().as_bytes());
            seat.say(&self.hall, &Saying::Announce { key }).await.unwrap();
        }
        self.tend().await;
    }

    pub(crate) async fn deal(&self) {
        let ceremony = self.ceremony().await;
        for seat in &self.seats {
            seat.publish(&self.hall, &seat.participant.deal(&ceremony).unwrap()).await.unwrap();
        }
        self.tend().await;
    }

    pub(crate) async fn open(&self) {
        self.hall.clock.advance_seconds(3);
        self.tend().await;
        let ceremony = self.ceremony().await;
        for seat in &self.seats {
            seat.publish(&self.hall, &seat.participant.open(&ceremony).unwrap().unwrap()).await.unwrap();
        }
        self.tend().await;
    }

    /// The whole ceremony, to the key in force.
    pub(crate) async fn keyed(&self) -> Vec<KeyShare> {
        self.announce().await;
        self.deal().await;
        self.open().await;
        self.tend().await;
        self.tend().await;
        assert!(self.board().await.key.unwrap().in_force);
        let ceremony = self.ceremony().await;
        self.seats.iter().map(|seat| seat.participant.finish(&ceremony).unwrap()).collect()
    }
}

#[tokio::test]
async fn custodians_make_their_key_on_the_board_and_each_message_is_an_act() {
    let guarded = guarded().await;
    let hall = &guarded.hall;
    guarded.announce().await;
    assert_eq!(guarded.board().await.stage, "dealing");
    let ceremony = guarded.ceremony().await;
    let [first, second, third] = guarded.seats.as_slice() else { panic!() };
    let dealing = first.participant.deal(&ceremony).unwrap();
    let act = first.publish(hall, &dealing).await.unwrap().act;
    assert_eq!(first.publish(hall, &dealing).await.unwrap().act, act, "the same again is the same act");
    assert_eq!(first.publish(hall, b"\x01\x01").await, Err("custody_message_invalid"));
    let foreign = sala_custody::Ceremony::generate(
        Committee::new("other", 2, guarded.seats.iter().map(|seat| seat.holder.public()).collect()).unwrap(),
    );
    assert_eq!(first.publish(hall, &second.participant.deal(&foreign).unwrap()).await, Err("custody_message_invalid"));
    for seat in [second, third] {
        seat.publish(hall, &seat.participant.deal(&ceremony).unwrap()).await.unwrap();
    }
    guarded.tend().await;
    let late = Participant::new(first.holder.clone(), [77; 32]).deal(&ceremony).unwrap();
    assert_eq!(first.publish(hall, &late).await, Err("custody_stage"));
    guarded.open().await;
    assert_eq!(guarded.board().await.stage, "settled");

    // No head, no key.
    guarded.witnessed.store(0, Ordering::SeqCst);
    guarded.tend().await;
    assert!(guarded.board().await.key.is_none());
    let acts = u64::try_from(hall.acts().await.len()).unwrap();
    guarded.witnessed.store(acts, Ordering::SeqCst);
    guarded.tend().await;
    guarded.tend().await;
    assert!(!guarded.board().await.key.unwrap().in_force, "its own act is not witnessed yet");
    guarded.witnessed.store(u64::MAX, Ordering::SeqCst);
    guarded.tend().await;
    assert!(guarded.board().await.key.unwrap().in_force);
    let kinds: Vec<String> = hall.acts().await.into_iter().map(|(kind, ..)| kind).filter(|kind| kind.starts_with("custody.")).collect();
    let count = |kind: &str| kinds.iter().filter(|known| *known == kind).count();
    assert_eq!((count("custody.announce"), count("custody.deal"), count("custody.open"), count("custody.key")), (3, 3, 3, 1), "{kinds:?}");
}

#[tokio::test]
async fn only_a_custodian_with_the_pinned_key_and_the_right_time_is_heard() {
    let guarded = guarded().await;
    let (hall, seat) = (&guarded.hall, &guarded.seats[0]);
    let say = |note: String| async move {
        hall.people.custodian_says(&hall.system(), note.as_bytes()).await.map_err(|problem| problem.code.code)
    };
    let thief = SignerKey::from_seed("finance", &[9; 32]).unwrap();
    let now = hall.system().now;
    assert_eq!(say(Saying::Inbox.signed("demo-2569", "finance", now, &thief).unwrap()).await, Err("custodian_unknown"));
    assert_eq!(say(Saying::Inbox.signed("demo-2569", "health", now, &seat.signer).unwrap()).await, Err("custodian_unknown"));
    assert_eq!(say(Saying::Inbox.signed("other", "finance", now, &seat.signer).unwrap()).await, Err("custodian_unknown"));
    assert_eq!(
        say(Saying::Inbox.signed("demo-2569", "finance", now.plus_seconds(-601), &seat.signer).unwrap()).await,
        Err("custodian_unknown")
    );
    assert_eq!(say(seat.note(hall, &Saying::Inbox).replace("finance", "finanze")).await, Err("custodian_unknown"));
    assert_eq!(say("not a note".into()).await, Err("custodian_unknown"));
    say(seat.note(hall, &Saying::Inbox)).await.unwrap();
    let key = hex::encode(seat.holder.public().as_bytes());
    seat.say(hall, &Saying::Announce { key: key.clone() }).await.unwrap();
    seat.say(hall, &Saying::Announce { key }).await.unwrap();
    let other = hex::encode(guarded.seats[1].holder.public().as_bytes());
    assert_eq!(seat.say(hall, &Saying::Announce { key: other }).await, Err("conflict"));
}

#[tokio::test]
async fn who_deals_twice_is_named_and_the_others_go_on_without() {
    let guarded = guarded().await;
    let hall = &guarded.hall;
    guarded.announce().await;
    let ceremony = guarded.ceremony().await;
    for seat in &guarded.seats {
        seat.publish(hall, &seat.participant.deal(&ceremony).unwrap()).await.unwrap();
    }
    let second = Participant::new(guarded.seats[2].holder.clone(), [77; 32]).deal(&ceremony).unwrap();
    assert_eq!(guarded.seats[2].publish(hall, &second).await, Err("custody_cheated"));
    guarded.tend().await;
    hall.clock.advance_seconds(3);
    guarded.tend().await;
    let ceremony = guarded.ceremony().await;
    for seat in &guarded.seats[..2] {
        seat.publish(hall, &seat.participant.open(&ceremony).unwrap().unwrap()).await.unwrap();
    }
    for _ in 0..3 {
        guarded.tend().await;
    }
    let board = guarded.board().await;
    assert!(board.key.unwrap().in_force);
    assert!(board.faults.iter().any(|fault| fault.contains("dealer 3 dealt twice")), "{:?}", board.faults);
}

#[tokio::test]
async fn links_go_to_the_custodians_and_no_key_of_the_hall_opens_their_rows() {
    let guarded = guarded().await;
    let hall = &guarded.hall;
    let mut early = Device::new();
    let citizen = hall.newcomer(&mut early, "ก่อน").await;
    hall.ask("POST", "/personas", Some(&citizen), Some(json!({ "name": "อีกหน้า" }))).await.ok();
    guarded.keyed().await;
    let late = hall.newcomer(&mut Device::new(), "หลัง").await;
    hall.ask("POST", "/personas", Some(&late), Some(json!({ "name": "หน้าใหม่" }))).await.ok();
    let links = hall.store.fetch("SELECT id, link FROM persona", &[]).await.unwrap();
    assert_eq!(links.len(), 4);
    let mut keys = hall.store.persons_with_key("", 1000).await.unwrap();
    keys.push("hall/people".into());
    for row in &links {
        let (id, link) = (row.text("id").unwrap(), row.blob("link").unwrap());
        assert!(link.starts_with(b"custody/1:"), "{id}");
        for key in &keys {
            for sealed in [link, link.strip_prefix(b"custody/1:").unwrap()] {
                assert!(hall.store.unseal(key, &format!("persona/{id}"), sealed).await.is_err(), "{key} opens {id}");
            }
        }
    }
    let moved = hall.acts().await.into_iter().filter(|(kind, ..)| kind == "custody.link").collect::<Vec<_>>();
    assert_eq!(moved.len(), 2, "one act for each, and those made since are there already");
    assert!(moved.iter().all(|(_, actor, _)| actor == "system:people/1"));
    hall.session(&citizen).await;
    hall.sign_in(&mut early, None).await.ok();
}

#[tokio::test]
async fn officers_are_appointed_by_invitation_and_no_record_ties_them_to_a_persona() {
    let guarded = guarded().await;
    let hall = &guarded.hall;
    guarded.keyed().await;
    let (mut first, mut phone) = (Device::new(), Device::new());
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    let admin = hall.register(&mut first, None, json!({ "name": "ผู้ดูแล", "code": code })).await.ok().token();
    let citizen = hall.newcomer(&mut phone, "หมอ").await;
    let persona = hall.session(&citizen).await["persona"].as_str().unwrap().to_owned();
    let body = json!({ "persona": persona, "office": "health", "roles": ["approver"] });
    hall.ask_signed(&mut first, "POST", "/officers", &admin, Some(body)).await.refused("link_in_custody");

    let wanted = json!({ "office": "health", "roles": ["custodian", "approver"] });
    hall.ask("POST", "/officers/invitations", Some(&admin), Some(wanted.clone())).await.refused("signature_required");
    hall.ask_signed(&mut phone, "POST", "/officers/invitations", &citizen, Some(wanted.clone())).await.refused("forbidden");
    let made = hall.ask_signed(&mut first, "POST", "/officers/invitations", &admin, Some(wanted)).await.ok().json;
    let accept = json!({ "code": made["code"] });
    hall.ask("POST", "/officers/accept", Some(&citizen), Some(accept.clone())).await.refused("signature_required");
    let officer = hall.ask_signed(&mut phone, "POST", "/officers/accept", &citizen, Some(accept.clone())).await.ok().json;
    assert_eq!((&officer["office"], &officer["roles"]), (&json!("health"), &json!(["approver", "custodian"])));
    hall.ask_signed(&mut phone, "POST", "/officers/accept", &citizen, Some(accept)).await.refused("one_time_code_invalid");
    let (_, actor, leaf) = hall.acts().await.into_iter().rfind(|(kind, ..)| kind == "officer.accept").unwrap();
    assert_eq!(actor, "visitor");
    assert!(!leaf.windows(persona.len()).any(|part| part == persona.as_bytes()));
    let session: Value = hall.sign_in(&mut phone, None).await.ok().json;
    assert_eq!((&session["kind"], &session["persona"]), (&json!("officer"), &officer["id"]));
}
