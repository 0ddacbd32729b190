//! The adaptive controller against small streets of our own, real ones, and against nonsense.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a helper of a test may stop it, and a skipped test says so"
)]

#[path = "signals/shared.rs"]
mod shared;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use proptest::prelude::{ProptestConfig, any, prop, proptest};
use sala_signals::{
    Command, Controller, Intergreen, LaneId, Layout, Monitor, Observation, PhaseId, Rules, Sensing, SignalId,
    controller::{Actuated, Adaptive, Fixed},
    safety::audit,
    sensing::{Camera, LoopReading, LoopRole, LoopView, Sighting, View, loop_places},
};
use shared::{layout, networks};

const NORTH: [Command; 1] = [Command { signal: SignalId(0), phase: PhaseId(1) }];

fn ours(layout: &Arc<Layout>) -> Adaptive {
    Adaptive::new(Arc::clone(layout), Rules::default().min_green_ms)
}

/// Cars that stand on a lane, the first of them at its end.
fn queue<'a>(layout: &Layout, lane: &str, names: impl IntoIterator<Item = &'a String>, speed_mps: f64) -> Vec<Sighting<'a>> {
    let lane = layout.network.lane(lane).unwrap();
    let length_m = layout.network.lanes.of(lane).length_m;
    let place = |(id, place): (&'a String, u8)| Sighting {
        id,
        lane,
        position_m: length_m - 1.0 - 7.5 * f64::from(place),
        speed_mps,
        length_m: 5.0,
    };
    names.into_iter().zip(0..).map(place).collect()
}

fn names(prefix: &str, count: u8) -> Vec<String> {
    (0..count).map(|car| format!("{prefix}{car}")).collect()
}

/// A crossing in which a car leaves each lane with green every two seconds, and new ones come.
struct Crossing {
    layout: Arc<Layout>,
    camera: Camera,
    monitor: Monitor,
    queues: BTreeMap<&'static str, VecDeque<String>>,
    cars: u32,
    second: i64,
    /// Seconds that cars have stood, all together.
    waited: usize,
}

impl Crossing {
    fn new() -> Self {
        let layout = layout("cross", Intergreen::Network);
        let (camera, monitor) = (Camera::new(Arc::clone(&layout)), Monitor::new(Arc::clone(&layout), Rules::default(), 0));
        Self { layout, camera, monitor, queues: BTreeMap::new(), cars: 0, second: 0, waited: 0 }
    }

    fn come(&mut self, lane: &'static str, count: u32) {
        let first = self.cars;
        self.cars += count;
        self.queues.entry(lane).or_default().extend((first..self.cars).map(|car| car.to_string()));
    }

    fn len(&self, lane: &str) -> usize {
        self.queues.get(lane).map_or(0, VecDeque::len)
    }

    fn is_green(&self, lane: &str) -> bool {
        let (_, signal) = self.layout.network.signals.iter().next().unwrap();
        let lane = self.layout.network.lane(lane).unwrap();
        let links = &signal.approaches.iter().find(|approach| approach.lane == lane).unwrap().links;
        let (_, state) = self.monitor.states().next().unwrap();
        links.iter().any(|link| state.as_bytes()[usize::from(link.0)].eq_ignore_ascii_case(&b'g'))
    }

    fn step(&mut self, controller: &mut dyn Controller) -> Vec<Command> {
        let now_ms = self.second * 1_000;
        let green: BTreeMap<&str, bool> = self.queues.keys().map(|lane| (*lane, self.is_green(lane))).collect();
        let cars: Vec<Sighting<'_>> =
            self.queues.iter().flat_map(|(lane, cars)| queue(&self.layout, lane, cars, if green[lane] { 5.0 } else { 0.0 })).collect();
        let view = View::Camera(self.camera.see(now_ms, cars));
        let said = controller.decide(now_ms, &Observation { lights: self.monitor.lights(), view });
        self.monitor.step(now_ms, Some(&said));
        for (lane, cars) in &mut self.queues {
            if green[lane] && self.second % 2 == 0 {
                cars.pop_front();
            }
            self.waited += cars.len();
        }
        self.second += 1;
        said
    }
}

