//! Ways and walks by the server.

use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;
use sala_presence::{Event, Ground, Place, Space, SpaceError, WayError, way::Planner};

use super::shared::{Chance, bare, boxed, flat, round, space, space_at, wish};

fn walk(space: &mut Space, slot: u16, most: u32) -> Option<Event> {
    for _ in 0..most {
        if let Some(event) = space.tick().first() {
            return Some(*event);
        }
        assert!(space.ground().is_free(space.pose(slot).unwrap().place));
    }
    None
}

/// Whether two places are joined over a raster of 0.25 m: a search of its own.
fn are_joined(ground: &Ground, from: Place, to: Place) -> bool {
    let place = |(column, row): (i32, i32)| Place::new(f64::from(column) * 0.25, f64::from(row) * 0.25);
    let node = |at: Place| ((at.x / 0.25).round() as i32, (at.z / 0.25).round() as i32);
    let (first, goal) = (node(from), node(to));
    if !ground.is_in_sight(from, place(first)) || !ground.is_in_sight(to, place(goal)) {
        return false;
    }
    let mut seen = BTreeSet::from([first]);
    let mut open = VecDeque::from([first]);
    while let Some(at) = open.pop_front() {
        for (x, z) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
            let next = (at.0 + x, at.1 + z);
            if !seen.contains(&next) && ground.is_in_sight(place(at), place(next)) {
                seen.insert(next);
                open.push_back(next);
            }
        }
    }
    seen.contains(&goal)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_way_can_be_walked_and_where_there_is_none_there_is_none(seed: u64) {
        let mut chance = Chance(seed);
        let mut walls = Vec::new();
        for _ in 0..chance.below(14) {
            let (x, z) = (chance.part() * 14.0, chance.part() * 14.0);
            walls.push(match chance.below(3) {
                0 => boxed([x, z, x + 0.1 + chance.part() * 6.0, z + 0.2]),
                1 => boxed([x, z, x + 0.2, z + 0.1 + chance.part() * 6.0]),
                _ => round([x, z, 0.2 + chance.part()]),
            });
        }
        let ground = Ground::new([20.0, 20.0], &walls, &[flat([6.0, 6.0, 9.0, 9.0], 0.8), flat([9.0, 7.0, 9.5, 8.0], 0.5), flat([9.5, 7.0, 10.0, 8.0], 0.25)]).unwrap();
        let mut free = || (0..200).map(|_| Place::new(chance.part() * 20.0, chance.part() * 20.0)).find(|place| ground.is_free(*place)).unwrap();
        let (from, to) = (free(), free());
        match Planner::default().way(&ground, from, to) {
            Ok(way) => {
                let mut at = from;
                for place in &way {
                    prop_assert!(ground.is_in_sight(at, *place));
                    at = *place;
                }
                prop_assert!(way.last() == Some(&to) || at.distance(to) <= 2.0);
            }
            // Openings of less than 1.1 m may be missed; what a raster of 0.25 m joins only through them is no fault.
            Err(error) => {
                prop_assert!(matches!(error, WayError::NoWay | WayError::NoStart), "{}", error);
                let thicker: Vec<_> = walls.iter().map(|wall| match (wall.sides, wall.round) {
                    (Some([a, b, c, d]), _) => boxed([(a - 0.36_f64).max(0.0), (b - 0.36_f64).max(0.0), c + 0.36, d + 0.36]),
                    (_, Some([x, z, radius])) => round([x, z, radius + 0.36]),
                    _ => wall.clone(),
                }).collect();
                let narrow = Ground::new([20.0, 20.0], &thicker, &[flat([6.0, 6.0, 9.0, 9.0], 0.8)]).unwrap();
                prop_assert!(!are_joined(&narrow, from, to), "{from:?} to {to:?}: {error}");
            }
        }
    }
}

