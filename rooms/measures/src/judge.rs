//! Judging: the effect of a run by the metric that its measure named beforehand, published whether good or bad.

use sala_core::{act::Draft, cbor::Value, problem::Problem, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Measures,
    activate::measure_value,
    acts,
    effect::{Point, evaluate},
    input::Input,
    measure::{Design, Measure},
    run::{Run, RunState},
    store::{self, RunFilter, VersionRow},
};

/// How many runs are looked at to tell when the lever stood where (switchback).
const RUNS_LOOKED_AT: usize = 500;

/// An effect that can be found once the data come to a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    run: String,
    series: String,
    at: Timestamp,
}

/// What the estimator must know beside the windows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setting {
    pub(crate) unit: String,
    pub(crate) is_replayed_history: bool,
}

impl Measures {
    /// Remembers which effects are still to be found.
    pub(crate) async fn remember_dues(&self) -> Result<(), Problem> {
        for run in store::awaiting_effect(&self.store).await? {
            self.expect_effect(&run).await?;
        }
        Ok(())
    }

    /// Remembers to judge a run.
    pub(crate) async fn expect_effect(&self, run: &Run) -> Result<(), Problem> {
        let Some(moved_at) = run.moved_at.filter(|_| run.awaits_effect) else { return Ok(()) };
        let metric = store::version(&self.store, &run.measure, run.version).await?.measure.metric;
        // A little early, for calendar months differ in length; then the windows themselves are counted.
        let at = moved_at.plus_seconds(metric.window_s.saturating_mul(i64::from(metric.windows_after) - 1));
        self.dues().push(Due { run: run.id.clone(), series: metric.series, at });
        Ok(())
    }

    /// Judges the runs that are due now that the windows of `series` have come to `end`. What fails is tried again with a later window.
    pub(crate) async fn judge_due(&self, series: &str, end: Timestamp) -> Result<(), Problem> {
        let due: Vec<Due> = self.dues().iter().filter(|due| due.series == series && due.at <= end).cloned().collect();
        for due in due {
            match self.judge(&due.run, end).await {
                Ok(true) => self.dues().retain(|other| *other != due),
                Ok(false) => {}
                Err(problem) => {
                    tracing::warn!(%problem, run = due.run, "The effect of a run could not be recorded; it will be tried again");
                }
            }
        }
        Ok(())
    }

    /// Judges one run with the windows that end by `end`. `false`: not enough windows yet. Too few windows before the move, or too few
    /// blocks of a switchback, will not become more: the run is left without an effect.
    async fn judge(&self, id: &str, end: Timestamp) -> Result<bool, Problem> {
        let Some(run) = store::run(&self.store, id).await?.filter(|run| run.awaits_effect) else { return Ok(true) };
        let version = store::version(&self.store, &run.measure, run.version).await?;
        let Some(points) = self.points(&run, &version.measure, end).await? else { return Ok(false) };
        let facts = self.evidence.series(&version.measure.metric.series);
        let setting = Setting {
            unit: facts.as_ref().map(|facts| facts.unit.clone()).unwrap_or_default(),
            is_replayed_history: facts.is_some_and(|facts| facts.is_replayed_history),
        };
        let Some(effect) = evaluate(&version.measure, &setting.unit, setting.is_replayed_history, &points) else {
            tracing::info!(run = run.id, "The effect of this run can't be found: there are too few windows or blocks to compare with");
            return Ok(true);
        };
        let draft = draft(&run, &version)
            .public("verdict", Value::from_serde(&effect.verdict))
            .public("estimate", effect.estimate)
            .public("low", effect.low)
            .public("high", effect.high)
            .open("points", Value::from_serde(&points))
            .open("setting", Value::from_serde(&setting))
            .open("effect", Value::from_serde(&effect));
        let acted = self
            .store
            .act(&self.system(), draft, move |tx| {
                let (id, effect) = (run.id.clone(), effect.clone());
                Box::pin(async move {
                    let mut run = store::run_in(tx, &id).await?;
                    run.awaits_effect = false;
                    run.effect = Some(effect);
                    if matches!(run.state, RunState::Moved | RunState::Advised) {
                        run.state = RunState::Evaluated;
                    }
                    let act = tx.act_id().to_owned();
                    run.add_act(acts::EVALUATE.kind, &act);
                    store::save_run(tx, &run);
                    Ok(run)
                })
            })
            .await?;
        self.tell(&acted.value).await;
        Ok(true)
    }

