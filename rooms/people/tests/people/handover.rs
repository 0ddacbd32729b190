//! The key goes to another committee: who is heard in it, when, and that the old one stays in office until the new one has its shares.

use std::sync::atomic::Ordering;

use base64::{Engine, engine::general_purpose::STANDARD};
use sala_custody::{Ceremony, Committee, HolderKey, KeySet, KeyShare, Participant, PublicKey};
use sala_log::SignerKey;
use sala_people::{CustodyMember, CustodyView, Saying, Successor, replay_on};
use serde_json::json;

use super::{
    custodians::{Guarded, Seat, guarded_with},
    data::Someone,
};

const NEXT: &str = "demo-2573";

struct Heir {
    id: &'static str,
    signer: SignerKey,
    holder: HolderKey,
    participant: Participant,
}

impl Heir {
    fn new(id: &'static str, seed: u8) -> Self {
        let holder = HolderKey::generate(&[seed; 32]);
        let signer = SignerKey::from_seed(id, &[seed + 100; 32]).unwrap();
        Self { id, signer, participant: Participant::new(holder.clone(), [seed + 50; 32]), holder }
    }

    async fn say(&self, town: &Town, saying: &Saying) -> Result<(), &'static str> {
        let hall = &town.guarded.hall;
        let note = saying.signed(NEXT, self.id, hall.system().now, &self.signer).unwrap();
        hall.people.custodian_says(&hall.system(), note.as_bytes()).await.map(drop).map_err(|problem| problem.code.code)
    }
}

struct Town {
    guarded: Guarded,
    shares: Vec<KeyShare>,
    heirs: Vec<Heir>,
}

/// A hall whose old committee (2 of 3) has its key, and a successor of 2 of 2 in the profile.
async fn town() -> Town {
    let heirs = vec![Heir::new("court", 21), Heir::new("auditor", 22)];
    let members = heirs.iter().map(|heir| CustodyMember {
        id: heir.id.into(),
        title: sala_core::text::Text::new("ผู้พิทักษ์", "A custodian"),
        desk: None,
        key: Some(heir.signer.verifier_key().to_string()),
        is_own: false,
    });
    let next = Successor { name: NEXT.into(), threshold: 2, members: members.collect(), decide_s: 3600 };
    let guarded = guarded_with(|custodians| custodians.successor = Some(next)).await;
    let shares = guarded.keyed().await;
    Town { guarded, shares, heirs }
}

impl Town {
    async fn next(&self) -> CustodyView {
        self.guarded.hall.people.custody_view(Some(NEXT)).await.unwrap()
    }

    fn committee(&self) -> Committee {
        let keys = self.heirs.iter().map(|heir| PublicKey::from_bytes(heir.holder.public().as_bytes()).unwrap()).collect();
        Committee::new(NEXT, 2, keys).unwrap()
    }

    async fn ceremony(&self) -> Ceremony {
        let next = self.next().await;
        let old = KeySet::decode(&STANDARD.decode(&next.from.unwrap().from_key_set).unwrap()).unwrap();
        let said: Vec<(String, Vec<u8>)> =
            next.messages.iter().map(|message| (message.round.clone(), STANDARD.decode(&message.bytes).unwrap())).collect();
        let said: Vec<(&str, &[u8])> = said.iter().map(|(round, bytes)| (round.as_str(), bytes.as_slice())).collect();
        replay_on(Ceremony::hand_over(old, self.committee()).unwrap(), &said, &next.stage)
    }

    async fn announce(&self) {
        for heir in &self.heirs {
            heir.say(self, &Saying::Announce { key: hex::encode(heir.holder.public().as_bytes()) }).await.unwrap();
        }
        self.guarded.tend().await;
    }

    async fn accept(&self) {
        for heir in &self.heirs {
            heir.say(self, &Saying::Accept { committee: hex::encode(self.committee().id()) }).await.unwrap();
        }
        self.guarded.tend().await;
    }

    fn old(&self, at: usize) -> &Seat {
        &self.guarded.seats[at]
    }

