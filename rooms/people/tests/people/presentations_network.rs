//! What a credential can make the hall ask over the network: its issuer's own host, little, and not often.

use std::net::TcpListener;

use sala_credential::{
    SigningKey,
    status::{Status, StatusList, StatusReference},
};
use serde_json::json;

use super::university::{City, asked_paths, random32};

/// A port where nobody may come.
fn trap() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    (listener, address)
}

async fn outcome(city: &City, uri: &str) -> String {
    let asked = city.ask("degree").await;
    let request = city.fetch(&asked).await;
    let mut degree = city.university.degree();
    degree.status = Some(StatusReference { index: 7, uri: uri.to_owned() });
    let degree = city.university.issue(city.wallet.holder(), degree);
    city.answer(&request, &json!({ "degree": [city.wallet.show(&request, &degree, &asked_paths())] })).await;
    let state = city.state(&asked).await;
    state["problem"]["code"].as_str().unwrap_or("received").to_owned()
}

#[tokio::test]
async fn a_status_list_may_lie_at_its_issuer_and_nowhere_else() {
    let city = City::found().await;
    let (listener, other) = trap();
    let port = listener.local_addr().unwrap().port();
    let addresses = [
        format!("{other}/status/1"),
        format!("http://localhost:{port}/status/1"),
        "http://10.1.2.3/status".into(),
        "http://169.254.169.254/latest/meta-data".into(),
        "https://status.example/1".into(),
        "file:///etc/passwd".into(),
        format!("{}@127.0.0.1:{port}/", city.university.address),
        format!("{}#x", city.university.at("/status/1")),
        city.academy.at("/status/1"),
        String::new(),
    ];
    for address in addresses {
        assert_eq!(outcome(&city, &address).await, "credential_unchecked", "{address}");
    }
    assert!(listener.accept().is_err(), "nobody came");
    assert_eq!(city.academy.visits("/status/1"), 0);
    assert_eq!(outcome(&city, &city.university.at("/status/1")).await, "received");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let city = City::found().await;
    let (listener, other) = trap();
    for location in [format!("{other}/status"), city.university.at("/status/1"), "http://169.254.169.254/".into()] {
        city.university.redirect("/status/moved", &location);
        assert_eq!(outcome(&city, &city.university.at("/status/moved")).await, "credential_unchecked");
    }
    assert!(listener.accept().is_err(), "nobody came");
    assert_eq!(city.university.visits("/status/1"), 0);
}

#[tokio::test]
async fn a_list_that_is_too_large_packed_or_unpacked_is_not_read() {
    let city = City::found().await;
    city.university.publish("/status/large", 200, vec![b'a'; 1024 * 1024 + 1]);
    assert_eq!(outcome(&city, &city.university.at("/status/large")).await, "credential_unchecked");
    // Three kilobytes that would be three million.
    let bomb = StatusList::new(1, 8 * 3_000_000).unwrap();
    city.university.publish_list("/status/bomb", &city.university.key, &city.university.at("/status/bomb"), &bomb);
    assert_eq!(outcome(&city, &city.university.at("/status/bomb")).await, "credential_unchecked");
    let large = StatusList::new(1, 8 * 2_000_000).unwrap();
    city.university.publish_list("/status/fits", &city.university.key, &city.university.at("/status/fits"), &large);
    assert_eq!(outcome(&city, &city.university.at("/status/fits")).await, "received");
}

#[tokio::test]
async fn a_list_is_kept_for_its_time_and_then_asked_for_again() {
    let city = City::found().await;
    let uri = city.university.at("/status/1");
    for _ in 0..3 {
        assert_eq!(outcome(&city, &uri).await, "received");
    }
    assert_eq!((city.university.visits("/status/1"), city.university.visits("/.well-known/jwt-vc-issuer")), (1, 1));
    city.university.set("/status/1", 7, Status::Invalid);
    city.hall.clock.advance_seconds(59);
    assert_eq!(outcome(&city, &uri).await, "received", "its issuer said that it may be kept for a minute");
    city.hall.clock.advance_seconds(1);
    assert_eq!(outcome(&city, &uri).await, "credential_not_in_force");
}

#[tokio::test]
async fn a_new_key_of_an_issuer_is_found_and_its_metadata_must_be_its_own() {
    let mut city = City::found().await;
    let uri = city.university.at("/status/1");
    assert_eq!(outcome(&city, &uri).await, "received");
    let old = city.university.key;
    city.university.key = SigningKey::es256(&random32()).unwrap().with_key_id("degrees-2");
    let keys = json!({ "keys": [old.public(), city.university.key.public()] });
    city.university.publish("/jwks", 200, keys.to_string());
    let metadata = json!({ "issuer": city.university.address, "jwks_uri": city.university.at("/jwks") });
    city.university.publish("/.well-known/jwt-vc-issuer", 200, metadata.to_string());
    assert_eq!(outcome(&city, &uri).await, "presentation_invalid", "asked a moment ago");
    city.hall.clock.advance_seconds(60);
    assert_eq!(outcome(&city, &uri).await, "received");
    assert_eq!(city.university.visits("/jwks"), 1);

    city.hall.clock.advance_seconds(3600);
    city.me.sign_in(&city.hall).await;
    let (listener, other) = trap();
    for metadata in [
        json!({ "issuer": "https://other.example", "jwks": keys }),
        json!({ "issuer": city.university.address, "jwks_uri": format!("{other}/jwks") }),
        json!({ "issuer": city.university.address, "jwks": keys, "jwks_uri": city.university.at("/jwks") }),
        json!({ "issuer": city.university.address }),
        json!([]),
    ] {
        city.university.publish("/.well-known/jwt-vc-issuer", 200, metadata.to_string());
        assert_eq!(outcome(&city, &uri).await, "credential_unchecked", "{metadata}");
    }
    assert!(listener.accept().is_err(), "nobody came");
}