    /// The windows by which a run is judged. `None`: not enough yet.
    async fn points(&self, run: &Run, measure: &Measure, end: Timestamp) -> Result<Option<Vec<Point>>, Problem> {
        let Some(moved_at) = run.moved_at else { return Ok(None) };
        let metric = &measure.metric;
        let (wanted_before, wanted_after) = (count(metric.windows_before), count(metric.windows_after));
        // Calendar months are up to a tenth shorter than their nominal length, and some windows may be missing.
        let back = metric.window_s.saturating_mul(i64::from(metric.windows_before)).saturating_mul(2);
        let turn = match metric.design {
            Design::BeforeAfter => run.since,
            Design::Switchback => moved_at,
        };
        let spells = self.spells(run, metric.design).await?;
        let mut windows = self.evidence.windows(&self.system(), &metric.series, metric.window_s, turn.plus_seconds(-back), end).await?;
        if metric.design == Design::Switchback {
            windows.retain(|window| !is_mixed(window, &spells));
        }
        let before: Vec<&Input> = windows.iter().filter(|window| window.end <= turn && window.is_sound()).collect();
        let before = before.get(before.len().saturating_sub(wanted_before)..).unwrap_or_default();
        let after: Vec<&Input> =
            windows.iter().filter(|window| window.start >= moved_at && window.end <= end && window.is_sound()).take(wanted_after).collect();
        if after.len() < wanted_after {
            return Ok(None);
        }
        let points = before.iter().chain(after.iter()).map(|window| Point {
            window: (*window).clone(),
            expected: self.evidence.expected(&metric.series, window.start),
            is_on: spells.iter().any(|(from, to)| *from <= window.start && to.is_none_or(|to| window.end <= to)),
        });
        Ok(Some(points.collect()))
    }

    /// When the lever was moved, in the data. Before/after: from the move on, also when the lever has been set back since, because a
    /// release is part of what the measure does.
    async fn spells(&self, run: &Run, design: Design) -> Result<Vec<(Timestamp, Option<Timestamp>)>, Problem> {
        if design == Design::BeforeAfter {
            return Ok(run.moved_at.map(|at| (at, None)).into_iter().collect());
        }
        let filter = RunFilter { measure: Some(run.measure.clone()), state: None, after: None, limit: RUNS_LOOKED_AT };
        let runs = store::runs(&self.store, &filter).await?;
        Ok(runs.iter().filter_map(|run| Some((run.moved_at?, run.released_at))).collect())
    }
}

/// Was the lever moved, or set back, while the window was open? Then it belongs to neither side.
fn is_mixed(window: &Input, spells: &[(Timestamp, Option<Timestamp>)]) -> bool {
    let is_inside = |at: Timestamp| window.start < at && at < window.end;
    spells.iter().any(|(from, to)| is_inside(*from) || to.is_some_and(is_inside))
}

fn count(windows: u32) -> usize {
    usize::try_from(windows).unwrap_or(usize::MAX)
}

fn draft(run: &Run, version: &VersionRow) -> Draft {
    Draft::new(&acts::EVALUATE, version.measure.legal_basis.authority())
        .policy(version.measure.hash())
        .public("measure", run.measure.as_str())
        .public("version", run.version)
        .office(version.measure.office.as_str())
        .public("run", run.id.as_str())
        .open("measure", measure_value(&version.measure, run.version))
        .refers(&run.id)
        .refers(&run.measure)
        .refers(&version.measure.metric.series)
}

#[cfg(test)]
mod tests {
    use sala_core::time::Timestamp;

    use super::is_mixed;
    use crate::trigger::tests::window;

    #[test]
    fn a_window_in_which_the_lever_moved_belongs_to_neither_side() {
        let window = window(1, 5.0, 0);
        let inside = window.start.plus_seconds(1);
        let spell = |from: Timestamp, to: Option<Timestamp>| [(from, to)];
        assert!(is_mixed(&window, &spell(inside, None)) && is_mixed(&window, &spell(Timestamp(0), Some(inside))));
        for spell in [
            spell(window.start, None),
            spell(Timestamp(0), Some(window.end)),
            spell(window.end, None),
            spell(Timestamp(0), Some(window.start)),
        ] {
            assert!(!is_mixed(&window, &spell), "{spell:?}");
        }
    }
}
