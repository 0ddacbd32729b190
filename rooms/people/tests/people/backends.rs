//! Whole flows on both databases, the same body on each: what wallets are told and what the record says must not differ.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use sala_core::cbor;
use sala_credential::status::Status;
use serde_json::{Value, json};

use super::{
    credentials::{approved, mandate},
    data::{DAY_S, Someone},
    erasure::work,
    hall::Hall,
    postgres::Postgres,
    university::{City, path_of},
    wallet::{Wallet, copies_of, issuing_config, issuing_hall_on, key, plain, status_of, verified},
};

/// Kinds and public facts of the acts with this prefix, in the order of the record, which PostgreSQL numbers a moment later.
async fn record(hall: &Hall, prefix: &str) -> Vec<(String, Value)> {
    let waiting = async || hall.store.fetch("SELECT id FROM act_pending", &[]).await.map_or(0, |rows| rows.len());
    while waiting().await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let acts = hall.acts().await.into_iter().filter(|(kind, ..)| kind.starts_with(prefix));
    acts.map(|(kind, _, leaf)| {
        let leaf = sala_core::act::Leaf::decode(&leaf).unwrap();
        let mut public = cbor::Value::Map(leaf.public).to_json();
        // A key is random.
        public.as_object_mut().unwrap().remove("kid");
        (kind, public)
    })
    .collect()
}

async fn count(hall: &Hall, table: &str) -> usize {
    hall.store.fetch(&format!("SELECT id FROM {table}"), &[]).await.unwrap().len()
}

/// Runs a flow on SQLite and, where there is one, on PostgreSQL; both must leave the same record.
async fn on_both(flow: impl AsyncFn(Option<String>) -> Vec<(String, Value)>) {
    let on_sqlite = flow(None).await;
    assert!(!on_sqlite.is_empty());
    let Some(postgres) = Postgres::start().await else { return };
    assert_eq!(flow(Some(postgres.database().await)).await, on_sqlite);
}

#[tokio::test]
async fn a_wallet_is_asked_answers_and_is_forgotten_alike_on_both_databases() {
    on_both(presentations).await;
}

async fn presentations(database: Option<String>) -> Vec<(String, Value)> {
    let mut city = City::found_on(database).await;
    // Encrypted and in the open; of answers at the same moment one counts.
    for query in ["degree", "degree-in-the-open"] {
        let asked = city.ask(query).await;
        let request = city.fetch(&asked).await;
        let told = futures_util::future::join_all((0..5).map(|_| city.honest(&request))).await;
        let good = told.iter().filter(|told| told.status == StatusCode::OK).count();
        assert_eq!(good, 1, "{query}");
        told.iter().filter(|told| told.status != StatusCode::OK).for_each(|told| told.is_refused(404));
        let state = city.state(&asked).await;
        assert_eq!(state["credentials"][0]["claims"], json!({ "degree": { "level": "master", "field": "hydrology" } }), "{state}");
    }
    // On one device, refused by the holder, revoked.
    let asked = city.ask_as(&city.me, json!({ "query": "degree", "same_device": true })).await;
    let back = city.honest(&city.fetch(&asked).await).await.json()["redirect_uri"].as_str().unwrap().to_owned();
    assert_eq!(city.state(&asked).await["state"], "waiting");
    let collected = json!({ "response_code": back.rsplit_once('=').unwrap().1 });
    let path = format!("/presentation-requests/{}/collect", asked.id);
    assert_eq!(city.me.ask(&city.hall, "POST", &path, Some(collected)).await.ok().json["state"], "received");
    let declined = city.fetch(&city.ask("degree").await).await;
    let no = format!("error=access_denied&state={}", declined.state.as_deref().unwrap());
    assert_eq!(city.tell(Method::POST, path_of(&declined.response_uri), Some(no)).await.status, StatusCode::OK);
    city.hall.clock.advance_seconds(61);
    city.university.set("/status/1", 7, Status::Invalid);
    let revoked = city.ask("degree").await;
    city.honest(&city.fetch(&revoked).await).await.is_refused(400);
    assert_eq!(city.state(&revoked).await["problem"]["code"], "credential_not_in_force");
    // After a start the answers can still be read, by whoever asked.
    city = city.restart().await;
    assert_eq!(city.state(&asked).await["credentials"][0]["claims"]["degree"]["level"], "master");
    let listed = city.me.get(&city.hall, "/presentation-requests").await.ok().json;
    assert_eq!(listed["items"].as_array().unwrap().len(), 5);
    // Their days over, rows and keys are gone.
    city.hall.clock.advance_seconds(7 * DAY_S);
    work(&city.hall).await;
    assert_eq!(count(&city.hall, "presentation").await, 0);
    let sealed = city.hall.store.seal(&format!("presentation/{}", asked.id), "x", b"x").await;
    assert_eq!(sealed.unwrap_err().code, &sala_core::store::ERASED);
    let record = record(&city.hall, "presentation.").await;
    city.hall.store.close().await;
    record
}

