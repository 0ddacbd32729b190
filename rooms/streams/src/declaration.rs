//! What a profile declares: areas, feeds and their series. Read once at the start; a mistake names file and field.

mod yaml;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use sala_core::{
    problem::Problem,
    profile::{self, PROFILE_INVALID, ProfileFile},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    calendar::{Season, Span},
    flow::{Aggregate, Join, Lane, Op, Plan},
    window::Geometry,
    zone::Zone,
};

/// A place that series speak of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Stable id.
    pub id: String,
    /// Its name.
    pub title: Text,
    /// Latitude of its centre or capital, degrees north (WGS 84).
    pub lat: Option<f64>,
    /// Longitude, degrees east.
    pub lon: Option<f64>,
}

/// Where a feed's data come from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Who publishes them.
    pub name: Text,
    /// Where.
    pub url: Option<String>,
    /// Under which licence (SPDX id where there is one).
    pub licence: String,
    /// What a reader has to know: citation, caveats, what is unverified.
    pub notice: Text,
}

/// History replayed into the hall.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// CSV file under the profile's `data/`, plain or `.gz`. First column: times, RFC 3339 or local ones of the feed's `time_zone`; the
    /// others: one series each, empty = none.
    pub file: String,
    /// Column → series, where a column is not called like its series.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// What is older is loaded at once when the hall opens.
    pub preload_until: Timestamp,
    /// Seconds of data per second of the hall; 1 is real time.
    pub speed: f64,
}

/// How an MQTT message is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// NDJSON lines `{"series","at","value"}`.
    #[default]
    Ndjson,
    /// CSV lines `series,at,value`.
    Csv,
    /// The columnar form.
    Columns,
    /// One number; the topic names the series (see [`Mqtt::series`]), the hall's clock gives the time.
    Number,
}

/// A broker to listen to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mqtt {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Topic filter, subscribed at QoS 1.
    pub topic: String,
    /// Client id; it must be stable, because the broker keeps unacknowledged messages for it.
    pub client_id: String,
    /// Form of the messages.
    #[serde(default)]
    pub payload: Payload,
    /// Topic → series, for payload `number`.
    #[serde(default)]
    pub series: BTreeMap<String, String>,
}

/// A stretch of time whose values are known to be doubtful. They are kept and shown as published, but nothing is learnt from them and
/// no insight is raised on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SuspectPeriod)]
pub struct Suspect {
    /// First moment.
    pub from: Timestamp,
    /// First moment after it.
    pub to: Timestamp,
    /// What is wrong with them, told on the page of each series.
    pub reason: Text,
}

/// A feed: a source of observations.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// Stable id.
    pub id: String,
    /// Its name.
    pub title: Text,
    /// The office that answers for it; its officers may post.
    pub office: String,
    /// Where the data come from.
    pub source: Source,
    /// Usual time between observations of a series, s.
    pub cadence_s: u32,
    /// How far (s of event time) behind the newest an observation may be without being late.
    pub lateness_s: u32,
    /// How far (s) behind newest − lateness a late observation is still taken and its window told again.
    pub horizon_s: u32,
    /// Silence (s of the hall) after which a series holds back no window and is shown as silent.
    pub idle_s: u32,
    /// The clock of the source: times without an offset are read by it, hours of the week are its hours, and pages show its hours.
    /// When left out, times need an offset and the hall's own clock counts.
    pub time_zone: Option<Zone>,
    /// Stretches of doubtful values.
    pub suspect: Vec<Suspect>,
    /// SHA-256 of the key with which a machine may post (header `x-sala-feed-key`).
    pub ingest_key_sha256: Option<[u8; 32]>,
    /// History to replay.
    pub play: Option<Play>,
    /// Broker to listen to.
    pub mqtt: Option<Mqtt>,
    /// Places of its series in [`Declaration::series`].
    pub series: Vec<u32>,
}

