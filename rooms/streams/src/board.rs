//! The board: the latest of everything, by area, from memory.

use std::{
    io::Write,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use axum::body::Bytes;
use flate2::{Compression, write::GzEncoder};
use sala_core::{
    problem::{INTERNAL, Problem},
    text::Text,
    time::Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Streams,
    declaration::SeriesSpec,
    live::{State, Track},
};

/// Windows shown as a spark line.
const SPARK: usize = 48;

/// The latest of everything.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Board {
    /// Now, in the hall.
    pub at: Timestamp,
    /// The newest time in the data.
    pub event_time: Option<Timestamp>,
    /// By area, in the order of the profile; areas without series are left out.
    pub areas: Vec<BoardArea>,
}

/// One area on the board.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BoardArea {
    /// Id of the area.
    pub area: String,
    /// Its name.
    pub title: Text,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
    /// Its series.
    pub series: Vec<BoardSeries>,
}

/// One series on the board.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BoardSeries {
    /// Id of the series.
    pub id: String,
    /// Its feed.
    pub feed: String,
    /// Its name.
    pub title: Text,
    /// Symbol of the unit.
    pub unit: String,
    /// The unit in words.
    pub unit_title: Text,
    /// Decimals to show.
    pub decimals: u8,
    /// The clock by which its hours are told (IANA).
    pub time_zone: String,
    /// Beginning of the newest window.
    pub at: Option<Timestamp>,
    /// Its value.
    pub value: Option<f64>,
    /// Change to the window before.
    pub change: Option<f64>,
    /// What is usual.
    pub expected: Option<f64>,
    /// Lower end of the usual band (−3 robust standard deviations, within the declared bounds).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Robust standard deviations between value and expected.
    pub score: Option<f64>,
    /// How it stands.
    pub state: State,
    /// The newest windows.
    pub spark: Spark,
}

/// The newest windows, oldest first.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Spark {
    /// Beginnings.
    pub at: Vec<Timestamp>,
    /// Values.
    pub value: Vec<Option<f64>>,
}

/// The board as it is sent: it is asked for far more often than it changes, and packing it costs more than making it.
#[derive(Debug)]
pub(crate) struct Made {
    /// Of which state of the room, and of which second: silence comes with time alone.
    of: (u64, i64),
    pub(crate) json: Bytes,
    gzip: OnceLock<Bytes>,
}

/// The board made last.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Option<Arc<Made>>>);

impl Made {
    /// Packed, once.
    pub(crate) fn gzip(&self) -> Result<Bytes, Problem> {
        if let Some(packed) = self.gzip.get() {
            return Ok(packed.clone());
        }
        let mut encoder = GzEncoder::new(vec![], Compression::default());
        let packed = encoder.write_all(&self.json).and_then(|()| encoder.finish());
        let packed = packed.map_err(|fault| INTERNAL.problem().because(fault))?;
        Ok(self.gzip.get_or_init(|| packed.into()).clone())
    }
}

impl Streams {
    /// The board at `now`, ready to be sent: the one made last while nothing has changed, for at most a second.
    pub(crate) fn made_board(&self, now: Timestamp) -> Result<Arc<Made>, Problem> {
        let mut kept = self.board.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = (self.live.changes(), now.seconds());
        if let Some(made) = kept.as_ref().filter(|made| made.of == of) {
            return Ok(Arc::clone(made));
        }
        let json = serde_json::to_vec(&self.board(now)).map_err(|fault| INTERNAL.problem().because(fault))?;
        let made = Arc::new(Made { of, json: json.into(), gzip: OnceLock::new() });
        *kept = Some(Arc::clone(&made));
        Ok(made)
    }

    /// The board at `now`.
    pub fn board(&self, now: Timestamp) -> Board {
        let tracks = self.live.tracks();
        let mut series: std::collections::BTreeMap<&str, Vec<BoardSeries>> = std::collections::BTreeMap::new();
        for (spec, track) in self.declaration.series.iter().zip(tracks.iter()) {
            series.entry(&spec.area).or_default().push(self.board_series(spec, track, &tracks, now));
        }
        let event_time = tracks.iter().filter_map(|track| track.last_at).max().map(Timestamp);
        let areas = self.declaration.areas.iter().filter_map(|area| {
            let series = series.remove(area.id.as_str())?;
            Some(BoardArea { area: area.id.clone(), title: area.title.clone(), lat: area.lat, lon: area.lon, series })
        });
        Board { at: now, event_time, areas: areas.collect() }
    }

    fn board_series(&self, spec: &SeriesSpec, track: &Track, tracks: &[Track], now: Timestamp) -> BoardSeries {
        let idle_s = self.declaration.feed(&spec.feed).map_or(0, |(_, feed)| feed.idle_s);
        let mut newest = track.points.iter().rev();
        let (latest, before) = (newest.next(), newest.next());
        let skip = track.points.len().saturating_sub(SPARK);
        let spark = Spark {
            at: track.points.iter().skip(skip).map(|point| Timestamp(point.start)).collect(),
            value: track.points.iter().skip(skip).map(|point| Some(point.value)).collect(),
        };
        BoardSeries {
            id: spec.id.clone(),
            feed: spec.feed.clone(),
            title: spec.title.clone(),
            unit: spec.unit.clone(),
            unit_title: spec.unit_title.clone(),
            decimals: spec.decimals,
            time_zone: spec.zone.name().to_owned(),
            at: latest.map(|point| Timestamp(point.start)),
            value: latest.map(|point| point.value),
            change: latest.zip(before).map(|(latest, before)| latest.value - before.value),
            expected: latest.and_then(|point| point.expected).map(|expected| expected.expected),
            low: latest.and_then(|point| point.expected).map(|expected| expected.low),
            high: latest.and_then(|point| point.expected).map(|expected| expected.high),
            score: latest.and_then(|point| point.score),
            state: track.state(self.heard_at(spec, track, tracks), idle_s, now),
            spark,
        }
    }

    /// When a series was last heard; a computed one is as silent as its more silent side.
    fn heard_at(&self, spec: &SeriesSpec, track: &Track, tracks: &[Track]) -> Option<Timestamp> {
        let Some(join) = &spec.join else { return track.heard_at };
        let heard = |side: &str| tracks.get(usize::try_from(self.declaration.place(side)?).ok()?)?.heard_at;
        heard(&join.left)?.min(heard(&join.right)?).into()
    }
}
