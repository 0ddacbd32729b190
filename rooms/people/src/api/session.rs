//! Session and sign-in over HTTP.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path},
    problem::{Problem, ProblemBody, SIGN_IN_REQUIRED},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    People,
    api::{RemoteKey, live},
    session::{Capacity, Live, Method},
    sign_in::Opened,
};

/// What someone is to the hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// Not signed in.
    Visitor,
    /// Signed in, acting for oneself.
    Citizen,
    /// Signed in, acting in an office.
    Officer,
}

/// The hall as a page names it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Hall)]
pub struct HallView {
    /// Its name.
    pub name: Text,
    /// Its address.
    pub origin: String,
}

/// Who is signed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// Visitor, citizen or officer.
    pub kind: SessionKind,
    /// The public handle that the record will show.
    #[schema(required)]
    pub persona: Option<String>,
    /// Display name; only its owner is told it.
    #[schema(required)]
    pub name: Option<String>,
    /// The office in which the officer acts.
    #[schema(required)]
    pub office: Option<String>,
    /// What that office is called.
    #[schema(required)]
    pub office_title: Option<Text>,
    /// Roles held there.
    pub roles: Vec<String>,
    /// When the session ends at the latest; it ends earlier when idle for half an hour.
    #[schema(required)]
    pub expires_at: Option<Timestamp>,
    /// How this session was opened.
    #[schema(required)]
    pub method: Option<Method>,
    /// The hall is a demonstration and offers demo sign-ins.
    pub demo: bool,
    /// Where one is.
    pub hall: HallView,
}

/// What to give to the authenticator.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Challenge {
    /// Names this ceremony at its finish; good once, for five minutes.
    pub ceremony: String,
    /// `{publicKey}`: the JSON form of WebAuthn's options (`PublicKeyCredential.parse…OptionsFromJSON`).
    #[schema(value_type = Object)]
    pub options: Value,
}

/// A demo sign-in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DemoSignIn {
    /// Citizen or officer.
    pub role: Capacity,
    /// The office in which to act; the profile's choice when left out. Only for the officer.
    pub office: Option<String>,
}

/// The authenticator's answer to a sign-in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishSignIn {
    /// Which ceremony.
    pub ceremony: String,
    /// `PublicKeyCredential.toJSON()`.
    #[schema(value_type = Object)]
    pub credential: Value,
    /// As a citizen or as an officer; when left out, as an officer if appointed anywhere.
    pub role: Option<Capacity>,
    /// The office in which to act; when left out, the first in which the person is appointed.
    pub office: Option<String>,
}

/// One open session of the signed-in person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionSummary {
    /// Its id.
    pub id: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// It is the one that asks.
    pub current: bool,
    /// How it was opened.
    pub method: Method,
}

/// What a signature needs from the hall.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SignatureNonce {
    /// Good for one signature within five minutes.
    pub nonce: String,
    /// The hall as the statement names it.
    pub hall: String,
    /// The domain to which the passkeys are bound.
    pub rp_id: String,
    /// The handle that signs.
    pub actor: String,
}

/// A session whose holder was just verified.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SteppedUp {
    /// Until when nothing asks again.
    pub fresh_until: Timestamp,
}

/// How a session looks from outside.
pub(crate) fn view(people: &People, ctx: &Ctx, live: Option<&Live>) -> SessionView {
    let acting = live.and_then(|live| live.who.acting.as_ref());
    let demo = people.demo_sign_ins().ok();
    SessionView {
        kind: match (live, acting) {
            (None, _) => SessionKind::Visitor,
            (Some(_), None) => SessionKind::Citizen,
            (Some(_), Some(_)) => SessionKind::Officer,
        },
        persona: live.map(|live| acting.map_or_else(|| live.who.persona.clone(), |acting| acting.handle.clone())),
        name: live.map(|live| match (live.method, demo, acting) {
            (Method::Demo, Some(demo), None) => demo.citizen.name.get(ctx.lang).to_owned(),
            (Method::Demo, Some(demo), Some(_)) => demo.officer.name.get(ctx.lang).to_owned(),
            _ => live.who.name.clone(),
        }),
        office: acting.map(|acting| acting.office.clone()),
        office_title: acting.and_then(|acting| people.office_title(&acting.office)),
        roles: acting.map(|acting| acting.roles.clone()).unwrap_or_default(),
        expires_at: live.map(|live| live.expires_at),
        method: live.map(|live| live.method),
        demo: demo.is_some(),
        hall: HallView { name: people.config.hall_name.clone(), origin: people.config.origin.clone() },
    }
}

/// A response that carries the cookie of a session just opened.
pub(crate) fn signed_in(people: &People, ctx: &Ctx, opened: &Opened) -> impl IntoResponse + use<> {
    let cookie = AppendHeaders([(header::SET_COOKIE, people.cookie.set(&opened.token))]);
    (cookie, Json(view(people, ctx, Some(&opened.live))))
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", operation_id = "get_session", tag = "people", security(()),
    responses((status = 200, body = SessionView)))]
