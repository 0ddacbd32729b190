//! A token, a request and a scope's key are written back byte for byte or refused; none is good by chance.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sala_custody::token::{IssuerKey, Pending, Reply, Request, Scope, ScopeKey, Token, UserSecret};

const LONG: usize = 256;

static ISSUER: LazyLock<(IssuerKey, ScopeKey)> = LazyLock::new(|| {
    let mut state = 1u64;
    let issuer = IssuerKey::generate(&mut |out: &mut [u8]| {
        for byte in out {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_be_bytes()[0];
        }
    })
    .unwrap();
    let public = issuer.public().unwrap();
    (issuer, public)
});

fuzz_target!(|bytes: &[u8]| {
    let (issuer, key) = &*ISSUER;
    let scope = Scope::new("poll_1").unwrap();
    if let Ok(read) = Token::decode(bytes) {
        assert_eq!(read.encode(), bytes);
        assert!(read.verify(&scope, key).is_err());
    }
    if let Ok(read) = ScopeKey::from_spki(bytes) {
        assert_eq!(read.to_spki().unwrap(), bytes);
        // A key that anybody may have chosen: asking it is harmless, whatever comes of it.
        if let Ok((_, pending)) = Pending::blind(&UserSecret::new([1; 32]), &scope, &read) {
            let _ = pending.finalize(&Reply::from_bytes(&[7; LONG]).unwrap());
        }
    }
    let _ = IssuerKey::from_der(bytes);
    if let Ok(request) = Request::from_bytes(bytes) {
        let _ = issuer.issue(&request, &mut |out: &mut [u8]| out.fill(0x5a));
    }
});
