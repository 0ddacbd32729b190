//! Packets go to whom they should, and to nobody else.

use sala_voice::{Audible, PeerId, Why};

use crate::network::{Network, ROOM};

const LOUD: Option<i8> = Some(-30);

#[test]
fn two_hear_each_other_and_are_told_whose_slot_it_is() {
    let (mut network, ids) = Network::gathering(2);
    let (ann, ben) = (ids[0], ids[1]);
    network.speak(ann, LOUD);
    network.run(1_000);
    assert_eq!(network.got(ben, ann), 50, "every packet of a second came");
    assert_eq!(network.slots[&ben][0], Some(ann));
    assert!(network.speaking[&ann]);
    let numbers = &network.clients[&ben].numbers[0];
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "without a gap");
    network.speak(ben, LOUD);
    network.run(1_000);
    assert!(network.got(ann, ben) >= 49);
    assert_eq!(network.got(ann, ann), 0, "nobody hears themselves");
    network.speak(ann, None);
    network.run(1_000);
    assert!(!network.speaking[&ann], "who says nothing no longer speaks");
}

#[test]
fn what_is_too_quiet_to_be_speech_is_not_passed_on() {
    let (mut network, ids) = Network::gathering(2);
    network.speak(ids[0], Some(-80));
    network.run(1_000);
    assert_eq!(network.got(ids[1], ids[0]), 0);
    assert!(network.speaking.is_empty());
}

#[test]
fn a_pair_that_is_kept_apart_gets_not_one_packet_from_the_next_one_on() {
    let (mut network, ids) = Network::gathering(3);
    let (ann, ben, cat) = (ids[0], ids[1], ids[2]);
    network.speak(ann, LOUD);
    network.speak(ben, LOUD);
    network.run(500);
    assert!(network.got(ben, ann) > 20 && network.got(ann, ben) > 20 && network.got(cat, ann) > 20);
    network.hear(ann, &[cat]);
    network.hear(ben, &[cat]);
    network.deliver();
    network.forget();
    network.run(1_000);
    assert_eq!((network.got(ben, ann), network.got(ann, ben)), (0, 0));
    assert_eq!((network.got(cat, ann), network.got(cat, ben)), (50, 50), "others hear both");
    assert!(!network.slots[&ben].contains(&Some(ann)) && !network.slots[&ann].contains(&Some(ben)));
    let idle = network.sent.get(&network.clients[&ann].address).copied().unwrap_or(0);
    assert!(idle < 1_000, "only what keeps the connection alive goes to her: {idle} bytes");
}

#[test]
fn of_one_who_is_silenced_nothing_is_passed_on_and_they_are_told() {
    let (mut network, ids) = Network::gathering(2);
    let (ann, ben) = (ids[0], ids[1]);
    network.sfu.copy(ann, true);
    network.speak(ann, LOUD);
    network.run(500);
    assert!(network.got(ben, ann) > 20 && !network.copied.is_empty());
    network.sfu.silence(ann, true);
    network.deliver();
    assert!(!network.speaking[&ann]);
    network.forget();
    network.copied.clear();
    network.run(2_000);
    assert_eq!(network.got(ben, ann), 0);
    assert!(network.copied.is_empty(), "nor for anything else");
    assert_eq!(network.unheard, [(ann, Why::Silenced)], "once in five seconds");
    network.sfu.silence(ann, false);
    network.run(500);
    assert!(network.got(ben, ann) > 20);
}

#[test]
fn no_more_speak_at_once_than_the_room_allows_and_the_next_gets_the_floor_when_one_ends() {
    let (mut network, ids) = Network::gathering(4);
    network.sfu.limit(ROOM, 2);
    network.speak(ids[0], LOUD);
    network.speak(ids[1], LOUD);
    network.run(500);
    network.speak(ids[2], Some(-20));
    network.run(500);
    assert_eq!(network.got(ids[3], ids[2]), 0, "the floor is taken, however loud");
    assert_eq!(network.unheard, [(ids[2], Why::FloorTaken)]);
    network.speak(ids[0], None);
    network.run(1_000);
    assert!(network.got(ids[3], ids[2]) > 5);
}

