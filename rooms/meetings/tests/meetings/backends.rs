//! A whole meeting on both databases, the same body on each: what its people read and what the record says must not differ.

use std::time::Duration;

use sala_core::{
    act::Leaf,
    cbor::Value as Cbor,
    store::{Location, Store},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use yrs::{Array, Text, WriteTxn};

use super::{
    place::{ANN, BEN, CAT, CHAIR, Hall, body, clause, hall_at, texts},
    postgres::Postgres,
};

/// What differs from run to run: ids, moments, hashes over them, and how many updates came together.
const OWN: [&str; 16] = [
    "act",
    "acts",
    "amendment",
    "at",
    "began_at",
    "begins_at",
    "closed_at",
    "decided_at",
    "ended_at",
    "id",
    "meeting",
    "minutes_sha256",
    "opened_at",
    "proposed_at",
    "sha256",
    "updates",
];

/// Without what is its own in each run.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.into_iter().filter(|(name, _)| !OWN.contains(&name.as_str())).map(|(name, value)| (name, plain(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::String(text) if text.starts_with("clause_") || text.starts_with("poll_") || text.starts_with("decision_") => json!("an id"),
        other => other,
    }
}

/// Kinds and public facts of all acts, in the order of the record, which PostgreSQL numbers a moment later. Of drafts only that they were
/// kept: how many versions there are depends on how fast they came.
async fn record(store: &Store) -> Vec<(String, Value)> {
    while !store.fetch("SELECT id FROM act_pending", &[]).await.map_or(true, |rows| rows.is_empty()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let rows = store.fetch("SELECT kind, leaf FROM act ORDER BY idx", &[]).await.unwrap();
    let acts = rows.iter().map(|row| {
        let mut public = Cbor::Map(Leaf::decode(row.blob("leaf").unwrap()).unwrap().public).to_json();
        public.as_object_mut().unwrap().remove("version");
        (row.text("kind").unwrap().to_owned(), plain(public))
    });
    let mut acts: Vec<(String, Value)> = acts.collect();
    acts.dedup_by(|one, other| one.0 == "draft.change" && other.0 == "draft.change");
    acts
}

async fn post(hall: &Hall, path: &str, spec: &str, body: Value) -> Value {
    hall.post(path, spec, body).await.ok()
}

/// A meeting from its first day to its minutes, on a store that is closed and opened in the middle of it.
async fn whole(place: impl Fn() -> Location) -> (Value, Vec<(String, Value)>) {
    let hall = hall_at(place(), false).await;
    let path = hall.planned_meeting(json!({ "space": "pavilion" })).await;
    hall.ask("POST", &format!("{path}/open"), CHAIR, None).await.ok();
    let taken = hall.planned_meeting(json!({ "space": "pavilion" })).await;
    hall.ask("POST", &format!("{taken}/open"), CHAIR, None).await.refused("space_taken");
    hall.ask("POST", &format!("{path}/agenda/1/begin"), CHAIR, None).await.ok();

    // Two write at once, and one who reads sees it.
    let (mut ann, mut ben, mut reader) = (hall.join(&path, ANN).await, hall.join(&path, BEN).await, hall.join(&path, "").await);
    for client in [&mut ann, &mut ben, &mut reader] {
        client.synced().await;
    }
    for round in 0..4 {
        ann.append(0, &format!(" ก{round}")).await;
        ben.write(|txn| body(txn, 1).push(txn, &format!(" ข{round}"))).await;
    }
    ben.write(|txn| drop(txn.get_or_insert_array("clauses").push_back(txn, clause("new", "ข้อใหม่")))).await;
    ann.saved().await;
    ben.saved().await;
    reader.until("all that was written", |client| client.texts() == ["เปิด 16.00 น. ก0 ก1 ก2 ก3", "วางแผงกั้นน้ำ ข0 ข1 ข2 ข3", "ข้อใหม่"]).await;

    // The queue: asked at once by three, nobody is in it twice.
    let queue = format!("{path}/queue");
    for spec in [ANN, BEN, CAT] {
        let asked = futures_util::future::join_all((0..4).map(|_| hall.ask("POST", &queue, spec, None))).await;
        let good = asked.iter().filter(|reply| reply.status.is_success()).count();
        assert_eq!(good, 1, "{spec}");
        asked.iter().filter(|reply| !reply.status.is_success()).for_each(|reply| reply.refused("already_in_queue"));
    }
    post(&hall, &format!("{path}/floor"), CHAIR, json!({})).await;
    post(&hall, &format!("{path}/words"), ANN, json!({ "text": "ขอปิดเร็วขึ้น" })).await;
    hall.ask("DELETE", &format!("{path}/floor"), ANN, None).await.ok();
    hall.ask("DELETE", &queue, CAT, None).await.ok();

    // A poll with its sums.
    let poll = post(&hall, &format!("{path}/polls"), CHAIR, json!({ "question": "ปิดสี่ทุ่มดีไหม", "left": "ไม่", "right": "ใช่" })).await;
    let poll = format!("{path}/polls/{}", poll["id"].as_str().unwrap());
    for (spec, at) in [(ANN, 10), (BEN, 55), (CAT, 95)] {
        hall.ask("PUT", &format!("{poll}/stand"), spec, Some(json!({ "at": at }))).await.ok();
    }
    hall.ask("POST", &format!("{poll}/close"), CHAIR, None).await.ok();

    // Amendments: accepted once though two decide at the same moment, outdated, withdrawn.
    let clauses = hall.get(&path).await["draft"]["clauses"].clone();
    let change = |text: &str| json!({ "clause": clauses[0]["id"], "base": clauses[0]["sha256"], "text": text, "reason": "เหตุผล" });
    let mut made = vec![];
    for (spec, text) in [(ANN, "เปิด 17.00 น."), (BEN, "เปิด 18.00 น."), (CAT, "เปิด 19.00 น.")] {
        let proposed = post(&hall, &format!("{path}/amendments"), spec, change(text)).await;
        made.push(format!("{path}/amendments/{}", proposed["id"].as_str().unwrap()));
    }
    let yes = json!({ "accepted": true, "for": 5, "against": 1, "abstaining": 0, "reason": "ที่ประชุมเห็นชอบ" });
    let decide = format!("{}/decide", made[0]);
    let decided = futures_util::future::join_all((0..3).map(|_| hall.post(&decide, CHAIR, yes.clone()))).await;
    assert_eq!(decided.iter().filter(|reply| reply.status.is_success()).count(), 1, "{decided:?}");
    hall.post(&format!("{}/decide", made[1]), CHAIR, yes).await.refused("amendment_outdated");
    hall.ask("POST", &format!("{}/withdraw", made[2]), CAT, None).await.ok();
    reader.until("the amendment", |client| client.texts()[0] == "เปิด 17.00 น.").await;
    ann.append(0, " เป๊ะ").await;
    ann.saved().await;
    let before = hall.get(&path).await;
    hall.stop().await;

    // Another process goes on where this one stopped.
    let hall = hall_at(place(), false).await;
    let after = hall.get(&path).await;
    for part in ["draft", "floor", "agenda", "amendments", "polls"] {
        assert_eq!(before[part], after[part], "{part}");
    }
    let mut ben = hall.join(&path, BEN).await;
    ben.synced().await;
    ben.append(1, " ต่อ").await;
    ben.saved().await;
    hall.ask("POST", &format!("{path}/agenda/2/begin"), CHAIR, None).await.ok();
    let decision =
        post(&hall, &format!("{path}/decisions"), CHAIR, json!({ "text": "ใช้ร่างนี้", "item": 2, "how": "hands", "for": 4, "against": 1 }))
            .await;
    let dissents = format!("{path}/decisions/{}/dissents", decision["id"].as_str().unwrap());
    post(&hall, &dissents, ANN, json!({ "text": "ยังไม่ฟังผู้ค้าทุกคน" })).await;
    // Closed once, though it is asked for three times at once.
    let close = format!("{path}/close");
    let closed = futures_util::future::join_all((0..3).map(|_| hall.ask("POST", &close, CHAIR, None))).await;
    assert_eq!(closed.iter().filter(|reply| reply.status.is_success()).count(), 1, "{closed:?}");
    let closed = closed.into_iter().find(|reply| reply.status.is_success()).unwrap().ok();
    let minutes = hall.ask("GET", &format!("{path}/minutes"), "", None).await;
    assert_eq!(closed["minutes_sha256"], hex::encode(Sha256::digest(&minutes.bytes)));
    assert_eq!(texts(&hall.get(&path).await), ["เปิด 17.00 น. เป๊ะ", "วางแผงกั้นน้ำ ข0 ข1 ข2 ข3 ต่อ", "ข้อใหม่"]);
    hall.ask("POST", &format!("{taken}/open"), CHAIR, None).await.ok();
    assert_eq!(hall.get("?space=pavilion&state=open").await["items"][0]["id"], taken[1..]);
    assert_eq!(hall.get("?limit=1").await["items"].as_array().unwrap().len(), 1);
    let acts = record(&hall.store).await;
    hall.stop().await;
    (plain(minutes.json), acts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_meeting_goes_alike_on_both_databases() {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let (minutes, acts) = whole(|| Location::Folder(folder.path().to_owned())).await;
    assert_eq!((minutes["decisions"].as_array().unwrap().len(), minutes["amendments"].as_array().unwrap().len()), (1, 3));
    assert!(acts.iter().any(|(kind, _)| kind == "meeting.close"), "{acts:?}");
    let Some(postgres) = Postgres::start().await else { return };
    let url = postgres.database().await;
    let (on_postgres, recorded) = whole(|| Location::Postgres(url.clone())).await;
    assert_eq!(on_postgres, minutes);
    assert_eq!(recorded, acts);
}
