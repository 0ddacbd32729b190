//! What an issuer offers: `/.well-known/openid-credential-issuer` (§12.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    CredentialError,
    claims_path::ClaimsPath,
    form::{is_https, is_secure},
    json, vc,
};

const WHAT: &str = "issuer metadata";

/// The metadata document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerMetadata {
    /// Identifier of the issuer, an https address without query and fragment. It is the audience of proofs.
    pub credential_issuer: String,
    /// Authorisation servers; none: the issuer is its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_servers: Vec<String>,
    /// Where credentials are fetched.
    pub credential_endpoint: String,
    /// Where nonces are fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce_endpoint: Option<String>,
    /// Where the wallet tells what became of a credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_endpoint: Option<String>,
    /// Whether several proofs may come at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_credential_issuance: Option<Batch>,
    /// The issuer's names, one a language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub display: Vec<Display>,
    /// The credentials, by configuration id.
    pub credential_configurations_supported: BTreeMap<String, CredentialConfiguration>,
}

/// Batch issuance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// How many proofs a request may have, at least 2.
    pub batch_size: usize,
}

/// A name in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Display {
    /// The name.
    pub name: String,
    /// Language tag (RFC 5646).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// A sentence about a credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Colour behind the card (CSS Color Level 3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// Colour of the card's texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_color: Option<String>,
}

/// One kind of credential (§12.2.4 and Appendix A.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialConfiguration {
    /// `dc+sd-jwt`; metadata of other issuers may have others.
    pub format: String,
    /// Type of the credential; needed for `dc+sd-jwt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vct: Option<String>,
    /// Scope that asks for it in an authorisation request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// How the holder's key is named; `jwk` here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cryptographic_binding_methods_supported: Vec<String>,
    /// With what the credential is signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credential_signing_alg_values_supported: Vec<serde_json::Value>,
    /// How the holder proves the key; `jwt` here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub proof_types_supported: BTreeMap<String, ProofType>,
    /// Texts for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_metadata: Option<CredentialMetadata>,
}

/// What a proof may be signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofType {
    /// Algorithm names, at least one.
    pub proof_signing_alg_values_supported: Vec<String>,
}

/// Texts about a credential.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CredentialMetadata {
    /// Names of the credential.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub display: Vec<Display>,
    /// Names of its claims.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimDescription>,
}

/// Texts about a claim (Appendix B.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimDescription {
    /// Where it stands.
    pub path: ClaimsPath,
    /// Is it always there?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mandatory: bool,
    /// Its names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub display: Vec<Display>,
}

impl IssuerMetadata {
    /// Reads and validates metadata that was fetched for the issuer `expected`.
    ///
    /// # Errors
    /// [`CredentialError::TooLarge`], [`CredentialError::Malformed`]; [`CredentialError::Claim`] if it is another issuer's, and as
    /// [`IssuerMetadata::validate`].
    pub fn parse(bytes: &[u8], expected: &str) -> Result<Self, CredentialError> {
        let metadata: Self = json::read(bytes, WHAT, super::MAX_BYTES)?;
        if metadata.credential_issuer != expected {
            return Err(CredentialError::claim("credential_issuer", "it is another issuer than the one asked"));
        }
        metadata.validate()?;
        Ok(metadata)
    }

    /// Keeps the metadata to the specification's rules.
    ///
    /// # Errors
    /// [`CredentialError::Claim`] with the member that breaks one.
    pub fn validate(&self) -> Result<(), CredentialError> {
        let wrong = |name, reason| Err(CredentialError::claim(name, reason));
        if !is_https(&self.credential_issuer) || !self.authorization_servers.iter().all(|server| is_https(server)) {
            return wrong("credential_issuer", "an issuer or server is not an https address without query and fragment");
        }
        let endpoints = [Some(&self.credential_endpoint), self.nonce_endpoint.as_ref(), self.notification_endpoint.as_ref()];
        if !endpoints.into_iter().flatten().all(|endpoint| is_secure(endpoint) && !endpoint.contains('#')) {
            return wrong("credential_endpoint", "an endpoint is not an https address");
        }
        if self.batch_credential_issuance.is_some_and(|batch| batch.batch_size < 2) {
            return wrong("batch_credential_issuance", "a batch has at least 2");
        }
        if has_repeated_locale(&self.display) {
            return wrong("display", "a language is there twice");
        }
        if self.credential_configurations_supported.keys().any(String::is_empty) {
            return wrong("credential_configurations_supported", "an id is empty");
        }
        self.credential_configurations_supported.values().try_for_each(CredentialConfiguration::validate)
    }
}

