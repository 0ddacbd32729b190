//! Series and their values.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::{Page, PageQuery, Path, Query, limit},
    problem::{INVALID, NOT_FOUND, Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::part;
use crate::{Streams, Suspect, baseline::Expected, calendar::Span, declaration::SeriesSpec};

/// The most points of one answer.
const MOST: u32 = 10_000;

/// A series.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Series {
    /// Its id.
    id: String,
    /// Its feed.
    feed: String,
    /// Its area.
    area: String,
    /// Its name.
    title: Text,
    /// Symbol of the unit.
    unit: String,
    /// The unit in words.
    unit_title: Text,
    /// Decimals to show.
    decimals: u8,
    /// Usual time between observations, s.
    cadence_s: u32,
    /// Length of its windows, s; 2629800 stands for a calendar month.
    window_s: u32,
    /// The clock by which its hours are told (IANA). Values of a day or longer stand at the first moment of their day, week or month
    /// in UTC.
    time_zone: String,
    /// Stretches of doubtful values: kept as published, but neither judged nor learnt from.
    suspect: Vec<Suspect>,
    /// The oldest observation.
    first_at: Option<Timestamp>,
    /// The newest.
    last_at: Option<Timestamp>,
    /// How many there are.
    count: u64,
    /// How often its anomaly detector fired in a year of its own history.
    anomalies_per_year: f64,
    /// How often its change detector did.
    changes_per_year: f64,
}

impl Series {
    fn of(streams: &Streams, spec: &SeriesSpec) -> Self {
        let track = |place| streams.live.track(place, |track| (track.first_at, track.last_at, track.count, track.alarms_per_year()));
        let (first_at, last_at, count, (anomalies_per_year, changes_per_year)) =
            streams.declaration.place(&spec.id).and_then(track).unwrap_or_default();
        Self {
            id: spec.id.clone(),
            feed: spec.feed.clone(),
            area: spec.area.clone(),
            title: spec.title.clone(),
            unit: spec.unit.clone(),
            unit_title: spec.unit_title.clone(),
            decimals: spec.decimals,
            cadence_s: spec.cadence_s,
            window_s: spec.window_s,
            time_zone: spec.zone.name().to_owned(),
            suspect: spec.suspect.clone(),
            first_at: first_at.map(Timestamp),
            last_at: last_at.map(Timestamp),
            count,
            anomalies_per_year,
            changes_per_year,
        }
    }
}

/// Values in columns. With `resolution=raw` mean, min and max are the value and count is 1.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Values {
    /// Id of the series.
    series: String,
    /// Symbol of the unit.
    unit: String,
    /// Length of the windows, s; null: single observations.
    resolution_s: Option<u32>,
    /// Times of observations, or beginnings of windows.
    at: Vec<Timestamp>,
    /// Means.
    mean: Vec<Option<f64>>,
    /// Least values.
    min: Vec<Option<f64>>,
    /// Greatest values.
    max: Vec<Option<f64>>,
    /// Numbers of observations.
    count: Vec<u64>,
    /// What was usual for each window by those before it; null where too few are remembered, and at other resolutions than the
    /// series' own windows.
    expected: Vec<Option<f64>>,
    /// Lower edge of the usual band.
    low: Vec<Option<f64>>,
    /// Upper edge of the usual band.
    high: Vec<Option<f64>>,
}

/// Which values.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ValuesQuery {
    /// Not before; when left out, so far back that `limit` is reached.
    from: Option<Timestamp>,
    /// Before; when left out, up to the newest.
    to: Option<Timestamp>,
    /// `raw`, or the length of the windows in seconds (2629800: calendar months); when left out, the series' own windows.
    resolution: Option<String>,
    /// At most so many points, 1–10000; the newest ones are given. 1000 when left out.
    #[param(minimum = 1, maximum = 10_000)]
    limit: Option<u32>,
}

/// All series.
#[utoipa::path(get, path = "/api/v1/series", operation_id = "list_series", tag = "streams", params(PageQuery),
    responses((status = 200, body = Page<Series>), (status = 400, body = ProblemBody)), security(()))]
pub(super) async fn list_series(State(streams): State<Arc<Streams>>, Query(page): Query<PageQuery>) -> Result<Json<Page<Series>>, Problem> {
    let series = streams.declaration.series.iter().map(|spec| Series::of(&streams, spec)).collect();
    Ok(Json(part(series, |series: &Series| series.id.clone(), page.after.as_deref(), limit(page.limit)?)))
}

