//! A key that is accepted is the same after it was written and read again, and no private part comes through.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_credential::{Algorithm, Jwk, KeySet, SigningKey};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(key) = Jwk::parse(text) {
        let again = Jwk::from_members(&key.to_members()).unwrap();
        assert_eq!(again, key);
        assert_eq!(again.thumbprint(), key.thumbprint());
        assert!(!key.to_members().contains_key("d"));
        for algorithm in Algorithm::ALL {
            assert!(key.verify(algorithm, b"a", &[0; 64]).is_err());
        }
    }
    if let Ok(set) = KeySet::parse(text) {
        assert_eq!(KeySet::parse(&set.to_json().to_string()).unwrap(), set);
    }
    if let Ok(key) = SigningKey::parse(text) {
        let again = SigningKey::parse(&key.to_private_jwk()).unwrap();
        assert_eq!(again.public(), key.public());
        key.public().verify(key.algorithm(), b"a", &again.sign(b"a")).unwrap();
    }
});
