//! The token endpoint (OpenID4VCI §6): a code, good once, for an access token.

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{CONFLICT, Problem},
};
use sala_credential::{
    jose::{dpop::DpopRequest, pkce},
    openid4vci::{
        TokenErrorCode,
        authorization::AuthorizationDetail,
        offer::TxCode,
        token::{TokenRequest, TokenResponse, check_tx_code},
    },
};

use super::{GrantSecret, LAPSE_AUTHORITY, Way, issuer::PROOF_ALGORITHMS, once::MOST_PINS, refusal::Refusal};
use crate::{
    People, acts,
    store::{
        self,
        credential::{GrantRow, Step},
    },
};

/// How long an access token is good.
const TOKEN_LIFE_S: i64 = 900;
/// How old a DPoP proof may be.
const DPOP_AGE_S: i64 = 60;

const BAD_CODE: &str = "The code is wrong, used or over.";

impl People {
    /// Verifies a DPoP proof for one of the addresses for wallets and uses its id up (RFC 9449 §11.1): the key's thumbprint.
    pub(crate) fn dpop_key(&self, ctx: &Ctx, path: &str, proof: &str, access_token: Option<&str>) -> Result<String, Refusal> {
        let uri = format!("{}{path}", self.issuer());
        let request = DpopRequest { method: "POST", uri: &uri, access_token, nonce: None };
        let verified =
            request.verify(proof, &PROOF_ALGORITHMS, ctx.now.seconds(), DPOP_AGE_S).map_err(|because| Refusal::dpop(&because))?;
        if !self.credentials.once.spend_proof(&verified.thumbprint, &verified.token_id, 2 * DPOP_AGE_S, ctx.now) {
            return Err(Refusal::token(TokenErrorCode::InvalidDpopProof, "The jti of the DPoP proof was used before."));
        }
        Ok(verified.thumbprint)
    }

    /// Exchanges a code for an access token, bound to the key of the DPoP proof where one came along.
    pub(crate) async fn redeem_code(&self, ctx: &Ctx, remote: &str, body: &str, dpop: Option<&str>) -> Result<TokenResponse, Refusal> {
        self.limiter.take(remote, ctx.now)?;
        let jkt = dpop.map(|proof| self.dpop_key(ctx, "/openid4vci/token", proof, None)).transpose()?;
        let request = TokenRequest::parse(body)?;
        let bad_code = || Refusal::token(TokenErrorCode::InvalidGrant, BAD_CODE);
        let (usage, code) = match &request {
            TokenRequest::PreAuthorized { code, .. } => ("offer", code),
            TokenRequest::AuthorizationCode { code, .. } => ("code", code),
        };
        let id = self.lookup.credential_code_id(usage, code).ok_or_else(bad_code)?;
        let row = store::credential::grant(&self.store, id).await?;
        let row = row.filter(|row| row.step == Step::Open && row.ends_at > ctx.now).ok_or_else(bad_code)?;
        let (person, secret) = self.open_grant(&row).await?;
        match (&secret.way, &request) {
            (Way::Offer { tx_code }, TokenRequest::PreAuthorized { tx_code: given, .. }) => {
                self.check_pin(ctx, &row, tx_code, given.as_deref()).await?;
            }
            (Way::Code { .. }, TokenRequest::AuthorizationCode { .. }) => check_browser(&secret, &request)?,
            _ => return Err(bad_code()),
        }
        if secret.jkt.is_some() && secret.jkt != jkt {
            return Err(Refusal::token(
                TokenErrorCode::InvalidDpopProof,
                "The code is bound to another key, or to one that was not proven.",
            ));
        }
        self.redeem(ctx, &person, row, GrantSecret { jkt, ..secret }).await
    }

