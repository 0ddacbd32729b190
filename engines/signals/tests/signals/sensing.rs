//! What cameras and loops make of vehicles.

use std::sync::Arc;

use sala_signals::{
    Intergreen, Layout, Network, SignalId,
    network::LaneId,
    sensing::{Camera, LoopRole, Move, Saturation, Shares, Sighting, loop_places},
};

use crate::shared::{layout, networks};

fn lane(layout: &Layout, id: &str) -> LaneId {
    layout.network.lane(id).unwrap()
}

fn car(id: &str, lane: LaneId, position_m: f64, speed_mps: f64) -> Sighting<'_> {
    Sighting { id, lane, position_m, speed_mps, length_m: 4.5 }
}

#[test]
fn a_camera_gives_distance_speed_and_time_of_standing() {
    let layout = layout("cross", Intergreen::Network);
    let mut camera = Camera::new(Arc::clone(&layout));
    let west = lane(&layout, "wm_1");
    let length_m = layout.network.lanes.of(west).length_m;
    camera.see(0, [car("a", west, length_m - 20.0, 5.0)]);
    camera.see(1_000, [car("a", west, length_m - 15.0, 0.1), car("b", west, length_m - 60.0, 14.0)]);
    let view = camera.see(4_000, [car("b", west, length_m - 22.0, 3.0), car("a", west, length_m - 15.0, 0.0)]);
    let seen = view.on(west);
    assert_eq!(seen.len(), 2);
    assert!((seen[0].to_end_m - 15.0).abs() < 1e-9 && seen[0].standing_ms == 3_000 && seen[0].in_sight_ms == 4_000, "nearest first");
    assert!(seen[1].standing_ms == 0 && !seen[1].is_standing());
    let signal = layout.network.signals.of(SignalId(0));
    let approach = signal.approaches.iter().find(|approach| approach.lane == west).unwrap();
    let distances: Vec<f64> = view.before(approach).map(|(_, distance_m, _)| distance_m).collect();
    assert!((distances[0] - 15.0).abs() < 1e-9 && (distances[1] - 22.0).abs() < 1e-9);
    // Who drives again has not stood.
    let view = camera.see(5_000, [car("a", west, length_m - 14.0, 2.0)]);
    assert_eq!(view.on(west)[0].standing_ms, 0);
}

#[test]
fn who_leaves_over_a_link_is_counted_once() {
    let layout = layout("cross", Intergreen::Network);
    let (network, mut camera) = (&layout.network, Camera::new(Arc::clone(&layout)));
    let (west, east) = (lane(&layout, "wm_1"), lane(&layout, "me_1"));
    let inside = lane(&layout, ":m_14_1");
    camera.see(0, [car("slow", west, 180.0, 8.0), car("fast", west, 170.0, 16.0)]);
    let view = camera.see(1_000, [car("slow", inside, 2.0, 8.0), car("fast", east, 1.0, 16.0)]);
    assert_eq!(view.moves, [Move { from: west, to: east, count: 2 }]);
    assert_eq!(view.left.of(SignalId(0))[15], 2);
    assert_eq!(view.moves[0].light(network).unwrap().1.0, 15);
    let view = camera.see(2_000, [car("slow", east, 1.0, 8.0), car("fast", lane(&layout, "me_0"), 17.0, 16.0)]);
    assert!(view.moves.is_empty() && view.left.of(SignalId(0)).iter().all(|count| *count == 0), "{view:?}");
}

#[test]
fn a_full_street_behind_the_junction_has_no_room() {
    let layout = layout("cross", Intergreen::Network);
    let mut camera = Camera::new(Arc::clone(&layout));
    let east = lane(&layout, "me_1");
    let signal = layout.network.signals.of(SignalId(0));
    let exit = signal.exits.iter().find(|exit| exit.lane == east).unwrap();
    let length_m = layout.network.lanes.of(east).length_m;
    let names: Vec<String> = (0..27).map(|car| car.to_string()).collect();
    let queue = names.iter().zip(0_u8..).map(|(id, place)| car(id, east, length_m - f64::from(place) * 7.0, 0.0));
    let seen = camera.see(0, queue).behind(&layout.network, exit);
    assert_eq!((seen.vehicles, seen.standing, seen.standing_on_lane), (27, 27, 27));
    assert!(seen.free_m < 7.0 && seen.queue_end_m.unwrap() < 7.0, "{seen:?}");
    let empty = camera.see(1_000, []).behind(&layout.network, exit);
    assert!((empty.free_m - length_m).abs() < 1e-9 && empty.queue_end_m.is_none());
}

#[test]
fn shares_follow_the_counts_and_sum_to_one() {
    let layout = layout("cross", Intergreen::Network);
    let north = lane(&layout, "nm_1");
    let ways: Vec<LaneId> = layout.network.lanes.of(north).outgoing.iter().map(|id| layout.network.connections.of(*id).to).collect();
    let mut shares = Shares::default();
    let all = |shares: &Shares| ways.iter().map(|to| shares.share(&layout.network, north, *to)).sum::<f64>();
    assert!((all(&shares) - 1.0).abs() < 1e-9);
    for _ in 0..200 {
        shares.learn(&[Move { from: north, to: ways[1], count: 1 }]);
    }
    assert!((all(&shares) - 1.0).abs() < 1e-9 && shares.share(&layout.network, north, ways[1]) > 0.85);
}

#[test]
fn saturation_is_learned_from_queues_alone() {
    let mut saturation = Saturation::default();
    let lane = LaneId(3);
    assert!((saturation.rate(lane) - 0.5).abs() < 1e-9);
    saturation.learn(lane, 1_000, 1_000, 0);
    assert!((saturation.rate(lane) - 0.5).abs() < 1e-9, "the first seconds do not count");
    for second in 0..600_u32 {
        saturation.learn(lane, 5_000, 1_000, u32::from(second % 5 < 2));
    }
    assert!((saturation.rate(lane) - 0.4).abs() < 0.03, "{}", saturation.rate(lane));
}

#[test]
fn loops_lie_on_the_street_at_the_line_before_it_and_behind() {
    for (name, network) in networks() {
        for (_, signal) in network.signals.iter() {
            let places = loop_places(&network, signal);
            for place in &places {
                let length_m = network.lanes.of(place.lane).length_m;
                assert!((0.0..=length_m).contains(&place.position_m), "{name} {place:?}");
                assert!(!network.lanes.of(place.lane).id.starts_with(':'), "{name} {place:?}");
            }
            let count = |is: fn(&LoopRole) -> bool| places.iter().filter(|place| is(&place.role)).count();
            assert_eq!(count(|role| matches!(role, LoopRole::Stop(_))), signal.approaches.len());
            assert!(count(|role| matches!(role, LoopRole::Advance(_))) >= signal.approaches.len(), "{name} {}", signal.id);
            assert_eq!(count(|role| matches!(role, LoopRole::Exit(_))), signal.exits.len());
        }
    }
}

#[test]
fn a_camera_for_no_signals_sees_nothing() {
    let layout = Arc::new(Layout::new(Network::default(), Intergreen::Network));
    assert!(Camera::new(layout).see(0, [car("a", LaneId(0), 0.0, 0.0)]).lanes.is_empty());
}
