//! The register of digital assets over HTTP.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body as Bytes, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sala_core::{
    ctx::Ctx,
    http::{Body, GivenReason, Page, Path, Query, limit},
    problem::{INTERNAL, Problem, ProblemBody, TOO_LARGE},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    World,
    licence::LicenceView,
    property::{
        Asset, AssetState, Dispute, DisputeDecision, DisputeOutcome, LARGEST_FILE, NewAsset, NewDispute, NewFile, Offer, Provenance,
        SettlementOutcome, SettlementReview, Step, Word,
    },
    store::{self, property::Wanted},
};

/// An entry of the register, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AssetSummary)]
pub(crate) struct AssetCard {
    id: String,
    title: String,
    maker: String,
    /// SHA-256 of the bytes.
    sha256: String,
    media_type: String,
    /// How many bytes.
    size: u64,
    licence: LicenceView,
    provenance: Provenance,
    /// Handle of the persona that holds it.
    owner: String,
    state: AssetState,
    registered_at: Timestamp,
    /// The hall keeps the bytes.
    is_stored: bool,
}

/// A doubt about an asset, and what became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AssetDispute)]
pub(crate) struct DisputeView {
    id: String,
    /// Who doubts, and why; no text when it follows by itself from the same content.
    filed: Word,
    /// Another entry of the same content, by another owner.
    #[schema(required)]
    twin: Option<String>,
    /// The owner's counter-notice.
    #[schema(required)]
    answer: Option<Word>,
    #[schema(required)]
    outcome: Option<DisputeOutcome>,
    #[schema(required)]
    decision: Option<Word>,
    /// Until when that may be appealed.
    #[schema(required)]
    appeal_until: Option<Timestamp>,
    #[schema(required)]
    appeal: Option<Word>,
    /// By when the appeal has to be decided.
    #[schema(required)]
    due_at: Option<Timestamp>,
    #[schema(required)]
    review_outcome: Option<SettlementOutcome>,
    #[schema(required)]
    review: Option<Word>,
    is_open: bool,
}

/// An entry of the register, whole. Nothing in it says who is behind a persona.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Asset)]
pub(crate) struct AssetView {
    #[serde(flatten)]
    card: AssetCard,
    /// To whom it is offered now.
    #[schema(required)]
    offer: Option<Offer>,
    disputes: Vec<DisputeView>,
    /// Its acts, the first first.
    steps: Vec<Step>,
}

/// Which entries.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AssetQuery {
    /// Words of title, maker or source, at most 100 characters.
    #[serde(default)]
    q: String,
    /// Handle of the owner.
    #[serde(default)]
    owner: String,
    /// SHA-256 of the bytes.
    #[serde(default)]
    sha256: String,
    /// Only of this state.
    state: Option<AssetState>,
    /// `next` of the part before.
    #[serde(default)]
    after: String,
    /// At most so many, 1–500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Whom it is offered to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOffer {
    /// Public handle of a persona.
    to: String,
}

impl From<Asset> for AssetCard {
    fn from(asset: Asset) -> Self {
        Self {
            state: asset.state(),
            id: asset.id,
            title: asset.what.title,
            maker: asset.what.maker,
            sha256: asset.what.sha256,
            media_type: asset.what.media_type,
            size: asset.what.size,
            licence: asset.what.licence.view(),
            provenance: asset.what.provenance,
            owner: asset.owner,
            registered_at: asset.registered_at,
            is_stored: asset.is_stored,
        }
    }
}

impl World {
    fn dispute_view(&self, dispute: &Dispute) -> DisputeView {
        let (outcome, decision) = dispute.decision.clone().unzip();
        let (review_outcome, review) = dispute.review.clone().unzip();
        DisputeView {
            id: dispute.id.clone(),
            filed: dispute.filed.clone(),
            twin: dispute.twin.clone(),
            answer: dispute.answer.clone(),
            appeal_until: decision.as_ref().map(|decided| self.settlement_appeal_until(decided.at)),
            outcome,
            decision,
            appeal: dispute.appeal.clone(),
            due_at: dispute.due_at,
            review_outcome,
            review,
            is_open: dispute.is_open(),
        }
    }

    fn asset_view(&self, asset: Asset) -> Json<AssetView> {
        Json(AssetView {
            offer: asset.open_offer(self.clock.now()).cloned(),
            disputes: asset.disputes.iter().map(|dispute| self.dispute_view(dispute)).collect(),
            steps: asset.steps.clone(),
            card: asset.into(),
        })
    }
}

