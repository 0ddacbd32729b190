//! National identity over HTTP.
//!
//! The page at `/identity/{provider}/callback` takes `state`, `code`, `iss` and `error` from its address, and posts them to
//! `/api/v1/identity/finish`; then it takes them out of the address bar.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path},
    problem::{Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    People,
    api::{
        RemoteKey, SignedIn, live,
        session::{SessionView, view},
    },
    identity::{Finished, IdentityPurpose, LIFE_S, LinkedIdentity, Returned},
    oidc::provider::Provider,
    recovery::RecoverySlip,
};

/// Who may say who someone is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IdentityProvider {
    /// Its id.
    pub id: String,
    /// What the page calls it.
    pub title: Text,
    /// The law on which the hall relies.
    pub legal_basis: Text,
    /// The highest level that it proves, in hundredths.
    pub highest_level: i64,
    /// The hall offers its name at registration and keeps it sealed.
    pub keeps_name: bool,
    /// The hall keeps a number of it sealed, where someone has one.
    pub keeps_number: bool,
    /// It proves nothing outside a demonstration.
    pub demo: bool,
}

/// To set out for a provider.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartIdentity {
    /// What for; when left out, `link` if someone is signed in, else `sign_in`.
    pub purpose: Option<IdentityPurpose>,
    /// Path of this hall where the page goes on afterwards; `/` when left out.
    pub return_to: Option<String>,
}

/// Where to go.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IdentityDeparture {
    /// The whole address at the provider: the page goes there.
    pub url: String,
    /// Until when the browser must be back.
    pub ends_at: Timestamp,
}

/// What the provider sent the browser back with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishIdentity {
    /// The provider in the path of the callback page.
    pub provider: String,
    /// `state`.
    pub state: String,
    /// `code`.
    pub code: Option<String>,
    /// `iss`.
    pub iss: Option<String>,
    /// `error`, in the place of a code.
    pub error: Option<String>,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IdentityOutcome)]
pub enum Outcome {
    /// Signed in: `session`.
    SignedIn,
    /// Linked to the signed-in person: `identity`.
    Linked,
    /// Nobody here has it: register or sign in with a passkey, then claim `ticket`.
    Unknown,
    /// A recovery was opened: `recovery`.
    Recovery,
}

/// Where the page goes on; what is not for this outcome is null.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IdentityArrival {
    /// How it ended.
    pub outcome: Outcome,
    /// Path of this hall to go on at.
    pub return_to: String,
    /// `signed_in`.
    #[schema(required)]
    pub session: Option<SessionView>,
    /// `linked`.
    #[schema(required)]
    pub identity: Option<IdentityView>,
    /// `unknown`: good once, for ten minutes, in this browser.
    #[schema(required)]
    pub ticket: Option<String>,
    /// `unknown`: the name that the provider told, to be offered at registration.
    #[schema(required)]
    pub name: Option<String>,
    /// `recovery`: what binds a new passkey after the cool-off.
    #[schema(required)]
    pub recovery: Option<IdentityRecovery>,
}

/// The slip of a recovery, shown this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IdentityRecovery {
    /// Names it.
    pub recovery_id: String,
    /// Proves it.
    pub code: String,
}

/// To take an identity that nobody had.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimIdentity {
    /// The ticket.
    pub ticket: String,
}

/// An identity of the signed-in person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Identity)]
pub struct IdentityView {
    /// Its id.
    pub id: String,
    /// Id of the provider.
    pub provider: String,
    /// What the provider is called; null: the hall trusts it no more, and the level counts for nothing.
    #[schema(required)]
    pub provider_title: Option<Text>,
    /// What it proves, in hundredths (IAL).
    pub level: i64,
    /// Since when.
    pub since: Timestamp,
    /// A name is kept with it.
    pub keeps_name: bool,
    /// A number is kept with it.
    pub keeps_number: bool,
}

