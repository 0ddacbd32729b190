//! An SD-JWT is written as it was read; an issuer's choice of digests and disclosures never panics us, and leaves no trace of itself.
//!
//! The second half takes lines of JSON: `[name or null, value]` are disclosures, the last is the payload; a text `#3` stands for the digest
//! of disclosure 3.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_credential::{
    Algorithm, ClaimsPath, SigningKey,
    jose::jws,
    sd_jwt::{Disclosure, HashAlgorithm, SdJwt},
};
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(read) = SdJwt::parse(text) {
        assert_eq!(read.to_string(), text);
        check(&read);
    }
    let mut disclosures: Vec<Disclosure> = Vec::new();
    let lines: Vec<&str> = text.lines().take(40).collect();
    let Some((payload, parts)) = lines.split_last() else { return };
    for part in parts {
        let Ok(Value::Array(part)) = serde_json::from_str(part) else { continue };
        let [name, value] = part.as_slice() else { continue };
        let salt = [u8::try_from(disclosures.len()).unwrap(); 16];
        disclosures.push(Disclosure::new(salt, name.as_str(), fill(value.clone(), &disclosures)));
    }
    let Ok(payload) = serde_json::from_str(payload) else { return };
    let key = SigningKey::ed25519(&[1; 32]);
    let mut text = jws::sign_jwt(&key, "x", &fill(payload, &disclosures)).unwrap();
    for disclosure in &disclosures {
        text = format!("{text}~{}", disclosure.as_str());
    }
    if let Ok(read) = SdJwt::parse(&format!("{text}~")) {
        check(&read);
    }
});

fn check(read: &SdJwt) {
    let key = SigningKey::ed25519(&[1; 32]);
    let Ok(claims) = read.unverified_claims() else { return };
    assert!(is_clean(&Value::Object(claims.clone())));
    let paths: Vec<_> = claims.keys().map(|name| ClaimsPath::name(name)).collect();
    let shown = read.select(&paths).unwrap();
    assert_eq!(shown.unverified_claims().unwrap(), claims);
    if let Ok(verified) = read.verify(key.public(), &[Algorithm::EdDsa]) {
        assert_eq!(verified.claims(), &claims);
        assert_eq!(verified.disclosed().count(), read.disclosures().len());
        let root = Value::Object(claims);
        assert!(verified.disclosed().all(|path| path.select(&root).is_ok()));
        let nothing = read.select(&[]).unwrap().verify(key.public(), &[Algorithm::EdDsa]).unwrap();
        assert_eq!(nothing.disclosed().count(), 0);
    }
}

fn is_clean(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().all(|(name, value)| name != "_sd" && name != "..." && is_clean(value)),
        Value::Array(array) => array.iter().all(is_clean),
        _ => true,
    }
}

fn fill(value: Value, disclosures: &[Disclosure]) -> Value {
    match value {
        Value::String(text) => {
            let number = text.strip_prefix('#').and_then(|number| number.parse::<usize>().ok());
            match number.and_then(|number| disclosures.get(number)) {
                Some(disclosure) => HashAlgorithm::Sha256.digest(disclosure.as_str()).into(),
                None => Value::String(text),
            }
        }
        Value::Array(array) => array.into_iter().map(|value| fill(value, disclosures)).collect(),
        Value::Object(object) => Value::Object(object.into_iter().map(|(name, value)| (name, fill(value, disclosures))).collect()),
        plain => plain,
    }
}
