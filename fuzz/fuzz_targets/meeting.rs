//! Frames of a meeting's socket: read or refused, and what was read is read again as it was written. Whatever update a client sends, the
//! draft stays within its bounds and whole: what it holds can be put together anew.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use sala_core::entropy::SeededEntropy;
use sala_meetings::{
    draft::{Clause, Document, LONGEST_TEXT, MOST_CLAUSES},
    frame::Frame,
};

fuzz_target!(|bytes: &[u8]| {
    let Ok(frame) = Frame::read(bytes) else { return };
    let written = frame.write();
    assert_eq!(Frame::read(&written), Ok(frame.clone()));
    let clause = Clause { id: "a".into(), heading: "เวลา".into(), text: "เปิด 16.00 น.".into() };
    let (mut document, _) = Document::of(vec![clause], Arc::new(SeededEntropy::new(1))).unwrap();
    let before = document.clauses();
    match frame {
        Frame::Step1(vector) => drop(document.lacking(vector)),
        Frame::Step2(update) | Frame::Update(update) => {
            if document.take(update).is_err() {
                assert_eq!(document.clauses(), before);
            }
            let clauses = document.clauses();
            assert!(clauses.len() <= MOST_CLAUSES as usize);
            assert!(clauses.iter().all(|clause| clause.text.encode_utf16().count() <= LONGEST_TEXT as usize));
            let mut again = Document::new(Arc::new(SeededEntropy::new(2)));
            again.restore(&document.state()).unwrap();
            assert_eq!(again.clauses(), clauses);
        }
        Frame::Awareness(_) | Frame::QueryAwareness => {}
    }
});
