use sala_core::{entropy::SeededEntropy, time::FixedClock};
use sala_presence::{Place, Pose};

use super::*;

const START: Timestamp = Timestamp(1_790_000_000_000_000);

fn who(handle: &str) -> Arc<Who> {
    Arc::new(Who { persona: handle.into(), name: format!("ชื่อ {handle}"), badge: None, look: String::new() })
}

fn actor(handle: &str) -> Actor {
    Actor::Citizen { persona: handle.into(), person: format!("person_{handle}") }
}

/// A space in which slot n stands n times `apart_m` to the east.
struct Scene {
    clock: Arc<FixedClock>,
    recorder: Recorder,
    apart_m: f64,
}

impl Scene {
    fn new(apart_m: f64, handles: &[&str]) -> Self {
        let clock = Arc::new(FixedClock::at(START));
        let recorder = Recorder::new(Arc::<FixedClock>::clone(&clock), Arc::new(SeededEntropy::new(7)));
        for (slot, handle) in handles.iter().enumerate() {
            recorder.came(u16::try_from(slot).unwrap(), &who(handle), &actor(handle));
        }
        Self { clock, recorder, apart_m }
    }

    fn second(&self) {
        self.clock.advance_seconds(1);
        self.recorder.tick(|slot| {
            Some(Pose {
                place: Place::new(f64::from(slot) * self.apart_m, 5.0),
                y: 0.0,
                yaw: 64,
                state: sala_presence::wire::ServerState { gesture: Gesture::Wave, ..Default::default() },
                hands: None,
                is_on_way: false,
            })
        });
    }

    fn say(&self, slot: u16, text: &str) {
        self.recorder.said(slot, text, self.clock.now());
    }

    fn report(&self, reporter: &str, reported: &str, apart: &[&str]) -> Option<Evidence> {
        let apart: BTreeSet<String> = apart.iter().map(|handle| (*handle).to_owned()).collect();
        let wanted = Wanted { space: "hall", size: [90.0, 90.0], reporter, reported, apart: &apart, salt: [9; 32] };
        self.recorder.release(&wanted).unwrap()
    }

    /// All bytes that the recorder holds of pieces.
    fn bytes(&self) -> Vec<u8> {
        self.recorder.inner().pieces.iter().flat_map(|piece| piece.sealed.clone()).collect()
    }
}

fn texts(evidence: &Evidence) -> Vec<&str> {
    evidence.said.iter().map(|words| words.text.as_str()).collect()
}

#[test]
fn a_minute_later_nothing_is_left_of_what_was_said() {
    let scene = Scene::new(1.0, &["a", "b"]);
    scene.second();
    scene.say(1, "คำที่ฝังไว้");
    assert!(!scene.bytes().windows(9).any(|window| window == &"คำที่ฝังไว้".as_bytes()[..9]), "it is never kept in the clear");
    for _ in 0..59 {
        scene.second();
    }
    assert_eq!(texts(&scene.report("a", "b", &[]).unwrap()), ["คำที่ฝังไว้"]);
    let before = scene.recorder.inner().pieces.len();
    scene.second();
    let found = scene.report("a", "b", &[]).unwrap();
    assert_eq!(texts(&found), [""; 0]);
    assert!(scene.recorder.inner().pieces.len() <= before, "pieces do not pile up");
    assert!(scene.recorder.inner().pieces.iter().all(|piece| piece.at > scene.clock.now().plus_seconds(-KEPT_S)));
}

