//! The shape of a feed's YAML file, and its way to the declaration.

use sala_core::text::Text;
use serde::Deserialize;

use super::{Feed, JoinSpec, Mqtt, Play, Scale, SeriesSpec, Source, Suspect};
use crate::{
    calendar::{MONTH_S, Season, Span},
    flow::Aggregate,
    zone::Zone,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedFile {
    id: String,
    title: Text,
    office: String,
    source: Source,
    cadence_s: u32,
    #[serde(default)]
    lateness_s: u32,
    horizon_s: Option<u32>,
    idle_s: u32,
    time_zone: Option<Zone>,
    #[serde(default)]
    suspect: Vec<Suspect>,
    ingest_key_sha256: Option<String>,
    #[serde(default)]
    defaults: Fields,
    series: Vec<SeriesEntry>,
    play: Option<Play>,
    mqtt: Option<Mqtt>,
}

/// What may stand in `defaults` and in a series.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    area: Option<String>,
    title: Option<Text>,
    unit: Option<String>,
    unit_title: Option<Text>,
    decimals: Option<u8>,
    min: Option<f64>,
    max: Option<f64>,
    cadence_s: Option<u32>,
    window_s: Option<u32>,
    slide_s: Option<u32>,
    season: Option<Season>,
    aggregate: Option<Aggregate>,
    scale: Option<Scale>,
    is_watched: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeriesEntry {
    id: String,
    area: Option<String>,
    title: Option<Text>,
    unit: Option<String>,
    unit_title: Option<Text>,
    decimals: Option<u8>,
    min: Option<f64>,
    max: Option<f64>,
    cadence_s: Option<u32>,
    window_s: Option<u32>,
    slide_s: Option<u32>,
    season: Option<Season>,
    aggregate: Option<Aggregate>,
    scale: Option<Scale>,
    is_watched: Option<bool>,
    join: Option<JoinSpec>,
}

fn check_id(field: &str, id: &str) -> Result<(), String> {
    let fits = !id.is_empty()
        && id.len() <= 120
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte));
    if fits { Ok(()) } else { Err(format!("{field}: `{id}` must be 1–120 of a-z, 0-9, `.`, `_`, `-`")) }
}

impl FeedFile {
    pub(super) fn resolve(self) -> Result<(Feed, Vec<SeriesSpec>), String> {
        check_id("id", &self.id)?;
        if self.cadence_s == 0 || self.idle_s == 0 {
            return Err("cadence_s and idle_s must be at least 1".into());
        }
        let key = self.ingest_key_sha256.as_deref().map(|text| {
            let bytes = hex::decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            bytes.ok_or_else(|| "ingest_key_sha256: must be 64 hexadecimal digits (sha256sum of the key)".to_owned())
        });
        let key = key.transpose()?;
        if let Some(play) = &self.play
            && !(play.speed.is_finite() && play.speed > 0.0)
        {
            return Err(format!("play.speed: {} must be above 0 (1 is real time)", play.speed));
        }
        if let Some(empty) = self.suspect.iter().find(|stretch| stretch.from >= stretch.to) {
            return Err(format!("suspect: from: {} must be before to: {}", empty.from, empty.to));
        }
        let series = self.series.iter().map(|entry| entry.resolve(&self)).collect::<Result<Vec<_>, _>>()?;
        let longest = series.iter().map(|series| series.window_s).max().unwrap_or(self.cadence_s);
        let feed = Feed {
            id: self.id,
            title: self.title,
            office: self.office,
            source: self.source,
            cadence_s: self.cadence_s,
            lateness_s: self.lateness_s,
            horizon_s: self.horizon_s.unwrap_or_else(|| longest.saturating_mul(4)),
            idle_s: self.idle_s,
            time_zone: self.time_zone,
            suspect: self.suspect,
            ingest_key_sha256: key,
            play: self.play,
            mqtt: self.mqtt,
            series: vec![],
        };
        Ok((feed, series))
    }
}

impl SeriesEntry {
    fn resolve(&self, feed: &FeedFile) -> Result<SeriesSpec, String> {
        let defaults = &feed.defaults;
        check_id("series: id", &self.id)?;
        let wrong = |fault: &str| format!("series {}: {fault}", self.id);
        let missing = |field: &str| wrong(&format!("{field} is missing, here and in `defaults`"));
        let window_s = self.window_s.or(defaults.window_s).ok_or_else(|| missing("window_s"))?;
        let slide_s = self.slide_s.or(defaults.slide_s).unwrap_or(window_s);
        if Span::of_seconds(window_s).is_none() {
            return Err(wrong("window_s: must be at least 1"));
        }
        if slide_s != window_s
            && (slide_s == 0 || window_s % slide_s != 0 || window_s == MONTH_S || slide_s == MONTH_S || window_s / slide_s > 1_000)
        {
            return Err(wrong(&format!(
                "slide_s: {slide_s} must divide window_s {window_s} into at most 1,000 parts (a month can't slide)"
            )));
        }
        let (min, max) = (self.min.or(defaults.min).unwrap_or(-1e15), self.max.or(defaults.max).unwrap_or(1e15));
        let scale = self.scale.or(defaults.scale).unwrap_or_default();
        if min >= max || !min.is_finite() || !max.is_finite() {
            return Err(wrong(&format!("min: {min} must be below max: {max}, both finite")));
        }
        if scale != Scale::Linear && min < 0.0 {
            return Err(wrong("min: a series on the scale `log` or `count` must not go below 0"));
        }
        Ok(SeriesSpec {
            id: self.id.clone(),
            feed: feed.id.clone(),
            area: self.area.clone().or_else(|| defaults.area.clone()).ok_or_else(|| missing("area"))?,
            title: self.title.clone().or_else(|| defaults.title.clone()).ok_or_else(|| missing("title"))?,
            unit: self.unit.clone().or_else(|| defaults.unit.clone()).ok_or_else(|| missing("unit"))?,
            unit_title: self.unit_title.clone().or_else(|| defaults.unit_title.clone()).ok_or_else(|| missing("unit_title"))?,
            decimals: self.decimals.or(defaults.decimals).unwrap_or(0),
            min,
            max,
            cadence_s: self.cadence_s.or(defaults.cadence_s).unwrap_or(feed.cadence_s),
            window_s,
            slide_s,
            season: self.season.or(defaults.season).unwrap_or_default(),
            aggregate: self.aggregate.or(defaults.aggregate).unwrap_or_default(),
            scale,
            is_watched: self.is_watched.or(defaults.is_watched).unwrap_or(true),
            zone: feed.time_zone.clone().unwrap_or_default(),
            suspect: feed.suspect.clone(),
            join: self.join.clone(),
        })
    }
}