/// The scale on which a series is compared with its usual values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// As it is.
    #[default]
    Linear,
    /// log(1 + value): quantities that grow by factors. Values must not be negative.
    Log,
    /// 2·√(value + ⅜): counts of events, such as cases of a disease, whose chance variation is then 1 whatever their size (Anscombe 1948).
    /// Values must not be negative.
    Count,
}

/// A series computed from two others.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinSpec {
    /// Series on the left.
    pub left: String,
    /// Series on the right.
    pub right: String,
    /// What is computed of their values on equal windows.
    pub op: Op,
}

/// A series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesSpec {
    /// Stable id.
    pub id: String,
    /// Its feed.
    pub feed: String,
    /// Its area.
    pub area: String,
    /// Its name.
    pub title: Text,
    /// Unit as a symbol (UCUM where there is one).
    pub unit: String,
    /// Unit in words.
    pub unit_title: Text,
    /// Decimals that make sense to show.
    pub decimals: u8,
    /// Observations below are refused.
    pub min: f64,
    /// Observations above are refused.
    pub max: f64,
    /// Usual time between observations, s.
    pub cadence_s: u32,
    /// Length of its windows, s; [`crate::calendar::MONTH_S`] is a calendar month.
    pub window_s: u32,
    /// Distance between windows, s; equal to `window_s` when they tumble.
    pub slide_s: u32,
    /// What makes windows comparable.
    pub season: Season,
    /// What of a window is its value.
    pub aggregate: Aggregate,
    /// Scale of comparison.
    pub scale: Scale,
    /// Whether insights are raised on it.
    pub is_watched: bool,
    /// By which clock its hours are told: the feed's, else the hall's.
    pub zone: Zone,
    /// Stretches of doubtful values, the feed's.
    pub suspect: Vec<Suspect>,
    /// How it is computed, if it is not observed.
    pub join: Option<JoinSpec>,
}

impl Feed {
    /// What allows the hall to take its data: its place in the profile.
    pub(crate) fn authority(&self) -> String {
        let (id, office, licence) = (&self.id, &self.office, &self.source.licence);
        Text::new(
            format!("แหล่งข้อมูล {id} ตามโปรไฟล์ (หน่วยงาน {office} สัญญาอนุญาต {licence})"),
            format!("feed {id} of the profile (office {office}; licence {licence})"),
        )
        .pair()
    }

    /// Reads a time of its data, as [`Zone::read`] does when it has a clock of its own.
    pub(crate) fn read_time(&self, text: &str, after: Option<i64>) -> Result<Timestamp, String> {
        self.time_zone.as_ref().map_or_else(|| text.parse(), |zone| zone.read(text, after))
    }

    /// How far (µs of event time) behind the newest of its series an observation is still taken.
    pub(crate) fn keep_us(&self) -> i64 {
        i64::from(self.lateness_s).saturating_add(i64::from(self.horizon_s)).saturating_mul(1_000_000)
    }
}

impl SeriesSpec {
    /// Length of its windows.
    pub fn span(&self) -> Span {
        // A declaration has no window of length 0.
        Span::of_seconds(self.window_s).unwrap_or(Span::Month)
    }

    /// Whether any part of the window that begins at `start` (µs) is doubtful.
    pub(crate) fn is_suspect(&self, start: i64) -> bool {
        let end = self.span().end_of(start);
        self.suspect.iter().any(|stretch| stretch.from.0 < end && start < stretch.to.0)
    }

    /// The bounds of a window's value (see [`Aggregate`]), by the bounds of the observations.
    pub(crate) fn reach(&self) -> (f64, f64) {
        match self.aggregate {
            Aggregate::Mean | Aggregate::Last | Aggregate::Min | Aggregate::Max => (self.min, self.max),
            // Sums of many values may lie anywhere on their side of zero.
            Aggregate::Sum | Aggregate::Rate => {
                (if self.min >= 0.0 { 0.0 } else { f64::NEG_INFINITY }, if self.max <= 0.0 { 0.0 } else { f64::INFINITY })
            }
            Aggregate::Count => (0.0, f64::INFINITY),
        }
    }
}

