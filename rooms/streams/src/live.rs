//! The present of every series, in memory: its newest windows, what is usual, and whether something unusual begins.
//! Rebuilt from the chunk log at each start; nothing here is written anywhere.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use sala_core::{bus::Bus, time::Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use utoipa::ToSchema;

use crate::{
    baseline::{BAND, Baseline, Expected},
    declaration::{Declaration, SeriesSpec},
    detector::{Calibrated, Finding, calibrate},
    number,
    window::Told,
};

/// Windows of one series kept in memory.
pub(crate) const HISTORY: usize = 20_000;

/// Windows that must have been judged before a detector may speak.
const ENOUGH: usize = 50;

/// One window of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowResult {
    /// Id of the series.
    pub series: String,
    /// First moment.
    pub start: Timestamp,
    /// First moment after it.
    pub end: Timestamp,
    /// Number of values.
    pub count: u64,
    /// Arithmetic mean, in the series' unit.
    pub mean: f64,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// Sum, taken in the order of time.
    pub sum: f64,
    /// Value with the latest time.
    pub last: f64,
    /// How often this window was told before.
    pub revision: u32,
    /// Acts that carried its values: the first 32, sorted.
    pub chunk_acts: Vec<String>,
}

impl WindowResult {
    /// Of a told window.
    pub(crate) fn of(series: &SeriesSpec, told: &Told) -> Self {
        Self {
            series: series.id.clone(),
            start: Timestamp(told.start),
            end: Timestamp(told.end),
            count: told.stats.count,
            mean: told.stats.mean(),
            min: told.stats.min,
            max: told.stats.max,
            sum: told.stats.sum,
            last: told.stats.last,
            revision: told.revision,
            chunk_acts: told.acts.iter().map(ToString::to_string).collect(),
        }
    }
}

/// How a value stands to what is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Within the usual band, or nothing is known to be usual.
    Usual,
    /// Above it.
    High,
    /// Below it.
    Low,
    /// Nothing has come for longer than the feed's idle time.
    Silent,
}

impl State {
    fn of(score: Option<f64>) -> Self {
        match score {
            Some(score) if score > BAND => Self::High,
            Some(score) if score < -BAND => Self::Low,
            _ => Self::Usual,
        }
    }
}

/// What the bus tells of a window.
#[derive(Debug, Clone, Serialize)]
struct WindowEvent<'e> {
    series: &'e str,
    start: Timestamp,
    end: Timestamp,
    value: f64,
    count: u64,
    revision: u32,
    score: Option<f64>,
    state: State,
    expected: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

/// One window, as a point of its series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) start: i64,
    pub(crate) value: f64,
    pub(crate) score: Option<f64>,
    pub(crate) expected: Option<Expected>,
}

/// What is known of one series.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub(crate) points: VecDeque<Point>,
    pub(crate) heard_at: Option<Timestamp>,
    pub(crate) first_at: Option<i64>,
    pub(crate) last_at: Option<i64>,
    pub(crate) count: u64,
    baseline: Baseline,
    /// Detectors, once enough of the history could be judged to say how often they are wrong.
    calibrated: Option<Calibrated>,
    /// Windows that could be judged so far, and at which number the detectors are fitted next.
    judged: usize,
    fit_at: usize,
    /// While the log is read again: windows that end by then are known from their chunks already (µs).
    known_until: i64,
}

/// Something unusual that begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) series: u32,
    pub(crate) finding: Finding,
    pub(crate) start: i64,
    pub(crate) value: f64,
    pub(crate) expected: f64,
    pub(crate) score: f64,
    pub(crate) per_year: f64,
}

/// The present of all series.
#[derive(Debug)]
pub(crate) struct Live {
    declaration: Arc<Declaration>,
    tracks: Mutex<Vec<Track>>,
    windows: broadcast::Sender<Arc<WindowResult>>,
    bus: Arc<Bus>,
    is_open: AtomicBool,
    /// Grows after each change, so that what was made of an older state is known as old.
    changes: AtomicU64,
}

