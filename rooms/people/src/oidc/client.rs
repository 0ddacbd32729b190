//! The flow: a browser is sent to the provider and comes back with a code, which the hall turns into what the provider knows.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use sala_core::{ctx::Ctx, text::Lang, time::Timestamp};
use sala_credential::{
    CredentialError, Jwk, KeySet, SigningKey,
    jose::{client_assertion, dpop::DpopRequest, jwe::DecryptionKey, pkce},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::{
    OidcError,
    fetch::{Answer, Fetch, JSON, MOST_BYTES, Request},
    id_token::{Expected, subject, unwrapped},
    metadata::Metadata,
    provider::{ClientAuthentication, Provider},
};

/// What a provider says of itself is asked for again after this long.
const FRESH_S: i64 = 3600;
/// An unknown key makes us ask for the keys again, but not more often than this.
const REFRESH_S: i64 = 60;
const ASSERTION_LIFE_S: i64 = 60;
/// Tokens and codes of providers are far shorter.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The hall as a client of one provider.
#[derive(Debug)]
pub(crate) struct Party {
    /// Where the browser comes back.
    pub(crate) redirect_uri: String,
    pub(crate) signing: SigningKey,
    pub(crate) decryption: DecryptionKey,
}

impl Party {
    /// From two scalars that stay the same; the keys are named by their thumbprints.
    pub(crate) fn new(redirect_uri: String, signing: &[u8; 32], decryption: &[u8; 32]) -> Result<Self, CredentialError> {
        let (signing, decryption) = (SigningKey::es256(signing)?, DecryptionKey::new(decryption)?);
        let (signing_id, decryption_id) = (signing.public().thumbprint(), decryption.public().thumbprint());
        Ok(Self { redirect_uri, signing: signing.with_key_id(&signing_id), decryption: decryption.with_key_id(&decryption_id) })
    }

    /// The public keys, for the provider.
    pub(crate) fn keys(&self) -> Value {
        let signing: Jwk = self.signing.public().clone().restricted("ES256", "sig");
        json!({ "keys": [signing, encryption_key(self.decryption.public())] })
    }
}

/// Without `alg`: the provider may wrap the key too.
fn encryption_key(key: &Jwk) -> Value {
    let mut members = key.to_members();
    members.remove("alg");
    Value::Object(members)
}

/// What is remembered between the request and the answer.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) state: String,
    nonce: String,
    verifier: String,
    /// The key to which the tokens are bound; for this one flow.
    dpop: Option<SigningKey>,
}

/// What came back to the callback page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CodeAnswer<'a> {
    pub(crate) code: &'a str,
    pub(crate) issuer: Option<&'a str>,
}

/// Whom the provider means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identified {
    pub(crate) subject: String,
    /// In hundredths.
    pub(crate) level: i64,
    pub(crate) name: Option<String>,
    /// The number and its register.
    pub(crate) number: Option<(String, String)>,
}

#[derive(Debug, Clone)]
struct Known {
    metadata: Metadata,
    read_at: Timestamp,
    keys: Option<(KeySet, Timestamp)>,
}

/// Asks providers, and remembers what they say of themselves.
#[derive(Debug)]
pub(crate) struct Client {
    fetch: Box<dyn Fetch>,
    known: Mutex<BTreeMap<String, Known>>,
}

#[derive(Deserialize)]
struct Pushed {
    request_uri: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    token_type: String,
    id_token: String,
}

impl Client {
    pub(crate) fn new(fetch: Box<dyn Fetch>) -> Self {
        Self { fetch, known: Mutex::default() }
    }

    /// Begins: the address to which the browser goes, and what must be remembered.
    pub(crate) async fn begin(&self, ctx: &Ctx, provider: &Provider, party: &Party) -> Result<(String, Flow), OidcError> {
        let metadata = self.metadata(ctx, provider).await?;
        let dpop = if provider.has_dpop { Some(SigningKey::es256(&ctx.random32())?) } else { None };
        let flow = Flow {
            state: hex::encode(ctx.random32()),
            nonce: hex::encode(ctx.random32()),
            verifier: pkce::verifier(&ctx.random32()),
            dpop,
        };
        let mut fields = vec![
            ("response_type", "code".to_owned()),
            ("client_id", provider.client_id.clone()),
            ("redirect_uri", party.redirect_uri.clone()),
            ("scope", provider.scope.clone()),
            ("state", flow.state.clone()),
            ("nonce", flow.nonce.clone()),
            ("code_challenge", pkce::challenge(&flow.verifier)),
            ("code_challenge_method", "S256".to_owned()),
            ("ui_locales", if ctx.lang == Lang::Th { "th en" } else { "en th" }.to_owned()),
        ];
        if let Some(acr) = &provider.acr {
            fields.push(("acr_values", acr.clone()));
        }
        if let Some(pushed) = &metadata.pushed {
            let answer = self.post(ctx, provider, party, (pushed, &fields), flow.dpop.as_ref()).await?;
            let pushed: Pushed = read(&answer, &[200, 201])?;
            fields = vec![("client_id", provider.client_id.clone()), ("request_uri", pushed.request_uri)];
        }
        // An endpoint may have a query of its own (RFC 6749 §3.1).
        let joint = if metadata.authorization.contains('?') { '&' } else { '?' };
        Ok((format!("{}{joint}{}", metadata.authorization, form(&fields)), flow))
    }

