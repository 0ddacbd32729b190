//! Runs over HTTP: the evidence, the officer's answer, the effect.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::{Body, GivenReason, Page, PageQuery, Path, Query, limit},
    lever::LeverValue,
    problem::{DAMAGED, INVALID, NOT_FOUND, Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Measures, acts,
    decision::Decision,
    effect::{Basis, Effect, Verdict},
    guard::Blocked,
    input::{Input, Statistic},
    measure::{Comparison, Design, Mode},
    run::{ActOfRun, Run, RunState},
    store::{self, RunFilter},
};

/// The effect of a run.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Effect)]
pub(crate) struct EffectView {
    /// The metric in a sentence.
    metric: Text,
    design: Design,
    /// Moved minus not moved, in `unit`.
    estimate: f64,
    low: f64,
    high: f64,
    /// Confidence level of the interval.
    level: f64,
    /// Symbol of the unit of the metric.
    unit: String,
    /// The unit in words.
    unit_title: Text,
    n_before: u32,
    n_after: u32,
    basis: Basis,
    /// The data are history that is only played: no lever could have changed them.
    is_replayed_history: bool,
    /// What a reader must know.
    note: Text,
    verdict: Verdict,
    /// The act that recorded it.
    act: String,
}

/// A run of a measure.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Run)]
pub(crate) struct RunView {
    id: String,
    measure: String,
    measure_title: Text,
    version: i64,
    mode: Mode,
    state: RunState,
    /// Time in the hall.
    fired_at: Timestamp,
    decided_at: Option<Timestamp>,
    /// First moment of the data on which it was decided.
    since: Timestamp,
    /// First moment after them: the moment of the run, in the data.
    event_at: Timestamp,
    /// The series that was watched.
    series: String,
    /// What it is called.
    series_title: Text,
    /// Its unit in words: of `observed` and `threshold`.
    unit_title: Text,
    /// Its decimals to show.
    decimals: u8,
    /// By which clock its hours are told (IANA).
    time_zone: String,
    /// When the lever was set back, in the data.
    released_at: Option<Timestamp>,
    lever: String,
    value: LeverValue,
    before: Option<LeverValue>,
    observed: f64,
    threshold: f64,
    expires_at: Option<Timestamp>,
    reason: Option<String>,
    officer: Option<String>,
    /// The guardrail that stopped it.
    blocked_by: Option<Blocked>,
    effect: Option<EffectView>,
    acts: Vec<ActOfRun>,
    /// The act to replay: the automated decision of this run.
    replay: Option<String>,
}

/// One window on which a run was decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RunInput)]
pub(crate) struct InputView {
    series: String,
    start: Timestamp,
    end: Timestamp,
    /// The statistic that the trigger compares.
    value: f64,
    count: u64,
    revision: u32,
    chunk_acts: Vec<String>,
}

/// What was decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RunDecision)]
pub(crate) struct DecisionView {
    fires: bool,
    observed: f64,
    threshold: f64,
    held_s: i64,
    /// Which number of a window was compared.
    statistic: Statistic,
    /// On which side of the threshold it lay.
    comparison: Comparison,
    /// First moment of the windows.
    since: Timestamp,
    /// First moment after them.
    event_at: Timestamp,
    /// Why, in words, as recorded; the fields beside it and those of the run say the same for machines.
    explanation: Text,
    /// Commitment to the inputs in the leaf of the act, hex.
    commitment: String,
}

/// A run with its evidence.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RunDetail {
    #[serde(flatten)]
    run: RunView,
    inputs: Vec<InputView>,
    decision: DecisionView,
}

