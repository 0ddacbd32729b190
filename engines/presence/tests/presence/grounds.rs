//! Walls hold, floors carry, and a document that does not fit is refused with the place.

use proptest::prelude::*;
use sala_presence::{Floor, Ground, Place, Wall, ground::Along};
use serde::Deserialize;

use super::shared::{Chance, boxed, flat, round};

/// Walls and floors in a space of 20 m: thick, thin, without thickness, round, over one another.
fn built() -> impl Strategy<Value = (Vec<Wall>, Vec<Floor>)> {
    let at = || 0.0..16.0_f64;
    let wall = prop_oneof![
        (at(), at(), 0.1..4.0_f64, 0.1..4.0_f64).prop_map(|(x, z, wide, deep)| boxed([x, z, x + wide, z + deep])),
        (at(), at(), 0.5..4.0_f64).prop_map(|(x, z, wide)| boxed([x, z, x + wide, z])),
        (at(), at(), 0.5..4.0_f64).prop_map(|(x, z, deep)| boxed([x, z, x, z + deep])),
        (at(), at(), 0.01..1.5_f64).prop_map(|(x, z, radius)| round([x, z, radius])),
    ];
    let floor = (at(), at(), 0.3..4.0_f64, 0.3..4.0_f64, 0.0..1.0_f64, prop::option::of((0.0..0.3_f64, any::<bool>()))).prop_map(
        |(x, z, wide, deep, y, ramp)| Floor {
            sides: [x, z, x + wide, z + deep],
            y,
            to: ramp.map(|(rise, _)| y + rise),
            along: ramp.map(|(_, is_x)| if is_x { Along::X } else { Along::Z }),
        },
    );
    (prop::collection::vec(wall, 0..24), prop::collection::vec(floor, 0..8))
}

