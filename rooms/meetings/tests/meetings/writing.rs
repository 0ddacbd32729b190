//! Writing a draft together over sockets: what converges, what is kept, who may, what the hostile get.

use std::time::Duration;

use sala_meetings::frame::{Cursor, Frame};
use serde_json::json;
use tokio::runtime::Runtime;
use yrs::{Any, Array, Map, ReadTxn, StateVector, Text, Transact, WriteTxn};

use super::place::{ANN, BEN, CHAIR, body, clause, hall, texts};

#[tokio::test]
async fn two_who_write_at_once_converge_and_are_told_when_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let (mut ann, mut ben) = (hall.join(&path, ANN).await, hall.join(&path, BEN).await);
    ann.synced().await;
    ben.synced().await;
    for round in 0..5 {
        ann.append(0, &format!(" ก{round}")).await;
        ben.write(|txn| body(txn, 0).insert(txn, 0, &format!("ข{round} "))).await;
    }
    ben.write(|txn| drop(txn.get_or_insert_array("clauses").push_back(txn, clause("new", "ข้อใหม่")))).await;
    ann.saved().await;
    ben.saved().await;
    ann.until("the other's clause", |client| client.texts().len() == 3 && client.texts()[0].contains("ข4")).await;
    ben.until("the other's words", |client| client.texts()[0].contains("ก4")).await;
    assert_eq!(ann.texts(), ben.texts());
    let meeting = hall.get(&path).await;
    assert_eq!(texts(&meeting), ann.texts());
    // Many updates, few versions: what comes within a moment is one act.
    let acts = hall.store.fetch("SELECT leaf FROM act WHERE kind = 'draft.change'", &[]).await.unwrap();
    assert!((1..11).contains(&acts.len()), "{} versions for 13 updates", acts.len());
    for act in acts {
        let leaf = act.blob("leaf").unwrap();
        assert!(!leaf.windows(3).any(|part| part == "ann".as_bytes()), "who wrote is only committed to");
    }
    ann.until("the version in the meeting", |client| {
        client.told.iter().any(|told| told["kind"] == "meeting" && told["meeting"]["draft"]["version"] == meeting["draft"]["version"])
    })
    .await;
    let shown = ann.told.iter().rfind(|told| told["kind"] == "meeting").unwrap();
    assert_eq!(shown["meeting"]["present"], 2);
    assert!(shown["meeting"]["draft"].get("clauses").is_none(), "the document itself has them");
}

#[tokio::test]
async fn a_reader_sees_what_is_written_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let (mut reader, mut ann) = (hall.join(&path, "").await, hall.join(&path, ANN).await);
    reader.synced().await;
    ann.synced().await;
    ann.append(1, "ให้เสร็จ").await;
    reader.until("what was written", |client| client.texts()[1].ends_with("ให้เสร็จ")).await;
    // Cursors of readers are nobody's.
    let state = json!({ "name": "ปลอม" }).as_object().cloned();
    reader.send(&Frame::Awareness(vec![Cursor { client: 9, clock: 1, state }])).await;
    reader.append(0, "แอบแก้").await;
    assert_eq!(reader.end().await, "draft_read_only");
    ann.saved().await;
    assert!(!texts(&hall.get(&path).await)[0].contains("แอบแก้"));
    assert!(ann.cursors.iter().all(|cursor| cursor.client != 9));
}

