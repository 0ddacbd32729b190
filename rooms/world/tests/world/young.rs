//! Whoever has not proven to be an adult: more room, no voice, and nobody else is told.

use serde_json::json;

use super::place::{ANN, town};

const YOUNG: &str = "young-dao|person_cat";

#[tokio::test]
async fn who_has_not_proven_to_be_an_adult_has_more_room_and_writes_instead_of_speaking() {
    let town = town().await;
    let (mut ann, mut dao) = (town.enter("hall", ANN).await, town.enter("hall", YOUNG).await);
    assert_eq!((&ann.first["bubble_m"], &dao.first["bubble_m"]), (&json!(1.0), &json!(1.5)));
    dao.send(json!({ "kind": "voice", "offer": "v=0" })).await;
    assert_eq!(dao.until("notice").await["problem"]["code"], "voice_needs_age");
    ann.send(json!({ "kind": "voice", "offer": "v=0" })).await;
    assert_ne!(ann.until("notice").await["problem"]["code"], "voice_needs_age");
    dao.send(json!({ "kind": "say", "text": "สวัสดี" })).await;
    let said = ann.until("said").await;
    assert_eq!(said["text"], "สวัสดี");
    for told in [&ann.first, &said] {
        let told = told.to_string();
        assert!(!told.contains("adult") && !told.contains("age_over"), "{told}");
    }
    // A smaller bubble than that is not taken; a larger one is.
    for (wished, code) in [(0.2, None), (2.5, None), (9.0, Some("invalid_input"))] {
        dao.send(json!({ "kind": "bubble", "m": wished })).await;
        if let Some(code) = code {
            assert_eq!(dao.until("notice").await["problem"]["code"], code);
        }
    }
    let code = town.ask("GET", "/conduct", "", None).await.ok();
    assert_eq!(code["young"]["bubble_m"], 1.5);
}
