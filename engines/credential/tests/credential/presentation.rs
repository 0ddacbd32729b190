//! A verifier's query, a wallet's answer, and answers that are not what they claim to be.

use sala_credential::{
    Algorithm, ClaimsPath, CredentialError, SigningKey,
    openid4vp::dcql::{Held, Query, VpToken},
    sd_jwt::{KeyBinding, KeyBindingCheck, SdJwt},
    vc::{self, Credential},
};
use serde_json::{Value, json};

const CLIENT: &str = "redirect_uri:https://hall.example/answers/1";
const NONCE: &str = "n-0S6_WzA2Mj0123";
const ALLOWED: [Algorithm; 2] = [Algorithm::Es256, Algorithm::EdDsa];

fn issuer() -> SigningKey {
    SigningKey::es256(&[1; 32]).unwrap()
}

fn holder() -> SigningKey {
    SigningKey::ed25519(&[2; 32])
}

fn credential(vct: &str, holder: Option<&SigningKey>) -> SdJwt {
    let claims = json!({"name": "Somchai", "languages": ["th", "en", "lo"], "degree": {"year": 2560}});
    let disclosable: Vec<ClaimsPath> = [json!(["name"]), json!(["languages", null]), json!(["degree"])]
        .into_iter()
        .map(|path| serde_json::from_value(path).unwrap())
        .collect();
    let draft = vc::Draft {
        vct,
        issuer: "https://hall.example",
        issued_s: 1000,
        not_before_s: None,
        expires_s: None,
        holder: holder.map(SigningKey::public),
        status: None,
        claims: claims.as_object().unwrap().clone(),
        disclosable: &disclosable,
        decoys: 0,
    };
    let mut next = 0_u8;
    let mut entropy = |bytes: &mut [u8]| {
        next += 1;
        bytes.fill(next);
    };
    vc::issue(&issuer(), draft, &mut entropy).unwrap()
}

fn query(query: Value) -> Query {
    Query::parse(query.to_string().as_bytes()).unwrap()
}