#[test]
fn who_waits_alone_gets_green_as_soon_as_the_least_green_is_over() {
    let mut crossing = Crossing::new();
    crossing.come("nm_1", 3);
    let mut controller = ours(&crossing.layout);
    let at = (0..30).find(|_| crossing.step(&mut controller) == NORTH);
    assert!(at.is_some_and(|second| (5..=6).contains(&second)), "{at:?}");
    assert_eq!((controller.name(), controller.sensing()), ("adaptive", Sensing::Loops));
}

#[test]
fn a_green_is_kept_while_its_queue_leaves_and_no_longer() {
    let mut crossing = Crossing::new();
    crossing.come("wm_1", 10);
    crossing.come("nm_1", 2);
    let mut controller = ours(&crossing.layout);
    (0..60).find(|_| crossing.step(&mut controller) == NORTH).unwrap();
    assert!((15..=24).contains(&crossing.second), "ten cars take twenty seconds: {}", crossing.second);
    assert!(crossing.len("wm_1") <= 2, "{}", crossing.len("wm_1"));
}

#[test]
fn an_endless_stream_does_not_keep_one_car_waiting_for_ever() {
    let mut crossing = Crossing::new();
    crossing.come("nm_1", 1);
    let mut controller = ours(&crossing.layout);
    let mut is_served = false;
    for _ in 0..110 {
        if crossing.len("wm_1") < 12 {
            crossing.come("wm_1", 1);
        }
        if crossing.len("wm_0") < 12 {
            crossing.come("wm_0", 1);
        }
        crossing.step(&mut controller);
        is_served |= crossing.len("nm_1") == 0;
    }
    assert!(is_served);
}

#[test]
fn uneven_demand_waits_less_than_with_the_fixed_plan_and_with_gaps() {
    let waited = |make: &dyn Fn(&Arc<Layout>) -> Box<dyn Controller>| {
        let mut crossing = Crossing::new();
        let mut controller = make(&crossing.layout);
        for second in 0..600_u32 {
            for (lane, every) in [("wm_1", 6), ("em_1", 7), ("nm_1", 17), ("sm_1", 23)] {
                if second % every == 0 {
                    crossing.come(lane, 1);
                }
            }
            crossing.step(controller.as_mut());
        }
        crossing.waited
    };
    let adaptive = waited(&|layout| Box::new(ours(layout)));
    let fixed = waited(&|layout| Box::new(Fixed::new(Arc::clone(layout), Rules::default())));
    let actuated = waited(&|layout| Box::new(Actuated::new(Arc::clone(layout))));
    assert!(adaptive * 10 < fixed * 8 && adaptive < actuated, "adaptive {adaptive}, fixed {fixed}, actuated {actuated}");
}

#[test]
fn where_no_street_has_room_nothing_is_gained_by_a_change() {
    let layout = layout("cross", Intergreen::Network);
    let mut monitor = Monitor::new(Arc::clone(&layout), Rules::default(), 0);
    (0..7).for_each(|second| monitor.step(second * 1_000, Some(&[])));
    let decides = |full: &[&str]| {
        let ids: Vec<Vec<String>> = ["n", "w"].iter().chain(full).map(|prefix| names(prefix, 25)).collect();
        let mut cars = [queue(&layout, "nm_1", &ids[0][..8], 0.0), queue(&layout, "wm_1", &ids[1][..9], 0.0)].concat();
        for (exit, ids) in full.iter().zip(&ids[2..]) {
            // Up to the junction, but not to the far end: there the street leads back, and who is there would come again.
            let lane = layout.network.lane(exit).unwrap();
            cars.extend(ids.iter().zip(0..17_u8).map(|(id, place)| Sighting {
                id,
                lane,
                position_m: 5.5 + 7.5 * f64::from(place),
                speed_mps: 0.0,
                length_m: 5.0,
            }));
        }
        let view = View::Camera(Camera::new(Arc::clone(&layout)).see(7_000, cars));
        ours(&layout).decide(7_000, &Observation { lights: monitor.lights(), view })
    };
    assert_eq!(decides(&[]), [], "nine in the west, eight in the north");
    assert_eq!(decides(&["me_0", "me_1", "mn_1", "ms_1", "mw_0", "mw_1"]), [], "everywhere is full: to change would help nobody");
}