impl CredentialConfiguration {
    fn validate(&self) -> Result<(), CredentialError> {
        let wrong = |name, reason| Err(CredentialError::claim(name, reason));
        if self.format == vc::TYPE && self.vct.as_deref().unwrap_or_default().is_empty() {
            return wrong("vct", "a dc+sd-jwt needs its type");
        }
        if self.cryptographic_binding_methods_supported.is_empty() != self.proof_types_supported.is_empty() {
            return wrong("proof_types_supported", "binding methods and proof types are there together or not at all");
        }
        if self.proof_types_supported.values().any(|proof| proof.proof_signing_alg_values_supported.is_empty()) {
            return wrong("proof_types_supported", "a proof type has no algorithm");
        }
        match &self.credential_metadata {
            Some(texts) if has_repeated_locale(&texts.display) || texts.claims.iter().any(|claim| has_repeated_locale(&claim.display)) => {
                wrong("display", "a language is there twice")
            }
            _ => Ok(()),
        }
    }
}

fn has_repeated_locale(display: &[Display]) -> bool {
    let mut locales: Vec<_> = display.iter().map(|display| display.locale.as_deref().unwrap_or_default().to_ascii_lowercase()).collect();
    locales.sort();
    locales.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn metadata() -> Value {
        json!({
            "credential_issuer": "https://hall.example",
            "credential_endpoint": "https://hall.example/credential",
            "nonce_endpoint": "https://hall.example/nonce",
            "display": [{"name": "ศาลา", "locale": "th"}, {"name": "Hall", "locale": "en"}],
            "credential_configurations_supported": {
                "resident": {
                    "format": "dc+sd-jwt",
                    "vct": "https://hall.example/resident",
                    "cryptographic_binding_methods_supported": ["jwk"],
                    "credential_signing_alg_values_supported": ["ES256"],
                    "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
                    "credential_metadata": {"claims": [{"path": ["languages", null], "display": [{"name": "ภาษา", "locale": "th"}]}]}
                }
            }
        })
    }

    #[test]
    fn metadata_is_written_as_it_was_read() {
        let read = IssuerMetadata::parse(metadata().to_string().as_bytes(), "https://hall.example").unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), metadata());
        assert!(IssuerMetadata::parse(metadata().to_string().as_bytes(), "https://hell.example").is_err());
    }

    #[test]
    fn metadata_that_breaks_a_rule_is_refused() {
        let resident = "/credential_configurations_supported/resident";
        let broken = [
            ("/credential_issuer", json!("http://hall.example")),
            ("/credential_issuer", json!("https://hall.example?x")),
            ("/credential_endpoint", json!("ftp://hall.example")),
            ("/display/1/locale", json!("TH")),
            (&format!("{resident}/vct"), json!("")),
            (&format!("{resident}/proof_types_supported"), json!({})),
            (&format!("{resident}/proof_types_supported/jwt/proof_signing_alg_values_supported"), json!([])),
            (&format!("{resident}/credential_metadata/claims/0/path"), json!([])),
        ];
        for (pointer, value) in broken {
            let mut changed = metadata();
            *changed.pointer_mut(pointer).unwrap() = value;
            let read = serde_json::from_value::<IssuerMetadata>(changed);
            assert!(read.is_err() || read.is_ok_and(|read| read.validate().is_err()), "{pointer}");
        }
    }
}
