//! Measures over HTTP.

use std::{fmt::Write, sync::Arc};

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::{Body, GivenReason, Page, Path},
    lever::LeverValue,
    problem::{NOT_FOUND, Problem, ProblemBody},
    profile::LegalBasis,
    text::Text,
    time::Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Measures,
    guard::Standing,
    input::Statistic,
    measure::{Better, Comparison, Design, Measure, Mode},
    store::{self, MeasureRow, RunCount},
    trigger::Armed,
    words::duration,
};

/// When a measure fires.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TriggerView {
    series: String,
    statistic: Statistic,
    window_s: i64,
    comparison: Comparison,
    threshold: f64,
    release: f64,
    for_s: i64,
    cooldown_s: i64,
    sentence: Text,
}

/// What a measure does.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ActionView {
    lever: String,
    value: LeverValue,
    sentence: Text,
}

/// By what a measure is judged.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MetricView {
    series: String,
    statistic: Statistic,
    design: Design,
    window_s: i64,
    windows_before: u32,
    windows_after: u32,
    better: Better,
    sentence: Text,
}

/// A measure in the version in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Measure)]
pub(crate) struct MeasureView {
    /// Id.
    id: String,
    /// The version in force, from 1.
    version: i64,
    title: Text,
    summary: Text,
    mode: Mode,
    /// `active`, `stopped` or `ended`.
    state: Standing,
    office: String,
    office_title: Text,
    legal_basis: LegalBasis,
    trigger: TriggerView,
    action: ActionView,
    /// The guardrails in words.
    bounds: Text,
    metric: MetricView,
    /// The day of the review.
    review_on: String,
    /// The day on which it ends by itself.
    sunset_on: String,
    /// Number of runs, blocked ones too.
    runs: u32,
    /// When it last fired.
    last_run: Option<Timestamp>,
    /// Where its trigger stands.
    armed: Armed,
}

/// One version of a measure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MeasureVersion {
    /// From 1.
    version: i64,
    /// SHA-256 of its canonical content, hex.
    hash: String,
    /// When it came into force.
    activated_at: Timestamp,
    /// By which act.
    act: String,
}

/// A measure with its versions and its file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MeasureDetail {
    #[serde(flatten)]
    measure: MeasureView,
    /// All versions, newest first.
    versions: Vec<MeasureVersion>,
    /// The file, as written.
    yaml: String,
}

impl Measures {
    fn measure_view(&self, row: MeasureRow, measure: Measure, (runs, last_run): RunCount) -> MeasureView {
        let armed = self.watches().get(&row.id).map(|watch| watch.state.armed()).unwrap_or_default();
        let bounds = self.bounds(&measure);
        let Measure { id, title, summary, legal_basis, office, mode, trigger, action, review_on, sunset_on, metric, .. } = measure;
        MeasureView {
            id,
            version: row.version,
            title,
            summary,
            mode,
            state: row.standing,
            office_title: self.office_title(&office),
            office,
            legal_basis,
            trigger: TriggerView {
                series: trigger.series,
                statistic: trigger.statistic,
                window_s: trigger.window_s,
                comparison: trigger.comparison,
                threshold: trigger.threshold,
                release: trigger.release,
                for_s: trigger.for_s,
                cooldown_s: trigger.cooldown_s,
                sentence: trigger.sentence,
            },
            action: ActionView { lever: action.lever, value: action.value, sentence: action.sentence },
            bounds,
            metric: MetricView {
                series: metric.series,
                statistic: metric.statistic,
                design: metric.design,
                window_s: metric.window_s,
                windows_before: metric.windows_before,
                windows_after: metric.windows_after,
                better: metric.better,
                sentence: metric.sentence,
            },
            review_on: review_on.as_str().to_owned(),
            sunset_on: sunset_on.as_str().to_owned(),
            runs,
            last_run,
            armed,
        }
    }

    /// The measure of a row: from memory when it is in force, else from the store.
    async fn measure_of(&self, row: &MeasureRow) -> Result<Measure, Problem> {
        let watched = self.watches().get(&row.id).filter(|watch| watch.version == row.version).map(|watch| Arc::clone(&watch.measure));
        match watched {
            Some(measure) => Ok(Measure::clone(&measure)),
            None => Ok(store::version(&self.store, &row.id, row.version).await?.measure),
        }
    }

