//! Who sees whom: tiers, turns, blocked pairs, the crowd, and the bytes of it all.

use std::collections::{BTreeMap, BTreeSet};

use sala_presence::{ClientFrame, Ground, Hands, Input, Place, Space, wire::Limb};

use super::shared::{Chance, Told, bare, boxed, space, space_at, told, wish};

/// A crowd that wanders, with pairs that blocked each other; `watch` sees all frames of all ticks.
struct Crowd {
    space: Space,
    chance: Chance,
    people: u16,
    /// One in so many changes its mind each tick.
    restless: u64,
    has_hands: bool,
}

impl Crowd {
    fn new(ground: Ground, people: u16, bubble_m: f64) -> Self {
        let mut crowd = Self { space: space(ground, people), chance: Chance(9), people, restless: 20, has_hands: false };
        for _ in 0..people {
            let chance = crowd.chance.next();
            let slot = crowd.space.enter(chance).unwrap();
            crowd.space.bubble(slot, bubble_m).unwrap();
        }
        crowd
    }

    /// People within 16 m.
    fn penned(people: u16) -> Self {
        let walls = [
            boxed([42.0, 42.0, 58.0, 42.0]),
            boxed([42.0, 58.0, 58.0, 58.0]),
            boxed([42.0, 42.0, 42.0, 58.0]),
            boxed([58.0, 42.0, 58.0, 58.0]),
        ];
        let ground = Ground::new([100.0, 100.0], &walls, &[]).unwrap();
        let spawns = vec![sala_presence::Spawn { at: [50.0, 50.0], yaw: 0.0 }];
        let space = Space::new(ground, sala_presence::SpaceRules { capacity: people, spawns }).unwrap();
        let mut crowd = Self { space, chance: Chance(9), people, restless: 20, has_hands: false };
        for _ in 0..people {
            let chance = crowd.chance.next();
            let slot = crowd.space.enter(chance).unwrap();
            crowd.space.bubble(slot, 0.0).unwrap();
        }
        crowd
    }

    fn tick(&mut self, tick: u32) {
        for slot in 0..self.people {
            if self.chance.below(self.restless) == 0 || (self.has_hands && self.restless < 1_000) {
                let mut frame = self.chance.input();
                let moved = Limb { x: (tick % 100) as i8, ..Limb::default() };
                frame.hands = self.has_hands.then_some(Hands { head: moved, left: moved, right: moved });
                self.space.input(slot, frame).unwrap();
            }
        }
        self.space.tick();
    }

    fn place(&self, slot: u16) -> Place {
        self.space.pose(slot).unwrap().place
    }

    /// Others by their distance, the nearest first.
    fn nearest(&self, slot: u16) -> Vec<(f64, u16)> {
        let own = self.place(slot);
        let mut others: Vec<(f64, u16)> = (0..self.people)
            .filter(|other| *other != slot && !self.space.is_blocked(slot, *other))
            .map(|other| (own.distance(self.place(other)), other))
            .collect();
        others.sort_by(|a, b| a.0.total_cmp(&b.0));
        others
    }
}

#[test]
fn the_nearest_are_heard_of_in_each_tick_that_they_move_in() {
    // Spread out, and two to the square metre.
    for size in [100.0, 14.0] {
        let mut crowd = Crowd::new(bare(size), 400, 0.0);
        crowd.restless = 4;
        let mut close = 0;
        for tick in 0..40 {
            let before: Vec<_> = (0..400).map(|slot| crowd.space.pose(slot).unwrap()).collect();
            crowd.tick(tick);
            for slot in (0..400).step_by(13) {
                let told: BTreeSet<u16> = told(&mut crowd.space, slot).state.records.iter().map(|record| record.slot).collect();
                let nearest = crowd.nearest(slot);
                // The view is at most 4 ticks old: whoever is nearer than its 64th by more than two can jog in that time is near or in the middle.
                let sure = nearest[63].0 - 4.0 * 0.165 * 2.0;
                // The sixteen nearest as they stand now, and who else of the next stands close; not the last of them, whom another may equal.
                for (number, (distance, other)) in nearest.into_iter().take(31).take_while(|(distance, _)| *distance < sure).enumerate() {
                    let (now, before) = (crowd.space.pose(other).unwrap(), before[usize::from(other)]);
                    let has_changed = now.place.distance(before.place) > 0.02 || now.yaw != before.yaw;
                    let is_close = (16..31).contains(&number) && distance < 1.74;
                    close += usize::from(is_close && has_changed);
                    let is_due = (number < 15 || is_close) && has_changed && tick >= 5;
                    assert!(!is_due || told.contains(&other), "tick {tick}: {slot} did not hear of {other}, {distance} m away");
                }
            }
        }
        assert_eq!(close > 100, size < 20.0, "{close} were close and not among the nearest");
    }
}

