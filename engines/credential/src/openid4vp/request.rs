//! The authorisation request (§5): what a verifier sends to a wallet, by reference and signed (RFC 9101), or in the open.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::dcql::Query;
use crate::{
    CredentialError,
    form::{self, Form, is_https, is_secure},
    jose::{Algorithm, ClaimsCheck, Jwk, KeySet, SigningKey, UnverifiedJws, jwe::ContentEncryption, jws},
    json,
};

const WHAT: &str = "presentation request";
const TYPE: &str = "oauth-authz-req+jwt";

/// The audience of a request to a wallet that the verifier has no metadata of (§5.8).
pub const ANY_WALLET: &str = "https://self-issued.me/v2";

/// Media type of a signed request.
pub const MEDIA_TYPE: &str = "application/oauth-authz-req+jwt";

/// Who asks (§5.9.3). Other prefixes are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientId {
    /// `redirect_uri:`: the address to which the answer goes is all that the wallet learns; such a request can't be signed.
    RedirectUri(String),
    /// `decentralized_identifier:`: a DID whose document has the key; the hall's is a `did:web`.
    Did(String),
}

impl ClientId {
    /// Reads a client id.
    ///
    /// # Errors
    /// [`CredentialError::Unsupported`] for another prefix, or none.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        match text.split_once(':') {
            Some(("redirect_uri", address)) if is_secure(address) => Ok(Self::RedirectUri(address.to_owned())),
            Some(("decentralized_identifier", did)) if did.starts_with("did:") => Ok(Self::Did(did.to_owned())),
            _ => Err(CredentialError::Unsupported { what: "A client_id that is not redirect_uri: or decentralized_identifier:" }),
        }
    }
}

impl std::fmt::Display for ClientId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RedirectUri(address) => write!(f, "redirect_uri:{address}"),
            Self::Did(did) => write!(f, "decentralized_identifier:{did}"),
        }
    }
}

/// How the answer comes back (§8.2, 8.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    /// Posted in the open (below TLS).
    #[serde(rename = "direct_post")]
    DirectPost,
    /// Posted and encrypted to a key of the request.
    #[serde(rename = "direct_post.jwt")]
    DirectPostJwt,
}

/// What the wallet learns of the verifier.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// Keys that the answer may be encrypted to; fresh ones for each request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Keys>,
    /// How the answer's content may be encrypted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encrypted_response_enc_values_supported: Vec<String>,
    /// Formats that the verifier reads.
    pub vp_formats_supported: Map<String, Value>,
    /// All other members, e.g. the verifier's name: see [`ClientMetadata::with_text`].
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A JWK set inside of another document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Keys {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl ClientMetadata {
    /// The metadata of a verifier that reads SD-JWT VCs signed with ES256 or EdDSA; with a key, answers are encrypted to it with A256GCM or
    /// A128GCM.
    #[must_use]
    pub fn sd_jwt(encryption: Option<&Jwk>) -> Self {
        let algorithms = json!({"sd-jwt_alg_values": ["ES256", "EdDSA"], "kb-jwt_alg_values": ["ES256", "EdDSA"]});
        let content = [ContentEncryption::A256Gcm, ContentEncryption::A128Gcm].map(|enc| enc.name().to_owned());
        Self {
            jwks: encryption.map(|key| Keys { keys: vec![key.clone()] }),
            encrypted_response_enc_values_supported: encryption.map(|_| content.to_vec()).unwrap_or_default(),
            vp_formats_supported: Map::from_iter([(crate::vc::TYPE.to_owned(), algorithms)]),
            more: Map::new(),
        }
    }

    /// With a text that the holder reads, in several languages: pairs of a language tag (BCP 47) and the text. The member `name` alone has
    /// the first of them, `name#tag` each (RFC 7591 §2.2).
    #[must_use]
    pub fn with_text(mut self, name: &str, texts: &[(&str, &str)]) -> Self {
        self.more.extend(texts.first().map(|(_, text)| (name.to_owned(), json!(text))));
        self.more.extend(texts.iter().map(|(tag, text)| (format!("{name}#{tag}"), json!(text))));
        self
    }
}

/// A request for presentations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PresentationRequest {
    /// Always `vp_token`.
    pub response_type: String,
    /// Who asks, with prefix: see [`ClientId`]. It is the audience of key bindings.
    pub client_id: String,
    /// How the answer comes back.
    pub response_mode: ResponseMode,
    /// Where the answer is posted, https.
    pub response_uri: String,
    /// Fresh and random for each request, at least 16 characters: binds the answer to it.
    pub nonce: String,
    /// Comes back with the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What is asked for.
    pub dcql_query: Query,
    /// About the verifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<ClientMetadata>,
    /// What the wallet sent when it fetched the request by post (§5.10): it compares it, so that nobody can give it an old request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet_nonce: Option<String>,
}