/// What is decided at 7 s, the west green since the beginning, of cars that have stood for a while: lane, m from its end, m/s.
fn decides_on(cars: &[(&str, f64, f64)]) -> Vec<Command> {
    let layout = layout("cross", Intergreen::Network);
    let (mut monitor, mut camera) = (Monitor::new(Arc::clone(&layout), Rules::default(), 0), Camera::new(Arc::clone(&layout)));
    let ids: Vec<String> = (0..cars.len()).map(|car| car.to_string()).collect();
    let mut said = Vec::new();
    for second in 0..8 {
        let now_ms = second * 1_000;
        let seen = cars.iter().zip(&ids).map(|((lane, to_end_m, speed_mps), id)| {
            let lane = layout.network.lane(lane).unwrap();
            // Who drives gets there at 7 s.
            let to_end_m = to_end_m + speed_mps * f64::from(7 - i32::try_from(second).unwrap());
            let position_m = layout.network.lanes.of(lane).length_m - to_end_m;
            Sighting { id, lane, position_m, speed_mps: *speed_mps, length_m: 5.0 }
        });
        let view = View::Camera(camera.see(now_ms, seen));
        if second == 7 {
            said = ours(&layout).decide(now_ms, &Observation { lights: monitor.lights(), view });
        }
        monitor.step(now_ms, Some(&[]));
    }
    said
}

/// Cars on a lane one behind the other, the first so far from its end.
fn row(lane: &str, count: u8, first_m: f64, speed_mps: f64) -> Vec<(&str, f64, f64)> {
    (0..count).map(|car| (lane, first_m + 7.5 * f64::from(car), speed_mps)).collect()
}

#[test]
fn who_wants_to_a_full_street_holds_back_those_behind_who_want_elsewhere() {
    let queues = [row("wm_1", 9, 1.0, 0.0), row("nm_1", 8, 1.0, 0.0)].concat();
    assert_eq!(decides_on(&queues), [], "nine in the west, eight in the north");
    // Half of those in the west turn left into it; the north does not go there.
    let full = row("mn_1", 17, 66.0, 0.0);
    assert_eq!(decides_on(&[queues, full].concat()), NORTH);
}

#[test]
fn who_stands_far_from_the_line_with_free_street_before_him_is_not_waited_for() {
    let north = row("nm_1", 2, 1.0, 0.0);
    let coming = row("wm_1", 12, 40.0, 9.0);
    assert_eq!(decides_on(&[north.clone(), coming].concat()), [], "a platoon that is nearly there");
    let held = row("wm_1", 12, 40.0, 0.0);
    assert_eq!(decides_on(&[north, held].concat()), NORTH);
}

#[test]
fn with_loops_it_goes_to_who_stands_on_one() {
    let layout = layout("cross", Intergreen::Network);
    let (_, signal) = layout.network.signals.iter().next().unwrap();
    let north = layout.network.lane("nm_1").unwrap();
    let north = u16::try_from(signal.approaches.iter().position(|approach| approach.lane == north).unwrap()).unwrap();
    let mut controller = ours(&layout);
    let mut monitor = Monitor::new(Arc::clone(&layout), Rules::default(), 0);
    let at = (0..30).find(|second| {
        let readings = layout.network.signals.iter().map(|(_, signal)| {
            let read = |role| LoopReading { is_occupied: role == LoopRole::Stop(north), idle_ms: 60_000, ..LoopReading::default() };
            loop_places(&layout.network, signal).iter().map(|place| read(place.role)).collect()
        });
        let view = View::Loops(LoopView { readings: readings.collect() });
        let said = controller.decide(second * 1_000, &Observation { lights: monitor.lights(), view });
        monitor.step(second * 1_000, Some(&said));
        said == NORTH
    });
    assert!(at.is_some_and(|second| (5..=6).contains(&second)), "{at:?}");
}

