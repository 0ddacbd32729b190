//! Amendments, decisions, dissents, minutes.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::place::{ANN, BEN, CHAIR, Hall, hall, texts};

fn amendment(clause: &Value, text: &str) -> Value {
    json!({ "clause": clause["id"], "base": clause["sha256"], "text": text, "reason": "เหตุผล" })
}

const YES: fn() -> Value = || json!({ "accepted": true, "for": 5, "against": 1, "abstaining": 0, "reason": "ที่ประชุมเห็นชอบ" });

async fn proposed(hall: &Hall, path: &str, spec: &str, body: Value) -> String {
    let made = hall.post(&format!("{path}/amendments"), spec, body).await.ok();
    format!("{path}/amendments/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_amendment_is_signed_and_changes_the_draft_when_it_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let clauses = hall.get(&path).await["draft"]["clauses"].clone();
    let change = amendment(&clauses[0], "เปิด 17.00 น.");
    hall.post(&format!("{path}/amendments"), "ann|person_ann|unsigned", change.clone()).await.refused("signature_required");
    hall.post(&format!("{path}/amendments"), "", change.clone()).await.refused("sign_in_required");
    let mut ben = hall.join(&path, BEN).await;
    ben.synced().await;
    let made = proposed(&hall, &path, ANN, change).await;
    hall.post(&format!("{made}/decide"), ANN, YES()).await.refused("not_the_chair");
    let decided = hall.post(&format!("{made}/decide"), CHAIR, YES()).await.ok();
    assert_eq!((&decided["state"], &decided["for"], &decided["before"]), (&json!("accepted"), &json!(5), &json!("เปิด 16.00 น.")));
    ben.until("the change", |client| client.texts()[0] == "เปิด 17.00 น.").await;
    hall.post(&format!("{made}/decide"), CHAIR, YES()).await.refused("amendment_over");
    // One clause more, one less.
    let add = proposed(&hall, &path, BEN, json!({ "clause": null, "heading": "ใหม่", "text": "ข้อที่สาม", "reason": "ขาดไป" })).await;
    hall.post(&format!("{add}/decide"), CHAIR, YES()).await.ok();
    let clauses = hall.get(&path).await["draft"]["clauses"].clone();
    assert_eq!((&clauses[2]["heading"], &clauses[2]["n"]), (&json!("ใหม่"), &json!(3)));
    let strike = proposed(&hall, &path, BEN, amendment(&clauses[1], "")).await;
    hall.post(&format!("{strike}/decide"), CHAIR, YES()).await.ok();
    let refused = proposed(&hall, &path, BEN, amendment(&clauses[2], "อื่น")).await;
    let no = json!({ "accepted": false, "for": 0, "against": 6, "abstaining": 0, "reason": "ไม่รับ" });
    assert_eq!(hall.post(&format!("{refused}/decide"), CHAIR, no).await.ok()["state"], "refused");
    assert_eq!(texts(&hall.get(&path).await), ["เปิด 17.00 น.", "ข้อที่สาม"]);
    ben.until("all changes", |client| client.texts() == ["เปิด 17.00 น.", "ข้อที่สาม"]).await;
    // And writing goes on from there.
    ben.append(0, " ตรง").await;
    ben.saved().await;
    assert_eq!(texts(&hall.get(&path).await)[0], "เปิด 17.00 น. ตรง");
}

#[tokio::test]
async fn an_amendment_to_a_clause_that_reads_otherwise_by_now_is_outdated() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let clauses = hall.get(&path).await["draft"]["clauses"].clone();
    let made = proposed(&hall, &path, ANN, amendment(&clauses[0], "เปิด 18.00 น.")).await;
    let mut ben = hall.join(&path, BEN).await;
    ben.synced().await;
    ben.append(0, " (แก้)").await;
    ben.saved().await;
    hall.post(&format!("{made}/decide"), CHAIR, YES()).await.refused("amendment_outdated");
    hall.post(&format!("{path}/amendments"), ANN, amendment(&clauses[0], "อีก")).await.refused("amendment_outdated");
    assert_eq!(texts(&hall.get(&path).await)[0], "เปิด 16.00 น. (แก้)", "nothing of it was done");
    hall.ask("POST", &format!("{made}/withdraw"), BEN, None).await.refused("forbidden");
    hall.ask("POST", &format!("{made}/withdraw"), ANN, None).await.ok();
    hall.ask("POST", &format!("{made}/withdraw"), ANN, None).await.refused("amendment_over");
    for wrong in [
        json!({ "clause": null, "text": "", "reason": "x" }),
        json!({ "clause": clauses[1]["id"], "text": "x", "reason": "x" }),
        amendment(&clauses[1], clauses[1]["text"].as_str().unwrap()),
    ] {
        hall.post(&format!("{path}/amendments"), ANN, wrong).await.refused("invalid_input");
    }
    // Five at most, as the profile says: this was the first.
    for number in 0..4 {
        proposed(&hall, &path, ANN, amendment(&clauses[1], &format!("ข้อ {number}"))).await;
    }
    hall.post(&format!("{path}/amendments"), ANN, amendment(&clauses[1], "เกิน")).await.refused("meeting_full");
}

