//! Recovery and passkeys given up, over HTTP.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path},
    problem::{Problem, ProblemBody, SIGN_IN_REQUIRED},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    People,
    api::{
        RemoteKey, SignedIn, live,
        passkeys::PasskeyView,
        session::{Challenge, SessionView, signed_in},
    },
    recovery::{RecoverySlip, Road, Stage, desk::Seen},
    store::recovery::RecoveryRow,
};

/// Another label for a passkey.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenamePasskey {
    /// How its owner will call it.
    pub label: String,
}

/// A road that is set up, or a recovery under way.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Recovery)]
pub struct RecoveryView {
    /// Its id (not the one that is printed).
    pub id: String,
    /// By which road.
    pub road: Road,
    /// How far it is.
    pub stage: Stage,
    /// When this stage began.
    pub since: Timestamp,
    /// From when it may bind a passkey; null before it is open.
    #[schema(required)]
    pub ready_at: Option<Timestamp>,
    /// When it is over (while `bound`: when the person has settled); null for a road that is only set up.
    #[schema(required)]
    pub ends_at: Option<Timestamp>,
}

/// A printed code, shown this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreparedRecovery {
    /// Names the recovery; ten letters.
    pub recovery_id: String,
    /// Proves it; 25 letters. Kept nowhere.
    pub code: String,
    /// What it belongs to.
    pub recovery: RecoveryView,
}

/// What stands on the paper.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProveRecovery {
    /// The id.
    pub recovery_id: String,
    /// The code.
    pub code: String,
}

/// The authenticator's answer to the end of a recovery.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishRecovery {
    /// Which ceremony.
    pub ceremony: String,
    /// `PublicKeyCredential.toJSON()`.
    #[schema(value_type = Object)]
    pub credential: Value,
    /// How its owner tells this passkey from others.
    pub label: String,
}

/// Whom an officer sees before them.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenAtDesk {
    /// The persona that the person names, or the id that is printed beside their recovery code.
    pub handle: String,
    /// The name in their papers, as they registered it.
    pub name: String,
}

/// A recovery at the desk.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskCase {
    /// Its id.
    pub id: String,
    /// When the first officer vouched.
    pub since: Timestamp,
    /// Until when a second officer can confirm.
    pub ends_at: Timestamp,
}

impl From<&RecoveryRow> for RecoveryView {
    fn from(row: &RecoveryRow) -> Self {
        let told = |at: Timestamp| (at.0 < i64::MAX).then_some(at);
        let (ready_at, ends_at) = (told(row.ready_at), told(row.ends_at));
        Self { id: row.id.clone(), road: row.road, stage: row.stage, since: row.since, ready_at, ends_at }
    }
}

fn desk_case(row: &RecoveryRow) -> DeskCase {
    DeskCase { id: row.id.clone(), since: row.since, ends_at: row.ends_at }
}

fn prepared((row, slip): (RecoveryRow, RecoverySlip)) -> PreparedRecovery {
    PreparedRecovery { recovery_id: slip.recovery_id, code: slip.code, recovery: RecoveryView::from(&row) }
}

