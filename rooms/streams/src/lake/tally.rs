//! What a feed's days hold and which of them the lake has: in memory, from the chunk log and the manifest.

use std::collections::{BTreeMap, BTreeSet};

use sala_core::{problem::Problem, store::Store, time::Timestamp};

use super::place::LakePlace;
use crate::{
    calendar::DAY_US,
    store::{
        self,
        lake::{self, DaySpan},
    },
};

/// Batches are numbered before they are written, so one may come to light after those that follow it. None is so far behind.
const LOOK_BACK: i64 = 512;

/// Days that one reading of the chunk log prepares, at most.
const MOST_DAYS: usize = 1_024;
/// Chunks that it finds, more only for a single day.
const MOST_CHUNKS: u64 = 65_536;

/// What is known of a feed.
#[derive(Debug, Default)]
pub(super) struct Tally {
    is_loaded: bool,
    /// Chunks that touch each day.
    days: BTreeMap<i64, u64>,
    /// As many as that touched it when it was rolled.
    rolled: BTreeMap<i64, u64>,
    /// What the files hash to, as the manifest says.
    hashes: BTreeMap<i64, [u8; 32]>,
    series: BTreeSet<String>,
    newest: Option<i64>,
    /// Batches below are counted for good.
    cursor: i64,
    /// Batches from there on that are counted.
    seen: BTreeSet<i64>,
}

impl Tally {
    /// Brings it up to date with the store; the first time also with the files that are there.
    pub(super) async fn refresh(&mut self, store: &Store, place: &LakePlace, feed: &str, now: Timestamp) -> Result<(), Problem> {
        if !self.is_loaded {
            let mut fresh = Self { is_loaded: true, ..Self::default() };
            fresh.cursor = lake::newest_ordinal(store, feed).await?.map_or(0, |newest| newest.saturating_sub(LOOK_BACK).max(0));
            for span in lake::days_before(store, feed, fresh.cursor).await? {
                fresh.count(span);
            }
            fresh.series = lake::series_before(store, feed, fresh.cursor).await?.into_iter().collect();
            let named = lake::files(store, feed).await?;
            let found = place.lengths(&named.iter().map(|known| known.file.clone()).collect::<Vec<_>>(), now).await?;
            for known in named {
                fresh.hashes.insert(known.day, known.sha256);
                // A file that is missing or has another length is written again.
                if found.get(&known.file) == Some(&known.bytes) {
                    fresh.rolled.insert(known.day, known.chunks);
                }
            }
            *self = fresh;
        }
        let rows = store::chunks_of_feed(store, feed, self.cursor).await?;
        let known = std::mem::take(&mut self.seen);
        for row in &rows {
            self.seen.insert(row.ordinal);
            if !known.contains(&row.ordinal) {
                let (first, last) = (row.first_at.div_euclid(DAY_US), row.last_at.div_euclid(DAY_US));
                self.count(DaySpan { first, last, chunks: 1, newest: row.last_at });
                self.series.insert(row.series.clone());
            }
        }
        if let Some(newest) = self.seen.last() {
            self.cursor = self.cursor.max(newest.saturating_sub(LOOK_BACK));
            self.seen = self.seen.split_off(&self.cursor);
        }
        Ok(())
    }

    fn count(&mut self, span: DaySpan) {
        self.newest = self.newest.max(Some(span.newest));
        for day in span.first..=span.last {
            *self.days.entry(day).or_default() += span.chunks;
        }
    }

    /// The next days after `after` to be rolled: those that are over by `keep_us` and have other chunks than their file.
    pub(super) fn due(&self, after: Option<i64>, keep_us: i64) -> Vec<i64> {
        let Some(newest) = self.newest else { return vec![] };
        let end = newest.saturating_sub(keep_us).div_euclid(DAY_US);
        let start = after.map_or(i64::MIN, |after| after.saturating_add(1));
        let mut chunks = 0_u64;
        self.days
            .range(start..end.max(start))
            .filter(|(day, count)| self.rolled.get(day) != Some(count))
            .take(MOST_DAYS)
            .take_while(|(_, count)| {
                let is_first = chunks == 0;
                chunks = chunks.saturating_add(**count);
                is_first || chunks <= MOST_CHUNKS
            })
            .map(|(day, _)| *day)
            .collect()
    }

    /// The series that were ever heard.
    pub(super) fn series(&self) -> impl Iterator<Item = &str> {
        self.series.iter().map(String::as_str)
    }

    /// What the file of a day hashes to, as the manifest says.
    pub(super) fn hash(&self, day: i64) -> Option<[u8; 32]> {
        self.hashes.get(&day).copied()
    }

    /// A day is rolled with so many chunks; `hash` is that of its file, if it has values at all.
    pub(super) fn done(&mut self, day: i64, chunks: u64, hash: Option<[u8; 32]>) {
        self.rolled.insert(day, chunks);
        if let Some(hash) = hash {
            self.hashes.insert(day, hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(first: i64, last: i64, chunks: u64) -> DaySpan {
        DaySpan { first, last, chunks, newest: (last + 1) * DAY_US - 1 }
    }

    #[test]
    fn a_day_is_due_when_it_is_over_by_the_horizon_and_whenever_chunks_join_it() {
        let mut tally = Tally::default();
        tally.count(span(0, 2, 1));
        tally.count(span(2, 2, 3));
        assert_eq!(tally.due(None, 0), [0, 1]);
        assert_eq!(tally.due(None, DAY_US), [0]);
        tally.count(span(3, 3, 1));
        assert_eq!(tally.due(None, 0), [0, 1, 2]);
        tally.done(2, 4, None);
        assert_eq!(tally.due(Some(0), 0), [1]);
        tally.count(span(2, 2, 1));
        assert_eq!(tally.due(Some(0), 0), [1, 2]);
    }

    #[test]
    fn a_reading_is_bounded_but_never_empty() {
        let mut tally = Tally::default();
        tally.count(span(0, 0, MOST_CHUNKS + 5));
        tally.count(span(1, 5_000, 1));
        assert_eq!(tally.due(None, 0), [0]);
        assert_eq!(tally.due(Some(0), 0).len(), MOST_DAYS);
    }
}
