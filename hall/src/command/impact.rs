//! `sala impact`: what a change of a street would do, on any SUMO scenario.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::Args;
use sala_core::problem::{INTERNAL, INVALID, Problem};
use sala_streets::impact::{
    Impact, Warning,
    change::Change,
    compare::Difference,
    run::{self, ImpactError, Progress, Question},
};
use tokio::signal::unix::{SignalKind, signal};

use super::{fail, say, scenario::ScenarioOptions};

/// A scenario and what is changed of it.
#[derive(Debug, Args)]
pub struct ImpactOptions {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// What is changed: YAML with `changes`, a list of close_lane, close_edge, bus_lane, speed_limit, new_link, signal_plan, signal_control.
    #[arg(long, value_name = "FILE")]
    change: PathBuf,
    /// Begin, in seconds of the scenario's day.
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    begin: f64,
    /// End, in seconds of the scenario's day.
    #[arg(long, value_name = "S", default_value_t = 3600.0)]
    end: f64,
    /// Seeds of the simulation: one run without and one with the change for each.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "1,2,3,4,5")]
    seeds: Vec<u32>,
    /// Print the answer as JSON, streets included.
    #[arg(long)]
    json: bool,
}

/// Simulates both arms and prints the difference.
pub async fn run(options: ImpactOptions) -> ExitCode {
    let is_stopped = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&is_stopped);
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(fault) => return fail(&INTERNAL.problem().because(fault.to_string())),
    };
    tokio::spawn(async move {
        // Whatever stops us stops the simulators too.
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        stop.store(true, Ordering::Relaxed);
    });
    let is_json = options.json;
    match tokio::task::spawn_blocking(move || simulate(&options, &is_stopped)).await {
        Ok(Ok(impact)) => {
            if is_json {
                say(serde_json::to_string_pretty(&impact).unwrap_or_default());
            } else {
                tell(&impact);
            }
            ExitCode::SUCCESS
        }
        Ok(Err(problem)) => fail(&problem),
        Err(fault) => fail(&INTERNAL.problem().because(fault.to_string())),
    }
}

fn simulate(options: &ImpactOptions, is_stopped: &AtomicBool) -> Result<Impact, Problem> {
    let at = |place: &str, why: String| INVALID.problem().at(place, why);
    let text =
        std::fs::read_to_string(&options.change).map_err(|fault| at("--change", format!("{}: {fault}", options.change.display())))?;
    let change = Change::from_yaml(&text).map_err(|error| at("--change", error.detail))?;
    let sumo = options.scenario.sumo().map_err(|fault| at("--sumo", fault.to_string()))?;
    let question = Question {
        scenario: options.scenario.between(options.begin, options.end),
        change,
        seeds: options.seeds.iter().map(|seed| u64::from(*seed)).collect(),
        jobs: options.scenario.jobs().get(),
    };
    show(Progress { done: 0, of: question.seeds.len().saturating_mul(2) });
    run::run(&sumo, &question, &show, is_stopped).map_err(|error| match error {
        ImpactError::Change(errors) => {
            errors.into_iter().fold(INVALID.problem(), |problem, error| problem.at(format!("--change {}", error.pointer), error.detail))
        }
        ImpactError::Fault(fault) => INVALID.problem().at("the simulation", fault.to_string()),
    })
}

fn show(progress: Progress) {
    let mut out = std::io::stderr().lock();
    let line = format!("{} of {} simulations done", progress.done, progress.of);
    // A terminal shows one line that changes, a log one line each. A closed pipe is no reason to stop.
    let _written = if std::io::stderr().is_terminal() { write!(out, "\r{line} ") } else { writeln!(out, "{line}") };
    if progress.done == progress.of && std::io::stderr().is_terminal() {
        let _written = writeln!(out);
    }
}

fn tell(impact: &Impact) {
    let difference = &impact.difference;
    say(format!("{} seeds, SUMO {}; before → after, difference [95 % interval]", impact.seeds.len(), impact.sumo_version));
    let rows: [(&str, &Difference, &str); 5] = [
        ("delay a vehicle", &difference.delay_s, "s"),
        ("standing a vehicle", &difference.waiting_s, "s"),
        ("time on the way", &difference.duration_s, "s"),
        ("arrived", &difference.arrived, ""),
        ("carbon dioxide", &difference.co2_kg, "kg"),
    ];
    for (name, row, unit) in rows {
        say(format!("{name:<20} {:>10.1} → {:>10.1} {unit:<3} {}", row.means.before, row.means.after, interval(row)));
    }
    for warning in &impact.warnings {
        say(&match warning {
            Warning::TripsLost { number } => format!("{number} trips find no way any more: they count before, not after."),
            Warning::SignalsRebuilt { signals } => {
                format!("The plans of these signals were built anew, because a new link meets them: {}", signals.join(", "))
            }
        });
    }
    let affected: Vec<_> = impact.edges.iter().filter(|edge| edge.is_affected).take(15).collect();
    if affected.is_empty() {
        say("No street is clearly affected.");
    } else {
        say("Streets clearly affected (seconds lost there by all vehicles together):");
    }
    for edge in affected {
        say(format!(
            "  {:<28} {:>9.0} → {:>9.0}  {}",
            edge.edge,
            edge.time_loss_s.means.before,
            edge.time_loss_s.means.after,
            interval(&edge.time_loss_s)
        ));
    }
}

fn interval(row: &Difference) -> String {
    match (row.low, row.high) {
        (Some(low), Some(high)) => format!("{:+.1} [{low:+.1}, {high:+.1}]", row.difference),
        _ => format!("{:+.1} [one seed has no interval]", row.difference),
    }
}
