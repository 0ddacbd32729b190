//! What a provider says of itself (OpenID Connect Discovery 1.0 §3, RFC 8414), believed only as far as the profile lets it.

use serde::Deserialize;

use super::{
    OidcError,
    provider::{Conduct, Provider},
};

/// As it stands in the document. A member that is there twice is refused by the reader.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    pushed_authorization_request_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    code_challenge_methods_supported: Option<Vec<String>>,
}

/// Endpoints that the hall may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub(crate) authorization: String,
    pub(crate) token: String,
    pub(crate) keys: String,
    /// There where the profile wants claims from it.
    pub(crate) userinfo: Option<String>,
    /// There where the request must be pushed.
    pub(crate) pushed: Option<String>,
    /// Answers without `iss` are refused (RFC 9207 §2.4).
    pub(crate) names_issuer: bool,
}

impl Metadata {
    /// Where the document lies.
    pub(crate) fn location(issuer: &str) -> String {
        format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
    }

    /// Reads the document of this provider.
    pub(crate) fn read(provider: &Provider, body: &[u8]) -> Result<Self, OidcError> {
        let document: Document = serde_json::from_slice(body).map_err(|fault| OidcError::Metadata(fault.to_string()))?;
        // Discovery §4.3, RFC 9207: exactly, as text.
        if document.issuer != provider.issuer {
            return Err(OidcError::Metadata("it names another issuer".into()));
        }
        if document.code_challenge_methods_supported.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
            return Err(OidcError::Metadata("it offers no PKCE with S256".into()));
        }
        let reached = |name, address: String| match provider.reach.check(&address) {
            Ok(_) => Ok(address),
            Err(why) => Err(OidcError::Address { name, why }),
        };
        let wanted = |is_wanted: bool, name, address: Option<String>| match address {
            Some(address) if is_wanted => reached(name, address).map(Some),
            None if is_wanted => Err(OidcError::Metadata(format!("it has no {name}"))),
            _ => Ok(None),
        };
        let is_fapi = provider.conduct == Conduct::Fapi2;
        Ok(Self {
            authorization: reached("authorization_endpoint", document.authorization_endpoint)?,
            token: reached("token_endpoint", document.token_endpoint)?,
            keys: reached("jwks_uri", document.jwks_uri)?,
            userinfo: wanted(provider.asks_userinfo, "userinfo_endpoint", document.userinfo_endpoint)?,
            pushed: wanted(is_fapi, "pushed_authorization_request_endpoint", document.pushed_authorization_request_endpoint)?,
            names_issuer: is_fapi || document.authorization_response_iss_parameter_supported,
        })
    }
}
