//! Asking a wallet: a published query becomes a request, a wallet's answer is verified, and whoever asked reads what it says.
//!
//! What a wallet showed is encrypted to a key that is sealed for the person who asked, made while they were signed in: so no row leads
//! from a persona to its person, and the hall itself keeps nothing that it could read without the asker's key. All of it lies under a key
//! of the row's own besides, which is destroyed when the query's days are over; then no copy of the store can be read either. Who showed it
//! is not known: of the credential only what was asked for is kept, and neither the holder's key nor the place in a status list.
//!
//! On one device (`same_device`) the answer is not given to whoever holds the session that asked, but to whoever comes back to it from the
//! wallet with a code: else someone could send their own request to another person and read what that person's wallet says (session
//! fixation, OpenID4VP 1.0 §14.2).

pub(crate) mod answer;
pub(crate) mod issuer;
mod own;
pub(crate) mod query;
mod receive;
pub(crate) mod request;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use sala_core::{
    act::Draft,
    ctx::{Actor, Ctx},
    problem::{DAMAGED, FORBIDDEN, INTERNAL, INVALID, NOT_FOUND, Problem, SIGN_IN_REQUIRED},
    time::Timestamp,
};
use sala_credential::{
    CredentialError, Jwk,
    jose::jwe::{ContentEncryption, DecryptionKey},
    openid4vp::request::ResponseMode,
};
use serde::{Deserialize, Serialize};

use self::{
    answer::{Refusal, ShownCredential},
    issuer::Issuers,
    receive::Uncollected,
};
pub(crate) use self::{query::PublishedQuery, receive::WalletError};
use crate::{
    People, acts,
    oidc::fetch::Web,
    problems::TOO_MANY_REQUESTS_OPEN,
    session::Method,
    store::{
        self,
        presentation::{PresentationRow, Step},
    },
    token::{new_handle, new_token},
    unnamed,
};

/// From the request until its answer, and from there until the browser is back.
pub(crate) const LIFE_S: i64 = 600;
/// What nobody answered is gone after this long.
const UNANSWERED_S: i64 = 24 * 3600;
const DAY_S: i64 = 24 * 3600;
/// So many requests of one asker wait at once.
const MOST_WAITING: usize = 50;
/// So many of one's own are looked through for a proof.
const MOST_LOOKED_AT: usize = 200;
/// So many answers of all askers wait for their browser.
const MOST_UNCOLLECTED: usize = 4_096;
const AUTHORITY_ERASE: &str = "พระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562 มาตรา 37 (3) / \
    Personal Data Protection Act B.E. 2562 (2019), section 37(3): deletion when no longer needed";

/// The key of one row, beside the asker's.
pub(crate) fn key_of(id: &str) -> String {
    format!("presentation/{id}")
}

/// Whether a row can have this id; what comes from outside may be anything.
fn is_id(id: &str) -> bool {
    id.strip_prefix("presentation_").is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

/// What the hall remembers until the answer, sealed with the row's own key.
#[derive(Serialize, Deserialize)]
pub(crate) struct Pending {
    nonce: String,
    state: String,
    /// Scalar of the key to which the wallet encrypts; none: it answers in the open.
    decryption: Option<[u8; 32]>,
    /// To this key the result is encrypted.
    reader: Jwk,
    is_same_device: bool,
}

impl Pending {
    fn decryption_key(&self, id: &str) -> Result<Option<DecryptionKey>, Problem> {
        let key = |scalar| DecryptionKey::new(scalar).map(|key| key.with_key_id(id)).map_err(damaged);
        self.decryption.as_ref().map(key).transpose()
    }
}

/// How it ended, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Received(Vec<ShownCredential>),
    Refused(Refusal),
}

/// What the room remembers of presentations.
#[derive(Debug)]
pub(crate) struct Presented {
    pub(crate) issuers: Issuers,
    uncollected: Mutex<BTreeMap<String, Uncollected>>,
}

impl Default for Presented {
    fn default() -> Self {
        Self { issuers: Issuers::new(Box::new(Web)), uncollected: Mutex::default() }
    }
}

/// A request that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPresentation {
    /// Its id: [`People::presentation`] tells how it stands.
    pub id: String,
    /// The link that opens a wallet (`openid4vp://…`), also as QR code.
    pub url: String,
    /// Where the signed request lies.
    pub request_uri: String,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