    async fn deals(&self, at: usize, to: Option<&str>) -> Result<(), &'static str> {
        let seat = self.old(at);
        let dealing = Participant::new(seat.holder.clone(), [90; 32]).deal_share(&self.ceremony().await, &self.shares[at]).unwrap();
        let saying = Saying::Message { bytes: STANDARD.encode(dealing), to: to.map(str::to_owned) };
        seat.say(&self.guarded.hall, &saying).await.map(drop)
    }

    /// Past the complaints, to the published key set.
    async fn settle(&self) {
        self.guarded.tend().await;
        for _ in 0..4 {
            self.guarded.hall.clock.advance_seconds(4);
            self.guarded.tend().await;
        }
    }

    async fn in_office(&self) -> String {
        self.guarded.board().await.name
    }
}

#[tokio::test]
async fn the_key_goes_over_step_by_step_and_each_step_is_an_act_under_a_witnessed_head() {
    let town = town().await;
    let hall = &town.guarded.hall;
    assert_eq!(town.next().await.stage, "announcing");
    town.announce().await;
    assert_eq!(town.next().await.stage, "accepting");
    let digest = hex::encode(town.committee().id());
    assert_eq!(town.next().await.from.unwrap().digest, digest);
    // Nothing is dealt before all new members have signed the same committee.
    assert_eq!(town.deals(0, Some(NEXT)).await, Err("custody_stage"));
    let other =
        hex::encode(Committee::new("demo-2573", 2, vec![town.heirs[1].holder.public(), town.heirs[0].holder.public()]).unwrap().id());
    assert_eq!(town.heirs[0].say(&town, &Saying::Accept { committee: other }).await, Err("invalid_input"));
    town.accept().await;
    assert_eq!(town.next().await.stage, "dealing");

    // A dealing is for the board of the next committee, and only the old one deals there.
    assert_eq!(town.deals(0, None).await, Err("custody_message_invalid"));
    assert_eq!(town.deals(0, Some("elsewhere")).await, Err("not_found"));
    let ceremony = town.ceremony().await;
    assert!(town.heirs[0].participant.deal_share(&ceremony, &town.shares[0]).is_err());
    for at in 0..2 {
        town.deals(at, Some(NEXT)).await.unwrap();
        town.deals(at, Some(NEXT)).await.unwrap();
    }
    assert_eq!(town.next().await.messages.len(), 2, "the same again is the same act");
    assert_eq!(town.heirs[0].say(&town, &Saying::Hold { key_set: "00".repeat(32) }).await, Err("custody_stage"));
    town.guarded.tend().await;
    assert_eq!(town.next().await.stage, "dealing", "the third may still decide");
    hall.clock.advance_seconds(3601);

    // No head, no new key set.
    let acts = u64::try_from(hall.acts().await.len()).unwrap();
    town.guarded.witnessed.store(acts, Ordering::SeqCst);
    town.settle().await;
    assert_eq!((town.next().await.stage.as_str(), town.in_office().await.as_str()), ("settled", "demo-2569"));
    town.guarded.witnessed.store(u64::MAX, Ordering::SeqCst);
    town.settle().await;
    let next = town.next().await;
    assert_eq!((next.stage.as_str(), next.faults.as_slice()), ("done", ["dealer 3 did not deal in time".to_owned()].as_slice()));

    // A published key set is not yet a committee in office: first its members hold their shares.
    assert_eq!(town.in_office().await, "demo-2569");
    let set = town.ceremony().await.key_set().unwrap().clone();
    let holds = Saying::Hold { key_set: hex::encode(set.id()) };
    assert_eq!(town.heirs[0].say(&town, &Saying::Hold { key_set: "00".repeat(32) }).await, Err("invalid_input"));
    town.heirs[0].say(&town, &holds).await.unwrap();
    town.settle().await;
    assert_eq!(town.in_office().await, "demo-2569", "one of two is too few for ever");
    town.heirs[1].say(&town, &holds).await.unwrap();
    town.settle().await;
    assert_eq!(town.in_office().await, NEXT);
    let now = town.guarded.board().await;
    assert_eq!((now.key.unwrap().in_force, now.predecessor.as_deref()), (true, Some("demo-2569")));
    assert_eq!(set.public_key(), town.shares_key().await);
    let kinds: Vec<String> = hall.acts().await.into_iter().map(|(kind, ..)| kind).collect();
    let count = |kind: &str| kinds.iter().filter(|known| *known == kind).count();
    let steps = ["hand_over", "accept", "handed_over", "hold", "take_office"].map(|step| count(&format!("custody.{step}")));
    assert_eq!(steps, [1, 2, 1, 2, 1], "{kinds:?}");
    let former = hall.people.custody_view(Some("demo-2569")).await.unwrap();
    assert!(!former.key.unwrap().in_force, "the former committee is out of office");
}

