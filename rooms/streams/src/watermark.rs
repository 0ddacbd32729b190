//! The watermark of a feed: up to which event time all that is to be expected has come.
//!
//! It is the least, over the live sources (the feed's series that have been heard), of newest event time − lateness. A source that
//! was not heard for `idle` of the hall's time does not hold the others back; when all are idle, the newest of them counts.
//! It never goes back. Before a batch is heard the idle sources of that moment are left out, so a replay that knows only when
//! batches were received finds the same watermarks as the live run with its ticks in between.

use std::collections::BTreeMap;

use sala_core::time::Timestamp;

#[derive(Debug, Clone, Copy)]
struct Source {
    newest: i64,
    heard: Timestamp,
}

/// The watermark of one feed.
#[derive(Debug, Clone)]
pub struct Watermark {
    lateness_us: i64,
    idle_us: i64,
    sources: BTreeMap<u32, Source>,
    reached: Option<i64>,
}

impl Watermark {
    /// With the allowed lateness and the time of silence after which a source is idle, both in µs.
    pub fn new(lateness_us: i64, idle_us: i64) -> Self {
        Self { lateness_us, idle_us, sources: BTreeMap::new(), reached: None }
    }

    /// The series at this place was heard at `now` with values up to event time `newest` (µs).
    pub fn hear(&mut self, series: u32, newest: i64, now: Timestamp) {
        let source = self.sources.entry(series).or_insert(Source { newest, heard: now });
        source.newest = source.newest.max(newest);
        source.heard = source.heard.max(now);
    }

    /// Moves on as far as the sources allow at `now`. The new watermark, if it moved.
    pub fn advance(&mut self, now: Timestamp) -> Option<i64> {
        let live =
            self.sources.values().filter(|source| now.0.saturating_sub(source.heard.0) <= self.idle_us).map(|source| source.newest).min();
        let newest = live.or_else(|| self.sources.values().map(|source| source.newest).max())?;
        let mark = newest.saturating_sub(self.lateness_us);
        if self.reached.is_some_and(|reached| mark <= reached) {
            return None;
        }
        self.reached = Some(mark);
        Some(mark)
    }

    /// How far it has come, µs.
    pub fn reached(&self) -> Option<i64> {
        self.reached
    }

    /// The newest event time of a series, µs.
    pub fn newest(&self, series: u32) -> Option<i64> {
        self.sources.get(&series).map(|source| source.newest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: fn(i64) -> Timestamp = Timestamp;

    #[test]
    fn the_slowest_live_source_holds_it() {
        let mut mark = Watermark::new(2, 10);
        mark.hear(0, 100, AT(0));
        mark.hear(1, 50, AT(5));
        assert_eq!(mark.advance(AT(5)), Some(48));
        assert_eq!(mark.advance(AT(10)), None);
        mark.hear(0, 200, AT(14));
        assert_eq!(mark.advance(AT(16)), Some(198), "source 1 has been silent for 11");
        mark.hear(1, 60, AT(17));
        assert_eq!(mark.advance(AT(17)), None, "it never goes back");
        assert_eq!(mark.reached(), Some(198));
    }

    #[test]
    fn when_all_are_idle_the_newest_counts() {
        let mut mark = Watermark::new(0, 10);
        mark.hear(0, 100, AT(0));
        mark.hear(1, 50, AT(0));
        assert_eq!(mark.advance(AT(1)), Some(50));
        assert_eq!(mark.advance(AT(20)), Some(100));
    }
}
