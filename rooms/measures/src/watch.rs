//! A measure in force with its trigger, and the taking of windows.

use std::sync::Arc;

use sala_core::{problem::Problem, time::Timestamp};
use sala_streams::RANGE_TOO_LONG;

use crate::{
    Measures,
    input::Input,
    measure::Measure,
    trigger::{Event, TriggerState, decide},
};

/// A measure in force.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    pub(crate) measure: Arc<Measure>,
    pub(crate) version: i64,
    pub(crate) hash: [u8; 32],
    pub(crate) state: TriggerState,
}

/// The end of time, as far as queries go, and mirrored its beginning.
const ALWAYS: Timestamp = Timestamp(i64::MAX / 4);

/// Windows that are looked at when there are too many to look at all.
const NEWEST: i64 = 1_000;

impl Measures {
    /// Takes one window: every measure that watches its series decides, and what follows is done. On a Problem nothing of the
    /// measure concerned has changed, and the window can be given again.
    pub async fn take(&self, window: &Input) -> Result<(), Problem> {
        let _turn = self.turn.lock().await;
        let watches: Vec<Watch> = self.watches().values().filter(|watch| watch.measure.trigger.series == window.series).cloned().collect();
        for watch in watches {
            self.fill_gap(&watch, window).await?;
            self.take_for(&watch.measure.id, window).await?;
        }
        self.judge_due(&window.series, window.end).await
    }

    /// Between the newest window taken and this one there may be others that no one told, such as the last one before a restart:
    /// they come first, from the chunk log.
    async fn fill_gap(&self, watch: &Watch, window: &Input) -> Result<(), Problem> {
        let trigger = &watch.measure.trigger;
        let from = watch.state.seen_until.unwrap_or(Timestamp(-ALWAYS.0));
        if from >= window.start || !window.is_of_length(trigger.window_s) {
            return Ok(());
        }
        for missed in self.evidence.windows(&self.system(), &trigger.series, trigger.window_s, from, window.start).await? {
            self.take_for(&watch.measure.id, &missed).await?;
        }
        Ok(())
    }

    async fn take_for(&self, measure: &str, window: &Input) -> Result<(), Problem> {
        let Some(watch) = self.watches().get(measure).cloned() else { return Ok(()) };
        let (next, event) = decide(&watch.measure, &watch.state, window);
        match event {
            Some(Event::Fires(firing)) => self.fire(&watch, &firing, &next).await?,
            Some(Event::Releases { at, observed }) => self.release(&watch, at, observed, &next).await?,
            None => {}
        }
        // The measure may have been changed or ended meanwhile; its new watch stays.
        if let Some(current) = self.watches().get_mut(measure).filter(|current| current.hash == watch.hash) {
            current.state = next;
        }
        Ok(())
    }

    /// Takes the windows that came while no one listened: after a start, or when the bus ran ahead.
    pub async fn catch_up(&self) -> Result<(), Problem> {
        let watches: Vec<Watch> = self.watches().values().cloned().collect();
        for watch in watches {
            let trigger = &watch.measure.trigger;
            for window in self.closed(&trigger.series, trigger.window_s, watch.state.seen_until).await? {
                let _turn = self.turn.lock().await;
                self.take_for(&watch.measure.id, &window).await?;
            }
        }
        let ends: Vec<(String, Timestamp)> =
            self.watches().values().filter_map(|watch| Some((watch.measure.trigger.series.clone(), watch.state.seen_until?))).collect();
        for (series, end) in ends {
            self.judge_due(&series, end).await?;
        }
        Ok(())
    }

    /// End of the newest closed window of a series, in the data.
    pub(crate) async fn newest(&self, series: &str, window_s: i64) -> Result<Option<Timestamp>, Problem> {
        Ok(self.closed(series, window_s, None).await?.last().map(|window| window.end))
    }

    /// The windows of a series from `since` on that can grow no more, because a later one has begun and the time for late values is
    /// over. (What is later still is told by the streams when it closes.)
    async fn closed(&self, series: &str, window_s: i64, since: Option<Timestamp>) -> Result<Vec<Input>, Problem> {
        let ctx = self.system();
        let from = since.unwrap_or(Timestamp(-ALWAYS.0));
        let mut windows = match self.evidence.windows(&ctx, series, window_s, from, ALWAYS).await {
            // Too many values to read at once: only what is recent by the clock. History that is played is never that long.
            Err(problem) if problem.code == &RANGE_TOO_LONG => {
                let recent = self.clock.now().plus_seconds(window_s.saturating_mul(-NEWEST));
                self.evidence.windows(&ctx, series, window_s, recent.max(from), ALWAYS).await?
            }
            windows => windows?,
        };
        let lateness_s = self.evidence.series(series).map_or(0, |facts| facts.lateness_s);
        let newest = windows.iter().map(|window| window.start).max();
        windows.retain(|window| newest.is_some_and(|newest| newest >= window.end.plus_seconds(lateness_s)));
        Ok(windows)
    }
}
