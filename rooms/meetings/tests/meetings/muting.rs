//! Whoever is muted reads on and keeps every right, and writes nothing to others until the end.

use sala_core::time::{Clock, SystemClock, Timestamp};
use sala_meetings::frame::{Cursor, Frame};
use serde_json::{Value, json};
use yrs::{Text, Transact};

use super::place::{ANN, ANN_TOO, BEN, CHAIR, Client, body, hall, texts};

const PERSON: &str = "person_ann";

fn after(seconds: i64) -> Timestamp {
    SystemClock.now().plus_seconds(seconds)
}

/// The newest that a client was told of its own mute: until when.
fn muted(client: &Client) -> Option<&Value> {
    client.told.iter().rev().find(|told| told["kind"] == "muted")
}

#[tokio::test]
async fn free_text_and_the_queue_wait_for_the_end_and_every_right_stays() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let clause = hall.get(&path).await["draft"]["clauses"][0].clone();
    let change = json!({ "clause": clause["id"], "base": clause["sha256"], "text": "อื่น", "reason": "เหตุผล" });
    let early = hall.post(&format!("{path}/amendments"), ANN, change.clone()).await.ok();
    let poll = hall.post(&format!("{path}/polls"), CHAIR, json!({ "question": "ดีไหม", "left": "ไม่", "right": "ดี" })).await.ok();
    hall.ask("POST", &format!("{path}/queue"), ANN, None).await.ok();
    let decided = json!({ "text": "ใช้ร่างนี้", "how": "consent" });
    let decision = hall.post(&format!("{path}/decisions"), CHAIR, decided).await.ok();
    let dissents = format!("{path}/decisions/{}/dissents", decision["id"].as_str().unwrap());

    let until = after(600);
    hall.mutes.give(PERSON, until);
    let refused = [
        hall.post(&format!("{path}/words"), ANN, json!({ "text": "ไม่ควรได้อ่าน" })).await,
        hall.post(&format!("{path}/amendments"), ANN, change.clone()).await,
        hall.post(&dissents, ANN, json!({ "text": "ไม่ควรได้อ่าน" })).await,
        // Under another persona too.
        hall.post(&format!("{path}/words"), ANN_TOO, json!({ "text": "ไม่ควรได้อ่าน" })).await,
        hall.ask("POST", &format!("{path}/queue"), ANN_TOO, None).await,
    ];
    for refused in refused {
        refused.refused("muted");
        assert_eq!((refused.status.as_u16(), &refused.json["errors"][0]["detail"]), (403, &json!(until.to_string())));
    }
    // What is one's right: to stand, to take back, to leave, to dissent, to read.
    let stand = format!("{path}/polls/{}/stand", poll["id"].as_str().unwrap());
    assert_eq!(hall.ask("PUT", &stand, ANN, Some(json!({ "at": 9 }))).await.ok()["count"], 1);
    hall.ask("DELETE", &stand, ANN, None).await.ok();
    hall.ask("POST", &format!("{path}/amendments/{}/withdraw", early["id"].as_str().unwrap()), ANN, None).await.ok();
    hall.ask("DELETE", &format!("{path}/queue"), ANN, None).await.ok();
    hall.post(&dissents, ANN, json!({ "text": " " })).await.ok();
    let minutes = hall.get(&format!("{path}/minutes")).await;
    assert_eq!(minutes["decisions"][0]["dissents"][0]["who"]["persona"], "ann");
    let page = hall.ask("GET", &format!("{path}/minutes?format=markdown&lang=en"), ANN, None).await.bytes;
    assert!(String::from_utf8(page).unwrap().contains("Dissent — ชื่อ ann (`ann`) `act_"), "a dissent without words");
    // Others are untouched.
    hall.post(&format!("{path}/words"), BEN, json!({ "text": "พูดได้" })).await.ok();

    hall.mutes.lift(PERSON);
    hall.post(&format!("{path}/words"), ANN, json!({ "text": "พูดได้แล้ว" })).await.ok();
    hall.post(&format!("{path}/amendments"), ANN, change).await.ok();
    hall.ask("POST", &format!("{path}/queue"), ANN, None).await.ok();
}

