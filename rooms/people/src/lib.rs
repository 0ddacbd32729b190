//! People: who someone is to the hall. Persons and their personas, passkeys, sessions, officers.
//!
//! What this room promises:
//! - **An act is public, a person is not.** Names, credentials and the way from a public handle to its person are sealed; the
//!   public record says that someone registered or signed in, not who.
//! - **A session is a secret of the browser.** The hall keeps the SHA-256 of its token; it ends when idle for half an hour, and
//!   after twelve hours. The last request is kept in memory only: after a restart a session counts from its sign-in.
//! - **A sign-in proves the holder.** Passkeys are discoverable (nobody types a name) and verify their user each time; a ceremony
//!   can be finished once, within five minutes.
//! - **Authority comes from an office.** Offices and roles are the profile's data; an appointment is an act of an administrator, and
//!   sessions under an appointment end with it. The first administrator comes from a one-time code that the operator makes.
//! - **Demo sign-ins exist only in a demonstration.**
//!
//! Commands: `register.rs` (persons and passkeys), `sign_in.rs` (sessions), `officer.rs` (appointments), `demo.rs`.

mod acts;
mod api;
mod ceremony;
mod code;
mod demo;
mod jobs;
mod limit;
mod lookup;
mod officer;
mod offices;
mod passkey;
mod person;
mod problems;
mod register;
mod session;
mod sign_in;
mod store;
mod token;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::http::HeaderMap;
use sala_core::{
    act::Draft,
    ctx::{Actor, Ctx},
    entropy::Entropy,
    problem::{DAMAGED, Problem},
    store::Store,
    text::Text,
    time::{Clock, Timestamp},
};
use webauthn_rs::prelude::DiscoverableAuthentication;

pub use self::{
    acts::ACTS,
    api::{
        Remote,
        officers::{AppointOfficer, OfficerView},
        passkeys::{FinishPasskey, PasskeyView, StartPasskey},
        router,
        session::{Challenge, DemoSignIn, FinishSignIn, HallView, SessionKind, SessionSummary, SessionView},
    },
    offices::{ADMINISTRATOR, Appointment, DemoCitizen, DemoOfficer, DemoSignIns, Office, Offices, Role},
    problems::PROBLEMS,
    session::{Capacity, Method},
    store::SCHEMA,
};
use self::{
    ceremony::Ceremonies, limit::Limiter, lookup::LookupKey, passkey::RelyingParty, register::Registration, session::Live, token::Cookie,
};

/// How this hall is reached and what it is.
#[derive(Debug, Clone)]
pub struct PeopleConfig {
    /// The domain to which browsers bind passkeys; must never change while the hall lives.
    pub rp_id: String,
    /// The address of the hall, such as `https://sala.example` or `http://localhost:8080`.
    pub origin: String,
    /// Browsers reach the hall by https: the session cookie is `__Host-` and `Secure`.
    pub is_secure: bool,
    /// The hall is a demonstration: demo sign-ins are offered.
    pub is_demo: bool,
    /// Name of the hall.
    pub hall_name: Text,
}

/// What is under way between `start` and `finish`.
#[derive(Debug)]
pub(crate) enum Ceremony {
    SignIn(DiscoverableAuthentication),
    Register(Box<Registration>),
}

/// The room.
#[derive(Debug)]
pub struct People {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) offices: Offices,
    pub(crate) config: PeopleConfig,
    pub(crate) party: RelyingParty,
    pub(crate) lookup: LookupKey,
    pub(crate) cookie: Cookie,
    pub(crate) ceremonies: Ceremonies<Ceremony>,
    pub(crate) limiter: Limiter,
    /// Open sessions by the hash of their token. A cache: what is not here is looked up in the store.
    pub(crate) sessions: Mutex<BTreeMap<String, Live>>,
}

impl People {
    /// Opens the room; the first time it makes the key by which rows are found.
    pub async fn open(
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        offices: Offices,
        config: PeopleConfig,
    ) -> Result<Arc<Self>, Problem> {
        let party = RelyingParty::new(&config.rp_id, &config.origin, &config.hall_name.en)?;
        let ctx = Ctx::system("people/1", clock.now(), Arc::clone(&entropy));
        let lookup = lookup_key(&store, &ctx).await?;
        let cookie = Cookie::new(config.is_secure);
        Ok(Arc::new(Self {
            store,
            clock,
            entropy,
            offices,
            config,
            party,
            lookup,
            cookie,
            ceremonies: Ceremonies::default(),
            limiter: Limiter::default(),
            sessions: Mutex::default(),
        }))
    }

    /// Who is behind a session token. `None`: nobody, or no longer. Counts as a request of that session.
    pub async fn actor_of(&self, token: &str, now: Timestamp) -> Result<Option<Actor>, Problem> {
        Ok(self.live(token, now).await?.map(|live| live.who.actor()))
    }

    /// The name of the session cookie.
    pub fn cookie_name(&self) -> &'static str {
        self.cookie.name()
    }

    /// The session token that a request carries.
    pub fn token_in<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        self.cookie.token(headers)
    }

    /// The offices of this hall.
    pub fn offices(&self) -> &Offices {
        &self.offices
    }

    /// What an office is called.
    pub fn office_title(&self, id: &str) -> Option<Text> {
        self.offices.office(id).map(|office| office.title.clone())
    }
}

/// A caller without a name: so the record of sign-ins can't be read as the habits of a persona. Without the trace id too, which
/// would tie it to the named acts of the same page; and without the idempotency key, for a kept reply would hand out a session twice.
pub(crate) fn unnamed(ctx: &Ctx) -> Ctx {
    Ctx { actor: Actor::Visitor, behalf: None, traceparent: None, idempotency: None, ..ctx.clone() }
}

async fn lookup_key(store: &Store, ctx: &Ctx) -> Result<LookupKey, Problem> {
    if store::sealed_lookup_key(store).await?.is_none() {
        store.create_person_key(store::HALL_KEY).await?;
        let sealed = store::seal(store, store::HALL_KEY, "people_key", "lookup", &ctx.random32()).await?;
        let draft = Draft::new(&acts::PREPARE, "Personal Data Protection Act B.E. 2562 (2019), section 37(1): security of personal data");
        store
            .act(ctx, draft, move |tx| {
                let record = store::key_record(sealed.clone());
                Box::pin(async move {
                    // Another process of this hall may have been quicker.
                    if !store::has_lookup_key(tx).await? {
                        tx.save(record);
                    }
                    Ok(())
                })
            })
            .await?;
    }
    let sealed = store::sealed_lookup_key(store).await?.ok_or_else(|| DAMAGED.problem().because("the lookup key is missing"))?;
    let key = store::unseal(store, store::HALL_KEY, "people_key", "lookup", &sealed).await;
    let wrong = |problem| {
        DAMAGED.problem().because(format!("the lookup key does not open; are keys and key-encryption key those of this store? {problem}"))
    };
    key.map(LookupKey::new).map_err(wrong)
}
