//! The addresses for wallets on a hall that is served: open to pages of any site, without cookies, and good across a restart.

use sala_credential::{
    Algorithm, KeySet, SigningKey,
    openid4vci::{credential::prove, metadata::IssuerMetadata},
    sd_jwt::SdJwt,
    status::{self, Status},
    vc,
};
use serde_json::{Value, json};

use super::support::{Answer, Served};

const ORIGIN: &str = "http://localhost:8080";
const ELSEWHERE: (&str, &str) = ("origin", "https://wallet.example");

fn ok(answer: &Answer) -> Value {
    assert!(answer.status < 300, "{} {}", answer.status, String::from_utf8_lossy(&answer.body));
    answer.json()
}

fn fetch(served: &Served, access_token: &str, key: &SigningKey) -> Value {
    let nonce = ok(&served.request("POST", "/openid4vci/nonce", &[ELSEWHERE], Some(b"")));
    let now_s = sala_core::time::Clock::now(&sala_core::time::SystemClock).seconds();
    let proof = prove(key, ORIGIN, nonce["c_nonce"].as_str().unwrap(), now_s).unwrap();
    let body = json!({ "credential_configuration_id": "appointment", "proofs": { "jwt": [proof] } }).to_string();
    let authorization = format!("Bearer {access_token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json"), ELSEWHERE];
    ok(&served.request("POST", "/openid4vci/credential", &headers, Some(body.as_bytes())))
}

#[test]
fn a_wallet_of_another_site_fetches_from_the_demonstration_and_a_restart_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Served::start_in(folder.path(), &["--origin", ORIGIN]);
    let served = start();
    let metadata = served.request("GET", "/.well-known/openid-credential-issuer", &[ELSEWHERE], None);
    assert_eq!(metadata.header("access-control-allow-origin"), Some("*"));
    IssuerMetadata::parse(&metadata.body, ORIGIN).unwrap();
    for path in ["/openid4vci/token", "/openid4vci/credential", "/openid4vci/par"] {
        let may = served.request("OPTIONS", path, &[ELSEWHERE, ("access-control-request-method", "POST")], None);
        assert_eq!((may.status, may.header("access-control-allow-origin")), (204, Some("*")), "{path}");
    }
    for path in ["/api/v1/credential-types", "/api/v1/credential-offers", "/api/v1/session"] {
        for method in ["OPTIONS", "GET"] {
            let answer = served.request(method, path, &[ELSEWHERE], None);
            assert_eq!(answer.header("access-control-allow-origin"), None, "{method} {path}");
        }
    }

    let cookie = served.sign_in(&json!({ "role": "officer", "office": "traffic" }));
    let offered = ok(&served.post("/api/v1/credential-offers", &cookie, &json!({ "type": "appointment" })));
    let code = offered["offer"]["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"].as_str().unwrap();
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:pre-authorized_code&pre-authorized_code={code}&tx_code={}",
        offered["tx_code"].as_str().unwrap()
    );
    // With the cookie of whoever is signed in, as the hall's own page would send it, and without the header of the hall's own pages.
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie.as_str())];
    let token = ok(&served.request("POST", "/openid4vci/token", &headers, Some(form.as_bytes())));
    let again = served.request("POST", "/openid4vci/token", &headers, Some(form.as_bytes()));
    assert_eq!((again.status, &again.json()["error"]), (400, &json!("invalid_grant")));
    let access_token = token["access_token"].as_str().unwrap();
    let key = SigningKey::es256(&[7; 32]).unwrap();
    let first = fetch(&served, access_token, &key);
    let acts = served.hall.store.clone();
    let count = || async { acts.fetch("SELECT id FROM credential", &[]).await.unwrap().len() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    assert_eq!(runtime.block_on(count()), 1);
    served.stop();

    let served = start();
    assert_eq!(fetch(&served, access_token, &key), first, "the answer that was lost is given again");
    let credential = SdJwt::parse(first["credentials"][0]["credential"].as_str().unwrap()).unwrap();
    let published = ok(&served.get("/.well-known/jwt-vc-issuer"));
    let keys = KeySet::parse(&published["jwks"].to_string()).unwrap();
    let issuer = keys.select(credential.unverified().unwrap().key_id(), Algorithm::Es256).unwrap();
    let now_s = sala_core::time::Clock::now(&sala_core::time::SystemClock).seconds();
    let allowed = &[Algorithm::Es256];
    let check = vc::Check { now_s, leeway_s: 0, allowed, issuer: Some(ORIGIN), types: &[], key_binding: None };
    let verified = vc::verify(&credential, issuer, &check).unwrap();
    assert_eq!(verified.claims["office"], "traffic");
    let reference = verified.status.unwrap();
    let list = served.get(reference.uri.strip_prefix(ORIGIN).unwrap());
    assert_eq!(list.header("content-type"), Some("application/statuslist+jwt"));
    assert_eq!(list.header("cache-control"), Some("public, max-age=300"));
    let text = String::from_utf8(list.body).unwrap();
    let token = status::verify(&text, &reference.uri, issuer, allowed, now_s, status::MAX_BYTES).unwrap();
    assert_eq!(token.status_of(&reference).unwrap(), Status::Valid);
}