    async fn redeem(&self, ctx: &Ctx, person: &str, row: GrantRow, secret: GrantSecret) -> Result<TokenResponse, Refusal> {
        let ends_at = ctx.now.plus_seconds(TOKEN_LIFE_S);
        let sealed = store::seal(&self.store, person, "credential_grant", &row.id, &secret).await?;
        let redeemed = GrantRow { sealed, step: Step::Redeemed, ends_at, ..row.clone() };
        let (before, after) = (row.clone(), redeemed.clone());
        let authority = self.credential_type(&secret.kind)?.legal_basis.pair();
        let done = self
            .store
            .act(ctx, Draft::new(&acts::REDEEM_OFFER, authority).public("type", secret.kind.as_str()), move |tx| {
                let (before, after) = (before.clone(), after.clone());
                Box::pin(async move {
                    if !store::credential::is_grant_as(tx, &before).await? {
                        return Err(CONFLICT.problem());
                    }
                    tx.save(after.record());
                    Ok(())
                })
            })
            .await;
        match done {
            Err(problem) if problem.code == &CONFLICT => return Err(Refusal::token(TokenErrorCode::InvalidGrant, BAD_CODE)),
            done => done?,
        };
        let is_by_details = matches!(secret.way, Way::Code { is_by_details: true, .. });
        let detail = AuthorizationDetail {
            kind: "openid_credential".to_owned(),
            credential_configuration_id: secret.kind.clone(),
            credential_identifiers: vec![secret.kind.clone()],
        };
        Ok(TokenResponse {
            access_token: self.lookup.credential_code("token", &row.id),
            token_type: if secret.jkt.is_some() { "DPoP" } else { "Bearer" }.to_owned(),
            expires_in: u64::try_from(TOKEN_LIFE_S).unwrap_or_default(),
            authorization_details: if is_by_details { vec![detail] } else { vec![] },
        })
    }

    /// Compares the PIN; each try counts before it is looked at, and the last wrong one ends the offer.
    async fn check_pin(&self, ctx: &Ctx, row: &GrantRow, expected: &str, given: Option<&str>) -> Result<(), Refusal> {
        let tries = match given {
            Some(_) => self.credentials.once.try_pin(&row.id, row.ends_at, ctx.now),
            None => 0,
        };
        let ended =
            || Refusal::token(TokenErrorCode::InvalidGrant, "Too many wrong transaction codes: the offer has ended. Ask for a new one.");
        if tries > MOST_PINS {
            return Err(ended());
        }
        let Err(refused) = check_tx_code(Some((&TxCode::default(), expected)), given) else { return Ok(()) };
        if tries < MOST_PINS {
            return Err(refused.into());
        }
        self.end_grant(ctx, row).await?;
        Err(ended())
    }

    async fn end_grant(&self, ctx: &Ctx, row: &GrantRow) -> Result<(), Problem> {
        let row = row.clone();
        let draft = Draft::new(&acts::LAPSE_CREDENTIALS, LAPSE_AUTHORITY).public("rows", 1_i64);
        self.store
            .act(ctx, draft, move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    if store::credential::is_grant_as(tx, &row).await? {
                        tx.remove("credential_grant", &row.id);
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }
}

/// Is it the wallet that set out, and does it come back where it said?
fn check_browser(secret: &GrantSecret, request: &TokenRequest) -> Result<(), Refusal> {
    let (Way::Code { client_id, redirect_uri, code_challenge, .. }, TokenRequest::AuthorizationCode { code_verifier, .. }) =
        (&secret.way, request)
    else {
        return Err(Refusal::token(TokenErrorCode::InvalidGrant, BAD_CODE));
    };
    let TokenRequest::AuthorizationCode { redirect_uri: given_uri, client_id: given_id, .. } = request else {
        return Err(Refusal::token(TokenErrorCode::InvalidGrant, BAD_CODE));
    };
    // RFC 6749 §4.1.3: a client that does not authenticate names itself.
    if given_id.as_ref() != Some(client_id) {
        return Err(Refusal::token(TokenErrorCode::InvalidClient, "The code was given to another wallet, or client_id is missing."));
    }
    if given_uri.as_ref() != Some(redirect_uri) {
        return Err(Refusal::token(TokenErrorCode::InvalidGrant, "The redirect_uri is not the one of the authorisation request."));
    }
    pkce::verify(code_verifier, code_challenge).map_err(|because| Refusal::token(TokenErrorCode::InvalidGrant, &because.to_string()))
}
