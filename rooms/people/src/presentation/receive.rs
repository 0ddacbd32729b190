//! A wallet's answer: taken once, verified, recorded; and on one device given to the browser that comes back.

use std::sync::PoisonError;

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{BUSY, INTERNAL, NOT_FOUND, Problem},
    store::ERASED,
    time::Timestamp,
};
use sala_credential::{
    Jwk,
    jose::jwe::{self, Fresh},
};
use serde_json::Map;

use super::{
    DAY_S, LIFE_S, MOST_UNCOLLECTED, Outcome, Pending, Presentation, PublishedQuery,
    answer::{Asked, Refusal},
    is_id, key_of,
    request::{Answered, read_answer},
};
use crate::{
    People, acts,
    problems::RESPONSE_CODE_INVALID,
    store::{
        self,
        presentation::{PresentationRow, Step},
    },
    token::{hash, new_token},
    unnamed,
};

/// A refusal towards a wallet: OAuth error JSON (RFC 6749 §5.2, OpenID4VP 1.0 §8.5).
#[derive(Debug)]
pub(crate) struct WalletError {
    pub(crate) status: u16,
    pub(crate) error: &'static str,
    pub(crate) description: &'static str,
    pub(crate) because: Option<String>,
}

impl WalletError {
    /// Unknown, over, or answered: one answer for all three, so that nobody learns which.
    pub(crate) const OVER: Self =
        Self { status: 404, error: "invalid_request", description: "this request is unknown, over or answered", because: None };

    pub(crate) fn invalid(description: &'static str) -> Self {
        Self { status: 400, error: "invalid_request", description, because: None }
    }

    pub(super) fn because(mut self, cause: impl ToString) -> Self {
        self.because = Some(cause.to_string());
        self
    }
}

impl From<Problem> for WalletError {
    fn from(problem: Problem) -> Self {
        let because = Some(problem.to_string());
        if problem.code.status == 429 || problem.code == &BUSY {
            return Self { status: problem.code.status, error: "temporarily_unavailable", description: "try again shortly", because };
        }
        Self { status: 500, error: "server_error", description: "the hall could not handle this", because }
    }
}

/// An answer that waits for its browser.
#[derive(Debug)]
pub(super) struct Uncollected {
    code_hash: String,
    row: PresentationRow,
    pub(super) until: Timestamp,
}

impl People {
    /// A request that can be answered now.
    pub(super) async fn open_request(&self, now: Timestamp, id: &str) -> Result<(PresentationRow, Pending), WalletError> {
        if !is_id(id) {
            return Err(WalletError::OVER);
        }
        let row = store::presentation::by_id(&self.store, id).await?;
        let row = row.filter(|row| row.step == Step::Waiting && now < row.answer_until).ok_or(WalletError::OVER)?;
        if self.is_uncollected(id, now) {
            return Err(WalletError::OVER);
        }
        match store::unseal(&self.store, &key_of(id), "presentation pending", id, &row.pending).await {
            Ok(pending) => Ok((row, pending)),
            Err(problem) if problem.code == &ERASED => Err(WalletError::OVER),
            Err(problem) => Err(problem.into()),
        }
    }

    /// Takes what a wallet posted, once; gives where the wallet sends the browser. What is no answer to this request at all leaves it
    /// open; an answer that does not hold ends it.
    pub(crate) async fn take_answer(&self, ctx: &Ctx, id: &str, body: &str) -> Result<Option<String>, WalletError> {
        let (row, pending) = self.open_request(ctx.now, id).await?;
        let query = self.config.presentations.get(&row.query).ok_or(WalletError::OVER)?;
        let verified = match read_answer(&row, &pending, body)? {
            Answered::Declined(refusal) => Err(refusal),
            Answered::Shown(token) => {
                let client_id = self.client_id().to_string();
                let asked = Asked { query, client_id: &client_id, nonce: &pending.nonce, ctx };
                self.verify_answer(asked, &token).await.map_err(|refused| {
                    tracing::info!(query = query.id, because = refused.because, "What a wallet showed does not hold");
                    refused.refusal
                })
            }
        };
        let answered = |outcome: &Outcome| answered(ctx, query, &pending.reader, row.clone(), outcome);
        match verified {
            Ok(shown) if pending.is_same_device => {
                let code = new_token(&*ctx.entropy);
                let row = answered(&Outcome::Received(shown))?;
                self.await_browser(ctx.now, row, hash(&code))?;
                Ok(Some(self.return_address(id, Some(&code))))
            }
            Ok(shown) => {
                self.receive(ctx, query, answered(&Outcome::Received(shown))?, "received").await?;
                Ok(None)
            }
            Err(Refusal::Declined) => {
                self.receive(ctx, query, answered(&Outcome::Refused(Refusal::Declined))?, "declined").await?;
                Ok(pending.is_same_device.then(|| self.return_address(id, None)))
            }
            Err(refusal) => {
                self.receive(ctx, query, answered(&Outcome::Refused(refusal))?, "refused").await?;
                Err(WalletError::invalid("what was shown does not hold, or is not what was asked for"))
            }
        }
    }

