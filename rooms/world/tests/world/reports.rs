//! Reports: filed, read, decided, counted.

use serde_json::{Value, json};

use super::place::{ANN, BEN, BEN_TOO, CAT, MOD, REV, holds, town};

#[tokio::test]
async fn a_report_brings_the_last_minute_and_the_record_names_neither_side() {
    let town = town().await;
    let (mut ann, mut ben) = (town.enter("hall", ANN).await, town.enter("hall", BEN).await);
    ben.send(json!({ "kind": "say", "text": "ถ้อยคำที่คุกคาม" })).await;
    assert_eq!(ann.until("said").await["text"], "ถ้อยคำที่คุกคาม");
    town.seconds(2).await;
    ann.send(json!({ "kind": "report", "persona": "ben", "why": "เขาข่มขู่ฉัน" })).await;
    let id = ann.until("reported").await["report"].as_str().unwrap().to_owned();

    let (kind, actor, leaf) = town.acts().await.into_iter().find(|(kind, ..)| kind == "report.file").unwrap();
    assert_eq!((kind.as_str(), actor.as_str()), ("report.file", "visitor"));
    for name in ["ann", "ben", "person_", "ถ้อยคำ", "ข่มขู่"] {
        assert!(!holds(&leaf, name), "the leaf tells `{name}`");
    }
    let files = town.files();
    for text in ["ถ้อยคำที่คุกคาม", "เขาข่มขู่ฉัน"] {
        assert!(!holds(&files, text), "the files hold what was said");
    }
    let own = town.ask("GET", "/conduct/own-reports", ANN, None).await.ok();
    assert_eq!(
        (&own["items"][0]["id"], &own["items"][0]["persona"], &own["items"][0]["why"]),
        (&json!(id), &json!("ben"), &json!("เขาข่มขู่ฉัน"))
    );
    assert_eq!(town.ask("GET", "/conduct/own-reports", BEN, None).await.ok()["items"], json!([]), "the reported is not told by whom");

    // The desk lists it without names, and opens it with an act in the reader's own name.
    let listed = town.ask("GET", "/conduct/reports?state=open", MOD, None).await.ok();
    assert_eq!(listed["items"][0]["id"], json!(id));
    assert!(!holds(listed.to_string().as_bytes(), "ben"));
    let opened = town.ask("POST", &format!("/conduct/reports/{id}/readings"), MOD, None).await.ok();
    assert_eq!((&opened["reported"]["persona"], &opened["why"]), (&json!("ben"), &json!("เขาข่มขู่ฉัน")));
    assert_eq!(opened["evidence"]["said"][0]["text"], "ถ้อยคำที่คุกคาม");
    assert!(opened["evidence"]["stood"].as_array().unwrap().iter().any(|moment| moment["places"].as_array().unwrap().len() == 2));
    let acts = town.acts().await;
    let (_, reader, leaf) = acts.iter().find(|(kind, ..)| kind == "report.read").unwrap();
    assert_eq!(reader, "officer_mod");
    assert!(holds(leaf, "Deciding") && !holds(leaf, "ben"));
}

#[tokio::test]
async fn one_reports_only_whom_one_met_within_the_last_minute() {
    let town = town().await;
    let body = |persona: &str, why: &str| Some(json!({ "space": "hall", "persona": persona, "why": why }));
    let path = "/conduct/reports";
    town.ask("POST", path, "", body("ben", "x")).await.refused("sign_in_required");
    town.ask("POST", path, ANN, body("ben", "x")).await.refused("not_met_lately");
    {
        let (_ann, _ben) = (town.enter("hall", ANN).await, town.enter("garden", BEN).await);
        town.ask("POST", path, ANN, body("ben", "x")).await.refused("not_met_lately");
        town.ask("POST", path, ANN, body("ann", "x")).await.refused("invalid_input");
    }
    let ben = town.enter("hall", BEN).await;
    for why in [String::new(), "  ".into(), "ก".repeat(1_001)] {
        town.ask("POST", path, ANN, body("ben", &why)).await.refused("invalid_input");
    }
    town.ask("POST", "/conduct/reports", ANN, Some(json!({ "space": "nowhere", "persona": "ben", "why": "x" }))).await.refused("not_found");
    drop(ben);
    assert!(town.acts().await.iter().all(|(kind, ..)| kind != "report.file"), "what was refused left nothing");
}

#[tokio::test]
async fn five_reports_of_a_person_may_be_open_whatever_the_persona() {
    let town = town().await;
    let _ann = town.enter("hall", ANN).await;
    let (_ben, _too) = (town.enter("hall", BEN).await, town.enter("hall", BEN_TOO).await);
    let body = || Some(json!({ "space": "hall", "persona": "ann", "why": "x" }));
    for place in 0..5 {
        town.ask("POST", "/conduct/reports", if place % 2 == 0 { BEN } else { BEN_TOO }, body()).await.ok();
    }
    let keys = town.store.persons_with_key("report", 100).await.unwrap().len();
    for spec in [BEN, BEN_TOO] {
        town.ask("POST", "/conduct/reports", spec, body()).await.refused("too_many_open_reports");
    }
    assert_eq!(town.store.persons_with_key("report", 100).await.unwrap().len(), keys, "a refused report leaves no key");
    let first = town.ask("GET", "/conduct/reports", MOD, None).await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    let dismissed =
        town.ask("POST", &format!("/conduct/reports/{first}/dismissal"), MOD, Some(json!({ "reason": "ไม่พบการฝ่าฝืน" }))).await.ok();
    assert_eq!((&dismissed["state"], &dismissed["reason"]), (&json!("dismissed"), &json!("ไม่พบการฝ่าฝืน")));
    town.ask("POST", "/conduct/reports", BEN, body()).await.ok();
}

