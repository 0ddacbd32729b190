//! A query is the same after it was written and read again; what a wallet would show for it can be shown, and answers it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sala_credential::{
    Algorithm, CredentialError, SigningKey,
    openid4vp::dcql::{Held, Query, VpToken},
    sd_jwt::{Issuance, SdJwt, issue},
    vc,
};
use serde_json::json;

static CREDENTIAL: LazyLock<SdJwt> = LazyLock::new(|| {
    let claims = json!({"vct": "a", "cnf": {}, "n": "x", "list": ["TH", "DE", 7], "o": {"p": {"q": true}}, "all": [{"y": 1}, {"y": 2}]});
    let disclosable: Vec<_> = [json!(["n"]), json!(["list", null]), json!(["o"]), json!(["o", "p"]), json!(["all", null, "y"])]
        .into_iter()
        .map(|path| serde_json::from_value(path).unwrap())
        .collect();
    let issuance =
        Issuance { typ: vc::TYPE, header: serde_json::Map::new(), claims: claims.as_object().unwrap().clone(), disclosable: &disclosable, decoys: 0 };
    let mut next = 0_u8;
    issue(&SigningKey::ed25519(&[1; 32]), issuance, &mut |bytes: &mut [u8]| {
        next += 1;
        bytes.fill(next);
    })
    .unwrap()
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(query) = Query::parse(bytes) else { return };
    assert_eq!(Query::parse(&serde_json::to_vec(&query).unwrap()).unwrap(), query);
    let evaluation = query.evaluate(&[Held::new(&CREDENTIAL).unwrap()]);
    let Some(chosen) = evaluation.chosen else { return };
    let mut token = VpToken::default();
    for id in chosen {
        let found = &evaluation.matches[&id][0];
        token.0.insert(id, vec![CREDENTIAL.select(&found.disclose).unwrap().to_string()]);
    }
    let key = SigningKey::ed25519(&[1; 32]);
    let check =
        vc::Check { now_s: 0, leeway_s: 0, allowed: &[Algorithm::EdDsa], issuer: None, types: &[], key_binding: None };
    let answers = query.check(&token, |_, shown| {
        let mut credential = vc::verify(shown, key.public(), &check)?;
        credential.holder = Some(key.public().clone());
        Ok::<_, CredentialError>(credential)
    });
    assert!(answers.is_ok(), "{answers:?}");
});
