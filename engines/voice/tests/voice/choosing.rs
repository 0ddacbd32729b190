//! Slots: the loudest, steadily.

use proptest::prelude::*;
use sala_voice::{
    PeerId,
    choice::{HYSTERESIS_DB, Wish, choose},
};

fn wish(speaker: u64, loudness: f64) -> Wish {
    Wish { speaker: PeerId(speaker), is_speaking: true, loudness }
}

#[test]
fn who_is_a_little_louder_does_not_take_a_slot_and_who_is_much_louder_does() {
    let now = [Some(PeerId(1)), Some(PeerId(2))];
    let of = |third: f64| choose(now, 2, &[wish(1, -30.0), wish(2, -40.0), wish(3, third)]);
    assert_eq!(of(-40.0 + HYSTERESIS_DB - 0.1), now);
    assert_eq!(of(-40.0 + HYSTERESIS_DB + 0.1), [Some(PeerId(1)), Some(PeerId(3))]);
}

#[test]
fn who_falls_silent_keeps_the_slot_until_it_is_needed() {
    let silent = Wish { is_speaking: false, ..wish(1, -30.0) };
    assert_eq!(choose([Some(PeerId(1)), None], 2, &[silent, wish(2, -60.0)]), [Some(PeerId(1)), Some(PeerId(2))]);
    assert_eq!(
        choose([Some(PeerId(1)), Some(PeerId(2))], 2, &[silent, wish(2, -60.0), wish(3, -60.0)]),
        [Some(PeerId(3)), Some(PeerId(2))]
    );
    assert_eq!(choose([Some(PeerId(1)), None], 2, &[]), [None, None], "who may not be heard has no slot");
}

proptest! {
    #[test]
    fn slots_hold_only_those_who_may_be_heard_each_once_and_no_louder_one_is_left_out(
        before in proptest::array::uniform4(proptest::option::of(0_u64..12)),
        wishes in proptest::collection::btree_map(0_u64..12, (any::<bool>(), -90.0_f64..0.0), 0..12),
        most in 0_usize..5,
    ) {
        let mut seen = std::collections::BTreeSet::new();
        let before: Vec<Option<PeerId>> = before
            .into_iter()
            .enumerate()
            .map(|(place, speaker)| speaker.filter(|speaker| place < most && seen.insert(*speaker)).map(PeerId))
            .collect();
        let before: [Option<PeerId>; 4] = before.try_into().unwrap();
        let wishes: Vec<Wish> = wishes.into_iter().map(|(speaker, (is_speaking, loudness))| Wish { is_speaking, ..wish(speaker, loudness) }).collect();
        let after = choose(before, most, &wishes);
        let given: Vec<PeerId> = after.iter().flatten().copied().collect();
        let speaking = wishes.iter().filter(|wish| wish.is_speaking).count();
        for speaker in &given {
            prop_assert_eq!(given.iter().filter(|other| *other == speaker).count(), 1);
            prop_assert!(wishes.iter().any(|wish| wish.speaker == *speaker));
        }
        prop_assert!(after[most.min(4)..].iter().all(Option::is_none));
        let heard: Vec<&Wish> = wishes.iter().filter(|wish| wish.is_speaking && given.contains(&wish.speaker)).collect();
        prop_assert_eq!(heard.len(), speaking.min(most.min(4)));
        for left_out in wishes.iter().filter(|wish| wish.is_speaking && !given.contains(&wish.speaker)) {
            prop_assert!(heard.iter().all(|wish| wish.loudness + HYSTERESIS_DB >= left_out.loudness));
        }
        for (place, speaker) in before.iter().enumerate().filter_map(|(place, speaker)| Some((place, (*speaker)?))) {
            if given.contains(&speaker) {
                prop_assert_eq!(after[place], Some(speaker), "nobody changes the slot");
            }
        }
        prop_assert_eq!(choose(after, most, &wishes), after, "chosen once, chosen for good");
    }
}