/// Runs a crowd and checks what holds for all frames; gives the mean and the largest number of bytes a tick of any client.
fn watched(crowd: &mut Crowd, ticks: u32, watchers: &[u16]) -> (f64, f64) {
    let mut heard: BTreeMap<(u16, u16), u32> = BTreeMap::new();
    let mut since: BTreeMap<(u16, u16), u32> = BTreeMap::new();
    let mut bytes: BTreeMap<u16, usize> = BTreeMap::new();
    // Whom a client draws, and since when somebody whom it draws is farther than the 256 nearest.
    let mut drawn: BTreeSet<(u16, u16)> = BTreeSet::new();
    let mut beyond: BTreeMap<(u16, u16), u32> = BTreeMap::new();
    for tick in 1..=ticks {
        crowd.tick(tick);
        for slot in watchers {
            let Told { bytes: length, state, hands, crowd: rest } = told(&mut crowd.space, *slot);
            if tick > 60 {
                *bytes.entry(*slot).or_default() += length;
            }
            assert_eq!(state.tick, crowd.space.now());
            let own = crowd.space.pose(*slot).unwrap();
            assert!((f64::from(state.x) / 100.0 - own.place.x).abs() < 0.006 && (f64::from(state.z) / 100.0 - own.place.z).abs() < 0.006);
            let mut seen = BTreeSet::new();
            for record in &state.records {
                assert!(seen.insert(record.slot) && record.slot != *slot, "slot {} twice, or oneself", record.slot);
                assert!(!crowd.space.is_blocked(*slot, record.slot));
                let pose = crowd.space.pose(record.slot).unwrap();
                assert!((f64::from(record.x) / 100.0 - pose.place.x).abs() < 0.006 && record.yaw == pose.yaw && record.state == pose.state);
                heard.insert((*slot, record.slot), tick);
                drawn.insert((*slot, record.slot));
            }
            for gone in &state.gone {
                assert!(seen.insert(*gone) && !crowd.space.is_blocked(*slot, *gone), "slot {gone} is in view and is not");
                assert!(drawn.remove(&(*slot, *gone)), "{slot} never heard of {gone}, who is said to be gone");
            }
            assert!(hands.len() <= 16 && hands.iter().all(|record| record.slot != *slot && !crowd.space.is_blocked(*slot, record.slot)));
            // In view beyond doubt and for long enough: among the nearest 200 and within 60 m since `since`.
            let nearest = crowd.nearest(*slot);
            let sure: BTreeSet<u16> =
                nearest.iter().take(200).take_while(|(distance, _)| *distance < 60.0).map(|(_, other)| *other).collect();
            let shown: BTreeSet<u16> =
                nearest.iter().take(256).take_while(|(distance, _)| *distance < 80.0).map(|(_, other)| *other).collect();
            beyond.retain(|(watcher, other), _| watcher != slot || (drawn.contains(&(*slot, *other)) && !shown.contains(other)));
            for (_, other) in drawn.iter().filter(|(watcher, other)| watcher == slot && !shown.contains(other)) {
                let began = *beyond.entry((*slot, *other)).or_insert(tick);
                let is_ghost = !crowd.space.is_blocked(*slot, *other) && tick - began > 24;
                assert!(!is_ghost, "{slot} still draws {other}, out of view since {began}, now is {tick}");
            }
            since.retain(|(watcher, other), _| watcher != slot || sure.contains(other));
            for other in sure {
                let began = *since.entry((*slot, other)).or_insert(tick);
                let last = heard.get(&(*slot, other)).copied().unwrap_or(0);
                assert!(tick - began.max(last) <= 64, "{slot} heard of {other} at {last}, has seen it since {began}, now is {tick}");
            }
            if let Some(rest) = rest.filter(|rest| rest.len() < 40) {
                let unseen: u32 = rest.iter().map(|record| u32::from(record.count)).sum();
                let shown = crowd.nearest(*slot).iter().filter(|(distance, _)| *distance <= 82.0).count().min(256);
                assert!(
                    unseen as usize + shown >= nearest.len() && unseen as usize <= nearest.len(),
                    "{unseen} not shown, at most {shown} shown, of {}",
                    nearest.len()
                );
            }
        }
    }
    let of_tick = |sum: usize| sum as f64 / f64::from(ticks.saturating_sub(60).max(1));
    (of_tick(bytes.values().sum()) / watchers.len() as f64, of_tick(bytes.values().max().copied().unwrap_or(0)))
}

