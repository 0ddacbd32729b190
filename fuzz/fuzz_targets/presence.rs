//! Frames of clients and servers: read or refused, and what was read is written back byte for byte. Whatever clients send, nobody leaves the pen.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_presence::{ClientFrame, Ground, Input, ServerFrame, Space, SpaceRules, Spawn, Wall};

fn pen() -> Space {
    let wall = |sides| Wall { sides: Some(sides), round: None };
    let walls = [[4.0, 4.0, 8.0, 4.0], [4.0, 8.0, 8.0, 8.0], [4.0, 4.0, 4.0, 8.0], [8.0, 4.0, 8.0, 8.0]].map(wall);
    let column = Wall { sides: None, round: Some([5.0, 5.0, 0.2]) };
    let ground = Ground::new([12.0, 12.0], &[&walls[..], &[column]].concat(), &[]).unwrap();
    Space::new(ground, SpaceRules { capacity: 3, spawns: vec![Spawn { at: [6.0, 6.0], yaw: 0.0 }] }).unwrap()
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(frame) = ServerFrame::decode(bytes) {
        let mut again = Vec::new();
        frame.encode(&mut again);
        assert_eq!(again, bytes);
    }
    if let Ok(frame) = ClientFrame::decode(bytes) {
        let mut again = Vec::new();
        frame.encode(&mut again);
        assert_eq!(again, bytes);
        assert_eq!(Input::from_word(frame.input.to_word()), Ok(frame.input));
    }
    // The same bytes as a run of frames of three clients.
    let mut space = pen();
    let slots = [0, 1, 2].map(|chance| space.enter(chance).unwrap());
    let mut out = Vec::new();
    for (frame, slot) in bytes.chunks(26).chain(bytes.chunks(8)).zip(slots.iter().cycle()) {
        if let Ok(frame) = ClientFrame::decode(frame) {
            space.input(*slot, frame).unwrap();
        }
        space.tick();
        out.clear();
        let parts = space.frame(*slot, &mut out).unwrap();
        assert!(parts.messages(&out).all(|message| ServerFrame::decode(message).is_ok()));
        let place = space.pose(*slot).unwrap().place;
        assert!((4.3..=7.7).contains(&place.x) && (4.3..=7.7).contains(&place.z));
    }
});