impl Live {
    pub(crate) fn new(declaration: Arc<Declaration>, bus: Arc<Bus>) -> Self {
        let tracks = declaration.series.iter().map(|series| Track {
            points: VecDeque::new(),
            heard_at: None,
            first_at: None,
            last_at: None,
            count: 0,
            baseline: Baseline::new(series),
            calibrated: None,
            judged: 0,
            fit_at: ENOUGH,
            known_until: i64::MIN,
        });
        let tracks = Mutex::new(tracks.collect());
        Self { declaration, tracks, windows: broadcast::channel(8_192).0, bus, is_open: AtomicBool::new(false), changes: AtomicU64::new(0) }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<WindowResult>> {
        self.windows.subscribe()
    }

    pub(crate) fn tracks(&self) -> MutexGuard<'_, Vec<Track>> {
        self.tracks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often something has changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Runs `with` on the track of a series.
    pub(crate) fn track<T>(&self, series: u32, with: impl FnOnce(&Track) -> T) -> Option<T> {
        self.tracks().get(usize::try_from(series).ok()?).map(with)
    }

    /// Changes the track of a series.
    fn change<T>(&self, series: u32, with: impl FnOnce(&mut Track) -> T) -> Option<T> {
        let done = self.tracks().get_mut(usize::try_from(series).ok()?).map(with);
        self.changes.fetch_add(1, Ordering::SeqCst);
        done
    }

    /// Values of a series from `first` to `last` (µs) came at `now`.
    pub(crate) fn hear(&self, series: u32, first: i64, last: i64, count: u64, now: Timestamp) {
        self.change(series, |track| {
            track.heard_at = track.heard_at.max(Some(now));
            track.first_at = Some(track.first_at.map_or(first, |known| known.min(first)));
            track.last_at = track.last_at.max(Some(last));
            track.count = track.count.saturating_add(count);
        });
    }

    /// Windows that end by `until` (µs) are known; the dataflow will tell some of them again, in part.
    pub(crate) fn know_until(&self, series: u32, until: i64) {
        self.change(series, |track| track.known_until = until);
    }

    /// Takes a window from the chunk log, before the dataflow tells any.
    pub(crate) fn remember(&self, told: &Told) {
        let Some(spec) = self.declaration.at(told.series) else { return };
        let value = spec.aggregate.of(&told.stats, told.start, told.end);
        self.change(told.series, |track| track.take(told, value, spec, false));
    }

    /// From now on windows are told to others, and what is unusual is raised.
    pub(crate) fn go_live(&self) {
        for (track, spec) in self.tracks().iter_mut().zip(&self.declaration.series) {
            if track.judged >= ENOUGH {
                track.fit(spec);
            }
            track.known_until = i64::MIN;
        }
        self.is_open.store(true, Ordering::SeqCst);
    }

    /// Takes a window; returns what begins with it.
    pub(crate) fn tell(&self, told: &Told) -> Vec<Found> {
        let Some(spec) = self.declaration.at(told.series) else { return vec![] };
        let is_live = self.is_open.load(Ordering::SeqCst);
        let value = spec.aggregate.of(&told.stats, told.start, told.end);
        let Some((point, found)) = self.change(told.series, |track| track.tell(told, value, spec, is_live)).flatten() else {
            return vec![];
        };
        if is_live {
            // No one listening is no fault.
            let _ = self.windows.send(Arc::new(WindowResult::of(spec, told)));
            self.bus.publish(
                "window",
                &WindowEvent {
                    series: &spec.id,
                    start: Timestamp(told.start),
                    end: Timestamp(told.end),
                    value,
                    count: told.stats.count,
                    revision: told.revision,
                    score: point.score,
                    state: State::of(point.score),
                    expected: point.expected.map(|expected| expected.expected),
                    low: point.expected.map(|expected| expected.low),
                    high: point.expected.map(|expected| expected.high),
                },
            );
        }
        found
    }
}

impl Track {
    /// What the dataflow tells; `None` for a part of the past that is known as a whole.
    fn tell(&mut self, told: &Told, value: f64, spec: &SeriesSpec, is_live: bool) -> Option<(Point, Vec<Found>)> {
        if told.end <= self.known_until && !is_live {
            return None;
        }
        Some(self.take(told, value, spec, is_live))
    }

