//! Mandates over HTTP. A request under a mandate carries its id in the header `Sala-Behalf`; that is the hall's middleware.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, PageQuery, Path, Query, limit},
    problem::{Problem, ProblemBody},
    store::ActSummary,
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    People,
    mandate::{
        delegation::Delegation,
        filing::Filing,
        organisation::is_organisation,
        rule::{Limit, Status},
    },
    store::{self, MandateRow, Side},
};

/// A mandate to be filed. Who asks is one of the two sides.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantMandate {
    /// Id of the form.
    pub form: String,
    /// Public handle of the one for whom will be acted: an organisation that you hold, or, where the agent asks, a persona. Left out: you.
    pub principal: Option<String>,
    /// Public handle of the persona that will act. Left out where the agent asks: you.
    pub agent: Option<String>,
    /// Ids of groups, or single operations of theirs.
    #[schema(min_items = 1, max_items = 32)]
    pub scope: Vec<String>,
    /// The most that may move at a time, in satang. Where money moves, one of the two limits must stand.
    #[schema(minimum = 1)]
    pub limit_per_act_satang: Option<i64>,
    /// The most that may move in all, in satang.
    #[schema(minimum = 1)]
    pub limit_total_satang: Option<i64>,
    /// From when; left out: at once.
    pub from: Option<Timestamp>,
    /// Until when (excluded).
    pub until: Timestamp,
    /// For the other side; sealed.
    #[schema(max_length = 2000)]
    pub note: Option<String>,
    /// What proves it, where the form asks for evidence; sealed.
    #[schema(max_length = 2000)]
    pub evidence: Option<String>,
}

/// What an officer checked.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmMandate {
    /// The document, its number and date; sealed.
    #[schema(min_length = 1, max_length = 2000)]
    pub finding: String,
}

/// One entry of a scope.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MandateScope)]
pub struct MandateScopeView {
    /// Id of a group or of an operation.
    pub id: String,
    /// What a group is called; null for a single operation.
    #[schema(required)]
    pub title: Option<Text>,
}

/// A mandate.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Mandate)]
pub struct MandateView {
    /// Its id: what `Sala-Behalf` carries.
    pub id: String,
    /// Id of the form.
    pub form: String,
    /// What the form is called; null when the profile no longer has it.
    #[schema(required)]
    pub form_title: Option<Text>,
    /// Handle of the principal: a persona or an organisation.
    pub principal: String,
    /// Name of the organisation, if the principal is one.
    #[schema(required)]
    pub organisation: Option<String>,
    /// Handle of the agent's persona.
    pub agent: String,
    /// What may be done.
    pub scope: Vec<MandateScopeView>,
    /// The most that may move at a time, in satang.
    #[schema(required)]
    pub limit_per_act_satang: Option<i64>,
    /// The most that may move in all, in satang. Without either limit no money may move.
    #[schema(required)]
    pub limit_total_satang: Option<i64>,
    /// What has moved, in satang.
    pub spent_satang: i64,
    /// From when.
    pub from: Timestamp,
    /// Until when (excluded).
    pub until: Timestamp,
    /// What it is worth now.
    pub status: Status,
    /// The office that must confirm it, or did.
    #[schema(required)]
    pub confirming_office: Option<String>,
    /// When it was filed.
    pub granted_at: Timestamp,
    /// When the agent accepted.
    #[schema(required)]
    pub accepted_at: Option<Timestamp>,
    /// When an officer confirmed.
    #[schema(required)]
    pub confirmed_at: Option<Timestamp>,
    /// When it was refused or revoked.
    #[schema(required)]
    pub ended_at: Option<Timestamp>,
}

/// One mandate, with what only its sides and the confirming office can read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MandateDetail {
    #[serde(flatten)]
    mandate: MandateView,
    /// The note for the other side.
    #[schema(required)]
    note: Option<String>,
    /// The evidence.
    #[schema(required)]
    evidence: Option<String>,
    /// Its steps and what was done under it, the newest first, at most 100.
    acts: Vec<ActSummary>,
}

/// Which side of a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MandateSide {
    /// Those that one has given.
    Given,
    /// Those under which one acts, or could.
    Received,
}

/// Which mandates.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MandateQuery {
    /// Given or received by the persona in use.
    #[param(inline)]
    side: MandateSide,
    /// With `given`: by this organisation that the persona holds.
    principal: Option<String>,
    /// `next` of the part before.
    after: Option<String>,
    /// At most so many, 1–500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

async fn view(people: &People, ctx: &Ctx, row: &MandateRow) -> Result<MandateView, Problem> {
    let (mandate, delegation) = (row.mandate.clone(), &people.config.delegation);
    let organisation = if is_organisation(&mandate.principal) {
        store::organisation(&people.store, &mandate.principal).await?.map(|row| row.organisation.name)
    } else {
        None
    };
    Ok(MandateView {
        status: mandate.status(ctx.now),
        form_title: delegation.form(&mandate.form).map(|form| form.title.clone()),
        scope: mandate.scope.into_iter().map(|id| MandateScopeView { title: delegation.title(&id).cloned(), id }).collect(),
        id: mandate.id,
        form: mandate.form,
        principal: mandate.principal,
        organisation,
        agent: mandate.agent,
        limit_per_act_satang: mandate.limit.per_act,
        limit_total_satang: mandate.limit.total,
        spent_satang: mandate.spent,
        from: mandate.from,
        until: mandate.until,
        confirming_office: mandate.office,
        granted_at: mandate.granted_at,
        accepted_at: mandate.accepted_at,
        confirmed_at: mandate.confirmed_at,
        ended_at: mandate.ended_at,
    })
}

