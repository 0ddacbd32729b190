//! Live streets over HTTP: where they stand, what they show, what they came to, and the officer's hand.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt, stream};
use sala_core::{
    ctx::Ctx,
    http::{Body, GivenReason, Page, PageQuery, Path, Query, limit},
    problem::{Problem, ProblemBody},
    time::Timestamp,
};
use serde::Serialize;
use tokio_stream::wrappers::BroadcastStream;
use utoipa::ToSchema;

use crate::{
    Streets,
    impact::compare::{Difference, difference},
    live::{Control, Live, LiveState, Round, RoundState},
    simulator::hand::Sensing,
    store,
};

const HEARTBEAT: Duration = Duration::from_secs(15);
/// Rounds that are compared at most: the newest.
const COMPARED: usize = 400;

/// What a page sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LiveSource)]
pub(crate) enum Source {
    /// The simulator is the street.
    Simulated,
    /// No simulator here: a recorded hour.
    Recorded,
    /// Nothing.
    None,
}

/// The lever of a live street.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LiveLever {
    /// Id.
    id: String,
    /// Whom it names.
    value: Control,
    /// Does an officer hold it by hand?
    is_held: bool,
    /// The office that owns it.
    office: String,
}

/// One hour of a live street under one seed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = StreetRound)]
pub(crate) struct RoundView {
    id: String,
    number: u64,
    /// Rounds of a pair have the same seed.
    pair: u64,
    seed: u32,
    /// Whose turn it is.
    turn: Control,
    state: RoundState,
    began_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// Share of its time under the adaptive controller, 0–1.
    adaptive_share: f64,
    /// Mean delay of all who wanted to drive, s.
    delay_s: Option<f64>,
    /// The delay that one vehicle in twenty exceeds, s.
    p95_delay_s: Option<f64>,
    /// Vehicles that wanted to drive.
    demanded: Option<u64>,
    /// Of these: reached their end.
    arrived: Option<u64>,
    /// Broken safety rules, by the audit of what the lamps showed.
    violations: Option<u64>,
    /// Times that the monitor showed something else than the controller wanted.
    interventions: Option<u64>,
    /// Seconds on the fixed plan because the controller was silent.
    fallback_s: u32,
    /// Simulated minutes on the record.
    minutes: u32,
    begin_act: String,
    end_act: Option<String>,
}

/// Adaptive against fixed, paired by seed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = StreetComparison)]
pub(crate) struct Comparison {
    /// Pairs with one whole round under each control.
    pairs: u64,
    /// Mean delay under the fixed plan, s.
    fixed_delay_s: Option<f64>,
    /// Mean delay under the adaptive controller, s.
    adaptive_delay_s: Option<f64>,
    /// Adaptive minus fixed, s, with its 95 % interval (Student, paired); from two pairs on.
    difference_s: Option<Difference>,
}

/// What a recording was made with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Recorded {
    simulator: String,
    seed: u32,
}

/// A live street.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LiveStreet)]
pub(crate) struct LiveView {
    street: String,
    source: Source,
    /// Simulated seconds a second.
    speed: f64,
    state: LiveState,
    lever: Option<LiveLever>,
    /// The measure that moves the lever.
    measure: Option<String>,
    /// Name of the controller.
    controller: String,
    sensing: Sensing,
    /// The newest round.
    round: Option<RoundView>,
    comparison: Comparison,
    recorded: Option<Recorded>,
}

/// A minute on the record.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = StreetMinute)]
pub(crate) struct MinuteView {
    round: u64,
    minute: u32,
    act: String,
    /// Seconds of it under the adaptive controller.
    adaptive_s: u32,
    fallback_s: u32,
    interventions: u64,
    /// Standing vehicles at its end, as the sensors tell.
    queue: u32,
    /// Trips that ended, an hour.
    flow: f64,
    /// Hours that all drivers lost in an hour.
    lost_h_per_h: f64,
}

