//! The answer of a wallet (§8), posted to `response_uri`.

use serde_json::{Map, Value, json};

use super::dcql::VpToken;
use crate::{
    CredentialError,
    form::{self, Form},
    jose::{
        Jwk,
        jwe::{self, ContentEncryption, DecryptionKey, Fresh},
    },
    json,
};

const WHAT: &str = "presentation response";

/// What a wallet answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresentationResponse {
    /// Presentations.
    Presented {
        /// By the id of the query that they answer: give it to [`super::dcql::Query::check`].
        vp_token: VpToken,
        /// As in the request.
        state: Option<String>,
    },
    /// A refusal, e.g. `access_denied` where the person said no.
    Declined {
        /// Error code (§8.5).
        error: String,
        /// A sentence for developers.
        error_description: Option<String>,
        /// As in the request.
        state: Option<String>,
    },
}

impl PresentationResponse {
    /// Reads the form body of `direct_post` (no key) or `direct_post.jwt` (with the key of the request). With a key, presentations in the
    /// open are refused; a refusal may come in the open.
    ///
    /// # Errors
    /// [`CredentialError::TooLarge`], [`CredentialError::Malformed`]; as [`DecryptionKey::decrypt`].
    pub fn parse(body: &str, key: Option<&DecryptionKey>) -> Result<Self, CredentialError> {
        let mut form = Form::parse(body, WHAT, super::MAX_BYTES)?;
        if let Some(error) = form.take("error") {
            return Ok(Self::Declined { error, error_description: form.take("error_description"), state: form.take("state") });
        }
        match (key, form.take("response"), form.take("vp_token")) {
            (Some(key), Some(response), None) => {
                let opened = key.decrypt(&response, &ContentEncryption::ALL)?;
                Self::from_claims(json::parse_object(&opened.plaintext, WHAT)?)
            }
            (None, None, Some(token)) => {
                let vp_token = json::read(token.as_bytes(), WHAT, super::MAX_BYTES)?;
                Ok(Self::Presented { vp_token, state: form.take("state") })
            }
            _ => Err(CredentialError::malformed(WHAT, "it is not in the mode that was asked for")),
        }
    }

    fn from_claims(mut claims: Map<String, Value>) -> Result<Self, CredentialError> {
        let state = json::text(&claims, "state")?.map(str::to_owned);
        if let Some(error) = json::text(&claims, "error")? {
            let error_description = json::text(&claims, "error_description")?.map(str::to_owned);
            return Ok(Self::Declined { error: error.to_owned(), error_description, state });
        }
        let token = claims.remove("vp_token").ok_or(CredentialError::malformed(WHAT, "it has no vp_token"))?;
        Ok(Self::Presented { vp_token: json::from_value(token, WHAT)?, state })
    }

    /// `state`, by which the request is found.
    pub fn state(&self) -> Option<&str> {
        match self {
            Self::Presented { state, .. } | Self::Declined { state, .. } => state.as_deref(),
        }
    }

    /// The form body of `direct_post`.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`] if it can't be written.
    pub fn to_form(&self) -> Result<String, CredentialError> {
        let state = ("state", self.state());
        match self {
            Self::Presented { vp_token, .. } => {
                let token = serde_json::to_string(vp_token).map_err(|_| CredentialError::malformed(WHAT, "it can't be written"))?;
                Ok(form::write([("vp_token", Some(token.as_str())), state]))
            }
            Self::Declined { error, error_description, .. } => {
                Ok(form::write([("error", Some(error.as_str())), ("error_description", error_description.as_deref()), state]))
            }
        }
    }

    /// The form body of `direct_post.jwt`, encrypted to a key of the request.
    ///
    /// # Errors
    /// As [`jwe::encrypt`].
    pub fn to_encrypted_form(&self, recipient: &Jwk, fresh: &Fresh) -> Result<String, CredentialError> {
        let mut claims = match self {
            Self::Presented { vp_token, .. } => json!({ "vp_token": vp_token }),
            Self::Declined { error, error_description: None, .. } => json!({ "error": error }),
            Self::Declined { error, error_description, .. } => json!({ "error": error, "error_description": error_description }),
        };
        if let (Some(state), Value::Object(claims)) = (self.state(), &mut claims) {
            claims.insert("state".to_owned(), state.into());
        }
        let response = jwe::encrypt(recipient, fresh, &Map::new(), claims.to_string().as_bytes())?;
        Ok(form::write([("response", Some(response.as_str()))]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_goes_in_the_mode_that_was_asked_for_and_no_other() {
        let token = VpToken([("a".to_owned(), vec!["x~".to_owned()])].into());
        let answer = PresentationResponse::Presented { vp_token: token, state: Some("s&1".to_owned()) };
        let key = DecryptionKey::new(&[3; 32]).unwrap().with_key_id("e");
        let plain = answer.to_form().unwrap();
        let sealed = answer.to_encrypted_form(key.public(), &Fresh { ephemeral: [4; 32], iv: [5; 12] }).unwrap();
        assert_eq!(PresentationResponse::parse(&plain, None).as_ref(), Ok(&answer));
        assert_eq!(PresentationResponse::parse(&sealed, Some(&key)).as_ref(), Ok(&answer));
        assert!(PresentationResponse::parse(&plain, Some(&key)).is_err());
        assert!(PresentationResponse::parse(&sealed, None).is_err());
        assert!(PresentationResponse::parse(&format!("{plain}&state=2"), None).is_err());
        let no = PresentationResponse::Declined { error: "access_denied".to_owned(), error_description: None, state: None };
        assert_eq!(PresentationResponse::parse("error=access_denied", Some(&key)), Ok(no));
    }
}