#[test]
fn a_way_is_hardly_longer_than_it_must_be() {
    // A wall across with one door at its end: the shortest way touches the door's corner.
    let ground = Ground::new([40.0, 40.0], &[boxed([0.0, 20.0, 36.0, 20.2])], &[]).unwrap();
    let (from, to) = (Place::new(5.0, 10.0), Place::new(5.0, 30.0));
    let way = Planner::default().way(&ground, from, to).unwrap();
    let mut at = from;
    let length: f64 = way.iter().map(|place| std::mem::replace(&mut at, *place).distance(*place)).sum();
    let corner = Place::new(36.3, 20.1);
    let least = from.distance(corner) + corner.distance(to);
    assert!(length < least * 1.05, "{length} m where {least} m are needed");
    assert!(way.len() <= 6, "{way:?}");
}

#[test]
fn a_search_ends_at_its_bound() {
    // 655 m on a side, and the goal behind a wall that only a full search would find closed.
    let ground = Ground::new([655.0, 655.0], &[boxed([0.0, 600.0, 655.0, 600.0])], &[]).unwrap();
    let mut planner = Planner::default();
    assert_eq!(planner.way(&ground, Place::new(1.0, 1.0), Place::new(600.0, 650.0)), Err(WayError::TooFar));
    assert!(planner.visited() <= 60_001);
    assert_eq!(planner.way(&ground, Place::new(1.0, 1.0), Place::new(600.0, 590.0)).unwrap().len(), 1);
}

#[test]
fn a_goal_in_the_middle_of_a_block_is_refused() {
    let ground = Ground::new([20.0, 20.0], &[boxed([5.0, 5.0, 15.0, 15.0])], &[]).unwrap();
    let mut planner = Planner::default();
    assert_eq!(planner.way(&ground, Place::new(1.0, 1.0), Place::new(10.0, 10.0)), Err(WayError::NoPlace));
    assert_eq!(planner.way(&ground, Place::new(1.0, 1.0), Place::new(f64::NAN, 10.0)), Err(WayError::NoPlace));
    let near = planner.way(&ground, Place::new(1.0, 1.0), Place::new(14.5, 10.0)).unwrap();
    assert!(near.last().unwrap().distance(Place::new(14.5, 10.0)) <= 2.0);
}

#[test]
fn a_walk_leads_around_walls_up_the_steps_and_ends_with_word() {
    let walls = [boxed([10.0, 0.0, 10.2, 30.0])];
    let floors = [flat([20.0, 10.0, 30.0, 20.0], 0.6), flat([19.5, 14.0, 20.0, 16.0], 0.3)];
    let ground = Ground::new([40.0, 40.0], &walls, &floors).unwrap();
    let (mut space, slots) = space_at(ground, &[[5.0, 5.0]]);
    space.go(slots[0], Place::new(25.0, 12.0), 0.5).unwrap();
    space.tick();
    assert!(space.pose(slots[0]).unwrap().is_on_way);
    assert_eq!(walk(&mut space, slots[0], 2_000), Some(Event::Arrived { slot: slots[0] }));
    let pose = space.pose(slots[0]).unwrap();
    assert!(pose.place.distance(Place::new(25.0, 12.0)) <= 0.5 && (pose.y - 0.6).abs() < 1e-12 && !pose.is_on_way);
    // The last leg led north-east.
    assert!((1..64).contains(&pose.yaw), "{}", pose.yaw);
}

#[test]
fn a_walk_goes_round_whoever_stands_in_the_way() {
    let (mut space, slots) = space_at(bare(40.0), &[[5.0, 20.0], [15.0, 20.0], [16.2, 20.0], [16.2, 18.8]]);
    space.go(slots[0], Place::new(30.0, 20.0), 0.2).unwrap();
    assert_eq!(walk(&mut space, slots[0], 2_000), Some(Event::Arrived { slot: slots[0] }));
}

