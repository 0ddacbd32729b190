//! Credentials: what this hall hands to wallets (OpenID4VCI 1.0, SD-JWT VC, Token Status List). See `docs/designs/credentials.md`.
//!
//! - **The holder's wallet alone has a credential.** The hall keeps of which type it is, when it ends and, sealed, what it rests on and
//!   where its status stands; while the access token lives also what the same answer can be made from again.
//! - **One copy, one pseudonym.** Each copy has a key, salts and a place in the status list of its own; copies share issuer, type and
//!   times, and times are days, as of all that were issued that day.
//! - **A credential ends with what it rests on**, in the very act that ends it: mandate, appointment, award, person.
//! - **What is good once is good once**, across restarts too: a code and the issuing are rows that acts change; nonces are worth nothing
//!   to another process; a repeated request with the same keys gets the same answer, and any other none.

pub(crate) mod award;
pub(crate) mod claims;
pub(crate) mod flow;
pub(crate) mod issue;
mod issuer;
pub(crate) mod once;
mod redeem;
pub(crate) mod refusal;
pub(crate) mod status;
pub(crate) mod types;

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{INTERNAL, NOT_FOUND, Problem},
    text::Text,
    time::Timestamp,
};
use sala_credential::openid4vci::offer::{CredentialOffer, Grants, InputMode, OfferLink, PreAuthorizedGrant, SCHEME, TxCode};
use serde::{Deserialize, Serialize};

use self::{claims::Rests, flow::Pushed, issue::Issued, once::Once, status::Lists, types::CredentialType};
use crate::{
    People, acts,
    ceremony::Ceremonies,
    lookup::LookupKey,
    notice,
    problems::{CREDENTIAL_NOT_YOURS, CREDENTIAL_OVER, CREDENTIAL_TYPE_UNKNOWN},
    store::{
        self, HALL_KEY,
        credential::{CredentialRow, GrantRow, Step},
    },
    token::new_handle,
    unnamed,
};

/// How long an offer or a code can be redeemed.
pub(crate) const CODE_LIFE_S: i64 = 600;
/// What is kept of a credential after its end.
pub(crate) const KEPT_S: i64 = 30 * 24 * 3600;
const MOST_REASON_LETTERS: usize = 500;

/// What the room remembers of credentials; none of it decides whether something is issued twice.
#[derive(Debug)]
pub(crate) struct Credentials {
    /// Requests that wallets pushed (RFC 9126).
    pub(crate) pushed: Ceremonies<Pushed>,
    pub(crate) once: Once,
    /// Places of the status lists; held while some are given out.
    pub(crate) lists: tokio::sync::Mutex<Lists>,
    pub(crate) signed: status::SignedLists,
}

impl Credentials {
    pub(crate) fn new(nonce_key: [u8; 32]) -> Self {
        Self {
            pushed: Ceremonies::default(),
            once: Once::new(nonce_key),
            lists: tokio::sync::Mutex::default(),
            signed: status::SignedLists::default(),
        }
    }
}

/// How a wallet gets the credential of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Way {
    /// By a credential offer, with a second code that the person types.
    Offer { tx_code: String },
    /// By a code that the person's browser brought.
    Code { client_id: String, redirect_uri: String, code_challenge: String, is_by_details: bool },
}

/// Sealed for the person in the row of a grant.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GrantSecret {
    pub(crate) kind: String,
    pub(crate) rests: Rests,
    pub(crate) way: Way,
    /// Thumbprint of the DPoP key to which code or token is bound.
    pub(crate) jkt: Option<String>,
    /// What was issued, from which the same answer is made again.
    pub(crate) issued: Option<Issued>,
}

/// Sealed for the person in the row of a credential.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CredentialSecret {
    pub(crate) rests: Rests,
    pub(crate) copies: usize,
}

/// A credential of a person, opened for that person.
#[derive(Debug, Clone)]
pub(crate) struct OwnCredential {
    pub(crate) row: CredentialRow,
    pub(crate) title: Option<Text>,
    pub(crate) secret: CredentialSecret,
}

/// An offer that was made; `tx_code` is shown this once.
#[derive(Debug, Clone)]
pub(crate) struct Offered {
    pub(crate) id: String,
    pub(crate) offer: CredentialOffer,
    pub(crate) uri: String,
    pub(crate) url: String,
    pub(crate) tx_code: String,
    pub(crate) expires_at: Timestamp,
}

impl LookupKey {
    /// The code of a grant, its access token and the like: whoever has one was given it by this hall.
    pub(crate) fn credential_code(&self, usage: &str, id: &str) -> String {
        format!("{id}.{}", self.keyed(&format!("credential {usage}"), id.as_bytes()))
    }

    /// The grant that such a code belongs to, if this hall made it. Compared by hash, so that the time taken tells nothing.
    pub(crate) fn credential_code_id<'c>(&self, usage: &str, code: &'c str) -> Option<&'c str> {
        let (id, _) = code.split_once('.')?;
        (crate::token::hash(&self.credential_code(usage, id)) == crate::token::hash(code)).then_some(id)
    }
}