#[tokio::test]
async fn who_is_muted_while_writing_is_told_reads_on_and_is_put_out_when_writing_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let (mut ann, mut too, mut ben) = (hall.join(&path, ANN).await, hall.join(&path, ANN_TOO).await, hall.join(&path, BEN).await);
    for client in [&mut ann, &mut too, &mut ben] {
        client.synced().await;
    }
    ann.append(0, " ก่อน").await;
    ann.saved().await;
    ben.until("what was written before", |client| client.texts()[0].ends_with(" ก่อน")).await;
    let until = after(600);
    hall.mutes.give(PERSON, until);
    for client in [&mut ann, &mut too] {
        client.until("the mute", |client| muted(client).is_some_and(|told| told["until"] == json!(until.to_string()))).await;
    }
    // Reading goes on.
    ben.append(0, " ต่อ").await;
    ben.saved().await;
    ann.until("what the other wrote", |client| client.texts()[0].ends_with(" ก่อน ต่อ")).await;
    ann.append(0, " ไม่ควรได้อ่าน").await;
    assert_eq!(ann.end().await, "muted");
    assert_eq!(ann.told.last().unwrap()["problem"]["errors"][0]["detail"], json!(until.to_string()));
    assert_eq!(texts(&hall.get(&path).await)[0], "เปิด 16.00 น. ก่อน ต่อ");
    assert!(muted(&ben).is_none(), "nobody else is told");
    // Who comes back is told, hears the draft and is not asked for what it has.
    let mut again = hall.join_with(&path, ANN, ann.doc.clone()).await;
    again.until("the mute", |client| muted(client).is_some()).await;
    again.synced().await;
    ben.append(0, " อีก").await;
    again.until("what the other wrote", |client| client.texts()[0].contains("อีก")).await;
    assert_eq!(texts(&hall.get(&path).await)[0], "เปิด 16.00 น. ก่อน ต่อ อีก");
    // What opens for all asks all but the muted.
    let other = hall.planned_meeting(json!({})).await;
    let mut waiting = hall.join(&other, ANN_TOO).await;
    waiting.until("the mute", |client| muted(client).is_some()).await;
    waiting.synced().await;
    {
        let mut txn = waiting.doc.transact_mut();
        body(&txn, 0).push(&mut txn, " ไม่ควรได้อ่าน");
    }
    hall.ask("POST", &format!("{other}/open"), CHAIR, None).await.ok();
    waiting.until("the meeting open", |client| client.told.iter().any(|told| told["meeting"]["state"] == "open")).await;
    assert_eq!(texts(&hall.get(&other).await)[0], "เปิด 16.00 น.");
    assert!(waiting.closed.is_none());
}

#[tokio::test]
async fn the_end_of_a_mute_gives_writing_back_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    hall.mutes.give(PERSON, after(2));
    let mut ann = hall.join(&path, ANN).await;
    ann.until("the mute", |client| muted(client).is_some_and(|told| told.get("until").is_some())).await;
    ann.synced().await;
    // Written meanwhile, and kept at home.
    {
        let mut txn = ann.doc.transact_mut();
        body(&txn, 0).push(&mut txn, " รอไว้");
    }
    ann.until("the end", |client| muted(client).is_some_and(|told| told.get("until").is_none())).await;
    // It is asked for what it has, as when a meeting opens; and writes on.
    ann.saved().await;
    ann.append(0, " ต่อ").await;
    ann.saved().await;
    assert_eq!(texts(&hall.get(&path).await)[0], "เปิด 16.00 น. รอไว้ ต่อ");
    // Lifted before its end: at once.
    hall.mutes.give(PERSON, after(600));
    ann.until("the second mute", |client| muted(client).is_some_and(|told| told.get("until").is_some())).await;
    hall.mutes.lift(PERSON);
    ann.until("its end", |client| muted(client).is_some_and(|told| told.get("until").is_none())).await;
    ann.append(0, " อีก").await;
    ann.saved().await;
}

#[tokio::test]
async fn a_cursor_that_could_say_anything_goes_with_the_mute() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let (mut ann, mut ben) = (hall.join(&path, ANN).await, hall.join(&path, BEN).await);
    let cursor = |client, clock, text: &str| Cursor { client, clock, state: json!({ "clause": text }).as_object().cloned() };
    ann.send(&Frame::Awareness(vec![cursor(1, 1, "a")])).await;
    ben.until("the cursor", |client| client.cursors.iter().any(|cursor| cursor.client == 1)).await;
    hall.mutes.give(PERSON, after(600));
    ben.until("its end", |client| client.cursors.iter().any(|cursor| cursor.client == 1 && cursor.state.is_none())).await;
    ann.send(&Frame::Awareness(vec![cursor(1, 9, "ไม่ควรได้อ่าน")])).await;
    ben.send(&Frame::Awareness(vec![cursor(2, 1, "b")])).await;
    ann.until("the other's", |client| client.cursors.iter().any(|cursor| cursor.client == 2)).await;
    ben.until("one's own", |client| client.cursors.iter().any(|cursor| cursor.client == 2)).await;
    assert!(ben.cursors.iter().all(|cursor| cursor.clock != 9));
}