/// All that the profile declares for this room.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Declaration {
    /// Areas, in the order of the file.
    pub areas: Vec<Area>,
    /// Feeds, by file name.
    pub feeds: Vec<Feed>,
    /// All series; the place in this list is the series' number inside the room.
    pub series: Vec<SeriesSpec>,
    /// Folder of the data files.
    pub data: PathBuf,
    places: BTreeMap<String, u32>,
}

impl Declaration {
    /// Reads `areas.yaml` and `feeds/*.yaml` of a profile.
    pub fn read(profile: &Path) -> Result<Self, Problem> {
        let areas_path = profile.join("areas.yaml");
        let areas = if areas_path.exists() { profile::read_file::<Vec<Area>>(&areas_path)?.value } else { vec![] };
        Self::of(areas, profile::read_dir(&profile.join("feeds"))?, profile.join("data"))
    }

    /// Reads a declaration that lies in memory: the text of `areas.yaml`, and one text for each feed. It has no data folder.
    pub fn parse(areas: &str, feeds: &[&str]) -> Result<Self, Problem> {
        let areas = profile::read_text(Path::new("areas.yaml"), areas.to_owned())?.value;
        let feeds =
            (0..).zip(feeds).map(|(number, feed)| profile::read_text(Path::new(&format!("feeds/{number}.yaml")), (*feed).to_owned()));
        Self::of(areas, feeds.collect::<Result<_, _>>()?, PathBuf::new())
    }

    fn of(areas: Vec<Area>, feeds: Vec<ProfileFile<yaml::FeedFile>>, data: PathBuf) -> Result<Self, Problem> {
        let mut declaration = Self { areas, data, ..Self::default() };
        for file in feeds {
            let name = file.path.display().to_string();
            declaration.add(file.value).map_err(|fault| invalid(&name, fault))?;
        }
        declaration.check_joins().map_err(|fault| invalid("feeds", fault))?;
        Ok(declaration)
    }

    /// The same, with the hall's own clock for the feeds that name none.
    #[must_use]
    pub fn on_clock(mut self, zone: &Zone) -> Self {
        let own: BTreeSet<&str> = self.feeds.iter().filter(|feed| feed.time_zone.is_some()).map(|feed| feed.id.as_str()).collect();
        for series in self.series.iter_mut().filter(|series| !own.contains(series.feed.as_str())) {
            series.zone = zone.clone();
        }
        self
    }

    /// The place of a series.
    pub fn place(&self, series: &str) -> Option<u32> {
        self.places.get(series).copied()
    }

    /// The series at a place.
    pub fn at(&self, place: u32) -> Option<&SeriesSpec> {
        self.series.get(usize::try_from(place).ok()?)
    }

    /// A feed with its place.
    pub fn feed(&self, id: &str) -> Option<(u32, &Feed)> {
        (0_u32..).zip(&self.feeds).find(|(_, feed)| feed.id == id)
    }

    /// What the dataflow computes.
    pub fn plan(&self) -> Plan {
        let lanes = self.series.iter().map(|series| self.lane(series)).collect();
        let joins = (0_u32..).zip(&self.series).filter_map(|(place, series)| {
            let join = series.join.as_ref()?;
            Some(Join { series: place, left: self.place(&join.left)?, right: self.place(&join.right)?, op: join.op })
        });
        Plan { lanes, joins: joins.collect() }
    }

    fn lane(&self, series: &SeriesSpec) -> Lane {
        let (place, feed) = self.feed(&series.feed).map_or((0, None), |(place, feed)| (place, Some(feed)));
        let keep_us = feed.map_or(0, Feed::keep_us);
        let slide = Span::of_seconds(series.slide_s).unwrap_or(Span::Month);
        Lane { feed: place, geometry: Geometry { window: series.span(), slide, keep_us }, aggregate: series.aggregate }
    }

