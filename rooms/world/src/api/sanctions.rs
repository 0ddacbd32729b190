//! Sanctions and appeals over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path},
    problem::{Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    World,
    conduct::{
        appeal::{Appeal, AppealDecision, AppealState},
        sanction::{NewSanction, Sanction, SanctionState, SpaceId, Step},
    },
    store,
};

/// A sanction: nothing in it says on whom.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Sanction)]
pub(crate) struct SanctionView {
    id: String,
    report: String,
    state: SanctionState,
    step: Step,
    /// Ids of the spaces, of the step `keep_out`.
    spaces: Vec<String>,
    /// Id of the rule.
    rule: String,
    /// What the rule is called.
    rule_title: Text,
    /// Version of the code.
    version: String,
    /// Why.
    reason: String,
    given_at: Timestamp,
    ends_at: Timestamp,
    /// Does it still hold?
    is_in_force: bool,
    /// Until when it may be appealed.
    appeal_until: Timestamp,
    /// Its acts, in order.
    acts: Vec<String>,
}

/// An appeal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Appeal)]
pub(crate) struct AppealView {
    /// The sanction; it has one appeal at most.
    sanction: String,
    report: String,
    state: AppealState,
    filed_at: Timestamp,
    /// When nobody has decided by then, the sanction ends by itself.
    due_at: Timestamp,
    #[schema(required)]
    decided_at: Option<Timestamp>,
    /// Why it was decided so.
    #[schema(required)]
    reason: Option<String>,
    acts: Vec<String>,
}

/// A sanction on whoever asks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OwnSanction {
    #[serde(flatten)]
    sanction: SanctionView,
    /// Is there still time to appeal, and no appeal yet?
    may_appeal: bool,
    #[schema(required)]
    appeal: Option<AppealView>,
}

/// A sanction that a decision made, and what it is now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AppealedSanction {
    sanction: SanctionView,
    appeal: AppealView,
}

/// Appealing.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAppeal {
    /// Why it should be looked at again, in one's own words; 1–1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    text: String,
}

impl From<Appeal> for AppealView {
    fn from(appeal: Appeal) -> Self {
        Self {
            sanction: appeal.sanction,
            report: appeal.report,
            state: appeal.state,
            filed_at: appeal.filed_at,
            due_at: appeal.due_at,
            decided_at: appeal.decided_at,
            reason: appeal.reason,
            acts: appeal.acts,
        }
    }
}

impl World {
    pub(crate) fn sanction_view(&self, sanction: Sanction) -> SanctionView {
        let rule = self.conduct.rules.iter().find(|rule| rule.id == sanction.rule);
        SanctionView {
            rule_title: rule.map_or_else(|| Text::new(&sanction.rule, &sanction.rule), |rule| rule.title.clone()),
            is_in_force: sanction.is_in_force(self.clock.now()),
            appeal_until: self.appeal_until(&sanction),
            spaces: sanction.spaces.iter().map(SpaceId::as_str).map(str::to_owned).collect(),
            id: sanction.id,
            report: sanction.report,
            state: sanction.state,
            step: sanction.step,
            rule: sanction.rule,
            version: sanction.version,
            reason: sanction.reason,
            given_at: sanction.given_at,
            ends_at: sanction.ends_at,
            acts: sanction.acts,
        }
    }
}

/// Decide on a report by a sanction that the code allows for the rule. Above a warning it is signed. It follows the person under every
/// persona, names spaces only, ends by itself, and can be appealed.
#[utoipa::path(post, path = "/api/v1/conduct/reports/{id}/sanction", operation_id = "give_sanction", tag = "world",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the report")), request_body = NewSanction,
    responses((status = 201, body = SanctionView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn give_sanction(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<NewSanction>,
) -> Result<(StatusCode, Json<SanctionView>), Problem> {
    let (sanction, _) = world.give_sanction(&ctx, &id, input).await?;
    Ok((StatusCode::CREATED, Json(world.sanction_view(sanction))))
}

/// The sanctions on you, newest first, under whatever persona they came about. Nobody else can ask for this.
#[utoipa::path(get, path = "/api/v1/conduct/own-sanctions", operation_id = "list_own_sanctions", tag = "world",
    security(("session" = [])), responses((status = 200, body = Page<OwnSanction>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_sanctions(State(world): State<Arc<World>>, ctx: Ctx) -> Result<Json<Page<OwnSanction>>, Problem> {
    let mut own = vec![];
    for sanction in world.own_sanctions(&ctx).await? {
        let appeal = store::law::appeal(&world.store, &sanction.id).await?;
        let may_appeal = appeal.is_none() && ctx.now < world.appeal_until(&sanction);
        own.push(OwnSanction { sanction: world.sanction_view(sanction), may_appeal, appeal: appeal.map(AppealView::from) });
    }
    Ok(Json(Page::whole(own)))
}

/// Appeal a sanction on you: once, to another office. When it does not decide in time, the sanction ends by itself.
#[utoipa::path(post, path = "/api/v1/conduct/sanctions/{id}/appeal", operation_id = "file_appeal", tag = "world",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the sanction")), request_body = NewAppeal,
    responses((status = 201, body = AppealView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn file_appeal(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<NewAppeal>,
) -> Result<(StatusCode, Json<AppealView>), Problem> {
    let appeal = world.file_appeal(&ctx, &id, &input.text).await?;
    Ok((StatusCode::CREATED, Json(appeal.into())))
}

/// Appeals, the open ones first: for officers of the reviewing office.
#[utoipa::path(get, path = "/api/v1/conduct/appeals", operation_id = "list_appeals", tag = "world", security(("session" = [])),
    responses((status = 200, body = Page<AppealView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_appeals(State(world): State<Arc<World>>, ctx: Ctx) -> Result<Json<Page<AppealView>>, Problem> {
    world.require_reviewer(&ctx)?;
    let appeals = store::law::appeals(&world.store).await?;
    Ok(Json(Page::whole(appeals.into_iter().map(AppealView::from).collect())))
}

/// Decide on an appeal: an officer of the reviewing office, another person than who gave the sanction. Signed; the reason is open.
#[utoipa::path(post, path = "/api/v1/conduct/sanctions/{id}/appeal/decision", operation_id = "decide_appeal", tag = "world",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the sanction")), request_body = AppealDecision,
    responses((status = 200, body = AppealedSanction), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn decide_appeal(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<AppealDecision>,
) -> Result<Json<AppealedSanction>, Problem> {
    let (sanction, appeal) = world.decide_appeal(&ctx, &id, input).await?;
    Ok(Json(AppealedSanction { sanction: world.sanction_view(sanction), appeal: appeal.into() }))
}