impl People {
    /// The address of this hall as an issuer, without a slash at its end.
    pub(crate) fn issuer(&self) -> &str {
        self.config.origin.trim_end_matches('/')
    }

    pub(crate) fn credential_type(&self, id: &str) -> Result<&CredentialType, Problem> {
        self.config.credentials.get(id).ok_or_else(|| CREDENTIAL_TYPE_UNKNOWN.problem())
    }

    /// Offers the signed-in person one credential for a wallet.
    pub(crate) async fn offer_to_wallet(&self, ctx: &Ctx, kind: &str, mandate: Option<&str>) -> Result<Offered, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        self.limiter.take(&format!("credential/{person}"), ctx.now)?;
        let kind = self.credential_type(kind)?;
        let rests = self.choose_ground(ctx, kind, mandate).await?;
        // 256 random bits, taken modulo a million: no digit is likelier than another.
        let number = ctx.random32().iter().fold(0_u32, |number, byte| (number * 256 + u32::from(*byte)) % 1_000_000);
        let tx_code = format!("{number:06}");
        let row = self.save_grant(ctx, &person, kind, rests, Way::Offer { tx_code: tx_code.clone() }, None).await?;
        let uri = format!("{}/openid4vci/offers/{}", self.issuer(), row.id);
        let url = OfferLink::to_reference(SCHEME, &uri).map_err(|fault| INTERNAL.problem().because(fault))?;
        Ok(Offered { offer: self.credential_offer(&row.id, &kind.id), id: row.id, uri, url, tx_code, expires_at: row.ends_at })
    }

    /// The offer as its wallet reads it. The id is as good as the code in it.
    fn credential_offer(&self, id: &str, kind: &str) -> CredentialOffer {
        let description = "รหัส 6 หลักที่ศาลาแสดง / The six digits that the hall shows";
        let tx_code = TxCode { input_mode: InputMode::Numeric, length: Some(6), description: Some(description.to_owned()) };
        let grant =
            PreAuthorizedGrant { code: self.lookup.credential_code("offer", id), tx_code: Some(tx_code), authorization_server: None };
        CredentialOffer {
            credential_issuer: self.issuer().to_owned(),
            credential_configuration_ids: vec![kind.to_owned()],
            grants: Some(Grants { authorization_code: None, pre_authorized: Some(grant) }),
        }
    }

    /// The offer behind an address that was given out, while it is open.
    pub(crate) async fn offer_at(&self, ctx: &Ctx, id: &str) -> Result<CredentialOffer, Problem> {
        let row = store::credential::grant(&self.store, id).await?;
        let row = row.filter(|row| row.step == Step::Open && row.ends_at > ctx.now).ok_or_else(|| NOT_FOUND.problem())?;
        let (_, secret) = self.open_grant(&row).await?;
        match secret.way {
            Way::Offer { .. } => Ok(self.credential_offer(&row.id, &secret.kind)),
            Way::Code { .. } => Err(NOT_FOUND.problem()),
        }
    }

    /// Writes a grant that a wallet can redeem.
    pub(crate) async fn save_grant(
        &self,
        ctx: &Ctx,
        person: &str,
        kind: &CredentialType,
        rests: Rests,
        way: Way,
        jkt: Option<String>,
    ) -> Result<GrantRow, Problem> {
        // After a recovery the true owner still may stop it: nothing leaves the hall before.
        self.require_settled(person, ctx.now).await?;
        let id = new_handle("grant", &*ctx.entropy);
        let secret = GrantSecret { kind: kind.id.clone(), rests, way, jkt, issued: None };
        let row = GrantRow {
            owner: self.credential_owner(person, &secret.rests),
            link: store::seal(&self.store, HALL_KEY, "credential_grant", &id, &person).await?,
            sealed: store::seal(&self.store, person, "credential_grant", &id, &secret).await?,
            step: Step::Open,
            ends_at: ctx.now.plus_seconds(CODE_LIFE_S),
            id,
        };
        let draft = Draft::new(&acts::OFFER_CREDENTIAL, kind.legal_basis.pair()).public("type", kind.id.as_str());
        let record = row.record();
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let record = record.clone();
                Box::pin(async move {
                    tx.save(record);
                    Ok(())
                })
            })
            .await?;
        Ok(row)
    }

    /// Person and content of a grant.
    pub(crate) async fn open_grant(&self, row: &GrantRow) -> Result<(String, GrantSecret), Problem> {
        let person: String = store::unseal(&self.store, HALL_KEY, "credential_grant", &row.id, &row.link).await?;
        let secret = store::unseal(&self.store, &person, "credential_grant", &row.id, &row.sealed).await?;
        Ok((person, secret))
    }

    /// What was issued to the signed-in person, the newest first.
    pub(crate) async fn list_own_credentials(&self, ctx: &Ctx) -> Result<Vec<OwnCredential>, Problem> {
        let person = ctx.require_signed_in()?;
        let mut found = vec![];
        for owner in self.credential_owners(person).await? {
            for row in store::credential::credentials_of(&self.store, &owner).await? {
                let secret = store::unseal(&self.store, person, "credential", &row.id, &row.sealed).await?;
                let title = self.config.credentials.get(&row.kind).map(|kind| kind.title.clone());
                found.push(OwnCredential { row, title, secret });
            }
        }
        found.sort_by(|a, b| (b.row.issued_at, &b.row.id).cmp(&(a.row.issued_at, &a.row.id)));
        Ok(found)
    }

    /// The owner revokes all copies of a credential. Signed; named by nobody.
    pub(crate) async fn revoke_own_credential(&self, ctx: &Ctx, id: &str) -> Result<(), Problem> {
        let own = self.list_own_credentials(ctx).await?.into_iter().find(|own| own.row.id == id).ok_or_else(|| NOT_FOUND.problem())?;
        ctx.require_signature()?;
        let authority = self.credential_type(&own.row.kind).map_or_else(|_| String::new(), |kind| kind.legal_basis.pair());
        let draft = Draft::new(&acts::REVOKE_CREDENTIAL, authority).public("type", own.row.kind.as_str()).public("by", "owner");
        self.revoke_copies(&unnamed(ctx), &own.row, draft, None).await
    }

    /// An officer revokes all copies of a credential, with a reason, and its owner is told. Signed.
    pub(crate) async fn revoke_credential(&self, ctx: &Ctx, id: &str, reason: &str) -> Result<(), Problem> {
        ctx.require_signed_in()?;
        let reason = crate::person::clean_text("/reason", reason, MOST_REASON_LETTERS)?;
        let row = store::credential::credential(&self.store, id).await?;
        let desk = |row: &CredentialRow| self.config.credentials.get(&row.kind).and_then(|kind| kind.revoked_by.clone());
        // Whoever may revoke no such type does not learn whether there is one.
        let found = row.and_then(|row| Some((desk(&row)?, row)));
        let (desk, row) =
            found.filter(|(desk, _)| ctx.require_officer(&desk.office, &desk.role).is_ok()).ok_or_else(|| NOT_FOUND.problem())?;
        ctx.require_signature()?;
        let kind = self.credential_type(&row.kind)?;
        let person: String = store::unseal(&self.store, HALL_KEY, "credential", &row.id, &row.link).await?;
        let office = self.office_title(&desk.office).unwrap_or_else(|| notice::plain(&desk.office));
        let args = [("type", kind.title.clone()), ("office", office), ("reason", notice::plain(reason.as_str()))];
        let notice = self.notice(ctx, &person, &notice::CREDENTIAL_REVOKED, &args).await?;
        let draft = Draft::new(&acts::REVOKE_CREDENTIAL, kind.legal_basis.pair())
            .public("type", kind.id.as_str())
            .public("by", "office")
            .sealed(&person, "reason", reason);
        self.revoke_copies(&Ctx { idempotency: None, ..ctx.clone() }, &row, draft, Some(notice)).await
    }

    pub(crate) async fn revoke_copies(
        &self,
        ctx: &Ctx,
        row: &CredentialRow,
        draft: Draft,
        notice: Option<notice::NewNotice>,
    ) -> Result<(), Problem> {
        if row.revoked_at.is_some() || row.expires_at <= ctx.now {
            return Err(CREDENTIAL_OVER.problem());
        }
        let id = row.id.clone();
        self.store
            .act(ctx, draft, move |tx| {
                let (id, notice) = (id.clone(), notice.clone());
                Box::pin(async move {
                    if !store::credential::revoke_now(tx, &id).await? {
                        return Err(CREDENTIAL_OVER.problem());
                    }
                    match notice {
                        Some(notice) => notice.save(tx).await,
                        None => Ok(()),
                    }
                })
            })
            .await?;
        Ok(())
    }

    /// Clears away what is over, and makes a new key when it is time.
    pub(crate) async fn tend_credentials(&self, ctx: &Ctx) -> Result<(), Problem> {
        self.renew_issuer_key(ctx).await?;
        while store::credential::has_over(&self.store, ctx.now, KEPT_S).await? {
            let draft = Draft::new(&acts::LAPSE_CREDENTIALS, LAPSE_AUTHORITY);
            self.store
                .act(ctx, draft, move |tx| {
                    Box::pin(async move {
                        let removed = store::credential::remove_over(tx, KEPT_S).await?;
                        tx.draft().add_public("rows", removed);
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }
}

pub(crate) const LAPSE_AUTHORITY: &str = "Personal Data Protection Act B.E. 2562 (2019), section 37(3): deletion when no longer needed";

/// Why a credential can't be had, as a Problem.
pub(crate) fn not_yours(reason: Text) -> Problem {
    CREDENTIAL_NOT_YOURS.problem().detail(reason.th, reason.en)
}
