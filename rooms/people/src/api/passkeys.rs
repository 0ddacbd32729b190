//! Passkeys over HTTP.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page},
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
        RemoteKey, live,
        session::{Challenge, SessionView, signed_in, view},
    },
    register::Registered,
};

/// A registration to begin.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartPasskey {
    /// Display name of a new person; not looked at when someone is signed in.
    pub name: Option<String>,
    /// The one-time code that `sala init` printed: makes the first administrator.
    pub code: Option<String>,
    /// An office in which the passkey is to be used: where that office asks for it (`list_authenticators`), the authenticator's maker must
    /// attest it.
    pub office: Option<String>,
}

/// The authenticator's answer to a registration.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishPasskey {
    /// Which ceremony.
    pub ceremony: String,
    /// `PublicKeyCredential.toJSON()`.
    #[schema(value_type = Object)]
    pub credential: Value,
    /// How its owner tells this passkey from others.
    pub label: String,
}

/// A passkey of the signed-in person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Passkey)]
pub struct PasskeyView {
    /// Its id.
    pub id: String,
    /// How its owner calls it.
    pub label: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last signed in.
    #[schema(required)]
    pub last_used_at: Option<Timestamp>,
    /// The model of the authenticator, where its maker attested it.
    #[schema(required)]
    pub authenticator: Option<Text>,
}

/// The passkeys of the signed-in person, oldest first.
#[utoipa::path(get, path = "/api/v1/passkeys", operation_id = "list_passkeys", tag = "people", security(("session" = [])),
    responses((status = 200, body = Page<PasskeyView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_passkeys(State(people): State<Arc<People>>, ctx: Ctx) -> Result<Json<Page<PasskeyView>>, Problem> {
    let passkeys = people.passkeys(ctx.require_signed_in()?).await?;
    let items = passkeys.into_iter().map(|(row, secret)| PasskeyView {
        id: row.id,
        label: secret.label,
        created_at: row.created_at,
        last_used_at: secret.last_used_at.map(Timestamp),
        authenticator: secret.attested.map(|attested| people.config.authenticators.title_of(&attested)),
    });
    Ok(Json(Page::whole(items.collect())))
}

/// Begin to register a passkey: of a new person, or one more of the signed-in person.
#[utoipa::path(post, path = "/api/v1/passkeys/start", operation_id = "start_passkey", tag = "people", security(()), request_body = StartPasskey,
    responses((status = 200, body = Challenge), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn start_passkey(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
    headers: HeaderMap,
    Body(input): Body<StartPasskey>,
) -> Result<Json<Challenge>, Problem> {
    let live = live(&people, &headers, &ctx).await?;
    let asked = (input.name.as_deref(), input.code.as_deref(), input.office.as_deref());
    let (ceremony, options) = people.start_registration(&ctx, &remote, asked, live.as_ref()).await?;
    Ok(Json(Challenge { ceremony, options }))
}

/// Register a passkey. A new person is signed in with it at once.
#[utoipa::path(post, path = "/api/v1/passkeys/finish", operation_id = "finish_passkey", tag = "people", security(()),
    request_body = FinishPasskey, responses((status = 200, body = SessionView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn finish_passkey(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
    headers: HeaderMap,
    Body(input): Body<FinishPasskey>,
) -> Result<Response, Problem> {
    let live = live(&people, &headers, &ctx).await?;
    let registered = people.finish_registration(&ctx, &remote, &input.ceremony, &input.credential, &input.label, live.as_ref()).await?;
    Ok(match registered {
        Registered::SignedIn(opened) => signed_in(&people, &ctx, &opened).into_response(),
        Registered::Added(live) => Json(view(&people, &ctx, Some(&live))).into_response(),
    })
}