#[test]
fn a_thousand_spread_out_stay_within_110_kbit_a_second() {
    let mut crowd = Crowd::new(bare(100.0), 1_000, 1.0);
    let (mean, most) = watched(&mut crowd, 200, &[0, 17, 333, 718, 999]);
    assert!(mean > 200.0 && most * 160.0 < 110_000.0, "{mean} and at most {most} bytes a tick");
}

#[test]
fn a_thousand_in_xr_stay_within_110_kbit_a_second() {
    let mut crowd = Crowd::new(bare(100.0), 1_000, 0.0);
    crowd.has_hands = true;
    let (mean, most) = watched(&mut crowd, 160, &[0, 17, 333, 718, 999]);
    assert!(mean > 500.0 && most * 160.0 < 110_000.0, "{mean} and at most {most} bytes a tick");
}

#[test]
fn a_thousand_in_one_cell_stay_within_110_kbit_a_second() {
    let mut crowd = Crowd::penned(1_000);
    let (mean, most) = watched(&mut crowd, 200, &[0, 17, 333, 718, 999]);
    assert!(mean > 200.0 && most * 160.0 < 110_000.0, "{mean} and at most {most} bytes a tick");
}

#[test]
fn whoever_is_in_view_is_heard_of_every_3_s_whether_they_move_or_not() {
    for restless in [3, 60, 1_000_000] {
        // 250 people are all shown to each other.
        let mut crowd = Crowd::new(bare(40.0), 250, 0.0);
        crowd.restless = restless;
        let watchers: Vec<u16> = (0..250).step_by(9).collect();
        let mut heard: BTreeMap<(u16, u16), u32> = BTreeMap::new();
        for tick in 1..=200 {
            crowd.tick(tick);
            for slot in &watchers {
                for record in told(&mut crowd.space, *slot).state.records {
                    heard.insert((*slot, record.slot), tick);
                }
                for other in (0..250).filter(|other| other != slot) {
                    let last = heard.get(&(*slot, other)).copied().unwrap_or(0);
                    assert!(tick - last <= 60, "restless {restless}: {slot} heard of {other} at {last}, now is {tick}");
                }
            }
        }
    }
}

#[test]
fn who_does_not_move_is_left_out_until_due() {
    let (mut space, slots) = space_at(bare(40.0), &[[10.0, 10.0], [14.0, 10.0]]);
    let mut records = 0;
    for _ in 0..400 {
        space.tick();
        records += told(&mut space, slots[0]).state.records.len();
    }
    assert!((5..=12).contains(&records), "{records} records of somebody who stood for 20 s");
}

#[test]
fn a_blocked_pair_gets_nothing_of_each_other_and_others_do() {
    let mut crowd = Crowd::new(bare(30.0), 300, 0.0);
    crowd.has_hands = true;
    let pairs: Vec<(u16, u16)> = (0..140).map(|number| (number * 2, number * 2 + 1)).chain([(0, 7), (0, 9), (0, 11)]).collect();
    // Some before they ever saw each other, some after.
    for (a, b) in pairs.iter().take(70) {
        crowd.space.block(*a, *b).unwrap();
    }
    let watchers: Vec<u16> = (0..40).collect();
    watched(&mut crowd, 30, &watchers);
    for (a, b) in &pairs {
        crowd.space.block(*b, *a).unwrap();
    }
    for tick in 0..100 {
        crowd.tick(tick);
        for slot in 0..300 {
            let told = told(&mut crowd.space, slot);
            let heard = told.state.records.iter().map(|record| record.slot).chain(told.hands.iter().map(|record| record.slot));
            for other in heard {
                assert!(!pairs.contains(&(slot, other)) && !pairs.contains(&(other, slot)), "{slot} heard of {other}");
            }
        }
    }
}