/// One series.
#[utoipa::path(get, path = "/api/v1/series/{id}", operation_id = "get_series", tag = "streams", params(("id" = String, Path, description = "Id of the series")),
    responses((status = 200, body = Series), (status = 404, body = ProblemBody)), security(()))]
pub(super) async fn get_series(State(streams): State<Arc<Streams>>, Path(id): Path<String>) -> Result<Json<Series>, Problem> {
    streams.series(&id).map(|spec| Json(Series::of(&streams, spec))).ok_or_else(|| NOT_FOUND.problem())
}

/// The values of a series, raw or in windows.
#[utoipa::path(get, path = "/api/v1/series/{id}/values", operation_id = "get_series_values", tag = "streams",
    params(("id" = String, Path, description = "Id of the series"), ValuesQuery),
    responses((status = 200, body = Values), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)), security(()))]
pub(super) async fn get_series_values(
    State(streams): State<Arc<Streams>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<ValuesQuery>,
) -> Result<Json<Values>, Problem> {
    let spec = streams.series(&id).ok_or_else(|| NOT_FOUND.problem())?;
    let most = query.limit.unwrap_or(1_000);
    if !(1..=MOST).contains(&most) {
        return Err(INVALID.problem().at("limit", format!("must be a whole number from 1 to {MOST}")));
    }
    let resolution = match query.resolution.as_deref() {
        Some("raw") if spec.join.is_none() => None,
        Some("raw") | None => Some(spec.window_s),
        Some(text) => Some(
            text.parse()
                .ok()
                .filter(|seconds| *seconds > 0)
                .ok_or_else(|| INVALID.problem().at("resolution", "must be `raw` or a number of seconds from 1"))?,
        ),
    };
    let step = resolution.and_then(Span::of_seconds).map_or(i64::from(spec.cadence_s).saturating_mul(1_000_000), Span::length);
    let newest = newest(&streams, spec);
    let to = query.to.map_or_else(|| newest.saturating_add(step).saturating_add(1), |to| to.0);
    let from =
        query.from.map_or_else(|| to.min(newest.saturating_add(step)).saturating_sub(step.saturating_mul(i64::from(most))), |from| from.0);
    let values = read(&streams, &ctx, spec, resolution, from, to).await?;
    Ok(Json(values.newest(usize::try_from(most).unwrap_or(1_000))))
}

/// The newest observation of a series or of the left side of a computed one, µs.
fn newest(streams: &Streams, spec: &SeriesSpec) -> i64 {
    let id = spec.join.as_ref().map_or(&spec.id, |join| &join.left);
    let last = streams.declaration.place(id).and_then(|place| streams.live.track(place, |track| track.last_at).flatten());
    last.unwrap_or_default()
}

async fn read(streams: &Streams, ctx: &Ctx, spec: &SeriesSpec, resolution: Option<u32>, from: i64, to: i64) -> Result<Values, Problem> {
    let mut values = Values { series: spec.id.clone(), unit: spec.unit.clone(), resolution_s: resolution, ..Values::default() };
    match resolution {
        None => {
            for (at, value) in streams.values(spec, from, to).await?.pairs() {
                values.push(at, [value; 3], 1, None);
            }
        }
        Some(seconds) => {
            for window in streams.windows(ctx, &spec.id, seconds, Timestamp(from), Timestamp(to)).await? {
                let usual = if seconds == spec.window_s { streams.baseline(&spec.id, window.start) } else { None };
                values.push(window.start.0, [window.mean, window.min, window.max], window.count, usual);
            }
        }
    }
    Ok(values)
}

impl Values {
    fn push(&mut self, at: i64, [mean, min, max]: [f64; 3], count: u64, usual: Option<Expected>) {
        self.at.push(Timestamp(at));
        self.mean.push(Some(mean));
        self.min.push(Some(min));
        self.max.push(Some(max));
        self.count.push(count);
        self.expected.push(usual.map(|usual| usual.expected));
        self.low.push(usual.map(|usual| usual.low));
        self.high.push(usual.map(|usual| usual.high));
    }

    /// The newest `most` of them.
    fn newest(mut self, most: usize) -> Self {
        let skip = self.at.len().saturating_sub(most);
        self.at.drain(..skip);
        for column in [&mut self.mean, &mut self.min, &mut self.max, &mut self.expected, &mut self.low, &mut self.high] {
            column.drain(..skip);
        }
        self.count.drain(..skip);
        self
    }
}
