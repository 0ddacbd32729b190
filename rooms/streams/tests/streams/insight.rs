use std::time::Duration;

use crate::desk::{Desk, RIVER, at};

#[tokio::test]
async fn an_anomaly_is_raised_once_as_an_act() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let mut told = desk.bus.subscribe();
    let noise = |n: i64| f64::from(u32::try_from(n * 7 % 5).unwrap()) * 0.1;
    for n in 0..60 {
        desk.append(&open, &[("river.level", n * 600, 5.0 + noise(n))]).await;
    }
    for n in 60..66 {
        desk.append(&open, &[("river.level", n * 600, 50.0)]).await;
    }
    let mut insights = vec![];
    while let Ok(Ok(event)) = tokio::time::timeout(Duration::from_millis(500), told.recv()).await {
        if event.name == "insight" {
            insights.push(serde_json::from_str::<serde_json::Value>(&event.data).unwrap());
        }
    }
    let anomalies: Vec<_> = insights.iter().filter(|insight| insight["kind"] == "anomaly").collect();
    assert_eq!(anomalies.len(), 1, "{insights:?}");
    assert_eq!((&anomalies[0]["direction"], &anomalies[0]["series"]), (&"up".into(), &"river.level".into()));
    let act = open.store.act_by_id(anomalies[0]["act"].as_str().unwrap()).await.unwrap().unwrap();
    assert_eq!(act.leaf.kind, "insight.raise");
    assert!(act.leaf.public.contains_key("false_alarms_per_year"));
    assert!(act.leaf.authority.starts_with("ตัวตรวจจับ") && act.leaf.authority.ends_with("of the profile"), "{}", act.leaf.authority);
    assert!(anomalies[0]["importance"].as_f64().is_some_and(|importance| importance > 0.5), "{}", anomalies[0]);
}

#[tokio::test]
async fn doubtful_values_are_kept_but_neither_judged_nor_learnt_from() {
    let doubt =
        "idle_s: 30\nsuspect: [{from: 2026-01-01T10:00:00Z, to: 2026-01-01T11:00:00Z, reason: {th: มาตรวัดค้าง, en: The gauge was stuck}}]";
    let desk = Desk::new(&[&RIVER.replace("idle_s: 30", doubt)]);
    let open = desk.open().await;
    let mut told = desk.bus.subscribe();
    let noise = |n: i64| f64::from(u32::try_from(n * 7 % 5).unwrap()) * 0.1;
    for n in 0..60 {
        desk.append(&open, &[("river.level", n * 600, 5.0 + noise(n))]).await;
    }
    let before = open.streams.baseline("river.level", at(66 * 600)).unwrap();
    for n in 60..66 {
        desk.append(&open, &[("river.level", n * 600, 15.0)]).await;
    }
    open.streams.settle().await.unwrap();
    let after = open.streams.baseline("river.level", at(66 * 600)).unwrap();
    assert!((after.expected - before.expected).abs() < 0.2 && after.high < 10.0, "{before:?} {after:?}");
    let spec = open.streams.series("river.level").unwrap();
    assert_eq!(open.streams.values(spec, at(60 * 600).0, at(66 * 600).0).await.unwrap().pairs().count(), 6, "they are there all the same");
    for n in 66..72 {
        desk.append(&open, &[("river.level", n * 600, 15.0)]).await;
    }
    let mut found = vec![];
    while let Ok(Ok(event)) = tokio::time::timeout(Duration::from_millis(500), told.recv()).await {
        if event.name == "insight" {
            found.push(serde_json::from_str::<serde_json::Value>(&event.data).unwrap()["at"].as_str().unwrap().to_owned());
        }
    }
    assert!(!found.is_empty() && found.iter().all(|at| at.as_str() >= "2026-01-01T11:00:00Z"), "{found:?}");
}