#[test]
fn with_nothing_in_sight_it_decides_as_actuated_does() {
    let layout = layout("cross", Intergreen::Network);
    let (mut adaptive, mut actuated) = (ours(&layout), Actuated::new(Arc::clone(&layout)));
    let mut monitor = Monitor::new(Arc::clone(&layout), Rules::default(), 0);
    for second in 0..100 {
        let seen = Observation { lights: monitor.lights(), view: View::Nothing };
        let said = adaptive.decide(second * 1_000, &seen);
        assert_eq!(said, actuated.decide(second * 1_000, &seen));
        monitor.step(second * 1_000, Some(&said));
    }
}

/// Two minutes of queues that come and go at every stop line, and all that the lamps showed, by signal.
fn drive(layout: &Arc<Layout>) -> Vec<Vec<(i64, String)>> {
    let (mut camera, mut controller) = (Camera::new(Arc::clone(layout)), ours(layout));
    let mut monitor = Monitor::new(Arc::clone(layout), Rules::default(), 0);
    let lanes = layout.network.signals.iter().flat_map(|(_, signal)| signal.approaches.iter().map(|approach| approach.lane));
    let lanes: Vec<LaneId> = lanes.collect();
    let ids = names("", 250);
    let mut shown = vec![Vec::new(); layout.network.signals.len()];
    for second in 0..120_i64 {
        let mut cars = Vec::new();
        for (place, lane) in lanes.iter().enumerate().take(50) {
            let count = (usize::try_from(second).unwrap() / 15 + place * 7) % 5;
            let lane = &layout.network.lanes.of(*lane).id;
            cars.extend(queue(layout, lane, &ids[place * 5..place * 5 + count], 0.0));
        }
        let view = View::Camera(camera.see(second * 1_000, cars));
        let said = controller.decide(second * 1_000, &Observation { lights: monitor.lights(), view });
        monitor.step(second * 1_000, Some(&said));
        for (signal, state) in monitor.states() {
            shown[usize::try_from(signal.0).unwrap()].push((second * 1_000, state.to_owned()));
        }
    }
    for (signal, shown) in layout.network.signals.ids().zip(&shown) {
        let steps = shown.iter().map(|(at_ms, state)| (*at_ms, state.as_str()));
        let found = audit(layout, signal, &Rules::default(), steps);
        assert_eq!(found, [], "signal {}", layout.network.signals.of(signal).id);
    }
    shown
}

#[test]
fn the_same_is_seen_and_the_same_is_decided_within_the_rules_on_every_street() {
    for (name, network) in networks().into_iter().filter(|(_, network)| network.signals.len() < 10) {
        let layout = Arc::new(Layout::new(network, Intergreen::Street));
        assert_eq!(drive(&layout), drive(&layout), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nonsense_is_survived(
        cars in prop::collection::vec((any::<u32>(), any::<f64>(), any::<f64>(), any::<f64>()), 0..40),
        times in prop::collection::vec(any::<i32>(), 1..6),
    ) {
        let layout = layout("pair", Intergreen::Network);
        let (mut camera, mut controller) = (Camera::new(Arc::clone(&layout)), ours(&layout));
        let mut monitor = Monitor::new(Arc::clone(&layout), Rules::default(), 0);
        let ids = names("", 40);
        let lanes = u32::try_from(layout.network.lanes.len()).unwrap();
        for time in times {
            let seen = cars.iter().zip(&ids).map(|((lane, position_m, speed_mps, length_m), id)| Sighting {
                id,
                lane: LaneId(lane % lanes),
                position_m: *position_m,
                speed_mps: *speed_mps,
                length_m: *length_m,
            });
            let now_ms = i64::from(time);
            let view = View::Camera(camera.see(now_ms, seen));
            let said = controller.decide(now_ms, &Observation { lights: monitor.lights(), view });
            monitor.step(now_ms, Some(&said));
        }
        // What is said of another street is not understood, and does no harm.
        let stranger = Observation { lights: Monitor::new(layout_of_cross(), Rules::default(), 0).lights(), view: View::Loops(LoopView::default()) };
        controller.decide(0, &stranger);
    }
}

fn layout_of_cross() -> Arc<Layout> {
    layout("cross", Intergreen::Network)
}
