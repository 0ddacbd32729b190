use std::time::Duration;

use crate::desk::{Desk, RIVER};

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
}