/// How a request stands.
#[derive(Debug, Clone)]
pub enum PresentationState {
    /// Nobody answered yet.
    Waiting,
    /// What was shown and holds, checked at `answered_at`.
    Received(Vec<ShownCredential>),
    /// What came does not hold, or the holder said no.
    Refused(Problem),
    /// Nobody answered in time.
    Expired,
}

/// A request to a wallet, for whoever made it.
#[derive(Debug, Clone)]
pub struct Presentation {
    /// Its id.
    pub id: String,
    /// Id of the published query.
    pub query: String,
    /// How it stands.
    pub state: PresentationState,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// When it was answered, and checked.
    pub answered_at: Option<Timestamp>,
    /// When it will be erased.
    pub erased_at: Timestamp,
}

/// Who asks: this is who reads the answer.
enum Asker<'a> {
    Persona { handle: &'a str, person: &'a str },
    Office(&'a str),
    Hall,
}

impl<'a> Asker<'a> {
    fn of(ctx: &'a Ctx) -> Result<Self, Problem> {
        match &ctx.actor {
            Actor::Visitor => Err(SIGN_IN_REQUIRED.problem()),
            Actor::Citizen { persona, person } => Ok(Self::Persona { handle: persona, person }),
            Actor::Officer { office, .. } => Ok(Self::Office(office)),
            Actor::System { .. } => Ok(Self::Hall),
        }
    }

    /// As it is hashed into the column.
    fn name(&self) -> String {
        match self {
            Self::Persona { handle, .. } => (*handle).to_owned(),
            Self::Office(office) => format!("office/{office}"),
            Self::Hall => "hall".into(),
        }
    }
}

fn damaged(error: CredentialError) -> Problem {
    DAMAGED.problem().because(error)
}

impl People {
    /// Asks a wallet what a published query names, for another room: as [`People::ask_wallet`], with the wallet on any device.
    pub async fn ask_presentation(&self, ctx: &Ctx, query: &str) -> Result<AskedPresentation, Problem> {
        self.ask_wallet(ctx, query, false).await
    }

