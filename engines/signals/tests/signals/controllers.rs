//! What controllers decide.

use std::sync::Arc;

use sala_signals::{
    Command, Controller, Intergreen, Layout, Monitor, Observation, PhaseId, Rules, Sensing, SignalId,
    controller::{Actuated, Fixed, MaxPressure},
    sensing::{Camera, LoopReading, LoopRole, LoopView, Sighting, View, loop_places},
};

use crate::shared::{layout, networks};

/// A queue on a lane, its head at the line.
fn queue<'a>(layout: &Layout, lane: &str, names: &'a [String]) -> Vec<Sighting<'a>> {
    let lane = layout.network.lane(lane).unwrap();
    let length_m = layout.network.lanes.of(lane).length_m;
    let place = |(id, place): (&'a String, u8)| Sighting {
        id,
        lane,
        position_m: length_m - 1.0 - 7.0 * f64::from(place),
        speed_mps: 0.0,
        length_m: 4.5,
    };
    names.iter().zip(0..).map(place).collect()
}

fn names(prefix: &str, count: u8) -> Vec<String> {
    (0..count).map(|car| format!("{prefix}{car}")).collect()
}

#[test]
fn max_pressure_serves_the_longer_queue_after_its_least_green() {
    let layout = layout("cross", Intergreen::Network);
    let (mut camera, mut controller) = (Camera::new(Arc::clone(&layout)), MaxPressure::new(Arc::clone(&layout), 10_000));
    let mut monitor = Monitor::new(Arc::clone(&layout), Rules::default(), 0);
    let (north, west) = (names("n", 8), names("w", 3));
    let mut said = Vec::new();
    for second in 0..12 {
        let cars = [queue(&layout, "nm_1", &north), queue(&layout, "wm_1", &west)].concat();
        let view = View::Camera(camera.see(second * 1_000, cars));
        said = controller.decide(second * 1_000, &Observation { lights: monitor.lights(), view });
        assert!(second >= 10 || said.is_empty(), "second {second}");
        if second < 11 {
            monitor.step(second * 1_000, Some(&[]));
        }
    }
    assert_eq!(said, [Command { signal: SignalId(0), phase: PhaseId(1) }], "phase 1 is north and south");
    assert_eq!((controller.name(), controller.sensing()), ("max-pressure", Sensing::Camera));
}

#[test]
fn max_pressure_turns_away_from_those_whose_street_is_full() {
    let layout = layout("cross", Intergreen::Network);
    let mut monitor = Monitor::new(Arc::clone(&layout), Rules::default(), 0);
    (0..11).for_each(|second| monitor.step(second * 1_000, Some(&[])));
    let decides = |full: &[&str]| {
        let mut controller = MaxPressure::new(Arc::clone(&layout), 10_000);
        let ids: Vec<Vec<String>> = ["n", "w"].iter().chain(full).map(|prefix| names(prefix, 12)).collect();
        let mut cars = [queue(&layout, "nm_1", &ids[0][..8]), queue(&layout, "wm_1", &ids[1][..9])].concat();
        for (exit, ids) in full.iter().zip(&ids[2..]) {
            cars.extend(queue(&layout, exit, ids));
        }
        let view = View::Camera(Camera::new(Arc::clone(&layout)).see(11_000, cars));
        controller.decide(11_000, &Observation { lights: monitor.lights(), view })
    };
    assert_eq!(decides(&[]), [], "nine in the west, eight in the north");
    assert_eq!(decides(&["me_1", "mw_1"]), [Command { signal: SignalId(0), phase: PhaseId(1) }], "but east and west are full");
}

/// One loop reading for each place, occupied where the role says so.
fn loops(layout: &Layout, is_hit: impl Fn(LoopRole) -> bool) -> View {
    let readings = layout.network.signals.iter().map(|(_, signal)| {
        let read = |role| LoopReading { is_occupied: is_hit(role), passed: u32::from(is_hit(role)), ..LoopReading::default() };
        loop_places(&layout.network, signal).iter().map(|place| read(place.role)).collect()
    });
    View::Loops(LoopView { readings: readings.collect() })
}

