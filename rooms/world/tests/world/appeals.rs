//! Appeals: once, in time, to another office and another person.

use serde_json::{Value, json};

use super::place::{ANN, BEN, BEN_TOO, CAT, DAY, MOD, REV, Town, holds, town};

async fn sanctioned(town: &Town, step: &str, seconds: i64) -> String {
    let id = town.report(ANN, BEN).await;
    town.sanction(&id, step, seconds, &[]).await.ok()["id"].as_str().unwrap().to_owned()
}

fn appeal(id: &str) -> String {
    format!("/conduct/sanctions/{id}/appeal")
}

fn text() -> Value {
    json!({ "text": "ฉันไม่ได้พูดอย่างนั้น" })
}

async fn decide(town: &Town, id: &str, spec: &str, body: Value) -> super::place::Reply {
    town.ask("POST", &format!("{}/decision", appeal(id)), spec, Some(body)).await
}

#[tokio::test]
async fn only_the_sanctioned_appeals_once_and_in_time() {
    let town = town().await;
    let id = sanctioned(&town, "mute", 600).await;
    town.ask("POST", &appeal(&id), "", Some(text())).await.refused("sign_in_required");
    for other in [ANN, CAT, MOD] {
        town.ask("POST", &appeal(&id), other, Some(text())).await.refused("not_found");
    }
    town.ask("POST", &appeal(&id), BEN, Some(json!({ "text": "" }))).await.refused("invalid_input");
    // Under another persona than the one that was reported: it is the same person's sanction.
    let filed = town.ask("POST", &appeal(&id), BEN_TOO, Some(text())).await.ok();
    assert_eq!((&filed["state"], &filed["due_at"]), (&json!("open"), &json!(town.after(14 * DAY))));
    town.ask("POST", &appeal(&id), BEN, Some(text())).await.refused("appeal_closed");
    let acts = town.acts().await;
    let (_, actor, leaf) = acts.iter().find(|(kind, ..)| kind == "appeal.file").unwrap();
    assert!(actor == "visitor" && !holds(leaf, "ben"));
    assert!(!holds(&town.files(), "ฉันไม่ได้พูดอย่างนั้น"));

    let late = sanctioned(&town, "warn", 600).await;
    town.clock.advance_seconds(30 * DAY);
    town.ask("POST", &appeal(&late), BEN, Some(text())).await.refused("appeal_closed");
}

#[tokio::test]
async fn another_office_and_another_person_decides() {
    let town = town().await;
    let id = sanctioned(&town, "keep_out_all", 30 * DAY).await;
    let lift = || json!({ "outcome": "lift", "reason": "หลักฐานไม่พอ" });
    decide(&town, &id, REV, lift()).await.refused("not_found");
    town.ask("POST", &appeal(&id), BEN, Some(text())).await.ok();
    for wrong in [MOD, ANN, BEN, "officer_z|person_cat|health|analyst", "officer_z|person_cat|digital|reviewer"] {
        decide(&town, &id, wrong, lift()).await.refused("forbidden");
    }
    // The moderator, the reporter and the sanctioned, under a reviewer's handle.
    for own in ["officer_w|person_mod|health|reviewer", "officer_w|person_ann|health|reviewer", "officer_w|person_ben|health|reviewer"] {
        decide(&town, &id, own, lift()).await.refused("own_matter");
    }
    decide(&town, &id, &format!("{REV}|unsigned"), lift()).await.refused("signature_required");
    let report = town.ask("GET", "/conduct/appeals", REV, None).await.ok()["items"][0]["report"].as_str().unwrap().to_owned();
    let opened = town.ask("POST", &format!("/conduct/reports/{report}/readings"), REV, None).await.ok();
    assert_eq!((&opened["appeal_text"], &opened["given"]["id"]), (&json!("ฉันไม่ได้พูดอย่างนั้น"), &json!(id)));
    assert!(opened["evidence"]["people"].as_array().unwrap().len() >= 2);
    let done = decide(&town, &id, REV, lift()).await.ok();
    assert_eq!(
        (&done["sanction"]["state"], &done["sanction"]["is_in_force"], &done["appeal"]["state"]),
        (&json!("lifted"), &json!(false), &json!("lifted"))
    );
    assert_eq!(town.enter("hall", BEN).await.first["kind"], "welcome");
    decide(&town, &id, REV, lift()).await.refused("appeal_closed");
    let own = town.ask("GET", "/conduct/own-sanctions", BEN, None).await.ok();
    assert_eq!(own["items"][0]["appeal"]["reason"], "หลักฐานไม่พอ");
}

#[tokio::test]
async fn shortening_gives_the_voice_back_earlier_and_upholding_changes_nothing() {
    let town = town().await;
    let (first, second) = (sanctioned(&town, "mute", 3600).await, sanctioned(&town, "mute", 7200).await);
    for id in [&first, &second] {
        town.ask("POST", &appeal(id), BEN, Some(text())).await.ok();
    }
    for (body, code) in [
        (json!({ "outcome": "shorten", "reason": "ก" }), "invalid_input"),
        (json!({ "outcome": "shorten", "until": town.after(7200), "reason": "ก" }), "invalid_input"),
        (json!({ "outcome": "uphold", "until": town.after(60), "reason": "ก" }), "invalid_input"),
        (json!({ "outcome": "uphold", "reason": " " }), "invalid_input"),
    ] {
        decide(&town, &second, REV, body).await.refused(code);
    }
    let upheld = decide(&town, &first, REV, json!({ "outcome": "uphold", "reason": "ชัดเจน" })).await.ok();
    assert_eq!((&upheld["appeal"]["state"], &upheld["sanction"]["is_in_force"]), (&json!("upheld"), &json!(true)));
    let until = town.after(4000);
    decide(&town, &second, REV, json!({ "outcome": "shorten", "until": until, "reason": "นานเกินไป" })).await.ok();
    assert_eq!(town.enter("hall", BEN).await.first["muted_until"], json!(until));
    let kinds: Vec<String> = town.acts().await.into_iter().map(|(kind, ..)| kind).collect();
    assert!(kinds.contains(&"appeal.uphold".to_owned()) && kinds.contains(&"appeal.shorten".to_owned()));
}

#[tokio::test]
async fn an_appeal_that_nobody_decides_lifts_the_sanction_by_itself() {
    let town = town().await;
    let id = sanctioned(&town, "keep_out_all", 300 * DAY).await;
    town.ask("POST", &appeal(&id), BEN, Some(text())).await.ok();
    town.clock.advance_seconds(14 * DAY - 1);
    town.world.settle().await.unwrap();
    assert_eq!(town.enter("hall", BEN).await.first["problem"]["code"], "kept_out");
    town.clock.advance_seconds(1);
    decide(&town, &id, REV, json!({ "outcome": "uphold", "reason": "สายไป" })).await.refused("appeal_closed");
    town.world.settle().await.unwrap();
    assert_eq!(town.enter("hall", BEN).await.first["kind"], "welcome");
    let acts = town.acts().await;
    let (_, actor, _) = acts.iter().find(|(kind, ..)| kind == "appeal.lapse").unwrap();
    assert_eq!(actor, "system:conduct/1");
    town.world.settle().await.unwrap();
    assert_eq!(town.acts().await.len(), acts.len(), "only once");
}
