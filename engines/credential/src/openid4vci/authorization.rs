//! The authorisation request of a wallet, pushed (RFC 9126) or in the query (§5).

use serde::{Deserialize, Serialize};

use super::{Refused, TokenErrorCode};
use crate::{CredentialError, form::Form};

/// What a wallet asks the authorisation server for. Client id and redirect address are the caller's to compare with what is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// The wallet.
    pub client_id: String,
    /// Where the code goes.
    pub redirect_uri: String,
    /// PKCE challenge, S256: see [`crate::jose::pkce::verify`].
    pub code_challenge: String,
    /// Scopes, each naming a configuration.
    pub scopes: Vec<String>,
    /// Configurations that are named directly.
    pub configuration_ids: Vec<String>,
    /// Goes back unchanged.
    pub state: Option<String>,
    /// From the credential offer.
    pub issuer_state: Option<String>,
    /// Thumbprint of the DPoP key to which the code is to be bound (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
}

/// An element of `authorization_details` (RFC 9396), here only `openid_credential`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationDetail {
    /// `openid_credential`
    #[serde(rename = "type")]
    pub kind: String,
    /// Which configuration.
    pub credential_configuration_id: String,
    /// In a token response: under which identifiers the credentials are asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credential_identifiers: Vec<String>,
}

impl AuthorizationRequest {
    /// Reads the request from a form body or a query without its `?`.
    ///
    /// # Errors
    /// With [`TokenErrorCode::InvalidRequest`] if something is missing, is there twice, or PKCE is not S256;
    /// [`TokenErrorCode::UnsupportedResponseType`], [`TokenErrorCode::InvalidAuthorizationDetails`], [`TokenErrorCode::InvalidScope`] if
    /// nothing is asked for.
    pub fn parse(form: &str) -> Result<Self, Refused<TokenErrorCode>> {
        let invalid = |error| Refused::new(TokenErrorCode::InvalidRequest, error);
        let mut form = Form::parse(form, "authorisation request", super::MAX_BYTES).map_err(invalid)?;
        if form.require("response_type").map_err(invalid)? != "code" {
            let error = CredentialError::claim("response_type", "it is not \"code\"");
            return Err(Refused::new(TokenErrorCode::UnsupportedResponseType, error));
        }
        if form.require("code_challenge_method").map_err(invalid)? != "S256" {
            return Err(invalid(CredentialError::claim("code_challenge_method", "it is not \"S256\"")));
        }
        let code_challenge = form.require("code_challenge").map_err(invalid)?;
        if crate::base64url::decode_array::<32>(&code_challenge).is_none() {
            return Err(invalid(CredentialError::claim("code_challenge", "it is not base64url of 32 bytes")));
        }
        let mut configuration_ids = Vec::new();
        if let Some(details) = form.take("authorization_details") {
            let wrong = |error| Refused::new(TokenErrorCode::InvalidAuthorizationDetails, error);
            let details: Vec<AuthorizationDetail> =
                crate::json::read(details.as_bytes(), "authorisation details", super::MAX_BYTES).map_err(wrong)?;
            if details.iter().any(|detail| detail.kind != "openid_credential") {
                return Err(wrong(CredentialError::Unsupported { what: "An authorisation detail that is not \"openid_credential\"" }));
            }
            configuration_ids = details.into_iter().map(|detail| detail.credential_configuration_id).collect();
        }
        let scopes: Vec<String> = form.take("scope").iter().flat_map(|scope| scope.split_ascii_whitespace()).map(str::to_owned).collect();
        if scopes.is_empty() && configuration_ids.is_empty() {
            return Err(Refused::new(TokenErrorCode::InvalidScope, CredentialError::claim("scope", "no credential is asked for")));
        }
        Ok(Self {
            client_id: form.require("client_id").map_err(invalid)?,
            redirect_uri: form.require("redirect_uri").map_err(invalid)?,
            code_challenge,
            scopes,
            configuration_ids,
            state: form.take("state"),
            issuer_state: form.take("issuer_state"),
            dpop_jkt: form.take("dpop_jkt"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_s256_or_with_a_parameter_twice_is_refused() {
        let good = "response_type=code&client_id=w&redirect_uri=https%3A%2F%2Fw.example%2Fcb&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&authorization_details=%5B%7B%22type%22%3A%22openid_credential%22%2C%22credential_configuration_id%22%3A%22resident%22%7D%5D&issuer_state=s";
        let read = AuthorizationRequest::parse(good).unwrap();
        assert_eq!(
            (read.redirect_uri.as_str(), read.configuration_ids.as_slice()),
            ("https://w.example/cb", ["resident".to_owned()].as_slice())
        );
        let code = |form: &str| AuthorizationRequest::parse(form).unwrap_err().code;
        assert_eq!(code(&good.replace("S256", "plain")), TokenErrorCode::InvalidRequest);
        assert_eq!(code(&format!("{good}&client_id=x")), TokenErrorCode::InvalidRequest);
        assert_eq!(code(&good.replace("=code&", "=token&")), TokenErrorCode::UnsupportedResponseType);
        assert_eq!(code(&good.replace("openid_credential", "payment")), TokenErrorCode::InvalidAuthorizationDetails);
        assert_eq!(code(&good.replace("authorization_details", "x")), TokenErrorCode::InvalidScope);
    }
}
