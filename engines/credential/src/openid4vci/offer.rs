//! The credential offer: a QR code or link by which a wallet learns what it can fetch (§4).

use serde::{Deserialize, Serialize};

use super::metadata::IssuerMetadata;
use crate::{
    CredentialError,
    form::{self, Form, is_https, is_secure},
    json,
};

const WHAT: &str = "credential offer";

/// The scheme that opens any wallet.
pub const SCHEME: &str = "openid-credential-offer://";

/// A credential offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialOffer {
    /// Identifier of the issuer.
    pub credential_issuer: String,
    /// Which configurations are offered, at least one and none twice.
    pub credential_configuration_ids: Vec<String>,
    /// How the wallet gets an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grants: Option<Grants>,
}

/// The flows that the offer opens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Grants {
    /// Sign in at the authorisation server first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_code: Option<AuthorizationCodeGrant>,
    /// The person was known when the offer was made.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:pre-authorized_code", skip_serializing_if = "Option::is_none")]
    pub pre_authorized: Option<PreAuthorizedGrant>,
}

/// Authorisation code flow.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuthorizationCodeGrant {
    /// Comes back in the authorisation request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_state: Option<String>,
    /// Which of the metadata's servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_server: Option<String>,
}

/// Pre-authorised code flow. The code is a secret, good once and for a short time.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreAuthorizedGrant {
    /// The code.
    #[serde(rename = "pre-authorized_code")]
    pub code: String,
    /// Does a second code come by another way? Without one, whoever sees the QR code first gets the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tx_code: Option<TxCode>,
    /// Which of the metadata's servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_server: Option<String>,
}

impl std::fmt::Debug for PreAuthorizedGrant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreAuthorizedGrant").field("tx_code", &self.tx_code).finish_non_exhaustive()
    }
}

/// How the transaction code looks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TxCode {
    /// Digits or any characters.
    #[serde(default)]
    pub input_mode: InputMode,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Where the person finds it, at most 300 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Characters of a transaction code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputMode {
    /// Digits only.
    #[default]
    Numeric,
    /// Any characters.
    Text,
}

/// What stands in the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferLink {
    /// The offer itself.
    Value(CredentialOffer),
    /// The https address where it lies.
    Reference(String),
}

impl CredentialOffer {
    /// Reads and validates an offer.
    ///
    /// # Errors
    /// [`CredentialError::TooLarge`], [`CredentialError::Malformed`], [`CredentialError::Claim`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CredentialError> {
        let offer: Self = json::read(bytes, WHAT, super::MAX_BYTES)?;
        offer.validate()?;
        Ok(offer)
    }

    fn validate(&self) -> Result<(), CredentialError> {
        let wrong = |name, reason| Err(CredentialError::claim(name, reason));
        if !is_https(&self.credential_issuer) {
            return wrong("credential_issuer", "it is not an https address without query and fragment");
        }
        let mut ids = self.credential_configuration_ids.clone();
        ids.sort();
        if ids.is_empty() || ids.iter().any(String::is_empty) || ids.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return wrong("credential_configuration_ids", "it is empty, or one is there twice");
        }
        let Some(grant) = self.grants.as_ref().and_then(|grants| grants.pre_authorized.as_ref()) else { return Ok(()) };
        if grant.code.is_empty() {
            return wrong("pre-authorized_code", "it is empty");
        }
        match &grant.tx_code {
            Some(code) if code.description.as_ref().is_some_and(|text| text.chars().count() > 300) || code.length == Some(0) => {
                wrong("tx_code", "its description is longer than 300 characters, or its length is 0")
            }
            _ => Ok(()),
        }
    }

    /// Does the offer belong to this issuer, and does the issuer have what it offers?
    ///
    /// # Errors
    /// [`CredentialError::Claim`].
    pub fn check_against(&self, metadata: &IssuerMetadata) -> Result<(), CredentialError> {
        if self.credential_issuer != metadata.credential_issuer {
            return Err(CredentialError::claim("credential_issuer", "the metadata is of another issuer"));
        }
        if !self.credential_configuration_ids.iter().all(|id| metadata.credential_configurations_supported.contains_key(id)) {
            return Err(CredentialError::claim("credential_configuration_ids", "the issuer does not have one of them"));
        }
        Ok(())
    }

    /// The link with the offer in it. `base` is [`SCHEME`] or the https address of one wallet.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`] if the offer can't be written, and as [`CredentialOffer::parse`].
    pub fn to_link(&self, base: &str) -> Result<String, CredentialError> {
        self.validate()?;
        let text = serde_json::to_string(self).map_err(|_| CredentialError::malformed(WHAT, "it can't be written"))?;
        Ok(format!("{base}?{}", form::write([("credential_offer", Some(text.as_str()))])))
    }
}

