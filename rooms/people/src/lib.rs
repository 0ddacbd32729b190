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
//! - **Who acts for another says so.** A mandate is offered, accepted and ended by signed public acts between handles; it opens the
//!   operations that it names, within its term and limits, and never what is personal.
//! - **Demo sign-ins exist only in a demonstration.**
//!
//! Commands: `register.rs` (persons and passkeys), `sign_in.rs` (sessions), `officer.rs` (appointments), `mandate.rs` (acting for another),
//! `credential.rs` (what wallets get), `demo.rs`.

mod acts;
mod api;
mod authenticator;
mod ceremony;
mod code;
mod credential;
mod custodians;
mod data;
mod demo;
mod erasure;
mod hold;
mod identity;
mod invitation;
mod jobs;
mod limit;
mod lookup;
mod mandate;
mod notice;
mod officer;
mod offices;
mod oidc;
mod passkey;
mod person;
mod persona;
mod policy;
mod presentation;
mod privacy;
mod problems;
mod reading;
mod recovery;
mod register;
mod scope;
mod session;
mod sign_in;
mod statement;
mod step_up;
mod store;
mod ticket;
mod token;
mod unmasking;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, RwLock},
};

use axum::http::HeaderMap;
use sala_core::{
    act::Draft,
    ctx::{Actor, Assurance, Ctx},
    entropy::Entropy,
    fixture::FixtureKind,
    problem::{DAMAGED, Problem},
    store::Store,
    text::Text,
    time::Clock,
};
use webauthn_rs::prelude::DiscoverableAuthentication;

pub use self::{
    acts::ACTS,
    api::{
        Remote,
        acts::OwnOpening,
        authenticators::{AuthenticatorModelView, AuthenticatorRuleView},
        avatars::{AvatarAnswer, AvatarDetail, AvatarQuery, AvatarQuestion},
        credentials::{
            ApproveCredential, CredentialAuthorizationView, CredentialClaimView, CredentialOfferView, CredentialReturn, CredentialState,
            CredentialTypeView, OfferCredential, OwnAward, OwnCredentialView, RevokeCredential,
        },
        credentials_protocol::{OAuthErrorView, PushedAuthorization},
        custodians::{
            CustodianView, CustodyKeyView, CustodyMessageView, CustodyView, DecideHandover, HandoverStepView, HandoverView,
            UnmaskingBasisView,
        },
        data::{ErasureView, HoldView, PlaceHold, ReadPerson, ReadingView},
        download::{MyData, OwnAct, OwnAppointment, OwnMandate, OwnPasskey, OwnPersona},
        identity::{
            ClaimIdentity, FinishIdentity, IdentityArrival, IdentityDeparture, IdentityProvider, IdentityRecovery, IdentityView, Outcome,
            OwnIdentity, StartIdentity,
        },
        mandates::{ConfirmMandate, GrantMandate, MandateDetail, MandateScopeView, MandateView},
        notices::{NoticePage, NoticeView},
        officers::{AppointOfficer, OfficerView},
        organisations::{OrganisationView, RegisterOrganisation},
        passkeys::{FinishPasskey, PasskeyView, StartPasskey},
        personas::{ChangePersona, CreatePersona, PersonaCard, PersonaView},
        policies::{CallerKind, ExplainPolicy, PolicySetView, PolicyVerdict, PolicyView},
        presentations::{
            AskPresentation, CollectPresentation, CredentialStatus, PresentationQuery, PresentationRequested, PresentationStep,
            PresentationView, ShownCredentialView, TrustedIssuer,
        },
        recovery::{DeskCase, FinishRecovery, PreparedRecovery, ProveRecovery, RecoveryView, RenamePasskey, SeenAtDesk},
        router,
        scopes::{OpenScope, RequestToken, ScopeView, TokenReply},
        session::{Challenge, DemoSignIn, FinishSignIn, HallView, SessionKind, SessionSummary, SessionView, SignatureNonce, SteppedUp},
        tickets::{AskTicket, TicketView},
        unmaskings::{
            AcceptInvitation, DecideUnmasking, InvitationView, InviteOfficer, RequestUnmasking, UnmaskedView, UnmaskingDecision,
            UnmaskingView,
        },
    },
    authenticator::{AuthenticatorMode, AuthenticatorModel, AuthenticatorRule, Authenticators},
    credential::types::{ClaimRule, ClaimSource, CredentialType, CredentialTypes, Ground as CredentialGround, Wallet as KnownWallet},
    custodians::{
        Custodians, CustodyMember, Rounds, Seats, Successor, UnmaskingBasis,
        board::{replay as replay_ceremony, replay_on, transcript as ceremony_transcript},
        handover::handover_case,
        link::label as link_label,
        note::Saying,
    },
    erasure::Witnessed,
    identity::IdentityPurpose,
    mandate::{
        delegation::{AskedBy, Confirmation, Delegation, Form, Group, OrganisationRules, Principal},
        force::charge_mandate,
        organisation::OrganisationStep,
        rule::Status as MandateStatus,
    },
    notice::{NewNotice, RoomNotice},
    offices::{ADMINISTRATOR, Appointment, DemoCitizen, DemoOfficer, DemoSignIns, Office, Offices, Role},
    oidc::provider::{ClientAuthentication, Conduct, IdentityProviders, Provider as TrustedProvider},
    policy::{Operation, Petition, Policies, Verdict},
    presentation::{AskedPresentation, Presentation, PresentationState, answer::ShownCredential, query::Presentations},
    privacy::{Desk, HoldRule, PersonField, Privacy, Purpose, RecoveryRules},
    problems::PROBLEMS,
    reading::{PersonData, Subject},
    recovery::{RecoverySlip, Road, Stage},
    session::{Capacity, Method},
    statement::{Assertion, EvidenceError, Statement, verify_evidence},
    step_up::{Caller, SIGNATURE_HEADER},
    store::SCHEMA,
    ticket::{Ended, Redeemed, SessionEnded, TicketPurpose},
    unmasking::{
        custodian::{CaseOpening, CustodianCase, CustodianReply, case_name},
        opening::UnmaskingCounts,
    },
};
use self::{
    ceremony::Ceremonies,
    credential::Credentials,
    identity::Identities,
    limit::Limiter,
    lookup::LookupKey,
    passkey::RelyingParty,
    presentation::Presented,
    recovery::{Gate, bind::Recovering},
    register::Registration,
    session::Live,
    ticket::Tickets,
    token::Cookie,
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
    /// What can be delegated.
    pub delegation: Delegation,
    /// Which authenticators officers may come with.
    pub authenticators: Authenticators,
    /// What the profile decides about data of persons.
    pub privacy: Privacy,
    /// Who may say who someone is.
    pub identity: IdentityProviders,
    /// What is asked of wallets.
    pub presentations: Presentations,
    /// What is issued to wallets.
    pub credentials: CredentialTypes,
    /// Who holds the key of the ways from personas to persons; none: the hall itself.
    pub custodians: Option<Custodians>,
    /// Whether an act stands under a witnessed head; no erasure is carried out before its request does.
    pub witnessed: Witnessed,
}

