//! The authorisation code flow (OpenID4VCI §5): a wallet pushes what it wants, the person looks at it on a page of the hall, and lets it
//! have a code or refuses.

use sala_core::{
    ctx::Ctx,
    problem::{INVALID, Problem},
    text::Text,
    time::Timestamp,
};
use sala_credential::openid4vci::{TokenErrorCode, authorization::AuthorizationRequest};
use url::Url;

use super::{Way, claims::Rests, refusal::Refusal, types::CredentialType};
use crate::{People, problems::CREDENTIAL_REQUEST_UNKNOWN};

/// RFC 9126 §2.2: what a `request_uri` begins with.
pub(crate) const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";
/// How long a pushed request waits for its person.
pub(crate) const PUSHED_LIFE_S: i64 = 300;

/// A request that a wallet pushed.
#[derive(Debug, Clone)]
pub(crate) struct Pushed {
    kind: String,
    client_id: String,
    client_title: Text,
    redirect_uri: String,
    code_challenge: String,
    state: Option<String>,
    jkt: Option<String>,
    is_by_details: bool,
    ends_at: Timestamp,
}

/// What the page shows.
pub(crate) struct Asked<'a> {
    pub(crate) kind: &'a CredentialType,
    pub(crate) client_id: String,
    pub(crate) client_title: Text,
    pub(crate) redirect_uri: String,
    pub(crate) ends_at: Timestamp,
    /// What it can rest on, or why there is nothing.
    pub(crate) grounds: Result<Vec<Rests>, Text>,
}

impl People {
    /// The hall's own wallet page.
    fn own_wallet(&self) -> String {
        format!("{}/wallet", self.issuer())
    }

    /// What a wallet is called, and whether it may be sent back there.
    fn wallet(&self, client_id: &str, redirect_uri: &str) -> Option<(Text, bool)> {
        if client_id == self.own_wallet() {
            return Some((Text::new("กระเป๋าของศาลานี้", "The wallet of this hall"), redirect_uri == client_id));
        }
        let wallet = self.config.credentials.wallets.iter().find(|wallet| wallet.id == client_id)?;
        Some((wallet.title.clone(), wallet.redirect_uris.iter().any(|known| known == redirect_uri)))
    }

    /// Takes a pushed request (RFC 9126): gives its `request_uri`. With a DPoP proof the code is bound to its key.
    pub(crate) fn push_authorization(&self, ctx: &Ctx, remote: &str, body: &str, dpop: Option<&str>) -> Result<String, Refusal> {
        self.limiter.take(remote, ctx.now)?;
        let jkt = dpop.map(|proof| self.dpop_key(ctx, "/openid4vci/par", proof, None)).transpose()?;
        let asked = AuthorizationRequest::parse(body)?;
        let refused = |code, description| Err(Refusal::token(code, description));
        let Some((client_title, is_known)) = self.wallet(&asked.client_id, &asked.redirect_uri) else {
            return refused(TokenErrorCode::InvalidClient, "This hall does not know the wallet: its profile names those that it lets in.");
        };
        if !is_known {
            return refused(TokenErrorCode::InvalidRequest, "The redirect_uri is not registered for this wallet.");
        }
        if asked.dpop_jkt.is_some() && jkt.is_some() && asked.dpop_jkt != jkt {
            return refused(TokenErrorCode::InvalidDpopProof, "dpop_jkt is another key than the one of the proof.");
        }
        // By scope or by details, one credential in each request: a page that asks for one thing is understood.
        let is_by_details = !asked.configuration_ids.is_empty();
        let named: Vec<&String> = asked.configuration_ids.iter().chain(&asked.scopes).collect();
        let known = named.iter().find_map(|id| self.config.credentials.get(id));
        let (Some(kind), [first, rest @ ..]) = (known, named.as_slice()) else {
            let code = if is_by_details { TokenErrorCode::InvalidAuthorizationDetails } else { TokenErrorCode::InvalidScope };
            return refused(code, "This hall does not issue such a credential.");
        };
        if **first != kind.id || rest.iter().any(|id| **id != kind.id) {
            return refused(TokenErrorCode::InvalidScope, "Ask for one credential in each request.");
        }
        let pushed = Pushed {
            kind: kind.id.clone(),
            client_id: asked.client_id,
            client_title,
            redirect_uri: asked.redirect_uri,
            code_challenge: asked.code_challenge,
            state: asked.state,
            jkt: asked.dpop_jkt.or(jkt),
            is_by_details,
            ends_at: ctx.now.plus_seconds(PUSHED_LIFE_S),
        };
        let id = hex::encode(ctx.random32());
        self.credentials.pushed.begin(id.clone(), pushed, remote, ctx.now)?;
        Ok(format!("{REQUEST_URI}{id}"))
    }