/// An identity in the download, with what is kept of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnIdentity {
    /// As in the list.
    pub identity: IdentityView,
    /// The name that the provider told.
    #[schema(required)]
    pub name: Option<String>,
    /// The number that the provider told.
    #[schema(required)]
    pub number: Option<String>,
}

impl From<LinkedIdentity> for OwnIdentity {
    fn from(linked: LinkedIdentity) -> Self {
        Self { name: linked.name.clone(), number: linked.number.clone(), identity: linked.into() }
    }
}

impl From<&Provider> for IdentityProvider {
    fn from(provider: &Provider) -> Self {
        Self {
            id: provider.id.clone(),
            title: provider.title.clone(),
            legal_basis: provider.legal_basis.clone(),
            highest_level: provider.highest_level(),
            keeps_name: provider.name_claim.is_some(),
            keeps_number: provider.number_claim.is_some(),
            demo: provider.is_demo,
        }
    }
}

impl From<LinkedIdentity> for IdentityView {
    fn from(linked: LinkedIdentity) -> Self {
        Self {
            id: linked.row.id,
            provider: linked.provider,
            provider_title: linked.title,
            level: linked.level,
            since: linked.row.since,
            keeps_name: linked.name.is_some(),
            keeps_number: linked.number.is_some(),
        }
    }
}

impl From<RecoverySlip> for IdentityRecovery {
    fn from(slip: RecoverySlip) -> Self {
        Self { recovery_id: slip.recovery_id, code: slip.code }
    }
}

/// The cookie by which the browser that comes back is known to be the one that set out (login CSRF, RFC 9700 §4.7). `Strict`: our own
/// page sends it.
struct BrowserCookie {
    is_secure: bool,
}

impl BrowserCookie {
    fn of(people: &People) -> Self {
        Self { is_secure: people.config.is_secure }
    }

    fn name(&self) -> &'static str {
        if self.is_secure { "__Host-sala-identity" } else { "sala-identity" }
    }

    fn set(&self, value: &str, max_age_s: i64) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}", self.name())
    }

    fn read<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
        pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == self.name()).map(|(_, value)| value)
    }
}

/// Who may say who someone is in this hall.
#[utoipa::path(get, path = "/api/v1/identity/providers", operation_id = "list_identity_providers", tag = "people", security(()),
    responses((status = 200, body = Page<IdentityProvider>)))]
pub(crate) async fn list_identity_providers(State(people): State<Arc<People>>) -> Json<Page<IdentityProvider>> {
    Json(Page::whole(people.config.identity.all().iter().map(IdentityProvider::from).collect()))
}

/// The public keys of this hall as a client of a provider (RFC 7517 §5), for the provider to fetch.
#[utoipa::path(get, path = "/api/v1/identity/{provider}/jwks", operation_id = "get_identity_keys", tag = "people", security(()),
    params(("provider" = String, Path, description = "Id of the provider")),
    responses((status = 200, description = "a JWK set", body = Object), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_identity_keys(State(people): State<Arc<People>>, Path(provider): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(people.identity_keys(&provider)?))
}

/// Set out for a provider: to sign in, to link an identity to the signed-in person (confirmed with a passkey just now), or to recover.
#[utoipa::path(post, path = "/api/v1/identity/{provider}/start", operation_id = "start_identity", tag = "people", security(()),
    params(("provider" = String, Path, description = "Id of the provider")), request_body = StartIdentity,
    responses((status = 200, body = IdentityDeparture), (status = "4XX", body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn start_identity(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
    Path(provider): Path<String>,
    headers: HeaderMap,
    Body(input): Body<StartIdentity>,
) -> Result<impl IntoResponse, Problem> {
    let live = live(&people, &headers, &ctx).await?;
    let begun = people.start_identity(&ctx, &remote, &provider, input.purpose, input.return_to.as_deref(), live.as_ref()).await?;
    let cookie = BrowserCookie::of(&people).set(&begun.browser, LIFE_S);
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(IdentityDeparture { url: begun.url, ends_at: begun.ends_at })))
}

