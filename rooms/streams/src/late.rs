//! The late ledger: what was not taken, and why. The newest [`KEPT`] entries are in memory; the counts are in the acts.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use sala_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Entries kept.
pub(crate) const KEPT: usize = 1_000;

/// Why an observation was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Beyond the horizon of its series.
    Late,
    /// Outside the quality bounds.
    OutOfBounds,
    /// Ahead of the hall's clock.
    Future,
    /// The feed has no such series.
    UnknownSeries,
}

/// An observation that was not taken.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LateEntry {
    /// To which feed it was sent.
    pub feed: String,
    /// Series, as given.
    pub series: String,
    /// Beginning of the window in which it would have counted.
    pub window_start: Timestamp,
    /// Its own time.
    pub observed_at: Timestamp,
    /// When it came.
    pub received_at: Timestamp,
    /// Its value.
    pub value: f64,
    /// Why it was not taken.
    pub reason: Reason,
}

impl LateEntry {
    pub(crate) fn new(
        feed: &str,
        series: &str,
        window_start: i64,
        observed_at: i64,
        received_at: Timestamp,
        value: f64,
        reason: Reason,
    ) -> Self {
        Self {
            feed: feed.to_owned(),
            series: series.to_owned(),
            window_start: Timestamp(window_start),
            observed_at: Timestamp(observed_at),
            received_at,
            value,
            reason,
        }
    }
}

/// The newest entries, numbered from 1.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<(u64, VecDeque<(u64, LateEntry)>)>);

impl Ledger {
    pub(crate) fn add(&self, entries: Vec<LateEntry>) {
        let mut ledger = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in entries {
            ledger.0 += 1;
            let number = ledger.0;
            ledger.1.push_back((number, entry));
            if ledger.1.len() > KEPT {
                ledger.1.pop_front();
            }
        }
    }

    /// Newest first: at most `limit` entries before number `before`, each with its number.
    pub(crate) fn list(&self, before: Option<u64>, limit: usize) -> Vec<(u64, LateEntry)> {
        let ledger = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.1.iter().rev().filter(|(number, _)| before.is_none_or(|before| *number < before)).take(limit).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ledger_is_bounded_and_newest_first() {
        let ledger = Ledger::default();
        ledger.add((0..1_200).map(|at| LateEntry::new("f", "s", 0, at, Timestamp(at), 1.0, Reason::Late)).collect());
        let page = ledger.list(None, 2);
        assert_eq!(page.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1_200, 1_199]);
        assert_eq!(ledger.list(Some(1_199), 5_000).len(), KEPT - 2);
    }
}
