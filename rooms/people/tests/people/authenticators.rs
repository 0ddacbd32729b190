//! Offices that ask for attested authenticators.

use sala_core::act::Leaf;
use sala_core::cbor::Value as Cbor;
use sala_people::{Authenticators, Offices};
use serde_json::{Value, json};

use super::hall::{
    Device, Hall, hall, hall_with, profile,
    token::{Flaw, Maker},
};

const MODEL: [u8; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const MODEL_TEXT: &str = "01020304-0506-0708-090a-0b0c0d0e0f10";
const OTHER: [u8; 16] = [9; 16];

/// A profile in which the finance office wants keys of one model, and the energy office those of another maker.
fn strict(makers: [&Maker; 2]) -> Authenticators {
    let indented = |pem: &str| pem.lines().map(|line| format!("          {line}")).collect::<Vec<_>>().join("\n");
    let yaml = format!(
        "models:\n  - id: city_key\n    title: {{ th: กุญแจเมือง, en: City key }}\n    aaguids: [{}]\n    roots:\n      - |\n{}\
         \n  - id: power_key\n    title: {{ th: กุญแจไฟฟ้า, en: Power key }}\n    aaguids: [{MODEL_TEXT}]\n    roots:\n      - |\n{}\n\
         offices:\n  finance: {{ mode: attested, models: [city_key] }}\n  energy: {{ mode: attested, models: [power_key] }}\n  health: {{ mode: any }}\n",
        MODEL_TEXT.to_uppercase(),
        indented(&makers[0].root),
        indented(&makers[1].root),
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authenticators.yaml");
    std::fs::write(&path, yaml).unwrap();
    Authenticators::read(&path, &Offices::read(&profile("offices.yaml")).unwrap()).unwrap()
}

async fn strict_hall(makers: [&Maker; 2]) -> Hall {
    let authenticators = strict(makers);
    hall_with(|config| config.authenticators = authenticators).await
}

async fn administrator(hall: &Hall, device: &mut Device) -> String {
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    hall.register(device, None, json!({ "name": "ผู้ดูแล", "code": code })).await.ok().token()
}

async fn invite(hall: &Hall, (by, device): (&str, &mut Device), office: &str) -> String {
    let body = json!({ "office": office, "roles": ["approver"] });
    hall.ask_signed(device, "POST", "/officers/invitations", by, Some(body)).await.ok().json["code"].as_str().unwrap().to_owned()
}

async fn leaves(hall: &Hall, kind: &str) -> Vec<Leaf> {
    hall.acts().await.iter().filter(|(known, ..)| known == kind).map(|(.., leaf)| Leaf::decode(leaf).unwrap()).collect()
}

#[tokio::test]
async fn an_officer_of_a_strict_office_comes_with_an_attested_key_and_signs_with_it() {
    let (city, power) = (Maker::new("City"), Maker::new("Power"));
    let hall = strict_hall([&city, &power]).await;
    let (mut admin_phone, mut phone, mut key) = (Device::new(), Device::new(), Device::token(city.token(MODEL, Flaw::None)));
    let admin = administrator(&hall, &mut admin_phone).await;
    let citizen = hall.newcomer(&mut phone, "เหรัญญิก").await;
    let code = invite(&hall, (&admin, &mut admin_phone), "finance").await;

    // With a phone alone nobody becomes an officer there; the refusal names what would do.
    let accept = json!({ "code": code });
    let refused = hall.ask_signed(&mut phone, "POST", "/officers/accept", &citizen, Some(accept.clone())).await;
    refused.refused("authenticator_not_accepted");
    assert!(refused.json["detail"].as_str().unwrap().contains("City key"), "{}", refused.json);
    let persona = hall.session(&citizen).await["persona"].clone();
    let appoint = json!({ "persona": persona, "office": "finance", "roles": ["approver"] });
    hall.ask_signed(&mut admin_phone, "POST", "/officers", &admin, Some(appoint)).await.refused("authenticator_not_accepted");

    // The key is registered for the office: attestation is asked of it, verified and recorded, the model only for its owner.
    let started = hall.ask("POST", "/passkeys/start", Some(&citizen), Some(json!({ "office": "finance" }))).await.ok().json;
    assert_eq!(started["options"]["publicKey"]["attestation"], "direct");
    assert_eq!(started["options"]["publicKey"]["authenticatorSelection"]["residentKey"], "required");
    hall.register(&mut key, Some(&citizen), json!({ "office": "finance" })).await.ok();
    let added = leaves(&hall, "passkey.add").await.pop().unwrap();
    assert_eq!(added.public.get("attested"), Some(&Cbor::Bool(true)));
    assert!(added.commit.contains_key("authenticator") && !holds(&added.encode(), MODEL_TEXT.as_bytes()));
    let listed = hall.ask("GET", "/passkeys", Some(&citizen), None).await.ok().json;
    let models: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|each| &each["authenticator"]["en"]).collect();
    assert!(models.contains(&&json!("City key")) && models.contains(&&Value::Null), "{listed}");

    let code = invite(&hall, (&admin, &mut admin_phone), "finance").await;
    hall.ask_signed(&mut phone, "POST", "/officers/accept", &citizen, Some(json!({ "code": code }))).await.ok();
    let accepted = leaves(&hall, "officer.accept").await.pop().unwrap();
    assert_eq!(accepted.public.get("attested"), Some(&Cbor::Bool(true)));
    let officers = hall.ask("GET", "/officers", Some(&admin), None).await.ok().json;
    let attested =
        |office: &str| officers["items"].as_array().unwrap().iter().find(|each| each["office"] == office).unwrap()["attested"].clone();
    assert_eq!((attested("finance"), attested("digital")), (json!(true), Value::Null));

    // The phone opens the citizen, the key the officer; and in the officer's session only the key signs.
    assert_eq!(hall.sign_in(&mut phone, None).await.ok().json["kind"], "citizen");
    let mut wanted = hall.signed(&mut phone).await;
    wanted["office"] = json!("finance");
    hall.ask("POST", "/session/passkey/finish", None, Some(wanted)).await.refused("authenticator_not_accepted");
    let officer = hall.sign_in(&mut key, None).await.ok();
    assert_eq!((&officer.json["kind"], &officer.json["office"]), (&json!("officer"), &json!("finance")));
    hall.ask_signed(&mut phone, "POST", "/session/step-up", &officer.token(), None).await.refused("authenticator_not_accepted");
    hall.ask_signed(&mut key, "POST", "/session/step-up", &officer.token(), None).await.ok();
}

#[tokio::test]
async fn what_is_not_attested_by_the_listed_maker_for_the_listed_model_is_refused() {
    let (city, power, stranger) = (Maker::new("City"), Maker::new("Power"), Maker::new("Stranger"));
    // Says that it is the city's root, with a key of its own.
    let forger = Maker::new("City");
    let hall = strict_hall([&city, &power]).await;
    let citizen = hall.newcomer(&mut Device::new(), "ก").await;
    for (token, code) in [
        (stranger.token(MODEL, Flaw::None), "authenticator_not_accepted"),
        (forger.token(MODEL, Flaw::None), "authenticator_not_accepted"),
        (power.token(MODEL, Flaw::None), "authenticator_not_accepted"),
        (city.token(OTHER, Flaw::None), "authenticator_not_accepted"),
        (city.token(MODEL, Flaw::SelfAttested), "authenticator_not_accepted"),
        (city.token(MODEL, Flaw::Unattested), "authenticator_not_accepted"),
        (city.token(MODEL, Flaw::Synced), "authenticator_not_accepted"),
        (city.token(MODEL, Flaw::WrongSignature), "passkey_invalid"),
        (city.token(MODEL, Flaw::OtherModelInCertificate), "passkey_invalid"),
        (city.token(MODEL, Flaw::Empty), "passkey_invalid"),
    ] {
        hall.register(&mut Device::token(token), Some(&citizen), json!({ "office": "finance" })).await.refused(code);
    }
    // A phone, whose answer is `none` too.
    hall.register(&mut Device::new(), Some(&citizen), json!({ "office": "finance" })).await.refused("authenticator_not_accepted");
    assert_eq!(hall.ask("GET", "/passkeys", Some(&citizen), None).await.ok().json["items"].as_array().unwrap().len(), 1);
    let refused = hall.ask("POST", "/passkeys/start", Some(&citizen), Some(json!({ "office": "navy" }))).await;
    refused.refused("invalid_input");
    assert_eq!(refused.json["errors"][0]["pointer"], "/office");
    // Where nothing is asked, anything that verifies its holder will do, and nothing is recorded of its model.
    hall.register(&mut Device::new(), Some(&citizen), json!({ "office": "health" })).await.ok();
    hall.register(&mut Device::token(city.token(MODEL, Flaw::None)), Some(&citizen), json!({})).await.ok();
    assert!(leaves(&hall, "passkey.add").await.iter().all(|leaf| !leaf.public.contains_key("attested")));
}

#[tokio::test]
async fn one_mangled_byte_of_an_attestation_and_it_is_no_passkey() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let city = Maker::new("City");
    let hall = strict_hall([&city, &city]).await;
    let citizen = hall.newcomer(&mut Device::new(), "ก").await;
    let start = async || hall.ask("POST", "/passkeys/start", Some(&citizen), Some(json!({ "office": "finance" }))).await.ok().json;
    let length = {
        let started = start().await;
        let made = Device::token(city.token(MODEL, Flaw::None)).register(&started["options"]).await.unwrap();
        URL_SAFE_NO_PAD.decode(made["response"]["attestationObject"].as_str().unwrap()).unwrap().len()
    };
    for place in (0..length).step_by(23) {
        hall.clock.advance_seconds(60);
        let started = start().await;
        let mut made = Device::token(city.token(MODEL, Flaw::None)).register(&started["options"]).await.unwrap();
        let mut object = URL_SAFE_NO_PAD.decode(made["response"]["attestationObject"].as_str().unwrap()).unwrap();
        let Some(byte) = object.get_mut(place) else { continue };
        *byte ^= 0x10;
        made["response"]["attestationObject"] = json!(URL_SAFE_NO_PAD.encode(object));
        let finish = json!({ "ceremony": started["ceremony"], "credential": made, "label": "x" });
        let reply = hall.ask("POST", "/passkeys/finish", Some(&citizen), Some(finish)).await;
        assert!(matches!(reply.json["code"].as_str(), Some("passkey_invalid" | "authenticator_not_accepted")), "{place}: {}", reply.json);
        hall.clock.advance_seconds(1);
    }
}