#[test]
fn actuated_leaves_when_a_gap_opens_and_someone_else_has_called() {
    let layout = layout("cross", Intergreen::Network);
    let signal = layout.network.signals.of(SignalId(0));
    let index = |lane: &str| {
        u16::try_from(signal.approaches.iter().position(|each| layout.network.lanes.of(each.lane).id == lane).unwrap()).unwrap()
    };
    let (west, north) = (index("wm_1"), index("nm_1"));
    let leaves_at = |gap_from: i64, north_calls: bool| -> Option<i64> {
        let mut controller = Actuated::new(Arc::clone(&layout));
        let mut monitor = Monitor::new(Arc::clone(&layout), Rules::default(), 0);
        (0..100).find(|second| {
            let is_hit = |role| match role {
                LoopRole::Advance(approach) => approach == west && *second < gap_from,
                LoopRole::Stop(approach) => approach == north && north_calls,
                LoopRole::Exit(_) => false,
            };
            let said = controller.decide(second * 1_000, &Observation { lights: monitor.lights(), view: loops(&layout, is_hit) });
            monitor.step(second * 1_000, Some(&said));
            said == [Command { signal: SignalId(0), phase: PhaseId(1) }]
        })
    };
    // At 11 s the light has been shown for 10 s: it is told what was shown in the step before.
    assert_eq!(leaves_at(0, true), Some(11), "the least green");
    assert_eq!(leaves_at(30, true), Some(32), "3 s after the last vehicle");
    assert_eq!(leaves_at(1_000, true), Some(61), "the greatest green");
    assert_eq!(leaves_at(0, false), None, "nobody waits");
}

#[test]
fn every_controller_is_deterministic_and_passes_the_audit_on_every_network() {
    for (name, network) in networks() {
        let layout = Arc::new(Layout::new(network, Intergreen::Network));
        let rules = Rules::default();
        let make: [&dyn Fn() -> Box<dyn Controller>; 3] =
            [&|| Box::new(Fixed::new(Arc::clone(&layout), rules)), &|| Box::new(Actuated::new(Arc::clone(&layout))), &|| {
                Box::new(MaxPressure::new(Arc::clone(&layout), 10_000))
            }];
        for make in make {
            assert_eq!(drive(&layout, rules, make()), drive(&layout, rules, make()), "{name}");
        }
    }
}

/// Drives a controller through ten minutes of queues that come and go, and gives all that the lamps showed.
fn drive(layout: &Arc<Layout>, rules: Rules, mut controller: Box<dyn Controller>) -> Vec<String> {
    let (mut camera, mut monitor) = (Camera::new(Arc::clone(layout)), Monitor::new(Arc::clone(layout), rules, 0));
    let lanes: Vec<_> =
        layout.network.signals.iter().flat_map(|(_, signal)| signal.approaches.iter().map(|approach| approach.lane)).collect();
    let ids: Vec<String> = (0..lanes.len() * 5).map(|car| car.to_string()).collect();
    let mut all: Vec<Vec<(i64, String)>> = vec![Vec::new(); layout.network.signals.len()];
    for second in 0..600_i64 {
        let cars = lanes.iter().enumerate().flat_map(|(place, lane)| {
            let length_m = layout.network.lanes.of(*lane).length_m;
            let count = (usize::try_from(second).unwrap() / 20 + place * 7) % 5;
            let ids = &ids;
            (0..count).map(move |car| Sighting {
                id: &ids[place * 5 + car],
                lane: *lane,
                position_m: length_m - 1.0 - 7.0 * f64::from(u8::try_from(car).unwrap()),
                speed_mps: 0.0,
                length_m: 4.5,
            })
        });
        let view = View::Camera(camera.see(second * 1_000, cars));
        let said = controller.decide(second * 1_000, &Observation { lights: monitor.lights(), view });
        monitor.step(second * 1_000, Some(&said));
        for (signal, state) in monitor.states() {
            all[usize::try_from(signal.0).unwrap()].push((second * 1_000, state.to_owned()));
        }
    }
    for (signal, shown) in layout.network.signals.ids().zip(&all) {
        let found = sala_signals::safety::audit(layout, signal, &rules, shown.iter().map(|(now_ms, state)| (*now_ms, state.as_str())));
        assert!(found.is_empty(), "{} {:?}", controller.name(), found[0]);
    }
    all.into_iter().flatten().map(|(_, state)| state).collect()
}
