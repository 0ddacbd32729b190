//! Unmasking cases and invitations of officers over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, PageQuery, Path, Query, limit},
    problem::{Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    SignedIn,
    officers::{OfficerView, view as officer_view},
};
use crate::{
    People, PersonData,
    unmasking::{Case, Wanted, opening::UnmaskingCounts},
};

/// What to ask the custodians.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestUnmasking {
    /// Public handle of the persona.
    pub persona: String,
    /// Id of a law of the profile.
    pub legal_basis: String,
    /// The warrant or order, in words that custodians can check; 1 to 500 letters, sealed.
    pub warrant: String,
    /// What is to be found out and why this persona; 1 to 500 letters, sealed.
    pub scope: String,
    /// Until when custodians may decide; at most 90 days ahead.
    pub deadline: Timestamp,
}

/// An officer's decision for the custodian of their office.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideUnmasking {
    /// Whether the custodian may give its part.
    pub release: bool,
    /// Why; public. Names nobody.
    pub reason: String,
}

/// What one custodian said.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnmaskingDecision {
    /// The custodian.
    pub member: String,
    /// What it is called.
    #[schema(required)]
    pub title: Option<Text>,
    /// `approved`, `released` (its hash is in the record), `given`, `refused` or `cheated`.
    pub step: String,
    /// Why.
    #[schema(required)]
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The act.
    pub act: String,
}

/// An unmasking case. For the requesting office and the custodians' officers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Unmasking)]
pub struct UnmaskingView {
    /// Its id.
    pub id: String,
    /// `asked`, `opened`, `withdrawn`, `expired`, `refused` or `closed`.
    pub status: String,
    /// The persona.
    pub persona: String,
    /// Who asks.
    pub office: String,
    /// What that office is called.
    #[schema(required)]
    pub office_title: Option<Text>,
    /// The law.
    pub legal_basis: String,
    /// The law, in words.
    #[schema(required)]
    pub legal_basis_title: Option<Text>,
    /// The warrant.
    pub warrant: String,
    /// What is to be found out.
    pub scope: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Until when custodians decide.
    pub deadline: Timestamp,
    /// The committee that decides: the one in office when it was asked for.
    pub committee: String,
    /// How many must give their part.
    pub threshold: u8,
    /// What custodians said.
    pub decisions: Vec<UnmaskingDecision>,
    /// When the person was first seen.
    #[schema(required)]
    pub opened_at: Option<Timestamp>,
    /// Until when the person can be seen.
    #[schema(required)]
    pub open_until: Option<Timestamp>,
    /// When the citizen is told.
    #[schema(required)]
    pub tell_at: Option<Timestamp>,
    /// When the citizen was told.
    #[schema(required)]
    pub told_at: Option<Timestamp>,
    /// The act of the request.
    pub request_act: String,
    /// The custodian for whom the caller decides, if any.
    #[schema(required)]
    pub own_seat: Option<String>,
    /// The caller's office asked: it may open and withdraw.
    pub is_own: bool,
}

/// A case and the person, for a limited time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnmaskedView {
    /// The case.
    pub case: UnmaskingView,
    /// What of the person is shown.
    pub person: PersonData,
}

/// Whom to invite.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteOfficer {
    /// In which office.
    pub office: String,
    /// With which roles of that office.
    pub roles: Vec<String>,
}

/// An invitation. The code is shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvitationView {
    /// The code, to be handed over in person or by a safe way.
    pub code: String,
    /// It is in force until then.
    pub expires_at: Timestamp,
}

/// An invitation to redeem.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// The code.
    pub code: String,
}

fn view(people: &People, ctx: &Ctx, case: Case) -> Result<UnmaskingView, Problem> {
    let custodians = people.custodians()?;
    let reign = case.reign;
    let seats = custodians.seats(&reign.committee);
    let decisions = case.decisions.into_iter().map(|row| UnmaskingDecision {
        title: seats.as_ref().and_then(|seats| seats.member(&row.member)).map(|member| member.title.clone()),
        member: row.member,
        step: row.step,
        reason: row.reason,
        at: row.at,
        act: row.act,
    });
    let (row, secret) = (case.row, case.secret);
    Ok(UnmaskingView {
        decisions: decisions.collect(),
        persona: secret.persona,
        warrant: secret.warrant,
        scope: secret.scope,
        office_title: people.office_title(&row.office),
        legal_basis_title: custodians.basis(&row.basis).map(|basis| basis.title.clone()),
        threshold: reign.threshold(),
        own_seat: people.own_seat(ctx, &reign.committee),
        committee: reign.committee,
        is_own: ctx.office() == Some(row.office.as_str()),
        id: row.id,
        status: row.status,
        office: row.office,
        legal_basis: row.basis,
        requested_at: row.requested_at,
        deadline: row.deadline,
        opened_at: row.opened_at,
        open_until: row.open_until,
        tell_at: row.tell_at,
        told_at: row.told_at,
        request_act: row.request_act,
    })
}

