//! What somebody's name, number, codes and credentials leave behind: nothing in the log of the process at any time, nothing in a file once
//! they are erased, and nothing that an old copy of the store could give back.

use std::{
    io::Write,
    path::Path,
    sync::{Mutex, Once},
};

use axum::http::Method;
use sala_core::{
    bus::Bus,
    entropy::OsEntropy,
    store::{Location, Store, StoreConfig},
};
use sala_people::{PeopleConfig, SCHEMA};
use serde_json::{Value, json};

use super::{
    data::{DAY_S, Someone},
    erasure::work,
    oidc::Country,
    presentations_own::asked_for,
    university::{City, path_of, presentations},
    wallet::{Wallet, types},
};

static LOG: Mutex<Vec<u8>> = Mutex::new(vec![]);

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// From here on everything that the rooms say, and what libraries tell an operator, is kept.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter = "info,sala_people=trace,sala_core=trace,sala_credential=trace,sala_custody=trace";
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Log).init();
    });
}

fn holds(bytes: &[u8], planted: &str) -> bool {
    bytes.windows(planted.len()).any(|window| window == planted.as_bytes())
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        path.is_file().then(|| (path.display().to_string(), std::fs::read(&path).unwrap()))
    };
    std::fs::read_dir(folder).unwrap().filter_map(read).collect()
}

/// Everything that all keys of this store together open in the rows about identities, credentials and presentations.
async fn opened(store: &Store) -> String {
    let mut text = String::new();
    let keys = store.persons_with_key("", 1000).await.unwrap();
    let columns = [
        ("identity", "link", "identity link"),
        ("identity", "sealed", "identity"),
        ("credential", "link", "credential"),
        ("credential", "sealed", "credential"),
        ("presentation", "pending", "presentation pending"),
        ("presentation", "reader", "presentation reader"),
        ("person", "sealed", "person"),
    ];
    for (table, column, label) in columns {
        for row in store.fetch(&format!("SELECT id, {column} AS body FROM {table}"), &[]).await.unwrap() {
            for key in &keys {
                let label = format!("{label}/{}", row.text("id").unwrap());
                if let Ok(plain) = store.unseal(key, &label, row.blob("body").unwrap()).await {
                    text.extend([table, ".", column, ": ", &String::from_utf8_lossy(&plain), "\n"]);
                }
            }
        }
    }
    text
}

fn asks_for_names(config: &mut PeopleConfig) {
    config.credentials = types();
    config.presentations = presentations(
        "
queries:
  - id: named
    title: { th: ชื่อ, en: A name }
    purpose: { th: เพื่อทดสอบ, en: To test }
    legal_basis: { th: กฎหมาย, en: Law }
    days_kept: 30
    asked_by_anyone: true
    issuers: { person: [hall] }
    dcql: { credentials: [{ id: person, format: dc+sd-jwt, meta: { vct_values: ['{hall}/credential-types/proven-person'] },
      claims: [{ path: [ial] }, { path: [name] }] }] }
",
    );
}

