//! Every byte string is a frame or an error, and what is a frame is written back as it was.

use proptest::prelude::*;
use sala_presence::{
    ClientFrame, Ground, Input, ServerFrame, Space, SpaceRules, Spawn,
    wire::{ClientState, PoseRecord, StateFrame, gone_from},
};

use super::shared::{boxed, round, told};

/// Bytes that often look like frames.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![4 => 0x10_u8..0x15, 1 => any::<u8>()];
    let rest = prop_oneof![
        prop::collection::vec(any::<u8>(), 7..=7),
        prop::collection::vec(any::<u8>(), 25..=25),
        prop::collection::vec(0_u8..8, 7..=7),
        prop::collection::vec(0_u8..8, 12..60),
        prop::collection::vec(any::<u8>(), 0..100),
    ];
    (first, rest).prop_map(|(first, rest)| [vec![first], rest].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn what_a_client_sends_is_read_and_written_back_or_refused(bytes in bytes()) {
        match ClientFrame::decode(&bytes) {
            Ok(frame) => {
                let mut again = Vec::new();
                frame.encode(&mut again);
                prop_assert_eq!(&again, &bytes);
                prop_assert_eq!(Input::from_word(frame.input.to_word()).unwrap(), frame.input);
                prop_assert_ne!(frame.input.to_word(), 0);
            }
            Err(error) => prop_assert!(!error.to_string().is_empty() && !error.name().is_empty()),
        }
    }

    #[test]
    fn what_a_server_sends_is_read_and_written_back_or_refused(bytes in bytes()) {
        if let Ok(frame) = ServerFrame::decode(&bytes) {
            let mut again = Vec::new();
            frame.encode(&mut again);
            prop_assert_eq!(again, bytes);
        }
    }

    #[test]
    fn a_state_is_cut_where_those_no_longer_in_view_begin(people in 0_u16..5, gone in prop::collection::vec(any::<u16>(), 0..5)) {
        let records = (0..people).map(|slot| PoseRecord { slot, x: 7, ..PoseRecord::default() }).collect();
        let whole = StateFrame { tick: 3, records, gone: gone.clone(), ..StateFrame::default() };
        let coded = |frame: &StateFrame| {
            let mut bytes = Vec::new();
            ServerFrame::State(frame.clone()).encode(&mut bytes);
            bytes
        };
        let bytes = coded(&whole);
        let kept = coded(&StateFrame { gone: vec![], ..whole.clone() });
        prop_assert_eq!(gone_from(&bytes), (!gone.is_empty()).then_some(kept.len()));
        prop_assert_eq!(&bytes[..kept.len()], &kept[..]);
        prop_assert_eq!(gone_from(&kept), None);
    }

    #[test]
    fn no_bytes_are_cut_in_the_middle_of_a_frame(bytes in bytes()) {
        if let Some(at) = gone_from(&bytes) && ServerFrame::decode(&bytes).is_ok() {
            let read = [&bytes[..at], &[&bytes[..13], &bytes[at..]].concat()].map(ServerFrame::decode);
            let is_parted = matches!(read, [Ok(ServerFrame::State(seen)), Ok(ServerFrame::State(gone))] if seen.gone.is_empty() && gone.records.is_empty());
            prop_assert!(is_parted);
        }
    }

    #[test]
    fn a_word_is_an_input_or_refused(word: u64) {
        if let Ok(input) = Input::from_word(word) {
            prop_assert_eq!(input.to_word(), word);
        }
    }
}

#[test]
fn a_word_of_zero_is_no_input() {
    assert!(Input::from_word(0).is_err());
}

#[test]
fn every_state_byte_is_read_back_or_refused() {
    let good = (0..=255_u8).filter(|byte| ClientState::from_byte(*byte).is_ok_and(|state| state.to_byte() == *byte));
    assert_eq!(good.count(), 6 * 8);
}

#[test]
fn errors_teach() {
    let error = ClientFrame::decode(&[0x12, 0, 0]).unwrap_err();
    assert_eq!(error.to_string(), "The frame has 3 bytes where 26 are needed.");
    let error = ServerFrame::decode(&[0x13, 0, 0]).unwrap_err();
    assert_eq!(error.to_string(), "The frame has 3 bytes where 1 are needed, and then whole records of 6.");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_clients_send_nobody_leaves_the_pen_and_every_frame_is_read(frames in prop::collection::vec(bytes(), 0..120)) {
        let pen = [[4.0, 4.0, 8.0, 4.0], [4.0, 8.0, 8.0, 8.0], [4.0, 4.0, 4.0, 8.0], [8.0, 4.0, 8.0, 8.0]].map(boxed);
        let walls = [&pen[..], &[round([5.0, 5.0, 0.2])]].concat();
        let ground = Ground::new([12.0, 12.0], &walls, &[]).unwrap();
        let mut space = Space::new(ground, SpaceRules { capacity: 3, spawns: vec![Spawn { at: [6.0, 6.0], yaw: 0.0 }] }).unwrap();
        let slots = [0, 1, 2].map(|chance| space.enter(chance).unwrap());
        for (bytes, slot) in frames.iter().zip(slots.iter().cycle()) {
            if let Ok(frame) = ClientFrame::decode(bytes) {
                space.input(*slot, frame).unwrap();
            }
            space.tick();
            told(&mut space, *slot);
            let place = space.pose(*slot).unwrap().place;
            prop_assert!((4.3..=7.7).contains(&place.x) && (4.3..=7.7).contains(&place.z));
        }
    }
}
