//! What a live street tells the streams: its observations, as any feed brings them.

use std::{collections::BTreeMap, sync::atomic::Ordering, time::Duration};

use sala_core::problem::Problem;
use sala_streams::ingest::{Batch, Block, Places};

use super::Control;
use crate::Streets;

/// How often a batch is tried while the streams are busy.
const TRIES: u32 = 5;
/// The time between.
const RETRY: Duration = Duration::from_millis(500);

impl Streets {
    /// Appends one value for each series, at the present of the hall.
    pub(super) async fn observe(&self, values: &[(&str, f64)]) -> Result<(), Problem> {
        let ctx = self.system();
        // Times of a feed must rise.
        let at = self.observed_at.fetch_max(ctx.now.0, Ordering::Relaxed).saturating_add(1).max(ctx.now.0);
        self.observed_at.fetch_max(at, Ordering::Relaxed);
        let mut batches: BTreeMap<String, Batch> = BTreeMap::new();
        for (id, value) in values {
            let (Some(series), Some(spec)) = (self.streams.declaration().place(id), self.streams.series(id)) else { continue };
            let block = Block { series, at: vec![at], value: vec![*value], places: Places::None };
            batches.entry(spec.feed.clone()).or_default().blocks.push(block);
        }
        for (feed, batch) in batches {
            self.append(&feed, batch).await?;
        }
        Ok(())
    }

    async fn append(&self, feed: &str, batch: Batch) -> Result<(), Problem> {
        for _ in 1..TRIES {
            match self.streams.append(&self.system(), feed, batch.clone(), None).await {
                Err(problem) if problem.code.status == 429 || problem.code.status == 503 => tokio::time::sleep(RETRY).await,
                told => return told.map(|_| ()),
            }
        }
        self.streams.append(&self.system(), feed, batch, None).await.map(|_| ())
    }
}

/// As a value of the series `turn`.
pub(super) fn turn_value(turn: Control) -> f64 {
    match turn {
        Control::Fixed => 0.0,
        Control::Adaptive => 1.0,
    }
}