#[tokio::test]
async fn nobody_writes_in_a_meeting_that_is_not_open_but_its_chair_before() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.planned_meeting(json!({})).await;
    let mut ann = hall.join(&path, ANN).await;
    ann.synced().await;
    ann.append(0, "เร็วไป").await;
    assert_eq!(ann.end().await, "meeting_not_open");
    let mut chair = hall.join(&path, CHAIR).await;
    chair.synced().await;
    chair.append(0, " (ร่าง)").await;
    chair.saved().await;
    assert_eq!(texts(&hall.get(&path).await)[0], "เปิด 16.00 น. (ร่าง)");
    let mut ann = hall.join(&path, ANN).await;
    ann.synced().await;
    hall.ask("POST", &format!("{path}/open"), CHAIR, None).await.ok();
    ann.append(0, " แก้").await;
    ann.saved().await;
    hall.ask("POST", &format!("{path}/close"), CHAIR, None).await.ok();
    ann.append(0, " สาย").await;
    assert_eq!(ann.end().await, "meeting_not_open");
    assert_eq!(texts(&hall.get(&path).await)[0], "เปิด 16.00 น. (ร่าง) แก้");
}

#[tokio::test]
async fn hostile_and_malformed_frames_are_put_out_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let before = texts(&hall.get(&path).await);
    for (what, bytes, reason) in [
        ("nothing", vec![], "sync_frame_invalid"),
        ("an unknown message", vec![9, 1], "sync_frame_invalid"),
        ("bytes after", vec![3, 0], "sync_frame_invalid"),
        ("no update", Frame::Update(&[255, 255, 255, 7]).write(), "sync_frame_invalid"),
        ("no state vector", Frame::Step1(&[255, 255, 255, 255, 15]).write(), "sync_frame_invalid"),
        ("a large update", Frame::Update(&vec![0; 65 * 1024]).write(), "draft_refused"),
    ] {
        let mut ann = hall.join(&path, ANN).await;
        ann.synced().await;
        ann.raw(bytes).await;
        assert_eq!(ann.end().await, reason, "{what}");
    }
    let mut ann = hall.join(&path, ANN).await;
    ann.synced().await;
    ann.write(|txn| drop(txn.get_or_insert_map("hidden").insert(txn, "x", Any::from("y")))).await;
    assert_eq!(ann.end().await, "draft_refused");
    let mut ann = hall.join(&path, ANN).await;
    ann.synced().await;
    ann.say("{\"kind\":\"say\"}").await;
    assert_eq!(ann.end().await, "sync_frame_invalid");
    let mut ann = hall.join(&path, ANN).await;
    ann.synced().await;
    for _ in 0..700 {
        ann.raw(vec![3]).await;
    }
    assert_eq!(ann.end().await, "meeting_flood");
    assert_eq!(texts(&hall.get(&path).await), before, "the draft is as it was");
    let mut ben = hall.join(&path, BEN).await;
    ben.synced().await;
    ben.append(0, " ต่อ").await;
    ben.saved().await;
}

#[tokio::test]
async fn cursors_bear_the_name_that_the_hall_vouches_for_and_go_with_their_socket() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let (mut ann, mut ben) = (hall.join(&path, ANN).await, hall.join(&path, BEN).await);
    let cursor =
        |client, clock| Cursor { client, clock, state: json!({ "who": { "persona": "chair" }, "clause": "a" }).as_object().cloned() };
    ann.send(&Frame::Awareness(vec![cursor(1, 1)])).await;
    ben.until("the cursor", |client| client.cursors.iter().any(|cursor| cursor.client == 1)).await;
    let shown = ben.cursors.iter().find(|cursor| cursor.client == 1).unwrap().state.clone().unwrap();
    assert_eq!((&shown["who"]["persona"], &shown["who"]["name"], &shown["clause"]), (&json!("ann"), &json!("ชื่อ ann"), &json!("a")));
    // Another's cursor can't be moved, and nobody has more than two.
    ben.send(&Frame::Awareness(vec![cursor(1, 9), cursor(2, 1), cursor(3, 1), cursor(4, 1)])).await;
    ann.until("the cursors", |client| client.cursors.iter().any(|cursor| cursor.client == 3)).await;
    assert!(ann.cursors.iter().all(|cursor| cursor.client != 4 && (cursor.client != 1 || cursor.clock == 1)));
    // Who comes later sees them, and everyone is told when they go.
    let mut later = hall.join(&path, "").await;
    later.until("all cursors", |client| [1, 2, 3].iter().all(|id| client.cursors.iter().any(|cursor| cursor.client == *id))).await;
    drop(ann);
    ben.until("the end of the cursor", |client| client.cursors.iter().any(|cursor| cursor.client == 1 && cursor.state.is_none())).await;
}

