//! RFC 9901: the published examples, and SD-JWTs that somebody has tampered with.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sala_credential::{
    Algorithm, ClaimsPath, CredentialError, Jwk, SigningKey,
    jose::jws,
    sd_jwt::{HashAlgorithm, Issuance, KeyBindingCheck, SdJwt, issue},
};
use serde_json::{Map, Value, json};

use crate::shared::vectors;

fn issuer_key() -> Jwk {
    let key = json!({
        "kty": "EC", "crv": "P-256",
        "x": "b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ", "y": "Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8"
    });
    Jwk::parse(&key.to_string()).unwrap()
}

fn read_text(path: &Path) -> String {
    fs::read_to_string(path).unwrap().split_whitespace().collect()
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_examples_of_rfc_9901_are_verified() {
    let Some(folder) = vectors("rfc9901/generated") else { return };
    let (mut done, mut bound, mut other_form) = (0, 0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let example = entry.unwrap().path();
        if !example.is_dir() {
            continue;
        }
        if !example.join("sd_jwt_presentation.txt").exists() {
            other_form += 1;
            continue;
        }
        let name = example.display();
        let issued = SdJwt::parse(&read_text(&example.join("sd_jwt_issuance.txt"))).unwrap();
        let all = issued.verify(&issuer_key(), &[Algorithm::Es256]).unwrap();
        let user_claims = read_json(&example.join("user_claims.json"));
        for (claim, value) in user_claims.as_object().unwrap() {
            assert_eq!(all.claims().get(claim), Some(value), "{name} {claim}");
        }
        let shown = SdJwt::parse(&read_text(&example.join("sd_jwt_presentation.txt"))).unwrap();
        let verified = shown.verify(&issuer_key(), &[Algorithm::Es256]).unwrap();
        assert_eq!(Value::Object(verified.claims().clone()), read_json(&example.join("verified_contents.json")), "{name}");
        assert!(shown.disclosures().iter().all(|disclosure| issued.disclosures().contains(disclosure)));
        if example.join("kb_jwt_payload.json").exists() {
            let iat = read_json(&example.join("kb_jwt_payload.json"))["iat"].as_i64().unwrap();
            let check = KeyBindingCheck {
                audience: "https://verifier.example.org",
                nonce: "1234567890",
                now_s: iat,
                leeway_s: 0,
                max_age_s: 0,
                allowed: &[Algorithm::Es256],
            };
            shown.verify_key_binding(&verified, &check).unwrap();
            assert!(shown.verify_key_binding(&verified, &KeyBindingCheck { nonce: "1234567891", ..check }).is_err());
            assert!(shown.verify_key_binding(&verified, &KeyBindingCheck { audience: "https://x", ..check }).is_err());
            assert_eq!(shown.verify_key_binding(&verified, &KeyBindingCheck { now_s: iat + 1, ..check }), Err(CredentialError::Expired));
            bound += 1;
        }
        done += 1;
    }
    println!(
        "RFC 9901: {done} examples verified, {bound} of them with key binding; {other_form} in the JSON serialisation are out of scope"
    );
    assert_eq!((done, other_form), (13, 2));
}

fn disclosure(parts: &Value) -> String {
    URL_SAFE_NO_PAD.encode(parts.to_string())
}

fn digest(disclosure: &str) -> String {
    HashAlgorithm::Sha256.digest(disclosure)
}

/// Verifies an SD-JWT with this payload and these disclosures, signed by an issuer who is trusted and wrong.
fn verify(payload: &Value, disclosures: &[&str]) -> Result<Map<String, Value>, CredentialError> {
    let key = SigningKey::ed25519(&[1; 32]);
    let token = jws::sign_jwt(&key, "example+sd-jwt", payload).unwrap();
    let mut text = format!("{token}~");
    for disclosure in disclosures {
        text.push_str(disclosure);
        text.push('~');
    }
    SdJwt::parse(&text)?.verify(key.public(), &[Algorithm::EdDsa]).map(|verified| verified.claims().clone())
}

#[test]
fn each_must_of_rfc_9901_section_7_1_is_kept() {
    let member = disclosure(&json!(["salt", "name", "Somchai"]));
    let element = disclosure(&json!(["salt", "th"]));
    let (member_digest, element_digest) = (digest(&member), digest(&element));
    let good = json!({"_sd": [member_digest], "list": [{"...": element_digest}, "en"], "_sd_alg": "sha-256"});
    assert_eq!(Value::Object(verify(&good, &[&member, &element]).unwrap()), json!({"name": "Somchai", "list": ["th", "en"]}));
    // What is not disclosed leaves no trace: neither digests nor places.
    assert_eq!(Value::Object(verify(&good, &[]).unwrap()), json!({"list": ["en"]}));
    assert_eq!(Value::Object(verify(&json!({"list": [{"...": element_digest}]}), &[]).unwrap()), json!({"list": []}));
    assert_eq!(Value::Object(verify(&json!({"o": {"_sd": [member_digest]}}), &[]).unwrap()), json!({"o": {}}));

    let nested = disclosure(&json!(["salt", "o", {"_sd": [member_digest]}]));
    let nested_digest = digest(&nested);
    assert_eq!(Value::Object(verify(&json!({"_sd": [nested_digest]}), &[&nested, &member]).unwrap()), json!({"o": {"name": "Somchai"}}));

    let reserved = disclosure(&json!(["salt", "_sd", ["x"]]));
    let dots = disclosure(&json!(["salt", "...", "x"]));
    let long = disclosure(&json!(["salt", "name", "x", "y"]));
    let number = disclosure(&json!(["salt", 7, "x"]));
    let twice = URL_SAFE_NO_PAD.encode(r#"["salt","name",{"a":1,"a":2}]"#);
    let other_salt = disclosure(&json!(["other", "name", "Somsak"]));
    let digests = |list: &[&str]| Value::from(list.iter().map(|text| digest(text)).collect::<Vec<_>>());
    let refused: Vec<(&str, Value, Vec<&str>)> = vec![
        ("a disclosure that nothing refers to", json!({"_sd": []}), vec![&member]),
        ("a disclosure that is there twice", good.clone(), vec![&member, &member, &element]),
        ("a digest twice in one array", json!({"_sd": [member_digest, member_digest]}), vec![&member]),
        ("a digest twice though not disclosed", json!({"_sd": [member_digest], "o": {"_sd": [member_digest]}}), vec![]),
        ("a digest twice, once below a disclosure", json!({"_sd": [nested_digest, member_digest]}), vec![&nested, &member]),
        ("a digest in an object and in an array", json!({"_sd": [element_digest], "list": [{"...": element_digest}]}), vec![]),
        ("a claim that is there already", json!({"name": "Somsri", "_sd": [member_digest]}), vec![&member]),
        ("two disclosures of one name", json!({"_sd": digests(&[&member, &other_salt])}), vec![&member, &other_salt]),
        ("an element's disclosure for a member", json!({"_sd": [element_digest]}), vec![&element]),
        ("a member's disclosure for an element", json!({"list": [{"...": member_digest}]}), vec![&member]),
        ("the reserved name _sd", json!({"_sd": digests(&[&reserved])}), vec![&reserved]),
        ("the reserved name ...", json!({"_sd": digests(&[&dots])}), vec![&dots]),
        ("four parts", json!({"_sd": digests(&[&long])}), vec![&long]),
        ("a name that is no text", json!({"_sd": digests(&[&number])}), vec![&number]),
        ("a value with a member twice", json!({"_sd": digests(&[&twice])}), vec![&twice]),
        ("an _sd that is no array", json!({"_sd": member_digest}), vec![]),
        ("a digest that is no text", json!({"_sd": [7]}), vec![]),
        ("a ... that is no text", json!({"list": [{"...": 7}]}), vec![]),
        ("a ... that has company", json!({"list": [{"...": element_digest, "a": 1}]}), vec![&element]),
        ("a ... outside an array", json!({"o": {"...": element_digest}}), vec![]),
        ("an unknown hash", json!({"_sd": [member_digest], "_sd_alg": "md5"}), vec![&member]),
        ("a hash that is no text", json!({"_sd": [member_digest], "_sd_alg": 256}), vec![&member]),
        ("a disclosure by another hash", json!({"_sd": [member_digest], "_sd_alg": "sha-512"}), vec![&member]),
    ];
    for (what, payload, disclosures) in refused {
        assert!(verify(&payload, &disclosures).is_err(), "{what} was accepted");
    }
}

#[test]
fn disclosures_that_nest_without_end_are_refused() {
    let mut chain = vec![disclosure(&json!(["salt", "end", 1]))];
    for _ in 0..1000 {
        let below = digest(chain.last().unwrap());
        chain.push(disclosure(&json!(["salt", "next", {"_sd": [below]}])));
    }
    let payload = json!({"_sd": [digest(chain.last().unwrap())]});
    let parts: Vec<_> = chain.iter().map(String::as_str).collect();
    assert!(matches!(verify(&payload, &parts), Err(CredentialError::Disclosure { .. })));
}

#[test]
fn what_is_no_sd_jwt_is_refused() {
    let key = SigningKey::ed25519(&[1; 32]);
    let token = jws::sign_jwt(&key, "example+sd-jwt", &json!({})).unwrap();
    for wrong in [String::new(), "~".to_owned(), token.clone(), format!("{token}~~"), format!("{token}~~{token}"), format!("~{token}~")] {
        assert!(SdJwt::parse(&wrong).is_err(), "{wrong}");
    }
    assert!(SdJwt::parse(&format!("{token}~")).unwrap().verify(key.public(), &[Algorithm::EdDsa]).is_ok());
    assert!(SdJwt::parse(&format!("{token}~")).unwrap().verify(key.public(), &[Algorithm::Es256]).is_err());
}

fn value() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-d]{1,2}", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Each place of a value, from the root down.
fn places(value: &Value, at: &[Value], found: &mut Vec<ClaimsPath>) {
    if !at.is_empty() {
        found.push(serde_json::from_value(Value::from(at.to_vec())).unwrap());
    }
    let below: Vec<(Value, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(name, value)| (Value::from(name.as_str()), value)).collect(),
        Value::Array(array) => array.iter().enumerate().map(|(index, value)| (Value::from(index), value)).collect(),
        _ => Vec::new(),
    };
    for (step, value) in below {
        places(value, &[at, &[step]].concat(), found);
    }
}

