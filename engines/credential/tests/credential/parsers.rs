//! No parser panics, whatever comes: valid messages with bytes changed, put in and left out (the targets in fuzz/ go on from here).

use proptest::prelude::*;
use sala_credential::{
    Algorithm, Jwk, KeySet, SigningKey,
    jose::{
        UnverifiedJws,
        dpop::DpopRequest,
        jwe::{ContentEncryption, DecryptionKey, Fresh, encrypt},
    },
    openid4vci::{
        authorization::AuthorizationRequest, credential::CredentialRequest, metadata::IssuerMetadata, offer::OfferLink, token::TokenRequest,
    },
    openid4vp::{
        dcql::Query,
        request::{PresentationRequest, RequestLink},
        response::PresentationResponse,
    },
    sd_jwt::SdJwt,
    status::StatusList,
    vc::type_metadata::TypeMetadata,
};

fn seeds() -> Vec<String> {
    let key = SigningKey::ed25519(&[1; 32]);
    let request = DpopRequest { method: "GET", uri: "https://hall.example", access_token: Some("t"), nonce: Some("n") };
    let box_key = DecryptionKey::new(&[1; 32]).unwrap();
    let fresh = Fresh { ephemeral: [2; 32], iv: [3; 12] };
    let mut seeds = vec![
        request.prove(&key, "id", 1000).unwrap(),
        key.to_private_jwk().to_string(),
        KeySet::new(vec![key.public().clone()]).to_json().to_string(),
        encrypt(box_key.public(), &fresh, &serde_json::Map::new(), b"text").unwrap(),
    ];
    // The examples that the fuzzers begin with.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    for target in ["jws", "jwk", "jwe", "sd_jwt", "status_list", "dcql", "credential_offer"] {
        for entry in std::fs::read_dir(folder.join(target)).unwrap() {
            seeds.push(std::fs::read_to_string(entry.unwrap().path()).unwrap());
        }
    }
    seeds
}

fn read_all(text: &str) {
    let key = SigningKey::ed25519(&[1; 32]);
    if let Ok(token) = UnverifiedJws::parse(text) {
        let _ = token.embedded_key();
        let _ = token.verify(key.public(), &Algorithm::ALL);
    }
    let request = DpopRequest { method: "GET", uri: "https://hall.example", access_token: Some("t"), nonce: Some("n") };
    let _ = request.verify(text, &Algorithm::ALL, 1000, 60);
    if let Ok(key) = Jwk::parse(text) {
        assert_eq!(Jwk::from_members(&key.to_members()), Ok(key));
    }
    let _ = KeySet::parse(text);
    let _ = SigningKey::parse(text);
    let _ = DecryptionKey::new(&[1; 32]).unwrap().decrypt(text, &ContentEncryption::ALL);
    if let Ok(read) = SdJwt::parse(text) {
        assert_eq!(read.to_string(), text);
        let _ = read.unverified_claims();
    }
    if let Ok(list) = serde_json::from_str(text) {
        let _ = StatusList::from_json(&list, 1000);
    }
    if let Ok(query) = Query::parse(text.as_bytes()) {
        let _ = query.evaluate(&[]);
    }
    let _ = IssuerMetadata::parse(text.as_bytes(), "https://hall.example");
    let _ = TypeMetadata::parse(text.as_bytes(), "t");
    let _ = CredentialRequest::parse(text.as_bytes());
    let _ = serde_json::from_str::<PresentationRequest>(text).map(|request| request.validate());
    let _ = OfferLink::parse(text);
    let _ = RequestLink::parse(text);
    let _ = TokenRequest::parse(text);
    let _ = AuthorizationRequest::parse(text);
    let _ = PresentationResponse::parse(text, None);
}

proptest! {
    #[test]
    fn no_parser_panics(number in any::<prop::sample::Index>(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<char>(), 0_u8..3), 0..6)) {
        let seeds = seeds();
        let mut text: Vec<char> = number.get(&seeds).chars().collect();
        for (at, character, kind) in changes {
            match (kind, at.index(text.len().max(1))) {
                (0, at) if at < text.len() => text[at] = character,
                (1, at) => text.insert(at, character),
                (_, at) if at < text.len() => { text.remove(at); }
                _ => {}
            }
        }
        read_all(&text.into_iter().collect::<String>());
    }

    #[test]
    fn no_parser_panics_over_chance(text in ".{0,200}") {
        read_all(&text);
    }
}