#[tokio::test]
async fn closing_fixes_the_minutes_and_commits_to_their_hash() {
    let folder = tempfile::tempdir().unwrap();
    let one = hall(folder.path(), false).await;
    let path = one.open_meeting().await;
    one.post(&format!("{path}/words"), ANN, json!({ "text": "ขอพูด" })).await.ok();
    one.ask("POST", &format!("{path}/queue"), BEN, None).await.ok();
    one.post(&format!("{path}/floor"), CHAIR, json!({})).await.ok();
    let poll = one.post(&format!("{path}/polls"), CHAIR, json!({ "question": "ดีไหม", "left": "ไม่", "right": "ดี" })).await.ok();
    one.ask("PUT", &format!("{path}/polls/{}/stand", poll["id"].as_str().unwrap()), ANN, Some(json!({ "at": 3 }))).await.ok();
    one.post(&format!("{path}/decisions"), ANN, json!({ "text": "x", "how": "consent" })).await.refused("not_the_chair");
    one.post(&format!("{path}/decisions"), CHAIR, json!({ "text": "x", "how": "consent", "for": 1 })).await.refused("invalid_input");
    one.post(&format!("{path}/decisions"), CHAIR, json!({ "text": "x", "how": "hands" })).await.refused("invalid_input");
    let decision = one
        .post(&format!("{path}/decisions"), CHAIR, json!({ "text": "ใช้ร่างนี้", "item": 2, "how": "hands", "for": 4, "against": 1 }))
        .await
        .ok();
    let dissents = format!("{path}/decisions/{}/dissents", decision["id"].as_str().unwrap());
    one.post(&dissents, BEN, json!({ "text": "ยังไม่ฟังผู้ค้าทุกคน" })).await.ok();
    let mut ann = one.join(&path, ANN).await;
    ann.synced().await;
    ann.append(1, " ภายใน 45 นาที").await;
    ann.saved().await;
    // What nobody has acknowledged yet is in the minutes too: closing writes it first.
    ann.append(1, " ทุกครั้ง").await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let closed = one.ask("POST", &format!("{path}/close"), CHAIR, None).await.ok();
    assert_eq!(closed["state"], "closed");
    let kept = one.ask("GET", &format!("{path}/minutes"), "", None).await.bytes;
    let hash = hex::encode(Sha256::digest(&kept));
    assert_eq!(closed["minutes_sha256"], hash);
    let act = closed["acts"].as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
    let found = one.store.act_by_id(&act).await.unwrap().unwrap();
    assert_eq!(found.leaf.public["minutes_sha256"].to_json(), json!(hash), "the act holds the hash");
    let minutes: Value = serde_json::from_slice(&kept).unwrap();
    assert_eq!(minutes["clauses"][1]["text"], "วางแผงกั้นน้ำ ภายใน 45 นาที ทุกครั้ง");
    assert_eq!(minutes["decisions"][0]["dissents"][0]["who"], json!({ "persona": "ben" }), "handles, no names");
    assert_eq!((&minutes["polls"][0]["result"], &minutes["speeches"][0]["who"]["persona"]), (&json!({ "count": 1 }), &json!("ben")));
    for (operation, spec) in [("open", CHAIR), ("close", CHAIR), ("queue", ANN)] {
        let reply = one.ask("POST", &format!("{path}/{operation}"), spec, None).await;
        assert!(["conflict", "meeting_not_open"].contains(&reply.json["code"].as_str().unwrap()), "{operation}: {}", reply.json);
    }
    one.post(&dissents, ANN, json!({ "text": "สายไป" })).await.refused("meeting_not_open");
    for lang in ["th", "en"] {
        let page = one.ask("GET", &format!("{path}/minutes?format=markdown&lang={lang}"), "", None).await.bytes;
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains("ชื่อ ben") && page.contains("ยังไม่ฟังผู้ค้าทุกคน") && page.contains(&act), "{page}");
    }
    one.stop().await;
    let again = hall(folder.path(), false).await;
    assert_eq!(again.ask("GET", &format!("{path}/minutes"), "", None).await.bytes, kept, "the same on each call");
    // Nothing of what people wrote stands in a leaf.
    for row in again.store.fetch("SELECT leaf FROM act", &[]).await.unwrap() {
        let leaf = row.blob("leaf").unwrap();
        for text in ["ขอพูด", "ยังไม่ฟัง", "ถนนตลาด", "ใช้ร่างนี้"] {
            assert!(!leaf.windows(text.len()).any(|part| part == text.as_bytes()), "{text}");
        }
    }
}
