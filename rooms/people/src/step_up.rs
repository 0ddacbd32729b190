//! Signatures over requests, and sessions that are fresh for some minutes after one.

use std::sync::Arc;

use sala_core::{
    ctx::{Actor, Assurance, Ctx, Signature},
    problem::Problem,
    time::Timestamp,
};
use sala_credential::base64url;
use serde::Deserialize;
use webauthn_rs::prelude::PublicKeyCredential;

use crate::{
    Ceremony, People,
    person::PasskeySecret,
    problems::SIGNATURE_REFUSED,
    session::{Live, Method, NEVER},
    statement::{Assertion, Statement, evidence, verify},
    store,
    token::hash,
};

/// How long a verified holder counts as present.
const FRESH_S: i64 = 5 * 60;

/// Who asks, and how surely the hall knows it.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// How surely.
    pub assurance: Assurance,
}

/// The content of the header `Sala-Signature`: base64url of this as JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    nonce: String,
    credential: PublicKeyCredential,
}

impl Live {
    pub(crate) fn caller(&self, now: Timestamp) -> Caller {
        let signature = if self.method == Method::Demo { Signature::Demo } else { Signature::Missing };
        let is_fresh = self.method == Method::Demo || self.is_fresh(now);
        Caller { actor: self.who.actor(), assurance: Assurance { signature, is_fresh, ial: self.who.ial } }
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        let signed_in = if self.method == Method::Passkey { self.opened_at } else { NEVER };
        let verified_at = signed_in.max(self.verified_at);
        verified_at > NEVER && now < verified_at.plus_seconds(FRESH_S)
    }
}

impl People {
    /// Who is behind a session token. `None`: nobody, or no longer. Counts as a request of that session.
    pub async fn caller_of(&self, token: &str, now: Timestamp) -> Result<Option<Caller>, Problem> {
        let Some(live) = self.live(token, now).await? else { return Ok(None) };
        Ok(Some(live.caller(now)))
    }

    /// A nonce for one signature of this session.
    pub(crate) fn start_signature(&self, ctx: &Ctx, remote: &str, live: &Live) -> Result<String, Problem> {
        self.limiter.take(remote, ctx.now)?;
        let nonce = format!("nonce_{}", hex::encode(ctx.random32()));
        self.ceremonies.begin(nonce.clone(), Ceremony::Signature(live.id.clone()), remote, ctx.now)?;
        Ok(nonce)
    }

    /// Verifies the header `Sala-Signature` over the request that really came, and uses its nonce up. What it gives goes into
    /// `ctx.assurance.signature`.
    pub async fn verify_signature(
        &self,
        ctx: &Ctx,
        (token, header): (Option<&str>, &[u8]),
        (method, path, body): (&str, &str, [u8; 32]),
    ) -> Result<Signature, Problem> {
        let live = match token {
            Some(token) => self.live(token, ctx.now).await?,
            None => None,
        };
        let refused = |because: &str| SIGNATURE_REFUSED.problem().because(because);
        let live = live.ok_or_else(|| refused("nobody is signed in"))?;
        let signed = std::str::from_utf8(header).ok().and_then(base64url::decode).ok_or_else(|| refused("not base64url"))?;
        let signed: Signed = serde_json::from_slice(&signed).map_err(|fault| SIGNATURE_REFUSED.problem().because(fault))?;
        match self.ceremonies.finish(&signed.nonce, ctx.now) {
            Some(Ceremony::Signature(session)) if session == live.id => {}
            _ => return Err(refused("the nonce is over or another session's")),
        }
        let id = self.lookup.passkey_row(signed.credential.raw_id.as_ref());
        let row = store::passkey(&self.store, &id).await?.filter(|row| row.owner == self.lookup.passkey_owner(&live.who.person));
        let row = row.ok_or_else(|| refused("not a passkey of this person"))?;
        // Whoever has just come back by a recovery must first have had the time to be stopped.
        self.require_settled(&live.who.person, ctx.now).await?;
        let secret: PasskeySecret = store::unseal(&self.store, &live.who.person, "passkey", &row.id, &row.sealed).await?;
        // An officer signs with what the office accepts, whatever opened the session.
        if let Some(acting) = &live.who.acting
            && !self.config.authenticators.accepts(&acting.office, secret.attested.as_ref())
        {
            return Err(self.not_accepted(&acting.office));
        }
        let statement = Statement {
            hall: self.config.origin.clone(),
            method: method.to_owned(),
            path: path.to_owned(),
            body,
            actor: ctx.actor_name(),
            behalf: ctx.behalf.as_ref().map_or_else(String::new, |behalf| behalf.mandate.clone()),
            nonce: signed.nonce,
        };
        let assertion = Assertion {
            rp_id: self.config.rp_id.clone(),
            authenticator_data: signed.credential.response.authenticator_data,
            client_data: signed.credential.response.client_data_json,
            signature: signed.credential.response.signature,
        };
        let key = secret.passkey.get_public_key();
        verify(&statement, &assertion, key).map_err(|fault| SIGNATURE_REFUSED.problem().because(fault))?;
        let evidence = evidence(&statement, &assertion, key).ok_or_else(|| refused("a key of a kind that is not kept"))?;
        Ok(Signature::Given { person: live.who.person, evidence: Arc::new(evidence) })
    }

    /// Makes the session fresh: its holder was just verified by the signature over this request.
    pub(crate) fn step_up(&self, ctx: &Ctx, token: &str) -> Result<Timestamp, Problem> {
        ctx.require_signature()?;
        if let Some(live) = self.cached().get_mut(&hash(token)) {
            live.verified_at = ctx.now;
        }
        Ok(ctx.now.plus_seconds(FRESH_S))
    }
}

/// The header that carries a signature.
pub const SIGNATURE_HEADER: &str = "sala-signature";