    /// Asks a wallet what a published query names, as whoever acts in `ctx`: a persona, an office, or the hall. With `is_same_device` the
    /// answer must be collected by the browser that comes back from the wallet.
    pub(crate) async fn ask_wallet(&self, ctx: &Ctx, query: &str, is_same_device: bool) -> Result<AskedPresentation, Problem> {
        let asker = Asker::of(ctx)?;
        let query =
            self.config.presentations.get(query).ok_or_else(|| INVALID.problem().at("/query", "there is no such published query"))?;
        query.require_asker(ctx)?;
        let id = new_handle("presentation", &*ctx.entropy);
        let scalar = ctx.random32();
        let reader = DecryptionKey::new(&scalar).map_err(|error| INTERNAL.problem().because(error))?.public().clone();
        let pending = Pending {
            nonce: new_token(&*ctx.entropy),
            state: new_token(&*ctx.entropy),
            decryption: (query.response_mode == ResponseMode::DirectPostJwt).then(|| ctx.random32()),
            reader,
            is_same_device,
        };
        self.store.create_person_key(&key_of(&id)).await?;
        let row = PresentationRow {
            owner: self.lookup.presentation_owner(&asker.name()),
            query: query.id.clone(),
            step: Step::Waiting,
            pending: store::seal(&self.store, &key_of(&id), "presentation pending", &id, &pending).await?,
            reader: self.seal_reader(&asker, &id, scalar).await?,
            result: vec![],
            asked_at: ctx.now,
            answer_until: ctx.now.plus_seconds(LIFE_S),
            answered_at: None,
            erase_at: ctx.now.plus_seconds(UNANSWERED_S),
            id: id.clone(),
        };
        let draft = Draft::new(&acts::REQUEST_PRESENTATION, query.legal_basis.pair())
            .public("query", query.id.as_str())
            .public("purpose", query.purpose.pair());
        // Offices answer for what they ask; whom a citizen asks is nobody's business. A kept reply would hand the link out again.
        let ctx = match asker {
            Asker::Persona { .. } => unnamed(ctx),
            Asker::Office(_) | Asker::Hall => Ctx { idempotency: None, ..ctx.clone() },
        };
        let kept = row.clone();
        let acted = self
            .store
            .act(&ctx, draft, move |tx| {
                let row = kept.clone();
                Box::pin(async move {
                    if store::presentation::count_waiting(tx, &row.owner, row.asked_at).await? >= MOST_WAITING {
                        return Err(TOO_MANY_REQUESTS_OPEN.problem().retry_after(60));
                    }
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await;
        if let Err(problem) = acted {
            // No row, no key.
            self.store.erase_person_key(&key_of(&id)).await?;
            return Err(problem);
        }
        let (url, request_uri) = self.request_links(&id)?;
        Ok(AskedPresentation { id, url, request_uri, expires_at: row.answer_until })
    }

    /// The key to the answer: for a person under the person's key and the row's, for an office under the row's.
    async fn seal_reader(&self, asker: &Asker<'_>, id: &str, scalar: [u8; 32]) -> Result<Vec<u8>, Problem> {
        let inner = match asker {
            Asker::Persona { person, .. } => store::seal(&self.store, person, "presentation reader", id, &scalar).await?,
            Asker::Office(_) | Asker::Hall => scalar.to_vec(),
        };
        self.store.seal(&key_of(id), &format!("presentation reader/{id}"), &inner).await
    }

    async fn unseal_reader(&self, asker: &Asker<'_>, row: &PresentationRow) -> Result<DecryptionKey, Problem> {
        let inner = self.store.unseal(&key_of(&row.id), &format!("presentation reader/{}", row.id), &row.reader).await?;
        let scalar = match asker {
            Asker::Persona { person, .. } => store::unseal(&self.store, person, "presentation reader", &row.id, &inner).await?,
            Asker::Office(_) | Asker::Hall => {
                <[u8; 32]>::try_from(inner).map_err(|_| DAMAGED.problem().because("the key of a presentation has another length"))?
            }
        };
        DecryptionKey::new(&scalar).map_err(damaged)
    }

    /// How a request of the caller stands. 404 for everybody else.
    pub async fn presentation(&self, ctx: &Ctx, id: &str) -> Result<Presentation, Problem> {
        let row = self.own_request(ctx, id).await?;
        self.state_of(&Asker::of(ctx)?, ctx.now, row).await
    }

    /// The caller's requests, newest first, after the one with the id `after`; and where the next part begins.
    pub(crate) async fn list_presentations(
        &self,
        ctx: &Ctx,
        after: &str,
        limit: usize,
    ) -> Result<(Vec<Presentation>, Option<String>), Problem> {
        let asker = Asker::of(ctx)?;
        if !after.is_empty() && !is_id(after) {
            return Err(INVALID.problem().at("after", "expected `next` of the part before"));
        }
        let mut rows = store::presentation::of(&self.store, &self.lookup.presentation_owner(&asker.name()), after, limit + 1).await?;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|row| row.id.clone());
        let mut found = vec![];
        for row in rows {
            // An office has many desks: each sees what it may ask.
            if row.erase_at > ctx.now && self.require_reader(ctx, &row).is_ok() {
                found.push(self.state_of(&asker, ctx.now, row).await?);
            }
        }
        Ok((found, next))
    }

    /// Whether a session was opened by the button of a demonstration.
    pub fn is_demo_session(&self, session: &str) -> bool {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.values().any(|live| live.id == session && live.method == Method::Demo)
    }

    /// Whether the caller's persona asked wallets `query`, and an answer that held, and is neither over nor erased, says `claim`: true.
    /// Nothing else of it is looked at, and a yes is all that there is: no date of birth is asked for.
    pub async fn has_proven(&self, ctx: &Ctx, query: &str, claim: &str) -> Result<bool, Problem> {
        let (found, _) = self.list_presentations(ctx, "", MOST_LOOKED_AT).await?;
        let says_yes = |shown: &ShownCredential| {
            shown.claims.get(claim) == Some(&serde_json::Value::Bool(true)) && shown.expires_at.is_none_or(|end| end > ctx.now)
        };
        let is_proof = |state: &PresentationState| matches!(state, PresentationState::Received(shown) if shown.iter().any(says_yes));
        Ok(found.iter().any(|each| each.query == query && is_proof(&each.state)))
    }

    /// All requests of one persona of `person`, for their download.
    pub(crate) async fn presentations_of(&self, now: Timestamp, handle: &str, person: &str) -> Result<Vec<Presentation>, Problem> {
        let asker = Asker::Persona { handle, person };
        let mut found = vec![];
        for row in store::presentation::of(&self.store, &self.lookup.presentation_owner(&asker.name()), "", 500).await? {
            found.push(self.state_of(&asker, now, row).await?);
        }
        Ok(found)
    }

    async fn own_request(&self, ctx: &Ctx, id: &str) -> Result<PresentationRow, Problem> {
        if !is_id(id) {
            return Err(NOT_FOUND.problem());
        }
        let owner = self.lookup.presentation_owner(&Asker::of(ctx)?.name());
        let row = store::presentation::by_id(&self.store, id).await?.filter(|row| row.owner == owner && row.erase_at > ctx.now);
        let row = row.ok_or_else(|| NOT_FOUND.problem())?;
        self.require_reader(ctx, &row)?;
        Ok(row)
    }

    /// An officer reads what their desk may ask; of a query that is published no more, whoever administers the office.
    fn require_reader(&self, ctx: &Ctx, row: &PresentationRow) -> Result<(), Problem> {
        match (&ctx.actor, self.config.presentations.get(&row.query)) {
            (Actor::Citizen { .. } | Actor::System { .. }, _) => Ok(()),
            (_, Some(query)) => query.require_asker(ctx),
            (Actor::Officer { office, .. }, None) => ctx.require_officer(office, "administrator").map(drop),
            (Actor::Visitor, None) => Err(FORBIDDEN.problem()),
        }
    }

    async fn state_of(&self, asker: &Asker<'_>, now: Timestamp, row: PresentationRow) -> Result<Presentation, Problem> {
        let state = match row.step {
            Step::Waiting if now < row.answer_until || self.is_uncollected(&row.id, now) => PresentationState::Waiting,
            Step::Waiting => PresentationState::Expired,
            Step::Received | Step::Refused => match self.open_result(asker, &row).await? {
                Outcome::Received(shown) => PresentationState::Received(shown),
                Outcome::Refused(refusal) => PresentationState::Refused(refusal.problem()),
            },
        };
        Ok(Presentation {
            id: row.id,
            query: row.query,
            state,
            asked_at: row.asked_at,
            expires_at: row.answer_until,
            answered_at: row.answered_at,
            erased_at: row.erase_at,
        })
    }

    async fn open_result(&self, asker: &Asker<'_>, row: &PresentationRow) -> Result<Outcome, Problem> {
        let key = self.unseal_reader(asker, row).await?;
        let sealed = std::str::from_utf8(&row.result).map_err(|fault| DAMAGED.problem().because(fault))?;
        let plain = key.decrypt(sealed, &[ContentEncryption::A256Gcm]).map_err(damaged)?.plaintext;
        serde_json::from_slice(&plain).map_err(|fault| DAMAGED.problem().because(fault))
    }

    /// Erases what is past its days, with its key. Part of the sweep.
    pub(crate) async fn erase_presentations(&self, ctx: &Ctx) -> Result<(), Problem> {
        self.presented.uncollected.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, answer| ctx.now < answer.until);
        loop {
            let over = store::presentation::over(&self.store, ctx.now).await?;
            if over.is_empty() {
                return Ok(());
            }
            let count = i64::try_from(over.len()).unwrap_or(i64::MAX);
            let rows: Vec<(String, String)> = over.iter().map(|id| (id.clone(), self.lookup.erased_row(&key_of(id)))).collect();
            let draft = Draft::new(&acts::ERASE_PRESENTATIONS, AUTHORITY_ERASE).public("presentations", count);
            self.store
                .act(ctx, draft, move |tx| {
                    let rows = rows.clone();
                    Box::pin(async move {
                        let now = tx.ctx().now;
                        for (id, erased) in rows {
                            tx.remove("presentation", &id);
                            tx.save(store::erasure::erased_record(&erased, now));
                        }
                        Ok(())
                    })
                })
                .await?;
            // If the hall stops here, the next start destroys the keys.
            for id in over {
                self.store.erase_person_key(&key_of(&id)).await?;
            }
        }
    }
}