#[test]
fn a_blocked_pair_is_in_no_count_and_no_bubble_of_each_other() {
    let (mut space, slots) = space_at(bare(200.0), &[[10.0, 10.0], [20.0, 10.0], [150.0, 10.0]]);
    space.block(slots[0], slots[2]).unwrap();
    space.block(slots[0], slots[1]).unwrap();
    let mut unseen = Vec::new();
    for _ in 0..300 {
        space.input(slots[0], wish(127, 0)).unwrap();
        space.tick();
        for (number, slot) in slots.iter().enumerate() {
            if let Some(rest) = told(&mut space, *slot).crowd {
                unseen.push((number, rest.iter().map(|record| record.count).sum::<u16>()));
            }
        }
    }
    assert!(space.pose(slots[0]).unwrap().place.x > 25.0, "nobody is in the way");
    assert!(unseen.len() > 20 && unseen.iter().all(|(number, count)| *number > 0 && *count == 1), "{unseen:?}");
    // Unblocked, they see each other again.
    space.unblock(slots[1], slots[0]).unwrap();
    assert!(!space.is_blocked(slots[0], slots[1]) && space.is_blocked(slots[2], slots[0]));
    let heard = (0..8).flat_map(|_| {
        space.tick();
        told(&mut space, slots[0]).state.records
    });
    assert!(heard.into_iter().any(|record| record.slot == slots[1]));
}

#[test]
fn a_new_one_on_an_old_slot_inherits_no_block() {
    let mut space = space(bare(30.0), 10);
    let (a, b) = (space.enter(0).unwrap(), space.enter(1).unwrap());
    space.block(a, b).unwrap();
    space.leave(b).unwrap();
    for _ in 0..201 {
        space.tick();
    }
    assert_eq!(space.enter(2), Ok(b));
    assert!(!space.is_blocked(a, b) && !space.is_blocked(b, a));
    space.tick();
    assert!(told(&mut space, b).state.records.iter().any(|record| record.slot == a));
}

#[test]
fn who_leaves_is_named_as_gone_and_is_in_no_frame_from_then_on() {
    let mut crowd = Crowd::new(bare(30.0), 100, 0.0);
    for tick in 0..20 {
        crowd.tick(tick);
        for slot in 50..100 {
            told(&mut crowd.space, slot);
        }
    }
    for slot in 0..50 {
        crowd.space.leave(slot).unwrap();
    }
    let mut gone: BTreeMap<u16, BTreeSet<u16>> = BTreeMap::new();
    for _ in 0..70 {
        for slot in 50..100 {
            let told = told(&mut crowd.space, slot);
            assert!(told.state.records.iter().all(|record| record.slot >= 50));
            gone.entry(slot).or_default().extend(told.state.gone);
        }
        crowd.space.tick();
    }
    let left: BTreeSet<u16> = (0..50).collect();
    assert!(gone.len() == 50 && gone.values().all(|gone| *gone == left), "{gone:?}");
}

#[test]
fn others_come_into_view_at_64_m_and_go_out_at_80_m() {
    let (mut space, slots) = space_at(bare(200.0), &[[20.0, 100.0], [105.0, 100.0]]);
    let jog = |x| ClientFrame {
        input: Input { wish_x: x, state: sala_presence::wire::ClientState { is_jogging: true, ..Default::default() }, ..Input::default() },
        hands: None,
    };
    let mut distances = Vec::new();
    for tick in 0..430 {
        space.input(slots[1], jog(if tick < 215 { -127 } else { 127 })).unwrap();
        space.tick();
        if !told(&mut space, slots[0]).state.records.is_empty() {
            distances.push(space.pose(slots[0]).unwrap().place.distance(space.pose(slots[1]).unwrap().place));
        }
    }
    assert!((63.0..=64.0).contains(&distances[0]), "came into view at {}", distances[0]);
    let last = distances[distances.len() - 1];
    assert!((80.0..81.0).contains(&last), "went out of view at {last}");
}

#[test]
fn the_crowd_says_where_the_rest_stand() {
    let mut crowd = Crowd::penned(600);
    crowd.restless = 1_000_000;
    for tick in 0..20 {
        crowd.tick(tick);
        if let Some(rest) = told(&mut crowd.space, 0).crowd {
            let unseen: u16 = rest.iter().map(|record| record.count).sum();
            assert_eq!(unseen, 600 - 1 - 256);
            for record in &rest {
                let middle = |cell: u8, part: u8| f64::from(cell) * 16.0 + f64::from(part) / 16.0;
                let (x, z) = (middle(record.cell_x, record.middle_x), middle(record.cell_z, record.middle_z));
                assert!((41.9..58.1).contains(&x) && (41.9..58.1).contains(&z), "the middle of {record:?} is {x} {z}");
            }
            return;
        }
    }
    panic!("no word of the crowd within a second");
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    let run = || {
        let mut crowd = Crowd::new(bare(50.0), 200, 1.0);
        crowd.has_hands = true;
        let mut out = Vec::new();
        for tick in 0..60 {
            crowd.tick(tick);
            for slot in 0..200 {
                crowd.space.frame(slot, &mut out).unwrap();
            }
        }
        out
    };
    assert!(run() == run());
}
