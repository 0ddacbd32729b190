//! Wycheproof: JWS, JWK, JWE and ECDSA on P-256.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sala_credential::{
    Algorithm, CredentialError, Jwk, KeySet,
    jose::{
        UnverifiedJws,
        jwe::{ContentEncryption, DecryptionKey},
    },
};
use serde_json::{Value, json};

use crate::shared::vectors;

/// The groups of a file and how many tests it says that it has.
fn groups(name: &str) -> Option<(Vec<Value>, u64)> {
    let path = vectors(&format!("wycheproof/testvectors_v1/{name}"))?;
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    Some((file["testGroups"].as_array().unwrap().clone(), file["numberOfTests"].as_u64().unwrap()))
}

fn tests(group: &Value) -> &[Value] {
    group["tests"].as_array().unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// What became of the vectors.
#[derive(Default)]
struct Tally {
    accepted: u64,
    refused: u64,
    out_of_scope: BTreeMap<String, u64>,
}

impl Tally {
    /// An invalid vector must be refused; a valid one accepted, or be of an algorithm that is not supported here.
    fn judge(&mut self, case: &Value, scope: Result<(), String>, is_accepted: bool) {
        match (text(case, "result"), scope) {
            ("invalid", _) => {
                assert!(!is_accepted, "case {} ({}) is invalid and was accepted", case["tcId"], case["comment"]);
                self.refused += 1;
            }
            ("valid", Ok(())) => {
                assert!(is_accepted, "case {} ({}) is valid and was refused", case["tcId"], case["comment"]);
                self.accepted += 1;
            }
            (_, Err(why)) => {
                assert!(!is_accepted, "case {} is out of scope and was accepted", case["tcId"]);
                *self.out_of_scope.entry(why).or_default() += 1;
            }
            (other, Ok(())) => panic!("case {} has the result {other}", case["tcId"]),
        }
    }

    fn report(&self, what: &str, expected: u64) {
        let skipped: u64 = self.out_of_scope.values().sum();
        println!("{what}: {} accepted, {} refused, {skipped} out of scope {:?}", self.accepted, self.refused, self.out_of_scope);
        assert_eq!(self.accepted + self.refused + skipped, expected);
    }
}

fn header_of(token: &str) -> Value {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice(&header).unwrap()
}

fn verifies(keys: &KeySet, token: &str) -> bool {
    let verify = |token: &str| -> Result<(), CredentialError> {
        keys.verify(UnverifiedJws::parse(token)?, &Algorithm::ALL)?;
        Ok(())
    };
    verify(token).is_ok()
}

fn scope_of_jws(group: &Value, token: &str) -> Result<(), String> {
    // One valid token of a symmetric key writes its header in the other base64 alphabet, which RFC 7515 does not know.
    if group["private"]["kty"] == "oct" {
        return Err("symmetric key".to_owned());
    }
    let name = text(&header_of(token), "alg").to_owned();
    Algorithm::from_name(&name).map(|_| ()).ok_or(name)
}

#[test]
fn the_401_jws_vectors_get_their_verdict() {
    let Some((groups, count)) = groups("json_web_signature_test.json") else { return };
    assert_eq!(count, 401);
    let mut tally = Tally::default();
    for group in &groups {
        let key = if group["public"].is_object() { &group["public"] } else { &group["private"] };
        // A symmetric key gives an empty set; a private one is refused. Either way, nothing verifies.
        let keys = KeySet::parse(&json!({ "keys": [key] }).to_string()).unwrap_or_default();
        for case in tests(group) {
            let token = text(case, "jws");
            let scope = if text(case, "result") == "valid" { scope_of_jws(group, token) } else { Ok(()) };
            tally.judge(case, scope, case["jws"].is_string() && verifies(&keys, token));
        }
    }
    tally.report("JWS", count);
    assert_eq!(tally.accepted, 2 + 8 + 6);
}

#[test]
fn the_26_jwk_vectors_get_their_verdict() {
    let Some((groups, count)) = groups("json_web_key_test.json") else { return };
    assert_eq!(count, 26);
    let mut tally = Tally::default();
    for group in &groups {
        let keys = if group["public"].is_object() { &group["public"] } else { &group["private"] };
        let keys = KeySet::parse(&keys.to_string()).unwrap_or_default();
        for case in tests(group) {
            tally.judge(case, scope_of_jws(group, text(case, "jws")), verifies(&keys, text(case, "jws")));
        }
    }
    tally.report("JWK", count);
    assert_eq!(tally.accepted, 1);
}

#[test]
fn the_139_jwe_vectors_get_their_verdict() {
    let Some((groups, count)) = groups("json_web_encryption_test.json") else { return };
    assert_eq!(count, 139);
    let mut tally = Tally::default();
    for group in &groups {
        let key = &group["private"];
        let scalar = URL_SAFE_NO_PAD.decode(text(key, "d")).unwrap_or_default();
        // Keys of other types are no keys for us: their messages go to one that must not open them.
        let fits = text(key, "crv") == "P-256";
        let key = DecryptionKey::new(&scalar.try_into().ok().filter(|_| fits).unwrap_or([1; 32])).unwrap();
        for case in tests(group) {
            let message = text(case, "jwe");
            let opened = key.decrypt(message, &ContentEncryption::ALL);
            let mut scope = Ok(());
            if text(case, "result") == "valid" {
                let header = header_of(message);
                let (alg, enc) = (text(&header, "alg"), text(&header, "enc"));
                let known = ContentEncryption::ALL.iter().any(|known| known.name() == enc);
                let known = known && fits && matches!(alg, "ECDH-ES" | "ECDH-ES+A128KW" | "ECDH-ES+A256KW");
                let why = if fits { format!("{alg} with {enc}") } else { format!("{alg}, key not on P-256") };
                scope = if known { Ok(()) } else { Err(why) };
            }
            if let (Ok(opened), Ok(())) = (&opened, &scope)
                && text(case, "result") == "valid"
            {
                assert_eq!(hex::encode(&opened.plaintext), text(case, "pt"), "case {}", case["tcId"]);
            }
            tally.judge(case, scope, opened.is_ok());
        }
    }
    tally.report("JWE", count);
    assert_eq!(tally.accepted, 18);
}

#[test]
fn the_746_signatures_on_p_256_get_their_verdict() {
    for (file, expected, is_der) in
        [("ecdsa_secp256r1_sha256_test.json", 484, true), ("ecdsa_secp256r1_sha256_p1363_test.json", 262, false)]
    {
        let Some((groups, count)) = groups(file) else { return };
        assert_eq!(count, expected);
        let mut tally = Tally::default();
        for group in &groups {
            let point = hex::decode(text(&group["publicKey"], "uncompressed")).unwrap();
            let coordinate = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
            let key = json!({"kty": "EC", "crv": "P-256", "x": coordinate(1..33), "y": coordinate(33..65)});
            let key = Jwk::parse(&key.to_string()).unwrap();
            for case in tests(group) {
                let (message, signature) = (hex::decode(text(case, "msg")).unwrap(), hex::decode(text(case, "sig")).unwrap());
                // JOSE has r ‖ s only; the DER vectors go through the curve library's strict reader first.
                let raw =
                    if is_der { p256::ecdsa::Signature::from_der(&signature).map(|s| s.to_bytes().to_vec()).ok() } else { Some(signature) };
                let is_good = raw.is_some_and(|raw| key.verify(Algorithm::Es256, &message, &raw).is_ok());
                tally.judge(case, Ok(()), is_good);
            }
        }
        tally.report(file, count);
    }
}
