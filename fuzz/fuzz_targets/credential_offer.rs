//! Offers, requests and answers of wallets and issuers: read without a panic, and written as they were read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sala_credential::{
    openid4vci::{
        authorization::AuthorizationRequest,
        credential::CredentialRequest,
        metadata::IssuerMetadata,
        offer::{CredentialOffer, OfferLink, SCHEME},
        token::TokenRequest,
    },
    openid4vp::{request::{PresentationRequest, RequestLink}, response::PresentationResponse},
    vc::type_metadata::TypeMetadata,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(offer) = CredentialOffer::parse(bytes) {
        assert_eq!(OfferLink::parse(&offer.to_link(SCHEME).unwrap()).unwrap(), OfferLink::Value(offer));
    }
    if let Ok(metadata) = IssuerMetadata::parse(bytes, "https://hall.example") {
        let again = IssuerMetadata::parse(&serde_json::to_vec(&metadata).unwrap(), "https://hall.example").unwrap();
        assert_eq!(again, metadata);
    }
    if let Ok(request) = serde_json::from_slice::<PresentationRequest>(bytes) {
        let _ = request.validate();
    }
    if let Ok(metadata) = TypeMetadata::parse(bytes, "t") {
        let _ = metadata.name_in("th");
    }
    let _ = CredentialRequest::parse(bytes);
    let Ok(text) = str::from_utf8(bytes) else { return };
    let _ = TokenRequest::parse(text);
    let _ = AuthorizationRequest::parse(text);
    if let Ok(OfferLink::Reference(address)) = OfferLink::parse(text) {
        assert_eq!(OfferLink::parse(&OfferLink::to_reference(SCHEME, &address).unwrap()), Ok(OfferLink::Reference(address)));
    }
    if let Ok(RequestLink::Value(request)) = RequestLink::parse(text) {
        assert_eq!(RequestLink::parse(&request.to_link("openid4vp://").unwrap()).unwrap(), RequestLink::Value(request));
    }
    if let Ok(response) = PresentationResponse::parse(text, None) {
        assert_eq!(PresentationResponse::parse(&response.to_form().unwrap(), None).unwrap(), response);
    }
});