impl From<&Round> for RoundView {
    fn from(round: &Round) -> Self {
        let outcome = round.outcome.as_ref();
        Self {
            id: round.id.clone(),
            number: round.number,
            pair: round.pair,
            seed: round.seed,
            turn: round.turn,
            state: round.state,
            began_at: round.began_at,
            ended_at: round.ended_at,
            adaptive_share: round.adaptive_share(),
            delay_s: outcome.map(|outcome| outcome.delay_s),
            p95_delay_s: outcome.map(|outcome| outcome.p95_delay_s),
            demanded: outcome.map(|outcome| outcome.demanded),
            arrived: outcome.map(|outcome| outcome.arrived),
            violations: outcome.map(|outcome| outcome.violations),
            interventions: outcome.map(|outcome| outcome.interventions),
            fallback_s: round.fallback_s,
            minutes: round.minutes,
            begin_act: round.begin_act.clone(),
            end_act: round.end_act.clone(),
        }
    }
}

impl Comparison {
    /// Of rounds of one street in any order; only whole ones under one control count.
    fn of(rounds: &[Round]) -> Self {
        let ruled = |round: &Round, control: Control| {
            let outcome = round.outcome.filter(|_| round.state == RoundState::Over && round.ruled() == Some(control))?;
            Some((round.pair, outcome.delay_s))
        };
        let fixed: Vec<_> = rounds.iter().filter_map(|round| ruled(round, Control::Fixed)).collect();
        let adaptive: Vec<_> = rounds.iter().filter_map(|round| ruled(round, Control::Adaptive)).collect();
        let pairs: Vec<(f64, f64)> = fixed
            .iter()
            .filter_map(|(pair, before)| adaptive.iter().find(|(other, _)| other == pair).map(|(_, after)| (*before, *after)))
            .collect();
        let count = f64::from(u32::try_from(pairs.len()).unwrap_or(u32::MAX));
        let (before, after): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let mean = |delays: &[f64]| (!delays.is_empty()).then(|| delays.iter().sum::<f64>() / count);
        Self {
            pairs: u64::try_from(before.len()).unwrap_or(u64::MAX),
            fixed_delay_s: mean(&before),
            adaptive_delay_s: mean(&after),
            difference_s: (before.len() >= 2).then(|| difference(&before, &after).0),
        }
    }
}

impl Streets {
    async fn live_view(&self, live: &Live) -> Result<LiveView, Problem> {
        let lever = self.levers.get(&live.file.lever).await?;
        let hash = hex::encode(live.street.hash);
        let mut rounds = store::rounds(&self.store, &live.street.file.id, None, COMPARED).await?;
        let newest = rounds.first().map(RoundView::from);
        rounds.retain(|round| round.street_sha256 == hash);
        let now = live.now().clone();
        let is_live = self.is_live();
        let source = match (&self.simulator, &live.recording) {
            (Some(_), _) if is_live => Source::Simulated,
            (None, Some(_)) if is_live => Source::Recorded,
            _ => Source::None,
        };
        let recorded = live.recording.as_ref().filter(|_| source == Source::Recorded);
        Ok(LiveView {
            street: live.street.file.id.clone(),
            source,
            speed: live.file.speed,
            state: now.state,
            lever: Some(LiveLever {
                id: lever.spec.id.clone(),
                value: Control::of(&lever.value),
                is_held: lever.is_held(),
                office: lever.spec.office.clone(),
            }),
            measure: live.file.measure.clone(),
            controller: Control::Adaptive.word().into(),
            sensing: live.file.sensing,
            round: now.round.as_ref().map(RoundView::from).or(newest),
            comparison: Comparison::of(&rounds),
            recorded: recorded.map(|recording| Recorded { simulator: recording.head.simulator.clone(), seed: recording.head.seed }),
        })
    }
}

/// A live street: who rules its signals, its present round, and what the adaptive control is worth.
#[utoipa::path(get, path = "/api/v1/streets/{id}/live", operation_id = "get_live_street", tag = "streets", security(()),
    params(("id" = String, Path, description = "Id of the street")),
    responses((status = 200, body = LiveView), (status = 404, body = ProblemBody)))]