impl OfferLink {
    /// The link to an offer that lies at `address`: shorter, for QR codes.
    ///
    /// # Errors
    /// [`CredentialError::Claim`] if the address is not https.
    pub fn to_reference(base: &str, address: &str) -> Result<String, CredentialError> {
        if !is_secure(address) {
            return Err(CredentialError::claim("credential_offer_uri", "it is not an https address"));
        }
        Ok(format!("{base}?{}", form::write([("credential_offer_uri", Some(address))])))
    }

    /// Reads a link of any scheme.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`] if it has no offer, or both kinds; as [`CredentialOffer::parse`].
    pub fn parse(link: &str) -> Result<Self, CredentialError> {
        let (_, query) = link.split_once('?').ok_or(CredentialError::malformed(WHAT, "its link has no query"))?;
        let mut form = Form::parse(query, WHAT, super::MAX_BYTES)?;
        match (form.take("credential_offer"), form.take("credential_offer_uri")) {
            (Some(offer), None) => CredentialOffer::parse(offer.as_bytes()).map(Self::Value),
            (None, Some(address)) if is_secure(&address) => Ok(Self::Reference(address)),
            _ => Err(CredentialError::malformed(WHAT, "its link has not exactly one of credential_offer and credential_offer_uri")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_goes_through_a_link_and_back() {
        let tx_code = TxCode {
            input_mode: InputMode::Numeric, length: Some(6), description: Some("ดูที่จดหมาย & SMS".to_owned())
        };
        let grant = PreAuthorizedGrant { code: "c+/= &?".to_owned(), tx_code: Some(tx_code), authorization_server: None };
        let offer = CredentialOffer {
            credential_issuer: "https://hall.example".to_owned(),
            credential_configuration_ids: vec!["resident".to_owned()],
            grants: Some(Grants { pre_authorized: Some(grant), authorization_code: None }),
        };
        assert_eq!(OfferLink::parse(&offer.to_link(SCHEME).unwrap()), Ok(OfferLink::Value(offer.clone())));
        assert!(!format!("{offer:?}").contains("c+/="));
        let link = OfferLink::to_reference(SCHEME, "https://hall.example/offers/7?x=1").unwrap();
        assert_eq!(OfferLink::parse(&link), Ok(OfferLink::Reference("https://hall.example/offers/7?x=1".to_owned())));
        let none = CredentialOffer { credential_configuration_ids: Vec::new(), ..offer };
        assert!(none.to_link(SCHEME).is_err());
    }

    #[test]
    fn a_link_with_two_offers_or_none_is_refused() {
        for link in [
            "",
            "openid-credential-offer://",
            "x?credential_offer_uri=http%3A%2F%2Fa",
            "x?credential_offer={}&credential_offer_uri=https%3A%2F%2Fa",
        ] {
            assert!(OfferLink::parse(link).is_err(), "{link}");
        }
        let example = r#"x?credential_offer={"credential_issuer":"https://credential-issuer.example.com","credential_configuration_ids":["UniversityDegreeCredential"],"grants":{"urn:ietf:params:oauth:grant-type:pre-authorized_code":{"pre-authorized_code":"oaKazRN8I0IbtZ0C7JuMn5","tx_code":{}}}}"#;
        assert!(matches!(OfferLink::parse(example), Ok(OfferLink::Value(_))));
    }
}
