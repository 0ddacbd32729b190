//! One human, one vote token: for each scope (a poll, a space with one voice a person) everyone who is eligible gets one token, signed
//! blindly (RFC 9474, through `sala_custody::token`). The room knows that a person has had theirs, never which it is; whoever takes
//! votes knows that a token is good, never whose. So even both together can't say who voted what.
//!
//! The record shows the count: `scope.open` says how many were eligible, each `scope.issue` is one token, so `issued ≤ eligible` can
//! be checked by anyone. Tokens are issued in one window and used in a later one, so that the minutes do not tell.

use sala_core::{
    act::Draft,
    ctx::{Actor, Ctx},
    problem::{CONFLICT, DAMAGED, FORBIDDEN, INTERNAL, INVALID, NOT_FOUND, Problem},
    text::Text,
    time::Timestamp,
};
use sala_custody::token::{IssuerKey, Request, Scope, ScopeKey, Token};
use sha2::{Digest, Sha256};

use crate::{
    People, acts,
    problems::{SCOPE_CLOSED, TOKEN_INVALID, TOKEN_NOT_ELIGIBLE, TOKEN_TAKEN},
    store::{self, HALL_KEY, IssueRow, ScopeRow},
    unnamed,
};

/// The shortest time between the last token and the first vote, in seconds.
const SHORTEST_GAP_S: i64 = 60;

/// A scope to open.
#[derive(Debug, Clone)]
pub(crate) struct NewScope {
    pub(crate) title: Text,
    pub(crate) authority: Text,
    pub(crate) issue_until: Timestamp,
    pub(crate) use_from: Timestamp,
    pub(crate) use_until: Timestamp,
    pub(crate) least: i64,
    pub(crate) identified: bool,
}

impl ScopeRow {
    /// Tokens are given out.
    pub(crate) fn is_issuing(&self, now: Timestamp) -> bool {
        now < self.issue_until
    }

    /// Tokens are good: the window is open, and enough were issued for one to hide among them.
    pub(crate) fn is_in_use(&self, now: Timestamp) -> bool {
        self.use_from <= now && now < self.use_until && self.issued >= self.least
    }

    pub(crate) fn key(&self) -> Result<ScopeKey, Problem> {
        ScopeKey::from_spki(&self.spki).map_err(|fault| DAMAGED.problem().because(fault))
    }
}

impl People {
    /// Opens a scope for everyone who is registered now. Only an officer who may decide, and signed.
    pub(crate) async fn open_scope(&self, ctx: &Ctx, new: NewScope) -> Result<ScopeRow, Problem> {
        let Actor::Officer { office, roles, .. } = &ctx.actor else {
            ctx.require_signed_in()?;
            return Err(FORBIDDEN.problem());
        };
        if !roles.iter().any(|role| role == "approver" || role == crate::offices::ADMINISTRATOR) {
            return Err(FORBIDDEN.problem());
        }
        ctx.require_signature()?;
        new.check(ctx.now)?;
        let id = ctx.new_id("scope");
        let entropy = std::sync::Arc::clone(&ctx.entropy);
        // Finding two primes takes a moment of a processor: not on a thread that serves others.
        let key = tokio::task::spawn_blocking(move || IssuerKey::generate(&mut |bytes| entropy.fill(bytes)));
        let internal = |fault: String| INTERNAL.problem().because(fault);
        let key = key.await.map_err(|fault| internal(fault.to_string()))?.map_err(|fault| internal(fault.to_string()))?;
        let spki = key.public().and_then(|public| public.to_spki()).map_err(|fault| internal(fault.to_string()))?;
        let secret = key.to_der().map_err(|fault| internal(fault.to_string()))?;
        let row = ScopeRow {
            sealed: store::seal(&self.store, HALL_KEY, "scope", &id, &secret.as_slice()).await?,
            office: office.clone(),
            title: new.title,
            opened_at: ctx.now,
            issue_until: new.issue_until,
            use_from: new.use_from,
            use_until: new.use_until,
            least: new.least,
            identified: new.identified,
            eligible: 0,
            issued: 0,
            spki,
            id,
        };
        let draft = Draft::new(&acts::OPEN_SCOPE, new.authority.pair())
            .public("scope", row.id.as_str())
            .public("key", row.spki.clone())
            .public("issue_until", row.issue_until.to_string())
            .public("use_from", row.use_from.to_string())
            .public("use_until", row.use_until.to_string())
            .public("least", row.least)
            .public("identified", row.identified)
            .open("title", sala_core::cbor::Value::from_serde(&row.title))
            .refers(row.id.as_str());
        let kept = row.clone();
        let opened = self
            .store
            .act(ctx, draft, move |tx| {
                let mut row = kept.clone();
                Box::pin(async move {
                    row.eligible = store::count_persons(tx, row.identified).await?;
                    tx.draft().add_public("eligible", row.eligible);
                    tx.save(row.record());
                    Ok(row.eligible)
                })
            })
            .await?;
        Ok(ScopeRow { eligible: opened.value, ..row })
    }