impl PresentationRequest {
    /// Keeps the request to the specification's rules.
    ///
    /// # Errors
    /// [`CredentialError::Claim`] with the member that breaks one; as [`Query::validate`] and [`ClientId::parse`].
    pub fn validate(&self) -> Result<(), CredentialError> {
        let wrong = |name, reason| Err(CredentialError::claim(name, reason));
        if self.response_type != "vp_token" {
            return wrong("response_type", "it is not \"vp_token\"");
        }
        if let ClientId::RedirectUri(address) = ClientId::parse(&self.client_id)?
            && address != self.response_uri
        {
            return wrong("response_uri", "it is not the address that the client_id names");
        }
        if !is_secure(&self.response_uri) || self.response_uri.contains('#') {
            return wrong("response_uri", "it is not an https address");
        }
        if self.nonce.len() < 16 || !self.nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)) {
            return wrong("nonce", "it is not 16 or more characters that are safe in an address");
        }
        let keys = self.client_metadata.as_ref().and_then(|metadata| metadata.jwks.as_ref());
        if self.response_mode == ResponseMode::DirectPostJwt && keys.is_none_or(|keys| keys.keys.is_empty()) {
            return wrong("client_metadata", "an encrypted answer needs a key");
        }
        self.dcql_query.validate()
    }

    /// Signs the request for a wallet that fetches it. The key's id must be a DID URL of the client's DID, e.g. `did:web:hall.example#key-1`.
    ///
    /// # Errors
    /// As [`PresentationRequest::validate`]; [`CredentialError::BadKey`] if the key's id is not of the DID; [`CredentialError::Unsupported`]
    /// if the client id has none.
    pub fn sign(&self, key: &SigningKey, now_s: i64, lifetime_s: i64) -> Result<String, CredentialError> {
        self.validate()?;
        let ClientId::Did(did) = ClientId::parse(&self.client_id)? else {
            return Err(CredentialError::Unsupported { what: "Signing a request whose client_id names no key" });
        };
        if !is_key_of(key.public().key_id(), &did) {
            return Err(CredentialError::BadKey { reason: "its id is not a DID URL of the client" });
        }
        let malformed = |_| CredentialError::malformed(WHAT, "it can't be written");
        // No `iss`: wallets must pass it over (§5), and some trip over it.
        let mut claims: Map<String, Value> = serde_json::to_value(self).and_then(serde_json::from_value).map_err(malformed)?;
        claims.extend([
            ("aud".to_owned(), json!(ANY_WALLET)),
            ("iat".to_owned(), json!(now_s)),
            ("exp".to_owned(), json!(now_s.saturating_add(lifetime_s))),
        ]);
        jws::sign_jwt(key, TYPE, &claims)
    }

    /// Reads a signed request, as a wallet does. `keys` are those of the client's DID document, whose DID is `client_id` of the link.
    ///
    /// # Errors
    /// As [`KeySet::verify`], [`ClaimsCheck::check`] and [`PresentationRequest::validate`]; [`CredentialError::Claim`] if it is another
    /// client's.
    pub fn verify(text: &str, client_id: &str, keys: &KeySet, allowed: &[Algorithm], now_s: i64) -> Result<Self, CredentialError> {
        let ClientId::Did(did) = ClientId::parse(client_id)? else {
            return Err(CredentialError::Unsupported { what: "A signed request whose client_id names no key" });
        };
        let token = UnverifiedJws::parse(text)?;
        if !is_key_of(token.key_id(), &did) {
            return Err(CredentialError::BadKey { reason: "its id is not a DID URL of the client" });
        }
        let verified = keys.verify(token, allowed)?;
        verified.expect_type(TYPE)?;
        let claims = verified.claims()?;
        ClaimsCheck { now_s, leeway_s: 60, audience: Some(ANY_WALLET), ..ClaimsCheck::default() }.check(&claims)?;
        let request: Self = json::from_value(Value::Object(claims), WHAT)?;
        if request.client_id != client_id {
            return Err(CredentialError::claim("client_id", "the signed request is of another client than its link"));
        }
        request.validate()?;
        Ok(request)
    }

    /// The link with the whole request in it, for a client id of [`ClientId::RedirectUri`]. `base` is e.g. `openid4vp://`.
    ///
    /// # Errors
    /// As [`PresentationRequest::validate`]; [`CredentialError::Unsupported`] for a client id that must sign.
    pub fn to_link(&self, base: &str) -> Result<String, CredentialError> {
        self.validate()?;
        if !matches!(ClientId::parse(&self.client_id)?, ClientId::RedirectUri(_)) {
            return Err(CredentialError::Unsupported { what: "An unsigned request of a client that signs" });
        }
        let malformed = |_| CredentialError::malformed(WHAT, "it can't be written");
        let members: Map<String, Value> = serde_json::to_value(self).and_then(serde_json::from_value).map_err(malformed)?;
        let texts: Vec<(String, String)> = members
            .into_iter()
            .map(|(name, value)| match value {
                Value::String(text) => (name, text),
                other => (name, other.to_string()),
            })
            .collect();
        Ok(format!("{base}?{}", form::write(texts.iter().map(|(name, text)| (name.as_str(), Some(text.as_str()))))))
    }
}