pub(crate) async fn get_live_street(State(room): State<Arc<Streets>>, Path(id): Path<String>) -> Result<Json<LiveView>, Problem> {
    let live = room.live(&id)?;
    room.live_view(live).await.map(Json)
}

/// What a live street shows: `frame` (lamps, lanes, figures; a few a second), `round` when one begins or ends.
///
/// A listener that is too slow misses frames.
#[utoipa::path(get, path = "/api/v1/streets/{id}/frames", operation_id = "follow_live_street", tag = "streets", security(()),
    params(("id" = String, Path, description = "Id of the street")),
    responses((status = 200, description = "server-sent events", content_type = "text/event-stream"), (status = 404, body = ProblemBody)))]
pub(crate) async fn follow_live_street(
    State(room): State<Arc<Streets>>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let live = room.live(&id)?;
    // The first bytes at once, so that a page knows that it is connected.
    let hello = stream::once(async { Event::default().comment("connected") });
    let told = BroadcastStream::new(live.told.subscribe())
        .filter_map(|told| async move { told.ok().map(|(name, data)| Event::default().event(name).data(&*data)) });
    Ok(Sse::new(hello.chain(told).map(Ok)).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// The rounds of a live street, newest first.
#[utoipa::path(get, path = "/api/v1/streets/{id}/rounds", operation_id = "list_street_rounds", tag = "streets", security(()),
    params(("id" = String, Path, description = "Id of the street"), PageQuery),
    responses((status = 200, body = Page<RoundView>), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn list_street_rounds(
    State(room): State<Arc<Streets>>,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<RoundView>>, Problem> {
    room.live(&id)?;
    let limit = limit(query.limit)?;
    let mut rounds = store::rounds(&room.store, &id, query.after.as_deref(), limit.saturating_add(1)).await?;
    let has_more = rounds.len() > limit;
    rounds.truncate(limit);
    let next = rounds.last().filter(|_| has_more).map(|round| round.id.clone());
    Ok(Json(Page { items: rounds.iter().map(RoundView::from).collect(), next }))
}

/// The newest minutes of a live street whose inputs are kept, newest first; each act can be replayed.
#[utoipa::path(get, path = "/api/v1/streets/{id}/minutes", operation_id = "list_street_minutes", tag = "streets", security(()),
    params(("id" = String, Path, description = "Id of the street"), PageQuery),
    responses((status = 200, body = Page<MinuteView>), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn list_street_minutes(
    State(room): State<Arc<Streets>>,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<MinuteView>>, Problem> {
    room.live(&id)?;
    let limit = limit(query.limit)?;
    let mut minutes = store::minutes(&room.store, &id, query.after.as_deref(), limit.saturating_add(1)).await?;
    let has_more = minutes.len() > limit;
    minutes.truncate(limit);
    let next = minutes.last().filter(|_| has_more).map(|(id, _, _)| id.clone());
    let items = minutes.into_iter().map(|(_, act, minute)| MinuteView {
        round: minute.round,
        minute: minute.number,
        act,
        adaptive_s: minute.adaptive_s,
        fallback_s: minute.fallback_s,
        interventions: minute.interventions,
        queue: minute.queue,
        flow: minute.flow,
        lost_h_per_h: minute.lost_h_per_h,
    });
    Ok(Json(Page { items: items.collect(), next }))
}

/// Puts the fixed plan in force at once; no measure moves the lever until an officer takes this back (`undo_lever`). For officers of the
/// lever's office (role `operator` or `approver`).
#[utoipa::path(post, path = "/api/v1/streets/{id}/hold", operation_id = "hold_signals", tag = "streets", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the street")), request_body = GivenReason,
    responses((status = 200, body = LiveView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn hold_signals(
    State(room): State<Arc<Streets>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(body): Body<GivenReason>,
) -> Result<Json<LiveView>, Problem> {
    room.hold_signals(&ctx, &id, &body.reason).await?;
    let live = room.live(&id)?;
    room.live_view(live).await.map(Json)
}
