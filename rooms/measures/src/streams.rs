//! The streams room as evidence.

use std::sync::Arc;

use sala_core::{ctx::Ctx, problem::INVALID, time::Timestamp};
use sala_streams::{Streams, WindowResult};
use tokio::sync::broadcast;

use crate::{
    evidence::{Evidence, SeriesFacts, Windows},
    input::Input,
    words::SeriesWords,
};

impl Evidence for Streams {
    fn subscribe(&self) -> broadcast::Receiver<Arc<WindowResult>> {
        self.subscribe()
    }

    fn windows<'a>(&'a self, ctx: &'a Ctx, series: &'a str, window_s: i64, from: Timestamp, to: Timestamp) -> Windows<'a> {
        Box::pin(async move {
            let window_s = u32::try_from(window_s).map_err(|fault| INVALID.problem().at("window_s", fault.to_string()))?;
            let windows = self.windows(ctx, series, window_s, from, to).await?;
            Ok(windows.iter().map(Input::from).collect())
        })
    }

    fn expected(&self, series: &str, start: Timestamp) -> Option<f64> {
        self.baseline(series, start).map(|expected| expected.expected)
    }

    fn series(&self, id: &str) -> Option<SeriesFacts> {
        let spec = self.series(id)?;
        let feed = self.declaration().feed(&spec.feed).map(|(_, feed)| feed);
        Some(SeriesFacts {
            window_s: spec.window_s.into(),
            lateness_s: feed.map_or(0, |feed| feed.lateness_s.into()),
            unit: spec.unit.clone(),
            words: SeriesWords {
                title: spec.title.clone(),
                unit_title: spec.unit_title.clone(),
                decimals: spec.decimals,
                time_zone: spec.zone.name().to_owned(),
            },
            is_replayed_history: feed.is_some_and(|feed| feed.play.is_some()),
        })
    }
}