#[test]
fn a_hall_that_is_cut_off_has_all_that_was_acknowledged_and_gets_the_rest_from_whoever_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let first = Runtime::new().unwrap();
    let (path, doc) = first.block_on(async {
        let hall = hall(folder.path(), false).await;
        let path = hall.open_meeting().await;
        let mut ann = hall.join(&path, ANN).await;
        ann.synced().await;
        ann.append(0, " บันทึกแล้ว").await;
        ann.saved().await;
        hall.ask("POST", &format!("{path}/queue"), ANN, None).await.ok();
        hall.post(&format!("{path}/words"), ANN, json!({ "text": "สวัสดี" })).await.ok();
        ann.append(0, " ยังไม่บันทึก").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        (path, ann.doc.clone())
    });
    // Without a word: no task of it runs on, nothing that waits is written.
    first.shutdown_timeout(Duration::ZERO);
    Runtime::new().unwrap().block_on(async {
        let hall = hall(folder.path(), false).await;
        let meeting = hall.get(&path).await;
        assert!(texts(&meeting)[0].contains("บันทึกแล้ว"), "what was acknowledged is there");
        assert_eq!(meeting["floor"]["queue"][0]["who"]["persona"], "ann");
        let minutes = hall.get(&format!("{path}/minutes")).await;
        assert_eq!(minutes["words"][0]["text"], "สวัสดี");
        let mut ben = hall.join(&path, BEN).await;
        ben.synced().await;
        // The one who wrote still has it all, and brings it.
        let mut ann = hall.join_with(&path, ANN, doc).await;
        ann.synced().await;
        ann.saved().await;
        ben.until("what was lost", |client| client.texts()[0].ends_with("บันทึกแล้ว ยังไม่บันทึก")).await;
        assert_eq!(texts(&hall.get(&path).await)[0], "เปิด 16.00 น. บันทึกแล้ว ยังไม่บันทึก");
    });
}

#[tokio::test]
async fn versions_are_folded_and_nothing_is_lost_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let one = hall(folder.path(), false).await;
    let path = one.open_meeting().await;
    let mut ann = one.join(&path, ANN).await;
    ann.synced().await;
    ann.append(0, " ก่อน").await;
    ann.saved().await;
    let rows = |hall: &super::place::Hall| {
        let store = std::sync::Arc::clone(&hall.store);
        async move { store.fetch("SELECT version FROM meeting_draft", &[]).await.unwrap().len() }
    };
    assert_eq!(rows(&one).await, 2);
    // Written while away: more than one version holds, so the whole draft is written and the versions before it go.
    for part in 0..25 {
        let mut txn = ann.doc.transact_mut();
        txn.get_or_insert_array("clauses").push_back(&mut txn, clause(&format!("x{part}"), &"ก".repeat(19_000)));
    }
    let whole = ann.doc.transact().encode_state_as_update_v1(&StateVector::default());
    assert!(whole.len() > 1024 * 1024);
    ann.send(&Frame::Step2(&whole)).await;
    ann.saved().await;
    assert_eq!(rows(&one).await, 1);
    ann.append(0, " หลัง").await;
    ann.saved().await;
    assert_eq!(rows(&one).await, 2);
    let kept = texts(&one.get(&path).await);
    one.stop().await;
    let two = hall(folder.path(), false).await;
    assert_eq!(texts(&two.get(&path).await), kept);
    assert_eq!((kept.len(), kept[0].as_str()), (27, "เปิด 16.00 น. ก่อน หลัง"));
}