    /// Ends: turns the code into whom the provider means. The flow is used up.
    pub(crate) async fn finish(
        &self,
        ctx: &Ctx,
        provider: &Provider,
        party: &Party,
        flow: Flow,
        answer: CodeAnswer<'_>,
    ) -> Result<Identified, OidcError> {
        let metadata = self.metadata(ctx, provider).await?;
        match answer.issuer {
            Some(issuer) if issuer == provider.issuer => {}
            None if !metadata.names_issuer => {}
            _ => return Err(OidcError::MixedUp),
        }
        if answer.code.len() > MAX_TOKEN_BYTES {
            return Err(OidcError::Answer("the code is too long"));
        }
        let fields = [
            ("grant_type", "authorization_code".to_owned()),
            ("code", answer.code.to_owned()),
            ("redirect_uri", party.redirect_uri.clone()),
            ("code_verifier", flow.verifier.clone()),
        ];
        let tokens: Tokens = read(&self.post(ctx, provider, party, (&metadata.token, &fields), flow.dpop.as_ref()).await?, &[200])?;
        let expected_type = if flow.dpop.is_some() { "DPoP" } else { "Bearer" };
        if !tokens.token_type.eq_ignore_ascii_case(expected_type) || tokens.access_token.len() > MAX_TOKEN_BYTES {
            return Err(OidcError::Answer("the access token is not of the kind that was asked for"));
        }
        let token = unwrapped(provider, &party.decryption, &tokens.id_token)?;
        let expected = Expected { provider, nonce: &flow.nonce, access_token: &tokens.access_token, now_s: ctx.now.seconds() };
        let keys = self.keys(ctx, provider, &metadata, None).await?;
        let mut claims = match expected.verify(&keys, token.clone()) {
            Err(OidcError::Token(CredentialError::NoSingleKey)) => {
                let keys = self.keys(ctx, provider, &metadata, Some(keys)).await?;
                expected.verify(&keys, token)?
            }
            verified => verified?,
        };
        if let Some(userinfo) = &metadata.userinfo {
            let more = self.userinfo(ctx, provider, userinfo, &tokens.access_token, flow.dpop.as_ref()).await?;
            if subject(&more)? != subject(&claims)? {
                return Err(OidcError::Answer("the claims are those of another subject"));
            }
            for (name, value) in more {
                // What was signed counts more.
                claims.entry(name).or_insert(value);
            }
        }
        identified(provider, &claims)
    }

    async fn metadata(&self, ctx: &Ctx, provider: &Provider) -> Result<Metadata, OidcError> {
        let fresh = |known: &&Known| ctx.now < known.read_at.plus_seconds(FRESH_S);
        if let Some(known) = self.lock().get(&provider.id).filter(fresh) {
            return Ok(known.metadata.clone());
        }
        let answer = self.get(provider, &Metadata::location(&provider.issuer), vec![]).await?;
        if answer.status != 200 {
            return Err(OidcError::Unreachable(format!("its metadata answers {}", answer.status)));
        }
        let metadata = Metadata::read(provider, &answer.body)?;
        self.lock().insert(provider.id.clone(), Known { metadata: metadata.clone(), read_at: ctx.now, keys: None });
        Ok(metadata)
    }