#[tokio::test]
async fn only_the_desk_decides_and_never_on_its_own_matter() {
    let town = town().await;
    let id = town.report(ANN, BEN).await;
    let (readings, dismissal) = (format!("/conduct/reports/{id}/readings"), format!("/conduct/reports/{id}/dismissal"));
    let reason = || Some(json!({ "reason": "เหตุผล" }));
    for spec in ["", ANN, BEN, REV, "officer_x|person_cat|digital|analyst", "officer_y|person_cat|health|moderator"] {
        for (path, body) in [(&readings, None), (&dismissal, reason())] {
            assert!(matches!(town.ask("POST", path, spec, body).await.status.as_u16(), 401 | 403), "{spec} {path}");
        }
        assert!(matches!(town.ask("GET", "/conduct/reports", spec, None).await.status.as_u16(), 401 | 403));
    }
    // Who reports and who is reported may be moderators themselves, under a handle that says nothing of it.
    for own in ["officer_ann|person_ann|digital|moderator", "officer_ben|person_ben|digital|moderator"] {
        town.ask("POST", &readings, own, None).await.refused("own_matter");
        town.ask("POST", &dismissal, own, reason()).await.refused("own_matter");
        let body = json!({ "step": "warn", "rule": "respect", "until": town.after(60), "reason": "เหตุผล" });
        town.ask("POST", &format!("/conduct/reports/{id}/sanction"), own, Some(body)).await.refused("own_matter");
    }
    assert!(town.acts().await.iter().all(|(kind, ..)| kind != "report.read"));
    town.ask("POST", &dismissal, MOD, Some(json!({ "reason": " " }))).await.refused("invalid_input");
    town.ask("POST", &dismissal, MOD, reason()).await.ok();
    town.ask("POST", &dismissal, MOD, reason()).await.refused("report_decided");
    town.sanction(&id, "warn", 60, &[]).await.refused("report_decided");
}

#[tokio::test]
async fn a_sanction_is_one_that_the_code_allows_and_above_a_warning_signed() {
    let town = town().await;
    let id = town.report(ANN, BEN).await;
    let path = format!("/conduct/reports/{id}/sanction");
    let wanted = |step: &str, rule: &str, seconds: i64, spaces: Value| {
        Some(json!({ "step": step, "rule": rule, "until": town.after(seconds), "spaces": spaces, "reason": "ผิดข้อนี้" }))
    };
    let none = || json!([]);
    for (body, code) in [
        (wanted("mute", "order", 60, none()), "sanction_not_allowed"),
        (wanted("mute", "unknown", 60, none()), "sanction_not_allowed"),
        (wanted("mute", "respect", 1440 * 60 + 1, none()), "sanction_not_allowed"),
        (wanted("warn", "respect", 365 * 86_400 + 1, none()), "sanction_not_allowed"),
        (wanted("mute", "respect", 0, none()), "sanction_not_allowed"),
        (wanted("keep_out", "respect", 60, none()), "invalid_input"),
        (wanted("keep_out", "respect", 60, json!(["services"])), "invalid_input"),
        (wanted("mute", "respect", 60, json!(["hall"])), "invalid_input"),
        (wanted("jail", "respect", 60, none()), "invalid_input"),
    ] {
        town.ask("POST", &path, MOD, body).await.refused(code);
    }
    let unsigned = format!("{MOD}|unsigned");
    town.ask("POST", &path, &unsigned, wanted("mute", "respect", 60, none())).await.refused("signature_required");
    let given = town.ask("POST", &path, &unsigned, wanted("warn", "respect", 60, none())).await.ok();
    assert_eq!((&given["step"], &given["rule"], &given["is_in_force"]), (&json!("warn"), &json!("respect"), &json!(true)));
    let acts = town.acts().await;
    let (_, actor, leaf) = acts.iter().find(|(kind, ..)| kind == "sanction.give").unwrap();
    assert_eq!(actor, "officer_mod");
    assert!(holds(leaf, "respect") && holds(leaf, "warn") && !holds(leaf, "ben"));
}

#[tokio::test]
async fn statistics_show_no_number_below_three() {
    let town = town().await;
    for (place, step) in ["warn", "warn", "warn", "mute"].into_iter().enumerate() {
        let id = town.report(if place % 2 == 0 { ANN } else { CAT }, BEN).await;
        town.clock.advance_seconds(3600);
        town.sanction(&id, step, 60, &[]).await.ok();
        town.clock.advance_seconds(61);
    }
    for _ in 0..3 {
        let id = town.report(ANN, BEN).await;
        town.clock.advance_seconds(3600);
        town.ask("POST", &format!("/conduct/reports/{id}/dismissal"), MOD, Some(json!({ "reason": "ไม่พบการฝ่าฝืน" }))).await.ok();
        town.clock.advance_seconds(61);
    }
    let month = town.ask("GET", "/conduct/statistics", "", None).await.ok()["items"][0].clone();
    assert_eq!((&month["month"], &month["reports"], &month["median_hours_to_decision"]), (&json!("2026-09"), &json!(7), &json!(1.0)));
    let count = |list: &str, of: &str| {
        let found = month[list].as_array().unwrap().iter().find(|each| each["of"] == of).unwrap();
        found["count"].clone()
    };
    assert_eq!(count("outcomes", "sanctioned"), json!(4));
    assert_eq!(count("outcomes", "dismissed"), Value::Null, "7 - 4 - 3 would tell that none is open");
    assert_eq!(count("steps", "mute"), Value::Null);
    assert_eq!(count("steps", "warn"), Value::Null, "4 - 3 would tell the one that was muted");
    assert_eq!(month["appeals"], Value::Null);
}
