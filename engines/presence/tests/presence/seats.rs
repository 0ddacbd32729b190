//! Seats: capacity, quarantine, resuming, inputs.

use std::collections::BTreeSet;

use sala_presence::{ClientFrame, Hands, Place, Space, SpaceError, SpaceRules, Spawn, Standing};

use super::shared::{Chance, bare, boxed, space, space_at, told, wish};

#[test]
fn a_space_takes_as_many_as_it_may_and_no_two_share_a_slot() {
    let mut space = space(bare(40.0), 300);
    let slots: BTreeSet<u16> = (0..300).map(|chance| space.enter(chance).unwrap()).collect();
    assert_eq!((slots.len(), space.len()), (300, 300));
    assert_eq!(space.enter(7), Err(SpaceError::Full { capacity: 300 }));
    space.leave(17).unwrap();
    assert_eq!(space.leave(17), Err(SpaceError::NoSlot(17)));
    let slot = space.enter(8).unwrap();
    assert!(!slots.contains(&slot), "slot {slot} was given again at once");
    assert_eq!(space.slots().count(), 300);
}

#[test]
fn a_freed_slot_is_given_again_only_after_10_s() {
    let mut space = space(bare(10.0), 5);
    for chance in 0..5 {
        space.enter(chance).unwrap();
    }
    space.leave(3).unwrap();
    for _ in 0..199 {
        space.tick();
    }
    assert_eq!(space.enter(1), Ok(5));
    space.leave(5).unwrap();
    space.tick();
    assert_eq!(space.enter(2), Ok(3));
}

#[test]
fn whoever_comes_and_goes_slots_stay_unique_and_counted() {
    let mut space = space(bare(30.0), 60);
    let mut chance = Chance(5);
    let mut here = BTreeSet::new();
    let mut freed = std::collections::BTreeMap::new();
    for tick in 0_u32..3_000 {
        if chance.below(2) == 0 {
            match space.enter(chance.next()) {
                Ok(slot) => {
                    assert!(here.insert(slot), "slot {slot} was given twice");
                    assert!(freed.get(&slot).is_none_or(|since| tick - since >= 200), "slot {slot} came too early");
                }
                Err(error) => assert!(matches!(error, SpaceError::Full { capacity: 60 }) && here.len() == 60),
            }
        } else if let Some(slot) = here.iter().nth(chance.below(60) as usize).copied() {
            space.leave(slot).unwrap();
            here.remove(&slot);
            freed.insert(slot, tick);
        }
        space.tick();
        assert!(space.slots().eq(here.iter().copied()) && usize::from(space.len()) == here.len());
    }
}

#[test]
fn people_enter_apart_from_each_other_and_never_behind_a_wall() {
    let ground = || sala_presence::Ground::new([40.0, 40.0], &[boxed([0.0, 20.0, 40.0, 20.0])], &[]).unwrap();
    let rules = || SpaceRules { capacity: 200, spawns: vec![Spawn { at: [20.0, 18.0], yaw: 180.0 }] };
    let mut space = Space::new(ground(), rules()).unwrap();
    let slots: Vec<u16> = (0..100).map(|chance| space.enter(chance * 77).unwrap()).collect();
    let places: Vec<Place> = slots.iter().map(|slot| space.pose(*slot).unwrap().place).collect();
    let mut close = 0;
    for (number, place) in places.iter().enumerate() {
        assert!(space.ground().is_free(*place) && place.z < 20.0, "{place:?}");
        close += places.iter().take(number).filter(|other| other.distance(*place) < 1.0).count();
    }
    assert!(close <= 5, "{close} pairs of 100 entered within 1 m of each other");
    assert_eq!(space.pose(slots[0]).unwrap().yaw, 128);
    let mut again = Space::new(ground(), rules()).unwrap();
    for (chance, place) in (0..100).zip(&places) {
        let slot = again.enter(chance * 77).unwrap();
        assert_eq!(again.pose(slot).unwrap().place, *place);
    }
}

#[test]
fn spawn_places_are_checked() {
    let refused = |at, capacity| Space::new(bare(10.0), SpaceRules { capacity, spawns: vec![Spawn { at, yaw: 0.0 }] }).unwrap_err().place;
    assert_eq!([refused([0.1, 5.0], 5), refused([5.0, 11.0], 5), refused([5.0, 5.0], 0)], ["spawns[0].at", "spawns[0].at", "capacity"]);
    assert_eq!(Space::new(bare(10.0), SpaceRules { capacity: 5, spawns: vec![] }).unwrap_err().place, "spawns");
}

#[test]
fn the_newest_input_wins_and_is_acknowledged() {
    let (mut space, slots) = space_at(bare(20.0), &[[10.0, 10.0]]);
    let slot = slots[0];
    let before = space.pose(slot).unwrap().place;
    for seq in [65_534, 65_535, 0, 1] {
        let mut frame = wish(if seq == 1 { 0 } else { 127 }, if seq == 1 { -127 } else { 0 });
        frame.input.seq = seq;
        space.input(slot, frame).unwrap();
    }
    space.tick();
    let told = told(&mut space, slot);
    let after = space.pose(slot).unwrap().place;
    assert_eq!(told.state.ack, 1);
    assert_eq!(after.x, before.x);
    assert!((before.z - after.z - 0.07).abs() < 1e-12);
}

#[test]
fn a_wish_that_is_not_renewed_ends_after_half_a_second() {
    let (mut space, slots) = space_at(bare(40.0), &[[10.0, 10.0]]);
    space.input(slots[0], wish(127, 0)).unwrap();
    let mut places = Vec::new();
    for _ in 0..20 {
        space.tick();
        places.push(space.pose(slots[0]).unwrap().place.x);
    }
    assert!(places[9] > places[8] && places[10] == places[9] && places[19] == places[9], "{places:?}");
}