async fn page(people: &People, ctx: &Ctx, mut rows: Vec<MandateRow>, limit: usize) -> Result<Json<Page<MandateView>>, Problem> {
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|row| row.mandate.id.clone());
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        items.push(view(people, ctx, row).await?);
    }
    Ok(Json(Page { items, next }))
}

/// What can be delegated in this hall, in which forms, under which law.
#[utoipa::path(get, path = "/api/v1/mandate-forms", operation_id = "list_mandate_forms", tag = "people", security(()),
    responses((status = 200, body = Delegation)))]
pub(crate) async fn list_mandate_forms(State(people): State<Arc<People>>) -> Json<Delegation> {
    Json(people.config.delegation.clone())
}

/// The mandates of the persona in use, the newest first.
#[utoipa::path(get, path = "/api/v1/mandates", operation_id = "list_mandates", tag = "people", security(("session" = [])),
    params(MandateQuery), responses((status = 200, body = Page<MandateView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_mandates(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    query: Result<Query<MandateQuery>, Problem>,
) -> Result<Json<Page<MandateView>>, Problem> {
    ctx.require_signed_in()?;
    let Query(query) = query?;
    let limit = limit(query.limit)?;
    let side = match query.side {
        MandateSide::Given => Side::Principal,
        MandateSide::Received => Side::Agent,
    };
    let before = query.after.as_deref().unwrap_or_default();
    let rows = people.list_mandates(&ctx, side, query.principal.as_deref(), before, limit + 1).await?;
    page(&people, &ctx, rows, limit).await
}

/// The mandates that wait for an officer of the own office, the newest first.
#[utoipa::path(get, path = "/api/v1/mandates/waiting", operation_id = "list_waiting_mandates", tag = "people", security(("session" = [])),
    params(PageQuery), responses((status = 200, body = Page<MandateView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_waiting_mandates(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<MandateView>>, Problem> {
    let limit = limit(query.limit)?;
    let rows = people.list_waiting_mandates(&ctx, query.after.as_deref().unwrap_or_default(), limit + 1).await?;
    page(&people, &ctx, rows, limit).await
}

/// File a mandate: as principal, or, where the form says so, as agent. Must be signed.
#[utoipa::path(post, path = "/api/v1/mandates", operation_id = "grant_mandate", tag = "people", security(("session" = [])),
    request_body = GrantMandate, responses((status = 200, body = MandateView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn grant_mandate(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    body: Result<Body<GrantMandate>, Problem>,
) -> Result<Json<MandateView>, Problem> {
    ctx.require_signed_in()?;
    let Body(input) = body?;
    let filing = Filing {
        form: input.form,
        principal: input.principal,
        agent: input.agent,
        scope: input.scope,
        limit: Limit { per_act: input.limit_per_act_satang, total: input.limit_total_satang },
        from: input.from,
        until: input.until,
        note: input.note,
        evidence: input.evidence,
    };
    let row = people.grant_mandate(&ctx, filing).await?;
    view(&people, &ctx, &row).await.map(Json)
}

/// One mandate with its acts. For its two sides and the confirming office.
#[utoipa::path(get, path = "/api/v1/mandates/{id}", operation_id = "get_mandate", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the mandate")),
    responses((status = 200, body = MandateDetail), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_mandate(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<MandateDetail>, Problem> {
    let row = people.get_mandate(&ctx, &id).await?;
    let secret = people.mandate_secret(&row).await?;
    let acts = people.acts_of_mandate(&id).await?;
    Ok(Json(MandateDetail { mandate: view(&people, &ctx, &row).await?, note: secret.note, evidence: secret.evidence, acts }))
}

/// Accept an offer, as its agent. Must be signed.
#[utoipa::path(post, path = "/api/v1/mandates/{id}/accept", operation_id = "accept_mandate", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the mandate")),
    responses((status = 200, body = MandateView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn accept_mandate(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<MandateView>, Problem> {
    let row = people.accept_mandate(&ctx, &id).await?;
    view(&people, &ctx, &row).await.map(Json)
}

/// Refuse an offer, as its agent; or what awaits confirmation, as an officer, who must sign it.
#[utoipa::path(post, path = "/api/v1/mandates/{id}/refuse", operation_id = "refuse_mandate", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the mandate")),
    responses((status = 200, body = MandateView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn refuse_mandate(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<MandateView>, Problem> {
    let row = people.refuse_mandate(&ctx, &id).await?;
    view(&people, &ctx, &row).await.map(Json)
}

/// Confirm a mandate on its evidence, as an officer of the confirming office. Must be signed.
#[utoipa::path(post, path = "/api/v1/mandates/{id}/confirm", operation_id = "confirm_mandate", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the mandate")), request_body = ConfirmMandate,
    responses((status = 200, body = MandateView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn confirm_mandate(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
    body: Result<Body<ConfirmMandate>, Problem>,
) -> Result<Json<MandateView>, Problem> {
    ctx.require_signed_in()?;
    let Body(input) = body?;
    let row = people.confirm_mandate(&ctx, &id, &input.finding).await?;
    view(&people, &ctx, &row).await.map(Json)
}

/// End a mandate at once: as principal, as agent, or as the confirming office. Must be signed.
#[utoipa::path(post, path = "/api/v1/mandates/{id}/revoke", operation_id = "revoke_mandate", tag = "people", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the mandate")),
    responses((status = 200, body = MandateView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn revoke_mandate(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<MandateView>, Problem> {
    let row = people.revoke_mandate(&ctx, &id).await?;
    view(&people, &ctx, &row).await.map(Json)
}