/// What is under way between `start` and `finish`.
#[derive(Debug)]
pub(crate) enum Ceremony {
    SignIn(DiscoverableAuthentication),
    Register(Box<Registration>),
    Recover(Box<Recovering>),
    /// The session that may sign.
    Signature(String),
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
    pub(crate) tickets: Tickets,
    pub(crate) identities: Identities,
    pub(crate) credentials: Credentials,
    pub(crate) presented: Presented,
    /// Tries to recover.
    pub(crate) gate: Gate,
    /// Open sessions by the hash of their token. A cache: what is not here is looked up in the store.
    pub(crate) sessions: Mutex<BTreeMap<String, Live>>,
    /// Who has the custodians' key, and who had it: empty until its publication stands under a witnessed head. A cache.
    pub(crate) reigns: RwLock<Vec<custodians::reign::Reign>>,
    /// When no link was left to be handed over to the custodians.
    pub(crate) links_handed_over: Mutex<Option<sala_core::time::Timestamp>>,
    /// The policies in force, once the hall knows all its operations.
    pub(crate) policies: OnceLock<Policies>,
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
        let people = Arc::new(Self {
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
            tickets: Tickets::default(),
            identities: Identities::default(),
            credentials: Credentials::new(ctx.random32()),
            presented: Presented::default(),
            gate: Gate::default(),
            sessions: Mutex::default(),
            reigns: RwLock::default(),
            links_handed_over: Mutex::default(),
            policies: OnceLock::new(),
        });
        people.keep_erased().await?;
        people.renew_issuer_key(&ctx).await?;
        Ok(people)
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

/// The fixtures of a space that this room opens.
pub fn fixtures() -> Vec<FixtureKind> {
    let operations = &["list_personas", "change_persona", "list_avatar_choices"];
    vec![FixtureKind::page("mirror", "กระจกอวตารของฉัน", "Mirror: my avatars", operations, "/me/personas")]
}

/// A caller without a name: so the record of sign-ins can't be read as the habits of a persona. Without the trace id too, which
/// would tie it to the named acts of the same page; and without the idempotency key, for a kept reply would hand out a session twice.
pub fn unnamed(ctx: &Ctx) -> Ctx {
    // What was signed stays with the act, sealed; that it was signed tells nobody who.
    let assurance = Assurance { signature: ctx.assurance.signature.clone(), ..Assurance::default() };
    Ctx { actor: Actor::Visitor, behalf: None, assurance, traceparent: None, idempotency: None, ..ctx.clone() }
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
