//! Whatever is decrypted, nothing panics; and what is encrypted to us is always read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_credential::jose::jwe::{ContentEncryption, DecryptionKey, Fresh, encrypt};

fuzz_target!(|bytes: &[u8]| {
    let key = DecryptionKey::new(&[1; 32]).unwrap();
    if let Ok(text) = str::from_utf8(bytes) {
        let _ = key.decrypt(text, &ContentEncryption::ALL);
    }
    let fresh = Fresh { ephemeral: [2; 32], iv: [3; 12] };
    let sealed = encrypt(key.public(), &fresh, &serde_json::Map::new(), bytes).unwrap();
    if let Ok(opened) = key.decrypt(&sealed, &ContentEncryption::ALL) {
        assert_eq!(opened.plaintext, bytes);
    } else {
        assert!(sealed.len() > sala_credential::jose::jwe::MAX_BYTES);
    }
});
