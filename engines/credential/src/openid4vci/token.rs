//! The token endpoint (§6).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{PRE_AUTHORIZED_GRANT, Refused, TokenErrorCode, authorization::AuthorizationDetail, offer::TxCode};
use crate::{CredentialError, form::Form};

/// A token request. Codes are secrets and are not shown in debug output.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenRequest {
    /// With the code of a credential offer.
    PreAuthorized {
        /// The code.
        code: String,
        /// The second code, which came by another way.
        tx_code: Option<String>,
        /// The wallet; it may stay unnamed.
        client_id: Option<String>,
    },
    /// With the code of an authorisation.
    AuthorizationCode {
        /// The code.
        code: String,
        /// PKCE verifier: see [`crate::jose::pkce::verify`].
        code_verifier: String,
        /// Must be the address of the authorisation request.
        redirect_uri: Option<String>,
        /// The wallet.
        client_id: Option<String>,
    },
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PreAuthorized { .. } => "PreAuthorized",
            Self::AuthorizationCode { .. } => "AuthorizationCode",
        })
    }
}

impl TokenRequest {
    /// Reads the form body.
    ///
    /// # Errors
    /// With [`TokenErrorCode::InvalidRequest`] or [`TokenErrorCode::UnsupportedGrantType`].
    pub fn parse(body: &str) -> Result<Self, Refused<TokenErrorCode>> {
        let invalid = |error| Refused::new(TokenErrorCode::InvalidRequest, error);
        let mut form = Form::parse(body, "token request", super::MAX_BYTES).map_err(invalid)?;
        match form.require("grant_type").map_err(invalid)?.as_str() {
            PRE_AUTHORIZED_GRANT => Ok(Self::PreAuthorized {
                code: form.require("pre-authorized_code").map_err(invalid)?,
                tx_code: form.take("tx_code"),
                client_id: form.take("client_id"),
            }),
            "authorization_code" => Ok(Self::AuthorizationCode {
                code: form.require("code").map_err(invalid)?,
                code_verifier: form.require("code_verifier").map_err(invalid)?,
                redirect_uri: form.take("redirect_uri"),
                client_id: form.take("client_id"),
            }),
            _ => Err(Refused::new(TokenErrorCode::UnsupportedGrantType, CredentialError::Unsupported { what: "This grant type" })),
        }
    }
}

/// Compares the transaction code of a request with the one that was sent to the person. Every byte is looked at, so that the time taken
/// tells nothing; the caller counts the attempts (six digits stand up to five, not to a thousand).
///
/// # Errors
/// With [`TokenErrorCode::InvalidRequest`] if a code came that was not asked for, or none where one was; [`TokenErrorCode::InvalidGrant`]
/// if it is wrong (§6.3).
pub fn check_tx_code(offered: Option<(&TxCode, &str)>, given: Option<&str>) -> Result<(), Refused<TokenErrorCode>> {
    let refused = |code, reason| Err(Refused::new(code, CredentialError::claim("tx_code", reason)));
    match (offered, given) {
        (None, None) => Ok(()),
        (None, Some(_)) => refused(TokenErrorCode::InvalidRequest, "none was asked for"),
        (Some(_), None) => refused(TokenErrorCode::InvalidRequest, "it is missing"),
        (Some((_, expected)), Some(given)) => {
            let difference = expected.bytes().zip(given.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b));
            if difference == 0 && expected.len() == given.len() { Ok(()) } else { refused(TokenErrorCode::InvalidGrant, "it is wrong") }
        }
    }
}

/// The answer to a token request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenResponse {
    /// The token, a secret.
    pub access_token: String,
    /// `DPoP` or `Bearer`.
    pub token_type: String,
    /// How long it is good.
    pub expires_in: u64,
    /// Under which identifiers the credentials are asked for, if the request named configurations directly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<AuthorizationDetail>,
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse").field("token_type", &self.token_type).field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_flows_are_read_and_a_third_is_named() {
        let pre =
            "grant_type=urn:ietf:params:oauth:grant-type:pre-authorized_code&pre-authorized_code=SplxlOBeZQQYbYS6WxSbIA&tx_code=493536";
        let expected =
            TokenRequest::PreAuthorized { code: "SplxlOBeZQQYbYS6WxSbIA".to_owned(), tx_code: Some("493536".to_owned()), client_id: None };
        assert_eq!(TokenRequest::parse(pre), Ok(expected));
        let code = "grant_type=authorization_code&code=c&code_verifier=v&redirect_uri=https%3A%2F%2Fw.example";
        assert!(matches!(TokenRequest::parse(code), Ok(TokenRequest::AuthorizationCode { .. })));
        let refused = |body: &str| TokenRequest::parse(body).unwrap_err().code;
        assert_eq!(refused("grant_type=password&username=a"), TokenErrorCode::UnsupportedGrantType);
        assert_eq!(refused("grant_type=authorization_code&code=c"), TokenErrorCode::InvalidRequest);
        assert_eq!(refused(&format!("{pre}&tx_code=1")), TokenErrorCode::InvalidRequest);
        let body = TokenRequest::parse("grant_type=password").unwrap_err().body();
        assert_eq!(serde_json::to_value(body).unwrap()["error"], "unsupported_grant_type");
    }

    #[test]
    fn a_transaction_code_is_given_exactly_when_it_was_asked_for() {
        let asked = TxCode::default();
        let check = |offered: Option<&str>, given| check_tx_code(offered.map(|code| (&asked, code)), given).map_err(|refused| refused.code);
        assert_eq!(check(None, None), Ok(()));
        assert_eq!(check(Some("123456"), Some("123456")), Ok(()));
        assert_eq!(check(Some("123456"), Some("123457")), Err(TokenErrorCode::InvalidGrant));
        assert_eq!(check(Some("123456"), Some("1234567")), Err(TokenErrorCode::InvalidGrant));
        assert_eq!(check(Some("123456"), None), Err(TokenErrorCode::InvalidRequest));
        assert_eq!(check(None, Some("1")), Err(TokenErrorCode::InvalidRequest));
    }
}
