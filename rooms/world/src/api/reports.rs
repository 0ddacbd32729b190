//! Reports over HTTP: for who was harmed, and for the desk that decides.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, GivenReason, Page, Path, Query, limit},
    problem::{Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::sanctions::{AppealView, SanctionView};
use crate::{
    World,
    conduct::{
        evidence::Evidence,
        report::{Opened, PartyId, Report, ReportState},
        statistics::ConductMonth,
    },
    store,
};

/// A report: nothing in it says who reported whom.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ConductReport)]
pub(crate) struct ReportView {
    id: String,
    space: String,
    space_title: Text,
    state: ReportState,
    filed_at: Timestamp,
    #[schema(required)]
    decided_at: Option<Timestamp>,
    /// Why it was dismissed.
    #[schema(required)]
    reason: Option<String>,
    /// The sanction to which it led.
    #[schema(required)]
    sanction: Option<String>,
    /// SHA-256 of the evidence, as the record has it.
    evidence_sha256: String,
    /// When evidence and names were destroyed.
    #[schema(required)]
    destroyed_at: Option<Timestamp>,
    /// Its acts, in order.
    acts: Vec<String>,
}

/// A report that the persona in use filed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OwnConductReport {
    #[serde(flatten)]
    report: ReportView,
    /// Whom it reported; null once that was destroyed.
    #[schema(required)]
    persona: Option<String>,
    /// The name that was over the head.
    #[schema(required)]
    name: Option<String>,
    /// What was written.
    #[schema(required)]
    why: Option<String>,
}

/// One of the two in a report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ConductParty {
    /// Public handle.
    persona: String,
    /// The name that was over the head.
    name: String,
}

/// A report, opened by an officer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OpenedConductReport {
    #[serde(flatten)]
    report: ReportView,
    /// Null once that was destroyed.
    #[schema(required)]
    reporter: Option<ConductParty>,
    #[schema(required)]
    reported: Option<ConductParty>,
    /// What the reporter wrote.
    #[schema(required)]
    why: Option<String>,
    /// The last minute before the report.
    #[schema(required)]
    evidence: Option<Evidence>,
    /// The sanction to which it led.
    #[schema(required)]
    given: Option<SanctionView>,
    /// The appeal against that.
    #[schema(required)]
    appeal: Option<AppealView>,
    /// What the sanctioned person wrote.
    #[schema(required)]
    appeal_text: Option<String>,
}

/// Reporting someone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConductReport {
    /// Id of the space in which it happened, within the last minute.
    space: String,
    /// Public handle of whom it is about.
    persona: String,
    /// What happened, in one's own words; 1–1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    why: String,
}

/// Which reports.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// Only of this state.
    state: Option<ReportState>,
    /// `next` of the part before.
    after: Option<String>,
    /// At most so many, 1–500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

impl From<PartyId> for ConductParty {
    fn from(party: PartyId) -> Self {
        Self { persona: party.handle, name: party.name }
    }
}

impl World {
    fn space_title(&self, id: &str) -> Text {
        self.spaces.get(id).map_or_else(|| Text::new(id, id), |hosted| hosted.space.file.title.clone())
    }

    pub(crate) fn report_view(&self, report: Report) -> ReportView {
        ReportView {
            space_title: self.space_title(&report.space),
            id: report.id,
            space: report.space,
            state: report.state,
            filed_at: report.filed_at,
            decided_at: report.decided_at,
            reason: report.reason,
            sanction: report.sanction,
            evidence_sha256: report.evidence_sha256,
            destroyed_at: report.destroyed_at,
            acts: report.acts,
        }
    }

    fn opened_view(&self, opened: Opened) -> OpenedConductReport {
        let (reporter, reported, why) = match opened.parties {
            Some(parties) => (Some(parties.reporter.into()), Some(parties.reported.into()), Some(parties.why)),
            None => (None, None, None),
        };
        let (appeal, appeal_text) = opened.appeal.unzip();
        OpenedConductReport {
            report: self.report_view(opened.report),
            reporter,
            reported,
            why,
            evidence: opened.evidence,
            given: opened.sanction.map(|sanction| self.sanction_view(sanction)),
            appeal: appeal.map(AppealView::from),
            appeal_text: appeal_text.flatten(),
        }
    }
}

