//! Convening, opening, the agenda, speaking, polls; who may do what.

use serde_json::json;

use super::place::{ANN, BEN, CAT, CHAIR, CLERK, hall};

#[tokio::test]
async fn only_who_facilitates_convenes_and_only_the_chair_steers() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let wanted = json!({ "title": "ก", "about": "ข", "lang": "th", "speaker_s": 60, "keeps_words": false, "agenda": [{ "title": "ค", "minutes": 1 }] });
    hall.post("", "", wanted.clone()).await.refused("sign_in_required");
    hall.post("", ANN, wanted.clone()).await.refused("forbidden");
    hall.post("", CLERK, wanted.clone()).await.refused("forbidden");
    for (field, value) in [
        ("speaker_s", json!(30)),
        ("agenda", json!([])),
        ("title", json!("")),
        ("space", json!("moon")),
        ("begins_at", json!("2001-01-01T00:00:00Z")),
    ] {
        let mut wrong = wanted.clone();
        wrong[field] = value;
        let reply = hall.post("", CHAIR, wrong).await;
        reply.refused("invalid_input");
        assert_eq!(reply.json["errors"][0]["pointer"], format!("/{field}"));
    }
    let path = hall.planned_meeting(json!({})).await;
    hall.ask("POST", &format!("{path}/queue"), ANN, None).await.refused("meeting_not_open");
    hall.ask("POST", &format!("{path}/open"), ANN, None).await.refused("not_the_chair");
    hall.ask("POST", &format!("{path}/open"), "", None).await.refused("sign_in_required");
    let opened = hall.ask("POST", &format!("{path}/open"), CHAIR, None).await.ok();
    assert_eq!((&opened["state"], &opened["chair"]["badge"]["office"]), (&json!("open"), &json!("health")));
    hall.ask("POST", &format!("{path}/open"), CHAIR, None).await.refused("conflict");
    for operation in ["agenda/1/begin", "close"] {
        hall.ask("POST", &format!("{path}/{operation}"), ANN, None).await.refused("not_the_chair");
    }
    hall.ask("POST", &format!("{path}/agenda/9/begin"), CHAIR, None).await.refused("not_found");
    hall.ask("POST", &format!("{path}/agenda/1/begin"), CHAIR, None).await.ok();
    let agenda = hall.ask("POST", &format!("{path}/agenda/2/begin"), CHAIR, None).await.ok()["agenda"].clone();
    assert_eq!((&agenda[0]["state"], &agenda[1]["state"]), (&json!("done"), &json!("current")));
    // Four meetings stand at most, as the profile says.
    for _ in 0..3 {
        hall.planned_meeting(json!({})).await;
    }
    hall.post("", CHAIR, wanted).await.refused("meeting_full");
    assert_eq!(hall.get("?state=open").await["items"].as_array().unwrap().len(), 1);
    let first = hall.get("?limit=3").await;
    let rest = hall.get(&format!("?limit=3&after={}", first["next"].as_str().unwrap())).await;
    assert_eq!((first["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len(), &rest["next"]), (3, 1, &json!(null)));
}

#[tokio::test]
async fn one_meeting_at_a_time_is_open_in_a_space() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let (one, other) =
        (hall.planned_meeting(json!({ "space": "pavilion" })).await, hall.planned_meeting(json!({ "space": "pavilion" })).await);
    hall.ask("POST", &format!("{one}/open"), CHAIR, None).await.ok();
    hall.ask("POST", &format!("{other}/open"), CHAIR, None).await.refused("space_taken");
    hall.ask("POST", &format!("{one}/close"), CHAIR, None).await.ok();
    hall.ask("POST", &format!("{other}/open"), CHAIR, None).await.ok();
    assert_eq!(hall.get("?space=pavilion&state=open").await["items"][0]["id"], other[1..]);
}

#[tokio::test]
async fn who_has_not_spoken_comes_first_and_the_chair_passes_on_to_whoever_takes_part() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let queue = format!("{path}/queue");
    hall.ask("POST", &queue, ANN, None).await.ok();
    hall.ask("POST", &queue, ANN, None).await.refused("already_in_queue");
    hall.post(&format!("{path}/floor"), ANN, json!({})).await.refused("not_the_chair");
    hall.post(&format!("{path}/floor"), CHAIR, json!({})).await.ok();
    hall.ask("DELETE", &format!("{path}/floor"), BEN, None).await.refused("forbidden");
    hall.ask("DELETE", &format!("{path}/floor"), ANN, None).await.ok();
    hall.ask("POST", &queue, ANN, None).await.ok();
    hall.ask("POST", &queue, BEN, None).await.ok();
    let meeting = hall.get(&path).await;
    let waiting: Vec<&str> =
        meeting["floor"]["queue"].as_array().unwrap().iter().map(|one| one["who"]["persona"].as_str().unwrap()).collect();
    assert_eq!(waiting, ["ben", "ann"]);
    assert_eq!(meeting["floor"]["queue"][1]["has_spoken"], true);
    let entry = meeting["floor"]["queue"][1]["entry"].clone();
    let given = hall.post(&format!("{path}/floor"), CHAIR, json!({ "entry": entry })).await.ok();
    assert_eq!(given["floor"]["speaker"]["who"]["persona"], "ann", "the chair may take another");
    hall.ask("DELETE", &queue, CAT, None).await.refused("not_found");
    hall.post(&format!("{path}/chair"), CHAIR, json!({ "persona": "nobody" })).await.refused("not_taking_part");
    let handed = hall.post(&format!("{path}/chair"), CHAIR, json!({ "persona": "ben" })).await.ok();
    assert_eq!(handed["chair"]["persona"], "ben");
    hall.ask("POST", &format!("{path}/agenda/1/begin"), CHAIR, None).await.refused("not_the_chair");
    hall.ask("POST", &format!("{path}/agenda/1/begin"), BEN, None).await.ok();
    // Someone who is there by socket takes part too.
    let mut cat = hall.join(&path, CAT).await;
    cat.synced().await;
    hall.post(&format!("{path}/chair"), BEN, json!({ "persona": "cat" })).await.ok();
}