pub(crate) async fn get_session(State(people): State<Arc<People>>, ctx: Ctx, headers: HeaderMap) -> Result<Json<SessionView>, Problem> {
    let live = live(&people, &headers, &ctx).await?;
    Ok(Json(view(&people, &ctx, live.as_ref())))
}

/// Sign out. Harmless when nobody is signed in.
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "close_session", tag = "people", security(()),
    responses((status = 204, description = "signed out"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn close_session(State(people): State<Arc<People>>, ctx: Ctx, headers: HeaderMap) -> Result<impl IntoResponse, Problem> {
    if let Some(live) = live(&people, &headers, &ctx).await? {
        people.close_session(&ctx, &live.id).await?;
    }
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, people.cookie.clear())])))
}

/// Sign in as the demo citizen or the demo officer. Exists only in a demonstration.
#[utoipa::path(post, path = "/api/v1/session/demo", operation_id = "enter_demo", tag = "people", security(()), request_body = DemoSignIn,
    responses((status = 200, body = SessionView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn enter_demo(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
    headers: HeaderMap,
    Body(input): Body<DemoSignIn>,
) -> Result<impl IntoResponse, Problem> {
    let replaces = people.token_in(&headers);
    let opened = match input.role {
        Capacity::Citizen => people.enter_as_demo_citizen(&ctx, &remote, replaces).await?,
        Capacity::Officer => people.enter_as_demo_officer(&ctx, &remote, input.office.as_deref(), replaces).await?,
    };
    Ok(signed_in(&people, &ctx, &opened))
}

/// Begin a sign-in with a passkey.
#[utoipa::path(post, path = "/api/v1/session/passkey/start", operation_id = "start_sign_in", tag = "people", security(()),
    responses((status = 200, body = Challenge), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn start_sign_in(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
) -> Result<Json<Challenge>, Problem> {
    let (ceremony, options) = people.start_sign_in(&ctx, &remote)?;
    Ok(Json(Challenge { ceremony, options }))
}

/// Sign in with a passkey.
#[utoipa::path(post, path = "/api/v1/session/passkey/finish", operation_id = "finish_sign_in", tag = "people", security(()),
    request_body = FinishSignIn, responses((status = 200, body = SessionView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn finish_sign_in(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
    headers: HeaderMap,
    Body(input): Body<FinishSignIn>,
) -> Result<impl IntoResponse, Problem> {
    let replaces = people.token_in(&headers);
    let opened =
        people.finish_sign_in(&ctx, &remote, &input.ceremony, &input.credential, (input.role, input.office.as_deref()), replaces).await?;
    Ok(signed_in(&people, &ctx, &opened))
}

/// The open sessions of the signed-in person, newest first.
#[utoipa::path(get, path = "/api/v1/sessions", operation_id = "list_sessions", tag = "people", security(("session" = [])),
    responses((status = 200, body = Page<SessionSummary>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_sessions(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    headers: HeaderMap,
) -> Result<Json<Page<SessionSummary>>, Problem> {
    ctx.require_signed_in()?;
    let current = live(&people, &headers, &ctx).await?;
    let rows = people.list_own_sessions(&ctx, current.as_ref()).await?;
    let summary = |(row, current): (crate::store::SessionRow, bool)| SessionSummary {
        id: row.id,
        opened_at: row.opened_at,
        current,
        method: row.method,
    };
    Ok(Json(Page::whole(rows.into_iter().map(summary).collect())))
}

/// Sign out of one's session on another device.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", operation_id = "close_other_session", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the session")),
    responses((status = 204, description = "closed"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn close_other_session(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    people.close_session(&ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get a nonce to sign one request with a passkey (header `Sala-Signature`).
#[utoipa::path(post, path = "/api/v1/session/nonce", operation_id = "start_signature", tag = "people", security(("session" = [])),
    responses((status = 200, body = SignatureNonce), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn start_signature(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
    headers: HeaderMap,
) -> Result<Json<SignatureNonce>, Problem> {
    ctx.require_signed_in()?;
    let live = live(&people, &headers, &ctx).await?.ok_or_else(|| SIGN_IN_REQUIRED.problem())?;
    let nonce = people.start_signature(&ctx, &remote, &live)?;
    let (hall, rp_id) = (people.config.origin.clone(), people.config.rp_id.clone());
    Ok(Json(SignatureNonce { nonce, hall, rp_id, actor: ctx.actor_name() }))
}

/// Confirm with a passkey that it is still you; then the session counts as fresh for five minutes. Must be signed.
#[utoipa::path(post, path = "/api/v1/session/step-up", operation_id = "step_up", tag = "people", security(("session" = [])),
    responses((status = 200, body = SteppedUp), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn step_up(State(people): State<Arc<People>>, ctx: Ctx, headers: HeaderMap) -> Result<Json<SteppedUp>, Problem> {
    ctx.require_signed_in()?;
    let token = people.token_in(&headers).ok_or_else(|| SIGN_IN_REQUIRED.problem())?;
    Ok(Json(SteppedUp { fresh_until: people.step_up(&ctx, token)? }))
}