/// What stands in the link or QR code that a wallet opens.
#[derive(Debug, Clone, PartialEq)]
pub enum RequestLink {
    /// The request itself, unsigned.
    Value(Box<PresentationRequest>),
    /// Where the signed request lies: fetch it, then [`PresentationRequest::verify`] with this client id.
    Reference {
        /// Who asks.
        client_id: ClientId,
        /// https address.
        request_uri: String,
    },
}

impl RequestLink {
    /// The link to a request that lies at `request_uri`, for a QR code. `base` is e.g. `openid4vp://`.
    ///
    /// # Errors
    /// [`CredentialError::Claim`] if the address is not https.
    pub fn to_reference(base: &str, client_id: &ClientId, request_uri: &str) -> Result<String, CredentialError> {
        if !is_https(request_uri) {
            return Err(CredentialError::claim("request_uri", "it is not an https address without query and fragment"));
        }
        let client_id = client_id.to_string();
        Ok(format!("{base}?{}", form::write([("client_id", Some(client_id.as_str())), ("request_uri", Some(request_uri))])))
    }

    /// Reads a link of any scheme, as a wallet does.
    ///
    /// # Errors
    /// [`CredentialError::TooLarge`], [`CredentialError::Malformed`], [`CredentialError::Claim`], and as [`PresentationRequest::validate`];
    /// [`CredentialError::Unsupported`] for an unsigned request of a client that must sign.
    pub fn parse(link: &str) -> Result<Self, CredentialError> {
        let (_, query) = link.split_once('?').ok_or(CredentialError::malformed(WHAT, "its link has no query"))?;
        let mut form = Form::parse(query, WHAT, super::MAX_BYTES)?;
        let client_id = form.require("client_id")?;
        let client = ClientId::parse(&client_id)?;
        if let Some(request_uri) = form.take("request_uri") {
            // The method post (§5.10) would let the wallet add a nonce; a wallet may fetch with get always.
            if !is_secure(&request_uri) {
                return Err(CredentialError::claim("request_uri", "it is not an https address"));
            }
            return Ok(Self::Reference { client_id: client, request_uri });
        }
        if !matches!(client, ClientId::RedirectUri(_)) {
            return Err(CredentialError::Unsupported { what: "An unsigned request of a client that signs" });
        }
        let mut members = Map::from_iter([("client_id".to_owned(), client_id.into())]);
        for name in ["response_type", "response_mode", "response_uri", "nonce", "state"] {
            members.extend(form.take(name).map(|text| (name.to_owned(), text.into())));
        }
        for name in ["dcql_query", "client_metadata"] {
            if let Some(text) = form.take(name) {
                members.insert(name.to_owned(), json::parse(text.as_bytes(), WHAT)?);
            }
        }
        let request: PresentationRequest = json::from_value(Value::Object(members), WHAT)?;
        request.validate()?;
        Ok(Self::Value(Box::new(request)))
    }
}

/// The DID document of a `did:web` with these keys, each with an id `did#name`; for `/.well-known/did.json`.
#[must_use]
pub fn did_document(did: &str, keys: &[&Jwk]) -> Value {
    let ids: Vec<_> = keys.iter().filter_map(|key| key.key_id()).filter(|id| is_key_of(Some(*id), did)).collect();
    let methods = keys.iter().filter(|key| is_key_of(key.key_id(), did)).map(|key| {
        let mut members = key.to_members();
        members.retain(|name, _| name != "kid");
        json!({"id": key.key_id(), "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": members})
    });
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did,
        "verificationMethod": methods.collect::<Vec<_>>(),
        "authentication": ids,
        "assertionMethod": ids,
    })
}

