//! From a national identity to a verifier: the real provider proves someone, the hall issues `proven-person` with that level to a wallet,
//! and believes it when it is shown. Below the level that a profile asks for there is nothing to be had.

use sala_credential::{ClaimsPath, status::Status};
use sala_people::{CredentialTypes, Offices, PeopleConfig};
use serde_json::{Value, json};

use super::{
    data::Someone,
    hall::{Hall, profile},
    oidc::Country,
    presentations_own::asked_for,
    university::presentations,
    wallet::{Wallet, key, verified},
};

/// The demonstration's type as a real hall has it, from 210, and one for which only 230 will do; queries for either.
fn asks_for_levels(config: &mut PeopleConfig) {
    let offices = Offices::read(&profile("offices.yaml")).unwrap();
    let types = CredentialTypes::read(&profile("credentials.yaml"), &offices).unwrap();
    let mut proven = types.types.iter().find(|kind| kind.id == "proven-person").unwrap().clone();
    assert_eq!(proven.minimum_level, 110, "the demonstration lets everyone try");
    proven.minimum_level = 210;
    let mut surely = proven.clone();
    "surely-proven-person".clone_into(&mut surely.id);
    surely.minimum_level = 230;
    config.credentials = CredentialTypes { types: vec![proven, surely], ..types };
    let query = |id: &str, values: &str| {
        format!(
            "
  - id: {id}
    title: {{ th: บุคคล, en: A person }}
    purpose: {{ th: เพื่อทดสอบ, en: To test }}
    legal_basis: {{ th: กฎหมาย, en: Law }}
    days_kept: 1
    asked_by_anyone: true
    issuers: {{ person: [hall] }}
    dcql: {{ credentials: [{{ id: person, format: dc+sd-jwt, meta: {{ vct_values: ['{{hall}}/credential-types/proven-person'] }},
      claims: [{{ path: [ial]{values} }}] }}] }}"
        )
    };
    config.presentations = presentations(&format!("queries:{}{}", query("proven", ""), query("surely", ", values: [230, 300]")));
}

async fn offer(hall: &Hall, who: &Someone, kind: &str) -> super::hall::Reply {
    who.ask(hall, "POST", "/credential-offers", Some(json!({ "type": kind }))).await
}

#[tokio::test]
async fn a_level_that_a_provider_proved_reaches_a_verifier_and_no_lower_one_does() {
    let Some(country) = Country::found_with(asks_for_levels).await else { return };
    let hall = &country.hall;
    let asker = Someone::new(hall, "ผู้ขอ").await;
    let wallet = Wallet::new();

    // Who has only a passkey has nothing to show, whatever they typed as their name.
    let newcomer = Someone::new(hall, "สมชาย ใจดี").await;
    offer(hall, &newcomer, "proven-person").await.refused("credential_not_available");
    let types = newcomer.get(hall, "/credential-types").await.ok().json;
    let told = &types["items"][0];
    assert!(told["can_have"] == false && told["reason"]["en"].as_str().unwrap().contains("level of identity is too low"), "{told}");
    // What the provider itself says is below its own minimum links nothing.
    country.travel(Some(&newcomer.token), "card", "weak", json!({})).await.refused("identity_too_weak");
    offer(hall, &newcomer, "proven-person").await.refused("credential_not_available");

    // By the provider after FAPI 2.0, with a name, at 230.
    let maria = country.citizen("pass", "maria", "ชื่อที่พิมพ์เอง").await;
    let copies = wallet.accept(hall, &maria.token, json!({ "type": "proven-person" }), 3).await;
    let (credential, status) = verified(hall, &copies[0]).await;
    assert_eq!((&credential.claims["ial"], &credential.claims["name"]), (&json!(230), &json!("Maria Lopez")));
    assert_eq!(status, Status::Valid);
    for query in ["proven", "surely"] {
        let state = asked_for(query, hall, &asker, &copies[0], 1).await;
        assert_eq!(state["credentials"][0]["claims"], json!({ "ial": 230 }), "not the name, which nobody asked for: {state}");
    }
    wallet.accept(hall, &maria.token, json!({ "type": "surely-proven-person" }), 1).await;

    // The same provider says 210 of another: enough for the one, not for the other, and the verifier's own bound holds.
    let somchai = country.citizen("pass", "somchai2", "ข").await;
    offer(hall, &somchai, "surely-proven-person").await.refused("credential_not_available");
    let weaker = wallet.accept(hall, &somchai.token, json!({ "type": "proven-person" }), 2).await;
    assert_eq!(verified(hall, &weaker[0]).await.0.claims["ial"], 210);
    assert_eq!(asked_for("proven", hall, &asker, &weaker[0], 1).await["credentials"][0]["claims"], json!({ "ial": 210 }));
    assert_eq!(asked_for("surely", hall, &asker, &weaker[1], 2).await["problem"]["code"], "presentation_incomplete");
    let number = "1101700203451";
    for copy in weaker.iter().chain(&copies) {
        let shown = sala_credential::sd_jwt::SdJwt::parse(copy).unwrap();
        let all = shown.select(&[ClaimsPath::name("ial"), ClaimsPath::name("name")]).unwrap().to_string();
        let parts: Vec<Vec<u8>> = all.split(['.', '~']).filter_map(sala_credential::base64url::decode).collect();
        assert!(parts.iter().all(|part| !String::from_utf8_lossy(part).contains(number)), "no national number is in it");
    }
}

#[tokio::test]
async fn who_unlinks_the_identity_loses_what_rested_on_it_even_halfway() {
    let Some(country) = Country::found_with(asks_for_levels).await else { return };
    let hall = &country.hall;
    let (asker, mut maria) = (Someone::new(hall, "ผู้ขอ").await, country.citizen("card", "maria", "ก").await);
    let wallet = Wallet::new();
    let copies = wallet.accept(hall, &maria.token, json!({ "type": "proven-person" }), 2).await;
    assert!(!verified(hall, &copies[0]).await.0.claims.contains_key("name"), "this provider told none");
    let half: Value = offer(hall, &maria, "proven-person").await.ok().json;
    let taken = offer(hall, &maria, "proven-person").await.ok().json;
    let token = wallet.take(hall, &taken["offer"], taken["tx_code"].as_str().unwrap()).await.ok().json;
    let linked = maria.get(hall, "/identities").await.ok().json;
    let path = format!("/identities/{}", linked["items"][0]["id"].as_str().unwrap());
    maria.signed(hall, "DELETE", &path, None).await.ok();
    // What was out is revoked; what was on its way does not arrive.
    assert_eq!(verified(hall, &copies[0]).await.1, Status::Invalid);
    assert_eq!(asked_for("proven", hall, &asker, &copies[1], 2).await["problem"]["code"], "credential_not_in_force");
    let late = wallet.fetch(hall, &token, "proven-person", &[key(7)]).await;
    late.refused("invalid_token");
    wallet.take(hall, &half["offer"], half["tx_code"].as_str().unwrap()).await.refused("invalid_grant");
    offer(hall, &maria, "proven-person").await.refused("credential_not_available");
}