    /// Signs the one token of the signed-in person blindly; `request` is 256 bytes that say nothing. Asked again with the same
    /// request (after a lost reply or on a new device) it gives the same answer; another request is refused.
    pub(crate) async fn issue_token(&self, ctx: &Ctx, id: &str, request: &[u8]) -> Result<Vec<u8>, Problem> {
        let person = ctx.require_signed_in()?;
        let scope = self.scope(id).await?;
        if !scope.is_issuing(ctx.now) {
            return Err(SCOPE_CLOSED.problem());
        }
        let registered_at = store::person_created_at(&self.store, &self.lookup.person_row(person)).await?;
        if registered_at.is_none_or(|at| at > scope.opened_at) {
            return Err(TOKEN_NOT_ELIGIBLE.problem());
        }
        if scope.identified {
            let proofs = store::identity::of(&self.store, &self.lookup.identity_owner(person)).await?;
            if proofs.iter().all(|proof| proof.since > scope.opened_at) {
                return Err(TOKEN_NOT_ELIGIBLE.problem());
            }
        }
        let request = Request::from_bytes(request).map_err(|fault| INVALID.problem().at("/request", fault.to_string()))?;
        let row =
            IssueRow { id: self.lookup.scope_issue(person, id), scope: id.to_owned(), request: Sha256::digest(request.as_bytes()).into() };
        let earlier = store::scope_issue(&self.store, &row.id).await?;
        if earlier.as_ref().is_some_and(|earlier| earlier.request != row.request) {
            return Err(TOKEN_TAKEN.problem());
        }
        let reply = self.sign_blindly(ctx, &scope, request).await?;
        if earlier.is_some() {
            return Ok(reply);
        }
        let draft = Draft::new(&acts::ISSUE_TOKEN, "The act that opened the scope").public("scope", id).refers(id);
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (row, eligible) = (row.clone(), scope.eligible);
                Box::pin(async move {
                    if let Some(earlier) = store::scope_issue_now(tx, &row.id).await? {
                        // A second tab was quicker; the refusal leaves no act, and asking again gives the reply if it is the same.
                        return if earlier.request == row.request { Err(CONFLICT.problem()) } else { Err(TOKEN_TAKEN.problem()) };
                    }
                    if store::count_issues(tx, &row.scope).await? >= eligible {
                        return Err(TOKEN_NOT_ELIGIBLE.problem());
                    }
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await?;
        Ok(reply)
    }

    async fn sign_blindly(&self, ctx: &Ctx, scope: &ScopeRow, request: Request) -> Result<Vec<u8>, Problem> {
        let der: Vec<u8> = store::unseal(&self.store, HALL_KEY, "scope", &scope.id, &scope.sealed).await?;
        let key = IssuerKey::from_der(&der).map_err(|fault| DAMAGED.problem().because(fault))?;
        let entropy = std::sync::Arc::clone(&ctx.entropy);
        // An operation with an RSA secret key takes a while: not on a thread that serves others.
        let signed = tokio::task::spawn_blocking(move || key.issue(&request, &mut |bytes| entropy.fill(bytes)));
        let signed = signed.await.map_err(|fault| INTERNAL.problem().because(fault))?;
        Ok(signed.map_err(|fault| INVALID.problem().at("/request", fault.to_string()))?.as_bytes().to_vec())
    }

    /// Whether `token` is good in this scope now; its id, by which whoever takes votes sees that it comes once.
    pub async fn verify_token(&self, ctx: &Ctx, id: &str, token: &[u8]) -> Result<[u8; 32], Problem> {
        let scope = self.scope(id).await?;
        if !scope.is_in_use(ctx.now) {
            return Err(SCOPE_CLOSED.problem());
        }
        let invalid = |fault: sala_custody::CustodyError| TOKEN_INVALID.problem().because(fault);
        let token = Token::decode(token).map_err(invalid)?;
        token.verify(&Scope::new(id).map_err(invalid)?, &scope.key()?).map_err(invalid)?;
        Ok(token.id())
    }

    /// A scope by its id.
    pub(crate) async fn scope(&self, id: &str) -> Result<ScopeRow, Problem> {
        store::scope(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())
    }

    /// Scopes, newest first.
    pub(crate) async fn list_scopes(&self, before: Option<&str>, limit: usize) -> Result<Vec<ScopeRow>, Problem> {
        store::scopes(&self.store, before, limit).await
    }
}

impl NewScope {
    fn check(&self, now: Timestamp) -> Result<(), Problem> {
        let wrong = |pointer: &str, detail: String| Err(INVALID.problem().at(pointer, detail));
        for (pointer, text) in [("/title", &self.title), ("/authority", &self.authority)] {
            if [&text.th, &text.en].iter().any(|text| !(1..=300).contains(&text.trim().chars().count())) {
                return wrong(pointer, "expected 1 to 300 letters in Thai and in English".into());
            }
        }
        if self.issue_until <= now {
            return wrong("/issue_until", "must lie ahead".into());
        }
        if self.use_from < self.issue_until.plus_seconds(SHORTEST_GAP_S) {
            return wrong("/use_from", format!("must be at least {SHORTEST_GAP_S} s after `issue_until`, so that the minutes do not tell"));
        }
        if self.use_until <= self.use_from {
            return wrong("/use_until", "must be after `use_from`".into());
        }
        if self.least < 2 {
            return wrong("/least", "a token needs at least one other to hide behind: 2 or more".into());
        }
        Ok(())
    }
}