    /// What a wallet asks of the signed-in person.
    pub(crate) async fn credential_authorization(&self, ctx: &Ctx, request_uri: &str) -> Result<Asked<'_>, Problem> {
        ctx.require_signed_in()?;
        let pushed = self.credentials.pushed.look(id_of(request_uri), ctx.now).ok_or_else(|| CREDENTIAL_REQUEST_UNKNOWN.problem())?;
        let kind = self.credential_type(&pushed.kind)?;
        Ok(Asked {
            grounds: self.grounds_for(ctx, kind).await?,
            kind,
            client_id: pushed.client_id,
            client_title: pushed.client_title,
            redirect_uri: pushed.redirect_uri,
            ends_at: pushed.ends_at,
        })
    }

    /// The person lets the wallet have the credential: where the browser goes on, with the code.
    pub(crate) async fn approve_credential(&self, ctx: &Ctx, request_uri: &str, mandate: Option<&str>) -> Result<String, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        self.limiter.take(&format!("credential/{person}"), ctx.now)?;
        let unknown = || CREDENTIAL_REQUEST_UNKNOWN.problem();
        let pushed = self.credentials.pushed.look(id_of(request_uri), ctx.now).ok_or_else(unknown)?;
        let kind = self.credential_type(&pushed.kind)?;
        let rests = self.choose_ground(ctx, kind, mandate).await?;
        // Good once: two clicks make one code.
        let pushed = self.credentials.pushed.finish(id_of(request_uri), ctx.now).ok_or_else(unknown)?;
        let way = Way::Code {
            client_id: pushed.client_id.clone(),
            redirect_uri: pushed.redirect_uri.clone(),
            code_challenge: pushed.code_challenge.clone(),
            is_by_details: pushed.is_by_details,
        };
        let row = self.save_grant(ctx, &person, kind, rests, way, pushed.jkt.clone()).await?;
        self.wallet_address(&pushed, ("code", &self.lookup.credential_code("code", &row.id)))
    }

    /// The person refuses: where the browser goes on.
    pub(crate) fn refuse_credential(&self, ctx: &Ctx, request_uri: &str) -> Result<String, Problem> {
        ctx.require_signed_in()?;
        let pushed = self.credentials.pushed.finish(id_of(request_uri), ctx.now).ok_or_else(|| CREDENTIAL_REQUEST_UNKNOWN.problem())?;
        self.wallet_address(&pushed, ("error", "access_denied"))
    }

    /// The wallet's address with the answer, its state and who answers (RFC 9207).
    fn wallet_address(&self, pushed: &Pushed, (name, value): (&str, &str)) -> Result<String, Problem> {
        let mut url = Url::parse(&pushed.redirect_uri).map_err(|_| INVALID.problem().at("/redirect_uri", "is no address"))?;
        {
            let mut query = url.query_pairs_mut();
            query.append_pair(name, value).append_pair("iss", self.issuer());
            if let Some(state) = &pushed.state {
                query.append_pair("state", state);
            }
        }
        Ok(url.into())
    }
}

/// Pages may give the whole `request_uri` or what stands behind its prefix.
fn id_of(request_uri: &str) -> &str {
    request_uri.strip_prefix(REQUEST_URI).unwrap_or(request_uri)
}