/// Report a persona whom you met in a space within the last minute. The last minute goes with it as evidence, sealed for the moderators.
#[utoipa::path(post, path = "/api/v1/conduct/reports", operation_id = "file_report", tag = "world", security(("session" = [])),
    request_body = NewConductReport,
    responses((status = 201, body = ReportView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn file_report(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Body(input): Body<NewConductReport>,
) -> Result<(StatusCode, Json<ReportView>), Problem> {
    let report = world.file_report(&ctx, &input.space, &input.persona, &input.why).await?;
    Ok((StatusCode::CREATED, Json(world.report_view(report))))
}

/// The reports that the persona in use filed, newest first.
#[utoipa::path(get, path = "/api/v1/conduct/own-reports", operation_id = "list_own_reports", tag = "world", security(("session" = [])),
    responses((status = 200, body = Page<OwnConductReport>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_reports(State(world): State<Arc<World>>, ctx: Ctx) -> Result<Json<Page<OwnConductReport>>, Problem> {
    let reports = world.own_reports(&ctx).await?.into_iter().map(|(report, parties)| {
        let (persona, name, why) = match parties {
            Some(parties) => (Some(parties.reported.handle), Some(parties.reported.name), Some(parties.why)),
            None => (None, None, None),
        };
        OwnConductReport { report: world.report_view(report), persona, name, why }
    });
    Ok(Json(Page::whole(reports.collect())))
}

/// Reports, newest first, without names: for moderators.
#[utoipa::path(get, path = "/api/v1/conduct/reports", operation_id = "list_reports", tag = "world", security(("session" = [])),
    params(ReportQuery), responses((status = 200, body = Page<ReportView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_reports(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Query(query): Query<ReportQuery>,
) -> Result<Json<Page<ReportView>>, Problem> {
    world.require_moderator(&ctx)?;
    let limit = limit(query.limit)?;
    let mut rows = store::law::reports(&world.store, query.state, query.after.as_deref(), limit.saturating_add(1)).await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|row| row.report.id.clone());
    Ok(Json(Page { items: rows.into_iter().map(|row| world.report_view(row.report)).collect(), next }))
}

/// Open a report with its evidence: a read of personal data, recorded with your name and the purpose before anything is shown. For
/// moderators, and for reviewers once it is appealed; never for someone who has a part in it.
#[utoipa::path(post, path = "/api/v1/conduct/reports/{id}/readings", operation_id = "read_report", tag = "world",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the report")),
    responses((status = 200, body = OpenedConductReport), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn read_report(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<OpenedConductReport>, Problem> {
    let opened = world.read_report(&ctx, &id).await?;
    Ok(Json(world.opened_view(opened)))
}

/// End a report without a sanction. The reason is open to all and names no one.
#[utoipa::path(post, path = "/api/v1/conduct/reports/{id}/dismissal", operation_id = "dismiss_report", tag = "world",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the report")), request_body = GivenReason,
    responses((status = 200, body = ReportView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn dismiss_report(
    State(world): State<Arc<World>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<GivenReason>,
) -> Result<Json<ReportView>, Problem> {
    let report = world.dismiss_report(&ctx, &id, &input.reason).await?;
    Ok(Json(world.report_view(report)))
}

/// What became of reports, sanctions and appeals in the last twelve months. Numbers below three are not shown.
#[utoipa::path(get, path = "/api/v1/conduct/statistics", operation_id = "count_conduct", tag = "world", security(()),
    responses((status = 200, body = Page<ConductMonth>), (status = "5XX", body = ProblemBody)))]
pub(crate) async fn count_conduct(State(world): State<Arc<World>>) -> Result<Json<Page<ConductMonth>>, Problem> {
    Ok(Json(Page::whole(world.conduct_statistics().await?)))
}