fn asked(more: &[(&str, Value)]) -> Query {
    let mut one = json!({"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["resident"]}});
    for (name, value) in more {
        one[*name] = value.clone();
    }
    query(json!({ "credentials": [one] }))
}

fn shown(credential: &SdJwt, paths: &[Value]) -> String {
    let paths: Vec<ClaimsPath> = paths.iter().map(|path| serde_json::from_value(path.clone()).unwrap()).collect();
    let binding = KeyBinding { audience: CLIENT, nonce: NONCE, issued_s: 1000 };
    credential.select(&paths).unwrap().bind(&holder(), &binding).unwrap().to_string()
}

fn token(entries: &[(&str, &[String])]) -> VpToken {
    VpToken(entries.iter().map(|(id, presentations)| ((*id).to_owned(), presentations.to_vec())).collect())
}

fn verify(query: &Query, token: &VpToken) -> Result<Vec<Credential>, CredentialError> {
    let binding = KeyBindingCheck { audience: CLIENT, nonce: NONCE, now_s: 1000, leeway_s: 5, max_age_s: 60, allowed: &ALLOWED };
    let answers = query.check(token, |asked, shown| {
        let key_binding = asked.require_cryptographic_holder_binding.then_some(binding);
        let check = vc::Check { now_s: 1000, leeway_s: 5, allowed: &ALLOWED, issuer: None, types: &[], key_binding };
        vc::verify(shown, issuer().public(), &check)
    })?;
    Ok(answers.into_values().flatten().collect())
}

fn reason(answer: Result<Vec<Credential>, CredentialError>) -> &'static str {
    match answer {
        Err(CredentialError::Answer { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_honest_answer_is_accepted_and_shows_only_what_was_asked() {
    let query = asked(&[("claims", json!([{"path": ["languages", 2]}, {"path": ["languages", null], "values": ["en", "fr"]}]))]);
    let own = credential("resident", Some(&holder()));
    let evaluation = query.evaluate(&[Held::new(&credential("other", Some(&holder()))).unwrap(), Held::new(&own).unwrap()]);
    assert_eq!(evaluation.chosen, Some(vec!["a".to_owned()]));
    assert_eq!(evaluation.matches["a"].len(), 1);
    let found = &evaluation.matches["a"][0];
    assert_eq!(found.held, 1);
    let binding = KeyBinding { audience: CLIENT, nonce: NONCE, issued_s: 1000 };
    let answer = own.select(&found.disclose).unwrap().bind(&holder(), &binding).unwrap().to_string();
    let credentials = verify(&query, &token(&[("a", &[answer])])).unwrap();
    assert_eq!(credentials[0].claims["languages"], json!(["en", "lo"]));
    assert!(!credentials[0].claims.contains_key("name"));
}

#[test]
fn an_answer_that_is_not_what_it_claims_is_refused() {
    let own = credential("resident", Some(&holder()));
    let names = asked(&[("claims", json!([{"path": ["name"]}]))]);
    let good = shown(&own, &[json!(["name"])]);
    assert!(verify(&names, &token(&[("a", std::slice::from_ref(&good))])).is_ok());

    let unfit = "type or claims are not those asked for";
    assert_eq!(reason(verify(&names, &token(&[("a", &[shown(&own, &[json!(["degree"])])])]))), unfit);
    let other = credential("other", Some(&holder()));
    assert_eq!(reason(verify(&names, &token(&[("a", &[shown(&other, &[json!(["name"])])])]))), unfit);
    let years = asked(&[("claims", json!([{"path": ["degree", "year"], "values": [2561]}]))]);
    assert_eq!(reason(verify(&years, &token(&[("a", &[shown(&own, &[json!(["degree"])])])]))), unfit);

    let number = "there is no presentation, or more than one";
    assert_eq!(reason(verify(&names, &token(&[("a", &[good.clone(), good.clone()])]))), number);
    assert_eq!(reason(verify(&names, &token(&[("a", &[])]))), number);
    assert_eq!(reason(verify(&names, &token(&[("b", std::slice::from_ref(&good))]))), "nobody asked for it");
    assert_eq!(reason(verify(&names, &VpToken::default())), "something that must be answered is missing");
    let many = asked(&[("multiple", json!(true))]);
    assert_eq!(verify(&many, &token(&[("a", &[good.clone(), good.clone()])])).unwrap().len(), 2);

    // Somebody else's credential, shown with one's own key or with none.
    let stolen = credential("resident", Some(&SigningKey::ed25519(&[3; 32])));
    assert_eq!(verify(&names, &token(&[("a", &[shown(&stolen, &[json!(["name"])])])])), Err(CredentialError::BadSignature));
    let unbound = own.select(&[ClaimsPath::name("name")]).unwrap().to_string();
    assert!(matches!(verify(&names, &token(&[("a", std::slice::from_ref(&unbound))])), Err(CredentialError::KeyBinding { .. })));
    let open = asked(&[("require_cryptographic_holder_binding", json!(false))]);
    assert!(verify(&open, &token(&[("a", &[unbound])])).is_ok());
}

#[test]
fn a_caller_that_forgets_the_key_binding_is_stopped() {
    let own = credential("resident", Some(&holder()));
    let check = vc::Check { now_s: 1000, leeway_s: 5, allowed: &ALLOWED, issuer: None, types: &[], key_binding: None };
    let answer = asked(&[]).check(&token(&[("a", &[own.to_string()])]), |_, shown| vc::verify(shown, issuer().public(), &check));
    assert!(matches!(answer, Err(CredentialError::Answer { reason: "its holder did not prove their key", .. })));
}

#[test]
fn of_a_choice_one_option_is_enough_and_half_of_one_is_not() {
    let credentials: Vec<_> =
        ["a", "b", "c"].iter().map(|id| json!({"id": id, "format": "dc+sd-jwt", "meta": {"vct_values": ["resident"]}})).collect();
    let query = query(json!({"credentials": credentials, "credential_sets": [{"options": [["a", "b"], ["c"]]}]}));
    let good = [shown(&credential("resident", Some(&holder())), &[])];
    assert!(verify(&query, &token(&[("c", &good)])).is_ok());
    assert!(verify(&query, &token(&[("a", &good), ("b", &good)])).is_ok());
    assert_eq!(reason(verify(&query, &token(&[("a", &good)]))), "something that must be answered is missing");
}