    fn add(&mut self, file: yaml::FeedFile) -> Result<(), String> {
        let (mut feed, series) = file.resolve()?;
        if self.feed(&feed.id).is_some() {
            return Err(format!("id: the feed `{}` is declared twice", feed.id));
        }
        let areas: BTreeSet<&str> = self.areas.iter().map(|area| area.id.as_str()).collect();
        let first = u32::try_from(self.series.len()).map_err(|_| "series: too many".to_owned())?;
        for (place, one) in (first..).zip(&series) {
            if !areas.contains(one.area.as_str()) {
                return Err(format!("series {}: area: `{}` does not stand in areas.yaml", one.id, one.area));
            }
            if self.places.insert(one.id.clone(), place).is_some() {
                return Err(format!("series {}: id: a series of this id is declared already", one.id));
            }
            feed.series.push(place);
        }
        self.series.extend(series);
        self.feeds.push(feed);
        Ok(())
    }

    fn check_joins(&self) -> Result<(), String> {
        for series in &self.series {
            let Some(join) = &series.join else { continue };
            for (field, side) in [("left", &join.left), ("right", &join.right)] {
                let spec = self
                    .place(side)
                    .and_then(|place| self.at(place))
                    .ok_or_else(|| format!("series {}: join.{field}: there is no series `{side}`", series.id))?;
                if spec.join.is_some() {
                    return Err(format!("series {}: join.{field}: `{side}` is itself computed; join observed series", series.id));
                }
                if (spec.window_s, spec.slide_s) != (series.window_s, series.slide_s) {
                    return Err(format!(
                        "series {}: join.{field}: `{side}` has windows of {} s, this one of {} s; they must be equal",
                        series.id, spec.window_s, series.window_s
                    ));
                }
            }
        }
        Ok(())
    }
}

fn invalid(place: &str, fault: String) -> Problem {
    PROFILE_INVALID.problem().detail(format!("{place} ไม่ถูกต้อง: {fault}"), format!("{place} can't be used: {fault}")).at(place, fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::testing::{RIVER, profile};

    #[test]
    fn defaults_fill_what_a_series_leaves_out() {
        let declaration = Declaration::read(profile(&[RIVER]).path()).unwrap();
        let level = declaration.at(declaration.place("river.level").unwrap()).unwrap();
        assert_eq!((level.window_s, level.slide_s, level.max, level.is_watched), (600, 600, 20.0, true));
        assert_eq!(declaration.plan().joins.len(), 1);
        assert_eq!(declaration.feeds[0].horizon_s, 2_400);
    }

    #[test]
    fn a_mistake_names_the_field() {
        for (from, to, told) in [
            ("area: town", "area: moon", "area: `moon`"),
            ("id: river.level", "id: River Level", "id: `River Level`"),
            ("window_s: 600", "window_s: 0", "window_s"),
            ("window_s: 600", "window_s: 600, slide_s: 7", "slide_s"),
            ("right: river.flow", "right: sea", "join.right"),
            ("min: 0", "min: 30", "min"),
            ("cadence_s: 60", "cadence: 60", "cadence"),
            ("unit: m, ", "", "unit"),
            ("idle_s: 30", "idle_s: 30\ntime_zone: Mars/Olympus", "Mars/Olympus"),
            (
                "idle_s: 30",
                "idle_s: 30\nsuspect: [{from: 2020-01-01T00:00:00Z, to: 2020-01-01T00:00:00Z, reason: {th: ก, en: A}}]",
                "suspect",
            ),
        ] {
            let problem = Declaration::read(profile(&[&RIVER.replace(from, to)]).path()).unwrap_err().to_string();
            assert!(problem.contains(told), "{to}: {problem}");
        }
    }
}