/// Whether a line passes a wall: by its own geometry, not the engine's.
fn crosses(wall: &Wall, from: Place, to: Place) -> bool {
    let at = |part: f64| Place::new(from.x + (to.x - from.x) * part, from.z + (to.z - from.z) * part);
    if let Some([x, z, radius]) = wall.round {
        return (0..=100).any(|part| at(f64::from(part) / 100.0).distance(Place::new(x, z)) < radius);
    }
    // Where the line lies between the sides, along each axis (slabs).
    let [west, north, east, south] = wall.sides.unwrap();
    let slab = |from: f64, to: f64, low: f64, high: f64| {
        if (to - from).abs() < 1e-12 {
            return if (low..=high).contains(&from) { (0.0, 1.0) } else { (1.0, 0.0) };
        }
        let (a, b) = ((low - from) / (to - from), (high - from) / (to - from));
        (a.min(b).max(0.0), a.max(b).min(1.0))
    };
    let (x, z) = (slab(from.x, to.x, west, east), slab(from.z, to.z, north, south));
    x.0.max(z.0) <= x.1.min(z.1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nobody_gets_into_a_wall_through_one_outside_or_over_a_high_step((walls, floors) in built(), seed: u64) {
        let ground = Ground::new([20.0, 20.0], &walls, &floors).unwrap();
        let mut chance = Chance(seed);
        let Some(mut place) = (0..200).map(|_| Place::new(chance.part() * 20.0, chance.part() * 20.0)).find(|place| ground.is_free(*place)) else {
            return Ok(());
        };
        let (mut x, mut z) = (0.0, 0.0);
        for number in 0..600 {
            // Long runs, sudden turns, and steps that no client could wish for.
            if chance.below(12) == 0 {
                let longest = if number % 50 == 0 { 40.0 } else { 0.15 };
                (x, z) = ((chance.part() * 2.0 - 1.0) * longest, (chance.part() * 2.0 - 1.0) * longest);
            }
            let step = ground.step(place, x, z);
            let wished = (x * x + z * z).sqrt();
            prop_assert!(ground.is_free(step.to));
            prop_assert!((0.3..=19.7).contains(&step.to.x) && (0.3..=19.7).contains(&step.to.z));
            prop_assert!(place.distance(step.to) <= wished * 1.1 + 1e-9, "{wished} became {}", place.distance(step.to));
            prop_assert!((ground.height(place) - ground.height(step.to)).abs() <= 0.3 + 2e-6);
            for wall in &walls {
                prop_assert!(!crosses(wall, place, step.to), "{place:?} to {:?} through {wall:?}", step.to);
            }
            place = step.to;
        }
    }

    #[test]
    fn numbers_out_of_nowhere_move_nobody_into_a_wall(x: f64, z: f64, at_x: f64, at_z: f64) {
        let ground = Ground::new([20.0, 20.0], &[boxed([5.0, 5.0, 5.0, 15.0])], &[]).unwrap();
        let step = ground.step(Place::new(4.0, 10.0), x, z);
        prop_assert!(ground.is_free(step.to) && step.to.x < 5.0);
        let _ = (ground.is_free(Place::new(at_x, at_z)), ground.height(Place::new(at_x, at_z)));
        let _ = ground.step(Place::new(at_x, at_z), x, z);
        let _ = ground.is_in_sight(Place::new(4.0, 10.0), Place::new(at_x.clamp(-1e3, 1e3), at_z.clamp(-1e3, 1e3)));
    }
}

#[test]
fn a_pen_without_a_door_holds_whoever_is_in_it() {
    let walls =
        [boxed([8.0, 8.0, 12.0, 8.0]), boxed([8.0, 12.0, 12.0, 12.0]), boxed([8.0, 8.0, 8.0, 12.0]), boxed([12.0, 8.0, 12.0, 12.0])];
    let ground = Ground::new([20.0, 20.0], &walls, &[]).unwrap();
    let mut chance = Chance(1);
    let mut place = Place::new(10.0, 10.0);
    for _ in 0..200_000 {
        let (x, z) = (chance.part() * 0.3 - 0.15, chance.part() * 0.3 - 0.15);
        place = ground.step(place, x, z).to;
        assert!((8.3..=11.7).contains(&place.x) && (8.3..=11.7).contains(&place.z), "out at {place:?}");
    }
}

#[test]
fn a_later_floor_lies_on_an_earlier_one_and_ramps_rise_evenly() {
    let ramp = Floor { sides: [10.0, 0.0, 12.0, 4.0], y: 1.0, to: Some(0.0), along: Some(Along::X) };
    let ground = Ground::new([20.0, 20.0], &[], &[flat([2.0, 2.0, 8.0, 8.0], 0.6), flat([4.0, 4.0, 6.0, 6.0], 0.2), ramp]).unwrap();
    let height = |x, z| ground.height(Place::new(x, z));
    assert_eq!([height(1.0, 1.0), height(3.0, 3.0), height(5.0, 5.0), height(7.9, 7.9)], [0.0, 0.6, 0.2, 0.6]);
    assert!((height(10.5, 1.0) - 0.75).abs() < 1e-12 && (height(11.5, 1.0) - 0.25).abs() < 1e-12);
}

#[test]
fn each_mistake_in_a_document_names_its_place() {
    let size = [10.0, 10.0];
    let ramp = |to, along| Floor { sides: [1.0, 1.0, 2.0, 3.0], y: 0.0, to, along };
    let wall = |wall: Wall| (size, vec![boxed([1.0, 1.0, 2.0, 2.0]), wall], vec![]);
    let floor = |floor: Floor| (size, vec![], vec![floor]);
    let cases = [
        (([0.5, 10.0], vec![], vec![]), "size[0]"),
        (([10.0, 656.0], vec![], vec![]), "size[1]"),
        (([f64::NAN, 10.0], vec![], vec![]), "size[0]"),
        (wall(boxed([-0.1, 1.0, 2.0, 2.0])), "walls[1].box"),
        (wall(boxed([1.0, 1.0, 10.1, 2.0])), "walls[1].box"),
        (wall(boxed([2.0, 1.0, 1.0, 2.0])), "walls[1].box"),
        (wall(boxed([2.0, 2.0, 2.0, 2.0])), "walls[1].box"),
        (wall(boxed([f64::NAN, 1.0, 2.0, 2.0])), "walls[1].box"),
        (wall(boxed([1.0, 1.0, f64::INFINITY, 2.0])), "walls[1].box"),
        (wall(round([5.0, 11.0, 1.0])), "walls[1].round"),
        (wall(round([5.0, 5.0, 0.0])), "walls[1].round"),
        (wall(round([5.0, 5.0, f64::NAN])), "walls[1].round"),
        (wall(Wall::default()), "walls[1]"),
        (wall(Wall { sides: Some([1.0, 1.0, 2.0, 2.0]), round: Some([5.0, 5.0, 1.0]) }), "walls[1]"),
        ((size, vec![boxed([1.0, 1.0, 2.0, 2.0]); 4_097], vec![]), "walls"),
        (floor(flat([1.0, 1.0, 1.1, 2.0], 0.0)), "floors[0].box"),
        (floor(flat([1.0, 1.0, 2.0, 2.0], -2.1)), "floors[0].y"),
        (floor(flat([1.0, 1.0, 2.0, 2.0], 13.0)), "floors[0].y"),
        (floor(ramp(Some(1.5), Some(Along::X))), "floors[0].to"),
        (floor(ramp(Some(-1.2), Some(Along::X))), "floors[0].to"),
        (floor(ramp(Some(-2.5), Some(Along::X))), "floors[0].to"),
        (floor(ramp(Some(1.0), None)), "floors[0]"),
        (floor(ramp(None, Some(Along::Z))), "floors[0]"),
    ];
    for ((size, walls, floors), place) in cases {
        let error = Ground::new(size, &walls, &floors).unwrap_err();
        assert_eq!(error.place, place, "{error}");
    }
}

#[test]
fn walls_and_floors_are_read_as_the_document_says_them() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Document {
        size: [f64; 2],
        walls: Vec<Wall>,
        floors: Vec<Floor>,
        spawns: Vec<sala_presence::Spawn>,
    }
    let text = "
size: [96, 96]
walls:  [{ box: [1, 2, 3, 4.5] }, { round: [10, 10, 0.4] }]
floors: [{ box: [5, 5, 9, 9], y: 0.6 }, { box: [5, 9, 9, 10], y: 0.6, to: 0, along: z }]
spawns: [{ at: [48, 90], yaw: 180 }, { at: [50, 90] }]
";
    let read: Document = serde_norway::from_str(text).unwrap();
    assert_eq!(read.walls, [boxed([1.0, 2.0, 3.0, 4.5]), round([10.0, 10.0, 0.4])]);
    assert_eq!(read.spawns[0].yaw, 180.0);
    let ground = Ground::new(read.size, &read.walls, &read.floors).unwrap();
    assert!((ground.height(Place::new(6.0, 9.5)) - 0.3).abs() < 1e-12);
    for wrong in ["walls: [{ box: [1, 2, 3] }]", "walls: [{ circle: [1, 2, 3] }]", "floors: [{ box: [1, 2, 3, 4], y: 0, along: y }]"] {
        assert!(serde_norway::from_str::<std::collections::BTreeMap<String, Vec<Wall>>>(wrong).is_err(), "{wrong}");
    }
    assert!(serde_norway::from_str::<Vec<Floor>>("[{ box: [1, 2, 3, 4], y: 0, along: y }]").is_err());
}

#[test]
fn walls_upon_one_another_do_not_take_all_memory() {
    let walls = vec![boxed([0.0, 0.0, 655.0, 655.0]); 4_096];
    assert_eq!(Ground::new([655.0, 655.0], &walls, &[]).unwrap_err().place, "walls");
}