#[test]
fn a_walk_to_where_others_stand_ends_beside_them() {
    let (mut space, slots) = space_at(bare(40.0), &[[5.0, 20.0], [15.0, 20.0]]);
    space.go(slots[0], Place::new(15.0, 20.0), 0.2).unwrap();
    assert_eq!(walk(&mut space, slots[0], 2_000), Some(Event::Arrived { slot: slots[0] }));
    let apart = space.pose(slots[0]).unwrap().place.distance(space.pose(slots[1]).unwrap().place);
    assert!((1.0..2.2).contains(&apart), "{apart}");
}

#[test]
fn a_walk_that_others_bar_is_given_up_with_word() {
    // A corridor of 1.2 m, and somebody in it.
    let walls = [boxed([10.0, 0.0, 20.0, 19.4]), boxed([10.0, 20.6, 20.0, 40.0])];
    let ground = Ground::new([40.0, 40.0], &walls, &[]).unwrap();
    let (mut space, slots) = space_at(ground, &[[5.0, 20.0], [15.0, 20.0]]);
    space.go(slots[0], Place::new(30.0, 20.0), 0.2).unwrap();
    assert_eq!(walk(&mut space, slots[0], 2_000), Some(Event::Stuck { slot: slots[0] }));
    assert!(!space.pose(slots[0]).unwrap().is_on_way);
}

#[test]
fn a_walk_to_nowhere_is_told() {
    let ground = Ground::new([40.0, 40.0], &[boxed([20.0, 0.0, 20.0, 40.0])], &[]).unwrap();
    let (mut space, slots) = space_at(ground, &[[5.0, 5.0]]);
    space.go(slots[0], Place::new(30.0, 5.0), 0.2).unwrap();
    assert_eq!(walk(&mut space, slots[0], 10), Some(Event::NoWay { slot: slots[0], reason: WayError::NoWay }));
    assert_eq!(space.go(slots[0], Place::new(50.0, 5.0), 0.2), Err(SpaceError::Way(WayError::NoPlace)));
}

#[test]
fn a_wish_or_a_halt_ends_a_walk() {
    let (mut space, slots) = space_at(bare(40.0), &[[5.0, 5.0]]);
    for end in 0..2 {
        space.go(slots[0], Place::new(30.0, 30.0), 0.2).unwrap();
        space.tick();
        space.input(slots[0], wish(0, 0)).unwrap();
        space.tick();
        assert!(space.pose(slots[0]).unwrap().is_on_way, "an input without a wish does not end it");
        if end == 0 {
            space.halt(slots[0]).unwrap();
        } else {
            space.input(slots[0], wish(1, 0)).unwrap();
        }
        assert_eq!(walk(&mut space, slots[0], 100), None);
        assert!(!space.pose(slots[0]).unwrap().is_on_way);
    }
}

#[test]
fn a_thousand_walks_asked_for_at_once_are_looked_for_in_turn() {
    let mut walls: Vec<_> = (1..9).map(|row| f64::from(row) * 10.0).map(|z| boxed([4.0, z, 92.0, z + 0.2])).collect();
    walls.extend(
        (1..9).map(|row| boxed([f64::from(row) * 10.0, f64::from(row) * 10.0, f64::from(row) * 10.0 + 0.2, f64::from(row) * 10.0 + 8.0])),
    );
    let ground = Ground::new([96.0, 96.0], &walls, &[]).unwrap();
    let mut space = space(ground, 300);
    let slots: Vec<u16> = (0..300).map(|chance| space.enter(chance).unwrap()).collect();
    for slot in &slots {
        space.bubble(*slot, 0.0).unwrap();
        space.go(*slot, Place::new(48.0, 94.0), 5.0).unwrap();
    }
    let mut arrived = BTreeSet::new();
    for _ in 0..6_000 {
        for event in space.tick() {
            match event {
                Event::Arrived { slot } => assert!(arrived.insert(*slot)),
                other => panic!("{other:?}"),
            }
        }
        if arrived.len() == slots.len() {
            return;
        }
    }
    panic!("{} of {} arrived", arrived.len(), slots.len());
}