/// Give a passkey another label.
#[utoipa::path(patch, path = "/api/v1/passkeys/{id}", operation_id = "rename_passkey", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the passkey")), request_body = RenamePasskey,
    responses((status = 200, body = PasskeyView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn rename_passkey(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
    Body(input): Body<RenamePasskey>,
) -> Result<Json<PasskeyView>, Problem> {
    let (row, secret) = people.rename_passkey(&ctx, &id, &input.label).await?;
    let last_used_at = secret.last_used_at.map(Timestamp);
    let authenticator = secret.attested.map(|attested| people.config.authenticators.title_of(&attested));
    Ok(Json(PasskeyView { id: row.id, label: secret.label, created_at: row.created_at, last_used_at, authenticator }))
}

/// Remove a passkey; all other sessions end. Signed. Not the last one, unless a printed recovery code is set up.
#[utoipa::path(delete, path = "/api/v1/passkeys/{id}", operation_id = "remove_passkey", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the passkey")),
    responses((status = 204, description = "removed"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_passkey(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let live = live(&people, &headers, &ctx).await?.ok_or_else(|| SIGN_IN_REQUIRED.problem())?;
    people.remove_passkey(&ctx, &id, &live.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The roads that the signed-in person set up, and recoveries of them under way.
#[utoipa::path(get, path = "/api/v1/me/recoveries", operation_id = "list_recoveries", tag = "people", security(("session" = [])),
    responses((status = 200, body = Page<RecoveryView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_recoveries(State(people): State<Arc<People>>, ctx: Ctx) -> Result<Json<Page<RecoveryView>>, Problem> {
    Ok(Json(Page::whole(people.list_recoveries(&ctx).await?.iter().map(RecoveryView::from).collect())))
}

/// Stop a recovery, discard a code, or undo a recovery while the person settles: then its passkey is removed and all other sessions
/// end. Needs a session with a passkey.
#[utoipa::path(delete, path = "/api/v1/me/recoveries/{id}", operation_id = "stop_recovery", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the recovery")),
    responses((status = 204, description = "stopped"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn stop_recovery(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let live = live(&people, &headers, &ctx).await?;
    people.stop_recovery(&ctx, &id, live.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a recovery code to print; an earlier one ends. Signed. Not for holders of an office.
#[utoipa::path(post, path = "/api/v1/me/recovery-code", operation_id = "prepare_recovery_code", tag = "people", security(("session" = [])),
    responses((status = 200, body = PreparedRecovery), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn prepare_recovery_code(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<PreparedRecovery>, Problem> {
    Ok(Json(prepared(people.prepare_recovery_code(&ctx).await?)))
}

/// Open a recovery with what stands on the paper, or see how far it is. The person is told at once.
#[utoipa::path(post, path = "/api/v1/recovery", operation_id = "open_recovery", tag = "people", security(()), request_body = ProveRecovery,
    responses((status = 200, body = RecoveryView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn open_recovery(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
    Body(input): Body<ProveRecovery>,
) -> Result<Json<RecoveryView>, Problem> {
    let row = people.open_recovery(&ctx, &remote, &input.recovery_id, &input.code).await?;
    Ok(Json(RecoveryView::from(&row)))
}

/// Begin to bind a new passkey, once the cool-off is over.
#[utoipa::path(post, path = "/api/v1/recovery/passkey/start", operation_id = "start_recovery_passkey", tag = "people", security(()),
    request_body = ProveRecovery, responses((status = 200, body = Challenge), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn start_recovery_passkey(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
    Body(input): Body<ProveRecovery>,
) -> Result<Json<Challenge>, Problem> {
    let (ceremony, options) = people.start_recovery_passkey(&ctx, &remote, &input.recovery_id, &input.code).await?;
    Ok(Json(Challenge { ceremony, options }))
}

/// Bind the new passkey and sign in with it. For a while nothing can be signed.
#[utoipa::path(post, path = "/api/v1/recovery/passkey/finish", operation_id = "finish_recovery_passkey", tag = "people", security(()),
    request_body = FinishRecovery, responses((status = 200, body = SessionView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn finish_recovery_passkey(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    RemoteKey(remote): RemoteKey,
    Body(input): Body<FinishRecovery>,
) -> Result<impl IntoResponse, Problem> {
    let opened = people.finish_recovery_passkey(&ctx, &remote, &input.ceremony, &input.credential, &input.label).await?;
    Ok(signed_in(&people, &ctx, &opened))
}

/// What waits at the recovery desk for a second officer. For registrars.
#[utoipa::path(get, path = "/api/v1/recovery/desk", operation_id = "list_desk", tag = "people", security(("session" = [])),
    responses((status = 200, body = Page<DeskCase>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_desk(State(people): State<Arc<People>>, ctx: Ctx) -> Result<Json<Page<DeskCase>>, Problem> {
    Ok(Json(Page::whole(people.list_vouched(&ctx).await?.iter().map(desk_case).collect())))
}

/// Vouch, as the first of two officers, for someone who came in person. Signed. For registrars.
#[utoipa::path(post, path = "/api/v1/recovery/desk", operation_id = "vouch_at_desk", tag = "people", security(("session" = [])),
    request_body = SeenAtDesk, responses((status = 200, body = DeskCase), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn vouch_at_desk(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Body(input): Body<SeenAtDesk>,
) -> Result<Json<DeskCase>, Problem> {
    let seen = Seen { handle: &input.handle, name: &input.name };
    Ok(Json(desk_case(&people.vouch_at_desk(&ctx, seen).await?)))
}

/// Confirm as the second officer. Signed. Opens the recovery; what is answered is printed for the person, once.
#[utoipa::path(post, path = "/api/v1/recovery/desk/{id}/confirm", operation_id = "confirm_at_desk", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the case")), request_body = SeenAtDesk,
    responses((status = 200, body = PreparedRecovery), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn confirm_at_desk(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
    Body(input): Body<SeenAtDesk>,
) -> Result<Json<PreparedRecovery>, Problem> {
    let seen = Seen { handle: &input.handle, name: &input.name };
    Ok(Json(prepared(people.confirm_at_desk(&ctx, &id, seen).await?)))
}
