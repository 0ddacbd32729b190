//! A JWS that some key verifies says the same each time it is read; nothing else verifies, and nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_credential::{
    Algorithm, ClaimsCheck, KeySet, SigningKey,
    jose::{UnverifiedJws, dpop::DpopRequest},
    openid4vci::credential::{ProofCheck, Proofs},
};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(token) = UnverifiedJws::parse(text) {
        let _ = token.hint("iss");
        let _ = token.embedded_key();
        let keys = [SigningKey::es256(&[1; 32]).unwrap(), SigningKey::ed25519(&[1; 32])];
        let set = KeySet::new(keys.iter().map(|key| key.public().clone()).collect());
        if let Ok(verified) = set.verify(token.clone(), &Algorithm::ALL) {
            // ES256 and EdDSA are deterministic here, and the key has signed only the seed.
            assert_eq!(set.verify(token, &Algorithm::ALL).unwrap(), verified);
            if let Ok(claims) = verified.claims() {
                let _ = ClaimsCheck { now_s: 1000, leeway_s: 5, max_age_s: Some(60), ..ClaimsCheck::default() }.check(&claims);
            }
        }
    }
    let request = DpopRequest { method: "POST", uri: "https://hall.example/token", access_token: None, nonce: None };
    let _ = request.verify(text, &Algorithm::ALL, 1000, 60);
    let check = ProofCheck { issuer: "https://hall.example", client_id: None, now_s: 1000, leeway_s: 5, max_age_s: 60, allowed: &Algorithm::ALL, batch_size: 1 };
    let _ = check.verify(Some(&Proofs { jwt: vec![text.to_owned()] }), |_| true);
});