#[tokio::test]
async fn words_are_kept_only_where_that_was_announced() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let kept = hall.open_meeting().await;
    let free = hall.planned_meeting(json!({ "keeps_words": false })).await;
    hall.ask("POST", &format!("{free}/open"), CHAIR, None).await.ok();
    let mut ben = hall.join(&free, BEN).await;
    ben.synced().await;
    let secret = "คำที่ไม่มีใครเก็บไว้";
    let said = hall.post(&format!("{free}/words"), ANN, json!({ "text": secret })).await.ok();
    assert_eq!(said, json!({ "kept": false, "id": null }));
    ben.until("what was said", |client| client.told.iter().any(|told| told["kind"] == "said")).await;
    let told = ben.told.iter().find(|told| told["kind"] == "said").unwrap();
    assert_eq!((&told["who"]["name"], &told["text"]), (&json!("ชื่อ ann"), &json!(secret)));
    hall.post(&format!("{kept}/words"), ANN, json!({ "text": "เก็บไว้ได้" })).await.ok();
    hall.post(&format!("{kept}/words"), "", json!({ "text": "x" })).await.refused("sign_in_required");
    hall.post(&format!("{kept}/words"), ANN, json!({ "text": "ก".repeat(501) })).await.refused("invalid_input");
    assert_eq!(hall.get(&format!("{kept}/minutes")).await["words"][0]["text"], "เก็บไว้ได้");
    for _ in 0..4 {
        hall.post(&format!("{free}/words"), ANN, json!({ "text": "อีก" })).await.ok();
    }
    hall.post(&format!("{free}/words"), ANN, json!({ "text": "มากไป" })).await.refused("busy");
    let files: Vec<u8> =
        std::fs::read_dir(folder.path()).unwrap().flatten().flat_map(|entry| std::fs::read(entry.path()).unwrap()).collect();
    assert!(!files.windows(secret.len()).any(|part| part == secret.as_bytes()), "what is not kept is nowhere on disk");
}

#[tokio::test]
async fn a_poll_says_sums_and_nothing_of_fewer_than_three() {
    let folder = tempfile::tempdir().unwrap();
    let hall = hall(folder.path(), false).await;
    let path = hall.open_meeting().await;
    let question = json!({ "question": "ปิดสี่ทุ่มดีไหม", "left": "ไม่", "right": "ใช่" });
    hall.post(&format!("{path}/polls"), ANN, question.clone()).await.refused("not_the_chair");
    let poll = hall.post(&format!("{path}/polls"), CHAIR, question.clone()).await.ok();
    hall.post(&format!("{path}/polls"), CHAIR, question).await.refused("poll_open");
    let stand = format!("{path}/polls/{}/stand", poll["id"].as_str().unwrap());
    hall.ask("PUT", &stand, ANN, Some(json!({ "at": 101 }))).await.refused("invalid_input");
    hall.ask("PUT", &stand, "", Some(json!({ "at": 1 }))).await.refused("sign_in_required");
    hall.ask("PUT", &stand, ANN, Some(json!({ "at": 0 }))).await.ok();
    let two = hall.ask("PUT", &stand, BEN, Some(json!({ "at": 50 }))).await.ok();
    assert_eq!((&two["count"], two.get("bins"), two.get("mean")), (&json!(2), None, None));
    let three = hall.ask("PUT", &stand, CAT, Some(json!({ "at": 100 }))).await.ok();
    assert_eq!((&three["count"], &three["bins"], &three["mean"]), (&json!(3), &json!([1, 0, 0, 0, 0, 1, 0, 0, 0, 1]), &json!(50.0)));
    let moved = hall.ask("PUT", &stand, ANN, Some(json!({ "at": 100 }))).await.ok();
    assert_eq!(moved["count"], 3, "one stands in one place");
    assert_eq!(hall.ask("DELETE", &stand, CAT, None).await.ok().get("mean"), None);
    hall.ask("PUT", &stand, CAT, Some(json!({ "at": 80 }))).await.ok();
    let closed = hall.ask("POST", &format!("{path}/polls/{}/close", poll["id"].as_str().unwrap()), CHAIR, None).await.ok();
    assert_eq!(closed["bins"].as_array().unwrap().len(), 10);
    hall.ask("PUT", &stand, ANN, Some(json!({ "at": 1 }))).await.refused("poll_closed");
    let meeting = hall.get(&path).await;
    assert_eq!((meeting.get("poll"), &meeting["polls"][0]["count"]), (None, &json!(3)));
}

#[tokio::test]
async fn an_example_is_convened_once_and_any_facilitator_of_its_office_chairs_it() {
    let folder = tempfile::tempdir().unwrap();
    let one = hall(folder.path(), true).await;
    for _ in 0..100 {
        if !one.get("?state=open").await["items"].as_array().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let meeting = one.get("/meeting_example").await;
    assert_eq!((&meeting["state"], &meeting["draft"]["clauses"][0]["text"]), (&json!("open"), &json!("ข")));
    one.ask("POST", "/meeting_example/agenda/1/begin", CLERK, None).await.refused("not_the_chair");
    one.ask("POST", "/meeting_example/agenda/1/begin", CHAIR, None).await.ok();
    one.stop().await;
    let again = hall(folder.path(), true).await;
    assert_eq!(again.get("").await["items"].as_array().unwrap().len(), 1);
}
