#![allow(clippy::as_conversions, clippy::drop_non_drop, reason = "small numbers of a test, and what an insertion returns")]

use proptest::prelude::*;
use sala_core::entropy::SeededEntropy;
use yrs::{Any, WriteTxn, XmlFragment, XmlTextPrelim};

use super::*;

fn entropy(seed: u64) -> Arc<dyn Entropy> {
    Arc::new(SeededEntropy::new(seed))
}

fn clause(id: &str, text: &str) -> Clause {
    Clause { id: id.into(), heading: format!("ข้อ {id}"), text: text.into() }
}

fn draft() -> Document {
    Document::of(vec![clause("a", "เปิดเวลา 16.00 น."), clause("b", "น้ำขึ้นให้วางแผง 🌊 ทันที")], entropy(1)).unwrap().0
}

/// Another copy with everything that `document` has, as a client of its own.
fn peer(document: &Document, seed: u64) -> Doc {
    let doc = blank(&*entropy(seed));
    apply(&doc, &document.state()).unwrap();
    doc
}

/// What a change of a client's copy sends.
fn made(doc: &Doc, change: impl FnOnce(&mut TransactionMut<'_>)) -> Vec<u8> {
    let mut txn = doc.transact_mut();
    change(&mut txn);
    txn.encode_update_v1()
}

fn body(txn: &TransactionMut<'_>, place: u32) -> yrs::TextRef {
    let Some(Out::YMap(map)) = txn.get_array(CLAUSES).unwrap().get(txn, place) else { panic!("a clause is a map") };
    let Some(Out::YText(text)) = map.get(txn, "text") else { panic!("it has a text") };
    text
}

fn note(x: f64, text: &str) -> MapPrelim {
    let mut map = MapPrelim::default();
    map.insert("x".into(), yrs::In::Any(x.into()));
    map.insert("y".into(), yrs::In::Any(1.0.into()));
    map.insert("colour".into(), yrs::In::Any(2.0.into()));
    map.insert("text".into(), yrs::In::from(TextPrelim::new(text)));
    map
}

#[test]
fn what_is_kept_reads_back_and_a_copy_is_sent_what_it_lacks() {
    let mut document = draft();
    let client = peer(&document, 2);
    let update = made(&client, |txn| body(txn, 0).push(txn, " ถึง 22.00 น."));
    assert!(document.take(&update).unwrap().is_some());
    assert_eq!(document.take(&update).unwrap(), None, "the same again changes nothing");
    assert_eq!(document.clause("a").unwrap().text, "เปิดเวลา 16.00 น. ถึง 22.00 น.");
    let mut restored = Document::new(entropy(3));
    let lacking = document.lacking(&restored.state_vector()).unwrap();
    restored.restore(&lacking).unwrap();
    assert_eq!(restored.clauses(), document.clauses());
}

#[test]
fn nothing_else_stands_in_a_draft() {
    let refused = |what: &str, change: &dyn Fn(&mut TransactionMut<'_>)| {
        let mut document = draft();
        let before = (document.clauses(), document.state());
        let client = peer(&document, 4);
        let update = made(&client, |txn| change(txn));
        assert!(matches!(document.take(&update), Err(Refusal::OutOfBounds(_))), "{what}");
        assert_eq!((document.clauses(), document.state()), before, "{what}: the document is as it was");
        // And it goes on for everyone else.
        let other = peer(&document, 5);
        let update = made(&other, |txn| body(txn, 1).push(txn, "!"));
        assert!(document.take(&update).unwrap().is_some(), "{what}");
    };
    refused("another part", &|txn| drop(txn.get_or_insert_map("other").insert(txn, "a", 1)));
    refused("a clause that is no map", &|txn| drop(txn.get_or_insert_array(CLAUSES).push_back(txn, "text")));
    refused("a clause that lacks fields", &|txn| drop(txn.get_or_insert_array(CLAUSES).push_back(txn, MapPrelim::from([("id", "c")]))));
    refused("two clauses of one id", &|txn| {
        let mut map = MapPrelim::default();
        map.insert("id".into(), yrs::In::Any("a".into()));
        map.insert("heading".into(), yrs::In::from(TextPrelim::new("")));
        map.insert("text".into(), yrs::In::from(TextPrelim::new("")));
        txn.get_or_insert_array(CLAUSES).push_back(txn, map);
    });
    refused("a field more", &|txn| {
        let Some(Out::YMap(map)) = txn.get_array(CLAUSES).unwrap().get(txn, 0) else { panic!("a map") };
        map.insert(txn, "more", 1);
    });
    refused("a text that is a value", &|txn| {
        let Some(Out::YMap(map)) = txn.get_array(CLAUSES).unwrap().get(txn, 0) else { panic!("a map") };
        map.insert(txn, "text", "flat");
    });
    refused("a long text", &|txn| body(txn, 0).push(txn, &"ก".repeat(LONGEST_TEXT as usize)));
    refused("a format", &|txn| body(txn, 0).format(txn, 0, 3, yrs::types::Attrs::from([("bold".into(), true.into())])));
    refused("something embedded", &|txn| drop(body(txn, 0).insert_embed(txn, 0, Any::from(1))));
    refused("a control character", &|txn| body(txn, 0).push(txn, "\u{0}"));
    refused("a list inside the map of notes", &|txn| {
        let notes = txn.get_or_insert_map(NOTES);
        let list = yrs::ArrayRef::from(yrs::branch::BranchPtr::from(AsRef::<yrs::branch::Branch>::as_ref(&notes)));
        list.push_back(txn, 1);
    });
    refused("a tree", &|txn| drop(txn.get_or_insert_xml_fragment("tree").push_back(txn, XmlTextPrelim::new("x"))));
    refused("a note beyond the board", &|txn| drop(txn.get_or_insert_map(NOTES).insert(txn, "n1", note(1_001.0, "x"))));
    refused("a note between the points", &|txn| drop(txn.get_or_insert_map(NOTES).insert(txn, "n1", note(0.5, "x"))));
    refused("a long note", &|txn| drop(txn.get_or_insert_map(NOTES).insert(txn, "n1", note(1.0, &"ก".repeat(501)))));
    refused("a strange id", &|txn| drop(txn.get_or_insert_map(NOTES).insert(txn, "a b", note(1.0, "x"))));
    refused("too many notes", &|txn| {
        let notes = txn.get_or_insert_map(NOTES);
        for number in 0..=MOST_NOTES {
            notes.insert(txn, format!("n{number}"), note(1.0, "x"));
        }
    });
}

#[test]
fn a_note_and_a_whole_clause_are_taken() {
    let mut document = draft();
    let client = peer(&document, 6);
    let update = made(&client, |txn| drop(txn.get_or_insert_map(NOTES).insert(txn, "n1", note(1_000.0, "อย่าลืมทางลาด"))));
    assert!(document.take(&update).unwrap().is_some());
    let update = change(&client, Edit::Add(clause("c", "ใหม่"))).unwrap();
    assert!(document.take(&update).unwrap().is_some());
    assert_eq!(document.clauses().len(), 3);
}

#[test]
fn an_update_that_builds_on_what_is_not_here_waits_for_nothing() {
    let mut document = draft();
    let client = peer(&document, 7);
    let first = made(&client, |txn| body(txn, 0).push(txn, "หนึ่ง"));
    let second = made(&client, |txn| body(txn, 0).push(txn, "สอง"));
    assert_eq!(document.take(&second), Err(Refusal::Missing));
    assert!(!document.clause("a").unwrap().text.contains("สอง"));
    document.take(&first).unwrap();
    document.take(&second).unwrap();
    assert!(document.clause("a").unwrap().text.ends_with("หนึ่งสอง"));
}

#[test]
fn too_large_is_refused_before_it_is_read_and_a_full_document_takes_no_more() {
    let mut document = draft();
    assert!(matches!(document.take(&vec![1; LARGEST_UPDATE + 1]), Err(Refusal::TooLarge { .. })));
    let client = peer(&document, 8);
    // Written and taken out again: what was deleted leaves little behind, so a draft does not fill up by being worked on.
    for _ in 0..200 {
        let update = made(&client, |txn| {
            let text = body(txn, 0);
            text.push(txn, &"ก".repeat(5_000));
            let end = text.len(txn);
            text.remove_range(txn, end - 5_000, 5_000);
        });
        document.take(&update).unwrap();
    }
    assert!(size(&document.kept) < 20_000, "{}", size(&document.kept));
    let mut refused = None;
    for number in 0..250 {
        let text = "ก".repeat(19_000);
        match document.take(&change(&client, Edit::Add(clause(&format!("x{number}"), &text))).unwrap()) {
            Ok(_) => {}
            Err(refusal) => {
                refused = Some(refusal);
                break;
            }
        }
    }
    assert!(matches!(refused, Some(Refusal::TooLarge { .. })), "{refused:?}");
    assert!(size(&document.kept) <= LARGEST_DOCUMENT);
}

#[test]
fn an_edit_of_the_hall_keeps_what_others_write_beside_it() {
    let mut document = draft();
    let client = peer(&document, 9);
    let theirs = made(&client, |txn| body(txn, 1).insert(txn, 0, "เมื่อ"));
    let ours = document
        .edit(Edit::Change {
            clause: "b".into(), text: "น้ำขึ้นให้วางแผง 🚧🌊 ทันที ทุกคน".into()
        })
        .unwrap();
    document.keep(&ours).unwrap();
    document.take(&theirs).unwrap();
    assert_eq!(document.clause("b").unwrap().text, "เมื่อน้ำขึ้นให้วางแผง 🚧🌊 ทันที ทุกคน");
    let gone = document.edit(Edit::Strike { clause: "a".into() }).unwrap();
    document.forget().unwrap();
    assert_eq!(document.clauses().len(), 2, "{} bytes were not kept", gone.len());
    let gone = document.edit(Edit::Strike { clause: "a".into() }).unwrap();
    document.keep(&gone).unwrap();
    assert_eq!(document.clauses().len(), 1);
    assert!(document.edit(Edit::Strike { clause: "a".into() }).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn two_texts_differ_in_their_middle(before in "[aกé🌊]{0,12}", after in "[aกé🌊]{0,12}") {
        let (kept, removed, added) = between(&before, &after);
        let units: Vec<u16> = before.encode_utf16().collect();
        let mut made = units[..kept as usize].to_vec();
        made.extend(added.encode_utf16());
        made.extend(&units[(kept + removed) as usize..]);
        prop_assert_eq!(String::from_utf16(&made).unwrap(), after);
    }

    #[test]
    fn two_writers_merge_alike_in_any_order(
        ops in prop::collection::vec((any::<bool>(), 0_u32..2, 0_u32..20, 0_u32..4, "[a-zก-ฮ]{0,6}"), 1..24),
        order in prop::collection::vec(any::<bool>(), 24),
    ) {
        let (start, _) = Document::of(vec![clause("a", "เปิดเวลา 16.00 น."), clause("b", "วางแผงทันที")], entropy(1)).unwrap();
        let clients = [peer(&start, 11), peer(&start, 12)];
        let mut sent: [Vec<Vec<u8>>; 2] = [vec![], vec![]];
        for (who, place, at, gone, text) in ops {
            let who = usize::from(who);
            sent[who].push(made(&clients[who], |txn| {
                let body = body(txn, place);
                let at = at.min(body.len(txn));
                body.insert(txn, at, &text);
                let gone = gone.min(body.len(txn) - at);
                body.remove_range(txn, at, gone);
            }));
        }
        let merged = |first_of: &dyn Fn(usize) -> bool| {
            let mut document = Document::new(entropy(13));
            document.restore(&start.state()).unwrap();
            let (mut left, mut right) = (sent[0].iter(), sent[1].iter());
            for round in 0.. {
                let next = if first_of(round) { left.next().or_else(|| right.next()) } else { right.next().or_else(|| left.next()) };
                let Some(update) = next else { break };
                document.take(update).unwrap();
            }
            document.clauses()
        };
        let one = merged(&|_| true);
        prop_assert_eq!(&one, &merged(&|_| false));
        prop_assert_eq!(&one, &merged(&|round| order.get(round).copied().unwrap_or(true)));
    }

    #[test]
    fn hostile_bytes_change_nothing_that_is_refused(noise in prop::collection::vec(any::<u8>(), 0..200), cut in 0_usize..400, flips in prop::collection::vec((0_usize..400, any::<u8>()), 0..4)) {
        let mut document = draft();
        let client = peer(&document, 14);
        let mut update = made(&client, |txn| {
            body(txn, 0).insert(txn, 2, "ข้อความ");
            txn.get_or_insert_map(NOTES).insert(txn, "n1", note(3.0, "โน้ต"));
        });
        for (at, byte) in flips {
            let length = update.len();
            update[at % length] = byte;
        }
        update.truncate(cut.max(1));
        for bytes in [noise, update] {
            let before = document.clauses();
            if document.take(&bytes).is_err() {
                prop_assert_eq!(document.clauses(), before);
            }
            prop_assert!(bounds::check(&document.kept).is_ok());
        }
        let other = peer(&document, 15);
        let update = change(&other, Edit::Add(clause("later", "ต่อ"))).unwrap();
        prop_assert!(document.take(&update).is_ok());
    }
}

#[test]
fn a_few_bytes_that_promise_much_are_refused_before_anyone_believes_them() {
    let mut document = draft();
    // Four billion clients; four billion blocks; lists in lists; a clock beyond reason; half a letter.
    let deep = [&[1, 1, 9, 0, 0x28, 1, 1, b'x', 1, b'y', 8, 1][..], &[117, 1].repeat(30_000)].concat();
    for bytes in [
        &[255, 255, 255, 255, 15, 0][..],
        &[1, 255, 255, 255, 255, 15, 9, 0, 0],
        &deep,
        &[1, 1, 9, 255, 255, 255, 255, 15, 0, 1, 0],
        &[1, 1, 9, 0, 4, 1, 1, b'x', 1, 0xe0, 0],
        &[0, 1, 9, 255, 255, 255, 127, 0],
        &[0, 0, 0],
    ] {
        let refused = document.take(bytes);
        assert!(matches!(refused, Err(Refusal::Malformed(_) | Refusal::OutOfBounds(_))), "{refused:?}");
    }
    for vector in [&[255, 255, 255, 255, 15][..], &[1, 9], &[1, 9, 255, 255, 255, 255, 255, 1], &[0, 0]] {
        assert!(document.lacking(vector).is_err(), "{vector:?}");
    }
}