#[tokio::test]
async fn credentials_are_issued_once_and_end_alike_on_both_databases() {
    on_both(credentials).await;
}

async fn credentials(database: Option<String>) -> Vec<(String, Value)> {
    let hall = issuing_hall_on(database).await;
    let mut me = Someone::new(&hall, "ก").await;
    let wallet = Wallet::with_dpop();
    // By an offer: a wrong PIN first, then several wallets at the same moment, of which one gets the token.
    let offered = me.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "proven-person" }))).await.ok().json;
    let pin = offered["tx_code"].as_str().unwrap();
    wallet.take(&hall, &offered["offer"], if pin == "000000" { "111111" } else { "000000" }).await.refused("invalid_grant");
    let took = futures_util::future::join_all((0..4).map(|_| wallet.take(&hall, &offered["offer"], pin))).await;
    let tokens: Vec<&Value> = took.iter().filter(|answer| answer.status.is_success()).map(|answer| &answer.json).collect();
    assert_eq!(tokens.len(), 1);
    let keys: Vec<_> = (1..=4).map(key).collect();
    let answers = futures_util::future::join_all((0..6).map(|_| wallet.fetch(&hall, tokens[0], "proven-person", &keys))).await;
    let sets: std::collections::BTreeSet<Vec<String>> = answers.iter().filter(|answer| answer.status.is_success()).map(copies_of).collect();
    assert_eq!(sets.len(), 1, "nothing is issued twice");
    let by_offer = sets.into_iter().next().unwrap();
    // By a code, and of a mandate.
    let code = approved(&hall, &wallet, &me, &[]).await;
    let token = wallet.exchange(&hall, &code, &[]).await.ok().json;
    wallet.exchange(&hall, &code, &[]).await.refused("invalid_grant");
    let by_code = copies_of(&wallet.fetch(&hall, &token, "proven-person", &keys).await.ok());
    let (mut mother, mut son, id) = mandate(&hall).await;
    let of_mandate = Wallet::new().accept(&hall, &son.token, json!({ "type": "mandate" }), 3).await;
    let all_are = async |hall: &Hall, copies: &[String], status: Status| {
        for copy in copies {
            assert_eq!(verified(hall, copy).await.1, status);
        }
    };
    for copies in [&by_offer, &by_code, &of_mandate] {
        all_are(&hall, copies, Status::Valid).await;
    }
    let place = |copy: &String| plain(copy)["status"]["status_list"]["idx"].as_u64().unwrap();
    let places: std::collections::BTreeSet<u64> = [&by_offer, &by_code, &of_mandate].into_iter().flatten().map(place).collect();
    assert_eq!(places.len(), 11, "each copy has a place of its own");
    // The owner ends one, the principal's revocation another; the third stays.
    let own = me.get(&hall, "/me/credentials").await.ok().json["items"].clone();
    let newest = format!("/me/credentials/{}/revoke", own[0]["id"].as_str().unwrap());
    me.signed(&hall, "POST", &newest, None).await.ok();
    me.signed(&hall, "POST", &newest, None).await.refused("credential_over");
    mother.signed(&hall, "POST", &format!("/mandates/{id}/revoke"), None).await.ok();
    let hall = Hall::open(hall.folder, hall.clock, hall.store, issuing_config()).await;
    let own = me.get(&hall, "/me/credentials").await.ok().json["items"].clone();
    let states: Vec<&Value> = own.as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states.iter().filter(|state| **state == "revoked").count(), 1, "{states:?}");
    all_are(&hall, &of_mandate, Status::Invalid).await;
    let statuses = [verified(&hall, &by_offer[0]).await.1, verified(&hall, &by_code[0]).await.1];
    assert!(statuses.contains(&Status::Valid) && statuses.contains(&Status::Invalid), "{statuses:?}");
    // An erasure ends what is left.
    me.signed(&hall, "POST", "/me/erasure", None).await.ok();
    son.signed(&hall, "POST", "/me/erasure", None).await.ok();
    hall.clock.advance_seconds(7 * DAY_S);
    work(&hall).await;
    assert_eq!(count(&hall, "credential").await, 0);
    for copy in by_offer.iter().chain(&by_code).chain(&of_mandate) {
        let reference = serde_json::from_value(plain(copy)["status"]["status_list"].clone()).unwrap();
        assert_eq!(status_of(&hall, &reference).await, Status::Invalid);
    }
    let record = record(&hall, "credential.").await;
    hall.store.close().await;
    record
}