    /// The provider's keys. `stale`: those did not do; then they are asked for again, if that was not done just now.
    async fn keys(&self, ctx: &Ctx, provider: &Provider, metadata: &Metadata, stale: Option<KeySet>) -> Result<KeySet, OidcError> {
        let life_s = if stale.is_some() { REFRESH_S } else { FRESH_S };
        let kept = self.lock().get(&provider.id).and_then(|known| known.keys.clone());
        if let Some((keys, read_at)) = kept
            && ctx.now < read_at.plus_seconds(life_s)
        {
            // Another flow may have brought newer ones.
            return if stale.is_some_and(|stale| stale == keys) { Err(CredentialError::NoSingleKey.into()) } else { Ok(keys) };
        }
        let answer = self.get(provider, &metadata.keys, vec![]).await?;
        if answer.status != 200 {
            return Err(OidcError::Unreachable(format!("its keys answer {}", answer.status)));
        }
        let text = String::from_utf8(answer.body).map_err(|_| OidcError::Metadata("its keys are no text".into()))?;
        let keys = KeySet::parse(&text)?;
        if let Some(known) = self.lock().get_mut(&provider.id) {
            known.keys = Some((keys.clone(), ctx.now));
        }
        Ok(keys)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn get(&self, provider: &Provider, url: &str, headers: Vec<(&'static str, String)>) -> Result<Answer, OidcError> {
        let request =
            Request { url: url.to_owned(), headers, form: None, reach: provider.reach.clone(), accept: JSON, most_bytes: MOST_BYTES };
        self.fetch.fetch(request).await.map_err(OidcError::Unreachable)
    }

    /// Posts a form as the client. A provider that wants a nonce in the DPoP proof is asked once more with it (RFC 9449 §8).
    async fn post(
        &self,
        ctx: &Ctx,
        provider: &Provider,
        party: &Party,
        (url, fields): (&str, &[(&'static str, String)]),
        dpop: Option<&SigningKey>,
    ) -> Result<Answer, OidcError> {
        let mut nonce: Option<String> = None;
        loop {
            let (mut headers, mut fields) = (vec![], fields.to_vec());
            match provider.authentication {
                ClientAuthentication::ClientSecretBasic => headers.push(("authorization", basic(provider))),
                ClientAuthentication::PrivateKeyJwt => {
                    let (id, now_s) = (hex::encode(ctx.random32()), ctx.now.seconds());
                    let assertion =
                        client_assertion::make(&party.signing, &provider.client_id, &provider.issuer, &id, now_s, ASSERTION_LIFE_S)?;
                    fields.extend([("client_assertion_type", client_assertion::TYPE.to_owned()), ("client_assertion", assertion)]);
                    if !fields.iter().any(|(name, _)| *name == "client_id") {
                        fields.push(("client_id", provider.client_id.clone()));
                    }
                }
            }
            if let Some(key) = dpop {
                let request = DpopRequest { method: "POST", uri: url, access_token: None, nonce: nonce.as_deref() };
                headers.push(("dpop", request.prove(key, &hex::encode(ctx.random32()), ctx.now.seconds())?));
            }
            let (reach, form) = (provider.reach.clone(), Some(form(&fields)));
            let request = Request { url: url.to_owned(), headers, form, reach, accept: JSON, most_bytes: MOST_BYTES };
            let answer = self.fetch.fetch(request).await.map_err(OidcError::Unreachable)?;
            let wants_nonce = matches!(answer.status, 400 | 401) && error_code(&answer).as_deref() == Some("use_dpop_nonce");
            if !wants_nonce || nonce.is_some() || answer.dpop_nonce.is_none() {
                return Ok(answer);
            }
            nonce = answer.dpop_nonce;
        }
    }

    async fn userinfo(
        &self,
        ctx: &Ctx,
        provider: &Provider,
        url: &str,
        access_token: &str,
        dpop: Option<&SigningKey>,
    ) -> Result<Map<String, Value>, OidcError> {
        let mut nonce: Option<String> = None;
        loop {
            let headers = match dpop {
                None => vec![("authorization", format!("Bearer {access_token}"))],
                Some(key) => {
                    let request = DpopRequest { method: "GET", uri: url, access_token: Some(access_token), nonce: nonce.as_deref() };
                    let proof = request.prove(key, &hex::encode(ctx.random32()), ctx.now.seconds())?;
                    vec![("authorization", format!("DPoP {access_token}")), ("dpop", proof)]
                }
            };
            let answer = self.get(provider, url, headers).await?;
            if answer.status == 401 && nonce.is_none() && answer.dpop_nonce.is_some() {
                nonce = answer.dpop_nonce;
                continue;
            }
            if !answer.content_type.starts_with("application/json") {
                return Err(OidcError::Answer("the claims are not JSON"));
            }
            return read(&answer, &[200]);
        }
    }
}

/// RFC 6749 §2.3.1: both are form-encoded before they are joined.
fn basic(provider: &Provider) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(&provider.client_id), encoded(&provider.secret))))
}

fn form(fields: &[(&'static str, String)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The error code of an answer (RFC 6749 §5.2): printable ASCII, cut short.
fn error_code(answer: &Answer) -> Option<String> {
    let body: Map<String, Value> = serde_json::from_slice(&answer.body).ok()?;
    Some(clean_code(body.get("error")?.as_str()?))
}

/// An error code as it may stand in a log line.
pub(crate) fn clean_code(code: &str) -> String {
    code.chars().filter(char::is_ascii_graphic).take(64).collect()
}

fn read<T: for<'de> Deserialize<'de>>(answer: &Answer, good: &[u16]) -> Result<T, OidcError> {
    if good.contains(&answer.status) {
        return serde_json::from_slice(&answer.body).map_err(|_| OidcError::Answer("an answer has not the form that was agreed"));
    }
    Err(match error_code(answer) {
        Some(code) => OidcError::Refused(code),
        None => OidcError::Unreachable(format!("it answers {}", answer.status)),
    })
}

/// What of the claims the hall looks at.
fn identified(provider: &Provider, claims: &Map<String, Value>) -> Result<Identified, OidcError> {
    let text = |name: &str| match claims.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        // Some providers write a level as a number.
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let level = text(&provider.level_claim).and_then(|value| provider.levels.get(&value).copied());
    let number = provider.number_claim.as_ref().and_then(|wanted| {
        let digits: String = text(&wanted.claim)?.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_uppercase()).collect();
        (1..=40).contains(&digits.len()).then(|| (wanted.register.clone(), digits))
    });
    let name = provider.name_claim.as_ref().and_then(|wanted| text(wanted)).and_then(|name| crate::person::clean_name("/name", &name).ok());
    Ok(Identified { subject: subject(claims)?.to_owned(), level: level.unwrap_or(crate::session::SELF_ASSERTED), name, number })
}
