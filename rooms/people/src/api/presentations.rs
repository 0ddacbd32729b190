//! Asking wallets, for pages.
//!
//! On another device the page shows `url` as a QR code and asks for the state until it changes. On the same device it opens `url`; the
//! wallet sends the browser to `/presentations/{id}#response_code=…`, and that page posts the code to `…/collect`.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, PageQuery, Path, Query, limit},
    problem::{Problem, ProblemBody},
    text::{Lang, Text},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    Desk, People,
    api::SignedIn,
    presentation::{AskedPresentation, Presentation, PresentationState, PublishedQuery, answer::ShownCredential},
};

/// Whose credentials a query takes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrustedIssuer {
    /// Its id; `hall` is this hall.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Its address, as it stands in its credentials.
    pub address: String,
}

/// What may be asked of a wallet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PresentationQuery {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// Why it is asked.
    pub purpose: Text,
    /// The law that allows it.
    pub legal_basis: Text,
    /// So many days after the answer it is erased.
    pub days_kept: u32,
    /// Every persona may ask.
    pub asked_by_anyone: bool,
    /// Officers at these desks may ask.
    pub asked_by: Vec<Desk>,
    /// The caller may ask.
    pub can_ask: bool,
    /// Whose credentials are taken.
    pub issuers: Vec<TrustedIssuer>,
    /// Which credentials and claims (DCQL, OpenID4VP 1.0 §6).
    #[schema(value_type = Object)]
    pub dcql: Value,
}

/// To ask a wallet.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskPresentation {
    /// Id of a published query.
    pub query: String,
    /// The wallet is on the device of this page: its answer is given only to the browser that comes back from it.
    #[serde(default)]
    pub same_device: bool,
}

/// A request that was made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PresentationRequested {
    /// Its id.
    pub id: String,
    /// The link that opens a wallet, also as QR code.
    pub url: String,
    /// Where the signed request lies.
    pub request_uri: String,
    /// Until when it can be answered, once.
    pub expires_at: Timestamp,
}

/// What came back with the browser.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectPresentation {
    /// From the address to which the wallet sent the browser; good once.
    pub response_code: String,
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresentationStep {
    /// Nobody answered yet, or the browser is not back.
    Waiting,
    /// `credentials` hold.
    Received,
    /// `problem` says why not.
    Refused,
    /// Nobody answered in time.
    Expired,
}

/// A credential that was shown and holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShownCredentialView {
    /// Id of the credential in the query.
    pub id: String,
    /// Its type (`vct`).
    pub vct: String,
    /// Address of its issuer.
    pub issuer: String,
    /// What its issuer is called.
    #[schema(required)]
    pub issuer_title: Option<Text>,
    /// The claims that were asked for; of lists what was shown.
    #[schema(value_type = Object)]
    pub claims: Map<String, Value>,
    /// When it ends.
    #[schema(required)]
    pub expires_at: Option<Timestamp>,
    /// `valid`: its issuer's status list said so when it was checked; `none`: this issuer has no list.
    pub status: CredentialStatus,
}

/// What a status list said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ShownStatus)]
pub enum CredentialStatus {
    /// It holds.
    Valid,
    /// There is no list.
    None,
}

/// A request and what became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Presentation)]
pub struct PresentationView {
    /// Its id.
    pub id: String,
    /// Id of the published query.
    pub query: String,
    /// What people call it; null: it is published no more.
    #[schema(required)]
    pub title: Option<Text>,
    /// How it stands.
    pub state: PresentationStep,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// When it was answered, and all of it checked.
    #[schema(required)]
    pub checked_at: Option<Timestamp>,
    /// When it will be erased.
    pub erased_at: Timestamp,
    /// `received`: what was shown; else empty.
    pub credentials: Vec<ShownCredentialView>,
    /// `refused`: why.
    #[schema(required)]
    pub problem: Option<ProblemBody>,
}

fn query_view(people: &People, ctx: &Ctx, query: &PublishedQuery) -> PresentationQuery {
    let issuer = |issuer: &crate::presentation::query::Issuer| TrustedIssuer {
        id: issuer.id.clone(),
        title: issuer.title.clone().unwrap_or_else(|| people.config.hall_name.clone()),
        address: issuer.address.clone(),
    };
    PresentationQuery {
        id: query.id.clone(),
        title: query.title.clone(),
        purpose: query.purpose.clone(),
        legal_basis: query.legal_basis.clone(),
        days_kept: query.days_kept,
        asked_by_anyone: query.is_for_anyone,
        asked_by: query.desks.clone(),
        can_ask: query.require_asker(ctx).is_ok(),
        issuers: query.all_issuers().into_iter().map(issuer).collect(),
        dcql: serde_json::to_value(&query.dcql).unwrap_or_default(),
    }
}

