//! Grounds and spaces that the tests share, and chance that is the same each time.

use sala_presence::{
    ClientFrame, Floor, Ground, Input, Place, ServerFrame, Space, SpaceRules, Spawn, Wall,
    wire::{ClientState, CrowdRecord, HandsRecord, StateFrame},
};

/// SplitMix64.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Between 0 and 1.
    pub(crate) fn part(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / f64::from(u32::MAX)
    }

    pub(crate) fn input(&mut self) -> ClientFrame {
        let [x, z, yaw, jog, gesture, ..] = self.next().to_le_bytes();
        let signed = |byte: u8| i8::from_le_bytes([byte]).max(-127);
        let gesture = sala_presence::wire::Gesture::ALL[usize::from(gesture % 6)];
        let state = ClientState { gesture, is_jogging: jog < 128, ..ClientState::default() };
        ClientFrame { input: Input { seq: 0, wish_x: signed(x), wish_z: signed(z), yaw, state }, hands: None }
    }
}

pub(crate) fn wish(wish_x: i8, wish_z: i8) -> ClientFrame {
    ClientFrame { input: Input { wish_x, wish_z, ..Input::default() }, hands: None }
}

pub(crate) fn boxed(sides: [f64; 4]) -> Wall {
    Wall { sides: Some(sides), round: None }
}

pub(crate) fn round(round: [f64; 3]) -> Wall {
    Wall { sides: None, round: Some(round) }
}

pub(crate) fn flat(sides: [f64; 4], y: f64) -> Floor {
    Floor { sides, y, to: None, along: None }
}

pub(crate) fn bare(side: f64) -> Ground {
    Ground::new([side, side], &[], &[]).unwrap()
}

/// An empty space over a ground, with spawn places wherever one can stand on a raster of about 1 m, and no more than 2,000.
pub(crate) fn space(ground: Ground, capacity: u16) -> Space {
    let stride = (ground.size().x / 44.0).max(1.0);
    let raster =
        |side: f64| (0..44_u8).map(move |number| 0.5 + f64::from(number) * stride).take_while(move |at| *at < side).collect::<Vec<_>>();
    let (columns, rows) = (raster(ground.size().x), raster(ground.size().z));
    let all = rows.iter().flat_map(|z| columns.iter().map(|x| [*x, *z]));
    let spawns = all.filter(|at| ground.is_free(Place::new(at[0], at[1]))).map(|at| Spawn { at, yaw: 0.0 }).collect();
    Space::new(ground, SpaceRules { capacity, spawns }).unwrap()
}

/// Somebody at a spawn place of their own.
pub(crate) fn space_at(ground: Ground, places: &[[f64; 2]]) -> (Space, Vec<u16>) {
    // One spawn place at a time would be one space at a time: people are let in at the first and walk to theirs.
    let spawns = vec![Spawn { at: places[0], yaw: 90.0 }];
    let mut space = Space::new(ground, SpaceRules { capacity: 1_000, spawns }).unwrap();
    let mut slots = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let slot = space.enter(number as u64).unwrap();
        space.bubble(slot, 0.0).unwrap();
        slots.push(slot);
        space.go(slot, Place::new(place[0], place[1]), 0.1).unwrap();
    }
    for _ in 0..2_000 {
        space.tick();
        if slots.iter().all(|slot| !space.pose(*slot).unwrap().is_on_way) {
            break;
        }
    }
    for (slot, place) in slots.iter().zip(places) {
        assert!(space.pose(*slot).unwrap().place.distance(Place::new(place[0], place[1])) <= 0.11, "slot {slot} did not get to {place:?}");
        space.bubble(*slot, 1.0).unwrap();
    }
    (space, slots)
}

/// All that a client was told in a tick.
pub(crate) struct Told {
    pub(crate) bytes: usize,
    pub(crate) state: StateFrame,
    pub(crate) hands: Vec<HandsRecord>,
    pub(crate) crowd: Option<Vec<CrowdRecord>>,
}

pub(crate) fn told(space: &mut Space, slot: u16) -> Told {
    let mut out = Vec::new();
    let parts = space.frame(slot, &mut out).unwrap();
    let mut messages = parts.messages(&out).map(|message| ServerFrame::decode(message).unwrap());
    let Some(ServerFrame::State(state)) = messages.next() else { panic!("the first frame is the state") };
    let mut told = Told { bytes: out.len(), state, hands: Vec::new(), crowd: None };
    for message in messages {
        match message {
            ServerFrame::Hands(records) => told.hands = records,
            ServerFrame::Crowd(records) => told.crowd = Some(records),
            ServerFrame::State(_) => panic!("two states"),
        }
    }
    assert_eq!(parts.state + parts.hands + parts.crowd, out.len());
    told
}