fn is_key_of(key_id: Option<&str>, did: &str) -> bool {
    key_id.and_then(|id| id.strip_prefix(did)).is_some_and(|rest| rest.starts_with('#') && rest.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DID: &str = "did:web:hall.example";

    fn request(client_id: &str) -> PresentationRequest {
        let query = r#"{"credentials":[{"id":"a","format":"dc+sd-jwt","meta":{"vct_values":["t"]}}]}"#;
        PresentationRequest {
            response_type: "vp_token".to_owned(),
            client_id: client_id.to_owned(),
            response_mode: ResponseMode::DirectPost,
            response_uri: "https://hall.example/answers/1".to_owned(),
            nonce: "n-0S6_WzA2Mj0123".to_owned(),
            state: None,
            dcql_query: Query::parse(query.as_bytes()).unwrap(),
            client_metadata: Some(ClientMetadata::sd_jwt(None)),
            wallet_nonce: None,
        }
    }

    #[test]
    fn a_signed_request_is_of_the_client_that_its_link_names() {
        let key = SigningKey::es256(&[1; 32]).unwrap().with_key_id("did:web:hall.example#key-1");
        let keys = KeySet::new(vec![key.public().clone()]);
        let client = ClientId::Did(DID.to_owned()).to_string();
        let text = request(&client).sign(&key, 1000, 300).unwrap();
        let read = |client: &str, now_s| PresentationRequest::verify(&text, client, &keys, &[Algorithm::Es256], now_s);
        assert_eq!(read(&client, 1000), Ok(request(&client)));
        let posted = PresentationRequest { wallet_nonce: Some("w1".to_owned()), ..request(&client) };
        let text_of_posted = posted.sign(&key, 1000, 300).unwrap();
        let read_posted = PresentationRequest::verify(&text_of_posted, &client, &keys, &[Algorithm::Es256], 1000).unwrap();
        assert_eq!(read_posted.wallet_nonce.as_deref(), Some("w1"));
        assert_eq!(read(&client, 1360), Err(CredentialError::Expired));
        assert!(read("decentralized_identifier:did:web:hall.exampl", 1000).is_err());
        let stranger = SigningKey::es256(&[1; 32]).unwrap().with_key_id("did:web:other.example#key-1");
        assert!(request(&client).sign(&stranger, 1000, 300).is_err());
        let document = did_document(DID, &[key.public(), stranger.public()]);
        assert_eq!(document["verificationMethod"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_verifier_tells_its_name_in_more_than_one_language() {
        let metadata = ClientMetadata::sd_jwt(None).with_text("client_name", &[("en", "Hall"), ("th", "ศาลา")]);
        let written = serde_json::to_value(&metadata).unwrap();
        assert_eq!(
            (&written["client_name"], &written["client_name#en"], &written["client_name#th"]),
            (&json!("Hall"), &json!("Hall"), &json!("ศาลา"))
        );
        assert_eq!(written.as_object().unwrap().len(), 4, "{written}");
        assert_eq!(serde_json::from_value::<ClientMetadata>(written).unwrap(), metadata, "nothing is lost on the way");
        assert_eq!(ClientMetadata::sd_jwt(None).with_text("purpose", &[]), ClientMetadata::sd_jwt(None));
    }

    #[test]
    fn a_request_that_breaks_a_rule_is_refused() {
        let redirect = "redirect_uri:https://hall.example/answers/1";
        let good = request(redirect);
        assert_eq!(RequestLink::parse(&good.to_link("openid4vp://").unwrap()), Ok(RequestLink::Value(Box::new(good.clone()))));
        let client_id = ClientId::Did(DID.to_owned());
        let link = RequestLink::to_reference("openid4vp://", &client_id, "https://hall.example/r/1").unwrap();
        assert_eq!(RequestLink::parse(&link), Ok(RequestLink::Reference { client_id, request_uri: "https://hall.example/r/1".to_owned() }));
        assert!(RequestLink::parse("openid4vp://?client_id=decentralized_identifier%3Adid%3Aweb%3Ax&nonce=n").is_err());
        let key = SigningKey::es256(&[1; 32]).unwrap();
        assert!(good.sign(&key, 0, 1).is_err());
        let broken = [
            PresentationRequest { response_uri: "https://hall.example/answers/2".to_owned(), ..good.clone() },
            PresentationRequest { nonce: "short".to_owned(), ..good.clone() },
            PresentationRequest { response_mode: ResponseMode::DirectPostJwt, ..good.clone() },
            PresentationRequest { response_type: "code".to_owned(), ..good.clone() },
            PresentationRequest { client_id: "x509_san_dns:hall.example".to_owned(), ..good.clone() },
            PresentationRequest { client_id: "hall.example".to_owned(), ..good.clone() },
        ];
        for request in broken {
            assert!(request.validate().is_err(), "{request:?}");
        }
        assert!(request(&format!("decentralized_identifier:{DID}")).to_link("openid4vp://").is_err());
    }
}