impl Town {
    async fn shares_key(&self) -> PublicKey {
        self.guarded.ceremony_of("demo-2569").await.key_set().unwrap().public_key()
    }
}

#[tokio::test]
async fn an_officer_at_the_desk_of_an_old_custodian_decides_once_and_signs() {
    let town = town().await;
    town.announce().await;
    let path = format!("/custody/{NEXT}/decide");
    let yes = json!({ "release": true, "reason": "ตรวจกุญแจกับเจ้าของแล้ว" });
    let mut admin = Someone::administrator(&town.guarded.hall).await;
    admin.signed(&town.guarded.hall, "POST", &path, Some(yes.clone())).await.refused("forbidden");
    let mut officer = Someone::new(&town.guarded.hall, "เจ้าหน้าที่").await;
    let wanted = json!({ "office": "health", "roles": ["custodian"] });
    let code = admin.signed(&town.guarded.hall, "POST", "/officers/invitations", Some(wanted)).await.ok().json["code"].clone();
    officer.signed(&town.guarded.hall, "POST", "/officers/accept", Some(json!({ "code": code }))).await.ok();
    officer.sign_in(&town.guarded.hall).await;
    // Not before the next committee is settled, and not without a signature.
    officer.signed(&town.guarded.hall, "POST", &path, Some(yes.clone())).await.refused("custody_stage");
    town.accept().await;
    let token = officer.token.clone();
    town.guarded.hall.ask("POST", &path, Some(&token), Some(yes.clone())).await.refused("signature_required");
    officer.signed(&town.guarded.hall, "POST", &path, Some(json!({ "release": true, "reason": " " }))).await.refused("invalid_input");
    let after = officer.signed(&town.guarded.hall, "POST", &path, Some(yes.clone())).await.ok().json;
    let step = &after["from"]["steps"].as_array().unwrap().iter().find(|step| step["member"] == "health").unwrap().clone();
    assert_eq!((&step["step"], &step["reason"]), (&json!("approved"), &yes["reason"]));
    officer.signed(&town.guarded.hall, "POST", &path, Some(json!({ "release": false, "reason": "คิดใหม่" }))).await.refused("conflict");
    // A yes at the desk deals nothing by itself.
    assert!(town.next().await.messages.is_empty());
    // Nor can the custodian itself say no after that; another one can.
    let no = Saying::RefuseHandover { committee: NEXT.into(), reason: "ไม่รู้จักคณะใหม่".into() };
    assert_eq!(town.old(1).say(&town.guarded.hall, &no).await.map(drop), Err("conflict"));
    town.old(2).say(&town.guarded.hall, &no).await.unwrap();
    assert_eq!(town.heirs[0].say(&town, &no).await, Err("not_found"), "who receives has no say in the giving");
}

#[tokio::test]
async fn too_few_who_hand_over_leave_all_as_it_was() {
    let town = town().await;
    town.announce().await;
    town.accept().await;
    town.deals(0, Some(NEXT)).await.unwrap();
    town.guarded.hall.clock.advance_seconds(3601);
    town.settle().await;
    let next = town.next().await;
    assert_eq!(next.stage, "failed");
    assert_eq!(next.faults.len(), 2, "{:?}", next.faults);
    let now = town.guarded.board().await;
    assert_eq!((now.name.as_str(), now.key.unwrap().in_force), ("demo-2569", true));
}