/// A reason that may be left out.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GivenReasonIfAny)]
pub(crate) struct OptionalReason {
    /// At most 1,000 characters; public.
    #[serde(default)]
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Which runs.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunQuery {
    /// Only runs in this state.
    #[param(inline)]
    state: Option<String>,
    /// `next` of the part before.
    after: Option<String>,
    /// At most so many, 1–500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

impl Measures {
    /// A run as the pages see it.
    pub(super) async fn run_view(&self, run: Run) -> Result<RunView, Problem> {
        let watched = self.watches().get(&run.measure).filter(|watch| watch.version == run.version).map(|watch| Arc::clone(&watch.measure));
        let measure = match watched {
            Some(measure) => measure,
            None => Arc::new(store::version(&self.store, &run.measure, run.version).await?.measure),
        };
        let series = measure.trigger.series.clone();
        let words = self.series_words(&series);
        let metric = self.evidence.series(&measure.metric.series).map(|facts| facts.words.unit_title);
        let act = run.effect_act().unwrap_or_default().to_owned();
        Ok(RunView {
            id: run.id,
            measure: run.measure,
            measure_title: measure.title.clone(),
            version: run.version,
            mode: run.mode,
            state: run.state,
            fired_at: run.fired_at,
            decided_at: run.decided_at,
            since: run.since,
            event_at: run.event_at,
            series,
            series_title: words.title,
            unit_title: words.unit_title,
            decimals: words.decimals,
            time_zone: words.time_zone,
            released_at: run.released_at,
            lever: run.lever,
            value: run.value,
            before: run.before,
            observed: run.observed,
            threshold: run.threshold,
            expires_at: run.expires_at,
            reason: run.reason,
            officer: run.officer,
            blocked_by: run.blocked_by.as_deref().and_then(Blocked::from_word),
            effect: run.effect.map(|effect| effect_view(effect, metric, act)),
            replay: run.acts.iter().find(|act| act.kind == acts::FIRE.kind || act.kind == acts::BLOCK.kind).map(|act| act.id.clone()),
            acts: run.acts,
        })
    }

    async fn run_page(&self, filter: RunFilter) -> Result<Json<Page<RunView>>, Problem> {
        let mut runs = store::runs(&self.store, &RunFilter { limit: filter.limit.saturating_add(1), ..filter.clone() }).await?;
        let has_more = runs.len() > filter.limit;
        runs.truncate(filter.limit);
        let next = runs.last().filter(|_| has_more).map(|run| run.id.clone());
        let mut items = Vec::with_capacity(runs.len());
        for run in runs {
            items.push(self.run_view(run).await?);
        }
        Ok(Json(Page { items, next }))
    }

    async fn run_detail(&self, id: &str) -> Result<RunDetail, Problem> {
        let run = store::run(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let damaged = || DAMAGED.problem().because(format!("the evidence of {id} can't be read"));
        let fired = run.acts.first().ok_or_else(damaged)?;
        let act = self.store.act_by_id(&fired.id).await?.ok_or_else(damaged)?;
        let inputs: Vec<Input> = self.store.opened(&act, "inputs").await?.and_then(|value| value.to_serde()).ok_or_else(damaged)?;
        let decision: Decision = self.store.opened(&act, "decision").await?.and_then(|value| value.to_serde()).ok_or_else(damaged)?;
        let trigger = store::version(&self.store, &run.measure, run.version).await?.measure.trigger;
        let inputs = inputs
            .into_iter()
            .map(|input| InputView {
                value: input.value(trigger.statistic),
                series: input.series,
                start: input.start,
                end: input.end,
                count: input.count,
                revision: input.revision,
                chunk_acts: input.chunk_acts,
            })
            .collect();
        let decision = DecisionView {
            fires: decision.fires,
            observed: decision.observed,
            threshold: decision.threshold,
            held_s: decision.held_s,
            statistic: trigger.statistic,
            comparison: trigger.comparison,
            since: decision.since,
            event_at: decision.event_at,
            explanation: decision.explanation,
            commitment: act.leaf.commit.get("inputs").map(hex::encode).unwrap_or_default(),
        };
        Ok(RunDetail { run: self.run_view(run).await?, inputs, decision })
    }
}

fn effect_view(effect: Effect, unit_title: Option<Text>, act: String) -> EffectView {
    let Effect { metric, design, estimate, low, high, level, unit, n_before, n_after, basis, is_replayed_history, note, verdict } = effect;
    let unit_title = unit_title.unwrap_or_else(|| Text::new(&unit, &unit));
    EffectView {
        metric,
        design,
        estimate,
        low,
        high,
        level,
        unit,
        unit_title,
        n_before,
        n_after,
        basis,
        is_replayed_history,
        note,
        verdict,
        act,
    }
}

/// Runs of one measure, newest first.
#[utoipa::path(get, path = "/api/v1/measures/{id}/runs", operation_id = "list_measure_runs", tag = "measures", security(()),
    params(("id" = String, Path, description = "Id of the measure"), PageQuery),
    responses((status = 200, body = Page<RunView>), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn list_measure_runs(
    State(room): State<Arc<Measures>>,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<RunView>>, Problem> {
    store::measure(&room.store, &id).await?.ok_or_else(|| NOT_FOUND.problem())?;
    room.run_page(RunFilter { measure: Some(id), state: None, after: page.after, limit: limit(page.limit)? }).await
}

/// Runs of all measures, newest first.
#[utoipa::path(get, path = "/api/v1/runs", operation_id = "list_runs", tag = "measures", security(()), params(RunQuery),
    responses((status = 200, body = Page<RunView>), (status = 400, body = ProblemBody)))]
pub(crate) async fn list_runs(State(room): State<Arc<Measures>>, Query(query): Query<RunQuery>) -> Result<Json<Page<RunView>>, Problem> {
    let state = match query.state.as_deref().filter(|word| !word.is_empty()) {
        None => None,
        Some(word) => Some(RunState::from_word(word).ok_or_else(|| {
            INVALID.problem().at("state", "expected proposed, refused, expired, moved, advised, blocked, undone or evaluated")
        })?),
    };
    room.run_page(RunFilter { measure: None, state, after: query.after, limit: limit(query.limit)? }).await
}

/// One run with its evidence.
#[utoipa::path(get, path = "/api/v1/runs/{id}", operation_id = "get_run", tag = "measures", security(()),
    params(("id" = String, Path, description = "Id of the run")),
    responses((status = 200, body = RunDetail), (status = 404, body = ProblemBody)))]
pub(crate) async fn get_run(State(room): State<Arc<Measures>>, Path(id): Path<String>) -> Result<Json<RunDetail>, Problem> {
    room.run_detail(&id).await.map(Json)
}

/// Says yes to a proposal: the lever moves. For officers of the owning office with the role `approver`.
#[utoipa::path(post, path = "/api/v1/runs/{id}/approve", operation_id = "approve_run", tag = "measures", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the run")), request_body = OptionalReason,
    responses((status = 200, body = RunView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn approve_run(
    State(room): State<Arc<Measures>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(body): Body<OptionalReason>,
) -> Result<Json<RunView>, Problem> {
    let run = room.approve_run(&ctx, &id, body.reason.as_deref()).await?;
    room.run_view(run).await.map(Json)
}

/// Says no to a proposal, with a reason. For officers of the owning office with the role `approver`.
#[utoipa::path(post, path = "/api/v1/runs/{id}/refuse", operation_id = "refuse_run", tag = "measures", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the run")), request_body = GivenReason,
    responses((status = 200, body = RunView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn refuse_run(
    State(room): State<Arc<Measures>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(body): Body<GivenReason>,
) -> Result<Json<RunView>, Problem> {
    let run = room.refuse_run(&ctx, &id, &body.reason).await?;
    room.run_view(run).await.map(Json)
}