#[tokio::test]
async fn a_model_that_is_struck_off_the_list_opens_and_signs_nothing_any_more() {
    let city = Maker::new("City");
    let hall = strict_hall([&city, &city]).await;
    let (mut admin_phone, mut key) = (Device::new(), Device::token(city.token(MODEL, Flaw::None)));
    let admin = administrator(&hall, &mut admin_phone).await;
    let citizen = hall.register(&mut key, None, json!({ "name": "ข", "office": "finance" })).await.ok().token();
    let code = invite(&hall, (&admin, &mut admin_phone), "finance").await;
    hall.ask_signed(&mut key, "POST", "/officers/accept", &citizen, Some(json!({ "code": code }))).await.ok();
    let officer = hall.sign_in(&mut key, None).await.ok().token();
    assert_eq!(hall.session(&officer).await["kind"], "officer");

    // The maker's root was found out: the profile trusts another one from now on.
    let another = Maker::new("Another");
    let config = sala_people::PeopleConfig { authenticators: strict([&another, &another]), ..super::hall::real_config() };
    let hall = Hall::open(hall.folder, hall.clock, hall.store, config).await;
    assert_eq!(hall.session(&officer).await["kind"], "visitor", "the session lost its ground");
    assert_eq!(hall.sign_in(&mut key, None).await.ok().json["kind"], "citizen");
    let mut wanted = hall.signed(&mut key).await;
    wanted["role"] = json!("officer");
    hall.ask("POST", "/session/passkey/finish", None, Some(wanted)).await.refused("authenticator_not_accepted");
    let admin = hall.sign_in(&mut admin_phone, None).await.ok().token();
    let officers = hall.ask("GET", "/officers", Some(&admin), None).await.ok().json;
    assert!(officers["items"].as_array().unwrap().iter().any(|each| each["office"] == "finance" && each["attested"] == json!(false)));
}

#[tokio::test]
async fn anyone_may_read_what_offices_ask() {
    let rules = hall().await.ask("GET", "/authenticators", None, None).await.ok().json;
    assert!(rules["items"].as_array().unwrap().iter().all(|rule| rule["mode"] == "any" && rule["models"] == json!([])));
    let city = Maker::new("City");
    let rules = strict_hall([&city, &city]).await.ask("GET", "/authenticators", None, None).await.ok().json;
    let finance = rules["items"].as_array().unwrap().iter().find(|rule| rule["office"] == "finance").unwrap().clone();
    assert_eq!((&finance["mode"], &finance["models"][0]["aaguids"]), (&json!("attested"), &json!([MODEL_TEXT])));
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