/// Come back from a provider.
#[utoipa::path(post, path = "/api/v1/identity/finish", operation_id = "finish_identity", tag = "people", security(()),
    request_body = FinishIdentity,
    responses((status = 200, body = IdentityArrival), (status = "4XX", body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn finish_identity(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
    headers: HeaderMap,
    Body(input): Body<FinishIdentity>,
) -> Result<Response, Problem> {
    let live = live(&people, &headers, &ctx).await?;
    let cookie = BrowserCookie::of(&people);
    let returned = Returned {
        provider: &input.provider,
        state: &input.state,
        code: input.code.as_deref(),
        issuer: input.iss.as_deref(),
        error: input.error.as_deref(),
        browser: cookie.read(&headers),
    };
    let finished = people.finish_identity(&ctx, &remote, returned, live.as_ref(), people.token_in(&headers)).await?;
    let done = AppendHeaders([(header::SET_COOKIE, cookie.set("", 0))]);
    let nothing = |outcome, return_to| IdentityArrival {
        outcome,
        return_to,
        session: None,
        identity: None,
        ticket: None,
        name: None,
        recovery: None,
    };
    Ok(match finished {
        Finished::SignedIn(opened, return_to) => {
            let session = Some(view(&people, &ctx, Some(&opened.live)));
            let signed_in = AppendHeaders([(header::SET_COOKIE, people.cookie.set(&opened.token))]);
            (signed_in, done, Json(IdentityArrival { session, ..nothing(Outcome::SignedIn, return_to) })).into_response()
        }
        Finished::Linked(linked, return_to) => {
            (done, Json(IdentityArrival { identity: Some((*linked).into()), ..nothing(Outcome::Linked, return_to) })).into_response()
        }
        // The cookie is still needed, for the claim.
        Finished::Unknown { ticket, name, return_to } => {
            let browser = cookie.set(cookie.read(&headers).unwrap_or_default(), LIFE_S);
            let arrival = IdentityArrival { ticket: Some(ticket), name, ..nothing(Outcome::Unknown, return_to) };
            (AppendHeaders([(header::SET_COOKIE, browser)]), Json(arrival)).into_response()
        }
        Finished::Recovery(slip) => {
            (done, Json(IdentityArrival { recovery: Some(slip.into()), ..nothing(Outcome::Recovery, "/".into()) })).into_response()
        }
    })
}

/// Take the identity that came back while nobody was signed in. The session must be fresh: just registered, or confirmed with a passkey.
#[utoipa::path(post, path = "/api/v1/identity/claim", operation_id = "claim_identity", tag = "people", security(("session" = [])),
    request_body = ClaimIdentity, responses((status = 200, body = IdentityView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn claim_identity(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    RemoteKey(remote): RemoteKey,
    headers: HeaderMap,
    Body(input): Body<ClaimIdentity>,
) -> Result<impl IntoResponse, Problem> {
    let live = live(&people, &headers, &ctx).await?;
    let cookie = BrowserCookie::of(&people);
    let linked = people.claim_identity(&ctx, &remote, &input.ticket, cookie.read(&headers), live.as_ref()).await?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie.set("", 0))]), Json(IdentityView::from(linked))))
}

/// The identities of the signed-in person, the oldest first.
#[utoipa::path(get, path = "/api/v1/identities", operation_id = "list_identities", tag = "people", security(("session" = [])),
    responses((status = 200, body = Page<IdentityView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_identities(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<Page<IdentityView>>, Problem> {
    Ok(Json(Page::whole(people.list_identities(&ctx).await?.into_iter().map(IdentityView::from).collect())))
}

/// Unlink an identity: it proves nothing and signs in no more. Nobody else can link it. The session must be fresh.
#[utoipa::path(delete, path = "/api/v1/identities/{id}", operation_id = "unlink_identity", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the identity")),
    responses((status = 204, description = "unlinked"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn unlink_identity(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    people.unlink_identity(&ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