#[test]
fn with_more_speakers_than_slots_the_loudest_and_nearest_are_heard() {
    let (mut network, ids) = Network::gathering(11);
    network.sfu.limit(ROOM, 10);
    let listener = ids[10];
    let farther = std::iter::successors(Some(1.0), |metres| Some(metres * 2.0));
    let audible: Vec<Audible> =
        ids[..10].iter().zip(farther).map(|(speaker, distance_m)| Audible { speaker: *speaker, distance_m, is_on_stage: false }).collect();
    network.sfu.hear(listener, audible.clone());
    for id in &ids[..10] {
        network.speak(*id, LOUD);
    }
    network.run(400);
    network.sfu.hear(listener, audible.clone());
    network.deliver();
    network.forget();
    network.run(1_000);
    let heard: Vec<bool> = ids[..10].iter().map(|id| network.got(listener, *id) > 0).collect();
    assert_eq!(heard, [true, true, true, true, true, true, true, true, false, false], "the eight nearest");
    // The farthest goes to the stage.
    let mut on_stage = audible;
    on_stage[9].is_on_stage = true;
    network.sfu.hear(listener, on_stage);
    network.deliver();
    network.forget();
    network.run(400);
    assert!(network.got(listener, ids[9]) > 15 && network.got(listener, ids[7]) == 0);
}

#[test]
fn one_on_the_stage_is_heard_by_everybody() {
    let (mut network, ids) = Network::gathering(12);
    for id in &ids {
        network.sfu.hear(*id, vec![Audible { speaker: ids[0], distance_m: 500.0, is_on_stage: true }]);
    }
    for id in &ids {
        network.speak(*id, LOUD);
    }
    network.sfu.limit(ROOM, 100);
    network.run(1_000);
    for id in &ids[1..] {
        assert!(network.got(*id, ids[0]) >= 49, "{id:?}");
        assert_eq!(network.clients[id].got.iter().map(Vec::len).sum::<usize>(), network.got(*id, ids[0]), "and nobody else is");
    }
}

#[test]
fn another_speaker_in_the_same_slot_goes_on_in_the_same_stream() {
    let (mut network, ids) = Network::gathering(3);
    let (ann, ben, cat) = (ids[0], ids[1], ids[2]);
    network.speak(ann, LOUD);
    network.run(400);
    network.hear(cat, &[ben]);
    network.speak(ben, LOUD);
    network.run(400);
    assert_eq!(network.slots[&cat][0], Some(ben), "the slot that became free");
    let numbers = &network.clients[&cat].numbers[0];
    assert!(numbers.len() >= 38 && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
}

#[test]
fn who_leaves_or_falls_silent_on_the_line_is_forgotten() {
    let (mut network, ids) = Network::gathering(3);
    network.speak(ids[0], LOUD);
    network.run(400);
    network.sfu.leave(ids[0], network.now);
    network.deliver();
    assert!(!network.sfu.has(ids[0]));
    assert_eq!(network.slots[&ids[1]][0], None);
    network.clients.remove(&ids[1]);
    network.run(40_000);
    assert_eq!(network.gone, [ids[1]], "nothing came for half a minute");
    assert!(network.sfu.has(ids[2]));
    assert!(!network.sfu.has(PeerId(99)));
}

#[test]
fn who_comes_back_with_another_offer_has_one_connection() {
    let (mut network, ids) = Network::gathering(2);
    network.join(1);
    network.run(1_500);
    network.hear(ids[0], &ids);
    network.hear(ids[1], &ids);
    network.speak(ids[0], LOUD);
    network.run(600);
    assert!(network.got(ids[1], ids[0]) > 20, "{}", network.got(ids[1], ids[0]));
}
