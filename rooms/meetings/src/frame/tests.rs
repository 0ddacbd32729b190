use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn the_first_step_of_an_empty_document_reads_as_y_protocols_writes_it() {
    // message sync, step 1, one byte: no clients.
    assert_eq!(Frame::read(&[0, 0, 1, 0]), Ok(Frame::Step1(&[0])));
    assert_eq!(Frame::Step2(&[0, 0]).write(), [0, 1, 2, 0, 0]);
    assert_eq!(Frame::read(&[3]), Ok(Frame::QueryAwareness));
}

#[test]
fn what_is_no_frame_is_refused_with_a_reason() {
    for (bytes, fault) in [
        (&[][..], FrameError::Short),
        (&[0], FrameError::Short),
        (&[0, 3, 0], FrameError::Kind(3)),
        (&[2, 0], FrameError::Kind(2)),
        (&[0, 0, 5, 1], FrameError::Short),
        (&[0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], FrameError::Number),
        (&[3, 3], FrameError::Trailing),
        (&[1, 1, 17], FrameError::Cursor),
        (&[1, 4, 1, 1, 1, 1], FrameError::Short),
    ] {
        assert_eq!(Frame::read(bytes), Err(fault), "{bytes:?}");
    }
    let state = |text: &str| {
        let mut body = vec![1, 7, 1];
        counted(&mut body, text.as_bytes());
        let mut out = vec![1];
        counted(&mut out, &body);
        out
    };
    assert!(Frame::read(&state("{}")).is_ok() && Frame::read(&state("null")).is_ok());
    for text in ["3", "[]", "{", "", &format!("{{\"a\":\"{}\"}}", "x".repeat(2_048))] {
        assert_eq!(Frame::read(&state(text)), Err(FrameError::Cursor), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(bytes in prop::collection::vec(any::<u8>(), 0..300), client in 0..=LARGEST, clock in 0..=LARGEST, is_gone in any::<bool>()) {
        let state = (!is_gone).then(|| json!({ "at": 3, "ก": "ข" }).as_object().unwrap().clone());
        for frame in [Frame::Step1(&bytes), Frame::Step2(&bytes), Frame::Update(&bytes), Frame::Awareness(vec![Cursor { client, clock, state }]), Frame::QueryAwareness] {
            let written = frame.write();
            prop_assert_eq!(Frame::read(&written), Ok(frame));
        }
    }

    #[test]
    fn no_bytes_are_read_as_more_than_they_are(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(frame) = Frame::read(&bytes) {
            let written = frame.write();
            prop_assert_eq!(Frame::read(&written), Ok(frame));
        }
    }
}