proptest::proptest! {
    /// Whatever may be withheld: with all disclosures the claims are as they were, and each single one can be shown alone.
    #[test]
    fn what_is_issued_can_be_shown(root in value(), choice in proptest::collection::vec(proptest::prelude::any::<bool>(), 64), decoys in 0_usize..3) {
        let claims = json!({ "root": root });
        let mut all = Vec::new();
        places(&claims, &[], &mut all);
        let disclosable: Vec<_> = all.iter().zip(choice.iter().cycle()).filter(|(_, chosen)| **chosen).map(|(path, _)| path.clone()).collect();
        let key = SigningKey::ed25519(&[1; 32]);
        let mut counter = 0_u64;
        let mut entropy = |bytes: &mut [u8]| {
            counter += 1;
            bytes.iter_mut().zip(counter.to_le_bytes()).for_each(|(byte, random)| *byte = random);
        };
        let issuance = Issuance { typ: "x", header: Map::new(), claims: claims.as_object().unwrap().clone(), disclosable: &disclosable, decoys };
        let issued = issue(&key, issuance, &mut entropy).unwrap();
        assert_eq!(issued.disclosures().len(), disclosable.len());
        let issued = SdJwt::parse(&issued.to_string()).unwrap();
        let verified = issued.verify(key.public(), &[Algorithm::EdDsa]).unwrap();
        assert_eq!(verified.claims(), claims.as_object().unwrap());
        assert_eq!(verified.disclosed().count(), disclosable.len());
        for path in &all {
            let shown = issued.select(std::slice::from_ref(path)).unwrap();
            let seen = Value::Object(shown.verify(key.public(), &[Algorithm::EdDsa]).unwrap().claims().clone());
            let wanted = path.select(&claims).unwrap()[0];
            // Withheld neighbours move up, so an element is looked for by value.
            assert!(contains(&seen, wanted), "{path} of {claims} in {seen}");
        }
    }
}

fn contains(root: &Value, wanted: &Value) -> bool {
    root == wanted
        || match root {
            Value::Object(object) => object.values().any(|value| contains(value, wanted)),
            Value::Array(array) => array.iter().any(|value| contains(value, wanted)),
            _ => false,
        }
}