#[test]
fn who_is_cut_off_stands_and_comes_back_to_all_that_is_there() {
    let (mut space, slots) = space_at(bare(40.0), &[[10.0, 10.0], [12.0, 10.0], [14.0, 10.0]]);
    let mut frame = wish(127, 0);
    frame.hands = Some(Hands::default());
    space.input(slots[0], frame).unwrap();
    space.suspend(slots[0]).unwrap();
    let before = space.pose(slots[0]).unwrap();
    for _ in 0..50 {
        space.tick();
        for slot in &slots[1..] {
            assert!(told(&mut space, *slot).hands.is_empty());
        }
    }
    assert_eq!(space.pose(slots[0]).unwrap().place, before.place);
    assert_eq!(space.len(), 3);
    space.resume(slots[0]).unwrap();
    space.tick();
    assert_eq!(told(&mut space, slots[0]).state.records.len(), 2);
    assert_eq!(space.resume(99), Err(SpaceError::NoSlot(99)));
}

#[test]
fn a_slot_that_nobody_has_is_refused_everywhere() {
    let mut space = space(bare(10.0), 5);
    let slot = space.enter(0).unwrap();
    let frame = ClientFrame { input: wish(0, 0).input, hands: None };
    let none = SpaceError::NoSlot(9);
    assert_eq!(space.input(9, frame), Err(none));
    assert_eq!(space.go(9, Place::new(1.0, 1.0), 0.1), Err(none));
    assert_eq!(space.halt(9), Err(none));
    assert_eq!(space.bubble(9, 1.0), Err(none));
    assert_eq!(space.block(slot, 9), Err(none));
    assert_eq!(space.block(9, slot), Err(none));
    assert_eq!(space.frame(9, &mut Vec::new()).unwrap_err(), none);
    assert_eq!(space.pose(9), None);
    assert_eq!(space.block(slot, slot), Err(SpaceError::OneSelf(slot)));
    for metres in [-0.1, 3.1, f64::NAN] {
        assert!(matches!(space.bubble(slot, metres), Err(SpaceError::Bubble(_))));
    }
    assert!(!space.is_blocked(slot, 9));
}

#[test]
fn a_space_goes_on_in_another_process_where_it_stood() {
    let mut one = space(bare(60.0), 50);
    for chance in 0..40 {
        one.enter(chance * 7_919).unwrap();
    }
    for gone in [3, 17, 39] {
        one.leave(gone).unwrap();
    }
    one.block(1, 2).unwrap();
    one.bubble(4, 2.0).unwrap();
    for _ in 0..40 {
        one.input(5, wish(100, -60)).unwrap();
        one.tick();
    }
    one.go(6, Place::new(30.0, 30.0), 0.5).unwrap();
    one.tick();
    let mut other = space(bare(60.0), 50);
    other.enter(1).unwrap();
    other.restore(one.now(), &one.standing()).unwrap();
    assert_eq!((other.now(), other.len(), other.standing()), (one.now(), one.len(), one.standing()));
    assert!(other.slots().eq(one.slots()) && other.is_blocked(1, 2) && other.is_blocked(2, 1));
    for slot in one.slots() {
        assert_eq!(other.pose(slot).unwrap().place, one.pose(slot).unwrap().place);
    }
    // The wish to walk on did not come along, the walk by the server did.
    let stood = other.pose(5).unwrap().place;
    let arrived = (0..1_200).any(|_| other.tick().contains(&sala_presence::Event::Arrived { slot: 6 }));
    assert!(arrived && other.pose(5).unwrap().place.distance(stood) < 1.5);
    // Freed slots rest, and the frames of the new one are whole.
    let mut bytes = vec![];
    other.frame(0, &mut bytes).unwrap();
    let mut fresh = space(bare(60.0), 50);
    fresh.restore(9, &one.standing()).unwrap();
    assert_eq!(fresh.enter(1), Ok(39), "the slot after the highest");
    assert_eq!(fresh.enter(1), Ok(40));
}

#[test]
fn what_can_not_stand_in_a_space_is_not_restored() {
    let mut source = space(bare(20.0), 4);
    for chance in 0..3 {
        source.enter(chance).unwrap();
    }
    let good = source.standing();
    let changed = |change: &dyn Fn(&mut Standing)| {
        let mut all = good.clone();
        change(&mut all[1]);
        all
    };
    let hostile = [
        (changed(&|each| each.slot = 0), SpaceError::Twice),
        (changed(&|each| each.place = Place::new(f64::NAN, 1.0)), SpaceError::Outside(1)),
        (changed(&|each| each.place = Place::new(5.0, 20.1)), SpaceError::Outside(1)),
        (changed(&|each| each.bubble_m = 3.5), SpaceError::Bubble(3.5)),
        (changed(&|each| each.blocked = vec![1]), SpaceError::OneSelf(1)),
        (changed(&|each| each.blocked = vec![9]), SpaceError::NoSlot(9)),
        ([good.clone(), good.clone()].concat(), SpaceError::Full { capacity: 4 }),
    ];
    for (standing, refused) in hostile {
        let mut space = space(bare(20.0), 4);
        space.enter(1).unwrap();
        assert_eq!(space.restore(5, &standing), Err(refused));
        assert!(space.is_empty() && space.slots().next().is_none());
        space.tick();
    }
    let mut space = space(bare(20.0), 4);
    assert!(space.restore(5, &changed(&|each| each.walk = Some((Place::new(99.0, 0.0), 0.5)))).is_err() && space.is_empty());
}