fn shown(people: &People, query: &str, shown: ShownCredential) -> ShownCredentialView {
    let query = people.config.presentations.get(query);
    let issuer = query.and_then(|query| query.all_issuers().into_iter().find(|issuer| issuer.address == shown.issuer));
    ShownCredentialView {
        issuer_title: issuer.map(|issuer| issuer.title.clone().unwrap_or_else(|| people.config.hall_name.clone())),
        id: shown.id,
        vct: shown.vct,
        issuer: shown.issuer,
        claims: shown.claims,
        expires_at: shown.expires_at,
        status: if shown.has_status { CredentialStatus::Valid } else { CredentialStatus::None },
    }
}

pub(crate) fn view(people: &People, lang: Lang, presentation: Presentation) -> PresentationView {
    let (state, credentials, problem) = match presentation.state {
        PresentationState::Waiting => (PresentationStep::Waiting, vec![], None),
        PresentationState::Expired => (PresentationStep::Expired, vec![], None),
        PresentationState::Refused(problem) => (PresentationStep::Refused, vec![], Some(problem.body(lang))),
        PresentationState::Received(all) => {
            let all = all.into_iter().map(|one| shown(people, &presentation.query, one)).collect();
            (PresentationStep::Received, all, None)
        }
    };
    PresentationView {
        title: people.config.presentations.get(&presentation.query).map(|query| query.title.clone()),
        id: presentation.id,
        query: presentation.query,
        state,
        asked_at: presentation.asked_at,
        expires_at: presentation.expires_at,
        checked_at: presentation.answered_at,
        erased_at: presentation.erased_at,
        credentials,
        problem,
    }
}

/// What may be asked of wallets here: nothing else can.
#[utoipa::path(get, path = "/api/v1/presentation-queries", operation_id = "list_presentation_queries", tag = "people", security(()),
    responses((status = 200, body = Page<PresentationQuery>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_presentation_queries(State(people): State<Arc<People>>, ctx: Ctx) -> Json<Page<PresentationQuery>> {
    let queries = people.config.presentations.all().iter();
    Json(Page::whole(queries.map(|query| query_view(&people, &ctx, query)).collect()))
}

/// Ask a wallet what a published query names. Whoever asks reads the answer: this persona, or the office.
#[utoipa::path(post, path = "/api/v1/presentation-requests", operation_id = "ask_presentation", tag = "people",
    security(("session" = [])), request_body = AskPresentation,
    responses((status = 201, body = PresentationRequested), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn ask_presentation(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Body(input): Body<AskPresentation>,
) -> Result<(StatusCode, Json<PresentationRequested>), Problem> {
    let AskedPresentation { id, url, request_uri, expires_at } = people.ask_wallet(&ctx, &input.query, input.same_device).await?;
    Ok((StatusCode::CREATED, Json(PresentationRequested { id, url, request_uri, expires_at })))
}

/// Requests of this persona or office, newest first.
#[utoipa::path(get, path = "/api/v1/presentation-requests", operation_id = "list_presentations", tag = "people",
    security(("session" = [])), params(PageQuery),
    responses((status = 200, body = Page<PresentationView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_presentations(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PresentationView>>, Problem> {
    let (found, next) = people.list_presentations(&ctx, page.after.as_deref().unwrap_or_default(), limit(page.limit)?).await?;
    let items = found.into_iter().map(|one| view(&people, ctx.lang, one)).collect();
    Ok(Json(Page { items, next }))
}

/// How a request stands, and what was shown. 404 for all but who asked.
#[utoipa::path(get, path = "/api/v1/presentation-requests/{id}", operation_id = "get_presentation", tag = "people",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the request")),
    responses((status = 200, body = PresentationView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_presentation(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<PresentationView>, Problem> {
    let found = people.presentation(&ctx, &id).await?;
    Ok(Json(view(&people, ctx.lang, found)))
}

/// Take the answer of a wallet on the same device, with the code that it sent the browser back with. A wrong code ends the request.
#[utoipa::path(post, path = "/api/v1/presentation-requests/{id}/collect", operation_id = "collect_presentation", tag = "people",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the request")), request_body = CollectPresentation,
    responses((status = 200, body = PresentationView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn collect_presentation(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
    Body(input): Body<CollectPresentation>,
) -> Result<Json<PresentationView>, Problem> {
    let found = people.collect_presentation(&ctx, &id, &input.response_code).await?;
    Ok(Json(view(&people, ctx.lang, found)))
}