    /// The guardrails in words.
    fn bounds(&self, measure: &Measure) -> Text {
        let rails = &measure.guardrails;
        let runs = rails.max_runs_per_day;
        let (mut th, mut en) = (
            format!("ทำงานไม่เกิน {runs} ครั้งใน 24 ชั่วโมงของข้อมูล"),
            format!("At most {runs} {} in 24 hours of the data", if runs == 1 { "run" } else { "runs" }),
        );
        if let Some(seconds) = rails.proposal_expires_s {
            let length = duration(seconds);
            let _ = write!(th, "; ข้อเสนอที่ไม่มีผู้ตอบหมดอายุใน {}", length.th);
            let _ = write!(en, "; an unanswered proposal lapses after {}", length.en);
        }
        if rails.auto_release {
            th.push_str("; คืนค่าเดิมเองเมื่อข้อมูลพ้นเงื่อนไข");
            en.push_str("; the lever is set back when the data no longer meet the condition");
        }
        if let Some(lever) = self.levers.spec(&measure.action.lever) {
            if let (Some(min), Some(max)) = (lever.min, lever.max) {
                let unit = lever.unit.as_deref().unwrap_or_default();
                let _ = write!(th, "; ค่าที่ปรับได้อยู่ระหว่าง {min} ถึง {max} {unit}");
                let _ = write!(en, "; the lever stays within {min} and {max} {unit}");
            }
            let _ = write!(th, "; ค่าที่ปรับได้เปลี่ยนไม่เกิน {} ครั้งใน 24 ชั่วโมง", lever.max_moves_per_day);
            let _ = write!(en, "; the lever moves at most {} times in 24 hours", lever.max_moves_per_day);
        }
        Text::new(th, en)
    }

    async fn measure_by_id(&self, id: &str) -> Result<MeasureView, Problem> {
        let row = store::measure(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let measure = self.measure_of(&row).await?;
        let runs = store::run_counts(&self.store, Some(id)).await?.remove(id).unwrap_or_default();
        Ok(self.measure_view(row, measure, runs))
    }
}

/// All measures, ended ones too.
#[utoipa::path(get, path = "/api/v1/measures", operation_id = "list_measures", tag = "measures", security(()),
    responses((status = 200, body = Page<MeasureView>), (status = 503, body = ProblemBody)))]
pub(crate) async fn list_measures(State(room): State<Arc<Measures>>) -> Result<Json<Page<MeasureView>>, Problem> {
    let (mut items, mut runs) = (vec![], store::run_counts(&room.store, None).await?);
    for row in store::measures(&room.store).await? {
        let (measure, runs) = (room.measure_of(&row).await?, runs.remove(&row.id).unwrap_or_default());
        items.push(room.measure_view(row, measure, runs));
    }
    Ok(Json(Page::whole(items)))
}

/// One measure with its versions and its file.
#[utoipa::path(get, path = "/api/v1/measures/{id}", operation_id = "get_measure", tag = "measures", security(()),
    params(("id" = String, Path, description = "Id of the measure")),
    responses((status = 200, body = MeasureDetail), (status = 404, body = ProblemBody)))]
pub(crate) async fn get_measure(State(room): State<Arc<Measures>>, Path(id): Path<String>) -> Result<Json<MeasureDetail>, Problem> {
    let measure = room.measure_by_id(&id).await?;
    let versions = store::versions(&room.store, &id).await?;
    let yaml = versions.first().map(|version| version.yaml.clone()).unwrap_or_default();
    let versions = versions
        .into_iter()
        .map(|version| MeasureVersion {
            version: version.version,
            hash: version.hash,
            activated_at: version.activated_at,
            act: version.act,
        })
        .collect();
    Ok(Json(MeasureDetail { measure, versions, yaml }))
}

/// The kill switch: the measure moves nothing any more. For officers of the owning office (role `operator` or `approver`).
#[utoipa::path(post, path = "/api/v1/measures/{id}/stop", operation_id = "stop_measure", tag = "measures", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the measure")), request_body = GivenReason,
    responses((status = 200, body = MeasureView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn stop_measure(
    State(room): State<Arc<Measures>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(body): Body<GivenReason>,
) -> Result<Json<MeasureView>, Problem> {
    room.stop_measure(&ctx, &id, &body.reason).await?;
    room.measure_by_id(&id).await.map(Json)
}

/// Lets a stopped measure go on. For officers of the owning office (role `operator` or `approver`).
#[utoipa::path(post, path = "/api/v1/measures/{id}/resume", operation_id = "resume_measure", tag = "measures", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the measure")), request_body = GivenReason,
    responses((status = 200, body = MeasureView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn resume_measure(
    State(room): State<Arc<Measures>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(body): Body<GivenReason>,
) -> Result<Json<MeasureView>, Problem> {
    room.resume_measure(&ctx, &id, &body.reason).await?;
    room.measure_by_id(&id).await.map(Json)
}