/// The unmasking cases of the caller's office, or those that its custodian decides; newest first.
#[utoipa::path(get, path = "/api/v1/unmaskings", operation_id = "list_unmaskings", tag = "people", security(("session" = [])), params(PageQuery),
    responses((status = 200, body = Page<UnmaskingView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_unmaskings(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<UnmaskingView>>, Problem> {
    let limit = limit(page.limit)?;
    let mut cases = people.list_unmaskings(&ctx, page.after.as_deref().unwrap_or_default(), limit + 1).await?;
    let has_more = cases.len() > limit;
    cases.truncate(limit);
    let next = cases.last().filter(|_| has_more).map(|case| case.row.id.clone());
    let items = cases.into_iter().map(|case| view(&people, &ctx, case)).collect::<Result<_, _>>()?;
    Ok(Json(Page { items, next }))
}

/// Ask the custodians to have one persona unmasked. For the offices that the profile names; signed.
#[utoipa::path(post, path = "/api/v1/unmaskings", operation_id = "request_unmasking", tag = "people", security(("session" = [])),
    request_body = RequestUnmasking, responses((status = 200, body = UnmaskingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn request_unmasking(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Body(input): Body<RequestUnmasking>,
) -> Result<Json<UnmaskingView>, Problem> {
    let wanted = Wanted {
        persona: &input.persona,
        basis: &input.legal_basis,
        warrant: &input.warrant,
        scope: &input.scope,
        deadline: input.deadline,
    };
    let case = people.request_unmasking(&ctx, wanted).await?;
    view(&people, &ctx, case).map(Json)
}

/// One case.
#[utoipa::path(get, path = "/api/v1/unmaskings/{id}", operation_id = "get_unmasking", tag = "people", security(("session" = [])),
    params(("id" = String, Path)), responses((status = 200, body = UnmaskingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_unmasking(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<UnmaskingView>, Problem> {
    let case = people.unmasking(&ctx, &id).await?;
    view(&people, &ctx, case).map(Json)
}

/// Decide for the custodian of one's office; signed.
#[utoipa::path(post, path = "/api/v1/unmaskings/{id}/decide", operation_id = "decide_unmasking", tag = "people", security(("session" = [])),
    params(("id" = String, Path)), request_body = DecideUnmasking,
    responses((status = 200, body = UnmaskingView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn decide_unmasking(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
    Body(input): Body<DecideUnmasking>,
) -> Result<Json<UnmaskingView>, Problem> {
    let case = people.decide_unmasking(&ctx, &id, input.release, &input.reason).await?;
    view(&people, &ctx, case).map(Json)
}

/// Open the case with the custodians' parts and see the person; signed. Again and again until the time is over; each time is a reading.
#[utoipa::path(post, path = "/api/v1/unmaskings/{id}/open", operation_id = "open_unmasking", tag = "people", security(("session" = [])),
    params(("id" = String, Path)), responses((status = 200, body = UnmaskedView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn open_unmasking(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<UnmaskedView>, Problem> {
    let (case, person) = people.open_unmasking(&ctx, &id).await?;
    Ok(Json(UnmaskedView { case: view(&people, &ctx, case)?, person }))
}

/// Take a request back; signed.
#[utoipa::path(post, path = "/api/v1/unmaskings/{id}/withdraw", operation_id = "withdraw_unmasking", tag = "people", security(("session" = [])),
    params(("id" = String, Path)), responses((status = 204, description = "withdrawn"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn withdraw_unmasking(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    people.withdraw_unmasking(&ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many unmaskings there were, year by year, counted from the public acts.
#[utoipa::path(get, path = "/api/v1/unmaskings/counts", operation_id = "count_unmaskings", tag = "people", security(()),
    responses((status = 200, body = Page<UnmaskingCounts>)))]
pub(crate) async fn count_unmaskings(State(people): State<Arc<People>>) -> Result<Json<Page<UnmaskingCounts>>, Problem> {
    Ok(Json(Page::whole(people.count_unmaskings().await?)))
}

/// Make a code with which someone becomes an officer. For administrators; signed.
#[utoipa::path(post, path = "/api/v1/officers/invitations", operation_id = "invite_officer", tag = "people", security(("session" = [])),
    request_body = InviteOfficer, responses((status = 200, body = InvitationView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn invite_officer(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Body(input): Body<InviteOfficer>,
) -> Result<Json<InvitationView>, Problem> {
    let (code, expires_at) = people.invite_officer(&ctx, &input.office, input.roles).await?;
    Ok(Json(InvitationView { code, expires_at }))
}

/// Redeem an invitation: the signed-in person becomes an officer; signed.
#[utoipa::path(post, path = "/api/v1/officers/accept", operation_id = "accept_invitation", tag = "people", security(("session" = [])),
    request_body = AcceptInvitation, responses((status = 200, body = OfficerView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn accept_invitation(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Body(input): Body<AcceptInvitation>,
) -> Result<Json<OfficerView>, Problem> {
    let row = people.accept_invitation(&ctx, &input.code).await?;
    Ok(Json(officer_view(&people, row).await?))
}