/// The register of digital assets, newest first. It shows personas, never persons.
#[utoipa::path(get, path = "/api/v1/assets", operation_id = "list_assets", tag = "world", security(()), params(AssetQuery),
    responses((status = 200, body = Page<AssetCard>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_assets(
    State(world): State<Arc<World>>,
    Query(query): Query<AssetQuery>,
) -> Result<Json<Page<AssetCard>>, Problem> {
    let limit = limit(query.limit)?;
    let words: String = query.q.trim().chars().take(100).collect();
    let wanted = Wanted {
        words: &words,
        owner: &query.owner,
        sha256: &query.sha256,
        state: query.state,
        before: &query.after,
        limit: limit.saturating_add(1),
    };
    let mut found = store::property::find_assets(&world.store, &wanted).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|asset| asset.id.clone());
    Ok(Json(Page { items: found.into_iter().map(AssetCard::from).collect(), next }))
}

/// An entry with where it comes from, its owners by acts, and what is doubted about it.
#[utoipa::path(get, path = "/api/v1/assets/{id}", operation_id = "get_asset", tag = "world", security(()),
    params(("id" = String, Path, description = "Id of the asset")),
    responses((status = 200, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_asset(State(world): State<Arc<World>>, Path(id): Path<String>) -> Result<Json<AssetView>, Problem> {
    let asset = world.asset(&id).await?;
    Ok(world.asset_view(asset))
}

/// Register something digital by the hash of its bytes: signed. What another persona has registered already becomes a dispute by itself.
#[utoipa::path(post, path = "/api/v1/assets", operation_id = "register_asset", tag = "world", security(("session" = [])),
    request_body = NewAsset, responses((status = 201, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn register_asset(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Body(input): Body<NewAsset>,
) -> Result<(StatusCode, Json<AssetView>), Problem> {
    let asset = world.register_asset(&ctx, input).await?;
    Ok((StatusCode::CREATED, world.asset_view(asset)))
}

/// Offer an asset of yours to another persona: signed. Nothing changes hands until the other side has signed too.
#[utoipa::path(post, path = "/api/v1/assets/{id}/offer", operation_id = "offer_asset", tag = "world", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the asset")), request_body = NewOffer,
    responses((status = 200, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn offer_asset(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<NewOffer>,
) -> Result<Json<AssetView>, Problem> {
    let asset = world.offer_asset(&ctx, &id, &input.to).await?;
    Ok(world.asset_view(asset))
}

/// Take an offer back, or refuse one that was made to you.
#[utoipa::path(delete, path = "/api/v1/assets/{id}/offer", operation_id = "withdraw_offer", tag = "world", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the asset")),
    responses((status = 200, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn withdraw_offer(State(world): State<Arc<World>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<AssetView>, Problem> {
    let asset = world.withdraw_offer(&ctx, &id).await?;
    Ok(world.asset_view(asset))
}

/// Accept an asset that is offered to you: signed.
#[utoipa::path(post, path = "/api/v1/assets/{id}/acceptance", operation_id = "accept_asset", tag = "world", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the asset")),
    responses((status = 200, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn accept_asset(State(world): State<Arc<World>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<AssetView>, Problem> {
    let asset = world.accept_asset(&ctx, &id).await?;
    Ok(world.asset_view(asset))
}

/// Take an asset of yours out of the register for good: signed.
#[utoipa::path(post, path = "/api/v1/assets/{id}/retirement", operation_id = "retire_asset", tag = "world", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the asset")), request_body = GivenReason,
    responses((status = 200, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn retire_asset(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<GivenReason>,
) -> Result<Json<AssetView>, Problem> {
    let asset = world.retire_asset(&ctx, &id, &input.reason).await?;
    Ok(world.asset_view(asset))
}

/// Hand in the bytes of an asset of yours, at most 5 MiB, so that it can stand in a space. They must have the registered hash.
#[utoipa::path(put, path = "/api/v1/assets/{id}/file", operation_id = "deposit_asset_file", tag = "world", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the asset")),
    request_body(content((Vec<u8> = "model/gltf-binary"), (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/avif"))),
    responses((status = 200, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn deposit_asset_file(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<AssetView>, Problem> {
    ctx.require_signed_in()?;
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bytes = to_bytes(body, LARGEST_FILE).await.map_err(|fault| TOO_LARGE.problem().because(fault))?.to_vec();
    let asset = world.deposit_file(&ctx, &id, NewFile { media_type, bytes }).await?;
    Ok(world.asset_view(asset))
}

/// The bytes of an asset that its owner handed in, with the licence in the header `Link`. Nothing of a retired one.
#[utoipa::path(get, path = "/api/v1/assets/{id}/file", operation_id = "get_asset_file", tag = "world", security(()),
    params(("id" = String, Path, description = "Id of the asset")),
    responses((status = 200, description = "the bytes", content_type = "application/octet-stream"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_asset_file(State(world): State<Arc<World>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let (asset, bytes) = world.asset_file(&id).await?;
    let value = |text: String| HeaderValue::try_from(text).map_err(|fault| INTERNAL.problem().because(fault));
    let headers = [
        (header::CONTENT_TYPE, value(asset.what.media_type.clone())?),
        (header::LINK, value(format!("<{}>; rel=\"license\"", asset.what.licence.address()))?),
        (header::ETAG, value(format!("\"{}\"", asset.what.sha256))?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
    ];
    Ok((headers, bytes).into_response())
}

/// Doubt an asset: signed, with a reason that all may read. It is frozen until an officer has decided.
#[utoipa::path(post, path = "/api/v1/assets/{id}/disputes", operation_id = "dispute_asset", tag = "world", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the asset")), request_body = NewDispute,
    responses((status = 201, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn dispute_asset(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<NewDispute>,
) -> Result<(StatusCode, Json<AssetView>), Problem> {
    let asset = world.dispute_asset(&ctx, &id, &input.reason).await?;
    Ok((StatusCode::CREATED, world.asset_view(asset)))
}

/// Answer a doubt about an asset of yours (counter-notice).
#[utoipa::path(post, path = "/api/v1/assets/{id}/disputes/{dispute}/answer", operation_id = "answer_dispute", tag = "world",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the asset"), ("dispute" = String, Path, description = "Id of the dispute")),
    request_body = NewDispute, responses((status = 200, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn answer_dispute(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path((id, dispute)): Path<(String, String)>,
    Body(input): Body<NewDispute>,
) -> Result<Json<AssetView>, Problem> {
    let asset = world.answer_dispute(&ctx, &id, &dispute, &input.reason).await?;
    Ok(world.asset_view(asset))
}

/// Decide on a doubt: an officer of the office that moderates the spaces, without a part in it. Signed; the reason is open.
#[utoipa::path(post, path = "/api/v1/assets/{id}/disputes/{dispute}/decision", operation_id = "settle_dispute", tag = "world",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the asset"), ("dispute" = String, Path, description = "Id of the dispute")),
    request_body = DisputeDecision, responses((status = 200, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn settle_dispute(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path((id, dispute)): Path<(String, String)>,
    Body(input): Body<DisputeDecision>,
) -> Result<Json<AssetView>, Problem> {
    let asset = world.settle_dispute(&ctx, &id, &dispute, input).await?;
    Ok(world.asset_view(asset))
}

/// Appeal a decision that goes against you: once, to another office.
#[utoipa::path(post, path = "/api/v1/assets/{id}/disputes/{dispute}/appeal", operation_id = "appeal_settlement", tag = "world",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the asset"), ("dispute" = String, Path, description = "Id of the dispute")),
    request_body = NewDispute, responses((status = 200, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn appeal_settlement(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path((id, dispute)): Path<(String, String)>,
    Body(input): Body<NewDispute>,
) -> Result<Json<AssetView>, Problem> {
    let asset = world.appeal_settlement(&ctx, &id, &dispute, &input.reason).await?;
    Ok(world.asset_view(asset))
}

/// Decide on such an appeal: an officer of the reviewing office, another person than who decided first. Signed; the reason is open.
#[utoipa::path(post, path = "/api/v1/assets/{id}/disputes/{dispute}/review", operation_id = "review_settlement", tag = "world",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the asset"), ("dispute" = String, Path, description = "Id of the dispute")),
    request_body = SettlementReview, responses((status = 200, body = AssetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn review_settlement(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path((id, dispute)): Path<(String, String)>,
    Body(input): Body<SettlementReview>,
) -> Result<Json<AssetView>, Problem> {
    let asset = world.review_settlement(&ctx, &id, &dispute, input).await?;
    Ok(world.asset_view(asset))
}
