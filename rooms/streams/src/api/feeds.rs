//! Areas and feeds.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::{Page, PageQuery, Path, Query, limit},
    problem::{NOT_FOUND, Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::part;
use crate::{Area, Streams, Suspect, declaration};

/// A source of observations.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Feed {
    /// Its id.
    id: String,
    /// Its name.
    title: Text,
    /// Who publishes the data.
    source: Text,
    /// Where.
    url: Option<String>,
    /// Under which licence.
    licence: String,
    /// What a reader has to know of the data.
    notice: Text,
    /// The office that answers for it.
    office: String,
    /// Usual time between observations, s.
    cadence_s: u32,
    /// The clock by which hours of its data are told (IANA): that of its source, else the hall's. Values of a day or longer stand at
    /// the first moment of their day, week or month in UTC.
    time_zone: String,
    /// Stretches of doubtful values.
    suspect: Vec<Suspect>,
    /// Ids of its series.
    series: Vec<String>,
    /// Something came within its idle time.
    is_live: bool,
    /// History is replayed into it.
    playing: Option<Playing>,
    /// Observations taken so far.
    accepted: u64,
    /// Known already.
    duplicate: u64,
    /// Too late.
    late: u64,
    /// Refused.
    rejected: u64,
    /// The newest time in its data.
    last_event_at: Option<Timestamp>,
    /// When the newest batch came.
    last_received_at: Option<Timestamp>,
}

/// How history is replayed.
#[derive(Debug, Serialize, ToSchema)]
struct Playing {
    /// Seconds of data per second; 1 is real time.
    speed: f64,
    /// Where it is.
    position: Option<Timestamp>,
}

impl Feed {
    fn of(streams: &Streams, place: u32, feed: &declaration::Feed, now: Timestamp) -> Result<Self, Problem> {
        let marks = streams.feed_state(place)?.marks();
        let last_event_at = marks.last_event.map(Timestamp);
        Ok(Self {
            id: feed.id.clone(),
            title: feed.title.clone(),
            source: feed.source.name.clone(),
            url: feed.source.url.clone(),
            licence: feed.source.licence.clone(),
            notice: feed.source.notice.clone(),
            office: feed.office.clone(),
            cadence_s: feed.cadence_s,
            time_zone: feed
                .series
                .first()
                .and_then(|place| streams.declaration.at(*place))
                .map_or("UTC", |spec| spec.zone.name())
                .to_owned(),
            suspect: feed.suspect.clone(),
            series: feed.series.iter().filter_map(|place| Some(streams.declaration.at(*place)?.id.clone())).collect(),
            is_live: marks.last_received.is_some_and(|received| now <= received.plus_seconds(i64::from(feed.idle_s))),
            playing: feed.play.as_ref().map(|play| Playing { speed: play.speed, position: last_event_at }),
            accepted: marks.counts.accepted,
            duplicate: marks.counts.duplicate,
            late: marks.counts.late,
            rejected: marks.counts.rejected,
            last_event_at,
            last_received_at: marks.last_received,
        })
    }
}

/// The areas that series speak of.
#[utoipa::path(get, path = "/api/v1/areas", operation_id = "list_areas", tag = "streams", params(PageQuery),
    responses((status = 200, body = Page<Area>), (status = 400, body = ProblemBody)), security(()))]
pub(super) async fn list_areas(State(streams): State<Arc<Streams>>, Query(page): Query<PageQuery>) -> Result<Json<Page<Area>>, Problem> {
    Ok(Json(part(streams.declaration.areas.clone(), |area| area.id.clone(), page.after.as_deref(), limit(page.limit)?)))
}

/// All feeds with their counts.
#[utoipa::path(get, path = "/api/v1/feeds", operation_id = "list_feeds", tag = "streams", params(PageQuery),
    responses((status = 200, body = Page<Feed>), (status = 400, body = ProblemBody)), security(()))]
pub(super) async fn list_feeds(
    State(streams): State<Arc<Streams>>,
    ctx: Ctx,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Feed>>, Problem> {
    let feeds = (0_u32..)
        .zip(&streams.declaration.feeds)
        .map(|(place, feed)| Feed::of(&streams, place, feed, ctx.now))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Json(part(feeds, |feed| feed.id.clone(), page.after.as_deref(), limit(page.limit)?)))
}

/// One feed.
#[utoipa::path(get, path = "/api/v1/feeds/{id}", operation_id = "get_feed", tag = "streams", params(("id" = String, Path, description = "Id of the feed")),
    responses((status = 200, body = Feed), (status = 404, body = ProblemBody)), security(()))]
pub(super) async fn get_feed(State(streams): State<Arc<Streams>>, ctx: Ctx, Path(id): Path<String>) -> Result<Json<Feed>, Problem> {
    let (place, feed) = streams.declaration.feed(&id).ok_or_else(|| NOT_FOUND.problem())?;
    Ok(Json(Feed::of(&streams, place, feed, ctx.now)?))
}