#[tokio::test]
async fn an_erased_citizen_with_identity_credential_and_answers_is_in_no_log_no_file_and_no_old_copy() {
    listen();
    let Some(country) = Country::found_with(asks_for_names).await else { return };
    let hall = &country.hall;
    // The provider after FAPI 2.0 tells name and number.
    let mut me = country.citizen("pass", "somchai", "Planted-Typed-Name").await;
    let wallet = Wallet::with_dpop();
    let offered = me.ask(hall, "POST", "/credential-offers", Some(json!({ "type": "proven-person" }))).await.ok().json;
    let pin = offered["tx_code"].as_str().unwrap().to_owned();
    let token = wallet.take(hall, &offered["offer"], &pin).await.ok().json;
    let keys: Vec<_> = (1..=2).map(super::wallet::key).collect();
    let copies = super::wallet::copies_of(&wallet.fetch(hall, &token, "proven-person", &keys).await.ok());
    let own = asked_for("named", hall, &me, &copies[0], 1).await;
    assert_eq!(own["credentials"][0]["claims"]["name"], "สมชาย ใจดี", "{own}");
    let held = me.get(hall, "/me/data").await.ok().json;
    assert_eq!((&held["identities"][0]["name"], &held["identities"][0]["number"]), (&json!("สมชาย ใจดี"), &json!("1101700203451")));

    let code = &offered["offer"]["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let planted = [
        "Planted-Typed-Name".to_owned(),
        "สมชาย ใจดี".to_owned(),
        "1101700203451".to_owned(),
        "1-1017-00203-45-1".to_owned(),
        me.token.clone(),
        text(code),
        text(&token["access_token"]),
        copies[0].split('~').nth(1).unwrap().to_owned(),
    ];
    // Before, the search finds what it shall not find later.
    let before = opened(&hall.store).await;
    for (what, table) in [("สมชาย ใจดี", "identity.sealed"), ("1101700203451", "identity.sealed"), ("Planted-Typed-Name", "person.sealed")]
    {
        assert!(before.lines().any(|line| line.starts_with(table) && line.contains(what)), "{what} in {table}");
    }
    assert!(before.contains("presentation.reader") && before.contains("credential.sealed"));
    let old = tempfile::tempdir().unwrap();
    Store::copy_to(&hall.folder.path().join("sala.db"), &old.path().join("sala.db")).await.unwrap();

    me.signed(hall, "POST", "/me/erasure", None).await.ok();
    hall.clock.advance_seconds(7 * DAY_S);
    work(hall).await;
    let after = opened(&hall.store).await;
    let leaves: Vec<u8> = hall.acts().await.into_iter().flat_map(|(_, _, leaf)| leaf).collect();
    hall.store.close().await;
    let said = LOG.lock().unwrap().clone();
    for secret in &planted {
        assert!(!after.contains(secret.as_str()), "{secret} can still be opened");
        assert!(!holds(&leaves, secret), "{secret} stands in a leaf, and so in a tile");
        assert!(!holds(&said, secret), "{secret} stands in the log of the process");
        for (name, bytes) in files(hall.folder.path()) {
            assert!(!holds(&bytes, secret), "{secret} stands in {name}");
        }
    }
    // The store as it was before, with the keys as they are now.
    std::fs::copy(hall.folder.path().join("keys.db"), old.path().join("keys.db")).unwrap();
    let config = StoreConfig { location: Location::Folder(old.path().to_owned()), kek: [7; 32], schemas: vec![&SCHEMA] };
    let restored = Store::open(config, std::sync::Arc::new(Bus::default()), std::sync::Arc::new(OsEntropy)).await.unwrap();
    assert_eq!(restored.fetch("SELECT id FROM identity", &[]).await.unwrap().len(), 1, "the old rows are there");
    let again = opened(&restored).await;
    for table in ["identity.sealed", "credential.sealed", "presentation.reader", "presentation.pending", "person.sealed"] {
        assert!(!again.lines().any(|line| line.starts_with(table)), "{table} opens in an old copy");
    }
    assert!(planted.iter().all(|secret| !again.contains(secret.as_str())));
    restored.close().await;
}

#[tokio::test]
async fn what_a_wallet_sends_that_is_refused_stands_in_no_log_line() {
    listen();
    let city = City::found().await;
    let lines = || LOG.lock().unwrap().clone();
    // Personal words wherever a wallet can put some: claims, header, type, address, state, the reason of a refusal.
    let mut degree = city.university.degree();
    degree.vct = "https://wrong.example/Planted-Wallet-Type".into();
    degree.claims["name"] = json!("Planted-Wallet-Name");
    let wrong = city.university.issue(city.wallet.holder(), degree);
    let request = city.fetch(&city.ask("degree").await).await;
    let shown = city.wallet.show(&request, &wrong, &json!([["name"]]));
    city.answer(&request, &json!({ "degree": [shown] })).await.is_refused(400);
    for token in [
        json!({ "degree": ["Planted-Wallet-Name.x.y~"] }),
        json!({ "Planted-Wallet-Name": ["x"] }),
        json!({ "degree": { "name": "Planted-Wallet-Name" } }),
        json!("Planted-Wallet-Name"),
    ] {
        let request = city.fetch(&city.ask("degree").await).await;
        city.answer(&request, &token).await.is_refused(400);
    }
    let open = city.fetch(&city.ask("degree-in-the-open").await).await;
    let path = path_of(&open.response_uri);
    for body in [
        "vp_token=Planted-Wallet-Name&state=Planted-Wallet-State",
        "error=Planted-Wallet-Error&error_description=Planted-Wallet-Name&state=x",
        "response=Planted-Wallet-Name",
        "Planted-Wallet-Name=1&Planted-Wallet-Name=2",
    ] {
        city.tell(Method::POST, path, Some(body.into())).await.is_refused(400);
    }
    let hall = &city.hall;
    let me = Someone::new(hall, "Planted-Wallet-Name").await;
    for body in [json!({ "Planted-Wallet-Name": 1 }), json!({ "query": "Planted-Wallet-Name" }), json!("Planted-Wallet-Name")] {
        assert!(me.ask(hall, "POST", "/presentation-requests", Some(body)).await.status.is_client_error());
    }
    let said = lines();
    assert!(holds(&said, "A wallet's request was refused") && holds(&said, "What a wallet showed does not hold"), "the log is listened to");
    let found: Vec<String> =
        String::from_utf8_lossy(&said).lines().filter(|line| line.contains("Planted-Wallet")).map(str::to_owned).collect();
    assert!(found.is_empty(), "{found:#?}");
}