#[test]
fn the_key_goes_once_a_space_has_been_empty_for_a_minute_and_another_one_comes() {
    let scene = Scene::new(1.0, &["a", "b"]);
    scene.second();
    let first = scene.recorder.inner().key.unwrap();
    scene.recorder.went(0);
    scene.recorder.went(1);
    scene.second();
    assert_eq!(scene.recorder.inner().key, Some(first), "whoever left a moment ago may still report");
    assert!(scene.report("a", "b", &[]).is_some());
    for _ in 0..60 {
        scene.second();
    }
    assert_eq!(scene.recorder.inner().key, None);
    assert!(scene.recorder.inner().pieces.is_empty() && scene.recorder.inner().faces.is_empty());
    assert!(scene.report("a", "b", &[]).is_none() && scene.recorder.face("a").is_none());
    scene.recorder.came(0, &who("a"), &actor("a"));
    scene.second();
    assert_ne!(scene.recorder.inner().key.unwrap(), first);
}

#[test]
fn pieces_open_with_their_own_key_only() {
    let (one, other) = (Scene::new(1.0, &["a", "b"]), Scene::new(1.0, &["a", "b"]));
    one.second();
    one.say(1, "x");
    other.recorder.inner().key = Some([1; 32]);
    let inner = one.recorder.inner();
    let foreign = other.recorder.inner();
    assert!(inner.pieces.iter().all(|piece| inner.open(piece).is_some() && foreign.open(piece).is_none()));
    let nonces: BTreeSet<u64> = inner.pieces.iter().map(|piece| piece.nonce).collect();
    assert_eq!(nonces.len(), inner.pieces.len(), "no nonce is used twice");
}

#[test]
fn evidence_holds_the_two_and_whoever_stood_near_without_their_names() {
    // a at 0 m, b at 8 m, c at 16 m (near b), d at 24 m (near nobody of the two).
    let scene = Scene::new(8.0, &["a", "b", "c", "d"]);
    scene.second();
    for (slot, text) in ["จาก a", "จาก b", "จาก c", "จาก d"].iter().enumerate() {
        scene.say(u16::try_from(slot).unwrap(), text);
    }
    let found = scene.report("a", "b", &[]).unwrap();
    assert_eq!(texts(&found), ["จาก a", "จาก b", "จาก c"]);
    let parts: Vec<(Part, &str)> = found.people.iter().map(|party| (party.part, party.name.as_str())).collect();
    assert_eq!(parts, [(Part::Reporter, "ชื่อ a"), (Part::Reported, "ชื่อ b"), (Part::Bystander, "")]);
    let spots = &found.stood[0].places;
    assert_eq!(
        spots.iter().map(|spot| (spot.who, spot.x, spot.z, spot.yaw, spot.gesture)).collect::<Vec<_>>(),
        [(0, 0.0, 5.0, 90.0, 1), (1, 8.0, 5.0, 90.0, 1), (2, 16.0, 5.0, 90.0, 1)]
    );
}

#[test]
fn whoever_is_kept_apart_from_one_of_the_two_is_left_out_but_not_the_two_themselves() {
    let scene = Scene::new(1.0, &["a", "b", "c"]);
    scene.second();
    scene.say(1, "จาก b");
    scene.say(2, "จาก c");
    let found = scene.report("a", "b", &["c", "b"]).unwrap();
    assert_eq!(texts(&found), ["จาก b"], "a blocked b and reports b: that pair is what it is about");
    assert_eq!(found.people.len(), 2);
}

#[test]
fn a_slot_that_is_used_again_does_not_pass_its_past_on() {
    let scene = Scene::new(1.0, &["a", "b"]);
    scene.second();
    scene.say(1, "จาก b");
    scene.recorder.went(1);
    scene.recorder.came(1, &who("c"), &actor("c"));
    scene.second();
    scene.say(1, "จาก c");
    let found = scene.report("a", "c", &[]).unwrap();
    let of = |part: Part| {
        let said = found.said.iter().filter(|words| found.people[words.who].part == part);
        said.map(|words| words.text.as_str()).collect::<Vec<_>>()
    };
    assert_eq!((of(Part::Reported), of(Part::Bystander)), (vec!["จาก c"], vec!["จาก b"]));
    let left = found.people.iter().find(|party| party.part == Part::Bystander).unwrap();
    assert!(left.left_at.is_some() && left.came_at.is_some());
}
