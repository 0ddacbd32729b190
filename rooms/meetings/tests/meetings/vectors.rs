//! What a real Yjs client sends (vectors/make.mjs) is read here as there.

use std::sync::Arc;

use sala_core::entropy::OsEntropy;
use sala_meetings::{
    draft::{Clause, Document, Refusal},
    frame::Frame,
};
use serde_json::Value;

fn bytes(text: &Value) -> Vec<u8> {
    hex::decode(text.as_str().unwrap()).unwrap()
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../vectors/yjs.json")).unwrap()
}

fn clauses(of: &Value) -> Vec<Clause> {
    serde_json::from_value(of["clauses"].clone()).unwrap()
}

#[test]
fn frames_and_updates_of_yjs_give_the_same_clauses() {
    let vectors = vectors();
    assert!(matches!(Frame::read(&bytes(&vectors["first"])), Ok(Frame::Step1([0]))));
    let mut document = Document::new(Arc::new(OsEntropy));
    for frame in vectors["frames"].as_array().unwrap() {
        let frame = bytes(frame);
        let read = Frame::read(&frame).unwrap();
        assert_eq!(read.write(), frame, "written as Yjs writes it");
        let Frame::Update(update) = read else { panic!("an update") };
        assert!(document.take(update).unwrap().is_some());
    }
    assert_eq!(document.clauses(), clauses(&vectors));
    assert_eq!(document.lacking(&bytes(&vectors["vector"])).unwrap().first(), Some(&0), "the client lacks no block of it");
    let mut whole = Document::new(Arc::new(OsEntropy));
    whole.take(&bytes(&vectors["state"])).unwrap();
    assert_eq!(whole.clauses(), clauses(&vectors));
}

#[test]
fn awareness_of_y_protocols_is_read_and_written_alike() {
    let frame = bytes(&vectors()["cursors"]);
    let read = Frame::read(&frame).unwrap();
    let Frame::Awareness(cursors) = &read else { panic!("awareness") };
    assert_eq!((cursors.len(), cursors[0].client), (1, 11));
    assert_eq!(cursors[0].state.as_ref().unwrap()["name"], "แอน");
    assert_eq!(Frame::read(&read.write()), Ok(read.clone()));
}

#[test]
fn what_yjs_could_put_in_but_no_draft_holds_is_refused() {
    let vectors = vectors();
    let mut document = Document::new(Arc::new(OsEntropy));
    document.take(&bytes(&vectors["state"])).unwrap();
    for hostile in vectors["refused"].as_array().unwrap() {
        let frame = bytes(&hostile["frame"]);
        let Ok(Frame::Update(update)) = Frame::read(&frame) else { panic!("an update") };
        assert!(matches!(document.take(update), Err(Refusal::OutOfBounds(_))), "{}", hostile["what"]);
        assert_eq!(document.clauses(), clauses(&vectors));
    }
}