    fn take(&mut self, told: &Told, value: f64, spec: &SeriesSpec, is_live: bool) -> (Point, Vec<Found>) {
        let usual = self.baseline.usual(told.start);
        let is_suspect = spec.is_suspect(told.start);
        // A doubtful value is shown beside what is usual, but it is not judged and nothing is learnt from it.
        let (score, expected) = (usual.filter(|_| !is_suspect).map(|usual| usual.score(value)), usual.map(|usual| usual.expected()));
        let point = Point { start: told.start, value, score, expected };
        if !is_suspect {
            self.baseline.learn(told.start, value);
        }
        if self.points.back().is_some_and(|newest| newest.start >= told.start) {
            // Told again or out of turn: the point is put right, but no alarm is raised about the past.
            match self.points.binary_search_by_key(&told.start, |point| point.start) {
                Ok(place) => {
                    if let Some(known) = self.points.get_mut(place) {
                        *known = point;
                    }
                }
                Err(place) => self.points.insert(place, point),
            }
            return (point, vec![]);
        }
        self.points.push_back(point);
        if self.points.len() > HISTORY {
            self.points.pop_front();
        }
        self.judged += usize::from(score.is_some());
        let (Some(score), Some(expected), true) = (score, expected, is_live && spec.is_watched) else { return (point, vec![]) };
        let Some(calibrated) = &mut self.calibrated else {
            if self.judged >= self.fit_at {
                self.fit(spec);
            }
            return (point, vec![]);
        };
        let (anomalies, changes) = (calibrated.anomalies_per_year, calibrated.changes_per_year);
        let found = calibrated.detector.take(score).into_iter().map(|finding| Found {
            series: told.series,
            finding,
            start: told.start,
            value,
            expected: expected.expected,
            score,
            per_year: if finding.is_change { changes } else { anomalies },
        });
        let found = found.collect();
        if self.judged >= self.fit_at {
            self.fit(spec);
        }
        (point, found)
    }

    /// Fits the detectors to the history, and again each time it has doubled.
    fn fit(&mut self, spec: &SeriesSpec) {
        let scores: Vec<f64> = self.points.iter().filter_map(|point| point.score).collect();
        let seconds = number::float(number::count(scores.len())) * number::seconds(spec.span().length());
        self.calibrated = Some(calibrate(&scores, seconds));
        self.fit_at = self.judged.saturating_mul(2);
    }

    /// What is usual for the window that begins at `start` (µs).
    pub(crate) fn usual(&self, start: i64) -> Option<Expected> {
        self.baseline.usual(start).map(|usual| usual.expected())
    }

    /// Windows that end by then (µs) are known from their chunks.
    pub(crate) fn known_until(&self) -> i64 {
        self.known_until
    }

    /// How often anomalies and changes fire in a year of this series' own history.
    pub(crate) fn alarms_per_year(&self) -> (f64, f64) {
        self.calibrated.as_ref().map_or((0.0, 0.0), |calibrated| (calibrated.anomalies_per_year, calibrated.changes_per_year))
    }

    /// How the newest window stands; silent when nothing came for `idle_s` before `now`.
    pub(crate) fn state(&self, heard_at: Option<Timestamp>, idle_s: u32, now: Timestamp) -> State {
        if heard_at.is_none_or(|heard| now > heard.plus_seconds(i64::from(idle_s))) {
            return State::Silent;
        }
        State::of(self.points.back().and_then(|point| point.score))
    }
}
