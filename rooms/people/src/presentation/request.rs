//! The request as a wallet fetches it: signed by the hall under its `did:web`, for ten minutes.

use sala_core::{problem::Problem, text::Text, time::Timestamp};
use sala_credential::{
    CredentialError, Jwk, SigningKey,
    jose::jwe::DecryptionKey,
    openid4vp::{
        request::{ClientId, ClientMetadata, PresentationRequest, RequestLink, ResponseMode, did_document},
        response::PresentationResponse,
    },
};
use serde_json::Value;

use super::{Pending, PublishedQuery, WalletError, answer::Refusal};
use crate::{People, store::presentation::PresentationRow};

/// Links of wallets begin with it.
const SCHEME: &str = "openid4vp://";
/// More is no nonce.
const MOST_NONCE_BYTES: usize = 512;

/// What a wallet sent, read.
pub(super) enum Answered {
    Shown(sala_credential::openid4vp::dcql::VpToken),
    Declined(Refusal),
}

/// The hall's address as a `did:web`.
pub(super) fn did_of(origin: &str) -> String {
    let host = origin.trim_end_matches('/').split_once("://").map_or(origin, |(_, host)| host);
    format!("did:web:{}", host.replace(':', "%3A"))
}

/// English first: whoever reads no tags gets it.
fn tagged(text: &Text) -> [(&str, &str); 2] {
    [("en", &text.en), ("th", &text.th)]
}

fn broken(error: CredentialError) -> Problem {
    sala_core::problem::INTERNAL.problem().because(error)
}

impl People {
    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.config.origin.trim_end_matches('/'))
    }

    /// Who asks, as wallets see it.
    pub(super) fn client_id(&self) -> ClientId {
        ClientId::Did(did_of(&self.config.origin))
    }

    /// Derived, as the keys towards identity providers are: another version gives another key.
    fn request_key(&self) -> Result<SigningKey, Problem> {
        let version = self.config.presentations.key_version;
        let scalar = self.lookup.scalar("presentation request key", version.to_string().as_bytes());
        let key = SigningKey::es256(&scalar).map_err(broken)?;
        Ok(key.with_key_id(&format!("{}#request-{version}", did_of(&self.config.origin))))
    }

    /// The document of the hall's DID: `/.well-known/did.json`.
    pub(crate) fn did_document(&self) -> Result<Value, Problem> {
        let key = self.request_key()?;
        let public: Jwk = key.public().clone().restricted("ES256", "sig");
        Ok(did_document(&did_of(&self.config.origin), &[&public]))
    }

    /// Where the request lies, and the link that opens a wallet there.
    pub(super) fn request_links(&self, id: &str) -> Result<(String, String), Problem> {
        let request_uri = self.address(&format!("/openid4vp/requests/{id}"));
        let link = RequestLink::to_reference(SCHEME, &self.client_id(), &request_uri).map_err(broken)?;
        Ok((format!("{link}&request_uri_method=post"), request_uri))
    }

    /// Where the browser goes on after the wallet, on the same device: the code stands behind `#`, so that no server reads it.
    pub(super) fn return_address(&self, id: &str, code: Option<&str>) -> String {
        let code = code.map_or_else(String::new, |code| format!("#response_code={code}"));
        self.address(&format!("/presentations/{id}{code}"))
    }

    /// What a holder reads before they agree: who asks and why, in both languages, below the hall's signature.
    fn client_metadata(&self, query: &PublishedQuery, key: Option<&DecryptionKey>) -> ClientMetadata {
        ClientMetadata::sd_jwt(key.map(DecryptionKey::public))
            .with_text("client_name", &tagged(&self.config.hall_name))
            .with_text("purpose", &tagged(&query.purpose))
    }

    /// The signed request (RFC 9101), with the wallet's nonce if it sent one.
    pub(crate) async fn signed_request(&self, now: Timestamp, id: &str, wallet_nonce: Option<&str>) -> Result<String, WalletError> {
        let (row, pending) = self.open_request(now, id).await?;
        let query = self.config.presentations.get(&row.query).ok_or(WalletError::OVER)?;
        if wallet_nonce.is_some_and(|nonce| nonce.is_empty() || nonce.len() > MOST_NONCE_BYTES || nonce.chars().any(char::is_control)) {
            return Err(WalletError::invalid("wallet_nonce is not 1 to 512 bytes without control characters"));
        }
        let key = pending.decryption_key(&row.id)?;
        let request = PresentationRequest {
            response_type: "vp_token".to_owned(),
            client_id: self.client_id().to_string(),
            response_mode: if key.is_some() { ResponseMode::DirectPostJwt } else { ResponseMode::DirectPost },
            response_uri: self.address(&format!("/openid4vp/responses/{id}")),
            nonce: pending.nonce.clone(),
            state: Some(pending.state.clone()),
            dcql_query: query.dcql.clone(),
            client_metadata: Some(self.client_metadata(query, key.as_ref())),
            wallet_nonce: wallet_nonce.map(str::to_owned),
        };
        let left_s = row.answer_until.seconds().saturating_sub(now.seconds());
        Ok(request.sign(&self.request_key()?, now.seconds(), left_s).map_err(broken)?)
    }
}

/// Reads what a wallet posted; it must be in the mode that was asked for and carry the request's state.
pub(super) fn read_answer(row: &PresentationRow, pending: &Pending, body: &str) -> Result<Answered, WalletError> {
    let key = pending.decryption_key(&row.id)?;
    let answer =
        PresentationResponse::parse(body, key.as_ref()).map_err(|error| WalletError::invalid("the answer can't be read").because(error))?;
    if answer.state() != Some(pending.state.as_str()) {
        return Err(WalletError::invalid("state is not the one of the request"));
    }
    Ok(match answer {
        PresentationResponse::Presented { vp_token, .. } => Answered::Shown(vp_token),
        PresentationResponse::Declined { .. } => Answered::Declined(Refusal::Declined),
    })
}

#[cfg(test)]
mod tests {
    use super::did_of;

    #[test]
    fn the_address_of_the_hall_is_its_did() {
        assert_eq!(did_of("https://hall.example"), "did:web:hall.example");
        assert_eq!(did_of("http://localhost:8080/"), "did:web:localhost%3A8080");
    }
}
