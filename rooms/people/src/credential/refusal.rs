//! How a wallet is refused: the JSON of OAuth and OpenID4VCI, not RFC 9457.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sala_core::problem::Problem;
use sala_credential::{
    CredentialError,
    openid4vci::{CredentialErrorCode, ErrorBody, Refused, TokenErrorCode},
};
use serde::Serialize;

/// A refusal at an address for wallets.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: String,
    description: String,
    /// Value of `WWW-Authenticate`, where the access token was refused (RFC 6750 §3, RFC 9449 §7.1).
    challenge: Option<&'static str>,
}

impl Refusal {
    fn of(code: impl Serialize, description: impl Into<String>) -> Self {
        let error = serde_json::to_value(code).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
        Self { status: StatusCode::BAD_REQUEST, error, description: description.into(), challenge: None }
    }

    /// At the token and authorisation endpoints.
    pub(crate) fn token(code: TokenErrorCode, description: &str) -> Self {
        Self::of(code, description)
    }

    /// At the credential endpoint.
    pub(crate) fn credential(code: CredentialErrorCode, description: &str) -> Self {
        Self::of(code, description)
    }

    /// The DPoP proof does not hold.
    pub(crate) fn dpop(because: &CredentialError) -> Self {
        Self::of(TokenErrorCode::InvalidDpopProof, because.to_string())
    }

    /// The access token is none, or none any more.
    pub(crate) fn access() -> Self {
        let challenge = Some("DPoP error=\"invalid_token\", algs=\"ES256 EdDSA\", Bearer error=\"invalid_token\"");
        let description = "The access token is missing, over, or bound to another key.".into();
        Self { status: StatusCode::UNAUTHORIZED, error: "invalid_token".into(), description, challenge }
    }

    /// The notification endpoint does not know this id (OpenID4VCI §11.3).
    pub(crate) fn notification(code: &'static str, description: &str) -> Self {
        Self::of(code, description)
    }
}

impl<Code: Copy + Serialize> From<Refused<Code>> for Refusal {
    fn from(refused: Refused<Code>) -> Self {
        let ErrorBody { error, error_description } = refused.body();
        Self::of(error, error_description.unwrap_or_default())
    }
}

/// What went wrong on our side, or too many tries.
impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status.is_server_error() {
            tracing::error!(%problem, "A wallet's request failed on our side");
        }
        let error = if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
            "temporarily_unavailable"
        } else if status.is_server_error() {
            "server_error"
        } else {
            "invalid_request"
        };
        Self { status, error: error.into(), description: problem.code.en.to_owned(), challenge: None }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "error": self.error, "error_description": ascii(&self.description) });
        let mut response = (self.status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response();
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

/// RFC 6749 §5.2: printable ASCII without `"` and `\`.
fn ascii(text: &str) -> String {
    text.chars().map(|letter| if letter == '"' || letter == '\\' { '\'' } else { letter }).filter(|l| (' '..='~').contains(l)).collect()
}
