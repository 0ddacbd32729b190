//! Nobody's own step brings them into another's bubble, or deeper into one that they stand in.

use proptest::prelude::*;
use sala_presence::{Ground, Place, Space};

use super::shared::{Chance, bare, boxed, round, space, space_at, told, wish};

fn place(space: &Space, slot: u16) -> Place {
    space.pose(slot).unwrap().place
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_pair_comes_nearer_than_their_larger_bubble_unless_it_was(seed: u64, people in 2_u16..60, side in 6.0..14.0_f64) {
        let walls = [boxed([2.0, 2.0, 4.0, 2.2]), round([4.5, 4.5, 0.4])];
        let mut space = space(Ground::new([side, side], &walls, &[]).unwrap(), people);
        let mut chance = Chance(seed);
        for _ in 0..people {
            let slot = space.enter(chance.next()).unwrap();
            let metres = [0.0, 0.5, 1.0, 1.0, 2.0, 3.0][chance.below(6) as usize];
            space.bubble(slot, metres).unwrap();
        }
        let bubbles: Vec<f64> = {
            let mut chance = Chance(seed);
            (0..people).map(|_| { chance.next(); [0.0, 0.5, 1.0, 1.0, 2.0, 3.0][chance.below(6) as usize] }).collect()
        };
        let blocked = people > 3;
        if blocked {
            space.block(0, 1).unwrap();
        }
        let mut before: Vec<Place> = (0..people).map(|slot| place(&space, slot)).collect();
        for _ in 0..120 {
            for slot in 0..people {
                if chance.below(8) == 0 {
                    space.input(slot, chance.input()).unwrap();
                }
            }
            space.tick();
            let after: Vec<Place> = (0..people).map(|slot| place(&space, slot)).collect();
            for a in 0..usize::from(people) {
                prop_assert!(space.ground().is_free(after[a]));
                for b in 0..a {
                    if blocked && a == 1 && b == 0 {
                        continue;
                    }
                    let bubble = bubbles[a].max(bubbles[b]);
                    prop_assert!(after[a].distance(after[b]) >= bubble.min(before[a].distance(before[b])) - 1e-9);
                }
            }
            before = after;
        }
    }
}

#[test]
fn who_meets_a_bubble_is_stopped_and_told_and_who_comes_aside_goes_round() {
    let (mut space, slots) = space_at(bare(40.0), &[[10.0, 10.0], [20.0, 10.0], [10.0, 20.0], [20.0, 20.4]]);
    let mut was_told = false;
    for _ in 0..300 {
        space.input(slots[0], wish(127, 0)).unwrap();
        space.input(slots[2], wish(127, 0)).unwrap();
        space.tick();
        was_told |= told(&mut space, slots[0]).state.flags.has_stopped;
        assert!(place(&space, slots[0]).distance(place(&space, slots[1])) >= 1.0);
        assert!(place(&space, slots[2]).distance(place(&space, slots[3])) >= 1.0);
    }
    assert!(was_told);
    assert!(place(&space, slots[2]).x > 25.0, "a bubble that lies aside is gone round");
}

#[test]
fn whoever_stands_inside_a_bubble_may_only_go_out() {
    let (mut space, slots) = space_at(bare(40.0), &[[10.0, 10.0], [10.5, 10.0]]);
    let apart = |space: &Space| place(space, slots[0]).distance(place(space, slots[1]));
    let at_first = apart(&space);
    assert!(at_first < 0.8, "{at_first}");
    for _ in 0..20 {
        space.input(slots[1], wish(-127, 0)).unwrap();
        space.tick();
        assert!(apart(&space) >= at_first);
    }
    let inside = apart(&space);
    for _ in 0..20 {
        let (from, to) = (place(&space, slots[0]), place(&space, slots[1]));
        let part = |length: f64| (length / apart(&space) * 127.0) as i8;
        space.input(slots[1], wish(part(to.x - from.x), part(to.z - from.z))).unwrap();
        space.tick();
    }
    assert!(apart(&space) > inside + 1.2, "who goes straight out is not held");
}

#[test]
fn a_larger_bubble_of_either_counts_and_none_of_0_m() {
    let (mut space, slots) = space_at(bare(40.0), &[[10.0, 10.0], [20.0, 10.0], [10.0, 20.0], [20.0, 20.0]]);
    space.bubble(slots[0], 0.0).unwrap();
    space.bubble(slots[1], 3.0).unwrap();
    space.bubble(slots[2], 0.0).unwrap();
    space.bubble(slots[3], 0.0).unwrap();
    let mut nearest = [f64::INFINITY; 2];
    for _ in 0..300 {
        space.input(slots[0], wish(127, 0)).unwrap();
        space.input(slots[2], wish(127, 0)).unwrap();
        space.tick();
        for (nearest, pair) in nearest.iter_mut().zip([(slots[0], slots[1]), (slots[2], slots[3])]) {
            *nearest = nearest.min(place(&space, pair.0).distance(place(&space, pair.1)));
        }
    }
    assert!((3.0..3.1).contains(&nearest[0]) && nearest[1] < 0.3, "{nearest:?}");
    assert!(place(&space, slots[2]).x > 25.0);
}
