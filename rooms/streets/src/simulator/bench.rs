//! Several seeds of one controller on one scenario, several at once.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    crossing::Crossing,
    fault::Fault,
    hand::Hand,
    report::{Mean, Report, Run, Worst},
    run::{Orders, drive},
    scenario::Scenario,
    simulation::Stop,
    sumo::Sumo,
};

/// What to run.
#[derive(Debug)]
pub struct Bench {
    /// The simulator.
    pub sumo: Sumo,
    /// Street and demand.
    pub scenario: Scenario,
    /// Who moves the lamps, and what it may know.
    pub hand: Hand,
    /// One run each.
    pub seeds: Vec<u32>,
    /// Runs at once.
    pub jobs: NonZeroUsize,
    /// Folder for lamps and trips of each run.
    pub keep: Option<PathBuf>,
}

/// How far each run is, in thousandths.
#[derive(Debug)]
pub struct Progress(Vec<AtomicU32>);

impl Progress {
    /// Of so many runs, none begun.
    pub fn of(runs: usize) -> Self {
        Self((0..runs).map(|_| AtomicU32::new(0)).collect())
    }

    fn note(&self, run: usize, thousandths: u32) {
        if let Some(done) = self.0.get(run) {
            done.store(thousandths, Ordering::Relaxed);
        }
    }

    /// Thousandths of each run.
    pub fn each(&self) -> Vec<u32> {
        self.0.iter().map(|done| done.load(Ordering::Relaxed)).collect()
    }
}

/// Runs all seeds.
///
/// # Errors
/// The first fault that any run meets; it stops the others.
pub fn run(bench: &Bench, progress: &Progress, stop: &Stop) -> Result<Report, Fault> {
    bench.scenario.check()?;
    let crossing = Crossing::read(&bench.scenario, &bench.hand)?;
    let (sumo, scenario, keep) = (&bench.sumo, &bench.scenario, bench.keep.as_deref());
    let orders = Orders { sumo, scenario, crossing: &crossing, hand: bench.hand, measures: &[], keep, stop };
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<Run, Fault>)>> = Mutex::new(vec![]);
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(seed) = bench.seeds.get(number) else { return };
            let result = drive(&orders, *seed, |part| progress.note(number, part));
            if result.is_err() {
                stop.pull();
            }
            if let Ok(mut done) = done.lock() {
                done.push((number, result));
            }
        }
    };
    // Joined by the scope; a panic of one is a panic of all, and each simulation dies with its thread.
    thread::scope(|scope| {
        for _ in 0..bench.jobs.get().min(bench.seeds.len()) {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    // The fault that began it, not those of the runs that it stopped.
    done.sort_by_key(|(number, result)| (matches!(result, Ok(_) | Err(Fault::Stopped)), *number));
    let mut runs = done.into_iter().map(|(_, result)| result).collect::<Result<Vec<_>, _>>()?;
    runs.sort_by_key(|run| bench.seeds.iter().position(|seed| *seed == run.seed));
    Ok(Report {
        scenario: name(&bench.scenario.net),
        controller: bench.hand.controller.to_string(),
        sensing: bench.hand.sensing_told(),
        intergreen: bench.hand.intergreen_told(),
        sumo_version: bench.sumo.version.clone(),
        begin_s: bench.scenario.begin_s,
        end_s: bench.scenario.end_s,
        scale: bench.scenario.scale,
        signals: u64::try_from(crossing.layout.network.signals.len()).unwrap_or(u64::MAX),
        is_separate: bench.hand.is_separate,
        mean: Mean::of(&runs),
        worst: Worst::of(&runs),
        runs,
    })
}

/// `cologne1` of `streets/cologne1.net.xml.gz`.
fn name(net: &Path) -> String {
    let file = net.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bare = file.trim_end_matches(".gz").trim_end_matches(".xml").trim_end_matches(".net");
    bare.to_owned()
}