    /// Records an answer, if there was none before.
    async fn receive(&self, ctx: &Ctx, query: &PublishedQuery, row: PresentationRow, outcome: &'static str) -> Result<(), WalletError> {
        let draft =
            Draft::new(&acts::RECEIVE_PRESENTATION, query.legal_basis.pair()).public("query", query.id.as_str()).public("outcome", outcome);
        let acted = self
            .store
            .act(&unnamed(ctx), draft, move |tx| {
                let row = row.clone();
                Box::pin(async move {
                    if !store::presentation::is_waiting(tx, &row.id).await? {
                        return Err(NOT_FOUND.problem());
                    }
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await;
        match acted {
            Err(problem) if problem.code == &NOT_FOUND => Err(WalletError::OVER),
            other => Ok(other.map(drop)?),
        }
    }

    pub(super) fn is_uncollected(&self, id: &str, now: Timestamp) -> bool {
        let uncollected = self.presented.uncollected.lock().unwrap_or_else(PoisonError::into_inner);
        uncollected.get(id).is_some_and(|answer| now < answer.until)
    }

    fn await_browser(&self, now: Timestamp, row: PresentationRow, code_hash: String) -> Result<(), WalletError> {
        let mut uncollected = self.presented.uncollected.lock().unwrap_or_else(PoisonError::into_inner);
        uncollected.retain(|_, answer| now < answer.until);
        if uncollected.contains_key(&row.id) {
            return Err(WalletError::OVER);
        }
        if uncollected.len() >= MOST_UNCOLLECTED {
            return Err(BUSY.problem().into());
        }
        uncollected.insert(row.id.clone(), Uncollected { code_hash, row, until: now.plus_seconds(LIFE_S) });
        Ok(())
    }

    /// Gives an answer to the browser that came back from the wallet with this code, if it is the one that asked. A wrong code ends it.
    pub(crate) async fn collect_presentation(&self, ctx: &Ctx, id: &str, code: &str) -> Result<Presentation, Problem> {
        let asked = self.own_request(ctx, id).await?;
        let refused = || RESPONSE_CODE_INVALID.problem();
        let uncollected = self.presented.uncollected.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        let answer = uncollected.filter(|answer| ctx.now < answer.until).ok_or_else(refused)?;
        let query = self.config.presentations.get(&asked.query).ok_or_else(refused)?;
        let is_good = hash(code) == answer.code_hash;
        let (row, outcome) = if is_good {
            (answer.row, "received")
        } else {
            let pending: Pending = store::unseal(&self.store, &key_of(id), "presentation pending", id, &asked.pending).await?;
            (answered(ctx, query, &pending.reader, asked, &Outcome::Refused(Refusal::ElsewhereOpened))?, "refused")
        };
        self.receive(ctx, query, row, outcome).await.map_err(|error| NOT_FOUND.problem().because(error.description))?;
        if is_good { self.presentation(ctx, id).await } else { Err(refused()) }
    }
}

/// The row with its result, encrypted to whoever asked.
fn answered(ctx: &Ctx, query: &PublishedQuery, reader: &Jwk, row: PresentationRow, outcome: &Outcome) -> Result<PresentationRow, Problem> {
    let fault = |error: String| INTERNAL.problem().because(error);
    let plain = serde_json::to_vec(outcome).map_err(|error| fault(error.to_string()))?;
    let (random, mut iv) = (ctx.random32(), [0; 12]);
    iv.iter_mut().zip(random).for_each(|(byte, random)| *byte = random);
    let fresh = Fresh { ephemeral: ctx.random32(), iv };
    let sealed = jwe::encrypt(reader, &fresh, &Map::new(), &plain).map_err(|error| fault(error.to_string()))?;
    Ok(PresentationRow {
        step: if matches!(outcome, Outcome::Received(_)) { Step::Received } else { Step::Refused },
        pending: vec![],
        result: sealed.into_bytes(),
        answered_at: Some(ctx.now),
        erase_at: ctx.now.plus_seconds(i64::from(query.days_kept).saturating_mul(DAY_S)),
        ..row
    })
}
