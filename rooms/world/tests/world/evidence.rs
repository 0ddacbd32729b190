//! Without a report no trace; with one, until its key is destroyed.

use sala_core::store::{Location, Store, StoreConfig};
use serde_json::{Value, json};

use super::place::{ANN, BEN, DAY, MOD, holds, town};

const PLANTED: &str = "คำที่ฝังไว้ให้หา";

#[tokio::test]
async fn without_a_report_nothing_that_was_said_reaches_the_store() {
    let town = town().await;
    let (mut ann, mut ben) = (town.enter("hall", ANN).await, town.enter("hall", BEN).await);
    ben.send(json!({ "kind": "say", "text": PLANTED })).await;
    ann.until("said").await;
    town.seconds(2).await;
    assert!(!holds(&town.files(), PLANTED));
    assert_eq!(town.acts().await.len(), 0, "nothing at all was recorded");
    // A minute later a report has nothing of it either.
    town.clock.advance_seconds(61);
    town.seconds(2).await;
    let id = town.report(ANN, BEN).await;
    let opened = town.ask("POST", &format!("/conduct/reports/{id}/readings"), MOD, None).await.ok();
    assert_eq!(opened["evidence"]["said"], json!([]));
}

#[tokio::test]
async fn evidence_dies_with_its_key_in_every_backup_but_the_sanction_stays() {
    let town = town().await;
    let (mut ann, mut ben) = (town.enter("hall", ANN).await, town.enter("hall", BEN).await);
    ben.send(json!({ "kind": "say", "text": PLANTED })).await;
    ann.until("said").await;
    let body = json!({ "space": "hall", "persona": "ben", "why": "คุกคาม" });
    let id = town.ask("POST", "/conduct/reports", ANN, Some(body)).await.ok()["id"].as_str().unwrap().to_owned();
    let row = town.store.fetch("SELECT evidence FROM conduct_report WHERE id = $1", &[id.as_str().into()]).await.unwrap();
    let (sealed, label) = (row[0].blob("evidence").unwrap().to_vec(), format!("conduct_report/{id}/evidence"));
    assert!(holds(&town.store.unseal(&id, &label, &sealed).await.unwrap(), PLANTED), "until then it can be opened");
    town.sanction(&id, "keep_out_all", 300 * DAY, &[]).await.ok();
    let backup = tempfile::tempdir().unwrap();
    Store::copy_to(&town.folder.path().join("sala.db"), &backup.path().join("sala.db")).await.unwrap();

    town.clock.advance_seconds(30 * DAY - 1);
    town.world.settle().await.unwrap();
    let readings = format!("/conduct/reports/{id}/readings");
    assert_eq!(town.ask("POST", &readings, MOD, None).await.ok()["evidence"]["said"][0]["text"], PLANTED);
    town.clock.advance_seconds(1);
    town.world.settle().await.unwrap();
    let opened = town.ask("POST", &readings, MOD, None).await.ok();
    for field in ["evidence", "reported", "reporter", "why"] {
        assert_eq!(opened[field], Value::Null);
    }
    assert!(opened["destroyed_at"].is_string());
    assert_eq!(town.store.unseal(&id, &label, &sealed).await.unwrap_err().code.code, "person_erased");
    assert!(town.store.persons_with_key("report", 10).await.unwrap().is_empty());

    // The backup has the sealed bytes, and the keys of today open them no more.
    std::fs::copy(town.folder.path().join("keys.db"), backup.path().join("keys.db")).unwrap();
    let config = StoreConfig { location: Location::Folder(backup.path().to_owned()), kek: [7; 32], schemas: vec![&sala_world::SCHEMA] };
    let restored = Store::open_to_read(config, std::sync::Arc::new(sala_core::entropy::OsEntropy)).await.unwrap();
    let row = restored.fetch("SELECT evidence FROM conduct_report WHERE id = $1", &[id.as_str().into()]).await.unwrap();
    assert_eq!(row[0].blob("evidence").unwrap(), sealed);
    assert_eq!(restored.unseal(&id, &label, &sealed).await.unwrap_err().code.code, "person_erased");

    // What was decided holds without it, and so does the person's own view.
    assert_eq!(town.enter("hall", BEN).await.first["problem"]["code"], "kept_out");
    assert_eq!(town.ask("GET", "/conduct/own-sanctions", BEN, None).await.ok()["items"].as_array().unwrap().len(), 1);
    assert!(town.acts().await.iter().any(|(kind, actor, _)| kind == "report.destroy_evidence" && actor == "system:conduct/1"));
}

#[tokio::test]
async fn an_open_appeal_keeps_the_evidence_until_it_is_decided() {
    let town = town().await;
    let id = town.report(ANN, BEN).await;
    let sanction = town.sanction(&id, "warn", 300 * DAY, &[]).await.ok()["id"].as_str().unwrap().to_owned();
    town.clock.advance_seconds(29 * DAY);
    town.ask("POST", &format!("/conduct/sanctions/{sanction}/appeal"), BEN, Some(json!({ "text": "ไม่จริง" }))).await.ok();
    town.clock.advance_seconds(2 * DAY);
    town.world.settle().await.unwrap();
    assert_eq!(town.store.persons_with_key("report", 10).await.unwrap(), std::slice::from_ref(&id));
    town.clock.advance_seconds(13 * DAY);
    town.world.settle().await.unwrap();
    town.clock.advance_seconds(30 * DAY);
    town.world.settle().await.unwrap();
    assert!(town.store.persons_with_key("report", 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_key_that_an_old_vault_brings_back_is_destroyed_at_the_start() {
    let town = town().await;
    let open = town.report(ANN, BEN).await;
    let closed = town.report(ANN, BEN).await;
    town.ask("POST", &format!("/conduct/reports/{closed}/dismissal"), MOD, Some(json!({ "reason": "ไม่พบ" }))).await.ok();
    town.clock.advance_seconds(30 * DAY);
    town.world.settle().await.unwrap();
    // As if a vault of before had been restored; and one of a report that was never finished.
    for id in [closed.as_str(), "report_00000000000000000000000000"] {
        town.store.create_person_key(id).await.unwrap();
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(std::sync::Arc::clone(&town.world).run(stopped));
    for _ in 0..100 {
        if town.store.persons_with_key("report", 10).await.unwrap().len() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(town.store.persons_with_key("report", 10).await.unwrap(), [open]);
    stop.send(true).unwrap();
    running.await.unwrap();
}
