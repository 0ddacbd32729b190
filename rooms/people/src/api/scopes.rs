//! Scopes and their tokens over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, PageQuery, Path, Query, limit},
    problem::{INVALID, Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use sala_credential::base64url;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{People, scope::NewScope, store::ScopeRow};

/// A scope to open: everyone who is registered now may have one token of it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenScope {
    /// What the tokens are for.
    pub title: Text,
    /// The law, rule or decision that allows it.
    pub authority: Text,
    /// Until when tokens are given out.
    pub issue_until: Timestamp,
    /// From when they can be used: a minute or more after the last was given out.
    pub use_from: Timestamp,
    /// Until when.
    pub use_until: Timestamp,
    /// With fewer tokens than this none can be used: there would be too few to hide among. 2 or more.
    pub least: i64,
    /// Only for those whose identity a provider has proven by now: then one human has one token, not each registered person.
    #[serde(default)]
    pub identified: bool,
}

/// A scope.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Scope)]
pub struct ScopeView {
    /// Its id, which every token names.
    pub id: String,
    /// The office that opened it.
    pub office: String,
    /// What the tokens are for.
    pub title: Text,
    /// When it was opened: who was registered by then is eligible.
    pub opened_at: Timestamp,
    /// Until when tokens are given out.
    pub issue_until: Timestamp,
    /// From when they can be used.
    pub use_from: Timestamp,
    /// Until when.
    pub use_until: Timestamp,
    /// With fewer tokens than this none can be used.
    pub least: i64,
    /// Only for those whose identity a provider had proven when it was opened.
    pub identified: bool,
    /// How many persons are eligible.
    pub eligible: i64,
    /// How many tokens have been given out.
    pub issued: i64,
    /// Tokens are given out now.
    pub issuing: bool,
    /// Tokens can be used now.
    pub in_use: bool,
    /// The public key: SubjectPublicKeyInfo (DER) in base64url, as RFC 9578 §6.5 has it.
    pub key: String,
}

/// A token request.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestToken {
    /// The blinded message (RFC 9474 §4.2): 256 bytes in base64url. It says nothing about the token.
    pub request: String,
}

/// The hall's blind signature.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TokenReply {
    /// 256 bytes in base64url; unblinded on the person's device, it makes the token.
    pub reply: String,
}

fn view(row: ScopeRow, now: Timestamp) -> ScopeView {
    ScopeView {
        issuing: row.is_issuing(now),
        in_use: row.is_in_use(now),
        key: base64url::encode(&row.spki),
        issued: row.issued,
        id: row.id,
        office: row.office,
        title: row.title,
        opened_at: row.opened_at,
        issue_until: row.issue_until,
        use_from: row.use_from,
        use_until: row.use_until,
        least: row.least,
        identified: row.identified,
        eligible: row.eligible,
    }
}

/// The scopes, newest first.
#[utoipa::path(get, path = "/api/v1/scopes", operation_id = "list_scopes", tag = "people", security(()), params(PageQuery),
    responses((status = 200, body = Page<ScopeView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_scopes(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ScopeView>>, Problem> {
    let limit = limit(page.limit)?;
    let mut rows = people.list_scopes(page.after.as_deref(), limit + 1).await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|row| row.id.clone());
    let items = rows.into_iter().map(|row| view(row, ctx.now)).collect();
    Ok(Json(Page { items, next }))
}

/// One scope, with its key and its counts.
#[utoipa::path(get, path = "/api/v1/scopes/{id}", operation_id = "get_scope", tag = "people", security(()),
    params(("id" = String, Path, description = "Id of the scope")),
    responses((status = 200, body = ScopeView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_scope(State(people): State<Arc<People>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<ScopeView>, Problem> {
    let row = people.scope(&id).await?;
    Ok(Json(view(row, ctx.now)))
}

/// Open a scope. For officers who approve. Must be signed.
#[utoipa::path(post, path = "/api/v1/scopes", operation_id = "open_scope", tag = "people", security(("session" = [])),
    request_body = OpenScope, responses((status = 201, body = ScopeView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn open_scope(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Body(input): Body<OpenScope>,
) -> Result<(StatusCode, Json<ScopeView>), Problem> {
    let OpenScope { title, authority, issue_until, use_from, use_until, least, identified } = input;
    let row = people.open_scope(&ctx, NewScope { title, authority, issue_until, use_from, use_until, least, identified }).await?;
    Ok((StatusCode::CREATED, Json(view(row, ctx.now))))
}

/// Get the signed-in person's one token of a scope, blindly signed.
#[utoipa::path(post, path = "/api/v1/scopes/{id}/token", operation_id = "issue_token", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the scope")), request_body = RequestToken,
    responses((status = 200, body = TokenReply), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn issue_token(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<RequestToken>,
) -> Result<Json<TokenReply>, Problem> {
    let request = base64url::decode(&input.request).ok_or_else(|| INVALID.problem().at("/request", "expected base64url"))?;
    // Without its idempotency key: a kept reply would stand beside the caller's name.
    let ctx = Ctx { idempotency: None, ..ctx };
    Ok(Json(TokenReply { reply: base64url::encode(people.issue_token(&ctx, &id, &request).await?) }))
}
